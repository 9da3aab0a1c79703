"""Figures as a table to read, as JSON, and as the rows that a release carries."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from orchestration.catalog.load import MEASURED_HEADERS
from orchestration.evaluation.figures import Figure
from orchestration.evaluation.tally import ALL

CSV_HEADER = MEASURED_HEADERS["measured_quality.csv"]


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
            if figure.value is None:
                continue
            told = (figure.source.removeprefix(f"{ALL}/"), figure.rule)
            whole.append((", ".join([area, *(word for word in told if word != ALL)]), figure))
    if not whole:
        return "Nothing was measured"
    name_width = max(len(name) for name, _ in whole)
    measure_width = max(len(figure.measure) for _, figure in whole)
    lines = ["By area; 95 % intervals in brackets (Wilson; of F1 by bootstrap)", ""]
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
    shown = f"{figure.value:7.3f}"
    if figure.interval:
        low, high = figure.interval
        shown += f"  [{low:.3f}-{high:.3f}]"
    if figure.right is None or figure.total is None:
        return shown
    return f"{shown}  {figure.right:,} of {figure.total:,}"


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


def as_csv(figures: Iterable[Figure], measured_on: str, before: str = "") -> str:
    """Return the figures as the seed file of the table `measured_quality`.

    measured_on: on what, in words. before: what the file held; its rows about anything else stay. Figures of which
    nothing was counted are left out. Raises ValueError where `before` is another file.
    """
    rows = [row for row in _rows_of(before) if row[-1] != measured_on]
    rows += [
        [*(_cell(v) for v in record.values()), measured_on]
        for record in as_records(figures)
        if record["value"] is not None
    ]
    rows.sort(key=lambda row: [row[-1], *row[:4]])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    writer.writerows(rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else "" if value is None else str(value)


def _rows_of(text: str) -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(text)))
    if rows and tuple(rows[0]) != CSV_HEADER:
        raise ValueError(f"it is headed {','.join(rows[0])}, not {','.join(CSV_HEADER)}")
    return rows[1:]


def write_csv(figures: Iterable[Figure], measured_on: str, path: Path) -> None:
    """Write the figures to `path`, in place of those that it holds about `measured_on`.

    Raises ValueError where the file holds something else.
    """
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    try:
        path.write_text(as_csv(figures, measured_on, before), encoding="utf-8")
    except ValueError as error:
        raise ValueError(f"{path} is no file of figures: {error}") from error
