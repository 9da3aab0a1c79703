"""Feeds in JSON: JSON Feed, what directories of podcasts answer, and other lists of episodes without transcripts.

Sources: JSON Feed 1.1, the iTunes Search API (`lookup`), the Podcast Index API. Keys are known by their names, however
they are written (`episodeUrl`, `episode_url`), so that lists of nobody's format are read as well. An episode is an
object with a title and the address of a recording, and a day or a description: songs have neither.

What is made of it is a feed as `rss_items` has it, and its text is laid out as that of one. Belongs here: JSON that
describes episodes. Keep out: collections that hold transcripts (episode_records.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Any

from orchestration.formats.cue_building import join
from orchestration.formats.cues import language_of
from orchestration.formats.document import ParsedDocument, Problem
from orchestration.formats.front_matter import NAME_BREAK, RECORDING, day_of, normal_key
from orchestration.formats.json_text import Path, broken, get, load, pointer, string, strings_at
from orchestration.formats.rss_feed import document_of
from orchestration.formats.rss_items import (
    Channel,
    Feed,
    Item,
    Person,
    Role,
    Transcript,
    fullest,
    one_line,
    parse_duration,
    podcast_guid,
    role_of,
    stated_day,
    usable,
    web_address,
)

FORMAT = "json_feed"

_SAMPLE = 20
_LEAST_SHARE = 0.5
_MOST_DEPTH = 4
_MOST_KEYS = 60
_MOST_PEOPLE = 200
_LONG_LIST = 200
_JSON_FEED = re.compile(r"https?://(?:www\.)?jsonfeed\.org/")
_OTHER = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|html?|php|zip)(?:[?#]|\Z)", re.IGNORECASE)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_TITLE = _names("title title_original track_name episode_title episode_name name")
_NOTES = _names(
    "content_html html_description description_html show_notes shownotes description description_original "
    "long_description content content_text summary short_description itunes_summary subtitle"
)
_SHOW = _names("collection_name feed_title podcast_title podcast_name show_name show_title show podcast series program")
_HOLDERS = _names("feed podcast show channel")
_GUID = _names("guid episode_guid")
_PAGE = _names("url link page_url episode_link episode_url track_view_url external_url permalink canonical_url web_url")
_DAY = _names(
    "date_published published_at published_on published publish_date publication_date release_date released pub_date "
    "pub_date_ms air_date aired date"
)
_SECONDS = _names(
    "duration duration_in_seconds duration_seconds duration_s duration_sec itunes_duration length_seconds "
    "audio_length_sec audio_length runtime"
)
_MILLISECONDS = _names("duration_ms duration_millis track_time_millis")
# What stands under these is a recording, unless its type or its address says otherwise.
_SOUND = _names("enclosure_url audio_url audio enclosure mp3 mp3_url")
_MAY_BE_SOUND = _names("media_url media stream_url")
# Apple's answer, in which `episodeUrl` is the recording: elsewhere it is the page.
_APPLES = _names("episode_file_extension track_time_millis")
_ATTACHED = _names("attachments enclosures")
_TRANSCRIPT = _names("transcript_url transcript")
_PEOPLE: dict[str, Role] = {
    "host": "host",
    "hosts": "host",
    "cohost": "host",
    "cohosts": "host",
    "co_hosts": "host",
    "guest": "guest",
    "guests": "guest",
    "persons": "unknown",
}

Record = dict[str, Any]


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1: most of a list in it are episodes with a recording each."""
    # A transcript may be described in the same words: whoever finds one is surer.
    return 0.8 if load(text).error is None and _place(text) is not None else 0.0


