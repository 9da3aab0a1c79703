"""Running dbt in this process: parsing the project into its manifest, and building the models into a database file."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from orchestration.io.files import as_pattern, sha256_of_files, write_bytes, write_json
from orchestration.settings import DATABASE_NAME, Settings

RESULTS_NAME = "models.json"
_MAX_ROWS = 3
_MAX_ROW_CHARS = 300
OnNode = Callable[[str, str, float], None]
_PARSED_NAME = "partial_parse.msgpack"
_MANIFEST_NAME = "manifest.json"
_STAMP_NAME = "manifest.fingerprint"
# What dbt makes of the project. The stamp tells of which one, and is written last, so that no half passes for it.
_PARSED = (_PARSED_NAME, _MANIFEST_NAME, _STAMP_NAME)
# What the profile and the sources read from the environment while the project is parsed: the same for all warehouses,
# since dbt parses all of it again for another. `_invoke_at` puts folders in place of the names in angle brackets.
_ANYWHERE = {
    "PODCAST_LAKE": "<lake>",
    "PODCAST_HISTORY": "<history>",
    "PODCAST_CATALOG": "<catalog>",
    "PODCAST_SCRATCH_DB": DATABASE_NAME,
}


class ModelsFailedError(Exception):
    """dbt could not parse or run the project. The message says why."""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What became of one dbt node. status: as dbt names it (`success`, `pass`, `fail`, `error`, `skipped`, `warn`)."""

    unique_id: str
    status: str
    message: str
    failure_count: int
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether nothing speaks against a release."""
        return self.status in ("success", "pass", "warn", "no-op")


def manifest_path(settings: Settings) -> Path:
    """Return the file of dbt's manifest."""
    return settings.dbt_target / _MANIFEST_NAME


def project_fingerprint(settings: Settings) -> str:
    """Return a hash over all that makes the models: SQL, YAML, descriptions, macros, tests and the catalogue."""
    folder = settings.dbt_project
    files = [
        path
        for pattern in ("*.yml", "*.sql", "*.md", "*.csv")
        for path in folder.rglob(pattern)
        if not {"target", "logs", "dbt_packages"} & set(path.relative_to(folder).parts)
    ]
    return sha256_of_files(files)


def models_version(settings: Settings) -> str:
    """Return a short hash over the SQL of the models and their macros."""
    folders = (settings.dbt_project / "models", settings.dbt_project / "macros")
    return sha256_of_files([file for folder in folders for file in folder.rglob("*.sql")])[:12]


def prepare_manifest(settings: Settings) -> Path:
    """Parse the project, unless that was done of these files for any warehouse folder, and return the manifest's path.

    Raises ModelsFailedError with dbt's own words where the project does not parse.
    """
    own, shared = settings.dbt_target, settings.dbt_project / "target"
    fingerprint = project_fingerprint(settings)
    if not _is_current(own, fingerprint):
        # Beside the project, it outlives the warehouse folder. Where that cannot be written to, each has its own.
        with suppress(OSError):
            _copy(shared, own, _PARSED if _is_current(shared, fingerprint) else (_PARSED_NAME,))
        if not _is_current(own, fingerprint):
            _parse(settings)
            write_bytes(own / _STAMP_NAME, fingerprint.encode())
            with suppress(OSError):
                _copy(own, shared, _PARSED)
    return manifest_path(settings)


def _parse(settings: Settings, *options: str) -> Any:
    """Parse what changed of the project since the last time, and return dbt's manifest, which fits any folder."""
    return _invoke(settings, ["parse", *options], _ANYWHERE)


def _is_current(folder: Path, fingerprint: str) -> bool:
    """Whether a folder has the manifest of this project, and not half of it, as a run leaves that is cut short."""
    try:
        is_of_project = (folder / _STAMP_NAME).read_text(encoding="utf-8") == fingerprint
        return is_of_project and "nodes" in json.loads((folder / _MANIFEST_NAME).read_bytes())
    except (OSError, ValueError):
        return False


def _copy(source: Path, to: Path, names: tuple[str, ...]) -> None:
    for name in names:
        write_bytes(to / name, (source / name).read_bytes())


def mart_tables(settings: Settings) -> list[str]:
    """Return the names of the tables that a release consists of: the models of schema `main`."""
    nodes = json.loads(prepare_manifest(settings).read_text(encoding="utf-8"))["nodes"].values()
    return sorted(node["alias"] for node in nodes if node["resource_type"] == "model" and node["schema"] == "main")


