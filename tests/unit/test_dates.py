"""Tests of `orchestration.formats.dates`, `clock` and `locators`."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.formats.clock import parse_clock
from orchestration.formats.dates import stated_date
from orchestration.formats.locators import resolve_char_locator


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Published:** 2025-03-10", date(2025, 3, 10)),
        ("Published on March 10, 2025 by us", date(2025, 3, 10)),
        ("Aired Mar 3rd, 2025", date(2025, 3, 3)),
        ("Great talk.Released on 10 March 2025. Enjoy", date(2025, 3, 10)),
        ("Released: 03/10/2025", date(2025, 3, 10)),
        ("Published 23/05/2025", date(2025, 5, 23)),
        ("published: 2025-03-10T09:00:00Z", date(2025, 3, 10)),
        ("Title\npublished: 2025-03-10", date(2025, 3, 10)),
        ("This episode was originally published on Sept. 1, 2024.", date(2024, 9, 1)),
        ("Release date: Monday, May 5, 2025", date(2025, 5, 5)),
        ("Published\nMarch 10, 2025", date(2025, 3, 10)),
        ("PUBLISHED 2024-02-29", date(2024, 2, 29)),
    ],
)
def test_a_stated_date_is_read(text: str, expected: date) -> None:
    found = stated_date(text)
    assert found is not None
    assert found[:2] == (expected, "stated")
    assert text[found[2] :].lower().startswith(("published", "aired", "released", "release date", "originally"))
    assert text[found[2] : found[3]].endswith(("0", "1", "3", "4", "5", "9"))


def test_a_recorded_date_is_of_its_own_kind() -> None:
    assert stated_date("News! Recorded on 05/23/2025 Hosted by A and B") == (date(2025, 5, 23), "recorded", 6, 28)


def test_the_date_of_publication_wins_over_that_of_recording() -> None:
    found = stated_date("Recorded on 05/23/2025. Published on 2025-06-01.")
    assert found is not None
    assert found[:2] == (date(2025, 6, 1), "stated")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Published on February 30, 2025",
        "Published 2025-13-40",
        "Released: 31/31/2025",
        "Published 2025-03-101",
        "Published on March 10",
        "on March 10, 2025 we met",
        "the model that was released on February 27, 2025 in the spring",
        "a paper published 2024-01-05",
        "a paper\npublished on 2024-01-05",
    ],
)
def test_what_is_not_stated_is_unknown(text: str) -> None:
    assert stated_date(text) is None


def test_an_impossible_date_does_not_hide_a_possible_one() -> None:
    found = stated_date("Published 2025-02-30\nPublished 2025-03-01")
    assert found is not None
    assert found[0] == date(2025, 3, 1)


@given(st.text(alphabet="Published on:*_ 0123456789-/,MarchRecorded\n", max_size=200))
def test_dates_never_raise(text: str) -> None:
    found = stated_date(text)
    assert found is None or text[found[2] : found[3]]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(["%Y-%m-%d", "%B %d, %Y", "%d %B %Y", "%m/%d/%Y"]))
def test_every_date_in_every_form_comes_back(day: date, form: str) -> None:
    found = stated_date(f"# Title\n**Published:** {day.strftime(form)}\n")
    assert found is not None
    assert found[0] == day


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0:00", 0.0), ("7:35", 455.0), ("1:02:03", 3723.0), ("75:30", 4530.0), ("01:02:03.120", 3723.12), ("0:0.5", None)]
    + [(text, None) for text in ("", "7:60", "1:60:00", "a:bc", "7", ":30", "1:2:3:4", "٧:٣٥")],
)
def test_clock_times(text: str, seconds: float | None) -> None:
    if seconds is None:
        with pytest.raises(ValueError, match="not a clock time"):
            parse_clock(text)
    else:
        assert parse_clock(text) == seconds


def test_a_locator_leads_to_its_slice() -> None:
    assert resolve_char_locator("one two", "char=4,7") == "two"
    assert resolve_char_locator("one", "char=0,0") == ""


@pytest.mark.parametrize(
    "locator", ["", "char=", "line=3", "char=1", "char=3,1", "char=0,99", "char=-1,2", "char=0,1 "]
)
def test_a_bad_locator_says_what_is_wrong(locator: str) -> None:
    with pytest.raises(ValueError, match=r"locator|outside"):
        resolve_char_locator("one two", locator)
