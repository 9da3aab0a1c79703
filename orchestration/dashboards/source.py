"""Reading the release that the pages are about."""

from __future__ import annotations

import duckdb

from orchestration.dashboards.figures import clock, day, short
from orchestration.dashboards.html import Html, anchor, element, join, link
from orchestration.dashboards.page import ReleaseFacts
from orchestration.dashboards.table import Row


def rows(connection: duckdb.DuckDBPyConnection, query: str, parameters: Row | None = None) -> list[Row]:
    """Return what a query gives, one dict a row."""
    cursor = connection.execute(query, parameters or {})
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def one(connection: duckdb.DuckDBPyConnection, query: str) -> Row:
    """Return the one row that a query of totals gives."""
    return rows(connection, query)[0]


def release_facts(connection: duckdb.DuckDBPyConnection) -> ReleaseFacts:
    """Return which release this is. Raises LookupError where the history of runs does not say."""
    found = rows(
        connection,
        "select release_id, built_at at time zone 'UTC' as built_at, as_of_date from pipeline_runs "
        "where status = 'published' order by release_id desc limit 1",
    )
    if not found:
        raise LookupError("no published release is in pipeline_runs: the pages could not say what they show")
    return ReleaseFacts(found[0]["release_id"], found[0]["built_at"], found[0]["as_of_date"])


def episode_file(episode_id: str) -> str:
    """Return the page of an episode, below the folder of the dashboards."""
    return f"episodes/{anchor(episode_id)}.html"


class Episodes:
    """The episodes that have a page of their own, for links to them."""

    def __init__(self, drawn: frozenset[str]) -> None:
        """drawn: ids of the episodes that have a page."""
        self.drawn = drawn

    def address(self, episode_id: str, place: str = "") -> str:
        """Return the address of an episode's page, or of its row where it has none."""
        if episode_id in self.drawn:
            return episode_file(episode_id) + (f"#{place}" if place else "")
        return f"episodes.html#{anchor('e', episode_id)}"

    def link(self, row: Row, place: str = "") -> Html:
        """Return the title of the episode of a row, as a link."""
        return link(short(row["episode"], 90), self.address(row["episode_id"], place))

    def named(self, row: Row, text: object, place: str = "") -> Html:
        """Return `text` as a link to the episode of a row."""
        return link(text, self.address(row["episode_id"], place))


def moment(row: Row) -> Html:
    """Return the time of a row as a link to that second, or that there is none."""
    if row["start_s"] is None:
        return link("open", row["url_at_time"]) if row.get("url_at_time") else element("span", "–")
    return link(clock(row["start_s"]), row["url_at_time"])


def quote(row: Row) -> Html:
    """Return the sentence of a mention, with who paid for it where it was paid."""
    paid = element("span", "sponsor", class_="tag paid") if row["segment_kind"] in ("sponsor", "promo") else None
    return join("“", short(row["context"]), "” ", paid)


def said(row: Row) -> Html:
    """Return who says it and in what role, or where it is written."""
    if row["field"] != "transcript":
        return element("span", f"in the {row['field']}", class_="tag")
    role = row["speaker_role"]
    return join(
        row["speaker"] or "not known",
        [" ", element("span", role.replace("_", "-"), class_="tag")] if role and role != "unknown" else None,
    )


def dated(row: Row) -> str:
    """Return the date of the episode of a row."""
    return day(row["published_on"])