def parse(text: str) -> ParsedDocument:
    """Return a copy for each episode of the list: what describes it."""
    loaded = load(text)
    if loaded.error:
        return ParsedDocument(FORMAT, "", (), (broken(loaded.error),))
    place = _place(text)
    if place is None:
        reason = "it has no list of episodes with a title and the address of a recording each"
        return ParsedDocument(FORMAT, "", (), (Problem("file", reason, "check that the file is complete"),))
    holder = _record(loaded.value) if place else {}
    found = get(loaded.value, place)
    records = _episodes(found) if isinstance(found, list) else [(None, _record(found))]
    is_json_feed = _JSON_FEED.match(string(holder.get("version")) or "") is not None
    items = [
        _item(record, pointer(place if index is None else (*place, index)), is_json_feed) for index, record in records
    ]
    problems: list[Problem] = []
    items = usable(items, problems)
    return document_of(Feed(_channel(holder), tuple(items), tuple(problems)), FORMAT)


def resolve(text: str, locator: str) -> str:
    """Return the strings that `locator` leads to, joined. Raises ValueError where it leads nowhere."""
    return join(strings_at(text, locator))


@lru_cache(maxsize=1)
def _place(text: str) -> Path | None:
    """Return the path of the list of episodes in a JSON document, or of the one episode; None where there is none."""
    if _is_episode(_record(load(text).value)):
        return ()
    for keys, items in _lists(load(text).value, ()):
        sample = items[:_SAMPLE]
        if sum(isinstance(item, dict) and _is_episode(_record(item)) for item in sample) >= _LEAST_SHARE * len(sample):
            return keys
    return None


def _lists(value: Any, keys: Path) -> Iterator[tuple[Path, list[Any]]]:
    if isinstance(value, list):
        if value:
            yield keys, value
    elif isinstance(value, dict) and len(keys) < _MOST_DEPTH:
        for key, inner in islice(value.items(), _MOST_KEYS):
            yield from _lists(inner, (*keys, key))


def _episodes(items: list[Any]) -> Iterator[tuple[int, Record]]:
    """Yield the episodes of a list with their positions: what has no recording there is a show, or an announcement."""
    for index, item in enumerate(items):
        record = _record(item) if isinstance(item, dict) else {}
        if _is_episode(record):
            yield index, record


def _record(value: Any) -> Record:
    """Return an object by its keys as `normal_key` writes them."""
    return {normal_key(key): inner for key, inner in value.items()} if isinstance(value, dict) else {}


def _is_episode(record: Record) -> bool:
    is_described = bool(_first(record, _TITLE)) and bool(_day(record) or _first(record, _NOTES))
    # A long list may be a transcript in a form that nobody reads: it must not be lost without a word.
    return is_described and _sound(record) is not None and not any(map(_is_long, record.values()))


def _is_long(value: Any) -> bool:
    return isinstance(value, list) and len(value) > _LONG_LIST and isinstance(value[0], dict)


def _item(record: Record, path: str, is_json_feed: bool) -> Item:
    sound = _sound(record)
    pages = (web_address(address) for address in _all(record, _PAGE))
    return Item(
        path,
        one_line(_first(record, _TITLE)),
        fullest(_all(record, _NOTES)),
        # Elsewhere, an id is the directory's own number.
        (_first(record, _GUID) or (_text(record.get("id")) if is_json_feed else ""))[:1000] or None,
        next((page for page in pages if page and page != sound and not RECORDING.search(page)), None),
        _day(record),
        _duration(record),
        int(season) if (season := _number(record, "season", "season_number")) is not None else None,
        _number(record, "episode", "episode_number", "track_number", "number"),
        sound,
        web_address(_first(record, ("chapters_url",))),
        tuple(_transcripts(record)),
        tuple(islice(dict.fromkeys(_people(record)), _MOST_PEOPLE)),
        (),
        show_name=_show(record),
    )


def _channel(holder: Record) -> Channel:
    about = next((_record(holder[name]) for name in _HOLDERS if isinstance(holder.get(name), dict)), holder)
    address = web_address(_first(about, ("feed_url",)))
    return Channel(
        one_line(_show(holder) or _first(about, ("title", "name"))),
        fullest(_all(about, ("description", "summary"))),
        web_address(_first(about, ("home_page_url", "link", "url"))),
        language_of(_first(about, ("language",))),
        podcast_guid(address) if address else None,
        (),
    )


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return (string(value) or "").strip() if isinstance(value, str) else str(value)


