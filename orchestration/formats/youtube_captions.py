"""YouTube's own captions: `json3`, and XML of three ages.

`srv1` is `<text start dur>` in seconds, `srv2` `<text t d>` and `srv3` `<p t d>` with words `<s t>` in milliseconds.

Events that only place a window or append a line end hold no words and are left out. A caption stays on the screen while
the next one is spoken: it ends here where the next one begins.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from orchestration.formats import json_text, xml_elements
from orchestration.formats.cues import About, Cue, Run, build_document
from orchestration.formats.document import ParsedDocument, Problem
from orchestration.formats.xml_elements import Element, read_elements, resolve_element
from orchestration.formats.xml_head import root_start, root_tag

FORMAT = "youtube_captions"

_HEAD_CHARS = 20_000
_JSON3 = re.compile(
    r"\s{0,100}\{[^{}\[\]]{0,500}(?:\"wireMagic\"\s{0,5}:\s{0,5}\"pb3\""
    r"|\"events\"\s{0,5}:\s{0,5}\[\s{0,100}\{[^{}\[\]]{0,500}\"tStartMs\")"
)
_EVENT = re.compile(r"\{[^{}\[\]]{0,500}\"tStartMs\"\s{0,5}:")
_TEXT = re.compile(r"<text\s[^<>]{0,200}(?:\bstart|\bt)=")


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1, by its first keys or its root element."""
    head = text[:_HEAD_CHARS]
    if _JSON3.match(head):
        return 0.98 if _EVENT.search(head) else 0.6
    root = root_tag(head)
    if root == "timedtext":
        return 0.98
    return 0.97 if root == "transcript" and _TEXT.search(head, root_start(head)) else 0.0


def parse(text: str) -> ParsedDocument:
    """Return the one copy of YouTube's captions. Windows, pens and the recogniser's confidence are left out."""
    if _JSON3.match(text[:_HEAD_CHARS]):
        loaded = json_text.load(text)
        cues = list(_json_cues(loaded.value))
        problems: tuple[Problem, ...] = (json_text.broken(loaded.error),) if loaded.error else ()
    else:
        read = _read(text)
        cues, problems = list(_xml_cues(read.root)), read.problems
    is_cut = any("read up to" in problem.reason for problem in problems)
    about = About(truncation_reason="the XML breaks off" if is_cut else None)
    return build_document(FORMAT, len(text), _clipped(cues), about, problems)


def resolve(text: str, locator: str) -> str:
    """Return the source text of a segment, all of its pieces. Raises ValueError where a locator leads nowhere."""
    if not _JSON3.match(text[:_HEAD_CHARS]):
        return resolve_element(_read(text).root, locator)
    return "".join(json_text.strings_at(text, locator))


@lru_cache(maxsize=1)
def _read(text: str) -> xml_elements.Read:
    return read_elements(text, {})


def _events(data: Any) -> list[Any]:
    events = data.get("events") if isinstance(data, dict) else None
    return events if isinstance(events, list) else []


def _pieces(event: dict[str, Any]) -> Iterator[tuple[str, float | None]]:
    """Yield the pieces of an event's text and when each is spoken: milliseconds from its start, where told."""
    segs = event.get("segs")
    for seg in segs if isinstance(segs, list) else ():
        text = json_text.string(seg.get("utf8")) if isinstance(seg, dict) else None
        if text is not None:
            yield text, _number(seg.get("tOffsetMs"))


def _json_cues(data: Any) -> Iterator[Cue]:
    for number, event in enumerate(_events(data)):
        if isinstance(event, dict):
            start, duration = _number(event.get("tStartMs")), _number(event.get("dDurationMs"))
            last = len(event["segs"]) - 1 if isinstance(event.get("segs"), list) else 0
            pieces = f"0..{last}" if last > 0 else "0"
            yield _cue(start, duration, list(_pieces(event)), f"/events/{number}/segs/{pieces}/utf8")


def _xml_cues(root: Element | None) -> Iterator[Cue]:
    if root is None:
        return
    is_srv3 = root.child("body") is not None
    parent = root.child("body") or root
    path = f"/{root.name}/body" if is_srv3 else f"/{root.name}"
    name = "p" if is_srv3 else "text"
    for number, line in enumerate(parent.children(name), start=1):
        if "start" in line.attributes or "dur" in line.attributes:
            width = 1000.0
            start, duration = _number(line.attributes.get("start")), _number(line.attributes.get("dur"))
        else:
            width = 1.0
            start, duration = _number(line.attributes.get("t")), _number(line.attributes.get("d"))
        start, duration = (None if value is None else value * width for value in (start, duration))
        pieces = [
            (part, None) if isinstance(part, str) else (part.text(), _number(part.attributes.get("t")))
            for part in line.content
        ]
        yield _cue(start, duration, pieces, f"{path}/{name}[{number}]")


def _number(value: Any) -> float | None:
    """Return a number that a time can be, however it is written, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and 0 <= number < 1e12 else None


def _cue(
    start_ms: float | None, duration_ms: float | None, pieces: list[tuple[str, float | None]], locator: str
) -> Cue:
    """Return the cue of an event. Its words have times where the event is in pieces with times."""
    has_times = any(offset is not None for _, offset in pieces) and start_ms is not None
    runs: list[Run] = []
    for piece, offset in pieces:
        for number, line in enumerate(re.split(r"[\n\r]+", piece)):
            opens_line = number > 0 or not runs
            if line or opens_line:
                # The first piece is spoken at once, and carries no time of its own.
                offset = 0.0 if offset is None and not runs else offset
                is_word = has_times and number == 0 and offset is not None and bool(line.strip())
                start_s = (start_ms + offset) / 1000 if is_word else None  # type: ignore[operator]
                runs.append(Run(line, opens_line=opens_line, start_s=start_s))
    start_s = None if start_ms is None else start_ms / 1000
    end_s = None if start_ms is None or duration_ms is None else (start_ms + duration_ms) / 1000
    return Cue(start_s, end_s, runs, locator)


def _clipped(cues: list[Cue]) -> list[Cue]:
    """End each caption where the next one begins, at the latest."""
    cues = [cue for cue in cues if any(run.text.strip() for run in cue.runs)]
    following: float | None = None
    for cue in reversed(cues):
        if cue.start_s is None:
            continue
        if cue.end_s is not None and following is not None and cue.start_s < following < cue.end_s:
            cue.end_s = following
        following = cue.start_s
    return cues
