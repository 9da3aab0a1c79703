"""Tests of `orchestration.formats.publisher_page`."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from orchestration.formats import publisher_page
from orchestration.formats.display import tidy

INTRO = """Do bees sleep? In this episode, host Ada van der Bee asks Bo Wax and José El-Amin what a hive hears at night.
Published March 10, 2025
Key takeaways:
The views here belong to the bees.
"""
SPEECH = """Ada van der Bee: Good evening. Do bees sleep?
Bo Wax: They do.
One thing: they do it in shifts.
And then there is the rain.
Ada van der Bee: Note that we know little about it.
José El-Amin: We know this: they hum.
Bo Wax: They hum.
Bo Wax: And they rest.
"""
CLOSING = """Ada van der Bee: That is all.
Thank you both for joining us. See you next week.
"""
FOOT = """What is a hive, and who built it?
Listen to talks about small animals. Watch the latest.
"""


def speech(text: str) -> list[tuple[str | None, str]]:
    (copy,) = publisher_page.parse(text).copies
    return [(s.speaker_label, s.text) for s in copy.segments]


def test_blocks_paragraphs_and_the_foot_of_the_page() -> None:
    text = INTRO + SPEECH + CLOSING + FOOT
    (copy,) = publisher_page.parse(text).copies
    assert [(s.speaker_label, s.text, s.is_speaker_change) for s in copy.segments] == [
        ("Ada van der Bee", "Good evening. Do bees sleep?", True),
        ("Bo Wax", "They do.", True),
        ("Bo Wax", "One thing: they do it in shifts.", False),
        ("Bo Wax", "And then there is the rain.", False),
        ("Ada van der Bee", "Note that we know little about it.", True),
        ("José El-Amin", "We know this: they hum.", True),
        ("Bo Wax", "They hum.", True),
        ("Bo Wax", "And they rest.", True),
        ("Ada van der Bee", "That is all.", True),
        ("Ada van der Bee", "Thank you both for joining us. See you next week.", False),
    ]
    for s in copy.segments:
        assert tidy(text[s.char_start : s.char_end]) == s.text
        assert s.is_paragraph_start
        assert (s.label_char_start is None) is (not s.is_speaker_change)
        if s.label_char_start is not None:
            assert text[s.label_char_start : s.label_char_end] == s.speaker_label
    assert [(p.field, p.text[:14]) for p in copy.passages] == [
        ("description", "Do bees sleep?"),
        ("description", "The views here"),
    ]
    assert (copy.published_on, copy.date_source) == (date(2025, 3, 10), "stated")
    assert publisher_page.sniff(text) >= 0.8


@pytest.mark.parametrize(
    ("first_lines", "title"),
    [
        ("Do Bees Sleep?\n\n", "Do Bees Sleep?"),
        ("# Do Bees Sleep?\n\n", "Do Bees Sleep?"),
        ("The Hive at Night\n", "The Hive at Night"),
        ("Title: The Hive at Night\nShow: Small Animals\n", "The Hive at Night"),
        ("", None),
    ],
)
def test_a_title_is_read_where_one_is_stated(first_lines: str, title: str | None) -> None:
    (copy,) = publisher_page.parse(first_lines + INTRO + SPEECH + CLOSING).copies
    assert [p.text for p in copy.passages if p.field == "title"] == ([title] if title else [])
    assert copy.show_name == ("Small Animals" if "Show:" in first_lines else None)
    assert len([p for p in copy.passages if p.field == "description"]) == 2


def test_a_foot_that_names_itself_is_no_speech() -> None:
    assert speech(INTRO + SPEECH + "Related articles\n" + FOOT) == speech(INTRO + SPEECH)


def test_thanks_end_a_conversation_and_the_first_person_goes_on() -> None:
    closing = "Ada van der Bee: Thank you, Bo.\nWe will be back with wasps.\n"
    assert speech(INTRO + SPEECH + closing + FOOT) == speech(INTRO + SPEECH + closing)
    assert speech(INTRO + SPEECH + closing)[-1] == ("Ada van der Bee", "We will be back with wasps.")


def test_without_a_farewell_all_is_speech() -> None:
    assert speech(INTRO + SPEECH + FOOT)[-1] == ("Bo Wax", "Listen to talks about small animals. Watch the latest.")


def test_labels_in_bold_small_letters_roles_and_lines_of_their_own() -> None:
    text = (
        "**Ada Bee (Host):** Good evening to all of you.\n\n**bo wax:** Hello to you.\n\n**Ada Bee:** So it is.\n\n"
        "**bo wax:**\n\nIt is indeed.\n\nAnd more.\n\n**J. R. Wasp:** I came late.\n\n**Ada Bee:** You did.\n"
    )
    assert speech(text) == [
        ("Ada Bee", "Good evening to all of you."),
        ("bo wax", "Hello to you."),
        ("Ada Bee", "So it is."),
        ("bo wax", "It is indeed."),
        ("bo wax", "And more."),
        ("J. R. Wasp", "I came late."),
        ("Ada Bee", "You did."),
    ]


def test_what_only_looks_like_a_label_is_speech() -> None:
    odd = "Bottom line: they rest.\nRemember: bees are small.\nLinkedIn: it is a site.\nNote: they sting.\nhttps://example.org\n"
    found = speech(INTRO + SPEECH + "Bo Wax: Look.\n" + odd + SPEECH)
    assert {label for label, _ in found} == {"Ada van der Bee", "Bo Wax", "José El-Amin"}
    assert ("Bo Wax", "Remember: bees are small.") in found


def test_credits_at_the_head_are_no_speech() -> None:
    text = (
        "Host: Ada Bee\nGuest: Bo Wax\n\n"
        "Host: Do they sleep?\nGuest: They do.\nHost: All of them?\nGuest: Most of them.\n"
    )
    assert speech(text) == [
        ("Host", "Do they sleep?"),
        ("Guest", "They do."),
        ("Host", "All of them?"),
        ("Guest", "Most of them."),
    ]


def test_headings_between_blocks_are_chapters() -> None:
    text = INTRO + SPEECH + "What bees hear\n" + SPEECH + "## At night\n" + SPEECH + CLOSING
    (copy,) = publisher_page.parse(text).copies
    assert [(c.title, c.start_s) for c in copy.chapters] == [("What bees hear", None), ("At night", None)]
    assert len(copy.segments) == 3 * 8 + 2


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n\n", "\x85"])
def test_any_line_end_counts(line_end: str) -> None:
    text = (INTRO + SPEECH + CLOSING + FOOT).replace("\n", line_end)
    assert speech(text) == speech(INTRO + SPEECH + CLOSING + FOOT)
    assert publisher_page.sniff(text) >= 0.8


@pytest.mark.acceptance
def test_the_seed(shared, seed_text) -> None:
    text = seed_text("001")
    (copy,) = publisher_page.parse(text).copies
    blocks = Counter(s.speaker_label for s in copy.segments if s.label_char_start is not None)
    assert blocks == {"Tim Hwang": 32, "Chris Hay": 17, "Vyoma Gajjar": 14, "Kaoutar El Maghraoui": 14}
    assert sum(s.is_speaker_change for s in copy.segments) == 77
    turns = [
        label
        for label, before in zip(
            [s.speaker_label for s in copy.segments], [None, *(s.speaker_label for s in copy.segments)], strict=False
        )
        if label != before
    ]
    assert len(turns) == 76
    # The last four paragraphs of the page are about other articles.
    lines = [line for line in text.splitlines() if line.strip()]
    assert copy.segments[-1].text == tidy(lines[-5])
    assert [p.field for p in copy.passages] == ["description"] * 3
    assert copy.published_on is None
    assert copy.chapters == ()
