"""What became of the mentions since the release that was served before, and why.

Mentions of both releases are paired in three ways, each among what the one before left over: by id; in the same
document, or the one that took its path, by field, entity, surface and sentence; and there by field, entity and surface,
where the sentence was edited. Where several are alike, the first is paired with the first, the second with the second.
A pair that differs in nothing but its place has not changed. Labels of speakers are left out, as in all counts.

A mention whose document is new, gone or replaced says so. For all others the cause is what differs between the two
releases, all of it where several things do: nobody can tell which of them it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from orchestration.alerts import Schema
from orchestration.ids import stable_id
from orchestration.io.files import as_pattern

MENTION_CHANGES_SCHEMA: Schema = {
    "change_id": pl.String,
    "release_id": pl.String,
    "previous_release_id": pl.String,
    "change": pl.String,
    "cause": pl.String,
    "changed_columns": pl.List(pl.String),
    "alike_count": pl.Int64,
    "mention_id": pl.String,
    "previous_mention_id": pl.String,
    "episode_id": pl.String,
    "document_id": pl.String,
    "path": pl.String,
    "field": pl.String,
    "entity_id": pl.String,
    "entity_type": pl.String,
    "entity_name": pl.String,
    "surface": pl.String,
    "context": pl.String,
}
_TYPES: dict[Any, Any] = dict(MENTION_CHANGES_SCHEMA)
# Rows kept for each change and cause; a new parser may change every mention there is.
MAX_ROWS = 1000
_COMPARED = (
    *("episode_id", "surface", "context", "speaker_person_id", "speaker_role", "start_s"),
    *("segment_kind", "match_rule", "confidence"),
)
_SHOWN = ("episode_id", "document_id", "field", "entity_id", "entity_type", "entity_name", "surface", "context")

_DOCUMENTS = """
    create temp table old_documents as select document_id, paths from read_parquet($documents);
    -- Text that took the place of another: the smallest path that both had stands for the two.
    create temp table replaced as
    select old.document_id as old_id, new.document_id as new_id, old.path
    from (select document_id, unnest(paths) as path from old_documents) as old
    join (select document_id, unnest(paths) as path from documents) as new using (path)
    where old.document_id not in (select document_id from documents)
        and new.document_id not in (select document_id from old_documents);
"""
# Nearly all mentions are as they were: they would be paired by id, and tell nothing.
_SAME = """
    create temp table same as
    select mention_id from mentions as new join old_mentions as old using (mention_id) where {alike};
"""
_SIDE = """
    create temp table {side} as
    select
        mentions.*,
        documents.paths[1] as path,
        coalesce(replaced.path, mentions.document_id) as place,
        replaced.path is not null as is_replaced,
        mentions.document_id in (select document_id from {others}) as is_in_both,
    from {mentions} as mentions
    left join {documents} as documents using (document_id)
    left join (select {side}_id as document_id, min(path) as path from replaced group by all) as replaced
        using (document_id)
    where field <> 'speaker_label' and mention_id not in (select mention_id from same);
"""
_PAIRS = (
    "mention_id",
    "place, field, entity_id, surface, context",
    "place, field, entity_id, surface",
)
_PAIR = """
    insert into pairs
    with
    old_left as (
        select *, row_number() over (partition by {columns} order by char_start, mention_id) as nth
        from old where mention_id not in (select old_id from pairs)
    ),
    new_left as (
        select *, row_number() over (partition by {columns} order by char_start, mention_id) as nth
        from new where mention_id not in (select new_id from pairs)
    )
    select old_left.mention_id, new_left.mention_id from old_left join new_left using ({columns}, nth);
"""
_CHANGES = """
    with
    changes as (
        select
            if(old.mention_id is null, 'appeared', if(new.mention_id is null, 'vanished', 'changed')) as change,
            case
                when coalesce(new.is_in_both, old.is_in_both) then $cause
                when coalesce(new.is_replaced, old.is_replaced) then 'document_changed'
                when new.mention_id is not null then 'new_document'
                else 'document_removed'
            end as cause,
            if(
                old.mention_id is null or new.mention_id is null,
                null,
                list_filter([{differing}], name -> name is not null)
            ) as changed_columns,
            new.mention_id,
            old.mention_id as previous_mention_id,
            {shown},
            coalesce(new.path, old.path) as path,
            coalesce(new.char_start, old.char_start) as char_start,
        from pairs
        full join new on pairs.new_id = new.mention_id
        full join old on pairs.old_id = old.mention_id
        where new.mention_id is null or old.mention_id is null or ({differs})
    )

    select *, count(*) over (partition by change, cause) as alike_count
    from changes
    qualify row_number() over (partition by change, cause order by path, char_start, entity_id, mention_id) <= $most
    order by change, cause, path, char_start, entity_id, mention_id, previous_mention_id
