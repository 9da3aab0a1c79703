"""Writes a corpus: python -m orchestration.benchmarks.corpus --size 100MB --out DIR [--seed N] [--processes 2]."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from orchestration.benchmarks.corpus.generate import MEDIAN_WORDS, Plan, generate

_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}


def size_in_bytes(text: str) -> int:
    """Return the number of bytes of `100MB`, `1.5 GB`, `300000`; raises ValueError for anything else."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([KMG]B)?", text.strip().upper())
    if found is None:
        raise ValueError(f"{text!r} is no size: write 10MB, or 1GB")
    return int(float(found[1]) * _UNITS[found[2] or ""])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the corpus into an empty or new folder, and say how large and how fast; 1 where the folder is not empty."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.benchmarks.corpus", description=__doc__)
    parser.add_argument("--size", type=size_in_bytes, required=True, help="bytes of raw files: 10MB, 1GB")
    parser.add_argument("--out", type=Path, required=True, help="new folder; raw/ and truth/ are made in it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--words", type=int, default=MEDIAN_WORDS, help="median number of words of an episode")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    if options.out.exists() and any(options.out.iterdir()):
        print(f"{options.out} is not empty: remove it, or name another folder", file=sys.stderr)
        return 1
    started = time.perf_counter()
    plan = Plan(options.out.absolute(), options.size, options.seed, options.words)
    written = generate(plan, options.processes)
    took = time.perf_counter() - started
    print(f"{written / 1e6:,.1f} MB in {took:.1f} s: {written / 1e6 / took:.1f} MB/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
