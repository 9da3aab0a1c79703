"""From raw files to the first tables of the lake: read new contents once, keep the rows of what is unchanged.

Belongs here: which contents are read, and what becomes of their problems. Keep out: the rows of a copy (copy_rows.py).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.containers import ContainerError
from orchestration.copy_rows import Rows, add_copy, frame_of
from orchestration.file_hashes import RawFile
from orchestration.formats import registry
from orchestration.formats.document import Problem
from orchestration.formats.mojibake import find_mojibake
from orchestration.ids import stable_id
from orchestration.parse_versions import format_versions, parse_version
from orchestration.scan import ContentReader
from orchestration.schemas.tables import INGEST_TABLES
from orchestration.sidecars import Applied, Sidecars, sidecar_paths

Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Ingested:
    """The tables of the ingest stage, and how many contents were parsed now, kept from before, and dropped."""

    frames: Frames
    parsed_count: int
    kept_count: int
    dropped_count: int

    @property
    def counts(self) -> dict[str, int]:
        """The counts by name."""
        return {name: getattr(self, name) for name in ("parsed_count", "kept_count", "dropped_count")}


@dataclass(frozen=True, slots=True)
class Contents:
    """Contents to be in the lake: the files that each document fills, and what sidecars state of it.

    elsewhere: documents that a run limited to one folder leaves as they are.
    """

    files: dict[str, list[RawFile]]
    stated: dict[str, Applied]
    elsewhere: frozenset[str]

    def only(self, documents: Iterable[str]) -> Contents:
        """Return what concerns some of the documents."""
        files = {document: self.files[document] for document in documents}
        stated = {document: self.stated[document] for document in files}
        return Contents(files, stated, self.elsewhere.intersection(files))


@dataclass(frozen=True, slots=True)
class Found:
    """What is in the raw folder: contents, sidecars, and rows of `rejects` on what is wrong with files as such.

    unread: paths of the sidecars that a run limited to one folder does not look at.
    """

    contents: Contents
    sidecars: Sidecars
    rejects: list[dict[str, Any]]
    unread: frozenset[str]

    def reject_rows(self, copies: pl.DataFrame) -> list[dict[str, Any]]:
        """Return the rows of `rejects` that concern files rather than contents. copies: `document_id` of each copy."""
        rows = list(self.rejects)
        for document_id, same in self.contents.files.items():
            rows.extend(_duplicate_rows(document_id, same))
        return rows + _sidecar_rows(self.sidecars, self.contents.stated, copies)


def ingest(
    raw: Path,
    files: Iterable[RawFile],
    previous: Frames | None,
    now: datetime,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    is_same_code: bool = True,
    is_looked_at: Callable[[RawFile], bool] = lambda file: True,
) -> Ingested:
    """Return the ingest tables for `files`, all at once.

    previous: the tables of the last run, or None to parse everything. The other arguments as of `look` and `read`.
    """
    before = set() if previous is None else set(previous["documents"]["document_id"])
    found = look(raw, files, before, is_looked_at)
    result, unreadable = read(raw, found.contents, previous, now, on_progress, is_same_code=is_same_code)
    about_files = reject_frame([*found.reject_rows(result.frames["episode_copies"]), *unreadable])
    if previous is not None:
        about_files = pl.concat([about_files, previous["rejects"].filter(pl.col("path").is_in(found.unread))])
    # Two entries of an archive may have one name, and fail for one reason.
    rejects = pl.concat([result.frames["rejects"], about_files]).unique("reject_id", maintain_order=True)
    frames = result.frames | {"rejects": rejects}
    return replace(result, frames={table: INGEST_TABLES[table].validate(frames[table], cast=True) for table in frames})


def look(
    raw: Path,
    files: Iterable[RawFile],
    before: Container[str],
    is_looked_at: Callable[[RawFile], bool] = lambda file: True,
) -> Found:
    """Return what the files mean, of which only the sidecars are read.

    before: the documents of the last run. is_looked_at: in a run limited to one folder, whether a file is in it. What
    is elsewhere stays as it was, read by whatever code, and what is new there stays unread. A content that fills
    several files is one document, and each further file is a row in `rejects`. A sidecar is no document.
    """
    files = sorted(files, key=lambda file: file.path)
    beside = sidecar_paths(file.path for file in files)
    rejects: list[dict[str, Any]] = []
    by_content: dict[str, list[RawFile]] = defaultdict(list)
    for file in files:
        is_sidecar = file.path in beside
        if file.problem:
            rejects.append(_reject_row(None if is_sidecar else file.document_id, file.path, file.problem))
        if file.document_id and not is_sidecar:
            by_content[file.document_id].append(file)
    reader = ContentReader(raw)
    sidecars = _read_sidecars(reader, [file for file in files if file.path in beside and is_looked_at(file)], rejects)
    elsewhere = {document for document, same in by_content.items() if not all(map(is_looked_at, same))}
    wanted = {
        document: same
        for document, same in by_content.items()
        if document not in elsewhere or document in before or any(map(is_looked_at, same))
    }
    stated = {document: sidecars.of(same[0].path) for document, same in wanted.items()}
    unread = frozenset(file.path for file in files if file.path in beside and not is_looked_at(file))
    return Found(Contents(wanted, stated, frozenset(elsewhere & wanted.keys())), sidecars, rejects, unread)


def read(
    raw: Path,
    contents: Contents,
    previous: Frames | None,
    now: datetime,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    is_same_code: bool = True,
) -> tuple[Ingested, list[dict[str, Any]]]:
    """Return the rows of `contents`, and rows of `rejects` on those that could not be read this time.

    previous: the rows of the last run for the documents of the same bucket, or None to parse everything. Documents are
    read again where what a sidecar states of them changed, or the code of their format. A file that changes between
    look and reading is rejected for this run only. is_same_code: whether `previous` was read by the code of today. If
    not, each document is recognised again, since a changed format may claim those of another. `on_progress` is called
    with the number of new contents read and to read.
    """
    reader = ContentReader(raw)
    rows = Rows()
    unreadable: list[dict[str, Any]] = []
    before = {} if previous is None else {row["document_id"]: row for row in _read_before(previous)}
    known = [
        document
        for document, same in contents.files.items()
        if (row := before.get(document))
        and (
            document in contents.elsewhere
            or (
                row["sidecar_fingerprint"] == contents.stated[document].fingerprint
                and not any(file.problem for file in same)
                and row["method_version"] == _method_version(row["format"])
                and (is_same_code or (row["format"] and _format_of(reader, same[0]) == row["format"]))
            )
        )
    ]

    is_known = set(known)
    new = [content for content in contents.files if content not in is_known]
    for done, document_id in enumerate(new):
        on_progress(done, len(new))
        _read_document(
            reader, document_id, contents.files[document_id], contents.stated[document_id], now, rows, unreadable
        )
    on_progress(len(new), len(new))
    frames = rows.frames()
    if previous is not None:
        frames = {table: _with_kept(table, frames[table], previous[table], known, contents.files) for table in frames}
    parsed_count = sum(not any(file.problem for file in contents.files[document]) for document in new)
    return Ingested(frames, parsed_count, len(known), len(before.keys() - contents.files.keys())), unreadable


def reject_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return rows of `rejects` as a frame, each once."""
    return frame_of("rejects", rows).unique("reject_id", maintain_order=True)


