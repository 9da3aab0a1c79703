"""Telling how far long work is."""

from __future__ import annotations

import time
from collections.abc import Callable

Report = Callable[[str], None]


def now_and_then(report: Report, what: str, clock: Callable[[], float] = time.monotonic) -> Callable[[int, int], None]:
    """Return what reports the number of things done and to do, and how long the rest will take.

    It does so after a second at the earliest, and more and more rarely: hours of work fill a page or two.
    """
    started = last = clock()

    def on_progress(done: int, total: int) -> None:
        nonlocal last
        now = clock()
        if now - last >= max(1.0, (now - started) / 15):
            last = now
            report(f"{what} {done:,} of {total:,}, {_duration((now - started) / done * (total - done))} left")

    return on_progress


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
