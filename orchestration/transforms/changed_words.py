"""What copies that changed since the last time say and write, as they do now and as they did then, and who else does.

Belongs here: where the hashes of changed copies stand. Keep out: what follows from it for what was computed then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orchestration.transforms.hash_ranges import Asked, Found, Layout
from orchestration.transforms.last_time import LastTime
from orchestration.transforms.parts import Read, Run
from orchestration.transforms.word_hashes import COLUMNS, hashed, look_up, numbered_parts, rows_of


@dataclass(frozen=True, slots=True)
class ChangedWords:
    """Where the hashes of changed copies stand.

    numbers: `copy_id, copy`, the numbers of all copies and, behind them, of those that are gone. is_changed: whether a
    copy is new, another than it was or gone, by its number. now, before: by what is hashed, in which copies the hashes
    of changed ones stand, and in which they stood.
    """

    numbers: pl.DataFrame
    is_changed: NDArray[np.bool_]
    now: Mapping[str, Found]
    before: Mapping[str, Found]

    @classmethod
    def of(
        cls, what: Sequence[str], copy_ids: list[str], read: Read, last: LastTime, run: Run, folder: Path
    ) -> ChangedWords:
        """Look for the hashes of changed copies in all that `read` reads. what: some of COLUMNS.

        copy_ids: of all copies, in the order of their numbers. run: works on the parts. folder: for files.
        """
        gone = sorted(last.changed.difference(copy_ids))
        numbers = pl.DataFrame({"copy_id": [*copy_ids, *gone]}, schema={"copy_id": pl.String}).with_row_index("copy")
        layout = Layout.of(numbers.height)
        is_changed = numbers["copy_id"].is_in(pl.Series(sorted(last.changed), dtype=pl.String).implode()).to_numpy()
        parts = numbered_parts(copy_ids, layout, read, folder)
        columns = sorted({column for one in what for column in COLUMNS[one]})
        rows = rows_of(parts, np.flatnonzero(is_changed), columns)
        hashes = {one: hashed(one, rows) for one in what}
        rows_then = last.before.join(numbers, on="copy_id").select("copy", *columns)
        hashes_then = {one: hashed(one, rows_then) for one in what}
        asked = {one: Asked.of([hashes[one][0], hashes_then[one][0]]) for one in what}
        now = look_up(asked, parts, layout, run)
        before = {}
        for one, found in now.items():
            then, copy, extra = hashes_then[one]
            row, at = asked[one].among(then)
            of_changed = Found.of(asked[one], found.layout, at, copy[row], extra[row])
            same = found.packed[~is_changed[found.layout.copy_of(found.packed)]]
            before[one] = Found(asked[one], found.layout, np.concatenate([same, of_changed.packed]))
        return cls(numbers, is_changed, now, before)

    def numbered(self, frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
        """Return `frame` with numbers for the ids of copies in `columns`, without rows of changed copies."""
        same = self.numbers.filter(~pl.Series(self.is_changed))
        for column in columns:
            number = same.select(pl.col("copy_id").alias(column), pl.col("copy").cast(pl.Int64).alias("_number"))
            frame = frame.join(number, on=column).with_columns(pl.col("_number").alias(column)).drop("_number")
        return frame
