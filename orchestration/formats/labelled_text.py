"""A transcript as text or Markdown whose lines are kept: labels in any style, front matter, headings, time marks.

What stands above the first label is the page: its fields, a list of chapters, a description. Paragraphs are segments;
a time mark within one begins a new segment. A label that names no person (`**Break:**`, `**Outro:**`, `Narrator:`) is
no speaker: alone, it is a segment that is no speech, and what stands behind it is a segment without a label.

A page of plain `Name: paragraph` without front matter or times is left to `orchestration.formats.publisher_page`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from orchestration.formats import publisher_page
from orchestration.formats.dates import stated_date
from orchestration.formats.display import count_words
from orchestration.formats.document import Copy, Link, ParsedDocument, char_locator
from orchestration.formats.front_matter import FrontMatter, has_front_matter, read_front_matter
from orchestration.formats.label_grammar import Reading, read_turns
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.speech import has_words, passage
from orchestration.formats.stated_fields import addresses, read_fields, stated_fields, video_id_of
from orchestration.formats.talk import TALK, is_surely_talk, talks
from orchestration.formats.text_lines import (
    Entry,
    Line,
    chapters_of,
    entry,
    heading,
    is_contents,
    is_rule,
    read_lines,
    skip_bullet,
)
from orchestration.formats.titles import is_title_line
from orchestration.formats.turn_segments import (
    CHANGE,
    Transcript,
    heading_chapters,
    is_time,
    read_transcript,
    with_end_marks,
)

FORMAT = "labelled_text"

_HEAD_CHARS = 200_000
_ARROW = re.compile(r"(?<![^\n\r])[ \t]*\[?[0-9][0-9:.,]{0,20}[ \t]{0,4}-->[ \t]{0,4}[0-9]")
_NOTES_HEADING = re.compile(
    r"(?:show ?notes?|links?|resources|references|footnotes?|credits|sponsors?|further reading|guests?|hosts?|contact"
    r"|about (?:the|us)\b.{0,40}|related\b.{0,40}|subscribe\b.{0,40})(?: (?:and|&) .{1,40})?:?\Z",
    re.IGNORECASE,
)
_LEAST_TALK_WORDS = 300
_LEAST_LABELLED = 0.1
_MOST_FIELD_CHARS = 20_000


@dataclass(slots=True)
class _Body:
    """What the text below the front matter holds."""

    transcript: Transcript = field(default_factory=Transcript)
    page: list[Line] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    title: tuple[int, int] | None = None
    page_end: int = 0


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1, by its head.

    Front matter of an episode above labelled speech or talk; labels in bold, with times or with initials explained;
    marks of a new speaker in front of paragraphs.
    """
    head = text[:_HEAD_CHARS]
    # Markup, data, and captions with arrows between their times have formats of their own.
    if head.lstrip()[:1] in ("<", "{") or _ARROW.search(head, 0, 4_000):
        return 0.0
    matter = read_front_matter(head) if has_front_matter(head) else None
    start = matter.end if matter else 0
    reading = read_turns(head, start, len(head))
    labelled = labels_sureness(head, reading, matter is not None and matter.is_episode)
    if labelled:
        # What is left is `Name: ...`, which a page of a publisher is, too.
        is_left = matter is None and labelled < 0.7 and publisher_page.sniff(text) >= 0.5
        return 0.95 if matter is not None else 0.0 if is_left else labelled
    if matter is not None and matter.is_episode:
        return 0.8 if is_prose(head, reading) else 0.0
    marked = [line for line in reading.lines if CHANGE.match(head, line.start, line.end)]
    is_long = sum(line.end - line.start for line in marked) > 140 * len(marked)
    if (
        len(marked) >= 3
        and len(marked) >= 0.3 * len(reading.lines)
        and is_long
        and _is_talk(head, 0, count_words(head))
    ):
        return 0.7
    return 0.55 if not matter and _is_long_talk(head, reading) else 0.0


def labels_sureness(text: str, reading: Reading, is_episode: bool) -> float:
    """Return how surely the labels of `reading` are those of people who talk, 0 to 1.

    is_episode: whether the text says that it is about an episode, so that any labels will do.
    """
    names = {turn.name for turn in reading.turns.values() if not turn.is_pseudo}
    spoken = _spoken_words(text, reading)
    if len(reading.turns) < 3 or not names or spoken < 2 * len(reading.turns):
        return 0.0
    start = reading.lines[min(reading.turns)].start
    strong = sum(turn.style in ("bold", "timed") or turn.is_marked for turn in reading.turns.values())
    strong = len(reading.turns) if reading.initials else strong
    # Notes on an episode have lists with names in them, too, and say in which manner as often as people take turns.
    if is_episode and len(names) >= 2 and not reading.count("shaped"):
        return 0.9
    is_talk = _is_talk(text, start, spoken)
    # Words in bold stand in front of a colon here and there in any manual.
    is_dense = len(reading.turns) >= _LEAST_LABELLED * len(reading.lines)
    if strong >= 3 and (is_dense or is_talk) and (len(names) >= 2 or len(reading.turns) >= 5):
        return 0.9
    if len(names) < 2 or not is_talk:
        return 0.0
    if reading.count("heading") >= 4:
        return 0.75
    if reading.count("shaped") >= 4 and all(turn.start_s is not None for turn in reading.turns.values()):
        # Captions as text have times, too, and would have the names for speech.
        return 0.8
    return 0.6 if len(reading.turns) >= 6 else 0.0


