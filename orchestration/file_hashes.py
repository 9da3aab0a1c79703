"""What was found in each raw file when it was last looked at, so that an unchanged file is not read to be hashed.

Belongs here: when a file counts as unchanged, and the file that remembers. Keep out: how files are found (scan.py).
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from orchestration.formats.document import Problem
from orchestration.io.files import write_bytes

_RACY_NS = 3_000_000_000
"""File systems keep times as coarse as two seconds: a change so soon after a look may leave the times as they were."""

_SCHEMA = pl.Schema(
    [
        ("file", pl.Binary()),
        ("stamp", pl.List(pl.Int64())),
        ("path", pl.String()),
        ("document_id", pl.String()),
        ("size_bytes", pl.Int64()),
        ("problem", pl.List(pl.String())),
        ("member", pl.Int64()),
    ]
)


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


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a change of a file's content changes too: its size, times and inode, without reading it.

    changed_ns: when content, name or mode last changed; unlike `modified_ns`, nobody can set it back.
    """

    size_bytes: int
    modified_ns: int
    changed_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """Return the stamp of a file."""
        # An inode may be as large as an unsigned number of 64 bits, which a column of Parquet is not.
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino % (1 << 63))

    def is_settled(self, looked_ns: int) -> bool:
        """Tell whether each change since `looked_ns` shows: not where the file changed just before, or "after" it.

        The latter is so where the clock was set back, or that of a file server is ahead.
        """
        return max(self.modified_ns, self.changed_ns) < looked_ns - _RACY_NS


class FileHashes:
    """What is known of the files of a raw folder, kept in one Parquet file.

    What was found in a file is used again only for the very stamp it had then. Where the Parquet file is lost, damaged
    or of another folder, files are read again. limits: names all else that a finding depends on, such as the largest
    size allowed.
    """

    def __init__(self, path: Path | None = None, limits: str = "") -> None:
        """Read what is known from `path`; nothing, where it was found under other `limits` or there is no path."""
        self._path = path
        self._limits = limits
        loaded = _load(path, limits) if path else None
        self.is_known = loaded is not None
        """Whether it is known what was found before, be it nothing."""
        self._before = loaded or {}
        self._now: dict[bytes, tuple[Stamp | None, tuple[RawFile, ...]]] = {}
        self.read_count = 0
        """How many files were read since, because they were new or changed, or may have changed."""

    def get(self, file: Path, stamp: Stamp) -> tuple[RawFile, ...] | None:
        """Return what is in `file`, or None where it must be read."""
        known, found = self._before.get(os.fsencode(file), (None, ()))
        if known == stamp:
            return found
        self.read_count += 1
        return None

    def put(self, file: Path, stamp: Stamp | None, found: tuple[RawFile, ...]) -> None:
        """Remember what was found in `file`. Without a stamp it is looked at again the next time."""
        self._now[os.fsencode(file)] = (stamp, found)

    def others(self, is_looked_at: Callable[[Path], bool]) -> list[RawFile]:
        """Return what was found last in all files but those that are looked at now."""
        return [file for _, found in self._before.values() for file in found if not is_looked_at(file.file)]

    def save(self, is_looked_at: Callable[[Path], bool] = lambda file: True) -> None:
        """Write what was found since, and what is known of files that were not looked at."""
        entries = self._now | {
            name: known for name, known in self._before.items() if not is_looked_at(Path(os.fsdecode(name)))
        }
        if self._path is None or (self.is_known and entries == self._before):
            return
        rows = [
            (
                name,
                [stamp.size_bytes, stamp.modified_ns, stamp.changed_ns, stamp.inode] if stamp else None,
                file.path,
                file.document_id,
                file.size_bytes,
                [file.problem.locator, file.problem.reason, file.problem.remedy] if file.problem else None,
                file.member,
            )
            for name, (stamp, found) in sorted(entries.items())
            for file in found
        ]
        buffer = io.BytesIO()
        pl.DataFrame(rows, schema=_SCHEMA, orient="row").write_parquet(buffer, metadata={"limits": self._limits})
        write_bytes(self._path, buffer.getvalue())


def _load(path: Path, limits: str) -> dict[bytes, tuple[Stamp | None, tuple[RawFile, ...]]] | None:
    try:
        if pl.read_parquet_metadata(path).get("limits") != limits:
            return None
        rows = pl.read_parquet(path, glob=False).match_to_schema(_SCHEMA).rows()
    # A damaged file may also panic.
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    entries: dict[bytes, tuple[Stamp | None, tuple[RawFile, ...]]] = {}
    for name, stamp, shown, document_id, size_bytes, problem, member in rows:
        file = RawFile(
            shown, document_id, size_bytes, Problem(*problem) if problem else None, Path(os.fsdecode(name)), member
        )
        found = entries[name][1] if name in entries else ()
        entries[name] = (Stamp(*stamp) if stamp else None, (*found, file))
    return entries
