"""Copies of one invented document, for the tests of people: a line for each passage and segment."""

from __future__ import annotations

import polars as pl

from orchestration.catalog.catalog import Alias, Catalog, Entity, Show
from orchestration.formats.display import tidy
from orchestration.schemas.episode_copies import EpisodeCopies
from orchestration.schemas.passages import Passages
from orchestration.schemas.segments import Segments
from orchestration.schemas.stated_people import StatedPeople
from orchestration.transforms.appearance_evidence import appearance_evidence
from orchestration.transforms.shows import copy_shows
from orchestration.transforms.speaker_labels import speaker_labels

Speech = list[tuple[str | None, str]]


def catalog() -> Catalog:
    people = ("Ada Byte", "Bob Low", "Cara Quill", "Sam Reed", "Sam Stone")
    entities = {f"person:{n.lower().replace(' ', '-')}": n for n in people}
    employers = {"person:cara-quill": "company:hooli"}
    all_entities = {key: Entity(key, "person", name, employers.get(key)) for key, name in entities.items()}
    all_entities |= {
        "company:initech": Entity("company:initech", "company", "Initech"),
        "company:hooli": Entity("company:hooli", "company", "Hooli"),
        "show:night-build": Entity("show:night-build", "show", "Night Build"),
        "show:day-shift": Entity("show:day-shift", "show", "Day Shift"),
    }
    shows = {
        "show:night-build": Show("show:night-build", "Night Build", ("person:ada-byte", "person:bob-low")),
        "show:day-shift": Show("show:day-shift", "Day Shift", ("person:sam-stone",)),
    }
    aliases = tuple(Alias(e.name, e.entity_id, "case_sensitive") for e in all_entities.values())
    aliases += (
        Alias("abyte", "person:ada-byte", "case_sensitive"),
        Alias("Bob", "person:bob-low", "case_sensitive"),
    )
    return Catalog(all_entities, aliases, shows, "test")


class Corpus:
    """Copies of one document, a line for each passage and segment."""

    def __init__(self) -> None:
        self.text = ""
        self.rows: dict[str, list[dict]] = {"copies": [], "passages": [], "segments": [], "stated": []}

    def add(
        self, copy_id: str, notes: str = "", speech: Speech | None = None, title: str = "", show: str = ""
    ) -> Corpus:
        first = len(self.text)
        for field, passage in (("title", title), ("description", notes)):
            if passage:
                start = len(self.text)
                self.text += passage + "\n"
                row: dict[str, object] = {
                    "passage_id": f"p{start}",
                    "document_id": "d",
                    "copy_id": copy_id,
                    "field": field,
                }
                row |= {"passage_index": start, "text": tidy(passage), "char_start": start}
                self.rows["passages"].append(row | {"char_end": start + len(passage)})
        for number, (label, said) in enumerate(speech or []):
            at = len(self.text)
            self.text += f"{label}: " if label else ""
            start = len(self.text)
            self.text += said + "\n"
            unit: dict[str, object] = {
                "copy_id": copy_id,
                "segment_index": number,
                "document_id": "d",
                "speaker_label": label,
            }
            unit |= {"label_char_start": at if label else None, "label_char_end": at + len(label) if label else None}
            unit |= {"text": tidy(said), "is_speech": True, "is_speaker_change": True, "is_paragraph_start": True}
            self.rows["segments"].append(unit | {"locator": "", "char_start": start, "char_end": start + len(said)})
        copy: dict[str, object] = {
            "copy_id": copy_id,
            "document_id": "d",
            "copy_index": len(self.rows["copies"]),
            "format": "test",
        }
        copy |= {"char_start": first, "char_end": len(self.text), "locator": "", "show_name": show or None}
        copy |= {"date_source": "none", "is_truncated": False, "has_transcript": bool(speech), "has_speakers": True}
        self.rows["copies"].append(copy | {"has_timestamps": False, "segment_count": 0, "word_count": 0})
        return self

    def state(self, copy_id: str, name: str, role: str, is_in_document: bool = False) -> Corpus:
        """Let a sidecar, or else the document, state a person."""
        start = len(self.text) if is_in_document else None
        self.text += name + "\n" if is_in_document else ""
        person = {"copy_id": copy_id, "person_index": len(self.rows["stated"]), "document_id": "d", "name": name}
        person |= {"role": role, "source": "front_matter" if is_in_document else "sidecar", "char_start": start}
        self.rows["stated"].append(person | {"char_end": None if start is None else start + len(name)})
        return self

    def run(self, episodes: pl.DataFrame | None = None, with_text: bool = True) -> tuple[pl.DataFrame, ...]:
        """Return shows, labels and evidence."""
        copies, passages, segments, stated = (
            pl.DataFrame(self.rows[name], schema=schema.create_empty().schema)
            for name, schema in (
                ("copies", EpisodeCopies),
                ("passages", Passages),
                ("segments", Segments),
                ("stated", StatedPeople),
            )
        )
        texts = pl.DataFrame({"document_id": ["d"], "text": [self.text]})
        shows = copy_shows(copies, passages, segments, catalog(), texts)
        labels = speaker_labels(copies, segments, passages, shows, catalog(), episodes, stated)
        evidence = appearance_evidence(
            copies, segments, passages, labels, shows, catalog(), texts if with_text else None, episodes, stated
        )
        return shows, labels, evidence


def labels_of(notes: str = "", speech: Speech | None = None, show: str = "") -> dict[str, tuple[str | None, str]]:
    _, labels, _ = Corpus().add("c", notes, speech, show=show).run()
    return {row["speaker_label"]: (row["person_id"], row["rule"]) for row in labels.iter_rows(named=True)}


def roles_in(notes: str = "", speech: Speech | None = None, **more: str) -> set[tuple[str, str]]:
    _, _, evidence = Corpus().add("c", notes, speech, **more).run()
    return {(row["person_name"], row["role"]) for row in evidence.iter_rows(named=True) if row["kind"] != "roster"}
