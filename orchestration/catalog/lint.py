"""Advice on aliases that are valid but would match what they do not mean.

Belongs here: rules of thumb for whoever adds an alias; a test keeps the shipped catalogue free of such aliases. Keep
out: what makes a catalogue invalid (load.py), and what a change would do to a lake (preview.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.catalog.catalog import Alias, Catalog
from orchestration.catalog.words import place_words, word_ranks

_MAX_SHORT_LETTERS = 3
# Names that count as written only are safe in mid-sentence; where a sentence starts, or in a heading, everyday words
# are capitalised as well. Rarer ones (`Plaid`, `Micron`) start no sentence that one would hear in a podcast.
_EVERYDAY_RANK = 5_000
# Keyphrases of topics are words by nature: only the commonest say nothing.
_TOPIC_RANK = 100


@dataclass(frozen=True, slots=True)
class Risk:
    """An alias that would match what it does not mean, and why."""

    alias: Alias
    reason: str


def risky_aliases(catalog: Catalog) -> list[Risk]:
    """Return the aliases that would match ordinary speech, or that mean two entities at once.

    Such an alias should count as written only, need context (`needs_context`, context words), or go.
    """
    return [*_words_and_short_ones(catalog), *_shared(catalog)]


def _words_and_short_ones(catalog: Catalog) -> Iterator[Risk]:
    ranks = word_ranks()
    for alias in catalog.aliases:
        if alias.context or alias.kind == "needs_context":
            continue
        word = alias.alias.lower()
        rank = ranks.get(word)
        is_any_case = alias.kind in ("exact", "misheard")
        letters = sum(character.isalnum() for character in alias.alias)
        if is_any_case and letters <= _MAX_SHORT_LETTERS:
            yield Risk(alias, f"{letters} letters in any case match by chance")
        elif alias.entity_id.startswith("topic:"):
            if rank is not None and rank < _TOPIC_RANK:
                yield Risk(alias, "an everyday word says nothing of a topic")
        elif is_any_case and rank is not None:
            yield Risk(alias, f"a common English word (number {rank + 1:,} by frequency) in any case")
        elif is_any_case and word in place_words():
            yield Risk(alias, "a place, people, day or month in any case")
        elif rank is not None and rank < _EVERYDAY_RANK and alias.alias.istitle():
            yield Risk(alias, f"an everyday word (number {rank + 1:,} by frequency) that starts sentences")


def _shared(catalog: Catalog) -> Iterator[Risk]:
    """Yield the aliases of two entities that may both count in one place."""
    by_text: dict[str, list[Alias]] = defaultdict(list)
    for alias in catalog.aliases:
        if not alias.entity_id.startswith("topic:"):
            by_text[alias.alias].append(alias)
    for aliases in by_text.values():
        bare = sorted(
            {a.entity_id for a in aliases if not a.context and not a.not_context and a.kind != "needs_context"}
        )
        for alias in aliases:
            if len(bare) > 1 and alias.entity_id in bare[1:]:
                yield Risk(alias, f"means {bare[0]} as well, and nothing tells the two apart")
