"""The pieces that turns are made of: segments, cut where a kind of stretch or a speaker changes inside one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orchestration.formats.display import tidy
from orchestration.transforms.letters import Bools, Ints

Seconds = NDArray[np.float64]

KINDS = ("content", "sponsor", "promo", "intro", "outro", "unknown")
_KIND_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}

_WORD = re.compile(r"[^\W_]")


class Speaker(NamedTuple):
    """Who speaks, how that is known (`speaker_source`) and from the label of which copy."""

    label: str | None
    person_id: str | None
    confidence: float | None
    source: str
    copy_id: str | None

    def is_same(self, other: Speaker) -> bool:
        """Tell whether both are one speaker known in one way, whatever the confidence."""
        return self[:2] == other[:2] and self[3:] == other[3:]


NOBODY = Speaker(None, None, None, "none", None)


class Stretch(NamedTuple):
    """Characters of a document text of one kind, or of one speaker."""

    char_start: int
    char_end: int
    value: Any


@dataclass(frozen=True, slots=True)
class Pieces:
    """Segments, and parts of such that lie in a single kind of stretch and have a single speaker, in order.

    speaker: the number in `speakers`. kind: the number in KINDS. start_s, end_s: NaN where there is none.
    """

    text: list[str]
    char_start: Ints
    char_end: Ints
    speaker: Ints
    speakers: list[Speaker]
    kind: Ints
    start_s: Seconds
    end_s: Seconds
    is_speaker_change: Bools
    is_paragraph_start: Bools

    def __len__(self) -> int:
        """Return the number of pieces."""
        return len(self.text)


def pieces_of(
    segments: pl.DataFrame,
    text: str,
    kinds: Sequence[Stretch],
    speakers: Sequence[Stretch],
    labelled: dict[str, Speaker],
) -> Pieces:
    """Return the pieces of a copy.

    segments: its rows of speech, in order. text: its document text. kinds, speakers: stretches in order that do not
    overlap; values are kinds and Speakers. labelled: the speakers of labels; a segment with a label has no other.
    """
    cutter = _Cutter(text, kinds, speakers, labelled, segments["copy_id"][0])
    texts, labels = segments["text"].to_list(), segments["speaker_label"].to_list()
    start, end = segments["char_start"].to_numpy(), segments["char_end"].to_numpy()
    kind, is_cut_by_kind = _only_stretch(start, end, kinds)
    stretch, is_cut_by_speaker = _only_stretch(start, end, speakers)
    numbers = {label: -1 if label is None else cutter.number_of_label(label) for label in dict.fromkeys(labels)}
    of_label = np.array([numbers[label] for label in labels], np.int64)
    kind_numbers = np.array([*(_KIND_NUMBERS[one.value] for one in kinds), _KIND_NUMBERS["content"]])
    speaker_numbers = np.array([*(cutter.number(one.value) for one in speakers), cutter.number(NOBODY)])
    is_cut = is_cut_by_kind | ((of_label < 0) & is_cut_by_speaker) | _are_ragged(texts, start, end, text)
    whole, cut = np.flatnonzero(~is_cut), np.flatnonzero(is_cut)
    parts = [part for number in cut.tolist() for part in cutter.parts(number, texts, labels, start, end)]
    part = np.array([one[:5] for one in parts], np.int64).reshape(-1, 5)
    segment = np.concatenate((whole, part[:, 0]))
    order = np.argsort(segment, kind="stable")
    segment = segment[order]
    of_whole = np.where(of_label < 0, speaker_numbers[stretch], of_label)
    first = np.concatenate((start[whole], part[:, 1]))[order]
    last = np.concatenate((end[whole], part[:, 2]))[order]
    shown = np.array([*texts, *(one[5] for one in parts)], object)
    of_shown = np.concatenate((whole, len(texts) + np.arange(len(parts))))[order]
    # A piece begins and ends at its first and last visible character, as a segment does: only parts are trimmed.
    trimmed = np.array([one[6:] for one in parts], np.int64).reshape(-1, 2)
    return Pieces(
        text=shown[of_shown].tolist(),
        char_start=np.concatenate((start[whole], trimmed[:, 0]))[order],
        char_end=np.concatenate((end[whole], trimmed[:, 1]))[order],
        speaker=np.concatenate((of_whole[whole], part[:, 3]))[order],
        speakers=cutter.speakers,
        kind=np.concatenate((kind_numbers[kind][whole], part[:, 4]))[order],
        start_s=np.where(first == start[segment], segments["start_s"].to_numpy()[segment], np.nan),
        end_s=np.where(last == end[segment], segments["end_s"].to_numpy()[segment], np.nan),
        is_speaker_change=segments["is_speaker_change"].to_numpy()[segment] & (first == start[segment]),
        is_paragraph_start=segments["is_paragraph_start"].to_numpy()[segment] & (first == start[segment]),
    )


def _only_stretch(start: Ints, end: Ints, stretches: Sequence[Stretch]) -> tuple[Ints, Bools]:
    """Return for each segment the number of the stretch that it lies in, and whether it may lie in more than one.

    The number is that of all stretches where it lies in none. Beside a stretch that it leaves is another one, or none.
    """
    from_char = np.array([stretch.char_start for stretch in stretches], np.int64)
    to_char = np.array([stretch.char_end for stretch in stretches], np.int64)
    if np.any(from_char[1:] < to_char[:-1]):
        return np.zeros(len(start), np.int64), np.ones(len(start), np.bool_)
    number = np.searchsorted(to_char, start, "right")
    begins, ends = (np.append(column, np.iinfo(np.int64).max)[number] for column in (from_char, to_char))
    is_outside = begins >= end
    return np.where(is_outside, len(stretches), number), ~is_outside & ((begins > start) | (ends < end))


def _are_ragged(texts: Sequence[str], start: Ints, end: Ints, document: str) -> Bools:
    """Tell which segments show nothing, or begin or end with white space."""
    raws = [document[first:last] for first, last in zip(start.tolist(), end.tolist(), strict=True)]
    ragged = [not text or (raw != text and raw != raw.strip()) for raw, text in zip(raws, texts, strict=True)]
    return np.array(ragged, np.bool_)


class _Cutter:
    """Cuts segments where a kind of stretch or a speaker changes inside one."""

    def __init__(
        self,
        text: str,
        kinds: Sequence[Stretch],
        speakers: Sequence[Stretch],
        labelled: dict[str, Speaker],
        copy_id: str,
    ) -> None:
        self.speakers: list[Speaker] = []
        self._numbers: dict[Speaker, int] = {}
        self._text, self._kinds, self._stretches = text, kinds, speakers
        self._labelled, self._copy_id = labelled, copy_id
        # Up to here all stretches end. Kinds may lie inside each other.
        self._kind_ends = list(accumulate((stretch.char_end for stretch in kinds), max))
        self._speaker_ends = list(accumulate((stretch.char_end for stretch in speakers), max))

    def number(self, speaker: Speaker) -> int:
        """Return the number of a speaker."""
        number = self._numbers.setdefault(speaker, len(self.speakers))
        if number == len(self.speakers):
            self.speakers.append(speaker)
        return number

    def number_of_label(self, label: str) -> int:
        """Return the number of the speaker of a label."""
        return self.number(self._labelled.get(label) or Speaker(label, None, None, "native", self._copy_id))

    def parts(
        self, number: int, texts: Sequence[str], labels: Sequence[str | None], starts: Ints, ends: Ints
    ) -> Iterator[tuple[int, int, int, int, int, str, int, int]]:
        """Yield the parts of a segment: its number, the part's range, speaker, kind, text, and range without space."""
        start, end, label = int(starts[number]), int(ends[number]), labels[number]
        kind_cuts = _cuts(start, end, islice(self._kinds, bisect_right(self._kind_ends, start), None), "content")
        if label is not None:
            speaker_cuts: list[tuple[int, Any]] = [(start, self.speakers[self.number_of_label(label)])]
        else:
            around = islice(self._stretches, bisect_right(self._speaker_ends, start), None)
            speaker_cuts = _without_gaps(self._text, end, _cuts(start, end, around, NOBODY))
        edges = sorted({at for at, _ in (*kind_cuts, *speaker_cuts)})
        for first, last in zip(edges, [*edges[1:], end], strict=True):
            raw = self._text[first:last]
            shown = texts[number] if first == start and last == end else tidy(raw)
            if shown:
                speaker, kind = self.number(_at(speaker_cuts, first)), _KIND_NUMBERS[_at(kind_cuts, first)]
                begin = first + len(raw) - len(raw.lstrip())
                yield number, first, last, speaker, kind, shown, begin, first + len(raw.rstrip())


