"""Captions as text, times and no names: what people copy beside a video, or print from a recogniser.

A time may stand on a line of its own or in front of its words, bare (`0:04`), glued to them (`0:04we`), or in brackets
(`[00:00:04]`, `(0:04.5)`); all may be on one line. Lists of chapters look alike, and are told by the clock: what is
said between two times takes about as long as they lie apart.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from statistics import median

from orchestration.formats import caption_page
from orchestration.formats.clock import parse_clock
from orchestration.formats.cue_building import size
from orchestration.formats.cue_chain import Cue, cue_segments, find_cues, longest_chain
from orchestration.formats.document import Copy, ParsedDocument
from orchestration.formats.front_matter import FrontMatter, has_front_matter, read_front_matter
from orchestration.formats.labelled_text import page_above
from orchestration.formats.labels import CLOCK
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.pace import LATEST_START_S, is_pace_of_speech, is_written
from orchestration.formats.text_lines import BULLET
from orchestration.formats.time_marks import ADDRESS, CLOSE, OPEN, STAMP, stamp_s

FORMAT = "timed_text"

_HEAD_CHARS = 200_000
_LEAST_CUES = 8
_BRACKETED = re.compile(
    rf"(?<!\S)\\?[\[(](?P<clock>{CLOCK})(?:[ \t]?(?:-|–|—|-->)[ \t]?{CLOCK})?\\?[\])](?:[ \t]*[-–—:|](?=\s))?"
)
# A time at the beginning of a line, with marks of a list, a heading, emphasis or a link around it.
_IN_FRONT = re.compile(
    rf"(?<![^\n\r])[ \t>]{{0,8}}(?:{BULLET}|#{{1,6}}[ \t]{{1,4}})?{OPEN}"
    rf"(?P<clock>{STAMP}|(?<=\[)[0-9]{{1,6}}\.[0-9]{{1,3}}(?=\]))"
    rf"(?:[ ]?(?:-->|->|→|–|—|-|~|to)[ ]?{STAMP})?{CLOSE}{ADDRESS}\)?(?P<dash>[ \t]*[-–—|](?=[ \t]))?"
)
# Dashes in front of fewer captions are marks of a new speaker.
_LEAST_DASHES = 0.9
_LEAST_IN_CHAIN = 0.6
_TIME = re.compile(rf"{CLOCK}(?:[ \t]?(?:-->|->|→|[-–—,~]|to)[ \t]?{CLOCK})?")
# A line of SubViewer's captions, which YouTube calls `.sbv`.
_PAIR = re.compile(rf"(?<![^\n\r])(?P<clock>{CLOCK}),{CLOCK}(?=[ \t]*(?:[\n\r]|\Z))")
_FEW_NAMES = 3
_LABELLED_SHARE = 0.5


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1, by its head: by how well its words fit its times."""
    head = text[:_HEAD_CHARS]
    if head.lstrip()[:1] in ("<", "{") or " --> " in head[:4_000]:
        return 0.0
    # A page around captions says more than its times do.
    return 0.75 if has_captions(head, _matter(head).end) and caption_page.sniff(text) < 0.5 else 0.0


def has_captions(head: str, start: int) -> bool:
    """Tell whether the words of head[start:] fit times between them."""
    cues = _cues(head, start)
    if len(cues) < _LEAST_CUES or cues[0][2] > LATEST_START_S:
        return False
    # Where the clock goes back again and again, several episodes stand in one file.
    if len(cues) < _LEAST_IN_CHAIN * len(_TIME.findall(head)):
        return False
    said = [(head[end:start], start_s - at_s) for (_, end, at_s), (start, _, start_s) in pairwise(cues)]
    if _are_labelled([words.split() for words, _ in said]):
        return False
    rates = [size(words) / seconds for words, seconds in said if seconds > 0]
    return (
        len(rates) >= _LEAST_CUES - 1
        and is_pace_of_speech(median(rates))
        and is_written("".join(words for words, _ in said))
    )


def parse(text: str) -> ParsedDocument:
    """Return the one copy that the captions are: a segment a cue. What stands above the first time is the page."""
    matter = _matter(text)
    copy = read_copy(text, matter, len(text))
    copies = (copy,) if copy.segments or copy.passages else ()
    return ParsedDocument(FORMAT, text, copies, tuple(matter.problems))


def read_copy(text: str, matter: FrontMatter, end: int) -> Copy:
    """Return the copy that the captions below `matter` are, up to `end`."""
    cues = _cues(text[:end], matter.end)
    start = cues[0][0] if cues else end
    copy = page_above(text, matter, start)
    return replace(copy, segments=tuple(made for made in cue_segments(text[:end], cues, copy.duration_s) if made.text))


def resolve(text: str, locator: str) -> str:
    """Return the exact source text of a segment. Raises ValueError for a locator that leads nowhere."""
    return resolve_char_locator(text, locator)


def _are_labelled(said: list[list[str]]) -> bool:
    """Tell whether most captions begin, or end, with one of few names, in a style that is not read."""
    # A name in front of the next time ends no sentence.
    behind = (words for words in said if words and words[-1][-1] not in ".?!…,")
    ends = (Counter(tuple(words[:2]) for words in said), Counter(tuple(words[-2:]) for words in behind))
    return any(
        sum(count for _, count in pairs.most_common(_FEW_NAMES)) >= _LABELLED_SHARE * len(said) for pairs in ends
    )


def _matter(text: str) -> FrontMatter:
    return (read_front_matter(text) if has_front_matter(text) else None) or FrontMatter(0)


@lru_cache(maxsize=1)
def _cues(text: str, start: int) -> list[Cue]:
    """Return the times behind `start` in the manner that most are written in."""
    manners = [
        _marked(_PAIR, text, start),
        _in_front(text, start),
        _marked(_BRACKETED, text, start),
        find_cues(text, start, len(text)),
    ]
    return max(manners, key=len)


def _in_front(text: str, start: int) -> list[Cue]:
    marks = list(_IN_FRONT.finditer(text, start))
    has_dashes = sum(mark["dash"] is not None for mark in marks) >= _LEAST_DASHES * len(marks)
    found = [
        (mark.start(), mark.end() if has_dashes or mark["dash"] is None else mark.start("dash"), stamp_s(mark["clock"]))
        for mark in marks
    ]
    return [found[index] for index in longest_chain([at_s for _, _, at_s in found], range(len(found)))]


def _marked(mark: re.Pattern[str], text: str, start: int) -> list[Cue]:
    found = [(*match.span(), parse_clock(match["clock"])) for match in mark.finditer(text, start)]
    return [found[index] for index in longest_chain([at_s for _, _, at_s in found], range(len(found)))]
