"""Whatever happened to files and catalogue, the lake equals one that is built from scratch."""

from __future__ import annotations

import csv
import shutil
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from polars.testing import assert_frame_equal

from orchestration.catalog.load import HEADERS, load_catalog
from orchestration.ingest_run import run_ingest
from orchestration.io.lake import Lake
from orchestration.pipeline import build_lake
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import load_settings
from tests.conftest import ROOT

TIME_OF_RUN = {"documents": ["ingested_at"]}
"""The columns that tell when a run was, in which two equal lakes may differ."""

ENTITY_FILES = ("companies.csv", "products.csv", "people.csv", "shows.csv", "topics.csv")
HOUR_NS = 3_600_000_000_000
TEXTS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "raw").rglob("*.txt"))]
FOLDERS = ("one", "two", "two/deep")
SIDECARS = (
    ("show.yml", "show: Salt and Solder\nhosts: [Ottilie Marchbanks]\n"),
    ("show.yml", "show: Two Lamps\n"),
    ("episode.yml", "title: A title of its own\nguests: [Ferdy Quillfeather]\n"),
    ("episode.yml", "title: [no title\n"),
)


def contents() -> list[str]:
    """Return the documents of the sample corpus, each also cut short and with other people, which makes new episodes.

    Three of them tell an episode that another one tells too, and sponsors and greetings come back in several.
    """
    cut = [text[: len(text) * 2 // 3].rsplit("\n", 1)[0] for text in TEXTS]
    renamed = [text.replace("Winterbourne", "Quillfeather").replace("Ovesdal", "Marchbanks") for text in TEXTS]
    return [*TEXTS, *cut, *renamed, "no podcast at all", ""]


CONTENTS = contents()
paths = st.builds(lambda folder, number: f"{folder}/{number}.txt", st.sampled_from(FOLDERS), st.integers(0, 3))


class Lakes(RuleBasedStateMachine):
    """A raw folder and a catalogue that change, and the lake that follows them."""

    def __init__(self) -> None:
        """Begin with nothing but a catalogue of what the sample corpus names."""
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="lakes"))
        real = time.time_ns
        # Files count as unchanged only some seconds after they were written, for which no test waits.
        self.clock = mock.patch("orchestration.scan.time.time_ns", lambda: real() + HOUR_NS)
        self.clock.start()
        # The lake that follows is spread over many buckets, the one from scratch stands in one.
        self.spread = mock.patch("orchestration.buckets.DOCUMENTS_PER_BUCKET", 2)
        (self.folder / "raw").mkdir()
        self.settings = replace(
            load_settings({"PODCAST_RAW": str(self.folder / "raw"), "PODCAST_WAREHOUSE": str(self.folder / "here")}),
            dbt_project=self.folder / "dbt",
            process_count=1,
        )
        self.lines = _catalog_lines()
        self.left_out: set[int] = set(range(0, len(self.lines["aliases.csv"]), 5))
        self._write_catalog()
        self.now = datetime(2026, 3, 1, tzinfo=UTC)
        self.is_changed = False

    def teardown(self) -> None:
        """Compare once more, and clean up."""
        try:
            self.run_and_compare()
        finally:
            self.clock.stop()
            shutil.rmtree(self.folder)

    def _files(self) -> list[Path]:
        return sorted(path for path in self.settings.raw.rglob("*") if path.is_file())

    def _write_catalog(self) -> None:
        self.settings.catalog.mkdir(parents=True, exist_ok=True)
        for name, lines in self.lines.items():
            with (self.settings.catalog / name).open("w", encoding="utf-8", newline="") as file:
                kept = [
                    line for i, line in enumerate(lines) if name != "aliases.csv" or i == 0 or i not in self.left_out
                ]
                csv.writer(file, lineterminator="\n").writerows(kept)

    @rule(path=paths, number=st.integers(0, len(CONTENTS) - 1))
    def write(self, path: str, number: int) -> None:
        """Add a file, or edit the one that is there."""
        file = self.settings.raw / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(CONTENTS[number], encoding="utf-8")
        self.is_changed = True

    @rule(folder=st.sampled_from(["", *FOLDERS]), sidecar=st.sampled_from(SIDECARS))
    def state(self, folder: str, sidecar: tuple[str, str]) -> None:
        """Add or edit a sidecar."""
        file = self.settings.raw / folder / sidecar[0]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(sidecar[1], encoding="utf-8")
        self.is_changed = True

    @precondition(lambda self: self._files())
    @rule(number=st.integers(0, 100), path=paths)
    def rename(self, number: int, path: str) -> None:
        """Rename a file, perhaps over another."""
        files = self._files()
        (self.settings.raw / path).parent.mkdir(parents=True, exist_ok=True)
        files[number % len(files)].replace(self.settings.raw / path)
        self.is_changed = True

    @precondition(lambda self: self._files())
    @rule(number=st.integers(0, 100))
    def delete(self, number: int) -> None:
        """Delete a file."""
        files = self._files()
        files[number % len(files)].unlink()
        self.is_changed = True

    @rule(number=st.integers(0, 1000))
    def change_catalog(self, number: int) -> None:
        """Add or remove a line of the catalogue."""
        self.left_out ^= {1 + number % (len(self.lines["aliases.csv"]) - 1)}
        self._write_catalog()
        self.is_changed = True

    @precondition(lambda self: self._files())
    @rule(folder=st.sampled_from(("one", "two")))
    def run_for_one_folder(self, folder: str) -> None:
        """Look at one folder only: what is in others is as it was, and what is not seen is found by the next run."""
        if not (self.settings.raw / folder).is_dir():
            return
        lake = Lake(self.settings.lake)
        before = lake.read("documents") if lake.stage_key("documents") else None
        self._build(source=folder)
        self.is_changed = True
        after = {path for paths in lake.read("documents")["paths"] for path in paths}
        known = set() if before is None else {path for paths in before["paths"] for path in paths}
        assert {p for p in after if not p.startswith(f"{folder}/")} == {
            p for p in known if not p.startswith(f"{folder}/")
        }

    @precondition(lambda self: self.is_changed)
    @rule()
    def run_and_compare(self) -> None:
        """Bring the lake up to date, and compare it with one from scratch."""
        lake = self._build()
        fresh = replace(self.settings, warehouse=self.folder / "fresh")
        shutil.rmtree(fresh.warehouse, ignore_errors=True)
        expected = build_lake(fresh, load_catalog(self.settings.catalog), self.now, lambda line: None)
        for table in LAKE_TABLES:
            key = LAKE_TABLES[table].primary_key()
            both = (one.read(table).drop(TIME_OF_RUN.get(table, [])).sort(key) for one in (lake, expected))
            assert_frame_equal(*both)
        self.is_changed = False

    @invariant()
    def nothing_is_done_twice(self) -> None:
        """Without a change, a run reads no file and no document."""
        if not self.is_changed and (self.settings.lake / "documents").is_dir():
            results = run_ingest(self.settings, Lake(self.settings.lake), self.now, lambda line: None)
            assert all(result.is_kept and not result.counts["parsed_count"] for result in results)
            assert not any(result.counts["hashed_count"] for result in results)

    def _build(self, source: str | None = None) -> Lake:
        self.now += timedelta(days=1)
        catalog = load_catalog(self.settings.catalog)
        with self.spread:
            return build_lake(self.settings, catalog, self.now, lambda line: None, source)


