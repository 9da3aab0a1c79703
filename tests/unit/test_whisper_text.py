"""Tests of `orchestration.formats.whisper_text`."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.formats import whisper_text
from orchestration.formats.display import tidy

TEXT = """
[00:00:00.000 --> 00:00:02.400]   (upbeat music)
[00:00:02.400 --> 00:00:05.100]   - Good evening.
[00:00:05.100 --> 00:00:06.800]   This is a test, (laughs) of sorts -
[01:00:06.700 --> 01:00:08.440]   - Yes. - Is it?
[01:00:08.440 --> 01:00:09.000]   -based on nothing.
[01:00:09.000 --> 01:00:10.000]   >> Who is there?
[01:00:10.000 --> 01:00:11.000]
[01:00:11.000 --> 01:00:12.000]   [Music]
"""


def test_cues_times_marks_and_sounds() -> None:
    document = whisper_text.parse(TEXT)
    (copy,) = document.copies
    assert document.problems == ()
    found = [(s.start_s, s.end_s, s.text, s.is_speech, s.is_speaker_change) for s in copy.segments]
    assert found == [
        (0.0, 2.4, "(upbeat music)", False, False),
        (2.4, 5.1, "Good evening.", True, True),
        (5.1, 6.8, "This is a test, (laughs) of sorts -", True, False),
        (3606.7, 3608.44, "Yes. - Is it?", True, True),
        (3608.44, 3609.0, "-based on nothing.", True, False),
        (3609.0, 3610.0, "Who is there?", True, True),
        (3610.0, 3611.0, "", False, False),
        (3611.0, 3612.0, "[Music]", False, False),
    ]
    assert all(s.speaker_label is None and s.words is None for s in copy.segments)
    assert all(tidy(TEXT[s.char_start : s.char_end]) == s.text for s in copy.segments)
    assert whisper_text.resolve(TEXT, copy.segments[1].locator) == "Good evening."


def test_minutes_without_hours() -> None:
    text = "[00:00.000 --> 00:02.500]  One.\r\n[59:58.000 --> 60:00.000]  Two.\r\n[59:58.000 --> 59:59.000]  Three.\r\n"
    (copy,) = whisper_text.parse(text).copies
    assert [(s.start_s, s.end_s) for s in copy.segments] == [(0.0, 2.5), (3598.0, 3599.0)]


def test_an_end_before_the_start_is_unknown() -> None:
    (copy,) = whisper_text.parse("[00:05.000 --> 00:02.000] Oh.\n").copies
    assert (copy.segments[0].start_s, copy.segments[0].end_s) == (5.0, None)


def test_what_stands_before_the_cues_describes_them() -> None:
    text = "Published: 2025-03-10\nA talk about bees.\n\n[00:00.000 --> 00:02.000] Buzz.\n"
    (copy,) = whisper_text.parse(text).copies
    assert (copy.published_on, copy.date_source) == (date(2025, 3, 10), "stated")
    assert [passage.text for passage in copy.passages][-1] == "A talk about bees."


def test_a_cue_may_be_wrapped_and_what_follows_an_empty_line_is_told() -> None:
    text = "[00:00.000 --> 00:02.000] One\n and two.\n\nThe end of the page.\n"
    document = whisper_text.parse(text)
    assert [s.text for s in document.copies[0].segments] == ["One and two."]
    (problem,) = document.problems
    assert whisper_text.resolve(text, problem.locator) == "The end of the page."


def test_nothing_in_it_is_no_copy() -> None:
    assert whisper_text.parse("").copies == ()
    assert whisper_text.parse("No cue here.").copies == ()
    assert whisper_text.sniff("") == 0.0


@pytest.mark.acceptance
def test_the_seed(shared, seed_text) -> None:
    (copy,) = whisper_text.parse(seed_text("003")).copies
    cues = copy.segments
    assert len(cues) == 2298
    assert (cues[0].start_s, cues[0].end_s, cues[-1].start_s, cues[-1].end_s) == (0.0, 2.58, 5014.08, 5016.66)
    assert sum(cue.is_speaker_change for cue in cues) == 254
    assert sum(not cue.is_speech for cue in cues) == 19
    assert all(cue.start_s is not None and cue.end_s is not None and cue.start_s <= cue.end_s for cue in cues)
    assert not any(cue.text.startswith("- ") for cue in cues)


def test_times_may_be_seconds() -> None:
    text = "[0.00s -> 2.50s] Where is the wind?\n[2.50s -> 3.25s]  Behind us.\n"
    assert whisper_text.sniff(text) > 0.9
    (copy,) = whisper_text.parse(text).copies
    assert [(s.start_s, s.end_s, s.text) for s in copy.segments] == [
        (0.0, 2.5, "Where is the wind?"),
        (2.5, 3.25, "Behind us."),
    ]


@pytest.mark.parametrize("form", ["[{}] ", "[{}]: ", "{}: "])
def test_who_speaks_stands_in_front_of_the_words(form: str) -> None:
    said = [
        ("SPEAKER_00", "Where is it?"),
        ("SPEAKER_01", "Behind us."),
        ("", "As it was."),
        ("SPEAKER_00", "So it is."),
    ]
    text = "".join(
        f"[00:0{n}.000 --> 00:0{n + 1}.000] {form.format(name) if name else ''}{words}\n"
        for n, (name, words) in enumerate(said)
    )
    (copy,) = whisper_text.parse(text).copies
    assert [(s.speaker_label, s.text, s.is_speaker_change) for s in copy.segments] == [
        ("SPEAKER_00", "Where is it?", True),
        ("SPEAKER_01", "Behind us.", True),
        ("SPEAKER_01", "As it was.", False),
        ("SPEAKER_00", "So it is.", True),
    ]
    labelled = [s for s in copy.segments if s.label_char_start is not None]
    assert [text[s.label_char_start : s.label_char_end] for s in labelled] == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]
    assert all(text[s.char_start : s.char_end] == s.text for s in copy.segments)


def test_a_sound_in_brackets_is_nobody() -> None:
    text = "".join(f"[00:0{n}.000 --> 00:0{n + 1}.000] [Music] and so on\n" for n in range(6))
    (copy,) = whisper_text.parse(text).copies
    assert {(s.speaker_label, s.text) for s in copy.segments} == {(None, "[Music] and so on")}
