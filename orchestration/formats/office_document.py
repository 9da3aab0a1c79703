"""Documents of word processors: the text part of a Word file (`word/document.xml`) and of OpenDocument (`content.xml`).

What the package keeps in other entries (styles, comments, footnotes, addresses behind words) is not looked at; of what
stands in this one, changes that were taken back, notes, drawings and hidden text are left out.

Sources: ECMA-376 part 1, WordprocessingML (Word); OASIS OpenDocument 1.3 part 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from orchestration.formats.document import ParsedDocument, Problem
from orchestration.formats.locators import resolve_text_locator
from orchestration.formats.typed_text import joined, paragraph, read_typed, table
from orchestration.formats.xml_elements import Element, namespace_key, read_elements
from orchestration.formats.xml_head import root_start, root_tag

FORMAT = "office_document"

_HEAD_CHARS = 20_000
_ROOTS = {"document", "document-content", "package"}
_OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns:"
_PACKAGE = "schemas.microsoft.com/office/2006/xmlpackage"
_WORD = ("schemas.openxmlformats.org/wordprocessingml/2006/main", "purl.oclc.org/ooxml/wordprocessingml/main")
_PREFIXES = {
    **{namespace_key(address): "w" for address in _WORD},
    **{f"{_OPEN_DOCUMENT}{name}:1.0": name for name in ("office", "style", "text", "table")},
    f"{_OPEN_DOCUMENT}drawing:1.0": "draw",
    f"{_OPEN_DOCUMENT}xsl-fo-compatible:1.0": "fo",
}
# Word keeps the identifier of a style in the language of whoever made the file.
_HEADING_STYLE = re.compile(
    r"(?:heading|berschrift|überschrift|titre|ttulo|título|titolo|kop|rubrik|overskrift|nagwek|nagłówek)\s?([1-6])",
    re.IGNORECASE,
)
_TITLE_STYLES = {"title", "titel"}
_OFF = {"0", "false", "off"}
# What is taken back, said beside the text, or drawn.
_LEFT_OUT = {
    *("w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:sectPr", "w:instrText", "w:drawing", "w:pict", "w:object"),
    *("w:txbxContent", "draw:frame", "draw:custom-shape", "text:tracked-changes", "text:note", "office:annotation"),
    *("text:table-of-content", "office:forms", "text:sequence-decls", "text:variable-decls"),
}
_CHARACTERS = {
    "w:tab": "\t",
    "w:ptab": "\t",
    "w:br": "\n",
    "w:cr": "\n",
    "w:noBreakHyphen": "-",
    "text:tab": "\t",
    "text:line-break": "\n",
}
_TABLES = {"w:tbl", "table:table"}
_ROW, _CELL = {"w:tr", "table:table-row"}, {"w:tc", "table:table-cell"}
_MOST_SPACES = 100


@dataclass(frozen=True, slots=True)
class _Styles:
    """What the styles that stand in the file itself say: which are bold, and what each is made from."""

    bold: frozenset[str] = frozenset()
    parents: dict[str, str] = field(default_factory=dict)


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1, by its root element and the namespaces in front of it."""
    if root_tag(text) not in _ROOTS:
        return 0.0
    head = text[root_start(text) : root_start(text) + _HEAD_CHARS].lower()
    return 0.98 if any(address in head for address in (_OPEN_DOCUMENT, _PACKAGE, *_WORD)) else 0.0


def parse(text: str) -> ParsedDocument:
    """Return what the text of the document holds; its offsets are those of that text."""
    document = _read(text)
    return read_typed(FORMAT, document.text, document.problems)


def resolve(text: str, locator: str) -> str:
    """Return the text of a segment as the paragraphs of the document read: `text=12,50` counts code points of these.

    Raises ValueError for a locator that leads nowhere.
    """
    return resolve_text_locator(_read(text).text, locator)


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    problems: tuple[Problem, ...]


@lru_cache(maxsize=1)
def _read(text: str) -> _Text:
    read = read_elements(text, _PREFIXES)
    body = _body(read.root)
    if body is None:
        return _Text("", read.problems)
    return _Text(joined(_blocks(body, _styles(read.root))), read.problems)