def _read_before(previous: Frames) -> Iterable[dict[str, Any]]:
    columns = ("document_id", "format", "sidecar_fingerprint", "method_version")
    return previous["documents"].select(columns).iter_rows(named=True)


def _method_version(format_name: str | None) -> str | None:
    """Return the version of the code that reads a format, or None where there is no such format any more."""
    return format_versions().get(format_name) if format_name else parse_version()


def _format_of(reader: ContentReader, file: RawFile) -> str | None:
    try:
        return registry.format_of(reader.read(file))
    except (ContainerError, OSError):
        return None


def _read_sidecars(reader: ContentReader, files: list[RawFile], rejects: list[dict[str, Any]]) -> Sidecars:
    contents = {}
    for file in files:
        if not file.problem:
            content = _content(reader, file, rejects)
            if content is not None:
                contents[file.path] = content
    return Sidecars(contents)


def _sidecar_rows(sidecars: Sidecars, stated: dict[str, Applied], copies: pl.DataFrame) -> list[dict[str, Any]]:
    """Return what is wrong with sidecars: with their text, with where they stand, with what they speak of."""
    found = [*sidecars.problems, *sidecars.unused()]
    counts = dict(copies.group_by("document_id").len().iter_rows())
    for document_id, applied in stated.items():
        count = counts.get(document_id, 0)
        for sidecar in applied.sidecars if count > 1 else ():
            of_episode = sidecar.facts.names_of_episode
            if of_episode and not sidecar.is_source:
                reason = f"{', '.join(of_episode)}: of one episode, but a file that it speaks of holds {count:,}"
                remedy = "state it for a file that holds one episode; show, hosts and language are used"
                found.append((sidecar.path, Problem("file", reason, remedy)))
    return [_reject_row(None, path, problem) for path, problem in found]


