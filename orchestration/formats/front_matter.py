"""Front matter: YAML between lines of `---`, or TOML between lines of `+++`, at the head of a text.

Every value is kept with its place in the text. Front matter that is broken is told as a problem and then read line by
line, as far as `key: value` goes, so that neither it nor the text below is lost.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Literal, cast

import yaml

from orchestration.formats.clock import parse_clock
from orchestration.formats.dates import stated_date
from orchestration.formats.display import tidy
from orchestration.formats.document import Passage, Problem, StatedPerson, char_locator
from orchestration.formats.speech import LINE_ENDS, lines, passage, trim
from orchestration.formats.stated_fields import addresses, video_id_of

Role = Literal["host", "guest", "unknown"]
MOST_CHARS = 50_000
"""Front matter that is longer is none: no episode needs as much, and reading it is slow."""
_MOST_DEPTH = 6
_MOST_VALUES = 5_000
_MOST_PEOPLE = 200
_END = f"[{LINE_ENDS}]"
_OPEN = re.compile(rf"(?P<rule>---|\+\+\+)[ \t]*(?:\r\n|{_END})")
_CLOSE = {
    "---": re.compile(rf"(?<![^{LINE_ENDS}])(?:---|\.\.\.)[ \t]*(?=\Z|{_END})"),
    "+++": re.compile(rf"(?<![^{LINE_ENDS}])\+\+\+[ \t]*(?=\Z|{_END})"),
}
_FIRST_KEY = re.compile(
    rf"(?:[ \t]*(?:#[^{LINE_ENDS}]{{0,200}})?{_END}){{0,20}}['\"]?[A-Za-z_][\w -]{{0,40}}['\"]?[ \t]*[:=]"
)
_LINE = re.compile(
    r"(?P<key>[A-Za-z_][\w-]{0,40})[ \t]*[:=](?:[ \t]+|\Z)(?P<value>.*)|[ \t]*-[ \t]+(?P<item>.*)", re.DOTALL
)

_KEYS = {
    "title": "title, episode_title, name",
    "show": "show, podcast, show_name, podcast_name, podcast_title, series, program, programme",
    "stated": "date, published, published_at, published_on, publish_date, publication_date, pubdate, pub_date, "
    "release_date, released, air_date, airdate, aired",
    "recorded": "recorded, recorded_at, recorded_on, recording_date",
    "url": "url, link, episode_url, canonical, canonical_url, permalink, youtube_url, youtube, video_url, video, "
    "media, source, source_url, audio, audio_url, enclosure, media_url, source_file",
    "guid": "guid",
    "season": "season, season_number",
    "number": "episode, episode_number, number, ep",
    "duration": "duration, length, runtime, running_time",
    "language": "language, lang, locale",
    "description": "description, summary, excerpt, subtitle, abstract",
    "tags": "tags, categories, keywords, topics",
    "host": "host, hosts, cohost, cohosts, co_host, co_hosts",
    "guest": "guest, guests",
    "unknown": "speaker, speakers, people, participants, panelists, interviewer, interviewee",
}
_KIND_OF = {name: kind for kind, names in _KEYS.items() for name in names.split(", ")}
# Keys that only an episode has. `title`, `date` and `tags` stand above every page of a blog.
_EPISODE_KEY_WORDS = """
    audio audio_url duration enclosure episode episode_number episode_title guest guests guid host hosts media media_url
    podcast podcast_name podcast_title season show show_name speaker speakers transcript transcript_by youtube_url
"""
_EPISODE_KEYS = frozenset(_EPISODE_KEY_WORDS.split())
_AUDIO = re.compile(r"\.(?:mp3|m4a|ogg|opus|wav|aac|flac|mp4)(?:[?#]|\Z)", re.IGNORECASE)
_NAME_BREAK = re.compile(r",(?!\s*(?:Jr|Sr|Ph\.?D|MD)\b)|[;|&+]|\s(?:and|und|et|y)\s")
_NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3})?")
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z]{2,4})?")
_HOURS = re.compile(
    r"(?:(\d{1,3})\s?h(?:ours?|rs?)?\b\s?)?(?:(\d{1,3})\s?m(?:in(?:ute)?s?)?\b\s?)?(?:(\d{1,2})\s?s(?:ec(?:ond)?s?)?\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A value that holds no others, and the range where it stands, without its quotes; (0, 0) if that is not known."""

    value: Any
    start: int
    end: int


