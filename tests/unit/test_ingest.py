"""Ingest: good files become rows, bad ones become rejects, unchanged ones are not read again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from orchestration.ingest import Frames, Ingested, ingest
from orchestration.scan import scan

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime(2026, 3, 2, tzinfo=UTC)

WHISPER = "\n".join(
    f"[00:00:{second:02}.000 --> 00:00:{second + 2:02}.000]   {'- ' if second % 4 == 0 else ''}Line number {second}."
    for second in range(0, 40, 2)
)


def run(raw: Path, previous: Frames | None = None, now: datetime = FIRST) -> Ingested:
    return ingest(raw, scan(raw, 10_000_000), previous, now)


def reasons(frames: Frames) -> dict[str, str]:
    return dict(frames["rejects"].select("path", "reason").iter_rows())


def test_a_good_file_becomes_rows_of_every_table(tmp_path):
    (tmp_path / "show").mkdir()
    (tmp_path / "show" / "one.txt").write_text(WHISPER)
    frames = run(tmp_path).frames
    document = frames["documents"].row(0, named=True)
    assert (document["path"], document["status"], document["format"]) == ("show/one.txt", "parsed", "whisper_text")
    assert frames["document_texts"]["text"].to_list() == [WHISPER]
    copy = frames["episode_copies"].row(0, named=True)
    assert (copy["segment_count"], copy["has_timestamps"], copy["has_speakers"]) == (20, True, False)
    assert copy["word_count"] == 60
    assert frames["segments"].height == 20
    assert frames["rejects"].is_empty()


def test_each_bad_file_is_a_reject_and_stops_nothing(tmp_path):
    (tmp_path / "good.txt").write_text(WHISPER)
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "binary.mp3").write_bytes(b"ID3\x04\x00\x00\x00" + bytes(range(256)) * 8)
    (tmp_path / "unknown.csv").write_text("a,b\n1,2\n" * 50)
    (tmp_path / "latin.txt").write_bytes(WHISPER.replace("Line", "Liné").encode("cp1252"))
    (tmp_path / "twin.txt").write_text(WHISPER)
    (tmp_path / "away.txt").symlink_to("/etc/hostname")
    result = run(tmp_path)
    assert set(reasons(result.frames)) == {
        "empty.txt",
        "binary.mp3",
        "unknown.csv",
        "latin.txt",
        "twin.txt",
        "away.txt",
    }
    assert "good.txt" in reasons(result.frames)["twin.txt"]
    parsed = result.frames["documents"].filter(pl.col("status") == "parsed")
    assert sorted(parsed["path"]) == ["good.txt", "latin.txt"]
    assert parsed.filter(path="latin.txt")["encoding"].item() == "cp1252"
    assert all(result.frames["rejects"]["remedy"])


def test_one_long_line_is_no_trouble(tmp_path):
    (tmp_path / "line.txt").write_text("word " * 400_000)
    (tmp_path / "good.txt").write_text(WHISPER)
    frames = run(tmp_path).frames
    assert frames["episode_copies"].height == 1
    assert "line.txt" in reasons(frames)


def test_a_second_run_reads_nothing_and_changes_nothing(tmp_path):
    (tmp_path / "one.txt").write_text(WHISPER)
    (tmp_path / "empty.txt").write_bytes(b"")
    first = run(tmp_path)
    second = run(tmp_path, first.frames, LATER)
    assert (second.parsed_count, second.kept_count, second.dropped_count) == (0, 2, 0)
    for table, frame in first.frames.items():
        assert_frame_equal(frame, second.frames[table], check_row_order=False)


def test_only_what_is_new_is_read_and_what_is_gone_is_dropped(tmp_path):
    (tmp_path / "one.txt").write_text(WHISPER)
    (tmp_path / "two.txt").write_text(WHISPER.replace("Line", "Row"))
    first = run(tmp_path)
    (tmp_path / "one.txt").unlink()
    (tmp_path / "two.txt").rename(tmp_path / "moved.txt")
    (tmp_path / "three.txt").write_text(WHISPER.replace("Line", "Verse"))
    second = run(tmp_path, first.frames, LATER)
    assert (second.parsed_count, second.kept_count, second.dropped_count) == (1, 1, 1)
    assert sorted(second.frames["documents"]["path"]) == ["moved.txt", "three.txt"]
    assert second.frames["segments"].height == 40


def test_step_by_step_equals_from_scratch(tmp_path):
    (tmp_path / "one.txt").write_text(WHISPER)
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\x00broken" + b"\x00" * 60)
    frames = run(tmp_path).frames
    (tmp_path / "copy.txt").write_text(WHISPER)
    frames = run(tmp_path, frames, LATER).frames
    (tmp_path / "one.txt").unlink()
    (tmp_path / "bad.txt").rename(tmp_path / "worse.txt")
    frames = run(tmp_path, frames, LATER).frames
    scratch = run(tmp_path).frames
    for table in scratch:
        assert_frame_equal(
            frames[table].drop("ingested_at", strict=False),
            scratch[table].drop("ingested_at", strict=False),
            check_row_order=False,
        )


def test_a_file_that_changes_while_it_is_read_is_looked_at_again_next_time(tmp_path):
    file = tmp_path / "one.txt"
    file.write_text(WHISPER)
    found = list(scan(tmp_path, 10_000_000))
    file.write_text(WHISPER + "\nmore")
    first = ingest(tmp_path, found, None, FIRST)
    assert first.frames["documents"].is_empty()
    assert "changed while it was read" in reasons(first.frames)["one.txt"]
    assert run(tmp_path, first.frames).parsed_count == 1


def test_nothing_gives_empty_tables(tmp_path):
    frames = run(tmp_path).frames
    assert all(frame.is_empty() for frame in frames.values())


def test_a_file_too_large_stays_one_reject_when_it_is_renamed(tmp_path):
    (tmp_path / "large.txt").write_text("x" * 200)
    first = ingest(tmp_path, scan(tmp_path, 100), None, FIRST).frames
    (tmp_path / "large.txt").rename(tmp_path / "renamed.txt")
    second = ingest(tmp_path, scan(tmp_path, 100), first, LATER).frames
    assert list(reasons(second)) == ["renamed.txt"]
