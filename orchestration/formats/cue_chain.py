"""Caption times that stand glued to the words (`7:352 million folks` is 7:35 and `2 million folks`): which are they?

Not every number with a colon is a time of the captions: people say `at 3:30` and `16:9`. The clock tells them apart. It
never goes back, so the times are the longest chain of candidates that never does; and all times are written alike, so
candidates in a manner that few of the chain have are numbers in speech.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence

# Seconds have two digits: whatever follows them is text. A number before or punctuation after makes it speech.
_CANDIDATE = re.compile(
    r"(?<![0-9:,/$€£+(\[-])(?<![0-9]\.)(?:([0-9]{1,2}):(?=[0-5][0-9]:[0-5][0-9]))?([0-9]{1,3}):([0-5][0-9])"
    r"(?![:%,;!?)\]]|\.(?!\.))"
)
_EMPTY = re.compile(r"\s*(?=[0-9]{1,3}:[0-5][0-9])|\s*\Z")
_LEAST_SHARE = 0.25
# Longer silence than this at the very end is a number in the last words, unless the stated duration allows it.
_LONGEST_STEP_S = 600.0

Cue = tuple[int, int, float]
"""Start and end of a time as written, and its seconds."""


def find_cues(text: str, start: int, end: int, duration_s: float | None = None) -> list[Cue]:
    """Return the caption times in text[start:end], in order; their clock never goes back."""
    starts, ends, seconds, manners = array("q"), array("q"), array("q"), bytearray()
    for found in _CANDIDATE.finditer(text, start, end):
        hours, minutes, secs = found.groups()
        if hours and int(minutes) > 59:
            continue
        starts.append(found.start())
        ends.append(found.end())
        seconds.append(int(hours or 0) * 3600 + int(minutes) * 60 + int(secs))
        manners.append(_manner(text, start, found.start(), found.end()))
    chain = _longest_chain(seconds, range(len(seconds)))
    counts = [0] * 256
    for index in chain:
        counts[manners[index]] += 1
    usual = {manner for manner, count in enumerate(counts) if count >= _LEAST_SHARE * len(chain)} | {_ALWAYS}
    chain = _longest_chain(seconds, [index for index in range(len(seconds)) if manners[index] in usual])
    while len(chain) > 1 and seconds[chain[-1]] - seconds[chain[-2]] > _LONGEST_STEP_S:
        if duration_s is not None and seconds[chain[-1]] <= duration_s:
            break
        chain.pop()
    return [(starts[index], ends[index], float(seconds[index])) for index in chain]


_ALWAYS = 255


def _manner(text: str, text_start: int, start: int, end: int) -> int:
    """Return in which manner a candidate is written: glued to the words before it or not, and to those after it."""
    if _EMPTY.match(text, end):
        return _ALWAYS
    glued_before = start > text_start and not text[start - 1].isspace()
    after = text[end]
    return 4 * glued_before + (2 if after in "\n\r" else 1 if after.isspace() else 0)


def _longest_chain(values: Sequence[int], indices: Sequence[int]) -> list[int]:
    """Return the longest of the subsequences of `indices` along which `values` never fall (patience sorting)."""
    tails: list[int] = []
    tail_values: list[int] = []
    before = array("q", [-1]) * len(values)
    for index in indices:
        place = bisect_right(tail_values, values[index])
        if place:
            before[index] = tails[place - 1]
        if place == len(tails):
            tails.append(index)
            tail_values.append(values[index])
        else:
            tails[place] = index
            tail_values[place] = values[index]
    chain: list[int] = []
    index = tails[-1] if tails else -1
    while index >= 0:
        chain.append(index)
        index = before[index]
    return chain[::-1]
