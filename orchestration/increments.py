"""Computing a table bucket by bucket, and in a bucket only for the episodes of which something changed.

Belongs here: which episodes those are, and writing their rows beside the kept ones. Keep out: what a stage computes.

A stage may be computed so where the rows of an episode depend on nothing but the rows of its copies in the tables that
it reads, the catalogue, and what it shares with others (`Shared`). For each episode a hash over all of this is kept:
as long as it stays the same, so do the rows. Of the raw tables, what a document's rows are made of stands for them;
of computed tables, the hashes of their rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, reduce
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import polars as pl
from polars import selectors as cs

from orchestration.catalog.catalog import Catalog
from orchestration.io.lake import Lake, Part, read_state, write_state
from orchestration.schemas.tables import INGEST_TABLES, LAKE_TABLES
from orchestration.texts_with import texts_with

CATALOG = "catalog"
NEEDLE = "needle"
# Two hashes of 64 bits each, so that no two of very many contents are ever taken for one.
_SEEDS = (11, 23)
_HASHES = tuple(f"hash_{seed}" for seed in _SEEDS)
# So many names that changed are looked for in the texts of others; more make it cheaper to compute all anew.
_MAX_NEEDLES = 500


@dataclass(frozen=True, slots=True)
class Shared:
    """What a stage takes from the documents of others: a small frame made of whole tables.

    tables: of these, with the columns that are needed, all where none are named. reduce: makes the frame of them, in
    this order, a table as long as the texts as `Lake.reader`. With a column `copy_id` a row concerns that copy alone;
    with a column `needle`, episodes in whose documents the words of that text stand; else every episode.
    """

    tables: Mapping[str, tuple[str, ...]]
    reduce: Callable[..., pl.DataFrame]


class Sent:
    """The catalogue as a field of many tasks: packed once for all that are sent, unpacked once in each process.

    Packing it for each task was measured to take longer than most parts take to compute. It is packed as processes
    pack what they send each other, and comes from nowhere else.
    """

    __slots__ = ("_packed", "catalog")

    def __init__(self, catalog: Catalog) -> None:
        """Take the catalogue. Nothing is packed until a task is sent."""
        self.catalog = catalog
        self._packed: bytes | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pack it, the first time."""
        if self._packed is None:
            self._packed = bytes(ForkingPickler.dumps(self.catalog))
        return _received, (self._packed,)


@lru_cache(maxsize=1)
def _received(packed: bytes) -> Sent:
    return Sent(ForkingPickler.loads(packed))


@dataclass(frozen=True, slots=True)
class Task:
    """A part of a table to bring up to date.

    base: the version of the code and the fingerprint of the catalogue. key: of everything the part depends on but for
    what concerns those only that name something; names: the digest of that, as of `prepared`. copies: those at home in
    the bucket (see `Homes`). whole: rows of tables that are not in buckets, of these copies.
    fingerprints: of the parts of those that are, by table. shared: by name of the argument. sent: the catalogue.
    recorded: what is there so far.
    """

    lake: Path
    table: str
    bucket: int
    base: str
    key: str
    names: str
    copies: pl.DataFrame
    inputs: tuple[str, ...]
    whole: Mapping[str, pl.DataFrame]
    fingerprints: Mapping[str, str]
    shared: Mapping[str, pl.DataFrame]
    sent: Sent
    compute: Callable[..., pl.DataFrame] = field(repr=False)
    recorded: Part | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A part as it is now, and for how many copies its rows were computed and kept."""

    part: Part
    computed_copy_count: int
    kept_copy_count: int


def bring_up_to_date(task: Task) -> Done:
    """Compute the rows of the episodes that changed, and write the part unless it is the same."""
    lake = Lake(task.lake)
    if task.recorded and task.recorded.key == task.key:
        changed, gone = task.copies.clear(), task.copies.clear()
    else:
        changed, gone = _changed(lake, task)
    if task.recorded and task.recorded.shared != task.names:
        changed = _with_needles(lake, task, task.recorded.shared, changed)
    if changed.is_empty() and gone.is_empty() and task.recorded:
        return Done(replace(task.recorded, key=task.key, shared=task.names), 0, task.copies.height)
    frame = lake.checked(task.table, _computed(lake, task, changed))
    kept_copies = task.copies.join(changed, on="copy_id", how="anti")
    if kept_copies.height:
        kept = lake.read_rows(task.table, task.bucket, "copy_id", kept_copies["copy_id"].to_list())
        frame = pl.concat([kept, frame]).sort(_sort_key(task.table))
    part = lake.write_part(task.table, task.bucket, frame, task.key, task.names)
    _save(lake, task, _episode_keys(lake, task), row_hashes(frame), part)
    return Done(part, changed.height, kept_copies.height)


def _changed(lake: Lake, task: Task) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the copies of the episodes of which something changed, and the episodes that are gone."""
    known = _known(lake, task)
    if known is None:
        return task.copies, task.copies.clear()
    keys = _episode_keys(lake, task)
    same = keys.join(known, on=keys.columns, how="semi").select("episode_id")
    changed = task.copies.join(same, on="episode_id", how="anti")
    return changed, known.select("episode_id").unique().join(task.copies, on="episode_id", how="anti")