def _cuts(start: int, end: int, stretches: Iterable[Stretch], default: Any) -> list[tuple[int, Any]]:
    """Return where parts of the segment [start, end) begin, each with its value."""
    cuts: list[tuple[int, Any]] = []
    at = start
    for stretch in stretches:
        if stretch.char_end <= at:
            continue
        if stretch.char_start >= end:
            break
        if stretch.char_start > at:
            cuts.append((at, default))
        cuts.append((max(at, stretch.char_start), stretch.value))
        at = stretch.char_end
    if at < end:
        cuts.append((at, default))
    return cuts


def _without_gaps(text: str, end: int, cuts: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """Leave out parts without a word, which go to the part before them, and cuts at which nobody else speaks."""
    kept: list[tuple[int, Any]] = []
    for (at, speaker), (following, _) in zip(cuts, [*cuts[1:], (end, None)], strict=True):
        if kept and (speaker.is_same(kept[-1][1]) or not _WORD.search(text, at, following)):
            continue
        if len(kept) == 1 and not _WORD.search(text, kept[0][0], at):
            kept = [(kept[0][0], speaker)]
        else:
            kept.append((at, speaker))
    return kept


def _at(cuts: list[tuple[int, Any]], char: int) -> Any:
    """Return the value of the part that `char` lies in."""
    return cuts[bisect_right(cuts, char, key=lambda cut: cut[0]) - 1][1]
