"""The label grammar of texts that keep their lines: who speaks in a line, and from when.

Styles read, also mixed in one text:

    **Name:** text            Name: text               >> Name: text
    [hh:mm:ss] **Name:** text [hh:mm:ss] Name: text    Name (hh:mm:ss): text
    Name: hh:mm:ss            Name  m:ss               Name (hh:mm:ss)      the text below
    Name, and m:ss below it   m:ss  Name               ### Name             the text below
    Name (XY): text           explains the initials, so that `XY: text` is Name's from there on

Where these find next to none, `orchestration.formats.label_shapes` learns from the text how it writes its labels.

The form of a line makes it a candidate. It is a label if its name returns, or if it stands amid such labels: prose has
words before colons, too. The grammar of lines that were run together is `orchestration.formats.labels`; what a name
looks like, `orchestration.formats.speaker_names`, is the same for both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from orchestration.formats.clock import parse_clock
from orchestration.formats.label_shapes import shaped_turns
from orchestration.formats.labels import CLOCK
from orchestration.formats.speaker_names import is_stand_in
from orchestration.formats.speech import trim
from orchestration.formats.text_lines import Heading, Line, heading, read_lines
from orchestration.formats.turn_labels import ANSWER, QUESTION, Style, Turn, is_pseudo_speaker, is_speaker

# `[00:01:02]`, `(1:02)`, `\[1:02\]` and pairs of them; bare times are read only where nothing else is on their side.
# A time may be a link to its place in a recording.
_ADDRESS = r"(?:\(https?://[^()\s]{1,300}\))?"
BRACKETED = rf"\\?[\[(][ \t]?(?:{CLOCK})(?:[ \t]?(?:-->|-|–|—|to)[ \t]?{CLOCK})?[ \t]?\\?[\])]{_ADDRESS}"
_CLOCK = re.compile(CLOCK)
_TIME = rf"(?:{BRACKETED}(?:[ \t]?(?:-|–|to)[ \t]?{BRACKETED})?)"
_ANY_TIME = rf"(?:{_TIME}|{CLOCK}(?:[ \t]?[-–—][ \t]?{CLOCK})?)"
_CHANGE = re.compile(r"(?:>|&gt;){2,3}[ \t]*")
_LEAD_TIME = re.compile(rf"(?:\*\*)?({_ANY_TIME})(?:\*\*)?(?:[ \t]*[-–—|:]|(?=[ \t]|\Z))[ \t]*(?!-->|[-–—]>)")
_NAME = r"[^\W\d_][^:*()\[\]{}<>\"“”?!;|\n\r\\]{0,49}?"
_BOLD = re.compile(
    rf"(?P<mark>\*\*|__)[ \t]?(?:(?P<first>{_TIME})[ \t]{{0,3}})?\\?(?P<bracket>\[?)(?P<name>{_NAME})\\?\]?"
    rf"[ \t]{{0,3}}(?:\((?P<note>[^()\n\r0-9][^()\n\r]{{0,39}})\)[ \t]{{0,3}})?(?:(?P<inner>{_TIME})[ \t]{{0,3}})?"
    rf"(?P<colon>:?)[ \t]{{0,3}}(?P=mark)[ \t]{{0,3}}(?P<after>:?)[ \t]{{0,6}}"
    rf"(?:(?P<time>{_TIME})[ \t]{{0,3}}(?P<last>:?)|(?P<bare>{CLOCK})[ \t]*\Z)?"
)
_PLAIN = re.compile(
    rf"(?P<name>{_NAME})[ \t]{{0,8}}(?:"
    rf"(?:\((?P<note>[^()\n\r0-9][^()\n\r]{{0,39}})\)[ \t]{{0,3}})?:(?=\s|\Z)[ \t]{{0,8}}"
    rf"(?:(?P<time>{_TIME})|(?P<bare>{CLOCK})[ \t]*\Z)?"
    rf"|(?P<before>{_TIME})[ \t]{{0,3}}(?:(?P<colon>:)|\Z)"
    rf"|(?:[|·•–—-][ \t]{{0,3}}|[ \t]{{1,8}}|(?<=[ \t]))(?P<header>{CLOCK})[ \t]*\Z)"
)
# What ends a name, and how far behind its beginning: most lines of prose have nothing there that ends that of a label.
_NAME_STOP = re.compile(r"[:*()\[\]{}<>\"“”?!;|\n\r\\]")
_MOST_NAME_CHARS = 80
# The time behind a name in a heading: `### Ada Byrne (1:02)`.
_HEADED = re.compile(rf"[ \t]{{1,3}}(?:[-–—|][ \t]{{1,3}})?{_ANY_TIME}\Z")
_TIME_LINE = re.compile(rf"{_ANY_TIME}\Z")
_TIME_OPENINGS = "*\\[(0123456789"
_MOST_LABEL_CHARS = 160
# Where fewer lines bear labels, another manner of writing them is looked for.
_FEW_TURNS = 0.1
_SENTENCE_END = re.compile(r"[.?!…—–-][\"'”’)\]]{0,2}\Z")


@dataclass(frozen=True, slots=True)
class Reading:
    """The lines of a text, and the labels and headings by the index of their line."""

    lines: tuple[Line, ...]
    turns: dict[int, Turn]
    headings: dict[int, Heading]
    initials: dict[str, str]

    def count(self, style: Style) -> int:
        """Return how many labels are of a style."""
        return sum(turn.style == style for turn in self.turns.values())


@lru_cache(maxsize=1)
def read_turns(text: str, start: int, end: int) -> Reading:
    """Return who speaks in which lines of text[start:end]. The last text is remembered: it is recognised, then read."""
    lines = tuple(read_lines(text, start, end))
    headings = {index: found for index, line in enumerate(lines) if (found := heading(text, line))}
    candidates = dict(_candidates(text, lines, headings))
    initials = _initials(candidates)
    accepted = _accepted(text, lines, candidates, initials)
    if len(accepted) < _FEW_TURNS * len(lines):
        shaped = shaped_turns(text, lines, headings)
        accepted = shaped if len(shaped) > 2 * len(accepted) else accepted
    turns = {}
    for index, turn in accepted.items():
        full = initials.get(turn.name)
        turns[index] = replace(turn, name=full, is_verbatim=False) if full and full != turn.name else turn
        headings.pop(index, None)
    return Reading(lines, turns, headings, initials)


def _candidates(text: str, lines: tuple[Line, ...], headings: dict[int, Heading]) -> Iterator[tuple[int, Turn]]:
    for index, line in enumerate(lines):
        if index in headings:
            found = headings[index]
            time = _HEADED.search(text, found.start, found.end)
            end = time.start() if time else found.end
            if is_speaker(text[found.start : end]):
                start_s = _seconds(time.group())[0] if time else found.start_s
                yield index, Turn(text[found.start : end], found.start, end, True, "heading", start_s, None, line.end)
            continue
        following = lines[index + 1] if index + 1 < len(lines) else None
        turn = read_label(text, line, following)
        if turn:
            yield index, turn


def read_label(text: str, line: Line, following: Line | None = None) -> Turn | None:
    """Return the label that a line has the form of, or None. `following`: the next line, where a time may stand."""
    start, end = line.start, min(line.end, line.start + _MOST_LABEL_CHARS)
    change = _CHANGE.match(text, start, end) if text[start] in ">&" else None
    start = change.end() if change else start
    lead = _LEAD_TIME.match(text, start, end) if text[start : start + 1] in _TIME_OPENINGS else None
    at = lead.end() if lead else start
    times = lead[1] if lead else None
    turn = _bold(text, at, end, line.end, times) or _plain(text, at, end, line.end, times)
    is_above = turn is None and end == line.end and following is not None and not following.is_after_blank
    if is_above and following:
        is_timed = text[following.start] in _TIME_OPENINGS and _TIME_LINE.match(text, following.start, following.end)
        if not (lead or is_timed) or not is_speaker(text[at:end].rstrip()):
            return None
        if lead:
            # `0:12 Ada Byrne`, what she says below.
            first, last = _seconds(times)
            turn = Turn(text[at:end].rstrip(), at, end, True, "timed", first, last, end)
        else:
            first, last = _seconds(text[following.start : following.end])
            turn = Turn(text[at:end], at, end, True, "timed", first, last, following.end, lines=2)
    return replace(turn, is_marked=True) if turn and change else turn


def _bold(text: str, start: int, end: int, line_end: int, times: str | None) -> Turn | None:
    found = _BOLD.match(text, start, end) if text.startswith(("**", "__"), start) else None
    if found is None:
        return None
    has_colon = bool(found["colon"] or found["after"] or found["last"])
    time = times or found["first"] or found["inner"] or found["time"] or found["bare"]
    is_bracketed = bool(found["bracket"])
    is_header = found.end() >= line_end
    if not (has_colon or time or is_bracketed or is_header):
        return None
    name_start, name_end = trim(text, *found.span("name"))
    name = text[name_start:name_end]
    if not (is_speaker(name, is_cased=False) or is_bracketed or is_pseudo_speaker(name)):
        return None
    first, last = _seconds(time)
    # Time marks of the speech itself, as behind `**Name:** [1:02]`, are taken here, too: they say when it begins.
    return Turn(
        name,
        name_start,
        name_end,
        True,
        "bold",
        first,
        last,
        found.end(),
        note=found["note"],
        is_bracketed=is_bracketed,
    )


def _plain(text: str, start: int, end: int, line_end: int, times: str | None) -> Turn | None:
    stop = _NAME_STOP.search(text, start, min(end, start + _MOST_NAME_CHARS))
    if stop is None or stop.group() not in ":([\\|":
        return None
    found = _PLAIN.match(text, start, end)
    if found is None or (found.end() == end < line_end and not found["time"]):
        return None
    name_start, name_end = trim(text, *found.span("name"))
    name = text[name_start:name_end]
    if not is_speaker(name):
        return None
    time = times or found["before"] or found["time"] or found["bare"] or found["header"]
    first, last = _seconds(time)
    style: Style = "timed" if time else "plain"
    return Turn(name, name_start, name_end, True, style, first, last, found.end(), note=found["note"])


def _seconds(times: str | None) -> tuple[float | None, float | None]:
    """Return the first and the second clock time of a time mark, in seconds."""
    clocks = [parse_clock(found.group()) for found in _CLOCK.finditer((times or "").partition("](")[0])]
    return (clocks[0] if clocks else None), (clocks[1] if len(clocks) > 1 else None)


def _initials(candidates: dict[int, Turn]) -> dict[str, str]:
    """Return the full name of each pair of initials that a label explains: `Ada Byrne (AB):`."""
    initials: dict[str, str] = {}
    for turn in candidates.values():
        note = (turn.note or "").strip(" .")
        if (
            1 <= len(note) <= 5
            and note.replace(".", "").isalpha()
            and note[0].isupper()
            and _abbreviates(note, turn.name)
        ):
            initials.setdefault(note, turn.name)
    return initials


def _abbreviates(short: str, name: str) -> bool:
    letters = iter(name.casefold())
    return (
        len(short) < len(name)
        and short[0] == name[0]
        and all(letter in letters for letter in short.casefold() if letter != ".")
    )


def _accepted(
    text: str, lines: tuple[Line, ...], candidates: dict[int, Turn], initials: dict[str, str]
) -> dict[int, Turn]:
    """Return the candidates that are labels."""
    is_explained = {index for index, turn in candidates.items() if turn.name in initials or turn.note in initials}
    counts = Counter(initials.get(turn.name, turn.name) for turn in candidates.values() if turn.style != "heading")
    if not (counts[QUESTION] > 1 and counts[ANSWER] > 1):
        candidates = {index: turn for index, turn in candidates.items() if turn.name != QUESTION}
    by_style: Counter[Style] = Counter(turn.style for turn in candidates.values())
    strong = {turn.name for turn in candidates.values() if turn.style in ("bold", "timed")}
    recurring = {name for name, count in counts.items() if count > 1 and not is_pseudo_speaker(name)}
    is_strong = any(turn.style in ("timed", "bold") and turn.name in recurring for turn in candidates.values())
    plain = sum(turn.style == "plain" and turn.name in recurring for turn in candidates.values())
    is_plain_text = plain > by_style["timed"] + by_style["bold"]
    seeds = {
        index
        for index, turn in candidates.items()
        if index in is_explained
        or (turn.style == "timed" and is_strong and not (turn.name not in recurring and is_plain_text))
        or (turn.style == "bold" and turn.name in recurring)
        or (turn.style == "plain" and turn.name in recurring and (is_plain_text or turn.name in strong))
    }
    if not seeds:
        return _headed(candidates)
    first, last = min(seeds), max(seeds)
    one_word = all(" " not in candidates[index].name for index in seeds)
    accepted = {}
    for index, turn in candidates.items():
        is_label = index in seeds
        if not is_label and turn.style != "heading":
            is_amid = first - 4 <= index <= last + 4
            if turn.style == "plain":
                end = lines[index].end
                is_sentence = _SENTENCE_END.search(text, max(turn.speech_start, end - 4), end) is not None
                is_named = one_word or " " in turn.name or is_stand_in(turn.name) or turn.is_pseudo
                is_label = is_amid and is_plain_text and is_sentence and is_named
            else:
                is_label = is_amid and (turn.style == "timed" or not is_plain_text)
        if is_label:
            accepted[index] = turn
    return accepted


def _headed(candidates: dict[int, Turn]) -> dict[int, Turn]:
    """Return the headings that are names of those who speak: two people at least who take turns."""
    counts = Counter(turn.name for turn in candidates.values() if turn.style == "heading")
    recurring = {name for name, count in counts.items() if count > 1}
    if len(recurring) < 2 or sum(counts[name] for name in recurring) < 4:
        return {}
    return {
        i: turn
        for i, turn in candidates.items()
        if turn.style == "heading" and (turn.name in recurring or " " in turn.name)
    }
