"""After changes of files and catalogue, step by step, the published warehouse equals one built from scratch."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.conftest import CHANGES, ROOT

pytestmark = pytest.mark.slow

HISTORY = {"pipeline_runs", "mention_changes", "alerts", "id_changes"}
TIME_OF_RUN = {"documents": "ingested_at"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the project, the catalogue of which may be changed."""
    files = subprocess.run(
        ["git", "ls-files", "-z", "orchestration", "dbt_project", "dagster.yaml", "pyproject.toml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, files):
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "project" / name)
    return tmp_path / "project"


def build(project: Path, raw: Path, warehouse: Path) -> dict[str, tuple[int, str | None]]:
    """Build, and return for each table the number of its rows and a hash over them, whatever their order."""
    environment = {
        **os.environ,
        "PODCAST_RAW": str(raw),
        "PODCAST_WAREHOUSE": str(warehouse),
        "PODCAST_MAX_FALL": "1",
    }
    command = [sys.executable, "-m", "orchestration", "build"]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    hashes = {}
    with duckdb.connect(str((warehouse / "podcasts.duckdb").resolve()), read_only=True) as connection:
        for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
            if table not in HISTORY:
                left_out = f"exclude ({TIME_OF_RUN[table]})" if table in TIME_OF_RUN else ""
                row = connection.execute(
                    f'select count(*), sum(hash(r)::hugeint)::varchar from (select * {left_out} from "{table}") as r'
                ).fetchone()
                assert row
                hashes[table] = (row[0], row[1])
    return hashes


def test_step_by_step_equals_from_scratch(project, tmp_path, tell):
    raw = tmp_path / "raw"
    shutil.copytree(ROOT / "raw", raw)
    files = sorted(path for path in raw.rglob("*.txt") if path.parent.name != "directory")
    aliases = project / "dbt_project" / "seeds" / "aliases.csv"
    words = ("notion", "github", "cursor")

    def add() -> None:
        text = files[0].read_text(encoding="utf-8").replace("EXAMPLE000", "EXAMPLE777")
        (raw / "new").mkdir()
        (raw / "new" / "EXAMPLE7771-another.txt").write_text(text[: len(text) * 2 // 3], encoding="utf-8")

    def edit() -> None:
        files[1].write_text(files[1].read_text(encoding="utf-8").replace("GitHub", "GitLab"), encoding="utf-8")

    def rename() -> None:
        files[2].rename(files[2].with_name("renamed.txt"))

    def delete() -> None:
        files[3].unlink()

    def drop_lines_of_the_catalogue() -> None:
        lines = aliases.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.casefold().startswith(words)]
        assert len(kept) < len(lines)
        aliases.write_text("".join(kept), encoding="utf-8")

    steps: tuple[Callable[[], None], ...] = (add, edit, rename, delete, drop_lines_of_the_catalogue)
    first = build(project, raw, tmp_path / "here")
    assert len(first) > 40
    for step in steps:
        step()
        here = build(project, raw, tmp_path / "here")
        shutil.rmtree(tmp_path / "fresh", ignore_errors=True)
        fresh = build(project, raw, tmp_path / "fresh")
        assert here == fresh, {table for table in fresh if here[table] != fresh[table]}
        assert here != first
        first = here
        tell(CHANGES, step.__name__.replace("_", " "), len(fresh), "the same rows")
