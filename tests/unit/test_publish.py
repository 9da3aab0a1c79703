"""Publishing: whole or not at all, by flipping a link, with every attempt on record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import polars as pl
import pytest

from orchestration.history import next_release_id, prepare_history, record_refusal
from orchestration.publish import publish
from orchestration.releases import ReleaseRefusedError, current_release, discard_scratch
from orchestration.settings import Settings, load_settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLES = ["episodes", "pipeline_runs"]


@pytest.fixture
def settings(tmp_path) -> Settings:
    return replace(load_settings({}), warehouse=tmp_path / "warehouse")


def build(settings: Settings, title: str = "One", extra: str = "") -> None:
    """Write what dbt would leave in the scratch folder."""
    prepare_history(settings)
    database = settings.scratch_database
    database.parent.mkdir(parents=True, exist_ok=True)
    runs = settings.history / "pipeline_runs" / "*.parquet"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema staging; create view staging.stg_x as select 1 as x")
        connection.execute("create table episodes (title varchar, published_on date)")
        connection.execute("insert into episodes values (?, date '2026-02-03')", [title])
        connection.execute(f"create table pipeline_runs as select * from read_parquet('{runs}', union_by_name = true)")
        if extra:
            connection.execute(extra)


def read(settings: Settings, query: str) -> list[tuple]:
    with duckdb.connect(str(settings.database.resolve()), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_release_is_the_promised_tables_and_no_more(settings):
    build(settings)
    release = publish(settings, "key", NOW, TABLES)
    assert release.release_id == "000001"
    assert read(settings, "select title from episodes") == [("One",)]
    assert read(settings, "select schema_name from duckdb_schemas() where not internal") == []
    assert read(settings, "select release_id, status, as_of_date::varchar from pipeline_runs") == [
        ("000001", "published", "2026-02-03")
    ]
    assert current_release(settings) == release
    folder = settings.releases / "000001"
    assert pl.read_parquet(folder / "parquet" / "episodes.parquet")["title"].to_list() == ["One"]
    assert not list(folder.glob("*.wal"))
    assert settings.database.is_symlink() and (settings.warehouse / "current").is_symlink()
    assert not settings.scratch.exists()


def test_publishing_keeps_to_the_memory_that_duckdb_may_use(settings, monkeypatch):
    settings = replace(settings, duckdb_memory="300MB")
    build(settings)
    limits = []
    connect = duckdb.connect

    def watched(*args, **kwargs):
        connection = connect(*args, **kwargs)
        limits.extend(connection.execute("select current_setting('memory_limit')").fetchall())
        return connection

    monkeypatch.setattr(duckdb, "connect", watched)
    publish(settings, "key", NOW, TABLES, draw=lambda connection, folder: None)
    assert len(limits) == 3
    assert set(limits) == {("286.1 MiB",)}


def test_a_release_that_the_memory_does_not_suffice_for_is_refused_with_the_remedy(settings, monkeypatch):
    def fill(*_):
        raise duckdb.OutOfMemoryException("failed to allocate data")

    build(settings)
    monkeypatch.setattr("orchestration.publish.coverage_of", fill)
    with pytest.raises(ReleaseRefusedError, match="failed to allocate data; give DuckDB more"):
        publish(settings, "key", NOW, TABLES)
    assert current_release(settings) is None


@pytest.mark.parametrize("memory", ["lots", "3", "-1GB", "1GB; drop"])
def test_a_memory_that_is_none_is_refused_with_the_remedy(memory):
    with pytest.raises(ValueError, match=r"PODCAST_DUCKDB_MEMORY.*such as 3GB"):
        load_settings({"PODCAST_DUCKDB_MEMORY": memory})
    assert load_settings({"PODCAST_DUCKDB_MEMORY": "2.5 GiB"}).duckdb_memory == "2.5 GiB"


def test_the_next_release_replaces_it_and_history_grows(settings):
    build(settings)
    publish(settings, "key", NOW, TABLES)
    build(settings, "Two")
    publish(settings, "other", NOW, TABLES)
    assert read(settings, "select title from episodes") == [("Two",)]
    assert read(settings, "select release_id from pipeline_runs order by 1") == [("000001",), ("000002",)]


def test_an_open_reader_keeps_its_release_while_another_is_published(settings):
    build(settings)
    publish(settings, "key", NOW, TABLES)
    with duckdb.connect(str(settings.database.resolve()), read_only=True) as reader:
        build(settings, "Two")
        publish(settings, "other", NOW, TABLES)
        assert reader.execute("select title from episodes").fetchall() == [("One",)]
        assert read(settings, "select title from episodes") == [("Two",)]


def test_a_release_with_a_missing_or_foreign_table_is_refused(settings):
    build(settings)
    publish(settings, "key", NOW, TABLES)
    build(settings, "Two", extra="create table surprise (x int)")
    with pytest.raises(ReleaseRefusedError, match="surprise"):
        publish(settings, "other", NOW, TABLES)
    assert read(settings, "select title from episodes") == [("One",)]


def test_a_refusal_is_on_record_and_uses_up_its_number(settings):
    build(settings)
    record_refusal(settings, "a test failed", NOW)
    assert not settings.scratch.exists()
    build(settings)
    publish(settings, "key", NOW, TABLES)
    assert read(settings, "select release_id, status, reason from pipeline_runs order by 1") == [
        ("000001", "refused", "a test failed"),
        ("000002", "published", None),
    ]


def test_a_crash_between_flip_and_history_is_healed(settings):
    build(settings)
    publish(settings, "key", NOW, TABLES)
    (settings.history / "pipeline_runs" / "000001.parquet").unlink()
    assert next_release_id(settings) == "000002"
    build(settings, "Two")
    publish(settings, "other", NOW, TABLES)
    assert read(settings, "select release_id from pipeline_runs order by 1") == [("000001",), ("000002",)]


def test_only_the_last_releases_are_kept(settings):
    settings = replace(settings, releases_kept=3)
    for number in range(5):
        build(settings, str(number))
        publish(settings, str(number), NOW, TABLES)
    assert sorted(path.name for path in settings.releases.iterdir()) == ["000003", "000004", "000005"]


def test_a_damaged_release_file_counts_as_none(settings):
    build(settings)
    publish(settings, "key", NOW, TABLES)
    (settings.warehouse / "current" / "release.json").write_text(json.dumps({"nonsense": 1}))
    assert current_release(settings) is None


def test_a_release_whose_search_does_not_answer_is_refused(settings):
    index = "create table search_terms as select 'bee' as term, 1::bigint as turn_count"
    tables = [*TABLES, "search_terms"]
    build(settings, extra=index)
    with pytest.raises(ReleaseRefusedError, match="search_turns cannot be called"):
        publish(settings, "key", NOW, tables)
    discard_scratch(settings)
    build(settings, extra=f"{index}; create macro search_turns(query) as table select 1 where query <> 'bee'")
    with pytest.raises(ReleaseRefusedError, match="search_turns does not find 'bee'"):
        publish(settings, "key", NOW, tables)
    discard_scratch(settings)
    build(settings, extra=f"{index}; create macro search_turns(query) as table select 1 where query = 'bee'")
    publish(settings, "key", NOW, tables)
    assert read(settings, "select * from search_turns('bee')") == [(1,)]
