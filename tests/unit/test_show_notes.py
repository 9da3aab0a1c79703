"""Show notes run together into one line: chapters, addresses, paragraphs. All texts here are invented."""

from __future__ import annotations

import pytest

from orchestration.formats.directory_page import parse
from orchestration.formats.document import Copy

NOTES = (
    "Ada Byrne joins us to talk about how lighthouses were automated, and what was lost.We discuss:* Why lamps were "
    "replaced first* The last keeper of Rockall, who stayed for a yearAda Byrne* X: https://x.com/adabyrne"
)


def entry(text: str) -> Copy:
    (copy,) = parse(text).copies
    return copy


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "Chapters: 00:00 – Hello 01:48 – Lamps 03:12 - Oil",
            [(0, 108, "Hello"), (108, 192, "Lamps"), (192, None, "Oil")],
        ),
        (
            "Timestamps00:00:00 Hello00:00:49 Lens 0.900:02:00 Oil01:00:00 EndTranscript",
            [(0, 49, "Hello"), (49, 120, "Lens 0.9"), (120, 3600, "Oil"), (3600, None, "End")],
        ),
        (
            "[0:00] Hello[1:08] Lamps[2:24] Oil With your co-hosts: @a",
            [(0, 68, "Hello"), (68, 144, "Lamps"), (144, None, "Oil")],
        ),
        (
            "(00:00) Hello (04:27) Lamps (01:04:01) Outro PRODUCED BY: us",
            [(0, 267, "Hello"), (267, 3841, "Lamps"), (3841, None, "Outro")],
        ),
        (
            "Timestamps* [00:00:05] Hello* [00:00:12] Lamps: Oil* [00:01:00] End",
            [(5, 12, "Hello"), (12, 60, "Lamps: Oil"), (60, None, "End")],
        ),
        ("59:10 Hello 59:50 Top 51:02:03 Lamps", [(3550, 3590, "Hello"), (3590, 3723, "Top 5"), (3723, None, "Lamps")]),
    ],
)
def test_chapter_lists(written: str, expected: list[tuple[int, int | None, str]]) -> None:
    text = f"An episode about lamps and oil. {written}"
    copy = entry(text)
    assert [(chapter.start_s, chapter.end_s, chapter.title) for chapter in copy.chapters] == expected
    assert not any(chapter.title in passage.text for chapter in copy.chapters[:-1] for passage in copy.passages)


def test_times_in_prose_are_no_chapters() -> None:
    assert (
        entry("We met at 10:30 in the tower, had tea at 11:45 with the keeper, and left by 12:15 for home.").chapters
        == ()
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("It works.Go to https://lamp.example/LightsOilco - The best oil", ["https://lamp.example/Lights"]),
        ("It works.See https://a.example/bJane Doe:* X: https://x.com/jd", ["https://a.example/b", "https://x.com/jd"]),
        (
            "https://x.com/abhttps://b.example/https://c.example/Get it free",
            ["https://x.com/ab", "https://b.example/", "https://c.example/"],
        ),
        ("Visit www.lamp.exampleABC papers are due, or https://l.example.", ["www.lamp.example", "https://l.example"]),
        ("(see https://e.example/a_(b)), and https://f.example/x)", ["https://e.example/a_(b)", "https://f.example/x"]),
        ("X: https://x.com/FanaHOVA Follow us", ["https://x.com/FanaHOVA"]),
        ("mail lamps@keeper.example or read and/or write", []),
    ],
)
def test_addresses_end_where_the_next_words_begin(written: str, expected: list[str]) -> None:
    assert [link.url for link in entry(written).links] == expected


def test_paragraphs_and_bullets_are_passages_of_their_own() -> None:
    copy = entry(NOTES)
    assert [passage.text for passage in copy.passages[1:]] == [
        "We discuss:",
        "Why lamps were replaced first",
        "The last keeper of Rockall, who stayed for a year",
        "Ada Byrne",
        "X: https://x.com/adabyrne",
    ]
    assert all(passage.field == "description" for passage in copy.passages)
