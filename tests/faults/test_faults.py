"""Runs that are killed at any place: readers see one whole release, and the next run heals."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def walk(what: str, folder: Path, every: int = 1) -> list[dict[str, str]]:
    """Return what happened at each fault, and print it as a table."""
    command = [sys.executable, "-m", "tests.faults.walk", what, str(folder), "--every", str(every)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    faults = [json.loads(line) for line in done.stdout.splitlines()]
    for fault in faults:
        print(" | ".join(fault.values()))
    return faults


def check_publishing(faults: list[dict[str, str]]) -> None:
    assert {fault["reader"] for fault in faults} == {"release 000001, whole", "release 000002, whole"}
    assert all(fault["next_run"].endswith("whole") and fault["served"] == "two" for fault in faults), faults
    assert {fault["left"] for fault in faults} == {""}


def test_publishing_killed_at_some_places(tmp_path):
    check_publishing(walk("publish", tmp_path, every=3))


@pytest.mark.slow
def test_publishing_killed_at_every_place(tmp_path):
    check_publishing(walk("publish", tmp_path))


@pytest.mark.slow
def test_the_lake_killed_at_every_place(tmp_path):
    faults = walk("lake", tmp_path)
    together = [fault for fault in faults if fault["fault"].endswith("together")]
    assert [(fault["next_run"], fault["left"]) for fault in together] == [("the same rows", "")] * 2
    assert len(faults) > 200
