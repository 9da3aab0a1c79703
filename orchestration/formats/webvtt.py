"""WebVTT captions (`.vtt`): `WEBVTT`, then cues with their times, voices in `<v Name>`.

A voice holds until the next one, as the podcast namespace wants it. Read with a reader of our own: webvtt-py gives no
offsets into the file, which every segment here must lead back to, drops what is not by the book (times in seconds
alone, a line of times with text behind it) and does not keep the times inside a cue.
"""

from __future__ import annotations

import re

from orchestration.formats.caption_problems import scan_problems
from orchestration.formats.cues import About, build_document, language_of
from orchestration.formats.document import ParsedDocument
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.timed_lines import clock_s, make_cue, scan

FORMAT = "webvtt"

_HEADER = re.compile(r"\ufeff?\s{0,100}WEBVTT(?=[ \t\n\r]|\Z)[ \t]*([^\n\r]{0,500})")
_FIELD = re.compile(
    r"(?:(?<=[\n\r])|(?<=NOTE ))[ \t]*(Language|Duration)[ \t]*:[ \t]*\"?([^\n\r\"]{1,40})", re.IGNORECASE
)
_DURATION = re.compile(r"[0-9]{1,3}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]{1,9})?")
_NOISE = re.compile(r"(?:FILE|-+|[\W_]+)", re.IGNORECASE)


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1, by its first word."""
    return 0.99 if _HEADER.match(text[:1_000]) else 0.0


def parse(text: str) -> ParsedDocument:
    """Return the one copy of WebVTT captions. Comments, styles, regions and settings are left out."""
    found = scan(text, has_blocks=True)
    header = _HEADER.match(text)
    note = header[1].strip().lstrip("-–—: \t") if header else ""
    is_field = bool(re.match(r"[\w-]{1,40}[:=]\S", note)) or _NOISE.fullmatch(note)
    fields = {name.lower(): value.strip() for name, value in _FIELD.findall(text[: min(found.header_end, 20_000)])}
    about = About(
        notes=(note,) if note and not is_field else (),
        language=language_of(fields.get("language")),
        duration_s=_duration_s(fields.get("duration", "")),
    )
    cues = [make_cue(text, timed) for timed in found.cues]
    return build_document(FORMAT, len(text), cues, about, scan_problems(text, found.cues, found.stray))


def resolve(text: str, locator: str) -> str:
    """Return the exact source text of a segment, with its markup. Raises ValueError where a locator leads nowhere."""
    return resolve_char_locator(text, locator)


def _duration_s(value: str) -> float | None:
    return clock_s(value) if _DURATION.fullmatch(value) else None
