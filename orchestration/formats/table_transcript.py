"""A transcript as a table, a row a cue: values between commas, semicolons or tabs (RFC 4180), or a table in Markdown.

Editors and recognisers export such tables with columns of their own choice, in their own language; what they hold is
told by `orchestration.formats.columns`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, pairwise

from orchestration.formats.clock import parse_clock
from orchestration.formats.columns import LEAST_ROWS, TIME_CELL, Columns, columns_of, is_called_text
from orchestration.formats.display import tidy
from orchestration.formats.document import ParsedDocument, Problem, Segment, char_locator
from orchestration.formats.front_matter import FrontMatter, has_front_matter, read_front_matter
from orchestration.formats.labelled_text import page_above
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.speaker_prefixes import labelled_segments
from orchestration.formats.speech import segment, trim
from orchestration.formats.text_lines import Line, read_lines
from orchestration.formats.turn_labels import is_pseudo_speaker

FORMAT = "table_transcript"

Cell = tuple[int, int]

_HEAD_CHARS = 200_000
_MOST_FIRST_CHARS = 2_000
_SAMPLE_ROWS = 200
DELIMITERS = "\t,;"
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_PLAIN = {delimiter: re.compile(rf"[^{delimiter}\r\n]*") for delimiter in DELIMITERS}
_LINE_END = re.compile(r"\r\n|[\n\r]")
# The line below the names of the columns: `|---|:--:|`.
_MAYBE_MARKDOWN = re.compile(r"-[ \t]*\|")
_MARKDOWN_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?\Z")
_BAR = re.compile(r"(?<!\\)\|")
_EMPHASIS = "*_` \t"
_MOST_HEADER_WORDS = 4
_ALMOST_ALL = 0.9


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows of cells, each a range of the text, below the names of columns, if any.

    start: where it begins. width: how many cells a row has.
    """

    start: int
    rows: tuple[tuple[Cell, ...], ...]
    names: tuple[str, ...]
    width: int

    def fit(self, row: tuple[Cell, ...]) -> tuple[Cell, ...] | None:
        """Return the cells of a row, or None where some are missing; delimiters within the last are part of it."""
        if len(row) < self.width:
            return None
        return (*row[: self.width - 1], (row[self.width - 1][0], row[-1][1]))


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1, by the columns of its head."""
    head = text[:_HEAD_CHARS]
    table = _table(head)
    return 0.96 if table is not None and _columns(head, table) is not None else 0.0


def parse(text: str) -> ParsedDocument:
    """Return the one copy that the table is: a segment a row. What stands above a table in Markdown is the page."""
    table = _table(text)
    columns = _columns(text, table) if table else None
    if table is None or columns is None:
        return ParsedDocument(FORMAT, text, ())
    problems: list[Problem] = []
    segments = tuple(made for made in _segments(text, table, columns, problems) if made.text)
    matter = (read_front_matter(text) if has_front_matter(text) else None) or FrontMatter(0)
    copy = page_above(text, matter, table.start)
    return ParsedDocument(FORMAT, text, (replace(copy, segments=segments),), (*matter.problems, *problems))


def resolve(text: str, locator: str) -> str:
    """Return the exact source text of a segment. Raises ValueError for a locator that leads nowhere."""
    return resolve_char_locator(text, locator)


# --- rows and cells


@lru_cache(maxsize=1)
def _table(text: str) -> _Table | None:
    """Return the table that a text is, or the longest in Markdown that it holds."""
    return _delimited(text) or (_in_markdown(text) if _MAYBE_MARKDOWN.search(text) else None)


def _delimited(text: str) -> _Table | None:
    first = text[:_MOST_FIRST_CHARS].lstrip("\ufeff\r\n").partition("\n")[0]
    for delimiter in DELIMITERS:
        if delimiter not in first or first.startswith(("<", "{", "|", "#", "[")):
            continue
        sample = list(islice(records(text, delimiter), _SAMPLE_ROWS))
        width = len(sample[0]) if len(sample) >= LEAST_ROWS else 0
        if width < 2 or sum(len(row) >= width for row in sample) < _ALMOST_ALL * len(sample):
            continue
        rows = list(records(text, delimiter))
        names = _names(text, rows)
        return _Table(rows[0][0][0], tuple(rows[1:] if names else rows), names, width)
    return None


def records(text: str, delimiter: str) -> Iterator[tuple[Cell, ...]]:
    """Yield the cells of each record that is not blank. A quoted cell is what stands between its quotes."""
    plain, at, has_quotes = _PLAIN[delimiter], 0, True
    cells: list[Cell] = []
    while at <= len(text):
        quoted = _QUOTED.match(text, at) if has_quotes else None
        # A quote that nothing closes is a mark like any other, and so are all behind it.
        has_quotes = has_quotes and (quoted is not None or not text.startswith('"', at))
        end = _end(plain, text, quoted.end() if quoted else at)
        cells.append(trim(text, *(quoted.span(1) if quoted and end == quoted.end() else (at, end))))
        if text.startswith(delimiter, end):
            at = end + 1
            continue
        if any(start < stop for start, stop in cells):
            yield tuple(cells)
        cells = []
        line_end = _LINE_END.match(text, end)
        at = line_end.end() if line_end else len(text) + 1


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def _names(text: str, rows: Sequence[tuple[Cell, ...]]) -> tuple[str, ...]:
    """Return the names of the columns, or nothing where the first row is one like the others."""
    names = tuple(text[start:end] for start, end in rows[0])
    if any(len(name.split()) > _MOST_HEADER_WORDS for name in names):
        return ()
    below = rows[1]
    is_above_times = any(
        name and not TIME_CELL.fullmatch(name) and TIME_CELL.fullmatch(text, *cell)
        for name, cell in zip(names, below, strict=False)
    )
    return names if is_above_times or any(map(is_called_text, names)) else ()


def _in_markdown(text: str) -> _Table | None:
    lines = list(read_lines(text, 0, len(text)))
    best: _Table | None = None
    index = 1
    while index < len(lines):
        rule, index = lines[index], index + 1
        if not _MARKDOWN_RULE.match(text, rule.start, rule.end):
            continue
        header = _bar_cells(text, lines[index - 2])
        rows: list[tuple[Cell, ...]] = []
        while index < len(lines) and not lines[index].is_after_blank:
            rows.append(_bar_cells(text, lines[index]))
            index += 1
        if best is None or len(rows) > len(best.rows):
            names = tuple(text[start:end] for start, end in header)
            start = lines[index - len(rows) - 2].start
            if not any(names) and len(rows) > 1:
                # Word processors have tables without a row of names, or with one that is a row like the others.
                names = _names(text, rows)
                rows = rows[1:] if names else rows
            best = _Table(start, tuple(rows), names, len(header))
    return best


def _bar_cells(text: str, line: Line) -> tuple[Cell, ...]:
    """Return the cells of a row in Markdown, without the marks of emphasis around them."""
    start = line.start + text.startswith("|", line.start)
    end = line.end - (text[line.end - 1] == "|" and line.end - 1 > start)
    bars = [start - 1, *(found.start() for found in _BAR.finditer(text, start, end)), end]
    return tuple(_bare(text, left + 1, right) for left, right in pairwise(bars))


def _bare(text: str, start: int, end: int) -> Cell:
    piece = text[start:end]
    start = min(end, start + len(piece) - len(piece.lstrip(_EMPHASIS)))
    return start, start + len(piece.strip(_EMPHASIS))


def _columns(text: str, table: _Table) -> Columns | None:
    rows = [row for row in map(table.fit, table.rows[:_SAMPLE_ROWS]) if row]
    values = [[text[start:end] for start, end in column] for column in zip(*rows, strict=True)]
    found = columns_of(values, table.names) if rows else None
    return None if found is None or found.is_words else found


# --- reading


def _segments(text: str, table: _Table, columns: Columns, problems: list[Problem]) -> Iterator[Segment]:
    """Yield a segment a row. Where no column has names, they may stand in front of what is said."""
    cues: list[tuple[int, int, float | None, float | None]] = []
    speakers: list[Cell | None] = []
    for row in table.rows:
        cells = table.fit(row)
        if cells is None:
            reason = f"a row of {len(row)} cells in a table of {table.width}"
            problems.append(Problem(char_locator(row[0][0], row[-1][1]), reason, "give it as many as the others have"))
            continue
        start_s, end_s, length_s = (
            None if column is None else _seconds(text, cells[column], columns.per_second)
            for column in (columns.start, columns.end, columns.duration)
        )
        if end_s is None and start_s is not None and length_s is not None:
            end_s = round(start_s + length_s, 6)
        is_forward = start_s is not None and end_s is not None and end_s >= start_s
        cues.append((*cells[columns.text], start_s, end_s if is_forward else None))
        speakers.append(None if columns.speaker is None else cells[columns.speaker])
    if columns.speaker is None:
        yield from labelled_segments(text, cues)
        return
    last: str | None = None
    for cue, cell in zip(cues, speakers, strict=True):
        made = segment(text, *cue)
        name = tidy(text[slice(*cell)]) if cell else ""
        if cell and name and not is_pseudo_speaker(name):
            is_change, last = name != last, name
            made = made._replace(
                speaker_label=name,
                label_char_start=cell[0],
                label_char_end=cell[1],
                is_speaker_change=is_change or made.is_speaker_change,
            )
        yield made


def _seconds(text: str, cell: Cell, per_second: float) -> float | None:
    found = TIME_CELL.fullmatch(text, *cell)
    if found is None:
        return None
    return parse_clock(found[1]) if found[1] else float(found[2]) / per_second
