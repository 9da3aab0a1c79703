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
from typing import Any, Literal, cast

import yaml

from orchestration.formats.clock import parse_clock
from orchestration.formats.dates import stated_date
from orchestration.formats.display import tidy
from orchestration.formats.document import Copy, Passage, Problem, StatedPerson, char_locator
from orchestration.formats.front_matter_tree import LINE, Leaf, Tree, by_lines, from_toml, from_yaml
from orchestration.formats.speech import LINE_ENDS, lines, passage, trim
from orchestration.formats.stated_fields import addresses, video_id_of

Role = Literal["host", "guest", "unknown"]
MOST_CHARS = 50_000
"""Front matter that is longer is none: no episode needs as much, and reading it is slow."""
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
RECORDING = re.compile(r"\.(?:mp3|m4a|m4b|ogg|oga|opus|wav|aac|flac|mp4|m4v|webm)(?:[?#]|\Z)", re.IGNORECASE)
"""The end of the address of a recording."""
NAME_BREAK = re.compile(r",(?!\s*(?:Jr|Sr|Ph\.?D|MD)\b)|[;|&+]|\s(?:and|und|et|y)\s")
_NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3})?")
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z]{2,4})?")
_HOURS = re.compile(
    r"(?:(\d{1,3})\s?h(?:ours?|rs?)?\b\s?)?(?:(\d{1,3})\s?m(?:in(?:ute)?s?)?\b\s?)?(?:(\d{1,2})\s?s(?:ec(?:ond)?s?)?\b)?",
    re.IGNORECASE,
)


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

    def copy(self, start: int, end: int, locator: str) -> Copy:
        """Return a copy in text[start:end] of which nothing but this is known."""
        return Copy(
            start,
            end,
            locator,
            show_name=self.show_name,
            url=self.url,
            video_id=self.video_id,
            guid=self.guid,
            published_on=self.published_on,
            date_source=self.date_source,
            duration_s=self.duration_s,
            language=self.language,
            season=self.season,
            episode_number=self.episode_number,
            enclosure_url=self.enclosure_url,
            passages=self.passages,
            people=self.people,
            tags=self.tags,
        )

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
        tree = by_lines(text, start, stop)
        end = stop
    else:
        stop, end = closing.start(), closing.end()
        try:
            tree = from_yaml(text, start, stop) if opening["rule"] == "---" else from_toml(text, start, stop)
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
            tree = by_lines(text, start, stop)
    found = interpret(text, tree, end)
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
        if not is_indented and not LINE.match(text, begin, end):
            break
        if re.search(r"\n\s*\n|\r\s*\r(?!\n)", text[stop:begin]) and stop > start:
            break
        stop = end
    return stop


# --- meaning


def kind_of(key: str) -> str | None:
    """Return what a key says of an episode (`title`, `show`, `stated`, ...), however it is written, or None."""
    return _KIND_OF.get(normal_key(key))


def interpret(text: str, tree: dict[str, Tree], end: int) -> FrontMatter:
    """Return what keys and values say of an episode. text: what the places of the values count in."""
    found = FrontMatter(end, frozenset(normal_key(key) for key in tree))
    people: list[StatedPerson] = []
    described: list[Passage] = []
    urls: list[tuple[int, str]] = []
    order = list(_KIND_OF)
    has_audio = False
    for key, value in tree.items():
        name = normal_key(key)
        kind = _KIND_OF.get(name)
        leaves = [leaf for leaf in _leaves(value) if leaf.value is not None and leaf.value != ""]
        has_audio = has_audio or any(RECORDING.search(url) for leaf in leaves for url in _urls(leaf))
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


def normal_key(key: str) -> str:
    """Return a key in lower case, the parts of its name apart: `episodeUrl` and `Episode-URL` as `episode_url`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key.strip()[:60])
    return spaced.lower().replace("-", "_").replace(" ", "_")


def _leaves(tree: Tree) -> Iterator[Leaf]:
    if isinstance(tree, Leaf):
        yield tree
    else:
        for item in tree.values() if isinstance(tree, dict) else tree:
            yield from _leaves(item)


def _named(tree: Tree) -> Leaf | None:
    """Return the name in `name`, `{name: name}` or a list of either."""
    if isinstance(tree, dict):
        by_key = {normal_key(key): value for key, value in tree.items()}
        tree = by_key.get("name") or by_key.get("title") or []
    return next((leaf for leaf in _leaves(tree) if isinstance(leaf.value, str) and leaf.value.strip()), None)


def _people(text: str, tree: Tree, role: Role) -> Iterator[StatedPerson]:
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
                if normal_key(key) == "role" and isinstance(value, Leaf)
            ),
            "",
        )
        role = "host" if "host" in told else "guest" if "guest" in told else role
    at = leaf.start
    for stop, resume in [
        *(found.span() for found in NAME_BREAK.finditer(text, leaf.start, leaf.end)),
        (leaf.end, leaf.end),
    ]:
        start, end = trim(text, at, stop)
        # Quotes that the front matter itself did not take off, of a string that never ends, say.
        while start < end and text[start] in "'\"":
            start += 1
        while start < end and text[end - 1] in "'\"":
            end -= 1
        name = tidy(text[start:end])
        at = resume
        if name and len(name) <= 80 and any(letter.isalpha() for letter in name) and "://" not in name:
            yield StatedPerson(name, role, start, end)


def _paragraphs(text: str, leaf: Leaf) -> Iterator[Passage]:
    at = leaf.start
    for found in [*re.compile(r"(?:\r\n|[\n\r])[ \t]*(?:\r\n|[\n\r])").finditer(text, leaf.start, leaf.end), None]:
        made = passage(text, at, found.start() if found else leaf.end)
        if made:
            yield made
        at = found.end() if found else leaf.end


def _urls(leaf: Leaf) -> Iterator[str]:
    if isinstance(leaf.value, str):
        for start, end in addresses(leaf.value[:4_000], 0, min(len(leaf.value), 4_000)):
            yield leaf.value[start:end]


def _take_urls(found: FrontMatter, urls: list[str]) -> None:
    """Take the address of the episode: that of its page or video, else that of its recording."""
    video = next((url for url in urls if video_id_of(url)), None)
    found.video_id = video_id_of(video) if video else None
    found.enclosure_url = next((url for url in urls if RECORDING.search(url)), None)
    found.url = next((url for url in urls if not RECORDING.search(url)), next(iter(urls), None))


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
    day = day_of(value)
    if day is None or found.date_source == "stated" or found.date_source == kind:
        return
    found.published_on, found.date_source = day, "stated" if kind == "stated" else "recorded"


def day_of(value: Any) -> date | None:
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
            return day_of(int(value))
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