"""


@dataclass(frozen=True, slots=True)
class MentionChanges:
    """New rows of the table `mention_changes`, and how many mentions changed in each way, those left out too."""

    rows: pl.DataFrame
    counts: dict[str, int]


def mention_changes(
    connection: duckdb.DuckDBPyConnection, release_id: str, run: dict[str, Any], previous: Path, previous_id: str
) -> MentionChanges | None:
    """Compare the release in `connection` with the one in the folder `previous`, whose id is `previous_id`.

    run: the row of `pipeline_runs` of the new one.
    Returns None where that cannot be read or lacks a column: what was published by older code is no reason to fail.
    """
    files = {table: as_pattern(previous / "parquet" / f"{table}.parquet") for table in ("documents", "mentions")}
    runs_file = previous / "parquet" / "pipeline_runs.parquet"
    # A cursor sees the tables of the release and takes its own temporary ones with it.
    with connection.cursor() as cursor:
        try:
            before = pl.read_parquet(runs_file, glob=False).filter(release_id=previous_id).row(0, named=True)
            _prepare(cursor, files)
            cause = _cause(cursor, before, run)
            rows = cursor.execute(_changes_query(), {"cause": cause, "most": MAX_ROWS}).pl()
        except duckdb.OutOfMemoryException:
            # The release before can be read, so that its changes must not be missing.
            raise
        except (duckdb.Error, pl.exceptions.PolarsError, OSError):
            return None
    counts: dict[str, int] = {}
    for change, _, count in rows.select("change", "cause", "alike_count").unique().iter_rows():
        counts[change] = counts.get(change, 0) + count
    ids = [
        stable_id("mention_change", release_id, new or "", old or "")
        for new, old in rows.select("mention_id", "previous_mention_id").iter_rows()
    ]
    told = rows.with_columns(
        pl.Series("change_id", ids, dtype=pl.String),
        pl.lit(release_id).alias("release_id"),
        pl.lit(previous_id).alias("previous_release_id"),
    )
    return MentionChanges(told.select(MENTION_CHANGES_SCHEMA.keys()).cast(_TYPES), counts)


def _prepare(cursor: duckdb.DuckDBPyConnection, files: dict[str, str]) -> None:
    create, replaced = _DOCUMENTS.split(";", 1)
    cursor.execute(create, {"documents": files["documents"]})
    cursor.execute(replaced)
    # A view takes no parameters, and read as a table the mentions of a whole release would be in memory.
    path = files["mentions"].replace("'", "''")
    cursor.execute(f"create temp view old_mentions as select * from read_parquet('{path}')")
    alike = " and ".join(f"old.{name} is not distinct from new.{name}" for name in _COMPARED)
    cursor.execute(_SAME.format(alike=alike))
    sides = (("old", "documents", "old_mentions", "old_documents"), ("new", "old_documents", "mentions", "documents"))
    for side, others, mentions, documents in sides:
        cursor.execute(_SIDE.format(side=side, others=others, mentions=mentions, documents=documents))
    cursor.execute("create temp table pairs (old_id varchar, new_id varchar)")
    for columns in _PAIRS:
        cursor.execute(_PAIR.format(columns=columns))


def _cause(cursor: duckdb.DuckDBPyConnection, before: dict[str, Any], run: dict[str, Any]) -> str:
    """Return all that differs between the releases, for mentions of a document that both have."""
    is_other_method = json.loads(before["method_versions"]) != json.loads(run["method_versions"])
    is_other_catalog = before.get("catalog_version") != run["catalog_version"]
    ids = "select list(document_id order by document_id) from"
    is_other = cursor.execute(f"select ({ids} documents) is distinct from ({ids} old_documents)").fetchone() == (True,)
    causes = ["method_version"] * is_other_method + ["catalog"] * is_other_catalog
    # Files that are no documents (sidecars) matter too, so this is also what is left where nothing else differs.
    if not causes or is_other:
        causes.append("other_files")
    return "+".join(causes)


def _changes_query() -> str:
    tests = {name: f"old.{name} is distinct from new.{name}" for name in _COMPARED}
    # An episode that nothing else identifies is named after its document, so this says no more than the cause does.
    tests["episode_id"] += " and not new.is_replaced"
    differing = ", ".join(f"if({test}, '{name}', null)" for name, test in tests.items())
    differs = " or ".join(f"({test})" for test in tests.values())
    shown = ", ".join(f"if(new.mention_id is null, old.{name}, new.{name}) as {name}" for name in _SHOWN)
    return _CHANGES.format(differing=differing, differs=differs, shown=shown)
