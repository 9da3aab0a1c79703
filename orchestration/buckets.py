"""Which part of the lake a row stands in.

A document belongs to the bucket that its id falls into, an episode to that of the smallest id among its documents, its
home. So one document added to very many concerns one part of each table. The number of buckets grows with that of the
documents: a small corpus has one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import polars as pl

from orchestration.increments import digest_of
from orchestration.io.lake import Lake, Part
from orchestration.schemas.tables import INGEST_TABLES, LAKE_TABLES

DOCUMENTS_PER_BUCKET = 128
"""Enough for the cost of a part to be small beside that of its rows, and few enough to be in memory as objects."""


def bucket_count(document_count: int, before: int) -> int:
    """Return the number of buckets for so many documents: a power of two, so that an old bucket falls into new ones.

    before: the number so far, which stays as long as it fits to a factor of two, lest documents move to and fro.
    """
    count = 1
    while count * DOCUMENTS_PER_BUCKET < document_count:
        count *= 2
    return before if count in (before, before // 2) else count


def bucket_of(document_id: str, count: int) -> int:
    """Return the bucket of a document."""
    return int(document_id[:8], 16) % count


def bucket_expr(count: int) -> pl.Expr:
    """Return the bucket of the column `document_id`."""
    return pl.col("document_id").str.slice(0, 8).str.to_integer(base=16, strict=True, dtype=pl.Int64) % count


@dataclass(frozen=True)
class Homes:
    """Where copies are at home.

    copies: `copy_id, document_id, episode_id`, the `bucket` of the episode, `source`, the bucket of the document, and
    `document_key`, a hash of how its rows were read.
    """

    count: int
    copies: pl.DataFrame

    @classmethod
    def of(cls, lake: Lake) -> Homes:
        """Read the homes of all copies of `lake`, whose episodes are known."""
        tables = ("documents", "episode_copies", "copy_episodes")
        return _homes(lake.folder, lake.bucket_count, *map(lake.fingerprint, tables))

    @classmethod
    def of_copies_alone(cls, lake: Lake) -> Homes:
        """Read the homes of all copies of `lake`, as if each were an episode by itself: its document's bucket."""
        return _homes_of_copies(lake.folder, lake.bucket_count, *map(lake.fingerprint, ("documents", "episode_copies")))

    @cached_property
    def buckets(self) -> dict[int, pl.DataFrame]:
        """The copies at home in each bucket that has some; without any, those of the first."""
        found = _split(self.copies)
        return found or {0: self.copies}

    @cached_property
    def digests(self) -> dict[int, str]:
        """Of the copies at home in each of `buckets`."""
        return {bucket: digest_of(copies) for bucket, copies in self.buckets.items()}

    def by_bucket(self, frame: pl.DataFrame) -> Mapping[int, pl.DataFrame]:
        """Return the rows of `frame`, by its column `copy_id`, for each bucket."""
        placed = frame.join(self.copies.select("copy_id", "bucket"), on="copy_id", maintain_order="left")
        empty = frame.clear()
        return defaultdict(lambda: empty, {bucket: part.drop("bucket") for bucket, part in _split(placed).items()})


@lru_cache(maxsize=1)
def _homes_of_copies(folder: Path, count: int, *fingerprints: str) -> Homes:
    """Return the homes of all copies as if each were an episode. fingerprints: as of `_homes`."""
    lake = Lake(folder)
    documents = lake.read("documents", ["document_id", "method_version", "sidecar_fingerprint"]).select(
        "document_id", document_key=pl.concat_str("method_version", "sidecar_fingerprint", ignore_nulls=True)
    )
    copies = (
        lake.read("episode_copies", ["copy_id", "document_id"])
        .with_columns(episode_id="copy_id")
        .join(documents, on="document_id", how="left")
        .with_columns(source=bucket_expr(count))
        .with_columns(bucket="source")
    )
    return Homes(count, copies.sort("copy_id"))


@lru_cache(maxsize=1)
def _homes(folder: Path, count: int, *fingerprints: str) -> Homes:
    """Return the homes of all copies. fingerprints: of the tables they follow from, which most stages find the same."""
    lake = Lake(folder)
    alone = Homes.of_copies_alone(lake)
    copies = (
        alone.copies.drop("episode_id", "bucket")
        .join(lake.read("copy_episodes", ["copy_id", "episode_id"]), on="copy_id")
        .with_columns(bucket=pl.col("source").get(pl.col("document_id").arg_min()).over("episode_id"))
    )
    return Homes(count, copies.sort("copy_id"))


def _split(frame: pl.DataFrame) -> dict[int, pl.DataFrame]:
    parts = frame.partition_by("bucket", as_dict=True, maintain_order=True)
    return {int(bucket): part for (bucket,), part in sorted(parts.items())}


def rebucket(lake: Lake, count: int) -> None:
    """Spread what was read of documents over another number of buckets. All else is to be computed anew.

    A part is there once and then split, so that memory does not grow with the lake.
    """
    before = lake.bucket_count
    fewer = min(before, count)
    recorded = {table: lake.parts(table) for table in INGEST_TABLES}
    # A crash from here on makes the next run read all documents again.
    lake.forget(LAKE_TABLES)
    spread: dict[str, dict[int, Part]] = {table: {} for table in INGEST_TABLES}
    for step in range(fewer):
        # Of more buckets several are made of one, of fewer one of several.
        old = [bucket for bucket in range(step, before, fewer) if bucket in recorded["documents"]]
        keys = {parts[bucket].key if bucket in parts else "" for bucket in old for parts in recorded.values()}
        versions = {key.rpartition(":")[0] for key in keys}
        if not old or not all(versions):
            continue
        key = f"{versions.pop()}:" if len(versions) == 1 else ":"
        for table in INGEST_TABLES:
            rows = pl.concat([lake.read_part(table, bucket) for bucket in old]).with_columns(bucket=bucket_expr(count))
            for bucket in range(step, count, fewer):
                frame = lake.checked(table, rows.filter(pl.col("bucket") == bucket).drop("bucket"))
                spread[table][bucket] = lake.write_part(table, bucket, frame, key)
    lake.bucket_count = count
    for table, parts in spread.items():
        lake.record(table, parts)
