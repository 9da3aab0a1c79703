"""What the text around a name says about it: sentence, capitals, neighbours. For many places of a text at once.

Belongs here: reading the words next to a name. Keep out: what follows from it (mention_rules.py, episode_reader.py).
"""

from __future__ import annotations

import re

import numpy as np

from orchestration.transforms.letters import ALNUM, SPACE, UPPER, Bools, Ints, Letters, goes_on, straighten

# A heading is told from a sentence by the share of its longer words that are capitalised.
_HEADING_WORDS = 4
_HEADING_SHARE = 0.8
_MIN_HEADING_WORD = 4
_MIN_TITLE_WORDS = 3
_HEADING_CHARACTERS = 60
# The marks after which a sentence starts, and what may stand between such a mark and the sentence.
_SENTENCE_ENDS = ".?!…:;\n|•*>"
_OPENING = "\"'“‘([*-”’)]»"
_MAX_OPENING = 12
_MAX_WORD = 40
_ADJACENT_CAPITAL = re.compile(r" ([^\W\d_]{2,})")
# Capitalised words that follow a name without being a part of it.
_NO_SURNAME = frozenset(
    ("and", "but", "for", "from", "how", "is", "or", "so", "the", "to", "was", "what", "who", "why", "with")
)
_LIST_JOINT = re.compile(
    r"\s*(?:,\s*(?:and|or|like|but|und)?|/|&|\band\b|\bor\b|\bversus\b|\bvs\b\.?)\s*", re.IGNORECASE
)
MAX_LIST_JOINT = 12


def starts_sentence(letters: Letters, at: Ints) -> Bools:
    """Tell for each position whether a sentence starts there, or something that is set off like one."""
    result = np.zeros(len(at), np.bool_)
    active = np.arange(len(at))
    for back in range(1, _MAX_OPENING + 1):
        before = at[active] - back
        is_end = letters.are_in(before, _SENTENCE_ENDS)
        result[active[is_end]] = True
        goes_on = ~is_end & (letters.are_in(before, _OPENING) | letters.are(before, SPACE))
        active = active[goes_on]
    return result


def _previous_word(letters: Letters, end: Ints) -> Ints:
    """Return where the word that ends at each position begins; the position itself where none does."""
    begin = end.copy()
    active = np.arange(len(end))
    reach = end.copy()
    for _ in range(_MAX_WORD):
        reach[active] -= 1
        is_letter = letters.are(reach[active], ALNUM)
        begin[active[is_letter]] = reach[active[is_letter]]
        active = active[is_letter | letters.are_in(reach[active], "_'’")]
    return begin


def is_part_of_longer_name(letters: Letters, start: Ints, end: Ints, is_heading: Bools) -> Bools:
    """Tell for each place whether a capitalised word is joined to the name there: `Jack Ray`, `Ray-Ban`."""
    result = letters.are_in(end, "-") & letters.are(end + 1, UPPER)
    open_ = np.flatnonzero(~result & ~is_heading & letters.are_in(start - 1, " -"))
    word_end = start[open_] - 1
    word = _previous_word(letters, word_end)
    is_word = letters.are(word, UPPER) & (word_end - word > 1)
    # `I'm`, `I'd`: a capital that says nothing.
    is_word &= ~(letters.are_in(word, "I") & letters.are_in(word + 1, "'’"))
    open_, word = open_[is_word], word[is_word]
    result[open_] = ~starts_sentence(letters, word)
    return result


