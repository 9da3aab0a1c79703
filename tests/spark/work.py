"""What tests let Spark work on, in a module that its workers can import."""

from __future__ import annotations

import importlib
import os
import time
from pathlib import Path
from typing import Any


def double(number: int) -> int:
    """Return twice the number. Raises ValueError for a negative one."""
    if number < 0:
        raise ValueError(f"{number} is negative")
    return 2 * number


def process_id(number: int) -> int:
    """Return who works on it, after long enough for others to take the next."""
    time.sleep(0.5)
    return os.getpid()


def first_fails(marks: Path, module: str, work: str, task: Any) -> Any:
    """Do the work, but lose the first try of all after it is done, as when a worker dies before it has told of it."""
    done = getattr(importlib.import_module(module), work)(task)
    try:
        (marks / "failed").touch(exist_ok=False)
    except FileExistsError:
        (marks / f"done-{os.getpid()}-{os.urandom(4).hex()}").touch()
        return done
    raise OSError("the worker is gone")