_Tree = _Leaf | list[Any] | dict[str, Any]


@dataclass(slots=True)
class FrontMatter:
    """What front matter states. `end`: where the text below it begins."""

    end: int
    keys: frozenset[str] = frozenset()
    title: tuple[int, int] | None = None
    show_name: str | None = None
    published_on: date | None = None
    date_source: Literal["stated", "recorded", "none"] = "none"
    url: str | None = None
    video_id: str | None = None
    guid: str | None = None
    duration_s: float | None = None
    language: str | None = None
    people: tuple[StatedPerson, ...] = ()
    tags: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    """The title, and the paragraphs of the description."""
    season: int | None = None
    episode_number: float | None = None
    enclosure_url: str | None = None
    has_audio: bool = False
    """An address of a recording is among the values."""
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_episode(self) -> bool:
        """Tell whether it describes an episode rather than any other page."""
        return self.has_audio or self.video_id is not None or bool(self.keys & _EPISODE_KEYS)


def has_front_matter(text: str) -> bool:
    """Tell whether `text` opens like front matter, by its first lines alone."""
    opening = _OPEN.match(text)
    return opening is not None and _FIRST_KEY.match(text, opening.end(), opening.end() + 6_000) is not None


def read_front_matter(text: str) -> FrontMatter | None:
    """Return what the front matter of `text` states, or None where there is none."""
    opening = _OPEN.match(text)
    if opening is None or not has_front_matter(text):
        return None
    start = opening.end()
    limit = min(len(text), start + MOST_CHARS)
    closing = _CLOSE[opening["rule"]].search(text, start, limit)
    problems = []
    if closing is None:
        stop, end = _unclosed_end(text, start, limit), 0
        problems.append(
            _problem(
                start,
                stop,
                f"the front matter has no closing line `{opening['rule']}`",
                "close it: the lines were read one by one",
            )
        )
        tree = _by_lines(text, start, stop)
        end = stop
    else:
        stop, end = closing.start(), closing.end()
        try:
            tree = _from_yaml(text, start, stop) if opening["rule"] == "---" else _from_toml(text, start, stop)
        except (
            yaml.YAMLError,
            tomllib.TOMLDecodeError,
            ValueError,
            OverflowError,
            RecursionError,
            TypeError,
            KeyError,
        ) as error:
            kind = "YAML" if opening["rule"] == "---" else "TOML"
            problems.append(
                _problem(
                    start,
                    stop,
                    f"the front matter is no valid {kind}: {_first_line(error)}",
                    f"correct the {kind}: the lines were read one by one",
                )
            )
            tree = _by_lines(text, start, stop)
    found = _interpret(text, tree, end)
    found.problems += problems
    return found


def _problem(start: int, end: int, reason: str, remedy: str) -> Problem:
    return Problem(char_locator(start, end), reason, remedy)


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    reason = str(getattr(error, "problem", None) or str(error).partition("\n")[0] or type(error).__name__)[:120]
    return f"{reason} (line {mark.line + 2})" if mark else reason


def _unclosed_end(text: str, start: int, limit: int) -> int:
    """Return where front matter ends that is never closed: at the first line that is none of its own."""
    stop = start
    for begin, end in lines(text, start, limit):
        is_indented = begin > start and text[begin - 1] in " \t"
        if not is_indented and not _LINE.match(text, begin, end):
            break
        if re.search(r"\n\s*\n|\r\s*\r(?!\n)", text[stop:begin]) and stop > start:
            break
        stop = end
    return stop


# --- reading


def _from_yaml(text: str, start: int, stop: int) -> dict[str, _Tree]:
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


