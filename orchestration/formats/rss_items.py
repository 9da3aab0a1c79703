"""What a feed of a podcast, RSS or Atom, states about the show and its episodes, as plain values.

Sources: RSS 2.0, Atom (RFC 4287), Apple's podcast requirements, the podcast namespace 1.0, Podlove Simple Chapters,
Media RSS.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Literal

from orchestration.formats.display import tidy
from orchestration.formats.document import Problem
from orchestration.formats.html_notes import read_fragment
from orchestration.formats.xml_elements import Element, read_elements, resolve_element

_PREFIXES = {
    "itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "podcastindex.org/namespace/1.0": "podcast",
    "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
    "purl.org/rss/1.0/modules/content": "content",
    "w3.org/2005/atom": "atom",
    "podlove.org/simple-chapters": "psc",
    "purl.org/dc/elements/1.1": "dc",
    "search.yahoo.com/mrss": "media",
    "backend.userland.com/rss2": "",
    "w3.org/xml/1998/namespace": "xml",
}
_WEB = re.compile(r"https?://[^\s<>\"]{1,2000}\Z", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?\Z")
_CLOCK = re.compile(r"[0-9]{1,6}(?::[0-9]{1,6}){1,2}(?:[.,][0-9]{1,9})?\Z")
_UNITS = re.compile(
    r"(?:PT|P0DT)?(?:(?P<h>[0-9]{1,4})\s?(?:h|hrs?|hours?))?[\s,]{0,3}(?:(?P<m>[0-9]{1,6})\s?(?:m|mins?|minutes?))?"
    r"[\s,]{0,3}(?:(?P<s>[0-9]{1,7}(?:\.[0-9]{1,6})?)\s?(?:s|secs?|seconds?))?\Z",
    re.IGNORECASE,
)
_LONGEST_S = 7 * 24 * 3600.0
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z0-9-]{1,30})?\Z")
_ISO_DATE = re.compile(r"((?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9])(?![0-9])")
_GUID_NAMESPACE = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://")
_MOST_PROBLEMS = 50
_ATOM = "atom:feed"
_NOTES = ("content:encoded", "description", "itunes:summary", "itunes:subtitle")

Role = Literal["host", "guest", "unknown"]
# Roles of the namespace's taxonomy whose holders are heard. All other groups work behind the scenes.
_HOSTS = frozenset(("host", "co-host", "guest host"))
_CAST = "cast"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a feed states as heard in a show or an episode."""

    name: str
    role: Role
    url: str | None


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript that a feed names: its address, and its media type and language as stated, else None."""

    url: str
    media_type: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class FeedChapter:
    """A chapter of Podlove's simple chapters."""

    title: str
    start_s: float | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """An episode as a feed describes it. `path`: of its element; `notes` may be marked up."""

    path: str
    title: str
    notes: str
    guid: str | None
    url: str | None
    published_on: date | None
    duration_s: float | None
    season: int | None
    episode_number: float | None
    enclosure_url: str | None
    chapters_url: str | None
    transcripts: tuple[Transcript, ...]
    people: tuple[Person, ...]
    chapters: tuple[FeedChapter, ...]
    show_name: str = ""
    """Of the show, where it is another than the channel."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A show as its feed describes it. `guid` is stated, or follows from the address that the feed gives itself."""

    title: str
    notes: str
    url: str | None
    language: str | None
    guid: str | None
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its channel, None where it is no feed at all, its items, and what was wrong with it."""

    channel: Channel | None
    items: tuple[Item, ...]
    problems: tuple[Problem, ...]


def resolve_path(text: str, locator: str) -> str:
    """Return the text of the element at a path such as `/rss/channel/item[2]/title`, else raise ValueError."""
    return resolve_element(read_elements(text, _PREFIXES).root, locator)


def podcast_guid(feed_url: str) -> str:
    """Return the guid of a show whose feed states none: UUIDv5 of the address without its scheme and last slashes.

    The rule and its namespace are those of `podcast:guid` in the podcast namespace 1.0.
    """
    return str(uuid.uuid5(_GUID_NAMESPACE, _SCHEME.sub("", feed_url.strip(), count=1).rstrip("/")))


def parse_duration(text: str) -> float | None:
    """Return seconds of `3723`, `1:02:03`, `62:03`, `3723.5`, `1h 2m 3s`, `62 min` or `PT1H2M3S`, else None.

    Each part of a clock may exceed 59, as hosting services write it. Nothing, zero and more than a week are no length.
    """
    text = text.strip()[:60]
    seconds = 0.0
    units = _UNITS.match(text)
    if _NUMBER.match(text):
        seconds = float(text)
    elif _CLOCK.match(text):
        for part in text.replace(",", ".").split(":"):
            seconds = seconds * 60 + float(part)
    elif units and text:
        seconds = int(units["h"] or 0) * 3600 + int(units["m"] or 0) * 60 + float(units["s"] or 0)
    return seconds if 0 < seconds <= _LONGEST_S else None


def read_feed(text: str) -> Feed:
    """Return what the feed `text` states. Never raises; what cannot be used is a problem with its place."""
    read = read_elements(text, _PREFIXES)
    problems = list(read.problems)
    channel = _channel_element(read.root)
    if channel is None:
        reason = "no channel was found in the feed"
        return Feed(None, (), (*problems, Problem("file", reason, "check that the file is complete")))
    show_people = tuple(_people(channel))
    is_atom = channel.name == _ATOM
    kind, place, made = (
        ("atom:entry", f"/{_ATOM}/atom:entry", _entry) if is_atom else ("item", "/rss/channel/item", _item)
    )
    items = [
        made(element, f"{place}[{position}]", show_people) for position, element in enumerate(channel.children(kind), 1)
    ]
    items = usable(items, problems)
    about = _channel_of_atom(channel, show_people) if is_atom else _channel(channel, show_people)
    return Feed(about, tuple(items), tuple(problems))


def usable(items: list[Item], problems: list[Problem]) -> list[Item]:
    """Return `items` without guids and addresses that several of them have, and tell in `problems` what is wrong."""
    guids = Counter(item.guid for item in items)
    urls = Counter(item.url for item in items)
    kept = []
    for item in items:
        if item.guid and guids[item.guid] > 1:
            reason = f"{guids[item.guid]} items of the feed have its guid, which therefore identifies none of them"
            problems.append(Problem(item.path, reason, "tell whoever makes the feed"))
            item = replace(item, guid=None)
        if item.url and urls[item.url] > 1:
            # The address of the show's page, given to every item, is not that of an episode.
            item = replace(item, url=None)
        if not item.title and not item.notes:
            problems.append(
                Problem(item.path, "the item has neither title nor description", "nothing can be done here")
            )
        kept.append(item)
    more = len(problems) - _MOST_PROBLEMS
    if more > 0:
        problems[_MOST_PROBLEMS:] = [Problem("file", f"{more} more problems of its items", "see those told before")]
    return kept


def _channel_element(root: Element | None) -> Element | None:
    if root is None or root.name == _ATOM:
        return root
    return root.child("channel") if root.name == "rss" else None


def _channel(channel: Element, people: tuple[Person, ...]) -> Channel:
    language = _LANGUAGE.match(channel.text_of("language", "dc:language"))
    feed_url = web_address(channel.text_of("itunes:new-feed-url")) or next(
        filter(web_address, _addresses(channel, "self")), None
    )
    guid = channel.text_of("podcast:guid")[:200] or (podcast_guid(feed_url) if feed_url else None)
    return Channel(
        one_line(channel.text_of("title", "itunes:title")),
        channel.text_of("description", "itunes:summary"),
        web_address(channel.text_of("link")),
        language[1].lower() if language else None,
        guid,
        people,
    )


def _item(item: Element, path: str, show_people: tuple[Person, ...]) -> Item:
    guid = item.child("guid")
    guid_text = guid.text().strip()[:1000] if guid else ""
    # A guid is an address, too, unless it says otherwise.
    is_address = guid is not None and guid.attributes.get("isPermaLink", "true").strip().lower() != "false"
    enclosures = (web_address(found.attributes.get("url", "")) for found in item.children("enclosure"))
    chapters = item.child("podcast:chapters")
    season = _NUMBER.match(item.text_of("podcast:season", "itunes:season"))
    number = _NUMBER.match(item.text_of("podcast:episode", "itunes:episode"))
    return Item(
        path,
        one_line(item.text_of("title", "itunes:title")),
        fullest(item.text_of(name) for name in _NOTES),
        guid_text or None,
        web_address(item.text_of("link")) or (web_address(guid_text) if is_address else None),
        stated_day(item.text_of("pubDate", "dc:date")),
        parse_duration(item.text_of("itunes:duration")) or _media_duration(item),
        int(float(season.group())) if season else None,
        float(number.group()) if number else None,
        next(filter(None, enclosures), None),
        web_address(chapters.attributes.get("url", "")) if chapters else None,
        tuple(_transcripts(item)),
        # An item's people replace the channel's.
        tuple(_people(item)) if item.child("podcast:person") else show_people,
        tuple(_simple_chapters(item)),
    )


def _channel_of_atom(feed: Element, people: tuple[Person, ...]) -> Channel:
    language = _LANGUAGE.match(feed.attributes.get("xml:lang", "") or feed.text_of("dc:language"))
    feed_url = next(filter(web_address, _addresses(feed, "self")), None)
    guid = feed.text_of("podcast:guid")[:200] or (podcast_guid(feed_url) if feed_url else None)
    return Channel(
        one_line(feed.text_of("atom:title")),
        feed.text_of("atom:subtitle", "itunes:summary"),
        next(filter(web_address, _addresses(feed, "alternate")), None),
        language[1].lower() if language else None,
        guid,
        people,
    )


def _entry(entry: Element, path: str, show_people: tuple[Person, ...]) -> Item:
    """Return an entry of Atom as an item; what YouTube states of a video stands in `media:group`."""
    media = entry.child("media:group") or entry
    rest = _item(entry, path, show_people)
    return replace(
        rest,
        title=one_line(entry.text_of("atom:title")),
        notes=fullest(
            (
                entry.text_of("atom:content"),
                entry.text_of("atom:summary"),
                media.text_of("media:description"),
                rest.notes,
            )
        ),
        guid=entry.text_of("atom:id")[:1000] or None,
        url=next(filter(web_address, _addresses(entry, "alternate")), None),
        published_on=stated_day(entry.text_of("atom:published", "atom:updated")),
        enclosure_url=next(filter(web_address, _addresses(entry, "enclosure")), None),
    )


def _addresses(around: Element, relation: str) -> Iterator[str]:
    # A link is to the page itself unless it says otherwise.
    for link in around.children("atom:link"):
        if link.attributes.get("rel", "alternate") == relation:
            yield link.attributes.get("href", "").strip()


def fullest(texts: Iterable[str]) -> str:
    """Return the text that says most when shown; of two that say as much, the first."""
    stated = list(dict.fromkeys(text for text in texts if text))
    if len(stated) < 2:
        return stated[0] if stated else ""
    return max(stated, key=lambda text: sum(map(len, read_fragment(text).lines)))


def _media_duration(item: Element) -> float | None:
    durations = (parse_duration(media.attributes.get("duration", "")) for media in item.children("media:content"))
    return next(filter(None, durations), None)


def _transcripts(item: Element) -> Iterator[Transcript]:
    seen = set()
    for found in item.children("podcast:transcript"):
        url = web_address(found.attributes.get("url", ""))
        if url and url not in seen:
            seen.add(url)
            language = _LANGUAGE.match(found.attributes.get("language", "").strip())
            media_type = found.attributes.get("type", "").split(";")[0].strip().lower()[:100]
            yield Transcript(url, media_type or None, language[1].lower() if language else None)


def _people(around: Element) -> Iterator[Person]:
    for found in around.children("podcast:person"):
        name = one_line(found.text())[:200]
        group = found.attributes.get("group", _CAST).strip().lower()
        stated = role_of(found.attributes.get("role", "host"))
        if tidy(name) and (group == _CAST or stated != "unknown"):
            yield Person(name, stated, web_address(found.attributes.get("href", "")))


def role_of(stated: str) -> Role:
    """Return the role that a word of the namespace's taxonomy means."""
    role = " ".join(stated.replace("_", " ").lower().split())
    return "host" if role in _HOSTS else "guest" if role == "guest" else "unknown"


def _simple_chapters(item: Element) -> Iterator[FeedChapter]:
    for chapters in item.children("psc:chapters"):
        for chapter in chapters.children("psc:chapter"):
            title = one_line(chapter.attributes.get("title", ""))[:500]
            if tidy(title):
                start = chapter.attributes.get("start", "").strip()
                start_s = 0.0 if re.fullmatch(r"[0:.]{1,20}", start) else parse_duration(start)
                yield FeedChapter(title, start_s, web_address(chapter.attributes.get("href", "")))


def stated_day(text: str) -> date | None:
    """Return the day that a date of RFC 822 or ISO 8601 names, on the clock that it is written in."""
    iso = _ISO_DATE.match(text)
    try:
        return date.fromisoformat(iso[1]) if iso else parsedate_to_datetime(text[:100]).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def web_address(text: str) -> str | None:
    """Return an address of the web, without space around it, or None where `text` is something else."""
    text = text.strip()
    return text if _WEB.match(text) else None


def one_line(text: str) -> str:
    """Return `text` with all white space as single spaces."""
    return " ".join(text.split())
