"""Momentum: the last 90 days against the 90 before, and the episodes that were counted."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from orchestration.dashboards import charts
from orchestration.dashboards.figures import times
from orchestration.dashboards.html import Html, anchor, element, join, link
from orchestration.dashboards.page import figure
from orchestration.dashboards.source import Episodes, dated, quote, rows
from orchestration.dashboards.table import Column, Row, filtered, number, part, table

# Hosts and shows are named in every episode of theirs: how they move tells who publishes, not what is talked about.
KINDS = ("company", "product", "topic")
NOW, BEFORE = "last 90 days", "90 days before"

_MOVED = """
select entity_id, entity_type, name, episode_count, eligible_episode_count, previous_episode_count,
    previous_eligible_episode_count, momentum
from entity_momentum
where momentum is not null and entity_type in ({kinds})
order by momentum desc, episode_count desc, name
{limit}
"""
# As `entity_momentum` counts: in conversation, by the date of the episode.
_EPISODES = """
with moved as ({moved}),
as_of as (
    select max(as_of_date) as as_of_date
    from entity_momentum
),
counted as (
    select episode_id, display_title as episode, published_on,
        if(published_on > as_of_date - 90, '{now}', '{before}') as time_window
    from episodes, as_of
    where published_on > as_of_date - 180
)
select moved.name, moved.entity_type, e.published_on, m.context, m.segment_kind, m.episode_id, e.episode, e.time_window
from mentions m
join moved using (entity_id)
join counted e using (episode_id)
where m.field <> 'speaker_label' and m.segment_kind not in ('sponsor', 'promo')
qualify row_number() over (partition by m.entity_id, m.episode_id order by m.char_start, m.mention_id) = 1
order by e.published_on desc, moved.name, m.episode_id
limit 2000
"""


def moved_query(*kinds: str, limit: int | None = None) -> str:
    """Return the SQL of what moved, the most risen first."""
    names = ", ".join(f"'{kind}'" for kind in kinds)
    return _MOVED.format(kinds=names, limit=f"limit {limit}" if limit else "")


def _episodes_query(moved: str) -> str:
    return _EPISODES.format(moved=moved.strip(), now=NOW, before=BEFORE)


def change_rows(found: list[Row]) -> list[Row]:
    """Return the rows of a chart of two windows: those that rose most and those that fell most."""
    shown = found if len(found) <= 16 else [*found[:8], *found[-8:]]
    return [
        {
            "name": row["name"],
            "before": row["previous_episode_count"] / row["previous_eligible_episode_count"],
            "now": row["episode_count"] / row["eligible_episode_count"],
            "rank": rank,
            "words": f"{row['previous_episode_count']} of {row['previous_eligible_episode_count']} before, "
            f"{row['episode_count']} of {row['eligible_episode_count']} now",
            "address": f"#{anchor('moves', row['entity_id'])}",
        }
        for rank, row in enumerate(shown)
        if row["previous_eligible_episode_count"] and row["eligible_episode_count"]
    ]


def window_columns() -> list[Column]:
    """Return the columns of the two windows; their numbers lead to the episodes that were counted."""
    return [
        part("Last 90 days", "episode_count", "eligible_episode_count", _to_episodes(NOW)),
        part("90 days before", "previous_episode_count", "previous_eligible_episode_count", _to_episodes(BEFORE)),
    ]


def _to_episodes(window: str) -> Callable[[Row, object], Html]:
    return lambda row, text: filtered("moved-episodes", text, f"={row['name']}", f"={window}")


def moved_episodes(connection: duckdb.DuckDBPyConnection, moved: str, episodes: Episodes) -> Html:
    """Return the table of the episodes behind momentum. moved: SQL of the rows of `entity_momentum` it is about."""
    query = _episodes_query(moved)
    columns = [
        Column("Name", lambda row: row["name"]),
        Column("When", lambda row: row["time_window"].replace(" ", "\u00a0")),
        Column("Published", dated, lambda row: row["published_on"]),
        Column("Episode", episodes.link, is_wide=True),
        Column("First sentence", quote, is_wide=True),
    ]
    return table(
        "moved-episodes",
        "The episodes that were counted, with the first sentence of each",
        columns,
        rows(connection, query),
        empty="There are none: no dated episode of the last 180 days names what moved.",
        query=query,
    )


def momentum_part(connection: duckdb.DuckDBPyConnection, kind: str, noun: str, episodes: Episodes) -> Html:
    """Return chart and tables of the last 90 days against the 90 before.

    kind: the type of the entities. noun: what they are, in the plural.
    """
    query = moved_query(kind)
    found = rows(connection, query)
    data = change_rows(found)
    rising = [row for row in found if row["momentum"] > 1]
    title = (
        f"{found[0]['name']} gained most: {times(found[0]['momentum'])} as common as in the 90 days before"
        if rising
        else "Nothing became more common in the last 90 days"
        if found
        else "Momentum is not known yet"
    )
    columns = [
        Column("Name", lambda row: row["name"]),
        number("Momentum", "momentum", times),
        *window_columns(),
    ]
    why = "cannot be told: nothing was published in the 90 days before the last 90."
    pair = element(
        "div",
        figure(
            "momentum-chart",
            title,
            charts.before_and_now(data) if data else None,
            says=f"Share of episodes that mention the {noun} that moved most, in the last 90 days and the 90 before.",
            empty=f"Momentum {why}",
            behind=link("The numbers", "#momentum-rows"),
        ),
        table(
            "momentum-rows",
            "Episodes that mention it, of those that could",
            columns,
            found,
            empty=why,
            query=query,
            row_name=lambda row: anchor("moves", row["entity_id"]),
        ),
        class_="grid",
    )
    return join(pair, moved_episodes(connection, query, episodes) if found else None)
