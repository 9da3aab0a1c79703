"""Speech of copies without labels to people: who speaks between marks that only say that the speaker changes.

The people are those whom the copy presents, the hosts of its show and those whom it states. Where the styles of the
turns tell that two people take turns, all turns are two voices, and what is said anywhere names both of them. Elsewhere
a stretch is named only where its own words, or those right before it, leave little doubt. All else stays open, and so
do copies without any mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.schemas.speaker_spans import SpeakerSpans
from orchestration.transforms.copy_people import CopyPeople, read_copies
from orchestration.transforms.person_names import NameFinder, finder_of
from orchestration.transforms.show_hosts import names_of_shows
from orchestration.transforms.two_voices import Styles, is_conversation_of_two, styles_of, two_voices
from orchestration.transforms.voice_clues import Clue, ClueReader, Participant, SpeechUnit
from orchestration.transforms.voice_model import posteriors
from orchestration.transforms.voice_names import WEIGHT_OF_CLUE, voice_names
from orchestration.transforms.voice_people import participants, weight_of_others

_MIN_CONFIDENCE = 0.9
# Where so many changes for each mark are expected to stand unmarked, more is asked.
_MANY_MISSING = 0.1
_MIN_WHERE_MISSING = 0.95
_MAX_CONFIDENCE = 0.97
_MIN_STRANGERS = 0.3
_PRESENT = 0.6

# How often the speaker changes between two sentences, by how the first ends and whether the second one answers.
_CHANGES = {
    ("question", True): 0.75,
    ("question", False): 0.26,
    ("stop", True): 0.45,
    ("stop", False): 0.16,
    ("cut", True): 0.85,
    ("cut", False): 0.5,
    ("open", True): 0.1,
    ("open", False): 0.02,
}
_MARK_IS_RIGHT = 0.98
_ANSWERS = re.compile(
    r"(?:yeah|yes|yep|no|nope|right|sure|exactly|absolutely|totally|definitely|well|ok|okay|oh|mm|mhm|uh-huh|true|great|"
    r"thanks|thank you|hi|hey|hello|of course|correct|I think|interesting|good|that['’]s|cool|wow|I mean)\b",
    re.IGNORECASE,
)
# Two turns that a recogniser wrote on one line.
_MARK_INSIDE = re.compile(r"(?<=[.?!…-]) - (?=[A-Z])")


class _Guess(NamedTuple):
    """Who speaks a unit: number of the participant, confidence, rule."""

    person: int
    confidence: float
    rule: str


def unnamed_speakers(
    copies: pl.DataFrame,
    segments: pl.DataFrame,
    passages: pl.DataFrame,
    copy_shows: pl.DataFrame,
    catalog: Catalog,
    copy_episodes: pl.DataFrame | None = None,
    stated_people: pl.DataFrame | None = None,
    copy_casts: pl.DataFrame | None = None,
    show_names: pl.DataFrame | None = None,
    regulars: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return rows of `speaker_spans` for copies whose speech has marks of change and no labels.

    copy_episodes: with it, copies of one episode share the people that they present. stated_people: with it, those
    whom a document or a sidecar states are known as well. copy_casts: whom copies know by themselves; without it, their
    texts are read.
    show_names, regulars: what all copies share (show_hosts.py); without them, what those at hand do.
    """
    speech = segments.filter("is_speech").sort("copy_id", "segment_index")
    marked = speech.group_by("copy_id").agg(
        is_open=pl.col("speaker_label").is_null().all() & pl.col("is_speaker_change").any()
    )
    open_ids = set(marked.filter("is_open")["copy_id"])
    rows: list[dict[str, Any]] = []
    if open_ids:
        finder = finder_of(catalog, names_of_shows(copy_shows, show_names))
        own = speech.filter(pl.col("copy_id").is_in(list(open_ids))).partition_by("copy_id", as_dict=True)
        for reading in read_copies(
            copies, segments, passages, copy_shows, catalog, finder, copy_episodes, stated_people, regulars, copy_casts
        ):
            if reading.copy_id in open_ids:
                rows.extend(_named_spans(reading, speech_units(own[reading.copy_id,]), finder))
    return SpeakerSpans.validate(pl.DataFrame(rows, schema=SpeakerSpans.create_empty().schema), cast=True)


def speech_units(segments: pl.DataFrame) -> list[SpeechUnit]:
    """Return the segments of one copy as units, cut where a mark stands inside a line."""
    units: list[SpeechUnit] = []
    columns = ("text", "char_start", "char_end", "is_speaker_change", "speaker_label")
    for text, start, end, is_change, label in segments.select(columns).iter_rows():
        # Places inside a segment are known only where its text is written as it is shown.
        is_cut = " - " in text and len(text) == end - start and label is None
        cuts = list(_MARK_INSIDE.finditer(text)) if is_cut else []
        at = 0
        for cut in cuts:
            units.append(
                SpeechUnit(text[at : cut.start()], start + at, start + cut.start(), is_change or at > 0, label)
            )
            at = cut.end()
        units.append(SpeechUnit(text[at:], start + at, end, is_change or at > 0, label))
    return units


def _named_spans(reading: CopyPeople, units: list[SpeechUnit], finder: NameFinder) -> Iterator[dict[str, Any]]:
    reader = ClueReader(units, finder)
    people, clues = participants(reading, reader)
    if people and clues:
        guesses = guess_speakers(reader, people, clues)
        yield from _spans(reading, units, people, guesses, reader.turn_of)


