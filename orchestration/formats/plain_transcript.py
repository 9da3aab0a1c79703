"""A recogniser's plain output, without times or names: a caption a line, or all on one line.

A leading `- ` tells where the speaker changes. Where no line has one, the words have to tell that it is talk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestration.formats.cue_building import LEAST_WORDS, MOST_WORDS
from orchestration.formats.dates import stated_date
from orchestration.formats.display import SOUND
from orchestration.formats.document import Copy, ParsedDocument, char_locator
from orchestration.formats.json_text import load
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.speech import lines, segment, skip_change_mark
from orchestration.formats.talk import is_surely_talk

FORMAT = "plain_transcript"

_HEAD_CHARS = 200_000
_LEAST_LINES = 8
_MOST_CHARS = 140
# Signs of anything but speech: mark-up, code, tables, addresses, keys and values, dates of a log, indented lines.
_NO_SPEECH = re.compile(
    r"[#*+•|<{}@\\=`~_^\t]|\]\(|https?://|;$|[^\W\d_]\(|^[\"'\[]?[\w -]{1,30}[\"']?:(?:\s|$)|^\W*\d{4}-\d\d-\d\d"
    r"|\d\d:\d\d:\d\d|\w,(?!\d{3}\b)\w.{0,40}\w,(?!\d{3}\b)\w"
)
_ODD_MARK = re.compile(r"[#*+•|<{}@\\=`~_^\t(:;\]]")
_SENTENCE_END = re.compile(r"[.?!…][\"'”’)]?$")
_ABBREVIATION = re.compile(r"(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|No)\.")
_WORD = re.compile(r"\S+")
_LONG_LINE = 1_000


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1.

    Nothing but its manner tells it: many short lines of plain words, some of them the ends of sentences, and marks of a
    new speaker at some but not most; or its words. Never as sure as a format with marks of its own.
    """
    if load(text).error is None:
        return 0.0
    return 0.6 if _has_changes(text) else 0.5 if is_surely_talk(text[:_HEAD_CHARS]) else 0.0


def _has_changes(text: str) -> bool:
    ranges = list(lines(text, 0, _HEAD_CHARS))
    if len(text) > _HEAD_CHARS:
        ranges = ranges[:-1]
    if len(ranges) < _LEAST_LINES:
        return False
    changes = short = odd = ends = words = indented = sounds = 0
    is_list = False
    for index, (start, end) in enumerate(ranges):
        said = skip_change_mark(text, start, end)
        # `You need:` and then marks: those are the bullets of a list.
        is_list = said > start and (is_list or (index > 0 and text[ranges[index - 1][1] - 1] == ":"))
        if text[said : said + 1] in "([\\" and SOUND.fullmatch(text, said, end):
            sounds += 1
            continue
        changes += said > start and not is_list
        short += end - start <= _MOST_CHARS
        line = text[said : min(end, said + _MOST_CHARS)]
        odd += _may_be_odd(line) and _NO_SPEECH.search(line) is not None
        ends += _SENTENCE_END.search(line, max(0, len(line) - 2)) is not None
        words += len(line.split())
        indented += start > 0 and text[start - 1] in " \t"
    count = len(ranges) - sounds
    return (
        changes >= 2
        and changes <= 0.6 * count
        and short >= 0.95 * count
        and odd <= max(1, 0.05 * count)
        and indented <= 0.05 * count
        and 0.15 * count <= ends
        and 2.5 * count <= words
    )


def _may_be_odd(line: str) -> bool:
    """Tell whether a line has any of what `_NO_SPEECH` looks for, which takes a tenth of the time."""
    return _ODD_MARK.search(line) is not None or line.count("-") > 1 or line.count(",") - line.count(", ") > 1


def parse(text: str) -> ParsedDocument:
    """Return the one copy that a plain transcript is: a segment a line, and a sentence where lines are very long.

    A line that states a date is none of them.
    """
    segments = []
    published = None
    for index, (start, end) in enumerate(lines(text)):
        stated = stated_date(text[start:end]) if index < 3 and published is None else None
        if stated and stated[3] - stated[2] >= 0.8 * (end - start):
            published = stated
            continue
        for first, last in _sentences(text, start, end) if end - start > _LONG_LINE else [(start, end)]:
            made = segment(text, first, last)
            if made.text:
                segments.append(made)
    if not segments:
        return ParsedDocument(FORMAT, text, ())
    copy = Copy(
        0,
        len(text),
        char_locator(0, len(text)),
        published_on=published[0] if published else None,
        date_source=published[1] if published else "none",
        segments=tuple(segments),
    )
    return ParsedDocument(FORMAT, text, (copy,))


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the sentences of a line, of four words at least and forty at most."""
    first, words = start, 0
    for word in _WORD.finditer(text, start, end):
        words += 1
        is_end = _SENTENCE_END.search(word.group()) is not None and not _ABBREVIATION.fullmatch(word.group())
        if words >= MOST_WORDS or (is_end and words >= LEAST_WORDS):
            yield first, word.end()
            first, words = word.end(), 0
    if words:
        yield first, end


def resolve(text: str, locator: str) -> str:
    """Return the exact source text of a segment. Raises ValueError for a locator that leads nowhere."""
    return resolve_char_locator(text, locator)
