"""Which words of two texts are the same words, in order: the runs that both have.

Belongs here: comparing two sequences of words. Keep out: where words stand and when they are said.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Indel

# A window of so many cells is compared whole: rapidfuzz takes some milliseconds for it. Larger ones are cut first.
MAX_WINDOW_CELLS = 4_000_000
# Runs of words that stand once on both sides cut a window: the longest are tried first.
_CUTTING_RUNS = (6, 4, 3, 2)
# So many words in a row are the same by chance too rarely to matter. Shorter runs need a neighbour.
MIN_RUN_ALONE = 5
MIN_RUN_BESIDE = 2
# Words between a short run and its neighbour, for each word of the run.
_MAX_GAP_PER_WORD = 4
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
