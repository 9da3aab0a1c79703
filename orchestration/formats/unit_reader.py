"""Units of a JSON transcript read as a dialect describes them: one loop for all dialects."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from orchestration.formats.clock import parse_clock
from orchestration.formats.cue_building import Cue, Unit, cues_of_utterances, cues_of_words, size
from orchestration.formats.cue_chain import longest_chain
from orchestration.formats.display import tidy
from orchestration.formats.document import Problem
from orchestration.formats.json_text import Path, get, path, pointer, string
from orchestration.formats.recogniser_dialects import Dialect, Items, TimeKey

MOST_SECONDS = 10_000_000.0
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{0,18})?s?")
_ISO_DURATION = re.compile(r"PT(?:([0-9]{1,4})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,8}(?:\.[0-9]{1,12})?)S)?")
_BARE_LABEL = re.compile(r"[A-Z]|S?[0-9]{1,4}")
# What a recogniser writes for a token that is no speech: `[_BEG_]`, `<|endoftext|>`.
_TOKEN = re.compile(r"\[_[A-Z0-9_]{1,20}\]|<\|[^|]{1,30}\|>")
_NOBODY = {"", "UU", "uu"}
_MOST_LABEL_CHARS = 200
_MOST_WORDS_A_WORD = 1.5
_HEAD_UNITS = 1_000


@dataclass(slots=True)
class Complaints:
    """What could not be used, each reason told once with the first place and how often."""

    counts: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    first: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, locator: str, reason: str, remedy: str) -> None:
        """Count one more of them."""
        self.counts[reason, remedy] += 1
        self.first.setdefault((reason, remedy), locator)

    def problems(self) -> tuple[Problem, ...]:
        """Return one problem for each reason."""
        return tuple(
            Problem(self.first[key], f"{key[0]} ({count:,} in all)" if count > 1 else key[0], key[1])
            for key, count in self.counts.items()
        )


_NO_TIME = ("a time is no number of seconds that can be: it is left out", "correct the time in the file")
_BACKWARDS = ("a unit starts before those in front of it: its times are left out", "correct the times in the file")
_ENDS_EARLY = ("a unit ends before it starts: its end is left out", "correct the end time in the file")
_NO_TEXT = ("a unit's text is no string: the unit is left out", "correct or remove the unit")


def seconds(value: Any, per_second: float = 1.0) -> float | None:
    """Return a time in seconds, or None where none is stated. Raises ValueError for what is no time."""
    if value is None or value == "":
        return None
    number = _number(value, per_second)
    if not 0 <= number <= MOST_SECONDS:
        raise ValueError(f"no time: {number}")
    return number


def _number(value: Any, per_second: float) -> float:
    if isinstance(value, str):
        value = value.strip()
        if _NUMBER.fullmatch(value):
            return float(value.rstrip("s")) / (1.0 if value.endswith("s") else per_second)
        duration = _ISO_DURATION.fullmatch(value)
        if duration and len(value) > 2:
            hours, minutes, rest = duration.groups()
            return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(rest or 0)
        return parse_clock(value)
    if isinstance(value, dict):
        # Protocol buffers leave out what is 0.
        return float(value.get("seconds") or 0) + float(value.get("nanos") or 0) / 1e9
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value / per_second
    raise ValueError(f"no time: {type(value).__name__}")


def label_of(value: Any) -> str | None:
    """Return who speaks, or None. A bare number or letter (`0`, `A`, `S1`) is written out: `Speaker 0`."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"Speaker {value}" if abs(value) < 1_000_000 else None
    label = tidy(string(value) or "").rstrip(": ")[:_MOST_LABEL_CHARS]
    if label in _NOBODY:
        return None
    return f"Speaker {label}" if _BARE_LABEL.fullmatch(label) else label


@dataclass(frozen=True, slots=True)
class List:
    """A list of units, the object that holds it, and its pointer."""

    items: list[Any]
    holder: Any
    place: str


def lists(value: Any, paths: tuple[Path, ...], at: Path = (), place: str = "", holder: Any = None) -> Iterator[List]:
    """Yield the lists that `paths` lead to: with two paths, those inside the items of the first."""
    keys, *rest = paths
    found = get(value, keys)
    if not isinstance(found, list):
        return
    place += pointer(keys)
    if not rest:
        yield List(found, holder, place)
        return
    for index, item in enumerate(found):
        yield from lists(item, tuple(rest), place=f"{place}/{index}", holder=item)


def recognise(value: Any, dialects: Sequence[Dialect]) -> tuple[Dialect, Items] | None:
    """Return the dialect of a JSON value and where its units are, or None where it is of none or holds none."""
    for dialect in dialects:
        if any(all(get(value, path(key)) is not None for key in keys) for keys in dialect.has):
            for source in dialect.sources:
                if any(_has_text(found.items, source) for found in lists(value, source.lists)):
                    return dialect, source
    return None


