"""Who appears in a copy, in which role and from where, with invented people: what makes a guest, and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from orchestration.catalog.load import load_catalog
from orchestration.evaluation.episodes import measure
from orchestration.evaluation.sources import read_tables
from orchestration.pipeline import build_lake
from orchestration.settings import load_settings
from tests.unit.people_cases import Corpus, Speech, labels_of, roles_in

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
        ("And our special guest today, who came here by boat, is Nora Onyx.", {("Nora Onyx", "guest")}),
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
        (
            "I'm Lia Moss, this is about tea, and the one who grows it is Yorvik Onyx. Hello, Yorvik. Hello.",
            {("Lia Moss", "unknown"), ("Yorvik Onyx", "guest")},
        ),
        ("The somebody is Yorvik Onyx, from Copper Kettle. Good evening, Yorvik.", {("Yorvik Onyx", "guest")}),
        (
            "I'm Lia Moss, and across from me, also with a cup, is Nora Onyx from Hooli. Hello. Hello.",
            {("Lia Moss", "unknown"), ("Nora Onyx", "guest")},
        ),
        ("That was tea. Next month Nora Onyx is here and we will pour it. Good night.", set()),
        ("It tastes of Velvet Kettle. Hello, how are you?", set()),
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
    speech: Speech = [(None, "Hello. I'm joined by Deeter Nullie.")]
    assert roles_in("Our guest is Dieter Nuille.", speech) == {("Dieter Nuille", "guest")}
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


@pytest.mark.acceptance
def test_people_of_the_labelled_entries_of_the_directory_page(shared: Path, tmp_path: Path) -> None:
    settings = replace(load_settings(), raw=shared / "seeds", warehouse=tmp_path)
    known = load_catalog(settings.catalog)
    lake = build_lake(settings, known, datetime(2026, 1, 1, tzinfo=UTC), lambda line: None)
    figures = measure(shared / "gold" / "episodes_dev.jsonl", read_tables(lake.folder), known)
    found = {figure.measure: figure.value or 0 for figure in figures if (figure.area, figure.rule) == ("people", "all")}
    # A little below what was reached: falling further is a fault.
    at_least = {"guests_precision": 0.95, "guests_recall": 0.9, "hosts_precision": 0.85, "hosts_recall": 0.95}
    at_least |= {"organisations_precision": 0.9, "organisations_recall": 0.8}
    assert {name: found[name] for name, value in at_least.items() if found[name] < value} == {}
