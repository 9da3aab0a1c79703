"""Telling a heading from a sentence."""

from __future__ import annotations

import re

MOST_TITLE_CHARS = 150
_SENTENCE_BREAK = re.compile(r"[^\W\d_]{2,}[.?!…][\"”]?(?:[A-Z][a-z]|\s+[A-Z])")
_SMALL_WORD = re.compile(r"from|into|like|onto|over|than|that|upon|versus|what|when|with|your")
_QUESTION_CHARS = 100
_FILLER = re.compile(
    r"ah|and|but|exactly|hey|i|i'm|it's|mm-hmm|no|oh|okay|or|right|so|sure|thanks?|that's|uh|uh-huh|um|well|yeah|yep|yes"
    r"|you",
    re.IGNORECASE,
)


def is_title(text: str) -> bool:
    """Tell whether `text` is written like a heading: two words or more, those that count capitalised, no sentence."""
    words = text.split()
    if not 2 <= len(words) <= 20 or len(text) > MOST_TITLE_CHARS or text[-1] in ".,!;:…-" or text[0].islower():
        return False
    if _FILLER.fullmatch(words[0].strip("\"“”‘’',")) or _SENTENCE_BREAK.search(text.replace("vs. ", "vs ")):
        return False
    capitalised = 0
    for word in words:
        bare = word.strip("\"“”‘’'()[],:;?!&+/-–—")
        if not bare:
            continue
        is_capital = not bare.islower() or any(letter.isdecimal() for letter in bare)
        capitalised += is_capital
        if not is_capital and len(bare) >= 4 and not _SMALL_WORD.fullmatch(bare):
            return False
    return capitalised >= 2 and capitalised * 2 >= len(words)


def is_title_line(line: str) -> bool:
    """Tell whether the first line of a page can be its title: short, and no full sentence unless it asks."""
    if not line or len(line) > MOST_TITLE_CHARS:
        return False
    is_question = line.endswith(("?", "!")) and not re.search(r"[.?!]\s", line) and len(line) <= _QUESTION_CHARS
    return is_question or line[-1].isalnum() or line[-1] in "\"”’')"
