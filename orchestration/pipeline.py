"""The stages from raw files to the lake, in the order of the flow. Free of Dagster, which runs them one by one.

A stage is recomputed when one of its inputs changed or the code of its method did, and kept otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.load import load_catalog
from orchestration.file_hashes import FileHashes, RawFile
from orchestration.ids import stable_id
from orchestration.ingest import ingest
from orchestration.io.files import sha256_of_files
from orchestration.io.lake import Lake
from orchestration.method_versions import version_of
from orchestration.parse_versions import parse_version
from orchestration.scan import is_looked_at, scan
from orchestration.schemas.tables import INGEST_TABLES, LAKE_TABLES
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transforms.alignment import copy_alignments
from orchestration.transforms.appearance_evidence import appearance_evidence
from orchestration.transforms.copy_differences import copy_differences
from orchestration.transforms.entity_candidates import entity_candidates
from orchestration.transforms.identity import copy_episodes, copy_links
from orchestration.transforms.kinds import kind_spans
from orchestration.transforms.mentions import mentions
from orchestration.transforms.name_miner import alias_proposals
from orchestration.transforms.shows import copy_shows
from orchestration.transforms.speaker_labels import speaker_labels
from orchestration.transforms.speaker_spans import speaker_spans
from orchestration.transforms.speaker_turns import speaker_turns
from orchestration.transforms.topics import chapter_topics, copy_topics, turn_topics

CATALOG = "catalog"
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """One table computed from others.

    inputs: the lake tables, or `catalog`, that are passed to `compute` in this order.
    """

    table: str
    inputs: tuple[str, ...]
    compute: Callable[..., pl.DataFrame]


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage did: rows of its table, and whether they were kept because nothing it reads had changed.

    counts: what was read or computed, and what was kept, by name.
    """

    table: str
    row_count: int
    is_kept: bool
    counts: Mapping[str, int] = field(default_factory=dict)


STAGES: tuple[Stage, ...] = (
    Stage("copy_links", ("episode_copies", "segments", "passages", "chapters"), copy_links),
    Stage("copy_episodes", ("episode_copies", "copy_links"), copy_episodes),
    Stage("copy_alignments", ("episode_copies", "copy_episodes", "segments", "document_texts"), copy_alignments),
    Stage("copy_differences", ("copy_alignments", "segments", "document_texts"), copy_differences),
    Stage("copy_shows", ("episode_copies", "passages", "segments", CATALOG, "document_texts"), copy_shows),
    Stage(
        "kind_spans",
        ("episode_copies", "segments", "passages", "chapters", "document_texts", "copy_shows", "copy_episodes"),
        kind_spans,
    ),
    Stage(
        "speaker_labels",
        (
            "episode_copies",
            "segments",
            "passages",
            "copy_shows",
            CATALOG,
            "copy_episodes",
            "stated_people",
            "copy_alignments",
        ),
        speaker_labels,
    ),
    Stage(
        "speaker_spans",
        (
            "segments",
            "document_texts",
            "copy_alignments",
            "speaker_labels",
            "episode_copies",
            "passages",
            "copy_shows",
            CATALOG,
            "copy_episodes",
            "stated_people",
        ),
        speaker_spans,
    ),
    Stage(
        "appearance_evidence",
        (
            "episode_copies",
            "segments",
            "passages",
            "speaker_labels",
            "copy_shows",
            CATALOG,
            "document_texts",
            "copy_episodes",
            "stated_people",
        ),
        appearance_evidence,
    ),
    Stage(
        "speaker_turns",
        ("segments", "document_texts", "kind_spans", "speaker_labels", "copy_alignments", "speaker_spans"),
        speaker_turns,
    ),
    Stage(
        "mentions",
        (
            "speaker_turns",
            "passages",
            "chapters",
            "segments",
            "speaker_labels",
            "appearance_evidence",
            "copy_shows",
            "copy_alignments",
            "document_texts",
            CATALOG,
            "kind_spans",
            "copy_episodes",
            "episode_copies",
        ),
        mentions,
    ),
    Stage(
        "copy_topics",
        ("mentions", "speaker_turns", "passages", "chapters", "copy_episodes", CATALOG),
        copy_topics,
    ),
    Stage("chapter_topics", ("mentions", "chapters", "copy_episodes", CATALOG), chapter_topics),
    Stage("turn_topics", ("mentions", "copy_episodes", CATALOG), turn_topics),
    Stage(
        "entity_candidates",
        (
            "speaker_turns",
            "passages",
            "chapters",
            "mentions",
            "document_texts",
            CATALOG,
            "copy_episodes",
            "copy_shows",
            "episode_copies",
        ),
        entity_candidates,
    ),
    Stage(
        "alias_proposals",
        (
            "speaker_turns",
            "passages",
            "chapters",
            "mentions",
            "document_texts",
            CATALOG,
            "copy_episodes",
            "copy_shows",
            "episode_copies",
            "appearance_evidence",
        ),
        alias_proposals,
    ),
)