def build_models(settings: Settings, database: Path, on_node: OnNode) -> list[NodeResult]:
    """Build and test all models into the file `database`, which must not exist yet.

    What became of each node is also written beside it. on_node: called with unique id, status and seconds whenever a
    node is done. A failing model or test is a result, not
    an exception; ModelsFailedError is raised where dbt could not even start.
    """
    database.parent.mkdir(parents=True, exist_ok=True)

    def on_event(event: Any) -> None:
        if event.info.name == "NodeFinished":
            node, result = event.data.node_info, event.data.run_result
            on_node(node.unique_id, result.status, result.execution_time)

    # Results are returned: what dbt would log of each of its steps, and write into files, takes longer than the models.
    command = ["build", "--exclude-resource-type", "unit_test", "--no-write-json"]
    command += ["--log-level", "none", "--log-level-file", "none"]
    results = _invoke_at(settings, command, database, on_event)
    nodes = [
        NodeResult(
            result.node.unique_id,
            str(result.status),
            _message(database, result),
            result.failures or 0,
            result.execution_time,
        )
        for result in results.results
    ]
    write_json(database.with_name(RESULTS_NAME), [asdict(node) for node in nodes])
    return nodes


def write_site(settings: Settings, page: Path) -> Path:
    """Write dbt's own documentation, lineage and all, as one page that needs no server, and return its path.

    The types and comments are those of the published warehouse, where there is one.
    """
    with TemporaryDirectory() as folder:
        # A copy, because dbt opens its database for writing, which would lock out the readers of the published one.
        database = Path(folder) / settings.database.name
        if settings.database.exists():
            shutil.copyfile(settings.database, database)
        _invoke_at(settings, ["docs", "generate", "--static", "--no-compile"], database)
    page.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(settings.dbt_target / "static_index.html", page)
    return page


def read_results(folder: Path) -> list[NodeResult]:
    """Return what `build_models` returned when it built the database in `folder`; nothing where that is not known."""
    try:
        return [NodeResult(**node) for node in json.loads((folder / RESULTS_NAME).read_text(encoding="utf-8"))]
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return []


def _message(database: Path, result: Any) -> str:
    """Return what dbt says of a node, with the rows that a failed test found and what helps where memory ran out."""
    message = result.message or ""
    if str(result.status) == "fail":
        message += rows_found(database, result.node)
    if "Out of Memory Error" in message:
        message += "; give DuckDB more memory with PODCAST_DUCKDB_MEMORY, such as 3GB"
    return message


def rows_found(database: Path, test: Any) -> str:
    """Return the first rows that a failed test found, in words: dbt itself only says how many there are."""
    with duckdb.connect(str(database), read_only=True) as connection:
        cursor = connection.execute(test.compiled_code)
        names = [column[0] for column in cursor.description or ()]
        rows = cursor.fetchmany(_MAX_ROWS)
    told = (", ".join(f"{name} {value}" for name, value in zip(names, row, strict=True)) for row in rows)
    return "".join(f"; {row if len(row) <= _MAX_ROW_CHARS else row[:_MAX_ROW_CHARS] + '…'}" for row in told)


def _invoke_at(
    settings: Settings, command: list[str], database: Path, on_event: Callable[[Any], None] | None = None
) -> Any:
    """Run a command of dbt that opens the file `database`, with sources where the settings say."""
    manifest = _parse(settings, "--no-write-json")
    folders = {"<lake>": settings.lake, "<history>": settings.history, "<catalog>": settings.catalog}
    for source in manifest.sources.values():
        for name, folder in folders.items():
            location = source.meta["external_location"]
            source.meta["external_location"] = location.replace(name, _in_format(folder))
    environment = _ANYWHERE | {
        "PODCAST_SCRATCH_DB": str(database),
        "PODCAST_SCRATCH_KEEP_OPEN": "True",
        "PODCAST_DUCKDB_MEMORY": settings.duckdb_memory,
    }
    return _invoke(settings, command, environment, on_event, manifest)


def _in_format(folder: Path) -> str:
    """Return a folder as it is written in `external_location`: a pattern of DuckDB, which Python's `format` fills."""
    return as_pattern(folder).replace("{", "{{").replace("}", "}}").replace("'", "''")


def _invoke(
    settings: Settings,
    command: list[str],
    environment: dict[str, str],
    on_event: Callable[[Any], None] | None = None,
    manifest: Any = None,
) -> Any:
    # dbt is slow to import, and most commands do without it.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    folder = str(settings.dbt_project)
    options = ["--project-dir", folder, "--profiles-dir", folder, "--target-path", str(settings.dbt_target)]
    options += ["--log-path", str(settings.dbt_target / "logs"), "--no-use-colors"]
    with _environment(environment):
        try:
            outcome = dbtRunner(manifest, callbacks=[on_event] if on_event else []).invoke(
                ["--quiet", "--no-send-anonymous-usage-stats", "--no-version-check", *command, *options]
            )
        finally:
            DuckDBConnectionManager.close_all_connections()
    # A failing model or test is a result (the exit code says so); an exception means that dbt broke off.
    if outcome.exception is not None:
        raise ModelsFailedError(f"dbt {command[0]} failed: {outcome.exception}")
    return outcome.result


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
