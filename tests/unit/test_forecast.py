"""Predictions from measured sizes: a line drawn on, whatever sizes there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.benchmarks.forecast import growth, stages, whole
from orchestration.benchmarks.page import FORECASTS, tables, write_page
from tests.conftest import ROOT


def figures(megabytes: float, **seconds: float) -> dict[str, Any]:
    """Return what a size measured: stages of so many seconds, memory that grows as the square root of the size."""
    rows = [{"stage": name, "seconds": value, "peak_mb": 10 * megabytes**0.5} for name, value in seconds.items()]
    built = {"seconds": sum(seconds.values()), "peak_mb": 10 * megabytes**0.5, "stages": rows}
    return {"raw_mb": megabytes, "lake_mb": 2 * megabytes, "release_mb": 3 * megabytes, "build": built}


def test_a_power_is_fitted_and_drawn_on_from_the_largest_size() -> None:
    found = growth([(10, 3 * 10**1.5), (100, 3 * 100**1.5), (1000, 3 * 1000**1.5)])
    assert found is not None and found.power == pytest.approx(1.5)
    assert found.at(10_000) == pytest.approx(3 * 10_000**1.5)


def test_what_fixed_costs_make_look_slow_is_drawn_on_in_proportion() -> None:
    found = growth([(10, 9.0), (100, 18.0)])
    assert found is not None and found.power == pytest.approx(0.301, abs=1e-3)
    assert found.at(1000) == pytest.approx(180)
    bounded = growth([(10, 9.0), (100, 18.0)], least_power=0.0)
    assert bounded is not None and bounded.at(1000) == pytest.approx(36, rel=1e-3)
    falling = growth([(10, 20.0), (100, 10.0)], least_power=0.0)
    assert falling is not None and falling.at(1000) == 10


@pytest.mark.parametrize("points", [[(100, 7.0)], [(100, 7.0), (100, 7.0)], [(50, 0.0), (100, 7.0)]])
def test_one_size_alone_is_drawn_on_in_proportion(points: list[tuple[float, float]]) -> None:
    found = growth(points)
    assert found is not None and found.power is None and found.at(1000) == pytest.approx(70)
    assert growth([]) is None


def test_stages_are_fitted_where_they_take_time() -> None:
    sizes = [figures(10, ingest=1.0, dbt=5.0, brief=0.01), figures(100, ingest=10.0, dbt=10.0, brief=0.1)]
    found = {one.stage: one for one in stages(sizes)}
    assert list(found) == ["ingest", "dbt"]
    assert found["ingest"].seconds.at(1000) == pytest.approx(100)
    assert found["ingest"].peak_mb is not None and found["ingest"].peak_mb.at(10_000) == pytest.approx(1000)
    assert whole(sizes)["lake_mb"].at(1_000_000) == pytest.approx(2_000_000)
    assert stages([]) == [] and whole([]) == {}


@pytest.mark.parametrize("measured", [(), ("10",), ("10", "100"), ("10", "100", "1000")])
def test_the_page_is_filled_whatever_was_measured(measured: tuple[str, ...], tmp_path: Path) -> None:
    page = tmp_path / "scaling.md"
    before = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    page.write_text(before, encoding="utf-8")
    sizes = {size: figures(float(size), ingest=float(size) / 10, models=2 + float(size) / 50) for size in measured}
    write_page(page, {"sizes": sizes}, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert all(text.count(f"<!-- bench:{name} -->") == 1 for name in FORECASTS)
    if not measured:
        assert text == before, "what was not measured anew stays as it is"
        assert tables({"sizes": {}}).count("Not measured yet.") >= len(FORECASTS)
        return
    assert text.count("| measured |") == len(measured) and text.count("| predicted |") == 3
    (of_1_tb,) = (line for line in text.splitlines() if line.startswith("| 1 TB | predicted |"))
    assert "days" in of_1_tb or " h " in of_1_tb
    assert "2,000,000" in of_1_tb and "3,000,000" in of_1_tb
