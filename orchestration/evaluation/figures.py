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
    right, total: the counts of a share; None for a size, which has `value` alone. bounds: the 95 % interval where it is
    not that of a share (F1: by bootstrap over passages).
    """

    area: str
    source: str
    rule: str
    measure: str
    value: float | None
    right: int | None = None
    total: int | None = None
    bounds: tuple[float, float] | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval: `bounds`, or that of a share (E. B. Wilson, 1927); None where neither is known."""
        if self.bounds is not None:
            return self.bounds
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
