"""The folders of published releases: which one is served, whether one is whole, and the flip of the link to it.

Keep out: how a release is made (publish.py), and what is on record (history.py).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.io.files import as_pattern
from orchestration.models import NodeResult, read_results
from orchestration.settings import DATABASE_NAME, Settings


class ReleaseRefusedError(Exception):
    """A release failed a check. What was served before goes on being served."""


@dataclass(frozen=True, slots=True)
class Release:
    """A published release.

    key: hash of all that it was built from. coverage: share of its episodes that have a transcript, speakers, times.
    """

    release_id: str
    built_at: str
    key: str
    row_counts: dict[str, int]
    coverage: dict[str, float] = field(default_factory=dict)


def read_release(folder: Path) -> Release | None:
    """Return what `release.json` in `folder` says, or None where it is missing or damaged."""
    try:
        return Release(**json.loads((folder / "release.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return None


def current_release(settings: Settings) -> Release | None:
    """Return the release that is being served, or None."""
    return read_release(settings.warehouse / "current")


def kept_results(settings: Settings) -> list[NodeResult]:
    """Return what became of each dbt node when the release that is being served was built."""
    return read_results(settings.warehouse / "current")


def check_release(
    settings: Settings,
    folder: Path,
    row_counts: dict[str, int],
    *,
    is_searched: bool = True,
    is_every_row_read: bool = False,
) -> None:
    """Open the database in `folder` as a reader does, count its rows and, unless told otherwise, search in it.

    is_every_row_read: also read each row, so that DuckDB compares its checksums, and count the Parquet files.
    Raises ReleaseRefusedError, saying what is wrong.
    """
    log = folder / f"{DATABASE_NAME}.wal"
    if log.exists():
        raise ReleaseRefusedError(f"{log.name} is left beside the database: it was not closed properly")
    try:
        with duckdb.connect(str(folder / DATABASE_NAME), read_only=True, config=settings.duckdb_options) as connection:
            counts = {table: one(connection, f'select count(*) from "{table}"') for table in row_counts}
            if is_searched and "search_terms" in counts:
                _check_search(connection)
            if is_every_row_read:
                for table in row_counts:
                    one(connection, f'select bit_xor(hash(rows)) from "{table}" as rows')
                    file = as_pattern(folder / "parquet" / f"{table}.parquet")
                    rows = one(connection, "select count(*) from read_parquet($file)", {"file": file})
                    if rows != row_counts[table]:
                        raise ReleaseRefusedError(f"{table}.parquet has {rows} rows, not {row_counts[table]}")
    except duckdb.Error as error:
        raise ReleaseRefusedError(f"the database cannot be read: {error}") from error
    if counts != row_counts:
        raise ReleaseRefusedError(f"row counts changed on reopening: {row_counts} became {counts}")


def discard_scratch(settings: Settings) -> None:
    """Remove what an earlier attempt left in the scratch folder."""
    shutil.rmtree(settings.scratch, ignore_errors=True)


def serve(settings: Settings, release_id: str) -> None:
    """Let readers find the release of this id from now on: one rename, so they see the old one or the new one."""
    flip(settings.warehouse / "current", f"releases/{release_id}")
    flip(settings.database, f"current/{DATABASE_NAME}")


def remove_old(settings: Settings, kept: Iterable[str], published: set[str]) -> None:
    """Remove all but the newest releases and those in `kept`, and what a crash left that never became a release.

    published: ids of all releases that were ever served.
    """
    folders = sorted(path for path in settings.releases.glob("[0-9]*") if path.name in published)
    newest = {path.name for path in folders[-settings.releases_kept :]}
    for path in settings.releases.glob("[0-9]*"):
        if path.name not in newest | set(kept):
            shutil.rmtree(path, ignore_errors=True)


def flip(link: Path, target: str) -> None:
    """Point `link` at `target` in one step. A link of the same target is left alone."""
    if link.is_symlink() and str(link.readlink()) == target:
        return
    temporary = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)
    flush(link.parent)


def flush(path: Path) -> None:
    """Have the disk take what was written to a file or folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def one(connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, str | None] | None = None):
    """Return the first value of the first row, None where there is no row."""
    row = connection.execute(query, values).fetchone()
    return None if row is None else row[0]


def _check_search(connection: duckdb.DuckDBPyConnection) -> None:
    """Search for the commonest word of the index, which some turn must have, with nothing but what readers have."""
    word = one(connection, "select max_by(term, turn_count) from search_terms")
    try:
        found = one(connection, "select count(*) from search_turns($word)", {"word": word})
    except duckdb.Error as error:
        raise ReleaseRefusedError(f"search_turns cannot be called: {error}") from error
    if word is not None and not found:
        raise ReleaseRefusedError(f"search_turns does not find {word!r}, which is in its index")
