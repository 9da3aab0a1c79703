"""Which sentences hold one of the words without which an expression cannot match: one scan before many expressions.

Belongs here: the scan. Keep out: the words, which stand beside the expressions that they are taken from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain

import numpy as np
from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from orchestration.transforms.letters import Bools
from orchestration.transforms.speech_sentences import Sentences


class Literals:
    """An automaton over groups of words, in lower case and of ASCII."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        """Take the words of each group."""
        self._groups = tuple(groups)
        words = {word: number for number, word in enumerate(dict.fromkeys(chain.from_iterable(groups.values())))}
        self._is_of = np.array([[word in groups[group] for word in words] for group in self._groups], np.bool_)
        self._automaton = BytesAhoCorasick(
            [word.encode() for word in words], matchkind=MatchKind.Standard, implementation=Implementation.DFA
        )

    def sentences(self, speech: Sentences) -> dict[str, Bools]:
        """Tell for each group which sentences may hold one of its words, in any letter case."""
        found = self._automaton.find_matches_as_indexes(speech.letters.folded, overlapping=True)
        flat = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found)).reshape(-1, 3)
        beyond = speech.letters.beyond_ascii()
        odd = speech.at(beyond[speech.letters.are_in(beyond, _like_ascii())])
        sentence = speech.at(flat[:, 2] - 1)
        holding = {}
        for number, group in enumerate(self._groups):
            holds = np.zeros(len(speech), np.bool_)
            holds[sentence[self._is_of[number][flat[:, 0]]]] = True
            holds[odd] = True
            holding[group] = holds
        return holding


@cache
def _like_ascii() -> str:
    """Return the characters that an expression, without regard to case, may take for one of ASCII.

    They are the dotless i, and those whose folded form holds one, such as the long s, the sign for Kelvin, ligatures.
    """
    characters = map(chr, range(0x80, 0x10000))
    return "ı" + "".join(character for character in characters if min(character.casefold()) < "\x80")
