"""Debian's Chromium, driven over its debugging protocol."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium")
PATIENCE_S = 20


class Browser:
    """One tab. console: what went wrong on its pages; requests: the addresses that they asked for."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._last = 0
        self._session: str | None = None
        self.console: list[str] = []
        self.requests: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its answer. Raises RuntimeError where the browser refuses it."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE_S))
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self._note(answer)

    def _note(self, event: dict[str, Any]) -> None:
        method, parameters = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.console.append(json.dumps(parameters["exceptionDetails"])[:500])
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.console.append(" ".join(str(value.get("value")) for value in parameters["args"]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.console.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")

    def run(self, script: str) -> Any:
        """Return the value of an expression in the page. Raises RuntimeError where it throws."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:500])
        return answer["result"].get("value")

    def _is_true(self, script: str) -> bool:
        try:
            return bool(self.run(script))
        except RuntimeError as error:
            # The page that was asked has just made room for another one.
            if "navigated or closed" in str(error):
                return False
            raise

    def wait_for(self, script: str) -> None:
        """Wait until an expression is true. Raises TimeoutError where it never is."""
        end = time.monotonic() + PATIENCE_S
        while not self._is_true(script):
            if time.monotonic() > end:
                raise TimeoutError(f"{script} is still not true; console: {self.console}")
            time.sleep(0.05)

    def go(self, url: str, width: int = 1280, height: int = 900) -> None:
        """Go to an address, in a window of this size."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.call("Page.navigate", url="about:blank")
        self.wait_for("location.href === 'about:blank'")
        self.call("Page.navigate", url=url)

    def open(self, path: Path, width: int = 1280, height: int = 900) -> None:
        """Open a page from the disk and wait until its charts are drawn."""
        self.go(path.as_uri(), width, height)
        self.wait_for("document.documentElement?.dataset.ready === 'yes'")
        self.wait_for("document.querySelectorAll('.vega:not([data-drawn])').length === 0")

    def prefer(self, scheme: str) -> None:
        """Say which colours the reader's system prefers: `light` or `dark`."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path: Path) -> None:
        """Write a picture of what is seen."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


@contextlib.contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium with a profile of its own, and end it afterwards."""
    assert CHROMIUM
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        arguments = ["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        arguments += ["--hide-scrollbars", f"--user-data-dir={profile}", "--remote-debugging-port=0"]
        # A sandbox needs rights that root in a container does not have; the pages are our own.
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        process = subprocess.Popen(
            [CHROMIUM, *arguments, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            port = Path(profile) / "DevToolsActivePort"
            end = time.monotonic() + PATIENCE_S
            while not (port.is_file() and len(port.read_text().split()) == 2):
                if time.monotonic() > end or process.poll() is not None:
                    raise TimeoutError("Chromium did not start")
                time.sleep(0.05)
            number, place = port.read_text().split()
            with connect(f"ws://127.0.0.1:{number}{place}", max_size=None, open_timeout=PATIENCE_S) as socket:
                yield Browser(socket)
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_S)
