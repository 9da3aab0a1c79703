"""What a person typed into a word processor, as Markdown has it, read by whichever text format it then is of.

Headings become `#`, names in bold `**`, tables rows between bars; so a transcript that was typed is read like one that
was saved as text. Belongs here: what documents of all word processors share. Keep out: how each of them is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from orchestration.formats import (
    labelled_text,
    plain_transcript,
    publisher_page,
    show_notes_page,
    table_transcript,
    timed_text,
    whisper_text,
)
from orchestration.formats.document import ParsedDocument, Problem
from orchestration.formats.locators import with_text_locators
from orchestration.formats.turn_labels import is_set_like_label

_TEXT_FORMATS = (
    whisper_text,
    publisher_page,
    labelled_text,
    table_transcript,
    timed_text,
    show_notes_page,
    plain_transcript,
)
_LEAST_SURE = 0.5
_LEAST_TABLE_ROWS = 2


def read_typed(format_name: str, text: str, problems: tuple[Problem, ...]) -> ParsedDocument:
    """Return what the text of a document holds, whose offsets are those of `text`; no copies where it is no transcript.

    format_name: of the document around it. problems: of taking the text out. Locators become places in `text`.
    """
    known = max(_TEXT_FORMATS, key=lambda known: known.sniff(text))
    if known.sniff(text) < _LEAST_SURE:
        return ParsedDocument(format_name, text, (), problems)
    found = known.parse(text)
    told = tuple(replace(one, locator=one.locator.replace("char=", "text=", 1)) for one in found.problems)
    return ParsedDocument(format_name, found.text, tuple(map(with_text_locators, found.copies)), problems + told)


def joined(blocks: Iterable[str]) -> str:
    """Return the text of a document of these paragraphs and tables, empty ones left out."""
    return "\n\n".join(block for block in blocks if block)


def paragraph(runs: Iterable[tuple[str, bool]], level: int = 0) -> str:
    """Return the text of a paragraph, white space as it is shown, with marks of a heading or of a name in bold.

    runs: its text, piece by piece, and whether each is set in bold. level: which heading it is, 1 to 6, or 0.
    """
    shown = "".join(
        _marked("".join(words for words, _ in run), is_bold and not level)
        for is_bold, run in groupby(runs, key=lambda run: run[1])
    )
    lines = [" ".join(line.split()) for line in shown.split("\n")]
    if level:
        title = " ".join(lines).strip()
        return f"{'#' * level} {title}" if title else ""
    # A line of the document must not look like a heading unless it is one.
    return "\n".join(f"\\{line}" if line.startswith("#") else line for line in lines).strip("\n")


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the blocks that a table is: itself, its first row among the others; its cells where it has one column.

    rows: the text of each cell.
    """
    width = max(map(len, rows), default=0)
    rows = [row for row in rows if any(row)]
    if width < 2 or len(rows) < _LEAST_TABLE_ROWS:
        return [cell for row in rows for cell in row]
    return ["\n".join(map(_bars, ([""] * width, ["---"] * width, *rows)))]


def _bars(cells: Sequence[str]) -> str:
    escaped = (" ".join(cell.split()).replace("|", r"\|") for cell in cells)
    return "".join(f"| {cell} " for cell in escaped) + "|"


def _marked(words: str, is_bold: bool) -> str:
    """Return words with stars around them where they are set in bold as a label is."""
    bare = words.strip()
    if not is_bold or not is_set_like_label(bare):
        return words
    start = words.index(bare)
    return f"{words[:start]}**{bare}**{words[start + len(bare) :]}"
