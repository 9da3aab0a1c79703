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
    return "".join(text.translate(_IGNORED).split())


def _resolve_references(raw: str) -> str:
    return _REFERENCE.sub(lambda found: html.unescape(found.group()), raw)


def _slice(texts: dict[str, str], row: dict[str, Any]) -> str | None:
    text = texts.get(row["document_id"], "")
    if row["char_start"] is None or row["char_end"] is None:
        return None
    if not 0 <= row["char_start"] <= row["char_end"] <= len(text):
        return None
    return text[row["char_start"] : row["char_end"]]


def _compare(where: str, shown: str, raw: str | None) -> str | None:
    if raw is None:
        return f"{where}: the document has no such characters"
    if _squash(_resolve_references(raw)) == _squash(shown):
        return None
    return f"{where}: shows {shown[:80]!r}, the document has {raw[:80]!r}"


def _where(row: dict[str, Any]) -> str:
    return f"document {row['document_id'][:12]} characters {row['char_start']}-{row['char_end']}"


def _slices(frame: pl.DataFrame, texts: dict[str, str], column: str) -> Iterator[str | None]:
    for row in frame.select("document_id", "char_start", "char_end", column).iter_rows(named=True):
        yield _compare(_where(row), row[column], _slice(texts, row))


def _stated(frame: pl.DataFrame, texts: dict[str, str]) -> Iterator[str | None]:
    """Check who is stated: by the document itself with its characters, by a sidecar without any."""
    is_sidecar = pl.col("source").cast(pl.String) == "sidecar"
    yield from _slices(frame.filter(~is_sidecar), texts, "name")
    for name, start, end in frame.filter(is_sidecar).select("name", "char_start", "char_end").iter_rows():
        yield None if start is None and end is None else f"{name!r} is stated by a sidecar, but has characters"


def _evidence(tables: dict[str, pl.DataFrame], texts: dict[str, str]) -> Iterator[str | None]:
    """Check evidence: it stands in the document, or it is what a sidecar states of this very copy."""
    has_no_place = pl.col("char_start").is_null() & pl.col("char_end").is_null()
    yield from _slices(tables["appearance_evidence"].filter(~has_no_place), texts, "quote")
    by_sidecars = tables["stated_people"].filter(pl.col("char_start").is_null())
    stated = set(by_sidecars.select("copy_id", "name", pl.col("role").cast(pl.String)).iter_rows())
    without = tables["appearance_evidence"].filter(has_no_place)
    for kind, *key in without.select("kind", "copy_id", "quote", pl.col("role").cast(pl.String)).iter_rows():
        is_proven = kind == "stated" and tuple(key) in stated
        yield None if is_proven else f"copy {key[0]}: nothing states {key[1]!r}, and no characters show it"


def _turns(frame: pl.DataFrame, texts: dict[str, str]) -> Iterator[str | None]:
    """Check what is made of several slices, its `spans`."""
    columns = ("document_id", "char_start", "char_end", "spans", "text")
    for row in frame.select(columns).iter_rows(named=True):
        spans = row["spans"]
        inside = [
            row["char_start"],
            *(edge for s in spans for edge in (s["char_start"], s["char_end"])),
            row["char_end"],
        ]
        if inside != sorted(inside) or inside[0] != inside[1] or inside[-1] != inside[-2]:
            yield f"{_where(row)}: its spans are not in order within it"
            continue
        yield _compare(_where(row), row["text"], " ".join(_slice(texts, row | span) or "" for span in spans))


def _mentions(tables: dict[str, pl.DataFrame], texts: dict[str, str]) -> Iterator[str | None]:
    turns = {row["turn_id"]: row for row in tables["speaker_turns"].select("turn_id", "text", "spans").to_dicts()}
    units = dict(tables["passages"].select("passage_id", "text").iter_rows())
    units |= dict(tables["chapters"].select("chapter_id", "title").iter_rows())
    for row in tables["mentions"].iter_rows(named=True):
        surface = row["surface"]
        turn = turns.get(row["turn_id"]) if row["field"] == "transcript" else None
        unit = turn["text"] if turn else units.get(row["passage_id"] or row["chapter_id"])
        # A label is no unit of its own: there the surface must be the slice, which is checked below.
        if row["field"] != "speaker_label" and (unit is None or unit[row["text_start"] : row["text_end"]] != surface):
            yield f"{_where(row)}: the surface {surface!r} does not stand at {row['text_start']} of its text"
            continue
        yield _compare(_where(row), surface, _inside(turn, row, texts) if turn else _slice(texts, row))


def _contexts(frame: pl.DataFrame, texts: dict[str, str]) -> Iterator[str | None]:
    """Check the places that a row lists as examples."""
    for contexts in frame["contexts"]:
        for row in contexts:
            yield _compare(_where(row), row["surface"], _slice(texts, row))


def _inside(turn: dict[str, Any], row: dict[str, Any], texts: dict[str, str]) -> str:
    """Return the part of a mention's slice that is speech: a name may be broken by the time of a caption."""
    parts = []
    for span in turn["spans"]:
        start, end = max(span["char_start"], row["char_start"]), min(span["char_end"], row["char_end"])
        if start < end:
            parts.append(_slice(texts, row | {"char_start": start, "char_end": end}) or "")
    return " ".join(parts)
