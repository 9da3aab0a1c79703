"""Measures the alignment of two copies by length: time, words a second, peak memory.

    python -m orchestration.benchmarks.alignment [WORDS ...]

The texts are made of words as frequent as in speech (G. K. Zipf): the one as said, the other as captions with 10 %
wrong words, fillers, an advert put in and a piece cut out. Each length runs in a process of its own, so that its peak
is its own. `python -m orchestration.evaluation.alignment` measures what is right.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import accumulate
from multiprocessing import get_context

from orchestration.evaluation.alignment import compare
from orchestration.evaluation.made_pairs import Spoken, make_pair
from orchestration.transforms.word_matching import match_words

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
_VOCABULARY = 20_000
_ERROR_RATE = 0.1


def _spoken(count: int, rng: random.Random) -> list[Spoken]:
    words = [f"w{number:x}" for number in range(_VOCABULARY)]
    weights = list(accumulate(1 / (rank + 1) for rank in range(_VOCABULARY)))
    said = rng.choices(words, cum_weights=weights, k=count)
    return [Spoken(word, f"Voice {'ab'[at // 80 % 2]}", at * 0.4, at) for at, word in enumerate(said)]


def _measure(count: int) -> tuple[int, float, float, float, float]:
    """Return the length, seconds of matching and of all up to turns, the share of right speakers, and peak MiB."""
    rng = random.Random(count)
    pair = make_pair(_spoken(count, rng), [word.text for word in _spoken(300, rng)], _ERROR_RATE, str(count))
    texts = dict(pair.tables["document_texts"].select("document_id", "text").iter_rows())
    sides = texts[pair.named_id].split(), texts[pair.captions_id].split()
    started = time.perf_counter()
    match_words(*sides)
    matched_s = time.perf_counter() - started
    started = time.perf_counter()
    counts = compare(pair)
    whole_s = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return count, matched_s, whole_s, counts.right_count / max(1, counts.named_count), peak


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.benchmarks.alignment",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("words", nargs="*", type=int, default=SIZES, help="lengths in words")
    options = parser.parse_args(arguments)
    print(f"{'words':>9}  {'match s':>8}  {'words/s':>9}  {'to turns s':>10}  {'words/s':>9}  {'right':>6}  {'MiB':>8}")
    for size in options.words:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            count, matched_s, whole_s, right, peak = pool.submit(_measure, size).result()
        rates = f"{count / matched_s:>9,.0f}", f"{count / whole_s:>9,.0f}"
        print(f"{count:>9,}  {matched_s:>8.2f}  {rates[0]}  {whole_s:>10.2f}  {rates[1]}  {right:>6.1%}  {peak:>8,.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
