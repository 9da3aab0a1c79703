"""The macro `search_turns`, made by the models' own SQL over a corpus small enough to rank by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest
from sqlfluff.core import FluffConfig, Linter

from orchestration.settings import PROJECT_ROOT

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
OFFLINE: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
MODELS = ("search_turn_words", "int_misheard_words", "int_search_terms", "search_postings", "search_terms")
TURNS = [
    ("t1", "The bee dances. The bee sleeps."),
    ("t2", "A bee and a wasp."),
    ("t3", "Wasps build paper, much paper, and more paper than anybody would ever need at home."),
    ("t4", "Café owners in Łódź ask for a naïve résumé."),
    ("t5", "We asked Hyve Mynd about it."),
    ("t6", "Пчела летит домой."),
    ("t7", "..."),
]


def render(sql: str) -> str:
    """Return SQL as dbt would make it, every model named by its own name."""
    macros = (DBT_PROJECT / "macros" / "search.sql").read_text(encoding="utf-8")
    environment = jinja2.Environment(keep_trailing_newline=True)
    return environment.from_string(macros + sql).render(ref=lambda name: name, config=lambda **options: "")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "podcasts.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("""
            create table speaker_turns as
            select *, row_number() over () as turn_index, 'e' as episode_id, 'p' as person_id, 'Label' as speaker_label,
                'host' as role, 'content' as segment_kind, 1.5 as start_s, 'https://x.example/#t=1' as url_at_time
            from (select unnest($ids) as turn_id, unnest($texts) as text)
        """, {"ids": [turn for turn, _ in TURNS], "texts": [text for _, text in TURNS]})  # fmt: skip
        connection.execute("""
            create table episodes as
            select 'e' as episode_id, 'Insects' as display_title, 's' as show_id, date '2026-01-02' as published_on;
            create table people as select 'p' as person_id, 'Ada Host' as name;
            create table mentions as select 't5' as turn_id, 'transcript' as field, 'company:hive-mind' as entity_id,
                'Hive Mind' as entity_name, 'Hyve Mynd' as alias, 'misheard' as match_rule;
            create table stg_catalog_aliases as select 'Hyve Mynd' as alias, 'company:hive-mind' as entity_id,
                'misheard' as kind union all select 'HiveMind', 'company:hive-mind', 'exact';
        """)
        for model in MODELS:
            (path_of_sql,) = (DBT_PROJECT / "models").rglob(f"{model}.sql")
            sql = path_of_sql.read_text(encoding="utf-8")
            connection.execute(f"create table {model} as {render(sql)}")
        for statement in ("create_search_turns", "describe_search_turns"):
            connection.execute(render(f"{{{{ {statement}() }}}}"))
    return path


@pytest.fixture
def reader(database):
    with duckdb.connect(str(database), read_only=True, config=OFFLINE) as connection:
        yield connection


def found(reader: duckdb.DuckDBPyConnection, query: str | None) -> list[str]:
    return [turn for (turn,) in reader.execute("select turn_id from search_turns(?)", [query]).fetchall()]


def test_the_score_is_bm25_as_computed_by_hand(reader):
    # Six turns have words: 6 + 5 + 15 + 9 + 6 + 3 = 44 of them. Two turns have `bee`: t1 twice, t2 once.
    idf = math.log(1 + (6 - 2 + 0.5) / (2 + 0.5))
    expected = [
        (turn, round(idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * words / (44 / 6))), 4))
        for turn, count, words in (("t1", 2, 6), ("t2", 1, 5))
    ]
    assert reader.execute("select turn_id, score from search_turns('bee')").fetchall() == expected
    assert reader.execute("select sum(word_count), count(*) from search_turn_words").fetchone() == (44, 6)


def test_a_turn_with_all_words_comes_before_one_with_a_rarer_word(reader):
    rows = reader.execute("select turn_id, has_all_words, words_found from search_turns('a wasp bee')").fetchall()
    assert rows[0] == ("t2", True, ["a", "bee", "wasp"])
    assert {row[0] for row in rows[1:]} == {"t1", "t4"}
    assert not any(row[1] for row in rows[1:])


def test_a_result_tells_where_to_listen(reader):
    assert reader.execute("select * exclude (score) from search_turns('sleeps')").fetchall()[0][1:7] == (
        "e", "Insects", "s", reader.execute("select date '2026-01-02'").fetchone()[0], "p", "Ada Host",
    )  # fmt: skip
    assert reader.execute("select start_s, url_at_time, text from search_turns('sleeps')").fetchall() == [
        (1.5, "https://x.example/#t=1", TURNS[0][1])
    ]


@pytest.mark.parametrize("query", ["cafe", "CAFÉ", "resume naive", "Résumé!"])
def test_case_and_accents_do_not_matter(reader, query):
    assert found(reader, query)[0] == "t4"


def test_other_scripts_are_found(reader):
    assert found(reader, "пчела") == ["t6"]


@pytest.mark.parametrize("query", ["Hive Mind", "hive", "HiveMind", "hyve mynd"])
def test_a_name_is_found_where_it_was_misheard(reader, query):
    assert found(reader, query) == ["t5"]


def test_a_quoted_phrase_must_stand_word_for_word(reader):
    assert found(reader, '"bee dances"') == ["t1"]
    assert found(reader, '"dances bee"') == []
    assert set(found(reader, "dances bee")) == {"t1", "t2"}
    assert set(found(reader, '"bee dances')) == {"t1", "t2"}


@pytest.mark.parametrize("query", ["", None, "   ", "?!", "unheard", '""'])
def test_what_holds_no_word_finds_nothing(reader, query):
    assert found(reader, query) == []


@pytest.mark.parametrize(
    "query",
    ["bee'; drop table episodes; --", "bee') or 1=1 --", "bee %", "bee \x00 {{ x }}", "bee \\ ( [", "bee " * 500],
)
def test_a_query_is_only_ever_words(reader, query):
    assert set(found(reader, query)) >= {"t1", "t2"}
    literal = query.replace("\x00", "").replace("'", "''")
    assert reader.execute(f"select count(*) from search_turns('{literal}')").fetchone()[0] >= 2
    assert reader.execute("select count(*) from episodes").fetchone() == (1,)


def test_how_many_are_returned_can_be_said(reader):
    assert len(reader.execute("from search_turns('a bee wasp', max_results := 1)").fetchall()) == 1
    assert len(reader.execute("from search_turns('a bee wasp', max_results := null)").fetchall()) == 3


def test_it_works_attached_once_the_file_is_in_use(database):
    with duckdb.connect(config=OFFLINE) as connection:
        connection.execute(f"attach '{database}' as elsewhere (read_only)")
        connection.execute("use elsewhere")
        assert connection.execute("select turn_id from search_turns('sleeps')").fetchall() == [("t1",)]


def test_no_extension_is_needed(reader):
    loaded = reader.execute("select extension_name from duckdb_extensions() where loaded").fetchall()
    assert ("fts",) not in loaded
    assert reader.execute("select parameters from duckdb_functions() where function_name = 'search_turns'").fetchone()[
        0
    ] == ["query", "max_results"]


def test_the_macro_says_what_it_is(reader):
    (comment,) = reader.execute(
        "select comment from duckdb_functions() where function_name = 'search_turns'"
    ).fetchone()
    assert "max_results" in comment


def test_the_query_of_the_macro_keeps_to_the_style_of_the_models():
    # sqlfluff does not look into a macro, so it gets the query filled in, whose lines are longer than those written.
    query = render("{{ create_search_turns() }}").partition(" as table\n")[2]
    # AL04 takes a CTE that is read twice for an alias given twice.
    own = {"exclude_rules": f"{FluffConfig.from_path(str(PROJECT_ROOT)).get('exclude_rules')},AL04,LT05"}
    config = FluffConfig.from_path(str(PROJECT_ROOT), overrides={"templater": "raw", **own})
    found = Linter(config=config).lint_string(f"{query.strip()}\n").get_violations()
    said = [f"{violation.rule_code()} {violation.desc()}" for violation in found]
    # RF02 takes the parameter of a lambda for a column.
    assert [line for line in said if not line.startswith("RF02 Unqualified reference 'word'")] == []
