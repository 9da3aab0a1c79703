"""The keys of the published tables, read from the tests that their contracts declare."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A column of `table` holds the values of `to_column` in `to_table`."""

    table: str
    column: str
    to_table: str
    to_column: str
    is_nullable: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A mart, with the columns that make up its key and their types."""

    name: str
    key: tuple[str, ...]
    types: dict[str, str]


def read_keys(manifest: dict[str, Any]) -> tuple[dict[str, Table], list[ForeignKey]]:
    """Return the published tables by name, and their foreign keys, from the tests of a dbt manifest."""
    nodes = manifest["nodes"].values()
    marts = {n["unique_id"]: n for n in nodes if n["resource_type"] == "model" and n["schema"] == "main"}
    keys: dict[str, tuple[str, ...]] = {}
    foreign: set[ForeignKey] = set()
    for test in nodes:
        metadata = test.get("test_metadata") or {}
        model = marts.get(test.get("attached_node") or "")
        if model is None:
            continue
        arguments = metadata["kwargs"].get("arguments") or metadata["kwargs"]
        if metadata["name"] == "unique":
            keys.setdefault(model["alias"], (test["column_name"],))
        elif "columns" in arguments and "unique" in metadata["name"]:
            keys.setdefault(model["alias"], tuple(arguments["columns"]))
        elif metadata["name"] == "relationships":
            foreign.add(_foreign_key(model, test["column_name"], arguments["to"], arguments["field"]))
        elif metadata["name"] == "foreign_keys":
            for reference in arguments["references"]:
                column = reference["column"]
                foreign.add(_foreign_key(model, column, reference["to"], reference.get("field", column)))
    tables = {
        node["alias"]: Table(
            node["alias"],
            keys.get(node["alias"], ()),
            {name: column["data_type"] or "" for name, column in node["columns"].items()},
        )
        for node in marts.values()
    }
    return tables, sorted(foreign, key=lambda key: (key.to_table, key.table, key.column))


def _foreign_key(model: dict[str, Any], column: str, reference: str, field: str) -> ForeignKey:
    found = re.search(r"ref\(\s*['\"](\w+)['\"]\s*\)", reference)
    if found is None:
        raise ValueError(f"{model['alias']}.{column} refers to {reference!r}, which is no ref('...')")
    constraints = model["columns"][column]["constraints"]
    is_nullable = not any(constraint["type"] == "not_null" for constraint in constraints)
    return ForeignKey(model["alias"], column, found[1], field, is_nullable)
