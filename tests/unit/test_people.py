"""The people of a copy: names, labels, roles and their evidence, with invented people."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.catalog.catalog import Alias, Catalog, Entity, Show
from orchestration.formats.display import tidy
from orchestration.schemas.episode_copies import EpisodeCopies
from orchestration.schemas.passages import Passages
from orchestration.schemas.segments import Segments
from orchestration.schemas.stated_people import StatedPeople
from orchestration.transforms.appearance_evidence import appearance_evidence
from orchestration.transforms.person_names import NameFinder, is_anonymous, sentences
from orchestration.transforms.shows import copy_shows
from orchestration.transforms.speaker_labels import speaker_labels

ROOT = Path(__file__).resolve().parents[2]
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


# Stated people


def test_a_stated_person_is_evidence_with_the_place_of_the_name_if_it_has_one() -> None:
    corpus = Corpus().add("c", "", [("Host", "Hello."), ("Dara", "Hi.")], show="Night Build")
    _, labels, evidence = corpus.state("c", "Dara Onyx", "guest", True).state("c", "Mia Pell", "host").run()
    stated = evidence.filter(kind="stated").sort("person_name")
    assert stated.select("person_id", "role", "quote").rows() == [
        ("person:night-build:dara-onyx", "guest", "Dara Onyx"),
        ("person:night-build:mia-pell", "host", "Mia Pell"),
    ]
    start = corpus.text.index("Dara Onyx")
    assert stated.select("char_start", "char_end").rows() == [(start, start + 9), (None, None)]
    assert dict(labels.select("speaker_label", "person_name").iter_rows()) == {"Host": None, "Dara": "Dara Onyx"}


def test_a_stated_person_of_the_catalogue_is_that_person_and_a_bare_first_name_nobody() -> None:
    corpus = Corpus().add("c", "", [("Somebody", "Hello.")])
    _, _, evidence = corpus.state("c", "abyte", "host").state("c", "Zed", "guest").state("c", "", "guest").run()
    assert evidence.select("person_id", "role", "kind").rows() == [("person:ada-byte", "host", "stated")]


def test_initials_of_a_stated_person_are_known() -> None:
    corpus = Corpus().add("c", "", [("DO", "Hello."), ("MP", "Hi.")])
    _, labels, _ = corpus.state("c", "Dara Onyx", "host").state("c", "Mia Pell", "guest").run()
    assert dict(labels.select("speaker_label", "person_name").iter_rows()) == {"DO": "Dara Onyx", "MP": "Mia Pell"}


# Names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Then Dara Onyx and Léa O'Shea met.", ["Dara Onyx", "Léa O'Shea"]),
        ("Dr. Dara van der Onyx spoke to Mia S. Pell.", ["Dara van der Onyx", "Mia S. Pell"]),
        ("Dara “Dot” Onyx came.", ["Dara Onyx"]),
        ("Initech Labs and The Quiet Law announced Grand Research.", []),
        ("see https://example.com/Dara/Onyx or @abyte_fan", []),
        ("@abyte wrote to Ada", ["Ada Byte"]),
    ],
)
def test_full_names_are_found_by_catalogue_and_shape(text: str, names: list[str]) -> None:
    assert [name.text for name in NameFinder(catalog()).find(text) if name.is_full] == names


@pytest.mark.parametrize(
    "label", ["Speaker 1", "SPEAKER_00", "Voiceover", "Narrator", "Guest", "Host 2", "Unknown", "12"]
)
def test_anonymous_labels(label: str) -> None:
    assert is_anonymous(label)


@pytest.mark.parametrize("label", ["Ada", "Guesta", "Adam", "Aida Host"])
def test_labels_of_people_are_not_anonymous(label: str) -> None:
    assert not is_anonymous(label)


def test_sentences_end_at_stops_bullets_and_time_marks() -> None:
    text = "Dr. A. Pell met U.S. staff. * One thing • Two 00:12 Intro (01:02) Next? Yes."
    assert [text[a:b] for a, b in sentences(text)] == [
        "Dr. A. Pell met U.S. staff.",
        "* One thing",
        "• Two",
        "00:12 Intro",
        "(01:02) Next?",
        "Yes.",
    ]


# Labels


def test_handles_full_names_and_first_names_of_hosts() -> None:
    found = labels_of(
        "", [("abyte", "Hi."), ("Bob", "Hi."), ("Dara Onyx", "Hi."), ("Cara Quill", "Yes.")], "Night Build"
    )
    assert found == {
        "abyte": ("person:ada-byte", "catalogue_alias"),
        "Bob": ("person:bob-low", "first_name_of_host"),
        "Cara Quill": ("person:cara-quill", "catalogue_alias"),
        "Dara Onyx": ("person:night-build:dara-onyx", "full_name"),
    }


def test_first_name_is_resolved_by_the_notes_of_the_copy() -> None:
    found = labels_of("Dara Onyx joins us to talk about tea.", [("Dara", "Hi."), ("Mia", "Hi.")], "Night Build")
    assert found == {"Dara": ("person:night-build:dara-onyx", "first_name_in_copy"), "Mia": (None, "unresolved")}


def test_first_name_never_becomes_the_person_of_another_show() -> None:
    assert labels_of("", [("Bob", "Hi.")], "Day Shift") == {"Bob": (None, "unresolved")}
    assert labels_of("", [("Sam", "Hi.")], "Day Shift") == {"Sam": ("person:sam-stone", "first_name_of_host")}


def test_ambiguous_first_name_stays_unresolved() -> None:
    found = labels_of("Sam Reed and Sam Stone join us.", [("Sam", "Hi.")])
    assert found == {"Sam": (None, "unresolved")}


def test_misspelled_label_follows_its_neighbour_with_less_confidence() -> None:
    _, labels, _ = Corpus().add("c", "Alessandra Onyx joins us.", [("Alessandra", "Hi."), ("Alesasndra", "Yes.")]).run()
    rows = {row["speaker_label"]: row for row in labels.iter_rows(named=True)}
    assert rows["Alesasndra"]["person_id"] == rows["Alessandra"]["person_id"]
    assert rows["Alesasndra"]["rule"] == "misspelled"
    assert rows["Alesasndra"]["confidence"] < rows["Alessandra"]["confidence"]


@pytest.mark.parametrize("label", ["Speaker 1", "SPEAKER_00", "Voiceover", "Guest", "Dara/Mia", "Dara and Mia"])
def test_labels_that_are_nobody(label: str) -> None:
    assert labels_of("Dara Onyx joins us.", [(label, "Hi.")])[label] == (None, "unresolved")


def test_copies_of_one_episode_share_their_people() -> None:
    corpus = (
        Corpus().add("a", "Dara Onyx joins us.", show="Night Build").add("b", "", [("Dara", "Hi.")], show="Night Build")
    )
    _, alone, _ = corpus.run()
    assert alone["person_id"].to_list() == [None]
    _, together, _ = corpus.run(pl.DataFrame({"copy_id": ["a", "b"], "episode_id": ["e", "e"]}))
    assert together["person_id"].to_list() == ["person:night-build:dara-onyx"]


# Roles


@pytest.mark.parametrize(
    ("notes", "roles"),
    [
        (
            "In episode 4 of Night Build, host Lia Moss chats about tea with Dara Onyx and Mia Pell.",
            {("Lia Moss", "host"), ("Dara Onyx", "guest"), ("Mia Pell", "guest")},
        ),
        ("Host Lia Moss makes tea with Dara Onyx.", {("Lia Moss", "host"), ("Dara Onyx", "guest")}),
        ("Hosted by Lia Moss and Dara Onyx.", {("Lia Moss", "host"), ("Dara Onyx", "host")}),
        ("Dara Onyx (@dara), CTO of Hooli, joins us to explain tea.", {("Dara Onyx", "guest")}),
        ("Dara Onyx and Mia Pell of Hooli join the show.", {("Dara Onyx", "guest"), ("Mia Pell", "guest")}),
        (
            "Dara joins Lia Moss to talk of tea. Few know as much as Dara Onyx does.",
            {("Dara Onyx", "guest"), ("Lia Moss", "host")},
        ),
        ("My guest, Dara Onyx, has been mapping tea.", {("Dara Onyx", "guest")}),
        ("This week we sat down with Dara Onyx.", {("Dara Onyx", "guest")}),
        ("Lia Moss sits down with Dara Onyx.", {("Lia Moss", "host"), ("Dara Onyx", "guest")}),
        ("This episode features Dara Onyx and Mia Pell on tea.", {("Dara Onyx", "guest"), ("Mia Pell", "guest")}),
        ("Dara Onyx has made tea for years. She joins us to tell how.", {("Dara Onyx", "guest")}),
        (
            "Guests Dara Onyx, Mia Pell and Lia Moss join us.",
            {(n, "guest") for n in ("Dara Onyx", "Mia Pell", "Lia Moss")},
        ),
        ("Dara Onyx is the founder of Hooli. She drinks tea.", {("Dara Onyx", "guest")}),
        ("Wir sprechen heute mit Dara Onyx.", {("Dara Onyx", "guest")}),
    ],
)
def test_notes_state_roles(notes: str, roles: set[tuple[str, str]]) -> None:
    assert roles_in(notes) == roles


@pytest.mark.parametrize(
    "notes",
    [
        "We talk about Dara Onyx and her tea.",
        "Top guests: Dara Onyx, Mia Pell, Lia Moss.",
        "Our previous guest Dara Onyx was fun.",
        "We have chatted with both Dara Onyx and Mia Pell on tea.",
        "Tea news: Dara Onyx joins Hooli as its head.",
        "Links: Dara Onyx on X: https://x.com/dara",
        "Applied Research joins us.",
    ],
)
def test_being_talked_about_is_not_appearing(notes: str) -> None:
    assert roles_in(notes) == set()


@pytest.mark.parametrize(
    "title",
    [
        "Making tea with Dara Onyx",
        "Dara Onyx on making tea",
        "#123 Nora Onyx",
        "Ep. 12 - Nora Onyx on Tea",
        "Nora Onyx: the Tea Farm",
        "Hooli CEO Nora Onyx: Tea",
        "Growing Tea at Scale | Nora Onyx, Hooli",
        "Growing Tea at Scale — Nora Onyx (Hooli)",
        "Growing Tea, with Nora Onyx of Hooli",
        "Nora Onyx, Hooli — Growing Tea",
        "Tea Farms w/ Dr. Nora Onyx PhD",
        "The King of Tea: Nora Onyx",
        "LIVE: Nora Onyx on Tea",
        "[Rerun] Nora Onyx on Tea",
        "Tea mit Nora Onyx",
        "S2E4: Nora Onyx, founder of Copper Kettle",
    ],
)
def test_titles_name_guests(title: str) -> None:
    (found,) = roles_in(title=title)
    assert found in {("Dara Onyx", "guest"), ("Nora Onyx", "guest")}


@pytest.mark.parametrize(
    "title",
    [
        "What Dara Onyx said of tea",
        "Why Nora Onyx Left Hooli",
        "The Death of Nora Onyx",
        "Nora Onyx's Guide to Tea",
        "Lessons from Nora Onyx",
        "Consensus Kettles: A Deep Dive",
        "Velvet Kettle - Keyboard Events",
        "Growing Tea with Cast Iron",
        "Hooli's Copper Kettles: Tea Explained w/ Tea Dev",
    ],
)
def test_titles_talk_about_people_and_things(title: str) -> None:
    assert roles_in(title=title) == set()


def test_a_title_may_name_a_guest_whom_only_the_notes_confirm() -> None:
    assert roles_in("Yorvik Onyx talks about his tea.", title="New Kettles With Yorvik Onyx") == {
        ("Yorvik Onyx", "guest")
    }
    assert roles_in(title="New Kettles With Yorvik Onyx") == set()


@pytest.mark.parametrize(
    ("notes", "roles"),
    [
        ("Guests: Nora Onyx, Tom Pell", {("Nora Onyx", "guest"), ("Tom Pell", "guest")}),
        ("Also on the show: Nora Onyx.", {("Nora Onyx", "guest")}),
        ("On today's episode, Nora Onyx shares how tea grows.", {("Nora Onyx", "guest")}),
        ("Host: Lia Moss. Guest: Nora Onyx.", {("Lia Moss", "host"), ("Nora Onyx", "guest")}),
        ("Join hosts Lia Moss and Dara Onyx for tea.", {("Lia Moss", "host"), ("Dara Onyx", "host")}),
        ("In this episode, Lia Moss and Nora Onyx discuss tea.", {("Lia Moss", "unknown"), ("Nora Onyx", "unknown")}),
        ("Thanks to Nora Onyx for coming on the show.", {("Nora Onyx", "guest")}),
        ("Thanks to Lia Moss and the tea team for hosting this!", {("Lia Moss", "host")}),
        ("Where to find Nora Onyx:", {("Nora Onyx", "guest")}),
        ("Featuring: Nora Onyx, Tom Pell and Ann Cole.", {(n, "guest") for n in ("Nora Onyx", "Tom Pell", "Ann Cole")}),
        ("About our guest: Nora Onyx is CEO of Hooli.", {("Nora Onyx", "guest")}),
        ("Nora Onyx, founder of Hooli, stops by to chat.", {("Nora Onyx", "guest")}),
        (
            "Lia Moss moderates a debate between Nora Onyx and Tom Pell.",
            {("Lia Moss", "host"), ("Nora Onyx", "guest"), ("Tom Pell", "guest")},
        ),
        ("Heute zu Gast: Nora Onyx, Gründerin von Copper Kettle.", {("Nora Onyx", "guest")}),
        ("Diese Woche spricht Lia Moss mit Nora Onyx.", {("Lia Moss", "host"), ("Nora Onyx", "guest")}),
    ],
)
def test_notes_present_people_in_many_ways(notes: str, roles: set[tuple[str, str]]) -> None:
    assert roles_in(notes) == roles


def test_a_family_is_called_by_its_surname() -> None:
    notes = "Few know tea like Nora and Tom Pell, both partners at Hooli. We wanted to learn from the Pell twins."
    assert {("Nora Pell", "guest"), ("Tom Pell", "guest")} <= roles_in(notes)


@pytest.mark.parametrize(
    "notes",
    [
        "Thanks to Nora Onyx for her article.",
        "Hooli CEO Nora Onyx said tea is hot.",
        "We discuss the interview with Nora Onyx in the press.",
        "Listen to our episode with Nora Onyx.",
        "Edited by Nora Onyx. Music by Tom Pell.",
        "Guests Dara Onyx's books are hot.",
        "This episode features Copper Kettle.",
    ],
)
def test_notes_name_people_who_are_not_there(notes: str) -> None:
    assert roles_in(notes) == set()


def test_a_list_of_guests_below_its_heading() -> None:
    corpus = Corpus()
    for line in ("Tea talk.", "Guests:", "Nora Onyx - CEO, Hooli", "* Tom Pell", "about tea", "Ann Cole wrote of tea."):
        corpus.add("c", line)
    corpus.rows["copies"] = corpus.rows["copies"][:1]
    found = corpus.run()[2].select("person_name", "role", "affiliation").rows()
    assert set(found) == {("Nora Onyx", "guest", "Hooli"), ("Tom Pell", "guest", None)}


def test_speech_introduces_hosts_and_guests() -> None:
    speech: Speech = [
        ("Lia Moss", "Welcome to Copper Kettle, I'm Lia Moss. Today I'm joined by Dara Onyx, CEO of Hooli."),
        ("Dara Onyx", "Thanks for having me. I did read Mia Pell on tea."),
    ]
    assert roles_in("", speech) == {("Lia Moss", "host"), ("Dara Onyx", "guest")}


@pytest.mark.parametrize(
    ("said", "roles"),
    [
        ("Nora Onyx, from Hooli. Welcome.", {("Nora Onyx", "guest")}),
        ("Joining us on tea is someone else, Nora Onyx. Hello, Nora.", {("Nora Onyx", "guest")}),
        ("So our special guest today, not to be forgotten, is Nora Onyx.", {("Nora Onyx", "guest")}),
        ("We're going to talk to Nora Onyx about tea.", {("Nora Onyx", "guest")}),
        ("And Nora Onyx is also here.", {("Nora Onyx", "guest")}),
        ("I'm Lia Moss, and I'm joined by Nora Onyx of Hooli.", {("Lia Moss", "host"), ("Nora Onyx", "guest")}),
        ("I'll be your host this week, Lia Moss.", {("Lia Moss", "host")}),
        ("We have myself, Lia Moss.", {("Lia Moss", "host")}),
        ("This is Night Build with Lia Moss and Tom Pell.", {("Lia Moss", "host"), ("Tom Pell", "host")}),
        ("Hi everyone, Nora Onyx here.", {("Nora Onyx", "unknown")}),
        ("Here's my conversation with Nora Onyx.", {("Nora Onyx", "guest")}),
        ("I read what Nora Onyx wrote. Welcome to another hour.", set()),
        ("We talked with Nora Onyx about their tea stack.", set()),
        ("We have Nora Onyx, who is shifting into another role, on our minds.", set()),
        ("So is this a Low machine, or this Copper Kettle?", set()),
    ],
)
def test_speech_presents_people_without_labels(said: str, roles: set[tuple[str, str]]) -> None:
    assert roles_in("", [(None, said)], show="Night Build") == roles


def test_who_is_called_by_the_full_name_answers_under_the_first() -> None:
    found = labels_of("", [("Lia Moss", "Let's begin with you. Nora Onyx."), ("Nora", "Hello."), ("Tom", "Hi.")])
    assert found["Nora"][0] is not None
    assert found["Tom"] == (None, "unresolved")
    assert labels_of("", [("Lia Moss", "I did read Nora Onyx on tea."), ("Nora", "Hello.")])["Nora"][0] is None


def test_colleagues_are_known_by_first_name_and_employer() -> None:
    notes = "We sat down with Cara from Hooli."
    assert roles_in(notes) == {("Cara Quill", "guest")}
    assert roles_in("We sat down with Cara from Initech.") == set()
    assert roles_in("We sat down with Cara.") == set()


def test_a_misheard_name_is_that_of_the_notes() -> None:
    speech: Speech = [(None, "Hello. I'm joined by Peter Wullie.")]
    assert roles_in("Our guest is Pieter Wuille.", speech) == {("Pieter Wuille", "guest")}
    speech = [("Nora Casabel", "Hi."), (None, "I'm joined by Nora Cabel.")]
    assert {name for name, _ in roles_in("", speech)} == {"Nora Casabel"}
    assert roles_in("Our guest is James Wilson.", [(None, "I'm joined by James Watson.")]) == {
        ("James Wilson", "guest"),
        ("James Watson", "guest"),
    }


def test_a_host_called_so_in_one_copy_is_known_in_the_others() -> None:
    corpus = Corpus().add("a", "Hosted by Lia Mossley and Dara Onyx.", show="Day Shift")
    corpus.add("b", "", [("Lia", "Hi."), (None, "Hello, I'm Lia Mosslay.")], show="Day Shift")
    _, labels, evidence = corpus.run()
    assert labels["person_name"].to_list() == ["Lia Mossley"]
    assert set(evidence.filter(pl.col("copy_id") == "b").select("person_name", "role").rows()) == {
        ("Lia Mossley", "co_host"),
        ("Lia Mossley", "unknown"),
    }


def test_a_show_is_nobody() -> None:
    assert roles_in("", [(None, "This is Copper Kettle. I'm Lia Moss.")], show="Copper Kettle") == {
        ("Lia Moss", "host")
    }


def test_hosts_of_the_catalogue_are_hosts_on_their_show_and_guests_elsewhere() -> None:
    _, _, evidence = Corpus().add("c", "", [("Ada", "Hi."), ("Bob", "Hi.")], show="Night Build").run()
    assert set(evidence["role"]) == {"host"}
    assert {"roster", "speaker_label"} == set(evidence["kind"])
    speech: Speech = [("Sam Stone", "Welcome to Day Shift. Our guest is Ada Byte."), ("Ada Byte", "Glad to be here.")]
    assert roles_in("", speech, show="Day Shift") == {("Sam Stone", "host"), ("Ada Byte", "guest")}


@pytest.mark.parametrize(
    ("notes", "title", "organisation"),
    [
        ("Dara Onyx, Product Lead at Hooli, joins us.", "Product Lead", "Hooli"),
        ("We sat down with Hooli Chairman and CEO Dara Onyx.", "Chairman and CEO", "Hooli"),
        ("Hooli's Dara Onyx joins us.", None, "Hooli"),
        ("Dara Onyx, SVP at Tea House and VP of Cups at Hooli, joins us.", "SVP", "Tea House"),
        ("Dara Onyx (CEO of Hooli) joins us.", "CEO", "Hooli"),
        ("From building Copper Kettle, Dara Onyx joins us.", None, "Copper Kettle"),
        ("Dara Onyx, who went from building Tin Cup to founding Copper Kettle, joins us.", "founder", "Copper Kettle"),
        ("Dara Onyx, who teaches tea at the University of Cups, joins us.", None, "University of Cups"),
        ("Dara Onyx, formerly at Hooli, joins us.", None, None),
        (
            "Dara Onyx is an author and a visiting scholar at the Tea Institute.",
            "author and a visiting scholar",
            "Tea Institute",
        ),
        ("Dara Onyx, Head of Product, joins us.", "Head of Product", None),
        ("We're glad to have Dara Onyx, founder of The Quiet Law and other firms.", "founder", "The Quiet Law"),
    ],
)
def test_affiliation_is_what_the_sentence_states(notes: str, title: str | None, organisation: str | None) -> None:
    _, _, evidence = Corpus().add("c", notes).run()
    found = evidence.filter(pl.col("person_name") == "Dara Onyx").row(0, named=True)
    assert (found["affiliation_title"], found["affiliation"]) == (title, organisation)


def test_shared_affiliation_belongs_to_each() -> None:
    _, _, evidence = (
        Corpus().add("c", "Hooli's Dara Onyx and Mia Pell join us. Ann and Bea Low, both partners at Initech.").run()
    )
    assert set(evidence["affiliation"]) == {"Hooli"}
    _, _, evidence = Corpus().add("c", "Ann and Bea Loam, both partners at Initech, join us.").run()
    assert set(evidence.select("person_name", "affiliation").rows()) == {
        ("Ann Loam", "Initech"),
        ("Bea Loam", "Initech"),
    }


def test_what_is_not_stated_is_filled_from_the_catalogue_and_marked() -> None:
    _, _, evidence = Corpus().add("c", "We sat down with Cara Quill and Nora Onyx.").run()
    assert evidence.sort("person_name").select("person_name", "affiliation", "affiliation_source").rows() == [
        ("Cara Quill", "Hooli", "catalog"),
        ("Nora Onyx", None, None),
    ]
    _, _, evidence = Corpus().add("c", "We sat down with Cara Quill of Initech.").run()
    assert evidence.select("affiliation", "affiliation_source").rows() == [("Initech", "stated")]


# Promises


NAMES = st.sampled_from(["Dara Onyx", "Ada Byte", "abyte", "Mia Pell", "Bob", "Hooli", "Night Build", "host", "guest"])
WORDS = st.sampled_from(
    ["joins us", "with", "and", ",", ".", "I'm", "welcome to", "CEO of", "*", "&amp;", "\t", "(", "“", "’s", "12:30"]
)


@given(st.lists(NAMES | WORDS | st.text(max_size=6), max_size=40), st.lists(NAMES | WORDS, max_size=20), NAMES)
def test_quotes_are_what_their_range_says(notes: list[str], said: list[str], label: str) -> None:
    corpus = Corpus().add("c", " ".join(notes).replace("\n", " "), [(label, " ".join(said)), ("Dara", "Yes.")])
    for row in corpus.run()[2].iter_rows(named=True):
        assert tidy(corpus.text[row["char_start"] : row["char_end"]]) == row["quote"]
        assert len(row["quote"]) <= 300


def test_without_texts_the_quote_is_the_passage() -> None:
    _, _, evidence = Corpus().add("c", "Tea time. Dara Onyx joins us.").run(with_text=False)
    assert evidence["quote"].to_list() == ["Tea time. Dara Onyx joins us."]


def test_empty_frames_give_empty_tables() -> None:
    assert all(frame.is_empty() for frame in Corpus().run())


def test_hostile_notes_are_read_to_their_end() -> None:
    for piece in ("Dara Onyx, ", "with with ", "(“'", "CEO of the ", "a, ", "Dara "):
        assert len(Corpus().add("c", piece * (8_000 // len(piece))).run()) == 3
