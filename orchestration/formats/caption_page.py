"""A learning-library page around a video's captions: title, source, key points, sections, and cues `m:sstext`.

The page is Markdown, often all on one line: `# Title **Source:** ... ## Summary - ... ## Sections - [time](address)
**Title** - what it is about ... ## Full Transcript`, and then the captions, their times glued to their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestration.formats.clock import parse_clock
from orchestration.formats.cue_chain import cue_segments, find_cues
from orchestration.formats.dates import stated_date
from orchestration.formats.document import Chapter, Copy, Link, ParsedDocument, Passage, Segment, char_locator
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.speech import lines, passage, trim
from orchestration.formats.stated_fields import Stated, addresses, read_fields, stated_fields, video_id_of

FORMAT = "caption_page"

_HEAD_CHARS = 200_000
_BREAK = r"\n\r\x85\u2028\u2029"
_TRANSCRIPT = re.compile(r"(?<!\S)#{1,6}[ \t]{1,4}(?:(?i:full|video)[ \t])?(?i:transcript)\b:?")
_TITLE = re.compile(rf"(?<![^{_BREAK}])\ {{0,3}}#[ \t]{{1,4}}(?=[^\s#])")
_HEADING = re.compile(
    rf"(?<!\S)#{{2,6}}[ \t]{{1,4}}"
    rf"(?:(?:Key Points|Key Takeaways|Summary|Sections|Chapters|Overview|Description|Highlights)\b:?"
    rf"|[^#{_BREAK}]{{1,60}}?(?=[ \t]+[-•*][ \t]|[ \t]*[{_BREAK}]|[ \t]+[#\[]))"
)
_TITLE_END = re.compile(rf"[{_BREAK}]|[ \t]#{{2,6}}[ \t]|[ \t]\*\*[A-Z][A-Za-z ]{{2,23}}(?::\*\*|\*\*:)")
_SECTION = re.compile(
    r"(?:[-•*][ \t]{1,4})?\[?([0-9]{1,3}(?::[0-5][0-9]){1,2})\]?(?:\((https?://[^\s)]{1,500})\))?[\s:–-]{0,6}"
    rf"\*\*([^*{_BREAK}]{{1,300}})\*\*"
)
_BULLET = re.compile(rf"(?:\A\s{{0,20}}|[{_BREAK}]\s{{0,20}}|(?<=[.!?…\"”’)])[ \t]{{1,4}})[-•*–][ \t]{{1,4}}")
_SENTENCE = re.compile(r"[.!?…][\"'”’)]?$")
_LONG_LINE = 80


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1: a page that states its source, and captions with times."""
    head = text[:_HEAD_CHARS]
    transcript = _TRANSCRIPT.search(head)
    if transcript is None:
        return 0.0
    fields = {field.kind for field in stated_fields(head, 0, transcript.start())}
    is_page = _SECTION.search(head, 0, transcript.start()) is not None or {"url", "duration"} <= fields
    if not is_page and not fields & {"url", "duration"}:
        return 0.0
    # Captions begin with the transcript; a number far down is none.
    cues = find_cues(head, transcript.end(), len(head))
    has_cues = bool(cues) and not head[transcript.end() : cues[0][0]].strip()
    if has_cues:
        return 0.95
    return 0.7 if is_page else 0.0


def parse(text: str) -> ParsedDocument:
    """Return the one copy that a caption page is: a segment a cue, a chapter a section."""
    transcript = _TRANSCRIPT.search(text)
    header_end = transcript.start() if transcript else len(text)
    body_start = transcript.end() if transcript else len(text)
    title_mark = _TITLE.search(text, 0, header_end)
    page_end = title_mark.start() if title_mark else 0

    fields = list(stated_fields(text, 0, header_end))
    stated = read_fields(text, fields)
    if stated.published_on is None:
        found = stated_date(text[:header_end])
        if found:
            stated.published_on, stated.date_source = found[0], found[1]
    title = _title(text, title_mark.end(), header_end) if title_mark else None
    title = title or (passage(text, *stated.title, is_title=True) if stated.title else None)
    cues = find_cues(text, body_start, len(text), stated.duration_s)
    sections = list(_SECTION.finditer(text, page_end, header_end))
    described = _descriptions(text, page_end, header_end, title, sections)
    notes = passage(text, body_start, cues[0][0] if cues else len(text)) if transcript else None
    if notes:
        described.append(notes)
    segments = tuple(cue_segments(text, cues, stated.duration_s))
    passages = ((title,) if title else ()) + tuple(described)
    if not segments and not passages:
        return ParsedDocument(FORMAT, text, ())
    return ParsedDocument(FORMAT, text, (_copy(text, stated, passages, sections, segments, header_end),))


