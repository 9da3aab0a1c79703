"""Tests of `orchestration.formats.episode_records`: collections of episodes, a record each."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from orchestration.formats import episode_records, registry
from orchestration.formats.display import tidy
from orchestration.formats.document import ParsedDocument

SAID = [
    ("Ada Bell", "Good morning, and welcome to the hill, I am glad that all of you came."),
    ("Bo Rae", "Thank you, I am glad that you asked me, though I do not fly that often."),
    ("Ada Bell", "So which of the kites up there is yours, and did you sew it all by yourself?"),
    ("Bo Rae", "I think it is the one that you cannot see, and yes, I sew them all at night."),
    ("Ada Bell", "What do you tell people who want to begin, and have nothing but a spoon?"),
    ("Bo Rae", "You need string, I tell them, and then some more of it, and you need a hill."),
    ("Ada Bell", "Do you think that we will ever see one that carries a lamp across the sea?"),
    ("Bo Rae", "We will, and I know who is going to hold the string when it does, you see."),
]
PLAIN = "\n".join(f"{who}: {said}" for who, said in SAID)
BOLD = "\n\n".join(f"**{who}:** {said}" for who, said in SAID)
RECORDS = [{"speaker": who, "start": 4 * n, "text": said} for n, (who, said) in enumerate(SAID)]


def episode(number: int, transcript: Any) -> dict[str, Any]:
    return {
        "id": number,
        "title": f"Kites {number}",
        "date": f"2025-03-0{number}",
        "guest": "Bo Rae",
        "url": f"https://kites.example/{number}",
        "description": "Of lines and hills.",
        "transcript": transcript,
    }


def read(text: str) -> ParsedDocument:
    assert registry.recognise(text) is episode_records  # type: ignore[comparison-overlap]
    document = episode_records.parse(text)
    for copy in document.copies:
        assert all(tidy(document.text[one.char_start : one.char_end]) == one.text for one in copy.passages)
        assert all(document.text[one.char_start : one.char_end] == one.name for one in copy.people)
        for segment in copy.segments:
            raw = document.text[segment.char_start : segment.char_end]
            assert tidy(raw) == segment.text
            assert copy.char_start <= segment.char_start <= segment.char_end <= copy.char_end
            assert raw in episode_records.resolve(text, segment.locator)
            if segment.label_char_start is not None:
                assert document.text[segment.label_char_start : segment.label_char_end] == segment.speaker_label
    return document


@pytest.mark.parametrize("transcript", [PLAIN, BOLD, RECORDS], ids=["plain", "bold", "records"])
@pytest.mark.parametrize("form", ["list", "lines", "within an object"])
def test_each_object_is_an_episode(form: str, transcript: Any) -> None:
    episodes = [episode(number, transcript) for number in (1, 2, 3)]
    text = {
        "list": json.dumps(episodes),
        "lines": "\n".join(map(json.dumps, episodes)),
        "within an object": json.dumps({"podcast": "Wind and String", "episodes": episodes}),
    }[form]
    document = read(text)
    assert document.problems == ()
    assert [[(one.speaker_label, one.text) for one in copy.segments] for copy in document.copies] == [SAID] * 3
    assert [copy.published_on for copy in document.copies] == [date(2025, 3, day) for day in (1, 2, 3)]
    assert [copy.url for copy in document.copies] == [f"https://kites.example/{number}" for number in (1, 2, 3)]
    assert {copy.show_name for copy in document.copies} == {"Wind and String" if form == "within an object" else None}
    for number, copy in enumerate(document.copies, 1):
        assert [(one.field, one.text) for one in copy.passages] == [
            ("title", f"Kites {number}"),
            ("description", "Of lines and hills."),
        ]
        assert [(one.name, one.role) for one in copy.people] == [("Bo Rae", "guest")]
    if transcript is RECORDS:
        assert [one.start_s for one in document.copies[2].segments] == [4.0 * n for n in range(len(SAID))]


def test_one_object_may_hold_its_transcript_as_text() -> None:
    document = read(json.dumps(episode(1, PLAIN) | {"show": "Wind and String"}))
    (copy,) = document.copies
    assert copy.show_name == "Wind and String"
    assert [(one.speaker_label, one.text) for one in copy.segments] == SAID
    assert copy.segments[0].locator.startswith("/transcript;char=")


def test_an_episode_without_a_transcript_is_kept_and_told() -> None:
    document = read(json.dumps([episode(1, PLAIN), episode(2, "")]))
    assert [len(copy.segments) for copy in document.copies] == [len(SAID), 0]
    assert [problem.locator for problem in document.problems] == ["/1"]


def csv(rows: list[tuple[str, ...]]) -> str:
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)


def test_each_row_is_an_episode() -> None:
    header = ("episode", "guest", "title", "published", "transcript")
    rows = [(str(n), "Bo Rae", f"Kites {n}", f"2025-03-0{n}", PLAIN) for n in (1, 2)]
    document = read(csv([header, *rows]) + '3,"Bo Rae"\n')
    assert [[(one.speaker_label, one.text) for one in copy.segments] for copy in document.copies] == [SAID] * 2
    assert [(copy.episode_number, copy.published_on) for copy in document.copies] == [
        (1.0, date(2025, 3, 1)),
        (2.0, date(2025, 3, 2)),
    ]
    assert [copy.passages[0].text for copy in document.copies] == ["Kites 1", "Kites 2"]
    (problem,) = document.problems
    assert "a row of 2 cells in a table of 5" in problem.reason


def test_a_long_transcript_needs_no_labels() -> None:
    prose = " ".join(said for _, said in SAID) * 4
    document = read(csv([("title", "text"), ("Kites 1", prose), ("Kites 2", prose)]))
    assert [len(copy.segments) > 8 for copy in document.copies] == [True, True]
    assert {one.speaker_label for copy in document.copies for one in copy.segments} == {None}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{"title": f"Kites {n}", "description": PLAIN} for n in range(4)]),
        json.dumps([{"name": "Ada", "text": "Hello."}] * 8),
        json.dumps({"title": "Kites", "text": "Too short."}),
        json.dumps({"title": "Feed", "items": [{"title": "Kites", "content_text": "Notes on lines and hills. " * 99}]}),
        csv([("title", "date"), ("Kites", "2025-03-01")]),
        csv([("word", "text"), *(("kite", PLAIN),) * 3]),
        ",,,\n" * 9,
        '"title,text\n' * 9,
        "[]",
        "[[], {}, 1]",
        '{"title": "Kites", "episodes": [[], {}, null]}',
    ],
)
def test_other_records_are_not_claimed(text: str) -> None:
    assert episode_records.sniff(text) == 0.0


def test_a_locator_that_leads_nowhere_is_refused() -> None:
    text = json.dumps([episode(1, PLAIN)])
    for locator in ("/9/transcript;char=0,4", "/0/transcript;char=0,99999", "/0/none", "char=5", ""):
        with pytest.raises(ValueError, match=r"nowhere|no string|not a|expected|outside"):
            episode_records.resolve(text, locator)
