"""Caption times that stand glued to the words (`7:352 million folks` is 7:35 and `2 million folks`): which are they?

Not every number with a colon is a time of the captions: people say `at 3:30` and `16:9`. The clock tells them apart. It
never goes back, so the times are the longest chain of candidates that never does; and all times are written alike, so
candidates in a manner that few of the chain have are numbers in speech.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from orchestration.formats.document import Segment
from orchestration.formats.speech import LINE_ENDS, lines, segment, trim

# Seconds have two digits: whatever follows them is text. A number before or punctuation after makes it speech. A digit
# stands first in the pattern, so that all else is passed over quickly; what may not be before it is looked at then.
_CANDIDATE = re.compile(
    r"[0-9](?<![0-9:/$€£+(\[-][0-9])(?<![0-9][.,][0-9])"
    r"(?:([0-9]?):(?=[0-5][0-9]:[0-5][0-9])([0-9]{1,3})|([0-9]{0,2})):([0-5][0-9])"
    r"(?![:%,;!?)\]]|\.(?!\.)|[-–—][0-9])"
)
_BREAK = re.compile(rf"[{LINE_ENDS}]")
_EMPTY = re.compile(r"\s*(?=[0-9]{1,3}:[0-5][0-9])|\s*\Z")
_LEAST_SHARE = 1 / 3
# A few times after a longer silence than this are numbers in the last words, unless the stated duration allows them.
_LONGEST_STEP_S = 600
_FEW = 5
_SLACK_S = 60

Cue = tuple[int, int, float]
"""Start and end of a time as written, and its seconds."""


def find_cues(text: str, start: int, end: int, duration_s: float | None = None) -> list[Cue]:
    """Return the caption times in text[start:end], in order; their clock never goes back."""
    found = _candidates(text, start, end)
    if duration_s is not None:
        latest_s = duration_s + _SLACK_S
        found = tuple(candidate for candidate in found if candidate[2] <= latest_s)
    seconds = [candidate[2] for candidate in found]
    manners = bytes(candidate[3] for candidate in found)
    chain = longest_chain(seconds, range(len(seconds)))
    usual = _usual_manners(manners, chain)
    chain = longest_chain(seconds, [index for index in range(len(seconds)) if manners[index] in usual])
    if duration_s is None:
        chain = _without_far_end(chain, seconds)
    return [(found[index][0], found[index][1], float(seconds[index])) for index in chain]


@lru_cache(maxsize=1)
def _candidates(text: str, start: int, end: int) -> tuple[tuple[int, int, int, int], ...]:
    """Return start, end, seconds and manner of all that may be a time. The last text is remembered."""
    candidates = []
    for found in _CANDIDATE.finditer(text, start, end):
        hours, of_hour, minutes, secs = found.groups()
        at, behind = found.span()
        first = text[at]
        if hours is None:
            at_s = int(first + minutes) * 60 + int(secs)
        elif int(of_hour) > 59:
            continue
        else:
            at_s = int(first + hours) * 3600 + int(of_hour) * 60 + int(secs)
        candidates.append((at, behind, at_s, _before(text, start, at) | _after(text, behind)))
    return tuple(candidates)


_LINE_START, _SPACED, _GLUED = 0, 1, 2
_TEXT, _SPACE, _LINE_END, _NOTHING = 0, 4, 8, 12


def _before(text: str, text_start: int, start: int) -> int:
    """Return what stands before a candidate."""
    previous = text[start - 1] if start > text_start else "\n"
    return _LINE_START if previous in LINE_ENDS else _SPACED if previous.isspace() else _GLUED


def _after(text: str, end: int) -> int:
    """Return what follows a candidate: nothing, where the next one does."""
    following = text[end : end + 1]
    if following and not following.isspace() and not following.isdecimal():
        return _TEXT
    if _EMPTY.match(text, end):
        return _NOTHING
    return _LINE_END if text[end] in LINE_ENDS else _SPACE if text[end].isspace() else _TEXT


def _usual_manners(manners: bytes, chain: list[int]) -> set[int]:
    """Return the manners that many of the chain have. A line of its own, and an empty caption, are always usual."""
    before, after = Counter(manners[index] & 3 for index in chain), Counter(manners[index] & 12 for index in chain)
    least = _LEAST_SHARE * len(chain)
    return {
        first | then
        for first in (_LINE_START, _SPACED, _GLUED)
        for then in (_TEXT, _SPACE, _LINE_END, _NOTHING)
        if (first == _LINE_START or before[first] >= least) and (then == _NOTHING or after[then] >= least)
    }


def _without_far_end(chain: list[int], seconds: Sequence[int]) -> list[int]:
    for place in range(max(1, len(chain) - _FEW), len(chain)):
        if seconds[chain[place]] - seconds[chain[place - 1]] > _LONGEST_STEP_S:
            return chain[:place]
    return chain


def cue_segments(text: str, cues: list[Cue], duration_s: float | None) -> Iterator[Segment]:
    """Yield a segment for each of `cues`: what stands between its time and the next. duration_s: of the recording."""
    wrapped = False
    for index, (_, start, start_s) in enumerate(cues):
        is_last = index + 1 == len(cues)
        end = len(text) if is_last else cues[index + 1][0]
        start, end = trim(text, start, end)
        if not is_last:
            end_s: float | None = cues[index + 1][2]
            wrapped = wrapped or _BREAK.search(text, start, end) is not None
        else:
            end_s = duration_s if duration_s is not None and duration_s >= start_s else None
            # Captions that fill one line each end with it: what follows the last is the foot of the page.
            if not wrapped:
                end = next(lines(text, start, end), (start, end))[1]
        yield segment(text, start, end, start_s, end_s)


def longest_chain(values: Sequence[float], indices: Sequence[int]) -> list[int]:
    """Return the longest of the subsequences of `indices` along which `values` never fall (patience sorting)."""
    along = [values[index] for index in indices]
    if along == sorted(along):
        return list(indices)
    tails: list[int] = []
    tail_values: list[float] = []
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
