"""Work on parts side by side: in processes of this machine, or on Spark (package `spark`).

Threads gain nothing: most of the work is Python's.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

# A process reads and computes one part at a time, so that memory does not grow with their number.
_THREADS = "POLARS_MAX_THREADS"
_OBJECTS_BETWEEN_COLLECTIONS = 100_000


@dataclass(frozen=True, slots=True)
class Workers:
    """Who works on parts: so many processes of this machine, or with `is_spark` the tasks of a Spark application."""

    process_count: int = 1
    is_spark: bool = False


ALONE = Workers()
"""This process only."""


def each(work: Callable[[T], R], tasks: Iterable[T], count: int, workers: Workers) -> Iterator[tuple[T, R]]:
    """Yield each of `tasks` with what `work` makes of it, as they are done: by others, unless there is only one.

    work: a function of a module. count: the number of tasks, which may be made one by one as they are wanted. Raises
    what `work` raises, or on Spark SparkTaskError; what was begun by then is done to its end, and not yielded.
    """
    process_count = workers.process_count
    if workers.is_spark and count:
        # Only who asks for Spark has it installed.
        from orchestration.spark import each_on_spark

        yield from each_on_spark(work, list(tasks), process_count)
        return
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


def in_order(work: Callable[[T], R], tasks: Sequence[T], workers: Workers) -> list[R]:
    """Return what `work` makes of each of `tasks`, in their order, whoever does it. Otherwise as `each`."""
    done = {id(task): result for task, result in each(work, tasks, len(tasks), workers)}
    return [done[id(task)] for task in tasks]


def end_processes() -> None:
    """End the processes that parts were worked on in, and give their memory back; who needs them starts them again."""
    while _pools:
        _, pool = _pools.popitem()
        pool.shutdown()


_pools: dict[int, Executor] = {}


def _pool(process_count: int) -> Executor:
    if process_count not in _pools:
        with one_thread_each():
            # A fork would copy locks that threads of Polars hold.
            context = multiprocessing.get_context("spawn")
            pool = ProcessPoolExecutor(process_count, mp_context=context, initializer=_begin)
            for future in [pool.submit(time.sleep, 0.05) for _ in range(process_count)]:
                future.result()
        _pools[process_count] = pool
    return _pools[process_count]


def collect_seldom() -> None:
    """Let Python look for cycles of objects in this process less often than it does by itself.

    Imports and parsers make very many objects and leave no cycles: looking for some took a seventh of the time of
    processors of a build that finds nothing new, and a twentieth of parsing.
    """
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)


def _begin() -> None:
    collect_seldom()
    end_with_parent()


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let processes that are started here compute in one thread each: there are as many of them as cores."""
    threads = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    try:
        yield
    finally:
        if threads is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = threads


def end_with_parent() -> None:
    """End this process at once when the one that started it is gone, even where that was killed."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (connection.wait([parent.sentinel]), os._exit(1)), daemon=True).start()
