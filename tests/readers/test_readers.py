"""Real processes read without a pause while releases are published under them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.history import next_release_id, prepare_history
from orchestration.publish import publish
from orchestration.settings import Settings, load_settings
from tests.conftest import ROOT, WHILE_PUBLISHING
from tests.readers.reader import READERS, RECONNECTING, WRONG

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLES = ["episodes", "parts", "pipeline_runs", "turns"]
_PATIENCE_S = 120


def publish_one(settings: Settings, row_count: int) -> str:
    """Publish a small release whose tables each carry its id."""
    prepare_history(settings)
    release_id = next_release_id(settings)
    database = settings.scratch_database
    database.parent.mkdir(parents=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "create table pipeline_runs as select * from read_parquet($files, union_by_name = true)",
            {"files": str(settings.history / "pipeline_runs" / "*.parquet")},
        )
        for table in ("episodes", "turns", "parts"):
            connection.execute(
                f"create table {table} as select $id as release_id, hash(number) as n, "
                "date '2026-02-03' as published_on from range($rows) as numbers (number)",
                {"id": release_id, "rows": row_count},
            )
    return publish(settings, release_id, NOW, TABLES).release_id


def read_while_publishing(folder: Path, releases: int, row_count: int, pause_s: float) -> dict[str, dict]:
    """Start all readers, publish `releases` one after another, and return what each reader saw."""
    settings = replace(load_settings({}), warehouse=folder / "warehouse")
    publish_one(settings, row_count)
    signals = folder / "signals"
    signals.mkdir()
    command = [sys.executable, "-m", "tests.readers.reader"]
    readers = {
        kind: subprocess.Popen(
            [*command, kind, str(settings.warehouse), str(signals)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for kind in READERS
    }
    try:
        deadline = time.monotonic() + _PATIENCE_S
        while len(list(signals.glob("*.ready"))) < len(readers):
            assert time.monotonic() < deadline, "not all readers came up"
            time.sleep(0.05)
        for _ in range(releases):
            publish_one(settings, row_count)
            time.sleep(pause_s)
        (signals / "stop").touch()
        return {kind: json.loads(reader.communicate(timeout=_PATIENCE_S)[0]) for kind, reader in readers.items()}
    finally:
        for reader in readers.values():
            reader.kill()


def check(saw: dict[str, dict], newest: str) -> None:
    """Hold what readers saw against what is promised to them."""
    for kind, told in saw.items():
        if kind not in WRONG:
            assert told["errors"] == [], kind
            assert told["mixed"] == 0, kind
            assert told["seen"] == sorted(told["seen"]), f"{kind} went back to an older release"
        if kind in RECONNECTING:
            assert told["seen"][-1] == newest, kind
    assert saw["connection held open"]["seen"] == ["000001"]


@pytest.mark.parametrize(
    ("releases", "row_count", "pause_s"),
    [
        pytest.param(4, 1000, 0.0, id="short"),
        pytest.param(20, 100_000, 1.0, id="20 releases", marks=pytest.mark.slow),
    ],
)
def test_no_reader_meets_an_error_or_a_mixture(tmp_path, releases, row_count, pause_s, tell):
    saw = read_while_publishing(tmp_path, releases, row_count, pause_s)
    for kind, told in saw.items():
        seen = told["seen"]
        tell(
            WHILE_PUBLISHING,
            f"{kind}, {releases} releases",
            told["queries"],
            len(told["errors"]),
            told["mixed"],
            len(seen),
            seen[-1],
        )
    check(saw, f"{releases + 1:06d}")
    shutil.rmtree(tmp_path / "warehouse")


def test_files_read_through_the_link_one_by_one_can_be_of_two_releases(tmp_path):
    settings = replace(load_settings({}), warehouse=tmp_path)

    def release_in(folder: Path, table: str) -> str:
        query = "select distinct release_id from read_parquet($file)"
        row = duckdb.execute(query, {"file": str(folder / f"{table}.parquet")}).fetchone()
        return row[0] if row else ""

    publish_one(settings, 3)
    by_link, resolved = tmp_path / "current" / "parquet", (tmp_path / "current").resolve() / "parquet"
    before = [release_in(folder, "episodes") for folder in (by_link, resolved)]
    publish_one(settings, 3)
    after = [release_in(folder, "turns") for folder in (by_link, resolved)]
    assert (before, after) == (["000001", "000001"], ["000002", "000001"])
