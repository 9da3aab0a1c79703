"""One measured figure, as every part of the evaluation reports it and as the printed table shows it."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.96


@dataclass(frozen=True, slots=True)
class Figure:
    """A share with the counts it is made of, or a size with its unit.

    area: what is measured (`identity`, `alignment`, `speakers`, `people`, `mentions`). source: the documents or the
    format it was measured on. rule: the rule that decided, or `all`. measure: `precision`, `recall`, `median_error_s`.
    right, total: the counts of a share; None for a size, which has `value` alone.
    """

    area: str
    source: str
    rule: str
    measure: str
    value: float | None
    right: int | None = None
    total: int | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of a share (E. B. Wilson, 1927); None for a size and where nothing was counted."""
        if self.right is None or not self.total:
            return None
        share, n = self.right / self.total, self.total
        middle = share + _Z * _Z / (2 * n)
        spread = _Z * math.sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n))
        scale = 1 + _Z * _Z / n
        return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def share(area: str, source: str, rule: str, measure: str, right: int, total: int) -> Figure:
    """Return the figure `right` of `total`; its value is None where nothing was counted."""
    return Figure(area, source, rule, measure, right / total if total else None, right, total)
