"""The benchmark of queries: what it finds, how it asks for a chart, and its figures. No time is judged."""

from __future__ import annotations

import json

import duckdb
import pytest

from orchestration.benchmarks.queries import (
    Query,
    Timing,
    chart_sql,
    main,
    p95,
    queries_of_page,
    report,
    time_query,
)
from orchestration.printed_queries import PAGES, printed_queries

PAGE = """# Page

## One

```sql
select 1
```

```sql
select 2
```

### Two

```python
# no heading, no query
```

```sql
select 3
from t
```
"""
DATASET = {
    "table_name": "months",
    "sql": None,
    "metrics": [{"metric_name": "count", "expression": "count(*)"}, {"metric_name": "sum_n", "expression": "sum(n)"}],
}


def test_queries_are_found_below_their_headings():
    assert queries_of_page("page", PAGE) == [
        Query("page: One", "select 1"),
        Query("page: One (2)", "select 2"),
        Query("page: Two", "select 3\nfrom t"),
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_printed_query_is_found_under_a_title_of_its_own(page):
    text = page.read_text(encoding="utf-8")
    found = queries_of_page(page.stem, text)
    assert [query.sql for query in found] == [query for query, _ in printed_queries(text)]
    assert len({query.title for query in found}) == len(found)


@pytest.mark.parametrize(
    ("params", "sql", "expected"),
    [
        (
            {"query_mode": "raw", "all_columns": ["podcast", "n"], "order_by_cols": ['["n", false]'], "row_limit": 2},
            None,
            [("it's b", 5), ("a", 3)],
        ),
        ({"metric": "count"}, None, [(3,)]),
        ({"metrics": ["sum_n"], "groupby": ["podcast"], "adhoc_filters": [
            {"expressionType": "SIMPLE", "subject": "podcast", "operator": "==", "comparator": "it's b"}
        ]}, None, [("it's b", 5)]),
        ({"metrics": [{"sqlExpression": "max(n)"}], "groupby": [], "adhoc_filters": [
            {"expressionType": "SIMPLE", "subject": "podcast", "operator": "IN", "comparator": ["a", "c"]},
            {"expressionType": "SIMPLE", "subject": "podcast", "operator": "IS NOT NULL"},
            {"expressionType": "SQL", "sqlExpression": "n < 3"},
        ]}, "select * from months", [(1,)]),
    ],
)  # fmt: skip
def test_a_chart_asks_as_it_is_set_up(params, sql, expected):
    with duckdb.connect() as connection:
        connection.execute("create table months (month date, podcast varchar, n integer)")
        connection.execute(
            "insert into months values ('2026-01-31', 'a', 1), ('2026-01-02', 'a', 3), ('2026-02-01', 'it''s b', 5)"
        )
        assert connection.execute(chart_sql(params, DATASET | {"sql": sql})).fetchall() == expected
        by_month = {"metrics": ["sum_n"], "x_axis": "month", "time_grain_sqla": "P1M"}
        found = connection.execute(chart_sql(by_month, DATASET)).fetchall()
        assert sorted((str(month)[:10], count) for month, count in found) == [("2026-01-01", 4), ("2026-02-01", 5)]


def test_a_query_is_timed_cold_and_warm_and_named_where_it_fails(tmp_path):
    database = tmp_path / "podcasts.duckdb"
    duckdb.connect(str(database)).close()
    timing = time_query(database, Query("three", "select unnest(range($n))", {"n": 3}), 4)
    assert (timing.title, timing.row_count, len(timing.warm_ms)) == ("three", 3, 4)
    assert timing.warm_ms == sorted(timing.warm_ms)
    with pytest.raises(duckdb.Error) as failed:
        time_query(database, Query("the wrong one", "select * from nothing"), 1)
    assert "the wrong one" in failed.value.__notes__[0]


def test_the_heaviest_by_median_are_reported_with_the_whole():
    assert (p95([7.0]), p95([float(n) for n in range(1, 21)])) == (7.0, 19.0)
    light, heavy = Timing("light", 1, 9.0, [1.0, 1.0, 50.0]), Timing("heavy", 2, 8.0, [3.0, 4.0, 5.0])
    figures = json.loads(json.dumps(report([light, heavy], 1)))
    assert [(one["title"], one["median_ms"], one["p95_ms"]) for one in figures["heaviest"]] == [("heavy", 4.0, 5.0)]
    assert (figures["query_count"], figures["p95_ms"], figures["heaviest_p95_ms"]) == (2, 50.0, 5.0)
    assert figures["slowest_cold_ms"] == 9.0


def test_without_a_release_it_says_how_to_build_one(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PODCAST_WAREHOUSE", str(tmp_path))
    assert main([]) == 1
    assert "make warehouse" in capsys.readouterr().err
