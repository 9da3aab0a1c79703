"""Mentions: where a company, product, person, show or topic is named, in every text of every copy.

Belongs here: which texts are searched, and the rows that follow. Keep out: finding names (matcher.py,
episode_names.py), judging them (episode_reader.py, mention_rules.py), and characters and seconds (mention_places.py).

Texts are read some megabytes at a time, whole episodes together, so that memory does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.formats.display import tidy
from orchestration.ids import stable_digests
from orchestration.schemas.mentions import Mentions
from orchestration.transforms.episode_people import Knowledge, knowledge
from orchestration.transforms.episode_reader import Mentioned, Texts, read_episodes
from orchestration.transforms.letters import Letters
from orchestration.transforms.mention_places import Slices, sentences_around, with_kinds, with_times, with_turns
from orchestration.transforms.mention_rules import PRECEDENCE
from orchestration.transforms.text_cuts import TextCuts

# Where two texts share characters (a chapter inside the description), the mention is kept once.
_FIELD_ORDER = ["transcript", "speaker_label", "chapter", "title", "description"]
# Enough for the cost of a step to be small beside that of its rows, and few enough to stay in the processor's caches.
BATCH_CHARACTERS = 3_000_000


@dataclass(frozen=True, slots=True)
class Tables:
    """The frames of the lake that mentions are made of, under their names."""

    speaker_turns: pl.DataFrame
    passages: pl.DataFrame
    chapters: pl.DataFrame
    copy_alignments: pl.DataFrame
    kind_spans: pl.DataFrame | None
    documents: dict[str, str]


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
    batch_characters: int = BATCH_CHARACTERS,
    people: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return every mention in every copy. Arguments and result have the columns of the lake tables of these names.

    Without `copy_episodes` every copy counts as an episode of its own, so that names known in one copy of a
    conversation are not looked for in the others. Without `kind_spans` all passages and chapters count as content.
    Without `episode_copies` all copies count as English; with it, those known to be in another language yield exact
    names only. batch_characters: how much text is read at a time, in characters; it does not change the rows.
    people: who appears in any copy, as `people_of` returns them; without it, who does in those at hand.
    """
    documents: dict[str, str] = dict(document_texts.select("document_id", "text").iter_rows())
    tables = Tables(turns, passages, chapters, copy_alignments, kind_spans, documents)
    units = units_of(tables, copy_episodes, episode_copies)
    known = knowledge(catalog, speaker_labels, appearance_evidence, copy_shows, episodes_of(copy_episodes), people)
    frames = [_mentions_of(batch, tables, known) for batch in _batches(units, batch_characters)]
    labels = _finish(_label_mentions(segments, speaker_labels, turns, documents, catalog))
    found = _once(pl.concat([*frames, labels]))
    # What is written is checked by the lake, and to check very many rows twice is dear.
    return Mentions.cast(found).sort("copy_id", "char_start", "char_end", "entity_id")


def episodes_of(copy_episodes: pl.DataFrame | None) -> dict[str, str]:
    """Return the episode of each copy."""
    return {} if copy_episodes is None else dict(copy_episodes.select("copy_id", "episode_id").iter_rows())


def units_of(tables: Tables, copy_episodes: pl.DataFrame | None, episode_copies: pl.DataFrame | None) -> pl.DataFrame:
    """Return all texts to search by table and row, those of an episode together, without the texts themselves."""
    episode_of = episodes_of(copy_episodes)
    # A language that is not known is null, and neither equal to English nor different from it.
    foreign = [] if episode_copies is None else episode_copies.filter(pl.col("language") != "en")["copy_id"].to_list()
    parts = [
        frame.select(
            "document_id",
            "copy_id",
            "char_start",
            field.cast(pl.String).alias("field"),
            unit.alias("unit_id"),
            pl.lit(table, pl.Int8).alias("table"),
            pl.int_range(pl.len(), dtype=pl.Int64).alias("row"),
            pl.col(text).str.len_chars().cast(pl.Int64).alias("length"),
        )
        for table, (frame, unit, field, text) in enumerate(_sources(tables))
    ]
    episode = pl.col("copy_id").replace(episode_of) if episode_of else pl.col("copy_id")
    return (
        pl.concat(parts)
        .with_columns(episode.alias("episode_id"), pl.col("copy_id").is_in(foreign).not_().alias("is_english"))
        .sort("episode_id", "copy_id", "char_start", "field", "unit_id")
    )


