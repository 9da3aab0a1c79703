"""From raw files to the first tables of the lake: read new contents once, keep the rows of what is unchanged."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.formats import registry
from orchestration.formats.display import count_words
from orchestration.formats.document import Copy, Problem
from orchestration.ids import copy_id, stable_id
from orchestration.scan import RawFile
from orchestration.schemas.tables import INGEST_TABLES

Frames = dict[str, pl.DataFrame]
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Ingested:
    """The tables of the ingest stage, and how many contents were parsed now, kept from before, and dropped."""

    frames: Frames
    parsed_count: int
    kept_count: int
    dropped_count: int


def ingest(
    raw: Path,
    files: Iterable[RawFile],
    previous: Frames | None,
    now: datetime,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Ingested:
    """Return the ingest tables for `files`.

    previous: the tables of the last run by the same parsers, or None to parse everything. `on_progress` is called with
    the number of new contents read and to read. A content that fills several files is read once, and each further file
    is a row in `rejects`. A file that changes between scan and reading is rejected for this run only.
    """
    files = list(files)
    by_content: dict[str, list[RawFile]] = defaultdict(list)
    for file in files:
        if file.document_id:
            by_content[file.document_id].append(file)
    known: dict[str, datetime] = {}
    if previous is not None:
        known = dict(previous["documents"].select("document_id", "ingested_at").iter_rows())
        known = {document: at for document, at in known.items() if document in by_content}

    rows: Rows = {table: [] for table in INGEST_TABLES}
    for file in files:
        if file.problem:
            rows["rejects"].append(_reject_row(file.document_id, file.path, file.problem))
    new = [content for content in by_content if content not in known]
    for done, document_id in enumerate(new):
        on_progress(done, len(new))
        _read_document(raw, document_id, by_content[document_id], now, rows)
    on_progress(len(new), len(new))
    for document_id, same in by_content.items():
        rows["rejects"].extend(_duplicate_rows(document_id, same))

    frames: Frames = {}
    for table, schema in INGEST_TABLES.items():
        frames[table] = schema.validate(_frame(table, rows[table]), cast=True)
    if previous is not None:
        frames = {table: _with_kept(table, frames[table], previous[table], known, by_content) for table in frames}
    before = 0 if previous is None else previous["documents"].height
    return Ingested(frames, len(new), len(known), before - len(known))


def _frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=INGEST_TABLES[table].create_empty().schema, strict=False)


def _with_kept(
    table: str, new: pl.DataFrame, previous: pl.DataFrame, known: dict[str, datetime], files: dict[str, list[RawFile]]
) -> pl.DataFrame:
    """Add the rows of unchanged contents. Paths are told anew, since a file may have been renamed."""
    kept = previous.filter(pl.col("document_id").is_in(list(known)))
    paths = [sorted(file.path for file in files[document]) for document in known]
    now_at = pl.DataFrame(
        {"document_id": list(known), "paths": paths, "path": [same[0] for same in paths]},
        schema={"document_id": pl.String, "paths": pl.List(pl.String), "path": pl.String},
    )
    if table == "documents":
        kept = kept.drop("paths", "path").join(now_at, on="document_id").select(new.columns)
    if table == "rejects":
        kept = kept.drop("path").join(now_at.drop("paths"), on="document_id")
        ids = [stable_id("reject", *key) for key in kept.select("path", "locator", "reason").iter_rows()]
        kept = kept.with_columns(reject_id=pl.Series(ids, dtype=pl.String)).select(new.columns)
        # What concerns a path rather than a content (duplicates, files too large) is found anew by every scan.
        kept = kept.filter(~pl.col("reject_id").is_in(new["reject_id"].implode()) & (pl.col("locator") != "path"))
    return pl.concat([kept, new])


def _read_document(raw: Path, document_id: str, files: list[RawFile], now: datetime, rows: Rows) -> None:
    paths = sorted(file.path for file in files)
    document: dict[str, Any] = {
        "document_id": document_id,
        "paths": paths,
        "path": paths[0],
        "bytes": files[0].size_bytes,
        "has_byte_order_mark": False,
        "status": "rejected",
        "ingested_at": now,
    }
    problems: tuple[Problem, ...] = ()
    if not any(file.problem for file in files):
        try:
            content = (raw / paths[0]).read_bytes()
        except OSError as error:
            problem = Problem("file", f"cannot be read: {error.strerror}", "run again once the file can be read")
            rows["rejects"].append(_reject_row(None, paths[0], problem))
            return
        if hashlib.sha256(content).hexdigest() != document_id:
            # Not recorded as a document: the next run must look at it again.
            problem = Problem("file", "the file changed while it was read", "run again once it is complete")
            rows["rejects"].append(_reject_row(None, paths[0], problem))
            return
        read = registry.read(content)
        problems = read.problems
        if read.decoded:
            document["encoding"] = read.decoded.encoding
            document["has_byte_order_mark"] = read.decoded.has_byte_order_mark
        if read.document and read.document.copies:
            document |= {"status": "parsed", "format": read.document.format}
            rows["document_texts"].append({"document_id": document_id, "text": read.document.text})
            for copy_index, copy in enumerate(read.document.copies):
                _add_copy(document_id, copy_index, read.document.format, copy, rows)
    rows["documents"].append(document)
    rows["rejects"].extend(_reject_row(document_id, paths[0], problem) for problem in dict.fromkeys(problems))


def _duplicate_rows(document_id: str, files: list[RawFile]) -> list[dict[str, Any]]:
    first, *others = sorted(files, key=lambda file: file.path)
    return [
        _reject_row(
            document_id,
            file.path,
            Problem("path", f"the same content as {first.path}, which is counted once", "delete one of the two"),
        )
        for file in others
    ]


def _reject_row(document_id: str | None, path: str, problem: Problem) -> dict[str, Any]:
    return {
        "reject_id": stable_id("reject", path, problem.locator, problem.reason),
        "document_id": document_id,
        "path": path,
        "locator": problem.locator,
        "reason": problem.reason,
        "remedy": problem.remedy,
    }


def _add_copy(document_id: str, copy_index: int, format_name: str, copy: Copy, rows: Rows) -> None:
    key = {"document_id": document_id, "copy_id": copy_id(document_id, copy_index)}
    by_field: dict[str, list[str]] = defaultdict(list)
    for index, passage in enumerate(copy.passages):
        by_field[passage.field].append(passage.text)
        rows["passages"].append(
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
        rows["chapters"].append(
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
        rows["links"].append(
            key
            | _span(link)
            | {
                "link_id": stable_id("link", key["copy_id"], link.char_start),
                "link_index": index,
                "url": link.url,
            }
        )
    word_count = 0
    for index, segment in enumerate(copy.segments):
        word_count += count_words(segment.text) if segment.is_speech else 0
        rows["segments"].append(
            key
            | _span(segment)
            | {
                "segment_index": index,
                "speaker_label": segment.speaker_label,
                "label_char_start": segment.label_char_start,
                "label_char_end": segment.label_char_end,
                "start_s": segment.start_s,
                "end_s": segment.end_s,
                "text": segment.text,
                "words": None
                if segment.words is None
                else [{"word": w.word, "start_s": w.start_s, "end_s": w.end_s} for w in segment.words],
                "is_speech": segment.is_speech,
                "is_speaker_change": segment.is_speaker_change,
                "is_paragraph_start": segment.is_paragraph_start,
                "locator": segment.locator,
            }
        )
    speech = [segment for segment in copy.segments if segment.is_speech]
    rows["episode_copies"].append(
        key
        | _span(copy)
        | {
            "copy_index": copy_index,
            "format": format_name,
            "locator": copy.locator,
            "show_name": copy.show_name,
            "title": " ".join(by_field["title"]) or None,
            "description": "\n\n".join(by_field["description"]) or None,
            "url": copy.url,
            "video_id": copy.video_id,
            "guid": copy.guid,
            "published_on": copy.published_on,
            "date_source": copy.date_source,
            "duration_s": copy.duration_s,
            "language": copy.language,
            "is_truncated": copy.truncation_reason is not None,
            "truncation_reason": copy.truncation_reason,
            "has_transcript": bool(speech),
            "has_speakers": any(segment.speaker_label is not None for segment in speech),
            "has_timestamps": any(segment.start_s is not None for segment in speech),
            "segment_count": len(copy.segments),
            "word_count": word_count,
        }
    )


def _span(found: Any) -> dict[str, int]:
    return {"char_start": found.char_start, "char_end": found.char_end}
