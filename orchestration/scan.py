"""Finding the files below the raw folder, trusting none of them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.formats.document import Problem

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class RawFile:
    """A path below the raw folder: its content's hash and size, or the problem that kept it from being read."""

    path: str
    document_id: str | None
    size_bytes: int
    problem: Problem | None = None


def scan(raw: Path, max_file_bytes: int) -> Iterator[RawFile]:
    """Yield every file below `raw` in the order of its path, hidden files (`.name`) and their folders left out.

    Symbolic links are followed only to files inside `raw`; links to folders are never followed. Whatever is no
    regular file, is too large or cannot be read comes with a problem.
    """
    root = raw.resolve()
    for folder, folders, files in os.walk(raw):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files + [name for name in folders if (Path(folder) / name).is_symlink()]):
            if not name.startswith("."):
                path = Path(folder) / name
                yield _look_at(path, _printable(path.relative_to(raw).as_posix()), root, max_file_bytes)


def _printable(path: str) -> str:
    """Replace what is no UTF-8 and no printable character, so that a hostile name harms no log and no terminal."""
    readable = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in readable)


def _look_at(path: Path, name: str, root: Path, max_file_bytes: int) -> RawFile:
    def refused(reason: str, remedy: str, document_id: str | None = None, size_bytes: int = 0) -> RawFile:
        return RawFile(name, document_id, size_bytes, Problem("file", reason, remedy))

    try:
        if path.is_symlink():
            target = path.resolve(strict=True)
            if not target.is_relative_to(root):
                return refused(
                    "a symbolic link that leads out of the raw folder", "copy the file itself into the raw folder"
                )
            if target.is_dir():
                return refused("a symbolic link to a folder", "put the files themselves into the raw folder")
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return refused("no regular file (a pipe, socket or device)", "remove it from the raw folder")
        digest = _sha256(path)
        if status.st_size > max_file_bytes:
            return refused(
                f"{status.st_size:,} bytes: larger than the limit of {max_file_bytes:,} bytes",
                "split the file, or raise PODCAST_MAX_FILE_MB",
                digest,
                status.st_size,
            )
        return RawFile(name, digest, status.st_size)
    except OSError as error:
        return refused(
            f"cannot be read: {error.strerror}", "check that the file exists and that its mode allows reading"
        )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
