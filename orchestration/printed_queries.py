"""Queries that a page prints with their results: read them, and write the results anew.

A page holds a query as a block of ```sql and right below it, after one empty line, its result as a Markdown table.
A test compares what is printed with what the sample corpus gives, so that no page goes on saying what is not so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import PROJECT_ROOT

PAGES = (PROJECT_ROOT / "README.md", PROJECT_ROOT / "docs" / "cookbook.md", PROJECT_ROOT / "docs" / "contract.md")
_BLOCK = re.compile(r"```sql\n(?P<query>[^`]*?)\n```\n(?:\n(?P<table>(?:\|[^\n]*\n)+))?")


def printed_queries(text: str) -> list[tuple[str, str]]:
    """Return the queries of a page with the tables printed below them, "" where there is none."""
    return [(match["query"], match["table"] or "") for match in _BLOCK.finditer(text)]


def result_table(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """Return the result of a query as a Markdown table, an empty cell for NULL."""
    result = connection.execute(query)
    names = [column[0] for column in result.description or []]
    lines = [names, ["---"] * len(names), *([_cell(value) for value in row] for row in result.fetchall())]
    return "".join(_line(cells) for cells in lines)


def with_results(text: str, connection: duckdb.DuckDBPyConnection) -> str:
    """Return the page with the result of every query put below it, in place of the one printed there."""
    return _BLOCK.sub(lambda m: f"```sql\n{m['query']}\n```\n\n{result_table(connection, m['query'])}", text)


def write_results(database: Path) -> list[Path]:
    """Write the results that this warehouse gives into all pages, and return their paths.

    Raises ValueError where the warehouse was not built from the sample corpus, whose results the pages show.
    """
    samples = {p.relative_to(PROJECT_ROOT / "raw").as_posix() for p in (PROJECT_ROOT / "raw").rglob("*") if p.is_file()}
    with duckdb.connect(str(database), read_only=True) as connection:
        paths = {row[0] for row in connection.execute("select unnest(paths) from documents").fetchall()}
        if not paths or not paths <= samples:
            raise ValueError(f"{database} is not made of the sample corpus: build one from raw/ and try again")
        for page in PAGES:
            page.write_text(with_results(page.read_text(encoding="utf-8"), connection), encoding="utf-8")
    return list(PAGES)


def _line(cells: Sequence[str]) -> str:
    separator = "|" if set(cells) == {"---"} else " | "
    inner = separator.join(cells)
    return f"|{inner}|\n" if separator == "|" else f"| {inner} |\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(_cell(item) for item in value)
    return " ".join(str(value).split()).replace("|", "&#124;")
