"""The command line behind the Makefile: `python -m orchestration build`, `dev`, `evaluate`, `query`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.catalog.checked import checked_catalog
from orchestration.catalog.load import CatalogError
from orchestration.characters import harmless
from orchestration.dictionary import write_contract, write_dictionary
from orchestration.disk_problem import disk_problem
from orchestration.evaluate import add_arguments, run
from orchestration.models import ModelsFailedError, prepare_manifest, write_site
from orchestration.pipeline import build_lake
from orchestration.rollback import RollbackError, roll_back
from orchestration.run_lock import run_lock
from orchestration.scan import source_folder
from orchestration.settings import PROJECT_ROOT, Settings, load_settings
from orchestration.status import read_status, render
from orchestration.summary import Timing, shown_path, summarise
from orchestration.workers import collect_seldom

if TYPE_CHECKING:
    import dagster as dg


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 failed, 2 wrong use."""
    collect_seldom()
    parser = argparse.ArgumentParser(prog="python -m orchestration", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="from raw files to a published release, recomputing only what changed")
    build.add_argument(
        "--accept-fall",
        action="store_true",
        help="publish even if much of what is served is gone",
    )
    build.add_argument(
        "--source",
        metavar="FOLDER",
        help="a folder directly below the raw folder: look for files only there, and leave all else as it is",
    )
    back = commands.add_parser("rollback", help="serve an earlier release again, until something changes")
    back.add_argument("release", nargs="?", help="its number; by default the one that was served before")
    about = commands.add_parser("status", help="what is served, who is at work, and what a run would do and why")
    about.add_argument("--json", action="store_true", help="as JSON")
    commands.add_parser("dev", help="open the Dagster UI on 127.0.0.1 with the same definitions and state")
    add_arguments(commands.add_parser("evaluate", help="measure all areas against labels and what documents state"))
    docs = commands.add_parser("docs", help="write the pages that are made of the contracts")
    docs.add_argument(
        "--results", action="store_true", help="also write the results of the queries that README and docs print"
    )
    commands.add_parser("dbt-docs", help="write the models' lineage and columns as one page into the warehouse folder")
    query = commands.add_parser("query", help="run one SQL query on the published warehouse, read-only")
    query.add_argument("sql")
    query.add_argument("--csv", type=Path, help="write the rows to this new file, safe to open in a spreadsheet")
    options = parser.parse_args(arguments)
    try:
        settings = load_settings()
        checked_catalog(settings.catalog)
        if options.command == "status":
            return _status(settings, options.json)
        if options.command == "query":
            return _query(settings, options.sql, options.csv)
        if options.command == "dev":
            return _dev(settings)
        if options.command == "docs":
            return _docs(settings, options.results)
        if options.command == "dbt-docs":
            prepare_manifest(settings)
            print(f"wrote {shown_path(write_site(settings, settings.warehouse / 'dbt-docs' / 'index.html'))}")
            return 0
        if options.command == "evaluate":
            return _evaluate(settings, options)
        if options.command == "rollback":
            return _rollback(settings, options.release)
        return _build(settings, options.accept_fall, options.source)
    except (CatalogError, ModelsFailedError, RollbackError, ValueError, FileNotFoundError, FileExistsError) as error:
        print(harmless(f"error: {error}"), file=sys.stderr)
        return 1
    except Exception as error:
        problem = disk_problem(error, load_settings().warehouse)
        if problem is None:
            raise
        print(harmless(f"error: {problem}"), file=sys.stderr)
        return 1


def use_instance_of(settings: Settings) -> None:
    """Let Dagster keep its runs below the warehouse folder, with the settings of the project."""
    storage = settings.warehouse / ".dagster"
    storage.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(PROJECT_ROOT)
    os.environ["PODCAST_DAGSTER_STORAGE"] = str(storage)


def _status(settings: Settings, is_json: bool) -> int:
    status = read_status(settings)
    print(harmless(status.as_json() if is_json else render(status, datetime.now(UTC))))
    return 0


def _rollback(settings: Settings, target: str | None) -> int:
    with run_lock(settings, "rollback", datetime.now(UTC), lambda line: print(line, file=sys.stderr)):
        before, now = roll_back(settings, target, datetime.now(UTC))
    print(f"Release {now.release_id} of {now.built_at} is served again in place of {before.release_id}.")
    print("New connections see it at once, those that are open when they reconnect.")
    print(f"It stays until something changes; `make rollback TO={before.release_id}` takes this back.")
    return 0


