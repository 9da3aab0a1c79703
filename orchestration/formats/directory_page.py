"""A podcast directory's topic page: one line per episode, everything of an episode run together in it.

Some entries are headed by a line with the name of their show. An entry holds show notes and, often, a transcript,
cut at 65,535 bytes where it is long.
"""

from __future__ import annotations

import re
from dataclasses import replace

from orchestration.formats.dates import stated_date
from orchestration.formats.display import tidy
from orchestration.formats.document import Chapter, Copy, Link, ParsedDocument, Problem, Segment, char_locator
from orchestration.formats.inline_transcript import Transcript, read_transcript
from orchestration.formats.labels import read_labels
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.show_notes import footer_start, read_chapters, read_links, read_passages
from orchestration.formats.speech import trim

FORMAT = "directory_page"

_LINE = re.compile(r"[^\r\n]+")
_HEAD_CHARS = 200_000
# The directory stores this many bytes of an entry; a character that does not fit any more is left out whole.
_MOST_BYTES = 65_535
_LONGEST_CHARACTER = 4
_PREVIEW = re.compile(
    r"(?:free |short )?preview of (?:a|this|our) (?:paid|premium|subscriber|subscribers?-only|members?-only|patron)\b",
    re.IGNORECASE,
)

# --- headings
_MOST_HEADING_CHARS = 140
_SENTENCE = re.compile(r"[a-z]{2}[.?!…](?:\s|$)")
_ADDRESS_OR_CLOCK = re.compile(r"https?://|www\.|[0-9]:[0-5][0-9]")
# The name in front of a tagline: `Name: What | It | Is About`, `Name - a podcast about ...`.
_TAGLINE = re.compile(r"\s*(?::\s|\s[-–—|]\s)")
_HANDLE_OR_HOST = re.compile(r"@[\w.-]{2,60}|(?:https?://|www\.)[^\s<>\"]{4,300}")

_OWN_ADDRESS = re.compile(
    r"\b(?:(?:watch|listen to|see|view|read|find|get)\s(?:this|the full)\s(?:episode|conversation|interview|transcript)"
    r"|(?:episode|show)\s(?:page|link|notes?)\s(?:for|of)\sthis\sepisode|link to this episode"
    r"|episode (?:page|link|url))"
    r"(?:\s(?:on|at|here|with|in)(?:\s\w{1,20}){0,3})?\s?:?\s?$",
    re.IGNORECASE,
)
_VIDEO = re.compile(
    r"(?:youtube\.com/(?:watch\?(?:[\w=-]{1,60}&){0,5}v=|embed/|live/|shorts/)|youtu\.be/)([A-Za-z0-9_-]{11})(?![\w-])"
)

# --- recognising
_NOT_TEXT = re.compile(r"\s*(?:[{\[<]|WEBVTT|#|---|\+\+\+|%|//|/\*|from |import )")
_CUE = re.compile(r"-->")
_NOTES_SIGN = re.compile(
    r"https?://|www\.|[0-9]:[0-5][0-9]|\b(?:podcast|episode|newsletter|subscribe|Timestamps|Chapters|Transcript|joins?|"
    r"guests?|hosts?|hosted|interview|conversation|listen|sponsors?|we (?:discuss|cover|explore|talk)|newsletter)\b",
    re.IGNORECASE,
)
_GLUED = re.compile(r"[a-z]{2}[.?!:…][A-Z][a-z]|[a-z]\* [A-Z]|[a-z][0-9]{1,2}:[0-5][0-9]\b|[a-z]\.[A-Z][a-z]+ ?\[[0-9]")
_LEAST_ENTRY_CHARS = 120


def sniff(text: str) -> float:
    """Return how surely `text` is a directory page, 0 to 1: long lines, each an episode's notes by itself."""
    head = text[:_HEAD_CHARS]
    if _NOT_TEXT.match(head) or _CUE.search(head, 0, 5_000):
        return 0.0
    found = [head[slice(*trim(head, *line.span()))] for line in _LINE.finditer(head)]
    lines = [line for line in found if line]
    entries = [line for line in lines if not _is_heading(line)]
    if len(entries) < 2 or len(text) < 500:
        return 0.0
    long = [line for line in entries if len(line) >= _LEAST_ENTRY_CHARS]
    if len(long) < 0.9 * len(entries) or len(lines) - len(entries) > len(entries):
        return 0.0
    signed = sum(len(_NOTES_SIGN.findall(line, 0, 20_000)) >= 2 for line in long) / len(long)
    glued = sum(bool(_GLUED.search(line)) for line in long) / len(long)
    listing = sum(len(_ADDRESS_OR_CLOCK.findall(line, 0, 20_000)) >= 2 for line in long) / len(long)
    mean = sum(map(len, long)) / len(long)
    # Essays about podcasts have the words, too, but neither glued lines nor addresses and times in line after line.
    if signed < 0.6 or mean < 300 or (glued < 0.25 and listing < 0.4):
        return 0.0
    score = 0.35 + 0.2 * signed
    score += 0.2 if glued >= 0.25 else 0.0
    score += 0.15 if _is_heading(lines[0]) else 0.0
    score += 0.1 if mean >= 600 else 0.0
    return min(score, 0.97)


