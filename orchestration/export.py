"""Rows for spreadsheets and terminals, which take some texts for commands."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path

import duckdb

from orchestration.characters import harmless

_MAX_ROWS = 200
_MAX_WIDTH = 160
_PLAIN = ("BOOLEAN", "DATE", "TIME", "UUID")
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
# What a spreadsheet begins a formula with, also behind white space or quotes; `|` and `%` begin commands in some.
_FORMULA = r"""^[\s"'\p{Z}\p{C}]*[=+\-@|%＝＋－＠]|^[\t\r\n]"""


def write_csv(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> int:
    """Write what a query gives to a CSV file with a header, and return the number of rows.

    A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection); lists and
    structures become text. Raises duckdb.Error where the query fails, ValueError
    where it gives no rows, FileExistsError where the file is there already.
    """
    if path.exists():
        raise FileExistsError(f"{path} is there already: name another file")
    found = connection.sql(sql)
    if found is None:
        raise ValueError("the statement gives no rows")
    columns = [
        _name(column) if _is_safe(str(kind)) else f"{_defused(f'{_name(column)}::varchar')} as {_name(column)}"
        for column, kind in zip(found.columns, found.types, strict=True)
    ]
    rows_to_export = found.project(", ".join(columns))
    renamed = [_name(("'" + name) if _looks_like_formula(connection, name) else name) for name in found.columns]
    connection.sql(f"select * from rows_to_export as exported({', '.join(renamed)})").write_csv(str(path), header=True)
    row = rows_to_export.count("*").fetchone()
    return row[0] if row else 0


def show(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Return what a query gives as a table for a terminal. Raises duckdb.Error where the query fails."""
    with redirect_stdout(io.StringIO()) as written:
        found = connection.sql(sql)
        if found is not None:
            found.show(max_width=_MAX_WIDTH, max_rows=_MAX_ROWS)
    return harmless(written.getvalue())


def _is_safe(kind: str) -> bool:
    return kind in _NUMBERS or kind in _PLAIN or kind.startswith(("DECIMAL(", "TIMESTAMP", "DOUBLE", "FLOAT"))


def _defused(expression: str) -> str:
    pattern = _FORMULA.replace("'", "''")
    return f"case when regexp_matches({expression}, '{pattern}') then '''' || {expression} else {expression} end"


def _looks_like_formula(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    row = connection.execute("select regexp_matches($text, $pattern)", {"text": text, "pattern": _FORMULA}).fetchone()
    return bool(row and row[0])


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
