"""Speaker turns: consecutive segments of one speaker and one kind, each on a clock where there is one.

The speaker is the copy's own label, else one that `speaker_spans` carries over from another copy or infers. A turn ends
where the speaker changes, and where paid or promotional speech begins or ends. An intro or outro is a kind of whole
turns: a turn that only ends with farewells stays one turn and is content. Where the source marks changes of speaker
without naming anybody, a turn ends at the marks. Where nothing tells speakers apart, it ends at a paragraph, else at
the first sentence end after 60 seconds or 150 words, and at twice that in text without sentence ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from orchestration.formats.display import count_words
from orchestration.ids import turn_id
from orchestration.schemas.speaker_turns import SpeakerTurns
from orchestration.transforms.turn_pieces import Piece, Speaker, Stretch, pieces_of
from orchestration.transforms.turn_times import TurnClock

_MAX_UNMARKED_S = 60.0
_MAX_UNMARKED_WORDS = 150
_CUT_OUT = frozenset({"sponsor", "promo"})
_SENTENCE_ENDS = (".", "?", "!", "…", '."', '?"', '!"', ".”", "?”", "!”", ".)", "?)", "!)")


@dataclass(slots=True)
class _Turn:
    pieces: list[Piece] = field(default_factory=list)
    word_count: int = 0


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
    rows: list[dict[str, Any]] = []
    speech = segments.filter("is_speech").sort("copy_id", "segment_index")
    for (key,), of_copy in speech.partition_by("copy_id", as_dict=True, maintain_order=True).items():
        copy_id, document_id = str(key), of_copy["document_id"][0]
        pieces = pieces_of(
            of_copy.iter_rows(named=True),
            texts[document_id],
            kinds.get(copy_id, ()),
            speakers.get(copy_id, ()),
            people.get(copy_id, {}),
        )
        turns = list(_turns(pieces))
        clock = TurnClock(copy_id, pieces, anchors.get((copy_id,)))
        for turn_index, turn in enumerate(turns):
            following = turns[turn_index + 1].pieces[0] if turn_index + 1 < len(turns) else None
            rows.append(
                {"document_id": document_id, "copy_id": copy_id, "turn_index": turn_index}
                | _turn_row(copy_id, turn)
                | clock.times(turn.pieces[0], turn.pieces[-1], following)
            )
    frame = pl.DataFrame(rows, schema=SpeakerTurns.create_empty().schema, strict=False)
    return SpeakerTurns.validate(frame, cast=True)


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


def _turns(pieces: Sequence[Piece]) -> Iterator[_Turn]:
    has_labels = any(piece.speaker.source == "native" for piece in pieces)
    has_marks = any(piece.is_speaker_change for piece in pieces)
    turn = _Turn()
    for piece in pieces:
        if turn.pieces and _is_boundary(turn, piece, has_labels, has_marks):
            yield turn
            turn = _Turn()
        turn.pieces.append(piece)
        turn.word_count += count_words(piece.text)
    if turn.pieces:
        yield turn


def _is_boundary(turn: _Turn, piece: Piece, has_labels: bool, has_marks: bool) -> bool:
    last = turn.pieces[-1]
    if piece.segment_kind != last.segment_kind and {piece.segment_kind, last.segment_kind} & _CUT_OUT:
        return True
    if not piece.speaker.is_same(last.speaker):
        return True
    if has_labels or piece.speaker.source == "aligned":
        return False
    if has_marks or piece.speaker.source == "inferred":
        return piece.is_speaker_change
    if piece.is_paragraph_start:
        return True
    first_s = turn.pieces[0].start_s
    length_s = 0.0 if first_s is None or piece.start_s is None else piece.start_s - first_s
    share = max(length_s / _MAX_UNMARKED_S, turn.word_count / _MAX_UNMARKED_WORDS)
    return share >= 2 or (share >= 1 and last.text.endswith(_SENTENCE_ENDS))


def _turn_row(copy_id: str, turn: _Turn) -> dict[str, Any]:
    spans = []
    length = 0
    for piece in turn.pieces:
        spans.append(
            {
                "char_start": piece.char_start,
                "char_end": piece.char_end,
                "text_start": length,
                "start_s": piece.start_s,
            }
        )
        length += len(piece.text) + 1
    char_start = turn.pieces[0].char_start
    kinds = {piece.segment_kind for piece in turn.pieces}
    speaker = turn.pieces[0].speaker
    return {
        "turn_id": turn_id(copy_id, char_start),
        "speaker_label": speaker.label,
        "person_id": speaker.person_id,
        "speaker_confidence": _confidence(turn) if speaker.person_id else None,
        "speaker_source": speaker.source,
        "speaker_copy_id": speaker.copy_id,
        "text": " ".join(piece.text for piece in turn.pieces),
        "word_count": turn.word_count,
        "segment_kind": kinds.pop() if len(kinds) == 1 else "content",
        "spans": spans,
        "char_start": char_start,
        "char_end": turn.pieces[-1].char_end,
    }


def _confidence(turn: _Turn) -> float | None:
    """Return the mean confidence of the speaker, by length: parts of a turn may be known more surely than others."""
    known = [
        (piece.speaker.confidence, len(piece.text)) for piece in turn.pieces if piece.speaker.confidence is not None
    ]
    return round(sum(one * length for one, length in known) / sum(length for _, length in known), 4) if known else None
