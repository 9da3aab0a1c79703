"""What the columns of a table or of a list of records hold: times, who speaks, what is said. Told by what is in them.

Times never go back, names are few and return, and what is said has the most words, about as many as people say between
two times. So columns may come in any order, and be called anything; their names decide where that leaves it open.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from orchestration.formats.clock import parse_clock
from orchestration.formats.cue_building import size
from orchestration.formats.labels import CLOCK
from orchestration.formats.pace import LATEST_START_S, WORDS_PER_S, is_pace_of_speech, is_written
from orchestration.formats.speaker_names import NUMBERED
from orchestration.formats.talk import talks
from orchestration.formats.turn_labels import is_speaker

LEAST_ROWS = 6
TIME_CELL = re.compile(rf"\[?({CLOCK})\]?|([0-9]{{1,12}}(?:\.[0-9]{{1,18}})?)s?")
"""A clock, or a number of seconds or of something else, and nothing beside it."""

# What columns are called, in a few languages; `speakerName` counts as two words.
_SPEAKER = re.compile(
    r"(?:.*[ _-])?(?:speaker|name|who|person|voice|sprecher(?:in)?|locuteur|hablante)(?:[ _-].*)?", re.IGNORECASE
)
_SURE_SPEAKER = re.compile(r"(?:.*[ _-])?(?:speaker|sprecher(?:in)?|locuteur|hablante)(?:[ _-].*)?", re.IGNORECASE)
_TEXT = re.compile(
    r"(?:.*[ _-])?(?:text|texte|texto|transcript|transcription|content|utterance|sentence|speech)s?", re.IGNORECASE
)
_DURATION = re.compile(r"(?:.*[ _-])?(?:dur|duration|length)(?:[ _-].*)?", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MOST_NAME_CHARS = 60
# Of so many rows, each has another speaker at most.
_ROWS_A_SPEAKER = 2
_ALMOST_ALL = 0.9
_MOST_OF_ONE = 0.8
# Of all rows, so many have a pace that can be spoken, or that of speech with pauses in it.
_LEAST_SPOKEN, _SLOWEST, _FASTEST = 0.7, 0.2, 15.0
_LEAST_WORDS, _MOST_WORDS_A_WORD = 3, 1.5
# Words by themselves are found in lists of all kinds.
_LEAST_SPELLED = 30
_WORDS_OF_TALK = 25
# What a number may count: seconds, milliseconds, samples of sound, microseconds, ticks of 100 ns.
_PER_SECOND = (1.0, 1_000.0, 16_000.0, 1_000_000.0, 10_000_000.0)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what; None where none does.

    per_second: how many of the numbers in the columns of times make a second. is_words: a row is a word.
    """

    text: int
    speaker: int | None
    start: int | None
    end: int | None
    duration: int | None
    per_second: float
    is_words: bool


def columns_of(values: Sequence[Sequence[str]], names: Sequence[str], *, is_sure: bool = False) -> Columns | None:
    """Return which column holds what, or None where the rows are no transcript.

    values: the cells of each column, as many in each. names: of the columns, or none. is_sure: whether people who take
    turns without times count only where a column is called after speakers: records of chats look alike.
    """
    names = [_CAMEL.sub(" ", name) for name in names] or [""] * len(values)
    said = _column_of_text(values, names)
    if said is None or len(values[said]) < LEAST_ROWS:
        return None
    sizes = [size(value) for value in values[said]]
    is_words = sum(sizes) <= _MOST_WORDS_A_WORD * len(sizes)
    if is_words and len(sizes) < _LEAST_SPELLED:
        return None
    times = {index: found for index, column in enumerate(values) if index != said and (found := _times(column))}
    start, per_second = _start(times, sizes)
    end = duration = None
    if start is not None:
        end = next((i for i in times if i != start and times[i].follows(times[start])), None)
        numbers = (i for i, column in enumerate(values) if all(TIME_CELL.fullmatch(value) for value in column))
        duration = next((i for i in numbers if end is None and _DURATION.fullmatch(names[i])), None)
    speaker = _column_of_speakers(values, names, {said, *times})
    columns = Columns(said, speaker, start, end, duration, per_second, is_words)
    if start is None and (is_words or not _is_conversation(values, names, columns, is_sure)):
        return None
    return columns if is_words or sum(sizes) >= _LEAST_WORDS * len(sizes) else None


def is_called_text(name: str) -> bool:
    """Tell whether a column of this name holds what is said."""
    return _TEXT.fullmatch(name) is not None


def per_second_of(starts: Sequence[str], texts: Sequence[str]) -> float | None:
    """Return how many of the numbers in a column of starts make a second, or None where no unit makes them fit."""
    found = _times(starts)
    sizes = [size(text) for text in texts]
    return next(iter(sorted(_units(found, sizes))), (0.0, None))[1] if found else None


