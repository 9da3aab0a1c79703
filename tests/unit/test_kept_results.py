"""What is kept of a computation over all copies is recalled with what changed since, or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from orchestration.io.lake import Lake
from orchestration.kept_results import KeptResults
from orchestration.schemas.copy_words import CopyWords

FRAMES = {"pairs": pl.DataFrame({"a": ["c1"], "weight": [0.5]}), "none": pl.DataFrame(schema={"a": pl.String})}


def words(**copies: list[int]) -> pl.DataFrame:
    """Return rows of `copy_words` for what copies say."""
    rows = {"copy_id": list(copies), "speech": list(copies.values()), "notes": [[copy] for copy in copies]}
    empty = CopyWords.create_empty()
    return pl.DataFrame(rows, schema={name: empty.schema[name] for name in rows}).with_columns(
        pl.lit([], empty.schema[name]).alias(name) for name in empty.columns if name not in rows
    )


def write(lake: Lake, *parts: pl.DataFrame) -> None:
    """Write the parts of `copy_words`."""
    of = {
        bucket: lake.write_part("copy_words", bucket, lake.checked("copy_words", rows), "k")
        for bucket, rows in enumerate(parts)
    }
    lake.record("copy_words", of, "k")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    write(lake, words(c1=[1, 2], c2=[3]), words(c3=[4]))
    return lake


def kept(lake: Lake, version: str = "v") -> KeptResults:
    return KeptResults(lake, "copy_links", version)


def test_nothing_is_known_at_first(lake):
    assert kept(lake).recall() is None


def test_frames_come_back_with_the_copies_that_came_changed_or_went_and_their_words_of_then(lake):
    kept(lake).keep(FRAMES)
    same = kept(lake).recall()
    assert same is not None and same.changed == frozenset() and same.before.is_empty()
    # The first copy stands in another part, but is the same.
    write(lake, words(c2=[3, 3], c4=[9]), words(c1=[1, 2]))
    last = kept(lake).recall()
    assert last is not None and last.changed == {"c2", "c3", "c4"}
    assert sorted(last.before.select("copy_id", "speech").rows()) == [("c2", [3]), ("c3", [4])]
    assert last.before["notes"].to_list() == [[copy] for copy in last.before["copy_id"]]
    assert last.frames.keys() == FRAMES.keys()
    for name, frame in FRAMES.items():
        assert_frame_equal(last.frames[name], frame)


def test_what_is_kept_takes_the_place_of_what_was(lake):
    kept(lake).keep(FRAMES)
    write(lake, words(c1=[7]))
    kept(lake).keep({"other": FRAMES["pairs"]})
    last = kept(lake).recall()
    assert last is not None and last.changed == frozenset() and last.frames.keys() == {"other"}
    assert sorted(path.name for path in lake.kept("copy_links").glob("rows-*")) == ["rows-00000.parquet"]


def test_words_that_are_the_same_take_no_room(lake):
    kept(lake).keep(FRAMES)
    files = sorted(lake.kept("copy_links").glob("rows-*"))
    assert [path.stat().st_ino for path in files] == [lake.path("copy_words", at).stat().st_ino for at in range(2)]


def test_words_are_copied_where_a_file_has_one_name_only(lake, monkeypatch):
    def refuse(*names: object) -> None:
        raise PermissionError("no second name")

    monkeypatch.setattr(os, "link", refuse)
    kept(lake).keep(FRAMES)
    write(lake, words(c1=[1]))
    last = kept(lake).recall()
    assert last is not None and sorted(last.before["copy_id"]) == ["c1", "c2", "c3"]


def test_other_code_recalls_nothing(lake):
    kept(lake).keep(FRAMES)
    assert kept(lake, "another").recall() is None


@pytest.mark.parametrize("name", ["index.json", "copies.parquet", "pairs.parquet", "rows-00001.parquet"])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"[1]", b"\0garbage"])
def test_nothing_is_recalled_of_what_is_damaged(lake, name, content):
    kept(lake).keep(FRAMES)
    write(lake, words(c1=[1, 2], c2=[3]), words(c3=[5]))
    path = lake.kept("copy_links") / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert kept(lake).recall() is None
    kept(lake).keep(FRAMES)
    assert kept(lake).recall() is not None


def test_words_of_then_that_were_cut_in_place_are_not_taken_for_them(lake):
    kept(lake).keep(FRAMES)
    write(lake, words(c1=[1, 2], c2=[3]), words(c3=[5]))
    path = lake.kept("copy_links") / "rows-00001.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    assert kept(lake).recall() is None


def test_a_run_that_was_killed_while_it_kept_leaves_what_was_kept_or_nothing(lake):
    kept(lake).keep(FRAMES)
    folder = lake.kept("copy_links")
    shutil.copytree(folder, folder.with_name("kept-new"))
    (folder.with_name("kept-new") / "index.json").unlink()
    assert kept(lake).recall() is not None
    shutil.rmtree(folder)
    assert kept(lake).recall() is None
    kept(lake).keep(FRAMES)
    assert kept(lake).recall() is not None and not folder.with_name("kept-new").exists()


def test_once_something_is_damaged_nothing_of_it_is_kept(lake):
    kept(lake).keep(FRAMES)
    assert lake.damaged() == []
    assert kept(lake).recall() is None