def _catalog_lines() -> dict[str, list[list[str]]]:
    """Return the header and some lines of each file of the catalogue: those whose names the sample corpus has."""
    said = "\n".join(TEXTS).casefold()
    lines = {}
    for file in HEADERS:
        with (ROOT / "dbt_project" / "seeds" / file).open(encoding="utf-8", newline="") as opened:
            lines[file] = list(csv.reader(opened))
    entities = {line[0]: line for file in ENTITY_FILES for line in lines[file][1:]}
    kept = {key for key, line in entities.items() if f" {line[1].casefold()} " in said}
    while (
        referred := {part for key in kept for cell in entities[key][2:] for part in cell.split("|")} & entities.keys()
    ):
        if referred <= kept:
            break
        # What lines that stay refer to stays.
        kept |= referred
    return {
        file: [rows[0], *(row for row in rows[1:] if {c for c in row if c in entities} <= kept)]
        for file, rows in lines.items()
    }


def _run(machine: type[RuleBasedStateMachine], examples: int, steps: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_lake_that_followed_changes_equals_one_from_scratch():
    _run(Lakes, examples=4, steps=10)


@pytest.mark.slow
def test_a_lake_that_followed_very_many_changes_equals_one_from_scratch():
    _run(Lakes, examples=60, steps=25)
