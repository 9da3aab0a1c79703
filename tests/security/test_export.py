"""A CSV file of the project is safe to open in a spreadsheet, and what it says is not lost."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from orchestration.export import show, write_csv


def exported(sql: str, folder: Path) -> list[list[str]]:
    with duckdb.connect() as connection:
        count = write_csv(connection, sql, folder / "x.csv")
    with (folder / "x.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert len(rows) == count + 1
    return rows


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1+x", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", '"=1"', "'=1", "|x", "%x", "＝1", "\u200b=1"],
)
def test_a_text_that_could_be_a_formula_begins_with_an_apostrophe(tmp_path: Path, text: str) -> None:
    quoted = text.replace("'", "''")
    (_, row) = exported(f"select '{quoted}' as a, ['{quoted}'] as b, {{'c': '{quoted}'}} as c", tmp_path)
    assert row[0] == "'" + text
    assert row[1].startswith("[") and row[2].startswith("{")


def test_all_else_stays_as_it_is(tmp_path: Path) -> None:
    sql = (
        "select 'a=b, \"c\"' as t, -1 as i, -1.5::decimal(5, 2) as d, date '2026-01-02' as day, true as yes, null as n"
    )
    assert exported(sql, tmp_path) == [
        ["t", "i", "d", "day", "yes", "n"],
        ['a=b, "c"', "-1", "-1.50", "2026-01-02", "true", ""],
    ]


def test_names_of_columns_are_defused_too(tmp_path: Path) -> None:
    assert exported('select 1 as "=1", 2 as "a""b"', tmp_path)[0] == ["'=1", 'a"b']


def test_no_file_is_written_over_and_no_statement_without_rows_is_taken(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("mine")
    with duckdb.connect() as connection:
        with pytest.raises(FileExistsError):
            write_csv(connection, "select 1", tmp_path / "x.csv")
        with pytest.raises(ValueError, match="no rows"):
            write_csv(connection, "set threads = 1", tmp_path / "y.csv")
    assert (tmp_path / "x.csv").read_text() == "mine"


def test_a_table_on_a_terminal_commands_nothing() -> None:
    with duckdb.connect() as connection:
        shown = show(connection, "select 'a' || chr(27) || '[31m' as a, chr(155) || '31m' as b, chr(8238) || 'c' as c")
        assert not {"\x1b", "\x9b", "\u202e"} & set(shown) and "31m" in shown
        assert show(connection, "set threads = 1") == ""