def goes_on(starts: Sequence[str]) -> bool:
    """Tell whether these are times that go on, and do not begin anew each time."""
    values = [_number(found) for start in starts if (found := TIME_CELL.fullmatch(start))]
    forward = sum(after > before for before, after in pairwise(values))
    return len(values) < 2 or forward >= _ALMOST_ALL * (len(values) - 1)


def _column_of_text(values: Sequence[Sequence[str]], names: Sequence[str]) -> int | None:
    words = [sum(map(size, column)) / max(1, len(column)) for column in values]
    named = [index for index, name in enumerate(names) if is_called_text(name)]
    for index in sorted(named or range(len(values)), key=lambda index: -words[index]):
        written = "".join(values[index])
        if written and is_written(written):
            return index
    return None


@dataclass(frozen=True, slots=True)
class _Times:
    """A column of times, as they are written: seconds of a clock, or numbers of what is not known. NaN where empty."""

    values: tuple[float, ...]
    is_clock: bool

    def follows(self, other: _Times) -> bool:
        """Tell whether these are times of the ends of what begins at `other`."""
        later = sum(mine >= theirs for mine, theirs in zip(self.values, other.values, strict=True))
        return self.is_clock == other.is_clock and later >= _ALMOST_ALL * len(self.values)


def _times(column: Sequence[str]) -> _Times | None:
    found = [TIME_CELL.fullmatch(value) for value in column]
    told = [match for match in found if match]
    if len(told) < _ALMOST_ALL * len(column):
        return None
    values = tuple(_number(match) if match else math.nan for match in found)
    steps = [after - before for before, after in pairwise(values) if not math.isnan(after - before)]
    # Numbers of rows go up by one.
    if sum(step >= 0 for step in steps) < _ALMOST_ALL * len(steps) or steps.count(1.0) >= _MOST_OF_ONE * len(steps):
        return None
    return _Times(values, sum(match[1] is not None for match in told) * 2 > len(told))


def _number(stamp: re.Match[str]) -> float:
    return parse_clock(stamp[1]) if stamp[1] else float(stamp[2])


def _start(times: dict[int, _Times], sizes: Sequence[float]) -> tuple[int | None, float]:
    """Return the column of the earliest times that fit the words, and how many of its numbers make a second."""
    fitting = [
        (sum(value for value in found.values if not math.isnan(value)), *best, index)
        for index, found in times.items()
        for best in sorted(_units(found, sizes))[:1]
    ]
    if not fitting:
        return None, 1.0
    _, _, per_second, index = min(fitting)
    return index, per_second


def _units(times: _Times, sizes: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Yield the units in which the words fit the times, each behind how far off the usual pace it puts them."""
    steps = [after - before for before, after in pairwise(times.values)]
    paces = [words / step for words, step in zip(sizes, steps, strict=False) if step > 0]
    if len(paces) < LEAST_ROWS - 1:
        return
    pace = median(paces)
    first = next(value for value in times.values if not math.isnan(value))
    for per_second in _PER_SECOND[:1] if times.is_clock else _PER_SECOND:
        words_per_s = pace * per_second
        spoken = sum(_SLOWEST <= one * per_second <= _FASTEST for one in paces)
        if (
            is_pace_of_speech(words_per_s)
            and spoken >= _LEAST_SPOKEN * len(paces)
            and first <= LATEST_START_S * per_second
        ):
            yield abs(math.log(words_per_s / WORDS_PER_S)), per_second


def _column_of_speakers(values: Sequence[Sequence[str]], names: Sequence[str], taken: set[int]) -> int | None:
    found = []
    for index, column in enumerate(values):
        counts = Counter(value for value in column if value)
        is_few = len(counts) * _ROWS_A_SPEAKER <= len(column) and max(map(len, counts), default=99) <= _MOST_NAME_CHARS
        if index in taken or not is_few:
            continue
        is_named = _SPEAKER.fullmatch(names[index]) is not None
        told = sum(count for value, count in counts.items() if is_speaker(value))
        numbered = sum(count for value, count in counts.items() if NUMBERED.fullmatch(value) or value.isdecimal())
        is_filled = told + numbered >= _ALMOST_ALL * counts.total() and (told or not all(map(str.isdecimal, counts)))
        if is_named or is_filled:
            # Names tell more than numbers, and a number without a word needs the name of its column.
            found.append((-told, not is_named, index))
    return min(found)[2] if found else None


def _is_conversation(values: Sequence[Sequence[str]], names: Sequence[str], columns: Columns, is_sure: bool) -> bool:
    """Tell whether at least two people take turns, and address each other: nothing else tells a table without times."""
    if columns.speaker is None or (is_sure and not _SURE_SPEAKER.fullmatch(names[columns.speaker])):
        return False
    returning = [value for value, count in Counter(values[columns.speaker]).items() if value and count > 1]
    said = " ".join(values[columns.text])
    return len(returning) > 1 and talks(said, 0, -(-len(said.split()) // _WORDS_OF_TALK))
