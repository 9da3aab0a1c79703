"""Figures as a table to read, as JSON, and as the rows that a release carries."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from orchestration.evaluation.figures import Figure

CSV_HEADER = (
    "area",
    "source",
    "rule",
    "measure",
    "value",
    "right",
    "total",
    "low",
    "high",
    "measured_on_what",
)


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as text: a block for each area and source, a line for each rule and measure."""
    if not figures:
        return "nothing to measure"
    rule_width = max(len(figure.rule) for figure in figures)
    measure_width = max(len(figure.measure) for figure in figures)
    lines: list[str] = []
    for (area, source), block in groupby(figures, key=lambda figure: (figure.area, figure.source)):
        lines.append(f"\n{area}, {'all sources' if source == 'all' else source}")
        last = None
        for figure in block:
            rule = figure.rule if figure.rule != last else ""
            last = figure.rule
            lines.append(f"  {rule:{rule_width}}  {figure.measure:{measure_width}}  {_value(figure)}")
    return "\n".join(lines).lstrip("\n")


def _value(figure: Figure) -> str:
    if figure.value is None:
        return "    –  (nothing counted)"
    if figure.right is None or figure.total is None:
        return f"{figure.value:7.3f}"
    low, high = figure.interval or (0.0, 1.0)
    return f"{figure.value:7.3f}  [{low:.3f}-{high:.3f}]  {figure.right:,} of {figure.total:,}"


def as_records(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """Return the figures as records for JSON."""
    return [
        {
            "area": figure.area,
            "source": figure.source,
            "rule": figure.rule,
            "measure": figure.measure,
            "value": figure.value,
            "right": figure.right,
            "total": figure.total,
            "low": figure.interval[0] if figure.interval else None,
            "high": figure.interval[1] if figure.interval else None,
        }
        for figure in figures
    ]


def as_csv(figures: Iterable[Figure], measured_on_what: str) -> str:
    """Return the figures as the CSV file that the table `measured_quality` of a release is made of."""
    out = io.StringIO()
    writer = csv.DictWriter(out, CSV_HEADER, lineterminator="\n")
    writer.writeheader()
    for record in as_records(figures):
        rounded = {key: f"{value:.4f}" if isinstance(value, float) else value for key, value in record.items()}
        writer.writerow(rounded | {"measured_on_what": measured_on_what})
    return out.getvalue()
