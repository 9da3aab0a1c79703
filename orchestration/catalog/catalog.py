"""The entity catalogue in memory: what the CSV files of `dbt_project/seeds/` say, checked and indexed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EntityType = Literal["company", "product", "person", "show", "topic"]
AliasKind = Literal["exact", "case_sensitive", "needs_context", "misheard"]


@dataclass(frozen=True, slots=True)
class Entity:
    """Anything that can be mentioned. `entity_id` starts with its type: `company:openai`."""

    entity_id: str
    entity_type: EntityType
    name: str
    company_id: str | None = None
    """Maker of a product, employer of a person."""


@dataclass(frozen=True, slots=True)
class Show:
    """What the catalogue knows of a show beyond its name."""

    show_id: str
    name: str
    host_ids: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    """Domains and social handles that belong to the show alone, lower-case: `latent.space`, `@latentspacepod`."""


@dataclass(frozen=True, slots=True)
class Alias:
    """A way to write an entity, and when it counts.

    `exact`: in any letter case. `case_sensitive`: as written only. `needs_context`: as written, and only where the
    context speaks for it (an ordinary word). `misheard`: as a recogniser garbles it, in any letter case.
    """

    alias: str
    entity_id: str
    kind: AliasKind
    context: tuple[str, ...] = ()
    """Words of which one must stand near, lower-case."""
    not_context: tuple[str, ...] = ()
    """Words of which none may stand near, lower-case."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The whole catalogue. `fingerprint` changes whenever any line of it does."""

    entities: dict[str, Entity]
    aliases: tuple[Alias, ...]
    """Canonical names included."""
    shows: dict[str, Show]
    fingerprint: str
    entity_topics: tuple[tuple[str, str], ...] = ()
    """Entities that tell of a topic wherever they are named, with its id: a chip maker tells of chips."""
