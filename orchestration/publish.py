"""The checked, atomic release of the warehouse.

A release is built in a scratch folder that nobody reads, finished and checked there, and then renamed to its place.
Publishing is the flip of one symbolic link, so a reader sees the old release or the new one, whole.
"""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from orchestration.alerts import ALERTS_SCHEMA, WATCH_STATES_SCHEMA, Schema, evaluate, read_history
from orchestration.catalog.watchlist import Watch
from orchestration.ids import stable_id
from orchestration.io.files import sha256_of_files, write_bytes, write_json
from orchestration.io.lake import Lake
from orchestration.models import NodeResult, project_fingerprint, read_results
from orchestration.pipeline import code_version, method_versions
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import Settings

DATABASE_NAME = "podcasts.duckdb"
RELEASES_KEPT = 5

WATCH_STATES = "watch_states"

PIPELINE_RUNS_SCHEMA: Schema = {
    "release_id": pl.String,
    "built_at": pl.Datetime("us", "UTC"),
    "as_of_date": pl.Date,
    "status": pl.String,
    "reason": pl.String,
    "code_version": pl.String,
    "method_versions": pl.String,
    "row_counts": pl.String,
}


class ReleaseRefusedError(Exception):
    """The new release failed a check. What was published before goes on being served."""


@dataclass(frozen=True, slots=True)
class Release:
    """A published release. `key` is the hash of all that it was built from."""

    release_id: str
    built_at: str
    key: str
    row_counts: dict[str, int]


