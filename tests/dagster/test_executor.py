"""A run whose steps are processes of their own makes the same tables, and holds the warehouse folder all the time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from orchestration.definitions import defs
from orchestration.defs.executor import executor
from orchestration.defs.workspace import Workspace
from orchestration.run_lock import lock_holder
from tests.conftest import ROOT
from tests.e2e.test_incremental_warehouse import HISTORY
from tests.e2e.test_sample_corpus import hashes, rows, run


def test_the_executor_is_a_setting() -> None:
    assert executor({}) is dg.in_process_executor
    chosen = executor({"PODCAST_EXECUTOR": "multiprocess", "PODCAST_MAX_STEPS": "3"})
    assert chosen.name == "multiprocess"
    for wrong in ({"PODCAST_EXECUTOR": "threads"}, {"PODCAST_EXECUTOR": "multiprocess", "PODCAST_MAX_STEPS": "0"}):
        with pytest.raises(ValueError, match=r"PODCAST_.* is '.*': set it to"):
            executor(wrong)


@dg.asset
def one(context, workspace: Workspace) -> None:
    """Say who holds the folder while this step is at work."""
    _note(context, workspace)


@dg.asset(deps=[one])
def other(context, workspace: Workspace) -> None:
    """Say it too."""
    _note(context, workspace)


def _note(context: dg.AssetExecutionContext, workspace: Workspace) -> None:
    settings = workspace.settings()
    said = f"{os.getpid()} {context.run_id} {lock_holder(settings.warehouse / '.lock')}"
    (settings.warehouse / context.asset_key.path[-1]).write_text(said)


def noting() -> dg.JobDefinition:
    """Return a job of the two, with the executor of the settings."""
    job = dg.define_asset_job("noting", [one, other], executor_def=executor())
    return dg.Definitions([one, other], jobs=[job], resources={"workspace": Workspace()}).resolve_job_def("noting")


def warehouse() -> dg.JobDefinition:
    """Return the job of the project."""
    return defs().resolve_job_def("warehouse")


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Return an empty warehouse folder, of which steps in other processes know."""
    monkeypatch.setenv("PODCAST_WAREHOUSE", str(tmp_path / "warehouse"))
    monkeypatch.setenv("PODCAST_EXECUTOR", "multiprocess")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "warehouse").mkdir()
    return tmp_path / "warehouse"


def test_the_process_of_the_run_holds_the_folder_for_all_its_steps(folder) -> None:
    quiet = {"telemetry": {"enabled": False}}
    local = dg.DagsterInstance.local_temp(overrides=quiet)
    with local as instance, dg.execute_job(dg.reconstructable(noting), instance) as result:
        assert result.success
        run_id = result.run_id
    said = [(folder / name).read_text().split(" ", 2) for name in ("one", "other")]
    # Each step is a process of its own, and finds the folder held by this one.
    assert len({os.getpid(), *(int(pid) for pid, _, _ in said)}) == 3
    assert all(held.startswith(f"process {os.getpid()} (run {run_id},") for _, _, held in said)
    assert lock_holder(folder / ".lock") is None


@pytest.mark.slow
def test_steps_in_processes_of_their_own_make_the_same_tables(folder, tmp_path) -> None:
    alone = tmp_path / "alone"
    assert run(ROOT / "raw", alone).success
    # In a process of its own, as the daemon starts runs: the settings are read when the code is loaded.
    script = (
        "import dagster as dg, tests.dagster.test_executor as here\n"
        "with dg.DagsterInstance.local_temp(overrides={'telemetry': {'enabled': False}}) as instance:\n"
        "    with dg.execute_job(dg.reconstructable(here.warehouse), instance) as result:\n"
        "        assert result.success\n"
    )
    environment = {**os.environ, "PODCAST_RAW": str(ROOT / "raw")}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "multiprocess executor" in done.stderr
    # When a content was first read, and what tells of runs, is another matter for each.
    one, other = (
        {t: h for t, h in hashes(made).items() if t not in {"documents", *HISTORY}} for made in (folder, alone)
    )
    assert len(one) > 40 and one == other
    documents = "select * exclude (ingested_at) from documents order by document_id"
    assert rows(folder, documents) == rows(alone, documents)
    assert rows(folder, "select count(*) from pipeline_runs") == [(1,)]
