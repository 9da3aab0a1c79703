"""The forms of a text that names are matched in, and what kind of character stands where.

Belongs here: folding, and tables over characters. Keep out: names, and what a boundary of a name is (boundaries.py).

Every form has exactly one element for each code point of the text, so that a place in one is the place in all of them
and nothing ever has to be translated back. For the automata a code point is one byte: ASCII as it is, any other
character one of the 128 bytes above, by its number. Two such characters may share a byte; the matcher therefore looks
again at the few names that hold one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

# One character for one, so that offsets stay: typographic quotes and hyphens as a keyboard writes them.
_STRAIGHT = {"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "\u00a0": " "}
_ACCENTED = re.compile(r"[À-ÖØ-öø-ž]")
# Characters beyond the basic plane (emoji, mathematical letters) are no part of any name: they share one entry.
_PLANE = 0x10000
_PIECE = 1 << 16

UPPER, LOWER, DIGIT, ALNUM, SPACE = 1, 2, 4, 8, 16


def straighten(text: str) -> str:
    """Return `text` with typographic quotes and hyphens replaced by plain ones, of the same length."""
    if text.isascii():
        return text
    for typographic, plain in _STRAIGHT.items():
        text = text.replace(typographic, plain)
    return text


def fold(text: str) -> str:
    """Return `text` straightened, in lower case and without accents, of the same length in code points."""
    if text.isascii():
        return text.lower()
    # The one letter whose lower-case form has two characters (Turkish dotted capital I) loses its dot before.
    return _ACCENTED.sub(_without_accent, straighten(text)).lower()


def _without_accent(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFD", found.group())[0]


class Letters:
    """A text in all its forms. It is taken to lie between line ends, which is what stands at -1 and at its length."""

    BEYOND_PLANE = _PLANE - 1

    def __init__(self, text: str) -> None:
        """Take the text: one, or many joined by line ends."""
        self.text = text
        self.length = len(text)
        self._margin = 0
        if text.isascii():
            self.written = text.encode()
            self.folded = self.written.lower()
            self._points: NDArray[np.uint8] | NDArray[np.uint16] = np.frombuffer(self.written + b"\n", np.uint8)
        else:
            self._points, self.folded, self.written = _forms(text)

    def points(self, at: Ints) -> Ints:
        """Return the code points at these positions; a line end for any position outside."""
        return self._points[np.clip(at, -1, self.length)].astype(np.int64)

    def kinds(self, at: Ints) -> Bytes:
        """Return what kind of character stands at these positions: UPPER, LOWER, DIGIT, ALNUM, SPACE, added up."""
        kinds = _tables()[2]
        return kinds[self._points[np.clip(at, -1, self.length)]]

    def windows(self, first: Ints, width: int, characters: str) -> tuple[Bytes, Bools]:
        """Return `kinds` and `are_in` of the `width` positions from each of `first` on, one row for each.

        A row may begin up to `width` before the text and up to its end.
        """
        if self._margin < width:
            margin = np.full(width, ord("\n"), self._points.dtype)
            self._margin, self._padded = width, np.concatenate((margin, self._points[:-1], margin))
        points = sliding_window_view(self._padded, width)[first + self._margin]
        return _tables()[2][points], self.mask(characters)[points]

    def are(self, at: Ints, kind: int) -> Bools:
        """Tell for each position whether a character of `kind` stands there."""
        return (self.kinds(at) & kind) != 0

    def everywhere(self, kind: int) -> Bools:
        """Tell for each position of the text whether a character of `kind` stands there."""
        return (_tables()[2][self._points[:-1]] & kind) != 0

    def are_in(self, at: Ints, characters: str) -> Bools:
        """Tell for each position whether one of `characters` stands there."""
        return self.mask(characters)[self._points[np.clip(at, -1, self.length)]]

    def beyond_ascii(self) -> Ints:
        """Return all positions where a character beyond ASCII stands, in order."""
        return np.flatnonzero(self._points[:-1] >= 128)

    def places_of(self, characters: str) -> Ints:
        """Return all positions where one of `characters` stands, in order."""
        points = self._points[:-1]
        is_there = np.zeros(len(points), np.bool_)
        # A comparison for each character is cheaper than a look into a table for each position.
        for character in characters:
            if ord(character) <= np.iinfo(points.dtype).max:
                is_there |= points == ord(character)
        return np.flatnonzero(is_there)

    @staticmethod
    @cache
    def mask(characters: str) -> Bools:
        """Return the table that is true for these characters."""
        table = np.zeros(_PLANE, np.bool_)
        table[[ord(character) for character in characters]] = True
        return table


def _forms(text: str) -> tuple[NDArray[np.uint16], bytes, bytes]:
    """Return the code points of a text and the line end after it, and its two forms.

    They are made piece by piece, so that what is needed on the way stays in the processor's cache. ASCII is made as a
    whole; only the characters beyond it, few in English, are looked up one by one.
    """
    folding, writing, _ = _tables()
    points = np.full(len(text) + 1, ord("\n"), np.uint16)
    folded: list[bytes] = []
    written: list[bytes] = []
    for start in range(0, len(text), _PIECE):
        wide = np.frombuffer(text[start : start + _PIECE].encode("utf-32-le", "surrogatepass"), np.uint32)
        piece = points[start : start + len(wide)]
        np.minimum(wide, _PLANE - 1, out=piece, casting="unsafe")
        narrow = piece.astype(np.uint8)
        beyond = np.flatnonzero(piece >= 128)
        lower = np.frombuffer(bytearray(narrow.tobytes().lower()), np.uint8)
        for form, table, parts in ((lower, folding, folded), (narrow, writing, written)):
            form[beyond] = table[piece[beyond]]
            parts.append(form.tobytes())
    return points, b"".join(folded), b"".join(written)


def one_byte_form(form: str) -> bytes:
    """Return a pattern, folded or straightened already, as the automata read it."""
    if form.isascii():
        return form.encode()
    return bytes(_byte(ord(character)) for character in form)


def _byte(point: int) -> int:
    return point if point < 128 else 128 + point % 128


@cache
def _tables() -> tuple[Bytes, Bytes, Bytes]:
    """Return, by code point: the byte of its folded form, the byte as it is written, its kind."""
    characters = [chr(point) for point in range(_PLANE)]
    lower = np.fromiter((ord(character.lower()[0]) for character in characters), np.int64, _PLANE)
    folding, writing = (np.where(p < 128, p, 128 + p % 128).astype(np.uint8) for p in (lower, np.arange(_PLANE)))
    for character in (*_ACCENTED.findall("".join(characters)), *_STRAIGHT):
        folding[ord(character)] = _byte(ord(fold(character)[0]))
        writing[ord(character)] = _byte(ord(straighten(character)))
    kinds = np.zeros(_PLANE, np.uint8)
    tests = {UPPER: str.isupper, LOWER: str.islower, DIGIT: str.isdigit, ALNUM: str.isalnum, SPACE: str.isspace}
    for kind, is_kind in tests.items():
        kinds += kind * np.fromiter(map(is_kind, characters), np.uint8, _PLANE)
    kinds[_PLANE - 1] = 0
    return folding, writing, kinds


def ragged(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Return for ranges of `count` numbers from `first` on: the number of the range, and all the numbers, in order."""
    owner = np.repeat(np.arange(len(count)), count)
    ends = np.cumsum(count)
    numbers = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - count, count) + np.repeat(first, count)
    return owner, numbers


def goes_on(is_letter: Bools, is_joint: Bools) -> Bools:
    """Tell for each character, along the last axis, whether the word before it goes on there.

    `node.js` and `co-pilot` are one word: a joint (`.`, `-`, `'`) between letters belongs to it.
    """
    result = np.zeros(is_letter.shape, np.bool_)
    result[..., 1:] = is_letter[..., :-1]
    result[..., 2:] |= is_joint[..., 1:-1] & is_letter[..., :-2]
    result &= is_letter
    result[..., 1:-1] |= is_joint[..., 1:-1] & is_letter[..., :-2] & is_letter[..., 2:]
    return result
