"""Pictures of what was measured, as PNG files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import altair as alt

from orchestration.benchmarks.builds import NAMES
from orchestration.benchmarks.page import sizes_of

_SHOWN_STAGES = 9
_SIZE = {"width": 640, "height": 380}
_OTHERS = "all others"


def write_plots(results: dict[str, Any], out: Path) -> None:
    """Write `throughput`, `memory`, `share` and `time` over the size of the corpus into `out`."""
    rows, heaviest = _rows(results)
    for name, chart in {
        "throughput": _lines([row for row in rows if row["stage"] in heaviest], "mb_per_s", "MB of raw files a second"),
        "memory": _memory(results, rows, heaviest),
        "share": _share(rows, heaviest),
        "time": _time(results, [row for row in rows if row["stage"] in heaviest]),
    }.items():
        chart.properties(**_SIZE).configure_view(stroke=None).configure_axis(grid=True, gridOpacity=0.4).save(
            out / f"{name}.png", scale_factor=2
        )


def _rows(results: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return a row for each size and stage, and the stages that take most at the largest size."""
    sizes = sizes_of(results)
    rows = [
        {"size": one["raw_mb"], "label": f"{float(size):g} MB"}
        | stage
        | {"stage": NAMES.get(stage["stage"], stage["stage"])}
        for size, one in sizes
        for stage in one["build"]["stages"]
    ]
    largest = sorted((row for row in rows if row["size"] == sizes[-1][1]["raw_mb"]), key=lambda row: -row["seconds"])
    return rows, [row["stage"] for row in largest[:_SHOWN_STAGES]]


def _data(rows: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows))


def _x() -> alt.X:
    return alt.X("size:Q", title="MB of raw files", scale=alt.Scale(type="log", nice=False))


def _lines(rows: list[dict[str, Any]], column: str, title: str, scale: Literal["log", "linear"] = "log") -> Any:
    return (
        _data(rows)
        .mark_line(point=True)
        .encode(
            x=_x(),
            y=alt.Y(f"{column}:Q", title=title, scale=alt.Scale(type=scale)),
            color=alt.Color("stage:N", title=None, legend=alt.Legend(labelLimit=260)),
        )
    )


def _memory(results: dict[str, Any], rows: list[dict[str, Any]], heaviest: list[str]) -> Any:
    whole = [
        {"size": one["raw_mb"], "stage": "the whole build", "peak_mb": one["build"]["peak_mb"]}
        for _, one in sizes_of(results)
    ]
    title = "MB of memory at the peak, all processes"
    return _lines(whole + [row for row in rows if row["stage"] in heaviest], "peak_mb", title, "linear")


def _share(rows: list[dict[str, Any]], heaviest: list[str]) -> Any:
    ranks = {stage: rank for rank, stage in enumerate(heaviest)}
    named = [
        row | {"stage": row["stage"] if row["stage"] in ranks else _OTHERS, "rank": ranks.get(row["stage"], len(ranks))}
        for row in rows
    ]
    return (
        _data(named)
        .mark_bar()
        .encode(
            x=alt.X("label:N", title=None, sort=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y(
                "sum(share):Q",
                title="share of the wall time",
                axis=alt.Axis(format="%"),
                scale=alt.Scale(domain=[0, 1], nice=False, clamp=True),
            ),
            order=alt.Order("rank:Q"),
            color=alt.Color("stage:N", title=None, sort=[*heaviest, _OTHERS], legend=alt.Legend(labelLimit=260)),
        )
    )


def _time(results: dict[str, Any], rows: list[dict[str, Any]]) -> Any:
    sizes = [one for _, one in sizes_of(results)]
    whole = [{"size": one["raw_mb"], "stage": "the whole build", "seconds": one["build"]["seconds"]} for one in sizes]
    first = sizes[-1]["build"]["seconds"] / sizes[-1]["raw_mb"]
    guide = [{"size": one["raw_mb"], "seconds": first * one["raw_mb"]} for one in sizes]
    lines = _lines(whole + [row for row in rows if row["seconds"] > 0], "seconds", "seconds (dashed: linear)")
    dashed = _data(guide).mark_line(strokeDash=[6, 4], color="grey").encode(x=_x(), y=alt.Y("seconds:Q"))
    return lines + dashed
