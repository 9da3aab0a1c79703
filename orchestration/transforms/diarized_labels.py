"""Labels of diarization to people: `Speaker 0`, `SPEAKER_01` and `A` tell voices apart and name nobody.

A voice gets the name under which another copy of the episode has most of its words. Where no copy has, it gets the name
that its own words and the turns around it tell.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from orchestration.transforms.alignment import both_ways
from orchestration.transforms.copy_people import CopyPeople, person_key
from orchestration.transforms.person_names import Name, NameFinder
from orchestration.transforms.voice_clues import ClueReader, SpeechUnit
from orchestration.transforms.voice_names import voice_names
from orchestration.transforms.voice_people import participants, weight_of_others

# `Speaker 0`, `spk_1`, `SPEAKER S12`, `F4`, `B`, `3`, `Host`. Labels such as `Unknown` or `Audience` are many voices.
_DIARIZED = re.compile(
    r"(?:(?:speaker|spkr|spk|voice|person|participant|channel)[ _#-]{0,2})?[a-z]?[ _-]?\d{1,3}|"
    r"(?:(?:speaker|spkr|spk|voice|person|participant|channel)[ _#-]{0,2})?[a-z]|host|interviewer|moderator",
    re.IGNORECASE,
)
_MIN_ALIGNED_CHARS = 150
_MIN_ALIGNED_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class LabelGuess:
    """Who may be behind a label: the person, or only candidates."""

    name: Name | None
    confidence: float | None
    rule: str
    candidates: tuple[Name, ...] = ()


@lru_cache(maxsize=4096)
def is_diarized(label: str) -> bool:
    """Return whether a label tells one voice from others without naming it."""
    return bool(_DIARIZED.fullmatch(label.strip(" []()*:")))


def guess_labels(
    reading: CopyPeople, segments: pl.DataFrame, finder: NameFinder, named: Mapping[str, Name]
) -> dict[str, LabelGuess]:
    """Return who is behind the diarized labels of a copy, as far as its speech tells.

    segments: those of the copy, in order. named: the people behind its other labels, who are behind none of these.
    """
    voices = sorted(label for label in reading.labels if is_diarized(label))
    if not voices:
        return {}
    speech = segments.filter("is_speech").select("text", "char_start", "char_end", "speaker_label")
    units: list[SpeechUnit] = []
    last: str | None = None
    for text, start, end, label in speech.iter_rows():
        units.append(SpeechUnit(text, start, end, label != last, label))
        last = label
    reader = ClueReader(units, finder)
    people, clues = participants(reading, reader)
    taken = {person_key(name) for name in named.values()}
    free = [number for number, person in enumerate(people) if person_key(person.name) not in taken]
    number_of = {old: new for new, old in enumerate(free)}
    voice_of = {label: number for number, label in enumerate(voices)}
    heard = [
        (voice_of[label], type(clue)(clue.unit, number_of[clue.person], clue.kind), 1.0)
        for clue in clues
        if (label := units[clue.unit].voice) in voice_of and clue.person in number_of
    ]
    kept = [people[old] for old in free]
    names, candidates = voice_names(heard, len(voices), kept, weight_of_others(people, reader))
    guesses = {}
    for label, name, others in zip(voices, names, candidates, strict=True):
        may_be = tuple(kept[n].name for n in others)
        guesses[label] = (
            LabelGuess(kept[name.person].name, min(0.95, name.confidence), name.rule)
            if name
            else LabelGuess(None, None, "unresolved", may_be)
        )
    return guesses


def aligned_labels(
    segments: pl.DataFrame, copy_alignments: pl.DataFrame, named: Mapping[tuple[str, str], Name]
) -> dict[tuple[str, str], tuple[Name, float]]:
    """Return the person and confidence of each diarized label of a copy by the labels that aligned copies have there.

    named: the person behind each label of each copy that is known without this. The name must stand for most of what
    the label says, and for more of it than of any other label.
    """
    labels = [label for label in segments["speaker_label"].drop_nulls().unique() if is_diarized(label)]
    if not labels or copy_alignments.is_empty():
        return {}
    wanted = set(segments.filter(pl.col("speaker_label").is_in(labels))["copy_id"])
    anchors = both_ways(copy_alignments).filter(pl.col("copy_id").is_in(list(wanted)))
    involved = wanted | set(anchors["other_copy_id"])
    ranges: dict[str, list[tuple[int, int, str | None]]] = defaultdict(list)
    speech = segments.filter(pl.col("copy_id").is_in(list(involved)) & pl.col("is_speech")).sort(
        "copy_id", "segment_index"
    )
    for copy_id, *of_segment in speech.select("copy_id", "char_start", "char_end", "speaker_label").iter_rows():
        ranges[copy_id].append((of_segment[0], of_segment[1], of_segment[2]))
    said: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    names: dict[str, Name] = {}
    columns = "copy_id", "other_copy_id", "char_start", "char_end", "other_char_start", "other_char_end"
    for copy_id, other_id, start, end, other_start, other_end in anchors.select(columns).iter_rows():
        for piece_start, piece_end, label in _pieces(ranges[copy_id], start, end):
            if label is None or not is_diarized(label):
                continue
            share = ((piece_start + piece_end) / 2 - start) / max(end - start, 1)
            at = other_start + int(share * (other_end - other_start))
            other_label = next((piece[2] for piece in _pieces(ranges[other_id], at, at + 1)), None)
            name = named.get((other_id, other_label)) if other_label else None
            if name:
                names[person_key(name)] = name
                said[copy_id, label][person_key(name)] += piece_end - piece_start
    found: dict[tuple[str, str], tuple[Name, float]] = {}
    for (copy_id, label), counts in said.items():
        key, most = min(counts.items(), key=lambda item: (-item[1], item[0]))
        if counts.total() >= _MIN_ALIGNED_CHARS and most >= _MIN_ALIGNED_SHARE * counts.total():
            found[copy_id, label] = (names[key], 0.97 * most / counts.total())
    return found


def _pieces(
    ranges: Sequence[tuple[int, int, str | None]], start: int, end: int
) -> Iterator[tuple[int, int, str | None]]:
    """Yield the parts of [start, end) that lie in segments, each with its label."""
    at = max(0, bisect_right(ranges, start, key=lambda item: item[0]) - 1)
    while at < len(ranges) and ranges[at][0] < end:
        piece_start, piece_end = max(start, ranges[at][0]), min(end, ranges[at][1])
        if piece_start < piece_end:
            yield piece_start, piece_end, ranges[at][2]
        at += 1
