"""The floor under any pipeline: reading all files, and one search for all names of the catalogue. One core.

    python -m orchestration.benchmarks.floor RAW

No parsing, no rules, no rows. `bare` is the automaton as the library has it, which also reports the names within words;
`bounded` is the project's matcher, which finds only what stands between word boundaries and so has less to report.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from orchestration.catalog.load import load_catalog
from orchestration.settings import load_settings
from orchestration.transforms.letters import Letters, fold
from orchestration.transforms.matcher import Matcher, Name


def scan_files(raw: Path, catalog_folder: Path) -> dict[str, dict[str, float | int]]:
    """Return bytes, hits and seconds (wall, and of the processor) of reading and searching all files below `raw`."""
    aliases = load_catalog(catalog_folder).aliases
    bare = BytesAhoCorasick(
        [name.encode() for name in sorted({fold(alias.alias) for alias in aliases})],
        matchkind=MatchKind.LeftmostLongest,
        implementation=Implementation.DFA,
    )
    bounded = Matcher(Name(alias.alias, alias.kind in ("exact", "misheard"), True) for alias in aliases)
    paths = sorted(path for path in raw.rglob("*") if path.is_file())
    return {
        "bare": _timed(paths, lambda content: len(bare.find_matches_as_indexes(content.lower()))),
        "bounded": _timed(
            paths, lambda content: len(bounded.find(Letters(content.decode("utf-8", errors="replace"))).start)
        ),
    }


def _timed(paths: Sequence[Path], search: Callable[[bytes], int]) -> dict[str, float | int]:
    size = hits = 0
    started, started_cpu = time.perf_counter(), time.process_time()
    for path in paths:
        content = path.read_bytes()
        size += len(content)
        hits += search(content)
    seconds, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    return {"bytes": size, "hits": hits, "seconds": seconds, "cpu_seconds": cpu}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as JSON, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.benchmarks.floor", description=__doc__)
    parser.add_argument("raw", type=Path, help="folder of the files")
    options = parser.parse_args(arguments)
    print(json.dumps(scan_files(options.raw, load_settings().catalog)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
