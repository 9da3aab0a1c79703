"""What the generated talk is about and in: words by Zipf's law, entities of the catalogue, invented shows, people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from orchestration.catalog.load import load_catalog
from orchestration.catalog.words import place_words, word_ranks
from orchestration.settings import load_settings

_WORD_EXPONENT, _WORD_SHIFT = 1.05, 2.7
_DRAWS = 1 << 17
_MIN_TITLE_RANK = 2_000
_PLANTED = ("company", "product", "person")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*(?: [A-Za-z0-9][A-Za-z0-9.+-]*)*[A-Za-z0-9+]")
_GIVEN = (
    "Alva Anselm Beata Bertil Cosima Dagny Edda Eilif Elske Enno Farida Fenna Gerda Gudrun Halvor Hedda Idunn "
    "Ilse Ivo Jorunn Jorid Kaia Kjell Linnea Ludo Maren Matthis Nils Nora Oda Olaf Petra Pia Ragna Rurik "
    "Saskia Signe Sverre Tove Tilda Torben Ulla Vigdis Wanda Wiebke Yngve Zelda Zora "
)
_FAMILY_STARTS = "Bren Dals Fjel Grau Halk Isen Kvan Lund Mork Norr Oster Quel Rask Skog Tveld Ulm Vark Wend"
_FAMILY_ENDS = "aker bakken dorf eland erud feldt gaard holt ingham lowe mere quist sted strand thorpe veldt"
_SHOW_ADJECTIVES = "Patient Crooked Hollow Velvet Amber Quiet Gentle Rusty Winter Copper Silver Hidden Wooden"
_SHOW_NOUNS = "Lantern Kettle Harbor Compass Ladder Orchard Window Bridge Teapot Meadow Chimney Ferry Anchor"
_SHOW_ENDS = "Hour Report Letters Sessions Notebook Table Room Dispatch"


@dataclass(frozen=True, slots=True)
class Name:
    """An entity of the catalogue, and the name that it is called by."""

    entity_id: str
    entity_type: str
    surface: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who appears: of the catalogue with an id, else invented."""

    name: str
    entity_id: str | None = None

    @property
    def named(self) -> Name | None:
        """What the catalogue knows of them, None where they are invented."""
        return Name(self.entity_id, "person", self.name) if self.entity_id else None


@dataclass(frozen=True, slots=True)
class Show:
    """An invented show. address: where its pages are."""

    name: str
    hosts: tuple[Person, ...]
    address: str


@dataclass(frozen=True, slots=True)
class World:
    """All that talk is drawn from. word_draws and name_draws: indexes, as often as they are common."""

    words: np.ndarray[Any, Any]
    word_draws: np.ndarray[Any, Any]
    title_words: tuple[str, ...]
    names: tuple[Name, ...]
    name_draws: np.ndarray[Any, Any]
    companies: tuple[Name, ...]
    people: tuple[Name, ...]


@cache
def world() -> World:
    """Return the world: the commonest words and the catalogue's names that are told by their spelling alone."""
    catalog = load_catalog(load_settings().catalog)
    by_surface: dict[str, set[str]] = {}
    sure = {}
    lowered = set()
    for alias in catalog.aliases:
        lowered.update(alias.alias.lower().split())
        by_surface.setdefault(alias.alias.lower(), set()).add(alias.entity_id)
        if alias.kind in ("exact", "case_sensitive") and not (alias.context or alias.not_context):
            sure[alias.entity_id, alias.alias] = True
    ranks = word_ranks()
    names = [
        Name(entity.entity_id, entity.entity_type, entity.name)
        for _, entity in sorted(catalog.entities.items())
        if entity.entity_type in _PLANTED
        and (entity.entity_id, entity.name) in sure
        and len(by_surface[entity.name.lower()]) == 1
        and _PLAIN.fullmatch(entity.name)
        and entity.name.lower() not in ranks
    ]
    order = np.random.default_rng(1).permutation(len(names))
    names = [names[index] for index in order]
    taken = lowered | place_words()
    # The words that names are made of are common words, too, but never in names by accident.
    words = [
        word for word in ranks if word not in by_surface and word.isalpha() and (ranks[word] < 300 or len(word) > 2)
    ]
    titles = tuple(word.capitalize() for word in words if ranks[word] > _MIN_TITLE_RANK and word not in taken)
    return World(
        np.array(words, dtype=object),
        _draws(len(words), _WORD_EXPONENT, _WORD_SHIFT),
        titles,
        tuple(names),
        _draws(len(names), 1.0, 5.0),
        tuple(name for name in names if name.entity_type == "company"),
        tuple(name for name in names if name.entity_type == "person" and name.surface.count(" ") == 1),
    )


@cache
def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def _draws(count: int, exponent: float, shift: float) -> np.ndarray[Any, Any]:
    weights = (np.arange(count) + shift) ** -exponent
    shares = np.cumsum(weights / weights.sum())
    return np.searchsorted(shares, (np.arange(_DRAWS) + 0.5) / _DRAWS).clip(max=count - 1)


def invented_person(index: int) -> Person:
    """Return an invented person, always the same for an index."""
    givens, starts, ends = _listed(_GIVEN), _listed(_FAMILY_STARTS), _listed(_FAMILY_ENDS)
    family, given = divmod(index, len(givens))
    start, end = divmod(family % (len(starts) * len(ends)), len(ends))
    return Person(f"{givens[given]} {starts[start]}{ends[end]}")


def show(index: int) -> Show:
    """Return an invented show with one or two hosts, always the same for an index. Names repeat after 1,352."""
    adjectives, nouns, ends = _listed(_SHOW_ADJECTIVES), _listed(_SHOW_NOUNS), _listed(_SHOW_ENDS)
    rest, noun = divmod(index, len(nouns))
    end, adjective = divmod(rest, len(adjectives))
    name = f"{adjectives[adjective]} {nouns[noun]} {ends[end % len(ends)]}"
    # Hosts have even numbers and guests odd ones, so that they share no name.
    hosts = tuple(invented_person(4 * index + 2 * place) for place in range(1 + index % 2))
    return Show(name, hosts, f"https://{name.lower().replace(' ', '-')}.example")
