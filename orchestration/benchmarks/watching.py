"""Runs a program and watches its whole tree of processes from outside: time of processors and memory over time.

Linux only: it reads /proc. Memory is the sum of the proportional set sizes (a page that n processes share counts 1/n
in each), so that what processes share is counted once.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

INTERVAL_S = 0.1
# Reading a large process takes its time too: the one who watches may use this share of one core at most.
_MOST_WATCHING = 0.1
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Sample:
    """A look at all processes. at_s: seconds since 1970. cpu_s: used so far, of those that ended too."""

    at_s: float
    cpu_s: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Watched:
    """How a program went. stopped: why it was ended before it was done, else empty."""

    output: str
    exit_code: int
    started_s: float
    ended_s: float
    cpu_s: float
    samples: tuple[Sample, ...]
    stopped: str = ""

    @property
    def seconds(self) -> float:
        """Wall time."""
        return self.ended_s - self.started_s

    @property
    def peak_bytes(self) -> int:
        """The most memory that was seen at once."""
        return self.peak_between(self.started_s, self.ended_s)

    def peak_between(self, start_s: float, end_s: float) -> int:
        """Return the most memory that was seen between two times, or next to them where no look fell between."""
        near = [one for one in self.samples if start_s - INTERVAL_S <= one.at_s <= end_s + INTERVAL_S]
        within = [one for one in near if start_s <= one.at_s <= end_s]
        return max((one.memory_bytes for one in within or near), default=0)

    def cpu_between(self, start_s: float, end_s: float) -> float:
        """Return the seconds of processors used between two times, on a line between the looks around each."""
        return self._cpu_at(end_s) - self._cpu_at(start_s)

    def _cpu_at(self, at_s: float) -> float:
        points = [(self.started_s, 0.0), *((one.at_s, one.cpu_s) for one in self.samples), (self.ended_s, self.cpu_s)]
        after = bisect_left(points, (at_s, 0.0))
        if after == 0 or after == len(points):
            return points[min(after, len(points) - 1)][1]
        (left_s, left), (right_s, right) = points[after - 1], points[after]
        return left + (right - left) * (at_s - left_s) / max(right_s - left_s, 1e-9)


def watch(
    command: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    *,
    limit_s: float = float("inf"),
    limit_bytes: float = float("inf"),
) -> Watched:
    """Run a program to its end and return how it went; what it says on standard error goes on to ours.

    environment: added to ours. limit_s, limit_bytes: of wall time and memory; past them it ends, with all it started.
    """
    before = _used_by_children()
    started = time.time()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        text=True,
        env=_ours() | dict(environment or {}),
        # A session of its own, so that all it started can be ended with it.
        start_new_session=True,
    )
    samples: list[Sample] = []
    stopped: list[str] = []
    is_done = threading.Event()

    def look() -> None:
        pause = INTERVAL_S
        while not is_done.wait(pause):
            began = time.perf_counter()
            cpu, memory = _usage(process.pid)
            pause = max(INTERVAL_S, (time.perf_counter() - began) / _MOST_WATCHING)
            now = time.time()
            # While a process ends, its time is for a moment neither its own nor that of the one that started it.
            samples.append(Sample(now, max(cpu, samples[-1].cpu_s if samples else 0.0), memory))
            if now - started > limit_s:
                stopped.append(f"ended after {limit_s:.0f} s")
            elif memory > limit_bytes:
                stopped.append(f"ended at {memory / 1e9:.1f} GB of memory")
            if stopped:
                _end(process)
                return

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        output, _ = process.communicate()
    finally:
        is_done.set()
        watcher.join()
        _end(process)
        process.wait()
    ended = time.time()
    # What an ended program had started is not counted as its own.
    used = max(_used_by_children() - before, *(one.cpu_s for one in samples), 0.0)
    return Watched(output, process.returncode, started, ended, used, tuple(samples), "".join(stopped))


def python(*arguments: str | Path) -> list[str | Path]:
    """Return the command that runs this Python with `arguments`."""
    return [sys.executable, *arguments]


def _ours() -> dict[str, str]:
    # Without compiled bytecode each process would compile all modules anew, which no installation does.
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _used_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _usage(root: int) -> tuple[float, int]:
    """Return the seconds of processors and the bytes of memory of a process and all below it."""
    ticks: dict[int, int] = {}
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            fields = Path(entry.path, "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        # After the name: state, parent, ..., user, system, and both of those that ended.
        children.setdefault(int(fields[1]), []).append(int(entry.name))
        ticks[int(entry.name)] = sum(map(int, fields[11:15]))
    tree, found = [root], [root]
    while tree:
        below = children.get(tree.pop(), [])
        tree += below
        found += below
    return sum(ticks.get(one, 0) for one in found) / _TICKS, sum(map(_memory, found))


def _memory(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii", errors="replace").split("\n")
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