def _from_node(loader: Any, node: Any, offset: int, text: str, depth: int, seen: Iterator[int]) -> _Tree:
    # Few lines of aliases can stand for more values than any memory holds.
    if next(seen) > _MOST_VALUES:
        raise ValueError("it has too many values")
    if depth > _MOST_DEPTH:
        return []
    if isinstance(node, yaml.MappingNode):
        pairs = [(str(key.value), value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
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
    return _Leaf(loader.construct_object(node), start, end)


def _from_toml(text: str, start: int, stop: int) -> dict[str, _Tree]:
    """Return the tree of a TOML table. Its reader tells no places, so strings are looked for behind their keys."""

    def build(value: Any, at: int, depth: int) -> _Tree:
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
                if isinstance(items[-1], _Leaf) and items[-1].end:
                    at = items[-1].end
            return items
        found = text.find(value, at, min(stop, at + len(value) + 2_000)) if isinstance(value, str) and value else -1
        return _Leaf(value, found, found + len(value)) if found >= 0 else _Leaf(value, 0, 0)

    tree = build(tomllib.loads(text[start:stop].replace("\r\n", "\n")), start, 0)
    assert isinstance(tree, dict)
    return tree


def _behind_key(text: str, key: str, start: int, stop: int) -> int:
    found = re.compile(rf"(?<![^{LINE_ENDS}{{, \t])[\"']?{re.escape(key[:80])}[\"']?[ \t]*=").search(text, start, stop)
    return found.end() if found else start


def _by_lines(text: str, start: int, stop: int) -> dict[str, _Tree]:
    """Return what lines of `key: value` and `- item` say, whatever stands between them."""
    tree: dict[str, _Tree] = {}
    items: list[_Tree] | None = None
    for begin, end in lines(text, start, stop):
        found = _LINE.match(text, begin, end)
        if found is None:
            continue
        which = "item" if found["item"] is not None else "value"
        value_start, value_end = trim(text, *found.span(which))
        if value_end - value_start >= 2 and text[value_start] == text[value_end - 1] and text[value_start] in "'\"":
            value_start, value_end = value_start + 1, value_end - 1
        leaf = _Leaf(text[value_start:value_end], value_start, value_end)
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
                _Leaf(text[a:b], a, b)
                for piece in re.compile(r"[^,\[\]'\"]+").finditer(text, value_start, value_end)
                for a, b in [trim(text, *piece.span())]
                if a < b
            ]
            continue
        tree[found["key"]] = leaf if items is None else items
    return tree


# --- meaning


def _interpret(text: str, tree: dict[str, _Tree], end: int) -> FrontMatter:
    found = FrontMatter(end, frozenset(_normal(key) for key in tree))
    people: list[StatedPerson] = []
    described: list[Passage] = []
    urls: list[tuple[int, str]] = []
    order = list(_KIND_OF)
    has_audio = False
    for key, value in tree.items():
        name = _normal(key)
        kind = _KIND_OF.get(name)
        leaves = [leaf for leaf in _leaves(value) if leaf.value is not None and leaf.value != ""]
        has_audio = has_audio or any(_AUDIO.search(url) for leaf in leaves for url in _urls(leaf))
        if kind == "url":
            urls += [(order.index(name), url) for leaf in leaves for url in _urls(leaf)]
        if kind is None or not leaves:
            continue
        first = leaves[0]
        if kind == "title" and found.title is None and isinstance(first.value, str) and first.start < first.end:
            found.title = (first.start, first.end)
        elif kind == "show" and found.show_name is None:
            named = _named(value)
            found.show_name = tidy(str(named.value))[:200] or None if named else None
        elif kind in ("stated", "recorded"):
            _take_date(found, first.value, kind)
        elif kind == "guid":
            found.guid = found.guid or str(first.value)[:500]
        elif kind in ("season", "number"):
            _take_number(found, first.value, kind)
        elif kind == "duration":
            found.duration_s = found.duration_s or _seconds(first.value)
        elif kind == "language":
            language = _LANGUAGE.fullmatch(str(first.value).strip())
            found.language = found.language or (language[1].lower() if language else None)
        elif kind == "description":
            described += _paragraphs(text, first)
        elif kind == "tags":
            found.tags += tuple(tidy(str(leaf.value))[:200] for leaf in leaves if isinstance(leaf.value, str))
        elif kind in ("host", "guest", "unknown"):
            people += _people(text, value, cast(Role, kind))
    title = [made] if found.title and (made := passage(text, *found.title, is_title=True)) else []
    spans = {made.char_start for made in title}
    found.passages = (*title, *(made for made in described if made.char_start not in spans))
    found.people = tuple(dict.fromkeys(people))[:_MOST_PEOPLE]
    found.has_audio = has_audio
    _take_urls(found, [url for _, url in sorted(urls, key=lambda pair: pair[0])])
    return found


def _normal(key: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key.strip()[:60])
    return spaced.lower().replace("-", "_").replace(" ", "_")


def _leaves(tree: _Tree) -> Iterator[_Leaf]:
    if isinstance(tree, _Leaf):
        yield tree
    else:
        for item in tree.values() if isinstance(tree, dict) else tree:
            yield from _leaves(item)


def _named(tree: _Tree) -> _Leaf | None:
    """Return the name in `name`, `{name: name}` or a list of either."""
    if isinstance(tree, dict):
        by_key = {_normal(key): value for key, value in tree.items()}
        tree = by_key.get("name") or by_key.get("title") or []
    return next((leaf for leaf in _leaves(tree) if isinstance(leaf.value, str) and leaf.value.strip()), None)


def _people(text: str, tree: _Tree, role: Role) -> Iterator[StatedPerson]:
    if isinstance(tree, list):
        for item in tree:
            yield from _people(text, item, role)
        return
    leaf = _named(tree)
    if leaf is None or not leaf.end:
        return
    if isinstance(tree, dict):
        told = next(
            (
                str(value.value).lower()
                for key, value in tree.items()
                if _normal(key) == "role" and isinstance(value, _Leaf)
            ),
            "",
        )
        role = "host" if "host" in told else "guest" if "guest" in told else role
    at = leaf.start
    for stop, resume in [
        *(found.span() for found in _NAME_BREAK.finditer(text, leaf.start, leaf.end)),
        (leaf.end, leaf.end),
    ]:
        start, end = trim(text, at, stop)
        name = tidy(text[start:end]).strip("'\"")
        at = resume
        if name and len(name) <= 80 and any(letter.isalpha() for letter in name) and "://" not in name:
            yield StatedPerson(name, role, start, end)


def _paragraphs(text: str, leaf: _Leaf) -> Iterator[Passage]:
    at = leaf.start
    for found in [*re.compile(r"(?:\r\n|[\n\r])[ \t]*(?:\r\n|[\n\r])").finditer(text, leaf.start, leaf.end), None]:
        made = passage(text, at, found.start() if found else leaf.end)
        if made:
            yield made
        at = found.end() if found else leaf.end


def _urls(leaf: _Leaf) -> Iterator[str]:
    if isinstance(leaf.value, str):
        for start, end in addresses(leaf.value[:4_000], 0, min(len(leaf.value), 4_000)):
            yield leaf.value[start:end]


def _take_urls(found: FrontMatter, urls: list[str]) -> None:
    """Take the address of the episode: that of its page or video, else that of its recording."""
    video = next((url for url in urls if video_id_of(url)), None)
    found.video_id = video_id_of(video) if video else None
    found.enclosure_url = next((url for url in urls if _AUDIO.search(url)), None)
    found.url = next((url for url in urls if not _AUDIO.search(url)), next(iter(urls), None))


def _take_number(found: FrontMatter, value: Any, kind: str) -> None:
    """Take the number of the season or of the episode within it, as a whole number or a fraction (`315.5`)."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 100_000:
        return
    if kind == "number":
        found.episode_number = float(value) if found.episode_number is None else found.episode_number
    elif value == int(value):
        found.season = int(value) if found.season is None else found.season


def _take_date(found: FrontMatter, value: Any, kind: str) -> None:
    day = _date(value)
    if day is None or found.date_source == "stated" or found.date_source == kind:
        return
    found.published_on, found.date_source = day, "stated" if kind == "stated" else "recorded"


def _date(value: Any) -> date | None:
    """Return the date in a YAML or TOML value: a date, a text, or seconds or milliseconds since 1970 (UTC)."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if value > 1e11 else value
        # Between 1995 and 2100: what is outside is a year or a number.
        return datetime.fromtimestamp(seconds, UTC).date() if 788_918_400 <= seconds < 4_102_444_800 else None
    if isinstance(value, str):
        if value.strip().isdecimal() and len(value.strip()) in (10, 13):
            return _date(int(value))
        stated = stated_date(f"Published: {value.strip()[:60]}")
        return stated[0] if stated and stated[2] == 0 else None
    return None


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if 0 < value < 1e6 else None
    if not isinstance(value, str):
        return None
    try:
        return parse_clock(value.strip())
    except ValueError:
        pass
    if value.strip().isdecimal():
        return _seconds(int(value.strip()[:9]))
    found = _HOURS.fullmatch(value.strip())
    if found is None or not any(found.groups()):
        return None
    hours, minutes, seconds = (int(number or 0) for number in found.groups())
    return float(hours * 3600 + minutes * 60 + seconds)
