"""A run whose record is kept with open connections leaves the record that Dagster itself would leave."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orchestration.run_records import open_instance
from orchestration.settings import PROJECT_ROOT

# Ends without closing anything, as a process that is killed does.
_KILLED = """
import os
from orchestration.run_records import open_instance
from tests.unit.test_run_records import run_in

run_in(open_instance())
os._exit(9)
"""


@dg.asset(check_specs=[dg.AssetCheckSpec("holds", asset="table")])
def table() -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    yield dg.MaterializeResult(metadata={"rows": 3})
    yield dg.AssetCheckResult(passed=True, check_name="holds", asset_key="table")


@pytest.fixture(autouse=True)
def _storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(tmp_path / "ours", monkeypatch)


def use(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage.mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(PROJECT_ROOT))
    monkeypatch.setenv("PODCAST_DAGSTER_STORAGE", str(storage))


def run_in(instance: dg.DagsterInstance) -> None:
    assert dg.materialize([table], instance=instance).success


def record() -> list[tuple[str, list[str]]]:
    """Return what Dagster itself reads: of each run its end and its events."""
    with dg.DagsterInstance.get() as instance:
        return [
            (run.status.value, [str(log.dagster_event_type) for log in instance.all_logs(run.run_id)])
            for run in instance.get_runs()
        ]


def test_dagster_reads_the_record_while_it_is_written_and_afterwards(tmp_path, monkeypatch):
    with open_instance() as instance:
        run_in(instance)
        during = record()
        assert instance.get_latest_materialization_event(dg.AssetKey("table")) is not None
    assert during == record()
    use(tmp_path / "theirs", monkeypatch)
    with dg.DagsterInstance.get() as instance:
        run_in(instance)
    assert during == record()
    [(status, events)] = during
    assert status == "SUCCESS"
    assert "DagsterEventType.ASSET_CHECK_EVALUATION" in events


def test_a_killed_process_loses_no_event():
    with open_instance() as instance:
        run_in(instance)
    killed = subprocess.run([sys.executable, "-c", _KILLED], cwd=PROJECT_ROOT, check=False)
    assert killed.returncode == 9
    of_killed, whole = record()
    assert of_killed == whole


def test_what_dagster_wrote_before_is_gone_on_with():
    with dg.DagsterInstance.get() as instance:
        run_in(instance)
    with open_instance() as instance:
        run_in(instance)
    assert [status for status, _ in record()] == ["SUCCESS", "SUCCESS"]
