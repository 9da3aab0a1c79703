"""Times the heaviest queries that people ask a published warehouse: those of the documentation and of the dashboards.

    python -m orchestration.benchmarks.queries [--runs N] [--top N] [--json]

The warehouse is the one of PODCAST_WAREHOUSE. The queries are found where they stand: in the README and the cookbook
(and the contract), in the pages of the dashboards while these are drawn, and in the charts of Superset. Each has a new
connection, on which its first run is cold (DuckDB has read nothing yet; the operating system may have) and the others
are warm. A run ends when all rows are in Python. The heaviest are those with the longest median.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, cast

import duckdb
import yaml

from bi.superset.datasets import write_assets
from orchestration.dashboards.site import write_dashboards
from orchestration.printed_queries import PAGES
from orchestration.settings import Settings, load_settings

_RUNS = 20
_TOP = 20
_HEADING_OR_BLOCK = re.compile(
    r"^#{1,6} (?P<heading>[^\n]+)$|^```(?P<language>\w*)\n(?P<code>.*?)\n```$", re.MULTILINE | re.DOTALL
)
_GRAINS = {"P1D": "day", "P1W": "week", "P1M": "month", "P1Y": "year"}


@dataclass(frozen=True, slots=True)
class Query:
    """A query that people ask, with its parameters and where it stands."""

    title: str
    sql: str
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a query took. Times in milliseconds; warm_ms: of the warm runs, in order of time."""

    title: str
    row_count: int
    cold_ms: float
    warm_ms: list[float]

    @property
    def median_ms(self) -> float:
        """The median of the warm runs."""
        return median(self.warm_ms)


def queries_of_page(page: str, text: str) -> list[Query]:
    """Return the SQL blocks of a Markdown page, each with the heading above it, the others below it counted."""
    found: list[Query] = []
    heading, count = "", 0
    for match in _HEADING_OR_BLOCK.finditer(text):
        if match["heading"]:
            heading, count = match["heading"], 0
        elif match["language"] == "sql":
            count += 1
            found.append(Query(f"{page}: {heading}" + (f" ({count})" if count > 1 else ""), match["code"]))
    return found


class _Recorder:
    """Stands in for a connection, and keeps what it is asked."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.asked: dict[str, Query] = {}

    def execute(self, sql: str, parameters: dict[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
        """Answer a query, and keep it with the parameters that it was asked with first."""
        self.asked.setdefault(sql, Query(f"dashboards: {_asker(sql)}", sql, dict(parameters or {})))
        return self._connection.execute(sql, parameters or {})


def _asker(sql: str) -> str:
    """Return the page that asks a query and what the page calls it, from the call that is under way."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        module = frame.f_globals["__name__"]
        if module.startswith("orchestration.dashboards.") and not module.endswith(".source"):
            constants = [name for name, value in frame.f_globals.items() if isinstance(value, str) and value == sql]
            return f"{module.rsplit('.', 1)[1]}, {(constants or [frame.f_code.co_name])[0].lower()}"
        frame = frame.f_back
    return "unknown page"


def queries_of_dashboards(connection: duckdb.DuckDBPyConnection) -> list[Query]:
    """Return what the pages of the dashboards ask, once each, by drawing them into a folder that is thrown away."""
    recorder = _Recorder(connection)
    with TemporaryDirectory() as folder:
        write_dashboards(cast(duckdb.DuckDBPyConnection, recorder), Path(folder))
    return list(recorder.asked.values())


def queries_of_superset(settings: Settings) -> list[Query]:
    """Return what the charts of Superset ask, from the files that it imports."""
    with TemporaryDirectory() as folder:
        assets = Path(folder) / "assets"
        write_assets(settings, assets)
        datasets = {(about := _read(path))["uuid"]: about for path in (assets / "datasets").rglob("*.yaml")}
        charts = [_read(path) for path in sorted((assets / "charts").glob("*.yaml"))]
    return [
        Query(f"Superset: {chart['slice_name']}", chart_sql(chart["params"], datasets[chart["dataset_uuid"]]))
        for chart in charts
    ]


def chart_sql(params: dict[str, Any], dataset: dict[str, Any]) -> str:
    """Return the query of a chart: raw columns, or its metrics by its time axis and its groups."""
    expressions = {metric["metric_name"]: metric["expression"] for metric in dataset["metrics"]}
    if params.get("query_mode") == "raw":
        selected, groups = list(params["all_columns"]), []
    else:
        groups = list(params.get("groupby") or [])
        if axis := params.get("x_axis"):
            groups.insert(0, f"date_trunc('{_GRAINS[params['time_grain_sqla']]}', {axis})")
        metrics = params.get("metrics") or [params["metric"]]
        selected = groups + [expressions[m] if isinstance(m, str) else m["sqlExpression"] for m in metrics]
    conditions = [_condition(one) for one in params.get("adhoc_filters") or []]
    order = [
        f"{column} {'asc' if is_up else 'desc'}" for column, is_up in map(json.loads, params.get("order_by_cols") or [])
    ]
    lines = [
        f"select {', '.join(selected)}",
        f"from ({dataset['sql']}) as asked" if dataset["sql"] else f"from {dataset['table_name']}",
        f"where {' and '.join(conditions)}" if conditions else "",
        f"group by {', '.join(groups)}" if groups else "",
        f"order by {', '.join(order)}" if order else "",
        f"limit {params['row_limit']}" if params.get("row_limit") else "",
    ]
    return "\n".join(line for line in lines if line)


