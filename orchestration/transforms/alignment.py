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
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

import numpy as np
import polars as pl

from orchestration.schemas.copy_alignments import CopyAlignments
from orchestration.transforms.letters import ragged
from orchestration.transforms.person_names import is_anonymous
from orchestration.transforms.word_matching import match_codes
from orchestration.transforms.word_places import Codes, WordPlaces, word_places
from orchestration.transforms.word_times import WordTimes, word_times

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
    pairings = list(_pairings(copies, copy_episodes, segments))
    wanted = {copy_id for pairs in pairings for pair in pairs for copy_id in pair}
    parts = (
        segments.lazy()
        .filter("is_speech", pl.col("copy_id").is_in(pl.Series(sorted(wanted), dtype=pl.String).implode()))
        .sort("copy_id", "segment_index")
        .select("copy_id", "document_id", "text", "words", "start_s", "end_s", "char_start", "char_end")
        .collect()
        .partition_by("copy_id", as_dict=True, include_key=False)
    )
    columns: dict[str, list[Any]] = {name: [] for name in CopyAlignments.column_names()}
    for pairs in pairings:
        copies_of_pairs = {copy_id for pair in pairs for copy_id in pair}
        spoken = {copy_id: _Spoken.of(parts[copy_id,], texts) for copy_id in copies_of_pairs}
        for copy_id, other_id in pairs:
            for name, column in _anchors(copy_id, other_id, spoken[copy_id], spoken[other_id]).items():
                columns[name].append(column)
    if not columns["copy_id"]:
        return CopyAlignments.create_empty()
    ids = {name: [*chain.from_iterable(columns.pop(name))] for name in ("copy_id", "other_copy_id")}
    frame = pl.DataFrame(ids | {name: np.concatenate(parts) for name, parts in columns.items()})
    frame = frame.with_columns(pl.col("start_s", "end_s").fill_nan(None)).sort("copy_id", "other_copy_id", "char_start")
    return CopyAlignments.validate(frame.select(CopyAlignments.column_names()), cast=True)


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


@dataclass(frozen=True, slots=True)
class _Spoken:
    """The words of a copy: where they stand, what they are, and when they are said."""

    places: WordPlaces
    codes: Codes
    times: WordTimes

    @classmethod
    def of(cls, segments: pl.DataFrame, texts: dict[str, str]) -> _Spoken:
        places = word_places(segments, texts)
        return cls(places, places.codes(), word_times(places, segments))


def _anchors(copy_id: str, other_id: str, here: _Spoken, there: _Spoken) -> dict[str, Any]:
    """Return the columns of an anchor for each run of matched words within one segment of both copies."""
    blocks = match_codes(here.codes, there.codes)
    matched = sum(block.length for block in blocks)
    if not matched or matched < min(MIN_MATCHED_WORDS, len(here.codes), len(there.codes)):
        return {}
    a, b, length = np.array(blocks, np.int64).T
    block, word = ragged(a, length)
    other = ragged(b, length)[1]
    segment, other_segment = here.places.segment[word], there.places.segment[other]
    borders = (np.diff(column, prepend=-1) != 0 for column in (block, segment, other_segment))
    first = np.flatnonzero(np.logical_or.reduce(list(borders)))
    last = np.append(first[1:], len(word)) - 1
    return {
        "copy_id": [copy_id] * len(first),
        "other_copy_id": [other_id] * len(first),
        "char_start": here.places.char_start[word[first]],
        "char_end": here.places.char_end[word[last]],
        "other_char_start": there.places.char_start[other[first]],
        "other_char_end": there.places.char_end[other[last]],
        "start_s": there.times.start_s[other[first]],
        "end_s": there.times.end_s[other[last]],
        "word_count": last - first + 1,
        "matched_share": np.full(len(first), round(matched / len(here.codes), 4)),
    }


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
