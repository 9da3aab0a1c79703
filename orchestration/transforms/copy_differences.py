"""What only one of two aligned copies has: what an edit removed, or a copy added.

A difference is a stretch of words between two anchors for which the other copy has no words, or far fewer, at its
place. What is said in other words on both sides is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from orchestration.formats.display import tidy
from orchestration.ids import stable_id
from orchestration.schemas.copy_differences import CopyDifferences
from orchestration.transforms.alignment import both_ways
from orchestration.transforms.word_places import WordPlaces, word_places
from orchestration.transforms.word_times import word_times

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
    ids = pl.concat([copy_alignments["copy_id"], copy_alignments["other_copy_id"].alias("copy_id")]).unique()
    columns = "document_id", "text", "words", "start_s", "end_s", "char_start", "char_end"
    parts = (
        segments.lazy()
        .filter("is_speech", pl.col("copy_id").is_in(ids.implode()))
        .sort("copy_id", "segment_index")
        .select("copy_id", *columns)
        .collect()
        .partition_by("copy_id", as_dict=True, include_key=False)
    )
    words = {copy_id: word_places(part, texts) for (copy_id,), part in parts.items()}
    pairs = both_ways(copy_alignments).partition_by("copy_id", "other_copy_id", as_dict=True, maintain_order=True)
    rows: list[dict[str, Any]] = []
    for (copy_id, other_id), anchors in pairs.items():
        part = parts[copy_id,]
        document_id = part["document_id"][0]
        key = {"document_id": document_id, "copy_id": copy_id, "other_copy_id": other_id}
        for row in _stretches(words[copy_id], words[other_id], anchors, part, texts[document_id]):
            rows.append(key | {"difference_id": stable_id("difference", copy_id, other_id, row["char_start"])} | row)
    frame = pl.DataFrame(rows, schema=CopyDifferences.create_empty().schema, strict=False)
    return CopyDifferences.validate(frame.sort("copy_id", "other_copy_id", "char_start"), cast=True)


def _stretches(
    words: WordPlaces, others: WordPlaces, anchors: pl.DataFrame, segments: pl.DataFrame, text: str
) -> Iterator[dict[str, Any]]:
    at, other_at, count = (anchors[name].to_numpy() for name in ("char_start", "other_char_start", "word_count"))
    at, other_at = np.searchsorted(words.char_start, at), np.searchsorted(others.char_start, other_at)
    starts, ends = np.append(0, at + count), np.append(at, len(words))
    other_starts, other_ends = np.append(0, other_at + count), np.append(other_at, len(others))
    lengths, other_lengths = ends - starts, other_ends - other_starts
    found = np.flatnonzero((lengths >= MIN_WORDS) & (other_lengths <= _MAX_OTHER_SHARE * lengths))
    if not len(found):
        return
    times = word_times(words, segments)
    for number in found.tolist():
        start, end, other_start = int(starts[number]), int(ends[number]), int(other_starts[number])
        spans = _spans(words, start, end)
        yield {
            "kind": "only_here",
            "start_s": _known(times.start_s[start]),
            "end_s": _known(times.end_s[end - 1]),
            "word_count": end - start,
            "other_word_count": int(other_lengths[number]),
            "text": " ".join(tidy(text[span["char_start"] : span["char_end"]]) for span in spans),
            "spans": spans,
            "char_start": spans[0]["char_start"],
            "char_end": spans[-1]["char_end"],
            "other_char_start": int(others.char_start[other_start]) if other_start < len(others) else None,
        }


def _known(time_s: float) -> float | None:
    return None if np.isnan(time_s) else float(time_s)


def _spans(words: WordPlaces, start: int, end: int) -> list[dict[str, int]]:
    """Return the slices that the words from number `start` to `end` stand in: one for each segment."""
    first = start + np.flatnonzero(np.diff(words.segment[start:end], prepend=-1))
    last = np.append(first[1:], end) - 1
    slices = zip(words.char_start[first].tolist(), words.char_end[last].tolist(), strict=True)
    return [{"char_start": char_start, "char_end": char_end} for char_start, char_end in slices]
