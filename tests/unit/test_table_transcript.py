"""Tests of `orchestration.formats.table_transcript`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from orchestration.formats import registry, table_transcript
from orchestration.formats.document import Copy
from tests.unit.test_formats_properties import check

SAID = [
    ("Ada Bell", "Good morning, and welcome to the hill."),
    ("Bo Rae", "Thank you, I am glad that you asked me."),
    ("Ada Bell", "So which of the kites up there is yours?"),
    ("Bo Rae", "I think it is the one that you cannot see."),
    ("Ada Bell", "Do you sew them all by yourself at night?"),
    ("Bo Rae", "I do, and you would, too, in my place."),
    ("Ada Bell", "What do you tell people who want to begin?"),
    ("Bo Rae", "You need string, and then some more of it."),
]


def clock(index: int) -> str:
    return f"00:{index * 4 // 60:02}:{index * 4 % 60:02}"


TABLES: dict[str, tuple[str, Callable[[int, str, str], str], bool]] = {
    "seconds": ("start,end,speaker,text\n", lambda n, who, text: f'{n * 4}.0,{n * 4 + 4}.0,{who},"{text}"\n', True),
    "milliseconds": ("start\tend\tspeaker\ttext\n", lambda n, who, text: f"{n}000\t{n}900\t{who}\t{text}\n", False),
    "names first": (
        "Speaker Name,Start Time,End Time,Transcript\r\n",
        lambda n, who, text: f'{who},{clock(n)},{clock(n + 1)},"{text}"\r\n',
        True,
    ),
    "semicolons, in German": (
        "Nummer;Beginn;Ende;Sprecher;Inhalt\n",
        lambda n, who, text: f"{n + 1};{clock(n)}.000;{clock(n + 1)}.000;{who};{text}\n",
        True,
    ),
    "tabs, no names of columns": ("", lambda n, who, text: f"{clock(n)}\t{clock(n + 1)}\t{who}\t{text}\n", True),
    "Markdown": (
        "| Time | To | Speaker | Text |\n|---|:-:|---|---|\n",
        lambda n, who, text: f"| {clock(n)} | {clock(n + 1)} | **{who}** | {text} |\n",
        True,
    ),
    "Markdown without bars at the ends": (
        "Time | To | Who | What\n--- | --- | --- | ---\n",
        lambda n, who, text: f"{clock(n)} | {clock(n + 1)} | {who} | {text}\n",
        True,
    ),
}


def only_copy(text: str) -> Copy:
    assert registry.recognise(text) is table_transcript  # type: ignore[comparison-overlap]
    document = table_transcript.parse(text)
    check(document, table_transcript)  # type: ignore[arg-type]
    (copy,) = document.copies
    return copy


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_told_by_what_is_in_them(name: str) -> None:
    header, row, is_four_seconds = TABLES[name]
    text = header + "".join(row(n, *said) for n, said in enumerate(SAID))
    segments = only_copy(text).segments
    assert [(one.speaker_label, one.text) for one in segments] == SAID
    if is_four_seconds:
        assert [(one.start_s, one.end_s) for one in segments] == [(n * 4.0, n * 4.0 + 4) for n in range(len(SAID))]
    assert all(
        one.is_speaker_change and text[one.label_char_start : one.label_char_end] == one.speaker_label
        for one in segments
    )


def test_numbers_count_milliseconds_where_seconds_would_be_too_slow() -> None:
    text = "start\tend\ttext\n" + "".join(
        f"{n * 4000}\t{n * 4000 + 2500}\t{said}\n" for n, (_, said) in enumerate(SAID)
    )
    segments = only_copy(text).segments
    assert [(one.start_s, one.end_s, one.text) for one in segments] == [
        (n * 4.0, n * 4.0 + 2.5, said) for n, (_, said) in enumerate(SAID)
    ]
    assert all(one.speaker_label is None for one in segments)


def test_people_who_take_turns_need_no_times() -> None:
    text = "Speaker,Text\n" + "".join(f'{who},"{said}"\n' for who, said in SAID)
    assert [(one.speaker_label, one.start_s, one.text) for one in only_copy(text).segments] == [
        (who, None, said) for who, said in SAID
    ]


def test_names_may_stand_in_front_of_the_words() -> None:
    text = "start,text\n" + "".join(f'{clock(n)},"{who}: {said}"\n' for n, (who, said) in enumerate(SAID))
    assert [(one.speaker_label, one.text) for one in only_copy(text).segments] == SAID


def test_a_cell_may_hold_delimiters_quotes_and_line_ends() -> None:
    rows = [*SAID[:-1], ("Bo Rae", 'You ""need"" string,\nand then some more')]
    text = "who,start,text\n" + "".join(f'{who},{clock(n)},"{said}"\n' for n, (who, said) in enumerate(rows))
    last = only_copy(text).segments[-1]
    # As it stands there: a quote that is doubled stays doubled.
    assert last.text == 'You ""need"" string, and then some more'
    assert table_transcript.resolve(text, last.locator) == 'You ""need"" string,\nand then some more'


def test_commas_that_nobody_quoted_are_part_of_the_last_cell() -> None:
    text = "start,speaker,text\n" + "".join(f"{clock(n)},{who},{said}\n" for n, (who, said) in enumerate(SAID))
    assert [(one.speaker_label, one.text) for one in only_copy(text).segments] == SAID


def test_a_row_that_lacks_cells_is_told_and_a_quote_that_nothing_closes_costs_no_other_row() -> None:
    rows = [f"{clock(n)},{who},{said}\n" for n, (who, said) in enumerate(SAID * 3)]
    text = "start,speaker,text\n" + "".join(rows) + '0:59\n1:40,Bo Rae,"So it was.\n1:41,Bo Rae,It was.\n'
    document = table_transcript.parse(text)
    assert [one.text for one in document.copies[0].segments[-2:]] == ['"So it was.', "It was."]
    (problem,) = document.problems
    assert "a row of 1 cells in a table of 3" in problem.reason
    assert table_transcript.resolve(text, problem.locator) == "0:59"


def test_what_stands_above_a_table_in_markdown_is_the_page() -> None:
    rows = "".join(f"| {clock(n)} | {who} | {said} |\n" for n, (who, said) in enumerate(SAID))
    page = "# Kites at noon\n\nShow: Wind and String\nDate: 2025-03-10\n\nOf lines and hills.\n\n"
    copy = only_copy(f"{page}| Time | Who | What |\n|--|--|--|\n{rows}")
    assert [(one.field, one.text) for one in copy.passages] == [
        ("title", "Kites at noon"),
        ("description", "Of lines and hills."),
    ]
    assert (copy.show_name, copy.published_on) == ("Wind and String", date(2025, 3, 10))
    assert [(one.speaker_label, one.text) for one in copy.segments] == SAID


@pytest.mark.parametrize(
    "text",
    [
        "date,title,show\n"
        + "".join(f"2025-03-{n:02},A talk about the bees of hill {n},The Hum\n" for n in range(1, 20)),
        "time,level,message\n"
        + "".join(f"12:03:{n:02},INFO,the job has been started again\n" for n in range(0, 40, 2)),
        "id,text\n" + "".join(f"{n},I think that you do what we do\n" for n in range(20)),
        "| Word | Meaning |\n|---|---|\n"
        + "".join(f"| Word {n} | I say it to you when we meet |\n" for n in range(20)),
        "Hello, you,\nI think, well,\n" * 10,
        ",\n" * 40,
        '"' * 400,
    ],
)
def test_other_tables_are_none(text: str) -> None:
    assert table_transcript.sniff(text) == 0.0
    assert table_transcript.parse(text).copies == ()
