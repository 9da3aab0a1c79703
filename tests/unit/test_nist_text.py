"""Tests of `orchestration.formats.nist_text`: CTM and STM."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.formats import nist_text, registry
from orchestration.formats.document import ParsedDocument
from orchestration.formats.registry import Format
from tests.unit.caption_cases import QUICK, Said, facts, read_hostile, transcripts

CTM = """;; made by a recogniser
hive-12 1 0.50 0.20 Do 0.99 lex ada
hive-12 1 0.70 0.30 bees 0.98 lex ada
hive-12 1 1.00 0.40 sleep? 0.91 lex ada
hive-12 1 3.10 0.20 <eps> 0.50
hive-12 1 3.40 0.20 They 1.00 lex bo
hive-12 1 3.60 0.30 do. NA lex bo
this is none
hive-13 1 0.00 0.30 Good 0.9
hive-13 1 0.30 0.30 evening 0.9
hive-13 1 9.00 0.30 all 0.9
"""
STM = """;; category "0"
hive-12 1 ada 0.50 1.40 <o,f0,female> Do bees sleep?
hive-12 1 inter_segment_gap 1.40 3.40 <o,f0,> ignore_time_segment_in_scoring
hive-12 1 bo 3.40 3.90 <o,f0,male> They do.
hive-12 1 ada 4.00 6.00 <o,f0,female> Where do they do that, then?
hive-12 1 bo 6.50 7.00 <o,f0,male> In clusters.
"""


def copies(raw: str) -> ParsedDocument:
    """Return the document of a text that keeps what is promised about its locators."""
    known: Format | None = registry.recognise(raw)
    assert known is nist_text  # type: ignore[comparison-overlap]
    document = nist_text.parse(raw)
    for copy in document.copies:
        for segment in copy.segments:
            assert document.text[segment.char_start : segment.char_end] == segment.text
            assert nist_text.resolve(raw, segment.locator) == segment.text
            assert copy.char_start <= segment.char_start <= segment.char_end <= copy.char_end
    return document


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_words_become_cues_of_each_recording_and_speaker(line_end: str) -> None:
    raw = CTM.replace("\n", line_end)
    first, second = copies(raw).copies
    assert [facts(segment) for segment in first.segments] == [
        ("Do bees sleep?", 0.5, 1.4, "ada"),
        ("They do.", 3.4, 3.9, "bo"),
    ]
    assert [segment.locator for segment in first.segments] == ["/0..2", "/4..5"]
    assert first.segments[0].words is not None and first.segments[0].words[1].start_s == 0.7
    assert [facts(segment)[:2] for segment in second.segments] == [("Good evening", 0.0), ("all", 9.0)]
    (problem,) = nist_text.parse(raw).problems
    assert "left out" in problem.reason
    with pytest.raises(ValueError, match="leads nowhere"):
        nist_text.resolve(raw, "/99")


def test_utterances_keep_their_speakers() -> None:
    (copy,) = copies(STM).copies
    assert [facts(segment) for segment in copy.segments] == [
        ("Do bees sleep?", 0.5, 1.4, "ada"),
        ("They do.", 3.4, 3.9, "bo"),
        ("Where do they do that, then?", 4.0, 6.0, "ada"),
        ("In clusters.", 6.5, 7.0, "bo"),
    ]
    assert copy.segments[1].locator == "/2"


def test_channels_are_voices_in_the_order_of_time() -> None:
    raw = "".join(
        f"call {channel} {at + n * 0.4:.2f} 0.30 {word}\n"
        for channel, talk in (("A", ((0, "Do bees sleep?"), (6, "Where is that?"))), ("B", ((3, "They do."),)))
        for at, words in talk
        for n, word in enumerate(words.split())
    )
    (copy,) = copies(raw).copies
    assert [(segment.speaker_label, segment.text) for segment in copy.segments] == [
        ("Channel A", "Do bees sleep?"),
        ("Channel B", "They do."),
        ("Channel A", "Where is that?"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        "".join(f"eth{n} 1 {n * 1000} {n * 31} packets\n" for n in range(1, 30)),
        "".join(f"run {n} 0.5 0.25 {n}\n" for n in range(30)),
        "".join(f"disk{n} 1 ok 0.5 900.5 <x> full\n" for n in range(30)),
        "a 1 0.0 0.1 b\n" * 3,
    ],
)
def test_other_tables_are_none(raw: str) -> None:
    assert nist_text.sniff(raw) == 0


@QUICK
@given(transcripts())
def test_what_is_written_is_read(said: list[Said]) -> None:
    rows = "".join(
        f"x 1 {(one.label or '').replace(' ', '_')} {one.start_ms / 1000} {one.end_ms / 1000} {one.text}\n"
        for one in said
    )
    document = nist_text.parse(rows)
    assert [segment.text for copy in document.copies for segment in copy.segments] == [one.text for one in said]


PIECES = st.sampled_from(["a ", "1 ", "0.5 ", "\n", ";;", "<x> ", "word ", "lex ", "NA ", "9999999 ", "\ufeff", "\r"])


@settings(parent=QUICK, max_examples=80)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_nothing_makes_it_raise(text: str) -> None:
    read_hostile(CTM + text, nist_text)
    read_hostile(STM + text, nist_text)
    read_hostile(text, nist_text)