def prepared(lake: Lake, table: str, shared: Mapping[str, pl.DataFrame]) -> str:
    """Keep what `shared` says of names, for the runs to come, and return its digest; empty where it says nothing."""
    digest = _digest_of_needles(shared)
    path = _needles_path(lake, table, digest)
    if digest and not path.is_file():
        write_state(path, _needles(shared), {})
    return digest


def discard_unused(lake: Lake, table: str) -> None:
    """Delete what was kept of names that no part of `table` was made with."""
    used = {part.shared for part in lake.parts(table).values()}
    for file in _needles_path(lake, table, "").parent.glob("*.parquet"):
        if file.stem not in used:
            file.unlink()


def digest_of(frame: pl.DataFrame) -> str:
    """Return a hash of the rows of `frame`, whatever their order."""
    digest = hashlib.sha256(f"{pl.__version__}{frame.schema!r}{frame.height}".encode())
    for seed in _SEEDS:
        digest.update(str(frame.hash_rows(seed).sort().hash(seed).sum() if frame.height else 0).encode())
    return digest.hexdigest()


def row_hashes(frame: pl.DataFrame, key: str = "copy_id") -> pl.DataFrame:
    """Return for each value of the column `key` hashes of its rows, whatever their order, and their number."""
    hashes = {name: frame.hash_rows(seed) for name, seed in zip(_HASHES, _SEEDS, strict=True)}
    return frame.select(key, **hashes).group_by(key).agg(pl.col(*_HASHES).sum(), rows=pl.len()).sort(key)


def _computed(lake: Lake, task: Task, changed: pl.DataFrame) -> pl.DataFrame:
    tables = {name: _rows_of(lake, task, name, changed) for name in task.inputs if name != CATALOG}
    shared = {
        name: frame.join(changed, on="copy_id", how="semi", maintain_order="left")
        if "copy_id" in frame.columns
        else frame
        for name, frame in task.shared.items()
    }
    return task.compute(*(task.sent.catalog if name == CATALOG else tables[name] for name in task.inputs), **shared)


def rows_of(
    lake: Lake,
    table: str,
    bucket: int,
    copies: pl.DataFrame,
    at_home: pl.DataFrame | None = None,
    columns: tuple[str, ...] = (),
) -> pl.DataFrame:
    """Return the rows of `table` that belong to `copies`, some of those at home in `bucket` or all.

    Those of a computed table stand in the part of the bucket; those of a raw table in that of each document. at_home:
    all copies at home there; with it, rows of raw tables may come from what is kept together of them. columns: all
    where none are named.
    """
    is_all = at_home is not None and copies.height == at_home.height
    if table not in INGEST_TABLES:
        return (
            lake.read_part(table, bucket, list(columns) or None)
            if is_all
            else lake.read_rows(table, bucket, "copy_id", copies["copy_id"].to_list(), columns)
        )
    own, others = (copies.filter(is_own) for is_own in (pl.col("source") == bucket, pl.col("source") != bucket))
    frames = [_by_document(lake, table, own, columns)] if own.height else []
    if others.height:
        kept = None if at_home is None else _visitors(lake, table, bucket, at_home, is_wanted=is_all)
        if kept is None:
            frames.append(_by_document(lake, table, others, columns))
        else:
            is_asked = pl.col(_key_of(table)).is_in(others[_key_of(table)].implode())
            frames.append(kept.filter(is_asked).select(columns or kept.columns))
    # Without any copies left, the part of the bucket may be gone with its last document.
    return pl.concat(frames) if frames else LAKE_TABLES[table].create_empty().select(columns or pl.all())


