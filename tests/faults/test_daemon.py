"""A run of the daemon whose process is killed: noticed, told of, tried once more, and nothing is doubled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dagster as dg
import pytest

from orchestration.failure_message import FAILURE_VARIABLE
from tests.conftest import FAULTS, ROOT
from tests.faults.test_builds import Place, built, place

__all__ = ["built", "place"]
pytestmark = pytest.mark.slow
# The sensor looks twice, monitoring every 30 s; a run of three documents takes seconds, more where others compute.
PATIENCE_S = 600


class Listener(BaseHTTPRequestHandler):
    """Keeps what it is told."""

    told: list[dict]

    def do_POST(self) -> None:
        self.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def messages(monkeypatch) -> Iterator[list[dict]]:
    """Return what the webhook of failures is told."""
    heard: list[dict] = []
    server = HTTPServer(("127.0.0.1", 0), type("OneListener", (Listener,), {"told": heard}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(FAILURE_VARIABLE, f"http://127.0.0.1:{server.server_port}/")
    yield heard
    server.shutdown()
    server.server_close()


@contextmanager
def daemon(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the daemon as its unit of systemd does, in a process group of its own, and end that group."""
    command = [str(Path(sys.executable).parent / "dagster-daemon"), "run", "--module-name", "orchestration.definitions"]
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said, start_new_session=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(60)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(what: str, found: Callable[[], object], log: Path) -> object:
    """Return what `found` does as soon as it is true."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.2)
    pytest.fail(f"no {what} within {PATIENCE_S} s:\n{log.read_text(errors='replace')[-6000:]}")


@pytest.mark.parametrize("step", ["mentions", "models"])
def test_a_run_of_the_daemon_whose_process_is_killed(place: Place, messages, monkeypatch, tmp_path, step, tell):
    storage = place.warehouse / ".dagster"
    for name, value in {
        "PODCAST_RAW": place.raw,
        "PODCAST_WAREHOUSE": place.warehouse,
        "PODCAST_MAX_FALL": "1",
        "PODCAST_DAGSTER_STORAGE": storage,
        "DAGSTER_HOME": ROOT,
    }.items():
        monkeypatch.setenv(name, str(value))
    storage.mkdir(exist_ok=True)
    place.change("new")
    log = tmp_path / "daemon.log"
    with dg.DagsterInstance.get() as instance, daemon(log):
        earlier = {run.run_id for run in instance.get_runs()}

        def runs() -> list[dg.DagsterRun]:
            """Return the runs of the daemon, in the order in which they were made."""
            made = [record for record in instance.get_run_records() if record.dagster_run.run_id not in earlier]
            return [record.dagster_run for record in sorted(made, key=lambda record: record.storage_id)]

        def is_at_step() -> bool:
            events = dg.DagsterEventType.STEP_START
            return any(
                entry.dagster_event and entry.dagster_event.step_key == step
                for run in runs()[:1]
                for entry in instance.all_logs(run.run_id, of_type=events)
            )

        wait_for(f"run at {step}", is_at_step, log)
        first = runs()[0]
        holder = json.loads((place.warehouse / ".lock").read_text(encoding="utf-8"))
        assert first.run_id in holder["what"]
        os.kill(holder["pid"], signal.SIGKILL)
        killed_at = time.monotonic()
        saw = place.served()
        assert saw == "000001"

        def failed() -> bool:
            return runs()[0].status == dg.DagsterRunStatus.FAILURE

        wait_for("failed run", failed, log)
        noticed_s = time.monotonic() - killed_at
        wait_for("second try that is done", lambda: len(runs()) > 1 and runs()[1].is_finished, log)
        healed_s = time.monotonic() - killed_at
        wait_for("message", lambda: messages, log)
        tries = runs()
        assert [run.status for run in tries] == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS]
        assert tries[1].parent_run_id == first.run_id
    assert [first.run_id in str(message) for message in messages] == [True]
    assert messages[0]["served_release_id"] in ("000001", "000002")
    assert place.served() == "000002" and place.is_healed()
    tell(
        FAULTS,
        f"process of a daemon's run killed in {step}",
        f"release {saw}, whole",
        f"failed run noticed after {noticed_s:.0f} s and told; tried once more, published after {healed_s:.0f} s",
    )
