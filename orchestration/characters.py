"""Text of strangers: without the characters that harm whoever shows it, and taken apart in linear time."""

from __future__ import annotations

import re
import unicodedata

# Commands to terminals (ESC, CSI, a carriage return that overwrites the line), NUL, marks that turn the order of
# letters around, line ends of other alphabets, and halves of surrogate pairs, which cannot be written at all.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PIECE_CHARACTERS = 500


def harmless(text: str) -> str:
    """Return `text` for a terminal, a log or a chat: what could command or mislead is replaced, one for one.

    Tabs and line feeds stay, and so do the joiners that some languages are written with.
    """
    # What Python calls printable has none of them, and most text is: one quick look instead of a search.
    return text if text.isprintable() else _HARMFUL.sub("\ufffd", text)


def storable(text: str) -> str:
    """Return `text` with surrogate pairs joined and lone halves, which cannot be written anywhere, replaced.

    YAML's `"\\ud83d\\ude00"` gives such halves.
    """
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def decompose(text: str) -> str:
    """Return the compatibility decomposition (NFKD) of `text`, for callers that drop the combining marks.

    Marks are put in order within pieces alone: sorting a run of them takes the square of its length, and a hostile
    text is one run of millions.
    """
    if len(text) <= _PIECE_CHARACTERS:
        return unicodedata.normalize("NFKD", text)
    pieces = range(0, len(text), _PIECE_CHARACTERS)
    return "".join(unicodedata.normalize("NFKD", text[start : start + _PIECE_CHARACTERS]) for start in pieces)
