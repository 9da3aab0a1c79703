"""Measures the whole mention step on made-up talk: from the tables of the lake to the written table, one core.

    python -m orchestration.benchmarks.mentions [--megabytes 1 10 100] [--names 2000 20000 200000]

Each case runs in a process of its own, so that its peak is its own, and Polars gets one thread. Seconds are those of
the processor, so that other work on the machine counts little. They hold everything: building the automata, the rules,
the rows, their check and the Parquet file. The matcher beside it is only that: folding the text and finding all names
between word boundaries. Memory is the peak of the process, and what of it came on top of the tables that were read.
"""

from __future__ import annotations

import argparse
import functools
import os
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from orchestration.benchmarks.talk import Talk, catalogue, talk
from orchestration.io.lake import Lake
from orchestration.transforms import episode_people, episode_reader, mention_places, mentions
from orchestration.transforms.context_words import ContextWords
from orchestration.transforms.letters import Letters
from orchestration.transforms.matcher import Matcher
from orchestration.transforms.text_cuts import TextCuts

# The parts of the step whose time is told apart; none runs within another.
_STEPS: tuple[tuple[str, Any, str], ...] = (
    ("gather names, build automata", mentions, "knowledge"),
    ("join and fold texts", mentions, "texts_of"),
    ("find names", Matcher, "find"),
    ("context words", ContextWords, "verdicts"),
    ("names of episodes", episode_reader, "names_of_episode"),
    ("overlaps", episode_reader, "winners"),
    ("way back to documents", mention_places.Slices, "locate"),
    ("sentences around", mentions, "sentences_around"),
    ("cut names and sentences", TextCuts, "cut"),
    ("speakers and times", mentions, "with_turns"),
    ("times", mentions, "with_times"),
    ("kinds", mentions, "with_kinds"),
    ("ids, order", mentions, "_finish"),
    ("speaker labels", mentions, "_label_mentions"),
)

# The tables that the step calls by their names.
_ARGUMENTS = (
    *("passages", "chapters", "segments", "speaker_labels", "appearance_evidence", "copy_shows", "copy_alignments"),
    *("document_texts", "kind_spans", "copy_episodes", "episode_copies"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a case took. Speeds in MB of speech a second, memory in MB."""

    megabytes: float
    name_count: int
    rows: int
    seconds: float
    matcher_speed: float
    peak: float
    before: float
    steps: dict[str, float]

    @property
    def speed(self) -> float:
        """Return the speed of the whole step."""
        return self.megabytes / self.seconds


def measure(megabytes: float, name_count: int) -> Measured:
    """Run the step once on talk of this size, with a catalogue of this many names."""
    made = talk(catalogue(name_count), int(megabytes * 1_000_000))
    before = _peak()
    with _timed() as steps, tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        found = _step(made)
        written = time.process_time()
        rows = Lake(Path(folder)).write("mentions", found, "key").height
        ended = time.process_time()
        steps["check, sort, write"] = ended - written
    steps["everything else"] = ended - started - sum(steps.values())
    peak = _peak()
    return Measured(
        made.character_count / 1e6, name_count, rows, ended - started, _matcher_speed(made), peak, before, dict(steps)
    )


def _step(made: Talk) -> Any:
    named: dict[str, Any] = {argument: made.tables[argument] for argument in _ARGUMENTS}
    return mentions.mentions(turns=made.tables["speaker_turns"], catalog=made.catalog, **named)


def _matcher_speed(made: Talk) -> float:
    """Return the best speed of the matcher alone over some rounds, on five megabytes at most."""
    frames = (made.tables[name] for name in ("speaker_labels", "appearance_evidence", "copy_shows"))
    known = episode_people.knowledge(made.catalog, next(frames), next(frames), next(frames), {})
    text = "\n".join(made.tables["speaker_turns"]["text"].head(6_000))
    best = float("inf")
    for _ in range(5):
        started = time.process_time()
        known.names.matcher.find(Letters(text))
        best = min(best, time.process_time() - started)
    return len(text) / 1e6 / best


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    """Measure the time of each part while the block runs."""
    seconds: dict[str, float] = defaultdict(float)
    originals = [(owner, name, getattr(owner, name)) for _, owner, name in _STEPS]
    for (label, _, _), (owner, name, function) in zip(_STEPS, originals, strict=True):
        setattr(owner, name, _timer(function, label, seconds))
    try:
        yield seconds
    finally:
        for owner, name, function in originals:
            if hasattr(function, "__self__"):
                delattr(owner, name)
            else:
                setattr(owner, name, function)


def _timer(function: Callable[..., Any], label: str, seconds: dict[str, float]) -> Callable[..., Any]:
    @functools.wraps(function)
    def timed(*arguments: Any, **keywords: Any) -> Any:
        started = time.process_time()
        try:
            return function(*arguments, **keywords)
        finally:
            seconds[label] += time.process_time() - started

    return timed


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line for each case and the steps of the largest one, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.benchmarks.mentions", description=__doc__)
    parser.add_argument("--megabytes", type=float, nargs="+", default=[1, 10, 100], help="sizes of the talk")
    parser.add_argument("--names", type=int, nargs="+", default=[2_000, 20_000, 200_000], help="sizes of the catalogue")
    options = parser.parse_args(arguments)
    os.environ["POLARS_MAX_THREADS"] = "1"
    results: list[Measured] = []
    header = ("text", "names", "seconds", "MB/s", "rows/s", "matcher MB/s", "peak MB", "added MB")
    print(" ".join(f"{title:>12}" for title in header))
    for name_count in options.names:
        for megabytes in options.megabytes:
            with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
                one = pool.submit(measure, megabytes, name_count).result()
            results.append(one)
            cells = (
                *(f"{one.megabytes:.0f} MB", f"{one.name_count}", f"{one.seconds:.2f}", f"{one.speed:.1f}"),
                *(f"{one.rows / one.seconds:.0f}", f"{one.matcher_speed:.0f}", f"{one.peak:.0f}"),
                f"{one.peak - one.before:.0f}",
            )
            print(" ".join(f"{cell:>12}" for cell in cells), flush=True)
    last = results[-1]
    print(f"\nwhere the time goes, {last.megabytes:.0f} MB, {last.name_count} names, {last.rows} rows")
    for label, seconds in sorted(last.steps.items(), key=lambda item: -item[1]):
        per_character = seconds / last.megabytes * 1e3
        print(f"  {label:30} {seconds:7.2f} s {seconds / last.seconds:6.1%} {per_character:8.1f} ns/character")
    return 0


if __name__ == "__main__":
    sys.exit(main())
