"""A run limited to one folder below the raw folder leaves all else in the lake as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.__main__ import main
from orchestration.ingest_run import run_ingest
from orchestration.io.lake import Lake
from orchestration.settings import Settings, load_settings

SPEECH = "\n".join(f"[00:00:{s:02}.000 --> 00:00:{s + 2:02}.000]   {{}} number {s}." for s in range(0, 40, 2))


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """Return the settings of a warehouse with a document in each of two folders and in none."""
    settings = load_settings({"PODCAST_RAW": str(tmp_path / "raw"), "PODCAST_WAREHOUSE": str(tmp_path / "warehouse")})
    for path in ("one/a.txt", "two/b.txt", "c.txt"):
        write(settings, path, f"Line of {path}")
    return settings


def write(settings: Settings, path: str, words: str) -> None:
    file = settings.raw / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SPEECH.replace("{}", words))


def run(settings: Settings, source: str | None = None) -> tuple[dict[str, int], set[str]]:
    """Run, and return the counts and what the lake holds, by path and first words."""
    lake = Lake(settings.lake)
    results = run_ingest(settings, lake, datetime.now(UTC), lambda line: None, source)
    documents = lake.read("documents").join(lake.read("document_texts"), on="document_id")
    held = {
        f"{path} {text.split(']')[1].split(' number')[0].strip()}"
        for path, text in documents.select("path", "text").iter_rows()
    }
    return dict(results[0].counts), held


def test_only_its_files_are_looked_at(here):
    run(here)
    for path in ("one/a.txt", "two/b.txt", "c.txt"):
        write(here, path, "New line")
    (here.raw / "c.txt").unlink()
    write(here, "one/d.txt", "Line of d")
    write(here, "two/e.txt", "Line of e")
    counts, held = run(here, "one")
    assert held == {"one/a.txt New line", "one/d.txt Line of d", "two/b.txt Line of two/b.txt", "c.txt Line of c.txt"}
    assert (counts["hashed_count"], counts["parsed_count"], counts["kept_count"]) == (2, 2, 2)
    assert run(here, "one")[0]["parsed_count"] == 0
    _, held = run(here)
    assert held == {"one/a.txt New line", "one/d.txt Line of d", "two/e.txt Line of e"}


def test_a_first_run_may_be_limited(here):
    assert run(here, "two")[1] == {"two/b.txt Line of two/b.txt"}
    assert len(run(here)[1]) == 3


def test_documents_elsewhere_wait_for_a_run_for_all_when_the_code_changes(here, monkeypatch):
    run(here)
    monkeypatch.setattr("orchestration.ingest_run.parse_version", lambda: "new")
    monkeypatch.setattr("orchestration.ingest.format_versions", lambda: {"whisper_text": "new"})
    assert run(here, "one")[0]["parsed_count"] == 1
    assert run(here, "one")[0]["parsed_count"] == 0
    assert run(here)[0]["parsed_count"] == 2
    assert run(here)[0]["parsed_count"] == 0


def test_without_knowing_what_is_elsewhere_nothing_is_done(here):
    run(here)
    (here.lake / "state" / "files.parquet").unlink()
    with pytest.raises(ValueError, match="run once for all"):
        run(here, "one")
    assert len(run(here)[1]) == 3


def test_a_folder_that_is_not_there_is_told_before_any_work(here, capsys, monkeypatch):
    monkeypatch.setenv("PODCAST_RAW", str(here.raw))
    monkeypatch.setenv("PODCAST_WAREHOUSE", str(here.warehouse))
    assert main(["build", "--source", "three"]) == 1
    assert "there is no folder 'three'" in capsys.readouterr().err
    assert not here.warehouse.exists()
