"""One writer at a time, over processes, and what a killed one left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orchestration.run_lock import lock_holder, run_lock
from orchestration.settings import Settings, load_settings
from tests.conftest import ROOT

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOLD = """
import sys
from datetime import UTC, datetime
from orchestration.run_lock import run_lock
from orchestration.settings import load_settings
with run_lock(load_settings(), "build", datetime(2026, 3, 1, tzinfo=UTC), lambda line: print(line, flush=True)):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def settings(tmp_path) -> Settings:
    return replace(load_settings({}), warehouse=tmp_path / "warehouse")


def hold(settings: Settings) -> subprocess.Popen[str]:
    environment = os.environ | {"PODCAST_WAREHOUSE": str(settings.warehouse)}
    command = [sys.executable, "-c", HOLD]
    pipes = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipes, stdout=pipes, text=True)


def next_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_a_second_writer_waits_and_says_for_whom(settings):
    first = hold(settings)
    assert next_line(first) == "held"
    assert lock_holder(settings.warehouse / ".lock") == f"process {first.pid} (build, since 2026-03-01T00:00:00+00:00)"
    second = hold(settings)
    assert f"process {first.pid}" in next_line(second)
    first.communicate("done\n")
    assert next_line(second) == "held"
    second.communicate("done\n")
    assert lock_holder(settings.warehouse / ".lock") is None


def test_a_killed_writer_holds_nothing(settings):
    killed = hold(settings)
    assert next_line(killed) == "held"
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    said: list[str] = []
    with run_lock(settings, "build", NOW, said.append):
        assert said == []


def test_what_a_killed_writer_left_half_is_cleared_away(settings):
    ours = settings.lake / "mentions"
    theirs = settings.warehouse / ".dagster"
    for folder in (ours, theirs):
        folder.mkdir(parents=True)
        (folder / ".data.parquet.123.tmp").touch()
    (ours / "data.parquet").touch()
    with run_lock(settings, "build", NOW, print):
        assert [path.name for path in ours.iterdir()] == ["data.parquet"]
        assert len(list(theirs.iterdir())) == 1
