"""The sentences of a copy's speech, with their characters in the document.

Belongs here: where sentences begin and end. Text of a recogniser without punctuation is cut at its segments. All
sentences of a copy are told at once, as columns; an object is made of the few that somebody asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import polars as pl

from orchestration.formats.display import Display, display
from orchestration.transforms.letters import Ints, Letters
from orchestration.transforms.word_counts import word_counts

# Sentences longer than this come from a recogniser without punctuation: they are cut at segments.
_MAX_SENTENCE_WORDS = 60
_ENDS = ".?!…"
_CLOSERS = '"”’)'


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the speech: its text, its characters, when it begins and which run of one speaker it is in."""

    text: str
    char_start: int
    char_end: int
    start_s: float | None
    run: int
    word_count: int


class Sentences(Sequence[Sentence]):
    """The sentences of a copy in order. A sentence may run over segments of one speaker, not over a change.

    letters: the speech, the display forms of its segments joined by spaces. start, end: where each sentence stands in
    it. before: how many words stand before each, and all.
    """

    def __init__(self, segments: pl.DataFrame, document: str) -> None:
        """Take the segments of speech of a copy in order, and the text of its document.

        segments: `text, start_s, char_start, char_end`, and `is_change`, whether somebody else may speak than before.
        """
        shown = _Shown(segments, document)
        self.letters = shown.letters
        run = np.cumsum(segments["is_change"].to_numpy())
        start, end = _ranges(shown, run)
        self.start, self.end = start, end
        segment = shown.segment_at(start)
        self._run = run[segment]
        self._start_s = segments["start_s"].to_numpy()[segment]
        self._char_start, self._char_end = shown.char_starts(start, segment), shown.char_ends(end)
        self.before = np.concatenate(([0], np.cumsum(word_counts(shown.letters, start, end))))
        self._made: dict[int, Sentence] = {}

    def __len__(self) -> int:
        """Return the number of sentences."""
        return len(self.start)

    @overload
    def __getitem__(self, index: int) -> Sentence: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sentence]: ...
    def __getitem__(self, index: int | slice) -> Sentence | list[Sentence]:
        """Return a sentence, or those of a slice."""
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        made = self._made.get(index)
        if made is None:
            if index >= len(self):
                raise IndexError(index)
            made = self._made[index] = Sentence(
                self.text(index),
                int(self._char_start[index]),
                int(self._char_end[index]),
                None if np.isnan(self._start_s[index]) else float(self._start_s[index]),
                int(self._run[index]),
                int(self.before[index + 1] - self.before[index]),
            )
        return made

    def text(self, index: int) -> str:
        """Return the text of a sentence."""
        return self.letters.text[self.start[index] : self.end[index]]

    def texts(self) -> list[str]:
        """Return the texts of all sentences."""
        text = self.letters.text
        return [text[start:end] for start, end in zip(self.start.tolist(), self.end.tolist(), strict=True)]

    def at(self, places: Ints) -> Ints:
        """Return the sentence that each of these places of the speech lies in, or the one before it."""
        return np.maximum(0, np.searchsorted(self.start, places, "right") - 1)


class _Shown:
    """The display form of a copy's speech, and the way back to the document."""

    def __init__(self, segments: pl.DataFrame, document: str) -> None:
        texts = segments["text"].to_list()
        ranges = zip(segments["char_start"].to_list(), segments["char_end"].to_list(), strict=True)
        raws = [document[start:end] for start, end in ranges]
        # A line end for a space changes no place. All else is rare.
        self._displays = {
            number: display(raw)
            for number, (raw, text) in enumerate(zip(raws, texts, strict=True))
            if raw != text and raw.replace("\n", " ") != text
        }
        for number, shown in self._displays.items():
            texts[number] = shown.text
        self.letters = Letters(" ".join(texts))
        ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1) - 1
        self.segment_start = np.concatenate(([0], ends[:-1] + 1))
        self._char_start = segments["char_start"].to_numpy()

    def segment_at(self, places: Ints) -> Ints:
        return np.searchsorted(self.segment_start, places, "right") - 1

    def char_starts(self, places: Ints, segment: Ints) -> Ints:
        """Return the characters of the document that stand at these places of these segments."""
        first, inside = self._char_start[segment], places - self.segment_start[segment]
        found: Ints = first + inside
        for number, shown in self._of_displays(segment):
            found[number] = first[number] + shown.raw_offset(int(inside[number]))
        return found

    def char_ends(self, ends: Ints) -> Ints:
        """Return where the characters of the document end that stand before these places."""
        segment = self.segment_at(ends - 1)
        first, inside = self._char_start[segment], ends - self.segment_start[segment]
        found: Ints = first + inside
        for number, shown in self._of_displays(segment):
            found[number] = first[number] + shown.raw_span(int(inside[number]) - 1, int(inside[number]))[1]
        return found

    def _of_displays(self, segment: Ints) -> Iterator[tuple[int, Display]]:
        """Yield the positions of segments whose display form is not their text as it is, and that form."""
        if self._displays:
            for number in np.flatnonzero(np.isin(segment, list(self._displays))).tolist():
                yield number, self._displays[int(segment[number])]


def _ranges(shown: _Shown, run: Ints) -> tuple[Ints, Ints]:
    """Return where sentences begin and end in the display form, without white space at their ends."""
    letters, segment_start = shown.letters, shown.segment_start
    first_of_run = segment_start[np.flatnonzero(np.diff(run, prepend=-1))]
    spaces = letters.places_of(" ")
    last = spaces - 1
    # Quotes and brackets may close between the mark and the space.
    closed = np.flatnonzero(letters.are_in(last, _CLOSERS))
    while len(closed):
        last[closed] -= 1
        closed = closed[letters.are_in(last[closed], _CLOSERS)]
    borders = np.union1d(spaces[letters.are_in(last, _ENDS)], first_of_run)
    following = np.append(borders[1:], letters.length)
    # The space after a run is none of its own.
    is_run_end = np.isin(following, first_of_run)
    space_count = np.searchsorted(spaces, following - is_run_end) - np.searchsorted(spaces, borders)
    is_long = space_count > _MAX_SENTENCE_WORDS
    owner = np.searchsorted(borders, segment_start, "left") - 1
    cuts = segment_start[(owner >= 0) & is_long[owner]]
    start = np.union1d(borders, cuts)
    end = np.append(start[1:], letters.length)
    return _stripped(letters, start, end)


def _stripped(letters: Letters, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return the ranges without spaces at their ends, those that are not empty."""
    for side, step, at in ((start, 1, 0), (end, -1, -1)):
        moving = np.flatnonzero((start < end) & letters.are_in(side + at, " "))
        while len(moving):
            side[moving] += step
            moving = moving[(start[moving] < end[moving]) & letters.are_in(side[moving] + at, " ")]
    return start[start < end], end[start < end]
