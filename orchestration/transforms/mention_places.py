"""Where mentions lie: in the raw document, in their sentence, and in time.

Belongs here: the way from places in display texts to characters and seconds. Keep out: what is a mention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from orchestration.formats.display import Display, display
from orchestration.transforms.letters import SPACE, Ints, Letters

MAX_CONTEXT_CHARACTERS = 300
_SENTENCE_MARKS = ".?!…"


@dataclass(frozen=True, slots=True)
class Slices:
    """The slices of documents that some texts, joined by line ends, are made of, in their order.

    text_start, text_end: where each is shown in the joined text. char_start, char_end: where it stands in its document.
    document: the text of that document, by number of the slice.
    """

    text_start: Ints
    text_end: Ints
    char_start: Ints
    char_end: Ints
    document: Sequence[str]

    def locate(self, text: str, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the characters [start, end) of the joined `text` come from: slice, char_start and char_end of each.

        The slice is that of the first character, or -1 where the slices do not make up the text.
        """
        first = np.searchsorted(self.text_start, start, "right") - 1
        last = np.searchsorted(self.text_start, end - 1, "right") - 1
        is_found = (first >= 0) & (start < self.text_end[first]) & (end <= self.text_end[last])
        shown = self._displays(text, np.unique(np.concatenate((first[is_found], last[is_found]))))
        offset = self.char_start - self.text_start
        char_start, char_end = start + offset[first], end + offset[last]
        if shown:
            differing = np.array(list(shown), np.int64)
            for number in np.flatnonzero(is_found & (np.isin(first, differing) | np.isin(last, differing))).tolist():
                head, tail = int(first[number]), int(last[number])
                low = self._raw_range(shown.get(head), head, int(start[number]), int(start[number]) + 1)
                high = self._raw_range(shown.get(tail), tail, int(end[number]) - 1, int(end[number]))
                if low is None or high is None:
                    is_found[number] = False
                else:
                    char_start[number], char_end[number] = low[0], high[1]
        return np.where(is_found, first, -1), char_start, char_end

    def _displays(self, text: str, wanted: Ints) -> dict[int, Display]:
        """Return the display form of those slices that are not shown as they stand: few are not."""
        shown: dict[int, Display] = {}
        columns = (self.text_start, self.text_end, self.char_start, self.char_end)
        for number, (low, high, raw_low, raw_high) in zip(
            wanted.tolist(), zip(*(column[wanted].tolist() for column in columns), strict=True), strict=True
        ):
            raw = self.document[number][raw_low:raw_high]
            if raw != text[low:high]:
                shown[number] = display(raw)
        return shown

    def _raw_range(self, shown: Display | None, number: int, start: int, end: int) -> tuple[int, int] | None:
        text_start, char_start = int(self.text_start[number]), int(self.char_start[number])
        if shown is None:
            return char_start + start - text_start, char_start + end - text_start
        if end - text_start > len(shown.text):
            return None
        raw_start, raw_end = shown.raw_span(start - text_start, end - text_start)
        return char_start + raw_start, char_start + raw_end


def sentences_around(letters: Letters, start: Ints, end: Ints, low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Return where the sentence around each [start, end) begins and ends, cut at words to MAX_CONTEXT_CHARACTERS or so.

    low, high: the unit that each place lies in.
    """
    text = letters.text
    marks = letters.places_of(_SENTENCE_MARKS)
    marks = marks[letters.are_in(marks + 1, " ")]
    room = np.maximum(0, MAX_CONTEXT_CHARACTERS - (end - start)) // 2
    from_, to = np.maximum(low, start - room), np.minimum(high, end + room)
    before = np.searchsorted(marks, start - 2, "right") - 1
    after = np.searchsorted(marks, end, "left")
    padded = np.concatenate((marks, [-1]))
    begins = padded[np.where(before >= 0, before, len(marks))]
    ends = padded[after]
    has_begin = (before >= 0) & (begins >= from_)
    has_end = (after < len(marks)) & (ends + 2 <= to)
    # Where the room ends within a sentence, the word there is left out.
    is_cut_before = ~has_begin & (from_ > low) & ~letters.are_in(from_ - 1, " ")
    is_cut_after = ~has_end & (to < high)
    first, last = np.where(has_begin, begins + 2, from_), np.where(has_end, ends + 1, to)
    for number in np.flatnonzero(is_cut_before).tolist():
        at = int(start[number])
        space = text.find(" ", int(from_[number]), at)
        first[number] = space + 1 if space >= 0 else at
    for number in np.flatnonzero(is_cut_after).tolist():
        at = int(end[number])
        space = text.rfind(" ", at, int(to[number]))
        last[number] = space if space >= 0 else at
    return _stripped(letters, first, last)


def _stripped(letters: Letters, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Return the stretches without the spaces at either end."""
    first, last = first.copy(), last.copy()
    for edge, inside, step in ((first, 0, 1), (last, -1, -1)):
        is_open = np.flatnonzero((first < last) & letters.are(edge + inside, SPACE))
        while len(is_open):
            edge[is_open] += step
            is_open = is_open[(first[is_open] < last[is_open]) & letters.are(edge[is_open] + inside, SPACE)]
    return first, last


def with_turns(found: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """Add to mentions in texts what their turn says: speaker, kind and time. Other fields get none of it."""
    # By row and not by id: to join would look at all turns again for each batch.
    of_turn = turns.select(
        "speaker_label",
        pl.col("person_id").alias("speaker_person_id"),
        pl.col("segment_kind").cast(pl.String),
        pl.col("start_s").alias("turn_start_s"),
        pl.col("time_source").cast(pl.String),
        "clock_copy_id",
        pl.col("char_start").alias("turn_char_start"),
    )
    row = found.select(pl.when(pl.col("table") == 0).then("row").cast(pl.UInt32)).to_series()
    return pl.concat([found, of_turn.select(pl.all().gather(row))], how="horizontal")


def with_times(found: pl.DataFrame, chapters: pl.DataFrame, copy_alignments: pl.DataFrame) -> pl.DataFrame:
    """Add `start_s`, the time of the smallest timed unit around a mention, on the clock of its turn or chapter.

    Natively timed turns give the time of the span; turns on another copy's clock that of the last anchor at or before
    the mention in the same turn, else of the turn; chapters their own start.
    """
    # Only mentions on another copy's clock have an anchor; to sort and look up the others would be for nothing.
    is_asked = found["time_source"].is_in(["aligned", "interpolated"]).fill_null(False)
    asked = found.filter(is_asked)
    anchors = (
        copy_alignments.filter(pl.col("copy_id").is_in(asked["copy_id"].unique().to_list()))
        .filter(pl.col("start_s").is_not_null())
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
    anchored = asked.sort("mention_char_start").join_asof(
        anchors,
        left_on="mention_char_start",
        right_on="anchor_char_start",
        by=["copy_id", "clock_copy_id"],
        strategy="backward",
        check_sortedness=False,
    )
    return (
        pl.concat([anchored, found.filter(~is_asked)], how="diagonal")
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
