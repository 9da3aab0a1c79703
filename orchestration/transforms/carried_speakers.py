"""Names onto times: the speakers of a labelled copy carried over the anchors onto a copy without labels.

Words that both copies have take the speaker of their twin. What lies between two anchors of one speaker is that
speaker's where both copies say about as much there; where only one of them does, something was put in or cut out, and
it stays open. Between two speakers, the few words that differ are matched by their likeness; what is left over goes to
the one or the other only where a sentence or a cue ends, and stays open elsewhere.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import polars as pl

from orchestration.schemas.speaker_spans import SpeakerSpans
from orchestration.transforms.alignment import both_ways
from orchestration.transforms.person_names import is_anonymous
from orchestration.transforms.spoken_words import Token, words_of
from orchestration.transforms.word_matching import Block, similar_words

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


class _Voice(NamedTuple):
    """Who says a word: the label, the copy that has it, and whether the word itself is matched."""

    label: str
    label_copy_id: str
    is_matched: bool


@dataclass(frozen=True, slots=True)
class _Copy:
    """The speech of a copy: for each word its first character, its label, whether a sentence ends with it."""

    words: list[Token]
    starts: list[int]
    labels: list[str | None]
    is_sentence_end: list[bool]


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
    rows: list[dict[str, Any]] = []
    for copy_id, source_ids in _sources(segments, copy_alignments).items():
        wanted = segments.filter("is_speech", pl.col("copy_id").is_in([copy_id, *source_ids]))
        parts = wanted.sort("copy_id", "segment_index").partition_by("copy_id", as_dict=True)
        here = _read(parts[copy_id,], texts)
        voices: list[_Voice | None] = [None] * len(here.words)
        for source_id in source_ids:
            there = _read(parts[source_id,], texts)
            found = _voices(here, there, source_id, _blocks(here, there, anchors[copy_id, source_id]))
            voices = [known or new for known, new in zip(voices, found, strict=True)]
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
    words = words_of(segments, texts)
    text = texts[segments["document_id"][0]]
    labels = segments["speaker_label"].to_list()
    return _Copy(
        words,
        [word.char_start for word in words],
        [labels[word.segment] for word in words],
        [text.endswith(_SENTENCE_ENDS, word.char_start, word.char_end) for word in words],
    )


def _blocks(here: _Copy, there: _Copy, anchors: pl.DataFrame) -> list[Block]:
    columns = anchors.select("char_start", "other_char_start", "word_count")
    return [
        Block(bisect_left(here.starts, start), bisect_left(there.starts, other_start), word_count)
        for start, other_start, word_count in columns.iter_rows()
    ]


def _voices(here: _Copy, there: _Copy, source_id: str, blocks: list[Block]) -> list[_Voice | None]:
    """Return for each word of `here` who says it in `there`; None where that is unknown or `here` has a label."""
    labels: list[str | None] = [None] * len(here.words)
    matched = bytearray(len(here.words))
    for block in blocks:
        labels[block.a : block.a + block.length] = there.labels[block.b : block.b + block.length]
        matched[block.a : block.a + block.length] = b"\x01" * block.length
    for one, other in pairwise(blocks):
        _fill(labels, here, there, (one.a + one.length, other.a), (one.b + one.length, other.b))
    return [
        _Voice(label, source_id, bool(is_matched)) if label is not None and own is None else None
        for label, is_matched, own in zip(labels, matched, here.labels, strict=True)
    ]


def _fill(labels: list[str | None], here: _Copy, there: _Copy, words: tuple[int, int], others: tuple[int, int]) -> None:
    """Give the words of `here` between two anchors the label that `there` has around there, where that is plain."""
    (start, end), (other_start, other_end) = words, others
    count, other_count = end - start, other_end - other_start
    if not count:
        return
    first, last = labels[start - 1], labels[end]
    if first == last and all(label == first for label in there.labels[other_start:other_end]):
        if count <= max(_MAX_BRIDGED_ALONE, min(_MAX_BRIDGED_WORDS, _MAX_REWORDED * other_count)):
            labels[start:end] = [first] * count
        return
    if max(count, other_count) > _MAX_COMPARED_WORDS:
        return
    there_words = [word.word for word in there.words[other_start:other_end]]
    for a, b in similar_words([word.word for word in here.words[start:end]], there_words):
        labels[start + a] = there.labels[other_start + b]
    at = start
    while at < end:
        if labels[at] is not None:
            at += 1
            continue
        left_over = at
        while at < end and labels[at] is None:
            at += 1
        _split(labels, here, left_over, at)


def _split(labels: list[str | None], here: _Copy, start: int, end: int) -> None:
    """Give a few words to the speakers around them: cut at the one end of a sentence, else at the one of a cue."""
    before, after = labels[start - 1], labels[end]
    if end - start > _MAX_SPLIT_WORDS:
        return
    if before == after:
        labels[start:end] = [before] * (end - start)
        return
    cuts = [at for at in range(start, end + 1) if here.is_sentence_end[at - 1]]
    if not cuts:
        cuts = [at for at in range(start, end + 1) if here.words[at - 1].segment != here.words[at].segment]
    if len(cuts) == 1:
        labels[start : cuts[0]] = [before] * (cuts[0] - start)
        labels[cuts[0] : end] = [after] * (end - cuts[0])


def _span_rows(
    copy_id: str, here: _Copy, voices: list[_Voice | None], people: dict[tuple[Any, ...], tuple[Any, ...]]
) -> Iterator[dict[str, Any]]:
    """Yield a row for each run of words of one voice of which enough are matched."""
    start = 0
    for end in range(1, len(voices) + 1):
        voice = voices[start]
        if end < len(voices) and _is_same(voice, voices[end]):
            continue
        if voice is not None:
            share = sum(one is not None and one.is_matched for one in voices[start:end]) / (end - start)
            if share >= _MIN_MATCHED_SHARE:
                person_id, name, confidence = people.get((voice.label_copy_id, voice.label), (None, None, None))
                yield {
                    "copy_id": copy_id,
                    "char_start": here.words[start].char_start,
                    "char_end": here.words[end - 1].char_end,
                    "speaker_label": voice.label,
                    "person_id": person_id,
                    "person_name": name,
                    "confidence": round(share * (1.0 if confidence is None else confidence), 4),
                    "rule": "aligned",
                    "label_copy_id": voice.label_copy_id,
                }
        start = end


def _is_same(one: _Voice | None, other: _Voice | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.label == other.label and one.label_copy_id == other.label_copy_id
