"""Ingest: good files become rows, bad ones become rejects, unchanged ones are not read again."""

from __future__ import annotations

import gzip
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from orchestration.formats import registry
from orchestration.formats.decoding import Decoded
from orchestration.formats.document import Copy, ParsedDocument, StatedPerson
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


def zipped(path: Path, **members: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".txt", content)


def copies(frames: Frames) -> dict[str, dict[str, Any]]:
    """Return the copies of a corpus of documents with one copy each, by path."""
    paths = dict(frames["documents"].select("document_id", "path").iter_rows())
    return {paths[row["document_id"]]: row for row in frames["episode_copies"].iter_rows(named=True)}


def same_but_for_the_time(one: Frames, other: Frames) -> None:
    for table in one:
        assert_frame_equal(
            one[table].drop("ingested_at", strict=False),
            other[table].drop("ingested_at", strict=False),
            check_row_order=False,
        )


def test_members_of_archives_are_documents_and_bad_ones_stop_nothing(tmp_path):
    row = WHISPER.replace("Line", "Row")
    zipped(tmp_path / "a.zip", one=WHISPER, sub__two=row, empty="", unknown="a,b\n1,2\n" * 50)
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(WHISPER.replace("Line", "Verse").encode()))
    (tmp_path / "c.txt").write_text(WHISPER)
    (tmp_path / "d.zip").write_bytes(b"PK\x03\x04 cut")
    result = run(tmp_path)
    assert set(copies(result.frames)) == {"a.zip!/one.txt", "a.zip!/sub/two.txt", "b.txt.gz!/b.txt"}
    assert set(reasons(result.frames)) == {"a.zip!/empty.txt", "a.zip!/unknown.txt", "c.txt", "d.zip"}
    assert "the same content as a.zip!/one.txt" in reasons(result.frames)["c.txt"]
    again = run(tmp_path, result.frames, LATER)
    assert again.parsed_count == 0
    same_but_for_the_time(result.frames, again.frames)


def test_content_decides_whatever_the_extension_says(tmp_path):
    for name in ("one.json", "two.vtt", "three.xml", "four", "five.mp3"):
        (tmp_path / name).write_text(WHISPER.replace("Line", f"Line {name[:2]}"))
    (tmp_path / "six.srt").write_bytes(WHISPER.encode("utf-16"))
    (tmp_path / "seven.txt").write_bytes(WHISPER.replace("Line", "Verse").encode("utf-16-be"))
    frames = run(tmp_path).frames
    assert frames["documents"]["format"].to_list() == ["whisper_text"] * 7
    assert copies(frames)["six.srt"]["word_count"] == 60
    assert set(reasons(frames)) == {"seven.txt"}
    assert "no byte-order mark" in reasons(frames)["seven.txt"]


def test_sidecars_state_what_a_file_cannot_say(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.txt").write_text(WHISPER)
    (tmp_path / "show.yml").write_text("show: Night Build\nhosts: [Ada Byte]\nlanguage: German\n")
    (tmp_path / "a" / "episode.yml").write_text("title: The First\nguests: [Bob Low]\ndate: 2025-01-31\n")
    (tmp_path / "a" / "one.txt.yml").write_text("guid: g1\nurl: https://youtu.be/abcdefghijk\n")
    result = run(tmp_path)
    assert result.frames["rejects"].is_empty()
    copy = copies(result.frames)["a/one.txt"]
    assert {key: copy[key] for key in ("show_name", "title", "guid", "video_id", "language", "language_source")} == {
        "show_name": "Night Build",
        "title": "The First",
        "guid": "g1",
        "video_id": "abcdefghijk",
        "language": "de",
        "language_source": "stated",
    }
    assert (copy["published_on"], copy["date_source"]) == (date(2025, 1, 31), "stated")
    assert copy["stated_fields"] == ["show", "title", "date", "hosts", "guests", "url", "language", "guid"]
    people = result.frames["stated_people"].select("name", "role", "source", "char_start").rows()
    assert people == [("Ada Byte", "host", "sidecar", None), ("Bob Low", "guest", "sidecar", None)]
    document = result.frames["documents"].row(0, named=True)
    assert document["sidecars"] == ["a/one.txt.yml", "a/episode.yml", "show.yml"]
    assert result.frames["passages"].is_empty(), "a stated title has no characters in the document"


def test_a_changed_sidecar_makes_only_its_documents_read_again(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "t.txt").write_text(WHISPER.replace("Line", f"Line {folder}"))
        (tmp_path / folder / "show.yml").write_text(f"show: Show {folder}\n")
    first = run(tmp_path)
    assert first.parsed_count == 2
    (tmp_path / "a" / "show.yml").write_text("show: Another\n")
    second = run(tmp_path, first.frames, LATER)
    assert (second.parsed_count, second.kept_count, second.dropped_count) == (1, 1, 0)
    assert {path: copy["show_name"] for path, copy in copies(second.frames).items()} == {
        "a/t.txt": "Another",
        "b/t.txt": "Show b",
    }
    (tmp_path / "a" / "show.yml").unlink()
    (tmp_path / "b" / "show.yml").write_text("show: Show b\nhots: [Ada]\n")
    third = run(tmp_path, second.frames, LATER)
    assert third.parsed_count == 2
    assert copies(third.frames)["a/t.txt"]["show_name"] is None
    assert "unknown key" in reasons(third.frames)["b/show.yml"]
    same_but_for_the_time(third.frames, run(tmp_path).frames)
    same_but_for_the_time(run(tmp_path, third.frames, LATER).frames, run(tmp_path).frames)


def test_a_sidecar_that_cannot_be_used_is_a_reject_and_no_document(tmp_path):
    (tmp_path / "one.txt").write_text(WHISPER)
    (tmp_path / "one.txt.yml").write_text("title: [")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "episode.yml").write_text("title: Of nothing\n")
    frames = run(tmp_path).frames
    assert frames["documents"]["path"].to_list() == ["one.txt"]
    assert set(reasons(frames)) == {"one.txt.yml", "empty/episode.yml"}
    assert frames["rejects"]["document_id"].null_count() == 2


