"""Reads the texts of an episode, and says which of the names found in them count.

An episode is read twice. First every name that is sure by itself is found in all its copies; then ordinary words, first
names and surnames are judged in the light of what the episode is sure to talk about.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from orchestration.catalog.catalog import Alias, Catalog, Entity
from orchestration.transforms.episode_names import (
    EpisodeNames,
    Person,
    counts_alone,
    is_followed_by_surname,
    name_parts,
)
from orchestration.transforms.matcher import Matcher, fold
from orchestration.transforms.mention_rules import (
    ANY_LANGUAGE,
    Accepted,
    TextEvidence,
    listed_beside,
    resolve_overlaps,
    sure_rule,
    verdict_of_context,
)

# Other names count as near an ordinary word within so many characters.
_NEAR_CHARACTERS = 80


@dataclass(slots=True)
class Unit:
    """A text of a copy, and what was found in it so far."""

    row: int
    text: str
    evidence: TextEvidence
    is_english: bool = True
    """False where the copy is known to be in another language: then only the rules for any language hold."""
    accepted: list[Accepted] = field(default_factory=list)
    pending: list[tuple[int, int, tuple[Alias, ...]]] = field(default_factory=list)

    def may_use(self, rule: str) -> bool:
        """Tell whether `rule` holds in the language of the text."""
        return self.is_english or rule in ANY_LANGUAGE


@dataclass(slots=True)
class _Episode:
    """What is known of an episode over all its copies."""

    people: dict[str, Person]
    shows: dict[str, str]
    text: str
    sure: set[str] = field(default_factory=set)
    _lower_case: dict[str, bool] = field(default_factory=dict)

    def has_in_lower_case(self, word: str) -> bool:
        """Tell whether the episode writes `word` in lower case as well."""
        if word not in self._lower_case:
            pattern = re.compile(rf"(?<!\w){re.escape(word.lower())}(?!\w)")
            self._lower_case[word] = bool(pattern.search(self.text))
        return self._lower_case[word]


class EpisodeReader:
    """Reads the texts of each episode and says which names in them count."""

    def __init__(
        self,
        catalog: Catalog,
        speaker_labels: pl.DataFrame,
        appearance_evidence: pl.DataFrame,
        copy_shows: pl.DataFrame,
        copy_episodes: pl.DataFrame | None,
        episode_copies: pl.DataFrame | None = None,
    ) -> None:
        """Build the matcher, and gather who and which shows belong to each episode. Frames as in the lake.

        episode_copies: tells the copies in other languages; without it all count as English.
        """
        self._foreign: set[str] = set()
        if episode_copies is not None:
            # A language that is not known is null, and neither equal to English nor different from it.
            self._foreign = set(episode_copies.filter(pl.col("language") != "en")["copy_id"])
        self._catalog = catalog
        self._entities = dict(catalog.entities)
        self._catalog_words = frozenset(
            fold(alias.alias) if alias.kind in ("exact", "misheard") else alias.alias
            for alias in catalog.aliases
            if catalog.entities[alias.entity_id].entity_type in ("company", "product", "show")
        )
        self._makers: dict[str, set[str]] = defaultdict(set)
        for entity in catalog.entities.values():
            if entity.entity_type == "product" and entity.company_id:
                self._makers[entity.entity_id].add(entity.company_id)
                self._makers[entity.company_id].add(entity.entity_id)
        self._nicknames: dict[str, set[str]] = defaultdict(set)
        for alias in catalog.aliases:
            if alias.entity_id.startswith("person:") and " " not in alias.alias:
                self._nicknames[alias.entity_id].add(alias.alias)
        self._episode_of: dict[str, str] = (
            {} if copy_episodes is None else dict(copy_episodes.select("copy_id", "episode_id").iter_rows())
        )
        self._people: dict[str, dict[str, Person]] = defaultdict(dict)
        self._shows: dict[str, dict[str, str]] = defaultdict(dict)
        for copy_id, label, person_id, name in speaker_labels.select(
            "copy_id", "speaker_label", "person_id", "person_name"
        ).iter_rows():
            self._add_person(copy_id, person_id, name, label)
        for copy_id, person_id, name in appearance_evidence.select("copy_id", "person_id", "person_name").iter_rows():
            self._add_person(copy_id, person_id, name, None)
        for copy_id, show_id, name in copy_shows.select("copy_id", "show_id", "show_name").iter_rows():
            self._shows[self._episode(copy_id)][show_id] = name
            self._entities.setdefault(show_id, Entity(show_id, "show", name))
        types = {entity.entity_id: entity.entity_type for entity in self._entities.values()}
        self._matcher = Matcher((*catalog.aliases, *self._known_people()), types)

    def _known_people(self) -> list[Alias]:
        """Return the full names of people who appear somewhere and whom the catalogue does not list.

        Of each name one person: without a catalogue nothing tells namesakes apart.
        """
        ids: dict[str, set[str]] = defaultdict(set)
        for people in self._people.values():
            for person in people.values():
                parts = name_parts(person.name)
                if parts and person.person_id not in self._catalog.entities:
                    ids[parts[0]].add(person.person_id)
        return [Alias(name, min(people), "case_sensitive") for name, people in sorted(ids.items())]

    def _episode(self, copy_id: str) -> str:
        return self._episode_of.get(copy_id, copy_id)

    def _add_person(self, copy_id: str, person_id: str | None, name: str | None, label: str | None) -> None:
        if person_id is None or not name:
            return
        people = self._people[self._episode(copy_id)]
        known = people.get(person_id)
        labels = (known.labels if known else frozenset()) | ({label} if label else frozenset())
        nicknames = frozenset(self._nicknames.get(person_id, ()))
        people[person_id] = Person(person_id, known.name if known else name, labels, nicknames)
        self._entities.setdefault(person_id, Entity(person_id, "person", name))

    def describe(self, entity_id: str) -> tuple[str, str]:
        """Return type and name of an entity."""
        entity = self._entities[entity_id]
        return entity.entity_type, entity.name

    def read(self, units: pl.DataFrame) -> Iterator[tuple[Unit, list[Accepted]]]:
        """Yield each unit in which something was found, with its mentions in order and without overlap."""
        by_episode: dict[str, list[list[Unit]]] = defaultdict(list)
        numbered = units.select("copy_id", "field", "text").with_row_index("row")
        for (copy_id,), of_copy in numbered.partition_by("copy_id", as_dict=True, maintain_order=True).items():
            by_episode[self._episode(str(copy_id))].append(
                [
                    Unit(
                        row,
                        text,
                        TextEvidence(text, is_heading=name in ("title", "chapter")),
                        is_english=copy_id not in self._foreign,
                    )
                    for row, name, text in of_copy.select("row", "field", "text").iter_rows()
                ]
            )
        for episode_id, copies in by_episode.items():
            people, shows = dict(self._people.get(episode_id, {})), self._shows.get(episode_id, {})
            text = "\n".join(unit.text for texts in copies for unit in texts)
            episode = _Episode(people, shows, text, sure={*people, *shows})
            for texts in copies:
                self._find_sure(texts, episode)
            for texts in copies:
                self._find_episode_names(texts, episode)
            for texts in copies:
                for unit in texts:
                    self._judge_by_text(unit, episode)
            for texts in copies:
                for unit in texts:
                    self._judge_by_episode(unit, episode)
                    if unit.accepted:
                        yield unit, resolve_overlaps(unit.accepted, lambda entity_id: self.describe(entity_id)[0])

    def _find_sure(self, units: list[Unit], episode: _Episode) -> None:
        """Accept the names of the catalogue that count by themselves, and keep the others for later."""
        entities = self._entities
        for unit, start, end, hit in _in_units(units, self._matcher):
            rest: list[Alias] = []
            decided: list[tuple[Alias, bool | None, str]] = []
            for alias in hit:
                entity = entities[alias.entity_id]
                verdict = verdict_of_context(alias, unit.evidence, start, end)
                rule = sure_rule(alias, entity, verdict)
                if entity.entity_id not in self._catalog.entities:
                    rule = "known_person_full"
                if rule and not unit.may_use(rule):
                    continue
                if rule and not (
                    entity.entity_type == "person" and _is_other_person(entity.name, alias.alias, unit, start, end)
                ):
                    decided.append((alias, verdict, rule))
                elif (
                    verdict is not False
                    and unit.is_english
                    and entity.entity_type != "topic"
                    and (alias.kind == "needs_context" or alias.context)
                ):
                    rest.append(alias)
            # Of several entities of one name, those that the context speaks for go before those it says nothing of.
            spoken_for = [item for item in decided if item[1]] or decided
            for alias, _, rule in spoken_for:
                unit.accepted.append(Accepted(start, end, alias.entity_id, alias.alias, rule))
                if rule not in ("misheard", "topic_keyphrase"):
                    episode.sure.add(alias.entity_id)
                    entity = entities[alias.entity_id]
                    if entity.entity_type == "person" and " " in alias.alias:
                        named = Person(entity.entity_id, entity.name, is_present=False)
                        episode.people.setdefault(entity.entity_id, named)
            if rest:
                unit.pending.append((start, end, tuple(rest)))

    def _find_episode_names(self, units: list[Unit], episode: _Episode) -> None:
        if not episode.people and not episode.shows:
            return
        names = EpisodeNames(episode.people.values(), episode.shows, self._catalog_words, episode.text)
        for unit, start, end, (entity_id, alias, rule, is_ordinary) in _in_units(units, names):
            if not unit.may_use(rule):
                continue
            if rule.endswith(("_first_name", "_surname")) and not counts_alone(
                unit.text, start, end, rule, is_ordinary, unit.evidence
            ):
                continue
            unit.accepted.append(Accepted(start, end, entity_id, alias, rule))

    def _judge_by_text(self, unit: Unit, episode: _Episode) -> None:
        """Accept the ordinary words that the text around them shows to be names, and keep the others."""
        if not unit.pending:
            return
        sure = sorted((a.start, a.end, a.entity_id) for a in unit.accepted if a.rule != "topic_keyphrase")
        undecided: list[tuple[int, int, tuple[Alias, ...]]] = []
        for start, end, aliases in unit.pending:
            first = bisect_left(sure, (start - _NEAR_CHARACTERS,))
            last = bisect_right(sure, (end + _NEAR_CHARACTERS,))
            near = sure[first:last]
            follows_name = any(other_end == start - 1 for _, other_end, _ in near)
            if not follows_name and unit.evidence.is_part_of_longer_name(start, end):
                continue
            for alias in aliases:
                rule = self._rule_by_text(alias, unit, start, end, near)
                if rule:
                    unit.accepted.append(Accepted(start, end, alias.entity_id, alias.alias, rule))
                    episode.sure.add(alias.entity_id)
                    break
            else:
                undecided.append((start, end, aliases))
        unit.pending = undecided

    def _rule_by_text(
        self, alias: Alias, unit: Unit, start: int, end: int, near: Sequence[tuple[int, int, str]]
    ) -> str | None:
        """Return the rule by which an ordinary word is a name, going by the text and the sure names `near` it."""
        if alias.context:
            is_spoken_for = verdict_of_context(alias, unit.evidence, start, end)
            return "ordinary_word_context" if is_spoken_for and alias.kind == "needs_context" else None
        makers = self._makers.get(alias.entity_id, set())
        if any(entity_id in makers for _, _, entity_id in near):
            return "ordinary_word_maker"
        if unit.evidence.is_mid_sentence_name(start, end):
            return "ordinary_word_mid_sentence"
        entity_type = self.describe(alias.entity_id)[0]
        same_type = [(s, e) for s, e, entity_id in near if self.describe(entity_id)[0] == entity_type]
        return "ordinary_word_list" if listed_beside(unit.text, start, end, same_type) else None

    def _judge_by_episode(self, unit: Unit, episode: _Episode) -> None:
        """Accept the ordinary words whose entity the episode is sure to name elsewhere."""
        for start, end, aliases in unit.pending:
            for alias in aliases:
                if alias.entity_id in episode.sure and self._may_be_name(alias, unit, start, end, episode):
                    rule = "ordinary_word_episode" if alias.kind == "needs_context" else "catalog_episode"
                    unit.accepted.append(Accepted(start, end, alias.entity_id, alias.alias, rule))
                    break

    @staticmethod
    def _may_be_name(alias: Alias, unit: Unit, start: int, end: int, episode: _Episode) -> bool:
        """Tell whether the way a word is written lets it be a name at all.

        Not in lower case; and where capitals mean nothing, not if the episode has the word in lower case as well.
        """
        if not any(character.isupper() or character.isdigit() for character in alias.alias):
            return False
        if unit.evidence.is_mid_sentence_name(start, end):
            return True
        return not episode.has_in_lower_case(alias.alias)


def _is_other_person(name: str, alias: str, unit: Unit, start: int, end: int) -> bool:
    """Tell whether the first name or surname of a person of the catalogue is part of somebody else's name here."""
    parts = name_parts(name)
    if parts is None or " " in alias:
        return False
    if alias == parts[1]:
        return is_followed_by_surname(unit.text, end) and not unit.evidence.is_in_title_case(start, end)
    return alias == parts[2] and unit.evidence.is_part_of_longer_name(start, end)


def _in_units(units: list[Unit], finder: Matcher | EpisodeNames) -> Iterator[tuple[Unit, int, int, Any]]:
    """Search all units in one go (no alias holds a line end), and yield each hit with its unit and place in it."""
    starts: list[int] = []
    length = 0
    for unit in units:
        starts.append(length)
        length += len(unit.text) + 1
    text = "\n".join(unit.text for unit in units)
    hits: Iterable[tuple[int, int, Any]] = (
        ((hit.start, hit.end, hit.aliases) for hit in finder.find(text))
        if isinstance(finder, Matcher)
        else ((start, end, rest) for start, end, *rest in finder.find(text))
    )
    for start, end, payload in hits:
        number = bisect_right(starts, start) - 1
        yield units[number], start - starts[number], end - starts[number], payload
