"""Tests of `orchestration.formats.subrip`, and of names in front of captions."""

from __future__ import annotations

import pytest
import srt as library
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.formats import registry, subrip
from tests.unit.caption_cases import QUICK, Said, check, facts, read_hostile, stamp, texts, transcripts

DAMAGED = """Captions of a talk about bees

1
00:00:01,000 --> 00:00:02,000
Ada: Good evening
and welcome.
2
00:00:02.000 --> 00:00:03.000 X1:1 X2:2
Thank <i>you</i>.

00:00:03,000 --> 00:00:04,000
- Bo: Hi {\\an8}there
- Ada: Oh.

4
00:00:04,000 --> 00:00:05,000 Hello on the line
1984
5
00:00:05,000 --> 00:00:03,000
Bo: Who?
>> Me. >> And me.

The foot.
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_as_people_write_it(line_end: str) -> None:
    raw = DAMAGED.replace("\n", line_end)
    assert subrip.sniff(raw) > 0.9
    document = check(raw, subrip)
    (copy,) = document.copies
    assert [facts(s) for s in copy.segments] == [
        ("Good evening and welcome.", 1.0, 2.0, "Ada"),
        ("Thank you.", 2.0, 3.0, "Ada"),
        ("Hi there", 3.0, None, "Bo"),
        ("Oh.", None, 4.0, "Ada"),
        ("Hello on the line 1984", 4.0, 5.0, "Ada"),
        ("Who?", 5.0, None, "Bo"),
        ("Me.", None, None, None),
        ("And me.", None, None, None),
    ]
    assert [s.is_speaker_change for s in copy.segments] == [True, False, True, True, False, True, True, True]
    assert [passage.text for passage in copy.passages] == ["Captions of a talk about bees"]
    (problem,) = document.problems
    assert subrip.resolve(raw, problem.locator) == "The foot."


def test_an_empty_line_behind_every_line() -> None:
    raw = "1\n00:00:01,000 --> 00:00:02,000\nOne\nand one.\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo.\nThree.\n"
    document = check(raw.replace("\n", "\n\n"), subrip)
    assert texts(document) == ["One and one.", "Two. Three."]
    assert document.problems == ()


def cues(*lines: str) -> str:
    return "\n".join(
        f"{n}\n{stamp(n * 1000, ',')} --> {stamp(n * 1000 + 900, ',')}\n{line}\n" for n, line in enumerate(lines)
    )


def labels(*lines: str) -> list[str | None]:
    return [s.speaker_label for s in check(cues(*lines), subrip).copies[0].segments]


def test_names_in_front() -> None:
    assert labels("Ada Bee: Hello.", "It is late.", "Bo: Yes.", "Ada Bee: No.", "Bo: Oh.") == [
        *["Ada Bee"] * 2,
        "Bo",
        "Ada Bee",
        "Bo",
    ]
    assert labels("[SPEAKER_00]: Hello.", "[SPEAKER_01]: Hi.") == ["SPEAKER_00", "SPEAKER_01"]
    assert labels("Speaker 1: Hello.", "And more.") == ["Speaker 1"] * 2
    # Whoever opens the captions may speak but once.
    assert labels("Cy: Welcome.", "Ada: Hello.", "Bo: Hi.", "Ada: So.", "Bo: Yes.") == ["Cy", "Ada", "Bo", "Ada", "Bo"]
    # A name that ends the line stands in front of the next cue.
    assert labels("Ada:", "Hello.", "Bo: Hi.", "Ada: Oh.", "Bo: No.") == ["Ada", "Bo", "Ada", "Bo"]


@pytest.mark.parametrize("form", ["[{}] {}", "({}) {}"])
def test_names_in_brackets_are_told_from_sounds(form: str) -> None:
    said = [
        ("Ada Bell", "Hello."),
        ("Upbeat Music", "Well."),
        ("Bo Wax", "So."),
        ("Ada Bell", "Oh."),
        ("Bo Wax", "No."),
    ]
    text = "\n\n".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{form.format(name, words)}" for n, (name, words) in enumerate(said, 1)
    )
    segments = subrip.parse(text).copies[0].segments
    assert [(one.speaker_label, one.text) for one in segments] == [
        ("Ada Bell", "Hello."),
        ("Ada Bell", form.format("Upbeat Music", "Well.")),
        ("Bo Wax", "So."),
        ("Ada Bell", "Oh."),
        ("Bo Wax", "No."),
    ]


def test_names_on_a_line_above() -> None:
    assert labels("Ada Bee\nHello.", "Speaker 2\nHi.", "Ada Bee\nSo.", "Speaker 2\nYes.", "and more") == [
        *("Ada Bee", "Speaker 2", "Ada Bee", "Speaker 2", "Speaker 2"),
    ]
    # Few captions have such a line, or it says something else each time.
    assert labels("Ada Bee\nHello.", "Bo\nHi.", *("It rains\nin May.",) * 5, "Ada Bee\nNo.") == [None] * 8
    assert labels("Kites Fly\nover us.", "Bees Hum\nbelow.", "Cows Moo\nbeside.", "Dogs Bark\nthen.") == [None] * 4


def test_what_stands_before_a_colon_is_no_name() -> None:
    assert labels("Remember: bees.", "Note: wax.", "Note: honey.", "Note: rain.") == [None] * 4
    assert labels("We have three.", "Larkfield: a town.", "So it is.") == [None] * 3
    assert labels("there is one thing: bees", "it is: honey", "it is: wax", "it is: rain") == [None] * 4
    assert labels("It is 10:15 now.", "https://example.org", "At 10:20 it is not.") == [None] * 3


def test_a_mark_says_that_somebody_else_speaks_but_not_who() -> None:
    assert labels("Ada: Hello.", ">> Hi.", "Bo: Yes.", "Ada: No.", "Bo: Oh.") == ["Ada", None, "Bo", "Ada", "Bo"]


def test_a_hyphen_is_no_mark() -> None:
    (copy,) = check(cues("- One.\n-Two.", "so-\n-called", "It is\n- I think -\nlate."), subrip).copies
    assert [s.text for s in copy.segments] == ["One.", "Two.", "so- -called", "It is", "I think - late."]


def test_no_text_of_another_kind() -> None:
    assert subrip.sniff("") == 0.0
    assert subrip.sniff("WEBVTT\n\n00:00.000 --> 00:01.000\nHi.\n") == 0.0
    assert subrip.sniff("[00:00.000 --> 00:01.000] Hi.\n") == 0.0
    article = "A line of an article about captions.\n" * 40
    assert subrip.sniff(article + "00:00:01,000 --> 00:00:02,000\n" + article) == 0.0
    assert subrip.parse("").copies == subrip.parse("1\n00:00:01,000 --> 00:00:02,000\n\n").copies == ()


@QUICK
@given(
    transcripts(),
    st.sampled_from(",."),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_what_was_written_is_read(
    said: list[Said], mark: str, is_counted: bool, is_spaced: bool, line_end: str, is_wrapped: bool
) -> None:
    parts, last = [], None
    for number, cue in enumerate(said, start=1):
        counter = [str(number)] if is_counted or not is_spaced else []
        prefix = "" if cue.label == last else f"{cue.label}: "
        text = cue.text.replace(" ", line_end, 1) if is_wrapped else cue.text
        parts += [*counter, f"{stamp(cue.start_ms, mark)} --> {stamp(cue.end_ms, mark)}", prefix + text]
        parts += [""] if is_spaced else []
        last = cue.label
    raw = line_end.join([*parts, ""])
    assert registry.recognise(raw) is subrip
    document = check(raw, subrip)
    assert document.problems == ()
    found = [facts(s) for s in document.copies[0].segments]
    # A name that stands in front but once is none, unless it comes first.
    fronts = [
        cue.label
        for cue, before in zip(said, [None, *said[:-1]], strict=True)
        if cue.label != (before and before.label)
    ]
    if all(fronts.count(name) > 1 for name in fronts):
        assert found == [cue.facts for cue in said]


@QUICK
@given(transcripts(has_labels=False))
def test_the_library_reads_the_same(said: list[Said]) -> None:
    raw = "\n".join(
        f"{n}\n{stamp(cue.start_ms, ',')} --> {stamp(cue.end_ms, ',')}\n{cue.text}\n"
        for n, cue in enumerate(said, start=1)
    )
    theirs = [(s.content, s.start.total_seconds(), s.end.total_seconds()) for s in library.parse(raw)]
    assert [(s.text, s.start_s, s.end_s) for s in subrip.parse(raw).copies[0].segments] == theirs


PIECES = (
    "1;2;\n;\n\n;\r\n; ;00:00:01,000;00:01.5; --> ;->;00:00:02,000;-->;<i>;</i>;<font color=x>;Ada: ;Bo: ;[Cy]: ;- ;"
    ">> ;&gt;&gt; ;one two three;one;two three four;&amp;;\u200b;\x00;{\\an8};5;6;♪;X1:3;(laughs)"
)
FRAGMENTS = st.lists(st.sampled_from(PIECES.split(";")) | st.text(max_size=3), max_size=60).map("".join)


@settings(QUICK, max_examples=200)
@given(FRAGMENTS | FRAGMENTS.map("1\n00:00:00,000 --> 00:00:01,000\nAda: ".__add__))
def test_no_text_makes_it_raise(raw: str) -> None:
    assert 0.0 <= subrip.sniff(raw) <= 1.0
    check(raw, subrip)


@settings(QUICK, max_examples=100)
@given(st.data())
def test_no_mutation_makes_it_raise(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(DAMAGED)))
    end = data.draw(st.integers(start, min(len(DAMAGED), start + 60)))
    check(DAMAGED[:start] + data.draw(FRAGMENTS) + DAMAGED[end:], subrip)


@pytest.mark.parametrize(
    "piece", ["\n", " ", "<", ">> ", "1\n", "Ada: ", "a: \n", "{\\", "00:00:00,000 --> 00:00:01,000\nA: b\n"]
)
def test_long_hostile_text_is_read_to_its_end(piece: str) -> None:
    raw = "1\n00:00:00,000 --> 00:00:01,000\n" + piece * (400_000 // len(piece))
    read_hostile(raw, subrip)


@pytest.mark.acceptance
@pytest.mark.parametrize(
    ("name", "count", "labels"),
    [
        ("podcasting20/buzzcast.srt", 488, {"Alban": 121, "Kevin": 149, "Dave": 98, "Travis": 73, "Tom": 47}),
        ("podcasting20/podcasting_20_episode_124.srt", 646, {"Adam Curry": 367, "Dave Jones": 217, "Unknown": 62}),
        ("podcast_namespace/transcripts/example.srt", 222, {"Travis": 141, "Gilon": 55, "Sarah": 26}),
    ],
)
def test_samples(shared, name: str, count: int, labels: dict[str, int]) -> None:
    raw = (shared / "samples" / name).read_bytes().decode()
    assert registry.recognise(raw) is subrip
    document = check(raw, subrip)
    assert document.problems == ()
    segments = document.copies[0].segments
    assert len(segments) == count
    found = [s.speaker_label for s in segments]
    assert {label: found.count(label) for label in found} == labels
    theirs = [caption for caption in library.parse(raw) if caption.content.strip()]
    assert [caption.start.total_seconds() for caption in theirs] == [s.start_s for s in segments]
    assert [caption.end.total_seconds() for caption in theirs] == [s.end_s for s in segments]
    spoken = [" ".join(caption.content.split()) for caption in theirs]
    assert all(text.endswith(s.text) for text, s in zip(spoken, segments, strict=True))