def _key_of(table: str) -> str:
    return "document_id" if table == "document_texts" else "copy_id"


def _by_document(lake: Lake, table: str, copies: pl.DataFrame, columns: tuple[str, ...] = ()) -> pl.DataFrame:
    """Return the rows of `copies` in a raw table from the parts in which their documents stand."""
    key = _key_of(table)
    return pl.concat(
        lake.read_rows(table, int(source), key, part[key].to_list(), columns)
        for (source,), part in sorted(copies.partition_by("source", as_dict=True).items())
    )


def _visitors(lake: Lake, table: str, bucket: int, at_home: pl.DataFrame, *, is_wanted: bool) -> pl.DataFrame | None:
    """Return the rows of all copies at home in a bucket whose documents stand in others.

    They come from nearly as many parts as there are copies, and every stage wants them: so they are kept together, as
    long as the documents are the same and were read in the same way. is_wanted: whether to bring them together where
    they are not.
    """
    path = lake.visitors(table, bucket)
    copies = at_home.filter(pl.col("source") != bucket)
    about = {"of": digest_of(copies.select("copy_id", "document_id", "document_key")), "polars": pl.__version__}
    rows = read_state(path, about)
    if rows is None and is_wanted:
        rows = _by_document(lake, table, copies)
        write_state(path, rows, about)
    return rows


def _rows_of(lake: Lake, task: Task, table: str, copies: pl.DataFrame, columns: tuple[str, ...] = ()) -> pl.DataFrame:
    if table in task.whole:
        rows = task.whole[table].join(copies, on="copy_id", how="semi", maintain_order="left")
        return rows.select(columns) if columns else rows
    return rows_of(lake, table, task.bucket, copies, task.copies, columns)


def _episode_keys(lake: Lake, task: Task) -> pl.DataFrame:
    """Return for each episode hashes of everything that its rows depend on, but for what concerns all of them."""
    parts = []
    for name in task.inputs:
        if name in task.whole:
            parts.append(row_hashes(task.whole[name]))
        elif name != CATALOG and name not in INGEST_TABLES:
            parts.append(hashes_of_part(lake, name, task.bucket, task.fingerprints[name]))
    parts += [row_hashes(frame) for _, frame in sorted(task.shared.items()) if "copy_id" in frame.columns]
    copies = task.copies.select("copy_id", "episode_id", "document_id", "document_key")
    joined = reduce(
        lambda left, right: left.join(
            right.rename({name: f"{name}_{left.width}" for name in right.columns[1:]}), on="copy_id", how="left"
        ),
        parts,
        copies,
    )
    return row_hashes(joined, "episode_id")


def hashes_of_part(lake: Lake, table: str, bucket: int, fingerprint: str) -> pl.DataFrame:
    """Return `row_hashes` of a part. They are kept from when it was written, and made anew where they are lost.

    fingerprint: what is recorded of the part. To look it up for each of many parts would read all records each time.
    """
    path = lake.state_of(table, bucket, "rows")
    about = {"of": fingerprint, "polars": pl.__version__}
    hashes = read_state(path, about)
    if hashes is None:
        hashes = row_hashes(lake.read_part(table, bucket))
        write_state(path, hashes, about)
    return hashes


def _known(lake: Lake, task: Task) -> pl.DataFrame | None:
    """Return the keys of the episodes of which the part has rows, or None where it has to be computed as a whole."""
    if task.recorded is None:
        return None
    return read_state(lake.state_of(task.table, task.bucket, "episodes"), _about(task, task.recorded))


def _save(lake: Lake, task: Task, keys: pl.DataFrame, hashes: pl.DataFrame, part: Part) -> None:
    write_state(lake.state_of(task.table, task.bucket, "episodes"), keys, _about(task, part))
    about = {"of": part.fingerprint, "polars": pl.__version__}
    write_state(lake.state_of(task.table, task.bucket, "rows"), hashes, about)


