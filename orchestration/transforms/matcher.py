"""Finds every name of a list in a text, word-bounded, with code-point offsets.

Belongs here: the automata. Keep out: what a word boundary is (boundaries.py), and which of the hits count
(mention_rules.py).

Two Aho-Corasick automata (A. Aho and M. Corasick, Efficient string matching, 1975; the crate `ahocorasick_rs`), both
compiled to a DFA over texts of one byte a code point (letters.py): one over folded text for names that count in any
letter case, one over the text as written for the others. A single one over folded text reports fifteen times as many
hits to throw away (`block`, `render` and other ordinary words). `python -m orchestration.benchmarks.matcher` measures
the choices.

All overlapping hits are reported, so that no name hides another before the rules have looked at both: `Claude Codex`
holds `Claude`, and `Claude Design` may be rejected for `Claude`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from itertools import chain
from typing import NamedTuple

import numpy as np
from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from orchestration.transforms.boundaries import ends_name, starts_name
from orchestration.transforms.letters import Bools, Ints, Letters, fold, one_byte_form, straighten

_MIN_PLURAL_NAME = 3
# Of shorter names most that seem glued are parts of words: `GoCardless`, `NoSQL`.
_MIN_GLUED_NAME = 5


class Name(NamedTuple):
    """A way to write something. is_plural_ok: whether a plural s may follow it."""

    text: str
    is_any_case: bool
    is_plural_ok: bool = False


class Hits(NamedTuple):
    """Names found: [start, end) in code points, and the number of the pattern. In order of start, end, pattern."""

    start: Ints
    end: Ints
    pattern: Ints

    def take(self, which: Bools | Ints) -> Hits:
        """Return some of the hits."""
        return Hits(self.start[which], self.end[which], self.pattern[which])


class Matcher:
    """The automata over a list of names. Building takes milliseconds for thousands of them."""

    def __init__(self, names: Iterable[Name]) -> None:
        """Build from `names`. Those that are written alike are one pattern; empty ones have none."""
        self._numbers: dict[tuple[bool, str], int] = {}
        self._is_plural_ok = np.zeros(0, np.bool_)
        self._halves: tuple[tuple[bool, _Half], ...] = ()
        self._add(names)

    def _add(self, names: Iterable[Name]) -> None:
        first = len(self._numbers)
        numbers = dict(self._numbers)
        plural = self._is_plural_ok.tolist()
        for name in names:
            form = fold(name.text) if name.is_any_case else straighten(name.text)
            if not form or "\n" in form:
                continue
            number = numbers.setdefault((name.is_any_case, form), len(numbers))
            is_plural_ok = name.is_plural_ok and len(form) >= _MIN_PLURAL_NAME
            if number == len(plural):
                plural.append(is_plural_ok)
            else:
                plural[number] |= is_plural_ok
        new = list(numbers.items())[first:]
        for is_any_case in (True, False):
            forms = {number: form for (is_any, form), number in new if is_any == is_any_case}
            if forms:
                self._halves = (*self._halves, (is_any_case, _Half(forms)))
        self._numbers, self._is_plural_ok = numbers, np.array(plural, np.bool_)

    def extended(self, names: Iterable[Name]) -> Matcher:
        """Return a matcher that finds `names` as well. It has automata of its own for those that are new, few of all.

        The patterns that there are keep their numbers.
        """
        made = copy(self)
        made._add(names)
        return made

    def __len__(self) -> int:
        """Return the number of patterns."""
        return len(self._is_plural_ok)

    def pattern(self, text: str, is_any_case: bool) -> int:
        """Return the number of the pattern of a name, or -1 where it is none of the list."""
        return self._numbers.get((is_any_case, fold(text) if is_any_case else straighten(text)), -1)

    def find(self, letters: Letters, is_page: Callable[[Ints], Bools] | None = None) -> Hits:
        """Return all hits in the text that stand between word boundaries.

        is_page: tells of positions whether they lie in text of a page, where words may have lost the space between.
        """
        found = [
            half.find(letters.folded, letters, fold) if is_any_case else half.find(letters.written, letters, straighten)
            for is_any_case, half in self._halves
        ]
        found.append(Hits(*np.zeros((3, 0), np.int64)))
        start, end, pattern = (np.concatenate(column) for column in zip(*found, strict=True))
        hits = Hits(start, end, pattern)
        may_be_glued = hits.end - hits.start >= _MIN_GLUED_NAME
        if is_page is None:
            may_be_glued[:] = False
        else:
            may_be_glued[may_be_glued] = is_page(hits.start[may_be_glued])
        starts = starts_name(letters, hits.start, may_be_glued)
        hits, may_be_glued = hits.take(starts), may_be_glued[starts]
        hits = hits.take(ends_name(letters, hits.end, self._is_plural_ok[hits.pattern], may_be_glued))
        return hits.take(np.lexsort((hits.pattern, hits.end, hits.start)))


class _Half:
    """One automaton, over patterns in one form of the text."""

    def __init__(self, patterns: dict[int, str]) -> None:
        forms = list(patterns.values())
        self._forms = forms
        self._numbers = np.array(list(patterns), np.int64)
        # Names with letters beyond ASCII may be confused with others, since 128 bytes stand for all of these.
        self._is_doubtful = np.array([not form.isascii() for form in forms], np.bool_)
        self._automaton = BytesAhoCorasick(
            [one_byte_form(form) for form in forms], matchkind=MatchKind.Standard, implementation=Implementation.DFA
        )

    def find(self, form: bytes, letters: Letters, to_form: Callable[[str], str]) -> Hits:
        found = self._automaton.find_matches_as_indexes(form, overlapping=True)
        flat = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found)).reshape(-1, 3)
        pattern, start, end = flat[:, 0], flat[:, 1], flat[:, 2]
        doubtful = np.flatnonzero(self._is_doubtful[pattern])
        if len(doubtful):
            keep = np.ones(len(pattern), np.bool_)
            for number in doubtful:
                written = letters.text[int(start[number]) : int(end[number])]
                keep[number] = to_form(written) == self._forms[int(pattern[number])]
            pattern, start, end = pattern[keep], start[keep], end[keep]
        return Hits(start, end, self._numbers[pattern])
