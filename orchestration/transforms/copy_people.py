"""What one copy tells of its people before anything is judged: its texts, its labels, its shows, its cast.

Belongs here: bringing together labels, notes, opening speech and shows of each copy. Keep out: who is behind a label
(speaker_labels.py), what is evidence of an appearance (appearance_evidence.py).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Literal

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.ids import unlisted_person_id
from orchestration.transforms.cast import Cast, meaning, person_key
from orchestration.transforms.copy_units import Unit, read_units
from orchestration.transforms.person_groups import Group, Person, groups_of, may_name, with_deeds, with_families
from orchestration.transforms.person_names import Name, NameFinder, fold, is_anonymous
from orchestration.transforms.person_patterns import GREETED_BY_NAME, GREETED_NEXT
from orchestration.transforms.person_statements import Statement, is_opening_bio, statements_of

_COLLEAGUE_OF = re.compile(r"(?:,? (?:and|&) [A-Z]\w{1,20})? (?:from|of|at) (?=\w)")
_COLLEAGUE_IN_FRONT = re.compile(r"([A-Z][\w.]{1,20}(?: [A-Z][\w.]{1,20})?)['’]s (?:[A-Z]\w{1,20} (?:and|&) )?$")
_LABEL_NOISE = re.compile(
    r"\s*[\[(](?:host|guest|co-?host|moderator|[^\])]{0,40})[\])]\s*$|^(?:dr|prof|mr|mrs|ms)\.?\s+", re.IGNORECASE
)
_LABEL_ROLE = re.compile(r"(?<=[a-z])(?:Host|Guest|Co-?[Hh]ost)$|\s+(?:Host|Guest)$")
# What `copy_casts` calls the ranks of a cast, and those whom a copy calls its hosts.
STANDINGS = ("label", "stated", "show_host", "named")
HOST = "host"
# What may stand behind the name of somebody who is greeted by the first name in the next sentence.
_MAX_BESIDE_CHARS = 60


@dataclass(frozen=True, slots=True)
class Stated:
    """A person whom a document or a sidecar states outside running text. The range is None for a sidecar."""

    name: str
    role: Literal["host", "guest", "unknown"]
    char_start: int | None
    char_end: int | None


@dataclass(slots=True)
class CopyPeople:
    """All that the tables need to know of one copy."""

    copy_id: str
    document_id: str
    units: list[Unit]
    """What the copy says, where its texts were read."""
    labels: list[str]
    shows: list[tuple[str, str]]
    """Show id and name, the primary one first."""
    show_names: tuple[str, ...]
    host_ids: dict[str, str]
    """Catalogue hosts of the copy's shows: person to show; the primary show wins."""
    cast: Cast
    stated: list[Stated] = field(default_factory=list)
    presenting: dict[str, Name] = field(default_factory=dict)
    """People whom the copy itself calls its hosts."""
    regulars: set[str] = field(default_factory=set)
    """Keys of the people whom another copy of the show calls hosts."""
    home_show_id: str | None = None
    """The show that people unknown to the catalogue are named after: one for all copies of an episode."""

    @property
    def show_id(self) -> str | None:
        """The primary show."""
        return self.shows[0][0] if self.shows else None

    def person_id(self, name: Name) -> str:
        """Return the id of the person: the catalogue's, else one made of a show of the episode and the name."""
        return name.person_id or unlisted_person_id(self.home_show_id or self.show_id, name.text)


def clean_label(label: str) -> str:
    """Return a speaker label without marks, honorifics and the role written beside the name."""
    return _LABEL_ROLE.sub("", _LABEL_NOISE.sub("", label.strip(" *:-–—[]"))).strip()


