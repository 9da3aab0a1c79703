"""Runs that are killed at any place: readers see one whole release, and the next run heals."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import FAULTS, ROOT, Tell


def walk(what: str, folder: Path, every: int = 1) -> list[dict[str, str]]:
    """Return what happened at each fault."""
    command = [sys.executable, "-m", "tests.faults.walk", what, str(folder), "--every", str(every)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_publishing(faults: list[dict[str, str]], tell: Tell) -> None:
    assert {fault["reader"] for fault in faults} == {"release 000001, whole", "release 000002, whole"}
    assert all(fault["next_run"].endswith("whole") and fault["served"] == "two" for fault in faults), faults
    assert {fault["left"] for fault in faults} == {""}
    saw = Counter(fault["reader"] for fault in faults)
    told = ", ".join(f"{reader}: {times} times" for reader, times in sorted(saw.items()))
    halves = sum("killed at half of" in fault["fault"] for fault in faults)
    fault = f"publishing killed before {len(faults) - halves} changes of files, and in the middle of {halves} files"
    tell(FAULTS, fault, told, "published, nothing left over")


def test_publishing_killed_at_some_places(tmp_path, tell):
    check_publishing(walk("publish", tmp_path, every=3), tell)


@pytest.mark.slow
def test_publishing_killed_at_every_place(tmp_path, tell):
    check_publishing(walk("publish", tmp_path), tell)


@pytest.mark.slow
def test_the_lake_killed_at_every_place(tmp_path, tell):
    faults = walk("lake", tmp_path)
    together = [fault for fault in faults if fault["fault"].endswith("together")]
    assert [(fault["next_run"], fault["left"]) for fault in together] == [("the same rows", "")] * 2
    assert len(faults) > 200
    fault = f"the build of the lake killed {len(faults) - 2} times, before changes of files and in the middle of files"
    tell(FAULTS, fault, "readers do not read it", "went on; in the end the same rows")
