"""SubStation Alpha captions (`.ass`, `.ssa`): a line `Dialogue:` a caption, its columns named by a line `Format:`.

Source: the specification of SubStation Alpha v4.00+, and what Aegisub and FFmpeg write. Override codes (`{\\i1}`) are
left out, drawings with them; `\\N` and `\\n` begin a line, `\\h` is a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestration.formats.caption_problems import scan_problems
from orchestration.formats.cues import About, Cue, Run, build_document
from orchestration.formats.document import ParsedDocument, Problem, char_locator
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.speech import lines
from orchestration.formats.timed_lines import Timed, clock_s, timed

FORMAT = "sub_station"

_HEAD_CHARS = 200_000
_OPENING = re.compile(r"\ufeff?\s{0,100}\[Script Info\]|\ufeff?\s{0,100}\[(?:V4\+? Styles|Events)\]", re.IGNORECASE)
_DIALOGUE = re.compile(r"(?<![^\n\r])Dialogue[ \t]{0,5}:[^\n\r]{0,80}?,[ \t]*[0-9]{1,2}:[0-9]{2}:[0-9]{2}")
_LINE = re.compile(r"(?P<key>[A-Za-z ]{1,40}?)[ \t]*:[ \t]*")
_SECTION = re.compile(r"\[([^\[\]]{1,40})\][ \t]*")
_COLUMNS: tuple[str, ...] = (
    "layer",
    "start",
    "end",
    "style",
    "name",
    "marginl",
    "marginr",
    "marginv",
    "effect",
    "text",
)
_TIME = re.compile(r"[0-9]{1,3}:[0-9]{1,2}:[0-9]{1,2}(?:[.,:][0-9]{1,3})?")
_CODE = re.compile(r"\{(?P<codes>[^{}]{0,5000})\}|(?P<line>\\[Nn])|(?P<space>\\h)")
_DRAWING = re.compile(r"\\p([0-9])")
# What editors write where nobody gave a title.
_NO_TITLES = ("default aegisub file", "untitled", "<untitled>")


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1: its first section, and lines `Dialogue:` with times."""
    if not _OPENING.match(text):
        return 0.0
    return 0.98 if _DIALOGUE.search(text, 0, _HEAD_CHARS) else 0.6


def parse(text: str) -> ParsedDocument:
    """Return the one copy of the captions, in the order of their times. Bad lines are told as problems."""
    section, title = "", ""
    columns = _COLUMNS
    all_timed: list[Timed] = []
    cues: list[tuple[float, Cue]] = []
    problems: list[Problem] = []
    for start, end in lines(text):
        line = text[start:end].strip("\ufeff \t")
        if named := _SECTION.fullmatch(line):
            section = named[1].strip().lower()
            continue
        found = _LINE.match(text, start, end)
        if found is None:
            continue
        key = found["key"].strip().lower()
        if section == "script info" and key == "title":
            title = text[found.end() : end].strip()
        elif key == "format" and section in ("events", ""):
            named_columns = tuple(name.strip().lower() for name in text[found.end() : end].split(","))
            # What is said may hold commas, so that it is the last.
            columns = named_columns if named_columns[-1] == "text" else columns
        elif key == "dialogue":
            cells = list(_cells(text, found.end(), end, len(columns)))
            if len(cells) < len(columns):
                reason = f"a caption of {len(cells)} fields where {len(columns)} are named: it is not used"
                problems.append(Problem(char_locator(start, end), reason, "mend the line, or export the file again"))
                continue
            cell = dict(zip(columns, cells, strict=True))
            start_s, end_s = (_seconds(text, cell.get(name)) for name in ("start", "end"))
            shown = timed(*cell["text"], start_s, end_s, start)
            name = " ".join(text[slice(*cell["name"])].split()) if "name" in cell else ""
            runs = list(_runs(text, *cell["text"], name or None))
            all_timed.append(shown)
            # One without a time is said behind the one before.
            at_s = shown.start_s if shown.start_s is not None else cues[-1][0] if cues else 0.0
            cues.append((at_s, Cue(shown.start_s, shown.end_s, runs)))
    about = About(title=None if title.lower() in _NO_TITLES else title or None)
    ordered = [cue for _, cue in sorted(cues, key=lambda placed: placed[0])]
    return build_document(FORMAT, len(text), ordered, about, (*problems, *scan_problems(text, all_timed, ())))


def resolve(text: str, locator: str) -> str:
    """Return the exact source text of a segment, with its codes. Raises ValueError where a locator leads nowhere."""
    return resolve_char_locator(text, locator)


def _cells(text: str, start: int, end: int, count: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the fields of a line, of which the last may hold commas."""
    for _ in range(count - 1):
        comma = text.find(",", start, end)
        if comma < 0:
            break
        yield start, comma
        start = comma + 1
    yield start, end


def _seconds(text: str, cell: tuple[int, int] | None) -> float | None:
    written = text[slice(*cell)].strip() if cell else ""
    if not _TIME.fullmatch(written):
        return None
    whole, _, fraction = written.replace(",", ".").partition(".")
    if whole.count(":") == 3:
        whole, _, fraction = whole.rpartition(":")
    return clock_s(f"{whole}.{fraction or 0}")


def _runs(text: str, start: int, end: int, voice: str | None) -> Iterator[Run]:
    """Yield what is said, the codes taken off."""
    at, opens_line, is_drawing = start, True, False
    for code in [*_CODE.finditer(text, start, end), None]:
        stop = code.start() if code else end
        if stop > at and not is_drawing and not (opens_line and text[at:stop].isspace()):
            yield Run(text[at:stop], at, stop, opens_line, voice=voice)
            opens_line = False
        if code is None:
            return
        at = code.end()
        if code["line"] or code["space"]:
            opens_line = True
        for drawing in _DRAWING.finditer(code["codes"] or ""):
            is_drawing = drawing[1] != "0"
