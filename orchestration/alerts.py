"""Which watches of the watchlist are met by a release that were not met before.

A watch is about *subjects*: the episodes that mention the entity (`any_new_mention`), the shows that do
(`first_on_show`), or the one fact that its momentum is above a ratio (`momentum_above`). The history remembers, for
each watch, the subjects that it was met by. The first release with a watch, or with another entity or condition for
it, only remembers: what is so already is no news. After that, each new subject gives its alerts once. Momentum that
fell is forgotten, so that it is news again when it rises.

Keep out: how alerts are sent (alert_webhook.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from orchestration.catalog.watchlist import Watch
from orchestration.ids import stable_id

Schema = dict[str, pl.DataType | type[pl.DataType]]
ALERTS_SCHEMA: Schema = {
    "alert_id": pl.String,
    "watch_id": pl.String,
    "release_id": pl.String,
    "entity_id": pl.String,
    "entity_name": pl.String,
    "condition": pl.String,
    "channel": pl.String,
    "momentum": pl.Float64,
    "show_id": pl.String,
    "episode_id": pl.String,
    "episode_title": pl.String,
    "mention_id": pl.String,
    "quote": pl.String,
    "url_at_time": pl.String,
    "created_at": pl.Datetime("us", "UTC"),
}
WATCH_STATES_SCHEMA: Schema = {
    "release_id": pl.String,
    "watch_key": pl.String,
    "subject": pl.String,
    "is_met": pl.Boolean,
}

# Subject that says no more than that the watch is known.
_KNOWN = ""
_SUBJECTS = {
    "any_new_mention": """
        select distinct episode_id from mentions where entity_id = $entity and field <> 'speaker_label'
    """,
    "first_on_show": """
        select distinct episodes.show_id
        from mentions join episodes using (episode_id)
        where entity_id = $entity and field <> 'speaker_label' and episodes.show_id is not null
    """,
    "momentum_above": "select 'above' from entity_momentum where entity_id = $entity and momentum > $threshold",
}
_MENTIONS = """
    select
        mentions.mention_id,
        mentions.entity_name,
        mentions.context as quote,
        mentions.url_at_time,
        episodes.episode_id,
        episodes.display_title as episode_title,
        episodes.show_id,
        (select any_value(momentum) from entity_momentum where entity_id = $entity) as momentum,
    from mentions join episodes using (episode_id)
    where mentions.entity_id = $entity and mentions.field <> 'speaker_label'
"""
# Speech comes before a title or description, which has no time to listen at.
_ORDER = "mentions.field = 'transcript' desc, mentions.start_s nulls last, mentions.char_start, mentions.mention_id"
_QUOTES = {
    "any_new_mention": f"{_MENTIONS} and episodes.episode_id = any($subjects) "
    f"order by episodes.published_on nulls last, episodes.episode_id, {_ORDER}",
    "first_on_show": f"{_MENTIONS} and episodes.show_id = any($subjects) "
    f"qualify row_number() over (partition by episodes.show_id "
    f"order by episodes.published_on nulls last, episodes.episode_id, {_ORDER}) = 1 order by episodes.show_id",
    # The latest conversation is what made it rise; what is paid for does not count for momentum.
    "momentum_above": f"{_MENTIONS} and mentions.segment_kind not in ('sponsor', 'promo') and len($subjects) > 0 "
    f"order by episodes.published_on desc nulls last, episodes.episode_id, {_ORDER} limit 1",
}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """New rows of the table `alerts`, and what the next release must remember of the watches."""

    alerts: pl.DataFrame
    states: pl.DataFrame


def watch_key(watch: Watch) -> str:
    """Return what the history knows a watch by: another entity or condition makes another watch of it."""
    return stable_id("watch", watch.watch_id, watch.entity_id, watch.condition)


def read_history(folder: Path, schema: Schema) -> pl.DataFrame:
    """Return an append-only table of the history, oldest first; empty where nothing was written yet."""
    files = sorted(folder.glob("*.parquet"))
    frames = [pl.read_parquet(file, glob=False).select(schema.keys()) for file in files]
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def evaluate(
    connection: duckdb.DuckDBPyConnection,
    watches: Iterable[Watch],
    states: pl.DataFrame,
    release_id: str,
    now: datetime,
) -> Evaluation:
    """Compare the release in `connection` with what the watches were met by before.

    states: all rows of the history `watch_states`, oldest first. Rows are returned sorted as alerts are read: by watch,
    in the order of the watchlist, then by date of publication.
    """
    remembered: dict[str, dict[str, bool]] = {}
    for key, subject, is_met in states.select("watch_key", "subject", "is_met").iter_rows():
        remembered.setdefault(key, {})[subject] = is_met
    alerts: list[dict[str, Any]] = []
    changes: list[tuple[str, str, str, bool]] = []
    for watch in watches:
        key = watch_key(watch)
        values: dict[str, Any] = {"entity": watch.entity_id}
        if watch.threshold is not None:
            values["threshold"] = watch.threshold
        current = {row[0] for row in connection.execute(_SUBJECTS[watch.kind], values).fetchall()}
        before = {subject for subject, is_met in remembered.get(key, {}).items() if is_met}
        if key not in remembered:
            changes += [(release_id, key, subject, True) for subject in (_KNOWN, *sorted(current))]
            continue
        new = sorted(current - before)
        changes += [(release_id, key, subject, True) for subject in new]
        if watch.kind == "momentum_above":
            changes += [(release_id, key, subject, False) for subject in sorted(before - current - {_KNOWN})]
        if new:
            rows = connection.execute(_QUOTES[watch.kind], {"entity": watch.entity_id, "subjects": new}).fetchall()
            alerts += [_alert(watch, key, row, release_id, now) for row in rows]
    return Evaluation(
        pl.DataFrame(alerts, schema=ALERTS_SCHEMA),
        pl.DataFrame(changes, schema=WATCH_STATES_SCHEMA, orient="row"),
    )


def _alert(watch: Watch, key: str, row: tuple[Any, ...], release_id: str, now: datetime) -> dict[str, Any]:
    mention_id, entity_name, quote, url, episode_id, title, show_id, momentum = row
    # Momentum may rise above the ratio more than once, with the same latest mention.
    occasion = release_id if watch.kind == "momentum_above" else mention_id
    return {
        "alert_id": stable_id("alert", key, occasion),
        "watch_id": watch.watch_id,
        "release_id": release_id,
        "entity_id": watch.entity_id,
        "entity_name": entity_name,
        "condition": watch.condition,
        "channel": watch.channel,
        "momentum": momentum if watch.kind == "momentum_above" else None,
        "show_id": show_id,
        "episode_id": episode_id,
        "episode_title": title,
        "mention_id": mention_id,
        "quote": quote,
        "url_at_time": url,
        "created_at": now,
    }
