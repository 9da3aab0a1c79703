"""Tables of a page: a caption, a filter, columns to sort by, and the query that the rows came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.dashboards.figures import whole
from orchestration.dashboards.html import Html, element, escape, filtered_place, link

Row = dict[str, Any]
FILTER_FROM = 6


@dataclass(frozen=True, slots=True)
class Column:
    """One column. show: makes the cell of a row. sort: the value that rows are ordered by; without it, by the text."""

    title: str
    show: Callable[[Row], object]
    sort: Callable[[Row], float | str | date | None] | None = None
    is_number: bool = False
    is_wide: bool = False


def number(
    title: str, key: str, form: Callable[[Any], object], to: Callable[[Row, object], Html] | None = None
) -> Column:
    """Return a column of numbers. form: writes the number; to: makes it a link to the rows behind it."""

    def show(row: Row) -> object:
        written = form(row[key])
        return to(row, written) if to and row[key] else written

    return Column(title, show, lambda row: row[key], is_number=True)


def part(title: str, key: str, of: str, to: Callable[[Row, object], Html] | None = None) -> Column:
    """Return a column of counts beside what they are a part of, sorted by the count.

    to: makes it a link to the rows behind it.
    """

    def show(row: Row) -> object:
        written = f"{whole(row[key])} of {whole(row[of])}"
        return to(row, written) if to and row[key] else written

    return Column(title, show, lambda row: row[key], is_number=True)


def table(
    name: str,
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    empty: str,
    query: str | None = None,
    row_name: Callable[[Row], str] | None = None,
    has_filter: bool = True,
) -> Html:
    """Return a table, or why there is none.

    name: its place in the page. empty: what is said where there are no rows. query: SQL that gives these rows.
    row_name: the place of each row in the page, so that numbers elsewhere can lead to it.
    """
    behind = (
        element("details", element("summary", "SQL behind this"), element("pre", element("code", query)), class_="sql")
        if query
        else None
    )
    if not rows:
        body = element("p", element("strong", caption), " ", empty, class_="empty")
        return element("section", body, behind, id=name, class_="table", tabindex="-1")
    head = [
        element(
            "th",
            element("button", column.title, type="button", class_="sort"),
            scope="col",
            class_="number" if column.is_number else None,
        )
        for column in columns
    ]
    lines = [
        element(
            "tr",
            [_cell(column, row, place == 0) for place, column in enumerate(columns)],
            id=row_name(row) if row_name else None,
        )
        for row in rows
    ]
    tools = None
    if has_filter and len(rows) >= FILTER_FROM:
        tools = element(
            "div",
            element("label", "Filter ", element("span", caption, class_="hidden"), for_=f"{name}-filter"),
            element(
                "input",
                id=f"{name}-filter",
                type="search",
                autocomplete="off",
                placeholder="type to filter",
                class_="filter",
            ),
            element("span", f"{len(rows):,} of {len(rows):,} rows", class_="count", aria_live="polite"),
            class_="tools",
        )
    grid = element(
        "table",
        element("caption", element("span", caption)),
        element("thead", element("tr", head)),
        element("tbody", lines),
    )
    scroller = element("div", grid, class_="scroll", role="region", aria_label=caption, tabindex="0")
    # Shown where the table is wider than its frame; the frame says to a screen reader that it scrolls.
    cue = element("p", "More columns: scroll the table sideways →", class_="cue", aria_hidden="true")
    return element("section", tools, cue, scroller, behind, id=name, class_="table", tabindex="-1")


def _cell(column: Column, row: Row, is_first: bool) -> Html:
    # What a row is about heads it; a date or a time before it does not.
    is_head = is_first and column.sort is None
    value = column.sort(row) if column.sort else None
    classes = " ".join(
        filter(
            None,
            (
                "number" if column.is_number else "",
                "wide" if column.is_wide else "",
                "day" if isinstance(value, date) else "",
            ),
        )
    )
    return element(
        "th" if is_head else "td",
        column.show(row),
        scope="row" if is_head else None,
        class_=classes or None,
        data_sort=None if value is None else escape(value),
        data_label=column.title,
    )


def filtered(table_name: str, text: object, *phrases: str, page: str = "") -> Html:
    """Return a link to a table, of another page where one is given, that also types `phrases` into its filter."""
    return link(text, f"{page}#{filtered_place(table_name, *phrases)}")
