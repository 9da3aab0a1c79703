"""Episodes as records: a row of a table, or an object of JSON, an episode, with what is stated of it and what was said.

Collections of podcasts are handed on so. What was said is a text in any style of the text formats, or a list of records
as `orchestration.formats.recogniser_json` reads them; keys and columns mean what they mean in front matter. A single
object whose transcript is a list is recogniser's JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from types import ModuleType
from typing import Any

from orchestration.formats import (
    labelled_text,
    plain_transcript,
    publisher_page,
    subrip,
    timed_text,
    webvtt,
    whisper_text,
)
from orchestration.formats.cue_building import TextBuilder, join, lay_out
from orchestration.formats.display import tidy
from orchestration.formats.document import Copy, ParsedDocument, Problem, Segment, char_locator
from orchestration.formats.front_matter import interpret, kind_of
from orchestration.formats.front_matter_tree import Leaf, Tree
from orchestration.formats.json_records import found_dialect, refined, tree_of
from orchestration.formats.json_text import Path, get, load, pointer, string, strings_at
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.recogniser_dialects import DIALECTS, Dialect, Items
from orchestration.formats.table_transcript import DELIMITERS, records
from orchestration.formats.unit_reader import read_cues, recognise

FORMAT = "episode_records"

_HEAD_CHARS = 2_000_000
_SAMPLE_EPISODES = 20
_LEAST_SHARE = 0.5
_LEAST_WORDS = 100
# What is called a transcript is one from so many words on, whatever its manner.
_LEAST_WORDS_OF_ANY_MANNER = 300
_CALLED = re.compile(r"(?i)(?:.{0,30}[ _-])?transcript(?:ion|s)?(?:[ _-].{0,30})?|text|speech")
_STYLES: tuple[ModuleType, ...] = (
    whisper_text,
    webvtt,
    subrip,
    timed_text,
    labelled_text,
    publisher_page,
    plain_transcript,
)
_LEAST_SURE = 0.5
_IN_STRING = re.compile(r"(/[^;]*);char=([0-9]{1,12}),([0-9]{1,12})")
_MOST_SHOW_CHARS = 200
_NOT_SPOKEN = ("description",)
_NO_TRANSCRIPT = (
    "an episode without a transcript that is read: only what is stated of it is used",
    "nothing is to be done where none was published",
)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """Where what was said stands in an object: under a key as text in a style, or as records."""

    key: str = ""
    style: ModuleType | None = None
    dialect: tuple[Dialect, Items] | None = None


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1: objects or rows that have a title and a transcript."""
    loaded = load(text)
    if loaded.error is None:
        return 0.97 if _objects(text) else 0.0
    return 0.97 if _table(text[:_HEAD_CHARS]) else 0.0


def parse(text: str) -> ParsedDocument:
    """Return a copy an episode. The text of a JSON document is what is read of it, a value a line."""
    return _parse_json(text) if load(text).error is None else _parse_table(text)


def resolve(text: str, locator: str) -> str:
    """Return the exact source text of a segment: of a row, or of a string, `/3/transcript;char=10,50`.

    Raises ValueError for a locator that leads nowhere.
    """
    if not locator.startswith("/"):
        return resolve_char_locator(text, locator)
    found = _IN_STRING.fullmatch(locator)
    if found is None:
        return join(strings_at(text, locator))
    return resolve_char_locator(strings_at(text, found[1])[0], f"char={found[2]},{found[3]}")


# --- objects of JSON


@lru_cache(maxsize=1)
def _objects(text: str) -> tuple[Path, ...]:
    """Return the paths of the episodes in a JSON document; none where most objects are none."""
    value = load(text).value
    for keys, items in _lists(value):
        told = [item for item in items[:_SAMPLE_EPISODES] if isinstance(item, dict) and _spoken(item)]
        if told and len(told) >= _LEAST_SHARE * len(items[:_SAMPLE_EPISODES]):
            return tuple((*keys, index) for index, item in enumerate(items) if isinstance(item, dict))
    if isinstance(value, dict) and (spoken := _spoken(value)) and spoken.style:
        return ((),)
    return ()


def _lists(value: Any) -> Iterator[tuple[Path, list[Any]]]:
    if isinstance(value, list):
        yield (), value
    elif isinstance(value, dict):
        yield from (
            ((key,), inner) for key, inner in islice(value.items(), _SAMPLE_EPISODES) if isinstance(inner, list)
        )


def _spoken(episode: dict[str, Any]) -> _Spoken | None:
    """Return where the transcript of an object is, or None where it has none, or no title."""
    if not any(kind_of(key) == "title" and isinstance(value, str) and value.strip() for key, value in episode.items()):
        return None
    dialect = recognise(episode, DIALECTS) or found_dialect(episode)
    if dialect:
        return _Spoken(dialect=dialect)
    texts = sorted(((len(value), key) for key, value in episode.items() if isinstance(value, str)), reverse=True)
    for _, key in texts:
        style = _style(key, episode[key])
        if style:
            return _Spoken(key, style)
    return None


def _style(key: str, text: str) -> ModuleType | None:
    """Return which of the text formats a value is of; what notes hold is no transcript of its own."""
    if kind_of(key) in _NOT_SPOKEN or len(text) < 5 * _LEAST_WORDS or len(text.split()) < _LEAST_WORDS:
        return None
    sureness, place = max((style.sniff(text), -index) for index, style in enumerate(_STYLES))
    if sureness >= _LEAST_SURE:
        return _STYLES[-place]
    is_long = _CALLED.fullmatch(key) and len(text.split()) >= _LEAST_WORDS_OF_ANY_MANNER
    return plain_transcript if is_long else None


