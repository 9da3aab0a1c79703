"""What was computed of all copies the last time, so that only what other copies changed in it is computed now.

Belongs here: what a computation is given of the last time, and when that is of use. Keep out: where it is kept
(`kept_results`), and what is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

# So many copies in a hundred, and no more than so many, are worth to be told apart; with more, all is computed anew.
MAX_CHANGED_SHARE = 0.05
MAX_CHANGED = 500
MIN_CHANGED = 4


@dataclass(frozen=True, slots=True)
class LastTime:
    """What is known of the last time.

    frames: what was kept, by name. changed: the copies that have come since, have gone, or have another row in
    `copy_words`. before: the columns `copy_id, speech, notes` of those of them that were there, as they were.
    """

    frames: Mapping[str, pl.DataFrame]
    changed: frozenset[str]
    before: pl.DataFrame


class Memory(Protocol):
    """Keeps frames from one time to the next."""

    def recall(self) -> LastTime | None:
        """Return what is known of the last time; None where nothing is, or all has to be computed anew."""

    def keep(self, frames: Mapping[str, pl.DataFrame]) -> None:
        """Keep `frames`, computed of all copies as they are now, in place of those of the last time."""


def are_few(changed_count: int, copy_count: int) -> bool:
    """Tell whether so few copies changed that it is quicker to see what they change."""
    return changed_count <= max(MIN_CHANGED, min(MAX_CHANGED, MAX_CHANGED_SHARE * copy_count))
