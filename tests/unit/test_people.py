"""The people of a copy: stated people, names, labels and what holds of all evidence, with invented people."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.formats.display import tidy
from orchestration.transforms.person_names import NameFinder, is_anonymous, sentences
from tests.unit.people_cases import Corpus, catalog, labels_of

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
