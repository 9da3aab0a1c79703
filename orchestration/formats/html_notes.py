"""Show notes that are marked up as HTML or broken into lines, as feeds carry them: lines, addresses, chapters."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.formats.clock import parse_clock
from orchestration.formats.display import tidy
from orchestration.formats.document import Chapter, Passage
from orchestration.formats.show_notes import read_chapters, read_passages
from orchestration.formats.speech import LINE_ENDS, passage, trim

_BLOCK_NAMES = """
    address article aside blockquote br center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4
    h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul
"""
_INLINE_NAMES = """
    a abbr acronym audio b big button cite code col del em embed font i iframe img input ins kbd label mark noscript
    object picture q s samp script small source span strike strong style sub sup svg time tt u var video wbr
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_INLINE = frozenset(_INLINE_NAMES.split())
_HIDDEN = frozenset(("script", "style"))
# The branches begin with different characters and `<` ends everything: a page of unclosed tags is read in one pass.
_TAG = re.compile(
    r"<!--|<!\[CDATA\[|\]\]>|<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]{0,15})"
    r"""(?P<rest>(?:[^<>"']|"[^"<]*+"|'[^'<]*+')*)>"""
)
_HREF = re.compile(
    r"""(?<![\w-])href\s{0,3}=\s{0,3}(?:"([^"]{1,2000})"|'([^']{1,2000})'|([^\s"'>]{1,2000}))""", re.IGNORECASE
)
_WEB = re.compile(r"https?://[^\s<>\"]+\Z")
_LINE_END = re.compile(f"[{LINE_ENDS}]+")

_CLOCK = r"[\[(]?(?P<clock>(?:[0-9]{1,2}:)?[0-9]{1,3}:[0-5][0-9](?:\.[0-9]{1,3})?)[\])]?(?![:0-9])"
_LEADING = re.compile(
    rf"(?:[-*•–—]\s?)?{_CLOCK}(?:\s?[-–—]\s?[\[(]?[0-9:.]{{4,12}}[\])]?)?\s{{0,4}}(?:[-–—:|.]{{1,2}}\s{{0,4}})?(?P<title>[^\s\d:].{{0,218}})\Z"
)
_TRAILING = re.compile(rf"(?:[-*•–—]\s?)?(?P<title>\S.{{0,218}}?)[\s,:|–—-]{{1,4}}{_CLOCK}\Z")
_LEAST_CHAPTERS = 2


@dataclass(frozen=True, slots=True)
class Fragment:
    """The lines that a reader of some markup sees, and the addresses that it links to, each once, in order."""

    lines: tuple[str, ...]
    addresses: tuple[str, ...]


def read_fragment(markup: str) -> Fragment:
    """Return what a reader of `markup` sees. It may be HTML, whole or broken, or plain text. Linear in its length.

    A tag that HTML does not have is text. In text without tags that break lines, line ends are such breaks.
    """
    parts: list[str] = []
    addresses: dict[str, None] = {}
    tags = list(_TAG.finditer(markup))
    has_blocks = any((found["name"] or "").lower() in _BLOCKS for found in tags)
    hidden = ""
    done = 0
    for found in tags:
        if found.start() < done:
            continue
        name = (found["name"] or "").lower()
        if name and name not in _BLOCKS and name not in _INLINE:
            continue
        if not hidden:
            parts.append(_spaced(markup[done : found.start()], has_blocks))
        done = found.end()
        if found.group() == "<!--":
            end = markup.find("-->", done)
            done = len(markup) if end < 0 else end + 3
        elif hidden:
            hidden = "" if found["close"] and name == hidden else hidden
        elif name in _HIDDEN and not found["close"]:
            hidden = name
        elif name in _BLOCKS:
            parts.append("\n")
        elif name == "a" and not found["close"] and (address := _address(found["rest"])):
            addresses[address] = None
    if not hidden:
        parts.append(_spaced(markup[done:], has_blocks))
    lines = (line.strip() for line in _LINE_END.split("".join(parts)))
    return Fragment(tuple(line for line in lines if _is_shown(line)), tuple(addresses))


def _is_shown(line: str) -> bool:
    # The first test is the quick one for nearly all lines.
    return (line[:1].isalnum() and "&" not in line) or bool(tidy(line))


def _spaced(text: str, has_blocks: bool) -> str:
    return _LINE_END.sub(" ", text) if has_blocks else text


def _address(attributes: str) -> str | None:
    found = _HREF.search(attributes)
    address = html.unescape(found[1] or found[2] or found[3] or "").strip() if found else ""
    return address if _WEB.match(address) else None


@dataclass(frozen=True, slots=True)
class Notes:
    """What show notes hold."""

    passages: tuple[Passage, ...]
    chapters: tuple[Chapter, ...]


def read_notes(text: str, lines: list[tuple[int, int]]) -> Notes:
    """Return the paragraphs and chapters of show notes whose lines are these ranges of `text`.

    A single line may be notes that were run together: it is parted as such.
    """
    if len(lines) == 1:
        listing = read_chapters(text, *lines[0])
        return Notes(read_passages(text, *lines[0], (), listing), listing.chapters)
    chapters: list[Chapter] = []
    passages: list[Passage] = []
    run: list[tuple[Chapter, tuple[int, int]]] = []

    def close() -> None:
        if len(run) >= _LEAST_CHAPTERS:
            chapters.extend(_ended([chapter for chapter, _ in run]))
        else:
            passages.extend(_passages(text, [line for _, line in run]))
        run.clear()

    for line in lines:
        chapter = _chapter(text, *line)
        if chapter is None or (run and (chapter.start_s or 0.0) < (run[-1][0].start_s or 0.0)):
            close()
        if chapter:
            run.append((chapter, line))
        else:
            passages.extend(_passages(text, [line]))
    close()
    return Notes(tuple(passages), tuple(chapters))


def _passages(text: str, lines: list[tuple[int, int]]) -> Iterator[Passage]:
    for line in lines:
        found = passage(text, *line)
        if found and any(character.isalnum() for character in found.text):
            yield found


def _chapter(text: str, start: int, end: int) -> Chapter | None:
    if end - start > 260:
        return None
    line = text[start:end]
    found = _LEADING.match(line) or _TRAILING.match(line)
    if found is None:
        return None
    try:
        start_s = parse_clock(found["clock"])
    except ValueError:
        return None
    begin, stop = trim(text, start + found.start("title"), start + found.end("title"))
    title = tidy(text[begin:stop])
    return Chapter(title, begin, stop, start_s) if any(c.isalnum() for c in title) else None


def _ended(chapters: list[Chapter]) -> Iterator[Chapter]:
    """Yield the chapters, each ending where the next begins."""
    for chapter, after in zip(chapters, [*chapters[1:], None], strict=True):
        end_s = after.start_s if after else None
        yield Chapter(chapter.title, chapter.char_start, chapter.char_end, chapter.start_s, end_s)
