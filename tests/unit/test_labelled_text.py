"""Tests of `orchestration.formats.labelled_text`: transcripts whose lines are kept, in every label style."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.formats import labelled_text, registry
from orchestration.formats.document import Copy
from orchestration.formats.front_matter import read_front_matter
from tests.unit.test_formats_properties import FRAGMENTS, NAMES, SENTENCES, check

SAID = ["How are you, Bo?", "I am well, thanks.", "Do bees sleep?", "They do, as we all do.", "At night?", "Yes."]
TURNS = list(zip(["Ada Byrne", "Bo Wax"] * 3, [0, 12, 75, 3600, 3723, 3800], SAID, strict=True))


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def short(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


STYLES = {
    "bold": ("**{name}:** {text}\n\n", False),
    "bold, colon outside": ("**{name}**: {text}\n\n", False),
    "time, bold": ("[{clock}] **{name}:** {text}\n\n", True),
    "bold, time": ("**{name}:** [{clock}] {text}\n\n", True),
    "bold, escaped time": ("**{name}:** \\[{clock}\\] {text}\n\n", True),
    "bold with its time": ("**{name} ({clock}):** {text}\n\n", True),
    "bold, time behind": ("**{name}** ({short}): {text}\n\n", True),
    "time, name": ("[{clock}] {name}: {text}\n", True),
    "time in round brackets": ("({short}) {name}: {text}\n", True),
    "bare time, name": ("{clock} {name}: {text}\n", True),
    "name, time, below": ("{name} ({clock}):\n{text}\n\n", True),
    "name, time in brackets, below": ("{name} [{short}]\n{text}\n\n", True),
    "name, colon, time, below": ("{name}: {clock}\n\n{text}\n\n", True),
    "name, colon, time in brackets, below": ("{name}: ({clock})\n{text}\n\n", True),
    "name and time, below": ("{name}  {short}  \n{text}\n\n", True),
    "name, bar, time, below": ("{name} | {short}\n{text}\n\n", True),
    "name, time on the next line": ("{name}\n{short}\n{text}\n\n", True),
    "time, name, below": ("{short} {name}\n{text}\n\n", True),
    "bold name, below": ("**{name}**\n{text}\n\n", False),
    "bold name, time, below": ("**{name}** {short}\n\n{text}\n\n", True),
    "change mark": (">> {name}: {text}\n", False),
    "change mark, escaped": ("&gt;&gt; {name}: {text}\n", False),
    "heading": ("### {name}\n\n{text}\n\n", False),
    "plain": ("{name}: {text}\n\n", False),
    "windows": ("**{name}:** {text}\r\n\r\n", False),
    "quoted": ("> **{name}:** {text}\n>\n", False),
    "time that is a link": ("[{short}](https://v.example/w?t=1) **{name}:** {text}\n\n", True),
    "bold, time that is a link, below": ("**{name}** [{short}](https://v.example/w?t=1:02)\n\n{text}\n\n", True),
    "arrow between the times, behind the name": ("{name} [{clock}.000 --> {clock}.500]: {text}\n", True),
}
# Read where the text shows that it writes its labels so.
SHAPES = {
    "in brackets": ("[{name}] {text}\n\n", False),
    "in brackets, colon": ("[{name}]: {text}\n", False),
    "in brackets, below": ("[{name}]\n{text}\n\n", False),
    "in brackets, time, below": ("[{name}] {short}\n{text}\n\n", True),
    "in brackets, time, line": ("[{name}] {short} {text}\n", True),
    "time and name in brackets of their own": ("[{clock}] [{name}] {text}\n", True),
    "time and name in brackets": ("[{clock} {name}] {text}\n", True),
    "name and time in brackets": ("[{name}, {clock}] {text}\n", True),
    "bullet": ("- {name}: {text}\n", False),
    "bullet, bold": ("* **{name}**: {text}\n", False),
    "bullet, time, bold": ("- [{short}] **{name}**: {text}\n", True),
    "bullet, bold, time": ("- **{name}** ({short}): {text}\n", True),
    "emphasis": ("*{name}:* {text}\n\n", False),
    "emphasis, underscores": ("_{name}_: {text}\n\n", False),
    "bold emphasis": ("***{name}:*** {text}\n\n", False),
    "time as code": ("`{short}` **{name}**: {text}\n\n", True),
    "name, time that is a link": ("{name} ([{clock}](https://v.example/w?t=9)) {text}\n\n", True),
    "name, time, text": ("{name} ({clock}) {text}\n\n", True),
    "name, time in square brackets, text": ("{name} [{clock}] {text}\n\n", True),
    "name, comma, time, below": ("{name}, {clock}\n{text}\n\n", True),
    "name, two times, below": ("{name} {clock}.000 - {clock}.500\n{text}\n\n", True),
    "dash": ("{name} — {text}\n\n", False),
    "name above": ("{name}\n{text}\n\n", False),
    "name above, empty line": ("{name}\n\n{text}\n\n", False),
    "time above, name above": ("{clock}\n{name}\n{text}\n\n", True),
    "role": ("{name}, Host: {text}\n\n", False),
    "in round brackets": ("({name}) {text}\n", False),
    "bars": ("{clock} | {name} | {text}\n", True),
    "wide colon": ("{name}：{text}\n\n", False),
}
LONGER = list(zip(["Ada Byrne", "Bo Wax"] * 4, range(0, 32, 4), [*SAID, "Why do you ask?", "I wondered."], strict=True))


def only_copy(text: str) -> Copy:
    document = labelled_text.parse(text)
    check(document, labelled_text)  # type: ignore[arg-type]
    (copy,) = document.copies
    return copy


@pytest.mark.parametrize("style", STYLES)
def test_every_label_style_is_read(style: str) -> None:
    form, has_times = STYLES[style]
    text = "".join(form.format(name=n, clock=clock(s), short=short(s), text=t) for n, s, t in TURNS)
    known = registry.recognise(text)
    assert known is not None
    assert ("publisher_page" if style == "plain" else "labelled_text") == known.FORMAT
    segments = only_copy(text).segments
    assert [(s.speaker_label, s.text) for s in segments] == [(name, said) for name, _, said in TURNS]
    assert [s.start_s for s in segments] == [float(at) if has_times else None for _, at, _ in TURNS]
    assert all(s.is_speaker_change and s.label_char_start is not None for s in segments)


@pytest.mark.parametrize("shape", SHAPES)
def test_other_manners_are_learned_from_the_text(shape: str) -> None:
    form, has_times = SHAPES[shape]
    text = "".join(form.format(name=n, clock=clock(s), short=short(s), text=t) for n, s, t in LONGER)
    assert registry.recognise(text) is labelled_text  # type: ignore[comparison-overlap]
    segments = only_copy(text).segments
    assert [(s.speaker_label, s.text) for s in segments] == [(name, said) for name, _, said in LONGER]
    assert [s.start_s for s in segments] == [float(at) if has_times else None for _, at, _ in LONGER]
    assert all(s.is_speaker_change and s.label_char_start is not None for s in segments)


@pytest.mark.parametrize("stamp", ["[{}.00s] {}: {}\n", "{1} 0m {0}s\n{2}\n\n", "[0m{0:02}s] {1}: {2}\n"])
def test_times_may_be_written_with_units(stamp: str) -> None:
    text = "".join(stamp.format(at, name, said) for name, at, said in LONGER)
    assert [(s.speaker_label, s.start_s, s.text) for s in only_copy(text).segments] == [
        (name, float(at), said) for name, at, said in LONGER
    ]


@pytest.mark.parametrize("form", ["{}: {}\n\n", "**{}:** {}\n\n", "{}. {}\n\n"])
def test_questions_and_answers_are_turns(form: str) -> None:
    text = "".join(form.format("QA"[n % 2], said) for n, (_, _, said) in enumerate(LONGER))
    segments = only_copy(text).segments
    assert [(s.speaker_label, s.text) for s in segments] == [
        ("QA"[n % 2], said) for n, (_, _, said) in enumerate(LONGER)
    ]


def test_sentences_and_lists_have_no_labels() -> None:
    sentences = "Right. I see that you are here.\n\nWell. I think so, and you do.\n\n" * 6
    sounds = "[Music] I think that you are here.\n\nAnd I am, too, as you see.\n\n" * 6
    settings = '"Speaker": "I say that you do.",\n"Listener": "I think I do.",\n' * 6
    possessive = "* [Ada's Hive](https://a.example) I like it\n* [Bo's Wax](https://b.example) you like it\n" * 6
    for text in (sentences, sounds, settings, possessive):
        assert registry.recognise(text) is None, text[:40]


def test_notes_with_names_in_lists_are_notes() -> None:
    links = "".join(f"* **{name}**: [Thing {n}](https://t.example/{n})\n" for n, (name, _, _) in enumerate(LONGER))
    text = f"---\ntitle: Bees\nshow: The Hum\ndate: 2025-03-10\n---\n## Picks\n\n{links}"
    known = registry.recognise(text)
    assert known is not None
    assert known.FORMAT == "show_notes_page"


def test_words_in_bold_here_and_there_make_no_transcript() -> None:
    manual = "".join(
        f"## Option {n}\n\nIt sets a number.\n\n" + "Read on below.\n\n" * 12 + "**Default:** none\n\n"
        for n in range(6)
    )
    assert registry.recognise(manual + "**Stability:** 2\n\n**Stability:** 3\n") is None


def test_paragraphs_of_a_quotation_are_segments() -> None:
    text = "".join(f"**{name}**\n> {said}\n> And more of it.\n\n" for name, _, said in LONGER)
    segments = only_copy(text).segments
    assert [s.text for s in segments[:2]] == [SAID[0], "And more of it."]
    assert {s.speaker_label for s in segments} == {"Ada Byrne", "Bo Wax"}


def test_anonymous_speakers_are_labels() -> None:
    text = "".join(f"Speaker {n % 2}: {short(n)}\n\nI think so, and you say {n}.\n\n" for n in range(6))
    assert [s.speaker_label for s in only_copy(text).segments] == ["Speaker 0", "Speaker 1"] * 3


def test_initials_stand_for_the_name_that_explains_them() -> None:
    text = (
        "Ada van der Byrne (AvB): How are you?\n\nBo Wax (BW): Fine.\n\nAvB: And now: do bees sleep?\n\nBW: They do.\n"
    )
    assert labelled_text.sniff(text) >= 0.9
    segments = only_copy(text).segments
    assert [s.speaker_label for s in segments] == ["Ada van der Byrne", "Bo Wax"] * 2
    # Where only initials stand, there is no place that bears the name.
    assert [s.label_char_start for s in segments] == [0, 39, None, None]
    assert all(s.is_speaker_change for s in segments)


def test_times_within_speech_begin_segments() -> None:
    text = (
        "**Ada:** Hello, \\[1:02\\] and so on.\n\nMore of it.\n\n"
        "**Bo:** \\[2:03\\] Yes.\n\n**Ada:** (laughs)\n\n**Bo:** Bye.\n"
    )
    segments = only_copy(text).segments
    assert [(s.speaker_label, s.start_s, s.text, s.is_speaker_change) for s in segments] == [
        ("Ada", None, "Hello,", True),
        ("Ada", 62.0, "and so on.", False),
        ("Ada", None, "More of it.", False),
        ("Bo", 123.0, "Yes.", True),
        ("Ada", None, "(laughs)", True),
        ("Bo", None, "Bye.", True),
    ]
    assert [s.is_paragraph_start for s in segments] == [True, False, True, True, True, True]
    assert [s.is_speech for s in segments] == [True, True, True, True, False, True]


@pytest.mark.parametrize(
    ("first", "times"), [(5, [(0.0, 5.0), (5.0, 9.0), (9.0, 14.0)]), (0, [(0.0, None), (9.0, None), (14.0, None)])]
)
def test_times_at_the_end_of_turns_end_them_unless_the_first_is_zero(first: int, times: list[Any]) -> None:
    text = f"**Ada:** How are you? [0:0{first}]\n\n**Bo:** I am fine. (0:09)\n\n**Ada:** And we go on. [0:14]\n"
    assert [(s.start_s, s.end_s) for s in only_copy(text).segments] == times


def test_pseudo_speakers_are_no_people() -> None:
    text = (
        "**Ada:** Hello, you.\n\n**Break:** \\[17:51\\]\n\n"
        "**Bo:** Hi, I am here.\n\n**Jingle:** \\[20:00\\] to \\[20:12\\]\n\n"
        "**Narrator:** Buy our wax.\n\n**Ada:** Well.\n\n**\\[Robot voice\\]** I hum.\n\n**Bo:** You do.\n"
    )
    segments = only_copy(text).segments
    assert [(s.speaker_label, s.text, s.is_speech, s.start_s, s.end_s) for s in segments] == [
        ("Ada", "Hello, you.", True, None, None),
        (None, "Break", False, 1071.0, None),
        ("Bo", "Hi, I am here.", True, None, None),
        (None, "Jingle", False, 1200.0, 1212.0),
        (None, "Buy our wax.", True, None, None),
        ("Ada", "Well.", True, None, None),
        (None, "I hum.", True, None, None),
        ("Bo", "You do.", True, None, None),
    ]


def test_change_marks_without_names_part_turns() -> None:
    said = (
        "I think that you and I should look at the hives at night, and listen to what the bees have to say about it. "
        * 2
    )
    text = "".join(f"{'>>' if n % 2 else '&gt;&gt;'} {said}\n" for n in range(6))
    assert labelled_text.sniff(text) >= 0.5
    segments = only_copy(text).segments
    assert [(s.speaker_label, s.is_speaker_change) for s in segments] == [(None, True)] * 6


PAGE = """# Bees at night

