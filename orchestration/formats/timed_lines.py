"""What WebVTT and SubRip share: lines with two times and an arrow, the text between them, and the markup inside.

Files are read as people make them: times with a comma or a dot, without hours or minutes, arrows with one dash, cues
without an empty line between them or with one behind every line, counters that are missing, text behind the times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from orchestration.formats.cues import Cue, Run
from orchestration.formats.display import tidy

_CLOCK = r"(?:[0-9]{1,3}:)?(?:[0-9]{1,3}:)?[0-9]{1,6}(?:[.,][0-9]{1,9})?"
TIMING = re.compile(
    rf"(?<![^\n\r\ufeff])[ \t]*(?:(?P<start>{_CLOCK})[ \t]*--?>[ \t]*(?P<end>{_CLOCK})(?=[ \t\n\r]|\Z)"
    r"|(?P<broken>[0-9][0-9:.,]{3,20}[ \t]*--?>[^\n\r]{0,80}))"
)
_SETTINGS = re.compile(
    r"(?:[ \t]++(?i:vertical|line|position|size|align|region|[XY][12]|[ADLST]):[^\s<]{0,80}+)*[ \t]*+(?=[\n\r]|\Z)"
)
_TAG = re.compile(
    r"<(?:(?P<time>(?:[0-9]{1,3}:)?[0-9]{1,2}:[0-9]{2}[.,][0-9]{1,3})|(?P<br>br[ \t]{0,5}/?)"
    r"|v(?:\.[^\s<>]{1,80})?[ \t\r\n](?P<voice>[^<>]{0,200})"
    r"|/?(?:[ibuscvp]|em|strong|font|span|ruby|rt|rp|lang|div)(?:[.\s/][^<>]{0,200})?)>"
    r"|\{\\[^{}]{0,100}\}|(?P<line>[\n\r]+)",
    re.IGNORECASE,
)
_BLANK = re.compile(r"(?>\r\n|\n|\r)[ \t]*+[\n\r]")
_LINE_END = re.compile(r"\r\n|\n|\r")
_COUNTER = re.compile(r"[0-9]{1,9}")
# Blocks of WebVTT between cues; they end with an empty line.
_BLOCK = re.compile(r"(?<![^\n\r])(?:NOTE|STYLE|REGION|WEBVTT)(?=[ \t\n\r:]|\Z)")


_BLOCK_NAMES = ("NOTE", "STYLE", "REGION", "WEBVTT")


class Timed(NamedTuple):
    """The range of a cue's text in the raw file, and its times; None where a time cannot be read."""

    start: int
    end: int
    start_s: float | None
    end_s: float | None
    broken_at: int | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """The cues of a file, where the text in front of them ends, and the ranges behind comments and the last cue."""

    header_end: int
    cues: tuple[Timed, ...]
    stray: tuple[tuple[int, int], ...]


def timings(text: str, end: int | None = None) -> Iterator[re.Match[str]]:
    """Yield the lines of times in text[:end], which are looked for only where there is an arrow."""
    end = len(text) if end is None else min(end, len(text))
    at = 0
    while (arrow := text.find("->", at, end)) >= 0:
        line_start = max(at, text.rfind("\n", at, arrow) + 1, text.rfind("\r", at, arrow) + 1)
        line_end = _LINE_END.search(text, arrow, end)
        at = line_end.start() if line_end else end
        yield from TIMING.finditer(text, line_start, at)


@lru_cache(maxsize=64)
def clock_s(text: str) -> float | None:
    """Return the seconds of a caption's time (`1:02:03,500`, `02:03.5`, `3.5`), or None where there is no such time."""
    whole, _, fraction = text.replace(",", ".").partition(".")
    parts = [int(part) for part in whole.split(":")]
    if any(part > 59 for part in parts[1:]):
        return None
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + part
    # One division keeps `0.1` the float that a reader expects: adding 1/10 to a large whole number would not.
    return float(f"{seconds}.{fraction or 0}")


def scan(text: str, has_blocks: bool) -> Scan:
    """Return the cues of `text`. has_blocks: WebVTT's comments, styles and names of cues stand between them."""
    found = list(timings(text))
    # A line of times stands in front of every block that is looked for.
    has_blocks_between = has_blocks and any(text.find(name, found[0].end()) >= 0 for name in _BLOCK_NAMES if found)
    header_end = len(text)
    cues: list[Timed] = []
    stray: list[tuple[int, int]] = []
    counter: int | None = None
    for number, timing in enumerate(found):
        is_last = number + 1 == len(found)
        stop = len(text) if is_last else found[number + 1].start()
        if number == 0:
            header_end, counter = _without_counter(text, 0, timing.start(), None, has_blocks)
        is_bare = text[timing.end() : timing.end() + 1] in "\r\n"
        settings = _SETTINGS.match(text, timing.end()) if timing["start"] and not is_bare else None
        start = settings.end() if settings else timing.end()
        if not is_last:
            stop, counter = _without_counter(text, start, stop, counter, has_blocks)
        end = _end_of_last(text, start) if is_last else stop
        stray_from = end
        for block_start, block_end in [*(blocks(text, start, stop) if has_blocks_between else ()), (stop, stop)]:
            end = min(end, block_start)
            if stray_from < block_start:
                stray.append((stray_from, block_start))
            stray_from = max(stray_from, block_end)
        cues.append(_timed(timing, start, end))
    return Scan(header_end, tuple(cues), tuple(stray))


