"""Podcasting 2.0 transcripts in JSON: `segments` of `speaker`, `startTime`, `endTime` and `body`.

A segment may be a line of a caption, an utterance or one word; readable cues are built from words, which are kept.
"""

from __future__ import annotations

from orchestration.formats.document import ParsedDocument
from orchestration.formats.json_text import load
from orchestration.formats.recogniser_dialects import PODCASTING
from orchestration.formats.recogniser_json import parse_dialects
from orchestration.formats.recogniser_json import resolve as resolve_units
from orchestration.formats.unit_reader import recognise

FORMAT = "podcast_json"


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1: an object whose `segments` have a `body`."""
    loaded = load(text)
    if recognise(loaded.value, (PODCASTING,)):
        return 0.97
    is_empty = isinstance(loaded.value, dict) and set(loaded.value) == {"version", "segments"}
    return 0.9 if is_empty and loaded.value["segments"] == [] else 0.0


def parse(text: str) -> ParsedDocument:
    """Return the one copy of the transcript; the lines of one caption are one segment."""
    return parse_dialects(FORMAT, text, (PODCASTING,))


def resolve(text: str, locator: str) -> str:
    """Return the source string of a segment. Raises ValueError for a locator that leads nowhere."""
    return resolve_units(text, locator)