@cache
def method_versions() -> dict[str, str]:
    """Return the version of each method, a short hash of the code that it is made of: `parse`, and one a stage."""
    return {"parse": parse_version()} | {stage.table: stage_version(stage) for stage in STAGES}


@cache
def stage_version(stage: Stage) -> str:
    """Return the version of a stage: of the code that computes it, its contract, and what reads the catalogue."""
    modules = [stage.compute.__module__, LAKE_TABLES[stage.table].__module__]
    if CATALOG in stage.inputs:
        modules.append(load_catalog.__module__)
    return version_of(*modules)


@cache
def code_version() -> str:
    """Return the version of the code: a short hash over all Python modules."""
    return sha256_of_files(list((PROJECT_ROOT / "orchestration").rglob("*.py")))[:12]


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
        if len(written_by) > 1 or (not others and any(written_by) and lake.row_count("documents")):
            raise ValueError(f"what is there outside the folder {source} is not known for sure: run once for all")
        files += others
    hashes.save(lambda file: is_looked_at(file, source))
    version = parse_version()
    # The version stands in front, so that rows that other parsers made are recognised. A limited run has another key
    # than one for all, which therefore always follows up what the limited one left aside.
    key = f"{version}:" + stable_id("ingest", source, *((file.path, file.document_id, file.problem) for file in files))
    read = {"hashed_count": hashes.read_count}
    if written_by == {key}:
        report(f"{len(files)} files, nothing new")
        counts = read | {"parsed_count": 0, "kept_count": lake.row_count("documents"), "dropped_count": 0}
        return [StageResult(table, lake.row_count(table), True, counts) for table in INGEST_TABLES]
    previous, is_same_code = None, True
    # Tables of two different runs (the last one was cut short between them) do not fit together.
    if len(written_by) == 1 and (before := written_by.pop()):
        previous = {table: lake.read(table) for table in INGEST_TABLES}
        is_same_code = before.startswith(f"{version}:")
    result = ingest(
        settings.raw,
        files,
        previous,
        now,
        _at_most_once_a_second(report),
        is_same_code=is_same_code,
        is_looked_at=is_ours,
    )
    if source is not None and not is_same_code:
        key = f"mixed:{key}"
    for table, frame in result.frames.items():
        lake.write(table, frame, key)
    report(
        f"{result.parsed_count} documents read, {result.kept_count} unchanged, {result.dropped_count} no longer there"
    )
    counts = read | result.counts
    return [StageResult(table, frame.height, False, counts) for table, frame in result.frames.items()]


def _at_most_once_a_second(report: Report) -> Callable[[int, int], None]:
    last = time.monotonic()

    def on_progress(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= 1:
            last = time.monotonic()
            report(f"read {done} of {total} documents")

    return on_progress


def file_hashes(settings: Settings) -> FileHashes:
    """Return what earlier runs have found in the raw files."""
    limits = f"{settings.max_file_bytes}:{version_of('orchestration.scan')}:{str(settings.raw)!a}"
    return FileHashes(settings.lake / "file_hashes.parquet", limits)


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
        if len(files) % 1000 == 0:
            report(f"found {len(files)} files")
    return files


def run_stage(stage: Stage, lake: Lake, catalog: Catalog) -> StageResult:
    """Compute one table, unless everything it is made from is unchanged."""
    key = stable_id(
        stage.table,
        stage_version(stage),
        *stage.inputs,
        *(catalog.fingerprint if name == CATALOG else lake.fingerprint(name) for name in stage.inputs),
    )
    if lake.is_current(stage.table, key):
        return StageResult(stage.table, lake.row_count(stage.table), is_kept=True)
    frame = stage.compute(*(catalog if name == CATALOG else lake.read(name) for name in stage.inputs))
    lake.write(stage.table, frame, key)
    return StageResult(stage.table, frame.height, is_kept=False)


def build_lake(settings: Settings, catalog: Catalog, now: datetime, report: Report, source: str | None = None) -> Lake:
    """Run every stage in order without Dagster, as measuring does, and return the lake. source: as of `run_ingest`."""
    lake = Lake(settings.lake)
    run_ingest(settings, lake, now, report, source)
    for stage in STAGES:
        result = run_stage(stage, lake, catalog)
        report(f"{stage.table}: {result.row_count:,} rows{', unchanged' if result.is_kept else ''}")
    return lake
