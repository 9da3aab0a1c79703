"""The whole way on the sample corpus, as `make warehouse` goes: raw files in, a published warehouse out."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration.benchmarks.queries import main as benchmark_queries
from orchestration.definitions import defs
from orchestration.printed_queries import PAGES, printed_queries, result_table
from tests.conftest import ROOT

Query = Callable[[str], list[tuple]]


def run(raw: Path, warehouse: Path) -> dg.ExecuteInProcessResult:
    """Run the job on `raw` into `warehouse` on an ephemeral instance."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PODCAST_RAW", str(raw))
        patch.setenv("PODCAST_WAREHOUSE", str(warehouse))
        with dg.DagsterInstance.ephemeral() as instance:
            job = defs().resolve_job_def("warehouse")
            return job.execute_in_process(instance=instance, raise_on_error=False)


def rows(warehouse: Path, query: str) -> list[tuple]:
    with duckdb.connect(str((warehouse / "podcasts.duckdb").resolve()), read_only=True) as connection:
        return connection.execute(query).fetchall()


def hashes(warehouse: Path) -> dict[str, int]:
    """Return a hash over the rows of every table but those of history."""
    tables = [name for (name,) in rows(warehouse, "select table_name from duckdb_tables() order by 1")]
    return {
        table: rows(warehouse, f'select coalesce(bit_xor(hash(t)), 0) from "{table}" t')[0][0]
        for table in tables
        if table != "pipeline_runs"
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """Build the sample corpus once."""
    warehouse = tmp_path_factory.mktemp("sample") / "warehouse"
    assert run(ROOT / "raw", warehouse).success
    return warehouse


def test_every_sample_file_is_used(built):
    files = sum(1 for path in (ROOT / "raw").rglob("*") if path.is_file() and not path.name.startswith("."))
    assert rows(built, "select count(*) from documents where status = 'parsed'") == [(files,)]


def test_nothing_a_visitor_looks_at_is_empty(built):
    tables = [name for (name,) in rows(built, "select table_name from duckdb_tables() order by 1")]
    empty = {table for table in tables if rows(built, f'select count(*) from "{table}"') == [(0,)]}
    assert empty <= {"rejects", "id_changes", "alerts", "mention_changes"}


def test_all_asset_checks_were_run_and_passed(built, tmp_path):
    result = run(ROOT / "raw", tmp_path / "again")
    evaluations = result.get_asset_check_evaluations()
    assert len(evaluations) > 50
    assert [e for e in evaluations if not e.passed] == []
    # Built from scratch elsewhere, every id and every row is the same, but for the time of ingestion.
    first, second = hashes(built), hashes(tmp_path / "again")
    assert {table for table in first if first[table] != second[table]} <= {"documents"}


def test_a_second_run_changes_nothing_and_publishes_nothing(built):
    before = hashes(built), (built / "current").readlink()
    result = run(ROOT / "raw", built)
    assert result.success
    assert (hashes(built), (built / "current").readlink()) == before


def test_bad_input_stops_nothing(tmp_path):
    raw, warehouse = tmp_path / "raw", tmp_path / "warehouse"
    raw.mkdir()
    good = sorted(path for path in (ROOT / "raw").rglob("*") if path.is_file())[0]
    shutil.copy(good, raw / "good.txt")
    shutil.copy(good, raw / "twin.txt")
    (raw / "empty.txt").touch()
    (raw / "binary.bin").write_bytes(bytes(range(256)) * 40)
    (raw / "unknown.txt").write_text("nothing that anybody said\n" * 3)
    (raw / "damaged.txt").write_bytes(good.read_bytes().replace(b" the ", b" th\xe9 ", 3))
    (raw / "line.txt").write_text("word " * 200_000)
    (raw / "outside.txt").symlink_to("/etc/hostname")
    (raw / "gone.txt").symlink_to("nowhere")
    assert run(raw, warehouse).success
    told = dict(rows(warehouse, "select path, reason from rejects"))
    assert set(told) >= {"empty.txt", "binary.bin", "unknown.txt", "damaged.txt", "line.txt", "outside.txt", "gone.txt"}
    assert told.keys() & {"good.txt", "twin.txt"}
    assert rows(warehouse, "select count(*) from documents where status = 'parsed'") == [(2,)]
    assert rows(warehouse, "select count(*) > 0 from speaker_turns") == [(True,)]


def test_no_input_gives_an_empty_but_valid_warehouse(tmp_path):
    (tmp_path / "raw").mkdir()
    assert run(tmp_path / "raw", tmp_path / "warehouse").success
    assert rows(tmp_path / "warehouse", "select count(*) from episodes") == [(0,)]
    assert rows(tmp_path / "warehouse", "select count(*) > 100 from companies") == [(True,)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_queries_of_a_page_give_what_it_prints(built, page):
    printed = printed_queries(page.read_text(encoding="utf-8"))
    assert printed
    with duckdb.connect(str((built / "podcasts.duckdb").resolve()), read_only=True) as connection:
        wrong = [query for query, table in printed if result_table(connection, query) != table]
    assert wrong == [], "run `make warehouse`, then `python -m orchestration docs --results`, and look at what changed"


def test_the_benchmark_finds_and_times_what_pages_dashboards_and_superset_ask(built, monkeypatch, capsys):
    monkeypatch.setenv("PODCAST_WAREHOUSE", str(built))
    assert benchmark_queries(["--runs", "1", "--top", "1000", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    places = {one["title"].split(":")[0] for one in figures["heaviest"]}
    assert places == {"README", "cookbook", "contract", "dashboards", "Superset"}
    assert not [one["title"] for one in figures["heaviest"] if "unknown page" in one["title"]]


def test_the_cookbook_asks_every_mart():
    text = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
    queries = " ".join(query for query, _ in printed_queries(text))
    assert len(printed_queries(text)) >= 30
    marts = {path.stem for path in (ROOT / "dbt_project" / "models" / "marts").glob("*.sql")}
    # The index of the search is asked through its macro.
    marts = {mart for mart in marts if not mart.startswith("search_")}
    assert {mart for mart in marts if not re.search(rf"\b(from|join) {mart}\b", queries)} == set()
