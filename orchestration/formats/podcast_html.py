"""Podcasting 2.0 transcripts in HTML: `<cite>` who speaks, `<time>` since when, `<p>` what is said.

Read in one pass over the tags, since these three are all that matters: nothing is fetched, run or nested. The text of a
paragraph is its content without tags; its locator is the range of that content in the file.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.formats.clock import parse_clock
from orchestration.formats.cue_building import TextBuilder
from orchestration.formats.cue_chain import longest_chain
from orchestration.formats.display import tidy
from orchestration.formats.document import Copy, ParsedDocument, Passage, char_locator
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.speech import segment
from orchestration.formats.unit_reader import Complaints, label_of

FORMAT = "podcast_html"

_HEAD_CHARS = 300_000
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})(?![A-Za-z0-9])([^<>]{0,100000})>|<!--|<[!?][^<>]{0,10000}>")
_SKIPPED = {"script", "style", "template", "noscript"}
_ENDS_PARAGRAPH = {"p", "cite", "time", "div", "section", "article", "body", "html", "h1", "h2", "h3", "ul", "table"}
_BREAKS = {"br", "li", "tr", "td"}
_LANGUAGE = re.compile(r"\blang\s{0,5}=\s{0,5}[\"']?([A-Za-z]{2})(?![A-Za-z])")
_CLOCK = r"\s{0,200}[\[(]?(?:[0-9]{1,3}:)?[0-9]{1,3}:[0-5][0-9](?:[.,][0-9]{1,9})?[\])]?\s{0,200}"
_TURN = re.compile(
    r"<time(?:\s[^<>]{0,300})?>" + _CLOCK + r"</time>\s{0,1000}<p[\s>]"
    r"|<cite(?:\s[^<>]{0,300})?>[^<]{1,200}</cite>\s{0,1000}<p[\s>]",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"<p[\s>]", re.IGNORECASE)
_NO_TIME = ("a <time> holds no clock time: it is left out", "write it as m:ss or h:mm:ss")
_BACKWARDS = ("a <time> lies before those in front of it: it is left out", "correct the times in the file")
_LOOSE = ("text outside of all paragraphs is not read", "put it into a <p>, below the <cite> of who says it")


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1: most paragraphs follow a cite or a clock time."""
    head = text[:_HEAD_CHARS]
    if head.lstrip()[:1] != "<":
        return 0.0
    turns = sum(1 for _ in _TURN.finditer(head))
    paragraphs = sum(1 for _ in _PARAGRAPH.finditer(head))
    return 0.97 if turns and turns * 2 >= paragraphs else 0.0


@dataclass(frozen=True, slots=True)
class _Said:
    start: int
    end: int
    spoken: str
    speaker: str | None
    clock: tuple[str, int] | None


def parse(text: str) -> ParsedDocument:
    """Return the one copy of the transcript: a segment a paragraph; a cite holds until the next one."""
    complaints = Complaints()
    said, title, language = _read(text, complaints)
    starts = [_seconds(one.clock, complaints) if one.clock else None for one in said]
    timed = [index for index, start_s in enumerate(starts) if start_s is not None]
    kept = {timed[place] for place in longest_chain([starts[index] or 0.0 for index in timed], range(len(timed)))}
    for index in timed:
        if index not in kept:
            clock = said[index].clock
            complaints.add(char_locator(clock[1], clock[1] + len(clock[0])) if clock else "file", *_BACKWARDS)
            starts[index] = None
    builder = TextBuilder()
    passages = (Passage("title", tidy(title), *builder.add(title)),) if tidy(title) else ()
    ranges = [builder.add(one.spoken) for one in said]
    document_text = builder.text
    segments = []
    label: str | None = None
    following = [*starts[1:], None][: len(starts)]
    for one, (start, end), start_s, end_s in zip(said, ranges, starts, following, strict=True):
        made = segment(document_text, start, end, start_s, end_s if start_s is not None else None, True)
        is_change = made.is_speaker_change or (one.speaker is not None and one.speaker != label)
        label = one.speaker
        locator = char_locator(one.start, one.end)
        segments.append(made._replace(locator=locator, speaker_label=label, is_speaker_change=is_change))
    if not segments:
        return ParsedDocument(FORMAT, document_text, (), complaints.problems())
    copy = Copy(
        0,
        len(document_text),
        char_locator(0, len(text)),
        language=language,
        passages=passages,
        segments=tuple(segments),
    )
    return ParsedDocument(FORMAT, document_text, (copy,), complaints.problems())


def resolve(text: str, locator: str) -> str:
    """Return the content of a paragraph as the file has it, tags included. Raises ValueError where nothing is."""
    return resolve_char_locator(text, locator)


def _seconds(clock: tuple[str, int], complaints: Complaints) -> float | None:
    try:
        return parse_clock(tidy(clock[0]).strip("[]() "))
    except ValueError:
        complaints.add(char_locator(clock[1], clock[1] + len(clock[0])), *_NO_TIME)
        return None


def _read(text: str, complaints: Complaints) -> tuple[list[_Said], str, str | None]:
    """Return what is said, the title and the language of a page."""
    said: list[_Said] = []
    title, language, speaker, clock = "", None, None, None
    for name, start, end, spoken, attributes in _elements(text):
        if name == "cite":
            speaker = label_of(html.unescape(spoken))
        elif name == "time":
            clock = (text[start:end], start)
        elif name == "p" and _is_text(spoken):
            said.append(_Said(start, end, spoken, speaker, clock))
            clock = None
        elif name in ("title", "h1"):
            title = title or html.unescape(spoken)
        elif name == "html":
            found = _LANGUAGE.search(attributes)
            language = found[1].lower() if found else None
        elif name == "" and _is_text(spoken):
            complaints.add(char_locator(start, end), *_LOOSE)
    return said, title, language


def _is_text(spoken: str) -> bool:
    return bool(tidy(spoken[:2_000]) or tidy(spoken[2_000:]))


def _elements(text: str) -> Iterator[tuple[str, int, int, str, str]]:
    """Yield name, content range, content without tags, and attributes of each element that matters, in order.

    Text outside of all of them has no name.
    """
    open_name, content_start = "", 0
    pieces: list[str] = []
    at = 0
    while True:
        tag = _TAG.search(text, at)
        between = text[at : tag.start() if tag else len(text)]
        if between:
            pieces.append(between)
        if tag is None:
            break
        at = tag.end()
        if tag.group() == "<!--":
            close = text.find("-->", at)
            at = len(text) if close < 0 else close + 3
            continue
        name = (tag[2] or "").lower()
        is_close = tag[1] == "/"
        if name in _SKIPPED and not is_close:
            close_tag = re.compile(rf"</{name}[\s>]", re.IGNORECASE).search(text, at)
            at = close_tag.start() if close_tag else len(text)
        elif name in _ENDS_PARAGRAPH or name in ("title", "head"):
            yield open_name, content_start, tag.start(), "".join(pieces), ""
            pieces = []
            is_open = not is_close and name in ("p", "cite", "time", "title", "h1")
            open_name, content_start = (name, at) if is_open else ("", at)
            if name == "html" and not is_close:
                yield "html", at, at, "", tag[3] or ""
        elif name in _BREAKS:
            pieces.append(" ")
    yield open_name, content_start, len(text), "".join(pieces), ""
