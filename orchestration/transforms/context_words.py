"""Which of the words that the catalogue gives with an alias stand near it: those that speak for it, and those against.

Belongs here: context words. Keep out: what their verdict leads to (episode_reader.py).

The stretches before and after the names that have context words are put one after the other, and all context words are
looked for in them at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from orchestration.catalog.catalog import Alias
from orchestration.transforms.letters import Bools, Ints, Letters, fold, goes_on, one_byte_form

# A context word counts within so many words, and so many characters, of the name.
CONTEXT_WORDS = 8
_CONTEXT_CHARACTERS = 90
_IS_WORD = np.array([chr(byte).isalnum() or byte >= 128 for byte in range(256)])
_IS_JOINT = np.isin(np.arange(256), [ord(character) for character in "'.-"])
FOR, AGAINST = 1, -1


class ContextWords:
    """The context words of a list of aliases."""

    def __init__(self, aliases: Sequence[Alias]) -> None:
        """Index the words. An alias is known by its place in the list."""
        numbers: dict[str, int] = {}
        keys: list[tuple[int, int]] = []
        for sign in (FOR, AGAINST):
            for number, alias in enumerate(aliases):
                words = alias.context if sign == FOR else alias.not_context
                keys += [(sign * (number + 1), numbers.setdefault(fold(word), len(numbers))) for word in words]
        numbers.pop("", None)
        self._width = max(1, len(numbers) + 1)
        self._keys = np.unique(np.array([sign * self._width + word for sign, word in keys], np.int64))
        self._words = np.array(list(numbers.values()), np.int64)
        self._automaton = BytesAhoCorasick(
            [one_byte_form(word) for word in numbers],
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
        )

    def verdicts(self, letters: Letters, start: Ints, end: Ints, low: Ints, high: Ints, alias: Ints) -> Ints:
        """Return for each alias at [start, end): FOR or AGAINST where such a word is near, AGAINST first, else 0.

        low, high: the unit that the place lies in.
        """
        stretches: list[bytes] = []
        for s, e, from_, to in zip(start.tolist(), end.tolist(), low.tolist(), high.tolist(), strict=True):
            stretches.append(letters.folded[max(from_, s - _CONTEXT_CHARACTERS) : s])
            stretches.append(letters.folded[e : min(to, e + _CONTEXT_CHARACTERS)])
        owner, word = self._near(stretches)
        sign = np.zeros(len(start), np.int64)
        for value in (FOR, AGAINST):
            speaks = np.isin(value * (alias[owner] + 1) * self._width + word, self._keys)
            sign[owner[speaks]] = value
        return sign

    def _near(self, stretches: list[bytes]) -> tuple[Ints, Ints]:
        """Return the pairs of place and context word near it. Stretches alternate: before a place, after it."""
        joined = b"\n".join(stretches) + b"\n"
        found = self._automaton.find_matches_as_indexes(joined, overlapping=True)
        flat = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found)).reshape(-1, 3)
        lengths = np.array([len(stretch) + 1 for stretch in stretches], np.int64)
        ends = np.cumsum(lengths)
        bytes_ = np.frombuffer(joined, np.uint8)
        is_word = _IS_WORD[bytes_]
        is_inside = goes_on(is_word, _IS_JOINT[bytes_])
        starts_word = is_word & ~is_inside
        word_count = np.concatenate(([0], np.cumsum(starts_word)))
        word, from_, to = flat[:, 0], flat[:, 1], flat[:, 2]
        keep = ~is_inside[from_] & (_ends(is_inside, to) | ((bytes_[to] == ord("s")) & _ends(is_inside, to + 1)))
        word, from_, to = word[keep], from_[keep], to[keep]
        stretch = np.searchsorted(ends, from_, "right")
        is_before = stretch % 2 == 0
        begin = ends[stretch] - lengths[stretch]
        distance = np.where(
            is_before, word_count[ends[stretch]] - word_count[from_], word_count[to] - word_count[begin]
        )
        keep = distance <= CONTEXT_WORDS
        return stretch[keep] // 2, self._words[word[keep]]


def _ends(is_inside: Bools, at: Ints) -> Bools:
    """Tell for each position whether no word goes on there."""
    inside = np.minimum(at, len(is_inside) - 1)
    return ~is_inside[inside]
