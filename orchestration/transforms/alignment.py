"""Times for copies without any: the words of a copy matched with the same words of a timed copy of its episode.

Belongs here: which copy is the clock, which words are the same, and when they are said. Times of turns and mentions
are read off the anchors elsewhere.

What an anchor means: inside `[char_start, char_end)` the two copies have the same words in the same order, so a time
there is *aligned*: `start_s` plus the share of the range. Between two anchors the words differ; a time there is at
best *interpolated*, and where the stretch is long (something was cut out or put in) it is unknown. Both starts of
anchors never go back, in neither copy, nor do their times.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import polars as pl
from rapidfuzz.distance import Indel

from orchestration.formats.display import display
from orchestration.schemas.copy_alignments import CopyAlignments

# A window of so many cells is compared whole: rapidfuzz takes some milliseconds for it. Larger ones are cut first.
MAX_WINDOW_CELLS = 4_000_000
# Runs of words that stand once on both sides cut a window: the longest are tried first.
_CUTTING_RUNS = (6, 4, 3, 2)
# So many words in a row are the same by chance too rarely to matter. Shorter runs need a neighbour.
MIN_RUN_ALONE = 5
MIN_RUN_BESIDE = 2
# Words between a short run and its neighbour, for each word of the run.
_MAX_GAP_PER_WORD = 4
MIN_MATCHED_WORDS = 20
# Where nothing tells when the last cue ends. Characters of English spoken in a second.
_CHARACTERS_PER_S = 15.0

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Block(NamedTuple):
    """`length` words that are the same from word `a` of one side and word `b` of the other."""

    a: int
    b: int
    length: int


@dataclass(slots=True)
class _Token:
    """A word of a copy: its folded form, its characters in the document text, its segment and its time."""

    word: str
    char_start: int
    char_end: int
    segment: int
    start_s: float | None = None
    end_s: float | None = None


def copy_alignments(
    copies: pl.DataFrame, copy_episodes: pl.DataFrame, segments: pl.DataFrame, document_texts: pl.DataFrame
) -> pl.DataFrame:
    """Return the anchors between each copy whose speech lacks times and the timed copy of its episode.

    All arguments have the columns of the lake tables of these names. The clock of an episode is the copy with most
    timed segments of speech. A copy that shares too few words with it gets no anchors.
    """
    texts = dict(document_texts.select("document_id", "text").iter_rows())
    rows: list[dict[str, Any]] = []
    for clock_id, copy_ids in _pairings(copies, copy_episodes, segments):
        wanted = segments.filter("is_speech", pl.col("copy_id").is_in([clock_id, *copy_ids]))
        parts = wanted.sort("copy_id", "segment_index").partition_by("copy_id", as_dict=True)
        clock = _tokens(parts[clock_id,], texts)
        _set_times(clock, parts[clock_id,])
        for copy_id in copy_ids:
            tokens = _tokens(parts[copy_id,], texts)
            blocks = match_words([token.word for token in tokens], [token.word for token in clock])
            matched = sum(block.length for block in blocks)
            if matched < min(MIN_MATCHED_WORDS, len(tokens)):
                continue
            key: dict[str, Any] = {
                "copy_id": copy_id,
                "clock_copy_id": clock_id,
                "matched_share": round(matched / len(tokens), 4),
            }
            rows += [key | row for row in _anchor_rows(tokens, clock, blocks)]
    frame = pl.DataFrame(rows, schema=CopyAlignments.create_empty().schema).sort("copy_id", "char_start")
    return CopyAlignments.validate(frame, cast=True)


def match_words(a: Sequence[str], b: Sequence[str]) -> list[Block]:
    """Return the runs of words that both sides have, in order on both sides and without overlap.

    Large windows are cut at runs of words that stand once on both sides, of which the longest rising chain is kept
    (patience diff, B. Cohen); what is left between is compared whole (Indel distance). The time is near-linear
    in the number of words. Short runs far from any other are chance and are left out.
    """
    codes: dict[str, int] = {}
    left = [codes.setdefault(word, len(codes)) for word in a]
    right = [codes.setdefault(word, len(codes)) for word in b]
    blocks: list[Block] = []
    windows = [(0, len(left), 0, len(right))]
    while windows:
        a_start, a_end, b_start, b_end = windows.pop()
        rows, columns = a_end - a_start, b_end - b_start
        if not rows or not columns:
            continue
        if rows * columns <= MAX_WINDOW_CELLS:
            for step in Indel.opcodes(left[a_start:a_end], right[b_start:b_end]):
                if step.tag == "equal":
                    length = step.src_end - step.src_start
                    blocks.append(Block(a_start + step.src_start, b_start + step.dest_start, length))
            continue
        for size in _CUTTING_RUNS:
            cuts = _rising(_unique_runs(left, right, (a_start, a_end, b_start, b_end), size))
            if cuts:
                break
        else:
            # Nothing tells where the two meet: the stretch stays open.
            continue
        done_a, done_b = a_start, b_start
        for i, j in cuts:
            # Runs overlap their neighbours: only what is new of each is added.
            known = max(done_a - i, done_b - j, 0)
            if known < size:
                windows.append((done_a, i + known, done_b, j + known))
                blocks.append(Block(i + known, j + known, size - known))
                done_a, done_b = i + size, j + size
        windows.append((done_a, a_end, done_b, b_end))
    return _trusted(_merged(blocks))


def _unique_runs(a: list[int], b: list[int], window: tuple[int, int, int, int], size: int) -> list[tuple[int, int]]:
    """Return where runs of `size` words stand that occur once on each side of the window, by place on the left."""
    a_start, a_end, b_start, b_end = window
    left, right = _runs(a, a_start, a_end, size), _runs(b, b_start, b_end, size)
    count_left, count_right = Counter(left), Counter(right)
    place = {run: b_start + j for j, run in enumerate(right) if count_right[run] == 1}
    return [(a_start + i, place[run]) for i, run in enumerate(left) if count_left[run] == 1 and run in place]


def _runs(codes: list[int], start: int, end: int, size: int) -> list[tuple[int, ...]]:
    return list(zip(*(codes[start + step : end - size + 1 + step] for step in range(size)), strict=True))


def _rising(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest chain of `places` that rises on both sides (patience sorting, n log n)."""
    tails: list[int] = []
    tail_index: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(places):
        at = bisect_left(tails, j)
        before.append(tail_index[at - 1] if at else -1)
        if at == len(tails):
            tails.append(j)
            tail_index.append(index)
        else:
            tails[at] = j
            tail_index[at] = index
    chain = []
    index = tail_index[-1] if tail_index else -1
    while index >= 0:
        chain.append(places[index])
        index = before[index]
    return chain[::-1]


