"""The data dictionary: written from the contracts, so that it cannot say anything else than they do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from orchestration.keys import read_keys
from orchestration.models import prepare_manifest
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import PROJECT_ROOT, Settings

DICTIONARY = PROJECT_ROOT / "docs" / "data_dictionary.md"
CONTRACT = PROJECT_ROOT / "docs" / "contract.md"
_TABLES = re.compile(r"(?<=<!-- tables: written by `make docs` -->\n).*?(?=<!-- end of tables -->)", re.DOTALL)
_HEAD = """# Data dictionary

Written by `make docs` from the contracts: the schemas in `orchestration/schemas/` and the models' YAML in
`dbt_project/models/marts/`. Edit those, not this page; a test compares them.
"""


def write_dictionary(settings: Settings) -> Path:
    """Write the page and return its path."""
    DICTIONARY.write_text(render_dictionary(settings), encoding="utf-8")
    return DICTIONARY


def render_dictionary(settings: Settings) -> str:
    """Return the page as Markdown: the published tables, then the tables of the lake."""
    nodes = json.loads(prepare_manifest(settings).read_text(encoding="utf-8"))["nodes"].values()
    marts = [node for node in nodes if node["resource_type"] == "model" and node["schema"] == "main"]
    parts = [_HEAD, "\n## The published warehouse\n"]
    parts += [_mart(node) for node in sorted(marts, key=lambda node: node["alias"])]
    parts.append("\n## The lake\n")
    for name, schema in LAKE_TABLES.items():
        dtypes = schema.create_empty().schema
        rows = (
            (column, str(dtypes[column]), "yes" if definition.nullable else "", definition.description or "")
            for column, definition in schema.columns().items()
        )
        parts.append(_table(f"lake/{name}", schema.__doc__ or "", rows))
    return "".join(parts)


def write_contract(settings: Settings) -> Path:
    """Write the table of tables into the page for analysts and return its path."""
    CONTRACT.write_text(render_contract(settings, CONTRACT.read_text(encoding="utf-8")), encoding="utf-8")
    return CONTRACT


def render_contract(settings: Settings, page: str) -> str:
    """Return the page with its table of tables, their grain, keys and nullable columns, as the contracts have them."""
    manifest = json.loads(prepare_manifest(settings).read_text(encoding="utf-8"))
    tables, _ = read_keys(manifest)
    nodes = {node["alias"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    lines = ["\n| table | one row is | key | may be NULL |\n|---|---|---|---|\n"]
    for name in sorted(tables):
        columns = nodes[name]["columns"].items()
        nullable = [f"`{column}`" for column, about in columns if _is_nullable(about)]
        key = ", ".join(f"`{column}`" for column in tables[name].key)
        link = f"[{name}](data_dictionary.md#{name})"
        lines.append(f"| {link} | {_grain(nodes[name])} | {key} | {', '.join(nullable)} |\n")
    return _TABLES.sub(lambda _: "".join(lines) + "\n", page)


def _grain(node: dict[str, Any]) -> str:
    """Return what the description says that one row is, without the explanations after it."""
    said = " ".join(node["description"].split()).replace("|", "&#124;")
    ends = (match.start() for match in re.finditer(r"[.;:](?: |$)", said))
    end = next((end for end in ends if said[:end].count("(") == said[:end].count(")")), len(said))
    return said[:end].removeprefix("One row per ")


def _is_nullable(column: dict[str, Any]) -> bool:
    return not any(constraint["type"] == "not_null" for constraint in column["constraints"])


def _mart(node: dict[str, Any]) -> str:
    rows = (
        (
            name,
            column["data_type"] or "",
            "yes" if _is_nullable(column) else "",
            column["description"],
        )
        for name, column in node["columns"].items()
    )
    return _table(node["alias"], node["description"], rows)


def _table(name: str, description: str, rows: Iterable[tuple[str, str, str, str]]) -> str:
    lines = [
        f"\n### {name}\n",
        f"\n{description.strip()}\n",
        "\n| column | type | may be NULL | meaning |\n|---|---|---|---|\n",
    ]
    lines += [
        f"| `{row[0]}` | {row[1]} | {row[2]} | {' '.join(row[3].split()).replace('|', '&#124;')} |\n" for row in rows
    ]
    return "".join(lines)
