"""Which feeds to follow and what to fetch of them: the list `feeds.yml`, and the plan of a run."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import yaml

from orchestration.feed_sources import Source
from orchestration.formats.decoding import UndecodableError, decode
from orchestration.formats.rss_items import Channel, Item
from orchestration.ids import slugify
from orchestration.settings import PROJECT_ROOT

_FILES_PER_RUN = 50
_MOST_TRIES_WAIT = timedelta(days=14)
_KEYS = {"url", "name", "show", "allow_private", "files_per_run"}
_HTML = re.compile(r"\s*(?:<!doctype html|<html)[\s>]", re.IGNORECASE)
Kind = Literal["transcript", "chapters"]


class FeedsError(ValueError):
    """A mistake in the list of feeds: where it is, and what to do."""


# --- the list of feeds


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """A feed to follow. `name` is its folder below `raw/feeds`, `show` what to call the show instead of its title."""

    url: str
    name: str
    show: str | None = None
    allow_private: bool = False
    files_per_run: int = _FILES_PER_RUN


def feeds_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the path of the list of feeds: `PODCAST_FEEDS`, or `feeds.yml` of the project."""
    return Path(environment.get("PODCAST_FEEDS") or PROJECT_ROOT / "feeds.yml").absolute()


def load_feeds(path: Path) -> list[ListedFeed]:
    """Return the feeds that a file lists; none where there is no such file. Raises FeedsError with file and remedy."""
    try:
        return read_feeds(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (FeedsError, OSError, UnicodeDecodeError) as error:
        raise FeedsError(f"{path.name}: {error}") from None


def read_feeds(text: str) -> list[ListedFeed]:
    """Return the feeds that the text of a list names. Raises FeedsError for the first mistake."""
    try:
        values = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FeedsError(f"not YAML: {' '.join(str(error).split())[:300]}") from None
    if values is None:
        return []
    entries = values.get("feeds") if isinstance(values, dict) else None
    if entries is None and isinstance(values, dict) and set(values) == {"feeds"}:
        return []
    if not isinstance(entries, list):
        raise FeedsError("expected `feeds:` with a list below it; write `feeds: []` to follow none")
    feeds = [_listed(entry, f"feed {number}") for number, entry in enumerate(entries, 1)]
    names: dict[str, int] = {}
    for number, feed in enumerate(feeds, 1):
        if feed.name in names:
            raise FeedsError(
                f"feed {number} has the name {feed.name!r} of feed {names[feed.name]}: give it another `name`"
            )
        names[feed.name] = number
    return feeds


def _listed(entry: object, where: str) -> ListedFeed:
    values = {"url": entry} if isinstance(entry, str) else entry
    if not isinstance(values, dict):
        raise FeedsError(f"{where}: expected an address, or `url:` with other settings")
    if unknown := sorted(str(key) for key in values if key not in _KEYS):
        raise FeedsError(f"{where}: {unknown[0][:40]!r} is no setting; there are {', '.join(sorted(_KEYS))}")
    url = values.get("url")
    if not isinstance(url, str) or not re.fullmatch(r"https?://[^\s@]{3,2000}", url.strip()):
        raise FeedsError(f"{where}: `url` must be an address that starts with http:// or https://")
    url = url.strip()
    show, per_run = values.get("show"), values.get("files_per_run", _FILES_PER_RUN)
    if show is not None and not isinstance(show, str):
        raise FeedsError(f"{where}: `show` must be text")
    if not isinstance(values.get("allow_private", False), bool):
        raise FeedsError(f"{where}: `allow_private` must be true or false")
    if type(per_run) is not int or per_run < 0:
        raise FeedsError(f"{where}: `files_per_run` must be a whole number")
    stated = values.get("name")
    if stated is not None and not isinstance(stated, str):
        raise FeedsError(f"{where}: `name` must be text")
    parts = urlsplit(url)
    # What stands behind `?` is often a key of the subscriber, and the name is seen by all who see the warehouse.
    query = hashlib.sha256(parts.query.encode()).hexdigest()[:8] if parts.query else ""
    name = slugify(stated or f"{parts.netloc} {parts.path} {query}")[:80].strip("-")
    if not name:
        raise FeedsError(f"{where}: give it a `name` of letters and digits")
    return ListedFeed(url, name, show or None, values.get("allow_private", False), per_run)


# --- planning


@dataclass(slots=True)
class Tried:
    """What became of an address that a feed names: the file it is kept in, or how often it failed and when to retry."""

    file: str | None = None
    tries: int = 0
    reason: str = ""
    next_at: str = ""


@dataclass(slots=True)
class FeedState:
    """What is known of a feed between runs. It may be lost: then all is asked for again, and nothing is kept twice."""

    url: str = ""
    file: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    is_gone: bool = False
    tried: dict[str, Tried] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch that an item of a feed names."""

    url: str
    kind: Kind
    media_type: str | None
    language: str | None
    item: Item


def plan_files(items: Iterable[Item], state: FeedState, now: datetime, limit: int) -> tuple[list[Wanted], int]:
    """Return the files to fetch now, at most `limit`, in the order of the feed, and how many wait for the next run.

    What is kept already is not asked for again, and what failed not before its time.
    """
    wanted: dict[str, Wanted] = {}
    for item in items:
        for transcript in item.transcripts:
            wanted.setdefault(
                transcript.url,
                Wanted(transcript.url, "transcript", transcript.media_type, transcript.language, item),
            )
        if item.chapters_url:
            wanted.setdefault(item.chapters_url, Wanted(item.chapters_url, "chapters", "application/json", None, item))
    due = [each for each in wanted.values() if _is_due(state.tried.get(each.url), now)]
    return due[:limit], max(0, len(due) - limit)


def _is_due(tried: Tried | None, now: datetime) -> bool:
    return tried is None or (tried.file is None and tried.next_at <= now.isoformat())


def failed_again(tried: Tried | None, reason: str, now: datetime, is_final: bool) -> Tried:
    """Return the state of an address that failed: it waits an hour, then four times as long after each failure.

    is_final: it is gone for good and never asked for again.
    """
    tries = (tried.tries if tried else 0) + 1
    wait = min(_MOST_TRIES_WAIT, timedelta(hours=4 ** min(tries - 1, 8)))
    return Tried(None, tries, reason, "9999" if is_final else (now + wait).isoformat())


def superseded(newest: set[str], older: Mapping[str, set[str]]) -> list[str]:
    """Return the older versions of a feed that are needed no more: every item of theirs is in a version that stays.

    newest: the guids of the newest version. older: those of each version before it, by file. A feed that lists its last
    episodes only is so kept whole in few files.
    """
    covered = set(newest)
    open_ = dict(older)
    while open_:
        # The version that adds most stays; of two that add as much, the first by name, so that runs agree.
        best = max(sorted(open_), key=lambda name: len(open_[name] - covered))
        if not open_[best] - covered:
            break
        covered |= open_.pop(best)
    return sorted(open_)


def source_of(feed: ListedFeed, channel: Channel, wanted: Wanted) -> Source:
    """Return what the feed says about the episode that a file belongs to."""
    item = wanted.item
    return Source(
        show=feed.show or channel.title or None,
        title=item.title or None,
        date=item.published_on,
        guid=item.guid,
        url=item.url,
        language=wanted.language or channel.language,
        hosts=tuple(person.name for person in item.people if person.role == "host"),
        guests=tuple(person.name for person in item.people if person.role == "guest"),
    )


def refusal(wanted: Wanted, body: bytes, content_type: str) -> str | None:
    """Return why an answer of this media type cannot be the file that was asked for, or None."""
    try:
        text = decode(body).text
    except UndecodableError as error:
        return error.reason
    if not text.strip():
        return "the answer is empty"
    if wanted.media_type != "text/html" and _HTML.match(text):
        return f"a web page ({content_type or 'of no type'}) instead of {wanted.media_type or wanted.kind}"
    return None
