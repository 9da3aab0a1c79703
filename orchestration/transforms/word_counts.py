"""How many words very many stretches of a text have: what `count_words` tells of each, without a search in each."""

from __future__ import annotations

import numpy as np

from orchestration.formats.display import count_words
from orchestration.transforms.letters import ALNUM, Ints, Letters

# What joins the parts of one word.
_JOINTS = "'’.-"
# Sounds in brackets are no words.
_BRACKETS = "(["


def word_counts(letters: Letters, start: Ints, end: Ints) -> Ints:
    """Return the number of words of each of the stretches, which are apart, in order, and begin and end between words.

    The text has no words outside of them.
    """
    counts: Ints = np.diff(np.searchsorted(_word_starts(letters), np.append(start, letters.length)))
    # Letters beyond the basic plane are not told from emoji at once.
    beyond = letters.beyond_ascii()
    beyond = beyond[letters.points(beyond) == letters.BEYOND_PLANE]
    odd = np.union1d(letters.places_of(_BRACKETS), beyond)
    for number in np.unique(np.searchsorted(start, odd, "right") - 1).tolist():
        counts[number] = count_words(letters.text[start[number] : end[number]])
    return counts


def _word_starts(letters: Letters) -> Ints:
    """Return where words begin."""
    is_inside = letters.everywhere(ALNUM)
    joints = letters.places_of(_JOINTS)
    joints = joints[letters.are(joints - 1, ALNUM) & letters.are(joints + 1, ALNUM)]
    is_inside[joints] = True
    return np.flatnonzero(is_inside & ~np.append(False, is_inside[:-1]))
