"""Charts as Vega-Lite specifications. They carry data and no colours: the page gives those, for light and dark.

Names of the data are only ever values of rows or domains, never part of an expression or of an order to sort by, which
Vega-Lite would write into one.
"""

from __future__ import annotations

from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from orchestration.dashboards.table import Row

ALL = "all shows"
KINDS = ("conversation", "paid", "chapter", "mention")


def _finish(chart: Any, height: int) -> dict[str, Any]:
    spec: dict[str, Any] = chart.properties(width="container", height=height).to_dict()
    spec.pop("config", None)
    spec.pop("$schema", None)
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return spec


def _count(data: list[Row], key: str) -> int:
    return len({row[key] for row in data})


def _chart(data: list[Row]) -> alt.Chart:
    # What a chart is made of is checked when it is finished. That each row is a mapping need not be, and takes longest.
    with debug_mode(False):
        rows = alt.InlineData(values=data)
    return alt.Chart(rows)


def heat(data: list[Row], title: str) -> dict[str, Any]:
    """Show x month, coloured by a share. Rows: show, month, share, words."""
    base = _chart(data).encode(
        x=alt.X(
            "month:O",
            title=None,
            sort=None,
            axis=alt.Axis(labelAngle=-45, labelOverlap="greedy", domain=False, ticks=False),
        ),
        y=alt.Y("show:N", title=None, axis=alt.Axis(domain=False, ticks=False, labelLimit=120)),
        color=alt.Color(
            "share:Q", title=title, scale=alt.Scale(domain=[0, 1]), legend=alt.Legend(format="%", gradientLength=140)
        ),
        tooltip=[alt.Tooltip("show:N"), alt.Tooltip("month:N"), alt.Tooltip("words:N", title=title)],
    )
    return _finish(base.mark_rect(cornerRadius=3, stroke="transparent", strokeWidth=3), 34 * _count(data, "show"))


def stacked_shares(data: list[Row], shows: list[str], series: list[str], noun: str) -> dict[str, Any]:
    """Shares by month, stacked, with a choice of the show. Rows: month, show, series, place, count."""
    chosen = alt.param(name="chosen_show", value=ALL, bind=alt.binding_select(options=[ALL, *shows], name="Show "))
    base = (
        _chart(data)
        .add_params(chosen)
        .transform_filter("chosen_show == 'all shows' || datum.show == chosen_show")
        .transform_aggregate(count="sum(count)", groupby=["month", "series", "place"])
        .transform_joinaggregate(all="sum(count)", groupby=["month"])
        .transform_calculate(share="datum.all > 0 ? datum.count / datum.all : 0", of="datum.count + ' of ' + datum.all")
        .mark_bar(cornerRadiusEnd=0)
        .encode(
            x=alt.X(
                "yearmonth(month):O", title=None, axis=alt.Axis(format="%b %Y", labelAngle=-45, labelOverlap="greedy")
            ),
            y=alt.Y(
                "share:Q",
                title=f"share of {noun}",
                axis=alt.Axis(format="%", tickCount=5),
                scale=alt.Scale(domain=[0, 1]),
            ),
            color=alt.Color("series:N", title=None, scale=alt.Scale(domain=series)),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("series:N", title="name"),
                alt.Tooltip("yearmonth(month):O", title="month", format="%b %Y"),
                alt.Tooltip("share:Q", format=".0%"),
                alt.Tooltip("of:N", title=noun),
            ],
        )
    )
    return _finish(base, 300)


def split_bars(data: list[Row], first: str, second: str, title: str) -> dict[str, Any]:
    """Bars of two parts, largest first. Rows: name, part (`first` or `second`), count, total, address."""
    base = (
        _chart(data)
        .transform_calculate(place=f"datum.part == {first!r} ? 0 : 1")
        .mark_bar(cursor="pointer", cornerRadiusEnd=2)
        .encode(
            x=alt.X("count:Q", title=title, axis=alt.Axis(tickMinStep=1, tickCount=5)),
            y=alt.Y(
                "name:N",
                title=None,
                sort=alt.EncodingSortField("total", op="max", order="descending"),
                axis=alt.Axis(domain=False, ticks=False),
            ),
            color=alt.Color("part:N", title=None, scale=alt.Scale(domain=[first, second])),
            order=alt.Order("place:Q"),
            href="address:N",
            tooltip=[
                alt.Tooltip("name:N"),
                alt.Tooltip("part:N", title="where"),
                alt.Tooltip("count:Q", title="mentions", format=","),
            ],
        )
    )
    return _finish(base, 24 * _count(data, "name"))


