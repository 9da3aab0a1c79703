"""Naming voices that a source or a model tells apart: which voice is which of the people who may be speaking.

Each clue speaks for or against a person behind a voice. All assignments of people to voices are weighed together, each
person behind one voice at most, so that who is left over can be told too. A voice is named where the assignments agree.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestration.transforms.voice_clues import Clue, Participant

MIN_CONFIDENCE = 0.95
_MAX_ASSIGNMENTS = 20_000

# Log-likelihoods, from counts on labelled conversations: how much more often a clue is right than chance would be.
WEIGHT_OF_CLUE: Mapping[str, float] = {
    "self_introduction": 4.0,
    "asked": 2.5,
    "welcomed": 2.5,
    "spoken_to": 1.8,
    "thanked": 0.7,
    "not_speaking_to": -3.0,
    "not_speaking_of": -2.0,
    "welcomes_listeners": 2.0,
}
# Clues of one kind are not independent: somebody who is taken for another once is so again.
_MAX_OF_KIND = 8.0


@dataclass(frozen=True, slots=True)
class VoiceName:
    """The person behind a voice: number of the participant, confidence, and the kind of clue that spoke most for it."""

    person: int
    confidence: float
    rule: str


def voice_names(
    clues: Sequence[tuple[int, Clue, float]], voice_count: int, people: Sequence[Participant], others: float
) -> tuple[list[VoiceName | None], list[list[int]]]:
    """Return the person behind each voice, None where the clues leave doubt, and whom each voice may be.

    clues: each with the number of the voice of its unit and the share to which it is that voice's. others: how readily
    a voice is somebody who is not among `people`.
    """
    scores, kinds = _scores(clues, voice_count, len(people))
    priors = [math.log(min(person.weight, 0.98) / (1 - min(person.weight, 0.98))) for person in people]
    stranger = math.log(others)
    shares = (
        _jointly(scores, priors, stranger)
        if (len(people) + 1) ** voice_count <= _MAX_ASSIGNMENTS
        else _one_by_one(scores, priors, stranger)
    )
    names: list[VoiceName | None] = []
    candidates: list[list[int]] = []
    for voice in range(voice_count):
        best = max(range(len(people)), key=lambda n: (shares[voice][n], -n), default=None)
        candidates.append([n for n in range(len(people)) if shares[voice][n] >= 0.1])
        if best is None or shares[voice][best] < MIN_CONFIDENCE:
            names.append(None)
            continue
        of_voice = kinds[voice][best]
        rule = max(of_voice, key=lambda kind: (of_voice[kind], kind), default="")
        names.append(VoiceName(best, shares[voice][best], rule if of_voice[rule] > 0 else "only_one_left"))
    return names, candidates


def _scores(
    clues: Sequence[tuple[int, Clue, float]], voice_count: int, people_count: int
) -> tuple[list[list[float]], list[list[Counter[str]]]]:
    kinds = [[Counter[str]() for _ in range(people_count)] for _ in range(voice_count)]
    for voice, clue, part in clues:
        kinds[voice][clue.person][clue.kind] += WEIGHT_OF_CLUE[clue.kind] * part  # type: ignore[assignment]
    scores = [
        [sum(max(-_MAX_OF_KIND, min(_MAX_OF_KIND, v)) for v in kinds[voice][n].values()) for n in range(people_count)]
        for voice in range(voice_count)
    ]
    return scores, kinds


def _jointly(scores: Sequence[Sequence[float]], priors: Sequence[float], stranger: float) -> list[list[float]]:
    """Return the share of each person behind each voice over all assignments with a person behind one voice at most."""
    size = len(priors)
    found: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for voice in scores:
        grown = []
        for value, chosen in found:
            grown.append((value + stranger, (*chosen, size)))
            grown.extend((value + priors[n] + voice[n], (*chosen, n)) for n in range(size) if n not in chosen)
        found = grown
    top = max(value for value, _ in found)
    shares = [[0.0] * (size + 1) for _ in scores]
    total = 0.0
    for value, chosen in found:
        part = math.exp(value - top)
        total += part
        for number, n in enumerate(chosen):
            shares[number][n] += part
    return [[part / total for part in voice] for voice in shares]


def _one_by_one(scores: Sequence[Sequence[float]], priors: Sequence[float], stranger: float) -> list[list[float]]:
    """Return the shares with each voice for itself, and then each person for the voice that fits best."""
    size = len(priors)
    shares = []
    for voice in scores:
        values = [*(min(0.0, priors[n]) + voice[n] for n in range(size)), stranger]
        top = max(values)
        parts = [math.exp(value - top) for value in values]
        shares.append([part / sum(parts) for part in parts])
    result = [list(voice) for voice in shares]
    rivals: dict[int, list[int]] = defaultdict(list)
    for number, voice in enumerate(shares):
        for n in range(size):
            if voice[n] > 0.05:
                rivals[n].append(number)
    for n, numbers in rivals.items():
        values = [scores[number][n] for number in numbers]
        top = max(values)
        parts = [math.exp(value - top) for value in values]
        for number, part in zip(numbers, parts, strict=True):
            result[number][n] = shares[number][n] * part / sum(parts)
    return result
