"""Sentences that come back in other episodes: read from a script, as sponsor reads, greetings and farewells are.

A sentence is repeated where most of its runs of eight words (word shingles, A. Broder 1997) stand in the speech of
another episode too. It needs no vocabulary, so it finds the reads of shows and languages that no rule knows. Which
runs those are is found part by part and one range of hashes at a time, so that what is held does not grow with the
words; which sentences hold them is seen in each copy by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
import polars as pl

from orchestration.transforms.letters import Ints
from orchestration.transforms.shared_text import Read, Run, folded_word_codes, run_here
from orchestration.transforms.speech_sentences import Sentences
from orchestration.transforms.word_places import Codes

RUN_WORDS = 8
# Share of the words of a sentence that stand in repeated runs.
MIN_SHARE = 0.7
# Bound on the runs that are in memory at a time.
RANGE_RUNS = 40_000_000


@dataclass(frozen=True, slots=True)
class _Range:
    """One of `count` ranges of hashes. episodes: `copy, copy_id, episode`, numbers for the ids."""

    read: Read
    episodes: pl.DataFrame
    number: int
    count: int

    @property
    def has(self) -> pl.Expr:
        """Whether a run is in the range."""
        return pl.col("run") // 2**32 % self.count == self.number


def repeated_runs(read: Read, copy_episodes: pl.DataFrame, run: Run = run_here) -> pl.DataFrame:
    """Return the runs of each copy that another episode has too: `copy_id, runs`, hashes, for copies that have some.

    read: reads `copy_words`. copy_episodes: the lake table; lists of names and the like repeat within an episode, so
    only others count. run: works on ranges of hashes.
    """
    episodes = copy_episodes.select("copy_id", episode=pl.col("episode_id").rank("dense").cast(pl.UInt32))
    episodes = episodes.sort("copy_id").with_row_index("copy")
    words = sum(int(part["speech"].list.len().sum()) for part in read(["speech"]))
    count = max(1, -(-words // RANGE_RUNS))
    found = run(_repeated, [_Range(read, episodes, number, count) for number in range(count)])
    return (
        pl.concat(found)
        .group_by("copy")
        .agg(runs=pl.col("run").sort())
        .join(episodes, on="copy")
        .select("copy_id", "runs")
        .sort("copy_id")
    )


def repeated_sentences(speech: Mapping[str, Sentences], runs: Mapping[str, pl.Series]) -> dict[str, frozenset[int]]:
    """Return for each copy the positions of the sentences that are made of its `runs`, those that others have too."""
    texts = pl.DataFrame(
        {"text": chain.from_iterable(of_copy.texts() for of_copy in speech.values())}, {"text": pl.String}
    )
    codes = texts.select(code=_CODES).to_series()
    counts = codes.list.len().to_numpy().astype(np.int64)
    words = codes.filter(counts > 0).explode().to_frame()
    starts = words.select(_STARTS).to_series().fill_null(0).to_numpy()
    found: dict[str, frozenset[int]] = {}
    for copy_id, of_copy in speech.items():
        count, counts = np.split(counts, [len(of_copy)])
        length = int(count.sum())
        found[copy_id] = _made_of(starts[:length], count, runs[copy_id].to_numpy())
        starts = starts[length:]
    return found


def _made_of(starts: Codes, counts: Ints, runs: Codes) -> frozenset[int]:
    """Return the positions of the sentences of a copy that are made of runs.

    starts: the hash of the words from each word on. counts: how many words each sentence has.
    """
    is_start = np.isin(starts, runs)
    # The last words begin none: what follows them is of another copy.
    is_start[max(0, len(starts) - RUN_WORDS + 1) :] = False
    # A word is repeated where one of the runs that hold it is.
    started: Ints = np.append(np.zeros(RUN_WORDS, np.int64), np.cumsum(is_start))
    held: Ints = np.append(np.int64(0), np.cumsum(started[RUN_WORDS:] > started[:-RUN_WORDS]))
    ends = np.cumsum(counts)
    shares = (held[ends] - held[ends - counts]) / np.maximum(1, counts)
    return frozenset(np.flatnonzero((shares >= MIN_SHARE) & (counts >= RUN_WORDS)).tolist())


def _repeated(task: _Range) -> pl.DataFrame:
    """Return the runs of a range that stand in several episodes, with each copy that has them: `copy, run`."""
    episodes = task.episodes
    runs = pl.concat(
        [
            pl.DataFrame(schema={"copy": pl.UInt32, "run": pl.UInt64}),
            *(_runs(part.join(episodes, on="copy_id"), task.has) for part in task.read(["copy_id", "speech"])),
        ]
    )
    # Most stand in one copy: sorting finds those that do not in less memory than grouping all would take.
    ordered = runs["run"].sort()
    several = ordered.filter(ordered == ordered.shift(1)).unique()
    del ordered
    runs = runs.join(several.to_frame(), on="run", how="semi").join(episodes.select("copy", "episode"), on="copy")
    is_elsewhere = pl.col("episode").min().over("run") < pl.col("episode").max().over("run")
    return runs.filter(is_elsewhere).select("copy", "run")


def _runs(part: pl.DataFrame, is_in_range: pl.Expr) -> pl.DataFrame:
    """Return the distinct runs of the copies of `part` that are in a range."""
    return (
        part.lazy()
        .select("copy", code="speech")
        .filter(pl.col("code").list.len() >= RUN_WORDS)
        .explode("code")
        .select("copy", run=_run(pl.col("code")), end=pl.col("copy").shift(1 - RUN_WORDS))
        .filter((pl.col("copy") == pl.col("end")) & is_in_range)
        .select("copy", "run")
        .unique()
        .collect()
    )


def _run(code: pl.Expr) -> pl.Expr:
    """Return the hash of the words from each on; null where too few follow."""
    run = code
    for step in range(1, RUN_WORDS):
        run = run * 6364136223846793005 + code.shift(-step)
    return run


_CODES, _STARTS = folded_word_codes(pl.col("text")), _run(pl.col("code"))
