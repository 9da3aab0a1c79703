"""Whether words fit the times beside them as speech does: what tells captions from lists, logs and tables."""

from __future__ import annotations

import re

LATEST_START_S = 900
"""A recording, or what is left of it, begins about here; the times of a log are those of a day."""

WORDS_PER_S = 2.5
"""People say two to four words a second."""

# Pauses and music make it fewer, lists of chapters far fewer, tables of anything else far fewer or more.
_LEAST_WORDS_PER_S, _MOST_WORDS_PER_S = 0.8, 8.0
# What is said is letters: records, logs and tables are not.
_LEAST_LETTERS = 0.85
_LETTER = re.compile(r"[^\W\d_]")
_NO_SPACE = re.compile(r"\S")


def is_pace_of_speech(words_per_s: float) -> bool:
    """Tell whether people speak at such a pace, in the middle of all captions of an episode."""
    return _LEAST_WORDS_PER_S <= words_per_s <= _MOST_WORDS_PER_S


def is_written(text: str) -> bool:
    """Tell whether nearly all of a text that is not white space is letters."""
    return len(_LETTER.findall(text)) >= _LEAST_LETTERS * len(_NO_SPACE.findall(text))
