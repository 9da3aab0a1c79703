"""Speaker turns: consecutive segments of one speaker and one kind, each on a clock where there is one.

The speaker is the copy's own label, else one that `speaker_spans` carries over from another copy or infers. A turn ends
where the speaker changes, and where paid or promotional speech begins or ends. An intro or outro is a kind of whole
turns: a turn that only ends with farewells stays one turn and is content. Where the source marks changes of speaker
without naming anybody, a turn ends at the marks. Where nothing tells speakers apart, it ends at a paragraph, else at
the first sentence end after 60 seconds or 150 words, and at twice that in text without sentence ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from math import isnan
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from orchestration.ids import turn_ids
from orchestration.schemas.speaker_turns import SpeakerTurns
from orchestration.transforms.letters import Bools, Ints, Letters
from orchestration.transforms.turn_pieces import KINDS, Pieces, Seconds, Speaker, Stretch, pieces_of
from orchestration.transforms.turn_times import TIME_SOURCES, turn_times
from orchestration.transforms.word_counts import word_counts

_MAX_UNMARKED_S = 60.0
_MAX_UNMARKED_WORDS = 150
_SPOKEN = (
    *("document_id", "text", "speaker_label", "start_s", "end_s", "is_speaker_change", "is_paragraph_start"),
    *("char_start", "char_end"),
)
_SPANS = ("span_char_start", "span_char_end", "span_text_start", "span_start_s")
_NUMBERS = ("start_s", "end_s", "speaker_confidence")
_SOURCES = ("native", "aligned", "inferred", "none")
_NATIVE, _ALIGNED, _INFERRED, _ = range(len(_SOURCES))
_CUT_OUT = frozenset({"sponsor", "promo"})
_SENTENCE_ENDS = (".", "?", "!", "…", '."', '?"', '!"', ".”", "?”", "!”", ".)", "?)", "!)")


def speaker_turns(
    segments: pl.DataFrame,
    document_texts: pl.DataFrame,
    kind_spans: pl.DataFrame,
    speaker_labels: pl.DataFrame,
    copy_alignments: pl.DataFrame,
    speaker_spans: pl.DataFrame,
) -> pl.DataFrame:
    """Return the turns of every copy. Arguments and result have the columns of the lake tables of these names."""
    texts = dict(document_texts.select("document_id", "text").iter_rows())
    kinds = _kinds(kind_spans)
    speakers = _speakers(speaker_spans)
    people = _people(speaker_labels)
    anchors = clock_anchors(copy_alignments).partition_by("copy_id", as_dict=True)
    speech = segments.lazy().filter("is_speech").sort("copy_id", "segment_index").select("copy_id", *_SPOKEN).collect()
    columns: dict[str, list[Any]] = {name: [] for name in (*SpeakerTurns.column_names(), *_SPANS, "span_count")}
    for (copy_id,), of_copy in speech.partition_by("copy_id", as_dict=True, maintain_order=True).items():
        document_id = of_copy["document_id"][0]
        pieces = pieces_of(
            of_copy,
            texts[document_id],
            kinds.get(copy_id, ()),
            speakers.get(copy_id, ()),
            people.get(copy_id, {}),
        )
        if len(pieces):
            for name, column in _turns(copy_id, document_id, pieces, anchors.get((copy_id,))).items():
                columns[name].append(column)
    frame = _frame(columns) if columns["turn_id"] else SpeakerTurns.create_empty()
    return SpeakerTurns.validate(frame, cast=True)


def _frame(columns: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """Return the turns of all copies, of each of whose columns there are as many pieces as copies."""
    whole = {
        name: np.concatenate(parts) if isinstance(parts[0], np.ndarray) else [*chain.from_iterable(parts)]
        for name, parts in columns.items()
        if parts
    }
    spans = pl.DataFrame({name.removeprefix("span_"): whole[name] for name in _SPANS})
    spans = spans.with_columns(pl.col("start_s").fill_nan(None))
    offsets = pa.array(np.append(np.int64(0), np.cumsum(whole.pop("span_count"))))
    lists = pl.from_arrow(pa.LargeListArray.from_arrays(offsets, spans.to_struct().to_arrow()))
    assert isinstance(lists, pl.Series)
    frame = pl.DataFrame({name: column for name, column in whole.items() if name not in _SPANS})
    return frame.with_columns(pl.col(*_NUMBERS).fill_nan(None), spans=lists).select(SpeakerTurns.column_names())


def _kinds(kind_spans: pl.DataFrame) -> dict[str, list[Stretch]]:
    """Return the kinds of each copy's stretches, in order."""
    found: dict[str, list[Stretch]] = {}
    columns = kind_spans.sort("copy_id", "char_start").select("copy_id", "char_start", "char_end", "segment_kind")
    for copy_id, char_start, char_end, kind in columns.iter_rows():
        found.setdefault(copy_id, []).append(Stretch(char_start, char_end, kind))
    return found


