"""A lake made by Spark is that of this machine, row for row, also where tasks fail and are tried again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from orchestration import buckets, ingest_run, pipeline
from orchestration.catalog.load import load_catalog
from orchestration.io.lake import Lake
from orchestration.proof_run import prove_lake
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import Settings, load_settings
from orchestration.spark import MAX_TRIES, SparkTaskError
from orchestration.transforms import hash_ranges
from orchestration.workers import Workers, each, in_order
from tests.conftest import ROOT
from tests.spark.work import double, first_fails, process_id

pytest.importorskip("pyspark", reason="pyspark is not installed: make test-spark")

SPARK = Workers(2, is_spark=True)


def built(settings: Settings) -> Lake:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return pipeline.build_lake(settings, load_catalog(settings.catalog), now, lambda line: None)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings of an empty warehouse whose lake has four documents a bucket, with the sample corpus."""
    monkeypatch.setattr(buckets, "DOCUMENTS_PER_BUCKET", 4)
    shutil.copytree(ROOT / "raw", tmp_path / "raw")
    return replace(load_settings({}), raw=tmp_path / "raw", warehouse=tmp_path / "local", process_count=1)


@pytest.mark.parametrize("at_once", [False, True], ids=["many ranges of hashes", "one range"])
def test_the_lake_is_the_same_though_a_task_of_each_kind_fails_once(here, monkeypatch, tmp_path, at_once):
    local = built(here)
    assert local.bucket_count > 2
    if not at_once:
        # So few that the words of the sample corpus fall into several.
        monkeypatch.setattr(hash_ranges, "COPIES_PER_BIN", 4)
        monkeypatch.setattr(hash_ranges, "TASK_HASHES", 2_000)
    for module, work in ((ingest_run, "_bring_up_to_date"), (pipeline, "bring_up_to_date")):
        marks = tmp_path / module.__name__
        marks.mkdir()
        real = getattr(module, work)
        monkeypatch.setattr(module, work, partial(first_fails, marks, real.__module__, real.__name__))
    spark = built(replace(here, warehouse=tmp_path / "spark", process_count=2, engine="spark"))
    assert spark.bucket_count == local.bucket_count
    for marks in tmp_path.glob("orchestration.*"):
        assert (marks / "failed").is_file()
        assert len(list(marks.glob("done-*"))) >= spark.bucket_count
    for table in LAKE_TABLES:
        there, ours = (lake.read(table).drop("ingested_at", strict=False) for lake in (spark, local))
        assert there.equals(ours), table
    assert local.row_count("mentions") > 100
    assert prove_lake(spark, SPARK) == prove_lake(local)


def test_tasks_are_worked_on_apart_and_told_in_order():
    assert in_order(double, range(5, -1, -1), SPARK) == [10, 8, 6, 4, 2, 0]
    assert list(each(double, [], 0, SPARK)) == []
    assert len({pid for _, pid in each(process_id, range(8), 8, SPARK)}) > 1


def test_a_task_that_always_fails_says_why():
    with pytest.raises(SparkTaskError, match=rf"after {MAX_TRIES} tries: ValueError: -1 is negative"):
        list(each(double, [1, -1], 2, SPARK))
