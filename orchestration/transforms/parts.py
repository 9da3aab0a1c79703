"""How what takes the rows of all copies gets them: part by part, so that no table is ever whole in memory.

Belongs here: how parts are read, summed up, and who works on them. Keep out: where they lie (`io.lake`) and what is in
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import polars as pl

Read = Callable[[list[str]], Iterable[pl.DataFrame]]
"""Reads columns of the parts of a table, all rows of a copy in one of them, anew at every call."""

SumUp = Callable[..., pl.DataFrame]
"""Makes a short frame of the rows of a part, those of the part of another table, and what is given, where these are."""

Fold = Callable[[pl.DataFrame], pl.DataFrame]
"""Makes fewer rows of the same columns, and of its own rows and more the same as of all of them at once."""

Run = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
"""Returns what a function of a module makes of each task, in their order; wherever it lets them be worked on."""


_ROWS_HELD = 250_000


@runtime_checkable
class _Splits(Protocol):
    """Reads as `Read` does, and can be sent to others part by part."""

    def split(self) -> Sequence[Read]:
        """Return what reads each part by itself."""


def apart(read: Read) -> Sequence[Read]:
    """Return what reads each part by itself, as far as `read` can tell."""
    return read.split() if isinstance(read, _Splits) else [read]


@dataclass(frozen=True, slots=True)
class Of:
    """What sums are made of: columns of a table and of another one whose parts have the same copies, and a frame."""

    columns: list[str]
    beside: Read | None = None
    columns_beside: tuple[str, ...] = ()
    given: pl.DataFrame | None = None


@runtime_checkable
class _Keeps(Protocol):
    """Reads as `Read` does, and keeps what is made of each part from run to run."""

    def summed_up(self, sum_up: SumUp, of: Of, fold: Fold | None = None) -> Read:
        """Return what reads the sums of the parts."""


def summed_up(read: Read, sum_up: SumUp, of: Of, fold: Fold | None = None) -> Read:
    """Return what reads, of each part, what `sum_up` makes of it.

    sum_up: a function of a module that depends on nothing else. Where `read` reads the lake it is called once for each
    content of a part, and what it made is kept beside the part for all who ask, now and in later runs. fold: of the
    same module or of Polars; where it makes much less of the sums of several parts, that is kept and read instead.
    """
    return read.summed_up(sum_up, of, fold) if isinstance(read, _Keeps) else _SummedUp(read, sum_up, of)


@dataclass(frozen=True, slots=True)
class _SummedUp:
    """Reads sums that nobody keeps."""

    read: Read
    sum_up: SumUp
    of: Of

    def __call__(self, columns: list[str]) -> Iterator[pl.DataFrame]:
        """Sum up the parts."""
        return (sums.select(columns) for sums in sums_of(self.read, self.sum_up, self.of))


def sums_of(read: Read, sum_up: SumUp, of: Of) -> Iterator[pl.DataFrame]:
    """Yield the sums of each part that `read` reads."""
    given = () if of.given is None else (of.given,)
    if of.beside is None:
        return (sum_up(part, *given) for part in read(of.columns))
    both = zip(read(of.columns), of.beside(list(of.columns_beside)), strict=True)
    return (sum_up(part, beside, *given) for part, beside in both)


def folded(parts: Iterable[pl.DataFrame], fold: Fold) -> pl.DataFrame:
    """Return what `fold` makes of the rows of all parts, of which few are held at a time.

    There must be a part, which may be empty.
    """
    held: list[pl.DataFrame] = []
    row_count = folded_count = 0
    for part in parts:
        held.append(part)
        row_count += part.height
        # So that all rows are folded a few times, however many there are.
        if row_count >= 2 * folded_count + _ROWS_HELD:
            held = [fold(pl.concat(held))]
            row_count = folded_count = held[0].height
    return fold(pl.concat(held))


@runtime_checkable
class _MadeBefore(Protocol):
    """Reads sums of which it can tell whether they are kept."""

    def is_made(self) -> bool:
        """Tell whether all are."""


def made(read: Read, columns: list[str], run: Run) -> Read:
    """Return what reads sums, after whoever works has made those that are not kept."""
    if isinstance(read, _Splits):
        missing = [part for part in read.split() if not (isinstance(part, _MadeBefore) and part.is_made())]
        run(_make, [(part, columns) for part in missing])
    return read


def _make(task: tuple[Read, list[str]]) -> None:
    read, columns = task
    for _ in read(columns):
        pass


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
