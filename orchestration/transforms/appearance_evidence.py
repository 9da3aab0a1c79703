"""Appearance evidence: why a person is believed to appear in an episode, and in which role.

Each reason is a row with its quote; SQL decides from them. Being talked about is not appearing: a name gives evidence
only through a statement, a label, a credit or the roster of the show.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.formats.display import count_words, tidy
from orchestration.ids import stable_id
from orchestration.schemas.appearance_evidence import AppearanceEvidence
from orchestration.transforms.cast import meaning, person_key
from orchestration.transforms.copy_people import (
    CopyPeople,
    read_copies,
    read_sentence,
    stated_name,
)
from orchestration.transforms.copy_units import Unit, read_units, single_unit
from orchestration.transforms.person_groups import Group, Person
from orchestration.transforms.person_names import Name, NameFinder, finder_of, sentences
from orchestration.transforms.person_patterns import SHOW, Place, Role
from orchestration.transforms.person_statements import Statement, mask_shows, refers_back
from orchestration.transforms.show_hosts import names_of_shows

QUOTE_CHARS = 300
GUEST_WORD_SHARE = 0.03

_INTRODUCES = frozenset(
    (
        "joined_by",
        "joining_us",
        "guest_is",
        "in_studio",
        "with_us",
        "glad_to_have",
        "welcome",
        "we_talk",
        "last_not_least",
    )
)
_WELCOMES_TO = re.compile(
    rf"\b(?:welcome(?: back)?(?: everyone| everybody|,? folks)?,? to|your host|you(?:'re|’re) listening to)\b|"
    rf"\b(?:this is|welcome to) {SHOW}",
    re.IGNORECASE,
)
# What only a host says right after the own name.
_INTRODUCES_OTHERS = re.compile(
    r"\b(?:joined (?:\w+ ){0,3}by|joining (?:me|us)|(?:my|our|today['’]s) (?:\w+ )?guests?\b|"
    r"sitting down (?:\w+ )?with|"
    r"(?:I['’]m|we['’]re|I am|we are) (?:\w+ )?(?:here|speaking|talking|chatting) (?:\w+ )?(?:with|to))",
    re.IGNORECASE,
)
# What `count_words` counts where no sound stands in brackets and all is ASCII.
_PLAIN_WORD = r"[A-Za-z0-9]+(?:['.-][A-Za-z0-9]+)*"
_KINDS: dict[Place, str] = {"title": "title", "notes": "show_notes", "speech": "host_introduction"}


def appearance_evidence(
    copies: pl.DataFrame,
    segments: pl.DataFrame,
    passages: pl.DataFrame,
    speaker_labels: pl.DataFrame,
    copy_shows: pl.DataFrame,
    catalog: Catalog,
    document_texts: pl.DataFrame | None = None,
    copy_episodes: pl.DataFrame | None = None,
    stated_people: pl.DataFrame | None = None,
    copy_casts: pl.DataFrame | None = None,
    show_names: pl.DataFrame | None = None,
    regulars: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the table `appearance_evidence`: one row for each reason to believe that a person appears, with its role.

    document_texts: with it a quote is the sentence around the name; without it, the whole passage or segment.
    stated_people: those whom a document or a sidecar states; what a sidecar states has no characters in the document.
    copy_casts: whom copies know by themselves; without it, their texts are read for it.
    show_names, regulars: what all copies share (show_hosts.py); without them, what those at hand do.
    """
    finder = finder_of(catalog, names_of_shows(copy_shows, show_names))
    texts = {} if document_texts is None else dict(document_texts.select("document_id", "text").iter_rows())
    people: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for row in speaker_labels.filter(pl.col("person_id").is_not_null()).iter_rows(named=True):
        people[row["copy_id"]][row["speaker_label"]] = (row["person_id"], row["person_name"])
    first_labels = _first_labels(segments)
    rows: dict[str, dict[str, object]] = {}
    readings = read_copies(
        copies, segments, passages, copy_shows, catalog, finder, copy_episodes, stated_people, regulars, copy_casts
    )
    units = read_units(passages, segments)
    shares = _label_shares(segments)
    for reading in readings:
        document, named = texts.get(reading.document_id), people[reading.copy_id]
        own_units = units.pop(reading.copy_id, [])
        collector = _Collector(reading, own_units, finder, document, named, first_labels, shares)
        for row in collector.rows():
            rows.setdefault(str(row["evidence_id"]), row)
    frame = pl.DataFrame(list(rows.values()), schema=AppearanceEvidence.create_empty().schema, strict=False)
    return AppearanceEvidence.validate(frame.sort("copy_id", "char_start", "evidence_id"), cast=True)


