"""The places of an unknown name as a person wants to see them: as written, with what stands around, in the document.

Belongs here: showing. Keep out: which names are shown (entity_candidates.py, name_miner.py).
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections import defaultdict
from typing import Any

import polars as pl

from orchestration.formats.display import Display, display
from orchestration.transforms.name_scan import HEADINGS

# So many characters on each side of a name are read to guess what it is.
AROUND = 50
# And so many of its places, spread over its episodes.
MAX_READ = 12
MAX_CONTEXTS = 3
_CONTEXT_CHARACTERS = 120
_SENTENCE_ENDS = (". ", "? ", "! ", "… ")
_PLACE = ("copy_id", "unit", "start")


def with_text_around(
    places: pl.DataFrame, units: pl.DataFrame, turns: pl.DataFrame, document_texts: pl.DataFrame
) -> pl.DataFrame:
    """Return places with what is shown of each.

    places: `copy_id, unit, start, length`, and others. units: as of `text_units`. turns, document_texts: those of the
    lake. Added: `surface, before, after, is_heading, document_id, char_start, char_end`; the latter two are null where
    a name is broken by the time of a cue, or where the spans do not make up the text. One character more than is ever
    shown is kept on each side: it tells that the text goes on.
    """
    length = _CONTEXT_CHARACTERS + 1
    found = places.join(
        units.select(
            "copy_id", "unit", "field", "document_id", "unit_id", "text", whole_start="char_start", whole_end="char_end"
        ),
        on=["copy_id", "unit"],
    ).sort(_PLACE)
    start, end = pl.col("start"), pl.col("start") + pl.col("length")
    low = pl.max_horizontal(start.cast(pl.Int64) - length, 0)
    shown = found.with_columns(
        surface=pl.col("text").str.slice(start, pl.col("length")),
        before=pl.col("text").str.slice(low, start - low),
        after=pl.col("text").str.slice(end, length),
        is_heading=pl.col("field").is_in(HEADINGS),
    )
    located = _located(found, turns, document_texts)
    return shown.drop("text", "field", "unit_id", "whole_start", "whole_end").with_columns(
        char_start=pl.Series([place and place[0] for place in located], dtype=pl.Int64),
        char_end=pl.Series([place and place[1] for place in located], dtype=pl.Int64),
    )


def _located(found: pl.DataFrame, turns: pl.DataFrame, document_texts: pl.DataFrame) -> list[tuple[int, int] | None]:
    """Return the characters of the document that each place shows."""
    spans: dict[str, list[dict[str, int]]] = dict(
        turns.select("turn_id", "spans").filter(pl.col("turn_id").is_in(found["unit_id"].implode())).iter_rows()
    )
    documents = dict(document_texts.select("document_id", "text").iter_rows())
    shown: dict[tuple[str, int], Display] = {}
    located: list[tuple[int, int] | None] = []
    columns = ("document_id", "unit_id", "text", "whole_start", "whole_end", "start", "length")
    for document_id, unit_id, text, whole_start, whole_end, start, length in found.select(columns).iter_rows():
        end = start + length
        whole = [{"char_start": whole_start, "char_end": whole_end, "text_start": 0}]
        of_unit = spans.get(unit_id, whole)
        number = bisect_right(of_unit, start, key=_text_start) - 1
        if number < 0 or number != bisect_right(of_unit, end - 1, key=_text_start) - 1:
            located.append(None)
            continue
        span = of_unit[number]
        raw_start, offset = span["char_start"], span["text_start"]
        raw = documents[document_id][raw_start : span["char_end"]]
        first, last = start - offset, end - offset
        if not text.startswith(raw, offset):
            if (unit_id, number) not in shown:
                shown[unit_id, number] = display(raw)
            as_shown = shown[unit_id, number]
            if last > len(as_shown.text):
                located.append(None)
                continue
            first, last = as_shown.raw_span(first, last)
        located.append((raw_start + first, raw_start + last))
    return located


def _text_start(span: dict[str, int]) -> int:
    return span["text_start"]


def spread(places: pl.DataFrame) -> pl.DataFrame:
    """Return the places of each `key` in turns over its episodes, sentences before headings.

    places: with `key, copy_id, unit, start, is_mid_sentence, is_heading` and `episode_id`.
    """
    return (
        places.sort("key", pl.col("is_mid_sentence").not_(), *_PLACE)
        .with_columns(turn=pl.int_range(pl.len()).over("key", "episode_id"))
        .sort("key", "turn", "is_heading", *_PLACE)
        .drop("turn")
    )


def commonest_forms(places: pl.DataFrame) -> dict[str, str]:
    """Return, by `key`, the `surface` that is written most often."""
    counted = (
        places.group_by("key", "surface")
        .agg(times=pl.len())
        .sort("key", "times", "surface", descending=[False, True, False])
    )
    return dict(counted.unique("key", keep="first", maintain_order=True).select("key", "surface").iter_rows())


def contexts(places: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return, by key, up to MAX_CONTEXTS of the places, as `spread` orders them, as rows that lead to the documents.

    places: with what `with_text_around` adds.
    """
    shown: dict[str, list[dict[str, Any]]] = defaultdict(list)
    located = places.filter(pl.col("char_start").is_not_null()).group_by("key", maintain_order=True).head(MAX_CONTEXTS)
    columns = ("key", "copy_id", "document_id", "char_start", "char_end", "before", "surface", "after")
    for key, copy_id, document_id, char_start, char_end, before, surface, after in located.select(columns).iter_rows():
        shown[key].append(
            {
                "copy_id": copy_id,
                "document_id": document_id,
                "char_start": char_start,
                "char_end": char_end,
                "surface": surface,
                "context": _sentence_around(before + surface + after, len(before), len(before) + len(surface)),
            }
        )
    return shown


def csv_line(*fields: str) -> str:
    """Return the fields as one line of a CSV file, without its end."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()


def _sentence_around(text: str, start: int, end: int) -> str:
    low, high = max(0, start - _CONTEXT_CHARACTERS), min(len(text), end + _CONTEXT_CHARACTERS)
    begins = [found + len(mark) for mark in _SENTENCE_ENDS if (found := text.rfind(mark, low, start)) >= 0]
    ends = [found + 1 for mark in _SENTENCE_ENDS if (found := text.find(mark, end, high)) >= 0]
    if begins:
        low = max(begins)
    elif low:
        low = text.find(" ", low, start) + 1 or start
    if ends:
        high = min(ends)
    elif high < len(text):
        high = max(text.rfind(" ", end, high), end)
    return text[low:high].strip()
