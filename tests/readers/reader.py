"""One reader, as a process of its own: asks without a pause until it is told to stop, and says what it saw.

    python -m tests.readers.reader <kind> <warehouse> <folder of signals>

Every answer joins the release ids that three tables carry; one that names two releases is mixed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy.pool import NullPool, Pool, QueuePool

_COUNTED = "select release_id, count(*) as rows from {} group by release_id"
_TABLES = ("episodes", "turns", "parts")
_QUERY = " union all ".join(_COUNTED.format(f"{{{table}}}") for table in _TABLES)
QUERY = _QUERY.format(**{table: table for table in _TABLES})


def main(kind: str, warehouse: Path, signals: Path) -> None:
    """Read until the file `stop` appears, and once more after that."""
    errors: list[str] = []
    seen: list[str] = []
    queries = mixed = 0
    with READERS[kind](warehouse) as ask:
        is_last = False
        while not is_last:
            is_last = (signals / "stop").exists()
            try:
                answer = ask()
            except Exception as error:
                errors.append(f"{type(error).__name__}: {error}")
            else:
                releases = {row[0] for row in answer}
                mixed += len(releases) != 1 or len(answer) != len(_TABLES)
                if not seen or seen[-1] != max(releases):
                    seen.append(max(releases))
            queries += 1
            if queries == 1:
                (signals / f"{os.getpid()}.ready").touch()
    print(json.dumps({"queries": queries, "errors": errors, "mixed": mixed, "seen": seen}))


def _connect(warehouse: Path) -> Any:
    return duckdb.connect(str(warehouse / "podcasts.duckdb"), read_only=True)


@contextmanager
def _held(warehouse: Path) -> Iterator[Callable[[], list[Any]]]:
    with _connect(warehouse) as connection:
        yield lambda: connection.execute(QUERY).fetchall()


@contextmanager
def _reconnecting(warehouse: Path) -> Iterator[Callable[[], list[Any]]]:
    def ask() -> list[Any]:
        with _connect(warehouse) as connection:
            return connection.execute(QUERY).fetchall()

    yield ask


@contextmanager
def _reopened(warehouse: Path) -> Iterator[Callable[[], list[Any]]]:
    """Hold a connection for a while and open it anew: twenty queries each."""
    held: list[Any] = []

    def ask() -> list[Any]:
        if not held or held[-1][1] == 20:
            if held:
                held.pop()[0].close()
            held.append([_connect(warehouse), 0])
        held[-1][1] += 1
        return held[-1][0].execute(QUERY).fetchall()

    yield ask


@contextmanager
def _one_by_one(warehouse: Path) -> Iterator[Callable[[], list[Any]]]:
    """Ask each table in a query of its own, on one connection that all of them share."""

    def ask() -> list[Any]:
        with _connect(warehouse) as connection:
            return [row for table in _TABLES for row in connection.execute(_COUNTED.format(table)).fetchall()]

    yield ask


def _pooled(pool_type: type[Pool], **options: Any) -> Callable[[Path], Any]:
    @contextmanager
    def reading(warehouse: Path) -> Iterator[Callable[[], list[Any]]]:
        # The pool without a dialect, which the locked packages lack. Outside a transaction DuckDB refuses to roll back.
        pool = pool_type(lambda: _connect(warehouse), reset_on_return=None, **options)

        def ask() -> list[Any]:
            connection = pool.connect()
            try:
                return connection.cursor().execute(QUERY).fetchall()
            finally:
                connection.close()

        yield ask
        pool.dispose()

    return reading


@contextmanager
def _parquet(warehouse: Path) -> Iterator[Callable[[], list[Any]]]:
    """Find out once which release the link means, then read its files only."""
    with duckdb.connect() as connection:

        def ask() -> list[Any]:
            folder = (warehouse / "current").resolve() / "parquet"
            files = {table: f"read_parquet('{folder}/{table}.parquet')" for table in _TABLES}
            return connection.execute(_QUERY.format(**files)).fetchall()

        yield ask


@contextmanager
def _parquet_by_link(warehouse: Path) -> Iterator[Callable[[], list[Any]]]:
    """Go through the link for each file: the wrong way, which may open files of two releases."""
    with duckdb.connect() as connection:
        files = {table: f"read_parquet('{warehouse}/current/parquet/{table}.parquet')" for table in _TABLES}
        yield lambda: connection.execute(_QUERY.format(**files)).fetchall()


READERS: dict[str, Callable[[Path], Any]] = {
    "connection held open": _held,
    "connection opened anew now and then": _reopened,
    "connection for each query": _reconnecting,
    "connection for several queries": _one_by_one,
    "SQLAlchemy QueuePool": _pooled(QueuePool, pool_size=2),
    "SQLAlchemy QueuePool, recycled after 1 s": _pooled(QueuePool, pool_size=1, max_overflow=0, recycle=1),
    "SQLAlchemy NullPool": _pooled(NullPool),
    "Parquet, link resolved once": _parquet,
    "Parquet, link for each file": _parquet_by_link,
}
# These have to be on the newest release at the end; the others stay whole on the one that they opened.
RECONNECTING = {
    "connection for each query",
    "connection for several queries",
    "SQLAlchemy NullPool",
    "Parquet, link resolved once",
    "Parquet, link for each file",
}
# This one may mix releases, and is there to show it.
WRONG = {"Parquet, link for each file"}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
