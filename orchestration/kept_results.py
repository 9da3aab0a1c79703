"""What is kept of a computation over all copies, so that the next one only sees what changed copies change in it.

Belongs here: which copies changed since, and the files. Keep out: what follows from it (`transforms`).

Of the rows of then, those of a copy are wanted that changed. No file of the lake is ever written to, but another takes
its name: so a second name for each is enough to keep it, and costs room only once its part is another.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl

from orchestration.increments import hashes_of_part
from orchestration.io.files import write_json
from orchestration.io.lake import DAMAGED, Lake, read_state, write_state
from orchestration.transforms.last_time import LastTime

_WORDS = "copy_words"
_WORD_COLUMNS = ["copy_id", "speech", "notes"]
_COPIES = "copies"


class KeptResults:
    """Keeps frames of one computation in the folder of the lake, as a `Memory`."""

    def __init__(self, lake: Lake, table: str, version: str) -> None:
        """Keep what is computed for `table` by code of `version`: what other code has kept is not recalled."""
        self._lake = lake
        self._folder = lake.kept(table)
        # Hashes of words and rows may differ between versions of Polars.
        self._about = {"version": version, "polars": pl.__version__}

    def recall(self) -> LastTime | None:
        """Return what is known of the last time; None where nothing is, or a file of it is damaged or gone."""
        try:
            index = json.loads((self._folder / "index.json").read_text(encoding="utf-8"))
            names, parts = [str(name) for name in index["frames"]], dict(index["parts"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        then = read_state(self._path(_COPIES), self._about)
        frames = {name: frame for name in names if (frame := read_state(self._path(name), self._about)) is not None}
        if then is None or len(frames) < len(names):
            return None
        now = self._copies()
        same = [name for name in then.columns if name != "bucket"]
        gone = then.join(now, on=same, how="anti")
        come = now.join(then, on=same, how="anti")
        before = self._rows(gone, parts)
        if before is None:
            return None
        return LastTime(frames, frozenset(gone["copy_id"]) | frozenset(come["copy_id"]), before)

    def keep(self, frames: Mapping[str, pl.DataFrame]) -> None:
        """Keep `frames` and the words of all copies as they are now, in place of what was kept."""
        new = self._folder.with_name(f"{self._folder.name}-new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        parts = {}
        for bucket in self._lake.parts(_WORDS):
            file, kept = self._lake.path(_WORDS, bucket), new / self._rows_name(bucket)
            try:
                os.link(file, kept)
            except OSError:
                # Some file systems know one name of a file only.
                shutil.copy2(file, kept)
            parts[str(bucket)] = _size_and_time(kept)
        for name, frame in ({_COPIES: self._copies()} | dict(frames)).items():
            write_state(new / f"{name}.parquet", frame, self._about)
        write_json(new / "index.json", {"frames": sorted(frames), "parts": parts})
        shutil.rmtree(self._folder, ignore_errors=True)
        new.rename(self._folder)

    def _copies(self) -> pl.DataFrame:
        """Return the hashes of the rows of all copies, and the bucket of each."""
        of_parts = [
            hashes_of_part(self._lake, _WORDS, bucket, part.fingerprint).with_columns(bucket=pl.lit(bucket))
            for bucket, part in sorted(self._lake.parts(_WORDS).items())
        ]
        return pl.concat(of_parts)

    def _rows(self, copies: pl.DataFrame, parts: Mapping[str, Iterable[int]]) -> pl.DataFrame | None:
        """Return the rows of copies as they were, or None where the file of one is not what it was."""
        rows = [self._lake.head(_WORDS, 0).select(_WORD_COLUMNS)]
        for (bucket,), of_bucket in sorted(copies.partition_by("bucket", as_dict=True).items()):
            path = self._folder / self._rows_name(int(bucket))
            is_wanted = pl.col("copy_id").is_in(of_bucket["copy_id"].implode())
            try:
                if list(parts[str(bucket)]) != _size_and_time(path):
                    return None
                rows.append(pl.read_parquet(path, columns=_WORD_COLUMNS, glob=False).filter(is_wanted))
            except (OSError, KeyError, TypeError, *DAMAGED):
                return None
        return pl.concat(rows)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.parquet"

    def _rows_name(self, bucket: int) -> str:
        return f"rows-{bucket:05}.parquet"


def _size_and_time(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]
