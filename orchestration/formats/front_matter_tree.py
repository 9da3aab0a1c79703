"""The values of front matter as a tree, each with the place where it stands in the text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import yaml

from orchestration.characters import storable
from orchestration.formats.speech import LINE_ENDS, lines, trim

_MOST_DEPTH = 6
_MOST_VALUES = 5_000
_END = f"[{LINE_ENDS}]"
LINE = re.compile(
    r"(?P<key>[A-Za-z_][\w-]{0,40})[ \t]*[:=](?:[ \t]+|\Z)(?P<value>.*)|[ \t]*-[ \t]+(?P<item>.*)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that holds no others, and the range where it stands, without its quotes; (0, 0) if that is not known."""

    value: Any
    start: int
    end: int


Tree = Leaf | list[Any] | dict[str, Any]


def from_yaml(text: str, start: int, stop: int) -> dict[str, Tree]:
    """Return the tree of a YAML mapping. It does what `yaml.safe_load` does, and keeps where the values stand."""
    loader = yaml.SafeLoader(text[start:stop])
    try:
        node = loader.get_single_node()
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise ValueError("it is no list of keys and values")
        tree = _from_node(loader, node, start, text, 0, count(1))
    finally:
        loader.dispose()
    assert isinstance(tree, dict)
    return tree


def _from_node(loader: Any, node: Any, offset: int, text: str, depth: int, seen: Iterator[int]) -> Tree:
    # Few lines of aliases can stand for more values than any memory holds.
    if next(seen) > _MOST_VALUES:
        raise ValueError("it has too many values")
    if depth > _MOST_DEPTH:
        return []
    if isinstance(node, yaml.MappingNode):
        pairs = [(storable(str(key.value)), value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
        return {key: _from_node(loader, value, offset, text, depth + 1, seen) for key, value in pairs}
    if isinstance(node, yaml.SequenceNode):
        return [_from_node(loader, item, offset, text, depth + 1, seen) for item in node.value]
    start, end = offset + node.start_mark.index, offset + node.end_mark.index
    if node.style in ("'", '"'):
        start, end = start + 1, end - 1
    elif node.style in ("|", ">"):
        header = re.compile(_END).search(text, start, end)
        start = header.end() if header else end
    start, end = trim(text, start, max(start, end))
    value = loader.construct_object(node)
    return Leaf(storable(value) if isinstance(value, str) else value, start, end)


def from_toml(text: str, start: int, stop: int) -> dict[str, Tree]:
    """Return the tree of a TOML table. Its reader tells no places, so strings are looked for behind their keys."""

    def build(value: Any, at: int, depth: int) -> Tree:
        if depth > _MOST_DEPTH:
            return []
        if isinstance(value, dict):
            return {
                str(key): build(item, _behind_key(text, str(key), at, stop), depth + 1) for key, item in value.items()
            }
        if isinstance(value, list):
            items = []
            for item in value[:1_000]:
                items.append(build(item, at, depth + 1))
                if isinstance(items[-1], Leaf) and items[-1].end:
                    at = items[-1].end
            return items
        found = text.find(value, at, min(stop, at + len(value) + 2_000)) if isinstance(value, str) and value else -1
        return Leaf(value, found, found + len(value)) if found >= 0 else Leaf(value, 0, 0)

    tree = build(tomllib.loads(text[start:stop].replace("\r\n", "\n")), start, 0)
    assert isinstance(tree, dict)
    return tree


def _behind_key(text: str, key: str, start: int, stop: int) -> int:
    found = re.compile(rf"(?<![^{LINE_ENDS}{{, \t])[\"']?{re.escape(key[:80])}[\"']?[ \t]*=").search(text, start, stop)
    return found.end() if found else start


def by_lines(text: str, start: int, stop: int) -> dict[str, Tree]:
    """Return what lines of `key: value` and `- item` say, whatever stands between them."""
    tree: dict[str, Tree] = {}
    items: list[Tree] | None = None
    for begin, end in lines(text, start, stop):
        found = LINE.match(text, begin, end)
        if found is None:
            continue
        which = "item" if found["item"] is not None else "value"
        value_start, value_end = trim(text, *found.span(which))
        if value_end - value_start >= 2 and text[value_start] == text[value_end - 1] and text[value_start] in "'\"":
            value_start, value_end = value_start + 1, value_end - 1
        leaf = Leaf(text[value_start:value_end], value_start, value_end)
        if which == "item":
            if items is not None and leaf.value:
                items.append(leaf)
            continue
        is_indented = begin > start and text[begin - 1] in " \t"
        if is_indented:
            continue
        items = None
        if not leaf.value:
            items = []
        elif text[value_start] == "[" and text[value_end - 1] == "]":
            tree[found["key"]] = [
                Leaf(text[a:b], a, b)
                for piece in re.compile(r"[^,\[\]'\"]+").finditer(text, value_start, value_end)
                for a, b in [trim(text, *piece.span())]
                if a < b
            ]
            continue
        tree[found["key"]] = leaf if items is None else items
    return tree
