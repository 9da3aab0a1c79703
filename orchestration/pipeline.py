"""The stages from raw files to the lake, in the order of the flow. Free of Dagster, which runs them one by one.

A stage is recomputed when one of its inputs changed or the code of its method did, and kept otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

import polars as pl

from orchestration.buckets import Homes
from orchestration.catalog.catalog import Catalog
from orchestration.catalog.load import load_catalog
from orchestration.ids import stable_id
from orchestration.increments import (
    CATALOG,
    Sent,
    Shared,
    Task,
    bring_up_to_date,
    digest_of,
    discard_unused,
    is_for_all,
    prepared,
)
from orchestration.ingest_run import StageResult, run_ingest
from orchestration.io.files import sha256_of_files
from orchestration.io.lake import Lake, Part, PartReader, is_time_to_record
from orchestration.kept_results import KeptResults
from orchestration.method_versions import version_of
from orchestration.parse_versions import parse_version
from orchestration.progress import Report, now_and_then
from orchestration.schemas.tables import INGEST_TABLES, LAKE_TABLES
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transforms.alignment import copy_alignments
from orchestration.transforms.appearance_evidence import appearance_evidence
from orchestration.transforms.copy_casts import copy_casts
from orchestration.transforms.copy_differences import copy_differences
from orchestration.transforms.copy_words import copy_words
from orchestration.transforms.entity_candidates import entity_candidates
from orchestration.transforms.episode_people import people_of
from orchestration.transforms.identity import copy_episodes, links_of_words
from orchestration.transforms.kinds import kind_spans
from orchestration.transforms.mentions import mentions
from orchestration.transforms.name_miner import alias_proposals
from orchestration.transforms.name_scan import copy_names
from orchestration.transforms.repeated_speech import repeated_runs
from orchestration.transforms.show_hosts import NAME_COLUMNS, regular_hosts, show_names
from orchestration.transforms.shows import copy_shows, learnt_shows, stated_shows
from orchestration.transforms.speaker_labels import speaker_labels
from orchestration.transforms.speaker_spans import speaker_spans
from orchestration.transforms.speaker_turns import speaker_turns
from orchestration.transforms.topics import chapter_topics, copy_topics, turn_topics
from orchestration.transforms.unknown_names import unknown_names, unknown_places
from orchestration.workers import ALONE, Workers, each, in_order


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One table computed from others.

    inputs: the lake tables, or `catalog`, that are passed to `compute` in this order. shared: None where rows depend on
    documents of any episode. Else they depend on the inputs' rows of their own episode, the catalogue, and on what is
    shared, which `compute` takes by these names. is_by_copy: rows depend on those of their own copy, so that they are
    there before the episodes are; only `Shared` and stages that take all rows read such a table.
    """

    table: str
    inputs: tuple[str, ...]
    compute: Callable[..., pl.DataFrame]
    shared: Mapping[str, Shared] | None = None
    is_by_copy: bool = False

    @property
    def reads(self) -> frozenset[str]:
        """Every table that has to be there before, and `catalog` where it is read."""
        tables = {*self.inputs, *(table for shared in (self.shared or {}).values() for table in shared.tables)}
        # What is kept by episode asks where each is at home.
        is_by_episode = self.shared is not None and not self.is_by_copy
        return frozenset(tables | ({"episode_copies", "copy_episodes"} if is_by_episode else {"episode_copies"}))


_SHOW_NAMES = Shared({"copy_shows": ("show_id", "show_name")}, show_names)
_SHARED_BY_SHOWS = {
    "show_names": _SHOW_NAMES,
    "regulars": Shared(
        {
            "episode_copies": ("copy_id", "document_id", "copy_index"),
            "copy_shows": ("copy_id", "show_id", "is_primary"),
            "copy_casts": ("copy_id", "standing", "person_key", *NAME_COLUMNS),
        },
        regular_hosts,
    ),
}
_PEOPLE = Shared(
    {
        "speaker_labels": ("copy_id", "speaker_label", "person_id", "person_name"),
        "appearance_evidence": ("evidence_id", "copy_id", "person_id", "person_name"),
    },
    people_of,
)