def is_in_title_case(letters: Letters, start: Ints, end: Ints, low: Ints, high: Ints) -> Bools:
    """Tell for each [start, end) whether the words around it are capitalised as in a heading.

    low, high: the unit that each place lies in.
    """
    reach = np.arange(_HEADING_CHARACTERS, dtype=np.int8)
    word_count, capital_count = np.zeros((2, len(start)), np.int64)
    for first, is_before in ((start - _HEADING_CHARACTERS, True), (end, False)):
        kinds, is_joint = letters.windows(first, _HEADING_CHARACTERS, "'.-")
        # Small numbers, since there are very many of them.
        from_, to = (np.clip(edge - first, 0, _HEADING_CHARACTERS).astype(np.int8) for edge in (low, high))
        is_within = (reach >= from_[:, None]) & (reach < to[:, None])
        is_letter = ((kinds & ALNUM) != 0) & is_within
        is_inside = goes_on(is_letter, is_joint)
        starts_word = is_letter & ~is_inside
        number = np.cumsum(starts_word, axis=1, dtype=np.int8)
        is_near = number > number[:, -1:] - _HEADING_WORDS if is_before else number <= _HEADING_WORDS
        counts = starts_word & is_near
        for further in range(1, _MIN_HEADING_WORD):
            counts[:, :-further] &= is_inside[:, further:]
            counts[:, -further:] = False
        word_count += np.count_nonzero(counts, axis=1)
        capital_count += np.count_nonzero(counts & ((kinds & UPPER) != 0), axis=1)
    return (word_count >= _MIN_TITLE_WORDS) & (capital_count >= _HEADING_SHARE * word_count)


def is_followed_by_surname(letters: Letters, end: Ints) -> Bools:
    """Tell for each position whether a capitalised word follows as the surname would."""
    result = letters.are_in(end, " ") & letters.are(end + 1, UPPER)
    for number in np.flatnonzero(result):
        at = int(end[number])
        after = _ADJACENT_CAPITAL.match(straighten(letters.text[at : at + _MAX_WORD]))
        word = after.group(1) if after else ""
        result[number] = bool(word) and not word.isupper() and word.lower() not in _NO_SURNAME
    return result


def is_list_joint(letters: Letters, start: int, end: int) -> bool:
    """Tell whether [start, end) joins two names of a list: a comma, `and`, a slash."""
    return 0 < end - start <= MAX_LIST_JOINT and bool(_LIST_JOINT.fullmatch(letters.text, start, end))


class Places:
    """Places of a text with the unit that each lies in, and what the text says about them, worked out on demand."""

    def __init__(self, letters: Letters, start: Ints, end: Ints, low: Ints, high: Ints, is_heading: Bools) -> None:
        """Take [start, end) of each place and [low, high) of its unit; is_heading: its capitals mean nothing."""
        self.letters = letters
        self.start, self.end, self.low, self.high, self.is_heading = start, end, low, high, is_heading

    def take(self, which: Bools | Ints) -> Places:
        """Return some of the places."""
        start, end, low, high = (column[which] for column in (self.start, self.end, self.low, self.high))
        return Places(self.letters, start, end, low, high, self.is_heading[which])

    def are_part_of_longer_name(self) -> Bools:
        """Tell for each whether a capitalised word is joined to it."""
        return is_part_of_longer_name(self.letters, self.start, self.end, self.is_heading)

    def are_followed_by_surname(self) -> Bools:
        """Tell for each whether a capitalised word follows it, and no heading is why."""
        result = is_followed_by_surname(self.letters, self.end)
        return self._unless_in_title_case(result)

    def are_mid_sentence_names(self) -> Bools:
        """Tell for each whether the capital at its start can only be that of a name which is all of the place."""
        result = ~self.is_heading & self.letters.are(self.start, UPPER)
        open_ = np.flatnonzero(result)
        result[open_] = ~starts_sentence(self.letters, self.start[open_])
        open_ = np.flatnonzero(result)
        result[open_] = ~self.take(open_).are_part_of_longer_name()
        return self._unless_in_title_case(result)

    def _unless_in_title_case(self, result: Bools) -> Bools:
        result &= ~self.is_heading
        asked = np.flatnonzero(result)
        columns = (column[asked] for column in (self.start, self.end, self.low, self.high))
        result[asked] = ~is_in_title_case(self.letters, *columns)
        return result
