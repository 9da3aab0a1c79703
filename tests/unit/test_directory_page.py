"""A podcast directory's topic page: entries, label styles, chapters, addresses. All texts here are invented."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.formats import directory_page
from orchestration.formats.directory_page import parse, resolve, sniff
from orchestration.formats.display import tidy
from orchestration.formats.document import Copy

NOTES = (
    "Ada Byrne and Cai Okafor join us to talk about how lighthouses were automated, and what was lost.We discuss:"
    "* Why lamps were replaced first* The last keeper of Rockall, who stayed for a yearAda Byrne* X: https://x.com/adabyrne"
    "Timestamps00:00 Introduction01:30 Lamps and Lenses12:05 The Last KeeperTranscript"
)
TALK = [
    ("Ada", "Welcome to the show, everybody."),
    ("Cai Okafor", "Thanks for having me on again."),
    ("Ada", "Let's begin with the lamps."),
    ("Cai Okafor", "The lamps went first, of course."),
    ("Ada", "Did anybody protest?"),
    ("Cai Okafor", "Nobody did, not for years."),
]


STYLES = ["name-time", "name-time-round", "time-name", "bare-time-name", "name"]


def entry(text: str) -> Copy:
    (copy,) = parse(text).copies
    return copy


def spoken(copy: Copy) -> list[tuple[str | None, float | None, str]]:
    return [(segment.speaker_label, segment.start_s, segment.text) for segment in copy.segments]


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def write(talk: list[tuple[str, str]], style: str, gap: str = "") -> str:
    """Write a conversation in a label style, ten seconds an utterance, `gap` between them."""
    forms = {
        "name-time": "{name} [{time}]: {text}",
        "name-time-round": "{name} ({time}): {text}",
        "time-name": "[{time}] {name}: {text}",
        "bare-time-name": "{time} {name}: {text}",
        "name": "{name}: {text}",
    }
    written = (
        forms[style].format(name=name, time=clock(10 * number), text=text) for number, (name, text) in enumerate(talk)
    )
    return gap.join(written)


def check_offsets(text: str) -> None:
    """Every slice reads as its text, segments are in order and apart, and no end lies before its start."""
    document = parse(text)
    assert document.text == text
    for copy in document.copies:
        slices = [(passage.text, passage.char_start, passage.char_end) for passage in copy.passages]
        slices += [(segment.text, segment.char_start, segment.char_end) for segment in copy.segments]
        slices += [(chapter.title, chapter.char_start, chapter.char_end) for chapter in copy.chapters]
        for shown, start, end in slices:
            assert shown
            assert copy.char_start <= start < end <= copy.char_end
            assert tidy(text[start:end]) == shown
        for link in copy.links:
            assert text[link.char_start : link.char_end] == link.url
        for segment in copy.segments:
            assert resolve(text, segment.locator) == text[segment.char_start : segment.char_end]
            assert segment.end_s is None or (segment.start_s is not None and segment.start_s <= segment.end_s)
            if segment.label_char_start is not None:
                assert segment.is_speaker_change
                assert tidy(text[segment.label_char_start : segment.label_char_end]) == segment.speaker_label
                assert segment.label_char_end is not None and segment.label_char_end <= segment.char_start
        taken = sorted((start, end) for _, start, end in slices)
        assert all(before[1] <= after[0] for before, after in pairwise(taken))
        assert list(copy.segments) == sorted(copy.segments, key=lambda segment: segment.char_start)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("gap", ["", " "])
def test_every_label_style_is_read_with_and_without_glue(style: str, gap: str) -> None:
    text = NOTES + write(TALK, style, gap)
    expected = [(name, None if style == "name" else 10.0 * number, said) for number, (name, said) in enumerate(TALK)]
    assert spoken(entry(text)) == expected
    check_offsets(text)


def test_odd_spaces_at_a_label_are_no_part_of_the_name() -> None:
    text = NOTES + write([(name.replace(" ", "\xa0") + "\xa0", said) for name, said in TALK], "name-time")
    assert [segment.speaker_label for segment in entry(text).segments] == [name for name, _ in TALK]
    check_offsets(text)


def test_labels_with_a_role_and_marks_inside_speech() -> None:
    text = NOTES + (
        "adaHost(00:05) Good morning. (00:06) And welcome.CaiGuest(00:11) Very glad to be here."
        "adaHost(00:12) So are we.(00:18) Let's start.CaiGuest(01:02:03) With lamps."
    )
    assert spoken(entry(text)) == [
        ("ada", 5.0, "Good morning."),
        ("ada", 6.0, "And welcome."),
        ("Cai", 11.0, "Very glad to be here."),
        ("ada", 12.0, "So are we."),
        ("ada", 18.0, "Let's start."),
        ("Cai", 3723.0, "With lamps."),
    ]
    check_offsets(text)


def test_a_mark_inside_speech_begins_a_segment_of_the_same_speaker() -> None:
    text = NOTES + "Ada: It was [00:01:00] late.Bo: Yes.[00:02:00] It was.Ada: So it was.Bo: Indeed."
    first, second, third, fourth, *_ = entry(text).segments
    assert [segment.speaker_label for segment in (first, second, third, fourth)] == ["Ada", "Ada", "Bo", "Bo"]
    assert [segment.is_speaker_change for segment in (first, second, third, fourth)] == [True, False, True, False]
    assert [segment.is_paragraph_start for segment in (first, second, third, fourth)] == [True, False, True, True]
    assert (second.start_s, second.end_s, third.start_s, fourth.start_s) == (60.0, None, None, 120.0)


def test_labels_are_parted_from_speech_and_headings_glued_in_front() -> None:
    text = NOTES + (
        "Ada [00:00:01]: The lamp isCai [00:00:02]: Out.How the Lamps Went DarkAda [00:00:03]: It is.SoCai [00:00:04]: "
        "Yes.LikeCai [00:00:05]: No.Cai [00:00:06]: Fine.Ada [00:00:07]: Good."
    )
    copy = entry(text)
    assert [(who, said) for who, _, said in spoken(copy)] == [
        ("Ada", "The lamp is"),
        ("Cai", "Out."),
        ("Ada", "It is. So"),
        ("Cai", "Yes. Like"),
        ("Cai", "No."),
        ("Cai", "Fine."),
        ("Ada", "Good."),
    ]
    assert [(chapter.title, chapter.start_s) for chapter in copy.chapters if chapter.start_s == 3.0] == [
        ("How the Lamps Went Dark", 3.0)
    ]
    check_offsets(text)


def test_a_heading_between_two_marks_of_one_time_is_a_chapter() -> None:
    text = NOTES + (
        "[00:00:00] Ada: Hello there.[00:00:05] Keepers: A Vanished Trade[00:00:05] Bo: Hello.[00:00:09] Ada: It was "
        "really [00:01:00] dark[00:01:00] Bo: Indeed.[00:01:05] Ada: Yes."
    )
    copy = entry(text)
    assert ("Keepers: A Vanished Trade", 5.0) in [(chapter.title, chapter.start_s) for chapter in copy.chapters]
    assert spoken(copy) == [
        ("Ada", 0.0, "Hello there."),
        ("Bo", 5.0, "Hello."),
        ("Ada", 9.0, "It was really"),
        ("Ada", 60.0, "dark"),
        ("Bo", 60.0, "Indeed."),
        ("Ada", 65.0, "Yes."),
    ]


@pytest.mark.parametrize(
    "notes",
    [
        "Links we mention. Website: https://a.example X: https://x.com/a LinkedIn: https://l.example X: https://x.com/b",
        "What you need. Note: bring a lamp. AI: not needed. Note: bring oil. AI: still not needed. Introduction: none.",
        "CHAPTERS: (00:00) Intro (10:00) Sponsors: Lampco (20:00) Lenses (30:00) Sponsors: Oilco (40:00) Outro",
        "OpenAI: a new model. Google: a chip. OpenAI: fired. Google: search. Meta: glasses. OpenAI: cash. Meta: ads.",
        "He said: let there be light. The thing is: there was. He said: good. The thing is: it was night.",
    ],
)
def test_what_stands_before_colons_in_notes_is_no_speaker(notes: str) -> None:
    assert entry(notes * 3).segments == ()


def test_mid_speech_phrases_are_no_labels() -> None:
    talk = [
        ("Ada", "The thing is: it was dark."),
        ("Bo", "I told Ada: go home. He said: no. Note: she did."),
        ("Ada", "My point: it was late. LinkedIn: who uses it?"),
        ("Bo", "AI: that is the word."),
    ]
    copy = entry(NOTES + write(talk * 2, "name"))
    assert Counter(segment.speaker_label for segment in copy.segments) == {"Ada": 4, "Bo": 4}


@pytest.mark.parametrize(
    "name", ["swyx", "José Peña", "Jean-Luc Ó Briain", "Dr. Mae Oyelaran", "Kim van der Berg", "McKay"]
)
def test_names_of_many_forms(name: str) -> None:
    talk = [(name, "I see it that way."), ("Bo", "So do we all.")] * 3
    for style in ("name-time", "time-name", "name"):
        labels = {segment.speaker_label for segment in entry(NOTES + write(talk, style)).segments}
        assert labels == {name, "Bo"}


def test_a_label_variant_stays_as_it_is_written() -> None:
    talk = [("Alessia", "Yes."), ("Bo", "No."), ("Alsesia", "Why not?"), ("Bo", "It is late."), ("Alsesia", "Oh.")]
    assert [segment.speaker_label for segment in entry(NOTES + write(talk, "name-time")).segments] == [
        name for name, _ in talk
    ]


def test_speech_behind_the_heading_transcript_needs_no_labels() -> None:
    paragraph = "It was a dark night, and the lamp had gone out. Nobody came to light it for an hour."
    text = "Notes of the evening, with a podcast guest.Transcript" + paragraph * 30
    copy = entry(text)
    assert len(copy.segments) == 30
    assert {segment.speaker_label for segment in copy.segments} == {None}
    check_offsets(text)


def test_times_that_go_back_never_end_before_they_start() -> None:
    text = NOTES + "Ada [00:10:00]: One.Bo [00:05:00]: Two.Ada [00:06:00]: Three."
    assert [(segment.start_s, segment.end_s) for segment in entry(text).segments] == [
        (600.0, None),
        (300.0, 360.0),
        (360.0, None),
    ]


def page(*lines: str) -> list[Copy]:
    return list(parse("\n".join(lines)).copies)


FIRST = "Two friends talk about lamps for an hour. It is a long evening, and nobody minds."
OTHER = "Someone else explains oil to a podcast audience. It is shorter than one would think."


def test_a_heading_names_the_entry_below_and_further_ones_that_bear_its_address() -> None:
    copies = page(
        "POPULARITY",
        "Dim Lights: Lamps | Oil | Wicks",
        FIRST,
        OTHER + " Our friends of Dim Lights came by.",
        "The Wick Hour",
        FIRST,
        OTHER + " Write to mail@thewickhour.example or https://wickhour.example/now",
        OTHER,
    )
    assert [copy.show_name for copy in copies] == ["Dim Lights", None, "The Wick Hour", "The Wick Hour", None]


def test_a_page_heading_is_no_show() -> None:
    assert [copy.show_name for copy in page("LATEST", FIRST, OTHER)] == [None, None]


def test_line_ends_of_any_kind_and_a_heading_without_entry() -> None:
    document = parse(f"LATEST\r\n\r\n{FIRST}\r{OTHER}\nThe Wick Hour")
    assert [document.text[copy.char_start : copy.char_end] for copy in document.copies] == [FIRST, OTHER]
    assert len(document.problems) == 1


def test_an_entry_cut_at_the_limit_and_a_preview_say_why() -> None:
    long = "ä" + FIRST * 1000
    cut = long.encode()[:65_534].decode(errors="ignore")
    reasons = [
        copy.truncation_reason for copy in page(cut, cut[:-5], "This is a free preview of a paid episode. " + FIRST)
    ]
    assert reasons[0] is not None and "65,535" in reasons[0]
    assert reasons[1] is None
    assert reasons[2] is not None and "preview" in reasons[2]


def test_stated_date_and_own_address() -> None:
    copy = entry(
        f"{FIRST} Recorded on 05/23/2025. Watch this episode on YouTube: https://youtu.be/abcdefghijk and more"
    )
    assert copy.published_on is not None and copy.published_on.isoformat() == "2025-05-23"
    assert copy.date_source == "recorded"
    assert (copy.url, copy.video_id) == ("https://youtu.be/abcdefghijk", "abcdefghijk")
    assert entry(f"{FIRST} https://youtu.be/abcdefghijk").url is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "WEBVTT\n\n00:00.000 --> 00:02.000\nHello",
        "[00:00:00.000 --> 00:00:02.580]   - Hey, everyone.\n" * 200,
        "- Hey listeners, welcome back to the show.\nThis is a guest episode.\n" * 200,
        "Ada Byrne: " + "Is this a podcast or an episode, and who are our guests today? " * 4 + "\n" + "Bo: Yes.\n" * 3,
        "# Notes\n\n* [Link](https://a.example) about a podcast episode with guests\n" * 50,
        "It was a dark night, and we had a long conversation with our guests about it. " * 8
        + "\n\n"
        + "The host of it left. " * 40,
        "name,address\n" + "Ada,https://a.example\n" * 100,
        '{"podcast": "https://a.example"}',
        "def parse(text: str) -> list[str]:\n    return text.split()\n" * 50,
    ],
)
def test_sniff_leaves_other_texts_alone(text: str) -> None:
    assert sniff(text) == 0.0


def test_sniff_knows_a_page() -> None:
    lines = ["LATEST", "Dim Lights: Lamps | Oil", *[NOTES + write(TALK, "name-time") for _ in range(5)]]
    assert sniff("\n".join(lines)) > 0.8


def test_resolve_refuses_a_bad_locator() -> None:
    with pytest.raises(ValueError, match="locator"):
        resolve("text", "line=3")


# --- properties

_WORDS = st.lists(
    st.sampled_from(["lamp", "oil", "wick", "tower", "night", "sea", "keeper", "glass", "storm", "stair"]),
    min_size=2,
    max_size=12,
)
_SENTENCES = _WORDS.map(lambda words: " ".join(words).capitalize() + ".")
_NAMES = st.lists(
    st.sampled_from(["Ada", "Bo Lund", "Cai Okafor", "swyx", "Dagný", "Jean-Luc Roy", "Kim van Berg"]),
    min_size=2,
    max_size=4,
    unique=True,
)


@st.composite
def talks(draw: st.DrawFn) -> list[tuple[str, str]]:
    names = draw(_NAMES)
    rounds = draw(st.integers(min_value=2, max_value=5))
    return [(name, draw(_SENTENCES)) for _ in range(rounds) for name in names]


@settings(max_examples=40)
@given(talks(), st.sampled_from(STYLES), st.sampled_from(["", " "]))
def test_a_written_conversation_is_read_back(talk: list[tuple[str, str]], style: str, gap: str) -> None:
    text = NOTES + write(talk, style, gap)
    expected = [(name, None if style == "name" else 10.0 * number, said) for number, (name, said) in enumerate(talk)]
    assert spoken(entry(text)) == expected
    check_offsets(text)


@settings(max_examples=40)
@given(talks(), st.sampled_from(["name-time", "time-name"]))
def test_labels_are_found_where_no_sentence_ends(talk: list[tuple[str, str]], style: str) -> None:
    talk = [(name, said.lower().rstrip(".")) for name, said in talk if name[0].isupper() and " van " not in name]
    if len({name for name, _ in talk}) >= 2:
        assert [(who, said) for who, _, said in spoken(entry(NOTES + write(talk, style)))] == talk


_STRUCTURE = ["Ada", "swyx", "Transcript", "Timestamps", "[00:01:00]", "(00:05)", "Host(00:05)", "00:12 ", ":", ": "]
_TEXTURE = [
    ".",
    "? ",
    "* ",
    "•",
    "—",
    "---",
    " ",
    "\n",
    "\r\n",
    "&amp;",
    "\u200b",
    "é",
    "“",
    "1",
    "so we said",
    "LATEST\n",
]
_NOTES = ["https://x.com/a", "www.b.example", "Sponsors: ", "The Long Night", "Get full access to x at www.a"]
_PIECES = st.sampled_from([*_STRUCTURE, *_TEXTURE, *_NOTES])


@settings(max_examples=100)
@given(st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=60).map("".join)))
def test_any_text_parses_and_every_slice_proves_itself(text: str) -> None:
    assert 0.0 <= sniff(text) <= 1.0
    check_offsets(text)


@pytest.mark.parametrize(
    "unit", ["(", "[", ": ", "Ada: ", "https://x.y/", ")", "—", "*", "00:00", "Transcript", ".A", "aB"]
)
def test_hostile_repetition_takes_linear_time(unit: str) -> None:
    parse(unit * (20_000 // len(unit)))


# --- the real page

LABELS = {4: 295, 5: 262, 6: 276, 7: 216, 9: 250, 10: 151, 12: 214, 21: 206, 23: 138, 26: 147, 48: 58, 49: 165, 52: 68}
NO_SPEAKERS = {
    "LinkedIn",
    "Website",
    "Introduction",
    "AI",
    "X",
    "Twitter",
    "Timestamps",
    "Chapters",
    "Note",
    "Sponsors",
}


@pytest.fixture(scope="module")
def seed(request: pytest.FixtureRequest) -> tuple[str, dict[int, Copy]]:
    text = request.getfixturevalue("seed_text")("002")
    return text, {text.count("\n", 0, copy.char_start): copy for copy in parse(text).copies}


@pytest.mark.acceptance
def test_seed_entries_truncation_and_transcripts(seed: tuple[str, dict[int, Copy]]) -> None:
    text, copies = seed
    assert sniff(text) > 0.9
    assert len(copies) == 50 and not {0, 1, 35, 44} & set(copies)
    cut = {line for line, copy in copies.items() if copy.truncation_reason}
    assert cut == {4, 5, 6, 7, 9, 10, 12, 16, 18, 21, 22, 23, 26, 46, 48, 49, 52}
    assert {line for line, copy in copies.items() if copy.segments} == (cut - {18}) | {3, 15}
    check_offsets(text)


@pytest.mark.acceptance
def test_seed_labels(seed: tuple[str, dict[int, Copy]]) -> None:
    _, copies = seed
    counted = {line: sum(segment.is_speaker_change for segment in copy.segments) for line, copy in copies.items()}
    assert {line: counted[line] for line in LABELS} == LABELS
    labels = {segment.speaker_label for copy in copies.values() for segment in copy.segments}
    assert None not in labels and not labels & NO_SPEAKERS
    assert len(labels) == 41
    # Behind times, 735 labels: 470 if only those in capital letters are counted, one heading among them.
    behind = [segment for line in (10, 12, 21, 49) for segment in copies[line].segments if segment.is_speaker_change]
    assert len(behind) == 736
    speech = [segment.text for copy in copies.values() for segment in copy.segments]
    assert not any(re.search(r"[\[(]\d\d:\d\d", said) for said in speech)


@pytest.mark.acceptance
def test_seed_shows(seed: tuple[str, dict[int, Copy]], shared) -> None:  # type: ignore[no-untyped-def]
    _, copies = seed
    named = {line: copy.show_name for line, copy in copies.items() if copy.show_name}
    assert named == {2: "No Priors", 36: "The AI Breakdown", 45: "The AI Breakdown"}
    truth = [json.loads(row) for row in (shared / "gold" / "episodes_dev.jsonl").read_text("utf-8").splitlines()]
    assert all(named[row["line"]] == row["show"] for row in truth if row["line"] in named)


@pytest.mark.acceptance
def test_seed_leaves_nothing_out_but_furniture(seed: tuple[str, dict[int, Copy]]) -> None:
    text, copies = seed
    for copy in copies.values():
        taken = [(passage.char_start, passage.char_end) for passage in copy.passages]
        taken += [(chapter.char_start, chapter.char_end) for chapter in copy.chapters]
        taken += [(segment.char_start, segment.char_end) for segment in copy.segments]
        taken += [(s.label_char_start, s.label_char_end or 0) for s in copy.segments if s.label_char_start is not None]
        listed = {chapter.title for chapter in copy.chapters}
        at = copy.char_start
        for start, end in [*sorted(taken), (copy.char_end, copy.char_end)]:
            left = re.sub(
                r"Timestamps(?: \+ Links)?|Chapters|CHAPTERS|TIMESTAMPS|Transcript|Host|Guest", "", text[at:start]
            )
            for title in listed:
                left = left.replace(title, "")
            assert len(re.findall(r"[A-Za-z]+", left)) <= 2, left
            at = end


@pytest.mark.acceptance
def test_other_seeds_are_not_taken(seed_text) -> None:  # type: ignore[no-untyped-def]
    assert [sniff(seed_text(prefix)) for prefix in ("000", "001", "003", "004")] == [0.0] * 4


def test_format_name() -> None:
    assert directory_page.FORMAT == "directory_page"
