"""Archives are looked into within limits, and nothing of them reaches the disk."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration import containers
from orchestration.containers import Archive, ContainerError, Member, kind_of
from orchestration.file_hashes import RawFile
from orchestration.scan import ContentReader, scan

LIMIT = 3_000_000


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def look(raw: bytes, name: str = "a.zip") -> dict[str, Member]:
    return {member.name: member for member in Archive(raw, name).members(LIMIT)}


def reason(member: Member) -> str:
    assert member.content is None and member.problem is not None and member.problem.remedy
    return member.problem.reason


def test_a_zip_gives_its_files_without_folders_and_hidden_ones():
    raw = zipped(("b/two.vtt", b"2"), ("one.vtt", b"1"), ("b/", b""), (".hidden", b"x"), ("__MACOSX/b/._two", b"x"))
    assert {name: member.content for name, member in look(raw).items()} == {"b/two.vtt": b"2", "one.vtt": b"1"}


def test_a_gzip_file_is_named_after_itself_and_may_have_several_parts():
    raw = gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two")
    assert look(raw, "talk.vtt.gz")["talk.vtt"].content == b"one two"
    assert look(raw + b"\0\0\0", "talk")["talk"].content == b"one two"


@pytest.mark.parametrize("name", ["../up.txt", "a/../../up.txt", "/etc/passwd", "C:\\up.txt", "..\\up.txt"])
def test_no_path_leaves_the_archive(name):
    (member,) = look(zipped((name, b"x"))).values()
    assert "leads out of the archive" in reason(member)


def test_links_and_encrypted_entries_are_refused_and_stop_nothing():
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    raw = bytearray(zipped((link, b"/etc/passwd"), ("locked.txt", b"secret"), ("good.txt", b"good")))
    at = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 1)
    raw[at + 8] |= 1
    found = look(bytes(raw))
    assert "symbolic link" in reason(found["link"])
    assert reason(found["locked.txt"]) == "encrypted"
    assert found["good.txt"].content == b"good"


def test_a_damaged_entry_is_refused_and_stops_nothing():
    raw = bytearray(zipped(("bad.txt", b"words " * 99), ("good.txt", b"good"), method=zipfile.ZIP_STORED))
    raw[raw.index(b"words")] ^= 1
    found = look(bytes(raw))
    assert "CRC" in reason(found["bad.txt"])
    assert found["good.txt"].content == b"good"


def test_archives_inside_archives_are_refused():
    found = look(zipped(("in.zip", zipped(("x", b"x"))), ("in.txt", gzip.compress(b"x"))))
    assert all("archive inside an archive" in reason(member) for member in found.values())
    assert "archive inside" in reason(look(gzip.compress(gzip.compress(b"x")), "a.gz")["a"])


def test_a_second_entry_of_the_same_name_is_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        raw = zipped(("a.txt", b"1"), ("a.txt", b"2"))
    first, second = Archive(raw, "a.zip").members(LIMIT)
    assert first.content == b"1"
    assert "second entry" in reason(second)


def test_what_grows_too_large_is_refused_whatever_its_header_says():
    raw = bytearray(zipped(("large.txt", b"%08d" * (LIMIT // 4)), ("good.txt", b"good")))
    at = raw.index(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert look(bytes(raw))["large.txt"].content is None
    assert look(bytes(raw))["good.txt"].content == b"good"
    noise = b"".join(zlib.crc32(bytes([n % 251, n % 241, n % 239])).to_bytes(4, "big") for n in range(LIMIT // 4 + 1))
    assert "larger than the limit" in reason(look(gzip.compress(noise), "a.gz")["a"])


def test_a_bomb_is_refused_by_its_ratio():
    zeros = bytes(LIMIT - 1)
    assert "200 times" in reason(look(zipped(("bomb", zeros)))["bomb"])
    assert "200 times" in reason(look(gzip.compress(zeros), "bomb.gz")["bomb"])


def test_all_members_together_have_a_limit(monkeypatch):
    monkeypatch.setattr(containers, "MAX_TOTAL_FACTOR", 2)
    raw = zipped(*((f"{n}.txt", bytes(60)) for n in range(5)))
    found = list(Archive(raw, "a.zip").members(100))
    assert [member.content is not None for member in found] == [True, True, True, True, False]
    assert "larger than its limit" in reason(found[-1])


def test_what_is_refused_counts_towards_the_limit(monkeypatch):
    monkeypatch.setattr(containers, "MAX_TOTAL_FACTOR", 2)
    raw = zipped(*((f"{n}.txt", bytes(300_000)) for n in range(20)))
    found = [reason(member) for member in Archive(raw, "a.zip").members(100_000)]
    assert "larger than the limit" in found[0]
    assert len([told for told in found if "larger than its limit" in told]) >= 17


def test_too_many_entries_are_refused_before_they_are_read(monkeypatch):
    monkeypatch.setattr(containers, "MAX_ENTRIES", 5)
    with pytest.raises(ContainerError, match="more than 5 entries"):
        Archive(zipped(*((f"{n}", b"x") for n in range(6))), "a.zip")
    parts = gzip.compress(b"x") * 6
    assert "more than 5 parts" in reason(look(parts, "a.gz")["a"])


def test_other_methods_are_refused():
    assert "deflate" in reason(look(zipped(("a", b"x" * 99), method=zipfile.ZIP_LZMA))["a"])


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (zipped(), "no files"),
        (zipped(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")), "Excel"),
        (zipped(("mimetype", b"application/epub+zip"), ("a.html", b"<x/>")), "EPUB"),
        (b"PK\x03\x04rest", "cannot be read"),
    ],
)
def test_a_zip_that_is_none_of_transcripts_is_refused_whole(raw, what):
    with pytest.raises(ContainerError, match=what):
        Archive(raw, "a.zip")


@pytest.mark.parametrize(
    ("entries", "part"),
    [
        (("[Content_Types].xml", "word/styles.xml", "word/document.xml", "docProps/core.xml"), "word/document.xml"),
        (("[Content_Types].xml", "word/media/a.png", "word/document2.xml"), "word/document2.xml"),
        (("mimetype", "Thumbnails/thumbnail.png", "content.xml", "styles.xml"), "content.xml"),
    ],
)
def test_of_a_document_its_text_alone_is_looked_at(entries, part):
    found = look(zipped(*((name, name.encode()) for name in entries)), "talk.docx")
    assert {name: member.content for name, member in found.items()} == {part: part.encode()}


def test_a_cut_or_broken_gzip_file_is_refused():
    whole = gzip.compress(b"words " * 999)
    assert "cut short" in reason(look(whole[:-9], "a.gz")["a"])
    assert "broken" in reason(look(whole[:20] + b"\xff" * 20 + whole[40:], "a.gz")["a"])


def test_members_are_found_and_read_by_scan_whatever_the_file_is_called(tmp_path: Path):
    (tmp_path / "b.dat").write_bytes(zipped(("z/one.txt", b"1"), ("\x1b[31m.txt", b"2"), ("a.txt", b"3")))
    (tmp_path / "c.vtt.gz").write_bytes(gzip.compress(b"4"))
    (tmp_path / "d.zip").write_bytes(b"PK\x03\x04rest")
    found = list(scan(tmp_path, LIMIT))
    assert [file.path for file in found] == [
        "b.dat!/a.txt",
        "b.dat!/z/one.txt",
        "b.dat!/\ufffd[31m.txt",
        "c.vtt.gz!/c.vtt",
        "d.zip",
    ]
    reader = ContentReader(tmp_path)
    assert [reader.read(file) for file in found[:4]] == [b"3", b"1", b"2", b"4"]
    assert [file.size_bytes for file in found[:4]] == [1, 1, 1, 1]
    assert found[4].problem is not None and found[4].document_id is not None
    (tmp_path / "b.dat").write_bytes(zipped(("a.txt", b"3")))
    with pytest.raises(ContainerError, match="changed"):
        ContentReader(tmp_path).read(next(file for file in found if file.member == 1))


def test_the_limit_of_a_file_holds_for_members(tmp_path: Path):
    (tmp_path / "a.zip").write_bytes(zipped(("large.txt", b"ab" * 400), ("good.txt", b"x")))
    good, large = scan(tmp_path, 500)
    assert good.problem is None
    assert large.problem is not None and "larger than the limit" in large.problem.reason


@given(st.binary(max_size=400), st.integers(0, 200), st.binary(max_size=6), st.booleans())
def test_hostile_bytes_never_raise(noise: bytes, at: int, patch: bytes, is_gzip: bool) -> None:
    whole = gzip.compress(noise) if is_gzip else zipped(("a.txt", noise), ("b.txt", b"b"))
    raw = whole[:at] + patch + whole[at + len(patch) :]
    if not kind_of(raw):
        return
    try:
        members = list(Archive(raw, "a").members(LIMIT))
    except ContainerError as error:
        assert error.problem.reason and error.problem.remedy
        return
    assert all((member.content is None) == (member.problem is not None) for member in members)


def test_where_a_file_is_does_not_make_it_another():
    assert RawFile("a", "x", 1, None, Path("a")) == RawFile("a", "x", 1, None, Path("b"), 3)
