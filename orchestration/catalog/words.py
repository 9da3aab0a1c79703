"""The words that are no names: common English words, and places, peoples, days and months.

Belongs here: reading the two lists beside this module, and telling an ordinary word. Keep out: what follows from a word
being ordinary (lint.py for aliases, transforms/unknown_names.py for names in text).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent
_MIN_STEM = 3


@cache
def word_ranks() -> dict[str, int]:
    """Return the commonest English words, lower-case, with their rank from 0: the smaller the commoner."""
    return {word: rank for rank, word in enumerate(_lines("english_words.txt"))}


@cache
def place_words() -> frozenset[str]:
    """Return places, peoples, languages, days and months, lower-case. A place is nothing that this catalogue lists."""
    return frozenset(_lines("place_words.txt"))


def is_common_word(word: str, max_rank: int | None = None) -> bool:
    """Tell whether `word`, lower-case, is a common English word or a plain inflection of one (`tokenized`, `evals'`).

    max_rank: look among so many of the commonest words only; all of the list without it.
    """
    ranks = word_ranks()
    limit = len(ranks) if max_rank is None else max_rank
    return any(ranks.get(stem, limit) < limit for stem in _stems(word))


def _stems(word: str) -> list[str]:
    """Return `word` and what it may be an inflection of."""
    stems = [word]
    for ending, replacements in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
            base = word[: -len(ending)]
            stems.extend(base + replacement for replacement in replacements)
            if len(base) > _MIN_STEM and base[-1] == base[-2]:
                stems.append(base[:-1])
    return stems


_ENDINGS = (
    ("'s", ("",)),
    ("'", ("",)),
    ("ies", ("y",)),
    ("es", ("", "e")),
    ("s", ("",)),
    ("ed", ("", "e")),
    ("ing", ("", "e")),
    ("er", ("", "e")),
    ("ers", ("", "e")),
    ("ly", ("",)),
)


def _lines(file: str) -> list[str]:
    text = (_FOLDER / file).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
