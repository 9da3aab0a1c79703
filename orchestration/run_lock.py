"""One writer at a time for a warehouse folder, over all processes of this machine."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import parent_process
from pathlib import Path

from orchestration.settings import Settings

_POLL_S = 0.2
# Tools keep files of their own there, and clean up themselves.
_NOT_OURS = frozenset((".dagster", ".dbt", ".superset"))


@contextmanager
def run_lock(settings: Settings, what: str, now: datetime, report: Callable[[str], None]) -> Iterator[None]:
    """Hold the warehouse folder for a run, and clear away what a killed run left there.

    Waits where another process holds it, and says so through `report` once. The lock is the operating system's
    (`flock` on `.lock`), so that it falls with the process that holds it, however that ends; what the file says is for
    people. what: the kind of work, for whoever waits.
    """
    settings.warehouse.mkdir(parents=True, exist_ok=True)
    path = settings.warehouse / ".lock"
    with path.open("a+", encoding="utf-8") as file:
        is_waiting = False
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not is_waiting:
                    report(f"waiting: {lock_holder(path) or 'another process'} is at work in {settings.warehouse}")
                    is_waiting = True
                time.sleep(_POLL_S)
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "what": what, "since": now.isoformat(timespec="seconds")}))
        file.flush()
        _clear_away(settings)
        try:
            yield
        finally:
            file.truncate(0)


def is_held_by_parent(settings: Settings) -> bool:
    """Tell whether the process that started this one to take a part of its work holds the warehouse folder."""
    parent = parent_process()
    if parent is None:
        return False
    path = settings.warehouse / ".lock"
    return (lock_holder(path) or "").startswith(f"process {parent.pid} ")


def lock_holder(path: Path) -> str | None:
    """Return who holds the lock, in words; None where it is free or does not say."""
    try:
        with path.open(encoding="utf-8") as file:
            try:
                # Shared, so that two that ask do not see each other. Who was killed has left its name, not its lock.
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None
            except BlockingIOError:
                held = json.load(file)
        return f"process {held['pid']} ({held['what']}, since {held['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _clear_away(settings: Settings) -> None:
    """Remove temporary files: whoever was writing them does so no more."""
    for folder, folders, files in os.walk(settings.warehouse):
        folders[:] = [name for name in folders if name not in _NOT_OURS]
        for name in files:
            if name.startswith(".") and name.endswith(".tmp"):
                (Path(folder) / name).unlink(missing_ok=True)
