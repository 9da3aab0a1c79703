from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime
from itertools import combinations
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from orchestration.ids import stable_id
from orchestration.ingest import ingest
from orchestration.scan import scan
from orchestration.schemas.copy_episodes import CopyEpisodes
from orchestration.schemas.copy_links import CopyLinks
from orchestration.schemas.tables import INGEST_TABLES
from orchestration.transforms import hash_ranges, identity, shared_text, word_hashes
from orchestration.transforms.copy_words import copy_words
from orchestration.transforms.identity import copy_episodes, copy_links, links_of_words
from orchestration.transforms.identity_keys import canonical_url, youtube_video_id
from orchestration.transforms.shared_text import folded_words, notes_words, speech_codes
from tests.memory import InMemory

VOCABULARY = [f"{first}{second}" for first in ("bra", "ko", "mil", "tes", "un", "vor") for second in "aeiouy" * 9]


def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=INGEST_TABLES[name].create_empty().schema, strict=False)


def copy(name: str, **facts: Any) -> dict[str, Any]:
    return {
        "copy_id": name,
        "document_id": f"d-{name}",
        "copy_index": 0,
        "format": "made",
        "date_source": "none",
    } | facts


def lake(*copies: dict[str, Any]) -> dict[str, pl.DataFrame]:
    """Return the tables for copies as `copy` makes them, with `speech` and `notes` as further facts."""
    facts, segments, passages = [], [], []
    for row in copies:
        row = dict(row)
        speech, notes = row.pop("speech", ""), row.pop("notes", "")
        facts.append(row)
        key = {"copy_id": row["copy_id"], "document_id": row["document_id"]}
        words = speech.split()
        for index, start in enumerate(range(0, len(words), 7)):
            text = " ".join(words[start : start + 7])
            segments.append(key | {"segment_index": index, "text": text, "is_speech": True})
        if notes:
            passages.append(
                key | {"passage_id": row["copy_id"], "field": "description", "text": notes, "char_start": 0}
            )
    return {
        "copies": table("episode_copies", facts),
        "segments": table("segments", segments),
        "passages": table("passages", passages),
    }


