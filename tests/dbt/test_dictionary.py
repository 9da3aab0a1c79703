"""Documentation and reality do not drift apart."""

from __future__ import annotations

from orchestration.diagram import DIAGRAM, render_diagram
from orchestration.dictionary import CONTRACT, DICTIONARY, render_contract, render_dictionary
from orchestration.keys import ForeignKey, read_keys
from orchestration.settings import load_settings


def test_the_dictionary_says_what_the_contracts_say():
    assert DICTIONARY.read_text(encoding="utf-8") == render_dictionary(load_settings()), "run `make docs`"


def test_every_column_is_described():
    bare = [
        line
        for line in render_dictionary(load_settings()).splitlines()
        if line.startswith("| `") and line.endswith("|  |")
    ]
    assert bare == []


def test_the_diagrams_show_the_keys_that_the_contracts_declare():
    assert DIAGRAM.read_text(encoding="utf-8") == render_diagram(load_settings()), "run `make docs`"


def test_the_page_for_analysts_lists_the_tables_of_the_contracts():
    page = CONTRACT.read_text(encoding="utf-8")
    assert page.count("| [") > 30
    assert page == render_contract(load_settings(), page), "run `make docs`"


def test_every_table_of_the_warehouse_stands_in_a_diagram_or_below_them():
    text = DIAGRAM.read_text(encoding="utf-8")
    for line in render_dictionary(load_settings()).split("## The lake")[0].splitlines():
        if line.startswith("### "):
            table = line.removeprefix("### ")
            assert f"\n    {table} {{\n" in text or f"- `{table}`\n" in text


def test_keys_are_read_from_the_tests_of_a_manifest():
    def model(name: str, **columns: bool) -> dict:
        described = {
            column: {"data_type": "varchar", "constraints": [{"type": "not_null"}] if is_needed else []}
            for column, is_needed in columns.items()
        }
        return {"resource_type": "model", "unique_id": name, "alias": name, "schema": "main", "columns": described}

    def check(model_name: str, name: str, column: str | None = None, **arguments: object) -> dict:
        metadata = {"name": name, "kwargs": {"arguments": arguments} if arguments else {}}
        return {
            "resource_type": "test",
            "schema": "tests",
            "attached_node": model_name,
            "column_name": column,
            "test_metadata": metadata,
        }

    references = [{"column": "a_id", "to": "ref('a')"}, {"column": "old_id", "to": "ref('a')", "field": "a_id"}]
    nodes = [
        model("a", a_id=True),
        model("b", a_id=True, old_id=False, day=True),
        check("a", "unique", "a_id"),
        check("b", "unique_combination", columns=["a_id", "day"]),
        check("b", "foreign_keys", references=references),
        check("b", "not_negative", columns=["day"]),
    ]
    tables, keys = read_keys({"nodes": dict(enumerate(nodes))})
    assert (tables["a"].key, tables["b"].key) == (("a_id",), ("a_id", "day"))
    assert keys == [ForeignKey("b", "a_id", "a", "a_id", False), ForeignKey("b", "old_id", "a", "a_id", True)]
