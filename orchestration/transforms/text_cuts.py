"""Pieces of a text as a column, without a Python string for each.

Belongs here: the way from places in a text to a column of strings. Keep out: which places.

A column of strings is, in Arrow's variadic string view layout, sixteen bytes for each row: the length, and either the
string itself where it has at most twelve bytes, or its first four bytes, a buffer and the place in it. That is what is
made here, over one buffer that holds the text (https://arrow.apache.org/docs/format/Columnar.html).
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from orchestration.transforms.letters import Ints, Letters

_VIEW = 16
_INLINE = 12
_PREFIX = 4


class TextCuts:
    """Cuts pieces out of a text."""

    def __init__(self, letters: Letters) -> None:
        """Encode the text once."""
        self._utf8 = letters.text.encode()
        self._bytes = np.frombuffer(self._utf8 + bytes(_INLINE), np.uint8)
        self._wide, self._extra = _wide_characters(letters)

    def cut(self, start: Ints, end: Ints) -> pl.Series:
        """Return the text of each [start, end), in code points, as a column of strings."""
        first = self._byte(start)
        length = self._byte(end) - first
        views = np.zeros((len(start), _VIEW), np.uint8)
        views[:, :4] = _four_bytes(length)
        steps = np.arange(_INLINE)
        views[:, 4:] = np.where(steps < length[:, None], self._bytes[first[:, None] + steps], 0)
        is_long = length > _INLINE
        views[is_long, 4 + _PREFIX : _INLINE] = 0
        views[is_long, _INLINE:] = _four_bytes(first[is_long])
        buffers = [None, pa.py_buffer(views), pa.py_buffer(self._utf8)]
        column = pl.from_arrow(pa.Array.from_buffers(pa.string_view(), len(start), buffers))
        assert isinstance(column, pl.Series)
        return column

    def _byte(self, at: Ints) -> Ints:
        return at + self._extra[np.searchsorted(self._wide, at)]


def _four_bytes(numbers: Ints) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return numbers.astype("<u4")[:, None].view(np.uint8)


def _wide_characters(letters: Letters) -> tuple[Ints, Ints]:
    """Return where characters stand that need more than one byte, and how many more all before each need, and all."""
    wide = letters.beyond_ascii()
    points = letters.points(wide)
    more = 1 + (points >= 0x800)
    # One code point stands for all beyond the basic plane, and for itself.
    for number in np.flatnonzero(points == letters.BEYOND_PLANE).tolist():
        more[number] = len(letters.text[int(wide[number])].encode()) - 1
    return wide, np.concatenate(([0], np.cumsum(more)))