def parse(text: str) -> ParsedDocument:
    """Return the one copy that a transcript is, with the front matter's problems. It never raises."""
    matter = read_front_matter(text) or FrontMatter(0)
    copy = read_copy(text, matter, read_turns(text, matter.end, len(text)))
    copies = (copy,) if copy.segments or copy.passages else ()
    return ParsedDocument(FORMAT, text, copies, tuple(matter.problems))


def read_copy(text: str, matter: FrontMatter, reading: Reading) -> Copy:
    """Return the copy whose lines and labels are `reading`, below what `matter` states."""
    body = _read_body(text, reading, bool(matter.end))
    segments = with_end_marks(body.transcript.segments)
    chapters = chapters_of(text, body.entries) or heading_chapters(body.transcript.headings, segments)
    copy = copy_of(text, matter, body.page, body.page_end, body.title)
    return replace(copy, segments=tuple(segments), chapters=chapters)


def resolve(text: str, locator: str) -> str:
    """Return the exact source text of a segment. Raises ValueError for a locator that leads nowhere."""
    return resolve_char_locator(text, locator)


def copy_of(text: str, matter: FrontMatter, page: list[Line], page_end: int, title: tuple[int, int] | None) -> Copy:
    """Return a copy without its transcript: what front matter, the fields of the page and its lines say.

    page: the lines of the description. Fields are read up to `page_end`. `title`: that of the page itself.
    """
    fields = list(stated_fields(text, matter.end, min(page_end, matter.end + _MOST_FIELD_CHARS)))
    stated = read_fields(text, fields)
    has_title = any(made.field == "title" for made in matter.passages)
    title = None if has_title else stated.title or title
    passages = [made] if title and (made := passage(text, *title, is_title=True)) else []
    passages += matter.passages
    dated = (stated.published_on, stated.date_source)
    for line in page:
        if any(found.start <= line.start < found.end or line.start <= found.start < line.end for found in fields):
            continue
        when = stated_date(text[line.start : min(line.end, line.start + 200)])
        if when and when[3] - when[2] >= 0.8 * (line.end - line.start):
            dated = dated if dated[0] else (when[0], when[1])
            continue
        made = passage(text, skip_bullet(text, line.start, line.end), line.end)
        if made and has_words(made.text):
            passages.append(made)
    is_dated = matter.published_on is not None
    url = matter.url or (text[slice(*stated.url)] if stated.url else None)
    links = tuple(Link(text[a:b], a, b) for a, b in addresses(text, 0, len(text)))
    seen: set[int] = set()
    return replace(
        matter.copy(0, len(text), char_locator(0, len(text))),
        show_name=matter.show_name or stated.show_name,
        url=url,
        video_id=matter.video_id or (video_id_of(url) if url else None),
        published_on=matter.published_on if is_dated else dated[0],
        date_source=matter.date_source if is_dated else dated[1],
        duration_s=matter.duration_s or stated.duration_s,
        passages=tuple(p for p in passages if not (p.char_start in seen or seen.add(p.char_start))),  # type: ignore[func-returns-value]
        links=links,
    )


def page_above(text: str, matter: FrontMatter, end: int) -> Copy:
    """Return a copy without its transcript, which begins at `end`: what front matter and the page above it say."""
    title: tuple[int, int] | None = None
    page: list[Line] = []
    lines = list(read_lines(text, matter.end, max(end, matter.end)))
    for index, line in enumerate(lines):
        found = heading(text, line)
        if found is not None and index == 0 and found.level == 1:
            title = (found.start, found.end)
        elif index == 0 and not matter.end and _is_plain_title(text, lines):
            title = (line.start, line.end)
        elif found is not None and not is_contents(text, found.start, found.end):
            page.append(Line(found.start, found.end, line.is_after_blank))
        elif found is None and not is_rule(text, line) and not is_contents(text, line.start, line.end):
            page.append(line)
    return copy_of(text, matter, page, end, title)


def _is_plain_title(text: str, lines: Sequence[Line]) -> bool:
    """Tell whether the first line is the title without any mark of one: short, and with an empty line below it."""
    if not lines[1:2] or not lines[1].is_after_blank:
        return False
    start, end = lines[0].start, lines[0].end
    if heading(text, lines[0]) or is_contents(text, start, end) or is_time(text, lines[0]) or "://" in text[start:end]:
        return False
    is_field = next(stated_fields(text, start, end), None) is not None
    is_day = stated_date(f"Published: {text[start:end]}") is not None
    return not is_field and not is_day and is_title_line(text[start:end])


