"""Tests of `orchestration.formats.plain_transcript`."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.formats import plain_transcript, registry
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


TALK = [
    "So I think you know how this goes.",
    "We went up there, and I said, well, why not?",
    "Yeah, that is what Dr. Rae told me, too.",
    "You kind of lean back, and I mean really back.",
    "Okay.",
]


def test_talk_without_any_marks_is_told_by_its_words() -> None:
    text = "\n".join(TALK * 10)
    assert registry.recognise(text) is plain_transcript  # type: ignore[comparison-overlap]
    (copy,) = plain_transcript.parse(text).copies
    assert [one.text for one in copy.segments] == TALK * 10


def test_talk_on_one_line_is_cut_into_sentences() -> None:
    text = " ".join(TALK * 10)
    assert registry.recognise(text) is plain_transcript  # type: ignore[comparison-overlap]
    (copy,) = plain_transcript.parse(text).copies
    # A sentence of one word does not stand alone.
    assert [one.text for one in copy.segments][:5] == [*TALK[:4], f"{TALK[4]} {TALK[0]}"]
    assert " ".join(one.text for one in copy.segments) == text
    assert [text[one.char_start : one.char_end] for one in copy.segments] == [one.text for one in copy.segments]


def test_talk_without_sentences_is_cut_after_forty_words() -> None:
    text = " ".join(TALK * 12).replace(".", "").replace(",", "").replace("?", "").lower()
    (copy,) = plain_transcript.parse(text).copies
    assert {len(one.text.split()) for one in copy.segments[:-1]} == {40}
    assert " ".join(one.text for one in copy.segments) == text


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(TALK * 5),
        "\n".join(f'"{one}" she said.' for one in TALK * 12),
        "\n".join(f"- [{one}](https://hill.example/{index})" for index, one in enumerate(TALK * 12)),
        "\n".join(f"{index // 60}:{index % 60:02} {one}" for index, one in enumerate(TALK * 12)),
        "\n".join(f"Q: {one}" for one in TALK * 12),
        "The harbour was quiet that morning, and the boats lay still. " * 60,
    ],
    ids=["short", "quoted", "links", "times", "labels", "prose"],
)
def test_words_that_may_be_written_are_no_talk(text: str) -> None:
    assert plain_transcript.sniff(text) == 0.0


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