## Table of Contents

- [[00:00:00] Start](#start)
- [[00:01:00] Who counts bees?](#who)
- [[00:02:00] The end](#end)

Ada Byrne talks with Bo Wax about bees. See https://hive.example/12.

## Start

[00:00:01] **Ada Byrne:** Hello, you.

## Who counts bees?

[00:01:01] **Bo Wax:** I do.
This goes on.

[00:01:09] **Ada Byrne:** Bye.

## Links

- https://wax.example
"""


def test_a_page_around_a_transcript_is_no_speech() -> None:
    copy = only_copy(PAGE)
    assert [s.text for s in copy.segments] == ["Hello, you.", "I do. This goes on.", "Bye."]
    assert [(p.field, p.text) for p in copy.passages] == [
        ("title", "Bees at night"),
        ("description", "Ada Byrne talks with Bo Wax about bees. See https://hive.example/12."),
        ("description", "https://wax.example"),
    ]
    assert [(c.title, c.start_s, c.end_s) for c in copy.chapters] == [
        ("Start", 0.0, 60.0),
        ("Who counts bees?", 60.0, 120.0),
        ("The end", 120.0, None),
    ]
    assert [link.url for link in copy.links] == ["https://hive.example/12", "https://wax.example"]


MATTER = "---\ntitle: Bees\nspeakers: [Ada Byrne, Bo Wax]\ndate: 2025-03-10\n---\n"


def test_headings_are_chapters_that_begin_with_the_label_below() -> None:
    text = (
        MATTER + "## Intro\n\nAda: 0:05\n\nHello.\n\nBo: 0:09\n\nYes.\n\n### `wax` and I\n\nAda: 1:00\n\nWell, you.\n"
    )
    copy = only_copy(text)
    assert [(c.title, c.start_s) for c in copy.chapters] == [("Intro", 5.0), ("`wax` and I", 60.0)]
    assert [p.name for p in copy.people] == ["Ada Byrne", "Bo Wax"]
    assert copy.published_on is not None


def test_speech_under_the_first_heading_needs_no_label() -> None:
    text = (
        MATTER
        + "A note: https://a.example\n\n## Intro\n\nI have with me two people.\n\n"
        + "Ada: Hi.\n\nBo: Hi.\n\nAda: So.\n\nBo: Yes."
    )
    copy = only_copy(text)
    assert [s.speaker_label for s in copy.segments] == [None, "Ada", "Bo", "Ada", "Bo"]
    assert [p.text for p in copy.passages] == ["Bees", "A note: https://a.example"]


@pytest.mark.parametrize(
    ("first", "is_title"),
    [
        ("Bees at night", True),
        ("Do bees sleep?", True),
        ("Two people who cannot sleep.", False),
        ("Transcript", False),
        ("Published: March 10, 2025", False),
        ("March 10, 2025", False),
        ("https://a.example/12", False),
    ],
)
def test_a_first_line_by_itself_is_the_title(first: str, is_title: bool) -> None:
    turns = "\n\n".join(f"{name} (0:{at:02}):\nI think you know." for at, name in enumerate(["Ada", "Bo"] * 3))
    copy = only_copy(f"{first}\n\nA talk about bees.\n\n{turns}")
    assert len(copy.segments) == 6
    titles = [p.text for p in copy.passages if p.field == "title"]
    assert titles == ([first] if is_title else [])
    below = only_copy(f"{first}\nA talk about bees.\n\n{turns}")
    assert [p.text for p in below.passages if p.field == "title"] == []


def test_prose_is_speech_where_front_matter_says_that_it_is_an_episode() -> None:
    said = "I think you know what we mean when we say that bees hum, and I said so. " * 6
    text = MATTER + "\n\n".join([said] * 6)
    assert registry.recognise(text) is labelled_text
    assert len(only_copy(text).segments) == 6
    assert labelled_text.sniff(text.replace("speakers: [Ada Byrne, Bo Wax]\n", "")) == 0.0


def test_broken_front_matter_is_told_and_the_text_is_used() -> None:
    text = "---\ntitle: Bees: at night\nspeakers: [\n---\nAda: I see.\n\nBo: You do?\n\nAda: Yes, I do.\n\nBo: Well.\n"
    read = registry.read(text.encode())
    assert read.document is not None
    assert len(read.document.copies[0].segments) == 4
    assert ["front matter" in problem.reason for problem in read.problems] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "**Install:** Run it.\n\n**Usage:** Call it.\n\n**Install:** Again.\n\n**Note:** Nothing.\n",
        "# Notes\n\n5:00 - What is it\n\n7:30 - How to\n\n9:00 - Why\n",
        "## Name\n\nAda\n\n## Address\n\nHive 1\n\n## Name\n\nBo\n\n## Address\n\nHive 2\n",
        "2025-01-01 10:00:00 INFO: start\n2025-01-01 10:00:01 INFO: stop\n" * 10,
        "Monday 10:00\nYoga\n\nTuesday 11:00\nRun\n\nMonday 12:00\nLunch\n",
        "name: Ada\nage: 5\nname: Bo\nage: 6\n" * 5,
        "> A quote of a letter.\n> It goes on.\n",
        "---\ntitle: A post\ndate: 2025-01-01\n---\n" + "The bees hum at night and nobody knows why. " * 100,
    ],
)
def test_what_is_no_transcript_is_not_claimed(text: str) -> None:
    assert labelled_text.sniff(text) < 0.5


@dataclass(frozen=True)
class Case:
    text: str
    said: list[tuple[str, float | None, str]]


@st.composite
def transcripts(draw: st.DrawFn) -> Case:
    names = draw(st.lists(NAMES, min_size=2, max_size=4, unique=True))
    form, has_times = STYLES[draw(st.sampled_from([style for style in STYLES if style not in ("plain", "heading")]))]
    order = names * 2 + draw(st.lists(st.sampled_from(names), max_size=10))
    at, said, parts = 0, [], []
    for name in order:
        at += draw(st.integers(1, 900))
        text = f"The {draw(SENTENCES)} end."
        said.append((name, float(at) if has_times else None, text))
        parts.append(form.format(name=name, clock=clock(at), short=short(at), text=text))
    opening = draw(st.sampled_from(["", MATTER, "# Bees\n\n", MATTER + "## Intro\n\n"]))
    return Case(opening + "".join(parts), said)


QUICK = settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(transcripts())
def test_what_was_written_is_read(case: Case) -> None:
    assert registry.recognise(case.text) is labelled_text
    found = [(s.speaker_label, s.start_s, s.text) for s in only_copy(case.text).segments]
    assert found == case.said


MARKS = "**Ada:** |**Bo**: |Ada: 0:12\n|[0:12] |\\[1:02\\]|>> |&gt;&gt; |## |- |---\n|(AB): |\n\n|Break: |x"
MORE = st.lists(st.sampled_from(MARKS.split("|")), max_size=40).map("".join)


@settings(QUICK, max_examples=200)
@given(FRAGMENTS | st.text() | MORE | MORE.map(MATTER.__add__))
def test_no_text_makes_it_raise(text: str) -> None:
    assert 0.0 <= labelled_text.sniff(text) <= 1.0
    document = labelled_text.parse(text)
    assert (document.format, document.text) == ("labelled_text", text)
    check(document, labelled_text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "unit",
    [
        "**Ada:** Hello there, you. [0:12] And so.\n\n**Bo:** Yes.\n\n",
        "**Ada Byrne ",
        "[0:12] ",
        "a b: ",
        "# ",
        ">> ",
        "Ada\n",
        "(((",
        "  \t ",
        "Ada: 0:12\n",
        "- [[0:12] x](#x)\n",
        "\\[",
    ],
)
def test_hostile_texts_are_read_to_their_end(unit: str) -> None:
    text = unit * (160_000 // len(unit))
    assert 0 <= labelled_text.sniff(text) <= 1
    assert labelled_text.parse(text).text == text


# --- real documents


@pytest.mark.acceptance
@pytest.mark.parametrize(("folder", "count"), [("markdown_changelog", 50), ("markdown_audrow", 5)])
def test_every_sample_is_read(shared, folder: str, count: int) -> None:
    texts = [path.read_bytes().decode() for path in sorted((shared / "samples" / folder).glob("*.md"))]
    assert len(texts) == count
    for text in texts:
        assert registry.recognise(text) is labelled_text
        copy = only_copy(text)
        speech = [s for s in copy.segments if s.is_speech]
        assert sum(s.speaker_label is not None for s in speech) >= 0.97 * len(speech)
        assert sum(s.char_end - s.char_start for s in copy.segments) >= 0.74 * len(text)
        labels = {s.speaker_label for s in speech}
        assert 2 <= len(labels) <= 10
        assert not labels & {"Break", "Jingle", "Outro", "Promo", "Extract"}
        if folder == "markdown_audrow":
            assert len(copy.chapters) >= 20
            assert all(s.start_s is not None for s in speech if s.is_speaker_change)


@pytest.mark.acceptance
def test_labels_agree_with_the_speakers_that_front_matter_states(shared) -> None:
    named = stated = files = 0
    for path in sorted((shared / "samples" / "markdown_front_matter").glob("*.md")):
        text = path.read_bytes().decode()
        known = registry.recognise(text)
        matter = read_front_matter(text)
        if matter is None:
            assert known is None
            continue
        assert known is not None
        if known is not labelled_text:
            assert known.FORMAT == "show_notes_page"
            continue
        copy = only_copy(text)
        labels = {s.speaker_label for s in copy.segments if s.speaker_label}
        assert 2 <= len(labels) <= 9
        files += 1
        if any(label.startswith("Speaker ") for label in labels):
            continue
        for person in copy.people:
            stated += 1
            parts = person.name.split()
            named += any(set(parts) & set(label.split()) for label in labels)
    assert files == 34
    assert stated >= 50
    # Who is stated and labelled with another name: handles, and spellings of names.
    assert named >= 0.9 * stated
