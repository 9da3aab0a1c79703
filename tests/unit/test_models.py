"""What a failed test of the models found is told in words."""

from __future__ import annotations

from types import SimpleNamespace

import duckdb

from orchestration.models import rows_found


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