def test_what_is_of_one_episode_is_not_said_of_a_document_of_several(tmp_path, monkeypatch):
    text = "one two"
    parsed = ParsedDocument("twins", text, (Copy(0, 3, "char=0,3"), Copy(4, 7, "char=4,7")))
    monkeypatch.setattr(registry, "read", lambda raw: registry.Read(Decoded(text, "utf-8", False), parsed, ()))
    (tmp_path / "one.txt").write_text(text)
    (tmp_path / "one.txt.yml").write_text("show: Both\ntitle: One\nguid: g\n")
    first = run(tmp_path)
    assert first.frames["episode_copies"].select("show_name", "title", "guid").rows() == [("Both", None, None)] * 2
    assert "title, guid: of one episode, but a file that it speaks of holds 2" in reasons(first.frames)["one.txt.yml"]
    same_but_for_the_time(first.frames, run(tmp_path, first.frames, LATER).frames)


def test_whom_a_document_states_is_kept_unless_a_sidecar_says_otherwise(tmp_path, monkeypatch):
    text = "Ada Byte, Bob Low"
    people = (StatedPerson("Ada Byte", "unknown", 0, 8), StatedPerson("Bob Low", "guest", 10, 17))
    parsed = ParsedDocument("front", text, (Copy(0, 17, "char=0,17", people=people),))
    monkeypatch.setattr(registry, "read", lambda raw: registry.Read(Decoded(text, "utf-8", False), parsed, ()))
    (tmp_path / "one.txt").write_text(text)
    (tmp_path / "one.txt.yml").write_text("hosts: [ada byte]\n")
    found = run(tmp_path).frames["stated_people"]
    assert found.select("name", "role", "source", "char_start", "char_end").rows() == [
        ("ada byte", "host", "sidecar", None, None),
        ("Bob Low", "guest", "front_matter", 10, 17),
    ]


def test_garbled_characters_are_flagged_and_left_as_they_are(tmp_path):
    garbled = WHISPER.replace("Line", "Liné").encode().decode("cp1252")
    (tmp_path / "one.txt").write_text(garbled)
    (tmp_path / "two.txt").write_text(WHISPER)
    frames = run(tmp_path).frames
    assert {path: copy["has_mojibake"] for path, copy in copies(frames).items()} == {"one.txt": True, "two.txt": False}
    assert garbled in frames["document_texts"]["text"].to_list()
    assert "20 garbled characters" in reasons(frames)["one.txt"]


