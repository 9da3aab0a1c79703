"""What is measured of one size: the build, building again, one document more, correctness, queries, others' ways."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.benchmarks.builds import Build, build, environment, stage_figures, stage_rows
from orchestration.benchmarks.corpus.generate import Plan, generate, write_block
from orchestration.benchmarks.watching import python, watch
from orchestration.catalog.load import load_catalog
from orchestration.io.files import write_json
from orchestration.io.lake import Lake
from orchestration.method_versions import version_of
from orchestration.settings import PROJECT_ROOT, load_settings

SPACY_CHARS, PANDAS_CHARS = 2_000_000, 500_000
OTHERS = Path(__file__).resolve().parent / "others" / "spacy_and_pandas.py"
# Files that have more than one episode.
_OF_MANY = ("directory_page", "rss_feed")
# No build may take more than this share of the memory of the machine, lest the machine ends something else.
_MOST_MEMORY = 0.85
# Raw files, the lake, a release, and what DuckDB spills: at 10 GB it took 69 GB before publishing.
_DISK_TIMES = 8

Report = Callable[[str], None]


class BuildStoppedError(RuntimeError):
    """A build took more memory than it may. figures: what was measured up to then."""

    def __init__(self, what: str, figures: dict[str, Any]) -> None:
        """what: was built, and why it was ended."""
        super().__init__(what)
        self.figures = figures


@dataclass(frozen=True, slots=True)
class Options:
    """How to measure. out: where corpora are kept and results are written. python_of_others: of `.venv-bench`."""

    out: Path
    processes: int = 2
    seed: int = 1
    query_runs: int = 20
    python_of_others: Path | None = None
    spacy_chars: int = SPACY_CHARS
    pandas_chars: int = PANDAS_CHARS
    is_kept: bool = False


def corpus_of(megabytes: float, options: Options, report: Report) -> Plan:
    """Return the plan of a corpus that is there: as it was left by an earlier run, else written now."""
    plan = Plan(options.out / f"corpus-{megabytes:g}MB", int(megabytes * 1e6), options.seed)
    is_whole = plan.out / "whole.json"
    said = {"seed": plan.seed, "code": version_of(generate.__module__)}
    if not is_whole.is_file() or json.loads(is_whole.read_text(encoding="utf-8")) != said:
        shutil.rmtree(plan.out, ignore_errors=True)
        report(f"writing a corpus of {megabytes:g} MB")
        generate(plan, options.processes)
        write_json(is_whole, said)
    return plan


def measure(megabytes: float, options: Options, report: Report) -> dict[str, Any]:
    """Return all figures of one size.

    Raises BuildStoppedError where the build fails or takes too much memory, RuntimeError where something else fails.
    """
    plan = corpus_of(megabytes, options, report)
    raw, warehouse = _place(plan, options)
    lake = Lake(warehouse / "lake")
    try:
        report(f"{megabytes:g} MB: building")
        figures = _first_build(raw, warehouse, options, float("inf"))
        if figures["stopped"]:
            raise BuildStoppedError(f"the build of {megabytes:g} MB was {figures['stopped']}", figures)
        figures["speech_mb"] = _chars(lake, "segments") / 1e6
        figures["searched_mb"] = sum(_chars(lake, table) for table in ("speaker_turns", "passages", "chapters")) / 1e6
        report(f"{megabytes:g} MB: correctness, queries, search alone")
        figures["scores"] = _of_module("corpus_score", plan.out, lake.folder)
        asked = environment(raw, warehouse, options.processes)
        figures["queries"] = _of_module("queries", "--json", "--runs", str(options.query_runs), variables=asked)
        figures["floor"] = _of_module("floor", raw)
        if options.python_of_others is not None:
            report(f"{megabytes:g} MB: spaCy and pandas on a sample")
            figures["others"] = _others(lake, options)
        report(f"{megabytes:g} MB: building again, nothing changed")
        figures["again"] = _again(build(raw, warehouse, options.processes))
        report(f"{megabytes:g} MB: building with one document more")
        added = _add(plan, raw)
        figures["one_added"] = {"format": added.relative_to(raw).parts[0], "mb": added.stat().st_size / 1e6} | _again(
            build(raw, warehouse, options.processes)
        )
    finally:
        if not options.is_kept:
            shutil.rmtree(warehouse, ignore_errors=True)
            shutil.rmtree(raw, ignore_errors=True)
    return figures


def measure_dry(
    megabytes: float, options: Options, limit_s: float, report: Report, before: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the figures of a build alone, up to where it fails, or is ended after `limit_s` or where memory runs out.

    before: what this returned of a build that was ended so and whose folders were kept: it goes on, and both count.
    Raises RuntimeError where the disk has no room for it, or nothing was kept.
    """
    options.out.mkdir(parents=True, exist_ok=True)
    need, free = _DISK_TIMES * megabytes * 1e6, shutil.disk_usage(options.out).free
    if before is None and free < need:
        raise RuntimeError(
            f"{need / 1e9:.0f} GB are needed at {options.out}, {free / 1e9:.0f} GB are free: name another --out"
        )
    raw, warehouse = _folders(megabytes, options)
    if before is not None and not (raw.is_dir() and warehouse.is_dir()):
        raise RuntimeError(f"there is nothing to go on with at {options.out}: run it with --keep, without --go-on")
    plan = corpus_of(megabytes, options, report)
    if before is None:
        _place(plan, options)
    try:
        report(f"{megabytes:g} MB: building for {limit_s / 60:.0f} minutes at most")
        figures = _first_build(raw, warehouse, options, limit_s)
        return figures if before is None else joined(before, figures)
    finally:
        if not options.is_kept:
            for folder in (warehouse, raw, plan.out):
                shutil.rmtree(folder, ignore_errors=True)


