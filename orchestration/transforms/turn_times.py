"""When a turn is said: the copy's own times, or those of another copy that the alignment carries over."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, NamedTuple

import polars as pl

from orchestration.transforms.turn_pieces import Piece

# Speech between two known times is placed between them where they are about as far apart as it takes to say it: not
# more than so many times as far, nor less than the inverse, give or take some seconds.
_CHARACTERS_PER_S = 15.0
_MAX_TEMPO = 3.0
_TOLERANCE_S = 2.0
# Else something was put in or cut out there: what is this near to a known time is placed by its length, no more.
_MAX_REACH_S = 6.0
# Where a copy's own times are apart, nothing was put in or cut out: they bound what lies between.
_MAX_BRIDGED_S = 120.0


class _Point(NamedTuple):
    """A character of a copy whose time is known."""

    char: int
    time_s: float


class TurnClock:
    """The clock of a copy, its own or another's, and where in the text its times are known."""

    def __init__(self, copy_id: str, pieces: list[Piece], anchors: pl.DataFrame | None) -> None:
        """Take the pieces of the copy in order, and its anchors on the clock of one other copy, where there are any."""
        self._has_own = any(piece.start_s is not None for piece in pieces)
        self._clock_copy_id: str | None = None
        self._points: list[_Point] = []
        if self._has_own:
            self._clock_copy_id = copy_id
            self._points = _forward(_own_points(pieces))
        elif anchors is not None and anchors.height:
            self._clock_copy_id = anchors["other_copy_id"][0]
            ends = anchors.select("char_start", "char_end", "start_s", "end_s").iter_rows()
            self._points = _forward(
                point for start, end, start_s, end_s in ends for point in (_Point(start, start_s), _Point(end, end_s))
            )
        self._chars = [point.char for point in self._points]
        self._anchored = set() if self._has_own else set(self._chars)

    def times(self, first: Piece, last: Piece, following: Piece | None) -> dict[str, Any]:
        """Return `start_s`, `end_s`, `time_source` and `clock_copy_id` of a turn. following: the next's first."""
        start_s, source = first.start_s, "native"
        if start_s is None:
            start_s = self._at(first.char_start)
            source = "aligned" if first.char_start in self._anchored else "interpolated"
        if start_s is None:
            return {"start_s": None, "end_s": None, "time_source": "none", "clock_copy_id": None}
        end_s = last.end_s
        if end_s is None and self._has_own and following is not None:
            end_s = following.start_s
        if end_s is None:
            end_s = self._at(last.char_end)
        return {
            "start_s": start_s,
            "end_s": end_s if end_s is None or end_s >= start_s else None,
            "time_source": source,
            "clock_copy_id": self._clock_copy_id,
        }

    def _at(self, char: int) -> float | None:
        """Return the time at a character: known, or by its place between the known ones around it."""
        after = bisect_right(self._chars, char)
        if after and self._chars[after - 1] == char:
            return self._points[after - 1].time_s
        if not after or after == len(self._points):
            return None
        left, right = self._points[after - 1], self._points[after]
        gap_s = right.time_s - left.time_s
        between_s = left.time_s + gap_s * (char - left.char) / (right.char - left.char)
        if self._has_own:
            return between_s if gap_s <= _MAX_BRIDGED_S else None
        said_s = (right.char - left.char) / _CHARACTERS_PER_S
        if said_s / _MAX_TEMPO - _TOLERANCE_S <= gap_s <= said_s * _MAX_TEMPO + _TOLERANCE_S:
            return between_s
        # A turn begins with what follows it: the later time tells more than the earlier one.
        before_s, after_s = (right.char - char) / _CHARACTERS_PER_S, (char - left.char) / _CHARACTERS_PER_S
        if before_s <= _MAX_REACH_S:
            return max(left.time_s, right.time_s - before_s)
        return min(right.time_s, left.time_s + after_s) if after_s <= _MAX_REACH_S else None


def _own_points(pieces: list[Piece]) -> Iterable[_Point]:
    """Return where cues begin, and where they end before the next begins."""
    next_start: float | None = None
    points = []
    for piece in reversed(pieces):
        if piece.end_s is not None and (next_start is None or piece.end_s <= next_start):
            points.append(_Point(piece.char_end, piece.end_s))
        if piece.start_s is not None:
            points.append(_Point(piece.char_start, piece.start_s))
            next_start = piece.start_s
    return reversed(points)


def _forward(points: Iterable[_Point]) -> list[_Point]:
    """Keep the points at which both text and time go forward."""
    kept: list[_Point] = []
    for point in points:
        if not kept or (point.char > kept[-1].char and point.time_s >= kept[-1].time_s):
            kept.append(point)
    return kept