def _merged(blocks: list[Block]) -> list[Block]:
    """Return `blocks` in order, neighbours without a gap on either side joined."""
    merged: list[Block] = []
    for block in sorted(blocks):
        last = merged[-1] if merged else None
        if last and last.a + last.length == block.a and last.b + last.length == block.b:
            merged[-1] = Block(last.a, last.b, last.length + block.length)
        else:
            merged.append(block)
    return merged


def _trusted(blocks: list[Block]) -> list[Block]:
    """Return the blocks that are not chance: long ones, short ones beside another, single words between two."""
    kept = [block.length >= MIN_RUN_ALONE for block in blocks]
    for order in (range(len(blocks)), range(len(blocks) - 1, -1, -1)):
        last: Block | None = None
        for index in order:
            block = blocks[index]
            if not kept[index] and last is not None and block.length >= MIN_RUN_BESIDE:
                kept[index] = _gap(last, block) <= _MAX_GAP_PER_WORD * block.length
            if kept[index]:
                last = block
    sure = [index for index, is_kept in enumerate(kept) if is_kept]
    for previous, following in pairwise(sure):
        for index in range(previous + 1, following):
            near = max(_gap(blocks[previous], blocks[index]), _gap(blocks[index], blocks[following]))
            kept[index] = near <= _MAX_GAP_PER_WORD
    return [block for block, is_kept in zip(blocks, kept, strict=True) if is_kept]


def _gap(one: Block, other: Block) -> int:
    """Return the number of words between two blocks, on the side where there are more."""
    first, second = (one, other) if one.a <= other.a else (other, one)
    return max(second.a - first.a, second.b - first.b) - first.length


