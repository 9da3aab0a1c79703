"""Reads the texts of episodes, and says which of the names found in them count.

An episode is read twice. First every name that is sure by itself is found in all its copies; then ordinary words, first
names and surnames are judged in the light of what the episode is sure to talk about. Many episodes are read at once:
each step is a look at columns, and single hits are looked at only where few are left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orchestration.transforms.episode_names import EpisodeName, Person, names_of_episode
from orchestration.transforms.episode_people import Cast, Knowledge
from orchestration.transforms.letters import Bools, Ints, Letters, ragged
from orchestration.transforms.link_evidence import are_linked_to_their_sites
from orchestration.transforms.mention_rules import ANY_LANGUAGE, PRECEDENCE
from orchestration.transforms.name_table import (
    CASE_SENSITIVE,
    EXACT,
    FIRST_NAME,
    MISHEARD,
    NEEDS_CONTEXT,
    PERSON,
    SURNAME,
    TOPIC,
)
from orchestration.transforms.overlaps import are_inside, winners
from orchestration.transforms.text_evidence import MAX_LIST_JOINT, Places, is_list_joint

# Other names count as near an ordinary word within so many characters.
_NEAR_CHARACTERS = 80
_NO_RULE = -1
_BEFORE_WORD = " \n\"'“‘("
_GOES_ON = re.compile(r"[\w/@-]|\.\w")
_RULE = {name: number for number, name in enumerate(PRECEDENCE)}
_IS_ANY_LANGUAGE = np.array([name in ANY_LANGUAGE for name in PRECEDENCE])
_IS_FIRST_NAME = np.array([name.endswith("_first_name") for name in PRECEDENCE])
_IS_SURNAME = np.array([name.endswith("_surname") for name in PRECEDENCE])
_BY_KIND = np.full(4, _NO_RULE)
_BY_KIND[[EXACT, CASE_SENSITIVE, MISHEARD]] = [
    _RULE[name] for name in ("catalog_exact", "catalog_case_sensitive", "misheard")
]


@dataclass(frozen=True, slots=True)
class Texts:
    """The units of some episodes, joined by line ends; those of an episode follow each other.

    low, high: where each unit lies. episode: its episode, as a number from 0 on that never falls. is_heading: whether
    its capitals mean nothing. is_english: False where the copy is known to be in another language. is_page: text of a
    page, whose line ends may be lost.
    """

    letters: Letters
    low: Ints
    high: Ints
    episode: Ints
    is_heading: Bools
    is_english: Bools
    is_page: Bools
    episode_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Hits that count, as columns: the place, entity and rule by number, and the alias."""

    start: Ints
    end: Ints
    entity: Ints
    rule: Ints
    alias: NDArray[Any]

    @classmethod
    def joined(cls, parts: Sequence[Mentioned]) -> Mentioned:
        """Put several one after the other."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))

    def take(self, which: Bools | Ints) -> Mentioned:
        """Return some of them."""
        return Mentioned(*(getattr(self, name)[which] for name in Mentioned.__slots__))


@dataclass(frozen=True, slots=True)
class _Pending:
    """Pairs of hit and alias that may be a name, by number, and the verdict of the context words of each."""

    hit: Ints
    alias: Ints
    verdict: Ints

    def take(self, which: Bools) -> _Pending:
        return _Pending(self.hit[which], self.alias[which], self.verdict[which])


def read_episodes(texts: Texts, known: Knowledge) -> Mentioned:
    """Return the mentions in `texts`, in order and without overlap."""
    reading = Reading(texts, known)
    sure, pending = reading.find_sure()
    by_episode = reading.find_episode_names(sure)
    accepted = Mentioned.joined([sure, by_episode])
    by_text, pending = reading.judge_by_text(pending, accepted)
    rest = reading.judge_by_episode(pending)
    return reading.resolve(Mentioned.joined([accepted, by_text, rest]))


class Reading:
    """The hits in some texts, and what is asked about them."""

    def __init__(self, texts: Texts, known: Knowledge) -> None:
        """Find all names in `texts`."""
        self.texts, self.known, self.names = texts, known, known.names
        self.hits = known.names.matcher.find(texts.letters, lambda at: texts.is_page[self._units(at)])
        self.unit = self._units(self.hits.start)
        self.is_english = texts.is_english[self.unit]
        edges = np.searchsorted(texts.episode, np.arange(len(texts.episode_ids) + 1))
        # Where each episode begins in the text; one more for the end.
        self.episode_low = np.append(texts.low, len(texts.letters.text) + 1)[edges]
        self._evidence: list[Ints] = []
        self._mid_sentence = np.zeros(len(self.hits.start), np.bool_)
        self._lower_case: dict[tuple[int, str], bool] = {}

    def _units(self, at: Ints) -> Ints:
        return np.searchsorted(self.texts.low, at, "right") - 1

    def _episodes(self, at: Ints) -> Ints:
        return self.texts.episode[self._units(at)]

    def _places(self, start: Ints, end: Ints) -> Places:
        unit = self._units(start)
        texts = self.texts
        return Places(texts.letters, start, end, texts.low[unit], texts.high[unit], texts.is_heading[unit])

    def _mentioned(self, hit: Ints, alias: Ints, rule: Ints) -> Mentioned:
        names, hits = self.names, self.hits
        return Mentioned(hits.start[hit], hits.end[hit], names.entity[alias], rule, names.alias_texts[alias])

    def find_sure(self) -> tuple[Mentioned, _Pending]:
        """Return the names of the catalogue that count by themselves, and those to be judged later."""
        names, hits = self.names, self.hits
        hit, alias = names.aliases_of(hits.pattern)
        verdict = self.verdicts(hit, alias)
        rule = self._sure_rules(alias, verdict)
        is_decided = rule != _NO_RULE
        is_foreign = is_decided & ~self.is_english[hit] & ~_IS_ANY_LANGUAGE[rule]
        is_decided &= ~is_foreign
        self._drop_other_people(hit, alias, is_decided)
        # Of several entities of one name, those that the context speaks for go before those it says nothing of.
        is_spoken_for = np.zeros(len(hits.start), np.bool_)
        is_spoken_for[hit[is_decided & (verdict > 0)]] = True
        is_accepted = is_decided & ((verdict > 0) | ~is_spoken_for[hit])
        self._note_evidence(hits.start[hit[is_accepted]], names.entity[alias[is_accepted]], rule[is_accepted])
        # A name within a longer one that counts is no name of its own, though the episode is about it too.
        is_cover = is_accepted & (names.type[names.entity[alias]] != TOPIC)
        cover = hit[is_cover]
        is_covered = are_inside(hits.start, hits.end, hits.start[cover], hits.end[cover])[hit]
        is_accepted &= ~is_covered
        may_be_name = (names.kind[alias] == NEEDS_CONTEXT) | names.has_context[alias]
        is_pending = ~is_decided & ~is_foreign & ~is_covered & (verdict >= 0) & self.is_english[hit] & may_be_name
        is_pending &= names.type[names.entity[alias]] != TOPIC
        sure = self._mentioned(hit[is_accepted], alias[is_accepted], rule[is_accepted])
        self.is_full_name = names.is_full_name[alias[is_accepted]]
        return sure, _Pending(hit, alias, verdict).take(is_pending)

    def verdicts(self, hit: Ints, alias: Ints) -> Ints:
        """Return what the context words say: 1 for the alias, -1 against it, 0 nothing."""
        verdict = np.zeros(len(hit), np.int64)
        asked = np.flatnonzero(self.names.has_any_context[alias])
        of = hit[asked]
        low, high = (column[self.unit[of]] for column in (self.texts.low, self.texts.high))
        verdict[asked] = self.names.context.verdicts(
            self.texts.letters, self.hits.start[of], self.hits.end[of], low, high, alias[asked]
        )
        return verdict

    def _sure_rules(self, alias: Ints, verdict: Ints) -> Ints:
        """Return the rule by which an alias counts without any further look, or _NO_RULE."""
        names = self.names
        entity = names.entity[alias]
        rule = np.where(verdict > 0, _RULE["catalog_context"], _BY_KIND[names.kind[alias]])
        rule[names.type[entity] == TOPIC] = _RULE["topic_keyphrase"]
        rule[self.known.is_unlisted[entity]] = _RULE["known_person_full"]
        is_open = (verdict < 0) | (names.kind[alias] == NEEDS_CONTEXT) | (names.has_context[alias] & (verdict <= 0))
        rule[is_open] = _NO_RULE
        return rule

    def _drop_other_people(self, hit: Ints, alias: Ints, is_decided: Bools) -> None:
        """Drop first names and surnames of people of the catalogue that are part of somebody else's name here."""
        asked = np.flatnonzero(is_decided & (self.names.type[self.names.entity[alias]] == PERSON))
        for part in (FIRST_NAME, SURNAME):
            of_part = asked[self.names.part[alias[asked]] == part]
            places = self._places(self.hits.start[hit[of_part]], self.hits.end[hit[of_part]])
            is_other = places.are_followed_by_surname() if part == FIRST_NAME else places.are_part_of_longer_name()
            is_decided[of_part[is_other]] = False

    def find_episode_names(self, sure: Mentioned) -> Mentioned:
        """Return the names of people and shows of each episode. `sure` tells who is named in full."""
        hits, names = self.hits, self.names
        found: list[EpisodeName] = []
        keys: list[int] = []
        for number, people, shows in self._casts(sure):
            for name in names_of_episode(people, shows, self.known.catalog_words):
                pattern = names.matcher.pattern(name.text, name.is_any_case)
                if pattern >= 0:
                    found.append(name)
                    keys.append(number * len(names.matcher) + pattern)
        order = np.argsort(np.array(keys, np.int64), kind="stable")
        sorted_keys = np.array(keys, np.int64)[order]
        wanted = self.texts.episode[self.unit] * len(names.matcher) + hits.pattern
        first = np.searchsorted(sorted_keys, wanted)
        hit, at = ragged(first, np.searchsorted(sorted_keys, wanted, "right") - first)
        which = order[at]
        text = np.array([name.text for name in found], dtype=object)[which]
        rule = np.array([_RULE[name.rule] for name in found], np.int64)[which]
        entity = np.array([names.number[name.entity_id] for name in found], np.int64)[which]
        mentioned = Mentioned(hits.start[hit], hits.end[hit], entity, rule, text)
        return mentioned.take((self.is_english[hit] | _IS_ANY_LANGUAGE[rule]) & self._count_alone(mentioned))

    def _casts(self, sure: Mentioned) -> list[tuple[int, list[Person], dict[str, str]]]:
        """Return number, people and shows of each episode where there are any."""
        entities = self.names.entities
        is_person = self.is_full_name & (self.names.type[sure.entity] == PERSON)
        width = len(entities)
        keys = np.unique(self._episodes(sure.start[is_person]) * width + sure.entity[is_person])
        named: dict[int, list[Person]] = {}
        for key in keys.tolist():
            entity = entities[key % width]
            named.setdefault(key // width, []).append(Person(entity.entity_id, entity.name, is_present=False))
        casts = []
        for number, episode_id in enumerate(self.texts.episode_ids):
            cast = self.known.casts.get(episode_id) or Cast()
            others = [person for person in named.get(number, ()) if person.person_id not in cast.people]
            if cast.people or cast.shows or others:
                casts.append((number, [*cast.people.values(), *others], cast.shows))
        return casts

    def _cast_keys(self) -> Ints:
        """Return the people and shows that belong to the episodes."""
        keys = [
            (number, self.names.number[entity_id])
            for number, episode_id in enumerate(self.texts.episode_ids)
            for cast in (self.known.casts.get(episode_id),)
            if cast is not None
            for entity_id in (*cast.people, *cast.shows)
        ]
        columns = np.array(keys, np.int64).reshape(-1, 2)
        return self._entity_keys(columns[:, 0], columns[:, 1])

    def _count_alone(self, mentioned: Mentioned) -> Bools:
        """Tell which first names and surnames mean the person of the episode; all other names do.

        Not those within another name (`Chris Olah` for a guest Chris Hay), and ordinary words only in mid-sentence.
        """
        result = np.ones(len(mentioned.start), np.bool_)
        single = np.flatnonzero(_IS_FIRST_NAME[mentioned.rule] | _IS_SURNAME[mentioned.rule])
        places = self._places(mentioned.start[single], mentioned.end[single])
        counts = ~places.are_part_of_longer_name()
        open_ = np.flatnonzero(counts & _IS_FIRST_NAME[mentioned.rule[single]])
        counts[open_] = ~places.take(open_).are_followed_by_surname()
        episodes = self._episodes(mentioned.start[single])
        words = mentioned.alias[single]
        is_ordinary = [
            does_count and self.has_in_lower_case(episode, word)
            for does_count, episode, word in zip(counts.tolist(), episodes.tolist(), words, strict=True)
        ]
        open_ = np.flatnonzero(np.array(is_ordinary, np.bool_))
        counts[open_] = places.take(open_).are_mid_sentence_names()
        result[single] = counts
        return result

    def has_in_lower_case(self, episode: int, word: str) -> bool:
        """Tell whether an episode writes `word` in lower case as well."""
        if (episode, word) not in self._lower_case:
            low, high = int(self.episode_low[episode]), int(self.episode_low[episode + 1])
            self._lower_case[episode, word] = has_word(self.texts.letters.text, word.lower(), low, high)
        return self._lower_case[episode, word]

    def judge_by_text(self, pending: _Pending, accepted: Mentioned) -> tuple[Mentioned, _Pending]:
        """Return the ordinary words that the text around them shows to be names, and those still to be judged."""
        names = self.names
        asked, which = np.unique(pending.hit, return_inverse=True)
        start, end = self.hits.start[asked], self.hits.end[asked]
        sure = accepted.take(names.type[accepted.entity] != TOPIC)
        sure = sure.take(np.lexsort((sure.entity, sure.end, sure.start)))
        place, near = self._near(start, end, sure)
        places = self._places(start, end)
        follows_name = np.zeros(len(asked), np.bool_)
        follows_name[place[sure.end[near] == start[place] - 1]] = True
        is_free = follows_name | ~places.are_part_of_longer_name()
        is_mid_sentence = places.are_mid_sentence_names()
        self._mid_sentence[asked] = is_mid_sentence
        keep = is_free[which]
        pending, which = pending.take(keep), which[keep]
        has_maker, is_listed = self._neighbours(pending, which, start, end, place, near, sure)
        entity_rule = np.select(
            [has_maker, is_mid_sentence[which], is_listed],
            [_RULE[f"ordinary_word_{reason}"] for reason in ("maker", "mid_sentence", "list")],
            _NO_RULE,
        )
        has_context = names.has_context[pending.alias]
        is_spoken_for = has_context & (pending.verdict > 0) & (names.kind[pending.alias] == NEEDS_CONTEXT)
        by_context = np.where(is_spoken_for, _RULE["ordinary_word_context"], _NO_RULE)
        rule = np.where(has_context, by_context, entity_rule)
        is_linked = are_linked_to_their_sites(self.texts.letters, start, end)
        rule = np.where(is_linked[which], _RULE["ordinary_word_link"], rule)
        is_lower = names.is_lower_case[pending.alias]
        speaks = (pending.verdict > 0) | (has_maker & ~has_context)
        rule[is_lower] = np.where(speaks[is_lower], _RULE["lower_case_context"], _NO_RULE)
        ruled = np.flatnonzero(rule != _NO_RULE)
        # Of several aliases the first of the catalogue.
        ruled = ruled[np.unique(pending.hit[ruled], return_index=True)[1]]
        is_done = np.isin(pending.hit, pending.hit[ruled])
        by_text = self._mentioned(pending.hit[ruled], pending.alias[ruled], rule[ruled])
        self._note_evidence(by_text.start, by_text.entity, by_text.rule)
        return by_text, pending.take(~is_done)

    def _near(self, start: Ints, end: Ints, sure: Mentioned) -> tuple[Ints, Ints]:
        """Return the pairs of place and sure name (both by number) that lie near each other in one unit."""
        unit = self._units(start)
        low = np.maximum(start - _NEAR_CHARACTERS, self.texts.low[unit])
        high = np.minimum(end + _NEAR_CHARACTERS, self.texts.high[unit])
        first = np.searchsorted(sure.start, low)
        return ragged(first, np.maximum(0, np.searchsorted(sure.start, high) - first))

    def _neighbours(
        self, pending: _Pending, which: Ints, start: Ints, end: Ints, place: Ints, near: Ints, sure: Mentioned
    ) -> tuple[Bools, Bools]:
        """Tell of each pending pair whether its maker or product is near, and whether it is listed with its like."""
        names = self.names
        first = np.searchsorted(place, which)
        row, at = ragged(first, np.searchsorted(place, which, "right") - first)
        other = near[at]
        entity, other_entity = names.entity[pending.alias[row]], sure.entity[other]
        has_maker, is_listed = np.zeros((2, len(which)), np.bool_)
        has_maker[row[names.are_maker_and_product(entity, other_entity)]] = True
        is_like = names.type[entity] == names.type[other_entity]
        is_after = sure.start[other] >= end[which[row]]
        gap_start = np.where(is_after, end[which[row]], sure.end[other])
        gap_end = np.where(is_after, sure.start[other], start[which[row]])
        gap = gap_end - gap_start
        for number in np.flatnonzero(is_like & (gap > 0) & (gap <= MAX_LIST_JOINT)):
            if is_list_joint(self.texts.letters, int(gap_start[number]), int(gap_end[number])):
                is_listed[row[number]] = True
        return has_maker, is_listed

    def _note_evidence(self, at: Ints, entity: Ints, rule: Ints) -> None:
        """Remember which entities each episode is sure to name."""
        counts = ~np.isin(rule, (_RULE["misheard"], _RULE["topic_keyphrase"]))
        self._evidence.append(np.unique(self._entity_keys(self._episodes(at[counts]), entity[counts])))

    def _entity_keys(self, episode: Ints, entity: Ints) -> Ints:
        return episode * len(self.names.entities) + entity

    def judge_by_episode(self, pending: _Pending) -> Mentioned:
        """Return the ordinary words whose entity the episode is sure to name elsewhere."""
        names, hits = self.names, self.hits
        pending = pending.take(names.may_follow_episode[pending.alias])
        wanted = self._entity_keys(self._episodes(hits.start[pending.hit]), names.entity[pending.alias])
        pending = pending.take(np.isin(wanted, np.concatenate([*self._evidence, self._cast_keys()])))
        may_be_name = self._mid_sentence[pending.hit] | names.is_lower_case[pending.alias]
        episodes = self._episodes(hits.start[pending.hit])
        for number in np.flatnonzero(~may_be_name):
            word = names.alias_texts[pending.alias[number]]
            may_be_name[number] = not self.has_in_lower_case(int(episodes[number]), word)
        pending = pending.take(may_be_name)
        first = np.unique(pending.hit, return_index=True)[1]
        is_ordinary = names.kind[pending.alias[first]] == NEEDS_CONTEXT
        rule = np.where(is_ordinary, _RULE["ordinary_word_episode"], _RULE["catalog_episode"])
        rule[names.is_lower_case[pending.alias[first]]] = _RULE["lower_case_episode"]
        return self._mentioned(pending.hit[first], pending.alias[first], rule)

    def resolve(self, found: Mentioned) -> Mentioned:
        """Return the mentions that stay where several overlap, in order."""
        is_topic = self.names.type[found.entity] == TOPIC
        stay = found.take(winners(found.start, found.end, is_topic, found.rule, self.known.rank[found.entity]))
        return stay.take(np.argsort(stay.start, kind="stable"))


def has_word(text: str, word: str, low: int, high: int) -> bool:
    """Tell whether `word` stands in [low, high) of `text` as a word of a sentence, and not of an address."""
    at = text.find(word, low, high)
    while at >= 0:
        if (at == low or text[at - 1] in _BEFORE_WORD) and not _GOES_ON.match(text, at + len(word), high):
            return True
        at = text.find(word, at + 1, high)
    return False
