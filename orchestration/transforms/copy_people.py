"""What one copy tells of its people before anything is judged: its texts, its labels, its shows, its cast.

The cast are the people whom a bare first name can mean in this copy, from those who stand as labels down to those whom
the notes name in passing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, NamedTuple

import polars as pl
from rapidfuzz.distance import OSA

from orchestration.catalog.catalog import Catalog
from orchestration.formats.display import count_words, display, tidy
from orchestration.ids import unlisted_person_id
from orchestration.transforms.person_groups import groups_of
from orchestration.transforms.person_names import Name, NameFinder, fold, is_anonymous, sentences
from orchestration.transforms.person_statements import Place, is_opening_bio, statements_of

INTRO_SEGMENTS = 60
INTRO_CHARS = 14_000
NOTES_CHARS = 40_000
_MIN_SLIP_CHARS = 11
_MAX_JOINED_CHARS = 2_000

_LABEL_NOISE = re.compile(
    r"\s*[\[(](?:host|guest|co-?host|moderator|[^\])]{0,40})[\])]\s*$|^(?:dr|prof|mr|mrs|ms)\.?\s+", re.IGNORECASE
)
_LABEL_ROLE = re.compile(r"(?<=[a-z])(?:Host|Guest|Co-?[Hh]ost)$|\s+(?:Host|Guest)$")


@dataclass(slots=True)
class Unit:
    """A passage, or what one speaker says without a break, sentence by sentence.

    Speech may run over several segments, each with a part of the text, since captions break sentences and names.
    """

    place: Place
    text: str
    parts: list[Part]
    label: str | None = None
    _sentences: list[tuple[int, int]] | None = None

    @property
    def sentences(self) -> list[tuple[int, int]]:
        """The ranges of the sentences; a title is one."""
        if self._sentences is None:
            is_one = self.place == "title"
            self._sentences = [(0, len(self.text))] if is_one else sentences(self.text[:NOTES_CHARS])
        return self._sentences

    def span(self, start: int, end: int, at: int, document: str | None) -> tuple[str, int, int]:
        """Return the quote of [start, end) of the text and its range in the document text.

        A quote is characters of one segment or passage: the one that holds the character `at` of the text.
        """
        part = self.parts[bisect_right(self.parts, at, key=lambda part: part.text_start) - 1]
        text = self.text[part.text_start : part.text_end]
        start, end = max(start, part.text_start) - part.text_start, min(end, part.text_end) - part.text_start
        if document is None or start >= end:
            return text, part.char_start, part.char_end
        shown = display(document[part.char_start : part.char_end])
        raw_start, raw_end = shown.raw_span(start, end)
        raw_start, raw_end = part.char_start + raw_start, part.char_start + raw_end
        return tidy(document[raw_start:raw_end]), raw_start, raw_end

    def extend(self, text: str, char_start: int, char_end: int) -> None:
        """Add the text of the next segment."""
        text_start = len(self.text) + 1
        self.text += f" {text}"
        self.parts.append(Part(text_start, text_start + len(text), char_start, char_end))


class Part(NamedTuple):
    """A part of a unit's text, and the characters of the document that it shows."""

    text_start: int
    text_end: int
    char_start: int
    char_end: int


def single_unit(place: Place, text: str, char_start: int, char_end: int, label: str | None = None) -> Unit:
    """Return the unit of one passage or segment."""
    return Unit(place, text, [Part(0, len(text), char_start, char_end)], label)


@dataclass(slots=True)
class Cast:
    """The people that a name can mean within one copy, from sure to faint."""

    ranks: tuple[dict[str, Name], ...] = field(default_factory=lambda: ({}, {}, {}, {}))
    LABELS, STATED, HOSTS, NAMED = 0, 1, 2, 3

    def add(self, rank: int, name: Name) -> None:
        """Make a person known, or the nickname of a person who is."""
        known = self.ranks[rank].get(person_key(name))
        if known is None:
            self.ranks[rank][person_key(name)] = replace(name, start=0, end=0, is_full=True)
        elif name.nickname and not known.nickname:
            self.ranks[rank][person_key(name)] = replace(known, nickname=name.nickname)

    def canonical(self, name: Name) -> Name:
        """Return the name under which the copy knows the same person: without middle initials, not misheard.

        A host's name is known best, so that a near name is taken for it; names that are only stated come after.
        """
        if name.person_id is None:
            for ranks in ((Cast.LABELS, Cast.HOSTS), (Cast.STATED, Cast.NAMED)):
                people = [known for rank in ranks for known in self.ranks[rank].values()]
                near = [k for k in people if person_key(k) == person_key(name)] or [
                    k for k in people if _is_slip(name, k)
                ]
                if near:
                    return replace(name, text=near[0].text, person_id=near[0].person_id)
        return name

    def resolve(self, word: str, finder: NameFinder) -> tuple[Name, int] | None:
        """Return the one person whom a first name, surname or nickname means here, and the rank of the knowledge."""
        folded = fold(word)
        for rank, people in enumerate(self.ranks):
            fits = {key: name for key, name in people.items() if _answers_to(name, folded, rank, finder)}
            if len(fits) == 1:
                return self.canonical(next(iter(fits.values()))), rank
            if fits:
                return None
        return None


