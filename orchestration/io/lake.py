"""The lake: one folder of Parquet files a table, each with an enforced schema, and what each file was computed from.

Belongs here: files, their contracts, and what is recorded of them. Keep out: what a file is computed from
(increments.py) and which rows stand in it (buckets.py).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.ids import stable_id
from orchestration.io.files import write_bytes, write_json
from orchestration.method_versions import version_of
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.transforms.parts import Fold, Of, Read, SumUp, apart, sums_of

# Few enough rows in a group that those of a copy or document are found without reading many others.
_ROWS_PER_GROUP = 20_000
_TEXTS_PER_GROUP = 16
# Sums of the parts of so many buckets are folded into one, so that few files are read where one part of many changed.
_FOLDED_BUCKETS = 16
# A record names all parts of a table, so that one after each of them would grow with the square of their number.
_RECORDS = 16
DAMAGED = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
"""What Polars raises where a file cannot be read."""


def is_time_to_record(done: int, wanted: int) -> bool:
    """Tell whether to record what is there after so many parts: a run that is killed does a sixteenth of them again."""
    return done % -(-wanted // _RECORDS) == 0


def _file_name(bucket: int) -> str:
    return f"part-{bucket:05}.parquet"


class DamagedPartError(RuntimeError):
    """A file of the lake cannot be read. It is forgotten, so that the next run makes it anew."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is recorded of a file: the key of all that it was computed from, its SHA-256, rows, size and time.

    shared: hash of the rows of others that it was made with, where it depends on those that concern it only.
    """

    key: str
    fingerprint: str
    row_count: int
    size_bytes: int
    modified_ns: int
    shared: str = ""


@dataclass(frozen=True, slots=True)
class PartReader:
    """Yields columns of the parts of a table one after the other, anew at every call, in any process.

    fingerprints: of the parts, in the order of `buckets`.
    """

    folder: Path
    table: str
    buckets: tuple[int, ...]
    fingerprints: tuple[str, ...]

    def __call__(self, columns: list[str]) -> Iterator[pl.DataFrame]:
        """Read the parts. Raises as `Lake.read`."""
        lake = Lake(self.folder)
        return (lake.read_part(self.table, bucket, columns) for bucket in self.buckets)

    def split(self, bucket_count: int = 1) -> list[PartReader]:
        """Return a reader for the parts of each so many buckets, of which not all may be there."""
        parts = zip(self.buckets, self.fingerprints, strict=True)
        some = (zip(*group, strict=True) for _, group in groupby(parts, lambda part: part[0] // bucket_count))
        return [replace(self, buckets=buckets, fingerprints=fingerprints) for buckets, fingerprints in some]

    def summed_up(self, sum_up: SumUp, of: Of, fold: Fold | None = None) -> SumReader:
        """Return what reads what `sum_up`, a function of a module, makes of each part, and `fold` of several."""
        return SumReader(self, sum_up, of, version_of(sum_up.__module__), fold)

    def rows(self, column: str, values: Collection[str]) -> pl.DataFrame:
        """Return the rows whose `column` is among `values`. Raises as `Lake.read`."""
        lake = Lake(self.folder)
        return pl.concat([lake.read_rows(self.table, bucket, column, values) for bucket in self.buckets])


@dataclass(frozen=True, slots=True)
class SumReader:
    """Yields columns of what a function makes of each part: as it is kept beside the part, or made and kept.

    version: of the code that makes it. fold: what makes one of those of several parts, which is kept beside the first.
    """

    parts: PartReader
    sum_up: SumUp
    of: Of
    version: str
    fold: Fold | None = None

    def __call__(self, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
        """Read the sums of the parts, all columns where none are named. Raises as `Lake.read`."""
        return (some.sums(columns) for some in self.split())

    def split(self) -> list[SumReader]:
        """Return a reader for each part, or for some that are folded into one; not where another table is beside."""
        if self.fold is not None and self.of.beside is None:
            return [
                replace(self, parts=some, fold=self.fold if len(some.buckets) > 1 else None)
                for some in self.parts.split(_FOLDED_BUCKETS)
            ]
        parts = self.parts.split()
        beside: Sequence[Read | None] = [None] * len(parts) if self.of.beside is None else apart(self.of.beside)
        both = zip(parts, beside, strict=True)
        return [replace(self, parts=part, of=replace(self.of, beside=other), fold=None) for part, other in both]

    def is_made(self) -> bool:
        """Tell whether the sums of the part, or of several, are kept."""
        return is_state_of(self._path, self._about)

    def sums(self, columns: list[str] | None = None) -> pl.DataFrame:
        """Return the sums of the part, or of several folded into one."""
        sums = read_state(self._path, self._about, columns)
        if sums is None:
            if self.fold is None:
                sums = pl.concat(sums_of(self.parts, self.sum_up, self.of))
            else:
                sums = self.fold(pl.concat(replace(self, fold=None)()))
            write_state(self._path, sums, self._about)
        return sums if columns is None else sums.select(columns)

    @property
    def _path(self) -> Path:
        name = f"{'sums' if self.fold is None else 'sums-together'}-{self.sum_up.__name__.strip('_')}"
        return Lake(self.parts.folder).state_of(self.parts.table, self.parts.buckets[0], name)

    @property
    def _about(self) -> dict[str, str]:
        beside = self.of.beside.fingerprints if isinstance(self.of.beside, PartReader) else ()
        given = "" if self.of.given is None else hashlib.sha256(self.of.given.write_json().encode()).hexdigest()
        of = " ".join((*self.parts.fingerprints, *beside))
        return {"of": of, "given": given, "version": self.version, "polars": pl.__version__}


def is_state_of(path: Path, about: Mapping[str, str]) -> bool:
    """Tell whether `write_state` wrote to `path` about the same."""
    try:
        return pl.read_parquet_metadata(path).items() >= about.items()
    except (OSError, *DAMAGED):
        return False


def read_state(path: Path, about: Mapping[str, str], columns: list[str] | None = None) -> pl.DataFrame | None:
    """Return what `write_state` wrote to `path` about the same, or `columns` of it; None where that cannot be read."""
    if is_state_of(path, about):
        with suppress(OSError, *DAMAGED):
            return pl.read_parquet(path, columns=columns, glob=False)
    return None


def write_state(path: Path, frame: pl.DataFrame, about: Mapping[str, str]) -> None:
    """Keep a frame that can be made again of what is in the lake. about: what it was made of."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, metadata=dict(about))
    write_bytes(path, buffer.getvalue())


