"""Measures the whole pipeline on generated corpora: each stage, against a floor and what people else would write.

    python -m orchestration.benchmarks.pipeline [--megabytes 10 100 1000] [--out FOLDER] [--skip-comparison]
    python -m orchestration.benchmarks.pipeline --dry-run 10000 [--limit-minutes 60] [--keep] [--go-on]
    python -m orchestration.benchmarks.pipeline --write docs/performance.md

What runs is the real build in processes of its own, watched from outside; docs/performance.md says how. Results are
kept in `bench.json` in the folder, those of one size in place of the ones before; beside it are the table (`bench.md`)
and plots (`*.png`). `--write` measures nothing: it puts the tables into a page, between its marks.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.benchmarks.builds import FAILED
from orchestration.benchmarks.measuring import (
    BuildStoppedError,
    Options,
    measure,
    measure_dry,
    measure_sample_corpus,
    memory_bytes,
    to_stderr,
)
from orchestration.benchmarks.page import tables, write_page
from orchestration.benchmarks.plots import write_plots
from orchestration.io.files import write_bytes, write_json
from orchestration.pipeline import code_version
from orchestration.settings import PROJECT_ROOT

RESULTS = "bench.json"
_OTHERS = PROJECT_ROOT / ".venv-bench" / "bin" / "python"


def machine() -> dict[str, Any]:
    """Return on what, and with which code, is measured."""
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory_bytes() / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "measured_on": datetime.now(UTC).date().isoformat(),
        "code": code_version(),
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def load(out: Path) -> dict[str, Any]:
    """Return the results that are kept in `out`; without any, an empty frame for them."""
    try:
        kept: dict[str, Any] = json.loads((out / RESULTS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        kept = {"sizes": {}}
    return kept


def save(out: Path, results: dict[str, Any]) -> None:
    """Keep the results, and draw the table and the plots of them."""
    results["sizes"] = dict(sorted(results["sizes"].items(), key=lambda item: float(item[0])))
    write_json(out / RESULTS, results)
    write_bytes(out / "bench.md", tables(results).encode())
    if results["sizes"]:
        write_plots(results, out)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the table; 1 where something that is measured fails."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.benchmarks.pipeline",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--megabytes", type=float, nargs="+", default=[], help="sizes of the corpora; 10 and 100")
    parser.add_argument("--out", type=Path, default=PROJECT_ROOT / "warehouse" / "bench", help="folder of results")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1, help="of the corpora")
    parser.add_argument("--query-runs", type=int, default=20, help="warm runs of each query")
    parser.add_argument("--skip-comparison", action="store_true", help="without spaCy and pandas")
    parser.add_argument("--skip-sample-corpus", action="store_true", help="without building the corpus in raw/")
    parser.add_argument("--keep", action="store_true", help="leave the warehouses that were built")
    parser.add_argument("--dry-run", type=float, metavar="MB", help="build this size, and nothing else, within limits")
    parser.add_argument("--limit-minutes", type=float, default=60, help="of the build of the dry run")
    parser.add_argument("--go-on", action="store_true", help="with a dry run that was ended and left with --keep")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the kept results into a page")
    options = parser.parse_args(arguments)
    out = options.out.absolute()
    if options.write and not options.megabytes and options.dry_run is None:
        write_page(options.write, load(out), out)
        print(f"wrote {options.write}")
        return 0
    if not options.skip_comparison and options.dry_run is None and not _OTHERS.exists():
        parser.error("spaCy and pandas are not installed: run `make bench`, or add --skip-comparison")
    how = Options(
        out,
        options.processes,
        options.seed,
        options.query_runs,
        python_of_others=None if options.skip_comparison else _OTHERS,
        is_kept=options.keep,
    )
    report, sizes = to_stderr(time.time()), options.megabytes
    results = load(out)
    try:
        if options.dry_run is not None:
            before = results.get("dry_run") if options.go_on else None
            if options.go_on and (before is None or before["megabytes"] != options.dry_run):
                raise RuntimeError(f"no dry run of {options.dry_run:g} MB is kept in {out} to go on with")
            found = measure_dry(options.dry_run, how, options.limit_minutes * 60, report, before)
            results["dry_run"] = {"machine": machine(), "megabytes": options.dry_run} | found
            save(out, results)
            if found["stopped"] == FAILED:
                raise RuntimeError(f"the build of {options.dry_run:g} MB failed; what was measured up to then is kept")
        elif not sizes:
            sizes = [10.0, 100.0]
        for megabytes in sizes:
            found = measure(megabytes, how, report)
            about = {"machine": machine(), "processes": how.processes}
            results["sizes"][f"{megabytes:g}"] = about | found
            save(out, results)
        if sizes and not options.skip_sample_corpus:
            results["sample_corpus"] = {"machine": machine()} | measure_sample_corpus(how, report)
            save(out, results)
    except BuildStoppedError as error:
        results["dry_run"] = {"machine": machine(), "megabytes": megabytes} | error.figures
        save(out, results)
        print(f"error: {error}; what was measured up to then is kept as the dry run", file=sys.stderr)
        return 1
    except RuntimeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.write:
        write_page(options.write, results, out)
    print((out / "bench.md").read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
