"""Rolling captions: which words of a cue were shown by the cue before.

Captions of live speech and those that a recogniser makes roll: each cue shows the last line again, or grows by a few
words. In other captions words return because somebody says them again. The two are told apart by the whole file: it
rolls if at least half of its cues begin with the end of the one before and go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

# A screen shows no more words than this; a caption that only grows may.
_MOST_WORDS = 100
_LEAST_WORDS = 3
_LEAST_PAIRS = 2
_LONGEST_GAP_S = 1.0

Times = tuple[float | None, float | None]


def fresh_from(
    times: Sequence[Times], cues: Sequence[Sequence[Sequence[str]]], timed_lines: Sequence[int | None]
) -> list[int | None]:
    """Return for each cue how many of its first words are a repetition; None where all of it is.

    times: start and end of each cue in seconds. cues: the words of each cue by line; a cue has a word at least.
    timed_lines: the first line with times inside, which no cue repeats.
    """
    words = [[word for line in lines for word in line] for lines in cues]
    breaks = [[0, *accumulate(len(line) for line in lines)] for lines in cues]
    shared = [0] * len(words)
    for number in range(1, len(words)):
        timed = timed_lines[number]
        limit = len(words[number]) if timed is None else breaks[number][min(timed, len(breaks[number]) - 1)]
        shared[number] = _overlap(words[number - 1], words[number], breaks[number - 1], breaks[number], limit)
    is_rolling = _is_rolling(words, shared)
    fresh: list[int | None] = [0] * len(words)
    for number in range(1, len(words)):
        is_all = shared[number] == len(words[number])
        if is_all and words[number] == words[number - 1] and times[number] == times[number - 1]:
            fresh[number] = None
        elif is_rolling and is_all:
            fresh[number] = None if _follows(times[number - 1], times[number]) else 0
        elif is_rolling:
            fresh[number] = shared[number]
    return fresh


def _overlap(before: list[str], after: list[str], breaks_before: list[int], breaks_after: list[int], limit: int) -> int:
    """Return how many words, at most `limit`, end `before` and begin `after`, as whole lines or three at least."""
    if 0 < len(before) <= limit and after[: len(before)] == before:
        return len(before)
    first = max(1, len(before) - min(limit, _MOST_WORDS))
    ends = set(breaks_after)
    by_line = [start for start in breaks_before if first <= start < len(before) and len(before) - start in ends]
    for start in (*by_line, *range(first, len(before) - _LEAST_WORDS + 1)):
        if before[start] == after[0] and before[start:] == after[: len(before) - start]:
            return len(before) - start
    return 0


def _is_rolling(words: list[list[str]], shared: list[int]) -> bool:
    pairs = rolling = 0
    for number, (before, after) in enumerate(pairwise(words), start=1):
        if before != after:
            pairs += 1
            rolling += shared[number] > 0
    return rolling >= _LEAST_PAIRS and rolling * 2 >= pairs


def _follows(before: Times, after: Times) -> bool:
    return before[1] is None or after[0] is None or after[0] - before[1] <= _LONGEST_GAP_S
