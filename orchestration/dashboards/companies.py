"""Companies: who has the conversation, who gains, who says it, and the sentences."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from orchestration.dashboards import charts
from orchestration.dashboards.figures import counted, day, share, whole
from orchestration.dashboards.html import Html, anchor, escape, join, link
from orchestration.dashboards.momentum import momentum_part
from orchestration.dashboards.page import Page, figure, section, tile, tiles
from orchestration.dashboards.source import Episodes, dated, moment, one, quote, rows, said
from orchestration.dashboards.table import Column, Row, filtered, number, part, table

COMPANIES_SHOWN = 300
COMPANIES_QUOTED = 60
QUOTES_EACH = 15
SERIES = 8
OTHERS = "all others"

LEADERS = f"""
select c.company_id, c.name, c.category, c.mention_count, c.content_mention_count,
    c.mention_count - c.content_mention_count as paid_mention_count, c.episode_count, c.show_count,
    (select count(*) from episodes where has_text) as eligible_episode_count,
    c.content_mention_count / nullif(sum(c.content_mention_count) over (), 0) as content_share,
    c.first_mentioned_on, c.last_mentioned_on
from companies c
where c.mention_count > 0
order by c.content_mention_count desc, c.mention_count desc, c.name
limit {COMPANIES_SHOWN}
"""
MONTHS = """
select m.month, coalesce(s.name, 'no show known') as show_name, m.company_id, c.name,
    m.content_mention_count as count, m.eligible_transcript_count
from company_months m
join companies c using (company_id)
left join shows s using (show_id)
where m.month is not null and m.content_mention_count > 0
order by m.month, show_name, c.name
"""
SPEAKERS = """
select p.name as speaker, sc.role, c.name as company, sc.content_mention_count, sc.mention_count, sc.episode_count,
    sc.speaker_mention_count, sc.speaker_word_count
from speaker_companies sc
join people p on p.person_id = sc.person_id
join companies c on c.company_id = sc.company_id
order by sc.content_mention_count desc, sc.mention_count desc, speaker, company
limit 500
"""
QUOTES = f"""
with shown as (
    select company_id
    from companies
    where mention_count > 0
    order by content_mention_count desc, mention_count desc, name
    limit {COMPANIES_QUOTED}
),
newest as (
    select episode_id, row_number() over (order by published_on desc nulls last, episode_id) as place
    from episodes
),
-- In which episodes the last mentions of a company are: the sentences of these alone need to be read.
last_places as (
    select unnest(min(newest.place, {QUOTES_EACH})) as place
    from mentions m
    join shown on shown.company_id = m.entity_id
    join newest using (episode_id)
    where m.field <> 'speaker_label'
    group by m.entity_id
)
select m.entity_name as company, m.context, m.segment_kind, m.field, p.name as speaker, m.speaker_role, m.turn_id,
    m.start_s, m.url_at_time, m.episode_id, e.display_title as episode, e.published_on
from mentions m
join shown on shown.company_id = m.entity_id
join episodes e using (episode_id)
left join people p on p.person_id = m.speaker_person_id
where m.field <> 'speaker_label'
    and m.episode_id in (select newest.episode_id from newest join last_places using (place))