def _has_text(items: list[Any], source: Items) -> bool:
    return any(string(get(item, key)) for item in items[:_HEAD_UNITS] for key in source.text_keys)


def read_cues(value: Any, dialect: Dialect, source: Items) -> tuple[list[Cue], tuple[Problem, ...]]:
    """Return the cues of a transcript in the order of their times, and what could not be used."""
    complaints = Complaints()
    groups = [_units(found, source, complaints) for found in lists(value, source.lists)]
    groups = [units for units in groups if units]
    if source.is_repeated and len(groups) > 1 and _repeats(groups):
        groups = groups[-1:]
    groups = _with_turns(groups, value, dialect)
    groups = _with_paragraphs(groups, value, dialect)
    if dialect.side_words and not any(unit.words for units in groups for unit in units) and not source.is_words:
        groups = _with_side_words(groups, value, dialect, complaints)
    by_channel = _by_channel(groups, source)
    cues: list[Cue] = []
    for units in by_channel:
        units = _in_order(units, complaints)
        cues.extend(cues_of_words(units) if source.is_words or _are_words(units) else cues_of_utterances(units))
    return (_by_time(cues) if len(by_channel) > 1 else cues), complaints.problems()


def _units(found: List, source: Items, complaints: Complaints) -> list[Unit]:
    items = found.items
    text_key = _first_key(items, source.text_keys)
    if text_key is None:
        return []
    usual_tail = pointer(text_key)
    speakers = [key for is_outer, key in source.speaker_keys if not is_outer]
    outer = next(
        (label for is_outer, key in source.speaker_keys if is_outer and (label := label_of(get(found.holder, key)))),
        None,
    )
    words_key = next((inner for inner in source.words if _leads(items, inner)), None)
    ignored_key, ignored_value = source.ignored
    ignored = (ignored_key,) if ignored_key else None
    units: list[Unit] = []
    for index, item in enumerate(items):
        raw, tail = get(item, text_key), usual_tail
        if raw is None:
            other = next((key for key in source.text_keys if get(item, key) is not None), None)
            if other is None:
                continue
            raw, tail = get(item, other), pointer(other)
        text = string(raw)
        if text is None:
            complaints.add(f"{found.place}/{index}", *_NO_TEXT)
            continue
        if (ignored and get(item, ignored) == ignored_value) or _TOKEN.fullmatch(text.strip()):
            continue
        start_s, end_s = _times(item, source, f"{found.place}/{index}", complaints)
        speaker = next((label for key in speakers if (label := label_of(get(item, key)))), outer)
        channel = next((str(c) for key in source.channel_keys if (c := get(item, key)) is not None), None)
        words: tuple[Unit, ...] = ()
        if words_key is not None:
            inner_place = f"{found.place}/{index}"
            words = tuple(
                unit
                for inner in lists(item, words_key.lists, place=inner_place, holder=item)
                for unit in _in_order(_units(inner, words_key, complaints), complaints)
            )
        units.append(Unit(text, found.place, index, tail, start_s, end_s, speaker, channel, words))
    return units


def _first_key(items: list[Any], keys: tuple[Path, ...]) -> Path | None:
    """Return the first of `keys` under which one of the first units that have any has a string."""
    for item in items[:_HEAD_UNITS]:
        for key in keys:
            if isinstance(get(item, key), str):
                return key
    return None


def _leads(items: list[Any], inner: Items) -> bool:
    return any(
        _first_key(found.items, inner.text_keys) is not None
        for item in items[:_HEAD_UNITS]
        for found in lists(item, inner.lists)
    )


def _times(item: Any, source: Items, locator: str, complaints: Complaints) -> tuple[float | None, float | None]:
    start_s = _time(item, source.start_keys, locator, complaints)
    end_s = _time(item, source.end_keys, locator, complaints)
    if end_s is None and start_s is not None and source.duration_keys:
        length_s = _time(item, source.duration_keys, locator, complaints)
        # Rounded, since 21.46 and 0.42 would make 21.880000000000003.
        end_s = None if length_s is None else round(start_s + length_s, 6)
    if start_s is not None and end_s is not None and end_s < start_s:
        complaints.add(locator, *_ENDS_EARLY)
        end_s = None
    return start_s, end_s


def _time(item: Any, keys: tuple[TimeKey, ...], locator: str, complaints: Complaints) -> float | None:
    for key in keys:
        found = get(item, key.path)
        if found is None:
            continue
        try:
            return seconds(found, key.per_second)
        except (ValueError, TypeError, OverflowError):
            complaints.add(locator, *_NO_TIME)
            return None
    return None


