"""Tests of `orchestration.formats.podcast_html`."""

from __future__ import annotations

import html
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.formats import podcast_html, registry
from orchestration.formats.display import tidy
from orchestration.formats.document import ParsedDocument

QUICK = settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])

PAGE = """<!-- saved -->
<html lang="en-GB"><head><title>Bees &amp; Wax</title><style>p { color: red }</style></head><body>
<cite>Ada Bee:</cite>
<time>0:00</time>
<p>Good <b>evening</b>, Tom &amp; Jo.<br>Welcome.</p>
<cite>Bo Wax :</cite> <time datetime="PT1M">[1:02:03]</time>
<p class="x">Thank you.</p>
<p>And good night.
<script>alert("<p>no</p>")</script>
</body></html>
"""


def check(text: str, document: ParsedDocument) -> None:
    for copy in document.copies:
        for segment in copy.segments:
            raw = document.text[segment.char_start : segment.char_end]
            assert tidy(raw) == segment.text
            source = podcast_html.resolve(text, segment.locator)
            assert "<" in source or raw in source
        for before, after in pairwise(copy.segments):
            assert before.char_end <= after.char_start
        for passage in copy.passages:
            assert tidy(document.text[passage.char_start : passage.char_end]) == passage.text
    for problem in document.problems:
        assert problem.locator and problem.reason and problem.remedy


def told(text: str) -> list[tuple[str | None, float | None, float | None, str]]:
    known = registry.recognise(text)
    assert known is not None
    assert known.FORMAT == "podcast_html"
    document = podcast_html.parse(text)
    check(text, document)
    (copy,) = document.copies
    return [(s.speaker_label, s.start_s, s.end_s, s.text) for s in copy.segments]


def test_a_page() -> None:
    assert told(PAGE) == [
        ("Ada Bee", 0.0, 3723.0, "Good evening, Tom & Jo. Welcome."),
        ("Bo Wax", 3723.0, None, "Thank you."),
        ("Bo Wax", None, None, "And good night."),
    ]
    document = podcast_html.parse(PAGE)
    (copy,) = document.copies
    assert document.problems == ()
    assert (copy.language, [passage.text for passage in copy.passages]) == ("en", ["Bees & Wax"])
    assert podcast_html.resolve(PAGE, copy.segments[0].locator) == "Good <b>evening</b>, Tom &amp; Jo.<br>Welcome."
    assert [s.is_speaker_change for s in copy.segments] == [True, True, False]


def test_times_or_names_may_be_missing() -> None:
    assert told("<time>0:00</time><p>Hello.</p><cite>Ada:</cite><time>1:07</time><p>Hi.</p>") == [
        (None, 0.0, 67.0, "Hello."),
        ("Ada", 67.0, None, "Hi."),
    ]
    assert told("<cite>Ada</cite>\n<p>Hello.</p>\n<cite>Bo</cite>\n<p>Hi.") == [
        ("Ada", None, None, "Hello."),
        ("Bo", None, None, "Hi."),
    ]


def test_wrong_times_and_loose_text_are_told() -> None:
    text = (
        "<cite>Ada:</cite><time>0:10</time><p>One.</p><cite>Bo:</cite><time>soon</time><p>Two.</p>Loose."
        "<cite>Ada:</cite><time>0:05</time><p>Three.</p><cite>Bo:</cite><time>0:20</time><p>Four.</p>"
    )
    document = podcast_html.parse(text)
    check(text, document)
    starts = [s.start_s for s in document.copies[0].segments]
    assert starts.count(None) == 2
    assert starts[-1] == 20.0
    places = [podcast_html.resolve(text, problem.locator) for problem in document.problems]
    assert sorted(places) in (["0:05", "Loose.", "soon"], ["0:10", "Loose.", "soon"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ada: Hello.",
        "<p>Ada: Hello.</p><p>Bo: Hi.</p>",
        "<article><time>March 3</time><p>One.</p><p>Two.</p><p>Three, says <cite>The Bee</cite>.</p></article>",
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ada>Hello.",
    ],
)
def test_what_it_is_not(text: str) -> None:
    assert podcast_html.sniff(text) == 0.0


@pytest.mark.parametrize(
    "piece", ["<", "<p>", "<cite>", "<!--", "<script>", "<time>0:00</time>", "<p <", " <time", "&amp;", "<!"]
)
def test_hostile_pages_are_read_to_their_end(piece: str) -> None:
    text = "<p>" + piece * (400_000 // len(piece))
    podcast_html.sniff(text)
    check(text, podcast_html.parse(text))


WORDS = "the bees hum at night, and we rest. Is it? Yes! 3 < 4 & 5 > 2 naïve Łódź don't “quiet” 10,000"
SENTENCES = st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=12).map(" ".join)
TEXTS = SENTENCES.filter(lambda text: not text.startswith(">"))


@QUICK
@given(
    st.lists(st.tuples(st.sampled_from(["Ada Bee", "Bo Wax", "Speaker 1"]), TEXTS, st.integers(0, 5_000)), min_size=1),
    st.sampled_from(["\n", "", "\r\n  "]),
)
def test_what_was_written_is_read(turns: list[tuple[str, str, int]], space: str) -> None:
    at, parts, said = 0, [], []
    for name, text, step in turns:
        at += step
        clock = f"{at // 3600}:{at // 60 % 60:02d}:{at % 60:02d}" if at >= 3600 else f"{at // 60}:{at % 60:02d}"
        parts.append(f"<cite>{name}:</cite>{space}<time>{clock}</time>{space}<p>{html.escape(text)}</p>")
        said.append((name, float(at), text))
    text = space.join(parts)
    assert [(name, start_s, words) for name, start_s, _, words in told(text)] == said


PIECES = (
    "<p>;</p>;<cite>;</cite>;<time>;</time>;0:00;1:02:03;Ada:;text;<;>;<!--;-->;<b>;<br/>;&amp;;<script>;</script>;"
    "<html lang=en>;<title>;\n; ;é;\x00"
)


@settings(QUICK, max_examples=200)
@given(st.lists(st.sampled_from(PIECES.split(";")) | st.text(max_size=3), max_size=40).map("".join))
def test_no_text_makes_it_raise(text: str) -> None:
    assert 0.0 <= podcast_html.sniff(text) <= 1.0
    check(text, podcast_html.parse(text))


@pytest.mark.acceptance
@pytest.mark.parametrize(
    ("path", "segments", "speakers"),
    [
        ("podcasting20/buzzcast.html", 34, 5),
        ("podcasting20/podnews_weekly_review_2023-03-17.html", 9, 3),
        ("podcast_namespace/transcripts/example.html", 10, 3),
    ],
)
def test_the_samples(shared, path: str, segments: int, speakers: int) -> None:
    text = (shared / "samples" / path).read_text(encoding="utf-8")
    assert [known.FORMAT for known in registry.FORMATS if known.sniff(text) >= 0.9] == ["podcast_html"]
    known = registry.recognise(text)
    assert known is not None
    assert known.FORMAT == "podcast_html"
    document = podcast_html.parse(text)
    check(text, document)
    assert document.problems == ()
    (copy,) = document.copies
    assert len(copy.segments) == segments
    assert len({s.speaker_label for s in copy.segments}) == speakers
    assert all(s.start_s is not None for s in copy.segments)
