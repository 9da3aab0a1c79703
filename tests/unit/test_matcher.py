from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.catalog.catalog import Alias, AliasKind, EntityType
from orchestration.transforms.matcher import Matcher, fold, straighten

TYPES: dict[str, EntityType] = {
    "company:meta": "company",
    "company:google": "company",
    "company:google-deepmind": "company",
    "product:claude": "product",
    "product:claude-code": "product",
    "product:chromebook": "product",
    "company:openai": "company",
    "company:block": "company",
    "person:peter-holm": "person",
    "topic:ai-agents": "topic",
    "show:lennys-podcast": "show",
}


def alias(text: str, entity_id: str, kind: AliasKind = "case_sensitive") -> Alias:
    return Alias(text, entity_id, kind)


ALIASES = [
    alias("Meta", "company:meta"),
    alias("Google", "company:google"),
    alias("Google DeepMind", "company:google-deepmind"),
    alias("Claude", "product:claude"),
    alias("Claude Code", "product:claude-code"),
    alias("Chromebook", "product:chromebook"),
    alias("OpenAI", "company:openai", "exact"),
    alias("opening eye", "company:openai", "misheard"),
    alias("Block", "company:block", "needs_context"),
    alias("Peter Holm", "person:peter-holm"),
    alias("AI agent", "topic:ai-agents", "exact"),
    alias("Lenny's Podcast", "show:lennys-podcast"),
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(ALIASES, TYPES)


def surfaces(matcher: Matcher, text: str) -> list[str]:
    return sorted(text[hit.start : hit.end] for hit in matcher.find(text))


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
        ("Peter Holms", []),
        ("AI agents", ["AI agent"]),
        ("Lenny’s Podcast", ["Lenny’s Podcast"]),
        ("Claude Code", ["Claude Code"]),
        ("Claude Codex", ["Claude"]),
        ("Google DeepMind and Google", ["Google", "Google DeepMind"]),
        ("pre-Meta, Meta-like", ["Meta", "Meta"]),
    ],
)
def test_names_stand_between_word_boundaries(matcher: Matcher, text: str, expected: list[str]) -> None:
    assert surfaces(matcher, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("try to run MetaPeter Holm said", ["Meta", "Peter Holm"]),
        ("00:41 From Claude03:18 The end", ["Claude"]),
        ("00:11:24Claude is here", ["Claude"]),
        ("Claude2 and 2Claude", []),
    ],
)
def test_glued_text_has_boundaries_at_case_changes_and_times(matcher: Matcher, text: str, expected: list[str]) -> None:
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


def test_a_name_that_needs_context_does_not_hide_the_shorter_one() -> None:
    found = Matcher(
        [alias("Claude", "product:claude"), alias("Claude Code", "product:claude-code", "needs_context")], TYPES
    )
    assert surfaces(found, "Claude Code") == ["Claude", "Claude Code"]


def test_no_aliases_and_empty_text() -> None:
    assert Matcher([], {}).find("Meta") == []
    assert Matcher(ALIASES, TYPES).find("") == []


def test_folding_drops_case_accents_and_typography() -> None:
    assert fold("Clément’s CAFÉ") == "clement's cafe"
    assert fold("İstanbul") == "istanbul"


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text) == len(straighten(text))


_PIECES = st.sampled_from([a.alias for a in ALIASES] + [" ", ", ", "x", "İ", "Blocks", "é", "'s", ". "])


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_hits_are_the_aliases_they_say(text: str) -> None:
    for hit in Matcher(ALIASES, TYPES).find(text):
        for found in hit.aliases:
            surface = text[hit.start : hit.end]
            if found.kind in ("exact", "misheard"):
                assert fold(surface) == fold(found.alias)
            else:
                assert straighten(surface) == straighten(found.alias)


@given(st.lists(st.sampled_from([a.alias for a in ALIASES if a.kind == "case_sensitive"]), min_size=1, max_size=8))
def test_every_name_between_commas_is_found(names: list[str]) -> None:
    text = ", ".join(names)
    assert surfaces(Matcher(ALIASES, TYPES), text) == sorted(names)