def _sources(tables: Tables) -> list[tuple[pl.DataFrame, pl.Expr, pl.Expr, str]]:
    """Return the frames with texts: the frame, its key, its field, and its column of text."""
    return [
        (tables.speaker_turns, pl.col("turn_id"), pl.lit("transcript"), "text"),
        (tables.passages, pl.col("passage_id"), pl.col("field"), "text"),
        (tables.chapters, pl.col("chapter_id"), pl.lit("chapter"), "title"),
    ]


def _batches(units: pl.DataFrame, batch_characters: int) -> Iterator[pl.DataFrame]:
    """Yield units of whole episodes, a batch ending after the episode that makes it full."""
    if units.is_empty():
        return
    per_episode = units.group_by("episode_id", maintain_order=True).agg(pl.len(), pl.col("length").sum())
    first = taken = characters = 0
    for count, length in per_episode.select("len", "length").iter_rows():
        taken += count
        characters += length
        if characters >= batch_characters:
            yield units[first:taken]
            first, characters = taken, 0
    if first < taken:
        yield units[first:taken]


def _mentions_of(units: pl.DataFrame, tables: Tables, known: Knowledge) -> pl.DataFrame:
    """Return the mentions in the texts of a batch."""
    texts = texts_of(units, tables)
    found = read_episodes(texts, known)
    unit = np.searchsorted(texts.low, found.start, "right") - 1
    low = texts.low[unit]
    cuts = TextCuts(texts.letters)
    slices, slice_starts_s = _slices(units, texts, tables)
    which, char_start, char_end = slices.locate(texts.letters.text, found.start, found.end)
    frame = pl.DataFrame(
        {
            "unit": unit,
            "text_start": found.start - low,
            "text_end": found.end - low,
            "mention_char_start": char_start,
            "mention_char_end": char_end,
            "span_start_s": slice_starts_s.gather(np.maximum(which, 0)) if len(slice_starts_s) else [],
            "surface": cuts.cut(found.start, found.end),
            "context": cuts.cut(*sentences_around(texts.letters, found.start, found.end, low, texts.high[unit])),
            **_named(found, known),
        },
        schema_overrides={"span_start_s": pl.Float64},
    )
    of_unit = units[unit].select("document_id", "copy_id", "field", "unit_id", "table", "row")
    frame = pl.concat([frame, of_unit], how="horizontal").filter(pl.Series(which >= 0))
    with_clock = with_times(with_turns(frame, tables.speaker_turns), tables.chapters, tables.copy_alignments)
    return _finish(with_kinds(with_clock, tables.kind_spans))


def _named(found: Mentioned, known: Knowledge) -> dict[str, pl.Series]:
    """Return the columns that say what is named, and how."""
    entities = known.entity_columns
    return {
        "alias": pl.Series(found.alias.tolist(), dtype=pl.String),
        "match_rule": pl.Series(PRECEDENCE).gather(found.rule),
        "entity_id": entities["entity_id"].gather(found.entity),
        "entity_type": entities["entity_type"].gather(found.entity),
        "entity_name": entities["entity_name"].gather(found.entity),
    }


def texts_of(units: pl.DataFrame, tables: Tables) -> Texts:
    """Return the texts of some units, joined."""
    texts: list[str] = [""] * units.height
    for table, (frame, _, _, column) in enumerate(_sources(tables)):
        at = np.flatnonzero((units["table"] == table).to_numpy())
        for place, text in zip(at.tolist(), frame[column].gather(units["row"].gather(at)), strict=True):
            texts[place] = text
    lengths = np.array([len(text) for text in texts], np.int64)
    low = np.cumsum(lengths + 1) - lengths - 1
    episode_ids = units["episode_id"].unique(maintain_order=True)
    return Texts(
        Letters("\n".join(texts)),
        low,
        low + lengths,
        np.cumsum((units["episode_id"] != units["episode_id"].shift()).fill_null(False).to_numpy()),
        units["field"].is_in(["title", "chapter"]).to_numpy(),
        units["is_english"].to_numpy(),
        (units["field"] == "description").to_numpy(),
        episode_ids.to_list(),
    )


