"""Processes that work on parts side by side. Threads gain nothing: most of the work is Python's."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from functools import cache
from multiprocessing import connection, parent_process
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

# A process reads and computes one part at a time, so that memory does not grow with their number.
_THREADS = "POLARS_MAX_THREADS"


def each(work: Callable[[T], R], tasks: Iterable[T], count: int, process_count: int) -> Iterator[tuple[T, R]]:
    """Yield each of `tasks` with what `work` makes of it, as they are done: in processes, unless one is enough.

    work: a function of a module. count: the number of tasks, which may be made one by one as they are wanted. Raises
    what `work` raises; what was begun by then is done to its end, and not yielded.
    """
    if process_count < 2 or count < 2:
        yield from ((task, work(task)) for task in tasks)
        return
    pool = _pool(process_count)
    ahead = iter(tasks)
    running: dict[Future[R], T] = {}
    try:
        while True:
            # Few tasks are sent ahead: what they hold is in memory here until they are done.
            while len(running) < 2 * process_count and (task := next(ahead, None)) is not None:
                running[pool.submit(work, task)] = task
            if not running:
                return
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(done), done.result()
    finally:
        for future in running:
            future.cancel()
        wait(running)


@cache
def _pool(process_count: int) -> Executor:
    threads = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    try:
        # A fork would copy locks that threads of Polars hold.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(process_count, mp_context=context, initializer=_end_with_parent)
        for future in [pool.submit(time.sleep, 0.05) for _ in range(process_count)]:
            future.result()
    finally:
        if threads is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = threads
    return pool


def _end_with_parent() -> None:
    """End this process at once when the one that started it is gone, even where that was killed."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (connection.wait([parent.sentinel]), os._exit(1)), daemon=True).start()