def _all(record: Record, names: Iterable[str]) -> list[str]:
    """Return the strings under these keys, those that say something."""
    return [text for name in names if isinstance(record.get(name), str) and (text := _text(record[name]))]


def _first(record: Record, names: Iterable[str]) -> str:
    return next(iter(_all(record, names)), "")


def _show(record: Record) -> str:
    """Return the show that an object names, as a string or as an object with a title; nothing where it names none."""
    for name in _SHOW:
        value = record.get(name)
        if shown := (_text(value) if isinstance(value, str) else _first(_record(value), _TITLE)):
            return one_line(shown)
    return ""


def _sound(record: Record) -> str | None:
    """Return the address of the recording, or None where there is none."""
    for name in _SOUND:
        value = record.get(name)
        about = {"url": value} if isinstance(value, str) else _record(value)
        if (address := _address(about)) and _is_sound(about, address, is_likely=True):
            return address
    for about in _attached(record):
        if (address := _address(about)) and _is_sound(about, address, is_likely=False):
            return address
    written = [address for text in _all(record, (*_MAY_BE_SOUND, *_PAGE)) if (address := web_address(text))]
    recording = next((address for address in written if RECORDING.search(address)), None)
    is_apples = any(name in record for name in _APPLES)
    return recording or (web_address(_first(record, ("episode_url",))) if is_apples else None)


def _address(about: Record) -> str | None:
    return web_address(_first(about, ("url", "href", "link")))


def _is_sound(about: Record, address: str, *, is_likely: bool) -> bool:
    """Tell whether an address leads to a recording. is_likely: whether one that does not say what it leads to does."""
    kind = _first(about, ("mime_type", "type")).lower()
    if kind:
        return kind.startswith(("audio", "video"))
    return RECORDING.search(address) is not None or (is_likely and not _OTHER.search(address))


def _attached(record: Record) -> list[Record]:
    found = [record.get(name) for name in _ATTACHED]
    return [_record(item) for items in found if isinstance(items, list) for item in items]


def _day(record: Record) -> date | None:
    for name in _DAY:
        value = record.get(name)
        day = (stated_day(value.strip()) if isinstance(value, str) else None) or day_of(value)
        if day:
            return day
    return None


def _duration(record: Record) -> float | None:
    for one in (record, *_attached(record)):
        for name in _SECONDS:
            found = parse_duration(_text(one.get(name)))
            if found:
                return found
        milliseconds = _number(one, *_MILLISECONDS)
        if milliseconds:
            return milliseconds / 1000
    return None


def _number(record: Record, *names: str) -> float | None:
    for name in names:
        text = _text(record.get(name))
        if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,3})?", text):
            return float(text)
    return None


def _transcripts(record: Record) -> Iterator[Transcript]:
    seen = set()
    listed = record.get("transcripts")
    for item in [*(listed if isinstance(listed, list) else ()), *({"url": one} for one in _all(record, _TRANSCRIPT))]:
        stated = _record(item)
        address = web_address(_first(stated, ("url", "href")))
        if address and address not in seen:
            seen.add(address)
            kind = _first(stated, ("type", "mime_type")).split(";")[0].strip().lower()[:100]
            yield Transcript(address, kind or None, language_of(_first(stated, ("language",))))


def _people(record: Record) -> Iterator[Person]:
    for name, role in _PEOPLE.items():
        value = record.get(name)
        for item in value if isinstance(value, list) else NAME_BREAK.split(_text(value)):
            stated = _record(item)
            named = one_line(_text(item) if isinstance(item, str) else _first(stated, ("name", "title")))[:200]
            told = role_of(_first(stated, ("role",)))
            # Groups behind the scenes are not heard, unless they are told to be.
            if named and (told != "unknown" or _first(stated, ("group",)).lower() in ("", "cast")):
                yield Person(named, role if told == "unknown" else told, web_address(_first(stated, ("href", "url"))))
