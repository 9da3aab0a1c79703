"""Archives among the raw files: what is in them, within limits, without anything being written to the disk.

Belongs here: gzip and zip, which entry of a word processor's document holds its text, and every reason to refuse one or
an entry of it. Keep out: what the contents mean.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from orchestration.formats.document import Problem

SEPARATOR = "!/"
"""Stands between the path of an archive and that of a member: `talks.zip!/one.vtt`."""

MAX_ENTRIES = 10_000
MAX_TOTAL_FACTOR = 10
"""All members of an archive together may be so many times as large as one file."""
MAX_RATIO = 200
"""Transcripts shrink to a tenth, the most repetitive ones to a fiftieth; bombs to a thousandth."""
_RATIO_FROM_BYTES = 1_000_000
_MAX_NAME_CHARS = 500
_CHUNK_BYTES = 1 << 16

_GZIP = b"\x1f\x8b\x08"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ZIP_ENTRY = b"PK\x01\x02"
HEAD_BYTES = 4
# Word keeps styles, pictures and the like in other entries.
_WORD_TEXT = re.compile(r"word/document\d{0,2}\.xml")
_OPEN_DOCUMENT_TEXT = "content.xml"
_DRIVE = re.compile(r"[A-Za-z]:")
_DELETE = "delete it, or make the archive again"
_UNPACK = "unpack it and put the files themselves into the raw folder"
_LIMIT = "unpack the archive and put the files themselves into the raw folder, or raise PODCAST_MAX_FILE_MB"
_SAVE_AS_TEXT = "save it as plain text (UTF-8) and put that into the raw folder"


class ContainerError(ValueError):
    """An archive or a member that cannot be used: why, and what a person can do about it."""

    def __init__(self, reason: str, remedy: str) -> None:
        """Keep the two sentences."""
        super().__init__(f"{reason}; {remedy}")
        self.problem = Problem("file", reason, remedy)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its content, or the problem that keeps it from being used.

    index: its number, by which `Archive.content` finds it again. name: its path in the archive, with `/`.
    """

    index: int
    name: str
    content: bytes | None
    problem: Problem | None = None


def kind_of(head: bytes) -> Literal["gzip", "zip"] | None:
    """Return what kind of archive begins with `head` (HEAD_BYTES of it are enough), whatever it is called."""
    if head.startswith(_GZIP):
        return "gzip"
    return "zip" if head.startswith(_ZIP) else None


class Archive:
    """An archive in memory. Its members are read one at a time and never written anywhere."""

    def __init__(self, raw: bytes, name: str) -> None:
        """Open `raw`; `name` is its file name, after which the one member of a gzip file is called.

        Raises ContainerError where it is broken, has too many entries, or is a document in a zip archive's clothes.
        """
        self._raw = raw
        self._name = name
        self._zip = _open_zip(raw) if kind_of(raw[:HEAD_BYTES]) == "zip" else None
        self._infos = self._zip.infolist() if self._zip else []
        self._text_parts = _text_parts([info.filename for info in self._infos]) if self._zip else None
        # What is refused counts as well: entries may overlap, so that all of them unpack the same bytes of a bomb.
        self._unpacked_bytes = 0

    def members(self, max_bytes: int) -> Iterator[Member]:
        """Yield every file of the archive, none larger than `max_bytes`; hidden ones and folders are left out.

        Of a document of Word or OpenDocument that is what holds its text.
        """
        if self._zip is None:
            name = self._name[:-3] if self._name.lower().endswith(".gz") else self._name
            yield self._member(0, name, max_bytes)
            return
        most = max_bytes * MAX_TOTAL_FACTOR
        seen: set[str] = set()
        for index, info in enumerate(self._infos):
            name = info.filename.replace("\\", "/")
            parts = name.split("/")
            is_hidden = any(part.startswith(".") and part != ".." for part in parts) or parts[0] == "__MACOSX"
            is_beside = self._text_parts is not None and info.filename not in self._text_parts
            if name.endswith("/") or is_hidden or is_beside:
                continue
            if name in seen:
                yield _refused(index, name, "a second entry of the same name in the archive", _DELETE)
                continue
            seen.add(name)
            if self._unpacked_bytes >= most:
                reason = "not read: what stands before it in the archive is larger than its limit already"
                yield _refused(index, name, reason, _LIMIT)
                continue
            yield self._member(index, name, max_bytes)

    def content(self, index: int, max_bytes: int) -> bytes:
        """Return the content of the member `index`, at most `max_bytes` of it.

        Raises ContainerError where it cannot be used.
        """
        if self._zip is None:
            return _no_archive(_gunzip(self._raw, max_bytes))
        if index >= len(self._infos):
            raise ContainerError("the archive changed while it was read", "run again once it is complete")
        info = self._infos[index]
        _check_entry(info)
        try:
            with self._zip.open(info) as file:
                content = bytearray()
                while chunk := file.read(_CHUNK_BYTES):
                    content += chunk
                    self._unpacked_bytes += len(chunk)
                    _check_size(len(content), info.compress_size, max_bytes)
        except ContainerError:
            raise
        except Exception as error:
            # The library raises a dozen kinds of errors on broken and hostile entries.
            raise ContainerError(f"cannot be unpacked: {type(error).__name__}: {str(error)[:200]}", _DELETE) from None
        return _no_archive(bytes(content))

    def _member(self, index: int, name: str, max_bytes: int) -> Member:
        try:
            return Member(index, name, self.content(index, max_bytes))
        except ContainerError as error:
            return Member(index, name[:_MAX_NAME_CHARS], None, error.problem)


