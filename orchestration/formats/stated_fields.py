"""What a page states about its episode in so many words: `**Show:** Name`, `Duration: 00:49:58`, `Published: ...`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from orchestration.formats.clock import parse_clock
from orchestration.formats.dates import stated_date
from orchestration.formats.display import tidy

_NAMES = {
    "show": "show, show name, podcast, podcast name, series, channel",
    "url": "source, source url, url, link, video, episode url, original",
    "duration": "duration, length, runtime, run time",
    "stated": "published, published on, publication date, publish date, upload date, uploaded, aired, aired on, "
    "air date, released, released on, release date, date",
    "recorded": "recorded, recorded on, recording date, date recorded",
    "title": "title, episode, episode title",
}
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names.split(", ")}
_BOLD = re.compile(r"\*\*([A-Za-z][A-Za-z ]{2,23}?)(?::\*\*|\*\*:)[ \t]*")
_LINE = re.compile(
    r"(?<![^\n\r\x85\u2028\u2029])[ \t>-]{0,4}(?:\*\*)?([A-Za-z][A-Za-z ]{2,23}?)(?::\*\*|\*\*:|:)[ \t]*"
)
_VALUE_END = re.compile(r"[\n\r\x85\u2028\u2029]|[ \t]#{1,6}[ \t]|[ \t]\*\*[A-Za-z][A-Za-z ]{2,23}(?::\*\*|\*\*:)")
_ADDRESS = re.compile(r"https?://[^\s()<>\[\]\"']+")
_VIDEO = re.compile(
    r"https?://(?:www\.|m\.)?(?:youtube(?:-nocookie)?\.com/(?:watch\?(?:[\w=.%-]{1,80}&){0,8}v=|embed/|shorts/|live/)"
    r"|youtu\.be/)([\w-]{11})(?![\w-])"
)


@dataclass(frozen=True, slots=True)
class Field:
    """A stated field: its kind, the whole of it, and its value. Half-open character ranges."""

    kind: str
    start: int
    end: int
    value_start: int
    value_end: int


def is_field_name(name: str) -> bool:
    """Tell whether `name` is that of a field of the page, in any letter case."""
    return name.strip().lower() in _FIELD_OF


def stated_fields(text: str, start: int, end: int) -> Iterator[Field]:
    """Yield the fields of known names in text[start:end]: in bold anywhere, or at the start of a line."""
    done = start
    for found in sorted(
        {(*found.span(), found[1]) for form in (_BOLD, _LINE) for found in form.finditer(text, start, end)}
    ):
        field_start, value_start, name = found
        kind = _FIELD_OF.get(name.strip().lower())
        if kind is None or field_start < done:
            continue
        stop = _VALUE_END.search(text, value_start, end)
        value_end = stop.start() if stop else end
        value_end = value_start + len(text[value_start:value_end].rstrip())
        if value_end > value_start:
            done = value_end
            yield Field(kind, field_start, value_end, value_start, value_end)


def video_id_of(url: str) -> str | None:
    """Return the id of the YouTube video that an address leads to, else None."""
    found = _VIDEO.match(url)
    return found[1] if found else None


def addresses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the range of every web address in text[start:end], without the punctuation that follows it."""
    for found in _ADDRESS.finditer(text, start, end):
        yield found.start(), found.start() + len(found.group().rstrip(".,;:!?*"))


@dataclass(slots=True)
class Stated:
    """The values of the fields of one copy; None where nothing is stated."""

    show_name: str | None = None
    title: tuple[int, int] | None = None
    url: tuple[int, int] | None = None
    duration_s: float | None = None
    published_on: date | None = None
    date_source: Literal["stated", "recorded", "none"] = "none"


def read_fields(text: str, fields: list[Field]) -> Stated:
    """Return what `fields` say, the first of each kind. A publication date wins over a date of recording."""
    stated = Stated()
    for field in fields:
        value = text[field.value_start : field.value_end]
        if field.kind == "show":
            stated.show_name = stated.show_name or tidy(value)[:200] or None
        elif field.kind == "title":
            stated.title = stated.title or (field.value_start, field.value_end)
        elif field.kind == "url":
            stated.url = stated.url or next(addresses(text, field.value_start, field.value_end), None)
        elif field.kind == "duration":
            stated.duration_s = stated.duration_s or _clock_or_none(value)
        else:
            verb = "Published" if field.kind == "stated" else "Recorded"
            found = stated_date(f"{verb}: {value[:60]}")
            if found and found[2] == 0 and stated.date_source != "stated" and stated.date_source != field.kind:
                stated.published_on, stated.date_source = found[0], found[1]
    return stated


def _clock_or_none(value: str) -> float | None:
    try:
        return parse_clock(value.strip())
    except ValueError:
        return None
