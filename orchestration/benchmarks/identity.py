"""Measures how finding copies of one episode grows with the number of copies: copies a second, and peak memory.

    python -m orchestration.benchmarks.identity [--copies 1000 3000 10000] [--words 3000]

The copies are made up. Of every ten, four have a transcript, two are other tellings of a neighbour (edited, or noisy),
three have a description only, and one describes in other words what a neighbour says. All are sponsored, by one of a
few sponsors, and end in the footer of their show. Each size runs in a process of its own, so that its peak is its own.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import polars as pl

from orchestration.schemas.tables import INGEST_TABLES
from orchestration.transforms.identity import copy_episodes, copy_links

_SYLLABLES = [f"{a}{b}" for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is")]
_COMMON = 2000
_VOCABULARY = 40_000
_CUE_WORDS = 40
_COPIES_OF_SHOW = 100


def _word(rng: random.Random) -> str:
    # Common words make up half of all speech, as they do in real speech.
    number = rng.randrange(_COMMON) if rng.random() < 0.5 else rng.randrange(_VOCABULARY)
    size = len(_SYLLABLES)
    return _SYLLABLES[number % size] + _SYLLABLES[number // size % size] + _SYLLABLES[number // size // size]


def _words(rng: random.Random, count: int) -> list[str]:
    return [_word(rng) for _ in range(count)]


def _tables(copies: int, words: int) -> dict[str, pl.DataFrame]:
    """Return the lake tables of so many made-up copies, transcripts of so many words."""
    rng = random.Random(copies)
    sponsors = [_words(rng, 150) for _ in range(20)]
    speech: list[str] = []
    guest = ""
    rows: dict[str, list[dict[str, object]]] = {"episode_copies": [], "segments": [], "passages": [], "chapters": []}
    for index in range(copies):
        kind = index % 10
        key: dict[str, object] = {"copy_id": f"{index:08d}", "document_id": "made"}
        rows["episode_copies"].append(key | {"copy_index": index, "format": "made", "date_source": "none"})
        notes = _words(rng, 100)
        said: list[str] = []
        if kind < 4:
            said = speech = _words(rng, words)
            guest = f"{_word(rng).title()} {_word(rng).title()} and {_word(rng).title()} {_word(rng).title()}"
        elif kind < 6:
            said = [_word(rng) if rng.random() < 0.1 else word for word in speech]
        elif kind == 6 and len(speech) > 12:
            starts = [rng.randrange(len(speech) - 12) for _ in range(12)]
            notes = [word for start in starts for word in (*speech[start : start + 6], *_words(rng, 2))]
        middle = len(said) // 2
        said = [*said[:middle], *rng.choice(sponsors), *said[middle:]] if said else []
        footer = _words(random.Random(index // _COPIES_OF_SHOW), 40)
        rows["segments"] += [
            key | {"segment_index": start, "text": " ".join(said[start : start + _CUE_WORDS]), "is_speech": True}
            for start in range(0, len(said), _CUE_WORDS)
        ]
        with_guest = f"With {guest}. " if kind in (3, 6) else ""
        text = f"{with_guest}{' '.join(notes)}. {' '.join(footer)}."
        rows["passages"].append(key | {"passage_id": key["copy_id"], "field": "description", "text": text})
    return {
        name: pl.DataFrame(found, schema=INGEST_TABLES[name].create_empty().schema, strict=False)
        for name, found in rows.items()
    }


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def measure(copies: int, words: int) -> tuple[float, float, float, int, int]:
    """Return seconds, peak memory before and at the end in MB, and the numbers of links and of episodes."""
    tables = _tables(copies, words)
    before = _peak_mb()
    started = time.perf_counter()
    links = copy_links(tables["episode_copies"], tables["segments"], tables["passages"], tables["chapters"])
    episodes = copy_episodes(tables["episode_copies"], links)
    return time.perf_counter() - started, before, _peak_mb(), links.height, episodes["episode_id"].n_unique()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line for each size, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.benchmarks.identity", description=__doc__)
    parser.add_argument("--copies", type=int, nargs="+", default=[1000, 3000, 10_000], help="numbers of copies")
    parser.add_argument("--words", type=int, default=3000, help="words of a transcript")
    options = parser.parse_args(arguments)
    for copies in options.copies:
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
            seconds, before, peak, links, episodes = pool.submit(measure, copies, options.words).result()
        print(
            f"{copies:7} copies {seconds:7.1f} s {copies / seconds:7.0f} copies/s {peak:7.0f} MB at the peak "
            f"({before:.0f} MB of them before) {links:7} links {episodes:7} episodes",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
