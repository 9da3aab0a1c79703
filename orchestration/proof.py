"""The proof that every row of text leads back to exact characters of a raw document.

Run over every row of every build. It shares no code with the parsers and transforms: it compares what is shown with
the raw slice after taking from both what the display form may change, which is white space, invisible characters and
the spelling of character references. All letters, digits and punctuation must be the same, in the same order.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

# Control, soft-hyphen and zero-width characters.
_IGNORED = dict.fromkeys((*range(32), *range(127, 160), 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_REFERENCE = re.compile(r"&#?[0-9A-Za-z]{1,32};")
MAX_REPORTED = 20

Texts = dict[str, str]
Span = tuple[int, int]
Place = tuple[str, Any, Any]
"""A document and a range of its characters, which may be no range."""

PROVEN_TABLES = (
    "document_texts",
    "segments",
    "passages",
    "chapters",
    "links",
    "stated_people",
    "appearance_evidence",
    "copy_differences",
    "speaker_turns",
    "mentions",
)
# What is made from mentions, and names places of the documents as examples.
EXAMPLE_TABLES = ("entity_candidates", "alias_proposals")


@dataclass(frozen=True, slots=True)
class ProofResult:
    """Rows looked at, and of those that failed how many and the first few in words."""

    row_count: int
    failure_count: int
    failures: list[str]


def prove(tables: dict[str, pl.DataFrame]) -> ProofResult:
    """Check every row of `tables`, which are the lake tables named in PROVEN_TABLES."""
    texts = dict(tables["document_texts"].select("document_id", "text").iter_rows())
    return _result(
        ("segments", _slices(tables["segments"], texts, "text")),
        ("passages", _slices(tables["passages"], texts, "text")),
        ("chapters", _slices(tables["chapters"], texts, "title")),
        ("links", _slices(tables["links"], texts, "url")),
        ("stated_people", _stated(tables["stated_people"], texts)),
        ("appearance_evidence", _evidence(tables, texts)),
        ("copy_differences", _turns(tables["copy_differences"], texts)),
        ("speaker_turns", _turns(tables["speaker_turns"], texts)),
        ("mentions", _mentions(tables, texts)),
    )


def prove_examples(tables: dict[str, pl.DataFrame]) -> ProofResult:
    """Check every example in `tables`, which are those named in EXAMPLE_TABLES, and `document_texts`."""
    texts = dict(tables["document_texts"].select("document_id", "text").iter_rows())
    return _result(*((table, _contexts(tables[table], texts)) for table in EXAMPLE_TABLES))


def _result(*checked: tuple[str, Iterator[str | None]]) -> ProofResult:
    row_count = failure_count = 0
    failures: list[str] = []
    for table, rows in checked:
        for failure in rows:
            row_count += 1
            if failure:
                failure_count += 1
                if len(failures) < MAX_REPORTED:
                    failures.append(f"{table}: {failure}")
    return ProofResult(row_count, failure_count, failures)


def _squash(text: str) -> str:
    dense = "".join(text.split())
    # None of the ignored characters counts as printable.
    return dense if dense.isprintable() else "".join(text.translate(_IGNORED).split())


def _resolve_references(raw: str) -> str:
    return _REFERENCE.sub(lambda found: html.unescape(found.group()), raw) if "&" in raw else raw


def _slice(texts: Texts, document_id: str, start: int | None, end: int | None) -> str | None:
    text = texts.get(document_id, "")
    if start is None or end is None or not 0 <= start <= end <= len(text):
        return None
    return text[start:end]


def _compare(place: Place, shown: str, raw: str | None) -> str | None:
    if raw is None:
        return f"{_where(place)}: the document has no such characters"
    # What is shown letter by letter as it stands, without a reference, needs no squashing to be the same.
    if (raw == shown and "&" not in raw) or _squash(_resolve_references(raw)) == _squash(shown):
        return None
    return f"{_where(place)}: shows {shown[:80]!r}, the document has {raw[:80]!r}"


def _where(place: Place) -> str:
    document_id, start, end = place
    return f"document {document_id[:12]} characters {start}-{end}"


def _columns(frame: pl.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of some columns, without an object for each row that holds them all."""
    return zip(*(frame[name].to_list() for name in names), strict=True)


def _slices(frame: pl.DataFrame, texts: Texts, column: str) -> Iterator[str | None]:
    for *place, shown in _columns(frame, "document_id", "char_start", "char_end", column):
        yield _compare((place[0], place[1], place[2]), shown, _slice(texts, *place))


