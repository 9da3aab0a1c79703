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
    # A unit that nothing is known of is as likely for any state, and most are such.
    likelihood = [_likelihoods(unit) if any(unit) else None for unit in evidence]
    forward: list[list[float]] = []
    state = [weight / total for weight in weights]
    for index, likely in enumerate(likelihood):
        if index:
            p = change[index]
            stays = 1 - p
            leaving = [share * other for share, other in zip(state, others, strict=True)]
            together = sum(leaving)
            leaving[-1] = 0.0
            state = [
                stays * share + p * weight * (together - left)
                for share, weight, left in zip(state, weights, leaving, strict=True)
            ]
        if likely is None:
            state = [(a if a > 0.0 else 0.0) + 1e-300 for a in state]
        else:
            state = [(a if a > 0.0 else 0.0) * b + 1e-300 for a, b in zip(state, likely, strict=True)]
        scale = 1.0 / sum(state)
        state = [value * scale for value in state]
        forward.append(state)
    backward = [1.0] * size
    result = [forward[-1]]
    for index in range(count - 1, 0, -1):
        p = change[index]
        stays = 1 - p
        likely = likelihood[index]
        ahead = backward if likely is None else [a * b for a, b in zip(backward, likely, strict=True)]
        taking = [weight * a for weight, a in zip(weights, ahead, strict=True)]
        together = sum(taking)
        taking[-1] = 0.0
        backward = [
            stays * a + p * other * (together - taken) for a, other, taken in zip(ahead, others, taking, strict=True)
        ]
        scale = 1.0 / max(sum(backward), 1e-300)
        backward = [value if (value := a * scale) > 1e-300 else 1e-300 for a in backward]
        joint = [a * b for a, b in zip(forward[index - 1], backward, strict=True)]
        scale = 1.0 / max(sum(joint), 1e-300)
        result.append([value * scale for value in joint])
    result.reverse()
    return result


def _likelihoods(evidence: Sequence[float]) -> list[float]:
    top = max(evidence)
    return [math.exp(value - top) for value in evidence]
