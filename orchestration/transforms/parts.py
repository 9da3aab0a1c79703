"""How what takes the rows of all copies gets them: part by part, so that no table is ever whole in memory.

Belongs here: how parts are read, and who works on them. Keep out: where they lie (`io.lake`) and what is in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import polars as pl

Read = Callable[[list[str]], Iterable[pl.DataFrame]]
"""Reads columns of the parts of a table, all rows of a copy in one of them, anew at every call."""

Run = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
"""Returns what a function of a module makes of each task, in their order; wherever it lets them be worked on."""


@runtime_checkable
class _Splits(Protocol):
    """Reads as `Read` does, and can be sent to others part by part."""

    def split(self) -> Sequence[Read]:
        """Return what reads each part by itself."""


def apart(read: Read) -> Sequence[Read]:
    """Return what reads each part by itself, as far as `read` can tell."""
    return read.split() if isinstance(read, _Splits) else [read]


@dataclass(frozen=True, slots=True)
class Together:
    """Reads the parts of several readers, one after the other."""

    readers: tuple[Read, ...]

    def __call__(self, columns: list[str]) -> Iterator[pl.DataFrame]:
        """Read the parts."""
        for read in self.readers:
            yield from read(columns)


def run_here(work: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
    """Work on the tasks one after the other."""
    return [work(task) for task in tasks]
