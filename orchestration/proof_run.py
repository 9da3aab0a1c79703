"""The proof over the whole lake, bucket by bucket, so that memory does not grow with it.

Belongs here: which rows are checked together. Keep out: the check (proof.py). A bucket whose rows are the very ones
that have been proven by the same code is not gone through again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.buckets import Homes, bucket_expr
from orchestration.ids import stable_id
from orchestration.increments import digest_of, rows_of
from orchestration.io.files import write_json
from orchestration.io.lake import Lake
from orchestration.method_versions import version_of
from orchestration.progress import Report, now_and_then
from orchestration.proof import EXAMPLE_TABLES, MAX_REPORTED, PROVEN_TABLES, ProofResult, prove, prove_examples
from orchestration.schemas.tables import INGEST_TABLES, LAKE_TABLES
from orchestration.workers import ALONE, Workers, each

# Their rows are checked where their documents stand, other raw tables' with the copies at home: mentions need those.
_BY_DOCUMENT = frozenset({"document_texts", "segments"})
# What tells which copies are at home in a bucket.
_OF_HOMES = ("documents", "episode_copies", "copy_episodes")
_ROWS, _EXAMPLES, _WHOLE = "proof", "proof_of_examples", "whole"


@dataclass(frozen=True, slots=True)
class _Task:
    """A bucket to prove. copies: those at home in it. there: the tables that have a part for it."""

    lake: Path
    bucket: int
    key: str
    copies: pl.DataFrame
    there: frozenset[str]


def prove_lake(lake: Lake, workers: Workers = ALONE, report: Report = lambda line: None) -> ProofResult:
    """Check every row of the tables named in PROVEN_TABLES, but for those that were proven before."""
    known = _known(lake, _ROWS)
    version = version_of("orchestration.proof")
    tables = [lake.fingerprint(table) for table in sorted({*PROVEN_TABLES, *_OF_HOMES})]
    # A table without a fingerprint is not whole, and nothing is known of its rows.
    whole = stable_id("proof of all", version, lake.bucket_count, *tables) if all(tables) else ""
    if whole and known.get(_WHOLE, {}).get("key") == whole:
        return ProofResult(int(known[_WHOLE]["row_count"]), 0, [])
    parts = {table: lake.parts(table) for table in PROVEN_TABLES if table in _BY_DOCUMENT or table not in INGEST_TABLES}
    homes = Homes.of(lake)
    # Where no episode is at home there are rows of documents all the same.
    buckets = dict.fromkeys(lake.parts("documents"), homes.copies.clear()) | homes.buckets
    results: dict[str, dict[str, Any]] = {}
    wanted = []
    for bucket, copies in sorted(buckets.items()):
        made_of = (of[bucket].fingerprint if bucket in of else "" for of in parts.values())
        key = stable_id("proof", version, digest_of(copies), *made_of)
        if known.get(str(bucket), {}).get("key") == key:
            results[str(bucket)] = known[str(bucket)]
        else:
            there = frozenset(table for table, of in parts.items() if bucket in of)
            wanted.append(_Task(lake.folder, bucket, key, copies, there))
    failure_count, failures = 0, []
    on_progress = now_and_then(report, "proved part")
    for number, (task, result) in enumerate(each(_prove, wanted, len(wanted), workers), 1):
        results[str(task.bucket)] = {"key": "" if result.failure_count else task.key, "row_count": result.row_count}
        failure_count += result.failure_count
        failures += result.failures
        on_progress(number, len(wanted))
    row_count = sum(int(one["row_count"]) for one in results.values())
    results[_WHOLE] = {"key": "" if failure_count else whole, "row_count": row_count}
    write_json(_state(lake, _ROWS), results)
    return ProofResult(row_count, failure_count, sorted(failures)[:MAX_REPORTED])


def prove_lake_examples(lake: Lake) -> ProofResult:
    """Check every example in the tables named in EXAMPLE_TABLES, unless these very rows were proven before."""
    made_of = (lake.fingerprint(table) for table in ("document_texts", *EXAMPLE_TABLES))
    key = stable_id("proof of examples", version_of("orchestration.proof"), *made_of)
    known = _known(lake, _EXAMPLES).get("examples", {})
    if known.get("key") == key:
        return ProofResult(int(known["row_count"]), 0, [])
    row_count = failure_count = 0
    failures: list[str] = []
    for tables in _examples(lake):
        result = prove_examples(tables)
        row_count += result.row_count
        failure_count += result.failure_count
        failures += result.failures
    proven = {"key": "" if failure_count else key, "row_count": row_count}
    write_json(_state(lake, _EXAMPLES), {"examples": proven})
    return ProofResult(row_count, failure_count, failures[:MAX_REPORTED])


def _examples(lake: Lake) -> Iterator[dict[str, pl.DataFrame]]:
    """Yield the examples whose documents stand in one bucket, with the texts of these."""
    places = {
        table: lake.read(table, ["contexts"])
        .explode("contexts", empty_as_null=False)
        .select(contexts=pl.concat_list("contexts"), document_id=pl.col("contexts").struct.field("document_id"))
        .with_columns(bucket=bucket_expr(lake.bucket_count))
        for table in EXAMPLE_TABLES
    }
    for bucket in sorted({bucket for frame in places.values() for bucket in frame["bucket"]}):
        here = {table: frame.filter(pl.col("bucket") == bucket) for table, frame in places.items()}
        documents = {document for frame in here.values() for document in frame["document_id"]}
        yield here | {"document_texts": lake.read_rows("document_texts", bucket, "document_id", documents)}


def _prove(task: _Task) -> ProofResult:
    lake = Lake(task.lake)
    return prove({table: _rows(lake, table, task) for table in PROVEN_TABLES})


def _rows(lake: Lake, table: str, task: _Task) -> pl.DataFrame:
    """Return the rows of the bucket's documents, or of the copies at home in it: from the table itself, not copies."""
    empty = LAKE_TABLES[table].create_empty()
    if table not in INGEST_TABLES or table in _BY_DOCUMENT:
        rows = lake.read_part(table, task.bucket) if table in task.there else empty
        others = task.copies.filter(pl.col("source") != task.bucket)
        if table != "document_texts" or others.is_empty():
            return rows
        return pl.concat([rows, rows_of(lake, table, task.bucket, others)])
    return rows_of(lake, table, task.bucket, task.copies) if task.copies.height else empty


def _known(lake: Lake, what: str) -> dict[str, dict[str, Any]]:
    try:
        known = json.loads(_state(lake, what).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _state(lake: Lake, what: str) -> Path:
    return lake.folder / "state" / f"{what}.json"
