"""Where a name may begin and end in a text.

Belongs here: the edges of words, for many places at once. Keep out: what the name is.
"""

from __future__ import annotations

import re

import numpy as np

from orchestration.transforms.letters import ALNUM, DIGIT, LOWER, UPPER, Bools, Ints, Letters

_TIME_AFTER = re.compile(r"\d{1,2}:\d\d")
_TIME_BEFORE = re.compile(r"\d:\d\d\Z")
_ADDRESS_BEFORE = re.compile(r"://|\w\.\w\w+/|@")
# `large-scale AI` is not Scale AI, and `on-palantir` is the end of an address; but `non-openai` is OpenAI all the same.
_COMPOUND_BEFORE = re.compile(r"(?<![a-z])(?!(?:non|anti|ex|cross|multi|inter|mid)-)[a-z\d]+-\Z")
_MAX_COMPOUND = 20
# How far back an address can begin whose path holds a name.
_MAX_ADDRESS = 200


def starts_name(letters: Letters, start: Ints, may_be_glued: Bools) -> Bools:
    """Tell for each position whether a name may begin there.

    Not inside a word, however its letters are written (`JavaScript`, `CreateNewBlock`), nor inside an address
    (`openai.com`, `x.com/OpenAI`), a handle or a compound (`large-scale AI`). A time mark glued to it
    is a boundary (`03:18Amp`); a change from lower to upper case only where `may_be_glued`, in page texts that lost
    their line ends (`Ada NortonLinkedIn`).
    """
    before = start - 1
    is_word = letters.are(before, ALNUM)
    result = ~is_word & ~letters.are_in(before, "@_#")
    result |= may_be_glued & letters.are(before, LOWER) & letters.are(start, UPPER)
    for number in np.flatnonzero(letters.are_in(before, "-") & letters.are(start, LOWER)):
        at = int(start[number])
        result[number] = not _COMPOUND_BEFORE.search(letters.text, max(0, at - _MAX_COMPOUND), at)
    after_dot = np.flatnonzero(letters.are_in(before, "."))
    if len(after_dot):
        name = start[after_dot]
        result[after_dot] = ~letters.are(name - 2, ALNUM) | letters.are(name, UPPER)
    for number in np.flatnonzero(is_word & letters.are(before, DIGIT) & letters.are_in(start - 3, ":")):
        at = int(start[number])
        result[number] = bool(_TIME_BEFORE.search(letters.text, max(0, at - 4), at))
    for number in np.flatnonzero(letters.are_in(before, "/=?&")):
        result[number] = not _is_in_address(letters.text, int(start[number]))
    return result


def _is_in_address(text: str, start: int) -> bool:
    token_start = max(text.rfind(" ", 0, start), text.rfind("\n", 0, start), start - _MAX_ADDRESS) + 1
    return bool(_ADDRESS_BEFORE.search(text, token_start, start))


def ends_name(letters: Letters, end: Ints, is_plural_ok: Bools, may_be_glued: Bools) -> Bools:
    """Tell for each position whether a name may end there; where `is_plural_ok`, a plural s may follow.

    may_be_glued: as in `starts_name` (`YouTubeFind us`).
    """
    result = _ends_word(letters, end)
    result |= may_be_glued & letters.are(end - 1, LOWER) & letters.are(end, UPPER)
    plural = np.flatnonzero(is_plural_ok & letters.are_in(end, "s"))
    result[plural] = _ends_word(letters, end[plural] + 1)
    for number in np.flatnonzero(letters.are(end, DIGIT)):
        result[number] = bool(_TIME_AFTER.match(letters.text, int(end[number])))
    return result


def _ends_word(letters: Letters, end: Ints) -> Bools:
    is_file_or_address = letters.are_in(end, ".") & letters.are(end + 1, LOWER | DIGIT)
    return ~letters.are(end, ALNUM) & ~letters.are_in(end, "_@") & ~is_file_or_address
