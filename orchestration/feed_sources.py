"""The sidecar of a fetched file: where it came from, and what the feed says about the episode it belongs to.

It stands beside the file as `<file>.source.yml`. What `episode.yml` may state stands under the same keys (`show`,
`title`, `date`, `guid`, `url`, `language`, `hosts`, `guests`), and where the file came from under `source`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

SOURCE_SUFFIX = ".source.yml"
_TEXTS = ("show", "title", "guid", "url", "language")


@dataclass(frozen=True, slots=True)
class Source:
    """What a sidecar states; None or empty where it says nothing.

    source: `kind` (`feed`, `transcript`, `chapters`), `url`, `fetched_at`, `etag`, `last_modified`, `content_type`,
    `sha256`, `feed` (its address) and `show_guid`, as far as known, all as text.
    """

    show: str | None = None
    title: str | None = None
    date: date | None = None
    guid: str | None = None
    url: str | None = None
    language: str | None = None
    hosts: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    source: dict[str, str] = field(default_factory=dict)


def write_source(stated: Source) -> str:
    """Return the sidecar's text. What is unknown is left out."""
    values: dict[str, Any] = {name: getattr(stated, name) for name in ("show", "title", "date", *_TEXTS[2:])}
    values |= {"hosts": list(stated.hosts), "guests": list(stated.guests), "source": stated.source}
    known = {name: value for name, value in values.items() if value}
    # The library writes the line ends that only Unicode has as they are, and reads them as spaces.
    has_odd_line_end = any(character in text for text in _strings(known) for character in "\x85\u2028\u2029")
    return yaml.safe_dump(known, allow_unicode=not has_odd_line_end, sort_keys=False, width=1_000)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (text for part in value.values() for text in _strings(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in _strings(part))
    else:
        yield str(value)
