"""Finding the files below the raw folder and in its archives, trusting none of them."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from orchestration.containers import HEAD_BYTES, SEPARATOR, Archive, ContainerError, kind_of
from orchestration.formats.document import Problem

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class RawFile:
    """A path below the raw folder: its content's hash and size, or the problem that kept it from being read.

    file: the file, below the raw folder. member: where that is an archive, the number of the member in it.
    """

    path: str
    document_id: str | None
    size_bytes: int
    problem: Problem | None = None
    file: Path = field(default=Path(), compare=False)
    member: int | None = field(default=None, compare=False)


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


def scan(raw: Path, max_file_bytes: int) -> Iterator[RawFile]:
    """Yield every file below `raw` in the order of its path, hidden files (`.name`) and their folders left out.

    Symbolic links are followed only to files inside `raw`; links to folders are never followed. Whatever is no
    regular file, is too large or cannot be read comes with a problem. For an archive its members are yielded, with
    paths such as `talks.zip!/one.vtt`, unless it cannot be used as a whole. Raises OSError where `raw` itself cannot be
    read, since that does not mean that its files are gone.
    """
    root = raw.resolve()
    # `os.walk` calls itself for each level, which ends at a thousand, and passes over what it may not read.
    folders = [raw]
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
            if folder == raw:
                raise
            file = folder.relative_to(raw)
            reason = f"the folder cannot be read: {error.strerror}"
            problem = Problem("file", reason, "check its mode, and that its path is not too long")
            yield RawFile(_printable(file.as_posix()), None, 0, problem, file)
            continue
        for name, is_folder in found:
            if not is_folder:
                yield from _look_at(folder / name, (folder / name).relative_to(raw), root, max_file_bytes)
        folders += [folder / name for name, is_folder in reversed(found) if is_folder]


def _printable(path: str) -> str:
    """Replace what is no UTF-8 and no printable character, so that a hostile name harms no log and no terminal."""
    readable = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in readable)


def _look_at(path: Path, file: Path, root: Path, max_file_bytes: int) -> Iterator[RawFile]:
    name = _printable(file.as_posix())

    def refused(reason: str, remedy: str, document_id: str | None = None, size_bytes: int = 0) -> RawFile:
        return RawFile(name, document_id, size_bytes, Problem("file", reason, remedy), file)

    try:
        if path.is_symlink():
            # `Path.resolve` raises a RuntimeError for a link to itself.
            target = Path(os.path.realpath(path, strict=True))
            if not target.is_relative_to(root):
                yield refused(
                    "a symbolic link that leads out of the raw folder", "copy the file itself into the raw folder"
                )
                return
            if target.is_dir():
                yield refused("a symbolic link to a folder", "put the files themselves into the raw folder")
                return
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            yield refused("no regular file (a pipe, socket or device)", "remove it from the raw folder")
            return
        digest, head = _sha256(path)
        if status.st_size > max_file_bytes:
            yield refused(
                f"{status.st_size:,} bytes: larger than the limit of {max_file_bytes:,} bytes",
                "split the file, or raise PODCAST_MAX_FILE_MB",
                digest,
                status.st_size,
            )
        elif kind_of(head):
            with _open(path) as content:
                yield from _look_inside(content.read(max_file_bytes), file, digest, max_file_bytes)
        else:
            yield RawFile(name, digest, status.st_size, None, file)
    except OSError as error:
        yield refused(
            f"cannot be read: {error.strerror}", "check that the file exists and that its mode allows reading"
        )


def _look_inside(raw: bytes, file: Path, digest: str, max_file_bytes: int) -> Iterator[RawFile]:
    name = _printable(file.as_posix())
    try:
        archive = Archive(raw, file.name)
    except ContainerError as error:
        yield RawFile(name, digest, len(raw), error.problem, file)
        return
    found = []
    for member in archive.members(max_file_bytes):
        inside = name + SEPARATOR + _printable(member.name)
        content = member.content
        if content is None:
            found.append(RawFile(inside, None, 0, member.problem, file, member.index))
        else:
            document_id = hashlib.sha256(content).hexdigest()
            found.append(RawFile(inside, document_id, len(content), None, file, member.index))
    yield from sorted(found, key=lambda file: file.path)


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
