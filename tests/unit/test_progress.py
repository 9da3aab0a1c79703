"""Progress is told at a rate that a person can read, whether the work takes seconds or hours."""

from __future__ import annotations

import pytest

from orchestration.progress import now_and_then


@pytest.mark.parametrize(("seconds_each", "least", "most"), [(0.001, 0, 1), (0.1, 5, 40), (10, 40, 90)])
def test_long_work_is_told_of_more_and_more_rarely(seconds_each, least, most):
    time = 0.0
    told: list[str] = []
    on_progress = now_and_then(told.append, "part", lambda: time)
    for number in range(1, 1001):
        time += seconds_each
        on_progress(number, 1000)
    assert least <= len(told) <= most


def test_what_is_left_is_told():
    time = 0.0
    told: list[str] = []
    on_progress = now_and_then(told.append, "documents: part", lambda: time)
    for number, seconds in ((1, 0.5), (2, 1.0), (500, 250.0)):
        time = seconds
        on_progress(number, 2000)
    assert told == ["documents: part 2 of 2,000, 17 min left", "documents: part 500 of 2,000, 12 min left"]
