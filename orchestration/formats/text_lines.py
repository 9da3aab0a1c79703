"""Lines of a text as a person reads them: paragraphs, headings, rules, and the entries of a list of chapters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from orchestration.formats.clock import parse_clock
from orchestration.formats.display import tidy
from orchestration.formats.document import Chapter
from orchestration.formats.labels import CLOCK
from orchestration.formats.speech import LINE_ENDS, lines, trim

_BREAK = re.compile(rf"\r\n|[{LINE_ENDS}]")
_HEADING = re.compile(r"#{1,6}(?:[ \t]+(?=\S)|(?=[A-Z\d]))")
_RULE = re.compile(r"(?:[-*_=~][ \t]?){3,80}\Z|\W{1,3}\Z")
_STAMP = rf"(?:\\?[\[(])?[ \t]?({CLOCK})(?:[ \t]?(?:-|–|—|to)[ \t]?{CLOCK})?[ \t]?(?:\\?[\])])?"
_HEADING_TIME = re.compile(rf"{_STAMP}[ \t]*(?:[-–—|:][ \t]+)?(?=\S)")
# `- [[0:12] Title](#title)`, `* **[0:12](#t=0:12)** Title`, `0:12 - Title`, `(0:12) Title`; the title may be missing.
_ENTRY = re.compile(
    rf"(?:(?:[-*+•]|[0-9]{{1,3}}[.)])[ \t]+)?[*_\[(\\]{{0,6}}(?<![0-9:.,])({CLOCK})(?![0-9:])"
    rf"(?:[ \t]?[-–—][ \t]?{CLOCK})?[*_\])\\]{{0,6}}(?:\([^()\s]{{0,300}}\))?[*_\])\\]{{0,4}}[ \t]*(?:[-–—|:•][ \t]*)?"
)
_LINK_END = re.compile(r"\]\([^()\s]{0,500}\)\Z")
# `>>` is the mark of a new speaker.
_QUOTE = re.compile(r"(?:>(?:[ \t]+|\Z))+")
BULLET = r"(?:[-*+•]|[0-9]{1,3}[.)])[ \t]+"
"""The mark in front of an item of a list."""

_BULLET = re.compile(BULLET)
_CONTENTS = re.compile(
    r"(?:table of )?contents:?\Z|(?:chapters|time ?stamps|outline|transcript|episode|full transcript):?\Z",
    re.IGNORECASE,
)
_MOST_TITLE_CHARS = 220
_LONGEST_S = 12 * 3600


class Line(NamedTuple):
    """The trimmed range of a line; `is_after_blank` where it is the first or a blank line stands before it."""

    start: int
    end: int
    is_after_blank: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """The range of a heading's title, without its marks and its time."""

    start: int
    end: int
    level: int
    start_s: float | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list of chapters: its time and the range of its title, which is empty where none stands there."""

    start_s: float
    title_start: int
    title_end: int


def read_lines(text: str, start: int, end: int) -> Iterator[Line]:
    """Yield the lines of text[start:end] that are not blank, without the marks of a quotation in front (`> `)."""
    last = None
    for begin, stop in lines(text, start, end):
        quote = _QUOTE.match(text, begin, stop) if text[begin] == ">" else None
        begin = quote.end() if quote else begin
        if begin == stop:
            continue
        between = "\n\n" if last is None else text[last:begin]
        # Most lines stand behind a single line end or an empty line.
        is_after_blank = between == "\n\n" or (len(between) > 1 and sum(1 for _ in _BREAK.finditer(between)) > 1)
        yield Line(begin, stop, is_after_blank)
        last = stop


def heading(text: str, line: Line) -> Heading | None:
    """Return the heading that a line is, or None."""
    found = _HEADING.match(text, line.start, line.end) if text[line.start] == "#" else None
    if found is None:
        return None
    level = len(text[line.start : found.end()].rstrip())
    start, end = found.end(), line.end
    time = _HEADING_TIME.match(text, start, end)
    start_s = parse_clock(time[1]) if time else None
    start, end = trim(text, time.end() if time else start, start + len(text[start:end].rstrip("# \t*_")))
    while start < end and text[start] in "*_":
        start += 1
    return Heading(start, end, level, start_s) if start < end else None


def is_contents(text: str, start: int, end: int) -> bool:
    """Tell whether a heading or line announces a list of chapters or the transcript, and is no chapter itself."""
    return _CONTENTS.match(text, start, end) is not None


def is_rule(text: str, line: Line) -> bool:
    """Tell whether a line is a rule (`---`) or a lone mark, and says nothing."""
    return _RULE.match(text, line.start, line.end) is not None


def entry(text: str, line: Line) -> Entry | None:
    """Return the chapter that a line lists, or None where the line does not open with a time."""
    found = _ENTRY.match(text, line.start, line.end)
    if found is None:
        return None
    start, end = trim(text, found.end(), line.end)
    link = _LINK_END.search(text, max(start, end - 520), end)
    if link and "[" not in text[start : link.start()]:
        end = link.start()
    if end - start > _MOST_TITLE_CHARS:
        return None
    return Entry(parse_clock(found[1]), start, max(start, end))


def skip_bullet(text: str, start: int, end: int) -> int:
    """Return where the text of a list item begins, or `start`."""
    found = _BULLET.match(text, start, end)
    return found.end() if found else start


def chapters_of(text: str, entries: list[Entry]) -> tuple[Chapter, ...]:
    """Return the chapters of a list: each ends where the next begins, if that is later."""
    titled = [entry for entry in entries if tidy(text[entry.title_start : entry.title_end])]
    if max((item.start_s for item in titled), default=0) > _LONGEST_S and all(
        item.start_s % 60 < 30 for item in titled
    ):
        # No episode is that long: an editor's clock, which counts frames behind the seconds.
        titled = [replace(item, start_s=item.start_s // 60) for item in titled]
    chapters = []
    for number, item in enumerate(titled):
        following = titled[number + 1].start_s if number + 1 < len(titled) else None
        end_s = following if following is not None and following > item.start_s else None
        title = tidy(text[item.title_start : item.title_end])
        chapters.append(Chapter(title, item.title_start, item.title_end, item.start_s, end_s))
    return tuple(chapters)