def _timed(timing: re.Match[str], start: int, end: int) -> Timed:
    start_s = clock_s(timing["start"]) if timing["start"] else None
    end_s = clock_s(timing["end"]) if timing["end"] else None
    return timed(start, end, start_s, end_s, timing.start())


def timed(start: int, end: int, start_s: float | None, end_s: float | None, line_start: int) -> Timed:
    """Return the range of a cue's text with its times, which stand in the line from `line_start` on."""
    broken_at = line_start if start_s is None or end_s is None else None
    if start_s is not None and end_s is not None and end_s < start_s:
        end_s = None
    return Timed(start, end, start_s, end_s, broken_at)


def blocks(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of WebVTT's comments, styles, regions and repeated headers in text[start:stop]."""
    done = start
    for found in _BLOCK.finditer(text, start, stop):
        if found.start() >= done and _is_behind_blank(text, start, found.start()):
            blank = _BLANK.search(text, found.end(), stop)
            done = blank.start() if blank else stop
            yield found.start(), done


def _is_behind_blank(text: str, start: int, at: int) -> bool:
    """Tell whether the line that begins at `at` stands behind an empty line, or first in text[start:]."""
    before = text[max(start, at - 200) : at]
    bare = before.rstrip()
    return (not bare and start == 0) or len(_LINE_END.findall(before[len(bare) :])) > 1


def _without_counter(text: str, start: int, stop: int, counter: int | None, has_names: bool) -> tuple[int, int | None]:
    """Return where the text above a line of times ends, in front of the cue's counter or name, and the counter."""
    piece = text[start:stop]
    bare = piece.rstrip()
    line_start = max(bare.rfind("\n"), bare.rfind("\r")) + 1
    last = bare[line_start:].strip("\ufeff \t")
    # The first line of a piece stands behind the times of the cue before, and is no line of its own.
    if not last or (line_start == 0 and start > 0):
        return stop, counter
    before = bare[:line_start]
    is_after_blank = (start == 0 and not before.strip()) or _line_ends(before[len(before.rstrip()) :]) > 1
    is_directly_above = _line_ends(piece[len(bare) :]) == 1
    if _COUNTER.fullmatch(last):
        is_next = counter is not None and int(last) == counter + 1
        if is_next or (is_directly_above and (is_after_blank or counter is None)) or start == 0:
            return start + line_start, int(last)
    elif has_names and is_directly_above and is_after_blank and start > 0:
        return start + line_start, counter
    return stop, counter


def _line_ends(space: str) -> int:
    return 1 if space == "\n" else 2 if space == "\n\n" else len(_LINE_END.findall(space))


def _end_of_last(text: str, start: int) -> int:
    """Return where the text of the last cue ends: at an empty line, unless one stands right behind the times."""
    first = re.compile(r"\s*").match(text, start).end()  # type: ignore[union-attr]
    if len(_LINE_END.findall(text, start, first)) > 1:
        return len(text)
    blank = _BLANK.search(text, first)
    return blank.start() if blank else len(text)


def make_cue(text: str, timed: Timed) -> Cue:
    """Return the cue of a range of the raw text: its markup taken off, names of voices and inner times kept."""
    piece = text[timed.start : timed.end]
    if "<" not in piece and "{" not in piece:
        runs = [Run(*line, opens_line=True) for line in _lines(piece, timed.start)]
        return Cue(timed.start_s, timed.end_s, runs)
    runs = []
    at = timed.start
    opens_line = True
    time_s: float | None = None
    voice: str | None = None
    for tag in _TAG.finditer(text, timed.start, timed.end):
        _add(runs, text, at, tag.start(), opens_line, time_s, voice)
        if tag.start() > at:
            is_blank = opens_line and text[at : tag.start()].isspace()
            opens_line, time_s = (opens_line, time_s) if is_blank else (False, None)
        at = tag.end()
        if tag["line"] or tag["br"]:
            opens_line = True
        elif tag["time"]:
            time_s = clock_s(tag["time"])
        elif tag["voice"] is not None:
            voice = " ".join(tag["voice"].split()) or voice
            voice = voice if voice and tidy(voice) else None
    _add(runs, text, at, timed.end, opens_line, time_s, voice)
    return Cue(timed.start_s, timed.end_s, _with_first_times(runs, timed.start_s))


def _lines(piece: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Yield the lines of a piece of text that begins at `at`, blank ones left out, and their ranges."""
    for line in piece.replace("\r", "\n").split("\n"):
        if line and not line.isspace():
            yield line, at, at + len(line)
        at += len(line) + 1


def _add(
    runs: list[Run], text: str, start: int, end: int, opens_line: bool, time_s: float | None, voice: str | None
) -> None:
    piece = text[start:end]
    if piece and not (opens_line and piece.isspace()):
        runs.append(Run(piece, start, end, opens_line, time_s, None, voice))


def _with_first_times(runs: list[Run], start_s: float | None) -> list[Run]:
    """Give the words in front of the first inner time of a line the time of the cue: they are shown with it."""
    for number, run in enumerate(runs):
        if run.start_s is not None:
            first = number
            while first and not runs[first].opens_line:
                first -= 1
            if first < number:
                opening = runs[first]
                runs[first] = Run(
                    opening.text, opening.start, opening.end, opening.opens_line, start_s, None, opening.voice
                )
            break
    return runs
