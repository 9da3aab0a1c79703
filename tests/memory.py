"""What tests give to a computation that follows from the last time."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from orchestration.transforms.last_time import LastTime


class InMemory:
    """Keeps frames, and the words of all copies, of which those given next are the words of the next time."""

    def __init__(self) -> None:
        """Begin without a last time. The words are set before each computation."""
        self.words = pl.DataFrame()
        self._last: tuple[Mapping[str, pl.DataFrame], pl.DataFrame] | None = None

    def recall(self) -> LastTime | None:
        """Return what was kept, and which copies changed."""
        if self._last is None:
            return None
        frames, then = self._last
        rows, rows_then = ({row[0]: row for row in frame.iter_rows()} for frame in (self.words, then))
        changed = {copy for copy in rows.keys() | rows_then.keys() if rows.get(copy) != rows_then.get(copy)}
        before = then.filter(pl.col("copy_id").is_in(sorted(changed))).select("copy_id", "speech", "notes")
        return LastTime(frames, frozenset(changed), before)

    def keep(self, frames: Mapping[str, pl.DataFrame]) -> None:
        """Keep them, and the words as they are."""
        self._last = frames, self.words
