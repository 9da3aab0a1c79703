"""From timed units to segments that a person can read: words are joined to cues, cues are laid out as one text.

A new cue begins where somebody else speaks, after a pause, at the end of a sentence, and where it would become too
long. The words keep their own times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from orchestration.formats.display import tidy
from orchestration.formats.document import Segment, Word
from orchestration.formats.speech import segment

LONGEST_PAUSE_S = 1.0
MOST_WORDS = 40
LEAST_WORDS = 4
"""A sentence of fewer words does not stand alone, unless a pause or a speaker sets it apart."""

_CLOSING = re.compile(r"[.,!?;:…%)\]}»”’。、，！？：；」』]+[\"'”’»]?")
_OPENING = re.compile(r"[¿¡(\[{«“‘「『]+")
_SENTENCE_END = re.compile(r"[.?!…。！？][\"'”’)\]»」』]{0,3}$")
_ABBREVIATION = re.compile(r"(?:^|[\s.])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|No)\.$")
_CLAUSE_END = re.compile(r"[,;:—–、，；：]$")
# Scripts that put no space between words.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest piece that the source gives, a word or a whole utterance, with what it says about it.

    `place` is the pointer of the list, `index` the position in it, `tail` the pointer from there to the string.
    """

    text: str
    place: str
    index: int
    tail: str
    start_s: float | None = None
    end_s: float | None = None
    speaker: str | None = None
    channel: str | None = None
    words: tuple[Unit, ...] = ()
    is_paragraph_start: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """A segment before its place in the text is known."""

    text: str
    locator: str
    speaker: str | None
    start_s: float | None
    end_s: float | None
    words: tuple[Word, ...] | None
    is_paragraph_start: bool = False


def size(text: str) -> float:
    """Return the number of words in `text`; in scripts without spaces, two characters count as one."""
    unspaced = len(_UNSPACED.findall(text)) if not text.isascii() else 0
    return max(len(text.split()), unspaced / 2)


def join(pieces: Sequence[str]) -> str:
    """Return neighbouring pieces as one string.

    Where most pieces bring their own spaces nothing is put between them; else a space is, but before closing and after
    opening punctuation and inside scripts that know no spaces.
    """
    separators = _separators(pieces)
    return "".join(piece for both in zip(pieces, [*separators, ""], strict=True) for piece in both) if pieces else ""


def _separators(pieces: Sequence[str]) -> list[str]:
    kinds = [_boundary(before, after) for before, after in pairwise(pieces)]
    bare = kinds.count("bare")
    spaced = kinds.count("spaced")
    between = "" if spaced and spaced >= bare else " "
    return [between if kind == "bare" else "" for kind in kinds]


def _boundary(before: str, after: str) -> str:
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return "spaced"
    if _CLOSING.fullmatch(after) or _OPENING.fullmatch(before):
        return "mark"
    return "script" if _UNSPACED.match(before[-1]) and _UNSPACED.match(after[0]) else "bare"


def words_of(units: Sequence[Unit]) -> tuple[Word, ...]:
    """Return the words that `units` make. Punctuation, and what continues a word, is part of the word before it."""
    words: list[Word] = []
    between = ["", *_separators([unit.text for unit in units])]
    before = ""
    for unit, separator in zip(units, between, strict=True):
        shown = tidy(unit.text)
        if shown:
            kind = _boundary(before, unit.text)
            is_part = separator == "" and (kind == "bare" or kind == "mark")
            if words and (is_part or (_CLOSING.fullmatch(shown) and unit.start_s is None)):
                last = words[-1]
                end_s = unit.end_s if unit.end_s is not None and kind == "bare" else last.end_s
                words[-1] = Word(last.word + shown, last.start_s, end_s)
            else:
                words.append(Word(shown, unit.start_s, unit.end_s))
        before = unit.text
    return tuple(words)


def cues_of_words(units: Iterable[Unit]) -> Iterator[Cue]:
    """Yield readable cues of `units`, each of which is about a word."""
    grouped: list[Unit] = []
    speaker: str | None = None
    last_end_s: float | None = None
    words = 0.0
    for unit in units:
        shown = unit.text.strip()
        is_word = bool(shown) and not _CLOSING.fullmatch(shown)
        if grouped and (
            _is_apart(grouped[-1], unit)
            or (is_word and _is_new_cue(grouped, unit, speaker, last_end_s, words))
            or words > 2 * MOST_WORDS
        ):
            yield _cue(grouped, speaker)
            grouped, speaker, words = [], None, 0.0
        elif grouped and is_word and words >= MOST_WORDS:
            cut = _cut(grouped)
            yield _cue(grouped[:cut], speaker)
            grouped = grouped[cut:]
            words = sum(size(kept.text) for kept in grouped)
        if is_word:
            words += size(shown)
            speaker = speaker or unit.speaker
            last_end_s = unit.end_s if unit.end_s is not None else unit.start_s
        if shown or grouped:
            grouped.append(unit)
    if grouped:
        yield _cue(grouped, speaker)


