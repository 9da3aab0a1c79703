"""`make evaluate` without arguments: the sample corpus against the labels of tests/gold.

The floors stand a little below what is reached. They find regressions, and say nothing about real podcasts.
"""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from typing import Any

import pytest

from orchestration.__main__ import main

# Area, measure, and the least share that is fine: over all sources and rules.
FLOORS = [
    ("mentions", "precision", 0.98),
    ("mentions", "recall", 0.94),
    ("mentions", "strict_precision", 0.97),
    ("mentions", "strict_recall", 0.93),
    ("mentions", "company_precision", 0.98),
    ("mentions", "company_recall", 0.90),
    ("mentions", "product_precision", 0.98),
    ("mentions", "product_recall", 0.97),
    ("mentions", "person_precision", 0.98),
    ("mentions", "person_recall", 0.93),
    ("mentions", "show_precision", 0.96),
    ("mentions", "show_recall", 0.96),
    ("mentions", "right_entity", 0.98),
    ("shows", "shows_precision", 1.0),
    ("shows", "shows_recall", 1.0),
    ("people", "hosts_precision", 1.0),
    ("people", "hosts_recall", 0.95),
    ("people", "guests_precision", 0.92),
    ("people", "guests_recall", 0.72),
    ("people", "organisations_precision", 1.0),
    ("people", "organisations_recall", 0.73),
]
NOT_LABELLED = ["ordinary words that are also names", "identity by labels", "paid speech", "topics"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Measure once, as the command does."""
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        patch.setenv("PODCAST_WAREHOUSE", str(tmp_path_factory.mktemp("measured")))
        patch.delenv("PODCAST_RAW", raising=False)
        assert main(["evaluate", "--json"]) == 0
    shown: dict[str, Any] = json.loads(printed.getvalue())
    return shown


@pytest.mark.parametrize(("area", "measure", "floor"), FLOORS)
def test_the_sample_corpus_is_read_as_well_as_before(
    measured: dict[str, Any], area: str, measure: str, floor: float
) -> None:
    (figure,) = [
        one
        for one in measured["figures"]
        if (one["area"], one["source"], one["rule"], one["measure"]) == (area, "all", "all", measure)
    ]
    assert figure["value"] >= floor, f"{figure['right']} of {figure['total']}"


def test_no_constructed_copies_of_different_episodes_are_joined(measured: dict[str, Any]) -> None:
    of_copies = [one for one in measured["figures"] if (one["area"], one["rule"]) == ("identity", "all")]
    for measure in ("precision", "kept_apart"):
        values = [one["value"] for one in of_copies if one["measure"] == measure]
        assert values and min(values) == 1.0


def test_what_is_not_measured_is_said(measured: dict[str, Any]) -> None:
    assert measured["left_out"] == [f"{area}: no labels given" for area in NOT_LABELLED]
