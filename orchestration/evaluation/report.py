"""Figures as a table to read, as JSON, and as the rows that a release carries."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from orchestration.evaluation.figures import Figure
from orchestration.evaluation.tally import ALL

CSV_HEADER = (
    "area",
    "source",
    "rule",
    "measure",
    "value",
    "right_count",
    "total_count",
    "low",
    "high",
    "measured_on",
)


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as text: a block for each area and source, a line for each rule and measure."""
    if not figures:
        return "nothing to measure"
    rule_width = max(len(figure.rule) for figure in figures)
    measure_width = max(len(figure.measure) for figure in figures)
    lines: list[str] = []
    for (area, source), block in groupby(figures, key=lambda figure: (figure.area, figure.source)):
        lines.append(f"\n{area}, {'all sources' if source == ALL else source}")
        last = None
        for figure in block:
            rule = figure.rule if figure.rule != last else ""
            last = figure.rule
            lines.append(f"  {rule:{rule_width}}  {figure.measure:{measure_width}}  {_value(figure)}")
    return "\n".join(lines).lstrip("\n")


def summary(figures: Sequence[Figure]) -> str:
    """Return a line for each measure of an area over all sources and rules, or by source where there is no such."""
    whole: list[tuple[str, Figure]] = []
    for area, block in _by_area(figures).items():
        of_rules = [figure for figure in block if figure.rule == ALL] or block
        of_all = [figure for figure in of_rules if figure.source == ALL or figure.source.startswith(f"{ALL}/")]
        for figure in of_all or of_rules:
            told = (figure.source.removeprefix(f"{ALL}/"), figure.rule)
            whole.append((", ".join([area, *(word for word in told if word != ALL)]), figure))
    if not whole:
        return "Nothing was measured"
    name_width = max(len(name) for name, _ in whole)
    measure_width = max(len(figure.measure) for _, figure in whole)
    lines = ["By area; 95 % intervals (Wilson) in brackets", ""]
    last = ""
    for name, figure in whole:
        lines.append(
            f"  {name if name != last else '':{name_width}}  {figure.measure:{measure_width}}  {_value(figure)}"
        )
        last = name
    return "\n".join(lines)


def _by_area(figures: Iterable[Figure]) -> dict[str, list[Figure]]:
    areas: dict[str, list[Figure]] = {}
    for figure in figures:
        areas.setdefault(figure.area, []).append(figure)
    return areas


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


def as_csv(figures: Iterable[Figure], measured_on: str) -> str:
    """Return the figures as the seed file of the table `measured_quality`. measured_on: on what, in words."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for record in as_records(figures):
        writer.writerow([*(f"{v:.4f}" if isinstance(v, float) else v for v in record.values()), measured_on])
    return out.getvalue()