def _body(root: Element | None) -> Element | None:
    """Return the first element that holds a text, wherever it stands: a package in one file has it further down."""
    waiting = [root] if root else []
    while waiting:
        element = waiting.pop()
        if element.name in ("w:body", "office:text"):
            return element
        waiting.extend(list(element.children())[::-1])
    return None


def _styles(root: Element | None) -> _Styles:
    automatic = root.child("office:automatic-styles") if root else None
    bold: set[str] = set()
    parents: dict[str, str] = {}
    for style in automatic.children("style:style") if automatic else ():
        name = style.attributes.get("style:name", "")
        parents[name] = style.attributes.get("style:parent-style-name", "")
        weights = [made.attributes.get("fo:font-weight", "") for made in style.children("style:text-properties")]
        if any(weight == "bold" or (weight.isdecimal() and int(weight) >= 600) for weight in weights):
            bold.add(name)
    return _Styles(frozenset(bold), parents)


# --- paragraphs and tables


def _blocks(parent: Element, styles: _Styles) -> Iterator[str]:
    """Yield the paragraphs and tables of an element, in order, those of lists, sections and controls among them."""
    for element in parent.children():
        if element.name in _LEFT_OUT:
            continue
        if element.name in ("w:p", "text:p", "text:h"):
            yield _paragraph(element, styles)
        elif element.name in _TABLES:
            yield from table(_rows(element, styles))
        else:
            yield from _blocks(element, styles)


def _paragraph(element: Element, styles: _Styles) -> str:
    is_bold = element.attributes.get("text:style-name") in styles.bold
    return paragraph(_runs(element, styles, is_bold), _heading_level(element, styles))


def _heading_level(paragraph: Element, styles: _Styles) -> int:
    """Return which heading a paragraph is, 1 to 6, or 0 for none."""
    if paragraph.name == "text:h":
        stated = paragraph.attributes.get("text:outline-level", "1")
        return min(6, max(1, int(stated))) if stated.isdecimal() and len(stated) < 3 else 1
    properties = paragraph.child("w:pPr")
    style = properties.child("w:pStyle") if properties else None
    name = style.attributes.get("w:val", "") if style else paragraph.attributes.get("text:style-name", "")
    name = styles.parents.get(name) or name
    found = _HEADING_STYLE.fullmatch(name)
    return int(found[1]) if found else int(name.lower() in _TITLE_STYLES)


def _runs(parent: Element, styles: _Styles, is_bold: bool) -> Iterator[tuple[str, bool]]:
    """Yield the text of an element, piece by piece, and whether each is set in bold."""
    for part in parent.content:
        if isinstance(part, str):
            # Text stands in elements of its own in Word; white space between others is how the file is indented.
            if parent.name == "w:t" or parent.name.startswith("text:"):
                yield (part if parent.name == "w:t" else part.replace("\n", " ")), is_bold
        elif part.name in _CHARACTERS:
            yield _CHARACTERS[part.name], is_bold
        elif part.name == "text:s":
            count = part.attributes.get("text:c", "1")
            yield " " * (min(int(count), _MOST_SPACES) if count.isdecimal() and len(count) < 9 else 1), is_bold
        elif part.name == "w:r":
            properties = part.child("w:rPr")
            if not _is_on(properties, "w:vanish"):
                yield from _runs(part, styles, _is_on(properties, "w:b"))
        elif part.name not in _LEFT_OUT:
            is_styled = part.attributes.get("text:style-name") in styles.bold
            yield from _runs(part, styles, is_bold or is_styled)


def _is_on(properties: Element | None, name: str) -> bool:
    found = properties.child(name) if properties else None
    return found is not None and found.attributes.get("w:val", "true") not in _OFF


def _rows(element: Element, styles: _Styles) -> list[list[str]]:
    return [[" ".join(_blocks(cell, styles)) for cell in _within(row, _CELL)] for row in _within(element, _ROW)]


def _within(parent: Element, names: Iterable[str]) -> Iterator[Element]:
    """Yield the elements of these names inside `parent`, those inside of one another left out."""
    for element in parent.children():
        if element.name in names:
            yield element
        elif element.name not in _LEFT_OUT and element.name not in _TABLES:
            yield from _within(element, names)
