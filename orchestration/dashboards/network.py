"""Where the points of a graph are drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

STEPS = 250


def layout(count: int, edges: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """Return a place between -1 and 1 for each of `count` points: joined ones attract, all repel each other.

    edges: pairs of positions of points. The same graph is always drawn alike.
    Source: Fruchterman and Reingold, Graph Drawing by Force-directed Placement, 1991.
    """
    if count == 0:
        return []
    turns = np.arange(count) * 2.399963
    # A sunflower to begin with: points apart from each other, and no chance in it.
    places = np.stack([np.cos(turns), np.sin(turns)], axis=1) * np.sqrt((np.arange(count) + 0.5) / count)[:, None]
    ideal = np.sqrt(4.0 / count) * 0.7
    start = np.array([a for a, _ in edges], dtype=int)
    end = np.array([b for _, b in edges], dtype=int)
    for step in range(STEPS):
        apart = places[:, None, :] - places[None, :, :]
        distance = np.maximum(np.linalg.norm(apart, axis=2), 1e-3)
        move = (apart * (ideal**2 / distance**2)[:, :, None]).sum(axis=1)
        if len(start):
            along = places[start] - places[end]
            pull = along * (np.linalg.norm(along, axis=1) / ideal)[:, None]
            np.add.at(move, start, -pull)
            np.add.at(move, end, pull)
        move -= places * ideal * 4  # Parts that nothing joins would drift away.
        length = np.maximum(np.linalg.norm(move, axis=1), 1e-9)[:, None]
        places = places + move / length * np.minimum(length, 0.12 * (1 - step / STEPS))
    places -= (places.max(axis=0) + places.min(axis=0)) / 2
    places /= max(float(np.abs(places).max()), 1e-9) if count > 1 else 1.0
    return [(round(float(x), 4), round(float(y), 4)) for x, y in places]
