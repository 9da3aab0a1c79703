"""From a copy as a parser returns it, and what sidecars state of it, to rows of the lake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

import polars as pl

from orchestration.formats.display import count_words, may_hold_sounds
from orchestration.formats.document import Copy, Segment
from orchestration.formats.language import detect_language, language_code
from orchestration.formats.stated_fields import video_id_of
from orchestration.ids import copy_id, stable_id
from orchestration.schemas.tables import INGEST_TABLES
from orchestration.sidecars import Facts

SEGMENTS = "segments"

_SEGMENT_COLUMNS = (
    *("speaker_label", "label_char_start", "label_char_end", "start_s", "end_s", "text", "is_speech"),
    *("is_speaker_change", "is_paragraph_start", "locator", "char_start", "char_end"),
)


class Rows:
    """Rows of the ingest tables as they are found.

    tables: those of each table but `segments`, of which there are very many: they are a frame for each copy.
    """

    def __init__(self) -> None:
        """Begin without any rows."""
        self.tables: dict[str, list[dict[str, Any]]] = {table: [] for table in INGEST_TABLES if table != SEGMENTS}
        self.segments: list[pl.DataFrame] = []

    def frames(self) -> dict[str, pl.DataFrame]:
        """Return the rows as frames, with the columns of their tables."""
        frames = {table: frame_of(table, self.tables.get(table, [])) for table in INGEST_TABLES}
        return frames | {SEGMENTS: pl.concat([frames[SEGMENTS], *self.segments])}


def frame_of(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return rows of `table` as a frame with its columns."""
    return pl.DataFrame(rows, schema=_schema(table), strict=False)


@cache
def _schema(table: str) -> pl.Schema:
    return INGEST_TABLES[table].create_empty().schema


def add_copy(
    document_id: str, copy_index: int, format_name: str, copy: Copy, facts: Facts, has_mojibake: bool, rows: Rows
) -> None:
    """Add the rows of a copy to the tables of `rows`.

    facts: what sidecars state of it; it goes before what the copy says. copy_index: its position in its document.
    """
    key = {"document_id": document_id, "copy_id": copy_id(document_id, copy_index)}
    by_field: dict[str, list[str]] = defaultdict(list)
    for index, passage in enumerate(copy.passages):
        by_field[passage.field].append(passage.text)
        rows.tables["passages"].append(
            key
            | _span(passage)
            | {
                "passage_id": stable_id("passage", key["copy_id"], passage.char_start),
                "passage_index": index,
                "field": passage.field,
                "text": passage.text,
            }
        )
    for index, chapter in enumerate(copy.chapters):
        rows.tables["chapters"].append(
            key
            | _span(chapter)
            | {
                "chapter_id": stable_id("chapter", key["copy_id"], chapter.char_start),
                "chapter_index": index,
                "title": chapter.title,
                "start_s": chapter.start_s,
                "end_s": chapter.end_s,
            }
        )
    for index, link in enumerate(copy.links):
        rows.tables["links"].append(
            key
            | _span(link)
            | {
                "link_id": stable_id("link", key["copy_id"], link.char_start),
                "link_index": index,
                "url": link.url,
                "rel": link.rel,
            }
        )
    rows.segments.append(_segments(copy.segments, key))
    spoken = [segment.text for segment in copy.segments if segment.is_speech]
    for index, person in enumerate(_people(copy, facts, format_name)):
        rows.tables["stated_people"].append(key | person | {"person_index": index})
    language, language_source = _language(copy, facts, spoken)
    rows.tables["episode_copies"].append(
        key
        | _span(copy)
        | {
            "copy_index": copy_index,
            "format": format_name,
            "locator": copy.locator,
            "show_name": facts.show or copy.show_name,
            "title": facts.title or " ".join(by_field["title"]) or None,
            "description": "\n\n".join(by_field["description"]) or None,
            "url": facts.url or copy.url,
            "video_id": video_id_of(facts.url or "") or copy.video_id,
            "guid": facts.guid or copy.guid,
            "published_on": facts.date or copy.published_on,
            "date_source": "stated" if facts.date else copy.date_source,
            "duration_s": copy.duration_s,
            "season": copy.season,
            "episode_number": copy.episode_number,
            "enclosure_url": copy.enclosure_url,
            "show_guid": copy.show_guid,
            "tags": list(copy.tags),
            "language": language,
            "language_source": language_source,
            "stated_fields": facts.names,
            "has_mojibake": has_mojibake,
            "is_truncated": copy.truncation_reason is not None,
            "truncation_reason": copy.truncation_reason,
            "has_transcript": bool(spoken),
            "has_speakers": any(s.speaker_label is not None for s in copy.segments if s.is_speech),
            "has_timestamps": any(s.start_s is not None for s in copy.segments if s.is_speech),
            "segment_count": len(copy.segments),
            "word_count": _word_count(spoken),
        }
    )


def _segments(segments: Sequence[Segment], key: dict[str, str]) -> pl.DataFrame:
    """Return the rows of a copy's segments, made column by column."""
    schema = _schema(SEGMENTS)
    columns: dict[str, Any] = {name: list(map(attrgetter(name), segments)) for name in _SEGMENT_COLUMNS}
    columns["segment_index"] = range(len(segments))
    columns["words"] = [
        None
        if segment.words is None
        else [{"word": w.word, "start_s": w.start_s, "end_s": w.end_s} for w in segment.words]
        for segment in segments
    ]
    columns |= {
        name: pl.Series([value], dtype=pl.String).new_from_index(0, len(segments)) for name, value in key.items()
    }
    return pl.DataFrame({name: columns[name] for name in schema}, schema=schema, strict=False)


def _word_count(spoken: list[str]) -> int:
    """Return the number of words in texts. Those without brackets, which most are, are counted at once."""
    plain = "\n".join(text for text in spoken if not may_hold_sounds(text))
    return count_words(plain) + sum(count_words(text) for text in spoken if may_hold_sounds(text))


def _people(copy: Copy, facts: Facts, format_name: str) -> Iterator[dict[str, Any]]:
    """Yield those whom sidecars state, then those whom the document states, unless it disagrees about their role."""
    named = set()
    for role, names in (("host", facts.hosts), ("guest", facts.guests)):
        for name in names or ():
            named.add(name.casefold())
            yield {"name": name, "role": role, "source": "sidecar", "char_start": None, "char_end": None}
    # Their modules are not imported for the names: what every format needs must not change with one of them.
    source = "feed" if format_name in ("rss_feed", "json_feed") else "front_matter"
    for person in copy.people:
        if person.name.casefold() not in named:
            yield _span(person) | {"name": person.name, "role": person.role, "source": source}


def _language(copy: Copy, facts: Facts, spoken: list[str]) -> tuple[str | None, str]:
    stated = facts.language or (language_code(copy.language) if copy.language else None)
    if stated:
        return stated, "stated"
    # What is said decides; what is written about it may be in another language.
    found = detect_language(spoken or [passage.text for passage in copy.passages])
    return found, "detected" if found else "none"


def _span(found: Any) -> dict[str, int]:
    return {"char_start": found.char_start, "char_end": found.char_end}