def _is_slip(name: Name, known: Name) -> bool:
    """Return whether a name is a known one misheard or mistyped by a letter or two."""
    a, b = fold(name.text), fold(known.text)
    return min(len(a), len(b)) >= _MIN_SLIP_CHARS and a != b and OSA.distance(a, b, score_cutoff=2) <= 2


def person_key(name: Name) -> str:
    """Return what tells people of one copy apart: the catalogue's id, else first and last name."""
    if name.person_id:
        return name.person_id
    words = fold(name.text).replace("-", " ").split()
    return f"{words[0]} {words[-1]}"


def _answers_to(name: Name, folded: str, rank: int, finder: NameFinder) -> bool:
    words = fold(name.text).split()
    if folded in (words[0], words[0].split("-")[0]) or (name.nickname and fold(name.nickname) == folded):
        return True
    if name.person_id and folded in finder.aliases_of.get(name.person_id, ()):
        return True
    return rank <= Cast.STATED and len(words) > 1 and folded == words[-1]


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
    label_words: Counter[str]
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


def meaning(name: Name, cast: Cast, finder: NameFinder) -> Name | None:
    """Return the name that `name` means in a copy; a single word must be somebody of the cast."""
    if name.is_full:
        return cast.canonical(name)
    found = cast.resolve(name.text, finder)
    if not found:
        return None
    return replace(found[0], start=name.start, end=name.end)


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
) -> list[CopyPeople]:
    """Return what is known of each copy before its people are judged."""
    shows: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in copy_shows.sort("copy_id", "is_primary", "show_id", descending=[False, True, False]).iter_rows(
        named=True
    ):
        shows[row["copy_id"]].append((row["show_id"], row["show_name"]))
    aliases: dict[str, list[str]] = defaultdict(list)
    for alias in catalog.aliases:
        if alias.entity_id in catalog.shows and alias.kind != "needs_context":
            aliases[alias.entity_id].append(alias.alias)
    units = _units(passages, segments)
    words = _label_words(segments)
    stated = _stated_people(stated_people)
    readings = []
    for copy_id, document_id in copies.sort("document_id", "copy_index").select("copy_id", "document_id").iter_rows():
        own = shows[copy_id]
        hosts: dict[str, str] = {}
        for show_id, _ in own:
            for host in catalog.shows[show_id].host_ids if show_id in catalog.shows else ():
                hosts.setdefault(host, show_id)
        names = tuple(dict.fromkeys(name for show_id, show in own for name in (show, *aliases[show_id])))
        reading = CopyPeople(
            copy_id, document_id, units[copy_id], words[copy_id], own, names, hosts, Cast(), stated[copy_id]
        )
        _fill_cast(reading, finder)
        readings.append(reading)
    _share_regulars(readings)
    if copy_episodes is not None:
        episodes = dict(copy_episodes.select("copy_id", "episode_id").iter_rows())
        _share_casts(readings, episodes)
        _share_home(readings, episodes)
    return readings


def _share_home(readings: list[CopyPeople], episodes: dict[str, str]) -> None:
    """Name unlisted people after one show an episode, so that a crossover does not make two people of each."""
    homes: dict[str, str] = {}
    for reading in sorted(readings, key=lambda reading: reading.copy_id):
        if reading.show_id:
            homes.setdefault(episodes[reading.copy_id], reading.show_id)
    for reading in readings:
        reading.home_show_id = homes.get(episodes[reading.copy_id])