def before_and_now(data: list[Row]) -> dict[str, Any]:
    """Two points a name joined by a line. Rows: name, before, now (shares), rank, words, address."""
    y = alt.Y(
        "name:N", title=None, sort=alt.EncodingSortField("rank"), axis=alt.Axis(domain=False, ticks=False, grid=True)
    )
    base = _chart(data).encode(y=y)
    tooltip = [alt.Tooltip("name:N"), alt.Tooltip("words:N", title="episodes")]
    line = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("before:Q", title="share of episodes that mention it"), x2="now:Q"
    )
    points = (
        base.transform_fold(["before", "now"], as_=["when", "share"])
        .transform_calculate(window="datum.when == 'now' ? 'last 90 days' : '90 days before'")
        .mark_circle(size=130, opacity=1)
        .encode(
            x=alt.X("share:Q", axis=alt.Axis(format="%", tickCount=5)),
            color=alt.Color("window:N", title=None, scale=alt.Scale(domain=["last 90 days", "90 days before"])),
            tooltip=tooltip,
            href="address:N",
        )
    )
    return _finish(alt.layer(line, points), 26 * len(data))


def network(nodes: list[Row], edges: list[Row]) -> dict[str, Any]:
    """People and shows as points, joined where a person was on a show.

    Rows of nodes: x, y, kind, name, is_named, size, words, address; of edges: x, y, x2, y2.
    """
    plain = alt.Axis(labels=False, ticks=False, domain=False, grid=False)
    scale = alt.Scale(domain=[-1.15, 1.15], nice=False)
    x, y = alt.X("x:Q", title=None, axis=plain, scale=scale), alt.Y("y:Q", title=None, axis=plain, scale=scale)
    lines = _chart(edges).mark_rule(opacity=0.45).encode(x=x, y=y, x2="x2:Q", y2="y2:Q")
    points = (
        _chart(nodes)
        .mark_circle(opacity=1)
        .encode(
            x=x,
            y=y,
            size=alt.Size("size:Q", legend=None, scale=alt.Scale(range=[60, 700])),
            color=alt.Color("kind:N", title=None, scale=alt.Scale(domain=["show", "guest"])),
            href="address:N",
            tooltip=[alt.Tooltip("name:N"), alt.Tooltip("words:N", title="episodes")],
        )
    )
    named = [node for node in nodes if node["is_named"]]
    names = _chart(named).mark_text(dy=-19, fontSize=11, limit=130).encode(x=x, y=y, text="name:N")
    return _finish(alt.layer(lines, points, names), 460)


def bars(data: list[Row], title: str) -> dict[str, Any]:
    """Bars in the order of the rows. Rows: name, value, rank, words, address."""
    base = (
        _chart(data)
        .mark_bar(cursor="pointer")
        .encode(
            x=alt.X("value:Q", title=title, axis=alt.Axis(tickCount=5)),
            y=alt.Y("name:N", title=None, sort=alt.EncodingSortField("rank"), axis=alt.Axis(domain=False, ticks=False)),
            href="address:N",
            tooltip=[alt.Tooltip("name:N"), alt.Tooltip("words:N", title=title)],
        )
    )
    return _finish(base, 24 * len(data))


def timeline(data: list[Row]) -> dict[str, Any]:
    """Turns of an episode along its clock, a line a speaker.

    Rows: speaker, line, start, end, at, kind, text, address.
    """
    present = [kind for kind in KINDS if any(row["kind"] == kind for row in data)]
    base = (
        _chart(data)
        .mark_bar(cursor="pointer", cornerRadius=1, height=20)
        .encode(
            x=alt.X("start:Q", title="minutes", axis=alt.Axis(tickCount=8), scale=alt.Scale(nice=False)),
            x2="end:Q",
            y=alt.Y(
                "speaker:N",
                title=None,
                sort=alt.EncodingSortField("line", op="min"),
                axis=alt.Axis(domain=False, ticks=False),
            ),
            color=alt.Color(
                "kind:N", title=None, scale=alt.Scale(domain=list(KINDS)), legend=alt.Legend(values=present)
            ),
            href="address:N",
            tooltip=[alt.Tooltip("at:N"), alt.Tooltip("speaker:N", title="who"), alt.Tooltip("text:N", title="says")],
        )
    )
    return _finish(base, 34 * _count(data, "speaker"))
