"""Anchors between copies of an episode that complete each other: which words of the one are which of the other.

Belongs here: which pairs of copies are compared, and the anchors. Times of turns, speakers of cues and what only one
copy has are read off the anchors elsewhere.

What an anchor means: inside `[char_start, char_end)` the two copies have the same words in the same order, so a time
there is *aligned*: `start_s` plus the share of the range. Between two anchors the words differ; a time there is at
best *interpolated*, and where the stretch is long (something was cut out or put in) it is unknown. Both starts of
anchors never go back, in neither copy, nor do their times.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import polars as pl

from orchestration.schemas.copy_alignments import CopyAlignments
from orchestration.transforms.person_names import is_anonymous
from orchestration.transforms.spoken_words import Token, set_times, words_of
from orchestration.transforms.word_matching import Block, match_words

MIN_MATCHED_WORDS = 20
# A copy of which less than this share of the speech has names lacks names.
_MIN_NAMED_SHARE = 0.5


def copy_alignments(
    copies: pl.DataFrame, copy_episodes: pl.DataFrame, segments: pl.DataFrame, document_texts: pl.DataFrame
) -> pl.DataFrame:
    """Return the anchors between each two copies of an episode of which one has times or names that the other lacks.

    All arguments have the columns of the lake tables of these names. Each pair stands once: the copy without times
    first, else the one without names. Copies that share too few words get no anchors.
    """
    texts = dict(document_texts.select("document_id", "text").iter_rows())
    rows: list[dict[str, Any]] = []
    for pairs in _pairings(copies, copy_episodes, segments):
        wanted = segments.filter("is_speech", pl.col("copy_id").is_in({copy_id for pair in pairs for copy_id in pair}))
        words: dict[str, list[Token]] = {}
        for (copy_id,), of_copy in (
            wanted.sort("copy_id", "segment_index").partition_by("copy_id", as_dict=True).items()
        ):
            words[str(copy_id)] = words_of(of_copy, texts)
            set_times(words[str(copy_id)], of_copy)
        for copy_id, other_id in pairs:
            rows += _pair_rows(copy_id, other_id, words[copy_id], words[other_id])
    frame = pl.DataFrame(rows, schema=CopyAlignments.create_empty().schema)
    return CopyAlignments.validate(frame.sort("copy_id", "other_copy_id", "char_start"), cast=True)


def both_ways(copy_alignments: pl.DataFrame) -> pl.DataFrame:
    """Return the anchors of each pair seen from either copy, without times."""
    there = pl.col("copy_id").alias("other_copy_id"), pl.col("other_copy_id").alias("copy_id")
    turned = copy_alignments.select(
        *there,
        pl.col("char_start").alias("other_char_start"),
        pl.col("char_end").alias("other_char_end"),
        pl.col("other_char_start").alias("char_start"),
        pl.col("other_char_end").alias("char_end"),
        "word_count",
    )
    columns = "copy_id", "other_copy_id", "char_start", "char_end", "other_char_start", "other_char_end", "word_count"
    return pl.concat([copy_alignments.select(columns), turned.select(columns)]).sort(
        "copy_id", "other_copy_id", "char_start"
    )


def _pair_rows(copy_id: str, other_id: str, words: list[Token], others: list[Token]) -> Iterator[dict[str, Any]]:
    blocks = match_words([word.word for word in words], [word.word for word in others])
    matched = sum(block.length for block in blocks)
    if not matched or matched < min(MIN_MATCHED_WORDS, len(words), len(others)):
        return
    share = round(matched / len(words), 4)
    key: dict[str, Any] = {"copy_id": copy_id, "other_copy_id": other_id, "matched_share": share}
    for row in _anchor_rows(words, others, blocks):
        yield key | row


def _pairings(
    copies: pl.DataFrame, copy_episodes: pl.DataFrame, segments: pl.DataFrame
) -> Iterator[list[tuple[str, str]]]:
    """Yield for each episode the pairs of copies that complete each other, the one that lacks times or names first."""
    labels = segments["speaker_label"].drop_nulls().unique().to_list() if segments.height else []
    names = [label for label in labels if not is_anonymous(label)]
    length = pl.col("char_end") - pl.col("char_start")
    spoken = (
        segments.filter("is_speech")
        .group_by("copy_id")
        .agg(
            timed_count=pl.col("start_s").count(),
            named_share=length.filter(pl.col("speaker_label").is_in(names)).sum() / length.sum().clip(1),
        )
        .join(copy_episodes.select("copy_id", "episode_id"), on="copy_id")
        .join(copies.select("copy_id"), on="copy_id")
        .with_columns(has_times=pl.col("timed_count") > 0, has_names=pl.col("named_share") >= _MIN_NAMED_SHARE)
        .filter(pl.len().over("episode_id") > 1)
        .sort("episode_id", "has_times", "has_names", "copy_id")
    )
    for group in spoken.partition_by("episode_id", maintain_order=True):
        facts = group.select("copy_id", "has_times", "has_names").rows()
        pairs = [
            (one[0], other[0]) for one, other in combinations(facts, 2) if one[1] != other[1] or one[2] != other[2]
        ]
        if pairs:
            yield pairs


def _anchor_rows(words: list[Token], others: list[Token], blocks: list[Block]) -> Iterator[dict[str, Any]]:
    """Yield an anchor for each run of matched words within one segment of both copies."""
    for block in blocks:
        start = 0
        for step in range(1, block.length + 1):
            if step < block.length:
                here, before = words[block.a + step], words[block.a + step - 1]
                there, behind = others[block.b + step], others[block.b + step - 1]
                if here.segment == before.segment and there.segment == behind.segment:
                    continue
            first, last = words[block.a + start], words[block.a + step - 1]
            other_first, other_last = others[block.b + start], others[block.b + step - 1]
            yield {
                "char_start": first.char_start,
                "char_end": last.char_end,
                "other_char_start": other_first.char_start,
                "other_char_end": other_last.char_end,
                "start_s": other_first.start_s,
                "end_s": other_last.end_s,
                "word_count": step - start,
            }
            start = step
