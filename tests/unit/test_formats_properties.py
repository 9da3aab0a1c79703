"""What holds for every text format, whatever the transcript: what was written is read, and no input makes it raise."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.formats import caption_page, plain_transcript, publisher_page, registry, whisper_text
from orchestration.formats.display import display, tidy
from orchestration.formats.document import ParsedDocument
from orchestration.formats.registry import Format

OURS: dict[str, Format] = {
    known.FORMAT: known
    for known in registry.FORMATS
    if known.FORMAT in ("caption_page", "publisher_page", "whisper_text", "plain_transcript")
}
QUICK = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])

VOCABULARY = """
    the bees hum at night and we rest in a small hive near Larkfield naïve Łódź 2 20 100 don't so-called honey,
    wax, rain. Is it? Yes! 3.5 well it 日本 “quiet” 10,000
"""
WORDS = st.sampled_from(VOCABULARY.split())
SOUNDS = st.sampled_from(["(laughing)", "[Music]", "(upbeat music)", "[APPLAUSE]"])
SENTENCES = st.lists(WORDS, min_size=2, max_size=9).map(" ".join)
NAMES = st.sampled_from(
    ["Ada van der Bee", "Bo Wax", "José El-Amin", "Kaya O'Hive", "J. R. Wasp", "Dr. Mo de la Cera", "Zoë", "Anne-Marie"]
)
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\x85"])


@dataclass(frozen=True)
class Said:
    """What a generated transcript says: the part of a segment that its format can tell."""

    text: str
    start_s: float | None = None
    end_s: float | None = None
    label: str | None = None
    is_change: bool = False
    is_speech: bool = True


@dataclass(frozen=True)
class Written:
    """A generated file and what it says."""

    text: str
    said: list[Said]


def clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


@st.composite
def caption_pages(draw: st.DrawFn) -> Written:
    cues = draw(st.lists(st.tuples(st.integers(1, 9), SENTENCES | SOUNDS, st.booleans()), min_size=6, max_size=40))
    at = draw(st.integers(0, 7300))
    said, body = [], []
    for index, (step, text, is_change) in enumerate(cues):
        is_change = is_change and text[0].isalnum()
        at_s = 0 if index == 0 else at
        said.append((at_s, text, is_change))
        body.append(f"{clock(at_s)}{'>> ' if is_change else ''}{text}")
        at += step
    duration = at + 1
    parts = [
        Said(text, float(at_s), float(end), None, is_change, text[0] not in "([")
        for (at_s, text, is_change), end in zip(said, [*(later for later, *_ in said[1:]), duration], strict=True)
    ]
    header = (
        f"# Bees **Source:** https://youtu.be/abcdefghijk **Duration:** {clock(duration)} ## Summary - One. - Two. "
        "## Sections - [00:00:00](https://youtu.be/abcdefghijk?t=0) **All** - All of it. ## Full Transcript"
    )
    return Written(f"{header}{draw(LINE_ENDS)}{draw(st.sampled_from([' ', chr(10)])).join(body)}", parts)


@st.composite
def publisher_pages(draw: st.DrawFn) -> Written:
    names = draw(st.lists(NAMES, min_size=2, max_size=4, unique=True))
    # Everybody speaks twice at least, so that each label returns.
    order = names * 2 + draw(st.lists(st.sampled_from(names), max_size=12))
    said, lines = [], []
    for name in order:
        paragraphs = draw(st.lists(SENTENCES.map(lambda text: f"The {text} end."), min_size=1, max_size=3))
        for index, text in enumerate(paragraphs):
            said.append(Said(text, label=name, is_change=index == 0))
            lines.append(f"{name}: {text}" if index == 0 else text)
    said.append(Said("See you next week.", label=names[0], is_change=True))
    lines.append(f"{names[0]}: See you next week.")
    intro = ["A talk about bees, and about what they hear.", "Published 2025-03-10", "Key takeaways:"]
    foot = draw(st.lists(st.sampled_from(["What is wax?", "Read about honey and its makers."]), max_size=3))
    return Written(draw(LINE_ENDS).join([*intro, *lines, *foot]), said)


@st.composite
def whisper_texts(draw: st.DrawFn) -> Written:
    has_hours = draw(st.booleans())
    cues = draw(st.lists(st.tuples(st.integers(1, 9999), SENTENCES | SOUNDS, st.booleans()), min_size=1, max_size=40))
    at = draw(st.integers(0, 3_000_000))
    said, lines = [], []
    for length, text, is_change in cues:
        is_change = is_change and text[0].isalnum()
        start, at = at, at + length
        said.append(Said(text, start / 1000, at / 1000, None, is_change, text[0] not in "(["))
        lines.append(f"[{stamp(start, has_hours)} --> {stamp(at, has_hours)}]   {'- ' if is_change else ''}{text}")
    return Written(draw(LINE_ENDS).join([*lines, ""]), said)


def stamp(milliseconds: int, has_hours: bool) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes = f"{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
    return f"{seconds // 3600:02d}:{minutes}" if has_hours or seconds >= 3600 else minutes


@st.composite
def plain_transcripts(draw: st.DrawFn) -> Written:
    # Spoken lines of an ordinary make-up: a few marks, sentences that end, hardly a line of anything else.
    opening = [Said("Good evening, and welcome.", is_change=True), Said("Thank you for having me.", is_change=True)]
    spoken = SENTENCES.map(lambda text: [Said(f"and {text} in the hive.")])
    with_sound = st.tuples(spoken, SOUNDS).map(lambda both: [*both[0], Said(both[1], is_speech=False)])
    rest = [said for lines in draw(st.lists(spoken | with_sound, min_size=8, max_size=40)) for said in lines]
    said = [*opening, *rest]
    return Written(draw(LINE_ENDS).join([f"{'- ' if s.is_change else ''}{s.text}" for s in said]), said)


WRITTEN = {
    "caption_page": caption_pages(),
    "publisher_page": publisher_pages(),
    "whisper_text": whisper_texts(),
    "plain_transcript": plain_transcripts(),
}
PIECES = (
    "# ;## Full Transcript;**Source:** ;**Duration:** 0:20 ;https://youtu.be/abcdefghijk;0:00;0:02text;7:352 m;1:02:03;"
    "[00:00](https://a.b) **T** - D;- ;>> ;Ada Bee: ;Bo Wax: ;**;: ;(laughing);[00:00.000 --> 00:01.000];&amp;​;\x00;"
    "Key Points;• ;See you next week.;Published ;2025-03-10;\n;\r\n;\r;\x85;\u2028;  ;\t;é;.;?;## ;- ["
)
FRAGMENTS = st.lists(st.sampled_from(PIECES.split(";")) | st.text(max_size=3), max_size=60).map("".join)


def check(document: ParsedDocument, known: Format) -> None:
    """Check all that a parsed document promises about its ranges."""
    text = document.text
    for copy in document.copies:
        assert 0 <= copy.char_start <= copy.char_end <= len(text)
        for segment in copy.segments:
            raw = text[segment.char_start : segment.char_end]
            assert known.resolve(text, segment.locator) == raw
            assert tidy(raw) == segment.text
            if segment.label_char_start is not None:
                assert segment.label_char_end is not None
                assert segment.label_char_end <= segment.char_start
                label = tidy(text[segment.label_char_start : segment.label_char_end])
                assert label == segment.speaker_label
        for before, after in pairwise(copy.segments):
            assert before.char_end <= after.char_start
        for passage in copy.passages:
            assert tidy(text[passage.char_start : passage.char_end]) == passage.text != ""
        for chapter in copy.chapters:
            assert tidy(text[chapter.char_start : chapter.char_end]) == chapter.title != ""
        for link in copy.links:
            assert text[link.char_start : link.char_end] == link.url
        for ranges in (copy.passages, copy.chapters, copy.links):
            assert len({found.char_start for found in ranges}) == len(ranges)
    for problem in document.problems:
        assert problem.locator and problem.reason and problem.remedy


@pytest.mark.parametrize("name", WRITTEN)
def test_what_was_written_is_read(name: str) -> None:
    @QUICK
    @given(WRITTEN[name])
    def check_all(written: Written) -> None:
        known = registry.recognise(written.text)
        assert known is not None
        assert name == known.FORMAT
        document = known.parse(written.text)
        check(document, known)
        (copy,) = document.copies
        found = [
            Said(s.text, s.start_s, s.end_s, s.speaker_label, s.is_speaker_change, s.is_speech) for s in copy.segments
        ]
        assert found == written.said

    check_all()


@pytest.mark.parametrize("name", OURS)
def test_no_text_makes_a_parser_raise(name: str) -> None:
    known = OURS[name]

    @settings(QUICK, max_examples=150)
    @given(FRAGMENTS | st.text())
    def check_all(text: str) -> None:
        assert 0.0 <= known.sniff(text) <= 1.0
        document = known.parse(text)
        assert (document.format, document.text) == (name, text)
        check(document, known)

    check_all()


@settings(QUICK, max_examples=300)
@given(FRAGMENTS | st.text(st.sampled_from('ab cA.B?!"”“&amp;#12 \n\t\u200b\u00a0()[]/@é')))
def test_the_short_way_to_tidy_text_leads_to_the_same(text: str) -> None:
    assert tidy(text) == display(text).text


@QUICK
@given(st.binary(max_size=400) | FRAGMENTS.map(str.encode))
def test_no_bytes_make_the_registry_raise(raw: bytes) -> None:
    read = registry.read(raw)
    assert read.document is not None or read.problems
    assert not any("bug" in problem.remedy for problem in read.problems)


@pytest.mark.acceptance
@pytest.mark.parametrize("prefix", ["000", "001", "003", "004"])
def test_the_promises_hold_on_the_seeds(shared, seed_text, prefix: str) -> None:
    text = seed_text(prefix)
    known = registry.recognise(text)
    assert known is not None
    check(known.parse(text), known)


def test_the_modules_are_those_of_the_registry() -> None:
    modules = (caption_page, publisher_page, whisper_text, plain_transcript)
    assert set(OURS) == {module.FORMAT for module in modules} == set(WRITTEN)
