"""The pieces that turns are made of: segments, cut where a kind of stretch or a speaker changes inside one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any, NamedTuple

from orchestration.formats.display import tidy

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


@dataclass(slots=True)
class Piece:
    """A segment, or the part of one that lies in a single kind of stretch and has a single speaker."""

    text: str
    char_start: int
    char_end: int
    speaker: Speaker
    segment_kind: str
    start_s: float | None
    end_s: float | None
    is_speaker_change: bool
    is_paragraph_start: bool


def pieces_of(
    segments: Iterable[dict[str, Any]],
    text: str,
    kinds: Sequence[Stretch],
    speakers: Sequence[Stretch],
    labelled: dict[str, Speaker],
) -> list[Piece]:
    """Return the pieces of a copy in order.

    segments: its rows of speech. text: its document text. kinds, speakers: stretches in order that do not overlap;
    values are kinds and Speakers. labelled: the speakers of labels; a segment with a label has no other.
    """
    # Up to here all stretches end. Kinds may lie inside each other.
    kind_ends = list(accumulate((stretch.char_end for stretch in kinds), max))
    speaker_ends = list(accumulate((stretch.char_end for stretch in speakers), max))
    pieces: list[Piece] = []
    for segment in segments:
        start, end = segment["char_start"], segment["char_end"]
        kind_cuts = _cuts(start, end, islice(kinds, bisect_right(kind_ends, start), None), "content")
        label = segment["speaker_label"]
        if label is not None:
            own = labelled.get(label) or Speaker(label, None, None, "native", segment["copy_id"])
            speaker_cuts = [(start, own)]
        else:
            around = islice(speakers, bisect_right(speaker_ends, start), None)
            speaker_cuts = _without_gaps(text, end, _cuts(start, end, around, NOBODY))
        edges = sorted({at for at, _ in (*kind_cuts, *speaker_cuts)})
        for piece_start, piece_end in zip(edges, [*edges[1:], end], strict=True):
            is_whole = piece_start == start and piece_end == end
            raw = text[piece_start:piece_end]
            shown = segment["text"] if is_whole else tidy(raw)
            if not shown:
                continue
            # A piece begins and ends at its first and last visible character, as a segment does.
            lead = len(raw) - len(raw.lstrip())
            pieces.append(
                Piece(
                    text=shown,
                    char_start=piece_start + lead,
                    char_end=piece_start + len(raw.rstrip()),
                    speaker=_at(speaker_cuts, piece_start),
                    segment_kind=_at(kind_cuts, piece_start),
                    start_s=segment["start_s"] if piece_start == start else None,
                    end_s=segment["end_s"] if piece_end == end else None,
                    is_speaker_change=segment["is_speaker_change"] and piece_start == start,
                    is_paragraph_start=segment["is_paragraph_start"] and piece_start == start,
                )
            )
    return pieces


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
