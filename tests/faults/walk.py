"""Kill publishing, or the stages of the lake, at every change of a file, one after the other.

    python -m tests.faults.walk publish|lake <empty folder> [--every N]

Prints a line of JSON for each fault: where, what a reader saw, what the next run did. A process of its own, which has
used neither Polars nor DuckDB when it forks.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

import duckdb
import polars as pl

from orchestration.catalog.load import load_catalog
from orchestration.history import prepare_history
from orchestration.io.lake import Lake
from orchestration.pipeline import build_lake
from orchestration.publish import publish
from orchestration.releases import current_release, discard_scratch
from orchestration.run_lock import run_lock
from orchestration.schemas.tables import INGEST_TABLES, LAKE_TABLES
from orchestration.settings import PROJECT_ROOT, Settings, load_settings
from tests.faults.killing import die_at, run_forked

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLES = ["episodes", "pipeline_runs", "turns"]
KILLED = -9


def release(settings: Settings, title: str) -> None:
    """Do what the last two steps of a run do, with a database of two small tables in place of dbt's."""
    with run_lock(settings, "test", NOW, print):
        _release(settings, title)


def _release(settings: Settings, title: str) -> None:
    prepare_history(settings)
    discard_scratch(settings)
    served = current_release(settings)
    if served and served.key == title:
        return
    database = settings.scratch_database
    database.parent.mkdir(parents=True, exist_ok=True)
    runs = str(settings.history / "pipeline_runs" / "*.parquet")
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table episodes as select ? as title, date '2026-02-03' as published_on", [title])
        connection.execute("create table turns as select ? as title from range(100)", [title])
        connection.execute(f"create table pipeline_runs as select * from read_parquet('{runs}')")
    publish(settings, title, NOW, TABLES)


def what_is_served(warehouse: Path) -> str:
    """Return the release that a reader finds, after checking that all of it belongs together. Raises AssertionError."""
    with duckdb.connect(str((warehouse / "podcasts.duckdb").resolve()), read_only=True) as connection:
        titles = {
            row[0] for row in connection.execute("select title from episodes union select title from turns").fetchall()
        }
        runs = [row[0] for row in connection.execute("select release_id from pipeline_runs order by 1").fetchall()]
    folder = (warehouse / "current").resolve()
    told = json.loads((folder / "release.json").read_text())
    assert titles == {told["key"]}, f"{titles} in the release of {told['key']}"
    assert runs[-1] == told["release_id"] == folder.name, f"{runs} in release {folder.name}"
    assert len(runs) == len(set(runs)), f"an attempt stands twice in pipeline_runs: {runs}"
    for table, rows in told["row_counts"].items():
        found = pl.scan_parquet(folder / "parquet" / f"{table}.parquet").select(pl.len()).collect().item()
        assert found == rows, f"{table}.parquet has {found} rows, not {rows}"
    return f"release {folder.name}, whole"


def leftovers(warehouse: Path) -> list[str]:
    """Return what no run leaves behind: temporary files, and the scratch folder."""
    found = [path for path in warehouse.rglob("*.tmp") if ".dagster" not in path.parts]
    found += [path for path in [warehouse / "scratch"] if path.exists()]
    return [str(path.relative_to(warehouse)) for path in found]


def walk_publish(folder: Path, every: int) -> Iterator[dict[str, str]]:
    """Publish a second release over a first one, killed at each change and in the middle of each file."""
    settings = replace(load_settings({}), warehouse=folder / "base")
    _must(partial(release, settings, "one"))
    for is_half_written in (False, True):
        for number in count(1, every):
            warehouse = folder / f"{'half' if is_half_written else 'change'}{number}"
            shutil.copytree(settings.warehouse, warehouse, symlinks=True)
            mine = replace(settings, warehouse=warehouse)

            def killed(mine: Settings = mine, number: int = number, is_half_written: bool = is_half_written) -> None:
                die_at(mine.warehouse, number, is_half_written)
                release(mine, "two")

            code, said = run_forked(killed)
            if code == 0:
                break
            assert code == KILLED, said
            saw = _said(partial(what_is_served, warehouse))
            _must(partial(release, mine, "two"))
            after = _said(partial(what_is_served, warehouse))
            # A third run finds nothing to do, and nothing doubled.
            _must(partial(release, mine, "two"))
            yield {
                "fault": said.strip(),
                "reader": saw,
                "next_run": after,
                "left": ", ".join(leftovers(warehouse)),
                "served": _said(partial(_title, warehouse)),
            }
            shutil.rmtree(warehouse)


def _title(warehouse: Path) -> str:
    with duckdb.connect(str(warehouse / "podcasts.duckdb"), read_only=True) as connection:
        row = connection.execute("select any_value(title) from episodes").fetchone()
    return str(row and row[0])


def walk_lake(folder: Path, every: int) -> Iterator[dict[str, str]]:
    """Build a lake with runs that are killed again and again, and compare it with one that was left alone."""
    raw = folder / "raw"
    raw.mkdir()
    for path in sorted((PROJECT_ROOT / "raw").rglob("*.*"))[:3]:
        shutil.copy(path, raw / path.name)
    alone = replace(load_settings({}), raw=raw, warehouse=folder / "alone")
    often = replace(alone, warehouse=folder / "often")
    _must(partial(_build, alone))
    for is_half_written in (False, True):
        kills = life = done = 0
        shutil.rmtree(often.warehouse, ignore_errors=True)
        while True:
            # A run that comes no further than the last lives one change longer.
            now_done = _stages_done(often.lake)
            life = life + every if now_done == done else 1
            done = now_done

            def killed(life: int = life, is_half_written: bool = is_half_written) -> None:
                die_at(often.warehouse, life, is_half_written)
                _build(often)

            code, said = run_forked(killed)
            if code == 0:
                break
            assert code == KILLED, said
            kills += 1
            yield {"fault": said.strip().splitlines()[-1], "next_run": "went on", "left": ""}
        same = _said(lambda: _differences(alone.lake, often.lake))
        yield {"fault": f"all {kills} together", "next_run": same, "left": ", ".join(leftovers(often.warehouse))}


def _stages_done(lake: Path) -> int:
    """Return how many steps are behind a run: the ingest tables are written together, all others one by one."""
    written = {path.parent.name for path in lake.glob("*/stage.json")}
    return len(written - INGEST_TABLES.keys()) + (written >= INGEST_TABLES.keys())


def _build(settings: Settings) -> None:
    with run_lock(settings, "test", NOW, print):
        build_lake(settings, load_catalog(settings.catalog), NOW, lambda line: None)


def _differences(one: Path, other: Path) -> str:
    wrong = [table for table in LAKE_TABLES if not Lake(one).read(table).equals(Lake(other).read(table))]
    return f"differs in {', '.join(wrong)}" if wrong else "the same rows"


def _must(work: Callable[[], None]) -> None:
    code, said = run_forked(work)
    assert code == 0, said


def _said(work: Callable[[], str]) -> str:
    code, said = run_forked(lambda: print(work(), file=sys.stderr, flush=True))
    return said.strip() if code == 0 else f"BROKEN: {said.strip()}"


def main() -> None:
    """Walk, and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["publish", "lake"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, help="leave out all but every n-th place")
    options = parser.parse_args()
    walk = {"publish": walk_publish, "lake": walk_lake}[options.what]
    for row in walk(options.folder.resolve(), options.every):
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
