"""Who speaks when: a hidden Markov model over the units of a conversation, and the forward-backward algorithm for it.

Its states are the people who may be speaking and `somebody else`. A speaker changes at a mark, rarely elsewhere; where
the speaker changes, anybody but the last one speaks next. Clues and style say how likely each is in a unit
(L. Rabiner, A tutorial on hidden Markov models, 1989). Linear in the number of units, and in that of the people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def posteriors(
    change: Sequence[float], evidence: Sequence[Sequence[float]], weights: Sequence[float]
) -> list[list[float]]:
    """Return the probability of each state in each unit.

    change: probability that another speaker begins at the unit. evidence: log-likelihood of the unit for each state.
    weights: how readily each state takes over; the last state is `somebody else`, who can follow on somebody else.
    """
    count, size = len(evidence), len(weights)
    if not count:
        return []
    total = sum(weights)
    others = [1.0 / max(total - weight, 1e-9) for weight in weights]
    others[-1] = 1.0 / total
    likelihood = []
    for unit in evidence:
        top = max(unit)
        likelihood.append([math.exp(value - top) for value in unit])
    states = range(size)
    forward: list[list[float]] = []
    state = [weight / total for weight in weights]
    for index in range(count):
        if index:
            p = change[index]
            leaving = [state[i] * others[i] for i in states]
            together = sum(leaving)
            state = [
                (1 - p) * state[j] + p * weights[j] * (together - (leaving[j] if j < size - 1 else 0.0)) for j in states
            ]
        state = [max(a, 0.0) * b + 1e-300 for a, b in zip(state, likelihood[index], strict=True)]
        scale = 1.0 / sum(state)
        state = [value * scale for value in state]
        forward.append(state)
    backward = [1.0] * size
    result = [forward[-1]]
    for index in range(count - 1, 0, -1):
        p = change[index]
        ahead = [backward[j] * likelihood[index][j] for j in states]
        taking = [weights[j] * ahead[j] for j in states]
        together = sum(taking)
        backward = [
            (1 - p) * ahead[i] + p * others[i] * (together - (taking[i] if i < size - 1 else 0.0)) for i in states
        ]
        scale = 1.0 / max(sum(backward), 1e-300)
        backward = [max(value * scale, 1e-300) for value in backward]
        joint = [a * b for a, b in zip(forward[index - 1], backward, strict=True)]
        scale = 1.0 / max(sum(joint), 1e-300)
        result.append([value * scale for value in joint])
    result.reverse()
    return result
