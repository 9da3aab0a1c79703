"""Finding the files below the raw folder and in its archives, trusting none of them."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from orchestration.containers import HEAD_BYTES, SEPARATOR, Archive, ContainerError, kind_of
from orchestration.file_hashes import FileHashes, RawFile, Stamp
from orchestration.formats.document import Problem

SHOW_FILES = ("show.yml", "show.yaml")
"""Sidecars directly below the raw folder that speak of the files of all folders."""

_CHUNK_BYTES = 1 << 20


class ContentReader:
    """Reads what `scan` found. Keeps the last archive open, since its members are mostly read one after the other."""

    def __init__(self, raw: Path) -> None:
        """Take the raw folder."""
        self._raw = raw
        self._open: tuple[Path, Archive] | None = None

    def read(self, found: RawFile) -> bytes:
        """Return the bytes of a file or member. Raises OSError, or ContainerError, where they cannot be read."""
        if found.member is None:
            with _open(self._raw / found.file) as file:
                return file.read(found.size_bytes + 1)
        if self._open is None or self._open[0] != found.file:
            with _open(self._raw / found.file) as file:
                self._open = (found.file, Archive(file.read(), found.file.name))
        return self._open[1].content(found.member, found.size_bytes)


def is_looked_at(file: Path, source: str | None) -> bool:
    """Tell whether a run limited to the folder `source` looks at `file`: at all below it, and what speaks of all."""
    return source is None or file.parts[0] == source or file.as_posix() in SHOW_FILES


def source_folder(raw: Path, source: str) -> Path:
    """Return the folder `source` directly below `raw`. Raises ValueError, with those that there are, for any other."""
    folder = raw / source
    is_name = source == _printable(source) and "/" not in source and not source.startswith(".")
    if is_name and source and folder.is_dir() and not folder.is_symlink():
        return folder
    with os.scandir(raw) as entries:
        names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    known = ", ".join(_printable(name) for name in names if not name.startswith(".")) or "none"
    raise ValueError(f"there is no folder {_printable(source)!r} directly below {raw}; there is: {known}")


def scan(
    raw: Path, max_file_bytes: int, hashes: FileHashes | None = None, source: str | None = None
) -> Iterator[RawFile]:
    """Yield every file below `raw` in the order of its path, hidden files (`.name`) and their folders left out.

    Symbolic links are followed only to files inside `raw`; links to folders are never followed. Whatever is no
    regular file, is too large or cannot be read comes with a problem. For an archive its members are yielded, with
    paths such as `talks.zip!/one.vtt`, unless it cannot be used as a whole. Files that `hashes` knows are not read.
    source: a folder directly below `raw`, to look only there and at what speaks of all folders. Raises OSError where
    `raw` itself cannot be read, since that does not mean that its files are gone, and ValueError for such a `source`.
    """
    hashes = hashes or FileHashes()
    root = raw.resolve()
    folders = [raw]
    if source is not None:
        folders = [source_folder(raw, source)]
        for name in SHOW_FILES:
            if os.path.lexists(raw / name):
                yield from _look_at(raw / name, Path(name), root, max_file_bytes, hashes)
    first = folders[0]
    # `os.walk` calls itself for each level, which ends at a thousand, and passes over what it may not read.
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                found = sorted(
                    (entry.name, entry.is_dir(follow_symlinks=False))
                    for entry in entries
                    if not entry.name.startswith(".")
                )
        except OSError as error:
            if folder == first:
                raise
            file = folder.relative_to(raw)
            reason = f"the folder cannot be read: {error.strerror}"
            problem = Problem("file", reason, "check its mode, and that its path is not too long")
            unread = RawFile(_printable(file.as_posix()), None, 0, problem, file)
            hashes.put(file, None, (unread,))
            yield unread
            continue
        inside = folder.relative_to(raw)
        for name, is_folder in found:
            if not is_folder:
                yield from _look_at(folder / name, inside / name, root, max_file_bytes, hashes)
        folders += [folder / name for name, is_folder in reversed(found) if is_folder]


def _printable(path: str) -> str:
    """Replace what is no UTF-8 and no printable character, so that a hostile name harms no log and no terminal."""
    if path.isprintable():
        return path
    readable = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in readable)


def _look_at(path: Path, file: Path, root: Path, max_file_bytes: int, hashes: FileHashes) -> tuple[RawFile, ...]:
    name = _printable(file.as_posix())
    looked_ns = time.time_ns()
    stamp = None

    def refused(reason: str, remedy: str, document_id: str | None = None, size_bytes: int = 0) -> tuple[RawFile, ...]:
        return (RawFile(name, document_id, size_bytes, Problem("file", reason, remedy), file),)

    def look() -> tuple[RawFile, ...]:
        nonlocal stamp
        if path.is_symlink():
            # `Path.resolve` raises a RuntimeError for a link to itself.
            target = Path(os.path.realpath(path, strict=True))
            if not target.is_relative_to(root):
                return refused(
                    "a symbolic link that leads out of the raw folder", "copy the file itself into the raw folder"
                )
            if target.is_dir():
                return refused("a symbolic link to a folder", "put the files themselves into the raw folder")
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return refused("no regular file (a pipe, socket or device)", "remove it from the raw folder")
        before = Stamp.of(status)
        known = hashes.get(file, before)
        if known is None:
            digest, head = _sha256(path)
            if before.size_bytes > max_file_bytes:
                known = refused(
                    f"{before.size_bytes:,} bytes: larger than the limit of {max_file_bytes:,} bytes",
                    "split the file, or raise PODCAST_MAX_FILE_MB",
                    digest,
                    before.size_bytes,
                )
            elif kind_of(head):
                with _open(path) as content:
                    known = _look_inside(content.read(max_file_bytes), file, digest, max_file_bytes)
            else:
                known = (RawFile(name, digest, before.size_bytes, None, file),)
            if before != Stamp.of(path.stat()) or not before.is_settled(looked_ns):
                return known
        stamp = before
        return known

    try:
        found = look()
    except OSError as error:
        found = refused(
            f"cannot be read: {error.strerror}", "check that the file exists and that its mode allows reading"
        )
    hashes.put(file, stamp, found)
    return found


def _look_inside(raw: bytes, file: Path, digest: str, max_file_bytes: int) -> tuple[RawFile, ...]:
    name = _printable(file.as_posix())
    try:
        archive = Archive(raw, file.name)
    except ContainerError as error:
        return (RawFile(name, digest, len(raw), error.problem, file),)
    found = []
    for member in archive.members(max_file_bytes):
        inside = name + SEPARATOR + _printable(member.name)
        content = member.content
        if content is None:
            found.append(RawFile(inside, None, 0, member.problem, file, member.index))
        else:
            document_id = hashlib.sha256(content).hexdigest()
            found.append(RawFile(inside, document_id, len(content), None, file, member.index))
    return tuple(sorted(found, key=lambda file: file.path))


def _open(path: Path) -> BinaryIO:
    """Open a regular file. A pipe put in its place since it was looked at would be waited for without an end."""
    file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "no regular file any more")
    return file


def _sha256(path: Path) -> tuple[str, bytes]:
    """Return the hash of a file's content and its first bytes."""
    digest = hashlib.sha256()
    head = b""
    with _open(path) as file:
        while chunk := file.read(_CHUNK_BYTES):
            head = head or chunk[:HEAD_BYTES]
            digest.update(chunk)
    return digest.hexdigest(), head
