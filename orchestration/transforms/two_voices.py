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
_INDEX = {word: number for number, word in enumerate(SMALL_WORDS)}
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|\?")

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

Style = list[float]


def style_of(text: str) -> Style:
    """Return how often a text has each small word, a question mark, and any other word."""
    counts = [0.0] * SIZE
    for word in _WORD.findall(text.lower().replace("’", "'")):
        counts[_QUESTION if word == "?" else _INDEX.get(word, _OTHER)] += 1
    return counts


def add(one: Style, other: Sequence[float], share: float = 1.0) -> None:
    """Add a style to another in place."""
    for place, count in enumerate(other):
        if count:
            one[place] += share * count


def is_conversation_of_two(turns: Sequence[Style]) -> bool:
    """Return whether every other turn is one person's, by the styles of the turns between marks of change."""
    if len(turns) < MIN_TURNS:
        return False
    pairs = [
        [a - b for a, b in zip(first, second, strict=True)]
        for first, second in zip(turns[::2], turns[1::2], strict=False)
    ]
    total = [0.0] * SIZE
    for turn in turns:
        add(total, turn)
    used = [place for place in range(SIZE) if total[place]]
    scale = [1 / total[place] for place in used]
    draw = random.Random(0)
    shuffled = []
    for number in range(_SHUFFLES + 1):
        difference = [0.0] * SIZE
        for pair in pairs:
            add(difference, pair, 1.0 if not number or draw.random() < 0.5 else -1.0)
        words = sum(difference[:_QUESTION]) + difference[_OTHER]
        every = sum(total) - total[_QUESTION]
        # Without the difference in length, which a few long turns can make.
        shuffled.append(
            sum(weight * (difference[p] - words * total[p] / every) ** 2 for p, weight in zip(used, scale, strict=True))
        )
    real, chance = shuffled[0], shuffled[1:]
    mean = sum(chance) / len(chance)
    spread = math.sqrt(sum((value - mean) ** 2 for value in chance) / len(chance)) or 1.0
    if (real - mean) / spread < _MIN_SURPRISE:
        return False
    agreements = _agreements(turns, total)
    return min(agreements) > _MIN_PART_AGREEMENT and sum(agreements) / len(agreements) > _MIN_AGREEMENT


def _agreements(turns: Sequence[Style], total: Style) -> list[float]:
    """Return how alike the difference of every other turn is, between each two parts of the conversation."""
    every = sum(total) - total[_QUESTION]
    vectors = []
    for part in range(_PARTS):
        begin, end = part * len(turns) // _PARTS, (part + 1) * len(turns) // _PARTS
        sides = [[0.0] * SIZE, [0.0] * SIZE]
        for place in range(begin, end):
            add(sides[place % 2], turns[place])
        words = [max(sum(side) - side[_QUESTION], 1.0) for side in sides]
        vectors.append(
            [
                (sides[0][p] / words[0] - sides[1][p] / words[1]) / math.sqrt(total[p] / every)
                for p in range(SIZE)
                if total[p]
            ]
        )
    lengths = [math.sqrt(sum(v * v for v in vector)) or 1.0 for vector in vectors]
    return [
        sum(a * b for a, b in zip(vectors[i], vectors[j], strict=True)) / lengths[i] / lengths[j]
        for i in range(_PARTS)
        for j in range(i)
    ]


def two_voices(units: Sequence[Sequence[float]], change: Sequence[float], turn_of: Sequence[int]) -> list[list[float]]:
    """Return for each unit of a conversation of two the share of each voice; the first voice is voice 0.

    Expectation maximisation: every other turn tells how each voice speaks, and that tells where a mark is missing.
    change: probability that another speaker begins at the unit. turn_of: number of the turn of each unit.
    """
    found = [[1.0 - turn % 2, float(turn % 2), 0.0] for turn in turn_of]
    total = [0.0] * SIZE
    for unit in units:
        add(total, unit)
    every = sum(total) or 1.0
    for _ in range(_ROUNDS):
        said = [[0.0] * SIZE, [0.0] * SIZE]
        for unit, shares in zip(units, found, strict=True):
            for voice in (0, 1):
                add(said[voice], unit, shares[voice])
        sums = [sum(own) for own in said]
        scores = []
        for place in range(SIZE):
            prior = _PRIOR_WORDS * total[place] / every
            parts = [(said[voice][place] + prior) / (sums[voice] + _PRIOR_WORDS) for voice in (0, 1)]
            scores.append(_WEIGHT * (math.log(parts[0]) - math.log(parts[1])) if total[place] else 0.0)
        evidence = []
        for unit in units:
            lean = sum(count * scores[place] for place, count in enumerate(unit) if count)
            lean = max(-_MAX_LEAN, min(_MAX_LEAN, lean))
            evidence.append([lean / 2, -lean / 2, -50.0])
        found = posteriors(change, evidence, [1.0, 1.0, 1e-6])
    return [shares[:2] for shares in found]
