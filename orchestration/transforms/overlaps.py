"""Which mentions stay where several overlap.

Belongs here: the longest and most specific wins. Keep out: whether a hit is a mention at all.
"""

from __future__ import annotations

import numpy as np

from orchestration.transforms.letters import Bools, Ints


def are_inside(start: Ints, end: Ints, outer_start: Ints, outer_end: Ints) -> Bools:
    """Tell for each [start, end) whether it lies in one of the outer ranges without being all of it."""
    if len(outer_start) == 0:
        return np.zeros(len(start), np.bool_)
    order = np.lexsort((-outer_end, outer_start))
    starts, reach = outer_start[order], np.maximum.accumulate(outer_end[order])
    # An outer range that starts before and reaches as far, or one that starts here and reaches farther.
    before = np.searchsorted(starts, start, "left") - 1
    here = np.searchsorted(starts, start, "right") - 1
    return ((before >= 0) & (reach[before] >= end)) | ((here >= 0) & (reach[here] > end))


def winners(start: Ints, end: Ints, is_topic: Bools, rank: Ints, entity_rank: Ints) -> Bools:
    """Tell which mentions stay: the longest, and any entity before a topic.

    Of equally long ones that of the smaller `rank` (of its rule) stays, then of the smaller `entity_rank`, then the
    first. No two that stay overlap.
    """
    stay = np.ones(len(start), np.bool_)
    if len(start) == 0:
        return stay
    order = np.lexsort((end, start))
    reach = np.maximum.accumulate(end[order])
    is_alone = np.ones(len(order), np.bool_)
    is_alone[1:] &= start[order][1:] >= reach[:-1]
    is_alone[:-1] &= start[order][1:] >= reach[:-1]
    contested = order[~is_alone]
    ranked = contested[
        np.lexsort(
            tuple(column[contested] for column in (start, entity_rank, rank, start - end, is_topic.astype(np.int64)))
        )
    ]
    taken: set[int] = set()
    for number, first, last in zip(ranked.tolist(), start[ranked].tolist(), end[ranked].tolist(), strict=True):
        characters = range(first, last)
        if taken.isdisjoint(characters):
            taken.update(characters)
        else:
            stay[number] = False
    return stay
