"""What is known of episodes before their texts are read: who and which shows belong to each, and all names to look for.

Belongs here: gathering from the tables of the lake. Keep out: finding names in texts (episode_reader.py).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import polars as pl

from orchestration.catalog.catalog import Alias, Catalog, Entity
from orchestration.transforms.alias_forms import alias_forms
from orchestration.transforms.episode_names import (
    Person,
    may_stand_alone,
    name_parts,
    names_of_person,
    names_of_show,
)
from orchestration.transforms.letters import Bools, Ints, fold
from orchestration.transforms.matcher import Name
from orchestration.transforms.name_table import NameTable


@dataclass(slots=True)
class Cast:
    """Who appears in an episode, and which shows it belongs to: id to person, id to name."""

    people: dict[str, Person] = field(default_factory=dict)
    shows: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that is known before the texts are read.

    catalog_words: names of companies, products and shows, folded where they count in any letter case. is_unlisted: of
    each entity, whether the catalogue lacks it. rank: of each entity, its place in the order of ids.
    """

    names: NameTable
    casts: dict[str, Cast]
    catalog_words: frozenset[str]
    is_unlisted: Bools
    rank: Ints
    entity_columns: pl.DataFrame
    """Id, type and name of each entity."""


def knowledge(
    catalog: Catalog,
    speaker_labels: pl.DataFrame,
    appearance_evidence: pl.DataFrame,
    copy_shows: pl.DataFrame,
    episode_of: dict[str, str],
    people: pl.DataFrame | None = None,
) -> Knowledge:
    """Gather what is known. Frames as in the lake; a copy that `episode_of` lacks is an episode of its own.

    people: who appears anywhere, as `people_of` returns them for all copies; without it, who does in those at hand.
    """
    if people is None:
        people = people_of(speaker_labels, appearance_evidence)
    people = people.filter(~pl.col("person_id").is_in(list(catalog.entities)))
    everywhere = _known_everywhere(
        catalog.aliases, tuple(catalog.entities.values()), _People(people.select("person_id", "person_name"))
    )
    entities = everywhere.names.number
    casts: dict[str, Cast] = defaultdict(Cast)
    for copy_id, label, person_id, name in _stated_people(speaker_labels, appearance_evidence):
        cast = casts[episode_of.get(copy_id, copy_id)].people
        before = cast.get(person_id)
        labels = (before.labels if before else frozenset()) | ({label} if label else frozenset())
        called = before.name if before else name
        cast[person_id] = Person(person_id, called, labels, everywhere.nicknames.get(person_id, frozenset()))
    shows: dict[str, Entity] = {}
    for copy_id, show_id, name in copy_shows.select("copy_id", "show_id", "show_name").iter_rows():
        casts[episode_of.get(copy_id, copy_id)].shows[show_id] = name
        if show_id not in entities:
            shows.setdefault(show_id, Entity(show_id, "show", name))
    names = everywhere.names.extended(shows.values(), _names_of_casts(casts))
    is_unlisted = np.append(everywhere.is_unlisted, _are_unlisted(shows, catalog.entities))
    columns = pl.concat([everywhere.entity_columns, _entity_columns(shows.values())])
    rank = _ranks_with(everywhere.rank, everywhere.sorted_ids, list(shows))
    return Knowledge(names, dict(casts), everywhere.catalog_words, is_unlisted, rank, columns)


