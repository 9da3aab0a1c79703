"""The dbt project, built whole from a tiny lake and from an empty one, and its generic tests put to the test."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import PROJECT_ROOT
from tests.dbt.tiny_lake import CATALOG, GUEST, TINY, write_warehouse_inputs
from tests.promises import PROMISED

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
Query = Callable[[str], list[tuple[Any, ...]]]


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Set environment variables for a while."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def run_dbt(folder: Path, target: Path, *arguments: str, project: Path = DBT_PROJECT) -> dict[str, Any]:
    """Run dbt over the inputs in `folder` and return the status of every node that ran, by its unique id."""
    with environment(
        PODCAST_LAKE=str(folder / "lake"),
        PODCAST_HISTORY=str(folder / "history"),
        PODCAST_CATALOG=str(folder / "catalog"),
        PODCAST_SCRATCH_DB=str(folder / "podcasts.duckdb"),
        DBT_TARGET_PATH=str(target),
        DBT_LOG_PATH=str(target / "logs"),
    ):
        outcome = dbtRunner().invoke(
            [*arguments, "--quiet", "--project-dir", str(project), "--profiles-dir", str(DBT_PROJECT)]
        )
    if outcome.exception:
        raise outcome.exception
    return {result.node.unique_id: result for result in outcome.result}  # type: ignore[union-attr]


def failures(results: dict[str, Any]) -> list[str]:
    """Return what failed, was skipped or warned, with dbt's message."""
    return [
        f"{node}: {result.status} {result.message}"
        for node, result in results.items()
        if result.status not in ("success", "pass", "no-op")
    ]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which dbt keeps the parsed project between the runs of this module."""
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory, target: Path) -> tuple[Path, dict[str, Any]]:
    """Return the folder of a warehouse built from the tiny lake, and what dbt says of every node."""
    # An apostrophe in the path must not end the SQL string that the path stands in.
    folder = tmp_path_factory.mktemp("it's tiny")
    write_warehouse_inputs(folder, TINY, CATALOG)
    return folder, run_dbt(folder, target, "build")


@pytest.fixture(scope="module")
def query(tiny: tuple[Path, dict[str, Any]]) -> Query:
    """Return a function that asks the tiny warehouse."""
    database = tiny[0] / "podcasts.duckdb"

    def ask(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return ask


def test_every_model_data_test_and_unit_test_passes(tiny):
    # The lake has a mention by a rule that the catalogue does not describe: a warning, no reason to refuse a release.
    (warned,) = failures(tiny[1])
    assert warned.startswith("test.podcast_warehouse.mentions_match_rule_is_described") and ": warn" in warned
    kinds = [node.split(".")[0] for node in tiny[1]]
    assert kinds.count("unit_test") >= 11 and kinds.count("test") >= 80


def test_main_holds_the_promised_tables_and_nothing_else(query):
    tables = {name for (name,) in query("select table_name from duckdb_tables() where schema_name = 'main'")}
    assert tables == PROMISED
    assert query("select view_name from duckdb_views() where not internal and schema_name = 'main'") == []
    schemas = {name for (name,) in query("select schema_name from duckdb_schemas() where not internal")}
    assert schemas == {"staging", "intermediate"}


def test_every_table_and_column_is_commented(query):
    ours = "schema_name = 'main' and not internal"
    assert query(f"select table_name from duckdb_tables() where {ours} and comment is null") == []
    assert query(f"select table_name, column_name from duckdb_columns() where {ours} and comment is null") == []
    ((comment,),) = query(
        "select comment from duckdb_columns() where table_name = 'mentions' and column_name = 'time_source'"
    )
    assert comment.startswith("Where the time comes from")


def test_names_of_the_page_stand_on_the_times_of_the_captions(query):
    assert query("select preferred_copy_id, copy_count, has_timestamps, title, url, duration_s from episodes "
                 "where episode_id = 'a'") == [
        ("a_page", 2, True, "Captions of A", "https://alpha.example/a", 60.0)
    ]  # fmt: skip
    assert query("select turn_id, role, url_at_time from speaker_turns where episode_id = 'a' order by turn_index") == [
        ("a_page_0", "host", "https://www.youtube.com/watch?v=vid1&t=0s"),
        ("a_page_1", "guest", "https://www.youtube.com/watch?v=vid1&t=4s"),
        ("a_page_2", "host", "https://www.youtube.com/watch?v=vid1&t=12s"),
    ]


def test_turns_of_the_copy_that_is_not_preferred_stay_queryable_with_carried_names(query):
    assert query("select turn_id, speaker_label, role, speaker_source, speaker_copy_id from other_copy_turns") == [
        ("a_captions_0", "Gil Guest", "guest", "aligned", "a_page")
    ]


def test_a_difference_of_copies_says_whether_it_is_an_advertisement(query):
    assert query("select difference_id, episode_id, segment_kind from copy_differences order by all") == [
        ("diff1", "a", "content"),
        ("diff2", "a", "sponsor"),
    ]
    assert query("select copy_id, other_copy_id, episode_id from copy_alignments") == [("a_page", "a_captions", "a")]


def test_mentions_are_those_of_the_preferred_copy(query):
    assert query("select mention_id, speaker_role, confidence from mentions order by mention_id") == [
        ("m1", "guest", 0.95),
        ("m2", "guest", 0.95),
        ("m3", "unknown", 0.95),
        ("m5", "guest", 0.95),
        ("m6", "unknown", None),
        ("m7", "unknown", None),
        ("m8", None, 0.95),
    ]


def test_the_share_of_voice_is_told_with_and_without_sponsor_reads(query):
    assert query(
        "select company_id, all_mention_count, share_of_voice, all_content_mention_count, content_share_of_voice "
        "from company_months where month = '2025-01-01' order by company_id"
    ) == [("company:acme", 3, 0.6667, 2, 0.5), ("company:borealis", 3, 0.3333, 2, 0.5)]


def test_roles_differ_by_show(query):
    assert query("select episode_id, person_id, role, turn_count, word_count from appearances order by all") == [
        ("a", "person:ada-host", "host", 2, 13),
        ("a", GUEST, "guest", 1, 7),
        ("b", "person:ada-host", "host", 1, 7),
        ("b", "person:bo-host", "guest", 1, 1),
    ]
    assert query(
        "select person_id, show_id, appearance_roles.role from appearance_roles join appearances using (appearance_id) "
        "where episode_id = 'b' order by all"
    ) == [
        ("person:ada-host", "show:alpha", "host"),
        ("person:ada-host", "show:beta", "host"),
        ("person:bo-host", "show:alpha", "guest"),
        ("person:bo-host", "show:beta", "host"),
    ]
    assert query("select name, episode_count, affiliations from guests order by name") == [
        ("Bo Host", 1, []),
        ("Gil Guest", 1, ["Acme"]),
    ]
    assert query("select person_id, is_listed, is_host, is_guest, mention_count from people order by all") == [
        ("person:ada-host", True, True, False, 0),
        (GUEST, False, False, True, 0),
        ("person:bo-host", True, True, True, 0),
    ]
    assert query("select show_id, hosts, episode_count, primary_episode_count from shows order by all") == [
        ("show:alpha", ["Ada Host"], 2, 2),
        ("show:beta", ["Ada Host", "Bo Host"], 1, 0),
        ("show:found-here", [], 1, 1),
    ]


def test_companies_and_months_count_the_same(query):
    assert query(
        "select company_id, aliases, mention_count, content_mention_count, episode_count, first_mentioned_on "
        "from companies order by company_id"
    ) == [
        ("company:acme", ["ACM", "Acme Inc"], 3, 2, 2, date(2025, 1, 31)),
        ("company:borealis", [], 2, 2, 2, date(2025, 1, 31)),
        ("company:unmentioned", [], 0, 0, 0, None),
    ]
    months = query(
        "select * exclude (all_mention_count, all_content_mention_count, share_of_voice, content_share_of_voice) "
        "from company_months order by month nulls last, company_id"
    )
    assert months == [
        (date(2025, 1, 1), "show:alpha", "company:acme", 2, 1, 1, 1, 1, 1, 20),
        (date(2025, 1, 1), "show:alpha", "company:borealis", 1, 1, 1, 1, 1, 1, 20),
        (date(2025, 2, 1), "show:alpha", "company:acme", 1, 1, 1, 0, 1, 1, 8),
        (None, "show:found-here", "company:borealis", 1, 1, 1, 0, 1, 0, 0),
    ]
    assert query("select company_id_a, company_id_b, episode_count, content_episode_count from company_pairs") == [
        ("company:acme", "company:borealis", 1, 1)
    ]
    assert query("select company_id, kind, start_s, clock_copy_id, is_preferred_copy from sponsorships") == [
        ("company:acme", "read", 12.5, "a_captions", True)
    ]


def test_episodes_without_title_or_names_are_still_there(query):
    assert query("select episode_id, display_title, show_id, published_on, word_count from episodes order by all") == [
        ("a", "Captions of A", "show:alpha", date(2025, 1, 31), 20),
        ("b", "A crossover", "show:alpha", date(2025, 2, 3), 8),
        ("c", "Notes about Borealis", "show:found-here", None, 0),
        ("d", "raw4.txt", None, None, 5),
    ]


BOOKS = re.compile(r"'([^']+)' as source,\s+'([^']+)' as mart")


def test_the_books_of_lake_and_marts_notice_every_row_that_is_lost_or_invented(tiny, tmp_path):
    database = tmp_path / "podcasts.duckdb"
    shutil.copyfile(tiny[0] / "podcasts.duckdb", database)
    sql = {
        name: tiny[1][f"test.podcast_warehouse.{name}"].node.compiled_code
        for name in ("assert_lake_rows_are_accounted_for", "assert_mart_rows_have_a_source")
    }
    with duckdb.connect(str(database)) as connection:

        def unbalanced(query: str, *changes: str) -> dict[tuple[str, str], tuple[int, ...]]:
            connection.begin()
            for change in changes:
                connection.execute(change)
            found = connection.execute(query).fetchall()
            connection.rollback()
            return {(row[0], row[1]): row[2:-1] for row in found}

        for query in sql.values():
            assert unbalanced(query) == {}
            assert BOOKS.findall(query)
            for source, mart in BOOKS.findall(query):
                # The tiny warehouse has no release, no alert, and no two guests in one episode.
                if mart not in ("pipeline_runs", "alerts", "guest_pairs"):
                    emptied = [f"delete from {table}" for table in mart.split(", ")]
                    assert (source, mart) in unbalanced(query, *emptied), f"{source} in {mart}"
        lake = sql["assert_lake_rows_are_accounted_for"]
        lost = "delete from mentions where mention_id = 'm6'"
        invented = "insert into mentions select * replace ('m9' as mention_id) from mentions where mention_id = 'm1'"
        copied = "insert into speaker_turns select * from other_copy_turns"
        book = ("lake/mentions", "mentions")
        # Rows in the lake, in the mart, left out, the difference, and rows that are wrong.
        assert unbalanced(lake, lost) == {book: (8, 6, 1, 1, 1)}
        assert unbalanced(lake, invented) == {book: (8, 8, 1, -1, 1)}
        assert unbalanced(lake, lost, invented) == {book: (8, 7, 1, 0, 2)}
        connection.begin()
        connection.execute(lost)
        assert [row[-1] for row in connection.execute(lake).fetchall()] == ["m6"]
        connection.rollback()
        assert unbalanced(lake, copied) == {("lake/speaker_turns", "speaker_turns"): (7, 7, 1, -1, 1)}


def test_every_table_of_the_lake_has_books_and_a_line_in_the_contract(tiny):
    query = tiny[1]["test.podcast_warehouse.assert_lake_rows_are_accounted_for"].node.compiled_code
    assert {source for source, _ in BOOKS.findall(query)} == {f"lake/{table}" for table in LAKE_TABLES}
    contract = (PROJECT_ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
    table = contract.partition("## Where each lake row goes")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(LAKE_TABLES)


def test_an_empty_lake_makes_an_empty_valid_warehouse(tmp_path, target):
    write_warehouse_inputs(tmp_path, {}, {})
    # The parsed project of the tiny lake is at hand: other paths must not be read from it.
    assert failures(run_dbt(tmp_path, target, "build", "--exclude-resource-type", "unit_test")) == []
    with duckdb.connect(str(tmp_path / "podcasts.duckdb"), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'main'").fetchall()
        assert {name for (name,) in tables} == PROMISED
        for name in sorted(PROMISED):
            assert connection.execute(f"select count(*) from {name}").fetchone() == (0,), name


GENERIC_TEST_CASES = {
    # name of the model: its rows, the test that is put to them, whether it must pass
    "unique_good": ("(1, 'x'), (1, null), (2, 'x')", "unique_combination: {arguments: {columns: [a, b]}}", True),
    "unique_bad": ("(1, 'x'), (2, 'y'), (1, 'x')", "unique_combination: {arguments: {columns: [a, b]}}", False),
    "unique_bad_null": ("(1, null), (1, null)", "unique_combination: {arguments: {columns: [a, b]}}", False),
    "ascending_good": ("(1, 'x'), (1, 'y'), (2, 'x')", "unique_ascending: {arguments: {columns: [a, b]}}", True),
    "ascending_bad_twice": ("(1, 'x'), (1, 'x')", "unique_ascending: {arguments: {columns: [a, b]}}", False),
    "ascending_bad_order": ("(1, 'y'), (2, 'x'), (1, 'z')", "unique_ascending: {arguments: {columns: [a, b]}}", False),
    "keys_good": (
        "(1, 'x'), (null, 'y')",
        "foreign_keys: {arguments: {references: [{column: a, to: ref('parent'), field: id}]}}",
        True,
    ),
    "keys_bad": (
        "(1, 'x'), (3, 'y')",
        "foreign_keys: {arguments: {references: [{column: a, to: ref('parent'), field: id}]}}",
        False,
    ),
    "keys_bad_second": (
        "(1, 'z')",
        "foreign_keys: {arguments: {references: [{column: a, to: ref('parent'), field: id}, "
        "{column: b, to: ref('parent')}]}}",
        False,
    ),
    "true_good": ("(1, 'x')", "expression_is_true: {arguments: {expressions: {positive: a > 0, x: b = 'x'}}}", True),
    "true_bad": ("(1, 'x'), (2, 'y')", "expression_is_true: {arguments: {expressions: {x: b = 'x'}}}", False),
    "true_bad_null": ("(null, 'x')", "expression_is_true: {arguments: {expressions: {positive: a > 0}}}", False),
    "sign_good": ("(0, 'x'), (null, 'x'), (5, 'x')", "not_negative: {arguments: {columns: [a]}}", True),
    "sign_bad": ("(5, 'x'), (-1, 'x')", "not_negative: {arguments: {columns: [a]}}", False),
    "values_good": ("(1, 'x'), (2, null)", "known_values: {arguments: {values: {b: [x, y]}}}", True),
    "values_bad": ("(1, 'x'), (2, 'z')", "known_values: {arguments: {values: {b: [x, y]}}}", False),
    "null_good": (
        "(1, 'x'), (null, 'none')",
        "null_exactly_when: {arguments: {column_name: a, condition: b = 'none'}}",
        True,
    ),
    "null_bad_missing": (
        "(null, 'x')",
        "null_exactly_when: {arguments: {column_name: a, condition: b = 'none'}}",
        False,
    ),
    "null_bad_present": (
        "(1, 'none')",
        "null_exactly_when: {arguments: {column_name: a, condition: b = 'none'}}",
        False,
    ),
}


def test_generic_tests_find_bad_rows_and_only_those(tmp_path):
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text(
        "name: generic_tests\nprofile: podcast_warehouse\nconfig-version: 2\n"
        f"test-paths: ['{DBT_PROJECT / 'tests'}']\nmodel-paths: [models]\nmacro-paths: []\n"
        "flags: {send_anonymous_usage_stats: false, require_generic_test_arguments_property: true}\n",
        encoding="utf-8",
    )
    (project / "models" / "parent.sql").write_text("select 1 as id, 'x' as b", encoding="utf-8")
    models = ["version: 2", "models:"]
    for name, (rows, test, _) in GENERIC_TEST_CASES.items():
        sql = f"select a::integer as a, b::varchar as b from (values {rows}) as cases (a, b)"
        (project / "models" / f"{name}.sql").write_text(sql, encoding="utf-8")
        models += [f"  - name: {name}", f"    data_tests: [{test}]"]
    (project / "models" / "models.yml").write_text("\n".join(models), encoding="utf-8")
    results = run_dbt(tmp_path, tmp_path / "target", "build", "--exclude", "test_type:singular", project=project)
    verdicts = {
        result.node.attached_node.split(".")[-1]: str(result.status) == "pass"
        for node, result in results.items()
        if node.startswith("test.")
    }
    assert verdicts == {name: must_pass for name, (_, _, must_pass) in GENERIC_TEST_CASES.items()}
