"""Paths and options, read from the environment when asked. Nothing happens at import."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestration.workers import Workers

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DATABASE_NAME = "podcasts.duckdb"
"""Its stem is the name of the catalog in DuckDB, which the parsed models name."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are. All paths are absolute.

    raw: the landing zone. warehouse: where outputs go. dbt_project: models and catalogue.
    max_file_bytes: larger raw files are rejected, so that one file cannot exhaust memory.
    dashboard_episodes: how many of the newest episodes get a page of their own in the dashboards.
    releases_kept: how many releases stay on disk. max_fall: share of a key table's rows that a release may lose.
    process_count: how many processes read and compute side by side. engine: `local`, or `spark` (package `spark`).
    duckdb_memory: how much DuckDB may use to make and to check a release; what does not fit waits on the disk.
    """

    raw: Path
    warehouse: Path
    dbt_project: Path
    max_file_bytes: int
    dashboard_episodes: int = 200
    releases_kept: int = 5
    max_fall: float = 0.2
    process_count: int = 1
    engine: str = "local"
    duckdb_memory: str = "1536MB"

    @property
    def duckdb_options(self) -> dict[str, str | bool | int | float | list[str]]:
        """How DuckDB opens a release that is made or checked: without the network, and within its memory."""
        return {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": self.duckdb_memory,
        }

    @property
    def workers(self) -> Workers:
        """Who reads and computes."""
        return Workers(self.process_count, is_spark=self.engine == "spark")

    @property
    def catalog(self) -> Path:
        """Folder of the catalogue's CSV files."""
        return self.dbt_project / "seeds"

    @property
    def lake(self) -> Path:
        """Folder of the lake: one folder a table."""
        return self.warehouse / "lake"

    @property
    def history(self) -> Path:
        """Folder of the append-only tables of history."""
        return self.warehouse / "history"

    @property
    def scratch(self) -> Path:
        """Folder in which a release is built before it is published; nobody reads it."""
        return self.warehouse / "scratch"

    @property
    def scratch_database(self) -> Path:
        """The file in which the next release is built."""
        return self.scratch / "next" / self.database.name

    @property
    def releases(self) -> Path:
        """Folder of the published releases."""
        return self.warehouse / "releases"

    @property
    def dbt_target(self) -> Path:
        """Folder in which dbt keeps its manifest and compiled models, apart for each warehouse: it may write there."""
        return self.warehouse / ".dbt"

    @property
    def database(self) -> Path:
        """The path that people open, read-only: a link to the current release."""
        return self.warehouse / DATABASE_NAME


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    `PODCAST_RAW` and `PODCAST_WAREHOUSE` name folders (relative ones below the current folder); by default `raw` and
    `warehouse` of the project. `PODCAST_MAX_FILE_MB` is the largest raw file that is read, 100 by default,
    `PODCAST_DASHBOARD_EPISODES` the number of episodes with a page in the dashboards, 200 by default,
    `PODCAST_RELEASES_KEPT` the number of releases that stay on disk, 5 by default, and `PODCAST_MAX_FALL` the share of
    a key table's rows that a release may lose, 0.2 by default. `PODCAST_PROCESSES` is the number of processes that read
    and compute side by side, by default that of the cores, and `PODCAST_ENGINE` what they are: `local`, the default, or
    `spark`. `PODCAST_DUCKDB_MEMORY` is how much memory DuckDB may use, 1536MB by default. Raises ValueError where a
    value cannot be used.
    """
    limit = environment.get("PODCAST_MAX_FILE_MB") or "100"
    if not limit.isdigit() or int(limit) == 0:
        raise ValueError(f"PODCAST_MAX_FILE_MB is {limit!r}: set it to a whole number of megabytes, such as 100")
    pages = environment.get("PODCAST_DASHBOARD_EPISODES") or "200"
    if not pages.isdigit():
        raise ValueError(f"PODCAST_DASHBOARD_EPISODES is {pages!r}: set it to a whole number, such as 200")
    kept = environment.get("PODCAST_RELEASES_KEPT") or "5"
    # With one, a reader that has found its way to the file could lose it before opening it.
    if not kept.isdigit() or int(kept) < 2:
        raise ValueError(f"PODCAST_RELEASES_KEPT is {kept!r}: set it to a whole number from 2 on, such as 5")
    fall = environment.get("PODCAST_MAX_FALL") or "0.2"
    if not re.fullmatch(r"0?\.[0-9]+|[01]", fall):
        raise ValueError(f"PODCAST_MAX_FALL is {fall!r}: set it to a share from 0 to 1, such as 0.2")
    processes = environment.get("PODCAST_PROCESSES") or str(len(os.sched_getaffinity(0)))
    if not processes.isdigit() or int(processes) < 1:
        raise ValueError(f"PODCAST_PROCESSES is {processes!r}: set it to a whole number from 1 on, such as 2")
    engine = environment.get("PODCAST_ENGINE") or "local"
    if engine not in ("local", "spark"):
        raise ValueError(f"PODCAST_ENGINE is {engine!r}: set it to local or spark")
    memory = environment.get("PODCAST_DUCKDB_MEMORY") or "1536MB"
    if not re.fullmatch(r"[0-9]+(?:\.[0-9]+)? ?[KMGT]i?B", memory, re.IGNORECASE):
        raise ValueError(f"PODCAST_DUCKDB_MEMORY is {memory!r}: set it to a size, such as 3GB")
    warehouse = Path(environment.get("PODCAST_WAREHOUSE") or PROJECT_ROOT / "warehouse").absolute()
    # Dagster keeps its runs there, in SQLite, to which what follows this character is an option.
    if "?" in str(warehouse):
        raise ValueError(f"PODCAST_WAREHOUSE is {str(warehouse)!r}: set it to a path without '?', such as warehouse")
    return Settings(
        raw=Path(environment.get("PODCAST_RAW") or PROJECT_ROOT / "raw").absolute(),
        warehouse=warehouse,
        dbt_project=PROJECT_ROOT / "dbt_project",
        max_file_bytes=int(limit) * 1_000_000,
        dashboard_episodes=int(pages),
        releases_kept=int(kept),
        max_fall=float(fall),
        process_count=int(processes),
        engine=engine,
        duckdb_memory=memory,
    )
