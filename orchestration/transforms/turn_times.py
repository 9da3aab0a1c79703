"""When a turn is said: the copy's own times, or those of another copy that the alignment carries over."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from orchestration.transforms.letters import Ints
from orchestration.transforms.turn_pieces import Pieces, Seconds
from orchestration.transforms.word_times import next_known

TIME_SOURCES = ("native", "aligned", "interpolated", "none")
_NATIVE, _ALIGNED, _INTERPOLATED, _NONE = range(4)
_CHARACTERS, _SECONDS = ("char_start", "char_end"), ("start_s", "end_s")

# Speech between two known times is placed between them where they are about as far apart as it takes to say it: not
# more than so many times as far, nor less than the inverse, give or take some seconds.
_CHARACTERS_PER_S = 15.0
_MAX_TEMPO = 3.0
_TOLERANCE_S = 2.0
# Else something was put in or cut out there: what is this near to a known time is placed by its length, no more.
_MAX_REACH_S = 6.0
# Where a copy's own times are apart, nothing was put in or cut out: they bound what lies between.
_MAX_BRIDGED_S = 120.0


class TurnTimes(NamedTuple):
    """When turns are said, and how that is known. NaN where there is no time; the source is one of TIME_SOURCES."""

    start_s: Seconds
    end_s: Seconds
    source: Ints
    clock_copy_id: str | None


class _Points(NamedTuple):
    """Characters of a copy whose times are known."""

    char: Ints
    time_s: Seconds


def turn_times(copy_id: str, pieces: Pieces, anchors: pl.DataFrame | None, first: Ints, last: Ints) -> TurnTimes:
    """Return when turns are said, on the clock of the copy, its own or another's.

    anchors: those of the copy on the clock of one other copy, where there are any. first, last: pieces of the turns.
    """
    has_own = not np.isnan(pieces.start_s).all()
    clock_copy_id, points = None, _Points(np.zeros(0, np.int64), np.zeros(0))
    if has_own:
        clock_copy_id, points = copy_id, _forward(_own_points(pieces))
    elif anchors is not None and anchors.height:
        clock_copy_id = anchors["other_copy_id"][0]
        chars, times = (anchors.select(pair).to_numpy().reshape(-1) for pair in (_CHARACTERS, _SECONDS))
        points = _forward(_Points(chars, times))
    start_s, char_start = pieces.start_s[first], pieces.char_start[first]
    is_native = ~np.isnan(start_s)
    start_s = np.where(is_native, start_s, _at(points, char_start, is_own=has_own))
    is_anchored = np.isin(char_start, points.char) if not has_own else np.zeros(len(first), np.bool_)
    source = np.select([np.isnan(start_s), is_native, is_anchored], [_NONE, _NATIVE, _ALIGNED], _INTERPOLATED)
    end_s = pieces.end_s[last]
    if has_own:
        following = np.append(pieces.start_s[first[1:]], np.nan)
        end_s = np.where(np.isnan(end_s), following, end_s)
    end_s = np.where(np.isnan(end_s), _at(points, pieces.char_end[last], is_own=has_own), end_s)
    return TurnTimes(start_s, np.where(end_s >= start_s, end_s, np.nan), source, clock_copy_id)


def _at(points: _Points, char: Ints, *, is_own: bool) -> Seconds:
    """Return the times at characters: known, or by their place between the known ones around them."""
    if not len(points.char):
        return np.full(len(char), np.nan)
    after = np.searchsorted(points.char, char, "right")
    before = np.maximum(after - 1, 0)
    is_known = (after > 0) & (points.char[before] == char)
    is_between = (after > 0) & (after < len(points.char))
    after = np.minimum(after, len(points.char) - 1)
    left, right, left_s, right_s = points.char[before], points.char[after], points.time_s[before], points.time_s[after]
    gap_s, length = right_s - left_s, np.maximum(1, right - left)
    between_s = left_s + gap_s * (char - left) / length
    if is_own:
        found = np.where(gap_s <= _MAX_BRIDGED_S, between_s, np.nan)
    else:
        said_s = (right - left) / _CHARACTERS_PER_S
        is_as_said = (said_s / _MAX_TEMPO - _TOLERANCE_S <= gap_s) & (gap_s <= said_s * _MAX_TEMPO + _TOLERANCE_S)
        # A turn begins with what follows it: the later time tells more than the earlier one.
        before_s, after_s = (right - char) / _CHARACTERS_PER_S, (char - left) / _CHARACTERS_PER_S
        found = np.select(
            [is_as_said, before_s <= _MAX_REACH_S, after_s <= _MAX_REACH_S],
            [between_s, np.maximum(left_s, right_s - before_s), np.minimum(right_s, left_s + after_s)],
            np.nan,
        )
    return np.where(is_known, left_s, np.where(is_between, found, np.nan))


def _own_points(pieces: Pieces) -> _Points:
    """Return where cues begin, and where they end before the next begins."""
    following = next_known(pieces.start_s)
    is_end = ~np.isnan(pieces.end_s) & (np.isnan(following) | (pieces.end_s <= following))
    is_point = np.column_stack((~np.isnan(pieces.start_s), is_end)).reshape(-1)
    chars = np.column_stack((pieces.char_start, pieces.char_end)).reshape(-1)
    times = np.column_stack((pieces.start_s, pieces.end_s)).reshape(-1)
    return _Points(chars[is_point], times[is_point])


def _forward(points: _Points) -> _Points:
    """Keep the points at which both text and time go forward."""
    if np.all(np.diff(points.char) > 0) and np.all(np.diff(points.time_s) >= 0):
        return points
    kept: list[int] = []
    char, time_s = -1, -np.inf
    for number, (next_char, next_s) in enumerate(zip(points.char.tolist(), points.time_s.tolist(), strict=True)):
        if not kept or (next_char > char and next_s >= time_s):
            kept.append(number)
            char, time_s = next_char, next_s
    return _Points(points.char[kept], points.time_s[kept])