def _pairings(
    copies: pl.DataFrame, copy_episodes: pl.DataFrame, segments: pl.DataFrame
) -> Iterator[tuple[str, list[str]]]:
    """Yield for each episode its clock and the copies that need one."""
    timed = (
        segments.filter("is_speech")
        .group_by("copy_id")
        .agg(timed_count=pl.col("start_s").count(), untimed_count=pl.col("start_s").null_count())
    )
    spoken = (
        copies.select("copy_id", "word_count")
        .join(copy_episodes.select("copy_id", "episode_id"), on="copy_id")
        .join(timed, on="copy_id")
        .sort("episode_id", "timed_count", "word_count", "copy_id", descending=[False, True, True, False])
    )
    for group in spoken.partition_by("episode_id", maintain_order=True):
        clock, *others = group.select("copy_id", "timed_count", "untimed_count").iter_rows()
        copy_ids = sorted(copy_id for copy_id, _, untimed_count in others if untimed_count)
        if clock[1] and copy_ids:
            yield clock[0], copy_ids


def _tokens(segments: pl.DataFrame, texts: dict[str, str]) -> list[_Token]:
    """Return the words of a copy in order, with their characters in the document text."""
    tokens = []
    columns = segments.select("document_id", "text", "char_start", "char_end")
    for number, (document_id, text, char_start, char_end) in enumerate(columns.iter_rows()):
        raw = texts[document_id][char_start:char_end]
        shown = None if raw == text else display(raw)
        for found in _WORD.finditer(text if shown is None else shown.text):
            start, end = found.span() if shown is None else shown.raw_span(*found.span())
            word = _fold(found.group())
            if word:
                tokens.append(_Token(word, char_start + start, char_start + end, number))
    return tokens


def _fold(word: str) -> str:
    """Return `word` in lower case, without accents and apostrophes."""
    if word.isascii():
        return word.lower().replace("'", "")
    decomposed = unicodedata.normalize("NFKD", word.replace("’", "").replace("'", "")).lower()
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _set_times(tokens: list[_Token], segments: pl.DataFrame) -> None:
    """Give each word of the clock the time of its share of the characters of its cue, or its own where it has one."""
    cues = segments.select("start_s", "end_s", "char_start", "char_end", "words").rows(named=True)
    next_start: float | None = None
    for cue in reversed(cues):
        start = cue["start_s"]
        if start is None:
            continue
        guess = start + (cue["char_end"] - cue["char_start"]) / _CHARACTERS_PER_S
        end = cue["end_s"] if cue["end_s"] is not None else (next_start if next_start is not None else guess)
        # Cues that overlap end where the next begins, so that times never go back.
        if next_start is not None and start <= next_start < end:
            end = next_start
        cue["end_s"] = max(start, end)
        next_start = start
    by_segment: dict[int, list[_Token]] = {}
    for token in tokens:
        by_segment.setdefault(token.segment, []).append(token)
    for number, of_cue in by_segment.items():
        cue = cues[number]
        if cue["start_s"] is None:
            continue
        own = _own_times(of_cue, cue["words"])
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


def _own_times(tokens: list[_Token], words: list[dict[str, Any]] | None) -> list[tuple[float, float]] | None:
    """Return the times that the source gives to `tokens`, or None where it does not give them for every one."""
    times: list[tuple[float, float]] = []
    spelled: list[str] = []
    for word in words or ():
        parts = [part for found in _WORD.finditer(word["word"] or "") if (part := _fold(found.group()))]
        if parts and (word["start_s"] is None or word["end_s"] is None):
            return None
        spelled += parts
        times += [(word["start_s"], word["end_s"])] * len(parts)
    return times if spelled == [token.word for token in tokens] else None


def _anchor_rows(tokens: list[_Token], clock: list[_Token], blocks: list[Block]) -> Iterator[dict[str, Any]]:
    """Yield an anchor for each run of matched words within one segment of both copies."""
    for block in blocks:
        start = 0
        for step in range(1, block.length + 1):
            if step < block.length:
                here, before = tokens[block.a + step], tokens[block.a + step - 1]
                there, behind = clock[block.b + step], clock[block.b + step - 1]
                if here.segment == before.segment and there.segment == behind.segment:
                    continue
            first, last = tokens[block.a + start], tokens[block.a + step - 1]
            clock_first, clock_last = clock[block.b + start], clock[block.b + step - 1]
            if clock_first.start_s is not None:
                yield {
                    "char_start": first.char_start,
                    "char_end": last.char_end,
                    "clock_char_start": clock_first.char_start,
                    "clock_char_end": clock_last.char_end,
                    "start_s": clock_first.start_s,
                    "end_s": clock_last.end_s,
                    "word_count": step - start,
                }
            start = step
