"""Telling two voices apart in text alone: is this a conversation of two, and which of them speaks when.

Two people who alternate differ in their small words: one asks, one says `I`, one says `like`. Summed over every other
turn the differences stand out, and stand out the same way in every part of the conversation; where three or more talk,
they cancel. Small words are used since they tell of the speaker and little of the topic (F. Mosteller and D. Wallace,
Inference in an authorship problem, 1963).
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from orchestration.transforms.voice_model import posteriors


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SMALL_WORDS = _words(
    """
    i you the a and to of it that is in we so like but know just um uh yeah what do have was they be this on my if your
    for can think really not with are or as at because all there about me would right one mean don't i'm it's that's
    """
)
_QUESTION = len(SMALL_WORDS)
_OTHER = _QUESTION + 1
SIZE = _OTHER + 1
_INDEX = {word: number for number, word in enumerate((*SMALL_WORDS, "?"))} | {"\n": SIZE}
_WORD_OR_END = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[?\n]")

_ROUNDS = 4
_PRIOR_WORDS = 200.0
# Words of one turn are not independent; chance in single units is kept small.
_WEIGHT = 0.3
_MAX_LEAN = 3.0
_PARTS = 4
_SHUFFLES = 40
MIN_TURNS = 16
# From labelled conversations: of those of two, nearly all are above these; of others, nearly none above all of them.
_MIN_SURPRISE = 3.0
_MIN_AGREEMENT = 0.25
_MIN_PART_AGREEMENT = 0.0

Styles = NDArray[np.float64]
"""How often each of several texts has each small word, a question mark, and any other word: a row for each."""


def styles_of(texts: Sequence[str]) -> Styles:
    """Return the styles of texts."""
    words = _WORD_OR_END.findall("\n".join(texts).lower().replace("’", "'"))
    end = SIZE
    codes = np.fromiter((_INDEX.get(word, _OTHER) for word in words), np.int64, len(words))
    is_end = codes == end
    text = np.cumsum(is_end)
    counts = np.bincount((text * SIZE + codes)[~is_end], minlength=len(texts) * SIZE)
    return counts.reshape(len(texts), SIZE).astype(np.float64)


def is_conversation_of_two(turns: Styles) -> bool:
    """Return whether every other turn is one person's, by the styles of the turns between marks of change."""
    if len(turns) < MIN_TURNS:
        return False
    paired = len(turns) // 2 * 2
    pairs = turns[:paired:2] - turns[1:paired:2]
    total = turns.sum(axis=0)
    used = np.flatnonzero(total)
    differences = np.concatenate((np.ones((1, len(pairs))), _signs(len(pairs)))) @ pairs
    words = differences[:, :_QUESTION].sum(axis=1) + differences[:, _OTHER]
    every = total.sum() - total[_QUESTION]
    # Without the difference in length, which a few long turns can make.
    surprise = differences[:, used] - words[:, None] * total[used] / every
    real, *chance = (surprise**2 / total[used]).sum(axis=1).tolist()
    mean = sum(chance) / len(chance)
    spread = math.sqrt(sum((value - mean) ** 2 for value in chance) / len(chance)) or 1.0
    if (real - mean) / spread < _MIN_SURPRISE:
        return False
    agreements = _agreements(turns, total)
    return min(agreements) > _MIN_PART_AGREEMENT and sum(agreements) / len(agreements) > _MIN_AGREEMENT


def _signs(count: int) -> Styles:
    """Return for each shuffle which of `count` pairs of turns change sides: 1 and -1."""
    needed = _SHUFFLES * count
    return _drawn(1 << needed.bit_length())[:needed].reshape(_SHUFFLES, count)


@lru_cache(maxsize=4)
def _drawn(count: int) -> Styles:
    draw = random.Random(0)
    return np.array([1.0 if draw.random() < 0.5 else -1.0 for _ in range(count)])


def _agreements(turns: Styles, total: Styles) -> list[float]:
    """Return how alike the difference of every other turn is, between each two parts of the conversation."""
    used = np.flatnonzero(total)
    scale = np.sqrt(total[used] / (total.sum() - total[_QUESTION]))
    vectors = []
    for part in range(_PARTS):
        begin, end = part * len(turns) // _PARTS, (part + 1) * len(turns) // _PARTS
        sides = [turns[begin + (begin + side) % 2 : end : 2].sum(axis=0) for side in (0, 1)]
        words = [max(side.sum() - side[_QUESTION], 1.0) for side in sides]
        vectors.append((sides[0][used] / words[0] - sides[1][used] / words[1]) / scale)
    lengths = [math.sqrt(float(vector @ vector)) or 1.0 for vector in vectors]
    return [float(vectors[i] @ vectors[j]) / lengths[i] / lengths[j] for i in range(_PARTS) for j in range(i)]


def two_voices(units: Styles, change: Sequence[float], turn_of: Sequence[int]) -> list[list[float]]:
    """Return for each unit of a conversation of two the share of each voice; the first voice is voice 0.

    Expectation maximisation: every other turn tells how each voice speaks, and that tells where a mark is missing.
    change: probability that another speaker begins at the unit. turn_of: number of the turn of each unit.
    """
    found = [[1.0 - turn % 2, float(turn % 2), 0.0] for turn in turn_of]
    total = units.sum(axis=0).tolist()
    every = sum(total) or 1.0
    for _ in range(_ROUNDS):
        shares = np.array(found)
        said = [_in_order(units * shares[:, [voice]], axis=0).tolist() for voice in (0, 1)]
        sums = [sum(own) for own in said]
        scores = []
        for place in range(SIZE):
            prior = _PRIOR_WORDS * total[place] / every
            parts = [(said[voice][place] + prior) / (sums[voice] + _PRIOR_WORDS) for voice in (0, 1)]
            scores.append(_WEIGHT * (math.log(parts[0]) - math.log(parts[1])) if total[place] else 0.0)
        lean = np.clip(_in_order(units * scores, axis=1), -_MAX_LEAN, _MAX_LEAN)
        evidence = [[half, -half, -50.0] for half in (lean / 2).tolist()]
        found = posteriors(change, evidence, [1.0, 1.0, 1e-6])
    return [shares[:2] for shares in found]


def _in_order(values: Styles, axis: int) -> Styles:
    """Return sums that are made one after the other, so that they are the same on any machine."""
    return np.add.accumulate(values, axis=axis).take(-1, axis=axis)