def _people(speaker_labels: pl.DataFrame) -> dict[str, dict[str, Speaker]]:
    """Return the speaker of each label of each copy."""
    found: dict[str, dict[str, Speaker]] = {}
    columns = speaker_labels.select("copy_id", "speaker_label", "person_id", "confidence")
    for copy_id, label, person_id, confidence in columns.iter_rows():
        found.setdefault(copy_id, {})[label] = Speaker(label, person_id, confidence, "native", copy_id)
    return found


def _speakers(speaker_spans: pl.DataFrame) -> dict[str, list[Stretch]]:
    """Return who speaks in each copy's stretches, in order."""
    found: dict[str, list[Stretch]] = {}
    for row in speaker_spans.sort("copy_id", "char_start").iter_rows(named=True):
        source = "inferred" if row["label_copy_id"] is None else "aligned"
        speaker = Speaker(row["speaker_label"], row["person_id"], row["confidence"], source, row["label_copy_id"])
        found.setdefault(row["copy_id"], []).append(Stretch(row["char_start"], row["char_end"], speaker))
    return found


def clock_anchors(copy_alignments: pl.DataFrame) -> pl.DataFrame:
    """Return for each copy its anchors on the clock that gives it most of them: fine cues, and much of the speech."""
    of_pair = pl.len().over("copy_id", "other_copy_id")
    ranked = copy_alignments.filter(pl.col("start_s").is_not_null()).with_columns(anchor_count=of_pair)
    ranked = ranked.sort("copy_id", "anchor_count", "other_copy_id", descending=[False, True, False])
    clock = pl.col("other_copy_id").first().over("copy_id")
    return ranked.filter(pl.col("other_copy_id") == clock).drop("anchor_count").sort("copy_id", "char_start")


def _turns(copy_id: str, document_id: str, pieces: Pieces, anchors: pl.DataFrame | None) -> dict[str, Any]:
    """Return the columns of the turns that the pieces of a copy make, and those of their spans."""
    letters = Letters(" ".join(pieces.text))
    lengths = np.fromiter(map(len, pieces.text), np.int64, len(pieces))
    text_end = np.cumsum(lengths + 1) - 1
    text_start = text_end - lengths
    words = np.append(np.int64(0), np.cumsum(word_counts(letters, text_start, text_end)))
    first = np.flatnonzero(_are_first(pieces, words))
    last = np.append(first[1:], len(pieces)) - 1
    times = turn_times(copy_id, pieces, anchors, first, last)
    speakers = [pieces.speakers[number] for number in pieces.speaker[first].tolist()]
    kind = np.minimum.reduceat(pieces.kind, first)
    kind[kind != np.maximum.reduceat(pieces.kind, first)] = KINDS.index("content")
    char_start = pieces.char_start[first]
    ranges = zip(text_start[first].tolist(), text_end[last].tolist(), strict=True)
    return {
        "turn_id": turn_ids(copy_id, char_start.tolist()),
        "document_id": [document_id] * len(first),
        "copy_id": [copy_id] * len(first),
        "turn_index": np.arange(len(first)),
        "speaker_label": [speaker.label for speaker in speakers],
        "person_id": [speaker.person_id for speaker in speakers],
        "speaker_confidence": _confidences(pieces, lengths, first, last),
        "speaker_source": [speaker.source for speaker in speakers],
        "speaker_copy_id": [speaker.copy_id for speaker in speakers],
        "start_s": times.start_s,
        "end_s": times.end_s,
        "time_source": [TIME_SOURCES[source] for source in times.source.tolist()],
        "clock_copy_id": [None if is_none else times.clock_copy_id for is_none in np.isnan(times.start_s).tolist()],
        "text": [letters.text[start:end] for start, end in ranges],
        "word_count": words[last + 1] - words[first],
        "segment_kind": [KINDS[number] for number in kind.tolist()],
        "char_start": char_start,
        "char_end": pieces.char_end[last],
        "span_count": last - first + 1,
        "span_char_start": pieces.char_start,
        "span_char_end": pieces.char_end,
        "span_text_start": text_start - np.repeat(text_start[first], last - first + 1),
        "span_start_s": pieces.start_s,
    }


