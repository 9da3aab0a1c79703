"""Where a mention lies: in the raw document, in its sentence, and in time.

Belongs here: the way from a place in a display text to characters and seconds. Keep out: what is a mention.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from orchestration.formats.display import Display, display

MAX_CONTEXT_CHARACTERS = 300
_SENTENCE_ENDS = (". ", "? ", "! ", "… ")


@dataclass(frozen=True, slots=True)
class Place:
    """Characters of a document text, and the native time of the slice that the first of them lies in."""

    char_start: int
    char_end: int
    start_s: float | None


class Slices:
    """The way back from a display text to the slices of the document that it is made of."""

    def __init__(self, document: str, text: str, spans: Sequence[dict[str, Any]]) -> None:
        """Take the document text, the display text, and its spans: char_start, char_end, text_start, start_s."""
        self._document = document
        self._text = text
        self._spans = spans
        self._text_starts = [span["text_start"] for span in spans]
        self._displays: dict[int, Display | None] = {}

    def locate(self, start: int, end: int) -> Place | None:
        """Return where [start, end) of the display text stands, or None where the spans do not make up the text."""
        first = bisect_right(self._text_starts, start) - 1
        last = bisect_right(self._text_starts, end - 1) - 1
        if first < 0:
            return None
        char_start = self._raw_range(first, start, start + 1)
        char_end = self._raw_range(last, end - 1, end)
        if char_start is None or char_end is None:
            return None
        return Place(char_start[0], char_end[1], self._spans[first]["start_s"])

    def _raw_range(self, number: int, start: int, end: int) -> tuple[int, int] | None:
        span = self._spans[number]
        char_start, text_start = span["char_start"], span["text_start"]
        if number not in self._displays:
            raw = self._document[char_start : span["char_end"]]
            # Most slices are shown as they are: then there is nothing to work out.
            is_verbatim = self._text.startswith(raw, text_start)
            self._displays[number] = None if is_verbatim else display(raw)
        shown = self._displays[number]
        if shown is None:
            return char_start + start - text_start, char_start + end - text_start
        if end - text_start > len(shown.text):
            return None
        raw_start, raw_end = shown.raw_span(start - text_start, end - text_start)
        return char_start + raw_start, char_start + raw_end


def sentence_around(text: str, start: int, end: int) -> str:
    """Return the sentence of `text` that holds [start, end), cut at words to about MAX_CONTEXT_CHARACTERS."""
    room = max(0, MAX_CONTEXT_CHARACTERS - (end - start)) // 2
    low, high = max(0, start - room), min(len(text), end + room)
    begins = [found + len(mark) for mark in _SENTENCE_ENDS if (found := text.rfind(mark, low, start)) >= 0]
    ends = [found + 1 for mark in _SENTENCE_ENDS if (found := text.find(mark, end, high)) >= 0]
    if begins:
        low = max(begins)
    elif low > 0:
        low = _after_space(text, low, start)
    if ends:
        high = min(ends)
    elif high < len(text):
        space = text.rfind(" ", end, high)
        high = space if space >= 0 else end
    return text[low:high].strip()


def _after_space(text: str, low: int, start: int) -> int:
    if text[low - 1] == " ":
        return low
    space = text.find(" ", low, start)
    return space + 1 if space >= 0 else start


def with_turns(found: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """Add to mentions in texts what their turn says: speaker, kind and time. Other fields get none of it."""
    of_turn = turns.select(
        pl.col("turn_id").alias("unit_id"),
        "speaker_label",
        pl.col("person_id").alias("speaker_person_id"),
        pl.col("segment_kind").cast(pl.String),
        pl.col("start_s").alias("turn_start_s"),
        pl.col("time_source").cast(pl.String),
        "clock_copy_id",
        pl.col("char_start").alias("turn_char_start"),
    )
    return found.join(of_turn, on="unit_id", how="left", maintain_order="left")


def with_times(found: pl.DataFrame, chapters: pl.DataFrame, copy_alignments: pl.DataFrame) -> pl.DataFrame:
    """Add `start_s`, the time of the smallest timed unit around a mention, on the clock of its turn or chapter.

    Natively timed turns give the time of the span; turns on another copy's clock that of the last anchor at or before
    the mention in the same turn, else of the turn; chapters their own start.
    """
    anchors = (
        copy_alignments.filter(pl.col("start_s").is_not_null())
        .select(
            "copy_id",
            pl.col("other_copy_id").alias("clock_copy_id"),
            pl.col("char_start").alias("anchor_char_start"),
            pl.col("start_s").alias("anchor_start_s"),
        )
        .sort("anchor_char_start")
    )
    starts = chapters.select(pl.col("chapter_id").alias("unit_id"), pl.col("start_s").alias("chapter_start_s"))
    has_chapter_time = pl.col("chapter_start_s").is_not_null()
    is_foreign = pl.col("time_source").is_in(["aligned", "interpolated"])
    has_anchor = pl.col("anchor_char_start") >= pl.col("turn_char_start")
    return (
        found.sort("mention_char_start")
        .join_asof(
            anchors,
            left_on="mention_char_start",
            right_on="anchor_char_start",
            by=["copy_id", "clock_copy_id"],
            strategy="backward",
            check_sortedness=False,
        )
        .join(starts, on="unit_id", how="left")
        .with_columns(
            start_s=pl.when(has_chapter_time)
            .then("chapter_start_s")
            .when(pl.col("time_source") == "native")
            .then(pl.coalesce("span_start_s", "turn_start_s"))
            .when(is_foreign & has_anchor)
            .then(pl.coalesce("anchor_start_s", "turn_start_s"))
            .when(is_foreign)
            .then("turn_start_s"),
            time_source=pl.when(has_chapter_time)
            .then(pl.lit("native"))
            .otherwise(pl.col("time_source").fill_null("none")),
            clock_copy_id=pl.when(has_chapter_time).then("copy_id").otherwise("clock_copy_id"),
        )
    )


def with_kinds(found: pl.DataFrame, kind_spans: pl.DataFrame | None) -> pl.DataFrame:
    """Fill `segment_kind` where it is missing: the kind of the stretch that a mention lies in, else content."""
    if kind_spans is None or kind_spans.is_empty():
        return found.with_columns(pl.col("segment_kind").fill_null("content"))
    spans = kind_spans.select(
        "copy_id",
        pl.col("segment_kind").cast(pl.String).alias("span_kind"),
        pl.col("char_start").alias("span_char_start"),
        pl.col("char_end").alias("span_char_end"),
    ).sort("span_char_start")
    return (
        found.sort("mention_char_start")
        .join_asof(
            spans,
            left_on="mention_char_start",
            right_on="span_char_start",
            by="copy_id",
            strategy="backward",
            check_sortedness=False,
        )
        .with_columns(
            segment_kind=pl.coalesce(
                "segment_kind",
                pl.when(pl.col("span_char_end") > pl.col("mention_char_start")).then("span_kind"),
                pl.lit("content"),
            )
        )
    )
