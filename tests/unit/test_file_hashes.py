"""An unchanged file is not read again, and no changed one is taken for unchanged."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from orchestration.file_hashes import FileHashes, RawFile, Stamp
from orchestration.scan import scan

LONG_AGO_NS = 1_600_000_000_000_000_000


@pytest.fixture
def looked(tmp_path, monkeypatch):
    """Return a function that scans `raw` with what earlier calls found, and returns files and how many were read.

    Nobody can set back when a file was changed, so the clock of the one who looks is ahead by an hour.
    """
    (tmp_path / "raw").mkdir()
    real = __import__("time").time_ns
    monkeypatch.setattr("orchestration.scan.time.time_ns", lambda: real() + 3_600_000_000_000)

    def look(limit: int = 10_000, source: str | None = None) -> tuple[list[RawFile], int]:
        hashes = FileHashes(tmp_path / "hashes.parquet", str(limit))
        files = list(scan(tmp_path / "raw", limit, hashes, source))
        hashes.save()
        return files, hashes.read_count

    look.raw = tmp_path / "raw"  # type: ignore[attr-defined]
    return look


def test_an_unchanged_file_is_read_once(looked):
    (looked.raw / "a.txt").write_text("one")
    (looked.raw / "b.txt").write_text("two")
    first, count = looked()
    assert count == 2
    assert looked() == (first, 0)
    (looked.raw / "b.txt").write_text("2.0")
    second, count = looked()
    assert count == 1 and second[0] == first[0] and second[1].document_id != first[1].document_id


def test_a_change_that_keeps_size_and_time_is_seen(looked):
    path = looked.raw / "a.txt"
    path.write_text("one")
    os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS))
    first, _ = looked()
    path.write_text("two")
    os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS))
    second, count = looked()
    assert count == 1 and first != second


def test_the_members_of_an_archive_are_remembered(looked):
    with zipfile.ZipFile(looked.raw / "talks.zip", "w") as archive:
        archive.writestr("one.txt", "one")
        archive.writestr("../two.txt", "two")
    first, count = looked()
    assert count == 1 and [file.path for file in first] == ["talks.zip!/../two.txt", "talks.zip!/one.txt"]
    again, count = looked()
    assert (again, count) == (first, 0)
    assert [(file.file, file.member) for file in again] == [(file.file, file.member) for file in first]


def test_what_cannot_be_read_is_looked_at_each_time(looked):
    (looked.raw / "gone").symlink_to("nowhere")
    (looked.raw / "large.txt").write_text("x" * 20_000)
    first, _ = looked()
    assert [bool(file.problem) for file in first] == [True, True]
    (looked.raw / "nowhere").write_text("here")
    assert {file.path: file.problem is None for file in looked()[0]} == {
        "gone": True,
        "large.txt": False,
        "nowhere": True,
    }
    assert all(file.problem is None for file in looked(limit=30_000)[0])


def test_a_file_changed_just_before_the_look_is_read_again(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.txt").write_text("one")
    for _ in range(2):
        hashes = FileHashes(tmp_path / "hashes.parquet")
        list(scan(raw, 10_000, hashes))
        hashes.save()
        assert hashes.read_count == 1


@pytest.mark.parametrize(
    ("modified_s", "looked_s", "is_settled"), [(100, 110, True), (100, 102, False), (100, 100, False), (100, 50, False)]
)
def test_a_stamp_counts_only_when_later_changes_would_show(modified_s, looked_s, is_settled):
    second = 1_000_000_000
    assert Stamp(1, modified_s * second, 0, 1).is_settled(looked_s * second) is is_settled
    assert Stamp(1, 0, modified_s * second, 1).is_settled(looked_s * second) is is_settled


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(200) + b"PAR1", b"\0" * 4000])
def test_a_damaged_memory_is_none(tmp_path, content):
    path = tmp_path / "hashes.parquet"
    path.write_bytes(content)
    hashes = FileHashes(path)
    assert hashes.others(lambda file: False) == []
    found = RawFile("a", "0" * 64, 3, None, Path("a"))
    hashes.put(Path("a"), Stamp(3, 1, 1, 1), (found,))
    hashes.save()
    assert FileHashes(path).get(Path("a"), Stamp(3, 1, 1, 1)) == (found,)


def test_names_that_are_no_text_are_remembered(looked):
    (looked.raw / os.fsdecode(b"caf\xe9.txt")).write_text("one")
    first, _ = looked()
    assert looked() == (first, 0)


def test_a_folder_that_is_none_is_told_with_those_that_are(looked):
    (looked.raw / "one").mkdir()
    (looked.raw / "file").write_text("x")
    for wrong in ("two", "", ".", "..", "one/", "/", "file"):
        with pytest.raises(ValueError, match=r"there is no folder .* there is: one"):
            looked(source=wrong)


def test_only_one_folder_is_looked_at_and_what_speaks_of_all(looked):
    for name in ("one/a.txt", "two/b.txt", "c.txt", "show.yml"):
        (looked.raw / name).parent.mkdir(exist_ok=True)
        (looked.raw / name).write_text(name)
    assert [file.path for file in looked(source="one")[0]] == ["show.yml", "one/a.txt"]