def _are_first(pieces: Pieces, words: Ints) -> Bools:
    """Tell which pieces begin a turn. words: how many are said before each piece."""
    sources = np.array([_SOURCES.index(speaker.source) for speaker in pieces.speakers])[pieces.speaker]
    who: dict[tuple[Any, ...], int] = {}
    voice = np.array([who.setdefault((*one[:2], *one[3:]), len(who)) for one in pieces.speakers])[pieces.speaker]
    is_cut_out = np.array([kind in _CUT_OUT for kind in KINDS])[pieces.kind]
    is_first = np.ones(len(pieces), np.bool_)
    is_first[1:] = (voice[1:] != voice[:-1]) | (
        (pieces.kind[1:] != pieces.kind[:-1]) & (is_cut_out[1:] | is_cut_out[:-1])
    )
    if (sources == _NATIVE).any():
        return is_first
    is_marked = pieces.is_speaker_change.any() | (sources == _INFERRED)
    is_first |= (sources != _ALIGNED) & np.where(is_marked, pieces.is_speaker_change, pieces.is_paragraph_start)
    _cut_long(is_first, (sources != _ALIGNED) & ~is_marked, pieces, words)
    return is_first


def _cut_long(is_first: Bools, is_unmarked: Bools, pieces: Pieces, words: Ints) -> None:
    """Mark where turns begin in speech of which nothing tells who speaks: where a turn has become long."""
    starts, counts = pieces.start_s.tolist(), words.tolist()
    turn = 0
    for number in np.flatnonzero(is_unmarked | is_first).tolist():
        if not is_first[number]:
            length_s = starts[number] - starts[turn]
            words_share = (counts[number] - counts[turn]) / _MAX_UNMARKED_WORDS
            share = words_share if isnan(length_s) else max(length_s / _MAX_UNMARKED_S, words_share)
            is_first[number] = share >= 2 or (share >= 1 and pieces.text[number - 1].endswith(_SENTENCE_ENDS))
        if is_first[number]:
            turn = number


def _confidences(pieces: Pieces, lengths: Ints, first: Ints, last: Ints) -> Seconds:
    """Return the mean confidence of the speaker, by length: parts of a turn may be known more surely than others.

    It is NaN where no person is known to speak.
    """
    known = [speaker.confidence if speaker.person_id else None for speaker in pieces.speakers]
    of_piece = np.array([np.nan if one is None else one for one in known])[pieces.speaker]
    lowest, highest = np.fmin.reduceat(of_piece, first), np.fmax.reduceat(of_piece, first)
    means = lowest
    for number in np.flatnonzero((lowest < highest) | (lowest != np.round(lowest, 4)) & ~np.isnan(lowest)).tolist():
        turn = slice(int(first[number]), int(last[number]) + 1)
        pairs = zip(of_piece[turn].tolist(), lengths[turn].tolist(), strict=True)
        sure = [(one, length) for one, length in pairs if not isnan(one)]
        means[number] = round(sum(one * length for one, length in sure) / sum(length for _, length in sure), 4)
    return means
