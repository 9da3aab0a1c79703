"""When the words of a copy are said, all at once.

Belongs here: times of words, from those of their cues. Keep out: where words stand, and other copies' times.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orchestration.transforms.spoken_words import CHARACTERS_PER_S, own_times
from orchestration.transforms.word_places import WordPlaces

Seconds = NDArray[np.float64]


class WordTimes(NamedTuple):
    """When each word begins and ends; NaN where it has no time."""

    start_s: Seconds
    end_s: Seconds


def word_times(places: WordPlaces, segments: pl.DataFrame) -> WordTimes:
    """Return the time of each word: of its share of the characters of its cue, or its own where it has one.

    segments: those of the copy in order, `start_s, end_s, char_start, char_end, words`. The same times as `set_times`.
    """
    start, stated = segments["start_s"].to_numpy(), segments["end_s"].to_numpy()
    char_start, char_end = segments["char_start"].to_numpy(), segments["char_end"].to_numpy()
    following = next_known(start)
    guess = start + (char_end - char_start) / CHARACTERS_PER_S
    end = np.where(np.isnan(stated), np.where(np.isnan(following), guess, following), stated)
    # Cues that overlap end where the next begins, so that times never go back.
    end = np.where((start <= following) & (following < end), following, end)
    length_s = np.maximum(start, end) - start
    length = np.maximum(1, char_end - char_start)
    cue = places.segment
    first, share, count = start[cue], length_s[cue], length[cue]
    start_s = first + share * (places.char_start - char_start[cue]) / count
    end_s = first + share * (places.char_end - char_start[cue]) / count
    _set_own(start_s, end_s, places, segments)
    is_timed = ~np.isnan(start_s) & ~np.isnan(end_s)
    start_s[is_timed] = np.maximum.accumulate(np.maximum(start_s[is_timed], 0.0))
    end_s[is_timed] = np.maximum(start_s[is_timed], end_s[is_timed])
    return WordTimes(start_s, end_s)


def next_known(times: Seconds) -> Seconds:
    """Return for each time the next one after it that is known; NaN where none is."""
    at = np.where(np.isnan(times), len(times), np.arange(len(times)))
    following = np.append(np.minimum.accumulate(at[::-1])[::-1][1:], len(times))
    return np.append(times, np.nan)[following]


def _set_own(start_s: Seconds, end_s: Seconds, places: WordPlaces, segments: pl.DataFrame) -> None:
    """Give words the times that the source has for them."""
    if segments["words"].null_count() == segments.height:
        return
    worded = segments.with_row_index("segment").filter(pl.col("words").is_not_null(), pl.col("start_s").is_not_null())
    for number, words in worded.select("segment", "words").iter_rows():
        first, last = np.searchsorted(places.segment, (number, number + 1)).tolist()
        own = own_times(places.words(first, last), words)
        if own:
            start_s[first:last], end_s[first:last] = zip(*own, strict=True)