def _is_apart(before: Unit, unit: Unit) -> bool:
    return unit.place != before.place or unit.index != before.index + 1 or unit.tail != before.tail


def _is_new_cue(grouped: list[Unit], unit: Unit, speaker: str | None, last_end_s: float | None, words: float) -> bool:
    if unit.is_paragraph_start or (unit.speaker is not None and speaker is not None and unit.speaker != speaker):
        return True
    if last_end_s is not None and unit.start_s is not None and unit.start_s - last_end_s > LONGEST_PAUSE_S:
        return True
    if words < LEAST_WORDS:
        return False
    ending = "".join(before.text for before in grouped[-3:]).rstrip()[-40:]
    return _SENTENCE_END.search(ending) is not None and _ABBREVIATION.search(ending) is None


def _cut(grouped: list[Unit]) -> int:
    """Return where a cue that is too long ends: behind the last clause of its second half, or behind all of it."""
    for position in range(len(grouped) - 1, len(grouped) // 2, -1):
        if _CLAUSE_END.search(grouped[position - 1].text.rstrip()) and grouped[position].text.strip():
            following = grouped[position].text.strip()
            if not _CLOSING.fullmatch(following):
                return position
    return len(grouped)


def cues_of_utterances(units: Iterable[Unit]) -> Iterator[Cue]:
    """Yield a cue for each unit, but several for one too long that has words, and one for lines of the same time."""
    caption: list[Unit] = []
    for unit in units:
        if unit.words and size(unit.text) > 1.5 * MOST_WORDS:
            yield from _caption(caption)
            caption = []
            inner = [replace(word, speaker=word.speaker or unit.speaker) for word in unit.words]
            if unit.is_paragraph_start:
                inner[0] = replace(inner[0], is_paragraph_start=True)
            yield from cues_of_words(inner)
        elif caption and _is_same_caption(caption[-1], unit):
            caption.append(unit)
        else:
            yield from _caption(caption)
            caption = [unit]
    yield from _caption(caption)


def _is_same_caption(before: Unit, unit: Unit) -> bool:
    same_time = before.start_s is not None and (before.start_s, before.end_s) == (unit.start_s, unit.end_s)
    is_plain = not unit.words and not before.words and not unit.is_paragraph_start
    return same_time and is_plain and before.speaker == unit.speaker and not _is_apart(before, unit)


def _caption(units: list[Unit]) -> Iterator[Cue]:
    if len(units) > 1:
        yield replace(_cue(units, units[0].speaker), words=None)
    elif units and units[0].text.strip():
        unit = units[0]
        words = words_of(unit.words) if unit.words else None
        start_s, end_s = unit.start_s, unit.end_s
        locator = f"{unit.place}/{unit.index}{unit.tail}"
        yield Cue(unit.text, locator, unit.speaker, start_s, end_s, words or None, unit.is_paragraph_start)


def _cue(units: list[Unit], speaker: str | None) -> Cue:
    # Only text leads and ends a cue: blank units at its end say nothing.
    while len(units) > 1 and not units[-1].text.strip():
        units = units[:-1]
    first, last = units[0], units[-1]
    position = str(first.index) if first is last else f"{first.index}..{last.index}"
    starts = [unit.start_s for unit in units if unit.start_s is not None]
    ends = [unit.end_s for unit in units if unit.end_s is not None]
    words = words_of(units)
    return Cue(
        join([unit.text for unit in units]),
        f"{first.place}/{position}{first.tail}",
        speaker,
        starts[0] if starts else None,
        max(ends) if ends else None,
        words if any(word.start_s is not None for word in words) else None,
        first.is_paragraph_start,
    )


class TextBuilder:
    """The text of a document that is made of strings from all over its source, one below the other."""

    def __init__(self) -> None:
        """Begin with no text."""
        self._pieces: list[str] = []
        self.length = 0

    def add(self, piece: str) -> tuple[int, int]:
        """Append a string on a line of its own; return its range."""
        start = self.length + (1 if self._pieces else 0)
        self._pieces.append(piece)
        self.length = start + len(piece)
        return start, self.length

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self._pieces)


def lay_out(cues: Iterable[Cue], builder: TextBuilder) -> tuple[tuple[Segment, ...], str]:
    """Append `cues` to the text; return their segments, and the whole text.

    A mark of a new speaker inside a cue stays in the text and out of the segment, as in every other format.
    """
    cues = list(cues)
    ranges = [builder.add(cue.text) for cue in cues]
    text = builder.text
    segments: list[Segment] = []
    label: str | None = None
    for cue, (start, end) in zip(cues, ranges, strict=True):
        made = segment(text, start, end, cue.start_s, cue.end_s, cue.is_paragraph_start)
        is_change = made.is_speaker_change or (cue.speaker is not None and cue.speaker != label)
        label = cue.speaker
        segments.append(
            made._replace(locator=cue.locator, speaker_label=label, words=cue.words, is_speaker_change=is_change)
        )
    return tuple(segments), text
