"""From raw bytes to text: which encoding, and which files are no text at all.

Line ends and all other characters stay as they are; only a byte-order mark is taken off, and recorded.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from orchestration.formats.document import Problem

# Windows-1252, with Latin-1 for the five bytes that it leaves undefined, so that every byte is a character.
_WINDOWS = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0x100)}
_UNICODE_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # The mark of UTF-32 begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNPACK = "unpack it and put the files themselves into the raw folder"
_TRANSCRIBE = "put a transcript of it into the raw folder instead"
_EXPORT = "save it as plain text (UTF-8) and put that into the raw folder"
_REMOVE = "remove it from the raw folder"
_SIGNATURES = (
    (re.compile(rb"%PDF-"), "a PDF document", _EXPORT),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "a document of an old office program", _EXPORT),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06)"), "a zip archive (Word and EPUB files are such archives, too)", _UNPACK),
    (re.compile(rb"\x1f\x8b\x08"), "gzip-compressed", _UNPACK),
    (re.compile(rb"BZh[1-9]1AY&SY"), "bzip2-compressed", _UNPACK),
    (re.compile(rb"\x28\xb5\x2f\xfd"), "zstd-compressed", _UNPACK),
    (re.compile(rb"\xfd7zXZ\x00"), "xz-compressed", _UNPACK),
    (re.compile(rb".{257}ustar", re.DOTALL), "a tar archive", _UNPACK),
    (re.compile(rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07"), "a 7z or rar archive", _UNPACK),
    (re.compile(rb"ID3[\x02-\x04]|\xff[\xfb\xf3\xf2][\x10-\xef]"), "MP3 audio", _TRANSCRIBE),
    (re.compile(rb"OggS\x00|fLaC\x00|RIFF....WAVE", re.DOTALL), "an audio file", _TRANSCRIBE),
    (re.compile(rb"....ftyp|\x1a\x45\xdf\xa3", re.DOTALL), "an audio or video file", _TRANSCRIBE),
    (re.compile(rb"\x89PNG|GIF8[79]a|\xff\xd8\xff|RIFF....WEBP", re.DOTALL), "an image", _REMOVE),
    (re.compile(rb"SQLite format 3\x00"), "an SQLite database", _REMOVE),
    (re.compile(rb"PAR1"), "a Parquet file", _REMOVE),
    (re.compile(rb"\x7fELF|MZ.\x00", re.DOTALL), "a program", _REMOVE),
)
# Control characters that no text holds. Tab, line and page breaks, escape and NEL are none of them.
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\x0b\x0c\r\x1a\x1b")) + b"\x7f"
_MOST_CONTROLS = 1 / 200
# Control characters, characters for private use, and numbers that are no character.
_NO_TEXT = frozenset(("Cc", "Co", "Cn"))
_UTF16_HEAD_BYTES = 8192
_UTF16_LEAST_PLAIN = 1 / 50


class UndecodableError(ValueError):
    """Bytes that are no text. `reason` says what they are, `remedy` what a person can do about it."""

    def __init__(self, reason: str, remedy: str) -> None:
        """Keep the two sentences."""
        super().__init__(f"{reason}; {remedy}")
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a file, and how its bytes were read. `encoding` is a codec's name, `problems` what had to be guessed."""

    text: str
    encoding: str
    has_byte_order_mark: bool
    problems: tuple[Problem, ...] = ()


def decode(raw: bytes) -> Decoded:
    """Return the text of `raw`: UTF-8, what its byte-order mark says, UTF-16, or as a last resort Windows-1252.

    Bytes that are wrong in the encoding are read one by one as Windows-1252 where UTF-8 is right for more of the file,
    else the whole file is. Any guess is a problem, with the offset of the first wrong byte. Raises UndecodableError
    for what is no text.
    """
    for mark, encoding in _UNICODE_MARKS:
        if raw.startswith(mark):
            return _decode_marked(raw, mark, encoding)
    if found := _unmarked_utf16(raw):
        return found
    _refuse_binary(raw)
    return _decode_utf8(raw, 0)


