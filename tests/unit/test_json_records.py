"""Tests of `orchestration.formats.json_records`: JSON that is told by what is in its records."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from orchestration.formats import recogniser_json, registry
from tests.unit.test_recogniser_json import check

SAID = [
    "Good morning, and welcome to the hill.",
    "Thank you, I am glad that you asked me.",
    "So which of the kites up there is yours?",
    "I think it is the one that you cannot see.",
    "Do you sew them all by yourself at night?",
    "I do, and you would, too, in my place.",
    "What do you tell people who want to begin?",
    "You need string, and then some more of it.",
]
WHO = ["Ada Bell", "Bo Rae"] * 4
AT = [4 * n for n in range(8)]


def spelled(words: str, start: float) -> list[dict[str, Any]]:
    each = words.split()
    return [{"t": word, "from": start + n * 0.4, "to": start + n * 0.4 + 0.3} for n, word in enumerate(each)]


def records(make: Any) -> list[Any]:
    return [make(*row) for row in zip(WHO, AT, SAID, strict=True)]


OTHERS: dict[str, Any] = {
    "pairs of times": {"chunks": records(lambda who, at, said: {"timestamp": [at, at + 4], "text": said, "who": who})},
    "clocks": records(lambda who, at, said: {"name": who, "time": f"00:00:{at:02}", "content": said}),
    "deep, with numbers of rows": {
        "data": {
            "talk": {
                "sentences": records(lambda who, at, said: {"index": at // 4, "raw": said, "begin": at, "speaker": who})
            }
        }
    },
    "milliseconds": {"rows": records(lambda who, at, said: {"at": at * 1000, "said": said, "speakerName": who})},
    "samples of sound": {"rows": records(lambda who, at, said: {"offset_": at * 16000, "said": said, "speaker": who})},
    "numbers as strings": records(lambda who, at, said: {"beginning": str(at), "line": said, "person": who}),
    "lists": records(lambda who, at, said: [at, at + 4, who, said]),
    "a speaker with a name": {
        "segments": records(lambda who, at, said: {"start": at, "text": said, "speaker": {"name": who}})
    },
    "names in a list of their own": {
        "speakers": [{"key": 0, "name": "Ada Bell"}, {"key": 1, "name": "Bo Rae"}],
        "segments": records(lambda who, at, said: {"start": at, "text": said, "speakerId": WHO.index(who)}),
    },
    "milliseconds that are called seconds": {
        "segments": records(
            lambda who, at, said: {"start": at * 1000, "end": at * 1000 + 900, "text": said, "speaker": who}
        )
    },
}


@pytest.mark.parametrize("name", OTHERS)
def test_records_of_any_kind_are_told_by_what_is_in_them(name: str) -> None:
    text = json.dumps(OTHERS[name])
    known = registry.recognise(text)
    assert known is not None
    assert known.FORMAT == "recogniser_json"
    document = recogniser_json.parse(text)
    check(text, document)
    (copy,) = document.copies
    found = [(s.speaker_label, s.start_s, s.text) for s in copy.segments]
    assert found == [(who, float(at), said) for who, at, said in zip(WHO, AT, SAID, strict=True)]


def test_words_within_records_make_cues() -> None:
    value = {"talk": records(lambda who, at, said: {"speaker": who, "tokens": spelled(said, at)})}
    text = json.dumps(value)
    document = recogniser_json.parse(text)
    check(text, document)
    assert [(s.speaker_label, s.start_s, s.text) for s in document.copies[0].segments] == [
        (who, float(at), said) for who, at, said in zip(WHO, AT, SAID, strict=True)
    ]


def test_people_who_take_turns_need_no_times_where_they_are_called_speakers() -> None:
    spoken = json.dumps({"transcript": records(lambda who, at, said: {"speaker": who, "line": said})})
    assert [s.speaker_label for s in recogniser_json.parse(spoken).copies[0].segments] == WHO
    chat = json.dumps(
        records(lambda who, at, said: {"sender_name": who, "timestamp_ms": 1_700_000_000_000 + at, "content": said})
    )
    assert registry.recognise(chat) is None


def test_a_page_in_a_string_is_no_transcript_of_its_marks() -> None:
    assert registry.recognise(json.dumps({"text": " ".join(SAID * 8)})) is None


def test_what_an_object_states_of_the_episode() -> None:
    value = {
        "name": "job 12",
        "title": "Kites",
        "show": {"name": "Wind and String", "id": 7},
        "published_at": "2025-03-10",
        "guests": [{"name": "Bo Rae", "twitter": "@bo"}],
        "episode_number": 12,
        "url": "https://kites.example/12",
        "summary": "What a machine made of it.",
        "segments": records(lambda who, at, said: {"start": at, "text": said, "speaker": who}),
    }
    document = recogniser_json.parse(json.dumps(value))
    (copy,) = document.copies
    assert (copy.show_name, copy.published_on, copy.episode_number, copy.url) == (
        "Wind and String",
        date(2025, 3, 10),
        12.0,
        "https://kites.example/12",
    )
    assert [(one.name, one.role) for one in copy.people] == [("Bo Rae", "guest")]
    assert [one.text for one in copy.passages] == ["Kites"]
    places = [(one.char_start, one.char_end) for one in copy.passages] + [
        (p.char_start, p.char_end) for p in copy.people
    ]
    assert [document.text[slice(*place)] for place in places] == ["Kites", "Bo Rae"]
    check(json.dumps(value), document)
