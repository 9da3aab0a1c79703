"""The words of all copies as hashes, from which other modules find what copies share.

What is looked for: the runs of words of a copy, said or written, and its phrases of content words. Of all copies they
are written to files; of a few changed copies they are asked for in the words of all others. Belongs here: what is
hashed. Keep out: what it means that two copies share it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orchestration.transforms.function_words import FUNCTION_WORDS
from orchestration.transforms.hash_ranges import (
    Asked,
    Found,
    Groups,
    Hashes,
    Ints,
    Layout,
    Spread,
    flattened,
    spread,
)
from orchestration.transforms.parts import Of, Read, Run, Together, apart, made, summed_up

# Four words survive the editing of a transcript (fillers cut, phrases rewritten) often enough and are shared by
# unrelated conversations rarely: measured on the seeds, 0.66 for two tellings of one conversation, 0.01 at most for
# two conversations. Six words are almost never shared by chance, so they find the pairs worth measuring.
SHINGLE_WORDS = 4
BLOCKING_WORDS = 6
RUN_WORDS = 8
# One in so many blocking shingles of speech is looked up. Descriptions are short: all of theirs are.
SAMPLING = {"speech": 4, "notes": 1}
# Bits for the tenth of a copy in which a shingle stands.
PLACE_BITS = 4
PLACES = 10
# Parts are put together until they have so many copies, since each file costs as much again in every bin.
COPIES_PER_FILE = 256
_WORDS_AT_ONCE = 1 << 16

COLUMNS = {"speech": ["speech"], "notes": ["notes"], "phrases": ["speech", "notes"], "runs": ["speech"]}
"""What is hashed, and the columns of `copy_words` that it is made of: runs of four words of `speech` and of `notes`,
each with the tenth of the copy in which it first stands; `phrases`, with 0 for those of descriptions and 1 for those of
speech; `runs` of eight words said."""
_EXTRA_BITS = {"speech": PLACE_BITS, "notes": PLACE_BITS, "phrases": 1, "runs": 0}

_LISTS = {"speech": pl.List(pl.UInt64), "notes": pl.List(pl.String)}
_FACTOR = np.uint64(6364136223846793005)
_SQUARE = np.uint64(6364136223846793005**2 % 2**64)


@dataclass(frozen=True, slots=True)
class Shingles:
    """What is hashed of all copies, each hash once for a copy that has it.

    layout: how it is packed with the number of the copy, and maybe more.
    """

    files: tuple[Spread, ...]
    layout: Layout

    def delete(self) -> None:
        """Delete the files, which may be as large as the texts."""
        for file in self.files:
            file.path.unlink()


@dataclass(frozen=True, slots=True)
class Words:
    """The words of many copies, whose numbers are their positions in `copy_ids`.

    read: reads the parts of `copy_words`. lengths: how many words of `speech` and of `notes` each copy has, those
    without any left out. sampled: of either, the shingles that are looked up to find pairs.
    """

    copy_ids: list[str]
    read: Read
    lengths: dict[str, dict[str, int]]
    sampled: Mapping[str, Shingles]


@dataclass(frozen=True, slots=True)
class Part:
    """Some parts to read. copies: `copy_id, copy`, the number of each. name: of their files in `folder`."""

    read: Read
    copies: pl.DataFrame
    layout: Layout
    folder: Path
    name: str


def spread_words(copy_ids: list[str], read: Read, run: Run, folder: Path) -> Words:
    """Write what is looked up of all words that `read` reads, of copies as they are numbered in `copy_ids`.

    run: works on the parts. folder: for the files.
    """
    sums = made(summed_up(read, _sampled, Of(["copy_id", "speech", "notes"])), ["copy_id"], run)
    layout = Layout.of(len(copy_ids))
    done = run(_spread_sampled, numbered_parts(copy_ids, layout, sums, folder))
    lengths: dict[str, dict[str, int]] = {}
    for column in SAMPLING:
        lengths[column] = {copy: count for found, _ in done for copy, count in found[column]}
    sampled = {column: Shingles(tuple(files[column] for _, files in done), layout) for column in SAMPLING}
    return Words(copy_ids, read, lengths, sampled)


def spread_all(what: str, copy_ids: list[str], read: Read, run: Run, folder: Path) -> Shingles:
    """Write the hashes of all copies, numbered as in `copy_ids`, into `folder`. what: one of COLUMNS."""
    layout = Layout.of(len(copy_ids))
    parts = numbered_parts(copy_ids, layout, read, folder)
    files = run(_spread_part, [(part, what) for part in parts])
    return Shingles(tuple(files), layout.beside(_EXTRA_BITS[what]))


def numbered_parts(copy_ids: list[str], layout: Layout, read: Read, folder: Path) -> list[Part]:
    """Return the parts that `read` reads, some in one, with their copies and the positions of these in `copy_ids`."""
    number = pl.DataFrame({"copy_id": copy_ids}, schema={"copy_id": pl.String}).with_row_index("copy")
    parts: list[Part] = []
    readers: list[Read] = []
    ids: list[pl.DataFrame] = []
    all_of = apart(read)
    for index, one in enumerate(all_of, 1):
        readers.append(one)
        ids += one(["copy_id"])
        if sum(some.height for some in ids) >= COPIES_PER_FILE or index == len(all_of):
            here = number.join(pl.concat([number.clear().select("copy_id"), *ids]), on="copy_id")
            if here.height:
                parts.append(Part(Together(tuple(readers)), here, layout, folder, f"{len(parts):05}"))
            readers, ids = [], []
    return parts


def read_part(part: Part, columns: list[str]) -> pl.DataFrame:
    """Return `columns` of the copies of some parts, and `copy`, the number of each."""
    frames = []
    for frame in part.read(["copy_id", *columns]):
        # A join would move all words.
        numbers = frame.select("copy_id").join(part.copies, on="copy_id", how="left", maintain_order="left")
        numbered = frame.with_columns(numbers["copy"])
        frames.append(numbered.drop_nulls("copy") if numbers["copy"].null_count() else numbered)
    return pl.concat(frames)


def rows_of(parts: Sequence[Part], copies: Ints, columns: list[str]) -> pl.DataFrame:
    """Return `columns` of a few copies, given by their numbers, and `copy`, the number of each."""
    frames = [pl.DataFrame(schema={"copy": pl.UInt32} | {column: _LISTS[column] for column in columns})]
    for part in parts:
        here = part.copies.filter(pl.col("copy").is_in(pl.Series(copies, dtype=pl.UInt32).implode()))
        if here.height:
            frames.append(read_part(replace(part, copies=here), columns).select("copy", *columns))
    return pl.concat(frames)


def look_up(asked: Mapping[str, Asked], parts: Sequence[Part], layout: Layout, run: Run) -> dict[str, Found]:
    """Return where hashes stand in the copies of `parts`.

    asked: what for, by what is hashed. layout: for the numbers of copies, those in `parts` and others. run: works on
    the parts.
    """
    done = run(_look_up, [(part, dict(asked)) for part in parts])
    found = {}
    for what, of_what in asked.items():
        columns = zip(*(one[what] for one in done), strict=True) if done else [[]] * 3
        at, copy, extra = (np.concatenate([np.empty(0, np.int64), *column]) for column in columns)
        found[what] = Found.of(of_what, layout.beside(_EXTRA_BITS[what]), at, copy, extra)
    return found


def hashed(what: str, rows: pl.DataFrame, asked: Asked | None = None) -> tuple[Hashes, Hashes, Hashes]:
    """Return the hashes of copies, the number of the copy of each, and what is kept beside it.

    what: one of COLUMNS. rows: these columns, and `copy`. asked: leave out hashes that are not among these.
    """
    if what == "phrases":
        both = [_phrases(rows, "notes", 0, asked), _phrases(rows, "speech", 1, asked)]
        hashes, copy, side = (np.concatenate(columns) for columns in zip(*both, strict=True))
        return hashes, copy, side
    codes, copy = _codes(rows, COLUMNS[what][0])
    if what == "runs":
        hashes, at = runs_of(codes, copy, RUN_WORDS, asked)
        return hashes, copy[at], np.zeros(at.size, np.uint64)
    hashes, at = runs_of(codes, copy, SHINGLE_WORDS, asked)
    return hashes, copy[at], _places(copy, at)


def runs_of(
    codes: Hashes, copy: Hashes, size: int, asked: Asked | None = None, *, is_mixed: bool = False
) -> tuple[Hashes, NDArray[np.intp]]:
    """Return the hash of each `size` words in a row of one copy, and where each begins. size: even.

    copy: the copy of each word; those of a copy stand together. asked: leave out hashes that are not among these.
    is_mixed: hash them once more, as the low digits of a sum of products are poorly mixed.
    """
    if asked is None:
        hashes = _rolled(codes, size, is_mixed=is_mixed)
        is_within = copy[: hashes.size] == copy[size - 1 :]
        return hashes[is_within], np.flatnonzero(is_within)
    found = [(np.empty(0, np.uint64), np.empty(0, np.intp))]
    # Few words at a time stay near the processor, of which most of the hashes never leave it.
    for first in range(0, codes.size, _WORDS_AT_ONCE):
        hashes = _rolled(codes[first : first + _WORDS_AT_ONCE + size - 1], size, is_mixed=is_mixed)
        at, _ = asked.among(hashes)
        found.append((hashes[at], at + first))
    hashes, at = (np.concatenate(columns) for columns in zip(*found, strict=True))
    is_within = copy[at] == copy[at + size - 1]
    return hashes[is_within], at[is_within]


def _rolled(codes: Hashes, size: int, *, is_mixed: bool) -> Hashes:
    """Return the hash of each `size` words in a row."""
    if codes.size < size:
        return np.empty(0, np.uint64)
    # The hash of some words is a sum of their codes, each by a power of the factor: two words, then two more.
    two = codes[:-1] * _FACTOR + codes[1:]
    hashes = two
    for step in range(2, size, 2):
        hashes = hashes[: two.size - step] * _SQUARE + two[step:]
    return pl.Series(hashes).hash(0).to_numpy() if is_mixed else hashes


def _sampled(part: pl.DataFrame) -> pl.DataFrame:
    """Return how many words each copy says and writes, and the hashes of its shingles that are looked up."""
    rows = part.with_row_index("copy")
    columns = {"copy_id": rows["copy_id"]}
    for column, sampling in SAMPLING.items():
        codes, copy = _codes(rows, column)
        hashes, at = runs_of(codes, copy, BLOCKING_WORDS, is_mixed=True)
        is_looked_up = hashes % np.uint64(sampling) == 0
        of_copy = pl.DataFrame({"copy": copy[at[is_looked_up]].astype(np.uint32), column: hashes[is_looked_up]})
        lists = of_copy.group_by("copy").agg(column)
        columns[f"{column}_length"] = rows[column].list.len()
        columns[column] = rows.select("copy").join(lists, on="copy", how="left", maintain_order="left")[column]
    return pl.DataFrame(columns).with_columns(pl.col(*SAMPLING).fill_null([]))


def _spread_sampled(part: Part) -> tuple[dict[str, list[tuple[str, int]]], dict[str, Spread]]:
    """Return how many words each copy says and writes, and the files of what is looked up."""
    rows = read_part(part, [*SAMPLING, *(f"{column}_length" for column in SAMPLING)])
    lengths: dict[str, list[tuple[str, int]]] = {}
    files: dict[str, Spread] = {}
    for column in SAMPLING:
        length = pl.col(f"{column}_length")
        lengths[column] = rows.filter(length > 0).select("copy_id", length).rows()
        path = part.folder / f"{column}-sampled-{part.name}"
        files[column] = spread(path, part.layout, *flattened(rows[column], rows["copy"]))
    return lengths, files


def _spread_part(task: tuple[Part, str]) -> Spread:
    part, what = task
    path = part.folder / f"{what}-{part.name}"
    return spread(path, part.layout.beside(_EXTRA_BITS[what]), *hashed(what, read_part(part, COLUMNS[what])))


def _look_up(task: tuple[Part, dict[str, Asked]]) -> dict[str, tuple[Ints, Ints, Ints]]:
    """Return of some parts the hashes that are asked for: their positions, the copies and what is beside them."""
    part, asked = task
    rows = read_part(part, sorted({column for what in asked for column in COLUMNS[what]}))
    found = {}
    for what, of_what in asked.items():
        hashes, copy, extra = hashed(what, rows, of_what)
        _, at = of_what.among(hashes)
        found[what] = at, copy.astype(np.int64), extra.astype(np.int64)
    return found


def _phrases(rows: pl.DataFrame, column: str, side: int, asked: Asked | None) -> tuple[Hashes, Hashes, Hashes]:
    """Return the hashes of the pairs of neighbouring content words, the copy of each, and `side`."""
    if column == "notes":
        is_phrased = pl.element().str.len_chars() > 1
        phrased = rows.select(pl.col(column).list.eval(pl.element().filter(is_phrased).hash(0))).to_series()
        codes, copy = flattened(phrased, rows["copy"])
    else:
        codes, copy = _codes(rows, column)
    is_content = ~pl.Series(codes).is_in(_function_codes().implode()).to_numpy()
    codes, copy = codes[is_content], copy[is_content]
    hashes, at = runs_of(codes, copy, 2, asked, is_mixed=True)
    return hashes, copy[at], np.full(at.size, side, np.uint64)


@cache
def _function_codes() -> pl.Series:
    # Not made where the module is imported: a process that forks must not have used Polars before.
    return pl.Series(sorted(FUNCTION_WORDS)).hash(0).sort()


def _codes(rows: pl.DataFrame, column: str) -> tuple[Hashes, Hashes]:
    """Return the hash and the copy of each word."""
    # Words of descriptions are few, and kept as they are, to be shown.
    words = rows[column] if column == "speech" else rows.select(pl.col(column).list.eval(pl.element().hash(0)))[column]
    return flattened(words, rows["copy"])


def _places(copy: Hashes, at: NDArray[np.intp]) -> Hashes:
    """Return for some words the tenth of their copy in which they stand, from 0 on. copy: of each word."""
    words = Groups.of(copy)
    group = np.searchsorted(words.starts, at, side="right") - 1
    return ((at - words.starts[group]) * PLACES // words.sizes[group]).astype(np.uint64)