@dataclass(frozen=True, slots=True)
class _Everywhere:
    """What is known whatever the episodes: the names of the catalogue and of people who appear anywhere.

    nicknames: of each person of the catalogue. sorted_ids: of the entities. Else as of `Knowledge`.
    """

    names: NameTable
    nicknames: dict[str, frozenset[str]]
    catalog_words: frozenset[str]
    is_unlisted: Bools
    rank: Ints
    entity_columns: pl.DataFrame
    sorted_ids: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class _People:
    """Ids and names of people, as something to be remembered by: many, and sent to each part of the lake anew."""

    frame: pl.DataFrame

    def __hash__(self) -> int:
        return hash((self.frame.height, self.frame.hash_rows().sum()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _People) and self.frame.equals(other.frame)


@lru_cache(maxsize=1)
def _known_everywhere(
    catalog_aliases: tuple[Alias, ...], catalog_entities: tuple[Entity, ...], of_people: _People
) -> _Everywhere:
    """Return what is known of these. The last is remembered, since it is the same for each part of the lake."""
    people = of_people.frame.rows()
    catalog = Catalog({entity.entity_id: entity for entity in catalog_entities}, catalog_aliases, {}, "")
    nicknames: dict[str, set[str]] = defaultdict(set)
    for alias in catalog.aliases:
        if alias.entity_id.startswith("person:") and " " not in alias.alias:
            nicknames[alias.entity_id].add(alias.alias)
    entities = dict(catalog.entities)
    for person_id, name in people:
        entities.setdefault(person_id, Entity(person_id, "person", name))
    catalog_words = frozenset(
        fold(alias.alias) if alias.kind in ("exact", "misheard") else alias.alias
        for alias in catalog.aliases
        if catalog.entities[alias.entity_id].entity_type in ("company", "product", "show")
    )
    aliases, is_lower_case = alias_forms(catalog)
    unlisted = _unlisted_people(people)
    names = NameTable(
        entities.values(),
        [*aliases, *unlisted],
        [*is_lower_case, *[False] * len(unlisted)],
        set(_single_names(entities, catalog_words)),
    )
    return _Everywhere(
        names,
        {person: frozenset(short) for person, short in nicknames.items()},
        catalog_words,
        _are_unlisted(entities, catalog.entities),
        _ranks(list(entities)),
        _entity_columns(entities.values()),
        sorted(entities),
    )


def _are_unlisted(ids: Iterable[str], listed: Container[str]) -> Bools:
    return np.array([entity_id not in listed for entity_id in ids], np.bool_)


def _entity_columns(entities: Iterable[Entity]) -> pl.DataFrame:
    rows = [(entity.entity_id, entity.entity_type, entity.name) for entity in entities]
    schema = {"entity_id": pl.String, "entity_type": pl.String, "entity_name": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _ranks(ids: list[str]) -> Ints:
    """Return the place of each of `ids` in their order."""
    rank = np.empty(len(ids), np.int64)
    rank[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
    return rank


def _ranks_with(rank: Ints, sorted_ids: list[str], more: list[str]) -> Ints:
    """Return the places in the order of all, of ids and then of `more`. rank, sorted_ids: of the former alone."""
    before = np.array([bisect_left(sorted_ids, one) for one in more], np.int64)
    return np.append(rank + np.searchsorted(np.sort(before), rank, side="right"), before + _ranks(more))


def people_of(speaker_labels: pl.DataFrame, appearance_evidence: pl.DataFrame) -> pl.DataFrame:
    """Return who appears somewhere and is known by show and name only: `person_id, person_name, needle`.

    speaker_labels: `copy_id, speaker_label, person_id, person_name`. appearance_evidence: `evidence_id, copy_id,
    person_id, person_name`. Of several spellings of a name that of a label counts, then that of the smallest copy.
    needle: the full name that is looked for in texts.
    """
    labels = speaker_labels.select("copy_id", "person_id", "person_name", source=pl.lit(0), key="speaker_label")
    evidence = appearance_evidence.select("copy_id", "person_id", "person_name", source=pl.lit(1), key="evidence_id")
    known = (
        pl.concat([labels, evidence])
        .filter(pl.col("person_id").is_not_null() & (pl.col("person_name").fill_null("") != ""))
        # People of the catalogue are looked for in any case: their appearing changes nothing for other episodes.
        .filter(pl.col("person_id").str.count_matches(":", literal=True) > 1)
        .sort("source", "copy_id", "key")
        .unique("person_id", keep="first", maintain_order=True)
        .sort("person_id")
    )
    needles = [(name_parts(name) or (name,))[0] for name in known["person_name"]]
    return known.select("person_id", "person_name", pl.Series("needle", needles, dtype=pl.String))


def _stated_people(
    speaker_labels: pl.DataFrame, appearance_evidence: pl.DataFrame
) -> Iterator[tuple[str, str | None, str, str]]:
    """Yield copy, label, id and name of everybody who is known to appear."""
    labels = speaker_labels.sort("copy_id", "speaker_label")
    evidence = appearance_evidence.sort("copy_id", "evidence_id")
    for frame in (
        labels.select("copy_id", "speaker_label", "person_id", "person_name"),
        evidence.select("copy_id", pl.lit(None, pl.String), "person_id", "person_name"),
    ):
        for copy_id, label, person_id, name in frame.iter_rows():
            if person_id is not None and name:
                yield copy_id, label, person_id, name


def _unlisted_people(people: Iterable[tuple[str, str]]) -> list[Alias]:
    """Return the full names of people who appear somewhere and whom the catalogue does not list.

    Of each name one person: without a catalogue nothing tells namesakes apart.
    """
    ids: dict[str, set[str]] = defaultdict(set)
    for person_id, name in people:
        parts = name_parts(name)
        if parts:
            ids[parts[0]].add(person_id)
    return [Alias(name, min(people), "case_sensitive") for name, people in sorted(ids.items())]


def _single_names(entities: dict[str, Entity], catalog_words: frozenset[str]) -> Iterator[Name]:
    """Yield the first names and surnames of everybody who may be named in full somewhere."""
    for entity in entities.values():
        if entity.entity_type == "person":
            for part in (name_parts(entity.name) or ())[1:]:
                if may_stand_alone(part, catalog_words):
                    yield Name(part, is_any_case=False)


def _names_of_casts(casts: dict[str, Cast]) -> Iterator[Name]:
    for cast in casts.values():
        for person in cast.people.values():
            for name in names_of_person(person):
                yield Name(name.text, name.is_any_case)
        for show_id, show_name in cast.shows.items():
            for name in names_of_show(show_id, show_name):
                yield Name(name.text, name.is_any_case)
