"""Feeds of podcasts, RSS and Atom, with the podcast namespace, iTunes' tags and Podlove's simple chapters.

A feed is a structured document: its text is the strings of channel and items joined by line ends, and each item is a
copy without segments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from orchestration.formats.display import tidy
from orchestration.formats.document import Chapter, Copy, Link, ParsedDocument, Passage, StatedPerson
from orchestration.formats.html_notes import Fragment, read_fragment, read_notes
from orchestration.formats.rss_items import Channel, Feed, Item, read_feed, resolve_path
from orchestration.formats.show_notes import read_links
from orchestration.formats.stated_fields import video_id_of
from orchestration.formats.xml_head import root_start

FORMAT = "rss_feed"

_HEAD_CHARS = 20_000
_ROOT = re.compile(r"<rss[\s>]")
_ATOM = re.compile(r"<(?:\w{1,20}:)?feed\s[^<>]{0,2000}w3\.org/2005/Atom")
_CHANNEL = re.compile(r"<channel[\s>]")

Rel = Literal["transcript", "chapters", "enclosure", "person"]


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1: the root is `rss` and has a channel, or is Atom's `feed`."""
    if _ATOM.match(text, root_start(text)):
        return 0.95
    found = _ROOT.match(text, root_start(text))
    if found is None:
        return 0.0
    return 0.95 if _CHANNEL.search(text, found.end(), found.end() + _HEAD_CHARS) else 0.6


def parse(text: str) -> ParsedDocument:
    """Return a copy for each item: what describes the episode. What a feed knows of transcripts is in the links."""
    return document_of(read_feed(text), FORMAT)


def document_of(feed: Feed, format_name: str) -> ParsedDocument:
    """Return the document that a feed is, whatever it is written in: its text, and a copy for each item."""
    if feed.channel is None:
        return ParsedDocument(format_name, "", (), feed.problems)
    written = _Text()
    if feed.channel.title:
        written.add(feed.channel.title)
    for line in read_fragment(feed.channel.notes).lines:
        written.add(line)
    layouts = [layout for item in feed.items if (layout := _lay_out(item, written))]
    joined = written.joined()
    copies = tuple(_copy(layout, feed.channel, joined) for layout in layouts)
    return ParsedDocument(format_name, joined, copies, feed.problems)


def resolve(text: str, locator: str) -> str:
    """Return the text of the element at a path such as `/rss/channel/item[2]/title`, else raise ValueError."""
    return resolve_path(text, locator)


class _Text:
    """The text of the document while it is put together: one string a line."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0

    def add(self, text: str) -> tuple[int, int]:
        """Add a line and return its range."""
        start = self.length
        self.parts.append(text)
        self.length += len(text) + 1
        return start, start + len(text)

    def joined(self) -> str:
        return "\n".join(self.parts)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the strings of an item stand in the text."""

    item: Item
    start: int
    end: int
    title: tuple[int, int] | None
    lines: list[tuple[int, int]]
    chapters: list[tuple[int, int]]
    people: list[tuple[int, int]]
    links: list[Link]


def _lay_out(item: Item, written: _Text) -> _Layout | None:
    fragment: Fragment = read_fragment(item.notes)
    title = item.title if tidy(item.title) else ""
    if not title and not fragment.lines:
        return None
    start = written.length
    title_range = written.add(title) if title else None
    lines = [written.add(line) for line in fragment.lines]
    chapters = [written.add(chapter.title) for chapter in item.chapters]
    people = [written.add(person.name) for person in item.people]
    links = [Link(url, *written.add(url), rel=rel) for url, rel in _addresses(item, fragment)]
    return _Layout(item, start, written.length - 1, title_range, lines, chapters, people, links)


def _addresses(item: Item, fragment: Fragment) -> Iterator[tuple[str, Rel | None]]:
    if item.url:
        yield item.url, None
    if item.enclosure_url:
        yield item.enclosure_url, "enclosure"
    for transcript in item.transcripts:
        yield transcript.url, "transcript"
    if item.chapters_url:
        yield item.chapters_url, "chapters"
    for person in item.people:
        if person.url:
            yield person.url, "person"
    # An address that stands in the text as well is found there.
    shown = "\n".join(fragment.lines)
    linked = (*fragment.addresses, *(chapter.url for chapter in item.chapters if chapter.url))
    for url in dict.fromkeys(linked):
        if url != item.url and (len(fragment.addresses) > 200 or url not in shown):
            yield url, None


def _copy(layout: _Layout, channel: Channel, text: str) -> Copy:
    item = layout.item
    title: tuple[Passage, ...] = ()
    if layout.title:
        title = (Passage("title", tidy(text[slice(*layout.title)]), *layout.title),)
    notes = read_notes(text, layout.lines)
    chapters = tuple(_chapters(layout, text)) or notes.chapters
    in_text = tuple(link for line in layout.lines for link in read_links(text, *line))
    return Copy(
        layout.start,
        layout.end,
        item.path,
        show_name=tidy(item.show_name or channel.title) or None,
        url=item.url,
        video_id=video_id_of(item.url) if item.url else None,
        guid=item.guid,
        published_on=item.published_on,
        date_source="stated" if item.published_on else "none",
        duration_s=item.duration_s,
        language=channel.language,
        passages=title + notes.passages,
        chapters=chapters,
        links=in_text + tuple(layout.links),
        people=tuple(
            StatedPerson(tidy(person.name), person.role, *span)
            for person, span in zip(item.people, layout.people, strict=True)
        ),
        season=item.season,
        episode_number=item.episode_number,
        enclosure_url=item.enclosure_url,
        show_guid=channel.guid,
    )


def _chapters(layout: _Layout, text: str) -> Iterator[Chapter]:
    following = [*layout.item.chapters[1:], None][: len(layout.chapters)]
    for chapter, after, span in zip(layout.item.chapters, following, layout.chapters, strict=True):
        end_s = after.start_s if after else layout.item.duration_s
        is_after = end_s is not None and chapter.start_s is not None and end_s >= chapter.start_s
        yield Chapter(tidy(text[slice(*span)]), *span, chapter.start_s, end_s if is_after else None)
