"""Sentences that come back in other episodes: read from a script, as sponsor reads, greetings and farewells are.

A sentence is repeated where most of its runs of eight words (word shingles, A. Broder 1997) stand in the speech of
another episode too. It needs no vocabulary, so it finds the reads of shows and languages that no rule knows. Which
runs those are is found of all copies at once (see `hash_ranges`); which sentences hold them is seen in each copy by
itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl

from orchestration.transforms.changed_words import ChangedWords
from orchestration.transforms.hash_ranges import HASH_BITS, Bins, Found, Groups, Ints, in_tasks, positions, scratch
from orchestration.transforms.last_time import LastTime, Memory, are_few
from orchestration.transforms.parts import Read, Run, run_here
from orchestration.transforms.shared_text import word_codes
from orchestration.transforms.speech_sentences import Sentences
from orchestration.transforms.word_hashes import RUN_WORDS, spread_all
from orchestration.transforms.word_places import Codes

# Share of the words of a sentence that stand in repeated runs.
MIN_SHARE = 0.7


def repeated_runs(
    read: Read,
    copy_episodes: pl.DataFrame,
    run: Run = run_here,
    folder: Path | None = None,
    memory: Memory | None = None,
) -> pl.DataFrame:
    """Return the runs of each copy that another episode has too: `copy_id, runs`, hashes, for copies that have some.

    read: reads `copy_words`. copy_episodes: the lake table; lists of names and the like repeat within an episode, so
    only others count. run: works on parts and ranges of hashes. folder: for files on the way, which are deleted; all
    who work have to see it. memory: of the last time, where only a few copies changed since.
    """
    ids = copy_episodes["copy_id"].sort().to_list()
    last = _with_moved(memory.recall() if memory is not None else None, copy_episodes)
    with scratch(folder) as here:
        if last is None or not are_few(len(last.changed), len(ids)):
            runs = spread_all("runs", ids, read, run, here)
            found = _repeated(in_tasks(runs.files, runs.layout), ids, copy_episodes, run)
        else:
            changed = ChangedWords.of(["runs"], ids, read, last, run, here).now["runs"]
            asked = pl.DataFrame({"runs": changed.asked.hashes})
            others = last.frames["runs"].filter(~pl.col("copy_id").is_in(last.changed)).explode("runs")
            others = others.join(asked, on="runs", how="anti")
            found = pl.concat([others, _repeated([changed], ids, copy_episodes, run_here)])
    repeated = found.group_by("copy_id").agg(pl.col("runs").sort()).sort("copy_id")
    if memory is not None:
        memory.keep({"runs": repeated, "copy_episodes": copy_episodes.select("copy_id", "episode_id")})
    return repeated


def _with_moved(last: LastTime | None, copy_episodes: pl.DataFrame) -> LastTime | None:
    """Return `last` with the copies too that are of another episode now."""
    if last is None:
        return None
    now, then = copy_episodes.select("copy_id", "episode_id"), last.frames["copy_episodes"]
    both = now.columns
    moved = pl.concat([now.join(then, on=both, how="anti"), then.join(now, on=both, how="anti")])
    return replace(last, changed=last.changed.union(moved["copy_id"]))


def repeated_sentences(speech: Mapping[str, Sentences], runs: Mapping[str, pl.Series]) -> dict[str, frozenset[int]]:
    """Return for each copy the positions of the sentences that are made of its `runs`, those that others have too."""
    texts = pl.Series(chain.from_iterable(of_copy.texts() for of_copy in speech.values()), dtype=pl.String)
    codes, counts = word_codes(texts)
    starts = pl.DataFrame({"code": codes}).select(_run(pl.col("code"))).to_series().fill_null(0).to_numpy()
    found: dict[str, frozenset[int]] = {}
    for copy_id, of_copy in speech.items():
        count, counts = np.split(counts, [len(of_copy)])
        length = int(count.sum())
        found[copy_id] = _made_of(starts[:length], count, runs[copy_id].to_numpy())
        starts = starts[length:]
    return found


def _made_of(starts: Codes, counts: Ints, runs: Codes) -> frozenset[int]:
    """Return the positions of the sentences of a copy that are made of runs.

    starts: the hash of the words from each word on. counts: how many words each sentence has. runs: in order.
    """
    _, is_start = positions(starts, runs)
    # The last words begin none: what follows them is of another copy.
    is_start[max(0, len(starts) - RUN_WORDS + 1) :] = False
    # A word is repeated where one of the runs that hold it is.
    started: Ints = np.append(np.zeros(RUN_WORDS, np.int64), np.cumsum(is_start))
    held: Ints = np.append(np.int64(0), np.cumsum(started[RUN_WORDS:] > started[:-RUN_WORDS]))
    ends = np.cumsum(counts)
    shares = (held[ends] - held[ends - counts]) / np.maximum(1, counts)
    return frozenset(np.flatnonzero((shares >= MIN_SHARE) & (counts >= RUN_WORDS)).tolist())


def _repeated(runs: Sequence[Bins | Found], ids: list[str], copy_episodes: pl.DataFrame, run: Run) -> pl.DataFrame:
    """Return the runs that stand in several episodes, with each copy that has them: `copy_id, runs`."""
    episodes = copy_episodes.sort("copy_id").select(pl.col("episode_id").rank("dense").cast(pl.Int64))
    found = pl.concat(run(_in_several, [(some, episodes.to_series().to_numpy()) for some in runs]))
    return found.select(copy_id=pl.Series(ids, dtype=pl.String).gather(found["copy"]), runs="run")


def _in_several(task: tuple[Bins | Found, Ints]) -> pl.DataFrame:
    """Return the runs of some bins that stand in several episodes, with each copy that has them: `copy, run`."""
    bins, episodes = task
    found = [pl.DataFrame(schema={"copy": pl.UInt32, "run": pl.UInt64})]
    for number, packed in bins.each():
        several = Groups.of(bins.layout.hash_of(packed)).between(2, packed.size)
        if not several.starts.size:
            continue
        packed = packed[several.rows()]
        episode = episodes[bins.layout.copy_of(packed)]
        starts = several.sizes.cumsum() - several.sizes
        is_elsewhere = np.minimum.reduceat(episode, starts) < np.maximum.reduceat(episode, starts)
        packed = packed[np.repeat(is_elsewhere, several.sizes)]
        copy = bins.layout.copy_of(packed).astype(np.uint32)
        found.append(pl.DataFrame({"copy": copy, "run": bins.whole_hash(packed, number)}))
    return pl.concat(found)


def _run(code: pl.Expr) -> pl.Expr:
    """Return the hash of the words from each on, as `repeated_runs` knows it; null where too few follow."""
    run = code
    for step in range(1, RUN_WORDS):
        run = run * 6364136223846793005 + code.shift(-step)
    return run // 2 ** (64 - HASH_BITS)
