"""The asset that follows feeds: part of the job only where a feed is listed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from orchestration.defs.feeds import feeds, is_any_feed_listed
from orchestration.defs.workspace import Workspace
from tests.conftest import ROOT

SCRIPT = """
import sys
from orchestration.definitions import defs
from orchestration.defs.jobs import STEPS
graph = defs().resolve_job_def("warehouse").graph
names = set(graph.node_dict)
assert names == set(STEPS), names
upstream = graph.dependency_structure.input_to_upstream_outputs_for_node("ingest").values()
before = sorted({output.node.name for outputs in upstream for output in outputs})
print("feeds" in names, before, "orchestration.fetching" in sys.modules)
"""


def materialize(listed: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> dg.ExecuteInProcessResult:
    listed.write_text(text)
    monkeypatch.setenv("PODCAST_FEEDS", str(listed))
    return dg.materialize([feeds], resources={"workspace": Workspace()}, raise_on_error=False)


def test_without_a_feed_nothing_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "orchestration.fetching", None)
    result = materialize(tmp_path / "feeds.yml", "feeds: []", monkeypatch)
    assert result.success
    (made,) = result.asset_materializations_for_node("feeds")
    assert made.metadata["feeds"].value == 0
    assert not is_any_feed_listed()


def test_a_mistake_in_the_list_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = materialize(tmp_path / "feeds.yml", "feeds: [1]", monkeypatch)
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    said = failure.step_failure_data.user_failure_data
    assert said is not None and "feeds.yml: feed 1" in str(said.description)
    assert is_any_feed_listed()


def test_a_feed_that_fails_does_not_fail_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODCAST_RAW", str(tmp_path / "raw"))
    result = materialize(tmp_path / "feeds.yml", "feeds: ['http://127.0.0.1:9/feed']", monkeypatch)
    assert result.success
    (made,) = result.asset_materializations_for_node("feeds")
    assert made.metadata["failed"].value == 1
    assert "not public" in str(made.metadata["report"].value)


@pytest.mark.parametrize(
    ("listed", "expected"), [("[]", "False [] False"), ("['http://a.example/x']", "True ['feeds'] False")]
)
def test_the_job_fetches_first_where_a_feed_is_listed(tmp_path: Path, listed: str, expected: str) -> None:
    (tmp_path / "feeds.yml").write_text(f"feeds: {listed}")
    environment = os.environ | {"PODCAST_FEEDS": str(tmp_path / "feeds.yml")}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == expected, done.stderr[-2000:]
