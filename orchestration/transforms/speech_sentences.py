"""The sentences of a copy's speech, with their characters in the document.

Belongs here: where sentences begin and end. Text of a recogniser without punctuation is cut at its segments.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from orchestration.formats.display import Display, count_words, display

# Sentences longer than this come from a recogniser without punctuation: they are cut at segments.
_MAX_SENTENCE_WORDS = 60
_SENTENCE_END = re.compile(r"[.?!…][\"”’)]*(?=\s)|\n")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the speech: its text, its characters, when it begins and which run of one speaker it is in."""

    text: str
    char_start: int
    char_end: int
    start_s: float | None
    run: int
    word_count: int


def sentences(spoken: Sequence[dict[str, Any]], document: str) -> Iterator[Sentence]:
    """Yield the sentences of `spoken`, rows of `segments` of one copy in order.

    A sentence may run over segments of one speaker, not over a change.
    """
    run = 0
    batch: list[dict[str, Any]] = []
    for segment in spoken:
        label_changes = batch and segment["speaker_label"] != batch[-1]["speaker_label"]
        if batch and (label_changes or segment["is_speaker_change"]):
            yield from _sentences_of_run(batch, document, run)
            batch = []
            run += 1
        batch.append(segment)
    if batch:
        yield from _sentences_of_run(batch, document, run)


def _sentences_of_run(batch: Sequence[dict[str, Any]], document: str, run: int) -> Iterator[Sentence]:
    shown: list[Display] = [display(document[segment["char_start"] : segment["char_end"]]) for segment in batch]
    starts: list[int] = []
    length = 0
    for piece in shown:
        starts.append(length)
        length += len(piece.text) + 1
    text = " ".join(piece.text for piece in shown)
    borders = [0, *(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]
    cuts: list[int] = []
    for border, following in pairwise(borders):
        cuts.append(border)
        if text.count(" ", border, following) > _MAX_SENTENCE_WORDS:
            cuts += starts[bisect_right(starts, border) : bisect_right(starts, following - 1)]
    for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        sentence = text[start:end]
        begin = start + len(sentence) - len(sentence.lstrip())
        stop = begin + len(sentence.strip())
        if begin >= stop:
            continue
        first, last = bisect_right(starts, begin) - 1, bisect_right(starts, stop - 1) - 1
        char_start = batch[first]["char_start"] + shown[first].raw_offset(begin - starts[first])
        local = stop - starts[last]
        char_end = batch[last]["char_start"] + shown[last].raw_span(local - 1, local)[1]
        yield Sentence(
            text[begin:stop], char_start, char_end, batch[first]["start_s"], run, count_words(text[begin:stop])
        )