def _slices(units: pl.DataFrame, texts: Texts, tables: Tables) -> tuple[Slices, pl.Series]:
    """Return the slices that the texts are made of, and the native time of each."""
    placed = units.select("document_id", "table", "row").with_columns(
        pl.Series("low", texts.low), pl.Series("high", texts.high), pl.int_range(pl.len()).alias("unit")
    )
    of_turns = placed.filter(pl.col("table") == 0)
    spans = tables.speaker_turns["spans"].gather(of_turns["row"])
    from_turns = (
        of_turns.with_columns(spans)
        .explode("spans", empty_as_null=False)
        .unnest("spans")
        .select(
            "unit",
            "document_id",
            "high",
            (pl.col("low") + pl.col("text_start")).alias("text_start"),
            "char_start",
            "char_end",
            "start_s",
        )
    )
    from_others = []
    for table, frame in ((1, tables.passages), (2, tables.chapters)):
        whole = placed.filter(pl.col("table") == table)
        places = [frame[column].gather(whole["row"]) for column in ("char_start", "char_end")]
        from_others.append(
            whole.with_columns(*places, pl.col("low").alias("text_start"), pl.lit(None, pl.Float64).alias("start_s"))
        )
    order = ["unit", "document_id", "high", "text_start", "char_start", "char_end", "start_s"]
    slices = (
        pl.concat([part.select(order) for part in (from_turns, *from_others)])
        .sort("unit", "text_start", maintain_order=True)
        # A slice ends before the space that joins it to the next one, the last one of a unit with it.
        .with_columns(text_end=pl.coalesce(pl.col("text_start").shift(-1).over("unit") - 1, "high"))
    )
    text_start, text_end, char_start, char_end = (
        slices[name].to_numpy() for name in ("text_start", "text_end", "char_start", "char_end")
    )
    documents = [tables.documents[document_id] for document_id in slices["document_id"]]
    return Slices(text_start, text_end, char_start, char_end, documents), slices["start_s"]


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
    tidy_once = cache(tidy)
    surfaces = [
        tidy_once(documents[document_id][start:end])
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
    """Name and order the columns."""
    parts = ("copy_id", "mention_char_start", "mention_char_end", "entity_id")
    keys = found.select(pl.concat_str(pl.lit("mention"), *parts, separator="\x1f").cast(pl.Binary)).to_series()
    unit_id = pl.col("unit_id") if "unit_id" in found.columns else pl.lit(None, pl.String)
    return found.with_columns(
        pl.Series("mention_id", stable_digests(keys.to_list()), dtype=pl.Binary).bin.encode("hex"),
        pl.when(pl.col("field") == "transcript").then(unit_id).alias("turn_id"),
        pl.when(pl.col("field").is_in(["title", "description"])).then(unit_id).alias("passage_id"),
        pl.when(pl.col("field") == "chapter").then(unit_id).alias("chapter_id"),
        pl.col("mention_char_start").alias("char_start"),
        pl.col("mention_char_end").alias("char_end"),
    ).select(Mentions.column_names())


def _once(found: pl.DataFrame) -> pl.DataFrame:
    """Keep a place where two texts of a copy share characters once."""
    if found["mention_id"].n_unique() == found.height:
        return found
    is_repeated = found["mention_id"].is_duplicated()
    rank = pl.col("field").replace_strict(_FIELD_ORDER, list(range(len(_FIELD_ORDER))), return_dtype=pl.Int8)
    # Sorting wide rows is dear, and few are found twice.
    repeated = found.filter(is_repeated).sort(rank, "char_start", "text_start", "turn_id", "passage_id", "chapter_id")
    return pl.concat([found.filter(~is_repeated), repeated.unique("mention_id", keep="first", maintain_order=True)])
