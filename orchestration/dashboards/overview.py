"""The first page: what is in the release, how well it is covered, and what moved."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from orchestration.dashboards import charts
from orchestration.dashboards.figures import counted, day, minutes, month, share, times, whole
from orchestration.dashboards.html import Html, anchor, element, filtered_place, join, link
from orchestration.dashboards.momentum import KINDS, moved_episodes, moved_query, window_columns
from orchestration.dashboards.page import Page, figure, section, tile, tiles
from orchestration.dashboards.source import Episodes, one, quote, rows
from orchestration.dashboards.table import Column, Row, filtered, number, table

TOTALS = """
select count(*) as episodes, coalesce(sum(copy_count), 0) as copies, count(distinct show_id) as shows,
    count(*) filter (where has_transcript) as transcripts, count(*) filter (where has_speakers) as speakers,
    count(*) filter (where has_timestamps) as timed, count(*) filter (where published_on is null) as undated,
    coalesce(sum(word_count), 0) as words, coalesce(sum(turn_count), 0) as turns, sum(duration_s) as duration_s,
    min(published_on) as first_on, max(published_on) as last_on
from episodes
"""
COVERAGE = """
select m.month, m.show_id, coalesce(s.name, 'no show known') as show_name, m.episode_count, m.eligible_transcript_count,
    m.speaker_episode_count, m.timestamp_episode_count, m.eligible_word_count
