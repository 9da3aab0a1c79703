"""Bringing the first tables of the lake up to date with the raw folder, bucket by bucket.

Belongs here: which buckets have to be read, and their parts. Keep out: what a content becomes (ingest.py), what has
changed in the raw folder (scan.py, file_hashes.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.buckets import bucket_count, bucket_of, rebucket
from orchestration.file_hashes import FileHashes, RawFile
from orchestration.ids import stable_id
from orchestration.ingest import Contents, Found, Frames, look, read, reject_frame
from orchestration.io.lake import Lake, Part, is_time_to_record
from orchestration.method_versions import version_of
from orchestration.parse_versions import parse_version
from orchestration.progress import Report, now_and_then
from orchestration.scan import is_looked_at, scan
from orchestration.schemas.tables import INGEST_TABLES
from orchestration.settings import Settings
from orchestration.workers import each

REJECTS = "rejects"
# In front of the key of a part that code of another day made some rows of.
_MIXED = "mixed:"


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage did: rows of its table, and whether they were kept because nothing it reads had changed.

    counts: what was read or computed, and what was kept, by name.
    """

    table: str
    row_count: int
    is_kept: bool
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Task:
    """The parts of a bucket to bring up to date. has_previous: whether those of the last run fit together."""

    raw: Path
    lake: Path
    bucket: int
    key: str
    contents: Contents
    now: datetime
    has_previous: bool
    is_same_code: bool


@dataclass(frozen=True, slots=True)
class _Done:
    parts: dict[str, Part]
    counts: dict[str, int]
    unreadable: list[dict[str, Any]]


def run_ingest(
    settings: Settings, lake: Lake, now: datetime, report: Report, source: str | None = None
) -> list[StageResult]:
    """Bring the ingest tables up to date with the files below `settings.raw`, and return what was done.

    source: a folder directly below it, to look only there; all else stays in the lake as it is. Raises ValueError
    where there is no such folder, and where it is not known what was found elsewhere.
    """
    hashes = file_hashes(settings)
    files = found_files(settings, hashes, report, source)

    def is_ours(file: RawFile) -> bool:
        return is_looked_at(file.file, source)

    written_by = {lake.stage_key(table) for table in INGEST_TABLES}
    if source is not None:
        others = hashes.others(lambda file: is_looked_at(file, source))
        if any(written_by) and not hashes.is_known:
            raise ValueError(f"what is there outside the folder {source} is not known for sure: run once for all")
        files += others
    hashes.save(lambda file: is_looked_at(file, source))
    # A limited run has another key than one for all, which therefore always follows up what the limited one left aside.
    key = f"{parse_version()}:" + stable_id(source, *((file.path, file.document_id, file.problem) for file in files))
    counts = Counter({"hashed_count": hashes.read_count, "parsed_count": 0, "kept_count": 0, "dropped_count": 0})
    if written_by == {key}:
        report(f"{len(files)} files, nothing new")
        counts["kept_count"] = lake.row_count("documents")
        return [StageResult(table, lake.row_count(table), True, dict(counts)) for table in INGEST_TABLES]
    before = set(lake.read("documents", ["document_id"])["document_id"]) if lake.fingerprint("documents") else set()
    found = look(settings.raw, files, before, is_ours)
    unread = _rejects_of_unread(lake, found)
    count = _spread(lake, len(found.contents.files))
    recorded = {table: lake.parts(table) for table in INGEST_TABLES}
    tasks = _tasks(settings, lake, found.contents, recorded, source, now)
    current = {
        table: {bucket: part for bucket, part in parts.items() if bucket in tasks and part.key == tasks[bucket].key}
        for table, parts in recorded.items()
    }
    wanted = [task for bucket, task in tasks.items() if not all(bucket in parts for parts in current.values())]
    is_wanted = {task.bucket for task in wanted}
    counts["kept_count"] = sum(len(task.contents.files) for task in tasks.values() if task.bucket not in is_wanted)
    on_progress = now_and_then(report, "documents: part")
    unreadable = []
    for number, (task, done) in enumerate(each(_bring_up_to_date, wanted, len(wanted), settings.workers), 1):
        for table, part in done.parts.items():
            current[table][task.bucket] = part
        if is_time_to_record(number, len(wanted)):
            for table, parts in current.items():
                lake.record(table, {b: part for b, part in (recorded[table] | parts).items() if b in tasks})
        counts.update(done.counts)
        unreadable += done.unreadable
        on_progress(number, len(wanted))
    current[REJECTS][count] = _write_rejects(lake, count, found, unreadable, unread)
    if any(task.key.startswith(_MIXED) for task in tasks.values()):
        key = _MIXED + key
    for table, parts in current.items():
        lake.record(table, parts, key)
    report(
        f"{counts['parsed_count']:,} documents read, {counts['kept_count']:,} unchanged, "
        f"{counts['dropped_count']:,} no longer there"
    )
    return [StageResult(table, lake.row_count(table), False, dict(counts)) for table in INGEST_TABLES]


