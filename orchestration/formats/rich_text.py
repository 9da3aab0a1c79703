r"""Rich text (RTF): what is said, without what it looks like.

Read in one pass over the control words: paragraphs, line breaks, tables, bold, levels of headings, characters in a code
page (`\'e9`) or by their number (`\u233?`). Everything else is left out: fonts, pictures, fields' instructions, notes,
heads and feet of pages, hidden text, changes that were taken back.

Source: Rich Text Format Specification 1.9.1 (Microsoft, 2008); TextEdit's line ends, a backslash at the end of a line.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from orchestration.formats.document import ParsedDocument
from orchestration.formats.locators import resolve_text_locator
from orchestration.formats.typed_text import joined, paragraph, read_typed, table

FORMAT = "rich_text"

_OPENING = re.compile(r"\s{0,100}\{\\rtf[0-9]?(?![a-z])")
_TOKEN = re.compile(
    r"\\(?P<word>[A-Za-z]{1,32})(?P<number>-?[0-9]{1,10})? ?|\\'(?P<byte>[0-9A-Fa-f]{2})|\\(?P<sign>\r\n|[^A-Za-z'])"
    r"|(?P<brace>[{}])|(?P<end>[\r\n]+)|(?P<text>[^\\{}\r\n]+)|\\"
)
_LEFT_OUT_WORDS = """
    annotation atnauthor atnid atrfend atrfstart bkmkend bkmkstart colortbl datafield datastore fldinst filetbl fonttbl
    footer footerf footerl footerr footnote ftncn ftnsep ftnsepc generator header headerf headerl headerr info
    latentstyles listoverridetable listtable listtext mmathPr nonshppict objdata object pict pntext pntxta pntxtb
    revtbl rsidtbl shpinst shppict stylesheet template themedata tc txe xe xmlnstbl
"""
_LEFT_OUT = frozenset(_LEFT_OUT_WORDS.split())
_CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "endash": "–",
    "emdash": "—",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
}
_SIGNS = {"~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}", "\t": "\t"}
_PARAGRAPH_ENDS = {"par", "sect", "page", "column"}
_CODE_PAGES = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_MOST_DEEP = 10_000


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds up to the brace that closes a group. fallback: how many characters follow one that has a number."""

    is_left_out: bool = False
    is_hidden: bool = False
    is_bold: bool = False
    fallback: int = 1


@dataclass(slots=True)
class _Writer:
    """The text as it grows."""

    blocks: list[str] = field(default_factory=list)
    runs: list[tuple[str, bool]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    level: int = 0
    is_in_table: bool = False

    def end_paragraph(self) -> None:
        if self.is_in_table:
            self.runs.append((" ", False))
            return
        self.end_table()
        self.blocks.append(self._taken())

    def end_cell(self) -> None:
        self.cells.append(self._taken())

    def end_row(self) -> None:
        self.rows.append(self.cells)
        self.cells = []

    def end_table(self) -> None:
        if self.cells:
            self.end_row()
        self.blocks += table(self.rows)
        self.rows = []

    def _taken(self) -> str:
        runs = [(_whole("".join(words for words, _ in run)), bold) for bold, run in groupby(self.runs, itemgetter(1))]
        self.runs = []
        return paragraph(runs, self.level)


def sniff(text: str) -> float:
    r"""Return how surely `text` is of this format, 0 to 1, by its opening, `{\rtf1`."""
    return 0.99 if _OPENING.match(text) else 0.0


def parse(text: str) -> ParsedDocument:
    """Return what the text of the document holds; its offsets are those of that text."""
    return read_typed(FORMAT, _read(text), ())


def resolve(text: str, locator: str) -> str:
    """Return the text of a segment as the paragraphs of the document read: `text=12,50` counts code points of these.

    Raises ValueError for a locator that leads nowhere.
    """
    return resolve_text_locator(_read(text), locator)


@lru_cache(maxsize=1)
def _read(text: str) -> str:
    writer = _Writer()
    for words, is_bold in _events(text, writer):
        writer.runs.append((words, is_bold))
    writer.is_in_table = False
    writer.end_paragraph()
    writer.end_table()
    return joined(writer.blocks)


def _events(text: str, writer: _Writer) -> Iterator[tuple[str, bool]]:
    """Yield the text, piece by piece, and whether it is set in bold. `writer` is told of the ends of paragraphs."""
    group, too_deep = _Group(), 0
    around: list[_Group] = []
    code_page, skipped, at = "cp1252", 0, 0
    encoded = bytearray()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            break
        at = token.end()
        if token["byte"]:
            if skipped:
                skipped -= 1
            else:
                encoded.append(int(token["byte"], 16))
            continue
        if encoded:
            if not (group.is_left_out or group.is_hidden):
                yield encoded.decode(code_page, "replace"), group.is_bold
            encoded.clear()
        if brace := token["brace"]:
            skipped = 0
            if brace == "{" and len(around) < _MOST_DEEP:
                around.append(group)
            elif brace == "{":
                too_deep += 1
            elif too_deep:
                too_deep -= 1
            elif around:
                group = around.pop()
            continue
        word, number = token["word"], int(token["number"] or 1)
        if word == "bin":
            at += max(0, number)
        elif word in _LEFT_OUT or token["sign"] == "*":
            group = replace(group, is_left_out=True)
        elif word == "ansicpg":
            code_page = _codec(f"cp{number}", code_page)
        elif word in _CODE_PAGES:
            code_page = _CODE_PAGES[word]
        elif word == "uc":
            group = replace(group, fallback=min(max(0, number), 99))
        elif word in ("v", "deleted"):
            group = replace(group, is_hidden=number != 0)
        elif word == "b":
            group = replace(group, is_bold=number != 0)
        elif word == "plain":
            group = replace(group, is_bold=False, is_hidden=False)
        if group.is_left_out:
            continue
        if word in _PARAGRAPH_ENDS or token["sign"] in ("\n", "\r", "\r\n"):
            writer.end_paragraph()
        elif word == "pard":
            writer.level, writer.is_in_table = 0, False
        elif word == "intbl":
            writer.is_in_table = True
        elif word == "outlinelevel":
            writer.level = number + 1 if token["number"] and 0 <= number <= 5 else 0
        elif word == "cell":
            writer.end_cell()
        elif word == "row":
            writer.end_row()
        elif group.is_hidden:
            continue
        elif word == "u":
            skipped = group.fallback
            yield chr(number % 0x10000), group.is_bold
        elif word in _CHARACTERS or token["sign"] in _SIGNS:
            if skipped:
                skipped -= 1
            else:
                yield _CHARACTERS.get(word or "") or _SIGNS[token["sign"]], group.is_bold
        elif words := token["text"]:
            words, skipped = words[skipped:], max(0, skipped - len(words))
            if words:
                yield words, group.is_bold


def _codec(name: str, otherwise: str) -> str:
    if name == "cp65001":
        return "utf-8"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return otherwise


def _whole(words: str) -> str:
    """Return text in which two halves of a character beyond 65,535, as RTF numbers them, are one."""
    if words.isascii():
        return words
    return words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