def _condition(asked: dict[str, Any]) -> str:
    if asked["expressionType"] == "SQL":
        return f"({asked['sqlExpression']})"
    values = asked.get("comparator")
    operator = {"==": "=", "TEMPORAL_RANGE": ""}.get(asked["operator"], asked["operator"])
    if not operator:
        return "true"
    if values is None:
        return f"{asked['subject']} {operator}"
    if isinstance(values, list):
        return f"{asked['subject']} {operator} ({', '.join(map(_literal, values))})"
    return f"{asked['subject']} {operator} {_literal(values)}"


def _literal(value: Any) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value).lower()


def _read(path: Path) -> dict[str, Any]:
    return cast(dict[str, Any], yaml.safe_load(path.read_text(encoding="utf-8")))


def find_queries(settings: Settings) -> list[Query]:
    """Return all queries that people ask, wherever they stand."""
    found: list[Query] = []
    for page in PAGES:
        found += queries_of_page(page.stem, page.read_text(encoding="utf-8"))
    with duckdb.connect(str(settings.database), read_only=True) as connection:
        found += queries_of_dashboards(connection)
    return found + queries_of_superset(settings)


def time_query(database: Path, query: Query, runs: int) -> Timing:
    """Run a query once cold and `runs` times warm. Raises duckdb.Error, with its title, where it does not run."""
    with duckdb.connect(str(database), read_only=True) as connection:
        try:
            timed = [_run(connection, query) for _ in range(runs + 1)]
        except duckdb.Error as error:
            error.add_note(f"in the query {query.title!r}")
            raise
    return Timing(query.title, timed[0][1], timed[0][0], sorted(one[0] for one in timed[1:]))


def _run(connection: duckdb.DuckDBPyConnection, query: Query) -> tuple[float, int]:
    started = time.perf_counter()
    rows = connection.execute(query.sql, query.parameters).fetchall()
    return (time.perf_counter() - started) * 1000, len(rows)


def p95(ordered_ms: Sequence[float]) -> float:
    """Return the time that 95 of 100 runs stay within (nearest rank). ordered_ms: not empty, in order."""
    return ordered_ms[math.ceil(0.95 * len(ordered_ms)) - 1]


def report(timings: Sequence[Timing], top: int) -> dict[str, Any]:
    """Return the figures of the `top` heaviest queries and of the whole."""
    heaviest = sorted(timings, key=lambda timing: timing.median_ms, reverse=True)[:top]
    return {
        "query_count": len(timings),
        "p95_ms": p95(sorted(ms for timing in timings for ms in timing.warm_ms)),
        "heaviest_p95_ms": p95(sorted(ms for timing in heaviest for ms in timing.warm_ms)),
        "slowest_cold_ms": max(timing.cold_ms for timing in timings),
        "heaviest": [asdict(t) | {"median_ms": t.median_ms, "p95_ms": p95(t.warm_ms)} for t in heaviest],
    }


def _lines(figures: dict[str, Any], runs: int) -> Iterator[str]:
    yield f"{'query':76} {'rows':>7} {'median ms':>10} {'p95 ms':>8} {'cold ms':>8}"
    for one in figures["heaviest"]:
        title = one["title"] if len(one["title"]) <= 76 else f"{one['title'][:75]}…"
        yield f"{title:76} {one['row_count']:7} {one['median_ms']:10.1f} {one['p95_ms']:8.1f} {one['cold_ms']:8.1f}"
    yield (
        f"p95 of {runs} warm runs each: {figures['heaviest_p95_ms']:.1f} ms over these {len(figures['heaviest'])}, "
        f"{figures['p95_ms']:.1f} ms over all {figures['query_count']} queries; "
        f"slowest cold run {figures['slowest_cold_ms']:.1f} ms"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, and return 0; 1 where nothing is published yet."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.benchmarks.queries", description=__doc__)
    parser.add_argument("--runs", type=int, default=_RUNS, help="warm runs of each query")
    parser.add_argument("--top", type=int, default=_TOP, help="how many of the heaviest to print")
    parser.add_argument("--json", action="store_true", help="print figures and single times as JSON")
    options = parser.parse_args(arguments)
    if min(options.runs, options.top) < 1:
        parser.error("--runs and --top must be 1 or more")
    settings = load_settings()
    if not settings.database.exists():
        print(f"nothing is published at {settings.database}: build it with `make warehouse`", file=sys.stderr)
        return 1
    timings = [time_query(settings.database, query, options.runs) for query in find_queries(settings)]
    figures = report(timings, options.top)
    print(json.dumps(figures, indent=2) if options.json else "\n".join(_lines(figures, options.runs)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
