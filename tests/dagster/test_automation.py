"""Sensors and schedules, by real looks on an instance that lives as long as the test."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import dagster as dg
import pytest

import orchestration.__main__ as command_line
import orchestration.defs.automation as automation
from orchestration.definitions import defs
from orchestration.defs.jobs import warehouse_job
from orchestration.failure_message import FAILURE_VARIABLE, Problem, failure_message, tell_failure
from orchestration.io.lake import Lake
from orchestration.releases import Release
from orchestration.settings import Settings, load_settings
from orchestration.status import read_status, render

SECRET = "the-secret-of-the-address"


@pytest.fixture
def here(tmp_path, monkeypatch) -> Settings:
    settings = replace(
        load_settings(), raw=tmp_path / "raw", warehouse=tmp_path / "warehouse", dbt_project=tmp_path / "dbt"
    )
    settings.raw.mkdir()
    settings.catalog.mkdir(parents=True)
    monkeypatch.setattr(automation, "load_settings", lambda: settings)
    return settings


class Looks:
    """The sensor, look after look, twenty seconds apart."""

    def __init__(self, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
        self.instance, self.now_s = instance, 1_000.0
        self.cursor: str | None = None
        monkeypatch.setattr(automation.time, "time", lambda: self.now_s)

    def look(self) -> list[str | None]:
        """Return the keys of the runs that are asked for."""
        self.now_s += 20
        data = automation.raw_changes.evaluate_tick(
            dg.build_sensor_context(self.instance, cursor=self.cursor, definitions=defs())
        )
        self.cursor = data.cursor
        return [request.run_key for request in data.run_requests or ()]


@pytest.fixture
def looks(monkeypatch) -> Iterator[Looks]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Looks(instance, monkeypatch)


def test_files_and_catalogue_are_watched_and_each_change_is_one_run(here, looks):
    assert [len(looks.look()) for _ in range(3)] == [0, 1, 0]
    (here.raw / "a.txt").write_text("one")
    assert [len(looks.look()) for _ in range(3)] == [0, 1, 0]
    (here.catalog / "aliases.csv").write_text("a line")
    assert [len(looks.look()) for _ in range(3)] == [0, 1, 0]
    (here.raw / "a.txt").unlink()
    assert [len(looks.look()) for _ in range(3)] == [0, 1, 0]


def test_files_that_arrive_together_are_one_run(here, looks):
    looks.look(), looks.look()
    asked = []
    for number in range(5):
        (here.raw / f"{number}.txt").write_text("x")
        asked += looks.look()
    assert asked == []
    assert len(looks.look()) == 1


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED])
def test_no_run_is_asked_for_while_one_is_queued_or_at_work(here, looks, status):
    job = defs().resolve_job_def(warehouse_job.name)
    run = looks.instance.create_run_for_job(job, status=status)
    assert [len(looks.look()) for _ in range(4)] == [0, 0, 0, 0]
    looks.instance.handle_new_event(_ended(run))
    assert len(looks.look()) == 1


def _ended(run: dg.DagsterRun) -> dg.EventLogEntry:
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, run.job_name, message="done")
    return dg.EventLogEntry(None, 20, "done", run.run_id, 1.0, job_name=run.job_name, dagster_event=event)


def test_all_of_it_is_on_as_soon_as_a_daemon_runs():
    repository = defs().get_repository_def()
    assert {sensor.name: sensor.default_status.value for sensor in repository.sensor_defs} == {
        "raw_changes": "RUNNING",
        "failures": "RUNNING",
    }
    assert {schedule.name: schedule.default_status.value for schedule in repository.schedule_defs} == {
        "daily": "RUNNING"
    }
    assert (automation.raw_changes.minimum_interval_seconds or 99) <= 20
    policy = repository.asset_graph.get(dg.AssetKey(["warehouse", "release"])).freshness_policy
    assert policy == dg.FreshnessPolicy.time_window(timedelta(hours=49), timedelta(hours=25))


def test_feeds_are_polled_where_some_are_listed(monkeypatch):
    monkeypatch.setattr("orchestration.definitions.is_any_feed_listed", lambda: True)
    repository = defs().get_repository_def()
    polling = next(schedule for schedule in repository.schedule_defs if schedule.name == "hourly_feeds")
    assert (polling.cron_schedule, polling.default_status.value) == ("17 * * * *", "RUNNING")
    job = repository.get_job("poll_feeds")
    assert [node.name for node in job.nodes] == ["feeds"]


class Listener(BaseHTTPRequestHandler):
    """Keeps what it is told, and answers as the test wants."""

    told: list[dict]
    answer = 204

    def do_POST(self) -> None:
        self.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def listener(monkeypatch) -> Iterator[type[Listener]]:
    kind = type("OneListener", (Listener,), {"told": []})
    server = HTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(FAILURE_VARIABLE, f"http://127.0.0.1:{server.server_port}/{SECRET}")
    yield kind
    server.shutdown()
    server.server_close()


@dg.op
def broken() -> None:
    """Fail as a step does that knows what is wrong."""
    raise dg.Failure("the disk of <!channel> is full: make room and run again", allow_retries=False)


@dg.job
def failing() -> None:
    """Run it."""
    broken()


def _look_at_failure(monkeypatch) -> Any:
    with dg.DagsterInstance.ephemeral() as instance:
        result = failing.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            "failures", result.get_run_failure_event(), instance, result.dagster_run
        )
        return automation.failures(context.for_run_failure())


def test_a_failed_run_is_told_with_what_broke_and_what_is_served(here, listener, monkeypatch):
    assert _look_at_failure(monkeypatch) is None
    (told,) = listener.told
    assert told["problems"] == [{"where": "broken", "said": "the disk of <!channel> is full: make room and run again"}]
    assert "Nothing is served" in told["text"] and "make status" in told["text"]
    assert "<!channel>" not in told["text"]


def test_a_webhook_that_fails_changes_nothing_and_its_address_is_not_told(here, listener, monkeypatch, capsys):
    listener.answer = 500
    skipped = _look_at_failure(monkeypatch)
    assert "answered 500" in skipped.skip_message and SECRET not in skipped.skip_message
    monkeypatch.setenv(FAILURE_VARIABLE, f"ftp://{SECRET}")
    skipped = _look_at_failure(monkeypatch)
    assert skipped.skip_message == f"{FAILURE_VARIABLE} is no http or https address"
    assert SECRET not in "".join(capsys.readouterr())


def test_without_a_webhook_nothing_is_sent(here):
    assert tell_failure(here, "run", [Problem("ingest", "no")], {}) is None


def test_the_message_names_the_release_that_is_served(here, monkeypatch):
    served = Release("000042", "2026-01-02T03:04:05+00:00", "key", {})
    monkeypatch.setattr("orchestration.failure_message.current_release", lambda settings: served)
    said = failure_message(here, "abc", [Problem("models", "x" * 9_000)])
    assert "Release 000042" in said["text"] and said["served_release_id"] == "000042"
    assert len(said["text"]) < 3_000
    assert "without saying why" in failure_message(here, "abc", [])["text"]


def test_a_build_by_hand_tells_its_failure_too(tmp_path, listener, monkeypatch, capsys):
    monkeypatch.setenv("PODCAST_RAW", str(tmp_path / "raw"))
    monkeypatch.setenv("PODCAST_WAREHOUSE", str(tmp_path / "warehouse"))
    (tmp_path / "raw").mkdir()

    def broken_ingest(*_: object) -> None:
        raise ValueError("what is there is not known for sure: run once for all")

    monkeypatch.setattr("orchestration.defs.lake.run_ingest", broken_ingest)
    assert command_line.main(["build"]) == 1
    (told,) = listener.told
    assert told["problems"][0] == {"where": "ingest", "said": "what is there is not known for sure: run once for all"}
    assert "What was published is not touched" in capsys.readouterr().err


def test_status_says_what_a_run_would_do_and_why(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PODCAST_RAW", str(tmp_path / "raw"))
    monkeypatch.setenv("PODCAST_WAREHOUSE", str(tmp_path / "warehouse"))
    assert command_line.main(["status"]) == 1
    assert "does not exist" in capsys.readouterr().err
    (tmp_path / "raw").mkdir()
    for number in range(7):
        (tmp_path / "raw" / f"{number}.txt").write_text(f"no podcast {number}")
    settings = load_settings()
    first = read_status(settings)
    assert (first.served_release_id, first.working) == (None, None)
    assert [(step.what, step.count, len(step.examples)) for step in first.steps] == [
        ("read new files", 7, 5),
        ("publish the first release", 0, 0),
    ]
    assert not settings.warehouse.exists()
    command_line.build_lake(settings, automation_catalog(), datetime(2026, 1, 1, tzinfo=UTC), lambda line: None)
    (tmp_path / "raw" / "0.txt").unlink()
    (tmp_path / "raw" / "1.txt").write_text("another text")
    (tmp_path / "raw" / "2.txt").rename(tmp_path / "raw" / "two.txt")
    before = {path: path.stat().st_mtime_ns for path in settings.warehouse.rglob("*")}
    said = {step.what: (step.count, step.examples) for step in read_status(settings).steps}
    assert said["read changed files"] == (1, ("1.txt",))
    assert said["note other names of known contents"] == (1, ("two.txt",))
    assert said["drop files"] == (2, ("0.txt", "2.txt"))
    assert {path: path.stat().st_mtime_ns for path in settings.warehouse.rglob("*")} == before
    shown = render(first, datetime(2026, 1, 1, tzinfo=UTC))
    assert "read new files (7): they are not in the lake" in shown and "and 2 more" in shown
    assert Lake(settings.lake).row_count("documents") == 7
    assert command_line.main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"]


def automation_catalog():
    """Return the catalogue of the project."""
    from orchestration.catalog.load import load_catalog

    return load_catalog(load_settings().catalog)
