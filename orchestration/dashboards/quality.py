"""Data quality: what was measured, what was refused, what is missing."""

from __future__ import annotations

import duckdb

from orchestration.dashboards.accuracy import Measured
from orchestration.dashboards.figures import DASH, counted, day, share, whole
from orchestration.dashboards.html import Html, element, join, link
from orchestration.dashboards.page import Page, section, tile, tiles
from orchestration.dashboards.source import Episodes, one, rows
from orchestration.dashboards.table import Column, Row, filtered, number, table

RULES = """
select match_rule, description, precision, precision_low, judged, source, mention_count
from mention_rules
order by mention_count desc, match_rule
"""
REJECTS = """
select path, locator, reason, remedy
from rejects
order by path, locator
limit 1000
"""
GAPS = """
select s.name as show_name, e.episode_id, e.display_title as episode, e.has_transcript, e.has_speakers,
    e.has_timestamps, e.is_truncated, e.published_on
from episodes e
left join shows s on s.show_id = e.show_id
where not (e.has_transcript and e.has_speakers and e.has_timestamps) or e.is_truncated or e.published_on is null
order by e.published_on desc nulls last, e.episode_id
limit 1000
"""
FORMATS = """
select d.format, count(*) as document_count, sum(d.bytes) as bytes, sum(d.copy_count) as copy_count,
    count(*) filter (where d.status <> 'parsed') as unused_count
from documents d
group by d.format
order by document_count desc, d.format
"""
EXTRACTION = """
select coalesce(language, 'not known') as language, extraction, method, is_made_for_language, copy_count
from extraction_quality
order by copy_count desc, language, extraction
"""
RUNS = """
select release_id, built_at at time zone 'UTC' as built_at, status, reason, as_of_date, code_version
from pipeline_runs
order by release_id desc
limit 50
"""


def quality(connection: duckdb.DuckDBPyConnection, episodes: Episodes) -> Page:
    """Return the page of what can be trusted and what cannot."""
    rules = rows(connection, RULES)
    rejects = one(connection, "select count(*) as n, count(distinct path) as files from rejects")
    totals = one(
        connection,
        "select count(*) as n, count(*) filter (where has_transcript) as t, count(*) filter (where has_speakers) as s, "
        "count(*) filter (where has_timestamps) as c, count(*) filter (where is_truncated) as cut from episodes",
    )
    judged = [row for row in rules if row["judged"] and row["precision"] is not None and row["mention_count"]]
    weight = sum(row["mention_count"] for row in judged)
    every = sum(row["mention_count"] for row in rules)
    precision = sum(row["precision"] * row["mention_count"] for row in judged) / weight if weight else None
    low = sum((row["precision_low"] or 0) * row["mention_count"] for row in judged) / weight if weight else None
    title = (
        f"{share(weight / every)} of mentions were found by rules whose precision was measured"
        if weight
        else "Nothing in this release was measured"
    )
    measured = Measured(connection)
    lead = (
        "Precision says how much of what is found is right, recall how much of what is there is found. Figures "
        "come with the version of the code, measured on the documents named beside each, not on this release."
    )
    body = join(
        tiles(
            tile(
                link(share(precision), "#rules"), "precision of those rules", f"at least {share(low)} (95 % interval)"
            ),
            *measured.tiles(),
        ),
        tiles(
            tile(filtered("gaps", _of(totals["t"], totals["n"]), "transcript"), "episodes with a transcript"),
            tile(filtered("gaps", _of(totals["s"], totals["n"]), "speakers"), "with named speakers"),
            tile(filtered("gaps", _of(totals["c"], totals["n"]), "times"), "with times"),
            tile(
                filtered("gaps", whole(totals["cut"]), "cut short") if totals["cut"] else link(0, "#gaps"),
                "cut short by their source",
            ),
            tile(link(whole(rejects["n"]), "#rejects"), "rejects", f"in {counted(rejects['files'], 'file')}"),
        ),
        measured.section(),
        section("accuracy", "How right the rules are that find mentions", _rules(rules, measured)),
        section("refused", "What could not be used", _rejects(rows(connection, REJECTS))),
        section("missing", "What is missing", _gaps(rows(connection, GAPS), episodes)),
        section(
            "sources",
            "Where it comes from",
            element(
                "div", _formats(rows(connection, FORMATS)), _extraction(rows(connection, EXTRACTION)), class_="grid"
            ),
        ),
        section("releases", "Releases", _runs(rows(connection, RUNS))),
    )
    return Page("quality.html", title, lead, body, is_charted=False)


