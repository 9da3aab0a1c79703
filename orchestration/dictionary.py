"""The data dictionary: written from the contracts, so that it cannot say anything else than they do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from orchestration.models import prepare_manifest
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import PROJECT_ROOT, Settings

DICTIONARY = PROJECT_ROOT / "docs" / "data_dictionary.md"
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


def _mart(node: dict[str, Any]) -> str:
    rows = (
        (
            name,
            column["data_type"] or "",
            "" if any(constraint["type"] == "not_null" for constraint in column["constraints"]) else "yes",
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
