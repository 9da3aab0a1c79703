"""The floor under any pipeline: reading all files, and one search for all names of the catalogue. One core.

    python -m orchestration.benchmarks.floor RAW

No parsing, no word boundaries, no rules, no rows: what is left is what no way of doing it can be faster than.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from orchestration.catalog.load import load_catalog
from orchestration.settings import load_settings
from orchestration.transforms.letters import fold


def scan_files(raw: Path, catalog_folder: Path) -> dict[str, float | int]:
    """Return bytes, hits and seconds (wall, and of the processor) of reading and searching all files below `raw`."""
    names = {fold(alias.alias) for alias in load_catalog(catalog_folder).aliases}
    matcher = BytesAhoCorasick(
        [name.encode() for name in sorted(names)],
        matchkind=MatchKind.LeftmostLongest,
        implementation=Implementation.DFA,
    )
    size = hits = 0
    started, started_cpu = time.perf_counter(), time.process_time()
    for path in sorted(raw.rglob("*")):
        if path.is_file():
            content = path.read_bytes().lower()
            size += len(content)
            hits += len(matcher.find_matches_as_indexes(content))
    seconds, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    return {"bytes": size, "names": len(names), "hits": hits, "seconds": seconds, "cpu_seconds": cpu}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as JSON, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.benchmarks.floor", description=__doc__)
    parser.add_argument("raw", type=Path, help="folder of the files")
    options = parser.parse_args(arguments)
    print(json.dumps(scan_files(options.raw, load_settings().catalog)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
