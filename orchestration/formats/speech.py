"""What the text formats share: lines with their offsets, and the making of a segment from a slice of text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestration.formats.display import SOUND, may_hold_sounds, tidy
from orchestration.formats.document import Passage, Segment, char_locator

LINE_ENDS = "\n\r\x85\u2028\u2029"
_LETTER = re.compile(r"[^\W_]")
# How captions show that somebody else speaks. A dash without a space counts before a capital letter only, since a line
# may also begin with the second half of a hyphenated word.
_CHANGE = re.compile(r"(?:-\ +|-(?=[^\W\d_])|(?:>|&gt;){2,3}\s*)")
_CHANGE_OPENINGS = "->&"


def lines(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield the trimmed range of every line of text[start:end] that is not blank. Any kind of line end counts."""
    piece = text[start:end]
    for mark in LINE_ENDS[1:]:
        if mark in piece:
            piece = piece.replace(mark, "\n")
    for line in piece.split("\n"):
        bare = line.strip()
        if bare:
            begin = start if len(bare) == len(line) else start + len(line) - len(line.lstrip())
            yield begin, begin + len(bare)
        start += len(line) + 1


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range without the white space at its ends."""
    piece = text[start:end]
    bare = piece.strip()
    if len(bare) < len(piece):
        start += len(piece) - len(piece.lstrip())
    return start, start + len(bare)


def skip_change_mark(text: str, start: int, end: int) -> int:
    """Return where the speech of text[start:end] begins: behind a mark of a new speaker, or at `start`."""
    found = _CHANGE.match(text, start, end) if text[start : start + 1] in _CHANGE_OPENINGS else None
    if found is None or (found.group() == "-" and not text[start + 1].isupper()):
        return start
    return found.end()


def has_words(text: str) -> bool:
    """Tell whether a display text holds a word that is spoken; sounds in brackets are none."""
    if may_hold_sounds(text):
        text = SOUND.sub(" ", text)
    return text[:1].isalnum() or _LETTER.search(text) is not None


def segment(
    text: str,
    start: int,
    end: int,
    start_s: float | None = None,
    end_s: float | None = None,
    is_paragraph_start: bool = False,
) -> Segment:
    """Return the segment of a caption in text[start:end].

    A mark of a new speaker in front is told by `is_speaker_change` and stays out of the range. What holds no word (a
    sound in brackets, a note sign, an empty caption) is no speech.
    """
    start, end = trim(text, start, end)
    said = skip_change_mark(text, start, end)
    is_change = said > start
    if is_change:
        start, end = trim(text, said, end)
    shown = tidy(text[start:end])
    return Segment(
        shown,
        start,
        end,
        char_locator(start, end),
        start_s=start_s,
        end_s=end_s,
        is_speech=has_words(shown),
        is_speaker_change=is_change,
        is_paragraph_start=is_paragraph_start,
    )


def passage(text: str, start: int, end: int, is_title: bool = False) -> Passage | None:
    """Return the passage in text[start:end], or None where nothing is left to read."""
    start, end = trim(text, start, end)
    shown = tidy(text[start:end])
    return Passage("title" if is_title else "description", shown, start, end) if shown else None
