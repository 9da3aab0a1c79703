"""The entity-relationship diagrams: drawn from the keys that the contracts declare and every build tests."""

from __future__ import annotations

import json
import re
from pathlib import Path

from orchestration.keys import ForeignKey, Table, read_keys
from orchestration.models import prepare_manifest
from orchestration.settings import PROJECT_ROOT, Settings

DIAGRAM = PROJECT_ROOT / "docs" / "er_diagram.md"
_HEAD = """# How the tables hang together

Written by `make docs` from the keys that the contracts in `dbt_project/models/marts/` declare and every build tests;
a test compares them. A line leads from the table that is referred to (one) to the table that refers to it (many); its
label is the column. A circle at the one side says that the column may be NULL. PK is a key, FK refers to another table;
more than one PK in a table are one key together. The columns without a part in any key are in the
[data dictionary](data_dictionary.md).
"""
# Most tables of a subject, with those that they refer to, make a picture that can be read.
_SUBJECTS = {
    "Episodes, their copies and where they come from": (
        "shows",
        "episodes",
        "episode_shows",
        "episode_copies",
        "documents",
        "rejects",
        "chapters",
        "passages",
        "links",
        "copy_links",
        "copy_alignments",
        "copy_differences",
    ),
    "People and what they say": (
        "people",
        "guests",
        "appearances",
        "appearance_roles",
        "appearance_evidence",
        "speaker_turns",
        "other_copy_turns",
        "guest_pairs",
        "press_tours",
        "show_pairs",
    ),
    "What is mentioned": (
        "entities",
        "companies",
        "products",
        "mentions",
        "mention_rules",
        "sponsorships",
        "first_mentions",
        "company_pairs",
        "speaker_companies",
    ),
    "Topics": ("topics", "episode_topics", "chapter_topics", "turn_topics", "topic_months"),
    "Trends and shares": ("show_months", "company_months", "sponsor_months", "entity_momentum", "show_entities"),
}


def write_diagram(settings: Settings) -> Path:
    """Write the page and return its path."""
    DIAGRAM.write_text(render_diagram(settings), encoding="utf-8")
    return DIAGRAM


def render_diagram(settings: Settings) -> str:
    """Return the page as Markdown: a Mermaid diagram a subject, then the tables that no key connects."""
    tables, keys = read_keys(json.loads(prepare_manifest(settings).read_text(encoding="utf-8")))
    subjects = dict(_SUBJECTS)
    connected = {name for key in keys for name in (key.table, key.to_table)}
    placed = {name for names in subjects.values() for name in names}
    if others := sorted(connected - placed):
        subjects["Others"] = tuple(others)
    parts = [_HEAD]
    for title, names in subjects.items():
        own = [key for key in keys if key.table in names]
        parts.append(f"\n## {title}\n\n{_mermaid([n for n in names if n in tables], own, tables)}")
    alone = sorted(set(tables) - connected - placed)
    parts.append("\n## Tables without a foreign key\n\n" + "".join(f"- `{name}`\n" for name in alone))
    return "".join(parts)


def _mermaid(names: list[str], keys: list[ForeignKey], tables: dict[str, Table]) -> str:
    lines = ["```mermaid", "erDiagram"]
    for name in names:
        marks = {column: ["PK"] for column in tables[name].key}
        for key in keys:
            if key.table == name and "FK" not in marks.setdefault(key.column, []):
                marks[key.column].append("FK")
        if marks:
            lines.append(f"    {name} {{")
            lines += [f"        {_type(tables[name].types[c])} {c} {', '.join(m)}" for c, m in marks.items()]
            lines.append("    }")
    for key in keys:
        one = "|o" if key.is_nullable else "||"
        lines.append(f"    {key.to_table} {one}--o{{ {key.table} : {key.column}")
    return "\n".join([*lines, "```", ""])


def _type(data_type: str) -> str:
    return re.sub(r"\W+", "_", data_type).strip("_") or "varchar"