def guess_speakers(reader: ClueReader, people: Sequence[Participant], clues: Sequence[Clue]) -> list[_Guess | None]:
    """Return who speaks each unit of a copy, None where that stays open."""
    change = change_probabilities(reader.units)
    styles = styles_of([unit.text for unit in reader.units])
    if is_conversation_of_two(np.add.reduceat(styles, reader.turn_starts)):
        return _as_two_voices(reader, people, clues, change, styles)
    return _one_by_one(reader, people, clues, change)


def _as_two_voices(
    reader: ClueReader,
    people: Sequence[Participant],
    clues: Sequence[Clue],
    change: Sequence[float],
    styles: Styles,
) -> list[_Guess | None]:
    voices = two_voices(styles, change, reader.turn_of)
    weighted = [(voice, clue, voices[clue.unit][voice]) for clue in clues for voice in (0, 1)]
    names, _ = voice_names(weighted, 2, people, weight_of_others(people, reader))
    # A third person who opens the show and falls silent would lend a name to the voice of another: what one turn says
    # of a voice holds for all its turns only where both voices are known and nobody else is known to be there.
    present = sum(person.weight >= _PRESENT for person in people)
    if None in names or present > 2:
        return _one_by_one(reader, people, clues, change)
    own = {reader.turn_of[clue.unit]: clue for clue in clues if WEIGHT_OF_CLUE[clue.kind] > 1}
    guesses: list[_Guess | None] = []
    for shares, turn in zip(voices, reader.turn_of, strict=True):
        voice = 0 if shares[0] >= shares[1] else 1
        name = names[voice]
        if name is None or name.confidence * shares[voice] < _MIN_CONFIDENCE:
            guesses.append(None)
            continue
        clue = own.get(turn)
        rule = clue.kind if clue and clue.person == name.person else "two_voices"
        guesses.append(_Guess(name.person, name.confidence * shares[voice], rule))
    return guesses


def _one_by_one(
    reader: ClueReader, people: Sequence[Participant], clues: Sequence[Clue], change: Sequence[float]
) -> list[_Guess | None]:
    others = max(_MIN_STRANGERS, weight_of_others(people, reader))
    weights = [*(person.weight for person in people), others]
    evidence = [[0.0] * len(weights) for _ in reader.units]
    rules: dict[tuple[int, int], str] = {}
    for clue in clues:
        evidence[clue.unit][clue.person] += WEIGHT_OF_CLUE[clue.kind]
        if WEIGHT_OF_CLUE[clue.kind] > 1:
            rules.setdefault((reader.turn_of[clue.unit], clue.person), clue.kind)
    missing = sum(p for p, unit in zip(change, reader.units, strict=True) if not unit.is_marked)
    is_sparse = missing > _MANY_MISSING * len(reader.turn_starts)
    least = _MIN_WHERE_MISSING if is_sparse else _MIN_CONFIDENCE
    guesses: list[_Guess | None] = []
    for shares, turn in zip(posteriors(change, evidence, weights), reader.turn_of, strict=True):
        best = shares.index(max(shares[:-1]))
        guesses.append(
            _Guess(best, shares[best], rules.get((turn, best), "turn_taking")) if shares[best] >= least else None
        )
    return guesses


def change_probabilities(units: Sequence[SpeechUnit]) -> list[float]:
    """Return for each unit how likely another speaker begins there.

    How many changes the source leaves unmarked is told by the answers: after a question the speaker changes as a rule.
    """
    classes: list[tuple[str, bool]] = [("stop", False)][: len(units)]
    expected = marked = 0.0
    for before, unit in pairwise(units):
        kind = _boundary(before.text, unit.text)
        classes.append(kind)
        if kind in (("question", True), ("cut", True)):
            expected += _CHANGES[kind]
            marked += unit.is_marked
    missing = 1.0 - min(0.998, (marked + 1.0) / (expected + 1.0)) if expected else 0.3
    result = []
    for kind, unit in zip(classes, units, strict=True):
        share = _CHANGES[kind]
        unmarked = share * missing / (share * missing + 1.0 - share)
        result.append(_MARK_IS_RIGHT if unit.is_marked else unmarked)
    return result


def _boundary(before: str, after: str) -> tuple[str, bool]:
    last = before.rstrip("\"”’')")[-1:]
    if last == "?":
        end = "question"
    elif last in ".!…":
        end = "stop"
    else:
        end = "cut" if last in "-—–" else "open"
    return end, after[:1].isupper() and bool(_ANSWERS.match(after))


def _spans(
    reading: CopyPeople,
    units: Sequence[SpeechUnit],
    people: Sequence[Participant],
    guesses: Sequence[_Guess | None],
    turn_of: Sequence[int],
) -> Iterator[dict[str, Any]]:
    """Yield the stretches of one speaker; a stretch ends at a mark."""
    row: dict[str, Any] | None = None
    confidences: list[float] = []
    last: tuple[int, int] | None = None

    def ended(row: dict[str, Any]) -> dict[str, Any]:
        return row | {"confidence": min(_MAX_CONFIDENCE, sum(confidences) / len(confidences))}

    for unit, guess, turn in zip(units, guesses, turn_of, strict=True):
        is_named = guess is not None and unit.char_end > unit.char_start
        key = (turn, guess.person) if guess is not None else None
        if row and (not is_named or key != last):
            yield ended(row)
            row = None
        if is_named and guess is not None:
            if row is None:
                name = people[guess.person].name
                confidences = []
                row = {
                    "copy_id": reading.copy_id,
                    "char_start": unit.char_start,
                    "speaker_label": None,
                    "person_id": reading.person_id(name),
                    "person_name": name.text,
                    "rule": guess.rule,
                    "label_copy_id": None,
                }
            row["char_end"] = unit.char_end
            confidences.append(guess.confidence)
        last = key
    if row:
        yield ended(row)
