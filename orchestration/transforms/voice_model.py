"""Who speaks when: a hidden Markov model over the units of a conversation, and the forward-backward algorithm for it.

Its states are the people who may be speaking and `somebody else`. A speaker changes at a mark, rarely elsewhere; where
the speaker changes, anybody but the last one speaks next. Clues and style say how likely each is in a unit
(L. Rabiner, A tutorial on hidden Markov models, 1989). Linear in the number of units, and in that of the people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import mul

# No state is ever impossible. What is not small does not change by having so little added.
_LEAST = 1e-300
_SMALL = 1e-280


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
    # Few probabilities are different ones: of each how much of a state stays, and how much each takes over and leaves.
    shares = {p: (1 - p, [p * weight for weight in weights], [p * other for other in others]) for p in set(change)}
    forward: list[list[float]] = []
    state = [weight / total for weight in weights]
    for index, likely in enumerate(likelihood):
        if index:
            stays, takes, _ = shares[change[index]]
            leaving = list(map(mul, state, others))
            together = sum(leaving)
            leaving[-1] = 0.0
            state = [
                stays * value + take * (together - left)
                for value, take, left in zip(state, takes, leaving, strict=True)
            ]
        if likely is not None:
            state = list(map(mul, state, likely))
        if min(state) < _SMALL:
            state = [max(value, 0.0) + _LEAST for value in state]
        scale = 1.0 / sum(state)
        state = [value * scale for value in state]
        forward.append(state)
    backward = [1.0] * size
    result = [forward[-1]]
    for index in range(count - 1, 0, -1):
        stays, _, leaves = shares[change[index]]
        likely = likelihood[index]
        ahead = backward if likely is None else list(map(mul, backward, likely))
        taking = list(map(mul, weights, ahead))
        together = sum(taking)
        taking[-1] = 0.0
        backward = [
            stays * value + leave * (together - taken)
            for value, leave, taken in zip(ahead, leaves, taking, strict=True)
        ]
        scale = 1.0 / max(sum(backward), _LEAST)
        backward = [value * scale for value in backward]
        if min(backward) < _LEAST:
            backward = [max(value, _LEAST) for value in backward]
        joint = list(map(mul, forward[index - 1], backward))
        scale = 1.0 / max(sum(joint), _LEAST)
        result.append([value * scale for value in joint])
    result.reverse()
    return result


def _likelihoods(evidence: Sequence[float]) -> list[float]:
    top = max(evidence)
    return [math.exp(value - top) for value in evidence]
