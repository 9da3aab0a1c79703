"""What larger corpora would take, from how time and memory grew over the sizes that were measured.

Belongs here: fitting and predicting. Keep out: measuring (measuring.py), tables (page.py). A prediction is a line drawn
on, not a measurement: it knows nothing of a disk that is full or a cache that no longer holds what it held.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

TARGETS_MB = {"10 GB": 10_000.0, "100 GB": 100_000.0, "1 TB": 1_000_000.0}
# Below this a time says more of the clock and of fixed costs than of growth.
_SHORTEST_S = 0.5


@dataclass(frozen=True, slots=True)
class Growth:
    """A quantity that grows as a power of the size: `value` at `megabytes`, the largest size that was measured.

    power: None where one size alone was measured, which is then drawn on in proportion to the size.
    """

    megabytes: float
    value: float
    power: float | None
    least_power: float

    def at(self, megabytes: float) -> float:
        """Return the value to be expected at another size.

        It starts from the largest size that was measured. A power below `least_power` is not believed: fixed costs
        make small corpora look slow, and growth slower than it is.
        """
        power = 1.0 if self.power is None else max(self.power, self.least_power)
        return self.value * float((megabytes / self.megabytes) ** power)


def growth(points: Sequence[tuple[float, float]], least_power: float = 1.0) -> Growth | None:
    """Fit a power of the size to `points` of size and value, by least squares of logarithms; None without any."""
    known = sorted((size, value) for size, value in points if size > 0 and value > 0)
    if not known:
        return None
    logs = [(math.log(size), math.log(value)) for size, value in known]
    mean_x, mean_y = (sum(axis) / len(logs) for axis in zip(*logs, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in logs)
    power = sum((x - mean_x) * (y - mean_y) for x, y in logs) / spread if spread else None
    return Growth(*known[-1], power, least_power)


@dataclass(frozen=True, slots=True)
class StageGrowth:
    """How a stage grows: seconds at the least in proportion to the size, memory perhaps not at all."""

    stage: str
    seconds: Growth
    peak_mb: Growth | None


def stages(sizes: Sequence[dict[str, Any]]) -> list[StageGrowth]:
    """Return how each stage of the largest size grows. Stages that take no time anywhere are left out.

    sizes: the figures of each size, as `bench.json` has them, the smallest first.
    """
    found = []
    for stage in sizes[-1]["build"]["stages"] if sizes else ():
        name = stage["stage"]
        measured = [(one["raw_mb"], row) for one in sizes for row in one["build"]["stages"] if row["stage"] == name]
        seconds = growth([(size, row["seconds"]) for size, row in measured if row["seconds"] >= _SHORTEST_S])
        peak = growth([(size, row["peak_mb"]) for size, row in measured if row["peak_mb"]], least_power=0.0)
        if seconds is not None:
            found.append(StageGrowth(name, seconds, peak))
    return found


def whole(sizes: Sequence[dict[str, Any]]) -> dict[str, Growth]:
    """Return how memory, lake and release of a whole build grow. Its time is the sum over its stages."""
    found = {
        "peak_mb": growth([(one["raw_mb"], one["build"]["peak_mb"]) for one in sizes], least_power=0.0),
        "lake_mb": growth([(one["raw_mb"], one["lake_mb"]) for one in sizes]),
        "release_mb": growth([(one["raw_mb"], one["release_mb"]) for one in sizes]),
    }
    return {name: one for name, one in found.items() if one is not None}