def _in_order(units: list[Unit], complaints: Complaints) -> list[Unit]:
    """Take the times off units that start before those in front of them.

    The longest chain of starts that never go back is right: one wrong time does not cost those behind it.
    """
    timed = [index for index, unit in enumerate(units) if unit.start_s is not None]
    starts = [units[index].start_s or 0.0 for index in timed]
    if all(starts[position] <= starts[position + 1] for position in range(len(starts) - 1)):
        return units
    kept = {timed[position] for position in longest_chain(starts, range(len(starts)))}
    for index in timed:
        if index not in kept:
            unit = units[index]
            complaints.add(f"{unit.place}/{unit.index}", *_BACKWARDS)
            units[index] = replace(unit, start_s=None, end_s=None)
    return units


def _repeats(groups: list[list[Unit]]) -> bool:
    """Tell whether the last group says all over again what those before it say."""
    *before, last = groups
    said = [unit.text for units in before for unit in units]
    return len(said) <= len(last) and [unit.text.lower() for unit in last[: len(said)]] == [t.lower() for t in said]


def _with_turns(groups: list[list[Unit]], value: Any, dialect: Dialect) -> list[list[Unit]]:
    """Say of units without a speaker who has the floor in the middle of them."""
    turns: list[tuple[float, str | None]] = []
    ignored = Complaints()
    for source in dialect.turns:
        for found in lists(value, source.lists):
            for item in found.items:
                start_s, _ = _times(item, source, found.place, ignored)
                label = next((known for _, key in source.speaker_keys if (known := label_of(get(item, key)))), None)
                if start_s is not None:
                    turns.append((start_s, label))
    if not turns:
        return groups
    turns.sort(key=lambda turn: turn[0])
    starts = [start_s for start_s, _ in turns]

    def speaker(unit: Unit) -> str | None:
        if unit.speaker is not None or unit.start_s is None:
            return unit.speaker
        middle = unit.start_s if unit.end_s is None else (unit.start_s + unit.end_s) / 2
        return turns[max(0, bisect_right(starts, middle) - 1)][1]

    return [[replace(unit, speaker=speaker(unit)) for unit in units] for units in groups]


def _with_paragraphs(groups: list[list[Unit]], value: Any, dialect: Dialect) -> list[list[Unit]]:
    if not dialect.paragraphs:
        return groups
    source = Items(dialect.paragraphs)
    ignored = Complaints()
    starts = {_times(item, source, "", ignored)[0] for found in lists(value, source.lists) for item in found.items} - {
        None
    }
    return [
        [replace(unit, is_paragraph_start=True) if unit.start_s in starts else unit for unit in units]
        for units in groups
    ]


def _with_side_words(
    groups: list[list[Unit]], value: Any, dialect: Dialect, complaints: Complaints
) -> list[list[Unit]]:
    """Give each unit the words that start in it. Their text is the unit's, so that they never replace it."""
    words = [
        word
        for source in dialect.side_words
        for found in lists(value, source.lists)
        for word in _in_order(_units(found, source, complaints), complaints)
        if word.start_s is not None
    ]
    if not words:
        return groups
    starts = [word.start_s or 0.0 for word in words]
    shared: list[list[Unit]] = []
    for units in groups:
        shared.append([])
        for unit in units:
            if unit.start_s is not None and unit.end_s is not None and size(unit.text) <= 60:
                first, behind = bisect_right(starts, unit.start_s - 1e-6), bisect_right(starts, unit.end_s - 1e-6)
                unit = replace(unit, words=tuple(words[first:behind]))
            shared[-1].append(unit)
    return shared


def _by_channel(groups: list[list[Unit]], source: Items) -> list[list[Unit]]:
    """Return the units of each channel of the sound. With several and no other label, the channel is the label."""
    channels: dict[str | None, list[Unit]] = defaultdict(list)
    for number, units in enumerate(groups):
        is_own = "channels" in source.at and len(groups) > 1
        for unit in units:
            channels[str(number) if is_own else unit.channel].append(unit)
    if len(channels) < 2:
        return list(channels.values())
    return [
        [unit if unit.speaker else replace(unit, speaker=f"Channel {channel}") for unit in units]
        if channel is not None
        else units
        for channel, units in channels.items()
    ]


def _are_words(units: list[Unit]) -> bool:
    """Tell whether each unit is about a word, so that cues must be built from them."""
    sizes = [size(unit.text) for unit in units if unit.text.strip()]
    return bool(sizes) and not any(unit.words for unit in units) and sum(sizes) / len(sizes) <= _MOST_WORDS_A_WORD


def _by_time(cues: list[Cue]) -> list[Cue]:
    """Put the cues of several channels in one order; one without a time stays behind the one before it."""
    latest = -math.inf
    keyed: list[tuple[float, Cue]] = []
    for cue in cues:
        latest = latest if cue.start_s is None else cue.start_s
        keyed.append((latest, cue))
    return [cue for _, cue in sorted(keyed, key=lambda both: both[0])]