def _build(settings: Settings, is_fall_accepted: bool, source: str | None) -> int:
    started = time.perf_counter()
    if not settings.raw.is_dir():
        raise FileNotFoundError(f"the raw folder {settings.raw} does not exist: create it, or set RAW or PODCAST_RAW")
    if source is not None:
        source_folder(settings.raw, source)
    print(f"Building {shown_path(settings.database)} from {shown_path(settings.raw)}", file=sys.stderr)
    use_instance_of(settings)
    prepare_manifest(settings)
    prepared = time.perf_counter()
    # Importing Dagster takes longer than anything above, so a wrong setting or catalogue is told before it.
    from orchestration.definitions import defs
    from orchestration.run_records import open_instance

    job = defs().resolve_job_def("warehouse")
    imported = time.perf_counter()
    with open_instance() as instance:
        # Without this configuration Dagster takes a logger of its own that prints hundreds of lines.
        config: dict[str, Any] = {
            "loggers": {"console": {}},
            "resources": {"workspace": {"config": {"accept_fall": is_fall_accepted}}},
            "ops": {"ingest": {"config": {"source": source} if source is not None else {}}},
        }
        result = job.execute_in_process(run_config=config, instance=instance, raise_on_error=False)
    done = time.perf_counter()
    if not result.success:
        _tell_failure(settings, result)
        print(f"\nWhat was published is not touched: {shown_path(settings.database)}", file=sys.stderr)
        return 1
    seconds = {
        event.step_key or "": event.step_success_data.duration_ms / 1000
        for event in result.all_events
        if event.is_step_success
    }
    ingest, models = seconds.pop("ingest", 0.0), seconds.pop("models", 0.0)
    release = seconds.pop("warehouse__release", 0.0)
    timings = [
        Timing("manifest", prepared - started),
        Timing("import", imported - prepared),
        Timing("parsing", ingest),
        Timing("transforms", sum(seconds.values())),
        Timing("dbt", models),
        Timing("publish", release),
        Timing("Dagster itself", done - imported - ingest - models - release - sum(seconds.values())),
        Timing("all", done - started),
    ]
    print(harmless(summarise(settings, timings)))
    return 0


def _tell_failure(settings: Settings, result: dg.ExecuteInProcessResult) -> None:
    """Say what failed and why, in the words of the step; traces are in the Dagster UI."""
    from orchestration.defs.automation import problem_of
    from orchestration.failure_message import Problem, tell_failure

    problems = [problem for event in result.all_events if (problem := problem_of(event))]
    for problem in problems:
        print(harmless(f"\nerror in {problem.where}: {problem.said}"), file=sys.stderr)
    for check in result.get_asset_check_evaluations():
        if not check.passed and check.blocking:
            where = f"check {check.check_name} of {check.asset_key.to_user_string()}"
            print(f"\n{where} failed", file=sys.stderr)
            said = [f"{name}: {str(value.value)[:2000]}" for name, value in check.metadata.items()]
            print(harmless("\n".join(f"    {line}" for line in said)), file=sys.stderr)
            problems.append(Problem(where, "; ".join(said)))
    wrong = tell_failure(settings, result.run_id, problems)
    if wrong:
        print(f"\nnobody was told: {wrong}", file=sys.stderr)


def _dev(settings: Settings) -> int:
    use_instance_of(settings)
    prepare_manifest(settings)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    dagster = ["dagster", "dev", "--host", "127.0.0.1", "--module-name", "orchestration.definitions"]
    os.execvp(dagster[0], dagster)


def _evaluate(settings: Settings, options: argparse.Namespace) -> int:
    # A place of its own, so that measuring on other documents leaves the lake of the warehouse alone.
    apart = replace(settings, warehouse=settings.warehouse / "evaluation")
    lake = build_lake(
        apart, checked_catalog(settings.catalog), datetime.now(UTC), lambda line: print(line, file=sys.stderr)
    )
    is_sample_corpus = settings.raw == PROJECT_ROOT / "raw"
    return run(options, lake.folder, settings.catalog, PROJECT_ROOT / "tests" / "gold" if is_sample_corpus else None)


def _docs(settings: Settings, is_with_results: bool) -> int:
    from orchestration.diagram import write_diagram
    from orchestration.printed_queries import write_results

    pages = [write_dictionary(settings), write_diagram(settings), write_contract(settings)]
    if is_with_results:
        if not settings.database.exists():
            raise FileNotFoundError(f"there is no warehouse at {settings.database} yet: run `make warehouse`")
        pages += write_results(settings.database)
    for page in dict.fromkeys(pages):
        print(f"wrote {shown_path(page)}")
    return 0


def _query(settings: Settings, sql: str, csv: Path | None) -> int:
    import duckdb

    from orchestration.export import show, write_csv

    if not settings.database.exists():
        raise FileNotFoundError(f"there is no warehouse at {settings.database} yet: run `make warehouse`")
    with duckdb.connect(str(settings.database), read_only=True) as connection:
        try:
            if csv is None:
                print(show(connection, sql), end="")
            else:
                print(f"wrote {write_csv(connection, sql, csv):,} rows to {shown_path(csv)}")
        except duckdb.Error as error:
            print(harmless(f"error: {error}"), file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