def measure_sample_corpus(options: Options, report: Report) -> dict[str, Any]:
    """Return the figures of building the sample corpus into a new folder, with all compiled and in the file cache."""
    warehouse, raw = options.out / "sample", PROJECT_ROOT / "raw"
    try:
        for what in ("to warm up", "as measured"):
            shutil.rmtree(warehouse, ignore_errors=True)
            report(f"sample corpus: building {what}")
            built = build(raw, warehouse, options.processes)
        report("sample corpus: building again, nothing changed")
        return {"build": _figures(built, raw), "again": _again(build(raw, warehouse, options.processes))}
    finally:
        shutil.rmtree(warehouse, ignore_errors=True)


def memory_bytes() -> int:
    """Return the memory of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _first_build(raw: Path, warehouse: Path, options: Options, limit_s: float) -> dict[str, Any]:
    built = build(raw, warehouse, options.processes, limit_s, _MOST_MEMORY * memory_bytes(), keeps_failure=True)
    figures = _about(raw) | {"stopped": built.watched.stopped, "build": _figures(built, raw)}
    figures["lake_mb"], figures["release_mb"] = _size_mb(warehouse / "lake"), _size_mb(warehouse / "releases")
    return figures


def joined(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of a build that was ended and of the one that went on with it, as if they were one.

    A stage that was cut short took both; one that was whole counts as it was, unless it was computed once more.
    """
    earlier = {row["stage"]: row for row in before["build"]["stages"]}
    stages = []
    for row in after["build"]["stages"]:
        old = earlier.pop(row["stage"], None)
        if old is None or (old.get("is_whole") and row.get("is_kept") is False):
            stages.append(row)
        elif old.get("is_whole"):
            stages.append(old)
        else:
            both = {name: old[name] + row[name] for name in ("seconds", "cpu_seconds")}
            stages.append(row | both | {"peak_mb": max(old["peak_mb"], row["peak_mb"])})
    stages += earlier.values()
    seconds, megabytes = sum(row["seconds"] for row in stages), after["raw_mb"]
    figures = [
        row
        | stage_figures(
            row["stage"],
            row["seconds"],
            row["cpu_seconds"],
            row["peak_mb"] * 1e6,
            seconds,
            megabytes,
            row["rows"],
        )
        for row in stages
    ]
    peak_mb = max(before["build"]["peak_mb"], after["build"]["peak_mb"])
    build = _whole(seconds, sum(row["cpu_seconds"] for row in stages), peak_mb, megabytes, figures)
    return after | {"build": build, "was_stopped": [*before.get("was_stopped", []), before["stopped"]]}


def _place(plan: Plan, options: Options) -> tuple[Path, Path]:
    """Return a raw folder with the files of the corpus, and an empty one for its warehouse."""
    raw, warehouse = _folders(plan.size_bytes / 1e6, options)
    for folder in (raw, warehouse):
        shutil.rmtree(folder, ignore_errors=True)
    # Links, so that a document can be added and the corpus stays what it is.
    shutil.copytree(plan.out / "raw", raw, copy_function=os.link)
    return raw, warehouse


