"""Where the words of a copy stand, all at once: what spoken_words.py tells of each word, without an object for each.

Belongs here: places and folded forms of very many words. Keep out: their times, and comparing two copies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from orchestration.formats.display import display
from orchestration.transforms.letters import Bools, Ints
from orchestration.transforms.spoken_words import fold_word

_APOSTROPHES = "'’"


@dataclass(frozen=True, slots=True)
class WordPlaces:
    """The words of a copy in order: of each the first character and the end, with punctuation, and its segment.

    segment: the row of its segment among those that were given, not its `segment_index`.
    """

    char_start: Ints
    char_end: Ints
    segment: Ints
    _shown: str
    _shown_start: Ints
    _shown_end: Ints

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.char_start)

    def words(self, start: int, end: int) -> list[str]:
        """Return the folded forms of the words from number `start` to `end`, exclusive."""
        ranges = zip(self._shown_start[start:end].tolist(), self._shown_end[start:end].tolist(), strict=True)
        return [fold_word(self._shown[first:last]) for first, last in ranges]


def word_places(segments: pl.DataFrame, texts: dict[str, str]) -> WordPlaces:
    """Return the words of a copy, the same ones as `words_of`.

    segments: those of the copy in order, `document_id, text, char_start, char_end`. texts: document texts by id.
    """
    columns = segments.select("document_id", "text", "char_start", "char_end")
    raws = [texts[document][start:end] for document, _, start, end in columns.iter_rows()]
    shown = {
        number: display(raw)
        for number, (raw, text) in enumerate(zip(raws, segments["text"], strict=True))
        if raw != text
    }
    for number, of_segment in shown.items():
        raws[number] = of_segment.text
    text = "\n".join(raws)
    lengths = np.fromiter(map(len, raws), np.int64, len(raws))
    segment_end = np.cumsum(lengths + 1) - 1
    segment_start = segment_end - lengths
    is_inside, space = _word_characters(text)
    edges = np.flatnonzero(np.diff(is_inside, prepend=False, append=False))
    start, end = edges[::2], edges[1::2]
    segment = np.searchsorted(segment_start, start, "right") - 1
    is_first = np.diff(segment, prepend=-1) > 0
    is_last = np.diff(segment, append=len(raws)) > 0
    # What stands between two words belongs to the first up to a space, to the second after one.
    spaces = np.concatenate(([-1], space, [len(text)]))
    last_space = spaces[np.searchsorted(spaces, start) - 1]
    floor = np.where(is_first, segment_start[segment], np.roll(end, 1))
    first = np.where(is_first, np.maximum(last_space + 1, floor), np.where(last_space >= floor, last_space + 1, start))
    next_space = spaces[np.searchsorted(spaces, end)]
    last = np.minimum(next_space, np.where(is_last, segment_end[segment], np.roll(start, -1)))
    shift = segments["char_start"].to_numpy()[segment] - segment_start[segment]
    char_start, char_end = first + shift, last + shift
    for number, of_segment in shown.items():
        begin = int(segment_start[number])
        for word in range(*np.searchsorted(segment, (number, number + 1)).tolist()):
            raw_span = of_segment.raw_span(int(first[word]) - begin, int(last[word]) - begin)
            offset = int(segments["char_start"][number])
            char_start[word], char_end[word] = raw_span[0] + offset, raw_span[1] + offset
    places = WordPlaces(char_start, char_end, segment, text, start, end)
    return places if text.isascii() else _without_empty(places)


def _word_characters(text: str) -> tuple[Bools, Ints]:
    """Return for each character whether it is one of a word, and where the spaces are."""
    if text.isascii():
        points = np.frombuffer(text.encode(), np.uint8)
        is_letter = _ASCII_LETTER[points]
    else:
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        is_letter = _ASCII_LETTER[np.minimum(points, 127)]
        beyond = np.flatnonzero(points > 127)
        characters, which = np.unique(points[beyond], return_inverse=True)
        is_letter[beyond] = np.array([chr(character).isalnum() for character in characters.tolist()], np.bool_)[which]
    is_inside = is_letter.copy()
    for apostrophe in _APOSTROPHES:
        is_inside[1:-1] |= (points[1:-1] == ord(apostrophe)) & is_letter[:-2] & is_letter[2:]
    return is_inside, np.flatnonzero(points == ord(" "))


_ASCII_LETTER = np.array([chr(point).isalnum() for point in range(128)], np.bool_)


def _without_empty(places: WordPlaces) -> WordPlaces:
    """Leave out the marks of voicing that Japanese writes as letters: a word of these alone folds to nothing."""
    is_word = np.array([bool(word) for word in places.words(0, len(places))], np.bool_)
    if is_word.all():
        return places
    start, end, segment = (column[is_word] for column in (places.char_start, places.char_end, places.segment))
    return WordPlaces(start, end, segment, places._shown, places._shown_start[is_word], places._shown_end[is_word])
