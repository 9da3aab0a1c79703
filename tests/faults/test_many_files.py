"""A raw folder of very many tiny files through whole runs; then one file more, and one less."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.pipeline import STAGES
from orchestration.raw_watch import state_of
from tests.conftest import FAULTS, ROOT
from tests.faults.many_files import write_tree

pytestmark = pytest.mark.slow
# As many as end in some minutes; set it to 100000 for an evening.
FILES = int(os.environ.get("PODCAST_SOAK_FILES") or 3000)
BY_EPISODE = [stage.table for stage in STAGES if stage.shared is not None]
NEW = "[00:00:00.000 --> 00:00:06.000]   a caption of pelicans\n[00:00:07.000 --> 00:00:13.000]   and of nothing else\n"


def build(monkeypatch: pytest.MonkeyPatch, warehouse: Path) -> tuple[float, dict[str, dict[str, Any]]]:
    """Build, and return the seconds that it took and what the run tells of each table of the lake."""
    started = time.monotonic()
    command = [sys.executable, "-m", "orchestration", "build"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    took = time.monotonic() - started
    monkeypatch.setenv("DAGSTER_HOME", str(ROOT))
    monkeypatch.setenv("PODCAST_DAGSTER_STORAGE", str(warehouse / ".dagster"))
    said = {}
    with dg.DagsterInstance.get() as instance:
        run = instance.get_run_records(limit=1)[0].dagster_run
        for entry in instance.all_logs(run.run_id, of_type={dg.DagsterEventType.ASSET_MATERIALIZATION}):
            made = entry.dagster_event.step_materialization_data.materialization if entry.dagster_event else None
            if made and made.asset_key.path[0] == "lake":
                said[made.asset_key.path[-1]] = {name: value.value for name, value in made.metadata.items()}
    return took, said


def documents(warehouse: Path) -> tuple[int, int]:
    """Return the number of documents and of files that the served release knows."""
    with duckdb.connect(str((warehouse / "podcasts.duckdb").resolve()), read_only=True) as connection:
        query = "select count(*), coalesce(sum(len(paths)), 0)::bigint from documents where status = 'parsed'"
        row = connection.execute(query).fetchone()
    assert row
    return row[0], row[1]


def test_very_many_files_and_then_one_more_and_one_less(tmp_path, monkeypatch, tell):
    raw, warehouse = tmp_path / "raw", tmp_path / "warehouse"
    kinds = write_tree(raw, FILES)
    monkeypatch.setenv("PODCAST_RAW", str(raw))
    monkeypatch.setenv("PODCAST_WAREHOUSE", str(warehouse))
    looked = time.monotonic()
    state_of([raw])
    looked = time.monotonic() - looked
    first_s, first = build(monkeypatch, warehouse)
    count, files = documents(warehouse)
    # Some duplicates repeat a caption whose first file they are: each content counts once, with all of its paths.
    assert (count, files) == (kinds["caption"], kinds["caption"] + kinds["duplicate"])
    assert {first[table]["computed_copy_count"] for table in BY_EPISODE} == {count}

    (raw / "000" / "00" / "new.txt").write_text(NEW, encoding="utf-8")
    more_s, more = build(monkeypatch, warehouse)
    assert documents(warehouse) == (count + 1, files + 1)
    assert (more["documents"]["parsed_count"], more["documents"]["hashed_count"]) == (1, 1)
    assert {more[table]["computed_copy_count"] for table in BY_EPISODE} == {1}

    (raw / "000" / "00" / "new.txt").unlink()
    less_s, less = build(monkeypatch, warehouse)
    assert documents(warehouse) == (count, files)
    assert (less["documents"]["parsed_count"], less["documents"]["dropped_count"]) == (0, 1)
    assert {less[table]["computed_copy_count"] for table in BY_EPISODE} == {0}
    tell(
        FAULTS,
        f"{FILES:,} tiny files, {kinds['duplicate']} of them double, {kinds['empty'] + kinds['junk']} empty or junk",
        f"all {count:,} contents once, after {first_s:.0f} s (a look at the folder: {looked:.2f} s)",
        f"one more: 1 read, 1 computed, {more_s:.0f} s; one less: 0 read, 0 computed, {less_s:.0f} s",
    )