qualify row_number() over (
    partition by m.entity_id
    order by e.published_on desc nulls last, m.episode_id, m.start_s, m.char_start, m.mention_id
) <= {QUOTES_EACH}
order by e.published_on desc nulls last, m.episode_id, m.start_s, m.char_start, m.mention_id
"""


def companies(connection: duckdb.DuckDBPyConnection, episodes: Episodes) -> Page:
    """Return the page of the companies."""
    leaders = rows(connection, LEADERS)
    quotes = rows(connection, QUOTES)
    quoted = {row["company"] for row in quotes}
    totals = one(
        connection,
        "select count(*) filter (where mention_count > 0) as n, coalesce(sum(mention_count), 0) as mentions, "
        "coalesce(sum(content_mention_count), 0) as content from companies",
    )
    reach = one(connection, "select count(*) filter (where has_text) as eligible from episodes")["eligible"]
    first = leaders[0] if leaders and leaders[0]["content_mention_count"] else None
    content = whole(totals["content"])
    title = (
        f"{first['name']} leads with {share(first['content_share'])} of {content} company mentions in conversation"
        if first
        else "No company is mentioned in conversation yet"
    )
    lead = (
        "Conversation leaves sponsor reads and promos out: what is earned, not paid. A company is one of the "
        "catalogue; names that it does not know yet are not counted."
    )
    body = join(
        tiles(
            tile(link(whole(totals["n"]), "#leaders"), "companies mentioned"),
            tile(filtered("quotes", whole(totals["content"]), "=conversation"), "mentions in conversation"),
            tile(
                filtered("quotes", whole(totals["mentions"] - totals["content"]), "=paid"),
                "in sponsor reads and promos",
            ),
            tile(link(whole(reach), "episodes.html"), "episodes searched"),
        ),
        section(
            "voice",
            "Share of voice",
            _voice(rows(connection, MONTHS)),
            _leader_bars(leaders),
            _leaders(leaders, totals["n"], quoted),
        ),
        section("momentum", "Momentum", momentum_part(connection, "company", "companies", episodes)),
        section("who", "Who says it", _speakers(rows(connection, SPEAKERS), quoted)),
        section("said", "What was said last", _quotes(quotes, episodes)),
    )
    return Page("companies.html", title, lead, body)


def stacked(found: list[Row], noun: str) -> tuple[dict | None, list[str]]:
    """Return the chart of shares by month, and the names in it, most often mentioned first.

    found: rows with month, show, name and count.
    """
    sums: dict[str, int] = {}
    for row in found:
        sums[row["name"]] = sums.get(row["name"], 0) + row["count"]
    names = sorted(sums, key=lambda name: (-sums[name], name))
    series = names[:SERIES]
    place = {name: number for number, name in enumerate([*series, OTHERS])}
    cells: dict[tuple[str, str, str], int] = {}
    for row in found:
        key = (row["month"].isoformat(), row["show_name"], row["name"] if row["name"] in series else OTHERS)
        cells[key] = cells.get(key, 0) + row["count"]
    data = [
        {"month": f"{m}T12:00:00", "show": s, "series": n, "place": place[n], "count": c}
        for (m, s, n), c in sorted(cells.items())
    ]
    shown = series + [OTHERS] * (len(names) > SERIES)
    return (
        charts.stacked_shares(data, sorted({row["show_name"] for row in found}), shown, noun) if data else None
    ), names


def _voice(found: list[Row]) -> Html:
    spec, names = stacked(found, "company mentions")
    months = len({row["month"] for row in found})
    return figure(
        "voice-months",
        f"{names[0]} is mentioned most in dated episodes, over {counted(months, 'month')}"
        if names
        else "Share of voice by month",
        spec,
        says=f"Share of company mentions in conversation by month, for {', '.join(names[:SERIES])}." if names else "",
        empty="No dated episode mentions a company in conversation.",
        behind=link("The companies", "#leaders"),
    )


def _leader_bars(leaders: list[Row]) -> Html:
    first, second = "conversation", "paid"
    top = sorted(leaders, key=lambda row: (-row["mention_count"], row["name"]))[:15]
    data = [
        {
            "name": row["name"],
            "part": part,
            "count": row[key],
            "total": row["mention_count"],
            "address": f"#{anchor(row['company_id'])}",
        }
        for row in top
        for part, key in ((first, "content_mention_count"), (second, "paid_mention_count"))
        if row[key]
    ]
    paid = sum(row["paid_mention_count"] for row in top)
    every = sum(row["mention_count"] for row in top)
    return figure(
        "voice-bars",
        f"{share(paid / every)} of mentions of the {counted(len(top), 'company', 'companies')} named most are paid for"
        if every
        else "Paid and earned",
        charts.split_bars(data, first, second, "mentions") if data else None,
        says="Mentions of each company, in conversation and in sponsor reads and promos.",
        empty="No company is mentioned.",
        behind=link("The numbers", "#leaders"),
    )


def _leaders(leaders: list[Row], total: int, quoted: set[str]) -> Html:
    def to(*more: str) -> Callable[[Row, object], Html]:
        return lambda row, text: (
            filtered("quotes", text, f"={row['name']}", *more) if row["name"] in quoted else escape(text)
        )

    columns = [
        Column("Company", lambda row: row["name"]),
        Column("Category", lambda row: (row["category"] or "–").replace("_", " ")),
        number("In conversation", "content_mention_count", whole, to("=conversation")),
        number("Share", "content_share", share, to("=conversation")),
        number("Paid", "paid_mention_count", whole, to("=paid")),
        part("Episodes", "episode_count", "eligible_episode_count", to()),
        number("Shows", "show_count", whole, to()),
        Column("Last", lambda row: day(row["last_mentioned_on"]), lambda row: row["last_mentioned_on"]),
    ]
    more = f", the first {COMPANIES_SHOWN} of {whole(total)}" if total > COMPANIES_SHOWN else ""
    return table(
        "leaders",
        f"Companies by mentions in conversation{more}",
        columns,
        leaders,
        empty="have no rows: no text of this release names a company of the catalogue.",
        query=LEADERS,
        row_name=lambda row: anchor(row["company_id"]),
    )


def _speakers(found: list[Row], quoted: set[str]) -> Html:
    def to(*more: str) -> Callable[[Row, object], Html]:
        return lambda row, text: (
            filtered("quotes", text, f"={row['speaker']}", f"={row['company']}", *more)
            if row["company"] in quoted
            else escape(text)
        )

    columns = [
        Column("Speaker", lambda row: row["speaker"]),
        Column("Role", lambda row: row["role"].replace("_", "-")),
        Column("Company", lambda row: row["company"]),
        number("In conversation", "content_mention_count", whole, to("=conversation")),
        part("Of all the person names", "mention_count", "speaker_mention_count", to()),
        number("Episodes", "episode_count", whole, to()),
    ]
    top = found[0] if found and found[0]["content_mention_count"] else None
    return table(
        "speakers",
        f"{top['speaker']} names {top['company']} most often: {counted(top['content_mention_count'], 'time')}"
        if top
        else "Who names which company",
        columns,
        found,
        empty="is not known: no mention stands in the speech of a person who is known.",
        query=SPEAKERS,
    )


def _quotes(found: list[Row], episodes: Episodes) -> Html:
    columns = [
        Column("Date", dated, lambda row: row["published_on"]),
        Column("Company", lambda row: row["company"]),
        Column("Part", lambda row: "paid" if row["segment_kind"] in ("sponsor", "promo") else "conversation"),
        Column("Sentence", quote, is_wide=True),
        Column("Said by", said),
        Column("At", moment, lambda row: row["start_s"], is_number=True),
        Column("Episode", lambda row: episodes.link(row, anchor("t", row["turn_id"]) if row["turn_id"] else "")),
    ]
    return table(
        "quotes",
        f"The newest {QUOTES_EACH} sentences at most for each of the {COMPANIES_QUOTED} companies mentioned most",
        columns,
        found,
        empty="There are none: no company is mentioned.",
        query=QUOTES,
    )