def _parse_json(text: str) -> ParsedDocument:
    value = load(text).value
    builder = TextBuilder()
    copies: list[Copy] = []
    problems: list[Problem] = []
    for keys in _objects(text):
        made, of_copy = _episode(value, keys, problems)
        start, _ = builder.add(made)
        show = of_copy.show_name or (_show(value) if len(keys) > 1 else None)
        copies.append(replace(_moved(of_copy, start), show_name=show))
    return ParsedDocument(FORMAT, builder.text, tuple(copies), tuple(problems))


def _episode(value: Any, keys: Path, problems: list[Problem]) -> tuple[str, Copy]:
    """Return the text that is read of an object, and its copy, with places in that text alone."""
    episode = get(value, keys)
    spoken = _spoken(episode) or _Spoken()
    builder = TextBuilder()
    tree = tree_of({key: inner for key, inner in episode.items() if key != spoken.key and kind_of(key)}, builder)
    segments: tuple[Segment, ...] = ()
    if spoken.style:
        said = string(episode[spoken.key]) or ""
        start, _ = builder.add(said)
        place = pointer((*keys, spoken.key))
        segments = tuple(
            _moved_segment(one, start, f"{place};char={one.char_start},{one.char_end}")
            for one in _segments_of(spoken.style, said)
        )
    elif spoken.dialect:
        dialect, source = spoken.dialect
        source = refined(episode, source)
        first, *rest = source.lists
        cues, found = read_cues(value, dialect, source.at_keys(lists=((*keys, *first), *rest)))
        problems += found
        segments, _ = lay_out(cues, builder)
    else:
        problems.append(Problem(pointer(keys) or "file", *_NO_TRANSCRIPT))
    text = builder.text
    return text, replace(interpret(text, tree, 0).copy(0, len(text), pointer(keys)), segments=segments)


def _show(holder: dict[str, Any]) -> str | None:
    """Return the show that the object around all episodes names, or is titled after."""
    named = {kind_of(key): value for key, value in holder.items() if isinstance(value, str)}
    return tidy(named.get("show") or named.get("title") or "")[:_MOST_SHOW_CHARS] or None


# --- rows of a table


@dataclass(frozen=True, slots=True)
class _Table:
    """The names of the columns, and which one holds what was said."""

    names: tuple[str, ...]
    spoken: int
    delimiter: str


def _table(text: str) -> _Table | None:
    """Return the columns of a table that has an episode a row, by its first rows."""
    first = text[:_HEAD_CHARS].lstrip("\ufeff\r\n").partition("\n")[0]
    if not first or first[0] in "<{[|#":
        return None
    for delimiter in DELIMITERS:
        if delimiter not in first:
            continue
        rows = list(islice(records(text, delimiter), 1 + _SAMPLE_EPISODES))
        names = tuple(text[start:end] for start, end in rows.pop(0)) if rows else ()
        if not any(kind_of(name) == "title" for name in names):
            continue
        for column, name in enumerate(names):
            cells = [text[slice(*row[column])] for row in rows if len(row) == len(names)]
            told = sum(_style(name, cell) is not None for cell in cells)
            if told and told >= _LEAST_SHARE * len(cells):
                return _Table(names, column, delimiter)
    return None


def _parse_table(text: str) -> ParsedDocument:
    table = _table(text)
    if table is None:
        return ParsedDocument(FORMAT, text, ())
    copies: list[Copy] = []
    problems: list[Problem] = []
    for row in islice(records(text, table.delimiter), 1, None):
        place = row[0][0], row[-1][1]
        if len(row) != len(table.names):
            reason = f"a row of {len(row)} cells in a table of {len(table.names)}"
            problems.append(Problem(char_locator(*place), reason, "give it as many as the others have"))
            continue
        cells = zip(table.names, row, strict=True)
        tree: dict[str, Tree] = {
            name: Leaf(text[slice(*cell)], *cell) for name, cell in cells if name != table.names[table.spoken]
        }
        start, end = row[table.spoken]
        style = _style(table.names[table.spoken], text[start:end])
        if style is None:
            problems.append(Problem(char_locator(*place), *_NO_TRANSCRIPT))
        segments = tuple(
            _moved_segment(one, start, char_locator(start + one.char_start, start + one.char_end))
            for one in (_segments_of(style, text[start:end]) if style else ())
        )
        copies.append(replace(interpret(text, tree, 0).copy(*place, char_locator(*place)), segments=segments))
    return ParsedDocument(FORMAT, text, tuple(copies), tuple(problems))


# --- both


def _segments_of(style: ModuleType, said: str) -> tuple[Segment, ...]:
    copies = style.parse(said).copies
    return tuple(segment for copy in copies for segment in copy.segments if segment.text)


def _moved_segment(segment: Segment, by: int, locator: str | None = None) -> Segment:
    """Return a segment with its places moved on `by` so many characters."""
    has_label = segment.label_char_start is not None and segment.label_char_end is not None
    return segment._replace(
        char_start=segment.char_start + by,
        char_end=segment.char_end + by,
        label_char_start=(segment.label_char_start or 0) + by if has_label else None,
        label_char_end=(segment.label_char_end or 0) + by if has_label else None,
        locator=segment.locator if locator is None else locator,
    )


def _moved(copy: Copy, by: int) -> Copy:
    def moved(one: Any) -> Any:
        return replace(one, char_start=one.char_start + by, char_end=one.char_end + by)

    return replace(
        copy,
        char_start=copy.char_start + by,
        char_end=copy.char_end + by,
        passages=tuple(map(moved, copy.passages)),
        people=tuple(map(moved, copy.people)),
        segments=tuple(_moved_segment(one, by) for one in copy.segments),
    )
