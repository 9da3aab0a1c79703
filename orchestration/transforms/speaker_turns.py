"""Speaker turns: consecutive segments of one speaker and one kind, each on a clock where there is one.

A turn ends where the speaker changes, and where paid or promotional speech begins or ends. An intro or outro is a kind
of whole turns: a turn that only ends with farewells stays one turn and is content. Where the source marks changes of
speaker without naming anybody, a turn ends at the marks. Where nothing tells speakers apart, it ends at a paragraph,
else at the first sentence end after 60 seconds or 150 words, and at twice that in text without sentence ends.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import polars as pl

from orchestration.formats.display import count_words, tidy
from orchestration.ids import turn_id
from orchestration.schemas.speaker_turns import SpeakerTurns

_MAX_UNMARKED_S = 60.0
_MAX_UNMARKED_WORDS = 150
_CUT_OUT = frozenset({"sponsor", "promo"})
_SENTENCE_ENDS = (".", "?", "!", "…", '."', '?"', '!"', ".”", "?”", "!”", ".)", "?)", "!)")
# Speech without times is placed between the nearest times around it only where these are close to each other.
_MAX_BRIDGED_S = 120.0


@dataclass(slots=True)
class _Piece:
    """A segment, or the part of one that lies in a single kind of stretch."""

    text: str
    char_start: int
    char_end: int
    speaker_label: str | None
    segment_kind: str
    start_s: float | None
    end_s: float | None
    is_speaker_change: bool
    is_paragraph_start: bool


@dataclass(slots=True)
class _Turn:
    pieces: list[_Piece] = field(default_factory=list)
    word_count: int = 0


class _Point(NamedTuple):
    """A character of a copy whose time is known."""

    char: int
    time_s: float


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
    kinds = kind_spans.sort("copy_id", "char_start").partition_by("copy_id", as_dict=True)
    anchors = clock_anchors(copy_alignments).partition_by("copy_id", as_dict=True)
    rows: list[dict[str, Any]] = []
    speech = segments.filter("is_speech").sort("copy_id", "segment_index")
    for (copy_id,), of_copy in speech.partition_by("copy_id", as_dict=True, maintain_order=True).items():
        document_id = of_copy["document_id"][0]
        spans = kinds.get((copy_id,))
        pieces = _pieces(of_copy, spans, texts[document_id])
        turns = list(_turns(pieces))
        clock = _Clock(str(copy_id), pieces, anchors.get((copy_id,)))
        for turn_index, turn in enumerate(turns):
            rows.append(
                {"document_id": document_id, "copy_id": copy_id, "turn_index": turn_index}
                | _turn_row(str(copy_id), turn)
                | clock.times(turn, turns[turn_index + 1] if turn_index + 1 < len(turns) else None)
            )
    has_label = pl.col("speaker_label").is_not_null()
    frame = pl.DataFrame(rows, schema=_SCHEMA_WITHOUT_PEOPLE, strict=False)
    people = speaker_labels.select("copy_id", "speaker_label", "person_id", speaker_confidence="confidence")
    frame = frame.with_columns(
        speaker_source=pl.when(has_label).then(pl.lit("native")).otherwise(pl.lit("none")),
        speaker_copy_id=pl.when(has_label).then("copy_id"),
    )
    return SpeakerTurns.validate(
        frame.join(people, on=["copy_id", "speaker_label"], how="left").select(SpeakerTurns.column_names()), cast=True
    )


_SCHEMA_WITHOUT_PEOPLE = {
    name: dtype
    for name, dtype in SpeakerTurns.create_empty().schema.items()
    if name not in ("person_id", "speaker_confidence", "speaker_source", "speaker_copy_id")
}


def clock_anchors(copy_alignments: pl.DataFrame) -> pl.DataFrame:
    """Return for each copy its anchors on the clock that gives it most of them: fine cues, and much of the speech."""
    of_pair = pl.len().over("copy_id", "other_copy_id")
    ranked = copy_alignments.filter(pl.col("start_s").is_not_null()).with_columns(anchor_count=of_pair)
    ranked = ranked.sort("copy_id", "anchor_count", "other_copy_id", descending=[False, True, False])
    clock = pl.col("other_copy_id").first().over("copy_id")
    return ranked.filter(pl.col("other_copy_id") == clock).drop("anchor_count").sort("copy_id", "char_start")


def _pieces(segments: pl.DataFrame, kind_spans: pl.DataFrame | None, text: str) -> list[_Piece]:
    spans = [] if kind_spans is None else list(kind_spans.select("char_start", "char_end", "segment_kind").iter_rows())
    pieces: list[_Piece] = []
    for segment in segments.iter_rows(named=True):
        start, end = segment["char_start"], segment["char_end"]
        cuts = _cuts(start, end, spans)
        for (piece_start, kind), (piece_end, _) in zip(cuts, [*cuts[1:], (end, "")], strict=True):
            is_whole = piece_start == start and piece_end == end
            raw = text[piece_start:piece_end]
            shown = segment["text"] if is_whole else tidy(raw)
            if not shown:
                continue
            # A piece begins and ends at its first and last visible character, as a segment does.
            lead = len(raw) - len(raw.lstrip())
            pieces.append(
                _Piece(
                    text=shown,
                    char_start=piece_start + lead,
                    char_end=piece_start + len(raw.rstrip()),
                    speaker_label=segment["speaker_label"],
                    segment_kind=kind,
                    start_s=segment["start_s"] if piece_start == start else None,
                    end_s=segment["end_s"] if piece_end == end else None,
                    is_speaker_change=segment["is_speaker_change"] and piece_start == start,
                    is_paragraph_start=segment["is_paragraph_start"] and piece_start == start,
                )
            )
    return pieces


def _cuts(start: int, end: int, spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, str]]:
    """Return where pieces of the segment [start, end) begin, each with its kind."""
    cuts: list[tuple[int, str]] = []
    at = start
    for span_start, span_end, kind in spans:
        if span_end <= at:
            continue
        if span_start >= end:
            break
        if span_start > at:
            cuts.append((at, "content"))
        cuts.append((max(at, span_start), kind))
        at = span_end
    if at < end:
        cuts.append((at, "content"))
    return cuts


def _turns(pieces: Sequence[_Piece]) -> Iterator[_Turn]:
    has_labels = any(piece.speaker_label is not None for piece in pieces)
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


def _is_boundary(turn: _Turn, piece: _Piece, has_labels: bool, has_marks: bool) -> bool:
    last = turn.pieces[-1]
    if piece.segment_kind != last.segment_kind and {piece.segment_kind, last.segment_kind} & _CUT_OUT:
        return True
    if has_labels:
        return piece.speaker_label != last.speaker_label
    if has_marks:
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
    return {
        "turn_id": turn_id(copy_id, char_start),
        "speaker_label": turn.pieces[0].speaker_label,
        "text": " ".join(piece.text for piece in turn.pieces),
        "word_count": turn.word_count,
        "segment_kind": kinds.pop() if len(kinds) == 1 else "content",
        "spans": spans,
        "char_start": char_start,
        "char_end": turn.pieces[-1].char_end,
    }


class _Clock:
    """The times of a copy: its own, or those of another copy that the alignment carries over."""

    def __init__(self, copy_id: str, pieces: Sequence[_Piece], anchors: pl.DataFrame | None) -> None:
        self.has_own = any(piece.start_s is not None for piece in pieces)
        self.clock_copy_id: str | None = None
        self.points: list[_Point] = []
        if self.has_own:
            self.clock_copy_id = copy_id
            self.points = _forward(_Point(p.char_start, p.start_s) for p in pieces if p.start_s is not None)
        elif anchors is not None and anchors.height:
            self.clock_copy_id = anchors["other_copy_id"][0]
            ends = anchors.select("char_start", "char_end", "start_s", "end_s").iter_rows()
            self.points = _forward(
                point for start, end, start_s, end_s in ends for point in (_Point(start, start_s), _Point(end, end_s))
            )
        self.anchored = set() if self.has_own else {point.char for point in self.points}
        self.chars = [point.char for point in self.points]

    def times(self, turn: _Turn, following: _Turn | None) -> dict[str, Any]:
        """Return `start_s`, `end_s`, `time_source` and `clock_copy_id` of a turn."""
        first, last = turn.pieces[0], turn.pieces[-1]
        start_s, source = first.start_s, "native"
        if start_s is None:
            start_s = self._at(first.char_start)
            source = "aligned" if first.char_start in self.anchored else "interpolated"
        if start_s is None:
            return {"start_s": None, "end_s": None, "time_source": "none", "clock_copy_id": None}
        end_s = last.end_s
        if end_s is None and self.has_own and following is not None:
            end_s = following.pieces[0].start_s
        if end_s is None:
            end_s = self._at(last.char_end)
        return {
            "start_s": start_s,
            "end_s": end_s if end_s is None or end_s >= start_s else None,
            "time_source": source,
            "clock_copy_id": self.clock_copy_id,
        }

    def _at(self, char: int) -> float | None:
        """Return the time at a character: known, or by its place between the known ones around it."""
        after = bisect_right(self.chars, char)
        if after and self.chars[after - 1] == char:
            return self.points[after - 1].time_s
        if not after or after == len(self.points):
            return None
        left, right = self.points[after - 1], self.points[after]
        if right.time_s - left.time_s > _MAX_BRIDGED_S:
            return None
        return left.time_s + (right.time_s - left.time_s) * (char - left.char) / (right.char - left.char)


def _forward(points: Iterator[_Point]) -> list[_Point]:
    """Keep the points at which both text and time go forward."""
    kept: list[_Point] = []
    for point in points:
        if not kept or (point.char > kept[-1].char and point.time_s >= kept[-1].time_s):
            kept.append(point)
    return kept
