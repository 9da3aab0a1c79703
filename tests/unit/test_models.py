"""What became of models and tests is told in words, with what helps."""

from __future__ import annotations

from types import SimpleNamespace

import duckdb

from orchestration import models
from orchestration.models import build_models, rows_found
from orchestration.settings import load_settings


def test_the_first_rows_of_a_failed_test_are_told_by_column_and_cut_short(tmp_path):
    database = tmp_path / "podcasts.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table lost as select 'lake/mentions' as source, range as difference from range(9)")
    failed = SimpleNamespace(compiled_code="select * from lost order by difference")
    assert rows_found(database, failed) == (
        "; source lake/mentions, difference 0; source lake/mentions, difference 1; source lake/mentions, difference 2"
    )
    long = SimpleNamespace(compiled_code="select repeat('x', 1000) as text")
    assert rows_found(database, long) == f"; text {'x' * 295}…"


def test_where_memory_ran_out_the_setting_that_helps_is_named(tmp_path, monkeypatch):
    said = "Runtime Error\n  Out of Memory Error: could not allocate block"
    node = SimpleNamespace(unique_id="model.podcast_warehouse.mentions")
    result = SimpleNamespace(node=node, status="error", message=said, failures=None, execution_time=1.0)
    monkeypatch.setattr(models, "_invoke_at", lambda *given: SimpleNamespace(results=[result]))
    (found,) = build_models(load_settings(), tmp_path / "podcasts.duckdb", lambda *node: None)
    assert found.message.startswith(said) and "PODCAST_DUCKDB_MEMORY" in found.message