def _about(task: Task, part: Part) -> dict[str, str]:
    return {"of": part.fingerprint, "base": task.base, "polars": pl.__version__}


def _needles(shared: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the rows that concern only episodes that name something: what they name, and a hash of each."""
    empty = pl.DataFrame(schema={NEEDLE: pl.String, "row": pl.UInt64})
    rows = [
        frame.select(NEEDLE, row=frame.hash_rows(len(name)))
        for name, frame in sorted(shared.items())
        if is_named(frame)
    ]
    return pl.concat([empty, *rows]).unique().sort(NEEDLE, "row")


def is_named(frame: pl.DataFrame) -> bool:
    """Whether the rows of a shared frame concern only the episodes that name something."""
    return NEEDLE in frame.columns and "copy_id" not in frame.columns


def is_for_all(frame: pl.DataFrame) -> bool:
    """Whether the rows of a shared frame concern every episode."""
    return NEEDLE not in frame.columns and "copy_id" not in frame.columns


def _digest_of_needles(shared: Mapping[str, pl.DataFrame]) -> str:
    return digest_of(_needles(shared))[:20] if any(map(is_named, shared.values())) else ""


def _needles_path(lake: Lake, table: str, digest: str) -> Path:
    return lake.folder / "state" / table / "names" / f"{digest}.parquet"


def _with_needles(lake: Lake, task: Task, before: str, changed: pl.DataFrame) -> pl.DataFrame:
    """Return `changed`, and the copies of episodes in whose documents a name stands of which something changed.

    before: the digest of what the part was made with.
    """
    needles = _needles_that_differ(lake.folder, task.table, before, task.names)
    if needles is None or len(needles) > _MAX_NEEDLES:
        return task.copies
    others = task.copies.join(changed, on="copy_id", how="anti")
    if not needles or others.is_empty():
        return changed
    hit = pl.concat([changed, _naming(lake, task, others, needles)])
    return task.copies.join(hit, on="episode_id", how="semi").sort("copy_id")


@lru_cache(maxsize=1)
def _needles_that_differ(folder: Path, table: str, before: str, now: str) -> list[str] | None:
    """Return the names of which something changed, by two digests of `prepared`; None where one is not kept."""
    one, other = (read_state(_needles_path(Lake(folder), table, digest), {}) for digest in (before, now))
    if one is None or other is None:
        return None
    columns = one.columns
    differing = pl.concat([one.join(other, on=columns, how="anti"), other.join(one, on=columns, how="anti")])
    return differing[NEEDLE].unique().sort().to_list()


def _naming(lake: Lake, task: Task, copies: pl.DataFrame, needles: list[str]) -> pl.DataFrame:
    """Return those of `copies` in whose document one of the `needles` stands, and in what the stage reads of them."""
    texts = _rows_of(lake, task, "document_texts", copies.unique("document_id"))
    maybe = copies.filter(pl.col("document_id").is_in(texts_with(texts, needles).implode()))
    if maybe.is_empty():
        return maybe
    # A feed names somebody in one of a hundred episodes.
    said = pl.concat_str(
        cs.string(), cs.by_dtype(pl.List(pl.String)).list.join("\n"), separator="\n", ignore_nulls=True
    )
    written = {name: _written(name) for name in task.inputs if name != CATALOG}
    tables = (_rows_of(lake, task, name, maybe, columns) for name, columns in written.items() if columns)
    parts = [rows.select("copy_id", text=said) for rows in tables]
    of_copies = pl.concat(parts).group_by("copy_id").agg(pl.col("text").str.join("\n"))
    return maybe.filter(pl.col("copy_id").is_in(texts_with(of_copies, needles, "copy_id").implode()))


@cache
def _written(table: str) -> tuple[str, ...]:
    """Return the columns of a table in which something is written, its copies among them; none where it has none."""
    empty = LAKE_TABLES[table].create_empty()
    columns = empty.select(cs.string(), cs.by_dtype(pl.List(pl.String))).columns
    return tuple(columns) if "copy_id" in columns and any(not name.endswith("_id") for name in columns) else ()


def _sort_key(table: str) -> list[str]:
    return LAKE_TABLES[table].primary_key()
