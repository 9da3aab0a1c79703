"""SubRip captions (`.srt`): a counter, a line with two times, text; `Name:` in front of it where somebody begins.

A name holds until the next one. Read with a reader of our own: the library srt reads ordinary files well but gives no
offsets into the file, which every segment here must lead back to, and takes a counter for text where an empty line is
missing.
"""

from __future__ import annotations

import re

from orchestration.formats.caption_problems import scan_problems
from orchestration.formats.cues import About, build_document
from orchestration.formats.document import ParsedDocument
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.speech import lines
from orchestration.formats.timed_lines import make_cue, scan, timings

FORMAT = "subrip"

_HEAD_CHARS = 50_000
_WEBVTT = re.compile(r"\ufeff?\s{0,100}WEBVTT(?=[ \t\n\r]|\Z)")
_MOST_HEADER_LINES = 6


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1, by lines of times, the first of them close to the top."""
    head = text[:_HEAD_CHARS]
    if _WEBVTT.match(head):
        return 0.0
    found = [timing for timing in timings(head) if timing["start"]]
    if not found:
        return 0.0
    in_front = sum(1 for _ in lines(head, 0, found[0].start()))
    written = sum(1 for _ in lines(head))
    if in_front > _MOST_HEADER_LINES or len(found) * 12 < written:
        return 0.0
    return 0.97 if in_front <= 2 else 0.8


def parse(text: str) -> ParsedDocument:
    """Return the one copy of SubRip captions. Text in front of the first cue describes it."""
    found = scan(text, has_blocks=False)
    notes = tuple(text[start:end].strip("\ufeff \t") for start, end in lines(text, 0, found.header_end))
    cues = [make_cue(text, timed) for timed in found.cues]
    return build_document(FORMAT, len(text), cues, About(notes=notes), scan_problems(text, found.cues, found.stray))


def resolve(text: str, locator: str) -> str:
    """Return the exact source text of a segment, with its markup. Raises ValueError where a locator leads nowhere."""
    return resolve_char_locator(text, locator)
