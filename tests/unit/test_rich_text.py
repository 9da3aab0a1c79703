r"""Tests of `orchestration.formats.rich_text`: RTF as Word, TextEdit and others write it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.formats import registry, rich_text
from tests.unit.caption_cases import QUICK, check, read_hostile

TALK = (
    ("Ada Byrne", "Do you know how bees sleep, and where?"),
    ("Bo Wax", "I think they do. You see, they hang on to each other."),
    ("Ada Byrne", "So you have seen that yourself?"),
    ("Bo Wax", "Yeah, I have. I was up all night, you know."),
)
HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}}{\colortbl;\red0\green0\blue0;}"
    r"{\*\generator Editor 5;}{\info{\title Not this}}{\stylesheet{\s1 heading 1;}}"
    "\n"
)


def said(raw: str) -> list[tuple[str | None, str]]:
    assert registry.recognise(raw) is rich_text  # type: ignore[comparison-overlap]
    (copy,) = check(raw, rich_text).copies
    return [(segment.speaker_label, segment.text) for segment in copy.segments]


def test_names_in_bold_below_a_heading() -> None:
    talk = "".join(rf"\pard\plain {{\b {name}:}} {words}\par" + "\n" for name, words in TALK)
    raw = HEAD + r"\pard\s1\outlinelevel0 {\b Bees at night}\par\pard Two who cannot sleep.\par" + talk + "}"
    assert said(raw) == list(TALK)
    (copy,) = rich_text.parse(raw).copies
    assert [(one.field, one.text) for one in copy.passages] == [
        ("title", "Bees at night"),
        ("description", "Two who cannot sleep."),
    ]
    assert rich_text.resolve(raw, copy.segments[0].locator) == TALK[0][1]
    with pytest.raises(ValueError, match="leads nowhere"):
        rich_text.resolve(raw, "char=0,1")


def test_line_ends_of_text_edit_and_times() -> None:
    lines = "".join(f"\\\n\\\n{name} ({at}:05):\\\n{words}" for at, (name, words) in enumerate(TALK))
    raw = HEAD.replace("\\ansi\\", "\\ansi\\cocoartf2822\\") + "\\f0\\fs24 \\cf0 Bees" + lines + "}"
    assert said(raw) == list(TALK)
    assert [segment.start_s for segment in rich_text.parse(raw).copies[0].segments] == [5.0, 65.0, 125.0, 185.0]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"caf\'e9", "café"),
        (r"caf\u233?", "café"),
        (r"caf\u233\'e9s", "cafés"),
        (r"{\uc2 caf\u233\'c3\'a9}s", "cafés"),
        (r"\uc0\u8220 so\u8221 {\uc1\u-4051 ?}", "“so”\uf02d"),
        (r"\u55357?\u56835?", "😃"),
        (r"it\rquote s \emdash\~now", "it’s —\xa0now"),
        (r"a\{b\}\\c", r"a{b}\c"),
        ("no\r\nbreak", "nobreak"),
        (r"{\v hidden}{\deleted gone}{\*\unknown {deep} no}there", "there"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}", "link"),
        (r"{\pict\bin4 }}}}}pict", "pict"),
        (r"a{\footnote said below}b", "ab"),
    ],
)
def test_characters_and_what_is_left_out(written: str, shown: str) -> None:
    raw = HEAD + r"\pard " + written + r"\par}"
    assert rich_text.resolve(raw, f"text=0,{len(' '.join(shown.split()))}") == " ".join(shown.split())


def test_other_code_pages() -> None:
    raw = r"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2\par}"
    assert rich_text.resolve(raw, "text=0,6") == "Привет"
    assert rich_text.resolve(raw.replace("1251", "99999"), "text=0,6") == "Ïðèâåò"
    assert rich_text.resolve(raw.replace(r"ansi\ansicpg1251", "mac"), "text=0,1") == "œ"


def test_a_table_and_what_stands_below_it() -> None:
    rows = "".join(
        rf"\trowd\cellx1\cellx2\pard\intbl 0:{at}5\cell {name}\cell {words}\par\cell\row" + "\n"
        for at, (name, words) in enumerate(TALK * 2)
    )
    raw = HEAD + r"\pard Bees.\par" + rows + r"\pard The end.\par}"
    assert said(raw) == list(TALK * 2)
    assert rich_text.parse(raw).text.endswith("|\n\nThe end.")


_WORDS = r"\par \b \b0 \u \'e9 \' \uc9 \bin9 \bin-9 \cell \row \intbl \pard \* \ansicpg \u55357? \outlinelevel0"
PIECES = st.sampled_from(["Ada: Hi. ", "\n", "936 ", "233?", "{", "}", *(f"{word} " for word in _WORDS.split()), "\\u"])


@settings(parent=QUICK, max_examples=80)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_nothing_makes_it_raise(text: str) -> None:
    read_hostile(HEAD + text, rich_text)
    rich_text.parse(HEAD + text).text.encode()


def test_deep_nesting_ends() -> None:
    raw = HEAD + "{" * 200_000 + "x" + "}" * 200_000 + r"\par " + "".join(rf"{a}: {b}\par " for a, b in TALK)
    assert said(raw)[1:] == list(TALK)[1:]
