"""Reads hand-made labels, and the part of a lake that they judge.

Gold format, one JSON object a line: `id`, `seed_file`, `char_start`, `char_end` (code points of the decoded file),
`stratum`, `text` (that slice) and `mentions` (`start`, `end` in the slice, `surface`, `entity_type`, `canonical`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

SCORED_TYPES = ("company", "product", "person", "show")


class GoldError(ValueError):
    """The labels cannot be read, or do not fit the lake. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Label:
    """A labelled mention, in characters of the document text."""

    char_start: int
    char_end: int
    entity_type: str
    canonical: str


@dataclass(frozen=True, slots=True)
class Found:
    """A mention of the lake, in characters of the document text."""

    char_start: int
    char_end: int
    entity_type: str
    entity_id: str
    entity_name: str
    rule: str
    surface: str


@dataclass(frozen=True, slots=True)
class JudgedPassage:
    """A labelled stretch of a document with its labels and what the lake has there."""

    passage_id: str
    file: str
    stratum: str
    text: str
    char_start: int
    labels: tuple[Label, ...]
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class LakeTexts:
    """What is needed of a lake: its documents by file name, their texts, and their mentions in order."""

    documents: dict[str, list[str]]
    texts: dict[str, str]
    mentions: dict[str, list[Found]]


def read_lake(lake: Path) -> LakeTexts:
    """Read documents, document_texts and mentions from `lake`. Raises GoldError where one is missing."""
    documents: dict[str, list[str]] = defaultdict(list)
    for document_id, paths in _read(lake, "documents").select("document_id", "paths").iter_rows():
        for name in sorted({PurePosixPath(path).name for path in paths}):
            documents[name].append(document_id)
    texts = dict(_read(lake, "document_texts").select("document_id", "text").iter_rows())
    mentions: dict[str, list[Found]] = defaultdict(list)
    columns = [
        "document_id",
        "char_start",
        "char_end",
        "entity_type",
        "entity_id",
        "entity_name",
        "match_rule",
        "surface",
    ]
    frame = _read(lake, "mentions").select(columns).sort("document_id", "char_start", "char_end", "entity_id")
    for document_id, *rest in frame.iter_rows():
        found = Found(*rest)
        # Two copies that share characters of a document tell the same mention twice.
        if not mentions[document_id] or mentions[document_id][-1] != found:
            mentions[document_id].append(found)
    return LakeTexts(dict(documents), texts, dict(mentions))


def _read(lake: Path, table: str) -> pl.DataFrame:
    if not any((lake / table).glob("*.parquet")):
        raise GoldError(f"no {table} in {lake}: build the lake first, or give its folder as --lake")
    return pl.read_parquet(lake / table / "*.parquet")


def read_passages(gold: Path, lake: LakeTexts) -> tuple[list[JudgedPassage], list[str]]:
    """Return the passages of `gold` that the lake can be judged by, and in words why others cannot.

    Raises GoldError where the file cannot be read, one of its documents is not in the lake, or none can be judged.
    """
    try:
        lines = gold.read_text(encoding="utf-8").splitlines()
        rows: list[dict[str, Any]] = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise GoldError(f"{gold} cannot be read as JSON lines: {error}") from error
    missing = sorted({row["seed_file"] for row in rows} - set(lake.documents))
    if missing:
        raise GoldError(f"not in the lake: {', '.join(missing)}; build it from the folder that holds these files")
    passages: list[JudgedPassage] = []
    problems: list[str] = []
    for row in rows:
        placed = _place(row, lake)
        if placed is None:
            problems.append(f"{row['id']}: its text does not stand in {row['seed_file']}")
            continue
        document_id, start = placed
        end = start + len(row["text"])
        passages.append(
            JudgedPassage(
                row["id"],
                row["seed_file"],
                row.get("stratum") or "all",
                row["text"],
                start,
                tuple(
                    Label(start + m["start"], start + m["end"], m["entity_type"], m["canonical"])
                    for m in row["mentions"]
                ),
                tuple(
                    found
                    for found in lake.mentions.get(document_id, [])
                    if start <= found.char_start and found.char_end <= end and found.entity_type in SCORED_TYPES
                ),
            )
        )
    if not passages:
        raise GoldError(f"no passage of {gold} can be judged: {'; '.join(problems[:3]) or 'it holds none'}")
    return passages, problems


def _place(row: dict[str, Any], lake: LakeTexts) -> tuple[str, int] | None:
    """Return the document and the first character of a labelled passage, where its text really stands."""
    for document_id in lake.documents[row["seed_file"]]:
        text = lake.texts.get(document_id, "")
        if text[row["char_start"] : row["char_end"]] == row["text"]:
            return document_id, row["char_start"]
    return None
