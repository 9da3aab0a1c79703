"""Whisper's plain output: `[hh:mm:ss.mmm --> hh:mm:ss.mmm]   text`, or without hours, a cue a line.

Programs made after it write seconds (`[4.20s -> 7.00s] text`), or who speaks in front of the words. The table that
Whisper writes (`.tsv`) is read by `orchestration.formats.table_transcript`.
"""

from __future__ import annotations

import re

from orchestration.formats.clock import parse_clock
from orchestration.formats.dates import stated_date
from orchestration.formats.document import Copy, ParsedDocument, Passage, Problem, Segment, char_locator
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.speaker_prefixes import labelled_segments
from orchestration.formats.speech import lines, passage, trim

FORMAT = "whisper_text"

_CLOCK = r"(?:[0-9]{1,3}:)?[0-5][0-9]:[0-5][0-9][.,][0-9]{2,3}"
_SECONDS = r"[0-9]{1,6}\.[0-9]{1,3}s"
_ARROW = re.compile(r" -?-> ")
_MARK = re.compile(rf"\[(?:({_CLOCK}) --> ({_CLOCK})|({_SECONDS}) -> ({_SECONDS}))\]")
_BLANK_LINE = re.compile(r"(?:\r\n|[\n\r\x85\u2028\u2029])[ \t]*[\n\r\x85\u2028\u2029]")
_HEAD_CHARS = 200_000


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1, by the share of its lines that open with a cue's times."""
    if not _ARROW.search(text, 0, _HEAD_CHARS):
        return 0.0
    found = [_MARK.match(text, start) is not None for start, _ in lines(text, 0, _HEAD_CHARS)]
    return 0.98 * sum(found) / len(found) if sum(found) * 2 > len(found) else 0.0


def parse(text: str) -> ParsedDocument:
    """Return the one copy of a Whisper transcript: a segment a cue. Text in front of the first cue describes it."""
    marks = list(_MARK.finditer(text))
    first = marks[0].start() if marks else len(text)
    header = [found for start, end in lines(text, 0, first) if (found := passage(text, start, end))]
    cues: list[tuple[int, int, float, float | None]] = []
    problems: list[Problem] = []
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else len(text)
        start, end = trim(text, mark.end(), end)
        # A cue may be wrapped; what follows an empty line is no part of it.
        blank = _BLANK_LINE.search(text, start, end)
        if blank:
            problems.append(
                Problem(
                    char_locator(*trim(text, blank.end(), end)),
                    "text between the cues, which has no time",
                    "delete it, or give it a time as the other cues have",
                )
            )
            end = blank.start()
        start_s, end_s = (_seconds(mark[1] or mark[3]), _seconds(mark[2] or mark[4]))
        cues.append((start, end, start_s, end_s if end_s >= start_s else None))
    segments = list(labelled_segments(text, cues))
    return ParsedDocument(FORMAT, text, (_copy(text, header, first, segments),) if segments else (), tuple(problems))


def _seconds(time: str) -> float:
    return float(time[:-1]) if time[-1] == "s" else parse_clock(time)


def _copy(text: str, header: list[Passage], header_end: int, segments: list[Segment]) -> Copy:
    stated = stated_date(text[:header_end])
    return Copy(
        0,
        len(text),
        char_locator(0, len(text)),
        published_on=stated[0] if stated else None,
        date_source=stated[1] if stated else "none",
        passages=tuple(header),
        segments=tuple(segments),
    )


def resolve(text: str, locator: str) -> str:
    """Return the exact source text of a segment. Raises ValueError for a locator that leads nowhere."""
    return resolve_char_locator(text, locator)
