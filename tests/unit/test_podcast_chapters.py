"""Tests of `orchestration.formats.podcast_chapters`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.formats import podcast_chapters, registry
from orchestration.formats.display import tidy
from orchestration.formats.document import ParsedDocument

QUICK = settings(max_examples=80)


def check(document: ParsedDocument) -> None:
    text = document.text
    for copy in document.copies:
        assert copy.segments == ()
        for chapter in copy.chapters:
            assert tidy(text[chapter.char_start : chapter.char_end]) == chapter.title != ""
        for passage in copy.passages:
            assert tidy(text[passage.char_start : passage.char_end]) == passage.text != ""
        for link in copy.links:
            assert text[link.char_start : link.char_end] == link.url
        for ranges in (copy.passages, copy.chapters, copy.links):
            assert len({found.char_start for found in ranges}) == len(ranges)
    for problem in document.problems:
        assert problem.locator and problem.reason and problem.remedy
    text.encode()


def parsed(**value: Any) -> ParsedDocument:
    text = json.dumps({"version": "1.2.0", **value})
    known = registry.recognise(text)
    assert known is not None
    assert known.FORMAT == "podcast_chapters"
    document = podcast_chapters.parse(text)
    check(document)
    return document


def test_chapters_make_a_copy_without_segments() -> None:
    document = parsed(
        title="On Bees &amp; Wax",
        podcastName="The Hive",
        description="All of it.",
        chapters=[
            {"startTime": 0, "title": "Intro"},
            {"startTime": 60.5, "title": "Bees", "endTime": 70, "url": "https://bees.example/a"},
            {"startTime": 90, "toc": False, "img": "https://bees.example/p.png", "title": "Silent"},
            {"startTime": 95, "img": "https://bees.example/p.png"},
            {"startTime": "120.25", "title": "Wax", "toc": True, "url": "https://bees.example/a"},
        ],
    )
    (copy,) = document.copies
    assert document.problems == ()
    assert [(c.title, c.start_s, c.end_s) for c in copy.chapters] == [
        ("Intro", 0.0, 60.5),
        ("Bees", 60.5, 70.0),
        ("Wax", 120.25, None),
    ]
    assert [(p.field, p.text) for p in copy.passages] == [("title", "On Bees & Wax"), ("description", "All of it.")]
    assert copy.show_name == "The Hive"
    assert [link.url for link in copy.links] == ["https://bees.example/a"]
    text = '{"version": "1", "chapters": [{"startTime": 0, "title": "Intro"}]}'
    assert podcast_chapters.resolve(text, "/chapters/0/title") == "Intro"


def test_wrong_times_are_left_out_and_told() -> None:
    starts = [0, 500, 20, float("nan"), -3, "soon", 30]
    document = parsed(chapters=[{"startTime": at, "title": f"Part {n}"} for n, at in enumerate(starts)])
    found = [(c.start_s, c.end_s) for c in document.copies[0].chapters]
    assert found == [(0.0, 20.0), (None, None), (20.0, 30.0), (None, None), (None, None), (None, None), (30.0, None)]
    assert len(document.problems) == 2


def test_a_document_of_chapters_lacks_no_transcript() -> None:
    read = registry.read(b'{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Intro"}]}')
    assert read.document is not None
    assert read.problems == ()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "7", "{}", '{"chapters": 7}', '{"chapters": [{"title": "a"}]}', '{"chapters": []}', '{"title": "a"}',
     '{"chapters": [{"startTime": 0, "title": "a"}], "segments": []}', "[" * 100_000],
)  # fmt: skip
def test_what_it_is_not(text: str) -> None:
    assert podcast_chapters.sniff(text) == 0.0
    check(podcast_chapters.parse(text))


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.lists(st.integers(), max_size=2)
)
CHAPTERS = st.dictionaries(st.sampled_from("startTime endTime title url toc img".split()), LEAVES, max_size=6)  # noqa: SIM905


@QUICK
@given(
    st.dictionaries(
        st.sampled_from("version title description podcastName chapters".split()),  # noqa: SIM905
        LEAVES | st.lists(CHAPTERS | LEAVES, max_size=6),
    )
)
def test_nothing_makes_it_raise(value: dict[str, Any]) -> None:
    text = json.dumps(value)
    assert 0.0 <= podcast_chapters.sniff(text) <= 1.0
    check(podcast_chapters.parse(text))


@QUICK
@given(st.lists(st.tuples(st.sampled_from(["Intro", "Bees", "Q&A", "Łódź"]), st.integers(0, 900)), min_size=1))
def test_what_was_written_is_read(chapters: list[tuple[str, int]]) -> None:
    at, written = 0, []
    for title, step in chapters:
        written.append({"startTime": at, "title": title})
        at += step
    found = parsed(chapters=written).copies[0].chapters
    assert [{"startTime": c.start_s, "title": c.title} for c in found] == written


@pytest.mark.acceptance
@pytest.mark.parametrize(("name", "chapters", "title"), [("example", 9, None), ("exampleComplex", 10, "title")])
def test_the_samples(shared, name: str, chapters: int, title: str | None) -> None:
    text = (shared / "samples" / "podcast_namespace" / "chapters" / f"{name}.json").read_text(encoding="utf-8")
    assert [known.FORMAT for known in registry.FORMATS if known.sniff(text) >= 0.5] == ["podcast_chapters"]
    document = podcast_chapters.parse(text)
    check(document)
    (copy,) = document.copies
    assert len(copy.chapters) == chapters
    assert [passage.field for passage in copy.passages] == ([title] if title else [])
    assert all(chapter.start_s is not None for chapter in copy.chapters)