def _spread(lake: Lake, document_count: int) -> int:
    """Let the lake have as many buckets as so many documents need, and return their number."""
    count = bucket_count(document_count, lake.bucket_count)
    if count != lake.bucket_count:
        rebucket(lake, count)
    return count


def _tasks(
    settings: Settings,
    lake: Lake,
    contents: Contents,
    recorded: Mapping[str, Mapping[int, Part]],
    source: str | None,
    now: datetime,
) -> dict[int, _Task]:
    """Return what is to do for each bucket, were it all to be done. Without documents, the first is empty."""
    by_bucket: dict[int, list[str]] = defaultdict(list)
    for document in contents.files:
        by_bucket[bucket_of(document, lake.bucket_count)].append(document)
    # A bucket that has lost its last document is done once more, so that what is gone is counted.
    gone = [bucket for bucket, part in recorded["documents"].items() if part.row_count and bucket not in by_bucket]
    version = parse_version()
    tasks = {}
    for bucket in sorted({*by_bucket, *gone} or {0}):
        of_bucket = contents.only(sorted(by_bucket[bucket]))
        key = f"{version}:" + stable_id(
            source,
            *(
                (document, of_bucket.stated[document].fingerprint, *((file.path, file.problem) for file in files))
                for document, files in of_bucket.files.items()
            ),
        )
        written_by = {parts[bucket].key if bucket in parts else "" for parts in recorded.values()}
        # Tables of two different runs (the last one was cut short between them) do not fit together.
        before = written_by.pop() if len(written_by) == 1 else ""
        is_same_code = not before or before.startswith(f"{version}:")
        if source is not None and not is_same_code:
            key = _MIXED + key
        tasks[bucket] = _Task(settings.raw, lake.folder, bucket, key, of_bucket, now, bool(before), is_same_code)
    return tasks


def _bring_up_to_date(task: _Task) -> _Done:
    lake = Lake(task.lake)
    previous: Frames | None = None
    if task.has_previous:
        previous = {table: lake.read_part(table, task.bucket) for table in INGEST_TABLES}
    result, unreadable = read(task.raw, task.contents, previous, task.now, is_same_code=task.is_same_code)
    parts = {
        table: lake.write_part(table, task.bucket, lake.checked(table, frame), task.key)
        for table, frame in result.frames.items()
    }
    return _Done(parts, result.counts, unreadable)


def _rejects_of_unread(lake: Lake, found: Found) -> pl.DataFrame:
    """Return what is known of the sidecars that a run limited to one folder does not look at."""
    if not found.unread or not lake.fingerprint(REJECTS):
        return reject_frame([])
    return lake.read(REJECTS).filter(pl.col("path").is_in(found.unread))


def _write_rejects(
    lake: Lake, bucket: int, found: Found, unreadable: list[dict[str, Any]], unread: pl.DataFrame
) -> Part:
    """Write what concerns files rather than contents, as a part of its own behind those of the buckets."""
    copies = lake.read("episode_copies", ["document_id"])
    rows = reject_frame([*found.reject_rows(copies), *unreadable])
    frame = lake.checked(REJECTS, pl.concat([rows, unread]).unique("reject_id", maintain_order=True))
    return lake.write_part(REJECTS, bucket, frame, "")


def file_hashes(settings: Settings) -> FileHashes:
    """Return what earlier runs have found in the raw files."""
    limits = f"{settings.max_file_bytes}:{version_of('orchestration.scan')}:{str(settings.raw)!a}"
    return FileHashes(settings.lake / "state" / "files.parquet", limits)


def found_files(
    settings: Settings, hashes: FileHashes, report: Report = lambda line: None, source: str | None = None
) -> list[RawFile]:
    """Return the files below the raw folder, or below its folder `source`. Only those are read that may have changed.

    Raises FileNotFoundError where there is no raw folder, ValueError where it has no folder `source`.
    """
    if not settings.raw.is_dir():
        raise FileNotFoundError(f"the raw folder {settings.raw} does not exist: create it, or set PODCAST_RAW")
    files = []
    for file in scan(settings.raw, settings.max_file_bytes, hashes, source):
        files.append(file)
        if len(files) % 10_000 == 0:
            report(f"found {len(files):,} files")
    return files
