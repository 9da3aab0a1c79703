"""Finds every alias of a catalogue in a text, word-bounded, with code-point offsets.

Belongs here: the automata, the folded form of text, and what a word boundary is. Keep out: which of the hits count
(mention_rules.py).

Two Aho-Corasick automata (A. Aho and M. Corasick, Efficient string matching, 1975; the crate `ahocorasick_rs`), both
compiled to a DFA: one over folded text for aliases that count in any letter case, one over the text as written for
the others. Measured with 13,368 aliases on the 1.5 MB of the five seeds, one core of a busy machine, folding and
boundaries included (`python -m orchestration.benchmarks.matcher`): two automata 38 MB/s, a single folded one 24 MB/s as
a DFA and 19 as an NFA, though it still has to look at the case of each hit. The single one reports far more hits to
throw away (`block`, `render` and other ordinary words), each at Python's pace. Polars' `find_many` has 44 MB/s, but for
132,244 raw hits as byte offsets that do not say which alias it is: boundary, alias and code points would all have to
be worked out again, hit by hit. The price of the two automata is some 50 MB of memory; an NFA takes half of that.

Search is leftmost-longest, so `Claude Code` hides `Claude`. Where the longer hit does not stand between boundaries
(`Claude Codex`) or counts only by its context, the shorter aliases inside it are reported as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from orchestration.catalog.catalog import Alias, Catalog, EntityType

# One character for one, so that offsets stay: typographic quotes and hyphens as a keyboard writes them.
_STRAIGHT = {"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "\u00a0": " "}
_ACCENTED = re.compile(r"[À-ÖØ-öø-ž]")
_WORD = re.compile(r"[^\W_]+")
_TIME_AFTER = re.compile(r"\d{1,2}:\d\d")
_TIME_BEFORE = re.compile(r"\d:\d\d\Z")
_ADDRESS_BEFORE = re.compile(r"://|\w\.\w\w+/|@")
# How far back an address can begin whose path holds a name.
_MAX_ADDRESS = 200
_MIN_PLURAL_ALIAS = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """Aliases of the catalogue that stand at [start, end) of a text, between word boundaries."""

    start: int
    end: int
    aliases: tuple[Alias, ...]


def straighten(text: str) -> str:
    """Return `text` with typographic quotes and hyphens replaced by plain ones, of the same length."""
    if text.isascii():
        return text
    for typographic, plain in _STRAIGHT.items():
        text = text.replace(typographic, plain)
    return text


def fold(text: str) -> str:
    """Return `text` straightened, in lower case and without accents, of the same length in code points."""
    if text.isascii():
        return text.lower()
    # The one letter whose lower-case form has two characters (Turkish dotted capital I) loses its dot before.
    return _ACCENTED.sub(_without_accent, straighten(text)).lower()


def _without_accent(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFD", found.group())[0]


def is_start_boundary(text: str, start: int) -> bool:
    """Tell whether a name may begin at `start` of `text`.

    Not inside a word, an address (`openai.com`, `x.com/OpenAI`) or a handle. A change from lower to upper case is a
    boundary, since some formats glue (`WindowsPeter`), and so is a time mark (`03:18Amp`).
    """
    if start == 0:
        return True
    before = text[start - 1]
    if before == " ":
        return True
    if before.isalnum():
        if before.islower():
            return text[start].isupper()
        return before.isdigit() and bool(_TIME_BEFORE.search(text, max(0, start - 4), start))
    if before in "@_#":
        return False
    if before == ".":
        return start < 2 or not text[start - 2].isalnum() or text[start].isupper()
    if before in "/=?&":
        token_start = max(text.rfind(" ", 0, start), text.rfind("\n", 0, start), start - _MAX_ADDRESS) + 1
        return not _ADDRESS_BEFORE.search(text, token_start, start)
    return True


def is_end_boundary(text: str, end: int, is_plural_ok: bool) -> bool:
    """Tell whether a name may end at `end` of `text`; `is_plural_ok` lets a plural s follow."""
    if end >= len(text):
        return True
    after = text[end]
    if after == " ":
        return True
    if after.isalnum():
        if after == "s" and is_plural_ok and (end + 1 == len(text) or not text[end + 1].isalnum()):
            return True
        if after.isupper():
            return text[end - 1].islower()
        return after.isdigit() and bool(_TIME_AFTER.match(text, end))
    if after == ".":
        return end + 1 == len(text) or not (text[end + 1].islower() or text[end + 1].isdigit())
    return after not in "_@"


class Matcher:
    """The automata over a catalogue. Building takes milliseconds for thousands of aliases; a search changes nothing."""

    def __init__(
        self,
        aliases: Iterable[Alias],
        types: dict[str, EntityType],
        implementation: Implementation = Implementation.DFA,
    ) -> None:
        """Build from `aliases`; `types` gives the type of each entity. Empty aliases are left out.

        A DFA searches fastest; a contiguous NFA is built in a tenth of the time, for use on one episode.
        """
        any_case: dict[str, list[Alias]] = defaultdict(list)
        as_written: dict[str, list[Alias]] = defaultdict(list)
        for alias in aliases:
            if alias.kind in ("exact", "misheard"):
                any_case[fold(alias.alias)].append(alias)
            else:
                as_written[straighten(alias.alias)].append(alias)
        self._any_case = _Half(any_case, types, implementation)
        self._as_written = _Half(as_written, types, implementation)

    @classmethod
    def of(cls, catalog: Catalog) -> Matcher:
        """Return the matcher of all aliases of `catalog`."""
        return cls(catalog.aliases, {entity.entity_id: entity.entity_type for entity in catalog.entities.values()})

    def find(self, text: str) -> list[Hit]:
        """Return the hits in `text`, in no order. They may overlap: which one counts is for the rules to say."""
        hits = list(self._any_case.find(fold(text), text))
        hits.extend(self._as_written.find(straighten(text), text))
        return hits


class _Half:
    """One automaton, over patterns in one form of the text."""

    def __init__(
        self, patterns: dict[str, list[Alias]], types: dict[str, EntityType], implementation: Implementation
    ) -> None:
        patterns.pop("", None)
        self._patterns = list(patterns)
        self._aliases = [tuple(aliases) for aliases in patterns.values()]
        self._is_plural_ok = [
            len(pattern) >= _MIN_PLURAL_ALIAS
            and any(a.kind != "needs_context" and types.get(a.entity_id) not in ("person", "show") for a in aliases)
            for pattern, aliases in patterns.items()
        ]
        self._is_conditional = [
            all(a.kind == "needs_context" or a.context or a.not_context for a in aliases)
            for aliases in patterns.values()
        ]
        self._automaton = AhoCorasick(
            self._patterns, matchkind=MatchKind.LeftmostLongest, implementation=implementation
        )
        self._inner = self._inner_patterns()

    def _inner_patterns(self) -> dict[int, list[tuple[int, int]]]:
        """Return, by pattern, the patterns that stand as words inside it, each with its offset."""
        index = {pattern: number for number, pattern in enumerate(self._patterns)}
        inner: dict[int, list[tuple[int, int]]] = {}
        for number, pattern in enumerate(self._patterns):
            edges = sorted({0, len(pattern), *(edge for word in _WORD.finditer(pattern) for edge in word.span())})
            if len(edges) <= 2:
                continue
            found = [
                (index[pattern[start:end]], start)
                for position, start in enumerate(edges)
                for end in edges[position + 1 :]
                if end - start < len(pattern) and pattern[start:end] in index
            ]
            if found:
                inner[number] = found
        return inner

    def find(self, form: str, text: str) -> Iterator[Hit]:
        aliases, is_plural_ok = self._aliases, self._is_plural_ok
        for number, start, end in self._automaton.find_matches_as_indexes(form):
            is_bounded = is_start_boundary(text, start) and is_end_boundary(text, end, is_plural_ok[number])
            if is_bounded:
                yield Hit(start, end, aliases[number])
                if not self._is_conditional[number]:
                    continue
            for shorter, offset in self._inner.get(number, ()):
                inner_start = start + offset
                inner_end = inner_start + len(self._patterns[shorter])
                if is_start_boundary(text, inner_start) and is_end_boundary(text, inner_end, is_plural_ok[shorter]):
                    yield Hit(inner_start, inner_end, aliases[shorter])