from show_months m
left join shows s using (show_id)
order by m.month desc nulls last, show_name
"""
NEWEST = """
select e.episode_id, e.display_title as episode, s.name as show_name, e.published_on, e.duration_s, e.word_count
from episodes e
left join shows s using (show_id)
order by e.published_on desc nulls last, e.episode_id
limit 8
"""
MOVING = moved_query(*KINDS, limit=10)
NEW = """
select f.entity_id, f.entity_type, f.entity_name, f.context, f.segment_kind, f.episode_id, e.display_title as episode
from first_mentions f
join episodes e using (episode_id)
where f.is_new_this_week and f.entity_type in ('company', 'product', 'person')
order by f.entity_type, f.entity_name
limit 30
"""
MEASURES = (
    ("transcript", "eligible_transcript_count", "a transcript"),
    ("speakers", "speaker_episode_count", "named speakers"),
    ("times", "timestamp_episode_count", "times"),
)
SHOWS_DRAWN = 25


def overview(connection: duckdb.DuckDBPyConnection, episodes: Episodes) -> Page:
    """Return the page of the whole corpus."""
    totals = one(connection, TOTALS)
    mentions = one(
        connection,
        "select count(*) as n, count(distinct entity_id) as companies from mentions "
        "where entity_type = 'company' and field <> 'speaker_label'",
    )
    guests = one(connection, "select count(*) as n from guests")["n"]
    moving = rows(connection, MOVING)
    count = totals["episodes"]
    if not count:
        title = "This release has no episodes yet"
        lead: object = "Put transcripts into the raw folder and build again: this page then says what is in them."
    else:
        spoken = share(totals["transcripts"] / count)
        title = f"{counted(count, 'episode')} of {counted(totals['shows'], 'show')}, {spoken} with a transcript"
        lead = (
            f"{_published(totals)} Each conversation counts once, "
            "however many copies of it were found, and every row leads back to the characters it was read from."
        )
    body = join(
        tiles(
            tile(
                link(whole(count), "episodes.html"), "episodes", f"from {counted(totals['copies'], 'copy', 'copies')}"
            ),
            tile(link(whole(totals["shows"]), "#coverage"), "shows"),
            tile(link(minutes(totals["duration_s"]), "episodes.html"), "of speech", "where a length is known"),
            tile(link(whole(totals["words"]), "episodes.html"), "words", f"in {counted(totals['turns'], 'turn')}"),
            tile(
                link(whole(mentions["n"]), "companies.html"),
                "company mentions",
                f"of {counted(mentions['companies'], 'company', 'companies')}",
            ),
            tile(link(whole(guests), "guests.html"), "guests"),
        ),
        _coverage(rows(connection, COVERAGE), totals),
        section(
            "moves",
            "What moved",
            element("div", _moving(moving), _new(rows(connection, NEW), episodes), class_="grid"),
            moved_episodes(connection, MOVING, episodes) if moving else None,
        ),
        section("newest", "The newest episodes", _newest(rows(connection, NEWEST), episodes)),
    )
    return Page("index.html", title, lead, body)


def _coverage(found: list[Row], totals: Row) -> Html:
    by_size: dict[str, int] = {}
    for row in found:
        by_size[row["show_name"]] = by_size.get(row["show_name"], 0) + row["episode_count"]
    drawn = set(sorted(by_size, key=lambda show: (-by_size[show], show))[:SHOWS_DRAWN])
    cells = [
        row for row in sorted(found, key=lambda row: (row["month"] is None, row["month"])) if row["show_name"] in drawn
    ]
    heats = []
    for name, key, words in MEASURES:
        have = sum(row[key] for row in found)
        seen = f"{whole(have)} of {whole(totals['episodes'])} episodes have {words}"
        data = [
            {
                "show": row["show_name"],
                "month": month(row["month"]),
                "share": row[key] / row["episode_count"],
                "words": f"{row[key]} of {row['episode_count']} episodes",
            }
            for row in cells
        ]
        heats.append(
            figure(
                f"coverage-{name}",
                seen,
                charts.heat(data, f"with {words}") if data else None,
                says=f"Share of episodes with {words}, by show and month of publication.",
                empty="There are no episodes, so there is no coverage to show.",
                behind=link("The numbers", "#coverage-rows"),
            )
        )
    if len(by_size) > SHOWS_DRAWN:
        heats.append(
            element("p", f"Drawn are the {SHOWS_DRAWN} shows with most episodes; the table has all.", class_="empty")
        )
    columns = [
        Column("Month", lambda row: month(row["month"]), lambda row: row["month"]),
        Column("Show", lambda row: row["show_name"]),
        number("Episodes", "episode_count", whole, _to_episodes()),
        *(_of_episodes(f"With {words}", key, name) for name, key, words in MEASURES),
        number("Words", "eligible_word_count", whole, _to_episodes()),
    ]
    return section(
        "coverage",
        "How well the corpus is covered",
        element("div", heats, class_="grid thirds"),
        table(
            "coverage-rows",
            "Episodes by month and show, and what is known of them",
            columns,
            found,
            empty="No episode is in this release.",
            query=COVERAGE,
        ),
    )


def _published(totals: Row) -> str:
    first, last, undated = totals["first_on"], totals["last_on"], totals["undated"]
    if first is None:
        return "No episode says when it was published."
    when = f"Published on {day(first)}" if first == last else f"Published from {day(first)} to {day(last)}"
    return f"{when}; {counted(undated, 'episode has', 'episodes have')} no date." if undated else f"{when}."


def _to_episodes(*having: str) -> Callable[[Row, object], Html]:
    """having: what the episodes have, in the words of their list."""
    return lambda row, text: filtered(
        "episode-rows",
        text,
        f"={row['show_name']}",
        month(row["month"]),
        *(f"={name}" for name in having),
        page="episodes.html",
    )


def _of_episodes(title: str, key: str, having: str) -> Column:
    to = _to_episodes(having)

    def show(row: Row) -> object:
        written = f"{whole(row[key])} ({share(row[key] / row['episode_count'])})" if row[key] else "0"
        return to(row, written) if row[key] else written

    return Column(title, show, lambda row: row[key], is_number=True)


def entity_address(row: Row) -> str:
    """Return where the rows behind an entity are."""
    pages = {"company": "companies.html", "topic": "topics.html"}
    page = pages.get(row["entity_type"])
    return (
        f"{page}#{anchor('moves', row['entity_id'])}"
        if page
        else f"#{filtered_place('moved-episodes', '=' + row['name'])}"
    )


def _moving(found: list[Row]) -> Html:
    columns = [
        Column("Name", lambda row: link(row["name"], entity_address(row))),
        Column("Kind", lambda row: row["entity_type"]),
        number("Momentum", "momentum", times, lambda row, text: filtered("moved-episodes", text, f"={row['name']}")),
        *window_columns(),
    ]
    return table(
        "moving",
        f"{found[0]['name']} rises most of companies, products and topics" if found else "Momentum",
        columns,
        found,
        empty="is not known: nothing was published in the 90 days before the last 90.",
        query=MOVING,
        has_filter=False,
    )


def _new(found: list[Row], episodes: Episodes) -> Html:
    columns = [
        Column("Name", lambda row: row["entity_name"]),
        Column("Kind", lambda row: row["entity_type"]),
        Column("First said", lambda row: join(quote(row), " ", episodes.link(row)), is_wide=True),
    ]
    return table(
        "new",
        f"{counted(len(found), 'name')} never heard before this week" if found else "New this week",
        columns,
        found,
        empty="is nobody: the week up to the latest episode names no company, product or person for the first time.",
        query=NEW,
    )


def _newest(found: list[Row], episodes: Episodes) -> Html:
    columns = [
        Column("Episode", episodes.link, is_wide=True),
        Column("Show", lambda row: row["show_name"] or "no show known"),
        Column("Published", lambda row: day(row["published_on"]), lambda row: row["published_on"]),
        number("Length", "duration_s", minutes, lambda row, text: episodes.named(row, text, "timeline")),
        number("Words", "word_count", whole, lambda row, text: episodes.named(row, text, "transcript")),
    ]
    return table(
        "newest-rows",
        "Episodes by date",
        columns,
        found,
        empty="There are no episodes in this release.",
        query=NEWEST,
        has_filter=False,
    )
