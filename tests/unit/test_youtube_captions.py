"""Tests of `orchestration.formats.youtube_captions`."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.formats import registry, youtube_captions
from orchestration.formats.document import Word
from tests.unit.caption_cases import QUICK, Said, check, facts, read_hostile, texts, transcripts

AUTOMATIC = json.dumps(
    {
        "wireMagic": "pb3",
        "pens": [{}],
        "wsWinStyles": [{}, {"mhModeHint": 2}],
        "events": [
            {"tStartMs": 0, "dDurationMs": 9000, "id": 1, "wpWinPosId": 1, "wsWinStyleId": 1},
            {
                "tStartMs": 80,
                "dDurationMs": 4000,
                "wWinId": 1,
                "segs": [{"utf8": "the", "acAsrConf": 0}, {"utf8": " bees", "tOffsetMs": 320}, {"utf8": " hum"}],
            },
            {"tStartMs": 2310, "dDurationMs": 10, "wWinId": 1, "aAppend": 1, "segs": [{"utf8": "\n"}]},
            {
                "tStartMs": 2320,
                "dDurationMs": 4000,
                "wWinId": 1,
                "segs": [
                    {"utf8": ">> at"},
                    {"utf8": " night.", "tOffsetMs": 160},
                    {"utf8": " >> oh", "tOffsetMs": 260},
                ],
            },
            {"tStartMs": 7000, "dDurationMs": 500, "wWinId": 1, "segs": [{"utf8": "[Music]"}]},
        ],
    }
)


def test_automatic_captions_with_words() -> None:
    assert youtube_captions.sniff(AUTOMATIC) > 0.9
    document = check(AUTOMATIC, youtube_captions)
    (copy,) = document.copies
    assert document.problems == ()
    assert [facts(s) for s in copy.segments] == [
        ("the bees hum", 0.08, 2.32, None),
        ("at night.", 2.32, None, None),
        ("oh", 2.58, 6.32, None),
        ("[Music]", 7.0, 7.5, None),
    ]
    assert copy.segments[0].words == (Word("the", 0.08, None), Word("bees", 0.4, None), Word("hum", None, None))
    assert [s.is_speaker_change for s in copy.segments] == [False, True, True, False]
    assert [s.is_speech for s in copy.segments] == [True, True, True, False]
    assert copy.segments[0].locator == "/events/1/segs/0..2/utf8"
    assert youtube_captions.resolve(AUTOMATIC, copy.segments[0].locator) == "the bees hum"


def test_xml_of_three_ages() -> None:
    first = '<?xml version="1.0" encoding="utf-8" ?><transcript><text start="0.08" dur="4.0">it&amp;#39;s\nlate</text>'
    first += '<text start="2" dur="3.1">yes</text></transcript>'
    second = '<timedtext><text t="80" d="4000">it&#39;s late</text><text t="2000" d="3100">yes</text></timedtext>'
    third = (
        '<timedtext format="3"><head><ws id="0"/></head><body><w t="0" id="1"/><p t="80" d="4000" w="1"><s>it&#39;s</s>'
    )
    third += '<s t="320" ac="0"> late</s></p><p t="1990" d="10" w="1" a="1">\n</p>'
    third += '<p t="2000" d="3100">yes</p></body></timedtext>'
    for raw in (first, second, third):
        assert youtube_captions.sniff(raw) > 0.9
        (copy,) = check(raw, youtube_captions).copies
        assert [facts(s) for s in copy.segments] == [("it's late", 0.08, 2.0, None), ("yes", 2.0, 5.1, None)]
    assert copy.segments[0].words == (Word("it's", 0.08, None), Word("late", 0.4, None))
    assert (copy.segments[0].locator, copy.segments[1].locator) == ("/timedtext/body/p[1]", "/timedtext/body/p[3]")


def test_lines_that_are_shown_again_are_read_once() -> None:
    lines = ["the bees hum", "at night", "and rest", "in the hive", "so do we"]
    events = [
        {"tStartMs": n * 1000, "dDurationMs": 1000, "segs": [{"utf8": "\n".join(lines[max(0, n - 1) : n + 1])}]}
        for n in range(len(lines))
    ]
    assert texts(check(json.dumps({"events": events}), youtube_captions)) == lines


def test_no_other_json_and_xml() -> None:
    for raw in (
        "",
        "{}",
        "[]",
        '{"events": []}',
        '{"segments": [{"tStartMs": 1}]}',
        "<transcript><p>Hi.</p></transcript>",
    ):
        assert youtube_captions.sniff(raw) == 0.0
        assert youtube_captions.parse(raw).copies == ()


def test_broken_files_are_told() -> None:
    assert check(AUTOMATIC[:-20], youtube_captions).problems
    document = check('<timedtext><text t="1" d="2">Hi.</text><text', youtube_captions)
    assert texts(document) == ["Hi."]
    assert document.copies[0].truncation_reason and document.problems


@pytest.mark.parametrize("value", ["x", None, -1, 1e300, True, "NaN", "Infinity", [], {}, "12"])
def test_values_of_another_kind(value: object) -> None:
    for key in ("tStartMs", "dDurationMs", "segs", "utf8", "tOffsetMs"):
        event = {"tStartMs": 0, "dDurationMs": 5, "segs": [{"utf8": "Hi."}, {"utf8": " So.", "tOffsetMs": 1}]}
        if key in event:
            event[key] = value
        else:
            event["segs"][1][key] = value  # type: ignore[index]
        check(json.dumps({"wireMagic": "pb3", "events": [event, value]}), youtube_captions)


@QUICK
@given(transcripts(has_labels=False), st.sampled_from(["json3", "srv1", "srv2", "srv3"]))
def test_what_was_written_is_read(said: list[Said], kind: str) -> None:
    if kind == "json3":
        events = [
            {
                "tStartMs": cue.start_ms,
                "dDurationMs": cue.end_ms - cue.start_ms,
                "segs": [{"utf8": ("" if n == 0 else " ") + word} for n, word in enumerate(cue.text.split())],
            }
            for cue in said
        ]
        raw = json.dumps({"wireMagic": "pb3", "events": events})
    elif kind == "srv1":
        lines = [
            f'<text start="{c.start_ms / 1000}" dur="{(c.end_ms - c.start_ms) / 1000}">{escape(c.text)}</text>'
            for c in said
        ]
        raw = f"<transcript>{''.join(lines)}</transcript>"
    else:
        name = "p" if kind == "srv3" else "text"
        lines = [f'<{name} t="{c.start_ms}" d="{c.end_ms - c.start_ms}">{escape(c.text)}</{name}>' for c in said]
        body = "".join(lines)
        raw = (
            f'<timedtext format="3"><body>{body}</body></timedtext>'
            if kind == "srv3"
            else f"<timedtext>{body}</timedtext>"
        )
    assert registry.recognise(raw) is youtube_captions
    document = check(raw, youtube_captions)
    assert document.problems == ()
    found = document.copies[0].segments
    assert [s.text for s in found] == [cue.text for cue in said]
    for segment, cue in zip(found, said, strict=True):
        assert segment.start_s == pytest.approx(cue.start_ms / 1000)
        assert segment.end_s == pytest.approx(cue.end_ms / 1000)


PIECES = (
    "<text start='1' dur='2'>;</text>;<timedtext>;<body>;<p t='1' d='2'>;</p>;<s t='3'>;</s>;</timedtext>;one two;"
    '>> ;&amp;;\n;{"events":[;{"tStartMs":1,;"segs":[;{"utf8":"a b"};,;]};]};"wireMagic":"pb3";\x00;\ud800'
)
FRAGMENTS = st.lists(st.sampled_from(PIECES.split(";")) | st.text(max_size=3), max_size=40).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["tStartMs", "segs", "utf8", "tOffsetMs", "events", "dDurationMs"]), inner, max_size=5
        )
    ),
    max_leaves=20,
)


@settings(QUICK, max_examples=200)
@given(
    FRAGMENTS
    | FRAGMENTS.map("<timedtext>".__add__)
    | VALUES.map(lambda value: json.dumps({"wireMagic": "pb3", "events": [value]}))
    | st.text()
)
def test_no_text_makes_it_raise(raw: str) -> None:
    assert 0.0 <= youtube_captions.sniff(raw) <= 1.0
    check(raw, youtube_captions)


@settings(QUICK, max_examples=100)
@given(st.data())
def test_no_mutation_makes_it_raise(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(AUTOMATIC)))
    end = data.draw(st.integers(start, min(len(AUTOMATIC), start + 60)))
    check(AUTOMATIC[:start] + data.draw(FRAGMENTS) + AUTOMATIC[end:], youtube_captions)


@pytest.mark.parametrize("piece", ["[", "{", '{"segs":', '{"tStartMs":1,"segs":[{"utf8":"a"}]},', " "])
def test_long_hostile_json_is_read_to_its_end(piece: str) -> None:
    read_hostile('{"wireMagic":"pb3","events":[' + piece * (200_000 // len(piece)), youtube_captions)


@pytest.mark.parametrize("piece", ["<p t='1'>a</p>", "<p>", "<s t='1'> a</s>", "<!--"])
def test_long_hostile_xml_is_read_to_its_end(piece: str) -> None:
    read_hostile("<timedtext><body>" + piece * (200_000 // len(piece)), youtube_captions)