def _first_labels(segments: pl.DataFrame) -> dict[tuple[str, str], dict]:
    """Return the segment that each label of each copy stands at first."""
    labelled = segments.filter(pl.col("speaker_label").is_not_null() & pl.col("is_speech")).sort(
        "copy_id", "segment_index"
    )
    columns = ("copy_id", "speaker_label", "label_char_start", "label_char_end", "text", "char_start", "char_end")
    first = labelled.unique(["copy_id", "speaker_label"], keep="first", maintain_order=True).select(columns)
    return {(row["copy_id"], row["speaker_label"]): row for row in first.iter_rows(named=True)}


def _label_shares(segments: pl.DataFrame) -> dict[tuple[str, str], float]:
    """Return the share of each label of each copy in the words of all its labels."""
    counts = (
        segments.select("copy_id", "speaker_label", "text")
        .drop_nulls("speaker_label")
        .with_columns(words=pl.col("text").map_batches(_word_counts, pl.Int64))
        .group_by("copy_id", "speaker_label")
        .agg(pl.col("words").sum())
        .with_columns(total=pl.col("words").sum().over("copy_id"))
    )
    rows = counts.select("copy_id", "speaker_label", "words", "total").iter_rows()
    return {(copy_id, label): words / (total or 1) for copy_id, label, words, total in rows}


def _word_counts(texts: pl.Series) -> pl.Series:
    """Return `count_words` of each text; of those of plain characters all at once."""
    counts = texts.str.count_matches(_PLAIN_WORD).cast(pl.Int64)
    is_plain = (texts.str.len_bytes() == texts.str.len_chars()) & ~texts.str.contains(r"[(\[]")
    others = (~is_plain).arg_true()
    return counts.scatter(others, [count_words(text) for text in texts.gather(others)])


