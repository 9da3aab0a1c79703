"""Names onto times: the speakers of a labelled copy carried over the anchors onto a copy without labels.

Words that both copies have take the speaker of their twin. What lies between two anchors of one speaker is that
speaker's where both copies say about as much there; where only one of them does, something was put in or cut out, and
it stays open. Between two speakers, the few words that differ are matched by their likeness; what is left over goes to
the one or the other only where a sentence or a cue ends, and stays open elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from orchestration.schemas.speaker_spans import SpeakerSpans
from orchestration.transforms.alignment import both_ways
from orchestration.transforms.letters import Bools, Ints, ragged
from orchestration.transforms.person_names import is_anonymous
from orchestration.transforms.word_matching import similar_words
from orchestration.transforms.word_places import WordPlaces, word_places

# Words between two anchors of one speaker that are taken to be that speaker's: few, or about as many as the other has.
_MAX_BRIDGED_ALONE = 20
_MAX_BRIDGED_WORDS = 60
_MAX_REWORDED = 1.5
# Words between two speakers that are matched by their likeness.
_MAX_COMPARED_WORDS = 40
# Left-over words between two speakers that go to the one or the other at the end of a sentence or a cue.
_MAX_SPLIT_WORDS = 4
# Of the words of a stretch, so many must be matched.
_MIN_MATCHED_SHARE = 0.3
_SENTENCE_ENDS = (".", "?", "!", "…", '."', '?"', '!"', ".”", "?”", "!”", ".)", "?)", "!)")


@dataclass(frozen=True, slots=True)
class _Copy:
    """The speech of a copy: its words, and of each the number of its label in `labels`, of which the first is None."""

    text: str
    words: WordPlaces
    label: Ints
    labels: list[str | None]

    def is_sentence_end(self, word: int) -> bool:
        """Tell whether a sentence ends with a word."""
        return self.text.endswith(_SENTENCE_ENDS, int(self.words.char_start[word]), int(self.words.char_end[word]))


@dataclass(slots=True)
class _Voices:
    """Who says each word of a copy: the number of label and copy in `known`, of which the first stands for nobody.

    is_matched: whether the word itself is matched.
    """

    known: list[tuple[str, str]]
    number: Ints
    is_matched: Bools


def carried_speakers(
    segments: pl.DataFrame, document_texts: pl.DataFrame, copy_alignments: pl.DataFrame, speaker_labels: pl.DataFrame
) -> pl.DataFrame:
    """Return the stretches of copies without labels that an aligned copy names, as rows of `speaker_spans`.

    All arguments have the columns of the lake tables of these names. Where several copies name one stretch, the one
    goes first that shares most words under real names with the copy.
    """
    texts = dict(document_texts.select("document_id", "text").iter_rows())
    columns = "copy_id", "speaker_label", "person_id", "person_name", "confidence"
    people = {row[:2]: row[2:] for row in speaker_labels.select(columns).iter_rows()}
    anchors = both_ways(copy_alignments).partition_by("copy_id", "other_copy_id", as_dict=True)
    sources = _sources(segments, copy_alignments)
    wanted = {copy_id for one, others in sources.items() for copy_id in (one, *others)}
    speech = (
        segments.lazy()
        .filter("is_speech", pl.col("copy_id").is_in(pl.Series(sorted(wanted), dtype=pl.String).implode()))
        .sort("copy_id", "segment_index")
        .select("copy_id", "document_id", "text", "char_start", "char_end", "speaker_label")
        .collect()
    )
    parts = {copy_id: part for (copy_id,), part in speech.partition_by("copy_id", as_dict=True).items()}
    rows: list[dict[str, Any]] = []
    for copy_id, source_ids in sources.items():
        here = _read(parts[copy_id], texts)
        voices = _Voices([("", "")], np.zeros(len(here.words), np.int64), np.zeros(len(here.words), np.bool_))
        for source_id in source_ids:
            there = _read(parts[source_id], texts)
            _add_voices(voices, here, there, source_id, _blocks(here, there, anchors[copy_id, source_id]))
        rows += _span_rows(copy_id, here, voices, people)
    frame = pl.DataFrame(rows, schema=SpeakerSpans.create_empty().schema, strict=False)
    return SpeakerSpans.validate(frame.sort("copy_id", "char_start"), cast=True)


def _sources(segments: pl.DataFrame, copy_alignments: pl.DataFrame) -> dict[str, list[str]]:
    """Return for each copy with speech without labels the aligned copies that have labels, the best first."""
    if copy_alignments.is_empty():
        return {}
    labels = segments["speaker_label"].drop_nulls().unique()
    names = [label for label in labels if not is_anonymous(label)]
    label = pl.col("speaker_label")
    length = pl.col("char_end") - pl.col("char_start")
    facts = (
        segments.filter("is_speech")
        .group_by("copy_id")
        .agg(
            has_open=label.is_null().any(),
            has_labels=label.is_not_null().any(),
            named_share=length.filter(label.is_in(names)).sum() / length.sum().clip(1),
        )
    )
    pairs = (
        both_ways(copy_alignments)
        .group_by("copy_id", "other_copy_id")
        .agg(pl.col("word_count").sum())
        .join(facts.filter("has_open").select("copy_id"), on="copy_id")
        .join(facts.filter("has_labels").select(other_copy_id="copy_id", named_share="named_share"), on="other_copy_id")
        .with_columns(named_words=pl.col("word_count") * pl.col("named_share"))
        .sort("copy_id", "named_words", "word_count", "other_copy_id", descending=[False, True, True, False])
    )
    sources: dict[str, list[str]] = {}
    for copy_id, other_id in pairs.select("copy_id", "other_copy_id").iter_rows():
        sources.setdefault(copy_id, []).append(other_id)
    return sources


def _read(segments: pl.DataFrame, texts: dict[str, str]) -> _Copy:
    words = word_places(segments, texts)
    numbers: dict[str | None, int] = {None: 0}
    of_segments = [numbers.setdefault(label, len(numbers)) for label in segments["speaker_label"]]
    return _Copy(texts[segments["document_id"][0]], words, np.array(of_segments, np.int64)[words.segment], [*numbers])


def _blocks(here: _Copy, there: _Copy, anchors: pl.DataFrame) -> tuple[Ints, Ints, Ints]:
    """Return of each anchor the number of its first word here and there, and how many words it has."""
    start, other_start, word_count = (
        anchors[name].to_numpy() for name in ("char_start", "other_char_start", "word_count")
    )
    first = np.searchsorted(here.words.char_start, start)
    return first, np.searchsorted(there.words.char_start, other_start), word_count


def _add_voices(voices: _Voices, here: _Copy, there: _Copy, source_id: str, blocks: tuple[Ints, Ints, Ints]) -> None:
    """Note who says the words of `here` in `there`, where that is not known yet and `here` has no label."""
    first, other_first, count = blocks
    label, is_matched = np.zeros(len(here.words), np.int64), np.zeros(len(here.words), np.bool_)
    matched = ragged(first, count)[1]
    label[matched] = there.label[ragged(other_first, count)[1]]
    is_matched[matched] = True
    _fill_gaps(label, here, there, (first, other_first, count))
    is_new = (label > 0) & (here.label == 0) & (voices.number == 0)
    # The labels of `there` follow on the voices that are known so far.
    voices.number[is_new] = label[is_new] + len(voices.known) - 1
    voices.is_matched[is_new] = is_matched[is_new]
    voices.known += [(name, source_id) for name in there.labels if name is not None]


def _fill_gaps(label: Ints, here: _Copy, there: _Copy, blocks: tuple[Ints, Ints, Ints]) -> None:
    """Give the words of `here` between two anchors the label that `there` has around there, where that is plain."""
    first, other_first, length = blocks
    start, end = (first + length)[:-1], first[1:]
    other_start, other_end = (other_first + length)[:-1], other_first[1:]
    is_gap = end > start
    start, end, other_start, other_end = (column[is_gap] for column in (start, end, other_start, other_end))
    count, other_count = end - start, other_end - other_start
    before, after = label[start - 1], label[end]
    # Numbers of the stretches of one label, by which a gap within a single one is told.
    stretch = np.cumsum(np.diff(there.label, prepend=0) != 0)
    last = np.maximum(other_end - 1, 0)
    is_one = (stretch[np.minimum(other_start, len(stretch) - 1)] == stretch[last]) & (there.label[last] == before)
    is_plain = (before == after) & (is_one | (other_count <= 0))
    may_be_long = np.maximum(_MAX_BRIDGED_ALONE, np.minimum(_MAX_BRIDGED_WORDS, _MAX_REWORDED * other_count))
    is_bridged = is_plain & (count <= may_be_long)
    owner, words = ragged(start[is_bridged], count[is_bridged])
    label[words] = before[is_bridged][owner]
    for number in np.flatnonzero(~is_plain & (np.maximum(count, other_count) <= _MAX_COMPARED_WORDS)).tolist():
        gap = int(start[number]), int(end[number])
        _compare(label, here, there, gap, (int(other_start[number]), int(other_end[number])))


def _compare(label: Ints, here: _Copy, there: _Copy, words: tuple[int, int], others: tuple[int, int]) -> None:
    """Match the few words of a gap by their likeness, and give what is left over to the speakers around it."""
    (start, end), (other_start, other_end) = words, others
    for a, b in similar_words(here.words.words(start, end), there.words.words(other_start, other_end)):
        label[start + a] = there.label[other_start + b]
    at = start
    while at < end:
        if label[at]:
            at += 1
            continue
        left_over = at
        while at < end and not label[at]:
            at += 1
        _split(label, here, left_over, at)


def _split(label: Ints, here: _Copy, start: int, end: int) -> None:
    """Give a few words to the speakers around them: cut at the one end of a sentence, else at the one of a cue."""
    before, after = label[start - 1], label[end]
    if end - start > _MAX_SPLIT_WORDS:
        return
    if before == after:
        label[start:end] = before
        return
    cuts = [at for at in range(start, end + 1) if here.is_sentence_end(at - 1)]
    if not cuts:
        segment = here.words.segment
        cuts = [at for at in range(start, end + 1) if segment[at - 1] != segment[at]]
    if len(cuts) == 1:
        label[start : cuts[0]] = before
        label[cuts[0] : end] = after


def _span_rows(
    copy_id: str, here: _Copy, voices: _Voices, people: dict[tuple[Any, ...], tuple[Any, ...]]
) -> Iterator[dict[str, Any]]:
    """Yield a row for each run of words of one voice of which enough are matched."""
    if not len(here.words):
        return
    start = np.flatnonzero(np.diff(voices.number, prepend=-1))
    end = np.append(start[1:], len(voices.number))
    share = np.add.reduceat(voices.is_matched, start, dtype=np.int64) / (end - start)
    number = voices.number[start]
    kept = (number > 0) & (share >= _MIN_MATCHED_SHARE)
    char_start, char_end = here.words.char_start[start[kept]], here.words.char_end[end[kept] - 1]
    columns = (char_start.tolist(), char_end.tolist(), number[kept].tolist(), share[kept].tolist())
    for first, last, voice, matched in zip(*columns, strict=True):
        label, label_copy_id = voices.known[voice]
        person_id, name, confidence = people.get((label_copy_id, label), (None, None, None))
        yield {
            "copy_id": copy_id,
            "char_start": first,
            "char_end": last,
            "speaker_label": label,
            "person_id": person_id,
            "person_name": name,
            "confidence": round(matched * (1.0 if confidence is None else confidence), 4),
            "rule": "aligned",
            "label_copy_id": label_copy_id,
        }
