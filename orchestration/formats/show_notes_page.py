"""Show notes without a transcript: an episode's page as Markdown, with front matter or headings of its own.

The title, the guests, the sponsors, the list of chapters and the links are read. What was said is not here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from orchestration.formats.document import Copy, ParsedDocument
from orchestration.formats.front_matter import FrontMatter, has_front_matter, read_front_matter
from orchestration.formats.labelled_text import copy_of
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.stated_fields import addresses
from orchestration.formats.text_lines import Entry, Line, chapters_of, entry, heading, is_rule, read_lines, skip_bullet

FORMAT = "show_notes_page"

_HEAD_CHARS = 100_000
_MOST_CHARS = 60_000
_NOTES = re.compile(
    r"(?:show ?notes|episode notes|time ?stamps|chapters|in this episode|links(?: mentioned)?|sponsors?)\b",
    re.IGNORECASE,
)
# Headings that say what follows, and nothing about the episode.
_FURNITURE = re.compile(
    r"(?:show ?notes|episode notes|notes|links?(?: mentioned)?|resources|references|time ?stamps|chapters|contents"
    r"|table of contents|transcript|episode|about|description|summary|sponsors?|guests?|hosts?|credits):?\Z",
    re.IGNORECASE,
)


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1.

    Front matter of an episode; or a short page with a heading of show notes, a list of times and links. A transcript
    with front matter is surer of its own format.
    """
    head = text[:_HEAD_CHARS]
    if has_front_matter(head):
        matter = read_front_matter(head)
        return 0.65 if matter is not None and matter.is_episode else 0.0
    if len(text) > _MOST_CHARS or head.lstrip()[:1] in ("<", "{", "["):
        return 0.0
    return 0.6 if lists_chapters(head, 0, len(head)) and any(True for _ in addresses(head, 0, len(head))) else 0.0


def lists_chapters(text: str, start: int, end: int) -> bool:
    """Tell whether there is a heading of show notes and a list of three chapters at least."""
    lines = list(read_lines(text, start, end))
    headings = [found for line in lines if (found := heading(text, line))]
    if not any(_NOTES.match(text, found.start, found.end) for found in headings):
        return False
    return len(_listed(text, lines)[1]) >= 3


def parse(text: str) -> ParsedDocument:
    """Return the one copy that show notes are: passages, chapters and links, and the people whom front matter names."""
    matter = read_front_matter(text) or FrontMatter(0)
    copy = read_copy(text, matter, len(text))
    copies = (copy,) if copy.passages or copy.chapters or copy.people else ()
    return ParsedDocument(FORMAT, text, copies, tuple(matter.problems))


def read_copy(text: str, matter: FrontMatter, end: int) -> Copy:
    """Return the copy that the notes between the front matter and `end` make."""
    lines = [line for line in read_lines(text, matter.end, end) if not is_rule(text, line)]
    rest, entries = _listed(text, lines)
    page = []
    title = None
    for line in rest:
        found = heading(text, line)
        if found is None:
            page.append(line)
        elif found.level == 1 and title is None and line == lines[0]:
            title = (found.start, found.end)
        elif not _FURNITURE.match(text, found.start, found.end):
            page.append(Line(found.start, found.end, line.is_after_blank))
    return replace(copy_of(text, matter, page, end, title), chapters=chapters_of(text, entries))


def resolve(text: str, locator: str) -> str:
    """Return the exact source text of a locator. Raises ValueError for one that leads nowhere."""
    return resolve_char_locator(text, locator)


def _listed(text: str, lines: list[Line]) -> tuple[list[Line], list[Entry]]:
    """Return the lines that are no chapters, and the chapters.

    A time that stands alone is a chapter with the title that the next line has. Fewer than three times, or times that
    do not run forward, are no list.
    """
    entries: list[Entry] = []
    rest: list[Line] = []
    alone: Entry | None = None
    for line in lines:
        found = entry(text, line)
        if alone is not None and found is None and heading(text, line) is None:
            start = skip_bullet(text, line.start, line.end)
            entries.append(Entry(alone.start_s, start, min(line.end, start + 220)))
            alone = None
            continue
        alone = found if found and found.title_start == found.title_end else None
        if found is None:
            rest.append(line)
        elif alone is None:
            entries.append(found)
    forward = sum(a.start_s <= b.start_s for a, b in pairwise(entries))
    if len(entries) < 2 or forward < 0.6 * (len(entries) - 1):
        return lines, []
    return rest, entries