def _folders(megabytes: float, options: Options) -> tuple[Path, Path]:
    raw, warehouse = (options.out / f"{what}-{megabytes:g}MB" for what in ("raw", "warehouse"))
    return raw, warehouse


def _about(raw: Path) -> dict[str, Any]:
    sizes = [path.stat().st_size for path in raw.rglob("*") if path.is_file()]
    return {"raw_mb": sum(sizes) / 1e6, "files": len(sizes)}


def _size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _chars(lake: Lake, table: str) -> int:
    column = "title" if table == "chapters" else "text"
    files = sorted(lake.path(table).parent.glob("*.parquet"))
    return int(pl.scan_parquet(files).select(pl.col(column).str.len_bytes().sum()).collect().item() or 0)


def _figures(built: Build, raw: Path) -> dict[str, Any]:
    watched, megabytes = built.watched, _size_mb(raw)
    peak_mb = watched.peak_bytes / 1e6
    return _whole(watched.seconds, watched.cpu_s, peak_mb, megabytes, stage_rows(built, megabytes))


def _whole(
    seconds: float, cpu_s: float, peak_mb: float, megabytes: float, stages: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_s,
        "cores": cpu_s / seconds,
        "mb_per_s": megabytes / seconds,
        "peak_mb": peak_mb,
        "stages": stages,
    }


def _again(built: Build) -> dict[str, Any]:
    """Return how long a run over what is there took, and what it computed. ours: without libraries' own time."""
    return {
        "seconds": built.watched.seconds,
        "ours_seconds": built.ours_s,
        "said": built.said,
        "peak_mb": built.watched.peak_bytes / 1e6,
        "steps": [asdict(step) | {"seconds": step.end_s - step.start_s} for step in built.steps],
    }


def _of_module(name: str, *arguments: str | Path, variables: dict[str, str] | None = None) -> dict[str, Any]:
    ran = watch(python("-m", f"orchestration.benchmarks.{name}", *arguments), variables)
    if ran.exit_code:
        raise RuntimeError(f"orchestration.benchmarks.{name} failed; what it said stands above")
    said: dict[str, Any] = json.loads(ran.output)
    return said


def _add(plan: Plan, raw: Path) -> Path:
    """Put one document of an episode that is not there yet into `raw`, and return its path."""
    other = Plan(plan.out.parent / "added", plan.size_bytes, plan.seed, plan.words)
    shutil.rmtree(other.out, ignore_errors=True)
    # The blocks behind the last one: their episodes are no other's.
    for number in count(plan.block_count):
        write_block(other, number)
        files = sorted(path for path in (other.out / "raw").rglob("*") if path.is_file())
        single = [path for path in files if path.relative_to(other.out / "raw").parts[0] not in _OF_MANY]
        if single:
            break
    place = raw / single[0].relative_to(other.out / "raw")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(single[0], place)
    shutil.rmtree(other.out)
    return place


def _others(lake: Lake, options: Options) -> dict[str, Any]:
    """Return what others take for the spoken text of whole copies, as many of the first as make up the sample."""
    texts: list[str] = []
    for bucket in sorted(lake.parts("segments")):
        if sum(map(len, texts)) >= max(options.spacy_chars, options.pandas_chars):
            break
        part = lake.read_part("segments", bucket, ["copy_id", "segment_index", "text"]).sort("copy_id", "segment_index")
        texts += part.group_by("copy_id", maintain_order=True).agg(pl.col("text").str.join(" "))["text"].to_list()
    sample = options.out / "sample.json"
    names = sorted({alias.alias for alias in load_catalog(load_settings().catalog).aliases})
    asked = {"texts": texts, "names": names, "spacy_chars": options.spacy_chars, "pandas_chars": options.pandas_chars}
    sample.write_text(json.dumps(asked), encoding="utf-8")
    ran = watch([options.python_of_others or "", OTHERS, sample])
    sample.unlink()
    if ran.exit_code:
        raise RuntimeError("spaCy or pandas failed; what they said stands above")
    said: dict[str, Any] = json.loads(ran.output)
    return said


def to_stderr(started: float) -> Report:
    """Return a report that says each line with the minutes since `started`."""
    return lambda line: print(f"[{(time.time() - started) / 60:5.1f} min] {line}", file=sys.stderr, flush=True)
