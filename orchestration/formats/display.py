"""The display form of raw text, and the way back from any character of it.

The raw text is never altered. The display form is what people read and what names are matched in: white space runs are
one space, character references (`&amp;`) are their characters, invisible characters are gone, and a sentence glued to
the next (`Yeah.We did`) gets its space back. Letters, digits and punctuation are never changed.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

# A sentence end glued to the next sentence: two lower-case letters, a digit or a bracket before it, and a capitalised
# word, a lone capital or an opening quote after it. `Character.AI`, `Node.js`, `U.S.` and `3.5` stay as they are.
_GLUE = re.compile(
    r"(?<=[a-z]{2}[.?!…])(?=[\"“‘]?[A-Z](?:[a-z]|[\s'’,]))"
    r"|(?<=[\])\"”][.?!…])(?=[\"“‘]?[A-Z](?:[a-z]|[\s'’,]))"
    r"|(?<=[a-z]{2}[.?!…][\"”)])(?=[\"“‘]?[A-Z](?:[a-z]|[\s'’,]))"
)
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
# A plain space between two words needs no repair, and most spaces of a text are such; those at its ends do, and those
# beside what may vanish.
_SPACE = (
    rf"[^\S ][\s{_INVISIBLE}]*|[{_INVISIBLE}][\s{_INVISIBLE}]*| [\s{_INVISIBLE}]+"
    r"|\A | (?=\Z|[&\x00-\x1f\x7f-\x9f])|(?<=[;\x00-\x1f\x7f-\x9f]) "
)
_REPAIR = re.compile(
    rf"(?P<space>{_SPACE})|(?P<entity>&(?:#\d{{1,7}}|#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});)"
    rf"|(?P<control>[\x00-\x08\x0e-\x1f\x7f-\x9f]+)|(?P<glue>{_GLUE.pattern})"
)
# What `display` would change. Most text is tidy already, and to find that out takes a tenth of the time, and no memory.
_UNTIDY = re.compile(rf"[^\S ]|\ \ |[&{_INVISIBLE}\x00-\x1f\x7f-\x9f]|{_GLUE.pattern}")
# A superset of what is glued, which is found out much faster.
_MAY_BE_GLUED = re.compile(r"[.?!…][\"”)]?[\"“‘]?[A-Z]")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*$|\S*[/@]\S*$")

# Sounds that recognisers put in brackets, which Markdown escapes. They are no words.
SOUND = re.compile(
    r"\\?[(\[](?:[\w' -]{0,30}\b)?(?:laugh(?:s|ing|ter)?|chuckl(?:es|ing)|music|applause|clap(?:s|ping)?|indistinct|"
    r"inaudible|crosstalk|silence|cough(?:s|ing)?|sigh(?:s|ing)?|gasp(?:s|ing)?|beep(?:s|ing)?|sneez(?:es|ing)|"
    r"bell|jingle|noise|blank_audio|cheer(?:s|ing)|singing|speaking [\w ]{0,20}|foreign)[\w' -]{0,20}\\?[)\]]",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
# From so many characters on, words are counted by whole arrays.
_LONG_TEXT = 200
_LETTER, _JOINT = 1, 2


@dataclass(frozen=True, slots=True)
class Display:
    """A display text and, for the pieces it is made of, where each begins in the display and in the raw text."""

    text: str
    _display_starts: tuple[int, ...]
    _raw_starts: tuple[int, ...]
    _is_verbatim: tuple[bool, ...]

    def raw_offset(self, position: int) -> int:
        """Return the raw offset of the display character at `position` (0-based)."""
        piece = bisect_right(self._display_starts, position) - 1
        inside = position - self._display_starts[piece] if self._is_verbatim[piece] else 0
        return self._raw_starts[piece] + inside

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open raw range of the display range [start, end), which must hold a character at least."""
        piece = bisect_right(self._display_starts, end - 1) - 1
        if self._is_verbatim[piece]:
            raw_end = self._raw_starts[piece] + (end - self._display_starts[piece])
        else:
            raw_end = self._raw_starts[piece + 1]
        return self.raw_offset(start), raw_end


def display(raw: str) -> Display:
    """Return the display form of `raw`, without white space at its ends."""
    pieces: list[str] = []
    display_starts: list[int] = []
    raw_starts: list[int] = []
    verbatim: list[bool] = []
    length = 0

    def add(text: str, raw_start: int, is_verbatim: bool) -> None:
        nonlocal length
        pieces.append(text)
        display_starts.append(length)
        raw_starts.append(raw_start)
        verbatim.append(is_verbatim)
        length += len(text)

    def ends_in_space() -> bool:
        return not pieces or pieces[-1].endswith(" ")

    done = 0
    for found in _REPAIR.finditer(raw):
        start, end = found.span()
        if found.lastgroup == "glue" and _ADDRESS.search(raw, max(done, start - 200), start):
            continue
        if start > done:
            add(raw[done:start], done, True)
        done = end
        if found.lastgroup == "entity":
            character = html.unescape(found.group())
            if character == found.group():
                add(character, start, True)
            elif not character.isspace():
                add(character, start, False)
            elif not ends_in_space():
                add(" ", start, False)
        elif found.lastgroup == "glue" or (
            found.lastgroup == "space" and not ends_in_space() and any(c not in _INVISIBLE for c in found.group())
        ):
            add(" ", start, False)
    if done < len(raw):
        add(raw[done:], done, True)
    while pieces and pieces[-1] == " ":
        pieces.pop()
        display_starts.pop()
        raw_end = raw_starts.pop()
        verbatim.pop()
        done = raw_end
    text = "".join(pieces)
    # A last entry marks the end, so that the end of a piece that is not verbatim can be told.
    return Display(
        text,
        (*display_starts, len(text)),
        (*raw_starts, done if pieces and not verbatim[-1] else len(raw)),
        (*verbatim, True),
    )


def tidy(raw: str) -> str:
    """Return the display form of `raw` as a plain string."""
    # White space other than a plain space, control characters and invisible ones do not count as printable.
    if raw.isprintable() and "  " not in raw and "&" not in raw and not _MAY_BE_GLUED.search(raw):
        return raw.strip(" ")
    return display(raw).text if _UNTIDY.search(raw) else raw.strip(" ")


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """Return for each character of the basic plane whether it is a letter or digit, or a mark that joins two."""
    kinds = np.array([chr(code).isalnum() for code in range(1 << 16)], np.uint8)
    kinds[[ord(mark) for mark in "'’.-"]] = _JOINT
    return kinds


def may_hold_sounds(text: str) -> bool:
    """Tell whether a text has what every sound in brackets begins with."""
    return "(" in text or "[" in text


def count_words(text: str) -> int:
    """Return the number of words spoken in a display text; sounds in brackets are none."""
    if may_hold_sounds(text):
        text = SOUND.sub(" ", text)
    if len(text) < _LONG_TEXT:
        return len(_WORD.findall(text))
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    known = _kinds()
    if codes.max() >= len(known):
        return len(_WORD.findall(text))
    # A word is one more than the marks between two letters of it; all others are those with no letter in front.
    kinds = known[codes]
    is_letter = kinds == _LETTER
    beginnings = int(is_letter[0]) + int(np.count_nonzero(is_letter[1:] & ~is_letter[:-1]))
    return beginnings - int(np.count_nonzero((kinds[1:-1] == _JOINT) & is_letter[:-2] & is_letter[2:]))
