"""Sentences that come back in other episodes: read from a script, as sponsor reads, greetings and farewells are.

A sentence is repeated where most of its runs of eight words (word shingles, A. Broder 1997) stand in the speech of
another episode too. It needs no vocabulary, so it finds the reads of shows and languages that no rule knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from orchestration.transforms.speech_sentences import Sentence

SHINGLE_WORDS = 8
# Share of the words of a sentence that stand in repeated shingles.
MIN_SHARE = 0.7
# Lists of names and the like repeat within a copy; only other episodes count.
MIN_EPISODES = 2


def repeated_sentences(
    speech: Mapping[str, Sequence[Sentence]], episodes: Mapping[str, str]
) -> dict[str, frozenset[int]]:
    """Return for each copy the positions of its sentences that other episodes have too.

    speech: the sentences of each copy. episodes: the episode of each copy; a copy without one is an episode itself.
    """
    rows = [
        (number, episodes.get(copy_id, copy_id), index, sentence.text)
        for number, (copy_id, sentences) in enumerate(speech.items())
        for index, sentence in enumerate(sentences)
    ]
    if len({row[1] for row in rows}) < MIN_EPISODES:
        return {}
    words = (
        pl.LazyFrame(
            rows,
            schema={"copy": pl.UInt32, "episode": pl.Categorical, "sentence": pl.UInt32, "text": pl.String},
            orient="row",
        )
        .with_columns(
            word=pl.col("text").str.to_lowercase().str.replace_all("['’]", "").str.extract_all(r"[\p{L}\p{N}]+")
        )
        .drop("text")
        .explode("word")
        .drop_nulls("word")
        .with_columns(code=pl.col("word").hash(0))
        .drop("word")
        .collect()
    )
    run = pl.col("code")
    for step in range(1, SHINGLE_WORDS):
        run = run * 6364136223846793005 + pl.col("code").shift(-step)
    shingles = words.select("copy", "episode", "sentence", shingle=run, end=pl.col("copy").shift(1 - SHINGLE_WORDS))
    shingles = shingles.with_columns(is_whole=(pl.col("copy") == pl.col("end")).fill_null(value=False))
    common = (
        shingles.filter("is_whole")
        .select("shingle", "episode")
        .unique()
        .group_by("shingle")
        .len()
        .filter(pl.col("len") >= MIN_EPISODES)
        .select("shingle", is_common=pl.lit(value=True))
    )
    marked = shingles.join(common, on="shingle", how="left", maintain_order="left").select(
        "copy", "sentence", starts=pl.col("is_common").fill_null(value=False) & pl.col("is_whole")
    )
    # A word is repeated where one of the shingles that hold it is.
    held = pl.any_horizontal(
        (pl.col("starts").shift(step) & (pl.col("copy").shift(step) == pl.col("copy"))).fill_null(value=False)
        for step in range(SHINGLE_WORDS)
    )
    shares = (
        marked.with_columns(is_repeated=held)
        .group_by("copy", "sentence")
        .agg(share=pl.col("is_repeated").mean(), word_count=pl.len())
        .filter((pl.col("share") >= MIN_SHARE) & (pl.col("word_count") >= SHINGLE_WORDS))
    )
    copy_ids = list(speech)
    return {
        copy_ids[number]: frozenset(part["sentence"].to_list())
        for (number,), part in shares.partition_by("copy", as_dict=True).items()
    }
