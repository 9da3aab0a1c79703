"""What a full or protected disk is called by the libraries that meet it, in words that say what to do."""

from __future__ import annotations

import errno
from pathlib import Path

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
_PROTECTED = frozenset((errno.EROFS, errno.EACCES, errno.EPERM))
# SQLite says it in words of its own, and opens no file of a folder that cannot be written.
_FULL_WORDS = ("database or disk is full", "No space left on device")
_PROTECTED_WORDS = ("attempt to write a readonly database", "unable to open database file", "Read-only file system")


def disk_problem(error: BaseException | None, folder: Path) -> str | None:
    """Return what is wrong with the disk below `folder`, and the remedy, where that is behind `error`; else None."""
    while error is not None:
        number = error.errno if isinstance(error, OSError) else None
        said = str(error)
        if number in _FULL or any(words in said for words in _FULL_WORDS):
            return f"no space left for {folder}: make room on its disk and run again. What is published is not touched"
        if number in _PROTECTED or any(words in said for words in _PROTECTED_WORDS):
            return (
                f"{folder} cannot be written (is it mounted read-only, or another user's?): mend that, or set "
                "PODCAST_WAREHOUSE to another folder, and run again. What is published is not touched"
            )
        error = error.__cause__ or error.__context__
    return None
