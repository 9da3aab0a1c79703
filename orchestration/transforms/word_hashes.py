"""The words of all copies as files of hashes, from which other modules find what copies share.

Each part of the table `copy_words` is read once, for everything that is looked for: runs of words said and written, and
the phrases of content words. Belongs here: what is hashed. Keep out: what it means that two copies share it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orchestration.transforms.hash_ranges import Groups, Hashes, Layout, Spread, flattened, spread
from orchestration.transforms.parts import Read, Run, Together, apart

# Four words survive the editing of a transcript (fillers cut, phrases rewritten) often enough and are shared by
# unrelated conversations rarely: measured on the seeds, 0.66 for two tellings of one conversation, 0.01 at most for
# two conversations. Six words are almost never shared by chance, so they find the pairs worth measuring.
SHINGLE_WORDS = 4
BLOCKING_WORDS = 6
# One in so many blocking shingles of speech is looked up. Descriptions are short: all of theirs are.
SPEECH_SAMPLING = 4
NOTES_SAMPLING = 1
# Bits for the tenth of a copy in which a shingle stands.
PLACE_BITS = 4
PLACES = 10
# Parts are put together until they have so many copies, since each file costs as much again in every bin.
COPIES_PER_FILE = 256

_FACTOR = np.uint64(6364136223846793005)
_SQUARE = np.uint64(6364136223846793005**2 % 2**64)


@dataclass(frozen=True, slots=True)
class Shingles:
    """Shingles of all copies, each once for a copy that has it.

    layout: how it is packed with the number of the copy, and maybe more.
    """

    files: tuple[Spread, ...]
    layout: Layout

    def delete(self) -> None:
        """Delete the files, which may be as large as the texts."""
        for file in self.files:
            file.path.unlink()


@dataclass(frozen=True, slots=True)
class WordHashes:
    """What was said or written in many copies.

    column: `speech` or `notes`, of the table `copy_words`, whose parts `read` reads. lengths: how many words each copy
    of `copy_ids` has, those without any left out. sampled: the shingles that are looked up to find pairs.
    """

    copy_ids: list[str]
    column: str
    read: Read
    lengths: dict[str, int]
    sampled: Shingles


@dataclass(frozen=True, slots=True)
class AllWords:
    """The words of many copies, and their `phrases`, with 0 packed beside those of descriptions and 1 of speech."""

    spoken: WordHashes
    noted: WordHashes
    phrases: Shingles


@dataclass(frozen=True, slots=True)
class Part:
    """Some parts to read. copies: `copy_id, copy`, the number of each. name: of their files in `folder`."""

    read: Read
    copies: pl.DataFrame
    layout: Layout
    folder: Path
    name: str


def spread_words(copy_ids: list[str], read: Read, function_words: Iterable[str], run: Run, folder: Path) -> AllWords:
    """Write the hashes of all words that `read` reads, of copies as they are numbered in `copy_ids`, into `folder`.

    function_words: those that are part of no phrase. run: works on the parts.
    """
    stop = pl.Series(sorted(function_words), dtype=pl.String).hash(0).sort()
    layout = Layout.of(len(copy_ids))
    done = run(_spread_part, [(part, stop) for part in numbered_parts(copy_ids, layout, read, folder)])

    def words(column: str) -> WordHashes:
        lengths = dict(chain.from_iterable(found[column] for found, _ in done))
        files = tuple(found[f"{column} sampled"] for _, found in done)
        return WordHashes(copy_ids, column, read, lengths, Shingles(files, layout))

    phrases = tuple(found[f"{column} phrases"] for _, found in done for column in ("speech", "notes"))
    return AllWords(words("speech"), words("notes"), Shingles(phrases, layout.beside(1)))


def spread_places(words: WordHashes, run: Run, folder: Path) -> Shingles:
    """Write all shingles by which copies are measured into `folder`, each with the tenth in which it first stands."""
    layout = Layout.of(len(words.copy_ids))
    parts = numbered_parts(words.copy_ids, layout, words.read, folder)
    files = run(_spread_places, [(part, words.column) for part in parts])
    return Shingles(tuple(files), layout.beside(PLACE_BITS))


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
    return pl.concat([frame.join(part.copies, on="copy_id") for frame in part.read(["copy_id", *columns])])


def runs_of(codes: Hashes, copy: Hashes, size: int) -> tuple[Hashes, NDArray[np.intp]]:
    """Return the hash of each `size` words in a row of one copy, and where each begins. size: even.

    copy: the copy of each word; those of a copy stand together.
    """
    if codes.size < size:
        return np.empty(0, np.uint64), np.empty(0, np.intp)
    # The hash of some words is a sum of their codes, each by a power of the factor: two words, then two more.
    two = codes[:-1] * _FACTOR + codes[1:]
    hashes = two
    for step in range(2, size, 2):
        hashes = hashes[: two.size - step] * _SQUARE + two[step:]
    is_within = copy[: hashes.size] == copy[size - 1 :]
    return hashes[is_within], np.flatnonzero(is_within)


def mixed(hashes: Hashes) -> Hashes:
    """Return hashes of `hashes`: the low digits of a sum of products are poorly mixed, and sampling needs them."""
    return pl.Series(hashes).hash(0).to_numpy()


def _spread_part(task: tuple[Part, pl.Series]) -> tuple[dict[str, list[tuple[str, int]]], dict[str, Spread]]:
    """Return how many words each copy says and writes, and the files of their hashes, by what is in them."""
    part, stop = task
    rows = read_part(part, ["speech", "notes"])
    lengths = {
        column: rows.select("copy_id", pl.col(column).list.len()).filter(pl.col(column) > 0).rows()
        for column in ("speech", "notes")
    }
    files: dict[str, Spread] = {}
    is_phrased = pl.element().str.len_chars() > 1
    phrased = rows.select(pl.col("notes").list.eval(pl.element().filter(is_phrased).hash(0))).to_series()
    for column, sampling, side in (("speech", SPEECH_SAMPLING, 1), ("notes", NOTES_SAMPLING, 0)):
        codes, copy = _codes(rows, column)
        hashes, at = runs_of(codes, copy, BLOCKING_WORDS)
        hashes = mixed(hashes)
        looked_up = hashes % np.uint64(sampling) == 0
        path = part.folder / f"{column}-sampled-{part.name}"
        files[f"{column} sampled"] = spread(path, part.layout, hashes[looked_up], copy[at[looked_up]])
        if column == "notes":
            codes, copy = flattened(phrased, rows["copy"])
        is_content = ~pl.Series(codes).is_in(stop.implode()).to_numpy()
        codes, copy = codes[is_content], copy[is_content]
        hashes, at = runs_of(codes, copy, 2)
        path = part.folder / f"{column}-phrases-{part.name}"
        files[f"{column} phrases"] = spread(path, part.layout.beside(1), mixed(hashes), copy[at], side)
    return lengths, files


def _spread_places(task: tuple[Part, str]) -> Spread:
    part, column = task
    codes, copy = _codes(read_part(part, [column]), column)
    hashes, at = runs_of(codes, copy, SHINGLE_WORDS)
    path = part.folder / f"{column}-places-{part.name}"
    return spread(path, part.layout.beside(PLACE_BITS), hashes, copy[at], _places(copy)[at])


def _codes(rows: pl.DataFrame, column: str) -> tuple[Hashes, Hashes]:
    """Return the hash and the copy of each word."""
    # Words of descriptions are few, and kept as they are, to be shown.
    words = rows[column] if column == "speech" else rows.select(pl.col(column).list.eval(pl.element().hash(0)))[column]
    return flattened(words, rows["copy"])


def _places(copy: Hashes) -> Hashes:
    """Return for each word the tenth of its copy in which it stands, from 0 on."""
    words = Groups.of(copy)
    place = (words.rows() - np.repeat(words.starts, words.sizes)) * PLACES // np.repeat(words.sizes, words.sizes)
    return place.astype(np.uint64)
