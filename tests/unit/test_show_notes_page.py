"""Tests of `orchestration.formats.show_notes_page`: what describes an episode, where nobody's words are."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.formats import registry, show_notes_page
from orchestration.formats.document import Copy
from tests.unit.test_formats_properties import FRAGMENTS, check

NOTES = """---
number: 12
title: Bees at night
date: 1735689600000
url: https://cdn.example/12.mp3
guest:
  name: Bo Wax
  url: https://wax.example
---

Ada talks with Bo Wax about bees.

## Larkfield Honey - Sponsor

[Larkfield](https://honey.example) sells honey.

## Show Notes

* **[00:33](#t=00:33)** Welcome
* **[02:21](#t=02:21)** Who is [Bo](https://bo.example)?
* [A hive](https://hive.example)
* **[1:03:40](#t=1:03:40)** The end

## Links

- Ada: [Wax](https://wax.example)
"""
PLAIN = (
    "# Bees at night\n\nAda talks about bees.\n\n## Show notes\n\n5:00\n\n* What hums?\n* Honey\n\n7:30\n\n* Why?\n\n"
    "9:00 - The end\n\nhttps://hive.example\n"
)


def only_copy(text: str) -> Copy:
    document = show_notes_page.parse(text)
    check(document, show_notes_page)  # type: ignore[arg-type]
    (copy,) = document.copies
    return copy


def test_an_episode_is_read_from_its_notes() -> None:
    assert registry.recognise(NOTES) is show_notes_page
    assert registry.read(NOTES.encode()).problems == ()
    copy = only_copy(NOTES)
    assert (copy.published_on, copy.episode_number) == (date(2025, 1, 1), 12.0)
    assert (copy.url, copy.enclosure_url) == ("https://cdn.example/12.mp3",) * 2
    assert [(p.name, p.role) for p in copy.people] == [("Bo Wax", "guest")]
    assert [(c.title, c.start_s, c.end_s) for c in copy.chapters] == [
        ("Welcome", 33.0, 141.0),
        ("Who is [Bo](https://bo.example)?", 141.0, 3820.0),
        ("The end", 3820.0, None),
    ]
    assert [p.text for p in copy.passages] == [
        "Bees at night",
        "Ada talks with Bo Wax about bees.",
        "Larkfield Honey - Sponsor",
        "[Larkfield](https://honey.example) sells honey.",
        "[A hive](https://hive.example)",
        "Ada: [Wax](https://wax.example)",
    ]
    assert "https://bo.example" in [link.url for link in copy.links]
    assert copy.segments == ()


def test_notes_without_front_matter_are_told_by_their_headings() -> None:
    assert registry.recognise(PLAIN) is show_notes_page
    copy = only_copy(PLAIN)
    assert [(c.title, c.start_s) for c in copy.chapters] == [("What hums?", 300.0), ("Why?", 450.0), ("The end", 540.0)]
    assert [(p.field, p.text) for p in copy.passages] == [
        ("title", "Bees at night"),
        ("description", "Ada talks about bees."),
        ("description", "Honey"),
        ("description", "https://hive.example"),
    ]


def test_times_with_frames_are_minutes_and_seconds() -> None:
    text = NOTES.replace("00:33](", "00:33:12](").replace("02:21](", "02:21:29](").replace("1:03:40](", "63:40:02](")
    assert [c.start_s for c in only_copy(text).chapters] == [33.0, 141.0, 3820.0]


def test_a_lone_title_is_an_episode_without_more() -> None:
    text = "---\ntitle: Bees\nmedia: https://youtu.be/abcdefghijk\nneeds: transcript\n---\n\n\n"
    copy = only_copy(text)
    assert [p.text for p in copy.passages] == ["Bees"]
    assert copy.video_id == "abcdefghijk"


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A post\ndate: 2025-01-01\n---\nProse.\n",
        "# Plan\n\n## Links\n\n- https://a.example\n",
        "9:00 Run\n\n10:00 Rest\n\n11:00 Eat\n",
        "",
        "<p>Show notes</p>",
    ],
)
def test_other_pages_are_not_claimed(text: str) -> None:
    assert show_notes_page.sniff(text) < 0.5


LINES = st.lists(
    st.sampled_from(
        ["0:12\n", "* [0:12](#t) x\n", "# Show notes\n", "- y\n", "1:02:03 - z\n", "---\n", "https://a.b\n", "\n"]
    ),
    max_size=30,
).map("".join)


@settings(max_examples=150)
@given(FRAGMENTS | st.text() | LINES | LINES.map(lambda text: NOTES + text))
def test_no_text_makes_it_raise(text: str) -> None:
    assert 0.0 <= show_notes_page.sniff(text) <= 1.0
    document = show_notes_page.parse(text)
    check(document, show_notes_page)  # type: ignore[arg-type]


@pytest.mark.acceptance
def test_every_sample_is_read(shared) -> None:
    paths = sorted((shared / "samples" / "show_notes").glob("*.md"))
    assert len(paths) == 30
    guests = 0
    for path in paths:
        text = path.read_bytes().decode()
        assert registry.recognise(text) is show_notes_page
        copy = only_copy(text)
        starts = [chapter.start_s for chapter in copy.chapters if chapter.start_s is not None]
        assert len(starts) >= 3
        assert sum(a <= b for a, b in pairwise(starts)) >= 0.9 * (len(starts) - 1)
        assert all(start < 3 * 3600 for start in starts)
        assert copy.published_on is not None
        assert copy.enclosure_url is not None
        assert copy.links
        assert copy.passages[0].field == "title"
        guests += bool(copy.people)
    assert guests == 9
