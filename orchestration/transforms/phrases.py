"""How often the words of names stand in lower case.

A phrase of several words may stand anywhere in a text, so the texts are looked through, one part of the lake at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from orchestration.transforms.parts import Read, Run, apart, run_here

# Up to so many characters of patterns the automaton is used that is twice as fast, and takes some 80 bytes for each.
_MAX_FAST_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Part:
    """Texts to look through: what reads them and the name of their column. foreign: copies to leave out."""

    texts: tuple[tuple[Read, str], ...]
    phrases: tuple[str, ...]
    foreign: pl.Series


def lower_case_phrases(
    phrases: Sequence[str], texts: Sequence[Read], episode_copies: pl.DataFrame, run: Run = run_here
) -> Counter[str]:
    """Return how often each of `phrases` stands in the texts of copies that may be English, as it is written.

    texts: read `speaker_turns`, `passages` and `chapters`. Where phrases overlap the first counts, of those that begin
    together the longest.
    """
    counts: Counter[str] = Counter()
    if phrases:
        foreign = episode_copies.filter(pl.col("language") != "en")["copy_id"]
        named = tuple(zip(texts, ("text", "text", "title"), strict=True))
        tasks = [_Part(part, tuple(phrases), foreign) for part in _parts(named)]
        for found in run(_count, tasks):
            counts.update(found)
    return counts


def _parts(texts: tuple[tuple[Read, str], ...]) -> Iterable[tuple[tuple[Read, str], ...]]:
    """Split what reads whole tables into what reads a part of each."""
    split = [[(part, column) for part in apart(read)] for read, column in texts]
    for number in range(max(map(len, split))):
        yield tuple(parts[number] for parts in split if number < len(parts))


def _count(part: _Part) -> Counter[str]:
    automaton = _automaton(part.phrases)
    counts: Counter[str] = Counter()
    foreign = part.foreign.implode()
    for read, column in part.texts:
        for frame in read(["copy_id", column]):
            for text in frame.filter(~pl.col("copy_id").is_in(foreign))[column]:
                for number, start, end in automaton.find_matches_as_indexes(text):
                    if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                        counts[part.phrases[number]] += 1
    return counts


@lru_cache(maxsize=1)
def _automaton(phrases: tuple[str, ...]) -> AhoCorasick:
    is_small = sum(map(len, phrases)) <= _MAX_FAST_CHARACTERS
    implementation = Implementation.DFA if is_small else Implementation.ContiguousNFA
    return AhoCorasick(phrases, matchkind=MatchKind.LeftmostLongest, implementation=implementation)
