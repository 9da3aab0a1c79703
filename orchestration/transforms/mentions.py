"""Mentions: where a company, product, person, show or topic is named, in every text of every copy.

Belongs here: which texts are searched, and the rows that follow. Keep out: finding names (matcher.py,
episode_names.py), judging them (episode_reader.py, mention_rules.py), and characters and seconds (mention_places.py).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.formats.display import tidy
from orchestration.ids import mention_id
from orchestration.schemas.mentions import Mentions
from orchestration.transforms.episode_reader import EpisodeReader, Unit
from orchestration.transforms.mention_places import Place, Slices, sentence_around, with_kinds, with_times, with_turns
from orchestration.transforms.mention_rules import Accepted

_UNIT_COLUMNS = ["copy_id", "document_id", "field", "unit_id", "text", "char_start", "char_end"]
# Where two texts share characters (a chapter inside the description), the mention is kept once.
_FIELD_ORDER = ["transcript", "speaker_label", "chapter", "title", "description"]


def mentions(
    turns: pl.DataFrame,
    passages: pl.DataFrame,
    chapters: pl.DataFrame,
    segments: pl.DataFrame,
    speaker_labels: pl.DataFrame,
    appearance_evidence: pl.DataFrame,
    copy_shows: pl.DataFrame,
    copy_alignments: pl.DataFrame,
    document_texts: pl.DataFrame,
    catalog: Catalog,
    kind_spans: pl.DataFrame | None = None,
    copy_episodes: pl.DataFrame | None = None,
    episode_copies: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return every mention in every copy. Arguments and result have the columns of the lake tables of these names.

    Without `copy_episodes` every copy counts as an episode of its own, so that names known in one copy of a
    conversation are not looked for in the others. Without `kind_spans` all passages and chapters count as content.
    Without `episode_copies` all copies count as English; with it, those known to be in another language yield exact
    names only.
    """
    units = _units(turns, passages, chapters)
    documents: dict[str, str] = dict(document_texts.select("document_id", "text").iter_rows())
    reader = EpisodeReader(catalog, speaker_labels, appearance_evidence, copy_shows, copy_episodes, episode_copies)
    spans = dict(turns.select("turn_id", "spans").iter_rows())
    columns: dict[str, list[Any]] = {name: [] for name in _FOUND_SCHEMA}
    rows = units.select("document_id", "unit_id", "char_start", "char_end").rows()
    for unit, found in reader.read(units):
        document_id, unit_id, char_start, char_end = rows[unit.row]
        whole = [{"char_start": char_start, "char_end": char_end, "text_start": 0, "start_s": None}]
        slices = Slices(documents[document_id], unit.text, spans.get(unit_id, whole))
        for mention in found:
            place = slices.locate(mention.start, mention.end)
            if place is not None:
                _append(columns, unit, mention, place, reader)
    found_frame = pl.DataFrame(columns, schema=_FOUND_SCHEMA)
    in_texts = found_frame.join(units.with_row_index("unit_row").cast({"unit_row": pl.Int64}), on="unit_row")
    in_texts = with_times(with_turns(in_texts, turns), chapters, copy_alignments)
    labels = _label_mentions(segments, speaker_labels, turns, documents, catalog)
    return _finish(pl.concat([with_kinds(in_texts, kind_spans), labels], how="diagonal_relaxed"))


_FOUND_SCHEMA: dict[str, Any] = {
    "unit_row": pl.Int64,
    "text_start": pl.Int64,
    "text_end": pl.Int64,
    "entity_id": pl.String,
    "entity_type": pl.String,
    "entity_name": pl.String,
    "alias": pl.String,
    "match_rule": pl.String,
    "surface": pl.String,
    "context": pl.String,
    "mention_char_start": pl.Int64,
    "mention_char_end": pl.Int64,
    "span_start_s": pl.Float64,
}


def _append(columns: dict[str, list[Any]], unit: Unit, mention: Accepted, place: Place, reader: EpisodeReader) -> None:
    entity_type, entity_name = reader.describe(mention.entity_id)
    values = (
        unit.row,
        mention.start,
        mention.end,
        mention.entity_id,
        entity_type,
        entity_name,
        mention.alias,
        mention.rule,
        unit.text[mention.start : mention.end],
        sentence_around(unit.text, mention.start, mention.end),
        place.char_start,
        place.char_end,
        place.start_s,
    )
    for column, value in zip(columns.values(), values, strict=True):
        column.append(value)


