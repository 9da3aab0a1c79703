"""Processes that are killed in the middle of their work, at a place that can be named.

Every change of a file below a folder is announced by Python's audit events before it happens. A process is killed, as
by `kill -9`, in front of the n-th of them, or with half of a file on the disk.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_CHANGES = frozenset(("open", "os.rename", "os.remove", "os.symlink", "os.mkdir", "os.rmdir"))
_FD_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
# What tools keep for themselves there is made anew by them, and nobody reads it.
_NOT_OURS = (".dagster", ".dbt")


def _changed_path(event: str, arguments: tuple[Any, ...]) -> str | None:
    if event not in _CHANGES:
        return None
    if event == "open":
        path, _, flags = arguments
        return os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) and flags & _FD_WRITES else None
    # A rename and a link tell where they lead second.
    return os.fsdecode(arguments[1] if event in ("os.rename", "os.symlink") else arguments[0])


def _is_watched(path: str, folder: str) -> bool:
    return path.startswith(folder + os.sep) and not path.removeprefix(folder + os.sep).startswith(_NOT_OURS)


def watch(folder: Path, on_change: Callable[[str], None]) -> None:
    """Call `on_change` with a name of the place before each change below `folder`, until the process ends."""
    root = str(folder)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        path = _changed_path(event, arguments)
        if path is not None and _is_watched(path, root):
            on_change(f"{event} {place(path.removeprefix(root + os.sep))}")

    sys.addaudithook(hook)


def place(path: str) -> str:
    """Return a path with the numbers of processes and releases left out, so that two runs name a place alike."""
    return re.sub(r"\d{6}", "N", re.sub(r"\.\d+\.tmp\b", ".tmp", path))


def die_at(folder: Path, number: int, is_half_written: bool = False) -> None:
    """Let this process be killed before its change of this number (from 1) below `folder`.

    is_half_written: count the files flushed to the disk instead, and cut the one of this number to half before dying.
    """
    left = number

    def count_down() -> bool:
        nonlocal left
        left -= 1
        return left == 0

    def on_change(where: str) -> None:
        if count_down():
            _die(where)

    if not is_half_written:
        watch(folder, on_change)
        return
    flush = os.fsync

    def cut_and_die(descriptor: int) -> None:
        name = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        if _is_watched(name, str(folder)) and not Path(name).is_dir() and count_down():
            with Path(name).open("r+b") as file:
                file.truncate(Path(name).stat().st_size // 2)
            _die(f"half of {place(name.removeprefix(str(folder) + os.sep))}")
        flush(descriptor)

    os.fsync = cut_and_die  # type: ignore[assignment]


def _die(where: str) -> None:
    os.write(2, f"killed at {where}\n".encode())
    os.kill(os.getpid(), signal.SIGKILL)


def run_forked(work: Callable[[], None]) -> tuple[int, str]:
    """Run `work` in a forked process and return its exit code (-9 where it was killed) and what it wrote to stderr.

    The forking process must not have used Polars or DuckDB yet: their threads do not survive a fork.
    """
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(read)
            os.dup2(write, 2)
            work()
            code = 0
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, errors="replace") as said:
        text = said.read()
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), text
