"""A lake is repeated under other ids, so that a release of one of any size can be tried."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.benchmarks.builds import stage_figures
from orchestration.benchmarks.marts import READ_COLUMNS, repeat
from orchestration.benchmarks.page import BLOCKS
from orchestration.ingest_run import run_ingest
from orchestration.io.lake import Lake
from orchestration.schemas.tables import INGEST_TABLES, LAKE_TABLES
from orchestration.settings import load_settings
from tests.conftest import ROOT


def test_every_row_comes_back_under_ids_of_its_own(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "raw", tmp_path / "raw")
    settings = replace(load_settings({}), raw=tmp_path / "raw", warehouse=tmp_path / "warehouse")
    lake = Lake(settings.lake)
    run_ingest(settings, lake, datetime(2026, 3, 1, tzinfo=UTC), lambda line: None)
    repeat(settings.lake, 3, tmp_path / "many", lambda line: None)
    many = {table: Lake(tmp_path / "many").read(table) for table in INGEST_TABLES}
    for table, frame in many.items():
        once = lake.read(table)
        assert frame.height == 3 * once.height, table
        assert frame.schema == once.schema, table
        assert frame.unique(LAKE_TABLES[table].primary_key()).height == frame.height, table
        own = frame.join(once, on=LAKE_TABLES[table].primary_key(), how="semi").sort(LAKE_TABLES[table].primary_key())
        assert own.equals(once.sort(LAKE_TABLES[table].primary_key())), table
    documents = many["documents"]
    assert set(many["segments"]["document_id"]) <= set(documents["document_id"])
    assert documents["path"].n_unique() == documents.height
    assert documents["path"].to_list() == documents["paths"].list.first().to_list()


def test_what_comes_back_empty_is_read_by_the_books_alone() -> None:
    calls = {
        table: {
            file.name
            for file in (ROOT / "dbt_project").rglob("*.sql")
            if f"source('lake', '{table}')" in file.read_text()
        }
        for table in READ_COLUMNS
    }
    assert set().union(*calls.values()) == {"assert_lake_rows_are_accounted_for.sql"}


def test_the_table_tells_what_took_longest_at_the_largest_size() -> None:
    figures: dict[str, Any] = {"times": 2, "lake_mb": 30.0, "memory_limit": "3GB", "nodes": 260, "failed_in": ""}
    figures |= {"database_mb": 9.0, "release_mb": 8.0}
    figures["machine"] = {"measured_on": "2026-03-01", "processor": "Abacus", "code": "abc"}
    figures["stages"] = [stage_figures("warehouse__release", 6.0, 9.0, 7e8, 20.0, 1000.0)]
    kept = {
        size: figures | {"raw_mb": float(size), "slowest": [slowest]}
        for size, slowest in (("100", {"node": "few", "seconds": 1.0}), ("1000", {"node": "mentions", "seconds": 7.0}))
    }
    table = BLOCKS["marts"][1]({"sizes": {}, "marts": kept})
    assert "| mentions | 7.0 |" in table and "few" not in table
    assert "| 1,000 | 2 | 30.0 | 3GB | 260 | 9.0 | 8.0 |  |" in table
    assert "Step by step at 1,000 MB, on 2026-03-01 (Abacus, code abc):" in table
    assert "| publish, dashboards | 6.0 | 30.0% | 167 |" in table
    assert BLOCKS["marts"][1]({"sizes": {}}) == "Not measured yet."
    # Of a run that failed stays what it was measured up to there.
    del kept["1000"]["slowest"], kept["1000"]["release_mb"]
    kept["1000"] |= {"failed_in": "models"}
    assert "| 260 | 9.0 |  | dbt models and tests |" in BLOCKS["marts"][1]({"sizes": {}, "marts": kept})
