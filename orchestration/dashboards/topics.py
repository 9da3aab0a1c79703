"""Topics: what is talked about, and how that moves."""

from __future__ import annotations

import duckdb

from orchestration.dashboards import charts
from orchestration.dashboards.companies import stacked
from orchestration.dashboards.figures import counted, decimal, share, whole
from orchestration.dashboards.html import Html, anchor, join, link
from orchestration.dashboards.momentum import momentum_part
from orchestration.dashboards.page import Page, figure, section, tile, tiles
from orchestration.dashboards.source import Episodes, dated, one, rows
from orchestration.dashboards.table import Column, Row, filtered, number, part, table

TOPICS = """
select t.topic_id, t.name, parent.name as parent_name, t.mention_count, t.episode_count,
    count(et.episode_id) filter (where et.is_primary) as primary_episode_count,
    (select count(*) from episodes where has_text) as eligible_episode_count
from topics t
left join topics parent on parent.topic_id = t.parent_topic_id
left join episode_topics et on et.topic_id = t.topic_id
where t.episode_count > 0
group by all
order by primary_episode_count desc, t.episode_count desc, t.name
"""
MONTHS = """
select m.month, coalesce(s.name, 'no show known') as show_name, t.name, m.content_mention_count as count
from topic_months m
join topics t on t.topic_id = m.topic_id
left join shows s on s.show_id = m.show_id
where m.month is not null and m.content_mention_count > 0
order by m.month, show_name, t.name
"""
TYPICAL = """
select coalesce(s.name, 'no show known') as show_name, e.name, se.mention_count, se.show_mention_count,
    se.all_shows_mention_count, se.episode_count, se.eligible_episode_count, se.distinctiveness
from show_entities se
join entities e on e.entity_id = se.entity_id
left join shows s on s.show_id = se.show_id
where se.entity_type = 'topic' and se.distinctiveness is not null
order by se.distinctiveness desc, show_name, e.name
limit 200
"""
EPISODES = """
select et.topic_id, t.name, et.episode_id, e.display_title as episode, e.published_on, et.score, et.mention_count,
    et.is_primary, coalesce(s.name, 'no show known') as show_name
from episode_topics et
join topics t on t.topic_id = et.topic_id
join episodes e on e.episode_id = et.episode_id
left join shows s on s.show_id = e.show_id
order by et.is_primary desc, e.published_on desc nulls last, et.score desc, t.name
limit 3000
"""


def topics(connection: duckdb.DuckDBPyConnection, episodes: Episodes) -> Page:
    """Return the page of the topics."""
    found = rows(connection, TOPICS)
    with_topic = one(connection, "select count(distinct episode_id) as n from episode_topics where is_primary")["n"]
    eligible = one(connection, "select count(*) as n from episodes where has_text")["n"]
    first = found[0] if found else None
    title = (
        f"{first['name']} is a main topic of {whole(first['primary_episode_count'])} of {counted(eligible, 'episode')}"
        if first
        else "No topic is found in this release"
    )
    lead = "Topics are those of the catalogue. An episode has up to four main ones, by how much of it they cover."
    body = join(
        tiles(
            tile(link(whole(len(found)), "#topic-rows"), "topics found"),
            tile(
                link(whole(with_topic), "#topic-episodes"),
                "episodes with a main topic",
                f"of {whole(eligible)} with text",
            ),
            tile(link(whole(sum(row["mention_count"] for row in found)), "#topic-rows"), "keyphrases found"),
        ),
        section("over-time", "Topics over time", _months(rows(connection, MONTHS)), _topics(found)),
        section("momentum", "Momentum", momentum_part(connection, "topic", "topics", episodes)),
        section("typical", "What sets a show apart", _typical(rows(connection, TYPICAL))),
        section("where", "Which episodes", _episodes(rows(connection, EPISODES), episodes)),
    )
    return Page("topics.html", title, lead, body)


