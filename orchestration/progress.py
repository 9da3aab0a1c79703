"""Telling how far long work is."""

from __future__ import annotations

import time
from collections.abc import Callable

Report = Callable[[str], None]


def at_most_once_a_second(report: Report, what: str) -> Callable[[int, int], None]:
    """Return what reports the number of things done and to do, but not more often than a person can read."""
    last = time.monotonic()

    def on_progress(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= 1:
            last = time.monotonic()
            report(f"{what} {done:,} of {total:,}")

    return on_progress
