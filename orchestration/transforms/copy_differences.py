"""What only one of two aligned copies has: what an edit removed, or a copy added.

A difference is a stretch of words between two anchors for which the other copy has no words, or far fewer, at its
place. What is said in other words on both sides is no difference.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import polars as pl

from orchestration.formats.display import tidy
from orchestration.ids import stable_id
from orchestration.schemas.copy_differences import CopyDifferences
from orchestration.transforms.alignment import both_ways
from orchestration.transforms.spoken_words import Token, set_times, words_of

MIN_WORDS = 8
# Of the words of a stretch, the other copy may have so many at its place: more is another wording.
_MAX_OTHER_SHARE = 0.5


def copy_differences(
    copy_alignments: pl.DataFrame, segments: pl.DataFrame, document_texts: pl.DataFrame
) -> pl.DataFrame:
    """Return the stretches of MIN_WORDS and more that only one of two aligned copies has, seen from either copy.

    All arguments have the columns of the lake tables of these names.
    """
    texts = dict(document_texts.select("document_id", "text").iter_rows())
    ids = set(copy_alignments["copy_id"]) | set(copy_alignments["other_copy_id"])
    wanted = segments.filter("is_speech", pl.col("copy_id").is_in(ids)).sort("copy_id", "segment_index")
    parts = {str(key[0]): part for key, part in wanted.partition_by("copy_id", as_dict=True).items()}
    pairs = both_ways(copy_alignments).partition_by("copy_id", "other_copy_id", as_dict=True, maintain_order=True)
    words: dict[str, list[Token]] = {}
    for copy_id, part in parts.items():
        words[copy_id] = words_of(part, texts)
        set_times(words[copy_id], part)
    rows: list[dict[str, Any]] = []
    for (copy_id, other_id), anchors in pairs.items():
        document_id = parts[str(copy_id)]["document_id"][0]
        key = {"document_id": document_id, "copy_id": copy_id, "other_copy_id": other_id}
        for row in _stretches(words[str(copy_id)], words[str(other_id)], anchors, texts[document_id]):
            rows.append(key | {"difference_id": stable_id("difference", copy_id, other_id, row["char_start"])} | row)
    frame = pl.DataFrame(rows, schema=CopyDifferences.create_empty().schema, strict=False)
    return CopyDifferences.validate(frame.sort("copy_id", "other_copy_id", "char_start"), cast=True)


def _stretches(words: list[Token], others: list[Token], anchors: pl.DataFrame, text: str) -> Iterator[dict[str, Any]]:
    starts, other_starts = [word.char_start for word in words], [word.char_start for word in others]
    blocks = [(0, 0, 0)]
    for start, other_start, count in anchors.select("char_start", "other_char_start", "word_count").iter_rows():
        blocks.append((bisect_left(starts, start), bisect_left(other_starts, other_start), count))
    blocks.append((len(words), len(others), 0))
    for (at, other_at, count), (following, other_following, _) in pairwise(blocks):
        start, end, other_start = at + count, following, other_at + count
        other_count = other_following - other_start
        if end - start < MIN_WORDS or other_count > _MAX_OTHER_SHARE * (end - start):
            continue
        spans = _spans(words[start:end])
        yield {
            "kind": "only_here",
            "start_s": words[start].start_s,
            "end_s": words[end - 1].end_s,
            "word_count": end - start,
            "other_word_count": other_count,
            "text": " ".join(tidy(text[span["char_start"] : span["char_end"]]) for span in spans),
            "spans": spans,
            "char_start": spans[0]["char_start"],
            "char_end": spans[-1]["char_end"],
            "other_char_start": others[other_start].char_start if other_start < len(others) else None,
        }


def _spans(words: list[Token]) -> list[dict[str, int]]:
    """Return the slices that `words` stand in: one for each segment."""
    spans: list[dict[str, int]] = []
    segment = -1
    for word in words:
        if word.segment == segment:
            spans[-1]["char_end"] = word.char_end
        else:
            spans.append({"char_start": word.char_start, "char_end": word.char_end})
            segment = word.segment
    return spans