def resolve(text: str, locator: str) -> str:
    """Return the exact source text of a segment. Raises ValueError for a locator that leads nowhere."""
    return resolve_char_locator(text, locator)


def _copy(
    text: str,
    stated: Stated,
    passages: tuple[Passage, ...],
    sections: list[re.Match[str]],
    segments: tuple[Segment, ...],
    header_end: int,
) -> Copy:
    url = text[slice(*stated.url)] if stated.url else None
    return Copy(
        0,
        len(text),
        char_locator(0, len(text)),
        show_name=stated.show_name,
        url=url,
        video_id=video_id_of(url) if url else None,
        published_on=stated.published_on,
        date_source=stated.date_source,
        duration_s=stated.duration_s,
        passages=passages,
        chapters=tuple(_chapters(text, sections, stated.duration_s)),
        links=tuple(_links(text, header_end, sections)),
        segments=segments,
    )


def _title(text: str, start: int, header_end: int) -> Passage | None:
    stop = _TITLE_END.search(text, start, header_end)
    return passage(text, start, stop.start() if stop else header_end, is_title=True)


def _descriptions(
    text: str, page_end: int, header_end: int, title: Passage | None, sections: list[re.Match[str]]
) -> list[Passage]:
    """Return key points, summary and what the sections are about. What the page repeats is told once."""
    ranges: list[tuple[int, int]] = []
    for start, end in lines(text, 0, page_end):
        bullet = _BULLET.match(text[start:end])
        is_text = bullet or _SENTENCE.search(text, max(start, end - 3), end) or end - start > _LONG_LINE
        if is_text:
            ranges.append((start + (bullet.end() if bullet else 0), end))
    marks = list(_HEADING.finditer(text, page_end, header_end))
    first_section = sections[0].start() if sections else header_end
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else header_end
        ranges.extend(_bullets(text, mark.end(), max(mark.end(), min(end, first_section))))
    for index, section in enumerate(sections):
        next_start = sections[index + 1].start() if index + 1 < len(sections) else header_end
        heading = _HEADING.search(text, section.end(), next_start)
        start, end = trim(text, section.end(), heading.start() if heading else next_start)
        piece = text[start:end]
        ranges.append((start + len(piece) - len(piece.lstrip("-–—: ")), end))
        if heading:
            ranges.extend(_bullets(text, heading.end(), next_start))
    seen = {title.text} if title else set()
    described = []
    for start, end in ranges:
        found = passage(text, start, end) if start < end else None
        if found and found.text not in seen:
            seen.add(found.text)
            described.append(found)
    return described


def _bullets(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the items of a list that may be glued into one line, or the lines where there is no list."""
    block = text[start:end]
    last = 0
    for bullet in _BULLET.finditer(block):
        yield from lines(text, start + last, start + bullet.start())
        last = bullet.end()
    yield from lines(text, start + last, end)


def _chapters(text: str, sections: list[re.Match[str]], duration_s: float | None) -> Iterator[Chapter]:
    starts = [parse_clock(section[1]) for section in sections]
    for index, section in enumerate(sections):
        made = passage(text, *section.span(3))
        end_s = starts[index + 1] if index + 1 < len(starts) else duration_s
        if made:
            is_forward = end_s is not None and end_s >= starts[index]
            yield Chapter(made.text, made.char_start, made.char_end, starts[index], end_s if is_forward else None)


def _links(text: str, header_end: int, sections: list[re.Match[str]]) -> Iterator[Link]:
    """Yield each address of the header once. Those of the sections are times, not links."""
    section_starts = {section.start(2) for section in sections}
    seen: set[str] = set()
    for start, end in addresses(text, 0, header_end):
        url = text[start:end]
        if start not in section_starts and url not in seen:
            seen.add(url)
            yield Link(url, start, end)
