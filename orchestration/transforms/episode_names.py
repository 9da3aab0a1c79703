"""The names that mean somebody within one episode only: its hosts and guests, the people it names in full, its show.

Belongs here: which names those are and where such a name counts. Keep out: who appears in an episode (people.py).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ahocorasick_rs import Implementation

from orchestration.catalog.catalog import Alias, EntityType
from orchestration.transforms.matcher import Matcher, fold, straighten
from orchestration.transforms.mention_rules import TextEvidence

_MIN_SINGLE_NAME = 3
_MAX_NAME = 100
_NOT_PART_OF_NAME = re.compile(r"\([^)]*\)|\[[^\]]*\]|[\"“][^\"”]*[\"”]|,.*")
_HONORIFIC = re.compile(r"^(?:dr|prof|professor|mr|mrs|ms|sir|dame)\.?\s+", re.IGNORECASE)
_PARTICLES = frozenset(
    ("al", "bin", "da", "de", "del", "den", "der", "di", "du", "el", "la", "le", "ten", "ter", "van", "von")
)
_ADJACENT_CAPITAL = re.compile(r" ([^\W\d_]{2,})")
# Capitalised words that follow a name without being a part of it.
_NO_SURNAME = frozenset(
    ("and", "but", "for", "from", "how", "is", "or", "so", "the", "to", "was", "what", "who", "why", "with")
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


@dataclass(frozen=True, slots=True)
class _Name:
    entity_id: str
    rule: str
    is_ordinary: bool


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


class EpisodeNames:
    """Finds the names of an episode in its texts."""

    def __init__(
        self,
        people: Iterable[Person],
        shows: Mapping[str, str],
        catalog_words: frozenset[str],
        episode_text: str,
    ) -> None:
        """Index the names.

        people: who appears in the episode or is named in full. shows: id to name of the shows it belongs to.
        catalog_words: aliases of companies, products and shows, folded where they count in any letter case; no first
        name or surname may be one.
        episode_text: text in which a word that also stands in lower case counts as an ordinary word.
        """
        found: dict[str, dict[str, _Name]] = defaultdict(dict)
        self._kinds: dict[str, bool] = {}

        def add(text: str, entity_id: str, rule: str, is_any_case: bool, is_ordinary: bool = False) -> None:
            found[text].setdefault(entity_id, _Name(entity_id, rule, is_ordinary))
            self._kinds[text] = self._kinds.get(text, True) and is_any_case

        everybody = list(people)
        singles: Counter[str] = Counter()
        parts_of = {person.person_id: name_parts(person.name) for person in everybody}
        # Who appears owns a name before who is only talked about.
        owners = {
            part
            for person in everybody
            if person.is_present
            for part in {*(parts_of[person.person_id] or ())[1:], *person.labels}
        }
        for person in everybody:
            parts = parts_of[person.person_id]
            singles.update({part for part in (parts or ())[1:] if person.is_present or part not in owners})
        for person in everybody:
            parts = parts_of[person.person_id]
            if person.is_present:
                if parts:
                    add(parts[0], person.person_id, "episode_person_full", is_any_case=True)
                    for nickname in person.labels | person.nicknames:
                        if nickname not in parts and " " not in nickname:
                            quoted = f'{parts[1]} "{nickname}" {parts[2]}'
                            add(quoted, person.person_id, "episode_person_full", is_any_case=True)
                else:
                    add(person.name, person.person_id, "episode_person_label", is_any_case=False)
                for label in person.labels:
                    if not parts or label not in parts:
                        add(label, person.person_id, "episode_person_label", is_any_case=" " in label)
                        if label.islower():
                            add(label.capitalize(), person.person_id, "episode_person_label", is_any_case=False)
            if not parts:
                continue
            prefix = "episode_person" if person.is_present else "mentioned_person"
            for part, rule in ((parts[1], f"{prefix}_first_name"), (parts[2], f"{prefix}_surname")):
                if singles[part] != 1 or len(part) < _MIN_SINGLE_NAME or part[0].islower() or part.endswith("."):
                    continue
                if {part, fold(part)} & catalog_words or (not person.is_present and part in owners):
                    continue
                add(part, person.person_id, rule, False, is_ordinary=f" {part.lower()} " in episode_text)
        for show_id, show_name in shows.items():
            # The article belongs to the name where it is written as a part of it: `the Hard Hour`, `The Hard Hour`.
            bare = show_name.removeprefix("The ")
            add(bare, show_id, "episode_show", is_any_case=" " in bare)
            if bare != show_name:
                add(show_name, show_id, "episode_show", is_any_case=False)
        self._names = {text: tuple(names.values()) for text, names in found.items()}
        types: dict[str, EntityType] = {
            name.entity_id: "show" if name.rule == "episode_show" else "person"
            for names in self._names.values()
            for name in names
        }
        self._matcher = Matcher(
            (
                Alias(text, names[0].entity_id, "exact" if self._kinds[text] else "case_sensitive")
                for text, names in self._names.items()
                if len(names) == 1
            ),
            types,
            Implementation.ContiguousNFA,
        )

    def find(self, text: str) -> list[tuple[int, int, str, str, str, bool]]:
        """Return start, end, entity id, name, rule and whether the name is also an ordinary word, of each hit."""
        return [
            (hit.start, hit.end, name.entity_id, alias.alias, name.rule, name.is_ordinary)
            for hit in self._matcher.find(text)
            for alias in hit.aliases[:1]
            for name in self._names[alias.alias]
        ]


def counts_alone(text: str, start: int, end: int, rule: str, is_ordinary: bool, evidence: TextEvidence) -> bool:
    """Tell whether a first name or surname at [start, end) means the person of the episode.

    Not where it is part of another name (`Chris Olah` for a guest Chris Hay, `Robert Hay`), and an ordinary word only
    where no sentence starts.
    """
    if is_ordinary and not evidence.is_mid_sentence_name(start, end):
        return False
    if rule.endswith("_surname"):
        return not evidence.is_part_of_longer_name(start, end)
    if evidence.is_part_of_longer_name(start, end):
        return False
    return not is_followed_by_surname(text, end) or evidence.is_in_title_case(start, end)


def is_followed_by_surname(text: str, end: int) -> bool:
    """Tell whether a capitalised word follows as the surname would."""
    after = _ADJACENT_CAPITAL.match(straighten(text[end : end + 40]))
    if not after:
        return False
    word = after.group(1)
    return word[0].isupper() and not word.isupper() and word.lower() not in _NO_SURNAME