def _of(part: int, of: int) -> str:
    return f"{whole(part)} of {whole(of)}"


def _rules(found: list[Row], measured: Measured) -> Html:
    columns = [
        Column("Rule", lambda row: row["match_rule"].replace("_", " ")),
        Column("What it does", lambda row: row["description"] or DASH, is_wide=True),
        number("Mentions here", "mention_count", whole),
        number("Precision", "precision", share, measured.to_rule),
        number("At least (95 %)", "precision_low", share),
        number("Judged", "judged", lambda value: whole(value) if value else "not judged", measured.to_rule),
        Column("Source", lambda row: row["source"] or DASH),
    ]
    return table("rules", "Rules by the mentions they found", columns, found, empty="There are none.", query=RULES)


def _rejects(found: list[Row]) -> Html:
    columns = [
        Column("File", lambda row: row["path"]),
        Column("Where", lambda row: row["locator"] or "whole file"),
        Column("Why", lambda row: row["reason"], is_wide=True),
        Column("What to do", lambda row: row["remedy"] or DASH, is_wide=True),
    ]
    return table(
        "rejects",
        f"{counted(len(found), 'reject')}, each with its reason" if found else "Nothing was rejected.",
        columns,
        found,
        empty="Every file in the raw folder could be read whole.",
        query=REJECTS,
    )


def _gaps(found: list[Row], episodes: Episodes) -> Html:
    def lacks(row: Row) -> str:
        names = (
            ("transcript", row["has_transcript"]),
            ("speakers", row["has_speakers"]),
            ("times", row["has_timestamps"]),
            ("date", row["published_on"] is not None),
            ("the end (cut short)", not row["is_truncated"]),
        )
        return ", ".join(name for name, has in names if not has)

    columns = [
        Column("Episode", episodes.link, is_wide=True),
        Column("Show", lambda row: row["show_name"] or "no show known"),
        Column("Published", lambda row: day(row["published_on"]), lambda row: row["published_on"]),
        Column("Lacks", lacks),
    ]
    return table(
        "gaps",
        f"{counted(len(found), 'episode')} {'lacks' if len(found) == 1 else 'lack'} something" if found else "Nothing.",
        columns,
        found,
        empty="Every episode has transcript, speakers, times and date.",
        query=GAPS,
    )


def _formats(found: list[Row]) -> Html:
    columns = [
        Column("Format", lambda row: (row["format"] or "not recognised").replace("_", " ")),
        number("Documents", "document_count", whole),
        number("Copies in them", "copy_count", whole),
        number("kB", "bytes", lambda value: whole(value / 1000 if value is not None else None)),
        number("Not used", "unused_count", whole, lambda row, text: link(text, "#rejects")),
    ]
    return table("formats", "Documents by format", columns, found, empty="There are none.", query=FORMATS)


def _extraction(found: list[Row]) -> Html:
    columns = [
        Column("Language", lambda row: row["language"]),
        Column("What", lambda row: row["extraction"].replace("_", " ")),
        Column("How", lambda row: row["method"]),
        Column("Made for it", lambda row: "yes" if row["is_made_for_language"] else "no"),
        number("Copies", "copy_count", whole),
    ]
    return table(
        "extraction", "What is made for which language", columns, found, empty="There are no copies.", query=EXTRACTION
    )


def _runs(found: list[Row]) -> Html:
    columns = [
        Column("Release", lambda row: row["release_id"]),
        Column("Built", lambda row: day(row["built_at"]), lambda row: row["built_at"].isoformat()),
        Column("Status", lambda row: row["status"]),
        Column("Reason", lambda row: row["reason"] or DASH, is_wide=True),
        Column("Episodes up to", lambda row: day(row["as_of_date"])),
        Column("Code", lambda row: row["code_version"]),
    ]
    return table("runs", "Attempts to publish, the newest first", columns, found, empty="There is none.", query=RUNS)