def _stated(frame: pl.DataFrame, texts: Texts) -> Iterator[str | None]:
    """Check who is stated: by the document itself with its characters, by a sidecar without any."""
    is_sidecar = pl.col("source").cast(pl.String) == "sidecar"
    yield from _slices(frame.filter(~is_sidecar), texts, "name")
    for name, start, end in frame.filter(is_sidecar).select("name", "char_start", "char_end").iter_rows():
        yield None if start is None and end is None else f"{name!r} is stated by a sidecar, but has characters"


def _evidence(tables: dict[str, pl.DataFrame], texts: Texts) -> Iterator[str | None]:
    """Check evidence: it stands in the document, or it is what a sidecar states of this very copy."""
    has_no_place = pl.col("char_start").is_null() & pl.col("char_end").is_null()
    yield from _slices(tables["appearance_evidence"].filter(~has_no_place), texts, "quote")
    by_sidecars = tables["stated_people"].filter(pl.col("char_start").is_null())
    stated = set(by_sidecars.select("copy_id", "name", pl.col("role").cast(pl.String)).iter_rows())
    without = tables["appearance_evidence"].filter(has_no_place)
    for kind, *key in without.select("kind", "copy_id", "quote", pl.col("role").cast(pl.String)).iter_rows():
        is_proven = kind == "stated" and tuple(key) in stated
        yield None if is_proven else f"copy {key[0]}: nothing states {key[1]!r}, and no characters show it"


def _turns(frame: pl.DataFrame, texts: Texts) -> Iterator[str | None]:
    """Check what is made of several slices, its `spans`."""
    rows = _columns(frame, "document_id", "char_start", "char_end", "text")
    for (document_id, start, end, shown), spans in zip(rows, _spans(frame), strict=True):
        inside = [start, *(edge for span in spans for edge in span), end]
        if inside != sorted(inside) or inside[0] != inside[1] or inside[-1] != inside[-2]:
            yield f"{_where((document_id, start, end))}: its spans are not in order within it"
            continue
        raw = " ".join([_slice(texts, document_id, *span) or "" for span in spans])
        yield _compare((document_id, start, end), shown, raw)


def _spans(frame: pl.DataFrame) -> Iterator[list[Span]]:
    """Yield the spans of each row."""
    flat = frame["spans"].explode(empty_as_null=False).struct
    edges = list(zip(flat.field("char_start").to_list(), flat.field("char_end").to_list(), strict=True))
    done = 0
    for count in frame["spans"].list.len().to_list():
        yield edges[done : done + count]
        done += count


def _mentions(tables: dict[str, pl.DataFrame], texts: Texts) -> Iterator[str | None]:
    turns = tables["speaker_turns"]
    spans_of = dict(zip(turns["turn_id"].to_list(), _spans(turns), strict=True))
    text_of = dict(_columns(turns, "turn_id", "text"))
    units = dict(_columns(tables["passages"], "passage_id", "text"))
    units |= dict(_columns(tables["chapters"], "chapter_id", "title"))
    names = ("field", "turn_id", "passage_id", "chapter_id", "surface", "text_start", "text_end")
    of_place = ("document_id", "char_start", "char_end")
    for field, turn, passage, chapter, surface, text_start, text_end, document_id, start, end in _columns(
        tables["mentions"], *names, *of_place
    ):
        place = (document_id, start, end)
        is_in_turn = field == "transcript" and turn in spans_of
        unit = text_of[turn] if is_in_turn else units.get(passage or chapter)
        # A label is no unit of its own: there the surface must be the slice, which is checked below.
        if field != "speaker_label" and (unit is None or unit[text_start:text_end] != surface):
            yield f"{_where(place)}: the surface {surface!r} does not stand at {text_start} of its text"
            continue
        yield _compare(place, surface, _inside(spans_of[turn], place, texts) if is_in_turn else _slice(texts, *place))


def _contexts(frame: pl.DataFrame, texts: Texts) -> Iterator[str | None]:
    """Check the places that a row lists as examples."""
    for contexts in frame["contexts"]:
        for row in contexts:
            place = (row["document_id"], row["char_start"], row["char_end"])
            yield _compare(place, row["surface"], _slice(texts, *place))


def _inside(spans: list[Span], place: Place, texts: Texts) -> str:
    """Return the part of a mention's slice that is speech: a name may be broken by the time of a caption."""
    document_id, first, last = place
    parts = []
    for span_start, span_end in spans:
        if span_start < last and first < span_end:
            start, end = max(span_start, first), min(span_end, last)
            if start < end:
                parts.append(_slice(texts, document_id, start, end) or "")
    return " ".join(parts)