class _Collector:
    """Gathers the evidence of one copy."""

    def __init__(
        self,
        reading: CopyPeople,
        units: list[Unit],
        finder: NameFinder,
        document: str | None,
        people_of: dict[str, tuple[str, str]],
        first_labels: dict[tuple[str, str], dict],
        label_shares: dict[tuple[str, str], float],
    ) -> None:
        self.reading, self.units, self.finder, self.document = reading, units, finder, document
        self.people_of, self.first_labels, self.label_shares = people_of, first_labels, label_shares
        self.found: list[dict[str, object]] = []
        self.introducers: set[str] = set()
        self.affiliated: list[tuple[Unit, int, int, Person]] = []
        self.credited: list[tuple[Unit, int, int, Person]] = []

    def rows(self) -> list[dict[str, object]]:
        """Return the rows of `appearance_evidence` for the copy."""
        self._read_stated()
        for unit in self.units:
            self._read_unit(unit)
        self._read_labels()
        self._read_roster()
        self._read_affiliations()
        self._fill_affiliations()
        return self.found

    def _add(
        self, person: Person, role: Role, kind: str, unit: Unit, start: int, end: int, show_id: str | None = None
    ) -> None:
        start, end = _window(unit.text, start, end, person.name.start, person.name.end)
        quote, char_start, char_end = unit.span(start, end, person.name.start, self.document)
        self._append(
            self.reading.person_id(person.name),
            person.name.text,
            role,
            kind,
            quote,
            char_start,
            char_end,
            person,
            show_id,
        )

    def _append(
        self,
        person_id: str,
        name: str,
        role: Role,
        kind: str,
        quote: str,
        char_start: int | None,
        char_end: int | None,
        person: Person | None = None,
        show_id: str | None = None,
    ) -> None:
        self.found.append(
            {
                "evidence_id": stable_id(self.reading.copy_id, person_id, kind, role, char_start),
                "document_id": self.reading.document_id,
                "copy_id": self.reading.copy_id,
                "show_id": show_id or self.reading.show_id,
                "person_id": person_id,
                "person_name": name,
                "role": role,
                "kind": kind,
                "quote": quote,
                "affiliation": person.organisation if person else None,
                "affiliation_source": "stated" if person and person.organisation else None,
                "affiliation_title": person.title if person else None,
                "char_start": char_start,
                "char_end": char_end,
            }
        )

    def _read_stated(self) -> None:
        for stated in self.reading.stated:
            name = stated_name(stated, self.reading.cast, self.finder)
            if name:
                person_id = self.reading.person_id(name)
                self._append(
                    person_id, name.text, stated.role, "stated", stated.name, stated.char_start, stated.char_end
                )

    def _read_unit(self, unit: Unit) -> None:
        reading, finder = self.reading, self.finder
        speaker = self.people_of.get(unit.label or "")
        last: tuple[list[Group], int, int] | None = None
        for number, (start, end) in enumerate(unit.sentences):
            groups, stated = read_sentence(unit, number, reading, finder, deeds=True)
            if (
                unit.place == "notes"
                and not stated
                and last
                and number - last[2] <= 4
                and refers_back(unit.text[start:end], reading.show_names)
            ):
                for person in last[0][0].people:
                    shifted = _shifted(person, last[1])
                    self._add(
                        shifted, self._role(shifted, "guest"), "show_notes", unit, last[1], _sentence_end(unit, last[1])
                    )
            for statement in stated:
                if statement.pattern == "credit":
                    self.credited.append((unit, start, end, _shifted(statement.person, start)))
                    continue
                self._add_statement(statement, unit, start, end, speaker)
            for group in groups:
                for person in group.people:
                    if person.organisation or person.title:
                        self.affiliated.append((unit, start, end, _shifted(person, start)))
            if groups and (stated or groups[0].start <= 20):
                last = (groups, start, number)

    def _add_statement(
        self, statement: Statement, unit: Unit, start: int, end: int, speaker: tuple[str, str] | None
    ) -> None:
        person = _shifted(statement.person, start)
        person_id = self.reading.person_id(person.name)
        if unit.place == "speech":
            if statement.pattern == "self":
                if speaker and speaker[0] != person_id:
                    return
                is_host = self._welcomes(unit.text[max(0, start - 200) : end + 200]) or _INTRODUCES_OTHERS.search(
                    unit.text, person.name.end, end + 160
                )
                role: Role = "host" if is_host else statement.role
                self._add(person, self._role(person, role), "self_introduction", unit, start, end)
                if role == "host" and unit.label:
                    self.introducers.add(unit.label)
                return
            if speaker and speaker[0] == person_id:
                return
            if unit.label and statement.pattern in _INTRODUCES and statement.role == "guest":
                self.introducers.add(unit.label)
        self._add(person, self._role(person, statement.role), _KINDS[unit.place], unit, start, end)

    def _welcomes(self, text: str) -> bool:
        return bool(_WELCOMES_TO.search(mask_shows(text, self.reading.show_names)))

    def _role(self, person: Person, role: Role) -> Role:
        """Return `role`, but `host` for a catalogue host of the copy's own show."""
        is_own = self._is_own_host(person.name.person_id)
        return "host" if is_own and role in ("guest", "unknown") else role

    def _is_own_host(self, person_id: str | None) -> bool:
        show_id = self.reading.show_id
        return bool(person_id and show_id) and self.reading.host_ids.get(person_id or "") == show_id

    def _read_labels(self) -> None:
        hosts = {label for label, (person, _) in self.people_of.items() if self._is_own_host(person)}
        stated = {str(row["person_id"]) for row in self.found if row["role"] in ("host", "co_host")}
        guests = {str(row["person_id"]) for row in self.found if row["role"] == "guest"}
        hosts |= self.introducers & set(self.people_of)
        has_host = bool(hosts) or any(person in stated for person, _ in self.people_of.values())
        for label, (person, name) in sorted(self.people_of.items()):
            first = self.first_labels.get((self.reading.copy_id, label))
            if first is None:
                continue
            role: Role = "unknown"
            if label in hosts or person in stated:
                role = "host"
            elif self._is_regular(person, name) and person not in guests:
                role = "co_host"
            elif has_host and self.label_shares.get((self.reading.copy_id, label), 0.0) >= GUEST_WORD_SHARE:
                role = "guest"
            quote, start, end = self._label_quote(first)
            self._append(person, name, role, "speaker_label", quote, start, end)

    def _is_regular(self, person_id: str, name: str) -> bool:
        known = person_id if person_id in self.finder.person_names else None
        return person_key(Name(name, 0, 0, known)) in self.reading.regulars

    def _label_quote(self, first: dict) -> tuple[str, int, int]:
        start, end = first["label_char_start"], first["label_char_end"]
        if start is None or end is None:
            unit = single_unit("speech", first["text"], first["char_start"], first["char_end"])
            window = _window(unit.text, *next(iter(sentences(unit.text)), (0, len(unit.text))), 0, 1)
            return unit.span(*window, 0, self.document)
        return (tidy(self.document[start:end]) if self.document else first["speaker_label"]), start, end

    def _read_roster(self) -> None:
        speaking = {person: label for label, (person, _) in sorted(self.people_of.items(), reverse=True)}
        for host, show_id in sorted(self.reading.host_ids.items()):
            name = self.finder.person_names.get(host)
            if name is None:
                continue
            if host in speaking:
                quote, start, end = self._label_quote(self.first_labels[self.reading.copy_id, speaking[host]])
                self._append(host, name, "host", "roster", quote, start, end, None, show_id)
                continue
            place = self._named_in_notes(host)
            if place:
                unit, start, end, found = place
                self._add(
                    Person(replace(found, start=found.start + start, end=found.end + start)),
                    "host",
                    "roster",
                    unit,
                    start,
                    end,
                    show_id,
                )

    def _named_in_notes(self, person_id: str) -> tuple[Unit, int, int, Name] | None:
        for unit in self.units:
            if unit.place != "speech":
                for start, end in unit.sentences:
                    for name in self.finder.find(unit.text[start:end]):
                        # A bare first name beside an address is that of a link, and notes link to many people.
                        if not name.is_full and "://" in unit.text[start:end]:
                            continue
                        known = meaning(name, self.reading.cast, self.finder)
                        if known and known.person_id == person_id:
                            return unit, start, end, known
        return None

    def _read_affiliations(self) -> None:
        """Add where a participant is credited by an address, and where a sentence says what a participant does.

        Neither is evidence for somebody whom nothing else places in the episode: notes link to many people.
        """
        roles = {str(row["person_id"]) for row in self.found}
        told = {(str(row["person_id"]), row["affiliation"]) for row in self.found}
        for unit, start, end, person in self.credited:
            if self.reading.person_id(person.name) in roles:
                self._add(person, "unknown", "show_notes", unit, start, end)
        for unit, start, end, person in self.affiliated:
            person_id = self.reading.person_id(person.name)
            if person.organisation and person_id in roles and (person_id, person.organisation) not in told:
                told.add((person_id, person.organisation))
                self._add(person, "unknown", _KINDS[unit.place], unit, start, end)

    def _fill_affiliations(self) -> None:
        """Give those of whom the copy states no organisation the one that the catalogue knows, and say so."""
        told = {row["person_id"] for row in self.found if row["affiliation"]}
        for row in self.found:
            employer = self.finder.employers.get(str(row["person_id"]))
            if employer and row["person_id"] not in told:
                row |= {"affiliation": employer, "affiliation_source": "catalog"}


def _shifted(person: Person, start: int) -> Person:
    name = person.name
    return replace(person, name=replace(name, start=name.start + start, end=name.end + start))


def _sentence_end(unit: Unit, start: int) -> int:
    return next((end for begin, end in unit.sentences if begin == start), len(unit.text))


def _window(text: str, start: int, end: int, name_start: int, name_end: int) -> tuple[int, int]:
    """Return the sentence, or the `QUOTE_CHARS` of it around the name, cut at words."""
    if end - start > QUOTE_CHARS:
        begin = max(start, min(name_start - QUOTE_CHARS // 3, end - QUOTE_CHARS))
        stop = min(end, begin + QUOTE_CHARS)
        if begin > start:
            space = text.find(" ", begin, name_start)
            begin = space + 1 if space >= 0 else begin
        if stop < end:
            space = text.rfind(" ", max(name_end, begin), stop)
            stop = space if space > begin else stop
        start, end = begin, stop
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    return start, end