def read_sentence(
    unit: Unit, number: int, reading: CopyPeople, finder: NameFinder, deeds: bool = False
) -> tuple[list[Group], list[Statement]]:
    """Return the people of a sentence of a unit and what it says of their roles.

    deeds: also read where they work from what the sentence tells of their deeds.
    """
    start, end = unit.sentences[number]
    text = unit.text[start:end]
    if not may_name(text, finder):
        return [], []
    accept = partial(meaning, cast=reading.cast, finder=finder, is_in_title=unit.place == "title")
    groups = with_families(text, groups_of(text, finder, accept), reading.cast.family)
    if deeds:
        groups = with_deeds(text, groups, finder)
    listed_as = unit.listed_as if number == 0 else None
    is_opening = unit.is_opening and number == 0
    stated = statements_of(text, groups, unit.place, reading.show_names, listed_as, is_opening)
    if is_opening and not stated and is_opening_bio(text, groups):
        stated = [Statement(p, "guest", "opening_bio", p.name.start, p.name.end) for p in groups[0].people]
    if unit.place == "speech" and groups:
        known = {statement.person.name.start for statement in stated}
        stated += [
            Statement(p, "guest", "greeted", p.name.start, p.name.end)
            for p in _greeted(unit, number, groups)
            if p.name.start not in known
        ]
    return groups, stated


def _greeted(unit: Unit, number: int, groups: list[Group]) -> list[Person]:
    """Return the people at the end of a sentence whom the next one greets: `Ada Byte, from Initech. Hello, Ada.`

    A greeting without a name tells that somebody is greeted, not that the words before it are a person's name.
    """
    if number + 1 == len(unit.sentences):
        return []
    start, end = unit.sentences[number]
    following = unit.sentences[number + 1][0]
    if called := GREETED_BY_NAME.match(unit.text, following, following + 80):
        first_name = fold(called[called.lastgroup or 0])
        for group in groups:
            is_near = end - start - group.end <= _MAX_BESIDE_CHARS
            if is_near and any(fold(person.name.text).split()[0] == first_name for person in group.people):
                return list(group.people)
    if unit.text[start + groups[-1].end : end].strip(" .,!?…-–—"):
        return []
    if GREETED_NEXT.match(unit.text, following, following + 80):
        return [person for person in groups[-1].people if person.name.is_sure or person.organisation]
    return []


def stated_name(stated: Stated, cast: Cast, finder: NameFinder) -> Name | None:
    """Return the person whom a stated name means; None for a handle or first name that could be anybody."""
    clean = clean_label(stated.name)
    if person := finder.person_of(clean):
        return Name(finder.person_names[person], 0, 0, person)
    if " " in clean:
        return cast.canonical(Name(clean, 0, 0)) if finder.is_plausible(clean, is_label=True) else None
    found = cast.resolve(clean, finder) if clean else None
    return found[0] if found else None


def read_copies(
    copies: pl.DataFrame,
    segments: pl.DataFrame,
    passages: pl.DataFrame,
    copy_shows: pl.DataFrame,
    catalog: Catalog,
    finder: NameFinder,
    copy_episodes: pl.DataFrame | None,
    stated_people: pl.DataFrame | None = None,
    regulars: pl.DataFrame | None = None,
    casts: pl.DataFrame | None = None,
) -> list[CopyPeople]:
    """Return what is known of each copy before its people are judged.

    regulars: whom any copy of the show calls its hosts, as `regular_hosts` returns them for all copies; without it,
    whom those at hand do. casts: the table `copy_casts`; without it, the texts are read, and `units` are there.
    """
    readings = own_readings(copies, segments, passages, copy_shows, catalog, finder, stated_people, casts)
    _share_regulars(readings, regulars)
    if copy_episodes is not None:
        episodes = dict(copy_episodes.select("copy_id", "episode_id").iter_rows())
        _share_casts(readings, episodes)
        _share_home(readings, episodes)
    return readings


def own_readings(
    copies: pl.DataFrame,
    segments: pl.DataFrame,
    passages: pl.DataFrame,
    copy_shows: pl.DataFrame,
    catalog: Catalog,
    finder: NameFinder,
    stated_people: pl.DataFrame | None,
    casts: pl.DataFrame | None = None,
) -> list[CopyPeople]:
    """Return what each copy knows by itself, as `read_copies` does."""
    shows: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in copy_shows.sort("copy_id", "is_primary", "show_id", descending=[False, True, False]).iter_rows(
        named=True
    ):
        shows[row["copy_id"]].append((row["show_id"], row["show_name"]))
    aliases: dict[str, list[str]] = defaultdict(list)
    for alias in catalog.aliases:
        if alias.entity_id in catalog.shows and alias.kind != "needs_context":
            aliases[alias.entity_id].append(alias.alias)
    units = read_units(passages, segments) if casts is None else {}
    labels = _labels(segments)
    stated = _stated_people(stated_people)
    known = _known_casts(casts)
    readings = []
    for copy_id, document_id in copies.sort("document_id", "copy_index").select("copy_id", "document_id").iter_rows():
        own = shows[copy_id]
        hosts: dict[str, str] = {}
        for show_id, _ in own:
            for host in catalog.shows[show_id].host_ids if show_id in catalog.shows else ():
                hosts.setdefault(host, show_id)
        names = tuple(dict.fromkeys(name for show_id, show in own for name in (show, *aliases[show_id])))
        reading = CopyPeople(
            copy_id, document_id, units.get(copy_id, []), labels[copy_id], own, names, hosts, Cast(), stated[copy_id]
        )
        if casts is None:
            _fill_cast(reading, finder)
        else:
            *ranks, reading.presenting = known[copy_id]
            reading.cast = Cast(tuple(ranks))
        readings.append(reading)
    return readings


