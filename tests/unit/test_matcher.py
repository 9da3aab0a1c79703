from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.transforms.letters import ALNUM, DIGIT, LOWER, SPACE, UPPER, Letters, fold, straighten
from orchestration.transforms.matcher import Matcher, Name

NAMES = [
    Name("Meta", False, True),
    Name("Google", False, True),
    Name("Google DeepMind", False, True),
    Name("Claude", False, True),
    Name("Claude Code", False, True),
    Name("Chromebook", False, True),
    Name("OpenAI", True, True),
    Name("opening eye", True, True),
    Name("Block", False),
    Name("Peter Holm", False),
    Name("AI agent", True, True),
    Name("Lenny's Podcast", False),
    Name("Ångström", False),
    Name("Яндекс", True),
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(NAMES)


def surfaces(matcher: Matcher, text: str) -> list[str]:
    hits = matcher.find(Letters(text))
    return sorted(text[start:end] for start, end in zip(hits.start, hits.end, strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the metadata of Metadata", []),
        ("Meta, Meta's and (Meta)", ["Meta", "Meta", "Meta"]),
        ("meta and META", []),
        ("openai, OPENAI and OpenAI's", ["OPENAI", "OpenAI", "openai"]),
        ("an Opening Eye on it", ["Opening Eye"]),
        ("Chromebooks", ["Chromebook"]),
        ("Blocks of it, Block's", ["Block"]),
        ("openais.txt, openais", ["openai"]),
        ("procedure CreateBlock, BlockChain, JavaMeta", []),
        ("large-openai models, /about-openai, non-openai", ["openai"]),
        ("the Ångström unit, яндекс", ["Ångström", "яндекс"]),
        ("the Хngström unit", []),
        ("Peter Holms", []),
        ("AI agents", ["AI agent"]),
        ("Lenny’s Podcast", ["Lenny’s Podcast"]),
        ("Claude Code", ["Claude", "Claude Code"]),
        ("Claude Codex", ["Claude"]),
        ("Google DeepMind and Google", ["Google", "Google", "Google DeepMind"]),
        ("pre-Meta, Meta-like", ["Meta", "Meta"]),
    ],
)
def test_names_stand_between_word_boundaries(matcher: Matcher, text: str, expected: list[str]) -> None:
    assert surfaces(matcher, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:41 From Claude03:18 The end", ["Claude"]),
        ("00:11:24Claude is here", ["Claude"]),
        ("Claude2 and 2Claude", []),
    ],
)
def test_a_time_mark_glued_to_a_name_is_its_boundary(matcher: Matcher, text: str, expected: list[str]) -> None:
    assert surfaces(matcher, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "https://openai.com/x",
        "see x.com/OpenAI now",
        "@OpenAI",
        "#OpenAI",
        "me@openai",
        "openai.com",
        "https://a.io/OpenAI",
    ],
)
def test_addresses_and_handles_hold_no_names(matcher: Matcher, text: str) -> None:
    assert surfaces(matcher, text) == []


def test_a_slash_between_names_is_no_address(matcher: Matcher) -> None:
    assert surfaces(matcher, "Meta/OpenAI") == ["Meta", "OpenAI"]


def test_names_of_a_page_may_be_glued_to_the_words_around(matcher: Matcher) -> None:
    letters = Letters("by Peter HolmOpenAI: go to Google DeepMindListen to Chromebooks, as metaClaude")
    on_page = matcher.find(letters, lambda at: at < 60)
    found = sorted(letters.text[start:end] for start, end in zip(on_page.start, on_page.end, strict=True))
    assert found == ["Chromebook", "Google", "Google DeepMind", "OpenAI", "Peter Holm"]
    assert surfaces(matcher, letters.text) == ["Chromebook", "Google"]


def test_no_names_and_empty_text() -> None:
    assert surfaces(Matcher([]), "Meta") == []
    assert surfaces(Matcher(NAMES), "") == []
    assert len(Matcher([Name("", True), Name("a\nb", True)])) == 0


def test_a_pattern_is_known_by_its_form() -> None:
    matcher = Matcher([Name("OpenAI", True), Name("openai", True, True), Name("OpenAI", False)])
    assert len(matcher) == 2
    assert matcher.pattern("OPENAI", True) == 0
    assert matcher.pattern("OpenAI", False) == 1
    assert matcher.pattern("OPENAI", False) == -1


def test_folding_drops_case_accents_and_typography() -> None:
    assert fold("Clément’s CAFÉ") == "clement's cafe"
    assert fold("İstanbul") == "istanbul"


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text) == len(straighten(text))


@given(st.text())
def test_every_form_has_one_element_for_a_code_point(text: str) -> None:
    letters = Letters(text)
    assert len(letters.folded) == len(letters.written) == len(text)
    kinds = letters.kinds(np.arange(len(text)))
    for character, kind in zip(text, kinds.tolist(), strict=True):
        if ord(character) < 0xFFFF:
            assert bool(kind & UPPER) == character.isupper()
            assert bool(kind & LOWER) == character.islower()
            assert bool(kind & DIGIT) == character.isdigit()
            assert bool(kind & ALNUM) == character.isalnum()
            assert bool(kind & SPACE) == character.isspace()
    assert letters.points(np.array([-5, len(text), len(text) + 9])).tolist() == [ord("\n")] * 3


_PIECES = st.sampled_from([name.text for name in NAMES] + [" ", ", ", "x", "İ", "Blocks", "é", "'s", ". ", "-"])


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_hits_are_the_names_they_say_wherever_the_text_stands(text: str) -> None:
    matcher = Matcher(NAMES)
    hits = matcher.find(Letters(text))
    for start, end, pattern in zip(hits.start, hits.end, hits.pattern, strict=True):
        surface = text[start:end]
        assert pattern in (matcher.pattern(surface, True), matcher.pattern(surface, False))
    later = matcher.find(Letters(f"xyz\n{text}\nabc"))
    assert [column.tolist() for column in hits] == [
        (later.start - 4).tolist(),
        (later.end - 4).tolist(),
        later.pattern.tolist(),
    ]


@given(st.lists(st.sampled_from([name.text for name in NAMES if " " not in name.text]), min_size=1, max_size=8))
def test_every_name_between_commas_is_found(names: list[str]) -> None:
    assert surfaces(Matcher(NAMES), ", ".join(names)) == sorted(names)
