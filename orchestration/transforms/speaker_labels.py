"""Speaker labels to people: who is behind each label of a copy.

A bare first name or a handle means a person only through the copy itself: its labels, the people its notes and its
opening speech present, the hosts of its show. Labels of diarization are voices: their names come from what is said, and
from copies of the episode that name them. Where nothing tells, the label stays unresolved, with whom it may be.
"""

from __future__ import annotations

import polars as pl
from rapidfuzz.distance import OSA

from orchestration.catalog.catalog import Catalog
from orchestration.schemas.speaker_labels import SpeakerLabels
from orchestration.transforms.cast import Cast, person_key
from orchestration.transforms.copy_people import CopyPeople, clean_label, read_copies
from orchestration.transforms.diarized_labels import aligned_labels, guess_labels, is_diarized
from orchestration.transforms.person_names import Name, NameFinder, finder_of, fold, is_anonymous
from orchestration.transforms.show_hosts import names_of_shows

_MIN_FUZZY = 5


def speaker_labels(
    copies: pl.DataFrame,
    segments: pl.DataFrame,
    passages: pl.DataFrame,
    copy_shows: pl.DataFrame,
    catalog: Catalog,
    copy_episodes: pl.DataFrame | None = None,
    stated_people: pl.DataFrame | None = None,
    copy_alignments: pl.DataFrame | None = None,
    copy_casts: pl.DataFrame | None = None,
    show_names: pl.DataFrame | None = None,
    regulars: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the table `speaker_labels`: the person behind each label of each copy, NULL where the copy does not tell.

    copy_episodes: with it, copies of one episode share the people that their notes and labels name. stated_people: with
    it, those whom a document or a sidecar states are known as well. copy_alignments: with it, labels of diarization
    get the names that another copy of the episode has for the same words. copy_casts: whom copies know by themselves;
    without it, their texts are read.
    show_names, regulars: what all copies share (show_hosts.py); without them, what those at hand do.
    """
    finder = finder_of(catalog, names_of_shows(copy_shows, show_names))
    readings = read_copies(
        copies, segments, passages, copy_shows, catalog, finder, copy_episodes, stated_people, regulars, copy_casts
    )
    known = {reading.copy_id: _resolve_copy(reading, finder) for reading in readings}
    aligned: dict[tuple[str, str], tuple[Name, float]] = {}
    if copy_alignments is not None:
        names = {
            (copy_id, label): found[0] for copy_id, labels in known.items() for label, found in labels.items() if found
        }
        aligned = aligned_labels(segments, copy_alignments, names)
    voiced = {r.copy_id for r in readings if any(map(is_diarized, r.labels))}
    speech = segments.filter(pl.col("copy_id").is_in(list(voiced))).sort("copy_id", "segment_index")
    own = speech.partition_by("copy_id", as_dict=True)
    rows = []
    for reading in readings:
        resolved = known[reading.copy_id]
        for label in resolved:
            if (reading.copy_id, label) in aligned and resolved[label] is None:
                resolved[label] = (*aligned[reading.copy_id, label], "aligned")
        named = {label: found[0] for label, found in resolved.items() if found}
        guesses = guess_labels(reading, own[reading.copy_id,], finder, named) if reading.copy_id in voiced else {}
        for label in sorted(resolved):
            found = resolved[label]
            guess = guesses.get(label)
            candidates = () if found or not guess else guess.candidates
            if found is None and guess and guess.name and guess.confidence:
                found = guess.name, guess.confidence, guess.rule
            if found is None and not guess:
                candidates = _candidates(label, reading, finder)
            rows.append(
                {
                    "copy_id": reading.copy_id,
                    "speaker_label": label,
                    "person_id": reading.person_id(found[0]) if found else None,
                    "person_name": found[0].text if found else None,
                    "confidence": found[1] if found else None,
                    "rule": found[2] if found else "unresolved",
                    "candidates": sorted({reading.person_id(name) for name in candidates}) or None,
                }
            )
    return SpeakerLabels.validate(pl.DataFrame(rows, schema=SpeakerLabels.create_empty().schema), cast=True)


_Resolved = tuple[Name, float, str]


def _resolve_copy(reading: CopyPeople, finder: NameFinder) -> dict[str, _Resolved | None]:
    resolved = {label: _resolve_label(label, reading, finder) for label in reading.labels}
    for label, found in list(resolved.items()):
        if found is None:
            resolved[label] = _misspelled(label, resolved, reading)
    return resolved


def _candidates(label: str, reading: CopyPeople, finder: NameFinder) -> tuple[Name, ...]:
    """Return whom an unresolved label may mean here: people of the copy and its show, and several of the catalogue.

    A first name alone is no reason to think of the catalogue's people of that name: they may never have met this show.
    """
    clean = clean_label(label)
    if not clean or is_anonymous(clean):
        return ()
    fits = {key: name for people in reading.cast.ranks for key, name in people.items() if answers_to(name, clean)}
    for person in finder.by_alias.get(fold(clean), ()):
        fits.setdefault(person, Name(finder.person_names[person], 0, 0, person))
    return tuple(fits.values())


def answers_to(name: Name, word: str) -> bool:
    """Return whether a label can mean a person: it is one of the words of the name, its nickname or its initials."""
    words = fold(name.text).replace("-", " ").split()
    initials = "".join(part[0] for part in words)
    return fold(word) in {*words, initials, fold(name.nickname or "")}


def _resolve_label(label: str, reading: CopyPeople, finder: NameFinder) -> _Resolved | None:
    clean = clean_label(label)
    if not clean or is_anonymous(clean) or "/" in clean or "&" in clean or " and " in clean:
        return None
    if person := finder.person_of(clean):
        return Name(finder.person_names[person], 0, 0, person), 0.97, "catalogue_alias"
    ambiguous = finder.by_alias.get(fold(clean), ())
    here = [p for p in ambiguous if any(p in people for people in reading.cast.ranks)]
    if len(here) == 1:
        return Name(finder.person_names[here[0]], 0, 0, here[0]), 0.85, "catalogue_alias"
    if " " in clean:
        if finder.is_plausible(clean, is_label=True):
            return reading.cast.canonical(Name(clean, 0, 0)), 0.9, "full_name"
        return None
    if found := reading.cast.resolve(clean, finder):
        name, rank = found
        confidence, rule = (
            (0.9, "label_in_copy"),
            (0.9, "first_name_in_copy"),
            (0.88, "first_name_of_host"),
            (0.65, "first_name_in_notes"),
        )[rank]
        return name, confidence, rule
    if clean.isupper() and 2 <= len(clean) <= 3:
        return _by_initials(clean, reading)
    return None


def _by_initials(label: str, reading: CopyPeople) -> _Resolved | None:
    for rank in (Cast.STATED, Cast.HOSTS):
        fits = [
            name
            for name in reading.cast.ranks[rank].values()
            if "".join(word[0] for word in name.text.replace("-", " ").split()).upper() == label
        ]
        if len(fits) == 1:
            return fits[0], 0.7, "initials"
    return None


def _misspelled(label: str, resolved: dict[str, _Resolved | None], reading: CopyPeople) -> _Resolved | None:
    """Return the participant whose label or name differs from `label` by a slip of one or two letters."""
    clean = fold(clean_label(label))
    if len(clean) < _MIN_FUZZY or is_anonymous(label):
        return None
    fits: dict[str, _Resolved] = {}
    for other, found in resolved.items():
        if not found or found[2] == "misspelled":
            continue
        names = {fold(clean_label(other)), fold(found[0].text), fold(found[0].text).split()[0]}
        allowed = 1 if len(clean) < 8 else 2
        if any(
            len(name) >= _MIN_FUZZY and OSA.distance(clean, name, score_cutoff=allowed) <= allowed for name in names
        ):
            fits[person_key(found[0])] = (found[0], 0.6, "misspelled")
    return next(iter(fits.values())) if len(fits) == 1 else None