def _known_casts(casts: pl.DataFrame | None) -> dict[str, tuple[dict[str, Name], ...]]:
    """Return the people of each standing of each copy, those whom it calls its hosts last."""
    known: dict[str, tuple[dict[str, Name], ...]] = defaultdict(lambda: tuple({} for _ in (*STANDINGS, HOST)))
    if casts is not None:
        place_of = {standing: place for place, standing in enumerate((*STANDINGS, HOST))}
        columns = "copy_id", "standing", "person_key", "person_name", "person_id", "nickname", "is_full", "is_sure"
        for copy_id, standing, key, text, *more in casts.sort("copy_id", "place").select(columns).iter_rows():
            known[copy_id][place_of[standing]][key] = Name(text, 0, 0, *more)
    return known


def _share_home(readings: list[CopyPeople], episodes: dict[str, str]) -> None:
    """Name unlisted people after one show an episode, so that a crossover does not make two people of each."""
    homes: dict[str, str] = {}
    for reading in sorted(readings, key=lambda reading: reading.copy_id):
        if reading.show_id:
            homes.setdefault(episodes[reading.copy_id], reading.show_id)
    for reading in readings:
        reading.home_show_id = homes.get(episodes[reading.copy_id])


def _stated_people(stated_people: pl.DataFrame | None) -> dict[str, list[Stated]]:
    stated: dict[str, list[Stated]] = defaultdict(list)
    if stated_people is not None:
        rows = stated_people.sort("copy_id", "person_index")
        for copy_id, *person in rows.select("copy_id", "name", "role", "char_start", "char_end").iter_rows():
            stated[copy_id].append(Stated(*person))
    return stated


def _labels(segments: pl.DataFrame) -> dict[str, list[str]]:
    labels: dict[str, list[str]] = defaultdict(list)
    first = segments.select("copy_id", "speaker_label").drop_nulls().unique(maintain_order=True)
    for copy_id, label in first.iter_rows():
        labels[copy_id].append(label)
    return labels


def _fill_cast(reading: CopyPeople, finder: NameFinder) -> None:
    cast = reading.cast
    for host in reading.host_ids:
        if host in finder.person_names:
            cast.add(Cast.HOSTS, Name(finder.person_names[host], 0, 0, host))
    for label in sorted(reading.labels):
        clean = clean_label(label)
        person = finder.person_of(clean)
        if person:
            cast.add(Cast.LABELS, Name(finder.person_names[person], 0, 0, person))
        elif " " in clean and not is_anonymous(clean) and finder.is_plausible(clean, is_label=True):
            # A label that is a host's name but for a letter or two is the host's.
            cast.add(Cast.LABELS, cast.canonical(Name(clean, 0, 0)))
    for stated in reading.stated:
        name = stated_name(stated, cast, finder)
        if name:
            cast.add(Cast.STATED, name)
            if stated.role == "host":
                reading.presenting[person_key(name)] = name
    telling = [
        (unit, number, text)
        for unit in reading.units
        for number, (start, end) in enumerate(unit.sentences)
        if may_name(text := unit.text[start:end], finder)
    ]
    for unit, _, text in telling:
        if unit.place != "title":
            _add_colleagues(text, cast, finder)
    _add_called(reading, finder)
    # Twice: what the first reading states resolves the first names that the second one meets.
    read: list[tuple[int, list[Group], list[Statement]]] = []
    for place, (unit, number, text) in enumerate(telling * 2):
        before = read[place - len(telling)] if place >= len(telling) else None
        if before is None or before[0] != cast.change_count:
            read.append((cast.change_count, *read_sentence(unit, number, reading, finder)))
        else:
            # Nothing is known that was not when it was read first.
            read.append(before)
        _, groups, statements = read[-1]
        for statement in statements:
            if statement.role in ("host", "co_host") and not _is_for_once(text):
                reading.presenting[person_key(statement.person.name)] = statement.person.name
            cast.add(Cast.NAMED if statement.pattern == "credit" else Cast.STATED, statement.person.name)
        if unit.place == "notes" and groups and not _is_heading(text):
            for group in groups:
                for person_in_group in group.people:
                    cast.add(Cast.NAMED, person_in_group.name)