def _months(found: list[Row]) -> Html:
    spec, names = stacked(found, "topic mentions")
    return figure(
        "topic-months",
        f"{names[0]} has the largest share of the talk about topics" if names else "Topics by month",
        spec,
        says=f"Share of topic mentions in conversation by month, for {', '.join(names[:8])}.",
        empty="No dated episode touches a topic.",
        behind=link("The topics", "#topic-rows"),
    )


def _topics(found: list[Row]) -> Html:
    def to_episodes(row: Row, text: object) -> Html:
        return filtered("topic-episodes", text, f"={row['name']}")

    data = [
        {
            "name": row["name"],
            "value": row["episode_count"] / row["eligible_episode_count"] * 100,
            "rank": rank,
            "words": f"{row['episode_count']} of {row['eligible_episode_count']} episodes",
            "address": f"#{anchor(row['topic_id'])}",
        }
        for rank, row in enumerate(sorted(found, key=lambda row: (-row["episode_count"], row["name"]))[:15])
    ]
    columns = [
        Column("Topic", lambda row: row["name"]),
        Column("Part of", lambda row: row["parent_name"] or "–"),
        number(
            "Main topic of",
            "primary_episode_count",
            whole,
            lambda row, text: filtered("topic-episodes", text, f"={row['name']}", "=main"),
        ),
        number("Touched in", "episode_count", whole, to_episodes),
        Column(
            "Of episodes",
            lambda row: share(
                row["episode_count"] / row["eligible_episode_count"] if row["eligible_episode_count"] else None
            ),
            lambda row: row["episode_count"],
            is_number=True,
        ),
        number("Mentions", "mention_count", whole, to_episodes),
    ]
    chart = figure(
        "topic-bars",
        f"{data[0]['name']} is touched in {data[0]['words']}" if data else "Topics",
        charts.bars(data, "% of episodes") if data else None,
        says="Share of episodes that touch each of the most common topics.",
        empty="No topic is found.",
        behind=link("The numbers", "#topic-rows"),
    )
    return join(
        chart,
        table(
            "topic-rows",
            "Topics by the episodes that are about them",
            columns,
            found,
            empty="have no rows: no text has a keyphrase of the taxonomy.",
            query=TOPICS,
            row_name=lambda row: anchor(row["topic_id"]),
        ),
    )


def _typical(found: list[Row]) -> Html:
    def to_topic(row: Row, text: object) -> Html:
        return filtered("topic-episodes", text, f"={row['name']}")

    def to_episodes(row: Row, text: object) -> Html:
        return filtered("topic-episodes", text, f"={row['name']}", f"={row['show_name']}")

    columns = [
        Column("Show", lambda row: row["show_name"]),
        Column("Topic", lambda row: row["name"]),
        number("Distinctiveness", "distinctiveness", decimal),
        part("Mentions on the show", "mention_count", "show_mention_count", to_episodes),
        number("On all shows", "all_shows_mention_count", whole, to_topic),
        part("Episodes", "episode_count", "eligible_episode_count", to_episodes),
    ]
    return table(
        "typical-rows",
        f"{found[0]['name']} is what sets {found[0]['show_name']} apart most; above 2 is hardly chance"
        if found
        else "Typical topics",
        columns,
        found,
        empty="cannot be told: that needs two shows and two topics.",
        query=TYPICAL,
    )


def _episodes(found: list[Row], episodes: Episodes) -> Html:
    columns = [
        Column("Date", dated, lambda row: row["published_on"]),
        Column("Topic", lambda row: row["name"]),
        Column("Main", lambda row: "main" if row["is_primary"] else "touched"),
        Column("Show", lambda row: row["show_name"]),
        Column("Episode", episodes.link, is_wide=True),
        number("Score", "score", decimal),
        number("Mentions", "mention_count", whole, lambda row, text: episodes.named(row, text, "transcript")),
    ]
    return table(
        "topic-episodes",
        "Episodes and their topics, main ones first",
        columns,
        found,
        empty="There are none.",
        query=EPISODES,
    )
