"""Tests of `orchestration.formats.front_matter`: what is stated above a text, and where."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.formats.display import tidy
from orchestration.formats.front_matter import FrontMatter, read_front_matter

YAML = """---
title: 'Bees at night: part two'
show: The Hive Show
date: 2025-03-10
host: Ada Byrne
guests:
  - Bo Wax
  - name: Cy van der Berg
    url: https://cy.example
speakers: [Dee, "Ed O'Hive"]
tags:
  - bees
  - night
episode: 12
season: 3
duration: 1:02:03
language: en-GB
media: https://youtu.be/abcdefghijk
audio: https://cdn.example/12.mp3
guid: hive-12
summary: |-
  Bees hum.

  Then they sleep.
---
Body.
"""
TOML = """+++
title = "Bees at night"
date = 2025-03-10
guests = ["Bo Wax", "Cy Berg"]
duration = "62 min"
+++
Body.
"""


def read(text: str) -> FrontMatter:
    found = read_front_matter(text)
    assert found is not None
    return found


def test_yaml_is_read_with_the_places_of_its_values() -> None:
    found = read(YAML)
    assert found.title is not None
    assert YAML[slice(*found.title)] == "Bees at night: part two"
    assert YAML[found.end :].strip() == "Body."
    assert (found.show_name, found.published_on, found.date_source) == ("The Hive Show", date(2025, 3, 10), "stated")
    assert [(person.name, person.role) for person in found.people] == [
        ("Ada Byrne", "host"),
        ("Bo Wax", "guest"),
        ("Cy van der Berg", "guest"),
        ("Dee", "unknown"),
        ("Ed O'Hive", "unknown"),
    ]
    assert all(YAML[person.char_start : person.char_end] == person.name for person in found.people)
    assert found.tags == ("bees", "night")
    assert (found.episode_number, found.season, found.duration_s, found.language) == (12.0, 3, 3723.0, "en")
    assert (found.url, found.video_id) == ("https://youtu.be/abcdefghijk", "abcdefghijk")
    assert (found.enclosure_url, found.guid) == ("https://cdn.example/12.mp3", "hive-12")
    assert [passage.text for passage in found.passages] == ["Bees at night: part two", "Bees hum.", "Then they sleep."]
    assert found.is_episode
    assert found.problems == []


def test_toml_is_read_with_the_places_of_its_values() -> None:
    found = read(TOML)
    assert found.title is not None
    assert TOML[slice(*found.title)] == "Bees at night"
    assert [(p.name, p.role, TOML[p.char_start : p.char_end]) for p in found.people] == [
        ("Bo Wax", "guest", "Bo Wax"),
        ("Cy Berg", "guest", "Cy Berg"),
    ]
    assert (found.published_on, found.duration_s) == (date(2025, 3, 10), 3720.0)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("date: 1735689600000", date(2025, 1, 1)),
        ("date: '1735689600'", date(2025, 1, 1)),
        ("date: March 3, 2025", date(2025, 3, 3)),
        ("date: 2025-03-03 10:00:00", date(2025, 3, 3)),
        ("pubDate: 2025-03-03", date(2025, 3, 3)),
        ("date: 2025", None),
        ("date: soon", None),
        ("date: -5", None),
    ],
)
def test_dates_are_read_as_they_are_written(line: str, day: date | None) -> None:
    found = read(f"---\ntitle: Bees\n{line}\n---\n")
    assert (found.published_on, found.date_source) == (day, "stated" if day else "none")


def test_a_recording_date_yields_to_a_publication_date() -> None:
    assert read("---\nrecorded: 2025-01-01\n---\n").date_source == "recorded"
    assert read("---\nrecorded: 2025-01-01\ndate: 2025-02-02\n---\n").published_on == date(2025, 2, 2)


def test_several_names_in_one_value_are_several_people() -> None:
    text = "---\nguests: Bo Wax, Cy Berg & Dr. Dee Hive and Ed\n---\n"
    assert [person.name for person in read(text).people] == ["Bo Wax", "Cy Berg", "Dr. Dee Hive", "Ed"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\ntitle: Bees: at night\nguests:\n  - Bo Wax\n---\nBody.", "no valid YAML"),
        ('---\ntitle: Bees: at night\nguests: ["Bo Wax"]\n---\nBody.', "no valid YAML"),
        ("+++\ntitle = Bees: at night\nguests = [Bo Wax]\n+++\nBody.", "no valid TOML"),
        ("---\ntitle: Bees: at night\nguests:\n  - Bo Wax\n\nBody.", "no closing line"),
    ],
)
def test_broken_front_matter_is_told_and_read_by_lines(text: str, reason: str) -> None:
    found = read(text)
    (problem,) = found.problems
    assert reason in problem.reason
    assert problem.remedy
    assert problem.locator.startswith("char=4,")
    assert found.title is not None
    assert text[slice(*found.title)] == "Bees: at night"
    assert [person.name for person in found.people] == ["Bo Wax"]
    assert text[found.end :].strip() == "Body."


@pytest.mark.parametrize(
    "text", ["", "---", "---\n---\n", "---\n\nA rule above prose.\n---\n", "# Bees", "--- title: x"]
)
def test_a_rule_is_no_front_matter(text: str) -> None:
    assert read_front_matter(text) is None


def test_front_matter_of_any_page_is_no_episode() -> None:
    assert not read("---\ntitle: Bees\ndate: 2025-01-01\ntags: [a]\n---\nProse.").is_episode


@pytest.mark.parametrize(
    "body",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\n"
        + "".join(f"c{n}: &c{n} [*{'b' if not n else f'c{n - 1}'}, *b, *b]\n" for n in range(60)),
        "a: &a\n  b: *a\n",
        "a: " + "[" * 5000 + "]" * 5000 + "\n",
        "title: " + "{a: " * 3000 + "\n",
        "date: 99999999999999999999999999\nduration: 1e400\nseason: .inf\nepisode: .nan\n",
        "t: 1\n? [a, b]\n: c\n",
        "title: !!python/object/apply:os.system ['true']\n",
        "title: [a]\nguests: {}\nspeakers: [{}, [], null, 5, true]\nhost: 2025-01-01\n",
        "title: \x07bell\n",
        "date: " + "9" * 5000 + "\n",
    ],
)
def test_hostile_front_matter_costs_little_and_never_raises(body: str) -> None:
    found = read(f"---\n{body}---\nBody.")
    assert found.end


FRAGMENTS = (
    "---\n|+++\n|title: |guests:| - Bo Wax\n|[|]|{|}|'|\"|\n|\r\n|\x85|: |= |date: 2025-01-01|>-\n|  x\n|&a |*a|#|é"
)
PIECES = st.sampled_from(FRAGMENTS.split("|"))


@settings(max_examples=200)
@given(
    st.lists(PIECES | st.text(max_size=4), max_size=25).map("".join), st.sampled_from(["---\nt: 1\n", "+++\nt = 1\n"])
)
def test_no_text_makes_it_raise_and_all_places_are_right(rest: str, opening: str) -> None:
    text = opening + rest
    found = read(text)
    assert 0 <= found.end <= len(text)
    for passage in found.passages:
        assert tidy(text[passage.char_start : passage.char_end]) == passage.text
    for person in found.people:
        assert person.name in tidy(text[person.char_start : person.char_end])


@pytest.mark.acceptance
def test_the_samples_state_what_they_state(shared) -> None:
    texts = [path.read_text() for path in sorted((shared / "samples" / "markdown_front_matter").glob("*.md"))]
    found = [matter for text in texts if (matter := read_front_matter(text))]
    assert (len(texts), len(found)) == (36, 35)
    assert not any(matter.problems for matter in found)
    assert all(matter.title and matter.is_episode for matter in found)
    assert sum(matter.published_on is not None for matter in found) == 34
    assert sum(bool(matter.people) for matter in found) == 33
    assert sum(matter.video_id is not None for matter in found) == 29
