"""A release of hostile inputs only: models, pages, summary, exports. Slow, since it builds all models."""

from __future__ import annotations

import csv
import io
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import duckdb
import pytest

from orchestration.__main__ import main
from orchestration.characters import harmless
from tests.security.hostile import SECRET
from tests.security.test_hostile_inputs import Run

pytestmark = pytest.mark.slow


WEBHOOK_KEY = "s3cr3t-of-the-webhook"


class Released:
    """A release, and what its build printed."""

    def __init__(self, run: Run, printed: str) -> None:
        self.run, self.printed = run, printed
        self.warehouse = run.warehouse


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Released:
    with pytest.MonkeyPatch.context() as patch:
        run = Run(tmp_path_factory.mktemp("hostile"), patch)
        patch.setenv("PODCAST_RAW", str(run.settings.raw))
        patch.setenv("PODCAST_WAREHOUSE", str(run.warehouse))
        patch.setenv("PODCAST_ALERT_WEBHOOK", f"http://127.0.0.1:9/{WEBHOOK_KEY}")
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            assert main(["build"]) == 0, printed.getvalue()
        return Released(run, printed.getvalue())


def test_nothing_is_asked_for(released: Released) -> None:
    assert released.run.asked == []


def test_titles_and_names_come_through_as_text(released: Released) -> None:
    with duckdb.connect(str(released.run.settings.database), read_only=True) as connection:
        titles = {title for (title,) in connection.execute("select title from episodes").fetchall()}
        assert {"'; drop table episodes; --", "{{ env_var('PATH') }} {% do 1 %}", "=1+1"} <= titles


def test_summary_and_query_command_no_terminal(released: Released, monkeypatch, capsys) -> None:
    monkeypatch.setenv("PODCAST_WAREHOUSE", str(released.warehouse))
    assert main(["query", "select title, chr(27) || '[2J' as clear from episodes order by title"]) == 0
    assert main(["query", "select chr(27) || chr(27)::int"]) == 1
    printed = capsys.readouterr()
    for text in (released.printed, printed.out, printed.err):
        assert text == harmless(text) and "\x1b" not in text


def test_an_exported_file_holds_no_formula(released: Released, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PODCAST_WAREHOUSE", str(released.warehouse))
    file = tmp_path / "turns.csv"
    assert main(["query", "select * from speaker_turns", "--csv", str(file)]) == 0
    csv.field_size_limit(sys.maxsize)
    with file.open(newline="", encoding="utf-8") as rows:
        cells = [cell for row in csv.reader(rows) for cell in row]
    assert any(cell.startswith("'=1+1") for cell in cells)
    formulas = [cell for cell in cells if re.match(r"\s*[=+@|%-]", cell) and not re.fullmatch(r"-?[\d.e-]+", cell)]
    assert formulas == []


def test_pages_hold_no_secret_and_no_script_of_a_stranger(released: Released) -> None:
    for page in (released.warehouse / "current" / "dashboards").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert SECRET not in text and "<script>alert" not in text and "<img" not in text, page.name
        assert text == harmless(text)


def test_the_address_of_the_webhook_is_in_no_file_and_on_no_console(released: Released) -> None:
    assert WEBHOOK_KEY not in released.printed
    files = [path for path in released.warehouse.rglob("*") if path.is_file()]
    assert any(".dagster" in path.parts for path in files)
    assert [path for path in files if WEBHOOK_KEY.encode() in path.read_bytes()] == []
