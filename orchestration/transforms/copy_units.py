"""The texts of a copy that tell of its people: title, notes and opening speech, sentence by sentence."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from orchestration.formats.display import Display, display, tidy
from orchestration.transforms.person_names import sentences
from orchestration.transforms.person_patterns import LIST_HEAD, LIST_ITEM, Place, Role

INTRO_SEGMENTS = 60
INTRO_CHARS = 14_000
NOTES_CHARS = 40_000
_MAX_JOINED_CHARS = 2_000
_MAX_LIST_ITEMS = 12
_MAX_LIST_HEAD_CHARS = 40
_MAX_LIST_ITEM_CHARS = 400


@dataclass(slots=True)
class Unit:
    """A passage, or what one speaker says without a break, sentence by sentence.

    Speech may run over several segments, each with a part of the text, since captions break sentences and names.
    """

    place: Place
    text: str
    parts: list[Part]
    label: str | None = None
    listed_as: Role | None = None
    """The role of the people of a list, in a line of such a list."""
    is_opening: bool = False
    """Whether the notes begin with it."""
    _sentences: list[tuple[int, int]] | None = None
    _shown: dict[int, Display] = field(default_factory=dict)

    @property
    def sentences(self) -> list[tuple[int, int]]:
        """The ranges of the sentences; a title is one."""
        if self._sentences is None:
            is_one = self.place == "title"
            self._sentences = [(0, len(self.text))] if is_one else sentences(self.text[:NOTES_CHARS])
        return self._sentences

    def span(self, start: int, end: int, at: int, document: str | None) -> tuple[str, int, int]:
        """Return the quote of [start, end) of the text and its range in the document text.

        A quote is characters of one segment or passage: the one that holds the character `at` of the text.
        """
        number = bisect_right(self.parts, at, key=lambda part: part.text_start) - 1
        part = self.parts[number]
        text = self.text[part.text_start : part.text_end]
        start, end = max(start, part.text_start) - part.text_start, min(end, part.text_end) - part.text_start
        if document is None or start >= end:
            return text, part.char_start, part.char_end
        # One passage gives many quotes.
        shown = self._shown.get(number)
        if shown is None:
            shown = self._shown[number] = display(document[part.char_start : part.char_end])
        raw_start, raw_end = shown.raw_span(start, end)
        raw_start, raw_end = part.char_start + raw_start, part.char_start + raw_end
        return tidy(document[raw_start:raw_end]), raw_start, raw_end

    def extend(self, text: str, char_start: int, char_end: int) -> None:
        """Add the text of the next segment."""
        text_start = len(self.text) + 1
        self.text += f" {text}"
        self.parts.append(Part(text_start, text_start + len(text), char_start, char_end))


class Part(NamedTuple):
    """A part of a unit's text, and the characters of the document that it shows."""

    text_start: int
    text_end: int
    char_start: int
    char_end: int


def single_unit(place: Place, text: str, char_start: int, char_end: int, label: str | None = None) -> Unit:
    """Return the unit of one passage or segment."""
    return Unit(place, text, [Part(0, len(text), char_start, char_end)], label)


def read_units(passages: pl.DataFrame, segments: pl.DataFrame) -> dict[str, list[Unit]]:
    """Return the passages and the opening speech of each copy."""
    units: dict[str, list[Unit]] = defaultdict(list)
    columns = ("copy_id", "field", "text", "char_start", "char_end")
    for copy_id, place, text, start, end in passages.sort("copy_id", "passage_index").select(columns).iter_rows():
        own = units[copy_id]
        unit = single_unit("title" if place == "title" else "notes", text, start, end)
        unit.is_opening = unit.place == "notes" and not any(known.place == "notes" for known in own)
        own.append(unit)
    for own in units.values():
        _mark_lists(own)
    spoken: Counter[str] = Counter()
    opening = segments.filter((pl.col("segment_index") < INTRO_SEGMENTS) & pl.col("is_speech")).sort(
        "copy_id", "segment_index"
    )
    for copy_id, text, start, end, label, is_change in opening.select(
        "copy_id", "text", "char_start", "char_end", "speaker_label", "is_speaker_change"
    ).iter_rows():
        own = units[copy_id]
        if spoken[copy_id] < INTRO_CHARS:
            last = own[-1] if own and own[-1].place == "speech" else None
            if last and last.label == label and not is_change and len(last.text) < _MAX_JOINED_CHARS:
                last.extend(text, start, end)
            else:
                own.append(single_unit("speech", text, start, end, label))
        spoken[copy_id] += len(text)
    return units


def _mark_lists(units: list[Unit]) -> None:
    """Mark the lines below a heading such as `Guests:`, up to the first that cannot begin with a name."""
    role: Role | None = None
    left = 0
    for unit in units:
        if unit.place != "notes":
            continue
        head = LIST_HEAD.match(unit.text) if len(unit.text) <= _MAX_LIST_HEAD_CHARS else None
        if head:
            role, left = "host" if head.group("host") else "guest", _MAX_LIST_ITEMS
            continue
        left = left - 1 if LIST_ITEM.match(unit.text) and len(unit.text) <= _MAX_LIST_ITEM_CHARS else 0
        unit.listed_as = role if left > 0 else None