def test_a_language_is_detected_where_there_is_enough_text(tmp_path):
    for name, said in (("en", "We talk about the boats and the harbour."), ("de", "Wir reden über Boote und Häfen.")):
        (tmp_path / f"{name}.txt").write_text(WHISPER.replace("Line", said))
    (tmp_path / "short.txt").write_text("\n".join(WHISPER.split("\n")[:2]))
    found = copies(run(tmp_path).frames)
    assert {path: (copy["language"], copy["language_source"]) for path, copy in found.items()} == {
        "en.txt": ("en", "detected"),
        "de.txt": ("de", "detected"),
        "short.txt": (None, "none"),
    }


@pytest.mark.acceptance
def test_packed_samples_are_the_documents_that_they_are_unpacked(shared, tmp_path):
    folder = shared / "samples" / "podcasting20"
    unpacked = run(folder).frames
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files[1:]:
            archive.write(path, path.relative_to(folder))
    (tmp_path / "first.gz").write_bytes(gzip.compress(files[0].read_bytes()))
    packed = run(tmp_path).frames
    for table in ("document_texts", "episode_copies", "segments", "passages", "chapters", "stated_people"):
        assert_frame_equal(packed[table], unpacked[table], check_row_order=False)
    assert packed["rejects"].height == unpacked["rejects"].height


@pytest.mark.acceptance
def test_languages_of_the_samples(shared):
    """The folder has two episodes in Spanish; whatever else is known is English."""
    frames = [run(shared / "samples" / name).frames for name in ("podcasting20", "markdown_front_matter", "asr_json")]
    known = pl.concat(frame["episode_copies"].select("language", "word_count", "has_mojibake") for frame in frames)
    assert known.filter(language="es").height == 2
    assert set(known["language"].drop_nulls()) == {"en", "es"}
    assert known.filter(pl.col("language").is_null() & (pl.col("word_count") >= 30)).is_empty()
    assert not known["has_mojibake"].any()


def versions(**changed: str) -> Any:
    """Return a replacement for the versions of the formats, of which some are other ones."""
    return lambda: {known.FORMAT: changed.get(known.FORMAT, "v1") for known in registry.FORMATS}


def test_a_better_parser_reads_documents_of_its_own_format_only(tmp_path, monkeypatch):
    (tmp_path / "one.txt").write_text(WHISPER)
    (tmp_path / "two.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:03.000\nHello there, all of you.\n")
    monkeypatch.setattr("orchestration.ingest.format_versions", versions())
    first = run(tmp_path)
    monkeypatch.setattr("orchestration.ingest.format_versions", versions(webvtt="v2"))
    second = ingest(tmp_path, scan(tmp_path, 10_000_000), first.frames, LATER, is_same_code=False)
    assert (second.parsed_count, second.kept_count) == (1, 1)
    read_at = dict(second.frames["documents"].select("path", "ingested_at").iter_rows())
    assert read_at == {"one.txt": FIRST, "two.vtt": LATER}


def test_what_a_changed_format_claims_is_read_by_it(tmp_path, monkeypatch):
    (tmp_path / "one.txt").write_text(WHISPER)
    (tmp_path / "two.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:03.000\nHello there, all of you.\n")
    first = run(tmp_path)
    monkeypatch.setattr("orchestration.formats.subrip.sniff", lambda text: 2.0 if "WEBVTT" in text else 0.0)
    second = ingest(tmp_path, scan(tmp_path, 10_000_000), first.frames, LATER, is_same_code=False)
    assert (second.parsed_count, second.kept_count) == (1, 1)
    assert ingest(tmp_path, scan(tmp_path, 10_000_000), first.frames, LATER).kept_count == 2


def test_what_no_format_knew_is_looked_at_again_by_new_code(tmp_path, monkeypatch):
    (tmp_path / "unknown.csv").write_text("a,b\n1,2\n" * 50)
    (tmp_path / "one.txt").write_text(WHISPER)
    first = run(tmp_path)
    monkeypatch.setattr("orchestration.ingest.parse_version", lambda: "other")
    second = ingest(tmp_path, scan(tmp_path, 10_000_000), first.frames, LATER, is_same_code=False)
    assert (second.parsed_count, second.kept_count) == (1, 1)


def test_a_file_within_a_limit_that_was_raised_is_read(tmp_path):
    (tmp_path / "one.txt").write_text(WHISPER)
    first = ingest(tmp_path, scan(tmp_path, 10), None, FIRST)
    assert (first.parsed_count, first.frames["documents"]["status"].to_list()) == (0, ["rejected"])
    second = run(tmp_path, first.frames, LATER)
    assert (second.parsed_count, second.frames["documents"]["status"].to_list()) == (1, ["parsed"])
    assert second.frames["rejects"].is_empty()
