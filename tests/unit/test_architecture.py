"""The rules of the layout that keep it easy to live in."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PURE = ("formats", "transforms", "catalog", "schemas")
NOT_IN_FORMATS = {"polars", "duckdb", "pyarrow"}


def imports(path: Path) -> set[str]:
    """Return the full names that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def modules(*packages: str) -> list[Path]:
    return [path for package in packages for path in sorted((ROOT / "orchestration" / package).glob("*.py"))]


@pytest.mark.parametrize("path", modules(*PURE), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_is_pure_does_not_know_dagster(path):
    assert not {name for name in imports(path) if name.split(".")[0].startswith("dagster")}
    assert not {name for name in imports(path) if name.startswith("orchestration.defs")}


@pytest.mark.parametrize("path", modules("formats"), ids=lambda path: path.stem)
def test_formats_know_no_tables_and_no_later_layer(path):
    assert not {name.split(".")[0] for name in imports(path)} & NOT_IN_FORMATS
    later = ("orchestration.transforms", "orchestration.schemas", "orchestration.io", "orchestration.ingest")
    assert not {name for name in imports(path) if name.startswith(later)}


def test_definitions_stay_tiny():
    assert len((ROOT / "orchestration" / "definitions.py").read_text().splitlines()) <= 30


@pytest.mark.parametrize("name", ["documents", "segments", "speaker_turns", "mentions"])
def test_every_lake_table_has_a_module_of_its_own(name):
    assert (ROOT / "orchestration" / "schemas" / f"{name}.py").is_file()


def test_every_column_of_the_lake_is_described():
    from orchestration.schemas.tables import LAKE_TABLES

    bare = [f"{t}.{c}" for t, s in LAKE_TABLES.items() for c, column in s.columns().items() if not column.description]
    assert bare == []


@pytest.mark.parametrize("path", sorted((ROOT / "orchestration").rglob("*.py")), ids=lambda path: path.stem)
def test_no_group_is_repeated_possessively(path):
    """Python before 3.11.5 backs out of such a group and misses matches (python/cpython#106052)."""
    assert not re.findall(r"\)(?:[*+?]|\{[0-9,]+\})\+[^\n]*", path.read_text(encoding="utf-8"))


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted as Linux shows them")
def test_polars_is_not_used_where_modules_are_imported():
    # Its threads would be gone in a process that forks, which then waits for them for ever.
    code = """
import os
import polars as pl
import orchestration.pipeline
before = len(os.listdir("/proc/self/task"))
pl.Series(map(str, range(1000))).hash(0).sort()
print(len(os.listdir("/proc/self/task")) > before)
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "True"