STAGES: tuple[Stage, ...] = (
    Stage("copy_words", ("segments", "passages", "chapters"), copy_words, {}, is_by_copy=True),
    Stage("copy_links", ("episode_copies", "copy_words"), links_of_words),
    Stage("copy_episodes", ("episode_copies", "copy_links"), copy_episodes),
    Stage("copy_alignments", ("episode_copies", "copy_episodes", "segments", "document_texts"), copy_alignments, {}),
    Stage("copy_differences", ("copy_alignments", "segments", "document_texts"), copy_differences, {}),
    Stage("stated_shows", ("episode_copies", "passages", CATALOG), stated_shows, {}, is_by_copy=True),
    Stage(
        "copy_shows",
        ("episode_copies", "passages", "segments", CATALOG, "document_texts"),
        copy_shows,
        {"learnt": Shared({"stated_shows": ("show_id", "show_name")}, learnt_shows)},
    ),
    Stage(
        "kind_spans",
        ("episode_copies", "segments", "passages", "chapters", "document_texts", "copy_shows", "copy_episodes"),
        kind_spans,
        {"repeated": Shared({"copy_words": (), "copy_episodes": ("copy_id", "episode_id")}, repeated_runs)},
    ),
    Stage(
        "copy_casts",
        ("episode_copies", "segments", "passages", "copy_shows", CATALOG, "stated_people"),
        copy_casts,
        {"show_names": _SHOW_NAMES},
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
            "copy_casts",
        ),
        speaker_labels,
        _SHARED_BY_SHOWS,
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
            "copy_casts",
        ),
        speaker_spans,
        _SHARED_BY_SHOWS,
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
            "copy_casts",
        ),
        appearance_evidence,
        _SHARED_BY_SHOWS,
    ),
    Stage(
        "speaker_turns",
        ("segments", "document_texts", "kind_spans", "speaker_labels", "copy_alignments", "speaker_spans"),
        speaker_turns,
        {},
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
        {"people": _PEOPLE},
    ),
    Stage(
        "copy_topics",
        ("mentions", "speaker_turns", "passages", "chapters", "copy_episodes", CATALOG),
        copy_topics,
    ),
    Stage("chapter_topics", ("mentions", "chapters", "copy_episodes", CATALOG), chapter_topics),
    Stage("turn_topics", ("mentions", "copy_episodes", CATALOG), turn_topics),
    Stage(
        "copy_names",
        ("speaker_turns", "passages", "chapters", "mentions", CATALOG, "episode_copies"),
        copy_names,
        {},
    ),
    Stage(
        "unknown_names",
        ("speaker_turns", "passages", "chapters", "document_texts", "episode_copies"),
        unknown_names,
        {"places": Shared({"copy_names": ()}, unknown_places)},
    ),
    Stage(
        "entity_candidates",
        (
            "unknown_names",
            "copy_names",
            "speaker_turns",
            "passages",
            "chapters",
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
            "unknown_names",
            "copy_names",
            "speaker_turns",
            "passages",
            "chapters",
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


IN_PARTS = frozenset(
    {
        *("copy_words", "document_texts", "passages", "chapters", "speaker_turns", "mentions"),
        *("copy_names", "unknown_names"),
    }
)
"""Tables as long as the texts themselves, that are passed on as `Lake.reader` where all rows are taken."""

SPREAD = frozenset({links_of_words, repeated_runs, unknown_places, entity_candidates, alias_proposals})
"""What takes all rows, and works on them part by part and range by range of hashes."""

WITH_FILES = frozenset({links_of_words, repeated_runs, alias_proposals})
"""What keeps files in a folder while it computes."""

WITH_MEMORY = frozenset({links_of_words, repeated_runs})
"""What keeps results, from which the next computation follows where few copies changed."""

WHOLE_TABLES = frozenset(stage.table for stage in STAGES if stage.shared is None)
"""Tables that are computed as a whole; the rows of the others stand in the bucket of their episode."""


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


def run_stage(
    stage: Stage, lake: Lake, catalog: Catalog, workers: Workers = ALONE, report: Report = lambda line: None
) -> StageResult:
    """Compute one table, unless everything it is made from is unchanged; if it can be, only for changed episodes."""
    key = stable_id(
        stage.table,
        stage_version(stage),
        lake.bucket_count,
        *stage.inputs,
        *(catalog.fingerprint if name == CATALOG else lake.fingerprint(name) for name in sorted(stage.reads)),
    )
    if lake.is_current(stage.table, key):
        kept = {} if stage.shared is None else {"computed_copy_count": 0}
        return StageResult(stage.table, lake.row_count(stage.table), is_kept=True, counts=kept)
    if stage.shared is None:
        given = (catalog if name == CATALOG else _all_rows(lake, name) for name in stage.inputs)
        frame = stage.compute(*given, **_spread(stage, stage.compute, lake, workers))
        lake.write(stage.table, frame, key)
        return StageResult(stage.table, frame.height, is_kept=False)
    computed = kept_count = 0
    parts = lake.parts(stage.table)
    tasks = _tasks(stage, lake, catalog, parts, workers)
    current = {
        bucket: part
        for bucket, part in parts.items()
        if bucket in tasks and (part.key, part.shared) == (tasks[bucket].key, tasks[bucket].names)
    }
    wanted = [task for bucket, task in tasks.items() if bucket not in current]
    on_progress = now_and_then(report, f"{stage.table}: part")
    for number, (task, done) in enumerate(each(bring_up_to_date, wanted, len(wanted), workers), 1):
        current[task.bucket] = done.part
        computed += done.computed_copy_count
        if is_time_to_record(number, len(wanted)):
            # Parts that are still to come stay as they are, and do not pass for current: they have another key.
            lake.record(stage.table, {b: part for b, part in (parts | current).items() if b in tasks})
        on_progress(number, len(wanted))
    lake.record(stage.table, current, key)
    discard_unused(lake, stage.table)
    kept_count = sum(task.copies.height for task in tasks.values()) - computed
    counts = {"computed_copy_count": computed, "kept_copy_count": kept_count}
    return StageResult(stage.table, lake.row_count(stage.table), is_kept=False, counts=counts)


def _tasks(stage: Stage, lake: Lake, catalog: Catalog, parts: Mapping[int, Part], workers: Workers) -> dict[int, Task]:
    """Return what is to do for each bucket, were it all to be done."""
    homes = Homes.of_copies_alone(lake) if stage.is_by_copy else Homes.of(lake)
    inputs = [name for name in stage.inputs if name != CATALOG]
    whole = {name: homes.by_bucket(lake.read(name)) for name in inputs if name in WHOLE_TABLES}
    computed = {name: lake.parts(name) for name in inputs if name not in WHOLE_TABLES and name not in INGEST_TABLES}
    shared = {
        name: part.reduce(
            *(_all_rows(lake, table, columns) for table, columns in part.tables.items()),
            **_spread(stage, part.reduce, lake, workers),
        )
        for name, part in (stage.shared or {}).items()
    }
    names = prepared(lake, stage.table, shared)
    for_all = [digest_of(frame) for _, frame in sorted(shared.items()) if is_for_all(frame)]
    # Hashes that rows are made of may differ between versions of Polars.
    base = stable_id(
        stage_version(stage), pl.__version__, catalog.fingerprint if CATALOG in stage.inputs else "", *for_all
    )
    split = {name: homes.by_bucket(frame) if "copy_id" in frame.columns else None for name, frame in shared.items()}
    tasks = {}
    sent = Sent(catalog)
    # Without any copies there is one bucket all the same, so that the table is there.
    for bucket, copies in homes.buckets.items():
        whole_here = {name: by_bucket[bucket] for name, by_bucket in whole.items()}
        shared_here = {
            name: by_bucket[bucket] if by_bucket is not None else shared[name] for name, by_bucket in split.items()
        }
        own = [frame for name, frame in sorted(shared_here.items()) if split[name] is not None]
        fingerprints = {name: of[bucket].fingerprint if bucket in of else "" for name, of in computed.items()}
        key = stable_id(
            stage.table,
            base,
            homes.digests[bucket],
            *(digest_of(frame) for frame in (*whole_here.values(), *own)),
            *fingerprints.values(),
        )
        tasks[bucket] = Task(
            lake.folder, stage.table, bucket, base, key, names, copies, stage.inputs, whole_here, fingerprints,
            shared_here, sent, stage.compute, parts.get(bucket),
        )  # fmt: skip
    return tasks


def _spread(stage: Stage, compute: Callable[..., pl.DataFrame], lake: Lake, workers: Workers) -> dict[str, Any]:
    """Return, for what takes all rows and can be split, who works on the pieces, and what is kept where."""
    spread: dict[str, Any] = {"run": partial(in_order, workers=workers)} if compute in SPREAD else {}
    if compute in WITH_FILES:
        spread["folder"] = lake.scratch(stage.table)
    if compute in WITH_MEMORY:
        spread["memory"] = KeptResults(lake, stage.table, version_of(compute.__module__))
    return spread


def _all_rows(lake: Lake, table: str, columns: tuple[str, ...] = ()) -> pl.DataFrame | PartReader:
    return lake.reader(table) if table in IN_PARTS else lake.read(table, list(columns) or None)


def build_lake(settings: Settings, catalog: Catalog, now: datetime, report: Report, source: str | None = None) -> Lake:
    """Run every stage in order without Dagster, as measuring does, and return the lake. source: as of `run_ingest`."""
    lake = Lake(settings.lake)
    run_ingest(settings, lake, now, report, source)
    for stage in STAGES:
        result = run_stage(stage, lake, catalog, settings.workers, report)
        report(f"{stage.table}: {result.row_count:,} rows{', unchanged' if result.is_kept else ''}")
    return lake