def current_release(settings: Settings) -> Release | None:
    """Return the release that is being served, or None."""
    try:
        return Release(**json.loads((settings.warehouse / "current" / "release.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError, TypeError):
        return None


def kept_results(settings: Settings) -> list[NodeResult]:
    """Return what became of each dbt node when the release that is being served was built."""
    return read_results(settings.warehouse / "current")


def next_release_id(settings: Settings) -> str:
    """Return the id of the release to be built: a number of six digits, counting refused attempts too."""
    used = [path.stem for path in _runs_folder(settings).glob("[0-9]*.parquet")]
    used += [path.name for path in settings.releases.glob("[0-9]*")]
    return f"{max(map(int, used), default=0) + 1:06d}"


def scratch_database(settings: Settings) -> Path:
    """Return the file in which the next release is built."""
    return settings.scratch / next_release_id(settings) / DATABASE_NAME


def prepare_history(settings: Settings) -> None:
    """Make sure that the history of runs can be read, and that the release being served is in it."""
    folder = _runs_folder(settings)
    if not any(folder.glob("*.parquet")):
        _write_frame(folder / "empty.parquet", pl.DataFrame(schema=PIPELINE_RUNS_SCHEMA))
    if not any((settings.history / "alerts").glob("*.parquet")):
        _write_frame(settings.history / "alerts" / "empty.parquet", pl.DataFrame(schema=ALERTS_SCHEMA))
    current = current_release(settings)
    if current and not (folder / f"{current.release_id}.parquet").is_file():
        runs = pl.read_parquet(settings.warehouse / "current" / "parquet" / "pipeline_runs.parquet")
        this_run = runs.filter(pl.col("release_id") == current.release_id)
        _append_alerts(settings, settings.warehouse / "current", current.release_id)
        # Last, because its absence is what says that the history has to be mended.
        _write_frame(folder / f"{current.release_id}.parquet", this_run.select(PIPELINE_RUNS_SCHEMA.keys()))


def release_key(settings: Settings, lake: Lake) -> str:
    """Return the hash of all that a release is made of: the lake, the models, and this code."""
    tables = (lake.fingerprint(table) for table in LAKE_TABLES)
    pages = Path(__file__).with_name("dashboards")
    pages_code = [*pages.glob("*.py"), *pages.glob("assets/*")]
    code = sha256_of_files([Path(__file__), Path(__file__).with_name("alerts.py"), *pages_code])
    return stable_id("release", code, project_fingerprint(settings), *tables)


def record_refusal(settings: Settings, reason: str, now: datetime) -> None:
    """Append a refused attempt to the history of runs and remove what it left in the scratch folder."""
    release_id = next_release_id(settings)
    frame = _run_frame(release_id, now, None, "refused", reason, {})
    _write_frame(_runs_folder(settings) / f"{release_id}.parquet", frame)
    discard_scratch(settings)


def discard_scratch(settings: Settings) -> None:
    """Remove what an earlier attempt left in the scratch folder."""
    shutil.rmtree(settings.scratch, ignore_errors=True)


def publish(
    settings: Settings,
    key: str,
    now: datetime,
    tables: list[str],
    draw: Callable[[duckdb.DuckDBPyConnection, Path], object] | None = None,
    watches: tuple[Watch, ...] = (),
) -> Release:
    """Finish, check and publish the database in the scratch folder.

    key: hash of all that it was built from. tables: the tables that the release must have, and no others. draw: writes
    the dashboards of the finished database, opened read-only, into a folder. watches: the watchlist, which the table
    `alerts` answers.
    Raises ReleaseRefusedError, with nothing published, where a check fails, and what `draw` raises.
    """
    database = scratch_database(settings)
    release_id = database.parent.name
    if "alerts" in tables:
        _add_alerts(settings, database, release_id, now, watches)
    row_counts, frame = _finish(database, release_id, now, tables)
    _validate(database, row_counts)
    if draw:
        with duckdb.connect(str(database), read_only=True) as connection:
            draw(connection, database.parent / "dashboards")
    release = Release(release_id, now.isoformat(), key, row_counts)
    write_json(database.parent / "release.json", asdict(release))
    for path in (*database.parent.rglob("*"), database.parent):
        _flush(path)
    settings.releases.mkdir(parents=True, exist_ok=True)
    database.parent.rename(settings.releases / release_id)
    _flush(settings.releases)
    _flip(settings.warehouse / "current", f"releases/{release_id}")
    _flip(settings.database, f"current/{DATABASE_NAME}")
    _append_alerts(settings, settings.releases / release_id, release_id)
    _write_frame(_runs_folder(settings) / f"{release_id}.parquet", frame)
    _remove_old(settings, release_id)
    return release


def _add_alerts(settings: Settings, database: Path, release_id: str, now: datetime, watches: tuple[Watch, ...]) -> None:
    """Add the alerts of this release to its table, and leave beside it what the watches were met by."""
    states = read_history(settings.history / WATCH_STATES, WATCH_STATES_SCHEMA)
    with duckdb.connect(str(database)) as connection:
        evaluation = evaluate(connection, watches, states, release_id, now)
        connection.register("new_alerts", evaluation.alerts.to_arrow())
        connection.execute("insert into alerts by name select * from new_alerts")
        connection.unregister("new_alerts")
    _write_frame(database.with_name(f"{WATCH_STATES}.parquet"), evaluation.states)


def _append_alerts(settings: Settings, folder: Path, release_id: str) -> None:
    """Append to the history what the release in `folder` found for the watchlist. Doing it twice changes nothing."""
    for table, path in (
        ("alerts", folder / "parquet" / "alerts.parquet"),
        (WATCH_STATES, folder / f"{WATCH_STATES}.parquet"),
    ):
        if path.is_file():
            rows = pl.read_parquet(path).filter(pl.col("release_id") == release_id)
            if not rows.is_empty():
                _write_frame(settings.history / table / f"{release_id}.parquet", rows)


def _finish(database: Path, release_id: str, now: datetime, tables: list[str]) -> tuple[dict[str, int], pl.DataFrame]:
    """Add the row of this run, leave nothing but the promised tables, and write each as Parquet."""
    with duckdb.connect(str(database)) as connection:
        for schema in _names(connection, "select schema_name from duckdb_schemas() where not internal"):
            connection.execute(f'drop schema "{schema}" cascade')
        found = set(_names(connection, "select table_name from duckdb_tables() where schema_name = 'main'"))
        found |= set(_names(connection, "select view_name from duckdb_views() where not internal"))
        if found != set(tables):
            raise ReleaseRefusedError(
                f"the database should hold {len(tables)} tables: missing {sorted(set(tables) - found)}, "
                f"not expected {sorted(found - set(tables))}"
            )
        counts = {table: _one(connection, f'select count(*) from "{table}"') for table in sorted(tables)}
        counts["pipeline_runs"] += 1
        as_of = _one(connection, "select max(published_on) from episodes")
        frame = _run_frame(release_id, now, as_of, "published", None, counts)
        connection.register("this_run", frame.to_arrow())
        connection.execute("insert into pipeline_runs by name select * from this_run")
        connection.unregister("this_run")
        folder = database.parent / "parquet"
        folder.mkdir(exist_ok=True)
        for table in sorted(tables):
            target = str(folder / f"{table}.parquet").replace("'", "''")
            connection.execute(f"copy \"{table}\" to '{target}' (format parquet, compression zstd)")
        connection.execute("checkpoint")
    return counts, frame


def _validate(database: Path, row_counts: dict[str, int]) -> None:
    """Open the finished file as a reader does and count again."""
    log = database.with_name(database.name + ".wal")
    if log.exists():
        raise ReleaseRefusedError(f"{log.name} is left beside the database: it was not closed properly")
    offline: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    with duckdb.connect(str(database), read_only=True, config=offline) as connection:
        counts = {table: _one(connection, f'select count(*) from "{table}"') for table in row_counts}
        if "search_terms" in counts:
            _check_search(connection)
    if counts != row_counts:
        raise ReleaseRefusedError(f"row counts changed on reopening: {row_counts} became {counts}")


def _check_search(connection: duckdb.DuckDBPyConnection) -> None:
    """Search for the commonest word of the index, which some turn must have, with nothing but what readers have."""
    word = _one(connection, "select max_by(term, turn_count) from search_terms")
    try:
        found = _one(connection, "select count(*) from search_turns($word)", {"word": word})
    except duckdb.Error as error:
        raise ReleaseRefusedError(f"search_turns cannot be called: {error}") from error
    if word is not None and not found:
        raise ReleaseRefusedError(f"search_turns does not find {word!r}, which is in its index")


def _run_frame(
    release_id: str,
    now: datetime,
    as_of: date | None,
    status: str,
    reason: str | None,
    row_counts: dict[str, int],
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "release_id": [release_id],
            "built_at": [now],
            "as_of_date": [as_of],
            "status": [status],
            "reason": [reason],
            "code_version": [code_version()],
            "method_versions": [json.dumps(method_versions(), sort_keys=True)],
            "row_counts": [json.dumps(row_counts, sort_keys=True)],
        },
        schema=PIPELINE_RUNS_SCHEMA,
    )


def _runs_folder(settings: Settings) -> Path:
    return settings.history / "pipeline_runs"


def _write_frame(path: Path, frame: pl.DataFrame) -> None:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    write_bytes(path, buffer.getvalue())


def _names(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [row[0] for row in connection.execute(query).fetchall()]


def _one(connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, str | None] | None = None):
    row = connection.execute(query, values).fetchone()
    return None if row is None else row[0]


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flip(link: Path, target: str) -> None:
    """Point `link` at `target` in one step. A link of the same target is left alone."""
    if link.is_symlink() and str(link.readlink()) == target:
        return
    temporary = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)
    _flush(link.parent)


def _remove_old(settings: Settings, current: str) -> None:
    releases = sorted(path for path in settings.releases.glob("[0-9]*") if path.name != current)
    for path in releases[: max(0, len(releases) - RELEASES_KEPT + 1)]:
        shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(settings.scratch, ignore_errors=True)
