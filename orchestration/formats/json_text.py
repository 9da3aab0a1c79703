"""What the JSON formats share: loading without surprises, paths into a value, and pointers that lead back to a string.

A locator is a JSON pointer (RFC 6901) to a string, such as `/segments/3/body`. Where several neighbours in a list make
one segment, the position is a range, both ends included: `/segments/12..40/body`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from orchestration.formats.document import Problem

_OPENING = re.compile(r"[ \t\r\n]{0,10000}[\[{]")
_RANGE = re.compile(r"([0-9]{1,12})\.\.([0-9]{1,12})")
_INDEX = re.compile(r"[0-9]{1,12}")
# What is wrong with a text that goes on behind a value.
_MORE = "Extra data"
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A JSON value, or in words why there is none."""

    value: Any
    error: str | None = None


_NO_JSON = Loaded(None, "it is no JSON: it begins with neither { nor [")


def load(text: str) -> Loaded:
    """Return the JSON value that `text` is. The last text is remembered, since several formats look at each file.

    A value a line (JSON Lines) is the list of them. Never raises: too deep nesting, broken syntax and truncated files
    are told by `error`. `NaN` and numbers of any length are accepted; what they mean is for the reader to tell.
    """
    return _load(text) if _OPENING.match(text) else _NO_JSON


@lru_cache(maxsize=1)
def _load(text: str) -> Loaded:
    try:
        try:
            return Loaded(json.loads(text))
        except json.JSONDecodeError as error:
            if error.msg == _MORE and (values := _values_of_lines(text)):
                return Loaded(values)
            return Loaded(None, f"it is no valid JSON: {error.msg} at line {error.lineno}, column {error.colno}")
        except ValueError:
            # An integer longer than Python reads by default. No time or name is such a number.
            return Loaded(json.loads(text, parse_int=_integer))
    except RecursionError:
        return Loaded(None, "its JSON is nested too deeply")
    except ValueError as error:
        return Loaded(None, f"it is no valid JSON: {str(error)[:100]}")


def _values_of_lines(text: str) -> list[Any]:
    """Return the values of the lines of `text`, or nothing where a line is no value by itself."""
    try:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    except ValueError:
        return []


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= 300 else float("-inf" if digits.startswith("-") else "inf")


def broken(error: str) -> Problem:
    """Return the problem of a file whose JSON cannot be read."""
    return Problem("file", error, "export or fetch it again: it may be cut off or edited by hand")


Path = tuple[str | int, ...]
_MISSING = object()


@lru_cache(maxsize=4096)
def path(dotted: str) -> Path:
    """Return the path that `a.0.b` writes: keys of objects and, where digits stand alone, positions in lists."""
    return tuple(int(part) if _INDEX.fullmatch(part) else part for part in dotted.split(".")) if dotted else ()


def get(value: Any, keys: Path) -> Any:
    """Return what stands at `keys` below `value`, or None where nothing does."""
    for key in keys:
        if isinstance(value, dict):
            # The keys of an object are always strings, also where they are digits.
            value = value.get(str(key), _MISSING)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
        if value is _MISSING:
            return None
    return value


def string(value: Any) -> str | None:
    """Return a string as it can be stored, halves of surrogate pairs replaced, or None for anything else."""
    if not isinstance(value, str):
        return None
    return _SURROGATE.sub("\ufffd", value) if _SURROGATE.search(value) else value


def pointer(keys: Path) -> str:
    """Return the JSON pointer of `keys`; the root is the empty string."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


def strings_at(text: str, locator: str) -> list[str]:
    """Return the strings that `locator` leads to: one, or in order those of a range.

    Items of a range without such a string are passed over. Raises ValueError where the locator leads nowhere.
    """
    loaded = load(text)
    if loaded.error:
        raise ValueError(f"{locator[:80]!r} leads nowhere: {loaded.error}")
    if not locator.startswith("/"):
        raise ValueError(f"not a JSON pointer: {locator[:80]!r}; expected a form such as `/segments/3/text`")
    keys = [key.replace("~1", "/").replace("~0", "~") for key in locator[1:].split("/")]
    found = list(_strings(loaded.value, keys))
    if not found:
        raise ValueError(f"{locator[:80]} leads to no string of the document")
    return found


def _strings(value: Any, keys: list[str]) -> Iterator[str]:
    for position, key in enumerate(keys):
        if isinstance(value, list):
            bounds = _RANGE.fullmatch(key)
            if bounds:
                first, last = int(bounds[1]), int(bounds[2])
                if first <= last < len(value):
                    rest = tuple(int(k) if _INDEX.fullmatch(k) else k for k in keys[position + 1 :])
                    found = (string(get(item, rest)) for item in value[first : last + 1])
                    yield from (one for one in found if one is not None)
                return
            if not _INDEX.fullmatch(key) or int(key) >= len(value):
                return
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return
    one = string(value)
    if one is not None:
        yield one
