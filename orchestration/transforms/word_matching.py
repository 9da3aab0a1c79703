"""Which words of two texts are the same words, in order: the runs that both have.

Belongs here: comparing two sequences of words. Keep out: where words stand and when they are said.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import Indel

from orchestration.transforms.letters import Ints
from orchestration.transforms.word_places import Codes

# A window of so many cells is compared whole: rapidfuzz takes some milliseconds for it. Larger ones are cut first.
MAX_WINDOW_CELLS = 4_000_000
# Runs of words that stand once on both sides cut a window: the longest are tried first.
_CUTTING_RUNS = (6, 4, 3, 2)
# So many words in a row are the same by chance too rarely to matter. Shorter runs need a neighbour.
MIN_RUN_ALONE = 5
MIN_RUN_BESIDE = 2
# Words between a short run and its neighbour, for each word of the run.
_MAX_GAP_PER_WORD = 4
_MIXER = 6364136223846793005
# What a word that only one side has costs where another replaced by a wholly different one costs 1.
_LEFT_OUT = 0.7


class Block(NamedTuple):
    """`length` words that are the same from word `a` of one side and word `b` of the other."""

    a: int
    b: int
    length: int


def match_words(a: Sequence[str], b: Sequence[str]) -> list[Block]:
    """Return the runs of words that both sides have, in order on both sides and without overlap.

    Large windows are cut at runs of words that stand once on both sides, of which the longest rising chain is kept
    (patience diff, B. Cohen); what is left between is compared whole (Indel distance). The time is near-linear
    in the number of words. Short runs far from any other are chance and are left out.
    """
    codes: dict[str, int] = {}
    left, right = ([codes.setdefault(word, len(codes)) for word in words] for words in (a, b))
    return match_codes(np.array(left, np.uint64), np.array(right, np.uint64))


def match_codes(a: Codes, b: Codes) -> list[Block]:
    """Return what `match_words` does, of words given as numbers that are the same where the words are."""
    both = np.unique(np.concatenate((a, b)), return_inverse=True)[1]
    left, right = both[: len(a)], both[len(a) :]
    # As characters, which is what rapidfuzz compares fastest.
    left_text, right_text = _as_text(left), _as_text(right)
    blocks: list[Block] = []
    windows = [(0, len(left), 0, len(right))]
    while windows:
        a_start, a_end, b_start, b_end = windows.pop()
        rows, columns = a_end - a_start, b_end - b_start
        if not rows or not columns:
            continue
        if rows * columns <= MAX_WINDOW_CELLS:
            here, there = left_text[a_start:a_end], right_text[b_start:b_end]
            if set(here).isdisjoint(there):
                continue
            for step in Indel.opcodes(here, there):
                if step.tag == "equal":
                    length = step.src_end - step.src_start
                    blocks.append(Block(a_start + step.src_start, b_start + step.dest_start, length))
            continue
        for size in _CUTTING_RUNS:
            cuts = _unique_runs(left, right, (a_start, a_end, b_start, b_end), size)
            cuts = cuts.take(_rising(cuts.b))
            if len(cuts.a):
                break
        else:
            # Nothing tells where the two meet: the stretch stays open.
            continue
        done_a, done_b = a_start, b_start
        for i, j, length in _diagonals(cuts, size):
            # Runs overlap their neighbours: only what is new of each is added.
            known = max(done_a - i, done_b - j, 0)
            if known < length:
                windows.append((done_a, i + known, done_b, j + known))
                blocks.append(Block(i + known, j + known, length - known))
                done_a, done_b = i + length, j + length
        windows.append((done_a, a_end, done_b, b_end))
    return _trusted(_merged(blocks))


class _Places(NamedTuple):
    """Where a run of words stands on both sides."""

    a: Ints
    b: Ints

    def take(self, which: Ints) -> _Places:
        return _Places(self.a[which], self.b[which])


def _as_text(numbers: Ints) -> str:
    """Return a character for each of `numbers`, the same for the same number, none of them half of a pair."""
    return (numbers + 0x800 * (numbers >= 0xD800)).astype("<u4").tobytes().decode("utf-32-le")


def _unique_runs(a: Ints, b: Ints, window: tuple[int, int, int, int], size: int) -> _Places:
    """Return where runs of `size` words stand that occur once on each side of the window, by place on the left."""
    a_start, a_end, b_start, b_end = window
    left, left_at = _single(_runs(a[a_start:a_end], size))
    right, right_at = _single(_runs(b[b_start:b_end], size))
    _, in_left, in_right = np.intersect1d(left, right, assume_unique=True, return_indices=True)
    places = _Places(a_start + left_at[in_left], b_start + right_at[in_right])
    return places.take(np.argsort(places.a))


def _single(runs: Codes) -> tuple[Codes, Ints]:
    """Return the runs that occur once, and where."""
    values, at, count = np.unique(runs, return_index=True, return_counts=True)
    return values[count == 1], at[count == 1]


def _runs(numbers: Ints, size: int) -> Codes:
    """Return a hash of the `size` words from each on."""
    length = len(numbers) - size + 1
    if length < 1:
        return np.zeros(0, np.uint64)
    runs = numbers[:length].astype(np.uint64)
    for step in range(1, size):
        runs = runs * np.uint64(_MIXER) + numbers[step : step + length].astype(np.uint64)
    return runs


def _diagonals(cuts: _Places, size: int) -> Iterator[tuple[int, int, int]]:
    """Yield places and length of the longer runs of words that runs of `size` words make, one at every word."""
    if not len(cuts.a):
        return
    first = np.flatnonzero((np.diff(cuts.a, prepend=-9) != 1) | (np.diff(cuts.b, prepend=-9) != 1))
    lengths = np.diff(np.append(first, len(cuts.a))) + size - 1
    yield from zip(cuts.a[first].tolist(), cuts.b[first].tolist(), lengths.tolist(), strict=True)


def _rising(places: Ints) -> Ints:
    """Return which of `places`, in this order, are the longest chain that rises (patience sorting, n log n).

    What is greater than all before and less than all after it belongs to any such chain: only what lies between those
    has to be sorted.
    """
    count = len(places)
    if not count:
        return np.zeros(0, np.int64)
    highest = np.maximum.accumulate(places)
    lowest = np.minimum.accumulate(places[::-1])[::-1]
    # A piece begins where everything before is less than everything from there on.
    first = np.flatnonzero(np.append(True, highest[:-1] < lowest[1:]))
    last = np.append(first[1:], count)
    is_kept = np.zeros(count, np.bool_)
    is_kept[first] = True
    for number in np.flatnonzero(last - first > 1).tolist():
        start, end = int(first[number]), int(last[number])
        is_kept[start:end] = False
        is_kept[[start + index for index in _rising_chain(places[start:end].tolist())]] = True
    return np.flatnonzero(is_kept)


def _rising_chain(places: list[int]) -> list[int]:
    """Return the positions of the longest chain that rises (patience sorting)."""
    tails: list[int] = []
    tail_index: list[int] = []
    before: list[int] = []
    for index, j in enumerate(places):
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
        chain.append(index)
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


def similar_words(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Return which word of `a` stands for which of `b` in a short stretch whose words differ: misheard or replaced.

    The cheapest alignment in order (S. B. Needleman and C. D. Wunsch, 1970), in which a word that sounds like another
    costs little and any replacement less than a word left out and another put in. Takes the product of the lengths.
    """
    rows, columns = len(a), len(b)
    costs = [[_LEFT_OUT * j for j in range(columns + 1)]]
    for i in range(1, rows + 1):
        above = costs[-1]
        row = [_LEFT_OUT * i]
        for j in range(1, columns + 1):
            replaced = above[j - 1] + 1.0 - Indel.normalized_similarity(a[i - 1], b[j - 1])
            row.append(min(replaced, above[j] + _LEFT_OUT, row[j - 1] + _LEFT_OUT))
        costs.append(row)
    pairs = []
    i, j = rows, columns
    while i and j:
        if costs[i][j] == costs[i - 1][j] + _LEFT_OUT:
            i -= 1
        elif costs[i][j] == costs[i][j - 1] + _LEFT_OUT:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]
