"""Transcripts in JSON that no dialect describes: a list of records, whose keys are told by what is under them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from orchestration.formats.columns import LEAST_ROWS, Columns, columns_of, goes_on, per_second_of
from orchestration.formats.cue_building import Cue, TextBuilder
from orchestration.formats.front_matter_tree import Leaf, Tree
from orchestration.formats.json_text import Path, get, string
from orchestration.formats.recogniser_dialects import Dialect, Items, TimeKey
from orchestration.formats.speaker_names import is_name, is_stand_in
from orchestration.formats.unit_reader import label_of, lists

_SAMPLE_RECORDS = 200
_MOST_LISTS = 200
_MOST_DEPTH = 5
_MOST_KEYS = 60
_MOST_SPEAKERS = 50
# A pair of times, or a record that is a list.
_MOST_ITEMS = 6
# What is read of an object under a key of front matter: `"guest": {"name": "Ada Bell"}`.
_OF_NAMES = ("name", "title", "role", "url")
_RECORDS = Dialect("records", (), ())


def found_dialect(value: Any) -> tuple[Dialect, Items] | None:
    """Return where the units of a transcript are in a JSON value of no known dialect, or None where it is none."""
    found: list[tuple[bool, int, Items]] = []
    for paths in islice(_record_lists(value, ()), _MOST_LISTS):
        records = list(islice(chain.from_iterable(some.items for some in lists(value, paths)), _SAMPLE_RECORDS))
        keys, columns = _columns(records)
        if columns is None or _begins_anew(value, paths, keys, columns):
            continue
        said = sum(len(string(get(record, keys[columns.text])) or "") for record in records)
        found.append((columns.is_words, -said, _items(value, paths, keys, columns)))
    return (_RECORDS, min(found, key=lambda one: one[:2])[2]) if found else None


def refined(value: Any, source: Items) -> Items:
    """Return `source` with what the values under its keys tell better than the names of the keys.

    Times that are seconds by their names are milliseconds where people would speak a thousand times too slowly, and who
    speaks may stand under a key that is not listed.
    """
    records = list(islice(chain.from_iterable(some.items for some in lists(value, source.lists)), _SAMPLE_RECORDS))
    text = next((key for key in source.text_keys if any(get(record, key) for record in records)), None)
    start = next((key for key in source.start_keys if any(get(record, key.path) for record in records)), None)
    if text is None or start is None:
        return source
    texts = [string(get(record, text)) or "" for record in records]
    starts = [_written(get(record, start.path)) for record in records]
    per_second = per_second_of(starts, texts) if start.per_second == 1.0 else None
    if per_second is not None and per_second > 1.0:
        source = source.at_keys(
            **{
                name: tuple(replace(key, per_second=per_second) for key in getattr(source, name))
                for name in ("start_keys", "end_keys", "duration_keys")
            }
        )
    is_outer = any(is_outer for is_outer, _ in source.speaker_keys)
    is_told = any(label_of(get(record, key)) for record in records for _, key in source.speaker_keys)
    if not (is_outer or is_told or source.is_words):
        keys, columns = _columns(records)
        if columns is not None and columns.speaker is not None:
            source = source.at_keys(speaker_keys=((False, keys[columns.speaker]),))
    return source


def with_names(value: Any, cues: list[Cue]) -> list[Cue]:
    """Return the cues with the names of their speakers where the value lists them: `{"id": 0, "name": "Ada Bell"}`."""
    labels = {cue.speaker for cue in cues if cue.speaker}
    if not labels or any(" " in label and is_name(label) and not is_stand_in(label) for label in labels):
        return cues
    for paths in islice(_record_lists(value, ()), _MOST_LISTS):
        records = [some for found in islice(lists(value, paths), 1) for some in found.items[:_SAMPLE_RECORDS]]
        keys = _keys(records) if len(records) <= _MOST_SPEAKERS else []
        for key, other in ((key, other) for key in keys for other in keys if key != other):
            named = {label_of(get(record, key)): string(get(record, other)) or "" for record in records}
            are_names = all(" " in name and is_name(name) for name in named.values())
            if are_names and len(named) == len(records) and labels & named.keys():
                return [replace(cue, speaker=named.get(cue.speaker, cue.speaker)) for cue in cues]
    return cues


def tree_of(stated: dict[str, Any], builder: TextBuilder) -> dict[str, Tree]:
    """Return keys and values as front matter has them, the strings added to the text: values, names, lists of them."""
    return {key: tree for key, value in stated.items() if (tree := _tree(value, builder)) is not None}


def _tree(value: Any, builder: TextBuilder) -> Tree | None:
    if isinstance(value, list):
        return [tree for item in value[:_MOST_KEYS] if (tree := _tree(item, builder)) is not None]
    if isinstance(value, dict):
        named = {key: item for key, item in value.items() if key in _OF_NAMES and isinstance(item, str)}
        return tree_of(named, builder) if named else None
    written = string(value)
    return Leaf(value, 0, 0) if written is None else Leaf(written, *builder.add(written))


def _record_lists(value: Any, keys: Path) -> Iterator[tuple[Path, ...]]:
    """Yield the paths of all lists of records, also of those within the records of a list."""
    if isinstance(value, list):
        if any(isinstance(item, dict | list) for item in value[:LEAST_ROWS]):
            yield (keys,)
        first = next((item for item in value[:LEAST_ROWS] if isinstance(item, dict)), {})
        for key, inner in islice(first.items(), _MOST_KEYS):
            if isinstance(inner, list) and any(isinstance(item, dict) for item in inner[:LEAST_ROWS]):
                yield keys, (key,)
    elif isinstance(value, dict) and len(keys) < _MOST_DEPTH:
        for key, inner in islice(value.items(), _MOST_KEYS):
            yield from _record_lists(inner, (*keys, key))


def _begins_anew(value: Any, paths: tuple[Path, ...], keys: list[Path], columns: Columns) -> bool:
    """Tell whether the clock goes back where one list within a record ends: each record is an episode then."""
    if len(paths) < 2 or columns.start is None:
        return False
    held = islice((some.items for some in lists(value, paths) if some.items), _SAMPLE_RECORDS)
    starts = [_written(get(items[0], keys[columns.start])) for items in held]
    return not goes_on(starts)


def _columns(records: list[Any]) -> tuple[list[Path], Columns | None]:
    """Return the paths of the values in records, and which of them hold what."""
    keys = _keys(records)
    if len(records) < LEAST_ROWS or not keys:
        return keys, None
    values = [[_written(get(record, key)) for record in records] for key in keys]
    names = [next((str(part) for part in reversed(key) if isinstance(part, str)), "") for key in keys]
    return keys, columns_of(values, names, is_sure=True)


def _keys(records: list[Any]) -> list[Path]:
    """Return the paths of strings and numbers in the first records, in the order in which they come."""
    keys: dict[Path, None] = {}
    for record in records[:LEAST_ROWS]:
        keys |= dict.fromkeys(_leaves(record, ()))
    return list(islice(keys, _MOST_KEYS))


def _leaves(value: Any, keys: Path) -> Iterator[Path]:
    if isinstance(value, dict) and len(keys) < _MOST_DEPTH:
        for key, inner in islice(value.items(), _MOST_KEYS):
            yield from _leaves(inner, (*keys, key))
    elif isinstance(value, list) and len(keys) < _MOST_DEPTH:
        for index, inner in enumerate(value if len(value) <= _MOST_ITEMS else ()):
            if not isinstance(inner, dict | list):
                yield (*keys, index)
    elif isinstance(value, str | int | float) and not isinstance(value, bool) and keys:
        yield keys


def _written(value: Any) -> str:
    """Return a value as a cell of a table."""
    if isinstance(value, bool) or value is None:
        return ""
    return (string(value) or "").strip() if isinstance(value, str) else str(value)


def _items(value: Any, paths: tuple[Path, ...], keys: list[Path], columns: Columns) -> Items:
    def times(column: int | None) -> tuple[TimeKey, ...]:
        return () if column is None else (TimeKey(keys[column], columns.per_second),)

    speakers: tuple[tuple[bool, Path], ...] = () if columns.speaker is None else ((False, keys[columns.speaker]),)
    if columns.speaker is None and len(paths) > 1:
        holders = [some.holder for some in islice(lists(value, paths), _SAMPLE_RECORDS)]
        speakers = tuple((True, key) for key in _keys(holders) if "speaker" in str(key[0]).lower())
    return Items("*", is_words=columns.is_words).at_keys(
        lists=paths,
        text_keys=(keys[columns.text],),
        start_keys=times(columns.start),
        end_keys=times(columns.end),
        duration_keys=times(columns.duration),
        speaker_keys=speakers,
        channel_keys=(),
    )
