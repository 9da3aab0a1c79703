"""What of a copy is compared with other copies to find those of one episode: its words, people and chapter titles.

Belongs here: what depends on one copy alone, so that it is made once for a copy and not of all texts again whenever a
document is added. Keep out: whatever looks at two copies.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl

from orchestration.schemas.copy_words import CopyWords
from orchestration.transforms.described_content import topic_words, written_names
from orchestration.transforms.person_names import fold, is_anonymous
from orchestration.transforms.shared_text import notes_words, speech_codes

# A line of a list is easily the same in two descriptions of their own.
MIN_SENTENCE_WORDS = 8


def copy_words(segments: pl.DataFrame, passages: pl.DataFrame, chapters: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the table `copy_words`: a row for each copy that says or describes anything, made of its rows alone."""
    frames = [
        speech_codes(segments),
        notes_words(passages, chapters).group_by("copy_id", maintain_order=True).agg(notes="word"),
        _frame("names", _names(passages)),
        _frame("voices", _voices(segments)),
        _frame("chapters", _chapters(chapters)),
    ]
    schema = CopyWords.create_empty().schema
    copies = pl.concat([frame.select("copy_id") for frame in frames]).unique().sort("copy_id")
    for frame in frames:
        copies = copies.join(frame, on="copy_id", how="left", maintain_order="left")
    lists = (pl.col(name).fill_null(pl.lit([], dtype)) for name, dtype in schema.items() if name != "copy_id")
    return CopyWords.validate(copies.with_columns(*lists), cast=True)


def _frame(column: str, rows: dict[str, list[Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        {"copy_id": list(rows), column: list(rows.values())},
        schema={"copy_id": pl.String, column: CopyWords.create_empty().schema[column]},
    )


def _names(passages: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    texts = passages.sort("copy_id", "char_start", "text").select("copy_id", "text")
    for copy, text in texts.iter_rows():
        for name, sentence in written_names(text):
            entry = found[copy].setdefault(fold(name), {"key": fold(name), "name": name, "sentences": []})
            words = " ".join(sentence)
            if len(sentence) >= MIN_SENTENCE_WORDS and words not in entry["sentences"]:
                entry["sentences"].append(words)
    return {copy: list(names.values()) for copy, names in found.items()}


def _voices(segments: pl.DataFrame) -> dict[str, list[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    labels = segments.lazy().filter("is_speech").select("copy_id", "speaker_label").drop_nulls().unique().collect()
    for copy, label in labels.iter_rows():
        if not is_anonymous(label):
            found[copy].add(fold(label))
    return {copy: sorted(names) for copy, names in found.items()}


def _chapters(chapters: pl.DataFrame | None) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    if chapters is not None:
        for copy, title in chapters.sort("copy_id", "char_start", "title").select("copy_id", "title").iter_rows():
            words = topic_words(title)
            if words:
                found[copy].setdefault(words, {"words": words, "title": title})
    return {copy: list(titles.values()) for copy, titles in found.items()}
