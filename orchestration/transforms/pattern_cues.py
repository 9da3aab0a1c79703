"""Trying only those of many patterns that may match: each of them needs some letters that most texts do not have.

Belongs here: which letters those are, and finding them for all patterns at once. Keep out: the patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

from ahocorasick_rs import AhoCorasick, Implementation

_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
# What patterns that ignore case take for small letters of ASCII, other than the capital ones.
_ALSO_LETTERS = str.maketrans("ſıİ", "sii")


class CuedPatterns:
    """Patterns that are found out to have no match in a text without trying each of them."""

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        """Read the cues of the patterns."""
        self._always: list[int] = []
        needed_by: dict[str, list[int]] = {}
        for number, pattern in enumerate(patterns):
            cues = cues_of(pattern)
            for cue in cues:
                needed_by.setdefault(cue, []).append(number)
            if not cues:
                self._always.append(number)
        self._needed_by = list(needed_by.values())
        self._automaton = AhoCorasick(list(needed_by), implementation=Implementation.DFA)

    def that_may_match(self, text: str) -> list[int]:
        """Return the numbers of the patterns that may match somewhere in `text`, in order."""
        text = (text if text.isascii() else text.translate(_ALSO_LETTERS)).lower()
        found = {cue for cue, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True)}
        return sorted({*self._always, *(number for cue in found for number in self._needed_by[cue])})


def cues_of(pattern: re.Pattern[str]) -> frozenset[str]:
    """Return texts in lower case of which one at least stands in whatever `pattern` matches; none if none is sure."""
    return _needed(_parser.parse(pattern.pattern, pattern.flags)) or frozenset()


def _needed(items: Iterable[tuple[Any, Any]]) -> frozenset[str] | None:
    """Return the cues of a sequence of parts: those of the part that says most."""
    choices: list[frozenset[str]] = []
    literal = ""
    for kind, value in (*items, (None, None)):
        if kind is _constants.LITERAL:
            literal += chr(value).lower()
            continue
        if literal:
            choices.append(frozenset((literal,)))
            literal = ""
        inner: frozenset[str] | None = None
        if kind is _constants.SUBPATTERN:
            inner = _needed(value[-1])
        elif kind is _constants.BRANCH:
            parts = [_needed(branch) for branch in value[1]]
            inner = None if None in parts else frozenset().union(*(part for part in parts if part))
        elif kind in _REPEATS and value[0]:
            inner = _needed(value[2])
        if inner:
            choices.append(inner)
    return max(choices, key=lambda cues: (min(map(len, cues)), -len(cues)), default=None)
