"""Tests of `orchestration.formats.recogniser_json`, its table of dialects and its reader."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.formats import recogniser_json, registry
from orchestration.formats.cue_building import join, size
from orchestration.formats.display import tidy
from orchestration.formats.document import Copy, ParsedDocument, Word
from orchestration.formats.json_text import load, strings_at
from orchestration.formats.recogniser_dialects import DIALECTS
from orchestration.formats.unit_reader import label_of, recognise, seconds

QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def check(text: str, document: ParsedDocument) -> None:
    """Check what every document promises: ranges, order, locators."""
    for copy in document.copies:
        for segment in copy.segments:
            raw = document.text[segment.char_start : segment.char_end]
            assert tidy(raw) == segment.text
            assert raw in recogniser_json.resolve(text, segment.locator)
        for before, after in pairwise(copy.segments):
            assert before.char_end <= after.char_start
    for problem in document.problems:
        assert problem.locator and problem.reason and problem.remedy
    document.text.encode()


def read(value: Any, dialect: str) -> Copy:
    """Return the copy of a value that must be of a dialect and raise no problem."""
    text = json.dumps(value)
    found = recognise(value, DIALECTS)
    assert found is not None
    assert found[0].name == dialect
    known = registry.recognise(text)
    assert known is not None
    assert known.FORMAT == "recogniser_json"
    document = recogniser_json.parse(text)
    assert document.problems == ()
    check(text, document)
    (copy,) = document.copies
    return copy


def told(copy: Copy) -> list[tuple[str | None, float | None, float | None, str]]:
    return [(s.speaker_label, s.start_s, s.end_s, s.text) for s in copy.segments]


def w(word: str, start: float, end: float, **more: Any) -> dict[str, Any]:
    return {"word": word, "start": start, "end": end, **more}


def test_whisper_segments_keep_their_words() -> None:
    words = [w(" The", 0.0, 0.2), w(" hive", 0.2, 0.6), w(" hums.", 0.6, 1.0)]
    copy = read(
        {
            "text": " The hive hums. (laughing)",
            "segments": [
                {"id": 0, "start": 0.0, "end": 1.0, "text": " The hive hums.", "words": words},
                {"id": 1, "start": 1.0, "end": 2.0, "text": " (laughing)"},
            ],
            "language": "en",
        },
        "whisper",
    )
    assert told(copy) == [(None, 0.0, 1.0, "The hive hums."), (None, 1.0, 2.0, "(laughing)")]
    assert copy.segments[0].words == (Word("The", 0.0, 0.2), Word("hive", 0.2, 0.6), Word("hums.", 0.6, 1.0))
    assert (copy.segments[0].locator, copy.language) == ("/segments/0/text", "en")
    assert [s.is_speech for s in copy.segments] == [True, False]


def test_whisperx_words_may_lack_times() -> None:
    words = [w("In", 0.0, 0.2, speaker="SPEAKER_00"), {"word": "1998"}, w("bees", 0.9, 1.2)]
    segment = {"start": 0.0, "end": 1.2, "text": "In 1998 bees", "words": words, "speaker": "SPEAKER_00"}
    copy = read({"segments": [segment], "word_segments": words, "language": "en"}, "whisper")
    assert told(copy) == [("SPEAKER_00", 0.0, 1.2, "In 1998 bees")]
    assert copy.segments[0].words == (Word("In", 0.0, 0.2), Word("1998", None, None), Word("bees", 0.9, 1.2))


def test_openai_words_stand_beside_the_segments() -> None:
    copy = read(
        {
            "task": "transcribe",
            "duration": 4.0,
            "segments": [{"start": 0.0, "end": 1.0, "text": " Hi, bees."}, {"start": 1.0, "end": 3.0, "text": " Bye."}],
            "words": [w("Hi", 0.0, 0.4), w("bees", 0.4, 1.0), w("Bye", 1.0, 1.5)],
        },
        "whisper",
    )
    assert [s.text for s in copy.segments] == ["Hi, bees.", "Bye."]
    assert [len(s.words or ()) for s in copy.segments] == [2, 1]
    assert copy.duration_s == 4.0


def test_whisper_cpp_joins_tokens_to_words() -> None:
    def token(text: str, start: int, end: int) -> dict[str, Any]:
        return {"text": text, "offsets": {"from": start, "to": end}, "id": 1, "p": 0.9}

    tokens = [token("[_BEG_]", 0, 0), token(" The", 0, 100), token(" bee", 100, 250), token("keeper", 250, 500)]
    copy = read(
        {
            "params": {"model": "tiny"},
            "result": {"language": "en"},
            "transcription": [
                {
                    "timestamps": {"from": "00:00:00,000", "to": "00:00:01,500"},
                    "offsets": {"from": 0, "to": 1500},
                    "text": " The beekeeper.",
                    "tokens": [*tokens, token(".", 500, 500), token("[_TT_75]", 1500, 1500)],
                }
            ],
        },
        "whisper_cpp",
    )
    assert told(copy) == [(None, 0.0, 1.5, "The beekeeper.")]
    assert copy.segments[0].words == (Word("The", 0.0, 0.1), Word("beekeeper.", 0.1, 0.5))
    assert copy.language == "en"


def test_a_dump_of_faster_whisper_is_a_list() -> None:
    copy = read([{"id": 1, "start": 0.5, "end": 1.5, "text": " Bees are here now."}], "segment_list")
    assert told(copy) == [(None, 0.5, 1.5, "Bees are here now.")]
    assert copy.segments[0].locator == "/0/text"


def test_a_value_a_line_is_the_list_of_them() -> None:
    said = [{"start": at, "end": at + 2, "speaker": "Ada", "text": f"Bee {at} is here."} for at in range(4)]
    text = "\n".join(map(json.dumps, said)) + "\n"
    (copy,) = recogniser_json.parse(text).copies
    assert told(copy) == [("Ada", at, at + 2, f"Bee {at} is here.") for at in range(4)]
    assert recogniser_json.resolve(text, copy.segments[3].locator) == "Bee 3 is here."
    # The second line is cut off.
    (problem,) = recogniser_json.parse(text[:90]).problems
    assert "no valid JSON: Extra data at line 2" in problem.reason


def deepgram(words: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    alternative = {"transcript": "", "words": words, **more}
    return {"metadata": {"duration": 9.5}, "results": {"channels": [{"alternatives": [alternative]}]}}


def test_deepgram_words_make_cues_and_its_paragraphs_begin_them() -> None:
    words = [
        w("hello", 0.0, 0.4, speaker=0, punctuated_word="Hello"),
        w("you", 0.4, 0.6, speaker=0, punctuated_word="you."),
        w("hi", 0.7, 0.9, speaker=1, punctuated_word="Hi."),
        w("now", 1.0, 1.2, speaker=1, punctuated_word="Now"),
        w("bees", 3.0, 3.5, speaker=1, punctuated_word="bees."),
    ]
    paragraphs = {"paragraphs": [{"start": 0.0, "sentences": []}, {"start": 1.0, "sentences": []}]}
    copy = read(deepgram(words, paragraphs=paragraphs), "deepgram")
    assert told(copy) == [
        ("Speaker 0", 0.0, 0.6, "Hello you."),
        ("Speaker 1", 0.7, 0.9, "Hi."),
        ("Speaker 1", 1.0, 1.2, "Now"),
        ("Speaker 1", 3.0, 3.5, "bees."),
    ]
    assert [s.is_paragraph_start for s in copy.segments] == [True, False, True, False]
    assert [s.is_speaker_change for s in copy.segments] == [True, True, False, False]
    assert copy.segments[0].locator == "/results/channels/0/alternatives/0/words/0..1/punctuated_word"
    assert copy.duration_s == 9.5


def test_deepgram_utterances_are_segments() -> None:
    value = deepgram([w("hi", 0.0, 0.4)])
    value["results"]["utterances"] = [
        {
            "start": 0.0,
            "end": 0.4,
            "transcript": "Hi.",
            "words": [w("hi", 0.0, 0.4, punctuated_word="Hi.")],
            "speaker": 0,
        }
    ]
    copy = read(value, "deepgram")
    assert told(copy) == [("Speaker 0", 0.0, 0.4, "Hi.")]
    assert copy.segments[0].words == (Word("Hi.", 0.0, 0.4),)


def test_channels_are_told_in_the_order_of_their_times() -> None:
    channels = [
        {"alternatives": [{"words": [w("Hello", 0.0, 0.4), w("Bye", 5.0, 5.4)]}]},
        {"alternatives": [{"words": [w("Yes", 2.0, 2.4)]}]},
    ]
    copy = read({"results": {"channels": channels}}, "deepgram")
    assert [(s.speaker_label, s.text) for s in copy.segments] == [
        ("Channel 0", "Hello"),
        ("Channel 1", "Yes"),
        ("Channel 0", "Bye"),
    ]


def test_assemblyai_counts_milliseconds() -> None:
    words = [
        {"text": "Good", "start": 170, "end": 400, "confidence": 0.9, "speaker": "A"},
        {"text": "bees.", "start": 400, "end": 900, "confidence": 0.9, "speaker": "A"},
    ]
    value = {"audio_url": "https://a.example/b", "language_code": "en_us", "audio_duration": 2, "words": words}
    copy = read(value | {"utterances": None}, "assemblyai")
    assert told(copy) == [("Speaker A", 0.17, 0.9, "Good bees.")]
    assert (copy.language, copy.duration_s) == ("en", 2.0)
    utterance = {"text": "Good bees.", "start": 170, "end": 900, "speaker": "A", "words": words, "confidence": 0.9}
    copy = read(value | {"utterances": [utterance]}, "assemblyai")
    assert told(copy) == [("Speaker A", 0.17, 0.9, "Good bees.")]
    assert copy.segments[0].locator == "/utterances/0/text"


def test_a_long_utterance_is_cut_into_its_sentences() -> None:
    words = [
        {"text": f"bee{n}." if n % 10 == 9 else f"bee{n}", "start": n * 300, "end": n * 300 + 200, "confidence": 1}
        for n in range(80)
    ]
    text = " ".join(str(word["text"]) for word in words)
    utterance = {"text": text, "start": 0, "end": 24_000, "speaker": "B", "words": words, "confidence": 1}
    copy = read({"audio_duration": 24, "words": words, "utterances": [utterance]}, "assemblyai")
    assert len(copy.segments) == 8
    assert {s.speaker_label for s in copy.segments} == {"Speaker B"}
    assert copy.segments[1].locator == "/utterances/0/words/10..19/text"


def test_rev_writes_spaces_and_punctuation_as_elements() -> None:
    def element(value: str, start: float | None = None) -> dict[str, Any]:
        if start is None:
            return {"type": "punct", "value": value}
        return {"type": "text", "value": value, "ts": start, "end_ts": start + 0.25, "confidence": 1.0}

    copy = read(
        {
            "monologues": [
                {
                    "speaker": 0,
                    "elements": [element("Hi", 0.5), element(","), element(" "), element("bee", 1.0), element(".")],
                },
                {
                    "speaker": 1,
                    "speaker_info": {"display_name": "Ada Bee"},
                    "elements": [element("Yes", 2.0), element(".")],
                },
            ]
        },
        "rev",
    )
    assert told(copy) == [("Speaker 0", 0.5, 1.25, "Hi, bee."), ("Ada Bee", 2.0, 2.25, "Yes.")]
    assert copy.segments[0].words == (Word("Hi,", 0.5, 0.75), Word("bee.", 1.0, 1.25))


def test_google_writes_times_as_strings_or_objects() -> None:
    words = [
        {"startTime": "1.200s", "endTime": "1.500s", "word": "hello"},
        {"startTime": {"seconds": "1", "nanos": 500000000}, "endTime": {"seconds": "2"}, "word": "bees"},
    ]
    copy = read({"results": [{"alternatives": [{"transcript": "hello bees", "words": words}]}]}, "google")
    assert told(copy) == [(None, 1.2, 2.0, "hello bees")]


def test_google_repeats_all_words_where_it_tells_speakers_apart() -> None:
    def result(*words: tuple[str, int], tag: bool = False) -> dict[str, Any]:
        items = [
            {"startTime": f"{n}s", "endTime": f"{n}.5s", "word": word} | ({"speakerTag": who} if tag else {})
            for n, (word, who) in enumerate(words)
        ]
        return {"alternatives": [{"words": items}]}

    said = (("hello", 1), ("ada", 1), ("hi", 2))
    copy = read({"results": [result(*said[:2]), result(*said, tag=True)]}, "google")
    assert told(copy) == [("Speaker 1", 0.0, 1.5, "hello ada"), ("Speaker 2", 2.0, 2.5, "hi")]


def test_google_without_times_of_words() -> None:
    results = [
        {"alternatives": [{"transcript": "the bees hum at night"}], "resultEndTime": "3.5s", "languageCode": "en-us"},
        {"alternatives": [{"transcript": " and then they rest"}], "resultEndTime": "6s"},
    ]
    copy = read({"results": results}, "google")
    assert [(s.text, s.end_s) for s in copy.segments] == [("the bees hum at night", 3.5), ("and then they rest", 6.0)]
    assert copy.language == "en"


def amazon(content: str, start: str | None = None, **more: str) -> dict[str, Any]:
    alternatives = [{"confidence": "1.0", "content": content}]
    if start is None:
        return {"alternatives": alternatives, "type": "punctuation"}
    end = str(float(start) + 0.25)
    return {"start_time": start, "end_time": end, "alternatives": alternatives, "type": "pronunciation", **more}


def test_amazon_punctuation_belongs_to_the_word_before() -> None:
    items = [amazon("Well", "0.5"), amazon(","), amazon("bees", "1.0"), amazon("."), amazon("Yes", "3.0"), amazon("?")]
    turns = [
        {"start_time": "0.5", "end_time": "2.0", "speaker_label": "spk_0", "items": []},
        {"start_time": "2.9", "end_time": "3.4", "speaker_label": "spk_1", "items": []},
    ]
    copy = read({"results": {"items": items, "speaker_labels": {"segments": turns}}}, "amazon")
    assert told(copy) == [("spk_0", 0.5, 1.25, "Well, bees."), ("spk_1", 3.0, 3.25, "Yes?")]
    assert copy.segments[0].words == (Word("Well,", 0.5, 0.75), Word("bees.", 1.0, 1.25))
    assert copy.segments[0].locator == "/results/items/0..3/alternatives/0/content"
    items = [amazon("Well", "0.5", speaker_label="spk_0"), amazon("Yes", "1.0", speaker_label="spk_1")]
    assert [s.speaker_label for s in read({"results": {"items": items}}, "amazon").segments] == ["spk_0", "spk_1"]


def test_azure_counts_ticks() -> None:
    phrase = {
        "channel": 0,
        "speaker": 1,
        "offset": "PT0.5S",
        "offsetInTicks": 5_000_000.0,
        "durationInTicks": 10_000_000.0,
        "nBest": [
            {
                "display": "Hello, bees.",
                "words": [
                    {"word": "hello", "offsetInTicks": 5_000_000, "durationInTicks": 4_000_000},
                    {"word": "bees", "offsetInTicks": 10_000_000, "durationInTicks": 5_000_000},
                ],
            }
        ],
    }
    copy = read({"durationInTicks": 41_200_000, "duration": "PT4.12S", "recognizedPhrases": [phrase]}, "azure")
    assert told(copy) == [("Speaker 1", 0.5, 1.5, "Hello, bees.")]
    assert copy.segments[0].words == (Word("hello", 0.5, 0.9), Word("bees", 1.0, 1.5))
    assert copy.duration_s == 4.12


def test_azure_fast_transcription() -> None:
    phrases = [{"speaker": 2, "offsetMilliseconds": 960, "durationMilliseconds": 640, "text": "Good bees."}]
    copy = read({"durationMilliseconds": 1_600, "combinedPhrases": [], "phrases": phrases}, "azure")
    assert told(copy) == [("Speaker 2", 0.96, 1.6, "Good bees.")]


def test_speechmatics_in_both_versions() -> None:
    def result(content: str, start: float, kind: str = "word", speaker: str = "S1") -> dict[str, Any]:
        alternatives = [{"content": content, "confidence": 1.0, "speaker": speaker}]
        return {"type": kind, "start_time": start, "end_time": start + 0.25, "alternatives": alternatives}

    results = [result("Hello", 0.5), result(".", 0.75, "punctuation"), result("Hi", 1.0, speaker="S2")]
    copy = read(
        {"format": "2.9", "metadata": {"transcription_config": {"language": "en"}}, "results": results}, "speechmatics"
    )
    assert told(copy) == [("Speaker S1", 0.5, 1.0, "Hello."), ("Speaker S2", 1.0, 1.25, "Hi")]
    assert copy.language == "en"
    words = [{"name": "Hello", "time": "0.5", "duration": "0.25"}, {"name": ".", "time": "0.75", "duration": "0"}]
    speakers = [{"name": "F1", "time": "0.4", "duration": "1.0"}]
    copy = read({"job": {"lang": "en"}, "speakers": speakers, "words": words, "format": "1.0"}, "speechmatics_1")
    assert told(copy) == [("F1", 0.5, 0.75, "Hello.")]


def test_kaldi_of_the_bbc_and_vosk() -> None:
    words = [w("hello", 0.5, 1.0, punct="Hello,"), w("bees", 1.0, 1.5, punct="bees."), w("yes", 1.5, 2.0, punct="Yes.")]
    turns = [
        {"start": 0.0, "duration": 1.5, "speaker": {"@id": "S0"}},
        {"start": 1.5, "duration": 1.0, "speaker": {"@id": "S1"}},
    ]
    copy = read({"retval": {"words": words, "segmentation": {"segments": turns}}}, "bbc_kaldi")
    assert told(copy) == [("Speaker S0", 0.5, 1.5, "Hello, bees."), ("Speaker S1", 1.5, 2.0, "Yes.")]
    copy = read({"result": [w("hello", 0.5, 1.0, conf=1.0), w("bees", 1.0, 1.5)], "text": "hello bees"}, "vosk")
    assert told(copy) == [(None, 0.5, 1.5, "hello bees")]


def test_lists_of_segments_in_many_words() -> None:
    lines = [
        {"id": "1", "text": "The bees hum at night.", "speaker": "Ada Bee", "startTimecode": 1500, "endTimecode": 3000}
    ]
    copy = read({"data": {"getEpisodeTranscript": lines}}, "segment_list")
    assert told(copy) == [("Ada Bee", 1.5, 3.0, "The bees hum at night.")]
    podlove = [
        {"start": "00:00:01.500", "start_ms": 1500, "end": "00:00:03.000", "voice": "Bo Wax", "text": "Well, bees hum."}
    ]
    assert told(read({"transcripts": podlove}, "segment_list")) == [("Bo Wax", 1.5, 3.0, "Well, bees hum.")]
    assert told(read([{"text": "They hum at night", "start": 1.5, "duration": 1.5}], "segment_list")) == [
        (None, 1.5, 3.0, "They hum at night")
    ]


def test_other_services() -> None:
    words = [
        {"text": "Hello", "start": 0.1, "end": 0.4, "type": "word", "speaker_id": "speaker_0"},
        {"text": " ", "start": 0.4, "end": 0.5, "type": "spacing", "speaker_id": "speaker_0"},
        {"text": "bees.", "start": 0.5, "end": 0.9, "type": "word", "speaker_id": "speaker_0"},
        {"text": "(buzzing)", "start": 1.0, "end": 2.0, "type": "audio_event"},
    ]
    copy = read({"language_code": "en", "text": "Hello bees.", "words": words}, "elevenlabs")
    assert told(copy) == [("speaker_0", 0.1, 0.9, "Hello bees.")]
    utterances = [
        {"text": "Hello bees and wasps.", "start": 0.1, "end": 0.9, "speaker": 0, "words": [w("Hello", 0.1, 0.4)]}
    ]
    copy = read({"result": {"transcription": {"utterances": utterances}}}, "gladia")
    assert told(copy) == [("Speaker 0", 0.1, 0.9, "Hello bees and wasps.")]
    watson = [["hello", 0.5, 0.9], ["bees", 0.9, 1.5]]
    copy = read(
        {"results": [{"alternatives": [{"transcript": "hello bees ", "timestamps": watson}], "final": True}]}, "google"
    )
    assert told(copy) == [(None, 0.5, 1.5, "hello bees")]


def whisper_with(*starts: Any) -> ParsedDocument:
    segments = [{"start": start, "end": None, "text": f"The bees hum {n} times."} for n, start in enumerate(starts)]
    text = json.dumps({"segments": segments})
    document = recogniser_json.parse(text)
    check(text, document)
    return document


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -1, 10**400, "soon", True, [1], {"seconds": "x"}, 1e30])
def test_a_wrong_time_is_left_out_and_told(wrong: Any) -> None:
    document = whisper_with(0, wrong, 2)
    assert [s.start_s for s in document.copies[0].segments] == [0.0, None, 2.0]
    assert [problem.locator for problem in document.problems] == ["/segments/1"]


def test_times_that_go_back_are_left_out_and_told_once() -> None:
    document = whisper_with(0, 900, 1, 2, 0.5, 3)
    assert [s.start_s for s in document.copies[0].segments] == [0.0, None, 1.0, 2.0, None, 3.0]
    (problem,) = document.problems
    assert "2 in all" in problem.reason
    assert problem.locator == "/segments/1"


def test_an_end_before_the_start_is_left_out_and_told() -> None:
    document = recogniser_json.parse('{"segments": [{"start": 5, "end": 2, "text": "The bees hum."}]}')
    assert (document.copies[0].segments[0].start_s, document.copies[0].segments[0].end_s) == (5.0, None)
    assert len(document.problems) == 1


def test_hostile_json_is_a_problem() -> None:
    deep = '{"segments": [' * 200_000
    assert recogniser_json.sniff(deep) == 0.6
    assert "deeply" in recogniser_json.parse(deep).problems[0].reason
    nested = '{"segments": [{"start": 0, "text": ' + "[" * 100_000 + "]" * 100_000 + "}]}"
    assert recogniser_json.parse(nested).copies == ()
    huge = '{"segments": [{"start": ' + "9" * 10_000 + ', "text": "The bees hum."}]}'
    assert recogniser_json.parse(huge).copies[0].segments[0].start_s is None


def test_a_transcript_that_was_cut_off_is_told() -> None:
    text = json.dumps({"text": "a", "segments": [{"start": 0, "text": "The bees hum."}]}, indent=1)[:-12]
    read = registry.read(text.encode())
    assert read.document is not None
    assert any("no valid JSON" in problem.reason and "line" in problem.reason for problem in read.problems)


def test_a_unit_whose_text_is_no_string_is_told() -> None:
    document = recogniser_json.parse('{"segments": [{"start": 0, "text": "The bees hum."}, {"start": 1, "text": 7}]}')
    assert len(document.copies[0].segments) == 1
    assert [problem.locator for problem in document.problems] == ["/segments/1"]


def test_half_a_surrogate_pair_is_replaced() -> None:
    text = '{"segments": [{"start": 0, "text": "The \\ud83d bees \\ud83d\\udc1d hum."}]}'
    document = recogniser_json.parse(text)
    check(text, document)
    assert document.copies[0].segments[0].text == "The \ufffd bees \U0001f41d hum."


@pytest.mark.parametrize(
    ("pieces", "joined"),
    [
        (["a", "b", ".", "c"], "a b. c"),
        ([" a", " b", "c", "."], " a bc."),
        (["a", ",", " ", "b", "."], "a, b."),
        (["¿", "a", "?"], "¿a?"),
        (["蜂", "は", "。"], "蜂は。"),
        (["one", "two ", "three", "four"], "one two three four"),
        (["a"], "a"),
        ([], ""),
    ],
)
def test_pieces_are_joined_as_they_are_written(pieces: list[str], joined: str) -> None:
    assert join(pieces) == joined


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (0, "Speaker 0"), (1.0, "Speaker 1"), ("2", "Speaker 2"), ("A", "Speaker A"), ("S3", "Speaker S3"),
        ("SPEAKER_00", "SPEAKER_00"), ("spk_0", "spk_0"), ("Speaker 1", "Speaker 1"), ("Ada Bee", "Ada Bee"),
        ("UU", None), ("", None), (None, None), (True, None), ([], None), ("  ", None),
    ],
)  # fmt: skip
def test_labels(value: Any, label: str | None) -> None:
    assert label_of(value) == label


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1, 1.0),
        ("1.25", 1.25),
        ("1.2s", 1.2),
        ("00:01:02,500", 62.5),
        ("PT1M2.5S", 62.5),
        ({"nanos": 5e8}, 0.5),
        (None, None),
    ],
)
def test_times(value: Any, found: float | None) -> None:
    assert seconds(value) == found


@pytest.mark.parametrize(
    "locator",
    [
        "",
        "segments/0",
        "/segments",
        "/segments/9/text",
        "/segments/0..9/text",
        "/nothing",
        "/segments/x/text",
        "/segments/1..0/text",
    ],
)
def test_a_locator_that_leads_nowhere(locator: str) -> None:
    with pytest.raises(ValueError, match=r"leads|pointer"):
        recogniser_json.resolve('{"segments": [{"start": 0, "text": "a"}, {"text": "b"}]}', locator)


def test_a_range_is_joined() -> None:
    text = '{"words": [{"t": "a"}, {"t": 1}, {"t": "b"}], "a/b~c": "d"}'
    assert strings_at(text, "/words/0..2/t") == ["a", "b"]
    assert strings_at(text, "/a~1b~0c") == ["d"]


@pytest.mark.parametrize(
    "value",
    [{}, [], {"segments": []}, {"segments": [1, None]}, {"results": {"items": "x"}}, {"words": [{"word": "a"}]}, [[]],
     7, {"items": [{"text": "a", "start": 0}]}, {"features": [{"type": "Feature"}]}, {"name": "a", "version": "1.0"}],
)  # fmt: skip
def test_other_json_is_not_claimed(value: Any) -> None:
    text = json.dumps(value)
    assert recogniser_json.sniff(text) == 0.0
    assert recogniser_json.parse(text).copies == ()


WORDS = "the bees hum at night, and we rest. Is it? Yes! 3.5 naïve Łódź don't 日本 “quiet” 10,000"
VOCABULARY = st.sampled_from(WORDS.split())


@st.composite
def word_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    at, words = draw(st.integers(0, 9_000)), []
    for text, length, pause, speaker in draw(
        st.lists(
            st.tuples(VOCABULARY, st.integers(1, 900), st.integers(0, 3_000), st.integers(0, 2)),
            min_size=1,
            max_size=90,
        )
    ):
        words.append({"word": text, "start": at / 1000, "end": (at + length) / 1000, "speaker": speaker})
        at += length + pause
    return words


@QUICK
@given(word_lists())
def test_words_make_readable_cues_and_none_is_lost(words: list[dict[str, Any]]) -> None:
    text = json.dumps(deepgram(words))
    document = recogniser_json.parse(text)
    check(text, document)
    (copy,) = document.copies
    said = "".join(s.text for s in copy.segments)
    assert said.replace(" ", "") == "".join(word["word"] for word in words)
    found = [word for s in copy.segments for word in s.words or ()]
    assert [(word.start_s, word.end_s) for word in found] == [(word["start"], word["end"]) for word in words]
    at = 0
    for segment in copy.segments:
        inside = words[at : at + len(segment.words or ())]
        at += len(inside)
        assert {f"Speaker {word['speaker']}" for word in inside} == {segment.speaker_label}
        assert all(after["start"] - before["end"] <= 1.001 for before, after in pairwise(inside))
        assert size(segment.text) <= 41
        assert (segment.start_s, segment.end_s) == (inside[0]["start"], inside[-1]["end"])


SENTENCES = st.lists(VOCABULARY, min_size=3, max_size=12).map(" ".join)


@QUICK
@given(
    st.lists(st.tuples(SENTENCES, st.integers(1, 9_999), st.sampled_from(["SPEAKER_00", "Ada Bee", None])), min_size=1)
)
def test_utterances_are_read_as_written(said: list[tuple[str, int, str | None]]) -> None:
    at, segments = 0, []
    for text, length, speaker in said:
        segments.append({"start": at / 1000, "end": (at + length) / 1000, "text": f" {text}", "speaker": speaker})
        at += length
    written = json.dumps({"segments": segments})
    document = recogniser_json.parse(written)
    check(written, document)
    assert told(document.copies[0]) == [(s["speaker"], s["start"], s["end"], str(s["text"]).strip()) for s in segments]


NAMES = (
    "segments words results items alternatives text word content start end speaker utterances transcript channels body "
    "monologues elements value ts start_time retval punct transcription offsets tokens chapters startTime title"
)
KEYS = st.sampled_from(NAMES.split())
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(["a b c", "1.2s"])
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=30
)


@settings(QUICK, max_examples=300)
@given(VALUES)
def test_no_json_makes_the_reader_raise(value: Any) -> None:
    text = json.dumps(value)
    assert 0.0 <= recogniser_json.sniff(text) <= 1.0
    check(text, recogniser_json.parse(text))


@QUICK
@given(st.text() | VALUES.map(json.dumps).flatmap(lambda text: st.integers(0, len(text)).map(lambda end: text[:end])))
def test_no_text_makes_the_parser_raise(text: str) -> None:
    assert 0.0 <= recogniser_json.sniff(text) <= 1.0
    check(text, recogniser_json.parse(text))


@QUICK
@given(st.data())
def test_a_damaged_transcript_never_raises(data: st.DataObject) -> None:
    words = [w("Hello", 0.1, 0.4, punctuated_word="Hello,", speaker=1), w("bees", 0.4, 0.9)]
    value: Any = deepgram(words, paragraphs={"paragraphs": [{"start": 0.1}]})
    places: list[tuple[Any, Any]] = []

    def collect(node: Any) -> None:
        for key, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            places.append((node, key))
            collect(inner)

    collect(value)
    node, key = data.draw(st.sampled_from(places))
    node[key] = data.draw(VALUES)
    text = json.dumps(value)
    check(text, recogniser_json.parse(text))


def test_the_time_grows_with_the_size() -> None:
    # A list whose times all go back is the worst case of the search for those that are right.
    text = json.dumps({"segments": [{"start": 60_000 - n, "text": "The bees hum."} for n in range(60_000)]})
    document = recogniser_json.parse(text)
    assert len(document.copies[0].segments) == 60_000
    assert len(document.problems) == 1


@pytest.mark.acceptance
@pytest.mark.parametrize(
    ("name", "dialect", "segments", "words", "speakers"),
    [
        ("amazonTranscribe.sample", "amazon", 115, 1791, 0),
        ("assemblyai_transcription", "assemblyai", 2, 60, 1),
        ("assemblyai_utterances", "assemblyai", 1, 60, 1),
        ("bbcKaldiTranscriptWithSpeakerSegments.sample", "bbc_kaldi", 133, 1712, 2),
        ("dg_speakers", "deepgram", 22, 226, 3),
        ("dg_speakers_no_utterances", "deepgram", 26, 226, 3),
        ("dg_transcription", "deepgram", 3, 62, 0),
        ("dg_utterances", "deepgram", 6, 62, 0),
        ("dg_whisper_transcription", "deepgram", 3, 59, 0),
        ("gcpStt.sample", "google", 80, 1767, 0),
        ("speechmaticsTedTalkTranscript.sample", "speechmatics_1", 115, 1791, 3),
        ("whisper_timestamped", "whisper", 4, 59, 0),
    ],
)
def test_the_samples(shared, name: str, dialect: str, segments: int, words: int, speakers: int) -> None:
    text = (shared / "samples" / "asr_json" / f"{name}.json").read_text(encoding="utf-8")
    found = recognise(load(text).value, DIALECTS)
    assert found is not None
    assert found[0].name == dialect
    assert [known.FORMAT for known in registry.FORMATS if known.sniff(text) >= 0.5] == ["recogniser_json"]
    document = recogniser_json.parse(text)
    check(text, document)
    assert document.problems == ()
    (copy,) = document.copies
    assert len(copy.segments) == segments
    assert sum(len(s.words or ()) for s in copy.segments) == words
    assert len({s.speaker_label for s in copy.segments} - {None}) == speakers
    assert all(s.start_s is not None and s.end_s is not None for s in copy.segments)
    starts = [s.start_s or 0.0 for s in copy.segments]
    assert starts == sorted(starts)
    assert max(size(s.text) for s in copy.segments) <= 60
