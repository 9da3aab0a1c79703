"""Damaged files of the lake, files that change under a run, and a clock that jumps: the next run has the right rows."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.load import load_catalog
from orchestration.history import read_runs
from orchestration.io.lake import DamagedPartError, Lake
from orchestration.pipeline import build_lake
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import Settings, load_settings
from tests.conftest import FAULTS, ROOT
from tests.faults import walk

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(load_settings().catalog)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Settings:
    """Return the settings of a lake of two documents that tell one episode."""
    folder = tmp_path_factory.mktemp("clean")
    (folder / "raw").mkdir()
    for file in sorted((ROOT / "raw").rglob("*.txt"))[:2]:
        shutil.copy(file, folder / "raw")
    settings = replace(load_settings(), raw=folder / "raw", warehouse=folder / "warehouse", process_count=1)
    build_lake(settings, catalog, NOW, lambda line: None)
    return settings


def rows(settings: Settings) -> dict[str, pl.DataFrame]:
    """Return all tables, but for when a content was first read."""
    lake = Lake(settings.lake)
    return {table: lake.read(table).drop("ingested_at", strict=False) for table in LAKE_TABLES}


def heal(settings: Settings, catalog: Catalog) -> None:
    """Run until a run ends well: one that meets a damaged file may end with it, the one after must not."""
    try:
        build_lake(settings, catalog, NOW + timedelta(days=1), lambda line: None)
    except DamagedPartError:
        build_lake(settings, catalog, NOW + timedelta(days=1), lambda line: None)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut to half": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "garbage": lambda content: b"\x00garbage" * 10,
}


def damage_and_heal(clean: Settings, folder: Path, catalog: Catalog, files: list[Path], how: str) -> None:
    here = replace(clean, warehouse=folder / "warehouse")
    shutil.copytree(clean.warehouse, here.warehouse)
    for file in files:
        path = here.warehouse / file
        path.write_bytes(DAMAGE[how](path.read_bytes()))
    heal(here, catalog)
    expected = rows(clean)
    for table, frame in rows(here).items():
        assert_frame_equal(frame, expected[table])


def files_of(clean: Settings) -> list[Path]:
    found = sorted(path.relative_to(clean.warehouse) for path in clean.lake.rglob("*") if path.is_file())
    assert len(found) > 2 * len(LAKE_TABLES)
    return found


@pytest.mark.parametrize("how", DAMAGE)
def test_every_file_of_the_lake_damaged_at_once(clean, tmp_path, catalog, how):
    damage_and_heal(clean, tmp_path, catalog, files_of(clean), how)


@pytest.mark.slow
@pytest.mark.parametrize("how", DAMAGE)
def test_each_file_of_the_lake_damaged_alone(clean, tmp_path, catalog, how, tell):
    files = files_of(clean)
    for number, file in enumerate(files):
        damage_and_heal(clean, tmp_path / str(number), catalog, [file], how)
        shutil.rmtree(tmp_path / str(number))
    fault = f"{len(files)} files of the lake, each {how}"
    tell(FAULTS, fault, "readers do not read it", "the same rows as a lake left alone")


def test_a_file_of_the_lake_that_rots_is_found_once_it_is_read(clean, tmp_path, catalog):
    here = replace(clean, warehouse=tmp_path / "warehouse")
    shutil.copytree(clean.warehouse, here.warehouse)
    lake = Lake(here.lake)
    assert lake.damaged() == []
    path = lake.path("mentions")
    content, status = bytearray(path.read_bytes()), path.stat()
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert lake.damaged() == [path]
    heal(here, catalog)
    expected = rows(clean)
    for table, frame in rows(here).items():
        assert_frame_equal(frame, expected[table])


def test_a_raw_file_that_changes_while_it_is_read(tmp_path, catalog, tell):
    settings = replace(load_settings(), raw=tmp_path / "raw", warehouse=tmp_path / "warehouse", process_count=1)
    settings.raw.mkdir()
    texts = [
        "\n".join(f"[00:{m:02}:00.000 --> 00:{m:02}:59.000]   Line {m} of text {n}." for m in range(20))
        for n in range(9)
    ]
    stop = threading.Event()

    def rewrite() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            (settings.raw / "a.txt").write_text(texts[number % len(texts)], encoding="utf-8")

    writing = threading.Thread(target=rewrite)
    writing.start()
    try:
        for _ in range(12):
            lake = build_lake(settings, catalog, NOW, lambda line: None)
            for document_id, text in lake.read("document_texts").iter_rows():
                # What is in the lake is what its hash says, whatever the file was a moment later.
                assert hashlib.sha256(text.encode()).hexdigest() == document_id
    finally:
        stop.set()
        writing.join()
    lake = build_lake(settings, catalog, NOW, lambda line: None)
    assert lake.read("document_texts")["text"].to_list() in ([text] for text in texts)
    assert (settings.raw / "a.txt").read_text(encoding="utf-8") == lake.read("document_texts")["text"].item()
    tell(
        FAULTS, "a raw file that changes while it is read", "rows of one content or a reject", "the content of the file"
    )


def test_a_clock_that_jumps(tmp_path, monkeypatch, tell):
    settings = replace(load_settings(), warehouse=tmp_path)
    for title, now in (
        ("one", NOW),
        ("two", NOW - timedelta(days=900)),
        ("three", NOW + timedelta(days=9_000)),
        ("four", NOW),
    ):
        monkeypatch.setattr(walk, "NOW", now)
        walk.release(settings, title)
        served = walk.current_release(settings)
        assert served and (served.key, f"release {served.release_id}, whole") == (title, walk.what_is_served(tmp_path))
    runs = read_runs(settings)
    assert runs["release_id"].to_list() == ["000001", "000002", "000003", "000004"]
    # What is recent is counted from the newest episode, never from the clock.
    assert set(runs["as_of_date"].cast(pl.String)) == {"2026-02-03"}
    tell(FAULTS, "clock 900 days back, 9,000 ahead, and back", "whole, numbers go on", "the newest release is served")
