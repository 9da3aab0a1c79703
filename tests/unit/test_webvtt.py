"""Tests of `orchestration.formats.webvtt`, and of rolling captions."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
import webvtt as library
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orchestration.formats import registry, webvtt
from orchestration.formats.document import Word
from tests.unit.caption_cases import QUICK, SENTENCES, Said, check, facts, read_hostile, stamp, texts, transcripts

BY_THE_BOOK = """WEBVTT - Bees at Night
Kind: captions
Language: en-GB

STYLE
::cue { color: red }

NOTE Duration: "00:10:00.5"
and more of it

intro
00:01.000 --> 00:02.000 align:start position:10%
<v.loud Ada Bee>Good <i>even</i>ing &amp; welcome

01:00:02.000 --> 01:00:03.000
to <b>this</b>.

NOTE
a comment

6f1c-2
01:00:03.000 --> 01:00:04.000
<v Bo>Hi. <v Ada Bee>Hello there</v>

01:00:04.000 --> 01:00:05.000
<v Bo>[Music]
"""


def test_by_the_book() -> None:
    (copy,) = check(BY_THE_BOOK, webvtt).copies
    assert [facts(s) for s in copy.segments] == [
        ("Good evening & welcome", 1.0, 2.0, "Ada Bee"),
        ("to this.", 3602.0, 3603.0, "Ada Bee"),
        ("Hi.", 3603.0, None, "Bo"),
        ("Hello there", None, 3604.0, "Ada Bee"),
        ("[Music]", 3604.0, 3605.0, "Bo"),
    ]
    assert [s.is_speaker_change for s in copy.segments] == [True, False, True, True, True]
    assert [s.is_speech for s in copy.segments] == [True, True, True, True, False]
    assert [passage.text for passage in copy.passages] == ["Bees at Night"]
    assert (copy.language, copy.duration_s) == ("en", 600.5)
    assert webvtt.resolve(BY_THE_BOOK, copy.segments[0].locator) == "Good <i>even</i>ing &amp; welcome"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends(line_end: str) -> None:
    raw = BY_THE_BOOK.replace("\n", line_end)
    document = check(raw, webvtt)
    assert document.problems == ()
    assert texts(document) == texts(webvtt.parse(BY_THE_BOOK))


def test_times_as_people_write_them() -> None:
    raw = "WEBVTT\n\n0.5 --> 1.25\nOne.\n\n00:02,000->00:03,5 align:start\nTwo.\n1:00:04.000 --> 1:00:02.000\nThree.\n"
    (copy,) = check(raw, webvtt).copies
    assert [(s.text, s.start_s, s.end_s) for s in copy.segments] == [
        ("One.", 0.5, 1.25),
        ("Two.", 2.0, 3.5),
        ("Three.", 3604.0, None),
    ]


def test_a_time_that_cannot_be_read_costs_the_time_alone() -> None:
    document = check("WEBVTT\n\n00:01.000 --> 00:75.000\nOne.\n\n00:02.000 --> 0:x\nTwo.\n", webvtt)
    assert [facts(s) for s in document.copies[0].segments] == [("One.", 1.0, None, None), ("Two.", None, None, None)]
    (problem,) = document.problems
    assert "2 cues" in problem.reason


def test_what_has_no_time_is_told() -> None:
    one = "WEBVTT\n\n00:01.000 --> 00:02.000\nOne.\n\nNOTE a\n\nfrom a comment\n\n"
    raw = one + "00:02.000 --> 00:03.000\nTwo.\n\nThe foot.\n"
    document = check(raw, webvtt)
    assert texts(document) == ["One.", "Two."]
    (problem,) = document.problems
    assert webvtt.resolve(raw, problem.locator) in ("from a comment", "The foot.")


def test_empty_lines_inside_a_cue_and_none_between_cues() -> None:
    one = "WEBVTT\n\n1\n00:01.000 --> 00:02.000\n\nOne.\n\nAnd one.\n2\n00:02.000 --> 00:03.000\nTwo.\n"
    raw = one + "3\n00:03.000 --> 00:04.000\n3"
    assert texts(check(raw, webvtt)) == ["One. And one.", "Two.", "3"]


def test_what_is_no_tag_is_text() -> None:
    raw = "WEBVTT\n\n00:01.000 --> 00:02.000\n1 < 2 <laughs> <c.yellow>a</c> &lt;b&gt; <lang en>c</lang>{\\an8}.\n"
    assert texts(check(raw, webvtt)) == ["1 < 2 <laughs> a <b> c."]


def test_names_in_front_count_where_there_are_no_voices() -> None:
    cue = "00:0{0}.000 --> 00:0{0}.900\n{1}: It is {0}.\n"
    raw = "WEBVTT\n\n" + "\n".join(cue.format(n, name) for n, name in enumerate(["Ada Bee", "Bo", "Ada Bee", "Bo"]))
    (copy,) = check(raw, webvtt).copies
    assert [s.speaker_label for s in copy.segments] == ["Ada Bee", "Bo", "Ada Bee", "Bo"]
    assert copy.segments[0].text == "It is 0."


YOUTUBE = """WEBVTT
Kind: captions
Language: en

