"""The names that mean somebody within one episode only: its hosts and guests, the people it names in full, its show.

Belongs here: which names those are. Keep out: who appears in an episode (appearance_evidence.py), and where such a name
counts (episode_reader.py).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from orchestration.transforms.letters import fold

_MIN_SINGLE_NAME = 3
_MAX_NAME = 100
_NOT_PART_OF_NAME = re.compile(r"\([^)]*\)|\[[^\]]*\]|[\"“][^\"”]*[\"”]|,.*")
_HONORIFIC = re.compile(r"^(?:dr|prof|professor|mr|mrs|ms|sir|dame)\.?\s+", re.IGNORECASE)
_PARTICLES = frozenset(
    ("al", "bin", "da", "de", "del", "den", "der", "di", "du", "el", "la", "le", "ten", "ter", "van", "von")
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose names are looked for in an episode.

    labels: how speaker labels call the person. nicknames: single words that the catalogue knows the person by.
    """

    person_id: str
    name: str
    labels: frozenset[str] = frozenset()
    nicknames: frozenset[str] = frozenset()
    is_present: bool = True
    """True for who appears in the episode, False for who is only named in full in it."""


class EpisodeName(NamedTuple):
    """A name within an episode, whom it means, and by which rule."""

    text: str
    is_any_case: bool
    entity_id: str
    rule: str


@lru_cache(maxsize=100_000)
def name_parts(name: str) -> tuple[str, str, str] | None:
    """Return full name, first name and surname (with its particles) of `name`, or None where it is a single word.

    Titles, nicknames in quotes and what stands in brackets or after a comma are left out.
    """
    plain = " ".join(_HONORIFIC.sub("", _NOT_PART_OF_NAME.sub(" ", name[:_MAX_NAME]).strip()).split())
    words = plain.split(" ")
    if len(words) < 2:
        return None
    surname_at = len(words) - 1
    while surname_at > 1 and words[surname_at - 1].lower() in _PARTICLES:
        surname_at -= 1
    return plain, words[0], " ".join(words[surname_at:])


def may_stand_alone(part: str, catalog_words: frozenset[str]) -> bool:
    """Tell whether a first name or surname can mean somebody: no initial, and no other name of the catalogue."""
    if len(part) < _MIN_SINGLE_NAME or part[0].islower() or part.endswith("."):
        return False
    return part not in catalog_words and fold(part) not in catalog_words


def names_of_person(person: Person) -> Iterator[EpisodeName]:
    """Yield all names that may mean `person` in an episode, before it is known who else is in it."""
    parts = name_parts(person.name)
    if person.is_present:
        if parts:
            yield EpisodeName(parts[0], True, person.person_id, "episode_person_full")
            for nickname in person.labels | person.nicknames:
                if nickname not in parts and " " not in nickname:
                    quoted = f'{parts[1]} "{nickname}" {parts[2]}'
                    yield EpisodeName(quoted, True, person.person_id, "episode_person_full")
        else:
            yield EpisodeName(person.name, False, person.person_id, "episode_person_label")
        for label in person.labels:
            if not parts or label not in parts:
                yield EpisodeName(label, " " in label, person.person_id, "episode_person_label")
                if label.islower():
                    yield EpisodeName(label.capitalize(), False, person.person_id, "episode_person_label")
    if parts:
        prefix = "episode_person" if person.is_present else "mentioned_person"
        yield EpisodeName(parts[1], False, person.person_id, f"{prefix}_first_name")
        yield EpisodeName(parts[2], False, person.person_id, f"{prefix}_surname")


def names_of_show(show_id: str, name: str) -> Iterator[EpisodeName]:
    """Yield the names of a show that the episode belongs to.

    The article belongs to the name where it is written as a part of it: `the Hard Hour`, `The Hard Hour`.
    """
    bare = name.removeprefix("The ")
    yield EpisodeName(bare, " " in bare, show_id, "episode_show")
    if bare != name:
        yield EpisodeName(name, False, show_id, "episode_show")


def names_of_episode(
    people: Iterable[Person], shows: Mapping[str, str], catalog_words: frozenset[str]
) -> list[EpisodeName]:
    """Return the names that mean one person or show in an episode.

    people: who appears in it or is named in full. shows: id to name of the shows it belongs to. catalog_words: aliases
    of companies, products and shows, folded where they count in any letter case; no first name or surname may be one.
    """
    everybody = list(people)
    # Who appears owns a name before who is only talked about.
    owners = {
        part
        for person in everybody
        if person.is_present
        for part in (*(name_parts(person.name) or ())[1:], *person.labels)
    }
    singles: Counter[str] = Counter()
    for person in everybody:
        singles.update(
            {part for part in (name_parts(person.name) or ())[1:] if person.is_present or part not in owners}
        )
    found: dict[str, dict[str, EpisodeName]] = defaultdict(dict)
    for person in everybody:
        for name in names_of_person(person):
            if name.rule.endswith(("_first_name", "_surname")):
                is_taken = singles[name.text] != 1 or (not person.is_present and name.text in owners)
                if is_taken or not may_stand_alone(name.text, catalog_words):
                    continue
            found[name.text].setdefault(name.entity_id, name)
    for show_id, show_name in shows.items():
        for name in names_of_show(show_id, show_name):
            found[name.text].setdefault(name.entity_id, name)
    return [name for names in found.values() if len(names) == 1 for name in names.values()]