def _units(passages: pl.DataFrame, segments: pl.DataFrame) -> dict[str, list[Unit]]:
    units: dict[str, list[Unit]] = defaultdict(list)
    columns = ("copy_id", "field", "text", "char_start", "char_end")
    for copy_id, place, text, start, end in passages.sort("copy_id", "passage_index").select(columns).iter_rows():
        units[copy_id].append(single_unit("title" if place == "title" else "notes", text, start, end))
    spoken: Counter[str] = Counter()
    opening = segments.filter((pl.col("segment_index") < INTRO_SEGMENTS) & pl.col("is_speech")).sort(
        "copy_id", "segment_index"
    )
    for copy_id, text, start, end, label, is_change in opening.select(
        "copy_id", "text", "char_start", "char_end", "speaker_label", "is_speaker_change"
    ).iter_rows():
        own = units[copy_id]
        if spoken[copy_id] < INTRO_CHARS:
            last = own[-1] if own and own[-1].place == "speech" else None
            if last and last.label == label and not is_change and len(last.text) < _MAX_JOINED_CHARS:
                last.extend(text, start, end)
            else:
                own.append(single_unit("speech", text, start, end, label))
        spoken[copy_id] += len(text)
    return units


def _stated_people(stated_people: pl.DataFrame | None) -> dict[str, list[Stated]]:
    stated: dict[str, list[Stated]] = defaultdict(list)
    if stated_people is not None:
        rows = stated_people.sort("copy_id", "person_index")
        for copy_id, *person in rows.select("copy_id", "name", "role", "char_start", "char_end").iter_rows():
            stated[copy_id].append(Stated(*person))
    return stated


def _label_words(segments: pl.DataFrame) -> dict[str, Counter[str]]:
    words: dict[str, Counter[str]] = defaultdict(Counter)
    labelled = segments.filter(pl.col("speaker_label").is_not_null()).select("copy_id", "speaker_label", "text")
    for copy_id, label, text in labelled.iter_rows():
        words[copy_id][label] += count_words(text)
    return words


def _fill_cast(reading: CopyPeople, finder: NameFinder) -> None:
    cast = reading.cast
    for host in reading.host_ids:
        if host in finder.person_names:
            cast.add(Cast.HOSTS, Name(finder.person_names[host], 0, 0, host))
    for label in sorted(reading.label_words):
        clean = clean_label(label)
        person = finder.person_of(clean)
        if person:
            cast.add(Cast.LABELS, Name(finder.person_names[person], 0, 0, person))
        elif " " in clean and not is_anonymous(clean) and finder.is_plausible(clean, is_label=True):
            cast.add(Cast.LABELS, Name(clean, 0, 0))
    for stated in reading.stated:
        name = stated_name(stated, cast, finder)
        if name:
            cast.add(Cast.STATED, name)
            if stated.role == "host":
                reading.presenting[person_key(name)] = name
    # Twice: what the first reading states resolves the first names that the second one meets.
    for _ in range(2):
        for number, unit in enumerate(reading.units):
            for index, (start, end) in enumerate(unit.sentences):
                text = unit.text[start:end]
                groups = groups_of(text, finder, partial(meaning, cast=cast, finder=finder))
                for statement in statements_of(text, groups, unit.place, reading.show_names):
                    if statement.role in ("host", "co_host") and not _is_for_once(text):
                        reading.presenting[person_key(statement.person.name)] = statement.person.name
                    cast.add(Cast.NAMED if statement.pattern == "credit" else Cast.STATED, statement.person.name)
                if unit.place == "notes" and number == index == 0 and is_opening_bio(text, groups):
                    cast.add(Cast.STATED, groups[0].people[0].name)
                if unit.place != "speech" and not _is_heading(text):
                    for group in groups:
                        for person_in_group in group.people:
                            cast.add(Cast.NAMED, person_in_group.name)


def _is_for_once(text: str) -> bool:
    return "guest host" in text.casefold()


def _is_heading(text: str) -> bool:
    """Return whether most words are capitalised, so that capitals tell no names."""
    words = [word for word in text.split() if word[0].isalpha()]
    return len(words) > 3 and sum(word[0].isupper() for word in words) > 0.6 * len(words)


def _share_regulars(readings: list[CopyPeople]) -> None:
    """Let the copies of a show know the people whom another copy of it calls hosts, next to the catalogue's hosts."""
    by_show: dict[str, dict[str, Name]] = defaultdict(dict)
    for reading in readings:
        if reading.show_id:
            by_show[reading.show_id].update(reading.presenting)
    for reading in readings:
        for key, name in by_show[reading.show_id].items() if reading.show_id else ():
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
