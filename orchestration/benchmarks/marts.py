"""Builds the models on a lake that is many times one that is there: does DuckDB keep within its memory?

    python -m orchestration.benchmarks.marts LAKE --times 160 [--memory 3GB] [--out FOLDER]

A lake larger than any that was built here in full is made by repeating one: each document, copy, turn, mention comes
back as often as asked, under another id; entities, people and shows stay who they are, and so do the proposals for the
catalogue, of which there is a bounded number whatever the size. Columns that no model reads are empty in what comes
back. All models and their tests then run on it, in a process of its own that is watched from outside. The figures are
kept in `bench.json` in the folder, beside those of builds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.benchmarks.measuring import Report, to_stderr
from orchestration.benchmarks.pipeline import load, machine, save
from orchestration.benchmarks.watching import python, watch
from orchestration.history import prepare_history
from orchestration.io.lake import Lake
from orchestration.models import build_models, prepare_manifest
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import PROJECT_ROOT, Settings, load_settings

# Ids that are made of a document or of a place in it; all others name what is the same in all documents.
_OWN_IDS = frozenset(
    {
        *("document_id", "copy_id", "episode_id", "turn_id", "passage_id", "chapter_id", "mention_id", "kind_span_id"),
        *("evidence_id", "difference_id", "link_id", "reject_id", "copy_id_a", "copy_id_b", "other_copy_id"),
        *("clock_copy_id", "speaker_copy_id", "label_copy_id"),
    }
)
_ONCE = frozenset({"entity_candidates", "alias_proposals"})
# Of these tables, which are most of a lake, no model or test reads more; the rest would only fill the disk.
READ_COLUMNS = {
    "segments": ("copy_id", "segment_index", "document_id", "char_start", "is_speech"),
    "document_texts": ("document_id",),
    "copy_words": ("copy_id",),
    "copy_names": ("copy_id",),
}
_SLOWEST = 12


def repeat(lake: Path, times: int, to: Path, report: Report) -> None:
    """Write a lake with each row of `lake` `times` times to the new folder `to`, under ids of its own."""
    there = Lake(lake)
    for number, table in enumerate(LAKE_TABLES, 1):
        report(f"{table} ({number} of {len(LAKE_TABLES)})")
        (to / table).mkdir(parents=True)
        for bucket in there.parts(table):
            frame = there.read_part(table, bucket)
            read = READ_COLUMNS.get(table, frame.columns)
            lean = frame.with_columns(
                pl.lit(None, frame.schema[name]).alias(name) for name in set(frame.columns) - {*read}
            )
            for again in range(1 if table in _ONCE else times):
                written = frame if again == 0 else _under_other_ids(lean, again)
                written.write_parquet(
                    to / table / f"part-{bucket:05}-{again:04}.parquet", compression="zstd", compression_level=1
                )


def _under_other_ids(frame: pl.DataFrame, again: int) -> pl.DataFrame:
    changed = [pl.format(f"{{}}-{again}", name).alias(name) for name in frame.columns if name in _OWN_IDS]
    if {"path", "paths"} <= set(frame.columns):
        changed += [
            pl.format(f"{again}/{{}}", "path").alias("path"),
            pl.col("paths").list.eval(pl.format(f"{again}/{{}}", pl.element())),
        ]
    return frame.with_columns(changed)


def measure(lake: Path, times: int, memory: str, out: Path, report: Report) -> dict[str, Any]:
    """Return what building the models on `lake`, repeated `times` times, takes. Raises RuntimeError where it fails."""
    place = out / f"marts-{times}"
    shutil.rmtree(place, ignore_errors=True)
    try:
        repeat(lake, times, place / "lake", report)
        lake_bytes = sum(file.stat().st_size for file in (place / "lake").rglob("*.parquet"))
        bytes_read = pl.scan_parquet(place / "lake" / "documents" / "*.parquet").select(pl.col("bytes").sum())
        report("models and tests")
        ran = watch(
            python("-m", "orchestration.benchmarks.marts", place / "lake", "--build"),
            {"PODCAST_WAREHOUSE": str(place), "PODCAST_DUCKDB_MEMORY": memory},
        )
        if ran.exit_code:
            raise RuntimeError(f"the models failed on {place / 'lake'}; what they said stands above")
        return {
            "times": times,
            "raw_mb": bytes_read.collect().item() / 1e6,
            "lake_mb": lake_bytes / 1e6,
            "memory_limit": memory,
            "seconds": ran.seconds,
            "cpu_seconds": ran.cpu_s,
            "peak_mb": ran.peak_bytes / 1e6,
        } | json.loads(ran.output)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _build(settings: Settings) -> int:
    """Build all models, print what became of them as JSON, and return 1 where one is not good."""
    prepare_manifest(settings)
    prepare_history(settings)
    database = settings.scratch / "benchmark" / settings.database.name
    report = to_stderr(time.time())
    results = build_models(
        settings, database, lambda node, status, seconds: report(f"{node}: {status}, {seconds:.1f} s")
    )
    slowest = sorted(results, key=lambda node: -node.seconds)[:_SLOWEST]
    said = {
        "nodes": len(results),
        "database_mb": database.stat().st_size / 1e6,
        "slowest": [{"node": node.unique_id.split(".")[2], "seconds": round(node.seconds, 1)} for node in slowest],
    }
    print(json.dumps(said))
    bad = [node for node in results if not node.is_good]
    for node in bad:
        print(f"{node.unique_id}: {node.status}: {node.message}", file=sys.stderr)
    return bool(bad)


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
    parser.add_argument("--build", action="store_true", help="only build the models, on the lake as it is")
    options = parser.parse_args(arguments)
    if options.build:
        return _build(replace(load_settings(), warehouse=options.lake.absolute().parent))
    out = options.out.absolute()
    try:
        found = measure(options.lake, options.times, options.memory, out, to_stderr(time.time()))
    except RuntimeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    results = load(out)
    kept = {"machine": machine()} | found
    results["marts"] = results.get("marts", {}) | {f"{found['raw_mb']:.0f}": kept}
    save(out, results)
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