def parse(text: str) -> ParsedDocument:
    """Return the episodes of a directory page. Never raises."""
    copies: list[Copy] = []
    problems: list[Problem] = []
    headings: list[str] = []
    is_first = True
    show: str | None = None
    for line in _LINE.finditer(text):
        start, end = trim(text, *line.span())
        if start == end:
            continue
        if end - start <= _MOST_HEADING_CHARS and _is_heading(text[start:end]):
            headings.append(text[start:end])
            continue
        copy = _entry(text, start, end)
        if headings:
            show = _show_of(headings, is_first)
        elif show is not None and not _is_corroborated(text, copy, show):
            show = None
        copies.append(replace(copy, show_name=show))
        headings = []
        is_first = False
    for heading in headings:
        problems.append(
            Problem("last line", f"the heading {heading[:80]!r} heads no entry", "check that the file is complete")
        )
    return ParsedDocument(FORMAT, text, tuple(copies), tuple(problems))


def resolve(text: str, locator: str) -> str:
    """Return the exact source text of a segment of a parsed page; ValueError for a locator that leads nowhere."""
    return resolve_char_locator(text, locator)


def _is_heading(line: str) -> bool:
    """Tell whether a line is a heading of the page or the name of a show: short, and no sentence."""
    if len(line) > _MOST_HEADING_CHARS or len(line.split()) > 18:
        return False
    return not (_SENTENCE.search(line) or line[-1] in ",;" or line[0].islower() or _ADDRESS_OR_CLOCK.search(line))


def _show_of(headings: list[str], is_first: bool) -> str | None:
    """Return the show that the headings above an entry name; the first heading of a page is the page's own."""
    heading = headings[-1]
    if is_first and len(headings) == 1 and heading.isupper():
        return None
    name = _TAGLINE.split(heading, maxsplit=1)[0].strip()
    return tidy(name if len(name) >= 3 else heading) or None


def _is_corroborated(text: str, copy: Copy, show: str) -> bool:
    """Tell whether the notes of an entry further below a heading bear the show's own address or handle.

    To be named is not enough: a show is named in the notes of others that met its hosts.
    """
    core = re.sub(r"[^a-z0-9]", "", re.sub(r"^the\s|\s(?:podcast|show)$", "", show.casefold()))
    if len(core) < 5:
        return False
    notes_end = copy.segments[0].char_start if copy.segments else copy.char_end
    notes = text[copy.char_start : notes_end]
    return any(core in re.sub(r"[^a-z0-9]", "", found.casefold()) for found in _HANDLE_OR_HOST.findall(notes))


def _entry(text: str, start: int, end: int) -> Copy:
    links = read_links(text, start, end)
    footer = footer_start(text, start, end)
    labelling = read_labels(text, start, footer)
    notes_end = labelling.notes_end if labelling else footer
    listing = read_chapters(text, start, notes_end)
    passages = read_passages(text, start, notes_end, links, listing) + read_passages(text, footer, end, links)
    chapters = listing.chapters
    segments: tuple[Segment, ...] = ()
    if labelling is not None:
        transcript = read_transcript(text, labelling, footer, {chapter.title for chapter in chapters})
        chapters += _section_chapters(text, transcript, chapters)
        segments = transcript.segments
    stated = stated_date(text[start:notes_end])
    url, video_id = _own_address(text, links)
    return Copy(
        start,
        end,
        char_locator(start, end),
        url=url,
        video_id=video_id,
        published_on=stated[0] if stated else None,
        date_source=stated[1] if stated else "none",
        truncation_reason=_truncation(text, start, end),
        passages=passages,
        chapters=chapters,
        links=links,
        segments=segments,
    )


def _section_chapters(text: str, transcript: Transcript, listed: tuple[Chapter, ...]) -> tuple[Chapter, ...]:
    """Return the section headings of the transcript as chapters, but those that the notes list already."""
    known = {chapter.title.casefold() for chapter in listed}
    fresh = [
        heading
        for heading in transcript.headings
        if (title := tidy(text[heading.start : heading.end])) and title.casefold() not in known
    ]
    chapters = []
    for number, heading in enumerate(fresh):
        end_s = fresh[number + 1].start_s if number + 1 < len(fresh) else None
        if heading.start_s is None or end_s is None or end_s < heading.start_s:
            end_s = None
        title = tidy(text[heading.start : heading.end])
        chapters.append(Chapter(title, heading.start, heading.end, heading.start_s, end_s))
    return tuple(chapters)


def _truncation(text: str, start: int, end: int) -> str | None:
    """Return in words why an entry is not whole, or None."""
    if _PREVIEW.search(text, start, min(end, start + 1_000)):
        return "a free preview of a paid episode: the publisher gives the rest to subscribers only"
    if end - start <= _MOST_BYTES:
        size = len(text[start:end].encode("utf-8", "replace"))
        if _MOST_BYTES - _LONGEST_CHARACTER < size <= _MOST_BYTES:
            return f"cut by the directory at {_MOST_BYTES:,} bytes, the most it stores of an entry"
    return None


def _own_address(text: str, links: tuple[Link, ...]) -> tuple[str | None, str | None]:
    """Return the address and the video id that the entry states as its own; generic links are not."""
    for link in links:
        if _OWN_ADDRESS.search(text, max(0, link.char_start - 80), link.char_start):
            video = _VIDEO.search(link.url)
            return link.url, video[1] if video else None
    return None, None
