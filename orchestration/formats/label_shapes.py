"""Labels in any other manner of writing, which is learned from the text: in brackets, behind bullets, before dashes.

Nothing in one line tells a name in brackets from a sound, or a name and a dash from the beginning of a sentence. So
what opens a line is taken apart into a name, times and the marks around them. The marks are the shape of the line, and
a shape in which the same few names return through most of a text is how that text writes its labels:

    [Ada Bell] text             shape `[N] `
    - *Ada Bell* (0:04) text    shape `•*N* (T) `
    Ada Bell, Host — text       shape `N, P — `
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Sequence

from orchestration.formats.speaker_names import is_stand_in
from orchestration.formats.text_lines import BULLET, Line
from orchestration.formats.time_marks import ADDRESS, CLOSE, OPEN, STAMP, TIMES, stamp_s
from orchestration.formats.turn_labels import ANSWER, QUESTION, Turn, is_pseudo_speaker, is_speaker

_WORD = r"(?:(?:Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|[^\W\d_])\.|[^\W\d_](?:[^\W_]|['’&/-]|_(?=[^\W_]))*)"
_NAME = rf"{_WORD}(?: (?:{_WORD}|[0-9]{{1,2}}(?![\w:.]))){{0,4}}"
_BETWEEN = r"[ \t]{0,3}(?:[-–—|·•,:][ \t]{1,3})?"
_HEAD = re.compile(
    rf"(?P<bullet>{BULLET})?(?P<open>{OPEN})"
    rf"(?:(?P<first>{TIMES})(?P<past>{CLOSE}){ADDRESS}(?P<rest>\)?)(?P<before>{_BETWEEN}{OPEN}))?"
    rf"(?P<name>[{QUESTION}{ANSWER}](?=\.[ \t])|{_NAME})"
    rf"(?P<note>[ ]\([^()\n\r0-9][^()\n\r]{{0,39}}\)|,[ ]{_NAME}(?=[\])]?[ ]?[:：—–|-]))?"
    rf"(?P<close>{CLOSE})"
    rf"(?:(?P<gap>{_BETWEEN}{OPEN})(?P<time>{TIMES})(?P<end>{CLOSE}){ADDRESS}(?P<tail>\)?[:：]?))?"
    rf"(?P<sep>[ \t]*(?:[-–—|:：](?:[ \t]+|\Z)|\Z)|[ \t]+|(?<=：))"
)
_OF_STAMP = re.compile(STAMP)
_ALONE = re.compile(rf"{OPEN}{TIMES}{CLOSE}\Z")
_CLOSING = {"[": "]", "(": ")"}
_EMPHASIS = "*_`"
_SPACES = re.compile(r"[ \t]+")
# Marks that hardly anything but a label has at the beginning of line after line.
_TELLING = frozenset('*_`[({<"“:：T')
_MOST_LABEL_CHARS = 400
_LEAST_TURNS = 4
_LEAST_NAMES = 2
# Of the lines in a shape, so many bear a name that returns.
_LEAST_RETURNING = 0.6
# Long texts are looked at in pieces first, of lines in a row, since names and words may take turns line by line.
_PIECES, _PIECE_LINES, _LEAST_LIKELY = 8, 40, 0.02
# Of all paragraphs, so many begin with a label.
_LEAST_SHARE, _LEAST_SHARE_WITHOUT_MARKS, _LEAST_SHARE_OF_ANY_NAMES = 0.2, 0.35, 0.8


def shaped_turns(text: str, lines: Sequence[Line], left_out: Container[int]) -> dict[int, Turn]:
    """Return the labels of lines by their index, written in the manner that the text shows, or none.

    left_out: indices of lines that are no labels.
    """
    if not _is_likely(text, lines):
        return {}
    by_shape: defaultdict[str, dict[int, Turn]] = defaultdict(dict)
    for index, line in enumerate(lines):
        found = None if index in left_out else _candidate(text, line)
        if found:
            by_shape[found[0]][index] = found[1]
    # A time on a line of its own belongs to what follows.
    told = [line for line in lines if not _ALONE.match(text, line.start, line.end)]
    after_blank = sum(line.is_after_blank for line in told)
    paragraphs = after_blank if after_blank * 5 >= len(told) else len(told)
    accepted: dict[int, Turn] = {}
    for shape, turns in by_shape.items():
        returning = _returning(turns, shape)
        of_names = {index: turn for index, turn in turns.items() if turn.name in returning}
        if len(of_names) >= _least(shape, returning, paragraphs) and len(of_names) >= _LEAST_RETURNING * len(turns):
            accepted |= turns if _TELLING & set(shape) else of_names
    return dict(sorted(accepted.items()))


def _is_likely(text: str, lines: Sequence[Line]) -> bool:
    """Tell whether enough lines may be labels, by some pieces of a long text."""
    apart = max(_PIECE_LINES, len(lines) // _PIECES)
    pieces = [lines[start : start + _PIECE_LINES] for start in range(0, len(lines), apart)]
    found = sum(_candidate(text, line) is not None for piece in pieces for line in piece)
    return found >= _LEAST_LIKELY * sum(map(len, pieces))


def _candidate(text: str, line: Line) -> tuple[str, Turn] | None:
    """Return the shape of the line, and the label that it has if the shape is that of labels."""
    found = _HEAD.match(text, line.start, min(line.end, line.start + _MOST_LABEL_CHARS))
    if found is None:
        return None
    # A name and a space open a sentence.
    if (
        found.start("name") == line.start
        and found.group().isascii()
        and found.end("name") + 1 == found.end() < line.end
    ):
        return None
    name = found["name"]
    if not name[0].isupper() or name.endswith(("'s", "’s")) or not is_speaker(name):
        return None
    opened = "".join(found[part] or "" for part in ("open", "before", "gap"))
    closed = "".join(found[part] or "" for part in ("past", "rest", "close", "end", "tail"))
    if not all(_CLOSING.get(mark, mark) in closed for mark in opened if mark in _CLOSING or mark in _EMPHASIS):
        return None
    shape = "".join(
        (
            "•" if found["bullet"] else "",
            found["open"],
            f"T{found['past']}{found['rest']}{found['before']}" if found["first"] else "",
            "N",
            "" if not found["note"] else " (P)" if found["note"].endswith(")") else ", P",
            found["close"],
            f"{found['gap']}T{found['end']}{found['tail']}" if found["time"] else "",
            found["sep"] if found.end() < line.end else "$",
        )
    )
    shape = _SPACES.sub(lambda spaces: "\t" if "\t" in spaces.group() else spaces.group()[:2], shape)
    if shape == "•N ":
        return None
    stamps = [stamp_s(stamp.group()) for stamp in _OF_STAMP.finditer(found["first"] or found["time"] or "")]
    start_s, end_s = (*stamps, None, None)[:2]
    turn = Turn(name, *found.span("name"), True, "shaped", start_s, end_s, found.end(), note=_note(found["note"]))
    return shape, turn


def _note(found: str | None) -> str | None:
    return found.strip(" ,()") if found else None


def _returning(turns: dict[int, Turn], shape: str) -> Counter[str]:
    """Return the names that return in a shape, with how often; none where its lines are not those of labels."""
    counts = Counter(turn.name for turn in turns.values() if not is_pseudo_speaker(turn.name))
    if not (counts[QUESTION] > 1 and counts[ANSWER] > 1):
        del counts[QUESTION], counts[ANSWER]
    is_sentence = "N." in shape and not _TELLING & set(shape)
    # `Right. I see`: the first sentence of what is said.
    return Counter({n: c for n, c in counts.items() if c > 1 and not (is_sentence and not _is_emphatic(n))})


def _is_emphatic(name: str) -> bool:
    """Tell whether a name is set apart from words by how it is written: `ADA`, `Speaker 1`, `Q`."""
    return name.isupper() or is_stand_in(name)


def _least(shape: str, returning: Counter[str], paragraphs: int) -> float:
    """Return how many lines of the shape must bear a name that returns."""
    if len(returning) < _LEAST_NAMES:
        return float("inf")
    if _TELLING & set(shape):
        share = _LEAST_SHARE
    elif all(" " in name or _is_emphatic(name) for name in returning):
        share = _LEAST_SHARE_WITHOUT_MARKS
    else:
        # Words such as `Right` and `Well` stand before dashes, too, but not before nearly all that is said.
        share = _LEAST_SHARE_OF_ANY_NAMES
    return max(_LEAST_TURNS, share * paragraphs)
