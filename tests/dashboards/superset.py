"""A Superset of its own for tests: started as `make superset` starts it, asked over its API."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bi.superset.datasets import write_assets
from orchestration.settings import Settings
from tests.conftest import ROOT

PYTHON = ROOT / ".venv-superset" / "bin" / "python"
PATIENCE_S = 120


class Superset:
    """A running server. said: what its start printed."""

    def __init__(self, process: subprocess.Popen[str], port: int, said: str, password: str) -> None:
        self.process, self.address, self.said, self.password = process, f"http://127.0.0.1:{port}", said, password
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self._headers = {"Content-Type": "application/json", "Referer": self.address}
        login = {"username": "admin", "password": password, "provider": "db"}
        self._headers["Authorization"] = f"Bearer {self.call('/api/v1/security/login', login)['access_token']}"
        self._headers["X-CSRFToken"] = self.call("/api/v1/security/csrf_token/")["result"]

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Return the answer of the API. Raises urllib.error.HTTPError where it is an error."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, self._headers)
        with self._opener.open(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def ids(self, kind: str, name: str) -> dict[str, int]:
        """Return the ids of all charts, datasets or dashboards by their name."""
        rows = self.call(f"/api/v1/{kind}/?q=(page_size:200)")["result"]
        return {row[name]: row["id"] for row in rows}

    def ask(self, table: str, expression: str) -> Any:
        """Return what an expression over a dataset gives."""
        metric = {"expressionType": "SQL", "sqlExpression": expression, "label": "answer"}
        source = {"id": self.ids("dataset", "table_name")[table], "type": "table"}
        query = {"datasource": source, "queries": [{"metrics": [metric], "columns": []}], "result_format": "json"}
        (result,) = self.call("/api/v1/chart/data", query | {"result_type": "full"})["result"]
        return result["data"][0]["answer"]


@contextlib.contextmanager
def open_superset(settings: Settings, home: Path, password: str | None = None) -> Iterator[Superset]:
    """Start a server, and end it as Ctrl-C does. password: of the administrator, where there is one already."""
    write_assets(settings, home / "assets")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = home / "log.txt"
    command = [str(PYTHON), str(ROOT / "bi" / "superset" / "start.py"), str(home), "--port", str(port)]
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, text=True, env={**os.environ, "NO_COLOR": "1"})
        try:
            end = time.monotonic() + PATIENCE_S
            while "Running on http" not in (said := log.read_text(encoding="utf-8")):
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"Superset did not start:\n{said}")
                time.sleep(0.2)
            found = re.search(r"Password: (\S+)", said)
            yield Superset(process, port, said, found[1] if found else password or "")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=PATIENCE_S)