def _refused(index: int, name: str, reason: str, remedy: str) -> Member:
    return Member(index, name[:_MAX_NAME_CHARS], None, Problem("file", reason, remedy))


def _open_zip(raw: bytes) -> zipfile.ZipFile:
    # Counted before the library makes an object of every entry.
    if raw.count(_ZIP_ENTRY) > MAX_ENTRIES:
        raise ContainerError(f"a zip archive of more than {MAX_ENTRIES:,} entries", "split it, or unpack it")
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except Exception as error:
        reason = f"a zip archive that cannot be read: {type(error).__name__}: {str(error)[:200]}"
        raise ContainerError(reason, _DELETE) from None
    names = archive.namelist()
    if not names:
        raise ContainerError("a zip archive that holds no files", "delete it")
    return archive


def _text_parts(names: list[str]) -> set[str] | None:
    """Return which entries hold the text of a word processor's document, or None for any other archive.

    Raises ContainerError for a document of another kind.
    """
    if "[Content_Types].xml" in names:
        parts = set(filter(_WORD_TEXT.fullmatch, names))
        if not parts:
            raise ContainerError("not text: it is an Excel or PowerPoint document", _SAVE_AS_TEXT)
        return parts
    if names[0] == "mimetype":
        if _OPEN_DOCUMENT_TEXT not in names:
            raise ContainerError("not text: it is an EPUB", _SAVE_AS_TEXT)
        return {_OPEN_DOCUMENT_TEXT}
    return None


def _check_entry(info: zipfile.ZipInfo) -> None:
    name = info.filename.replace("\\", "/")
    if len(name) > _MAX_NAME_CHARS:
        raise ContainerError(f"its path in the archive has {len(name):,} characters", _UNPACK)
    if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
        raise ContainerError("its path leads out of the archive", "make the archive again with plain relative paths")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ContainerError("a symbolic link in an archive", "put the file itself into the archive")
    if info.flag_bits & 0x1:
        raise ContainerError("encrypted", "unpack it with its password and put the file itself into the raw folder")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ContainerError("compressed by another method than deflate", _UNPACK)


def _check_size(size: int, packed_size: int, limit: int) -> None:
    if size > limit:
        raise ContainerError(f"larger than the limit of {limit:,} bytes once unpacked", _LIMIT)
    if size > _RATIO_FROM_BYTES and size > MAX_RATIO * max(packed_size, 1):
        reason = f"more than {MAX_RATIO} times as large once unpacked as packed, which no text is"
        raise ContainerError(reason, "unpack it by hand if you trust it")


def _gunzip(raw: bytes, limit: int) -> bytes:
    """Return the content of a gzip file, all of its parts one after the other; what follows the last is ignored."""
    content = bytearray()
    at = parts = 0
    while at == 0 or raw.startswith(_GZIP, at):
        parts += 1
        if parts > MAX_ENTRIES:
            raise ContainerError(f"a gzip file of more than {MAX_ENTRIES:,} parts", _UNPACK)
        stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        while not stream.eof:
            data = stream.unconsumed_tail or raw[at : at + _CHUNK_BYTES]
            at += 0 if stream.unconsumed_tail else len(data)
            try:
                unpacked = stream.decompress(data, _CHUNK_BYTES)
            except zlib.error as error:
                raise ContainerError(f"a broken gzip file: {error}", "fetch it again") from None
            if not data and not unpacked and not stream.eof:
                raise ContainerError("a gzip file that is cut short", "fetch it again")
            content += unpacked
            _check_size(len(content), len(raw), limit)
        at -= len(stream.unused_data)
    return bytes(content)


def _no_archive(content: bytes) -> bytes:
    if kind_of(content[:HEAD_BYTES]):
        raise ContainerError("an archive inside an archive", _UNPACK)
    return content
