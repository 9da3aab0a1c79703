"""Whether something changed in watched folders, seen from names, sizes, times and inodes; no file is opened.

Belongs here: the look at the folders, and when to act on it. Keep out: Dagster (defs/automation.py), and what a run
then makes of the files (scan.py), which hashes those that may have changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

# A run begins after a look at which nothing moved, so that a burst of files is one run; but not later than this after
# the first change, so that a folder that never rests is served too.
MAX_WAIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Cursor:
    """What is remembered from look to look.

    requested: the state that a run was last asked for. seen: the state at the last look. changed_at: time (s) of the
    look that first found a state for which no run was asked.
    """

    requested: str = ""
    seen: str = ""
    changed_at: float | None = None

    @classmethod
    def read(cls, text: str | None) -> Cursor:
        """Return what `write` returned; a new one where the text is nothing of the kind."""
        try:
            return cls(**json.loads(text or ""))
        except (ValueError, TypeError):
            return cls()

    def write(self) -> str:
        """Return the cursor as text."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from a look: the key of the run to ask for, or None; why, in words; what to remember."""

    run_key: str | None
    why: str
    cursor: Cursor


def state_of(folders: Iterable[Path]) -> str:
    """Return a hash of the names, sizes, times and inodes of all files below `folders`, hidden ones left out.

    A folder that is not there, or cannot be read, counts as empty: the run that follows says so in words.
    """
    digest = hashlib.blake2b(digest_size=16)
    for folder in folders:
        entries: list[bytes] = []
        ahead = [os.fsencode(folder)]
        while ahead:
            _look_into(ahead.pop(), ahead, entries)
        digest.update(b"\0\0".join([os.fsencode(folder), *sorted(entries)]))
    return digest.hexdigest()


def _look_into(folder: bytes, ahead: list[bytes], entries: list[bytes]) -> None:
    try:
        with os.scandir(folder) as found:
            for entry in found:
                if entry.name.startswith(b"."):
                    continue
                try:
                    if entry.is_dir(follow_symlinks=False):
                        ahead.append(entry.path)
                        continue
                    status = entry.stat()
                except OSError:
                    # Gone since it was listed, or a link to nowhere.
                    entries.append(entry.path)
                    continue
                stamp = f"\0{status.st_size}\0{status.st_mtime_ns}\0{status.st_ctime_ns}\0{status.st_ino}"
                entries.append(entry.path + stamp.encode())
    except OSError:
        return


def decide(cursor: Cursor, state: str, now_s: float, *, is_busy: bool, max_wait_s: float = MAX_WAIT_S) -> Decision:
    """Return what to do about the `state` of the folders at the time `now_s`.

    is_busy: whether a run is queued or at work. It may have begun before the change, so another one follows it.
    """
    if state == cursor.requested:
        return Decision(None, "nothing changed", Cursor(state, state))
    changed_at = now_s if cursor.changed_at is None else cursor.changed_at
    waiting = replace(cursor, seen=state, changed_at=changed_at)
    if state != cursor.seen and now_s - changed_at < max_wait_s:
        return Decision(None, "files are changing: a run follows once they rest", waiting)
    if is_busy:
        return Decision(None, "files changed: a run follows the one that is queued or at work", waiting)
    # Files may come back to a state of long ago, for which a run was asked then: the time makes it another one.
    return Decision(f"{state}-{changed_at:.3f}", "files changed", Cursor(state, state))
