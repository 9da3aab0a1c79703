"""The words that a copy speaks: where each stands in the document text, and when it is said.

Keep out: comparing the words of two copies.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import polars as pl

from orchestration.characters import decompose
from orchestration.formats.display import display

# Where nothing tells when the last cue ends. Characters of English spoken in a second.
CHARACTERS_PER_S = 15.0

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(slots=True)
class Token:
    """A word of a copy: its folded form, its characters with punctuation, its segment and its time.

    segment: the row of its segment among those that were given, not its `segment_index`.
    """

    word: str
    char_start: int
    char_end: int
    segment: int
    start_s: float | None = None
    end_s: float | None = None


def words_of(segments: pl.DataFrame, texts: dict[str, str]) -> list[Token]:
    """Return the words of a copy in order, each with the punctuation that stands to it in the document text."""
    tokens: list[Token] = []
    columns = segments.select("document_id", "text", "char_start", "char_end")
    for number, (document_id, text, char_start, char_end) in enumerate(columns.iter_rows()):
        raw = texts[document_id][char_start:char_end]
        shown = None if raw == text else display(raw)
        in_text = text if shown is None else shown.text
        spans = [found.span() for found in _WORD.finditer(in_text)]
        for index, (start, end) in enumerate(spans):
            word = fold_word(in_text[start:end])
            if not word:
                continue
            # What stands between two words belongs to the first up to a space, to the second after one.
            before = in_text[spans[index - 1][1] if index else 0 : start]
            after = in_text[end : spans[index + 1][0] if index + 1 < len(spans) else len(in_text)]
            if not index or " " in before:
                start -= len(before) - (before.rfind(" ") + 1)
            end += len(after.partition(" ")[0])
            if shown is not None:
                start, end = shown.raw_span(start, end)
            tokens.append(Token(word, char_start + start, char_start + end, number))
    return tokens


def fold_word(word: str) -> str:
    """Return `word` in lower case, without accents and apostrophes."""
    if word.isascii():
        return word.lower().replace("'", "")
    decomposed = decompose(word.replace("’", "").replace("'", "")).lower()
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def set_times(tokens: list[Token], segments: pl.DataFrame) -> None:
    """Give each word of the clock the time of its share of the characters of its cue, or its own where it has one."""
    cues = segments.select("start_s", "end_s", "char_start", "char_end", "words").rows(named=True)
    next_start: float | None = None
    for cue in reversed(cues):
        start = cue["start_s"]
        if start is None:
            continue
        guess = start + (cue["char_end"] - cue["char_start"]) / CHARACTERS_PER_S
        end = cue["end_s"] if cue["end_s"] is not None else (next_start if next_start is not None else guess)
        # Cues that overlap end where the next begins, so that times never go back.
        if next_start is not None and start <= next_start < end:
            end = next_start
        cue["end_s"] = max(start, end)
        next_start = start
    by_segment: dict[int, list[Token]] = {}
    for token in tokens:
        by_segment.setdefault(token.segment, []).append(token)
    for number, of_cue in by_segment.items():
        cue = cues[number]
        if cue["start_s"] is None:
            continue
        own = own_times([token.word for token in of_cue], cue["words"])
        length_s = cue["end_s"] - cue["start_s"]
        length = max(1, cue["char_end"] - cue["char_start"])
        for index, token in enumerate(of_cue):
            if own is not None:
                token.start_s, token.end_s = own[index]
            else:
                token.start_s = cue["start_s"] + length_s * (token.char_start - cue["char_start"]) / length
                token.end_s = cue["start_s"] + length_s * (token.char_end - cue["char_start"]) / length
    latest = 0.0
    for token in tokens:
        if token.start_s is not None and token.end_s is not None:
            token.start_s = latest = max(latest, token.start_s)
            token.end_s = max(token.start_s, token.end_s)


def own_times(folded: list[str], words: list[dict[str, Any]] | None) -> list[tuple[float, float]] | None:
    """Return the times that the source gives to the words of a cue, or None where it does not give them for every one.

    folded: the words, in folded form. words: what the source tells of them.
    """
    times: list[tuple[float, float]] = []
    spelled: list[str] = []
    for word in words or ():
        parts = [part for found in _WORD.finditer(word["word"] or "") if (part := fold_word(found.group()))]
        if parts and (word["start_s"] is None or word["end_s"] is None):
            return None
        spelled += parts
        times += [(word["start_s"], word["end_s"])] * len(parts)
    return times if spelled == folded else None
