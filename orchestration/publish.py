"""The checked, atomic release of the warehouse.

A release is built in a scratch folder that nobody reads, finished and checked there, and then renamed to its place.
Publishing is the flip of one symbolic link, so a reader sees the old release or the new one, whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from orchestration.alerts import WATCH_STATES_SCHEMA, evaluate, read_history
from orchestration.catalog.watchlist import Watch
from orchestration.guards import check_falls, coverage_of
from orchestration.history import (
    WATCH_STATES,
    append_release,
    next_release_id,
    read_runs,
    run_row,
    write_frame,
)
from orchestration.ids import stable_id
from orchestration.io.files import sha256_of_files, write_json
from orchestration.io.lake import Lake
from orchestration.mention_changes import mention_changes
from orchestration.models import project_fingerprint
from orchestration.releases import (
    Release,
    ReleaseRefusedError,
    check_release,
    current_release,
    discard_scratch,
    flush,
    one,
    remove_old,
    serve,
)
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import Settings


def release_key(settings: Settings, lake: Lake) -> str:
    """Return the hash of all that a release is made of: the lake, the models, and this code."""
    tables = (lake.fingerprint(table) for table in LAKE_TABLES)
    here = Path(__file__).parent
    code = [here / f"{name}.py" for name in ("publish", "history", "alerts", "mention_changes")]
    code += [*here.glob("dashboards/*.py"), *here.glob("dashboards/assets/*")]
    return stable_id("release", sha256_of_files(code), project_fingerprint(settings), *tables)


def publish(
    settings: Settings,
    key: str,
    now: datetime,
    tables: list[str],
    draw: Callable[[duckdb.DuckDBPyConnection, Path], object] | None = None,
    watches: tuple[Watch, ...] = (),
    *,
    is_fall_accepted: bool = False,
    duration_s: float | None = None,
) -> Release:
    """Finish, check and publish the database in the scratch folder.

    key: hash of all that it was built from. tables: the tables that the release must have, and no others. draw: writes
    the dashboards of the finished database, opened read-only, into a folder. watches: the watchlist, which the table
    `alerts` answers. is_fall_accepted: let it through even where much of what the served release has is gone.
    duration_s: seconds that the run took so far.
    Raises ReleaseRefusedError, with nothing published, where a check fails, and what `draw` raises.
    """
    database = settings.scratch_database
    folder = database.parent
    served = current_release(settings)
    try:
        release = _finish(settings, next_release_id(settings), key, now, tables, watches, served, duration_s)
    except duckdb.OutOfMemoryException as error:
        message = (
            f"no memory left to finish the release: {error}; give DuckDB more with PODCAST_DUCKDB_MEMORY, such as 3GB"
        )
        raise ReleaseRefusedError(message) from error
    if served and not is_fall_accepted:
        check_falls(served, release.row_counts, release.coverage, settings.max_fall)
    check_release(settings, folder, release.row_counts)
    if draw:
        with duckdb.connect(str(database), read_only=True, config=settings.duckdb_options) as connection:
            draw(connection, folder / "dashboards")
    write_json(folder / "release.json", asdict(release))
    for path in (*folder.rglob("*"), folder):
        flush(path)
    settings.releases.mkdir(parents=True, exist_ok=True)
    folder.rename(settings.releases / release.release_id)
    flush(settings.releases)
    serve(settings, release.release_id)
    append_release(settings, settings.releases / release.release_id, release.release_id)
    # The one served until now stays as well, wherever a rollback had gone: readers may just be opening it.
    kept = [release.release_id, *([served.release_id] if served else [])]
    remove_old(settings, kept, set(read_runs(settings).filter(status="published")["release_id"]))
    discard_scratch(settings)
    return release


def _finish(
    settings: Settings,
    release_id: str,
    key: str,
    now: datetime,
    tables: list[str],
    watches: tuple[Watch, ...],
    served: Release | None,
    duration_s: float | None,
) -> Release:
    """Add what this release has to tell of itself, leave only the promised tables, and write each as Parquet."""
    database = settings.scratch_database
    with duckdb.connect(str(database), config=settings.duckdb_options) as connection:
        _keep_only(connection, tables)
        if "alerts" in tables:
            states = read_history(settings.history / WATCH_STATES, WATCH_STATES_SCHEMA)
            evaluation = evaluate(connection, watches, states, release_id, now)
            _insert(connection, "alerts", evaluation.alerts)
            write_frame(database.with_name(f"{WATCH_STATES}.parquet"), evaluation.states)
        release = Release(release_id, now.isoformat(), key, {}, coverage_of(connection))
        run = run_row(settings, release_id, now, "published", None, release, duration_s=duration_s)
        changes = None
        if "mention_changes" in tables and served:
            previous = settings.releases / served.release_id
            changes = mention_changes(connection, release_id, run.row(0, named=True), previous, served.release_id)
            if changes:
                _insert(connection, "mention_changes", changes.rows)
        for table in sorted(tables):
            release.row_counts[table] = one(connection, f'select count(*) from "{table}"')
        release.row_counts["pipeline_runs"] += 1
        as_of: date | None = one(connection, "select max(published_on) from episodes")
        run = run_row(
            settings,
            release_id,
            now,
            "published",
            None,
            release,
            as_of=as_of,
            duration_s=duration_s,
            row_counts=release.row_counts,
            change_counts=changes.counts if changes else None,
        )
        _insert(connection, "pipeline_runs", run)
        folder = database.parent / "parquet"
        folder.mkdir(exist_ok=True)
        for table in sorted(tables):
            target = str(folder / f"{table}.parquet").replace("'", "''")
            connection.execute(f"copy \"{table}\" to '{target}' (format parquet, compression zstd)")
        connection.execute("checkpoint")
    return release


def _keep_only(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> None:
    for schema in _names(connection, "select schema_name from duckdb_schemas() where not internal"):
        connection.execute(f'drop schema "{schema}" cascade')
    found = set(_names(connection, "select table_name from duckdb_tables() where schema_name = 'main'"))
    found |= set(_names(connection, "select view_name from duckdb_views() where not internal"))
    if found != set(tables):
        raise ReleaseRefusedError(
            f"the database should hold {len(tables)} tables: missing {sorted(set(tables) - found)}, "
            f"not expected {sorted(found - set(tables))}"
        )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    connection.register("new_rows", rows.to_arrow())
    connection.execute(f'insert into "{table}" by name select * from new_rows')
    connection.unregister("new_rows")


def _names(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [row[0] for row in connection.execute(query).fetchall()]
