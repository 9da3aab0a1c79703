"""Makes a release of a lake that is many times one that is there: does what takes all of its rows fit into memory?

    python -m orchestration.benchmarks.marts LAKE --times 160 [--memory 3GB] [--out FOLDER] [--keep]

A lake larger than any that was built here in full is made by repeating one: each document, copy, turn, mention comes
back as often as asked, under another id; entities, people and shows stay who they are. Columns that nothing here reads
are empty in what comes back. What takes the names of all copies is then computed on it, all models and tests are built,
and the release is published, in a process of its own that is watched from outside. The figures are kept in `bench.json`
in the folder, beside those of builds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.benchmarks.builds import BETWEEN, Build, Step, stage_rows
from orchestration.benchmarks.measuring import Report, to_stderr
from orchestration.benchmarks.pipeline import load, machine, save
from orchestration.benchmarks.watching import python, watch
from orchestration.catalog.load import load_catalog
from orchestration.catalog.watchlist import load_watchlist
from orchestration.dashboards.site import write_dashboards
from orchestration.history import prepare_history
from orchestration.io.lake import Lake
from orchestration.models import build_models, mart_tables, prepare_manifest
from orchestration.pipeline import STAGES, run_stage
from orchestration.publish import publish, release_key
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import PROJECT_ROOT, Settings, load_settings
from orchestration.transforms.unknown_names import unknown_places
from orchestration.workers import end_processes, in_order

# Ids that are made of a document or of a place in it; all others name what is the same in all documents.
_OWN_IDS = frozenset(
    {
        *("document_id", "copy_id", "episode_id", "turn_id", "passage_id", "chapter_id", "mention_id", "kind_span_id"),
        *("evidence_id", "difference_id", "link_id", "reject_id", "copy_id_a", "copy_id_b", "other_copy_id"),
        *("clock_copy_id", "speaker_copy_id", "label_copy_id"),
    }
)
# What is made of the names of all copies, of which there is a bounded number whatever the size.
_OF_NAMES = ("entity_candidates", "alias_proposals")
# Of these tables, which are half of a lake, nothing here reads more; the rest would only fill the disk.
READ_COLUMNS = {
    "segments": ("copy_id", "segment_index", "document_id", "char_start", "is_speech"),
    "copy_words": ("copy_id",),
}
_SLOWEST = 12


def repeat(lake: Path, times: int, to: Path, report: Report) -> None:
    """Write a lake with each row of `lake` `times` times to the new folder `to`, under ids of its own."""
    there, many = Lake(lake), Lake(to)
    for number, table in enumerate(LAKE_TABLES, 1):
        report(f"{table} ({number} of {len(LAKE_TABLES)})")
        parts = {}
        for bucket in there.parts(table):
            frame = there.read_part(table, bucket)
            read = READ_COLUMNS.get(table, frame.columns)
            lean = frame.with_columns(
                pl.lit(None, frame.schema[name]).alias(name) for name in set(frame.columns) - {*read}
            )
            for again in range(1 if table in _OF_NAMES else times):
                written = frame if again == 0 else _under_other_ids(lean, again)
                place = bucket + again * there.bucket_count
                parts[place] = many.write_part(table, place, written, table)
        many.record(table, parts, table)


def _under_other_ids(frame: pl.DataFrame, again: int) -> pl.DataFrame:
    changed = [pl.format(f"{{}}-{again}", name).alias(name) for name in frame.columns if name in _OWN_IDS]
    if {"path", "paths"} <= set(frame.columns):
        changed += [
            pl.format(f"{again}/{{}}", "path").alias("path"),
            pl.col("paths").list.eval(pl.format(f"{again}/{{}}", pl.element())),
        ]
    return frame.with_columns(changed)


def measure(lake: Path, times: int, memory: str, out: Path, report: Report, *, is_kept: bool = False) -> dict[str, Any]:
    """Return what a release of `lake`, repeated `times` times, takes; `failed_in` a step where it fails there.

    is_kept: leave what was made. Raises RuntimeError where it fails before the first step.
    """
    place = out / f"marts-{times}"
    shutil.rmtree(place, ignore_errors=True)
    try:
        repeat(lake, times, place / "lake", report)
        lake_bytes = sum(file.stat().st_size for file in (place / "lake").rglob("*.parquet"))
        bytes_read = pl.scan_parquet(place / "lake" / "documents" / "*.parquet").select(pl.col("bytes").sum())
        raw_mb = bytes_read.collect().item() / 1e6
        report("names, models and tests, publishing")
        ran = watch(
            python("-m", "orchestration.benchmarks.marts", place / "lake", "--build"),
            {"PODCAST_WAREHOUSE": str(place), "PODCAST_DUCKDB_MEMORY": memory},
        )
        said: dict[str, Any] = json.loads(ran.output or "{}")
        if not said.get("steps"):
            raise RuntimeError(f"it failed on {place / 'lake'}; what was said stands above")
        steps = [Step(**step) for step in said.pop("steps")]
        stages = [stage for stage in stage_rows(Build(ran, steps), raw_mb) if stage["stage"] != BETWEEN]
        figures = {"times": times, "raw_mb": raw_mb, "lake_mb": lake_bytes / 1e6, "memory_limit": memory}
        return figures | {"stages": stages, "failed_in": stages[-1]["stage"] if ran.exit_code else ""} | said
    finally:
        if not is_kept:
            shutil.rmtree(place, ignore_errors=True)


def _build(settings: Settings) -> int:
    """Make a release, print how that went as JSON, and return 1 where a model or test is not good."""
    prepare_manifest(settings)
    prepare_history(settings)
    steps: list[Step] = []
    said: dict[str, Any] = {}
    try:
        return _release(settings, steps, said)
    finally:
        print(json.dumps({"steps": [asdict(one) for one in steps]} | said))


def _release(settings: Settings, steps: list[Step], said: dict[str, Any]) -> int:
    """Make a release, and tell in `steps` and `said` how that went."""
    report = to_stderr(time.time())
    lake, catalog, workers = Lake(settings.lake), load_catalog(settings.catalog), settings.workers

    @contextmanager
    def step(name: str) -> Iterator[None]:
        report(name)
        started = time.time()
        try:
            yield
        finally:
            steps.append(Step(name, started, time.time()))

    with step("unknown_names"):
        # What is made of its places is made part by part, in as much memory as at any size.
        unknown_places(lake.reader("copy_names"), partial(in_order, workers=workers))
    for stage in STAGES:
        if stage.table in _OF_NAMES:
            with step(stage.table):
                run_stage(stage, lake, catalog, workers, report)
    end_processes()
    database = settings.scratch_database
    with step("models"):
        results = build_models(
            settings, database, lambda node, status, seconds: report(f"{node}: {status}, {seconds:.1f} s")
        )
    bad = [node for node in results if not node.is_good]
    for node in bad:
        print(f"{node.unique_id}: {node.status}: {node.message}", file=sys.stderr)
    slowest = sorted(results, key=lambda node: -node.seconds)[:_SLOWEST]
    said |= {
        "nodes": len(results) - len(bad),
        "database_mb": database.stat().st_size / 1e6,
        "slowest": [{"node": node.unique_id.split(".")[2], "seconds": round(node.seconds, 1)} for node in slowest],
    }
    if bad:
        return 1
    with step("warehouse__release"):
        draw = partial(write_dashboards, newest_episodes=settings.dashboard_episodes)
        watches = load_watchlist(settings.catalog, catalog)
        publish(settings, release_key(settings, lake), datetime.now(UTC), mart_tables(settings), draw, watches)
    said["release_mb"] = sum(file.stat().st_size for file in settings.releases.rglob("*") if file.is_file()) / 1e6
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the figures as JSON; 1 where a model or test fails."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.benchmarks.marts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("lake", type=Path, help="folder of a lake")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--memory", default="3GB", help="that DuckDB may use")
    parser.add_argument("--out", type=Path, default=PROJECT_ROOT / "warehouse" / "bench")
    parser.add_argument("--keep", action="store_true", help="leave what was made")
    parser.add_argument("--build", action="store_true", help="only make the release, of the lake as it is")
    options = parser.parse_args(arguments)
    if options.build:
        return _build(replace(load_settings(), warehouse=options.lake.absolute().parent))
    out = options.out.absolute()
    try:
        report = to_stderr(time.time())
        found = measure(options.lake, options.times, options.memory, out, report, is_kept=options.keep)
    except RuntimeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    results = load(out)
    kept = {"machine": machine()} | found
    results["marts"] = results.get("marts", {}) | {f"{found['raw_mb']:.0f}": kept}
    save(out, results)
    print(json.dumps(found, indent=2))
    return bool(found["failed_in"])


if __name__ == "__main__":
    sys.exit(main())
