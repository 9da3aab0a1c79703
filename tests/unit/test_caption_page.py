"""Tests of `orchestration.formats.caption_page` and of the chain of caption times."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from orchestration.formats import caption_page
from orchestration.formats.cue_chain import find_cues
from orchestration.formats.display import tidy

PAGE = """Learning Library

← Back to Library

Do Bees Sleep?

Key Points

  • The panel asks whether bees sleep, and finds that they do.
  • Ada Bee explains what a hive hears at night.

Sections

Full Transcript

"""
HEADER = (
    "# Do Bees Sleep? "
    "**Source:** [https://www.youtube.com/watch?v=abcdefghijk](https://www.youtube.com/watch?v=abcdefghijk) "
    "**Duration:** 01:00:20 "
    "## Summary - The panel asks whether bees sleep, and finds that they do. - Bo Wax disagrees. "
    "## Sections "
    "- [00:00:00](https://www.youtube.com/watch?v=abcdefghijk&t=0s) **A Quiet Hive** - The hosts open a hive. "
    "- [00:00:11](https://www.youtube.com/watch?v=abcdefghijk&t=11s) **Night Work** - Who works at night? "
    "## Full Transcript\n"
)
CUES = (
    "0:00Do bees sleep? 0:02They do. 0:07>> At 3:30 in the morning "
    "0:11100 of them rest, 59:592 million 1:00:0310 wake up."
)


def texts(body: str, header: str = HEADER) -> list[tuple[float | None, str]]:
    (copy,) = caption_page.parse(header + body).copies
    return [(s.start_s, s.text) for s in copy.segments]


def test_cues_may_begin_with_digits() -> None:
    (copy,) = caption_page.parse(PAGE + HEADER + CUES).copies
    assert [(s.start_s, s.end_s, s.text, s.is_speaker_change) for s in copy.segments] == [
        (0.0, 2.0, "Do bees sleep?", False),
        (2.0, 7.0, "They do.", False),
        (7.0, 11.0, "At 3:30 in the morning", True),
        (11.0, 3599.0, "100 of them rest,", False),
        (3599.0, 3603.0, "2 million", False),
        (3603.0, 3620.0, "10 wake up.", False),
    ]
    assert all(s.text == tidy((PAGE + HEADER + CUES)[s.char_start : s.char_end]) for s in copy.segments)


def test_the_page_around_the_captions() -> None:
    text = PAGE + HEADER + CUES
    (copy,) = caption_page.parse(text).copies
    assert [(p.field, p.text) for p in copy.passages] == [
        ("title", "Do Bees Sleep?"),
        ("description", "The panel asks whether bees sleep, and finds that they do."),
        ("description", "Ada Bee explains what a hive hears at night."),
        ("description", "Bo Wax disagrees."),
        ("description", "The hosts open a hive."),
        ("description", "Who works at night?"),
    ]
    assert [(c.title, c.start_s, c.end_s) for c in copy.chapters] == [
        ("A Quiet Hive", 0.0, 11.0),
        ("Night Work", 11.0, 3620.0),
    ]
    assert copy.url == "https://www.youtube.com/watch?v=abcdefghijk"
    assert copy.video_id == "abcdefghijk"
    assert copy.duration_s == 3620.0
    assert [text[link.char_start : link.char_end] for link in copy.links] == [copy.url]
    assert all(text[c.char_start : c.char_end] == c.title for c in copy.chapters)


def test_the_same_page_with_line_breaks() -> None:
    lines = HEADER.replace(" **", "\n**").replace(" ##", "\n\n##").replace(" - ", "\n- ")
    for page in (lines, lines.replace("\n", "\r\n")):
        (copy,) = caption_page.parse(page + CUES.replace(" 0:", "\n0:")).copies
        assert copy.passages[0].text == "Do Bees Sleep?"
        assert "Bo Wax disagrees." in [p.text for p in copy.passages]
        assert [c.title for c in copy.chapters] == ["A Quiet Hive", "Night Work"]
        assert copy.duration_s == 3620.0
        assert len(copy.segments) == 6


def test_stated_lines_are_read() -> None:
    header = HEADER.replace("**Duration", "**Show:** The Hive **Published:** 2025-03-10 **Duration")
    (copy,) = caption_page.parse(header + CUES).copies
    assert (copy.show_name, copy.published_on, copy.date_source) == ("The Hive", date(2025, 3, 10), "stated")
    assert copy.duration_s == 3620.0
    recorded = HEADER.replace("**Duration", "**Recorded:** March 9, 2025 **Duration")
    (copy,) = caption_page.parse(recorded + CUES).copies
    assert (copy.show_name, copy.published_on, copy.date_source) == (None, date(2025, 3, 9), "recorded")


@pytest.mark.parametrize(
    "said",
    [
        "we met at 3:30 in the rain",
        "it is 16:9 by now",
        "odds of 10:1 they say",
        "see you at 9:15, or so",
        "read John 3:16 again",
        "at 0:05 it starts",
        "from 1:02:03 to 1:02:04 it hums",
        "from 10:00-10:30 we rest",
        "in a 50:50 split",
    ],
)
def test_numbers_in_speech_are_no_times(said: str) -> None:
    body = f"0:00One is here. 0:02Two came. 0:04{said} 0:06Three went. 0:09Four stayed. 0:12and five"
    assert texts(body)[2] == (4.0, said)
    assert len(texts(body)) == 6
    assert texts(f"0:00One is here. 0:02Two came. 0:04Three. 0:06Four. 0:09Five. 0:12{said}")[-1] == (12.0, said)


def test_a_number_with_a_colon_may_open_a_caption() -> None:
    assert texts("0:00One. 0:0210:30 is late. 0:0416:9 is wide. 0:0711:59pm it was.") == [
        (0.0, "One."),
        (2.0, "10:30 is late."),
        (4.0, "16:9 is wide."),
        (7.0, "11:59pm it was."),
    ]


def test_captions_one_a_line_and_the_foot_of_the_page() -> None:
    body = "0:00 One came at 0:01\n0:02 Two.\n0:04 Three.\n\n← Back to Library\n"
    assert texts(body) == [(0.0, "One came at 0:01"), (2.0, "Two."), (4.0, "Three.")]


def test_an_empty_caption_keeps_its_time() -> None:
    (copy,) = caption_page.parse(HEADER + "0:00One. 0:02 0:04Two. 0:06[Music]").copies
    assert [(s.start_s, s.text, s.is_speech) for s in copy.segments] == [
        (0.0, "One.", True),
        (2.0, "", False),
        (4.0, "Two.", True),
        (6.0, "[Music]", False),
    ]


def test_a_page_without_captions_keeps_what_describes_it() -> None:
    (copy,) = caption_page.parse(PAGE + HEADER).copies
    assert copy.segments == ()
    assert len(copy.passages) == 6
    assert caption_page.sniff(PAGE + HEADER) >= 0.5


def test_the_clock_never_goes_back() -> None:
    cues = find_cues("0:10a 0:20b 0:05c 0:30d 9:59:59e 0:40f", 0, 39)
    assert [seconds for *_, seconds in cues] == [10.0, 20.0, 30.0, 40.0]


@pytest.mark.parametrize(
    ("url", "video_id"),
    [
        ("https://youtu.be/abcdefghijk", "abcdefghijk"),
        ("https://www.youtube.com/watch?list=x&v=abcdefghijk&t=3", "abcdefghijk"),
        ("https://m.youtube.com/shorts/abcdefghijk", "abcdefghijk"),
        ("https://example.org/watch?v=abcdefghijk", None),
        ("https://www.youtube.com/watch?v=abcdefghijkl", None),
    ],
)
def test_video_ids(url: str, video_id: str | None) -> None:
    header = f"# Title **Source:** {url} **Duration:** 0:20 ## Full Transcript\n"
    (copy,) = caption_page.parse(header + "0:00One. 0:02Two.").copies
    assert (copy.url, copy.video_id) == (url, video_id)


@pytest.mark.acceptance
def test_the_seed(shared, seed_text) -> None:
    text = seed_text("000")
    (copy,) = caption_page.parse(text).copies
    starts = [cue.start_s for cue in copy.segments if cue.start_s is not None]
    assert len(copy.segments) == len(starts) == 1421
    assert (starts[0], starts[-1]) == (0.0, 2996.0)
    assert all(before <= after for before, after in pairwise(starts))
    assert any(cue.start_s == 455 and cue.text.startswith("2 million") for cue in copy.segments)
    assert any(cue.start_s == 681 and cue.text.startswith("20 or 30") for cue in copy.segments)
    assert (copy.duration_s, copy.video_id) == (2998.0, "Ddh3p185KhA")
    assert len(copy.chapters) == 17
    assert [c.start_s for c in copy.chapters][:3] == [0.0, 182.0, 370.0]
    assert [p.field for p in copy.passages] == ["title"] + ["description"] * (4 + 17)
    assert not any(cue.is_speaker_change for cue in copy.segments)
