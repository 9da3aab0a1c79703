"""Measures the candidate matchers on real text, one core: speed, hits, and peak memory.

    python -m orchestration.benchmarks.matcher [FOLDER] [--catalog FOLDER]

Each candidate runs in a process of its own, so that its peak is its own. The base is what reading text and catalogue
costs. `bounded` candidates look at the word boundaries of each hit, as every use of them has to; raw ones do not.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import polars as pl
from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation, MatchKind

from orchestration.catalog.load import load_catalog
from orchestration.transforms.letters import Letters, fold, one_byte_form
from orchestration.transforms.matcher import Matcher, Name

_PROJECT = Path(__file__).resolve().parent.parent.parent
_ROUNDS = 5
CANDIDATES = (
    "base: forms of the text alone",
    "two byte DFAs, folded and as written, bounded (chosen)",
    "one folded byte DFA, raw hits",
    "one folded byte NFA, raw hits",
    "one folded str DFA, raw hits",
    "Polars find_many, folded, raw byte offsets",
)


def _search(candidate: str, text: str, catalog_folder: Path) -> Callable[[], int]:
    """Return the function that searches `text` and returns the number of hits."""
    catalog = load_catalog(catalog_folder)
    patterns = list(dict.fromkeys(fold(alias.alias) for alias in catalog.aliases))
    if candidate.startswith("base"):
        return lambda: 0 * Letters(text).length
    if candidate.startswith("two"):
        matcher = Matcher(Name(a.alias, a.kind in ("exact", "misheard"), True) for a in catalog.aliases)
        return lambda: len(matcher.find(Letters(text)).start)
    if candidate.startswith("Polars"):
        column = pl.Series(text.split("\n"))
        return lambda: int(column.str.to_lowercase().str.find_many(patterns, leftmost=True).list.len().sum())
    if "str" in candidate:
        automaton = AhoCorasick(patterns, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA)
        return lambda: len(automaton.find_matches_as_indexes(fold(text)))
    implementation = Implementation.DFA if "DFA" in candidate else Implementation.ContiguousNFA
    of_bytes = BytesAhoCorasick([one_byte_form(pattern) for pattern in patterns], implementation=implementation)
    return lambda: len(of_bytes.find_matches_as_indexes(Letters(text).folded, overlapping=True))


def measure(candidate: str, folder: Path, catalog_folder: Path) -> tuple[float, int, float]:
    """Return speed in MB/s (the best of some rounds), number of hits, and peak memory of this process in MB."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)
    search = _search(candidate, text, catalog_folder)
    best, hits = float("inf"), 0
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        hits = search()
        best = min(best, time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return len(text.encode()) / 1e6 / best, hits, peak / (1e6 if sys.platform == "darwin" else 1e3)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line for each candidate, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.benchmarks.matcher", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=_PROJECT / "raw", help="folder of text files to search")
    parser.add_argument(
        "--catalog", type=Path, default=_PROJECT / "dbt_project" / "seeds", help="folder of the catalogue's CSV files"
    )
    options = parser.parse_args(arguments)
    print(f"{len(load_catalog(options.catalog).aliases)} aliases")
    for candidate in CANDIDATES:
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
            speed, hits, peak = pool.submit(measure, candidate, options.folder, options.catalog).result()
        print(f"{candidate:52} {speed:7.1f} MB/s {hits:8} hits {peak:7.0f} MB at the peak")
    return 0


if __name__ == "__main__":
    sys.exit(main())