00:00:00.080 --> 00:00:02.310 align:start position:0%
~
the<00:00:00.400><c> bees</c><00:00:00.640><c> hum</c>

00:00:02.310 --> 00:00:02.320 align:start position:0%
the bees hum
~

00:00:02.320 --> 00:00:04.710 align:start position:0%
the bees hum
at<00:00:02.480><c> night</c>

00:00:04.710 --> 00:00:04.720 align:start position:0%
at night
~

00:00:04.720 --> 00:00:06.000 align:start position:0%
at night
>> at<00:00:05.480><c> night</c>

00:00:06.000 --> 00:00:06.010 align:start position:0%
>> at night
~

00:00:06.010 --> 00:00:08.000
>> at night
yes
""".replace("~", " ")


def test_rolling_captions_with_times_of_words() -> None:
    (copy,) = check(YOUTUBE, webvtt).copies
    assert [(s.text, s.start_s, s.end_s, s.is_speaker_change) for s in copy.segments] == [
        ("the bees hum", 0.08, 2.31, False),
        ("at night", 2.32, 4.71, False),
        ("at night", 4.72, 6.0, True),
        ("yes", 6.01, 8.0, False),
    ]
    assert copy.segments[0].words == (Word("the", 0.08, None), Word("bees", 0.4, None), Word("hum", 0.64, None))
    assert copy.segments[3].words is None


def test_rolling_captions_whose_blank_lines_an_editor_stripped() -> None:
    raw = "\n".join(line.rstrip() for line in YOUTUBE.split("\n"))
    assert texts(check(raw, webvtt)) == ["the bees hum", "at night", "at night", "yes"]


def written(cues: list[tuple[int, int, str]]) -> str:
    return "WEBVTT\n\n" + "\n\n".join(f"{stamp(a)} --> {stamp(b)}\n{text}" for a, b, text in cues) + "\n"


@QUICK
@given(st.lists(SENTENCES, min_size=4, max_size=20, unique=True), st.integers(2, 3))
def test_lines_that_roll_up_are_read_once(lines: list[str], shown: int) -> None:
    cues = [(n * 1000, n * 1000 + 1000, "\n".join(lines[max(0, n - shown + 1) : n + 1])) for n in range(len(lines))]
    segments = webvtt.parse(written(cues)).copies[0].segments
    assert [(s.text, s.start_s) for s in segments] == [(line, float(n)) for n, line in enumerate(lines)]


@QUICK
@given(st.lists(SENTENCES, min_size=4, max_size=8, unique=True))
def test_captions_that_grow_word_by_word_are_read_once(sentences: list[str]) -> None:
    cues = []
    for sentence in sentences:
        words = sentence.split()
        cues += [" ".join(words[: n + 1]) for n in range(len(words))]
    document = webvtt.parse(written([(n * 500, n * 500 + 500, cue) for n, cue in enumerate(cues)]))
    assert " ".join(texts(document)) == " ".join(sentences)


def test_words_that_are_said_again_are_kept() -> None:
    cues = ["No no no.", "No no no.", "I think that", "that is it.", "Yes.", "Yes.", "Is it", "is it not?", "So."]
    document = webvtt.parse(written([(n * 1000, n * 1000 + 900, cue) for n, cue in enumerate(cues)]))
    assert texts(document) == cues
    document = webvtt.parse(written([(0, 900, "Twice."), (0, 900, "Twice."), (1000, 1900, "Twice.")]))
    assert texts(document) == ["Twice.", "Twice."]


@QUICK
@given(transcripts(), st.booleans(), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_what_was_written_is_read(said: list[Said], has_hours: bool, line_end: str, repeats: bool) -> None:
    # Where each cue begins with the last line of the one before, the captions roll.
    assume(not any(a.text.split(" ", 1)[-1] == b.text.split(" ", 1)[0] for a, b in pairwise(said)))
    parts, last = ["WEBVTT"], None
    for number, cue in enumerate(said):
        voice = f"<v {cue.label}>" if repeats or cue.label != last else ""
        times = f"{stamp(cue.start_ms, '.', has_hours)} --> {stamp(cue.end_ms, '.', has_hours)}"
        name = [f"cue-{number}"] if number % 3 == 0 else []
        parts += ["", *name, times, voice + cue.text.replace(" ", line_end, 1)]
        last = cue.label
    raw = line_end.join([*parts, ""])
    assert registry.recognise(raw) is webvtt
    document = check(raw, webvtt)
    assert document.problems == ()
    assert [facts(s) for s in document.copies[0].segments] == [cue.facts for cue in said]


PIECES = (
    "WEBVTT;\n;\n\n;\r\n;\r; ;NOTE ;STYLE;REGION x;00:01.000;1.5; --> ;->;00:00:02.000;-->;<v Ada Bee>;<v>;</v>;<c>;<i;"
    "<00:00:01.500>;Ada: ;Bo: ;- ;>> ;&gt;&gt; ;align:start;one two three;one;two three four;&amp;;\u200b;\x00;{\\an8};"
    "\ud800;5;6;<br>"
)
FRAGMENTS = st.lists(st.sampled_from(PIECES.split(";")) | st.text(max_size=3), max_size=60).map("".join)


@settings(QUICK, max_examples=200)
@given(FRAGMENTS | FRAGMENTS.map("WEBVTT\n\n00:00.000 --> 00:01.000\n".__add__))
def test_no_text_makes_it_raise(raw: str) -> None:
    assert 0.0 <= webvtt.sniff(raw) <= 1.0
    check(raw, webvtt)


@settings(QUICK, max_examples=100)
@given(st.data())
def test_no_mutation_makes_it_raise(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from([BY_THE_BOOK, YOUTUBE]))
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(len(source), start + 60)))
    check(source[:start] + data.draw(FRAGMENTS) + source[end:], webvtt)


@pytest.mark.parametrize(
    "piece",
    [
        "\n",
        " ",
        "<",
        "<v ",
        "<v A>a<v B>b",
        "NOTE\n\n",
        "00:01.000 --> ",
        "1 ",
        "a a a\n",
        "\r",
        "- ",
        "&",
        "00:01.000 --> 00:02.000\n",
    ],
)
def test_long_hostile_text_is_read_to_its_end(piece: str) -> None:
    raw = "WEBVTT\n\n00:00.000 --> 00:01.000\n" + piece * (400_000 // len(piece))
    read_hostile(raw, webvtt)


def test_nothing_in_it_is_no_copy() -> None:
    assert webvtt.parse("").copies == ()
    assert webvtt.parse("WEBVTT\n").copies == ()
    assert webvtt.sniff("") == webvtt.sniff("WEBVTTX\n") == 0.0


def test_a_locator_that_leads_nowhere() -> None:
    with pytest.raises(ValueError, match="outside"):
        webvtt.resolve("WEBVTT", "char=3,99")


@pytest.mark.acceptance
@pytest.mark.parametrize(
    ("name", "count", "labels", "last_s"),
    [
        ("podcasting20/kde_express-16_kde_en_telegram.vtt", 22, {None}, 141.28),
        ("podcasting20/podnews_daily_2024-01-25.vtt", 44, {"SPEAKER_1"}, 225.62),
        ("podcasting20/podnews_weekly_review_2024-01-19.vtt", 189, {f"SPEAKER_{n}" for n in range(1, 5)}, 855.04),
        ("podcast_namespace/transcripts/example.vtt", 7, {"Sarah", "Gillian"}, 25.35),
    ],
)
def test_samples(shared, name: str, count: int, labels: set[str | None], last_s: float) -> None:
    raw = (shared / "samples" / name).read_bytes().decode()
    assert registry.recognise(raw) is webvtt
    document = check(raw, webvtt)
    assert document.problems == ()
    segments = document.copies[0].segments
    assert (len(segments), {s.speaker_label for s in segments}, segments[-1].end_s) == (count, labels, last_s)
    if "podnews" not in name:
        # The library refuses times in seconds alone.
        captions = library.from_buffer(io.StringIO(raw.replace("\r\n", "\n"))).captions
        assert [caption.start_in_seconds for caption in captions] == [int(s.start_s or 0) for s in segments]
        assert [" ".join(caption.text.replace("&amp;", "&").split()) for caption in captions] == [
            s.text for s in segments
        ]
