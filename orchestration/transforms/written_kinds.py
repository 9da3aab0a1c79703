"""Sponsors and promos in show notes and titles of chapters, and the timed speech inside a sponsor's chapter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import polars as pl

from orchestration.formats.display import Display, display
from orchestration.transforms.show_talk import PROMO
from orchestration.transforms.sponsor_notes import (
    credits,
    headed_sponsor,
    is_heading,
    is_section,
    opens_item,
    sentence_around,
)

# Chapters longer than this are not a sponsor's, whatever their title.
MAX_SPONSOR_CHAPTER_S = 360.0
# The block of show notes below a heading that names its sponsor.
MAX_BLOCK_PASSAGES = 8
MAX_BLOCK_CHARS = 2500

_SPONSOR_CHAPTER = re.compile(
    r"(?:(?:our |today[’']s )?sponsors?(?: (?:message|read|break|segment|spot|shout-?out))?|sponsored(?: by)?"
    r"|advert(?:s|isement)?s?|ads?|ad ?break|a word from (?:our|today[’']s) sponsors?|break|mid-?roll|pre-?roll"
    r"|(?:this episode is )?brought to you by|thanks? (?:you )?to (?:our )?sponsors?)"
    r"(?:\s*[:|–—-]\s*(?P<names>.+)|(?<=by)\s+(?P<by>.+))?",
    re.IGNORECASE,
)
_NAME_BORDER = re.compile(r"\s*[|,]\s*|\s+(?:and|&)\s+")
_MARKED_HEADING = re.compile(r"^#{1,6} |<h[1-6]\b", re.MULTILINE | re.IGNORECASE)
# A name with its Markdown link.
_LINK = re.compile(r"\[([^\[\]]+)\]\([^()]*\)|[.:]$")


class Found(NamedTuple):
    """A stretch that a rule found, in code points of the document text."""

    kind: str
    char_start: int
    char_end: int
    form: str
    rule: str
    name: str | None = None


def noted(notes: Sequence[dict[str, Any]], document: str) -> list[Found]:
    """Return the sponsors that show notes credit, and the sentences in which the show promotes itself."""
    shown = [display(document[passage["char_start"] : passage["char_end"]]) for passage in notes]
    found: list[Found] = []
    is_list = False
    block_end = 0
    for index, passage in enumerate(notes):
        start, text = passage["char_start"], shown[index].text
        if index < block_end:
            continue
        name = headed_sponsor(text)
        if name is not None:
            block_end = _block_end(notes, shown, index, document)
            end = notes[block_end - 1]["char_end"]
            found.append(Found("sponsor", start, end, "credit", "notes_block", name))
            is_list = False
            continue
        is_item = is_list and opens_item(text)
        if is_list and not is_item and index + 1 < len(notes) and opens_item(shown[index + 1].text) and found:
            # A paragraph between two items goes on with the first of them.
            found[-1] = found[-1]._replace(char_end=passage["char_end"])
            continue
        of_passage = credits(text, is_item)
        for credit in of_passage:
            begin, end = shown[index].raw_span(credit.start, credit.end)
            found.append(Found("sponsor", start + begin, start + end, "credit", "notes_credit", credit.name))
        # Items of a list may be paragraphs of their own, below a heading.
        is_list = is_heading(text) or bool(of_passage and of_passage[-1].is_listed)
        for promo in PROMO.finditer(text):
            sentence_start, sentence_end = sentence_around(text, promo.start())
            begin, end = shown[index].raw_span(sentence_start, max(sentence_end, promo.end()))
            found.append(Found("promo", start + begin, start + end, "other", "notes_promo"))
            is_list = False
    return found


def _block_end(notes: Sequence[dict[str, Any]], shown: Sequence[Display], index: int, document: str) -> int:
    """Return the passage after the block that the heading at `index` opens: it ends before the next heading."""
    length = 0
    for following in range(index + 1, min(len(notes), index + 1 + MAX_BLOCK_PASSAGES)):
        text = shown[following].text
        length += len(text)
        # The format may have left the heading itself out.
        is_marked = _MARKED_HEADING.search(document, notes[following - 1]["char_end"], notes[following]["char_start"])
        if length > MAX_BLOCK_CHARS or is_marked or is_section(text) or headed_sponsor(text) is not None:
            return following
    return min(len(notes), index + 1 + MAX_BLOCK_PASSAGES)


def chaptered(chapters: Sequence[dict[str, Any]], spoken: pl.DataFrame | None, document: str) -> Iterator[Found]:
    """Yield the titles of chapters that name sponsors, and the timed speech inside such chapters.

    spoken: the segments of speech in order, `start_s, char_start, char_end`, where there are any.
    """
    for chapter in chapters:
        match = _SPONSOR_CHAPTER.fullmatch(chapter["title"].strip())
        if match is None:
            continue
        listed = _LINK.sub(r"\1", match["names"] or match["by"] or "")
        names = [name for name in _NAME_BORDER.split(listed) if name]
        name = names[0] if len(names) == 1 else None
        credited = [*_named_parts(chapter, names, document)] if len(names) > 1 else []
        whole = Found("sponsor", chapter["char_start"], chapter["char_end"], "credit", "sponsor_chapter", name)
        yield from credited or [whole]
        start_s, end_s = chapter["start_s"], chapter["end_s"]
        if spoken is None or start_s is None or end_s is None or end_s - start_s > MAX_SPONSOR_CHAPTER_S:
            continue
        inside = spoken.filter(pl.col("start_s").is_between(start_s, end_s, closed="left"))
        if inside.height:
            begin, end = inside["char_start"][0], inside["char_end"][-1]
            yield Found("sponsor", begin, end, "read", "sponsor_chapter", name)


def _named_parts(chapter: dict[str, Any], names: Sequence[str], document: str) -> Iterator[Found]:
    """Yield a part of the title of a chapter for each of the sponsors that it names."""
    start = chapter["char_start"]
    for index, name in enumerate(names):
        begin = document.find(name, start, chapter["char_end"])
        if begin < 0:
            continue
        start, begin = begin + len(name), start if index == 0 else begin
        yield Found("sponsor", begin, start, "credit", "sponsor_chapter", name)
