"""Tests of `orchestration.formats.podcast_json`."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.formats import podcast_html, podcast_json, registry
from orchestration.formats.display import tidy
from orchestration.formats.document import ParsedDocument, Word

QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def written(*segments: tuple[str | None, float | None, float | None, str]) -> str:
    keys = ("speaker", "startTime", "endTime", "body")
    items = [{k: v for k, v in zip(keys, segment, strict=True) if v is not None} for segment in segments]
    return json.dumps({"version": "1.0.0", "segments": items})


def check(text: str, document: ParsedDocument) -> None:
    for copy in document.copies:
        for segment in copy.segments:
            raw = document.text[segment.char_start : segment.char_end]
            assert tidy(raw) == segment.text
            assert raw in podcast_json.resolve(text, segment.locator)
        for before, after in pairwise(copy.segments):
            assert before.char_end <= after.char_start


def told(text: str) -> list[tuple[str | None, float | None, float | None, str]]:
    known = registry.recognise(text)
    assert known is not None
    assert known.FORMAT == "podcast_json"
    document = podcast_json.parse(text)
    check(text, document)
    (copy,) = document.copies
    return [(s.speaker_label, s.start_s, s.end_s, s.text) for s in copy.segments]


def test_utterances() -> None:
    text = written(("Ada Bee", 0, 2.5, "Good evening, and welcome."), ("Bo Wax", 2.5, None, "Glad to be here tonight."))
    assert told(text) == [
        ("Ada Bee", 0.0, 2.5, "Good evening, and welcome."),
        ("Bo Wax", 2.5, None, "Glad to be here tonight."),
    ]
    segments = podcast_json.parse(text).copies[0].segments
    assert [s.locator for s in segments] == ["/segments/0/body", "/segments/1/body"]
    assert [s.is_speaker_change for s in segments] == [True, True]
    assert [s.words for s in segments] == [None, None]


def test_words_become_cues_and_are_kept() -> None:
    text = written(
        ("Ada", 0.5, 0.75, "I"), ("Ada", 1, 1.25, "am"), ("Ada", 1.5, 2.0, "your"), ("Ada", 2.25, 2.5, "host.\n"),
        ("Ada", 2.6, 2.8, "Yes."), ("Bo", 2.75, 3.0, "Nooo"), ("Bo", 5.0, 5.5, "Well"),
    )  # fmt: skip
    assert told(text) == [
        ("Ada", 0.5, 2.5, "I am your host."),
        ("Ada", 2.6, 2.8, "Yes."),
        ("Bo", 2.75, 3.0, "Nooo"),
        ("Bo", 5.0, 5.5, "Well"),
    ]
    first = podcast_json.parse(text).copies[0].segments[0]
    assert first.locator == "/segments/0..3/body"
    assert first.words == (
        Word("I", 0.5, 0.75),
        Word("am", 1.0, 1.25),
        Word("your", 1.5, 2.0),
        Word("host.", 2.25, 2.5),
    )


def test_spaces_and_punctuation_may_be_segments_of_their_own() -> None:
    pieces = ["It's", " ", "Friday", ",", " ", "the", " ", "2nd", "."]
    text = written(*((None, n / 10, n / 10, piece) for n, piece in enumerate(pieces)))
    assert [s[3] for s in told(text)] == ["It's Friday, the 2nd."]
    words = podcast_json.parse(text).copies[0].segments[0].words
    assert [word.word for word in words or ()] == ["It's", "Friday,", "the", "2nd."]


def test_lines_of_one_caption_are_one_segment() -> None:
    text = written(
        ("Ada", 0, 4.5, "The bees are out in"), ("Ada", 0, 4.5, "the rain and they"), ("Ada", 4.5, 6, "do not like it.")
    )
    assert [s[3] for s in told(text)] == ["The bees are out in the rain and they", "do not like it."]
    assert podcast_json.parse(text).copies[0].segments[0].locator == "/segments/0..1/body"


def test_a_transcript_without_segments_is_told() -> None:
    read = registry.read(b'{"version": "1.0.0", "segments": []}')
    assert ["no episode" in problem.reason for problem in read.problems] == [True]


@pytest.mark.parametrize("text", ["", "{}", "[]", "7", '{"segments": [{"text": "a"}]}', '{"segments": 7}', "# Bees"])
def test_what_it_is_not(text: str) -> None:
    assert podcast_json.sniff(text) == 0.0
    assert podcast_json.parse(text).copies == ()


WORDS = "the bees hum at night, and we rest. Is it? Yes! 3.5 naïve Łódź don't “quiet” 10,000"
SENTENCES = st.lists(st.sampled_from(WORDS.split()), min_size=3, max_size=12).map(" ".join)
NAMES = st.sampled_from(["Ada Bee", "Bo Wax", "Speaker 1", "SPEAKER_00", None])


@QUICK
@given(st.lists(st.tuples(NAMES, SENTENCES, st.integers(1, 9_999)), min_size=1, max_size=40))
def test_what_was_written_is_read(said: list[tuple[str | None, str, int]]) -> None:
    at, segments = 0, []
    for name, text, length in said:
        segments.append((name, at / 1000, (at + length) / 1000, text))
        at += length
    assert told(written(*segments)) == segments


@QUICK
@given(
    st.lists(
        st.fixed_dictionaries(
            {"body": st.text(max_size=6) | st.integers()},
            optional={"speaker": st.text(max_size=3), "startTime": st.floats() | st.integers() | st.text(max_size=3)},
        ),
        max_size=20,
    )
)
def test_nothing_makes_it_raise(segments: list[dict[str, Any]]) -> None:
    text = json.dumps({"version": "1.0.0", "segments": segments})
    assert 0.0 <= podcast_json.sniff(text) <= 1.0
    check(text, podcast_json.parse(text))


@pytest.mark.acceptance
@pytest.mark.parametrize(
    ("path", "segments", "words", "speakers"),
    [
        ("podcasting20/buzzcast.json", 489, 0, 5),
        ("podcasting20/one_word_segments.json", 24, 385, 2),
        ("podcasting20/podnews_weekly_review_2023-06-02.json", 3, 18, 2),
        ("podcast_namespace/transcripts/example.json", 2, 5, 2),
    ],
)
def test_the_samples(shared, path: str, segments: int, words: int, speakers: int) -> None:
    text = (shared / "samples" / path).read_text(encoding="utf-8")
    assert [known.FORMAT for known in registry.FORMATS if known.sniff(text) >= 0.5] == ["podcast_json"]
    document = podcast_json.parse(text)
    check(text, document)
    assert document.problems == ()
    (copy,) = document.copies
    assert len(copy.segments) == segments
    assert sum(len(s.words or ()) for s in copy.segments) == words
    assert len({s.speaker_label for s in copy.segments}) == speakers
    assert all(len(s.text.split()) <= 41 and s.start_s is not None for s in copy.segments)


@pytest.mark.acceptance
def test_the_same_episode_in_two_formats_has_the_same_words(shared) -> None:
    folder = shared / "samples" / "podcasting20"
    of_json = podcast_json.parse((folder / "buzzcast.json").read_text(encoding="utf-8")).copies[0]
    of_html = podcast_html.parse((folder / "buzzcast.html").read_text(encoding="utf-8")).copies[0]
    said_json = [word for s in of_json.segments for word in s.text.split()]
    said_html = [word for s in of_html.segments for word in s.text.split()]
    # The page was cut off 44 words later than the other file.
    assert said_json == said_html[: len(said_json)]
    assert len(said_html) - len(said_json) == 44
    assert [s.speaker_label for s in of_html.segments] == [
        s.speaker_label for s in of_json.segments if s.is_speaker_change
    ]
