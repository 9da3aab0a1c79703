"""How a name sounds, roughly: a key that names share which a recogniser takes for each other.

In the manner of Metaphone (L. Philips, Hanging on the Metaphone, 1990), and coarser, since a recogniser hears no
difference where a typist does: voiced and voiceless consonants are one (`MatX`, `Madx`), vowels count at the start
only, as one sound (`Elad`, `Alad`). It is written here and not taken from a library: those keep apart what has to fall
together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from orchestration.transforms.letters import fold

_NO_LETTER = re.compile(r"[^a-z0-9]+")
_NO_LETTER_IN_LINES = re.compile(r"[^a-z0-9\n]+")
# In this order: clusters that are written with more letters than they have sounds.
_CLUSTERS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), replacement)
    for pattern, replacement in (
        (r"^(?:kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^ps", "s"),
        (r"^x", "s"),
        (r"ph", "f"),
        (r"(?<=[aeiou])gh", ""),
        (r"gh", "g"),
        (r"ck", "k"),
        (r"tch|ch|sh|sch", "j"),
        (r"ti(?=o)|ci(?=o|a)", "j"),
        (r"dg(?=[eiy])", "j"),
        (r"c(?=[eiy])", "s"),
        (r"qu", "kw"),
        (r"x", "ks"),
        (r"mb$", "m"),
    )
)
_SOUNDS = str.maketrans("cqgdbvzy", "kkktpfsa")
_VOWELS = re.compile(r"[aeiouhw]+")
_INNER_VOWEL = re.compile(r"(?<=.)a")
_DOUBLE = re.compile(r"(.)\1+")


@lru_cache(maxsize=200_000)
def sound_key(name: str) -> str:
    """Return the key of `name`: the consonants that are heard, and `a` for a vowel at the start. Digits stay."""
    letters = _NO_LETTER.sub("", fold(name))
    for pattern, replacement in _CLUSTERS:
        letters = pattern.sub(replacement, letters)
    letters = _VOWELS.sub("a", letters.translate(_SOUNDS))
    return _DOUBLE.sub(r"\1", letters[:1] + letters[1:].replace("a", ""))


def sound_keys(names: Sequence[str]) -> list[str]:
    """Return the key of each of many names, none of which holds a line end."""
    if not names:
        return []
    letters = _NO_LETTER_IN_LINES.sub("", fold("\n".join(names)))
    for pattern, replacement in _CLUSTERS:
        letters = pattern.sub(replacement, letters)
    letters = _VOWELS.sub("a", letters.translate(_SOUNDS))
    return _DOUBLE.sub(r"\1", _INNER_VOWEL.sub("", letters)).split("\n")


def near_keys(key: str) -> set[str]:
    """Return `key` and what is left of it without one sound: two keys one sound apart share one of these."""
    return {key, *(key[:place] + key[place + 1 :] for place in range(len(key)))}
