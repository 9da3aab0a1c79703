from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.transforms.pattern_cues import CuedPatterns, cues_of
from orchestration.transforms.person_patterns import COMPILED, ELSEWHERE, GROUP, SHOW

PATTERNS = [*(expression for patterns in COMPILED.values() for _, expression in patterns), ELSEWHERE]
CUED = CuedPatterns(PATTERNS)
WORDS = sorted({word for pattern in PATTERNS for word in re.findall(r"[^\W\d_]+", pattern.pattern) if len(word) > 1})


@pytest.mark.parametrize(
    ("pattern", "cues"),
    [
        ("hosted by", {"hosted by"}),
        ("(?:Hello|good (?:morning|day)),? [A-Z]", {"hello", "good "}),
        ("a?b*", set()),
        ("(?:the )?(?:x+|long) end", {" end"}),
        ("[ab]|sure", set()),
        ("(?<=never)one", {"one"}),
    ],
)
def test_cues_of_a_pattern_are_what_it_cannot_match_without(pattern: str, cues: set[str]) -> None:
    assert cues_of(re.compile(pattern)) == cues


@pytest.mark.parametrize("text", ["INTERVİEW WITH us", "ınterview", "ſhow", "\u212aick"])
def test_letters_that_count_for_others_where_case_does_not_matter_are_found(text: str) -> None:
    patterns = [re.compile(word, re.IGNORECASE) for word in ("interview", "show", "kick")]
    cued = CuedPatterns(patterns)
    assert [n for n, pattern in enumerate(patterns) if pattern.search(text)] == cued.that_may_match(text) != []


@settings(max_examples=300)
@given(st.lists(st.sampled_from([*WORDS, GROUP, SHOW, ",", ".", "’s", "12", "I"]), max_size=12), st.booleans())
def test_no_pattern_that_matches_is_passed_over(words: list[str], is_loud: bool) -> None:
    text = " ".join(words)
    text = text.upper() if is_loud else text
    matching = {number for number, pattern in enumerate(PATTERNS) if pattern.search(text)}
    assert matching <= set(CUED.that_may_match(text))