class Lake:
    """Reads and writes the tables below `folder`.

    A table is written in parts, one a bucket of documents, or in one part where its rows depend on all. Each part is
    written to a temporary name that is renamed. What is recorded of a part counts only as long as its file has the size
    and time of then, so that a crash between the two, or a file cut short, makes the next run compute the part again.
    """

    def __init__(self, folder: Path) -> None:
        """Open the lake in `folder`, which need not exist yet."""
        self.folder = folder

    @property
    def bucket_count(self) -> int:
        """The number of buckets that documents are spread over."""
        try:
            return int(json.loads(self._layout.read_text(encoding="utf-8"))["bucket_count"])
        except (OSError, ValueError, KeyError, TypeError):
            return 1

    @bucket_count.setter
    def bucket_count(self, count: int) -> None:
        write_json(self._layout, {"bucket_count": count})

    def path(self, table: str, bucket: int = 0) -> Path:
        """Return the file of a part of `table`. Raises KeyError for a table that has no contract."""
        if table not in LAKE_TABLES:
            raise KeyError(f"{table} is no table of the lake: add its contract to orchestration/schemas/")
        return self.folder / table / _file_name(bucket)

    def read(self, table: str, columns: list[str] | None = None) -> pl.DataFrame:
        """Return all rows of `table`, or some `columns` of them. Raises FileNotFoundError where it was never written.

        Raises DamagedPartError where a file cannot be read.
        """
        recorded = self._recorded(table)
        if not recorded:
            raise FileNotFoundError(f"the lake has no table {table} yet: build it with `make warehouse`")
        buckets = sorted(recorded)
        with suppress(OSError, *DAMAGED):
            # Many small files are read six times as fast as one by one, which tells the one that cannot be read.
            paths = [self.path(table, bucket) for bucket in buckets]
            return pl.read_parquet(paths, columns=columns, glob=False)
        return pl.concat([self.read_part(table, bucket, columns) for bucket in buckets], rechunk=False)

    def read_part(self, table: str, bucket: int, columns: list[str] | None = None) -> pl.DataFrame:
        """Return the rows of one part. Raises as `read`."""
        return self._readable(table, bucket, lambda path: pl.read_parquet(path, columns=columns, glob=False))

    def reader(self, table: str) -> PartReader:
        """Return what reads `table` part by part. Raises FileNotFoundError where it was never written."""
        recorded = self._recorded(table)
        if not recorded:
            raise FileNotFoundError(f"the lake has no table {table} yet: build it with `make warehouse`")
        buckets = tuple(sorted(recorded))
        return PartReader(self.folder, table, buckets, tuple(recorded[bucket].fingerprint for bucket in buckets))

    def head(self, table: str, row_count: int) -> pl.DataFrame:
        """Return the first rows of `table`. Raises as `read`."""
        parts = self._recorded(table)
        bucket = next((bucket for bucket, part in sorted(parts.items()) if part.row_count), min(parts, default=0))
        return self._readable(table, bucket, lambda path: pl.scan_parquet(path, glob=False).head(row_count).collect())

    def read_rows(
        self, table: str, bucket: int, column: str, values: Collection[str], columns: Collection[str] = ()
    ) -> pl.DataFrame:
        """Return the rows of a part whose `column` is among `values`, or some `columns` of them. Raises as `read`."""
        wanted = pl.col(column).is_in(pl.Series(sorted(values), dtype=pl.String).implode())
        if values:
            # Groups of rows are passed over by their least and greatest values, of which a list is not asked.
            wanted = pl.col(column).is_between(pl.lit(min(values)), pl.lit(max(values))) & wanted
        shown = list(columns) or pl.all()
        return self._readable(
            table, bucket, lambda path: pl.scan_parquet(path, glob=False).filter(wanted).select(shown).collect()
        )

    def write(self, table: str, frame: pl.DataFrame, stage_key: str) -> pl.DataFrame:
        """Write `frame` as the whole of `table`, after checking it against the contract, and return it as stored.

        Rows are stored in the order of the primary key, so that equal rows make an equal file. Raises
        dataframely's SchemaError or RuleViolation, naming columns and rules, where the contract does not hold.
        """
        checked = self.checked(table, frame)
        # Without a record the table counts as unknown: a crash between the two makes the next run redo the stage.
        self._state_path(table).unlink(missing_ok=True)
        self.record(table, {0: self.write_part(table, 0, checked, stage_key)}, stage_key)
        return checked

    def checked(self, table: str, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` as it is stored. Raises as `write`."""
        schema = LAKE_TABLES[table]
        return schema.validate(frame.select(schema.column_names()), cast=True).sort(schema.primary_key())

    def write_part(self, table: str, bucket: int, checked: pl.DataFrame, key: str, shared: str = "") -> Part:
        """Write a part, and return what is to be recorded of it. Several processes may write parts of one table."""
        buffer = io.BytesIO()
        group = _TEXTS_PER_GROUP if table == "document_texts" else _ROWS_PER_GROUP
        checked.write_parquet(buffer, compression="zstd", statistics=True, row_group_size=group)
        content = buffer.getvalue()
        path = self.path(table, bucket)
        write_bytes(path, content)
        status = path.stat()
        fingerprint = hashlib.sha256(content).hexdigest()
        return Part(key, fingerprint, checked.height, status.st_size, status.st_mtime_ns, shared)

    def record(self, table: str, parts: Mapping[int, Part], stage_key: str = "") -> None:
        """Record the parts of `table` that are there now.

        stage_key: key of all that the whole table was computed from; empty as long as parts are still to come. With it
        all other files of the table are deleted.
        """
        names = {self.path(table, bucket).name for bucket in parts}
        for file in self.path(table).parent.glob("*.parquet") if stage_key else ():
            if file.name not in names:
                file.unlink()
        recorded = {str(bucket): asdict(part) for bucket, part in sorted(parts.items())}
        write_json(self._state_path(table), {"stage_key": stage_key, "parts": recorded})

    def parts(self, table: str) -> dict[int, Part]:
        """Return what is recorded of the parts of `table` whose files are as they were left."""
        return {bucket: part for bucket, part in self._recorded(table).items() if self._is_intact(table, bucket, part)}

    def fingerprint(self, table: str) -> str:
        """Return the fingerprint of the rows of `table`; empty where it is not whole."""
        recorded = self._recorded(table)
        if not recorded or not all(self._is_intact(table, *one) for one in recorded.items()):
            return ""
        return stable_id(table, *(f"{bucket}:{part.fingerprint}" for bucket, part in sorted(recorded.items())))

    def stage_key(self, table: str) -> str:
        """Return the key of the stage that wrote `table`; empty where it is not whole."""
        return str(self._state(table).get("stage_key", "")) if self.fingerprint(table) else ""

    def is_current(self, table: str, stage_key: str) -> bool:
        """Tell whether `table` was written by a stage with this very key and its files are still there."""
        return self.stage_key(table) == stage_key

    def row_count(self, table: str) -> int:
        """Return the number of rows of `table` without reading them."""
        return sum(part.row_count for part in self._recorded(table).values())

    def forget(self, tables: Iterable[str]) -> None:
        """Delete what is recorded of `tables`, so that they are computed anew."""
        for table in tables:
            self._state_path(table).unlink(missing_ok=True)

    def damaged(self) -> list[Path]:
        """Return the files whose content is not what was written, and forget them, so that they are made anew.

        Reads every file, which a run does only once something went wrong.
        """
        found = []
        # Copies and sums of rows, and results, of whose content no hash is kept.
        for what in ("visitors", "sums"):
            for file in (self.folder / "state").glob(f"*/{what}-*.parquet"):
                file.unlink()
        for folder in (self.folder / "state").glob("*/kept"):
            shutil.rmtree(folder)
        for table in LAKE_TABLES:
            for bucket, part in self.parts(table).items():
                path = self.path(table, bucket)
                if hashlib.sha256(path.read_bytes()).hexdigest() != part.fingerprint:
                    self._forget_part(table, bucket)
                    found.append(path)
        return found

    def state_of(self, table: str, bucket: int, what: str) -> Path:
        """Return the path of a Parquet file about a part, away from its folder, all files of which are its rows."""
        return self.folder / "state" / table / f"{what}-{bucket:05}.parquet"

    def visitors(self, table: str, bucket: int) -> Path:
        """Return the path of a file with rows of `table` from other parts, for whoever needs them in `bucket`."""
        return self.state_of(table, bucket, "visitors")

    def scratch(self, table: str) -> Path:
        """Return the path of a folder for files that are there only while `table` is computed."""
        return self.folder / "state" / table / "scratch"

    def kept(self, table: str) -> Path:
        """Return the path of a folder for what the next computation of `table` follows from."""
        return self.folder / "state" / table / "kept"

    @property
    def _layout(self) -> Path:
        return self.folder / "state" / "layout.json"

    def _readable(self, table: str, bucket: int, read: Any) -> pl.DataFrame:
        path = self.path(table, bucket)
        try:
            frame: pl.DataFrame = read(path)
        except FileNotFoundError:
            self._forget_part(table, bucket)
            raise
        except DAMAGED as error:
            self._forget_part(table, bucket)
            raise DamagedPartError(f"{path} cannot be read ({error}): run again, and it is made anew") from error
        return frame

    def _forget_part(self, table: str, bucket: int) -> None:
        parts = self._recorded(table)
        if bucket in parts:
            # It stays on record as a part that is not there, so that the table does not pass for whole without it.
            self.record(table, parts | {bucket: replace(parts[bucket], key="", size_bytes=-1)})

    def _is_intact(self, table: str, bucket: int, part: Part) -> bool:
        try:
            # Asked of each part many times a run, and a `Path` takes longer to make than the answer.
            status = os.stat(f"{self.folder}/{table}/{_file_name(bucket)}")  # noqa: PTH116
        except FileNotFoundError:
            return False
        return (status.st_size, status.st_mtime_ns) == (part.size_bytes, part.modified_ns)

    def _state_path(self, table: str) -> Path:
        return self.folder / table / "stage.json"

    def _recorded(self, table: str) -> dict[int, Part]:
        try:
            return {int(bucket): Part(**part) for bucket, part in self._state(table).get("parts", {}).items()}
        except (AttributeError, TypeError, ValueError):
            return {}

    def _state(self, table: str) -> dict[str, Any]:
        try:
            state = json.loads(self._state_path(table).read_text(encoding="utf-8"))
            return state if isinstance(state, dict) else {}
        except (FileNotFoundError, ValueError):
            return {}
