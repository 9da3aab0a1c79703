"""Hashes of what stands in many copies, brought together where they are equal, a few of all possible ones at a time.

Every part of the corpus is read once and its hashes are written to a file of its own, in order of the bin that their
first bits fall into. Then each bin is read of all files and sorted, so that equal hashes of different copies stand
side by side. Nothing is read twice, so the time grows as the corpus does; what is in memory at a time is a part or a
bin, and there are the more bins the more copies there are. A hash and the copy it stands in are one number of 64 bits,
which sorts many times as fast as rows do.

Of a few hashes alone, those of copies that changed, no files are made: all copies are looked through for them, which
takes less than half the time, and what is found is held as one bin.

Belongs here: files of hashes and the groups of equal ones. Keep out: what is hashed, and what follows from a group.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import polars as pl
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]
Numbers = NDArray[np.integer[Any]]

HASH_BITS = 48
"""So much of a hash is kept: of the 150 million runs of words in 1 GB of text some 40 pairs are taken for equal."""

# Few enough that a bin of their hashes, several times over, is small beside the libraries in memory. With more bins, or
# more files, putting together what each file has of each bin would take longer than sorting it on a large corpus.
COPIES_PER_BIN = 512
MAX_BIN_BITS = 16
# So many hashes, of one bin or several, are worth sending to another process.
TASK_HASHES = 6_000_000

_DROPPED_BITS = 64 - HASH_BITS
# Whether a hash may be among those asked for is told by its first bits, so many more than number these that few others
# are taken for one; but what is told of all values of the bits is to stay near the processor.
_MORE_TOLD_BITS = 5
_MIN_TOLD_BITS = 12
_MAX_TOLD_BITS = 22


@dataclass(frozen=True, slots=True)
class Layout:
    """How a hash, the number of a copy and something small about it are one number, for copies below `copy_count`.

    The number begins with the bits of the hash that follow those of its bin. bin_bits: how many tell the bin.
    extra_bits: for what is small, four at most.
    """

    copy_count: int
    bin_bits: int
    extra_bits: int = 0

    @classmethod
    def of(cls, copy_count: int) -> Layout:
        """Return the layout for so many copies, without anything beside them."""
        bits = (max(copy_count, 1) - 1).bit_length() - (COPIES_PER_BIN.bit_length() - 1)
        return cls(copy_count, min(max(bits, 0), MAX_BIN_BITS))

    def beside(self, extra_bits: int) -> Layout:
        """Return this layout with so many bits for something small."""
        return replace(self, extra_bits=extra_bits)

    @property
    def bin_count(self) -> int:
        """The number of bins."""
        return 1 << self.bin_bits

    def packed(self, hashes: Hashes, copy: Hashes, extra: Hashes | int = 0) -> Hashes:
        """Return the numbers for `hashes` in copies."""
        low = copy << np.uint64(self.extra_bits)
        low |= np.uint64(extra)
        packed = hashes >> np.uint64(_DROPPED_BITS)
        packed <<= np.uint64(self._low_bits)
        packed |= low
        return packed

    def bins(self, hashes: Hashes) -> NDArray[np.unsignedinteger[Any]]:
        """Return the bin of each of `hashes`."""
        # The smaller the numbers, the faster they are sorted.
        return (hashes >> np.uint64(64 - self.bin_bits)).astype(np.uint8 if self.bin_bits <= 8 else np.uint16)

    def hash_of(self, numbers: Hashes) -> Hashes:
        """Return what tells the hashes of one bin apart."""
        return numbers >> np.uint64(self._low_bits)

    def copy_of(self, numbers: Hashes) -> Ints:
        """Return the copies of packed numbers."""
        mask = np.uint64((1 << self._low_bits) - 1)
        return ((numbers & mask) >> np.uint64(self.extra_bits)).astype(np.int64)

    def extra_of(self, numbers: Hashes) -> Ints:
        """Return what was packed beside the copies."""
        return (numbers & np.uint64((1 << self.extra_bits) - 1)).astype(np.int64)

    @property
    def _low_bits(self) -> int:
        # Room for the copy and four bits at the least, as there are few copies for each bin.
        return _DROPPED_BITS + self.bin_bits


@dataclass(frozen=True, slots=True)
class Spread:
    """A file of packed numbers. starts: where in it each bin begins, and the end."""

    path: Path
    starts: Ints

    def bins(self, first: int, stop: int) -> Spread:
        """Return this file as one of some of its bins."""
        return Spread(self.path, self.starts[first : stop + 1])

    def read(self) -> list[Hashes]:
        """Return the numbers of each bin."""
        numbers = np.fromfile(
            self.path, np.uint64, int(self.starts[-1] - self.starts[0]), offset=8 * int(self.starts[0])
        )
        return np.split(numbers, self.starts[1:-1] - self.starts[0])


def spread(path: Path, layout: Layout, hashes: Hashes, copy: Hashes, extra: Hashes | int = 0) -> Spread:
    """Write `hashes` of copies to a file, by their bins. Several may write the same file at once."""
    packed = layout.packed(hashes, copy, extra)
    starts = np.zeros(layout.bin_count + 1, np.int64)
    starts[-1] = packed.size
    if layout.bin_bits:
        bins = layout.bins(hashes)
        starts[1:] = np.bincount(bins, minlength=layout.bin_count).cumsum()
        packed = packed[np.argsort(bins, kind="stable")]
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    packed.tofile(temporary)
    temporary.replace(path)
    return Spread(path, starts)


@dataclass(frozen=True, slots=True)
class Bins:
    """Some neighbouring bins of all files, the first of them `first`."""

    files: tuple[Spread, ...]
    layout: Layout
    first: int
    count: int

    def each(self) -> Iterator[tuple[int, Hashes]]:
        """Yield the number of each bin with its packed numbers in order, one of each for a hash and copy.

        Of several that differ in what is packed beside the copy the smallest stays.
        """
        # All bins at once of a file: there may be thousands of either, and opening one takes longer than reading it.
        read = [file.read() for file in self.files]
        for number in range(self.count):
            packed = np.concatenate([np.empty(0, np.uint64), *(bins[number] for bins in read)])
            yield self.first + number, _in_order(packed, self.layout)

    def whole_hash(self, numbers: Hashes, number: int) -> Hashes:
        """Return the first `HASH_BITS` of the hashes of packed numbers of bin `number`."""
        return self.layout.hash_of(numbers) | np.uint64(number << (HASH_BITS - self.layout.bin_bits))


def _in_order(packed: Hashes, layout: Layout) -> Hashes:
    # Several times as fast as NumPy's own.
    ordered = pl.Series(packed).sort().to_numpy()
    return ordered[are_first(ordered >> np.uint64(layout.extra_bits))]


class Asked:
    """Some hashes, of which it is asked which copies have them.

    hashes: as many of their bits as are kept, in order.
    """

    def __init__(self, hashes: Hashes) -> None:
        """Ask for hashes as they are kept, in order, each once."""
        self.hashes = hashes
        self._told_bits = min(max(hashes.size.bit_length() + _MORE_TOLD_BITS, _MIN_TOLD_BITS), _MAX_TOLD_BITS)
        self._may_be: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, hashes: Sequence[Hashes]) -> Asked:
        """Ask for each of some whole hashes."""
        kept = np.concatenate([np.empty(0, np.uint64), *hashes]) >> np.uint64(_DROPPED_BITS)
        return cls(np.unique(kept))

    def __reduce__(self) -> tuple[Any, ...]:
        """Send the hashes alone."""
        return Asked, (self.hashes,)

    def among(self, hashes: Hashes) -> tuple[Ints, Ints]:
        """Return which of some whole hashes are asked for, by their positions, and the position of each in `hashes`."""
        if self._may_be is None:
            self._may_be = np.zeros(1 << self._told_bits, np.bool_)
            self._may_be[self.hashes >> np.uint64(HASH_BITS - self._told_bits)] = True
        rows = np.flatnonzero(self._may_be[hashes >> np.uint64(64 - self._told_bits)])
        at, is_asked = positions(hashes[rows] >> np.uint64(_DROPPED_BITS), self.hashes)
        return rows[is_asked], at


@dataclass(frozen=True, slots=True)
class Found:
    """Where the hashes that were `asked` for stand: packed numbers, of positions among these in place of hashes.

    It is one bin, in memory, of the same use as `Bins`.
    """

    asked: Asked
    layout: Layout
    packed: Hashes

    @classmethod
    def of(cls, asked: Asked, layout: Layout, at: Ints, copy: Numbers, extra: Numbers) -> Found:
        """Pack positions `at`, those of `asked.hashes`, with the copies that have them."""
        hashes = at.astype(np.uint64) << np.uint64(_DROPPED_BITS)
        return cls(asked, layout, layout.packed(hashes, copy.astype(np.uint64), extra.astype(np.uint64)))

    def each(self) -> Iterator[tuple[int, Hashes]]:
        """Yield what `Bins.each` does."""
        yield 0, _in_order(self.packed, self.layout)

    def whole_hash(self, numbers: Hashes, number: int) -> Hashes:
        """Return what `Bins.whole_hash` does."""
        assert number == 0
        return self.asked.hashes[self.layout.hash_of(numbers)]


def in_tasks(files: Sequence[Spread], layout: Layout) -> list[Bins]:
    """Return all bins of `files`, neighbouring ones together where they are small."""
    sizes = np.zeros(layout.bin_count, np.int64)
    for file in files:
        sizes += np.diff(file.starts)
    tasks = []
    first = 0
    for stop in range(1, layout.bin_count + 1):
        if stop == layout.bin_count or sizes[first : stop + 1].sum() > TASK_HASHES:
            tasks.append(Bins(tuple(file.bins(first, stop) for file in files), layout, first, stop - first))
            first = stop
    return tasks


@dataclass(frozen=True, slots=True)
class Groups:
    """Runs of equal values in an array in order: where each begins, and how many there are."""

    starts: Ints
    sizes: Ints

    @classmethod
    def of(cls, ordered: Hashes) -> Groups:
        """Find the groups."""
        starts = np.flatnonzero(are_first(ordered))
        return cls(starts, np.diff(starts, append=ordered.size))

    def between(self, least: int, most: int) -> Groups:
        """Return the groups of so many."""
        wanted = (self.sizes >= least) & (self.sizes <= most)
        return Groups(self.starts[wanted], self.sizes[wanted])

    def rows(self) -> Ints:
        """Return the positions of all members."""
        before = np.cumsum(self.sizes) - self.sizes
        return np.repeat(self.starts - before, self.sizes) + np.arange(self.sizes.sum())

    def pairs(self) -> tuple[Ints, Ints, Ints]:
        """Return the positions of each two members of a group, the first one first, and the size of the group."""
        found = [np.empty((3, 0), np.int64)]
        for size in np.unique(self.sizes[self.sizes > 1]):
            one, other = np.triu_indices(size, 1)
            starts = self.starts[self.sizes == size][:, None]
            pairs = (starts + one).ravel(), (starts + other).ravel()
            found.append(np.stack([*pairs, np.full(pairs[0].size, size)]))
        one, other, sizes = np.concatenate(found, axis=1)
        return one, other, sizes


def are_first(ordered: Hashes) -> NDArray[np.bool_]:
    """Tell for each value of an array in order whether it differs from the one before."""
    first = np.ones(ordered.size, np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first


def positions(wanted: Numbers, ordered: Numbers) -> tuple[Ints, NDArray[np.bool_]]:
    """Return where those of `wanted` that are in an array in order stand there, and which they are."""
    at = np.searchsorted(ordered, wanted)
    is_there = at < ordered.size
    is_there[is_there] = ordered[at[is_there]] == wanted[is_there]
    return at[is_there], is_there


def flattened(lists: pl.Series, of_copy: pl.Series) -> tuple[Hashes, Hashes]:
    """Return the values of all `lists` one after the other, and for each the number of the copy that has the list."""
    lengths = lists.list.len().to_numpy()
    filled = lists.filter(lists.list.len() > 0)
    values = filled.explode().to_numpy() if filled.len() else np.empty(0, np.uint64)
    return values, np.repeat(of_copy.to_numpy().astype(np.uint64), lengths)


@contextmanager
def scratch(folder: Path | None) -> Iterator[Path]:
    """Give a folder for files that are wanted no longer than this: `folder`, emptied, or one of the system's own."""
    if folder is not None:
        # What a run left that was killed.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    here = folder or Path(tempfile.mkdtemp())
    try:
        yield here
    finally:
        shutil.rmtree(here, ignore_errors=True)
