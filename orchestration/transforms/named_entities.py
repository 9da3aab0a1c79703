"""What the texts show of the entities of the catalogue: who names them, how often, and the words around.

Belongs here: what is told of an entity by its mentions in all copies. Keep out: what may be a mishearing of its name
(name_miner.py), and what a copy tells by itself (name_scan.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.transforms.parts import Of, Read, folded, summed_up
from orchestration.transforms.unknown_names import exploded, with_episodes

MAX_PLACES = 40
"""So many of the first places of a name tell the words around it."""

_NAMED = pl.Schema({"copy_id": pl.String, "entity_id": pl.String})
_COUNTED = pl.Schema({"entity_id": pl.String, "count": pl.UInt32})
_FIRST = pl.Schema(
    {
        "entity_id": pl.String,
        "copy_id": pl.String,
        "place": pl.UInt32,
        "neighbours": pl.String,
        "beside": pl.String,
    }
)


@dataclass(frozen=True, slots=True)
class Entity:
    """What the texts show of an entity: episodes that name it or that it belongs to, mentions, words around these."""

    episodes: frozenset[str]
    count: int
    neighbours: frozenset[str]
    beside: frozenset[str]


class Entities(dict[str, Entity]):
    """What the texts show of the entities of the catalogue; put together for each that is asked for."""

    def __init__(
        self,
        copy_names: Read,
        catalog: Catalog,
        copy_episodes: pl.DataFrame,
        copy_shows: pl.DataFrame,
        appearance_evidence: pl.DataFrame,
    ) -> None:
        """Read the mentions part by part. Of the words around them, those of the first places are kept."""
        super().__init__()
        listed = pl.col("entity_id").is_in(pl.Series(sorted(catalog.entities), dtype=pl.String).implode())
        pairs = [
            frame.select("copy_id", entity_id=column).drop_nulls().filter(listed).unique()
            for frame, column in ((copy_shows, "show_id"), (appearance_evidence, "person_id"))
        ]
        pairs += [
            part.filter(listed)
            for part in summed_up(copy_names, _named, Of(["copy_id", "entities"]), pl.DataFrame.unique)(list(_NAMED))
        ]
        of_known = Of(["copy_id", "known"])
        counts = summed_up(copy_names, _counted, of_known, _summed_counts)(list(_COUNTED))
        counted = folded(chain([pl.DataFrame(schema=_COUNTED)], counts), _summed_counts)
        self._count = dict(counted.filter(listed).iter_rows())
        first = summed_up(copy_names, _first_of_part, of_known, _first_places)(list(_FIRST))
        of_listed = (part.filter(listed) for part in first)
        places = folded(chain([pl.DataFrame(schema=_FIRST)], of_listed), _first_places)
        places = places.group_by("entity_id", maintain_order=True).agg("neighbours", "beside")
        self._first = {entity_id: texts for entity_id, *texts in places.iter_rows()}
        episodes = with_episodes(pl.concat(pairs).unique(), copy_episodes).select("entity_id", "episode_id").unique()
        self._episodes = dict(episodes.group_by("entity_id").agg("episode_id").iter_rows())

    @property
    def seen(self) -> Collection[str]:
        """The entities that are mentioned, or take part in an episode."""
        return self._episodes.keys()

    def count(self, entity_id: str) -> int:
        """Return how often an entity is mentioned in text."""
        return self._count.get(entity_id, 0)

    def __missing__(self, entity_id: str) -> Entity:
        """Put together what is shown of an entity that was not asked for before."""
        neighbours, beside = (frozenset(" ".join(texts).split()) for texts in self._first.get(entity_id, ((), ())))
        episodes = frozenset(self._episodes.get(entity_id, ()))
        self[entity_id] = entity = Entity(episodes, self.count(entity_id), neighbours, beside)
        return entity


def _named(part: pl.DataFrame) -> pl.DataFrame:
    """Return which entities each copy names."""
    named = part.select("copy_id", entity_id="entities").filter(pl.col("entity_id").list.len() > 0)
    return named.explode("entity_id").cast(_NAMED)


def _counted(part: pl.DataFrame) -> pl.DataFrame:
    """Return how often each entity is mentioned."""
    return exploded(part, "known").group_by("entity_id").agg(count=pl.len().cast(pl.UInt32))


def _summed_counts(counts: pl.DataFrame) -> pl.DataFrame:
    return counts.group_by("entity_id").agg(pl.col("count").sum())


def _first_of_part(part: pl.DataFrame) -> pl.DataFrame:
    """Return the first places of each entity, with the words around."""
    known = exploded(part, "known").with_columns(place=pl.int_range(pl.len(), dtype=pl.UInt32).over("copy_id"))
    return _first_places(known.select(*_FIRST).cast(_FIRST))


def _first_places(known: pl.DataFrame) -> pl.DataFrame:
    """Return the first places of each entity in the order of copies, in columns as `known` has them."""
    ordered = known.sort("entity_id", "copy_id", "place")
    return ordered.group_by("entity_id", maintain_order=True).head(MAX_PLACES).select(known.columns)
