"""Tests of `orchestration.formats.decoding`."""

from __future__ import annotations

import codecs
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.formats.decoding import UndecodableError, decode


def test_utf8_is_read_as_it_is() -> None:
    decoded = decode("Zoë said “hi”\r\nand left\rthen\u2028came\x85back".encode())
    assert decoded.text == "Zoë said “hi”\r\nand left\rthen\u2028came\x85back"
    assert (decoded.encoding, decoded.has_byte_order_mark, decoded.problems) == ("utf-8", False, ())


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_is_taken_off_and_recorded(mark: bytes, encoding: str) -> None:
    decoded = decode(mark + "Zoë 🎙".encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.has_byte_order_mark) == ("Zoë 🎙", encoding, True)


def test_what_is_no_utf8_is_read_as_windows_1252_and_told() -> None:
    decoded = decode(b"caf\xe9 \x93so\x94 \x81")
    assert decoded.text == "café “so” \x81"
    assert decoded.encoding == "cp1252"
    (problem,) = decoded.problems
    assert problem.locator == "byte=3"
    assert "Windows-1252" in problem.reason
    assert problem.remedy


def test_one_wrong_byte_does_not_garble_a_file_in_utf8() -> None:
    decoded = decode("Zoë and Jörg and Łukasz".encode() + b" caf\xe9")
    assert decoded.text == "Zoë and Jörg and Łukasz café"
    assert decoded.encoding == "utf-8"
    assert [problem.locator for problem in decoded.problems] == ["byte=30"]


def test_the_offset_of_a_wrong_byte_counts_the_byte_order_mark() -> None:
    decoded = decode(codecs.BOM_UTF8 + b"a\xe9")
    assert decoded.text == "aé"
    assert decoded.problems[0].locator == "byte=4"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["no mark here", "Zoë and Bo\r\n0:15\n", "Привет, это Аня. 12\n" * 9, "一二三，你好。\n" * 20]
)
def test_utf16_without_a_mark_is_read_and_told(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.has_byte_order_mark) == (text, encoding, False)
    assert "no byte-order mark" in decoded.problems[0].reason


def test_sound_and_numbers_are_no_utf16() -> None:
    for raw in (struct.pack("<400h", *range(-200, 200)), struct.pack("<99d", *(n / 7 for n in range(99))), bytes(500)):
        with pytest.raises(UndecodableError):
            decode(raw)


def test_a_damaged_utf16_file_is_read_as_far_as_it_goes() -> None:
    decoded = decode(codecs.BOM_UTF16_LE + "a long enough line".encode("utf-16-le") + b"x")
    assert decoded.text.startswith("a long enough line")
    assert len(decoded.problems) == 1


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"%PDF-1.7\n%abc", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"ID3\x04\x00", "MP3"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"RIFF\x00\x00\x00\x00WAVE", "audio"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio or video"),
        (b"OggS\x00", "audio"),
        (b"\x00\x01\x02\x03", "control characters"),
        (b"a.txt" + b"\x00" * 252 + b"ustar\x0000", "tar"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8" * 50, "UTF-16"),
    ],
)
def test_what_is_no_text_is_named_with_a_remedy(raw: bytes, what: str) -> None:
    with pytest.raises(UndecodableError) as caught:
        decode(raw)
    assert what in caught.value.reason
    assert caught.value.remedy


@pytest.mark.parametrize("raw", [b"ID3 tags are old", b"PKzip", b"MZ is one", b"one stray \x00" + b"text " * 99])
def test_text_that_only_looks_like_a_binary_is_read(raw: bytes) -> None:
    assert decode(raw).text == raw.decode()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_text_comes_back_from_utf8(text: str) -> None:
    try:
        decoded = decode(text.encode())
    except UndecodableError:
        return
    assert decoded.text == text.removeprefix("\ufeff")
    assert decoded.problems == ()


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_told_to_be_none(raw: bytes) -> None:
    try:
        decoded = decode(raw)
    except UndecodableError as error:
        assert error.reason and error.remedy
        return
    decoded.text.encode()
    if not decoded.problems:
        mark = b"" if not decoded.has_byte_order_mark else raw[: len(raw) - len(decoded.text.encode(decoded.encoding))]
        assert mark + decoded.text.encode(decoded.encoding) == raw
