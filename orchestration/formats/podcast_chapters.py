"""Podcasting 2.0 chapters (JSON, version 1.2): the chapters of an episode, and what the file says about it.

A chapter with `toc: false` is a silent mark for pictures and is none; nor is one without a title.
"""

from __future__ import annotations

import re
from typing import Any

from orchestration.formats.cue_building import TextBuilder
from orchestration.formats.cue_chain import longest_chain
from orchestration.formats.display import tidy
from orchestration.formats.document import Chapter, Copy, Link, ParsedDocument, Passage
from orchestration.formats.json_text import broken, load, string, strings_at
from orchestration.formats.unit_reader import Complaints, seconds

FORMAT = "podcast_chapters"

_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}")
_NO_TIME = ("a chapter's time is no number of seconds that can be: it is left out", "correct the time in the file")
_BACKWARDS = ("a chapter starts before those in front of it: its time is left out", "correct the times in the file")


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1: an object whose `chapters` have start times."""
    value = load(text).value
    if not isinstance(value, dict) or not isinstance(value.get("chapters"), list):
        return 0.0
    chapters = [chapter for chapter in value["chapters"] if isinstance(chapter, dict)]
    is_timed = any("startTime" in chapter for chapter in chapters[:100])
    is_transcript = "segments" in value or "words" in value or "utterances" in value
    return 0.97 if (is_timed and not is_transcript) or (not chapters and "version" in value) else 0.0


def parse(text: str) -> ParsedDocument:
    """Return the one copy that the chapters are of: title, description and chapters, no segments."""
    loaded = load(text)
    if loaded.error:
        return ParsedDocument(FORMAT, "", (), (broken(loaded.error),))
    value = loaded.value if isinstance(loaded.value, dict) else {}
    builder = TextBuilder()
    passages: list[Passage] = []
    for key, name in (("title", "title"), ("description", "description")):
        found = string(value.get(key)) or ""
        if tidy(found):
            passages.append(Passage("title" if name == "title" else "description", tidy(found), *builder.add(found)))
    complaints = Complaints()
    items = value.get("chapters")
    chapters, links = _chapters(items if isinstance(items, list) else [], builder, complaints)
    if not passages and not chapters:
        return ParsedDocument(FORMAT, builder.text, (), complaints.problems())
    show = tidy(string(value.get("podcastName")) or "")[:200] or None
    copy = Copy(
        0, builder.length, "", show_name=show, passages=tuple(passages), chapters=tuple(chapters), links=tuple(links)
    )
    return ParsedDocument(FORMAT, builder.text, (copy,), complaints.problems())


def resolve(text: str, locator: str) -> str:
    """Return the string that `locator` leads to. Raises ValueError where it leads nowhere."""
    return "".join(strings_at(text, locator)[:1])


def _chapters(items: list[Any], builder: TextBuilder, complaints: Complaints) -> tuple[list[Chapter], list[Link]]:
    listed: list[tuple[str, float | None, float | None]] = []
    links: list[Link] = []
    seen: set[str] = set()
    addresses: list[str] = []
    for index, item in enumerate(items):
        if not isinstance(item, dict) or item.get("toc") is False:
            continue
        url = string(item.get("url")) or ""
        if _ADDRESS.fullmatch(url) and url not in seen:
            seen.add(url)
            addresses.append(url)
        title = string(item.get("title")) or ""
        if tidy(title):
            times = (
                _seconds(item.get(key), f"/chapters/{index}/{key}", complaints) for key in ("startTime", "endTime")
            )
            listed.append((title, *times))  # type: ignore[arg-type]
    starts = [start_s for _, start_s, _ in listed]
    timed = [index for index, start_s in enumerate(starts) if start_s is not None]
    kept = {timed[place] for place in longest_chain([starts[index] or 0.0 for index in timed], range(len(timed)))}
    chapters: list[Chapter] = []
    following: float | None = None
    for index in range(len(listed) - 1, -1, -1):
        title, start_s, end_s = listed[index]
        if start_s is not None and index not in kept:
            complaints.add("/chapters", *_BACKWARDS)
            start_s = end_s = None
        if start_s is not None:
            end_s = end_s if end_s is not None and end_s >= start_s else following
            following = start_s
        listed[index] = (title, start_s, end_s if start_s is not None else None)
    for title, start_s, end_s in listed:
        chapters.append(Chapter(tidy(title), *builder.add(title), start_s, end_s))
    links.extend(Link(url, *builder.add(url)) for url in addresses)
    return chapters, links


def _seconds(value: Any, locator: str, complaints: Complaints) -> float | None:
    try:
        return seconds(value)
    except (ValueError, TypeError, OverflowError):
        complaints.add(locator, *_NO_TIME)
        return None
