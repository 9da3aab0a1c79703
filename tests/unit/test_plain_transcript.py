"""Tests of `orchestration.formats.plain_transcript`."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.formats import plain_transcript
from orchestration.formats.display import tidy

TEXT = """
(upbeat music)
- Good evening, and welcome
to the show about nothing much.
Today we talk about bees.
- They are rather small - and busy.
(laughing)
- Are they?
- Yes, I think so, and they
-based on what we know-
do not mind the rain.
>> I mind it.
Thank you all for listening.
"""


def test_lines_marks_and_sounds() -> None:
    (copy,) = plain_transcript.parse(TEXT).copies
    found = [(s.text, s.is_speech, s.is_speaker_change) for s in copy.segments]
    assert found == [
        ("(upbeat music)", False, False),
        ("Good evening, and welcome", True, True),
        ("to the show about nothing much.", True, False),
        ("Today we talk about bees.", True, False),
        ("They are rather small - and busy.", True, True),
        ("(laughing)", False, False),
        ("Are they?", True, True),
        ("Yes, I think so, and they", True, True),
        ("-based on what we know-", True, False),
        ("do not mind the rain.", True, False),
        ("I mind it.", True, True),
        ("Thank you all for listening.", True, False),
    ]
    assert all(s.start_s is None and s.end_s is None and s.speaker_label is None for s in copy.segments)
    assert all(tidy(TEXT[s.char_start : s.char_end]) == s.text for s in copy.segments)
    assert plain_transcript.resolve(TEXT, copy.segments[4].locator) == "They are rather small - and busy."
    assert plain_transcript.sniff(TEXT) >= 0.5


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\x85", "\u2028"])
def test_any_line_end_counts(line_end: str) -> None:
    text = TEXT.replace("\n", line_end)
    (copy,) = plain_transcript.parse(text).copies
    assert len(copy.segments) == 12
    assert plain_transcript.sniff(text) >= 0.5


def test_a_line_that_states_the_date_is_no_speech() -> None:
    (copy,) = plain_transcript.parse("Published March 10, 2025\n" + TEXT).copies
    assert (copy.published_on, copy.date_source) == (date(2025, 3, 10), "stated")
    assert len(copy.segments) == 12


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- One.\n- Two.\n",
        TEXT.replace("- ", "").replace(">> ", ""),
        TEXT.replace("\n", "\n    "),
        TEXT.replace("\n", " "),
        "What you need:\n- a hive\n- some bees\n- a veil\n" + TEXT.replace("- ", "").replace(">> ", ""),
        "# Notes\n" + TEXT.replace("\n", "\n- "),
    ],
)
def test_without_its_manner_it_is_not_recognised(text: str) -> None:
    assert plain_transcript.sniff(text) == 0.0


@pytest.mark.acceptance
def test_the_seed(shared, seed_text) -> None:
    text = seed_text("004")
    (copy,) = plain_transcript.parse(text).copies
    assert len(copy.segments) == 573
    assert sum(s.is_speaker_change for s in copy.segments) == 33
    assert sum(not s.is_speech for s in copy.segments) == 2
    assert copy.passages == ()
    assert copy.published_on is None