def links_in_parts(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the links where the words of each copy are made of its own rows and stand in a part of their own."""
    given = [tables["segments"], tables["passages"], tables.get("chapters", table("chapters", []))]
    copy_ids = sorted({copy_id for frame in given for copy_id in frame["copy_id"]}, reverse=True)
    parts = [copy_words(*(frame.filter(pl.col("copy_id") == copy_id) for frame in given)) for copy_id in copy_ids]
    return links_of_words(tables["copies"], lambda columns: (part.select(columns) for part in parts))


def talk(seed: int, length: int = 600) -> str:
    return " ".join(random.Random(seed).choices(VOCABULARY, k=length))


def joined(links: pl.DataFrame, copies: pl.DataFrame) -> set[tuple[str, str]]:
    episodes = copy_episodes(copies, links)
    pairs = set()
    for _, group in episodes.group_by("episode_id"):
        pairs |= set(combinations(sorted(group["copy_id"]), 2))
    return pairs


def follows(memory: InMemory, *copies: dict[str, Any]) -> pl.DataFrame:
    """Return the links as they follow from the last time, after comparing them with those computed anew."""
    tables = lake(*copies)
    memory.words = words = copy_words(tables["segments"], tables["passages"])
    links = links_of_words(tables["copies"], lambda columns: [words.select(columns)], memory=memory)
    assert_frame_equal(links, links_of_words(tables["copies"], lambda columns: [words.select(columns)]))
    return links


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_links_follow_from_the_last_time(seed):
    rng = random.Random(seed)
    talks = [talk(rng.getrandbits(32), 80) for _ in range(4)]
    notes = [f"With {talk(rng.getrandbits(32), 30)}." for _ in range(4)]

    def telling() -> dict[str, Any]:
        said = " ".join(rng.choice(["", talk(rng.getrandbits(32), 20), *talks, *talks]) for _ in range(2))
        facts = {
            "show_name": rng.choice(["Salt", "Two Lamps"]),
            "title": rng.choice(["Bees at night", "Of wax and us"]),
        }
        return facts | {"speech": said, "notes": " ".join(rng.sample([*notes, said, ""], 2))}

    copies = {f"c{number}": telling() for number in range(rng.randrange(1, 8))}
    memory = InMemory()
    for step in range(4):
        follows(memory, *(copy(name, **facts) for name, facts in copies.items()))
        copies.pop(rng.choice(sorted(copies)), None)
        copies[f"n{step}"] = telling()
        copies[rng.choice(sorted(copies))] = telling()


def test_only_what_changed_copies_share_is_looked_for_again(monkeypatch):
    memory = InMemory()
    copies = [copy(name, speech=talk(seed), notes=talk(10 + seed, 40)) for seed, name in enumerate("abcdef")]
    assert follows(memory, *copies).is_empty()
    with monkeypatch.context() as patch:
        anew: list[str] = []

        def spread_all(what: str, *others: Any) -> word_hashes.Shingles:
            anew.append(what)
            return word_hashes.spread_all(what, *others)

        patch.setattr(identity, "spread_all", spread_all)
        patch.setattr(shared_text, "spread_all", spread_all)
        links = follows(memory, *copies, copy("n", speech=talk(3)))
        # Once each, by the computation that is to be equal.
        assert sorted(anew) == ["notes", "phrases", "speech"]
    assert [tuple(row) for row in links.select("copy_id_a", "copy_id_b", "rule").iter_rows()] == [
        ("d", "n", "shared_speech")
    ]


def test_an_empty_lake_has_no_links_and_no_episodes():
    empty = lake()
    links = copy_links(**empty)
    episodes = copy_episodes(empty["copies"], links)
    assert links.is_empty()
    assert episodes.is_empty()
    assert CopyLinks.is_valid(links)
    assert CopyEpisodes.is_valid(episodes)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.Example.org/Shows/One/?utm_source=x#top", "example.org/Shows/One"),
        ("http://example.org/Shows/One", "example.org/Shows/One"),
        ("example.org/one?b=2&a=1", "example.org/one?a=1&b=2"),
        ("https://youtu.be/abcdefghijk?t=30", "youtube.com/watch?v=abcdefghijk"),
        ("https://m.youtube.com/watch?t=9&v=abcdefghijk", "youtube.com/watch?v=abcdefghijk"),
        ("https://www.youtube.com/embed/abcdefghijk", "youtube.com/watch?v=abcdefghijk"),
        ("https://www.youtube.com/@channel", "youtube.com/@channel"),
        ("https://example.org/", None),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_canonical_url(url, expected):
    assert canonical_url(url) == expected


def test_a_video_id_has_eleven_characters():
    assert youtube_video_id("https://youtu.be/short") is None
    assert youtube_video_id("https://elsewhere.org/watch?v=abcdefghijk") is None


@given(st.text())
def test_any_address_is_read_without_error(url):
    canonical_url(url)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_words_are_folded_alike_in_python_and_in_polars(text):
    frame = table("segments", [{"copy_id": "a", "segment_index": 0, "text": f"x {text} x", "is_speech": True}])
    spoken = speech_codes(frame)["speech"].item().to_list()
    fillers = {"uh", "um", "uhm", "er", "erm", "mm", "hmm", "ah", "mhm"}
    # A few characters are letters to one library's version of Unicode and not to the other's.
    if text.isascii() or all(c.isalpha() and ord(c) < 0x250 for c in text):
        words = [word for word in folded_words(f"x {text} x") if word not in fillers]
        assert spoken == pl.Series(words, dtype=pl.String).hash(0).to_list()


def test_an_edited_transcript_is_linked_to_the_captions():
    rng = random.Random(5)
    said = talk(1, 900).split()
    captions = " ".join(word if rng.random() < 0.9 else f"um {word}" for word in said)
    edited = " ".join(word for word in said if rng.random() < 0.92)
    tables = lake(copy("a", speech=captions), copy("b", speech=edited), copy("c", speech=talk(2, 900)))
    links = copy_links(**tables)
    assert links.select("copy_id_a", "copy_id_b", "rule", "is_accepted").rows() == [("a", "b", "shared_speech", True)]
    assert 0.5 < links["score"][0] <= 1


def test_a_sponsor_read_that_many_episodes_share_does_not_link():
    sponsor = talk(99, 120)
    tables = lake(*(copy(f"c{i}", speech=f"{talk(i, 300)} {sponsor} {talk(i + 50, 300)}") for i in range(6)))
    assert joined(copy_links(**tables), tables["copies"]) == set()


def test_descriptions_link_and_a_footer_does_not():
    footer = "Subscribe to our newsletter for more. " + talk(77, 40)
    notes = talk(3, 80)
    tables = lake(
        copy("a", notes=f"{notes}. {footer}"),
        copy("b", notes=f"{notes}."),
        copy("c", notes=f"{talk(4, 40)}. {footer}"),
        copy("d", notes=f"{talk(5, 40)}. {footer}"),
        copy("e", notes=f"{talk(6, 40)}. {footer}"),
    )
    assert joined(copy_links(**tables), tables["copies"]) == {("a", "b")}


def test_boilerplate_sentences_and_times_are_no_part_of_the_description():
    text = "Brida talks of bees. Follow us on Spotify! 1:02 Hives 00:03:04 Honey https://example.org/x"
    words = notes_words(lake(copy("a", notes=text))["passages"])["word"].to_list()
    assert words == ["brida", "talks", "of", "bees", "hives", "honey"]


def test_copies_with_one_video_id_and_different_speech_stay_apart():
    tables = lake(
        copy("a", video_id="abcdefghijk", speech=talk(1)),
        copy("b", video_id="abcdefghijk", speech=talk(2)),
        copy("c", url="https://youtu.be/abcdefghijk"),
    )
    links = copy_links(**tables)
    refused = links.filter(~pl.col("is_accepted"))
    pairs = [("a", "b", "same_video_id"), ("b", "c", "same_video_id")]
    assert refused.select("copy_id_a", "copy_id_b", "rule").rows() == pairs
    assert refused["evidence"].str.contains("nothing in common").all()
    assert joined(links, tables["copies"]) == {("a", "c")}


def test_two_episodes_with_one_video_id_get_two_ids():
    tables = lake(
        copy("a", video_id="abcdefghijk", speech=talk(1)),
        copy("b", video_id="abcdefghijk", speech=talk(2)),
    )
    assert copy_episodes(tables["copies"], copy_links(**tables))["episode_id"].n_unique() == 2


def test_titles_of_one_show_link_unless_their_numbers_differ():
    tables = lake(
        copy("a", show_name="Hive Talk", title="#12: The Beekeeper's Year"),
        copy("b", show_name="hive talk", title="12. The Beekeepers Year"),
        copy("c", show_name="Hive Talk", title="#13: The Beekeeper's Year"),
        copy("d", show_name="Other Show", title="#12: The Beekeeper's Year"),
    )
    assert joined(copy_links(**tables), tables["copies"]) == {("a", "b")}


def test_the_same_enclosure_is_the_same_episode_unless_the_titles_differ():
    sound = "https://cdn.example/hive/12.mp3"
    tables = lake(
        copy("a", enclosure_url=sound, title="The Year of the Bees"),
        copy("b", enclosure_url=f"{sound}?utm_source=feed"),
        copy("c", enclosure_url="https://cdn.example/hive/13.mp3"),
        copy("d", enclosure_url=sound, title="Honey and Its Enemies"),
    )
    links = copy_links(**tables)
    assert ("a", "b", "same_enclosure", True) in links.select("copy_id_a", "copy_id_b", "rule", "is_accepted").rows()
    assert ("a", "d", "same_enclosure", False) in links.select("copy_id_a", "copy_id_b", "rule", "is_accepted").rows()
    assert "c" not in {*links["copy_id_a"], *links["copy_id_b"]}


def test_parts_of_one_talk_are_two_episodes_though_they_share_an_address():
    tables = lake(
        copy("a", video_id="abcdefghijk", title="The Year of the Bees (part 1 of 2)"),
        copy("b", video_id="abcdefghijk", title="The Year of the Bees (part 2 of 2)"),
    )
    assert joined(copy_links(**tables), tables["copies"]) == set()


def test_titles_that_come_back_after_weeks_do_not_link():
    tables = lake(
        copy("a", show_name="Hive Talk", title="The week in bees", published_on=date(2024, 1, 1)),
        copy("b", show_name="Hive Talk", title="The week in bees", published_on=date(2024, 2, 1)),
    )
    assert joined(copy_links(**tables), tables["copies"]) == set()


def test_a_chain_does_not_join_copies_with_different_guids():
    notes = talk(8, 100)
    tables = lake(
        copy("a", guid="guid-of-episode-one", show_name="Hive Talk", notes=notes),
        copy("b", notes=notes),
        copy("c", guid="guid-of-episode-two", show_name="Hive Talk", notes=notes),
    )
    links = copy_links(**tables)
    assert ("a", "c") not in joined(links, tables["copies"])
    assert links.filter(~pl.col("is_accepted"))["evidence"].str.contains("different guids").all()


def test_guids_of_two_shows_may_belong_to_one_crossover():
    speech = talk(9)
    tables = lake(
        copy("a", guid="guid-in-the-first-feed", show_name="Hive Talk", speech=speech),
        copy("b", guid="guid-in-the-second-feed", show_name="Honey Hour", speech=speech),
    )
    assert joined(copy_links(**tables), tables["copies"]) == {("a", "b")}


def test_the_id_comes_from_the_strongest_key():
    tables = lake(copy("b", guid="some-long-guid-1", video_id="abcdefghijk"), copy("a", video_id="abcdefghijk"))
    episodes = copy_episodes(tables["copies"], copy_links(**tables))
    assert set(episodes["episode_id"]) == {stable_id("episode", "guid:some-long-guid-1")}
    assert set(episodes["match_rule"]) == {"same_video_id"}
    alone = lake(copy("z"))
    episodes = copy_episodes(alone["copies"], copy_links(**alone))
    assert episodes.rows() == [("z", stable_id("episode", "copy:z"), "only_copy", 1.0)]


PEOPLE = "With Odalys Ferncroft and Tobin Marsh."


def described(conversation: str, seed: int, opening: str = PEOPLE, phrases: int = 6) -> str:
    """Return a description that takes turns of phrase from a conversation, among words of its own."""
    rng = random.Random(seed)
    words = conversation.split()
    starts = rng.sample(range(0, len(words) - 4, 4), phrases)
    pieces = [" ".join(words[start : start + 4]) + " " + talk(seed * 100 + start, 2) for start in starts]
    return f"{opening} {' '.join(pieces)}"


def rules(links: pl.DataFrame, is_accepted: bool = True) -> list[tuple[str, str, str]]:
    return links.filter(pl.col("is_accepted") == is_accepted).select("copy_id_a", "copy_id_b", "rule").rows()


def wide_talk(seed: int, length: int = 600) -> str:
    """Return a talk of so many different words that two of them share hardly a phrase."""
    rng = random.Random(seed)
    return " ".join(f"{rng.choice(VOCABULARY)}{rng.choice(VOCABULARY)}" for _ in range(length))


def spoken_by(people: list[str], frames: dict[str, pl.DataFrame], copy_id: str) -> dict[str, pl.DataFrame]:
    """Return the tables with the turns of a copy given to people by turns."""
    number = pl.col("segment_index") % len(people)
    label = pl.when(pl.col("copy_id") == copy_id).then(number.replace_strict(dict(enumerate(people)))).otherwise(None)
    return frames | {"segments": frames["segments"].with_columns(speaker_label=label.cast(pl.String))}


def test_a_description_in_other_words_is_linked_to_the_transcript_of_the_people_it_names():
    said = wide_talk(1)
    tables = lake(copy("a", notes=described(said, 3)), copy("b", speech=said), copy("c", speech=wide_talk(2)))
    tables = spoken_by(["Odalys Ferncroft", "Tobin"], tables, "b")
    links = copy_links(**tables)
    assert rules(links) == [("a", "b", "described_content")]
    assert "both have Odalys Ferncroft, Tobin Marsh" in links["evidence"][0]


def test_the_people_alone_and_the_phrases_alone_do_not_link():
    said = wide_talk(1)
    tables = lake(copy("a", notes=described(said, 3)), copy("b", speech=wide_talk(2)), copy("c", speech=said))
    assert rules(copy_links(**spoken_by(["Odalys Ferncroft", "Tobin"], tables, "b"))) == []
    # One guest talks with another host.
    assert rules(copy_links(**spoken_by(["Odalys Ferncroft", "Hester Vane"], tables, "c"))) == []


def test_very_many_phrases_need_no_people():
    said = wide_talk(1)
    tables = lake(copy("a", notes=described(said, 3, "", 30)), copy("b", speech=said))
    assert rules(copy_links(**tables)) == [("a", "b", "described_content")]


def test_the_team_of_a_show_is_no_sign_of_one_episode():
    said = wide_talk(1)
    others = [copy(f"c{i}", notes=f"{PEOPLE} {wide_talk(i + 10, 40)}") for i in range(6)]
    tables = lake(copy("a", notes=described(said, 3)), copy("b", speech=said), *others)
    assert rules(copy_links(**spoken_by(["Odalys Ferncroft", "Tobin"], tables, "b"))) == []


def test_chapters_on_the_same_subjects_link_descriptions():
    said = wide_talk(1)
    tables = lake(copy("a", notes=described(said, 3, "")), copy("b", speech=said))
    titles = ["Mites in the winter hive", "Why queens leave early", "Selling honey by post"]
    chapters = [
        {"chapter_id": f"{name}{index}", "copy_id": name, "title": title, "char_start": index}
        for name in "ab"
        for index, title in enumerate(titles)
    ]
    assert rules(copy_links(**tables)) == []
    links = copy_links(**tables, chapters=table("chapters", chapters))
    assert rules(links) == [("a", "b", "described_content")]
    assert "3 chapters of the same title" in links["evidence"][0]


@pytest.mark.parametrize(
    "facts",
    [
        ({"published_on": date(2024, 1, 1)}, {"published_on": date(2024, 6, 1)}),
        ({"title": "The bees (part 1)"}, {"title": "On bees, part 2"}),
        ({"title": "A", "show_name": "Hive Talk", "guid": "x" * 20}, {"show_name": "Hive Talk", "guid": "y" * 20}),
    ],
    ids=["months apart", "parts", "guids"],
)
def test_a_like_description_does_not_link_what_is_clearly_another_episode(facts):
    said = wide_talk(1)
    tables = lake(copy("a", notes=described(said, 3), **facts[0]), copy("b", speech=said, **facts[1]))
    links = copy_links(**spoken_by(["Odalys Ferncroft", "Tobin"], tables, "b"))
    assert rules(links) == []
    assert rules(links, is_accepted=False) == [("a", "b", "described_content")]
    assert "refused" in links["evidence"][0]


def test_parts_with_one_description_and_their_own_speech_stay_apart():
    notes = talk(3, 80)
    tables = lake(copy("a", notes=notes, speech=talk(1)), copy("b", notes=notes, speech=talk(2)))
    links = copy_links(**tables)
    assert rules(links) == []
    assert "nothing in common" in links["evidence"][0]


def test_a_description_does_not_join_two_different_conversations():
    notes = talk(3, 80)
    tables = lake(
        copy("a", notes=notes, speech=talk(1)), copy("b", notes=notes), copy("c", notes=notes, speech=talk(2))
    )
    links = copy_links(**tables)
    assert len(joined(links, tables["copies"])) == 1
    assert ("a", "c") not in joined(links, tables["copies"])


def test_both_halves_of_an_episode_belong_to_it():
    words = talk(1, 900).split()
    tables = lake(
        copy("a", speech=" ".join(words)),
        copy("b", speech=" ".join(words[:450])),
        copy("c", speech=" ".join(words[450:])),
    )
    assert joined(copy_links(**tables), tables["copies"]) == {("a", "b"), ("a", "c"), ("b", "c")}


def test_a_sponsor_read_in_two_short_episodes_does_not_link_them():
    sponsor = talk(99, 150)
    tables = lake(*(copy(f"c{i}", speech=f"{talk(i, 200)} {sponsor} {talk(i + 50, 200)}") for i in range(2)))
    assert rules(copy_links(**tables)) == []


def test_the_same_short_line_on_all_episodes_does_not_link_them():
    line = talk(99, 30)
    tables = lake(*(copy(f"c{i}", notes=f"{line}. {talk(i, 60) if i else ''}") for i in range(12)))
    assert rules(copy_links(**tables)) == []


def test_the_lines_of_one_sponsor_in_two_descriptions_do_not_link():
    sponsor = talk(99, 60)
    tables = lake(*(copy(f"c{i}", notes=f"{talk(i, 45)}. {sponsor}.") for i in range(2)))
    assert rules(copy_links(**tables)) == []


def test_words_are_measured_alike_in_one_part_and_in_many(monkeypatch):
    said = talk(1, 500)
    tables = lake(copy("a", speech=said), copy("b", speech=f"{talk(3, 50)} {said}"), copy("c", speech=talk(2, 500)))
    links = copy_links(**tables)
    monkeypatch.setattr(hash_ranges, "COPIES_PER_BIN", 1)
    monkeypatch.setattr(hash_ranges, "TASK_HASHES", 100)
    monkeypatch.setattr(shared_text, "BATCH_PAIR_SHINGLES", 10)
    assert copy_links(**tables).equals(links)
    assert links_in_parts(tables).equals(links)
    assert rules(links) == [("a", "b", "shared_speech")]


def test_what_is_said_in_further_copies_weighs_less_also_beside_pairs_without_words():
    said = talk(1, 300)
    speaking = [copy("a", speech=f"{said} {talk(2, 250)}"), copy("b", speech=f"{talk(3, 250)} {said}")]
    # Five words in a row count as said, but do not make a pair worth measuring.
    words = said.split()
    pieces = [" ".join(words[start : start + 5]) for start in range(0, 300, 5)]
    further = [copy(f"c{i}", speech=" ".join(f"{piece} x{i}y{n}" for n, piece in enumerate(pieces))) for i in range(4)]
    written = [copy(f"w{i:02}", guid=f"guid-of-episode-{i // 2}") for i in range(40)]
    weights = []
    for extra in ([], written):
        links = copy_links(**lake(*speaking, *further, *extra))
        weights.append(links.filter(pl.col("rule") == "shared_speech").rows())
    assert [row[:3] for row in weights[0]] == [("a", "b", "shared_speech")]
    assert weights[0] == weights[1]


@settings(max_examples=15)
@given(st.integers(0, 2**32))
def test_what_two_copies_share_does_not_depend_on_which_is_named_first(seed):
    rng = random.Random(seed)
    said = wide_talk(seed)
    texts = [{"speech": said}, {"notes": described(said, rng.randrange(9))}]
    pairs = []
    for first, second in (texts, texts[::-1]):
        tables = lake(copy("a", **first), copy("b", **second))
        links = copy_links(**spoken_by(["Odalys Ferncroft", "Tobin"], tables, "a" if "speech" in first else "b"))
        pairs.append(links.drop("evidence").rows())
    assert pairs[0] == pairs[1]


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_links_and_episodes_do_not_depend_on_the_order_of_rows(seed):
    rng = random.Random(seed)
    notes = [talk(i, 60) for i in range(3)]
    copies = [
        copy(
            f"c{i}",
            guid=rng.choice([None, "guid-of-episode-one", "guid-of-episode-two"]),
            show_name=rng.choice([None, "Hive Talk", "Honey Hour"]),
            title=rng.choice([None, "The beekeeper's year", "A talk about mites"]),
            video_id=rng.choice([None, None, "abcdefghijk"]),
            duration_s=rng.choice([None, 600.0, 3600.0]),
            notes=rng.choice([*notes, ""]),
            speech=rng.choice([talk(20), talk(21), ""]),
        )
        for i in range(6)
    ]
    tables = lake(*copies)
    links = copy_links(**tables)
    episodes = copy_episodes(tables["copies"], links)
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=rng.randrange(99)) for name, frame in tables.items()}
    assert copy_links(**shuffled).equals(links)
    assert links_in_parts(shuffled).equals(links)
    mixed = links.sample(fraction=1, shuffle=True, seed=rng.randrange(99))
    assert copy_episodes(shuffled["copies"], mixed).equals(episodes)
    # No component holds two guids of one show without a direct link that is sure of it.
    sure = links.filter(pl.col("is_accepted") & ((pl.col("rule") == "shared_speech") & (pl.col("score") >= 0.5)))
    sure_pairs = set(sure.select("copy_id_a", "copy_id_b").iter_rows())
    row = {fact["copy_id"]: fact for fact in copies}
    for a, b in joined(links, tables["copies"]):
        if row[a]["guid"] and row[b]["guid"] and row[a]["show_name"] == row[b]["show_name"]:
            assert row[a]["guid"] == row[b]["guid"] or (a, b) in sure_pairs


@pytest.mark.acceptance
def test_copies_of_the_seeds_are_joined(shared):

    raw = shared / "seeds"
    frames = ingest(raw, scan(raw, 1 << 30), None, datetime(2025, 1, 1, tzinfo=UTC)).frames
    links = copy_links(frames["episode_copies"], frames["segments"], frames["passages"], frames["chapters"])
    texts = dict(frames["document_texts"].iter_rows())
    paths = dict(frames["documents"].select("document_id", "path").iter_rows())
    name = {}
    for row in frames["episode_copies"].iter_rows(named=True):
        seed = paths[row["document_id"]][:3]
        line = texts[row["document_id"]].count("\n", 0, row["char_start"])
        name[row["copy_id"]] = (seed, line if seed == "002" else 0)
    gold = json.loads((shared / "gold" / "same_recording.json").read_text())["groups"]
    truth = {pair for group in gold for pair in combinations([("002", line) for line in group], 2)}
    truth.add((("000", 0), ("001", 0)))
    found = {tuple(sorted((name[a], name[b]))) for a, b in joined(links, frames["episode_copies"])}
    assert (("000", 0), ("001", 0)) in found
    assert len(found & truth) >= 13
    assert len(found - truth) == 0