def _units(turns: pl.DataFrame, passages: pl.DataFrame, chapters: pl.DataFrame) -> pl.DataFrame:
    """Return all texts to search, those of a copy together."""
    return pl.concat(
        [
            turns.select(pl.col("turn_id").alias("unit_id"), pl.lit("transcript").alias("field"), pl.all()).select(
                _UNIT_COLUMNS
            ),
            passages.with_columns(pl.col("passage_id").alias("unit_id"), pl.col("field").cast(pl.String)).select(
                _UNIT_COLUMNS
            ),
            chapters.with_columns(
                pl.col("chapter_id").alias("unit_id"), pl.lit("chapter").alias("field"), pl.col("title").alias("text")
            ).select(_UNIT_COLUMNS),
        ]
    ).sort("copy_id", "char_start", "field")


def _label_mentions(
    segments: pl.DataFrame,
    speaker_labels: pl.DataFrame,
    turns: pl.DataFrame,
    documents: dict[str, str],
    catalog: Catalog,
) -> pl.DataFrame:
    """Return one mention for each place where a speaker label stands whose person is known."""
    of_turn = turns.select(
        "copy_id",
        pl.col("char_start").alias("turn_char_start"),
        pl.col("segment_kind").cast(pl.String),
        pl.col("start_s").alias("turn_start_s"),
        pl.col("time_source").cast(pl.String),
        "clock_copy_id",
    ).sort("turn_char_start")
    labels = (
        segments.filter(pl.col("label_char_start").is_not_null() & pl.col("label_char_end").is_not_null())
        .join(
            speaker_labels.filter(pl.col("person_id").is_not_null()).select(
                "copy_id", "speaker_label", "person_id", "person_name"
            ),
            on=["copy_id", "speaker_label"],
        )
        .unique(["copy_id", "label_char_start"], maintain_order=True)
        .sort("char_start")
        .join_asof(
            of_turn,
            left_on="char_start",
            right_on="turn_char_start",
            by="copy_id",
            strategy="backward",
            check_sortedness=False,
        )
    )
    surfaces = [
        tidy(documents[document_id][start:end])
        for document_id, start, end in labels.select("document_id", "label_char_start", "label_char_end").iter_rows()
    ]
    names = [
        catalog.entities[person_id].name if person_id in catalog.entities else name
        for person_id, name in labels.select("person_id", "person_name").iter_rows()
    ]
    is_native = pl.col("start_s").is_not_null()
    return labels.with_columns(
        pl.Series("surface", surfaces, dtype=pl.String), pl.Series("entity_name", names, dtype=pl.String)
    ).select(
        "copy_id",
        "document_id",
        pl.lit("speaker_label").alias("field"),
        pl.lit(0, dtype=pl.Int64).alias("text_start"),
        pl.col("surface").str.len_chars().cast(pl.Int64).alias("text_end"),
        pl.col("person_id").alias("entity_id"),
        pl.lit("person").alias("entity_type"),
        "entity_name",
        pl.col("surface").alias("alias"),
        pl.lit("speaker_label").alias("match_rule"),
        "surface",
        pl.col("surface").alias("context"),
        pl.col("label_char_start").alias("mention_char_start"),
        pl.col("label_char_end").alias("mention_char_end"),
        "speaker_label",
        pl.col("person_id").alias("speaker_person_id"),
        pl.col("segment_kind").fill_null("content"),
        pl.coalesce("start_s", "turn_start_s").alias("start_s"),
        pl.when(is_native)
        .then(pl.lit("native"))
        .otherwise(pl.col("time_source").fill_null("none"))
        .alias("time_source"),
        pl.when(is_native).then("copy_id").otherwise("clock_copy_id").alias("clock_copy_id"),
    )


def _finish(found: pl.DataFrame) -> pl.DataFrame:
    """Name, order and check the columns; a place where two texts share characters is kept once."""
    keys = found.select("copy_id", "mention_char_start", "mention_char_end", "entity_id").iter_rows()
    rank = pl.col("field").replace_strict(_FIELD_ORDER, list(range(len(_FIELD_ORDER))), return_dtype=pl.Int8)
    named = (
        found.with_columns(pl.Series("mention_id", [mention_id(*key) for key in keys], dtype=pl.String), rank=rank)
        .sort("rank", "copy_id", "mention_char_start", "text_start")
        .unique("mention_id", keep="first", maintain_order=True)
        .with_columns(
            pl.when(pl.col("field") == "transcript").then("unit_id").alias("turn_id"),
            pl.when(pl.col("field").is_in(["title", "description"])).then("unit_id").alias("passage_id"),
            pl.when(pl.col("field") == "chapter").then("unit_id").alias("chapter_id"),
            pl.col("mention_char_start").alias("char_start"),
            pl.col("mention_char_end").alias("char_end"),
        )
        .sort("copy_id", "char_start", "char_end", "entity_id")
    )
    return Mentions.validate(named.select(Mentions.column_names()), cast=True)
