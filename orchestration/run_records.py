"""Where a build keeps Dagster's record of its run: Dagster's own files of SQLite, with connections that stay open.

Dagster opens a connection for each event, and closing the last one to a file has SQLite move its log into the file and
wait for the disk. A run notes a thousand events, which took longer than all else of a run that found nothing new.
Here each file has one connection for as long as the run takes, and the log is moved when SQLite thinks fit. So a
process that is killed loses no event; a machine that loses its power may lose the last ones, and no file is damaged.
Other processes read and write the same files meanwhile, as before.

Belongs here: how these files are opened. Keep out: what is noted, which is Dagster's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event


def open_instance() -> dg.DagsterInstance:
    """Return the instance that the environment names, as `dagster.yaml` describes it, for a process that builds."""
    storage = {"base_dir": {"env": "PODCAST_DAGSTER_STORAGE"}}
    records = {"module": __name__, "class": RunRecords.__name__, "config": storage}
    home = os.environ["DAGSTER_HOME"]
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(home, overrides={"storage": {"custom": records}}))


def _open(address: str) -> Engine:
    """Return an engine whose connections are used again. address: of a file of SQLite, as SQLAlchemy writes it."""
    engine = create_engine(address, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # Dagster sets the first once it has made its tables, each of which waits for the disk until then.
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")

    return engine


class _Events(SqliteEventLogStorage):
    """The events, in a file a run, and those of assets in one for all runs."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            if shard not in self._engines:
                self._engines[shard] = _open(self.conn_string_for_shard(shard))
                self._initdb(self._engines[shard])
            with self._engines[shard].begin() as connection:
                yield connection

    def has_table(self, table_name: str) -> bool:
        # Asked for each event of an asset; a table that is there stays.
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def dispose(self) -> None:
        super().dispose()
        for engine in self._engines.values():
            engine.dispose()


class _Runs(SqliteRunStorage):
    """The runs, in one file."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(conn_string, inst_data)
        self._engine = _open(conn_string)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        super().dispose()
        self._engine.dispose()


class RunRecords(DagsterSqliteStorage):
    """Dagster's record of runs, with connections that stay open until the instance is closed."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Open in `base_dir` what the class above opens there."""
        self.base_dir = base_dir
        self._run_storage = _Runs.from_local(str(Path(base_dir, "history")))
        self._event_log_storage = _Events(str(Path(base_dir, "history", "runs")))
        self._schedule_storage = SqliteScheduleStorage.from_local(str(Path(base_dir, "schedules")))
        self._inst_data = inst_data

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> RunRecords:
        """Return the record in the folder that `dagster.yaml` names."""
        return cls.from_local(inst_data=inst_data, **config_value)