def _unmarked_utf16(raw: bytes) -> Decoded | None:
    """Return the text of UTF-16 that lacks its byte-order mark, or None for anything else.

    Any text has spaces or line ends, which are hardly any characters when read in the wrong order of bytes.
    """
    head = raw[:_UTF16_HEAD_BYTES]
    if len(raw) % 2 or 0 not in head:
        return None
    readings = {encoding: head.decode(encoding, "replace") for encoding in ("utf-16-le", "utf-16-be")}
    plain = {encoding: sum(c in " \r\n" for c in shown) for encoding, shown in readings.items()}
    encoding = max(plain, key=lambda encoding: plain[encoding])
    shown = readings[encoding]
    if plain[encoding] < max(2, len(shown) * _UTF16_LEAST_PLAIN) or min(plain.values()) > plain[encoding] / 2:
        return None
    if sum(unicodedata.category(c) in _NO_TEXT and not c.isspace() for c in shown) > len(shown) * _MOST_CONTROLS:
        return None
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return None
    reason = f"no byte-order mark: read as {encoding.upper()}, which its bytes look like"
    return Decoded(text, encoding, False, (Problem("file", reason, "save it as UTF-8 if characters are wrong"),))


def _decode_marked(raw: bytes, mark: bytes, encoding: str) -> Decoded:
    if encoding == "utf-8":
        _refuse_binary(raw[len(mark) :])
        return _decode_utf8(raw[len(mark) :], len(mark))
    try:
        return Decoded(raw[len(mark) :].decode(encoding), encoding, True)
    except UnicodeDecodeError as error:
        text = raw[len(mark) :].decode(encoding, "replace")
        if text.count("\ufffd") > len(text) * _MOST_CONTROLS + 1:
            raise UndecodableError(
                f"begins with the byte-order mark of {encoding.upper()} but is no such text", _EXPORT
            ) from None
        reason = f"not valid {encoding.upper()} at byte {error.start + len(mark)}: read with replacement characters"
        problem = Problem(f"byte={error.start + len(mark)}", reason, "save the file as UTF-8 if characters are wrong")
        return Decoded(text, encoding, True, (problem,))


def _refuse_binary(raw: bytes) -> None:
    for signature, what, remedy in _SIGNATURES:
        if signature.match(raw):
            raise UndecodableError(f"not text: it is {what}", remedy)
    controls = len(raw) - len(raw.translate(None, _CONTROLS))
    if controls > len(raw) * _MOST_CONTROLS:
        raise UndecodableError(
            f"not text: {controls:,} of its {len(raw):,} bytes are control characters", "remove it, or save it as UTF-8"
        )


def _decode_utf8(raw: bytes, mark_bytes: int) -> Decoded:
    try:
        return Decoded(raw.decode(), "utf-8", mark_bytes > 0)
    except UnicodeDecodeError as error:
        first = error.start + mark_bytes
    # Wrong bytes become lone surrogates, one each, which no valid text holds.
    escaped = raw.decode("utf-8", "surrogateescape")
    wrong = sum(len(run) for run in re.findall("[\udc80-\udcff]+", escaped))
    right = sum(len(run) for run in re.findall("[\x80-\ud7ff\ue000-\U0010ffff]+", escaped))
    if wrong < right:
        text = escaped.translate({0xDC00 + byte: character for byte, character in _WINDOWS.items()})
        reason = f"not valid UTF-8 from byte {first} on: {wrong:,} bytes read as Windows-1252, all else as UTF-8"
        encoding = "utf-8"
    else:
        text = raw.decode("latin-1").translate(_WINDOWS)
        reason = f"not valid UTF-8 at byte {first}: the file was read as Windows-1252"
        encoding = "cp1252"
    remedy = "look at the accented letters, and save the file as UTF-8 if they are wrong"
    return Decoded(text, encoding, mark_bytes > 0, (Problem(f"byte={first}", reason, remedy),))