def _with_kept(
    table: str, new: pl.DataFrame, previous: pl.DataFrame, known: list[str], files: dict[str, list[RawFile]]
) -> pl.DataFrame:
    """Add the rows of unchanged contents. Paths are told anew, since a file may have been renamed."""
    kept = previous.filter(pl.col("document_id").is_in(known))
    paths = [sorted(file.path for file in files[document]) for document in known]
    now_at = pl.DataFrame(
        {"document_id": known, "paths": paths, "path": [same[0] for same in paths]},
        schema={"document_id": pl.String, "paths": pl.List(pl.String), "path": pl.String},
    )
    if table == "documents":
        kept = kept.drop("paths", "path").join(now_at, on="document_id").select(new.columns)
    if table == "rejects":
        kept = kept.drop("path").join(now_at.drop("paths"), on="document_id")
        ids = [stable_id("reject", *key) for key in kept.select("path", "locator", "reason").iter_rows()]
        kept = kept.with_columns(reject_id=pl.Series(ids, dtype=pl.String)).select(new.columns)
        # What concerns a path rather than a content (duplicates, files too large) is found anew by every look.
        kept = kept.filter(~pl.col("reject_id").is_in(new["reject_id"].implode()) & (pl.col("locator") != "path"))
    return pl.concat([kept, new])


def _content(reader: ContentReader, file: RawFile, rejects: list[dict[str, Any]]) -> bytes | None:
    """Return what a file holds, or None and a reject where it cannot be read any more, which the next run may do."""
    try:
        content = reader.read(file)
    except ContainerError as error:
        problem = error.problem
    except OSError as error:
        problem = Problem("file", f"cannot be read: {error.strerror}", "run again once the file can be read")
    else:
        if hashlib.sha256(content).hexdigest() == file.document_id:
            return content
        problem = Problem("file", "the file changed while it was read", "run again once it is complete")
    rejects.append(_reject_row(None, file.path, problem))
    return None


def _read_document(
    reader: ContentReader,
    document_id: str,
    files: list[RawFile],
    stated: Applied,
    now: datetime,
    rows: Rows,
    unreadable: list[dict[str, Any]],
) -> None:
    paths = sorted(file.path for file in files)
    document: dict[str, Any] = {
        "document_id": document_id,
        "paths": paths,
        "path": paths[0],
        "bytes": files[0].size_bytes,
        "has_byte_order_mark": False,
        "status": "rejected",
        "sidecars": [sidecar.path for sidecar in stated.sidecars],
        "sidecar_fingerprint": stated.fingerprint,
        "ingested_at": now,
    }
    problems: tuple[Problem, ...] = ()
    if not any(file.problem for file in files):
        content = _content(reader, files[0], unreadable)
        if content is None:
            # Not recorded as a document: the next run must look at it again.
            return
        read = registry.read(content)
        problems = read.problems
        document["method_version"] = parse_version()
        if read.decoded:
            document["encoding"] = read.decoded.encoding
            document["has_byte_order_mark"] = read.decoded.has_byte_order_mark
        if read.document and read.document.copies:
            document |= {
                "status": "parsed",
                "format": read.document.format,
                "method_version": _method_version(read.document.format),
            }
            text = read.document.text
            rows.tables["document_texts"].append({"document_id": document_id, "text": text})
            garbled = find_mojibake(text, 0, len(text))
            problems += (garbled,) if garbled else ()
            is_one = len(read.document.copies) == 1
            facts = stated.facts if is_one else stated.facts.of_show()
            for copy_index, copy in enumerate(read.document.copies):
                is_garbled = garbled is not None and find_mojibake(text, copy.char_start, copy.char_end) is not None
                add_copy(document_id, copy_index, read.document.format, copy, facts, is_garbled, rows)
    rows.tables["documents"].append(document)
    rows.tables["rejects"].extend(_reject_row(document_id, paths[0], problem) for problem in dict.fromkeys(problems))


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