def _add_called(reading: CopyPeople, finder: NameFinder) -> None:
    """Make known who is called by the full name and answers under the first: `Ada Byte.`, `Ada: Hello.`"""
    for unit, following in pairwise(unit for unit in reading.units if unit.place == "speech"):
        clean = fold(clean_label(following.label or ""))
        if not clean or " " in clean or following.label == unit.label or not unit.sentences:
            continue
        start, end = unit.sentences[-1]
        names = finder.find(unit.text[start:end])
        if (
            names
            and names[-1].is_full
            and names[-1].is_sure
            and not unit.text[start + names[-1].end : end].strip(" .,!?…-–—")
            and fold(names[-1].text).split()[0] == clean
        ):
            reading.cast.add(Cast.STATED, names[-1])


def _add_colleagues(text: str, cast: Cast, finder: NameFinder) -> None:
    """Make known who is called by the first name and the employer: `Ada and Bob from Initech`."""
    for name in finder.find(text):
        if name.is_full:
            continue
        organisation = None
        if after := _COLLEAGUE_OF.match(text, name.end):
            organisation = finder.organisation(text[after.end() : after.end() + 120])
        elif before := _COLLEAGUE_IN_FRONT.search(text, max(0, name.start - 70), name.start):
            organisation = finder.organisation(before.group(1))
        if organisation and (colleague := finder.colleague_of(name.text, organisation[0])):
            cast.add(Cast.NAMED, colleague)


def _is_for_once(text: str) -> bool:
    return "guest host" in text.casefold()


def _is_heading(text: str) -> bool:
    """Return whether most words are capitalised, so that capitals tell no names."""
    words = [word for word in text.split() if word[0].isalpha()]
    return len(words) > 3 and sum(word[0].isupper() for word in words) > 0.6 * len(words)


def _share_regulars(readings: list[CopyPeople], regulars: pl.DataFrame | None) -> None:
    """Let the copies of a show know the people whom another copy of it calls hosts, next to the catalogue's hosts."""
    known: dict[str, dict[str, Name]] = defaultdict(dict)
    if regulars is None:
        by_show: dict[str, dict[str, Name]] = defaultdict(dict)
        for reading in readings:
            if reading.show_id:
                by_show[reading.show_id].update(reading.presenting)
        known |= {reading.copy_id: by_show[reading.show_id] for reading in readings if reading.show_id}
    else:
        for copy_id, key, text, person_id, nickname, is_full, is_sure in regulars.select(
            "copy_id", "person_key", "person_name", "person_id", "nickname", "is_full", "is_sure"
        ).iter_rows():
            known[copy_id][key] = Name(text, 0, 0, person_id, nickname, is_full, is_sure)
    for reading in readings:
        for key, name in sorted(known[reading.copy_id].items()):
            reading.cast.add(Cast.HOSTS, name)
            if key not in reading.presenting:
                reading.regulars.add(key)


def _share_casts(readings: list[CopyPeople], episode_of: dict[str, str]) -> None:
    """Let copies of one episode know the people whom another of them labels or presents."""
    by_episode: dict[str, list[CopyPeople]] = defaultdict(list)
    for reading in readings:
        if reading.copy_id in episode_of:
            by_episode[episode_of[reading.copy_id]].append(reading)
    for together in by_episode.values():
        known = [name for r in together for rank in (Cast.LABELS, Cast.STATED) for name in r.cast.ranks[rank].values()]
        for reading in together if len(together) > 1 else ():
            for name in known:
                if person_key(name) not in reading.cast.ranks[Cast.LABELS]:
                    reading.cast.add(Cast.STATED, name)
