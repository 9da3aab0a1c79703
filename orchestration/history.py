"""The append-only history in `warehouse/history/`: a file of Parquet a release attempt and table.

What a release found (alerts, changes of mentions) is in its own tables first and is copied here once it is served, so
that a crash between the two is mended by copying again.
"""

from __future__ import annotations

import fcntl
import io
import json
from datetime import date, datetime
from pathlib import Path

import polars as pl

from orchestration.alerts import ALERTS_SCHEMA, WATCH_STATES_SCHEMA, Schema
from orchestration.io.files import sha256_of_files, write_bytes
from orchestration.mention_changes import MENTION_CHANGES_SCHEMA
from orchestration.models import models_version
from orchestration.pipeline import code_version, method_versions
from orchestration.releases import Release, current_release, discard_scratch
from orchestration.settings import Settings

WATCH_STATES = "watch_states"
PIPELINE_RUNS_SCHEMA: Schema = {
    "release_id": pl.String,
    "built_at": pl.Datetime("us", "UTC"),
    "as_of_date": pl.Date,
    "status": pl.String,
    "reason": pl.String,
    "served_release_id": pl.String,
    "release_key": pl.String,
    "code_version": pl.String,
    "method_versions": pl.String,
    "catalog_version": pl.String,
    "duration_s": pl.Float64,
    "row_counts": pl.String,
    "mentions_appeared": pl.Int64,
    "mentions_vanished": pl.Int64,
    "mentions_changed": pl.Int64,
}
# Tables that each release has a copy of.
HISTORY_TABLES: dict[str, Schema] = {
    "pipeline_runs": PIPELINE_RUNS_SCHEMA,
    "alerts": ALERTS_SCHEMA,
    "mention_changes": MENTION_CHANGES_SCHEMA,
}
# Files of the catalogue that have no say in what a mention is.
_NOT_CATALOG = {"watchlist.csv", "measured_quality.csv"}


def next_release_id(settings: Settings) -> str:
    """Return the id of the next attempt: a number of six digits, counting refused ones and rollbacks too."""
    used = [path.stem for path in (settings.history / "pipeline_runs").glob("[0-9]*.parquet")]
    used += [path.name for path in settings.releases.glob("[0-9]*")]
    return f"{max(map(int, used), default=0) + 1:06d}"


def prepare_history(settings: Settings) -> None:
    """Make sure that the tables of history can be read, and that the release being served is in them."""
    for table, schema in HISTORY_TABLES.items():
        # Gives columns that came later to the files from before.
        empty = settings.history / table / "empty.parquet"
        if not empty.is_file() or pl.read_parquet_schema(empty) != schema:
            write_frame(empty, pl.DataFrame(schema=schema))
    current = current_release(settings)
    if current and not _runs_file(settings, current.release_id).is_file():
        append_release(settings, settings.warehouse / "current", current.release_id)


def append_release(settings: Settings, folder: Path, release_id: str) -> None:
    """Append what the release in `folder` has to tell. Doing it twice changes nothing."""
    parquet = folder / "parquet"
    _append(settings, "alerts", parquet / "alerts.parquet", ALERTS_SCHEMA, release_id)
    _append(settings, WATCH_STATES, folder / f"{WATCH_STATES}.parquet", WATCH_STATES_SCHEMA, release_id)
    _append(settings, "mention_changes", parquet / "mention_changes.parquet", MENTION_CHANGES_SCHEMA, release_id)
    # Last, because its absence is what says that the history has to be mended.
    _append(settings, "pipeline_runs", parquet / "pipeline_runs.parquet", PIPELINE_RUNS_SCHEMA, release_id)


def record_refusal(settings: Settings, reason: str, now: datetime, duration_s: float | None = None) -> None:
    """Append a refused attempt to the history of runs and remove what it left in the scratch folder."""
    settings.history.mkdir(parents=True, exist_ok=True)
    # Two checks of one run may refuse in the same moment, each in a process of its own.
    with (settings.history / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        served = current_release(settings)
        frame = run_row(settings, next_release_id(settings), now, "refused", reason, served, duration_s=duration_s)
        append_run(settings, frame)
    discard_scratch(settings)


def append_run(settings: Settings, row: pl.DataFrame) -> None:
    """Append an attempt that made no release. Raises FileExistsError where its number was taken meanwhile."""
    path = _runs_file(settings, row["release_id"].item())
    if path.exists():
        raise FileExistsError(f"{path.name} is in the history already: another run is at work on this warehouse")
    write_frame(path, row)


def read_runs(settings: Settings) -> pl.DataFrame:
    """Return all attempts, oldest first."""
    files = (settings.history / "pipeline_runs").glob("[0-9]*.parquet")
    frames = [pl.DataFrame(schema=PIPELINE_RUNS_SCHEMA), *(pl.read_parquet(file, glob=False) for file in files)]
    return pl.concat(frames, how="diagonal").sort("release_id")


def run_row(
    settings: Settings,
    release_id: str,
    now: datetime,
    status: str,
    reason: str | None,
    served: Release | None,
    *,
    as_of: date | None = None,
    duration_s: float | None = None,
    row_counts: dict[str, int] | None = None,
    change_counts: dict[str, int] | None = None,
) -> pl.DataFrame:
    """Return an attempt as a row of `pipeline_runs`.

    served: what is served after it. change_counts: mentions that `appeared`, `vanished`, `changed`; None where there
    was nothing to compare with.
    """
    return pl.DataFrame(
        {
            "release_id": [release_id],
            "built_at": [now],
            "as_of_date": [as_of],
            "status": [status],
            "reason": [reason],
            "served_release_id": [served and served.release_id],
            "release_key": [served and served.key],
            "code_version": [code_version()],
            "method_versions": [json.dumps({**method_versions(), "models": models_version(settings)}, sort_keys=True)],
            "catalog_version": [catalog_version(settings)],
            "duration_s": [duration_s],
            "row_counts": [json.dumps(row_counts or {}, sort_keys=True)],
            **{
                f"mentions_{change}": [None if change_counts is None else change_counts.get(change, 0)]
                for change in ("appeared", "vanished", "changed")
            },
        },
        schema=PIPELINE_RUNS_SCHEMA,
    )


def catalog_version(settings: Settings) -> str:
    """Return a short hash over the files of the catalogue that say what is a mention, and how sure it is."""
    return sha256_of_files([path for path in settings.catalog.glob("*.csv") if path.name not in _NOT_CATALOG])[:12]


def write_frame(path: Path, frame: pl.DataFrame) -> None:
    """Write `frame` as Parquet, atomically."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    write_bytes(path, buffer.getvalue())


def _runs_file(settings: Settings, release_id: str) -> Path:
    return settings.history / "pipeline_runs" / f"{release_id}.parquet"


def _append(settings: Settings, table: str, file: Path, schema: Schema, release_id: str) -> None:
    if not file.is_file():
        return
    rows = pl.read_parquet(file, glob=False).filter(pl.col("release_id") == release_id)
    if not rows.is_empty():
        known = [column for column in schema if column in rows.columns]
        write_frame(settings.history / table / f"{release_id}.parquet", rows.select(known))
