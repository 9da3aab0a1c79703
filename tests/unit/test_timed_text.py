"""Tests of `orchestration.formats.timed_text`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from orchestration.formats import registry, timed_text

SAID = [
    "good morning and welcome to the hill",
    "2 kites are up and one of them is mine",
    "I sewed it last night at 9:30 or so",
    "you did not sleep at all did you",
    "not much but the wind will not wait",
    "it turns at noon so we have an hour",
    "hold the line low and lean back a bit",
    "and keep away from the power lines",
    "that is all you need to know today",
]


def clock(index: int) -> str:
    return f"{index * 4 // 60}:{index * 4 % 60:02}"


SHAPES: dict[str, Callable[[int, str], str]] = {
    "on a line of its own": lambda index, text: f"{clock(index)}\n{text}\n",
    "in front": lambda index, text: f"{clock(index)} {text}\n",
    "glued": lambda index, text: f"{clock(index)}{text}\n",
    "all on one line": lambda index, text: f"{clock(index)} {text} ",
    "in brackets": lambda index, text: f"[00:{clock(index).zfill(5)}] {text}\n",
    "in brackets, with a dash": lambda index, text: f"({clock(index)}) - {text}\n",
    "in brackets with both times": lambda index, text: f"[{clock(index)} - {clock(index + 1)}] {text}\n",
    "in brackets that Markdown escapes": lambda index, text: f"\\[{clock(index)}\\] {text}\n",
    "with hundredths, in brackets": lambda index, text: f"[{clock(index)}.00]{text}\n",
    "with both times in front, as in .sbv": lambda index, text: (
        f"0:{clock(index).zfill(5)}.000,0:{clock(index + 1).zfill(5)}.000\n{text}\n\n"
    ),
    "in bold": lambda index, text: f"**{clock(index)}** {text}\n\n",
    "in bold brackets": lambda index, text: f"**[0:{clock(index).zfill(5)}]** {text}\n\n",
    "as code": lambda index, text: f"`{clock(index)}` {text}\n",
    "as a link": lambda index, text: f"[{clock(index)}](https://v.example/?t={index}s) {text}\n",
    "behind bullets": lambda index, text: f"- {clock(index)} - {text}\n",
    "as headings": lambda index, text: f"### {clock(index)}\n\n{text}\n\n",
    "both times and a colon": lambda index, text: (
        f"0:{clock(index).zfill(5)} - 0:{clock(index + 1).zfill(5)}: {text}\n"
    ),
    "both times and a wave": lambda index, text: f"[{clock(index)} ~ {clock(index + 1)}] {text}\n",
    "in seconds": lambda index, text: f"{index * 4}.0s: {text}\n",
    "in seconds, in brackets": lambda index, text: f"[{index * 4}.00] {text}\n",
    "with thousandths": lambda index, text: f"00:{clock(index).zfill(5)}.000 {text}\n",
    "in paragraphs": lambda index, text: f"{clock(index)}\n{text}\n\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_captions_without_names_are_read_whatever_shape_their_times_have(shape: str) -> None:
    text = "".join(SHAPES[shape](index, said) for index, said in enumerate(SAID))
    assert registry.recognise(text) is timed_text  # type: ignore[comparison-overlap]
    (copy,) = timed_text.parse(text).copies
    assert [one.text for one in copy.segments] == SAID
    assert [one.start_s for one in copy.segments] == [4.0 * index for index in range(len(SAID))]
    assert [one.end_s for one in copy.segments] == [*(one.start_s for one in copy.segments[1:]), None]
    assert all(one.is_speech and one.speaker_label is None and not one.is_speaker_change for one in copy.segments)
    assert [timed_text.resolve(text, one.locator) for one in copy.segments] == SAID


def test_dashes_in_front_of_some_captions_are_marks_of_a_new_speaker() -> None:
    text = "".join(f"{clock(index)} {'- ' if index % 3 == 0 else ''}{said}\n" for index, said in enumerate(SAID))
    (copy,) = timed_text.parse(text).copies
    assert [(one.text, one.is_speaker_change) for one in copy.segments] == [
        (said, index % 3 == 0) for index, said in enumerate(SAID)
    ]


def test_what_stands_above_the_captions_is_the_page() -> None:
    captions = "".join(f"{clock(index)}\n{said}\n" for index, said in enumerate(SAID))
    page = "# Kites at noon\n\n**Show:** Wind and String\nDate: 2025-03-10\n\nOf lines and hills.\n\n## Transcript\n"
    text = page + captions
    (copy,) = registry.read(text.encode()).document.copies  # type: ignore[union-attr]
    assert [(one.field, one.text) for one in copy.passages] == [
        ("title", "Kites at noon"),
        ("description", "Of lines and hills."),
    ]
    assert (copy.show_name, copy.published_on) == ("Wind and String", date(2025, 3, 10))
    assert [one.text for one in copy.segments] == SAID


def test_front_matter_tells_the_episode() -> None:
    captions = "".join(f"{clock(index)} {said}\n" for index, said in enumerate(SAID))
    text = f"---\ntitle: Kites at noon\nshow: Wind and String\nguests: [Bo Rae]\n---\n{captions}"
    document = registry.read(text.encode()).document
    assert document is not None
    assert document.format == timed_text.FORMAT
    assert (document.copies[0].show_name, [one.name for one in document.copies[0].people]) == (
        "Wind and String",
        ["Bo Rae"],
    )
    assert [one.text for one in document.copies[0].segments] == SAID


CHAPTERS = "\n".join(f"{index * 5}:00 {said}" for index, said in enumerate(SAID))
LOG = "\n".join(f"2026-01-05 10:00:{index:02} INFO worker {index} took the task and went on" for index in range(40))
TABLE = "\n".join(f"0:{index:02} | {index * 7} | {index * 9} | 12.5 % | -3" for index in range(40))
NAMED = "".join(f"[{('Ada Bell', 'Bo Rae')[index % 2]}] {clock(index)}\n{said}\n" for index, said in enumerate(SAID))
AGAIN = "".join(f"{clock(index % 3)} {said}\n" for index, said in enumerate(SAID * 3))


@pytest.mark.parametrize("text", [CHAPTERS, LOG, TABLE, NAMED, AGAIN, "10:15 " * 2000, "\n".join(SAID)])
def test_times_that_no_speech_fits_are_no_captions(text: str) -> None:
    assert timed_text.sniff(text) == 0.0