# --- what kind of text


def _spoken_words(text: str, reading: Reading) -> int:
    if not reading.turns:
        return 0
    first = min(reading.turns)
    words = sum(len(text[line.start : line.end].split()) for line in reading.lines[first:])
    labels = sum(
        len(text[reading.lines[index].start : turn.speech_start].split()) for index, turn in reading.turns.items()
    )
    return words - labels


def _is_talk(text: str, start: int, words: int) -> bool:
    """Tell whether people address each other here: a word of talk in every 25, at least."""
    return words > 0 and talks(text, start, -(-words // 25))


def is_prose(text: str, reading: Reading) -> bool:
    """Tell whether the body of an episode's page is what was said rather than notes about it."""
    plain = [line for i, line in enumerate(reading.lines) if i not in reading.headings and not is_rule(text, line)]
    words = sum(len(text[line.start : line.end].split()) for line in plain)
    listed = sum(
        skip_bullet(text, line.start, line.end) > line.start or entry(text, line) is not None for line in plain
    )
    start = plain[0].start if plain else len(text)
    return words >= _LEAST_TALK_WORDS and listed <= 0.2 * len(plain) and _is_talk(text, start, words)


def _is_long_talk(text: str, reading: Reading) -> bool:
    """Tell whether a text without labels or front matter is talk beyond doubt, set in paragraphs."""
    paragraphs = [line for line in reading.lines if line.end - line.start >= 80 and line.is_after_blank]
    return len(paragraphs) >= 8 and len(paragraphs) >= 0.7 * len(reading.lines) and is_surely_talk(text)


# --- reading


def _read_body(text: str, reading: Reading, has_matter: bool) -> _Body:
    body = _Body()
    lines = reading.lines
    first = min(reading.turns, default=None)
    begin = _begin(text, reading, first, has_matter)
    stop = _stop(text, reading)
    body.page_end = lines[begin].start if begin < len(lines) else len(text)
    for index, line in enumerate(lines[:begin]):
        found = reading.headings.get(index)
        listed = entry(text, line)
        if found:
            if index == 0 and found.level == 1 and not is_contents(text, found.start, found.end):
                body.title = (found.start, found.end)
        elif listed and listed.title_end > listed.title_start:
            body.entries.append(listed)
        elif index == 0 and not has_matter and _is_plain_title(text, lines):
            body.title = (line.start, line.end)
        elif not is_rule(text, line) and not is_contents(text, line.start, line.end):
            body.page.append(line)
    # Two times are a coincidence.
    if len(body.entries) < 3:
        body.entries = []
    body.page += [
        line for i, line in enumerate(lines[stop:], stop) if i not in reading.headings and not is_rule(text, line)
    ]
    body.transcript = read_transcript(text, reading, begin, stop)
    return body


def _begin(text: str, reading: Reading, first: int | None, has_matter: bool) -> int:
    """Return the index of the line with which the transcript begins: its first heading, or its first label."""
    lines = reading.lines
    if first is None:
        plain = [i for i, line in enumerate(lines) if i not in reading.headings and not entry(text, line)]
        # Prose: all but a title and a list of chapters.
        begin = next(
            (i for i in plain if CHANGE.match(text, lines[i].start, lines[i].end)), next(iter(plain), len(lines))
        )
    else:
        # Somebody may speak under the first heading before anybody is named.
        spoken = (
            i
            for i in sorted(reading.headings)
            if has_matter and i + 1 < first and not _is_title_line(text, reading, i) and _says(text, lines[i + 1])
        )
        begin = next(spoken, first)
    if 0 < begin < len(lines) and is_time(text, lines[begin - 1]):
        begin -= 1
    while begin > 0 and begin - 1 in reading.headings and not _is_title_line(text, reading, begin - 1):
        begin -= 1
    return begin


def _is_title_line(text: str, reading: Reading, index: int) -> bool:
    found = reading.headings[index]
    return (index == 0 and found.level == 1) or _is_notes(text, reading, index)


def _is_notes(text: str, reading: Reading, index: int) -> bool:
    found = reading.headings[index]
    return is_contents(text, found.start, found.end) or bool(_NOTES_HEADING.match(text, found.start, found.end))


def _stop(text: str, reading: Reading) -> int:
    """Return the index of the first line after the last label that is no speech any more: below a heading of notes."""
    last = max(reading.turns, default=-1)
    talk = max((i for i in range(max(last, 0), len(reading.lines)) if _says(text, reading.lines[i])), default=last)
    return next(
        (i for i in sorted(reading.headings) if i > last >= 0 and (i > talk or _is_notes(text, reading, i))),
        len(reading.lines),
    )


def _says(text: str, line: Line) -> bool:
    return TALK.search(text, line.start, min(line.end, line.start + 1_000)) is not None
