from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.catalog.catalog import Alias, Catalog, Entity, Show
from orchestration.formats.display import tidy
from orchestration.schemas.mentions import Mentions
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.transforms.episode_names import name_parts
from orchestration.transforms.episode_people import knowledge
from orchestration.transforms.episode_reader import Texts
from orchestration.transforms.letters import Letters
from orchestration.transforms.mention_candidates import mention_candidates
from orchestration.transforms.mention_places import MAX_CONTEXT_CHARACTERS, Slices, sentences_around
from orchestration.transforms.mention_rules import ANY_LANGUAGE, RULES
from orchestration.transforms.mentions import mentions
from orchestration.transforms.name_table import TYPES

ENTITIES = [
    Entity("company:openai", "company", "OpenAI"),
    Entity("company:google", "company", "Google"),
    Entity("company:google-deepmind", "company", "Google DeepMind"),
    Entity("company:apple", "company", "Apple"),
    Entity("company:microsoft", "company", "Microsoft"),
    Entity("product:windows", "product", "Windows", "company:microsoft"),
    Entity("product:threads", "product", "Threads"),
    Entity("product:ray", "product", "Ray"),
    Entity("person:ada-norton", "person", "Ada Norton"),
    Entity("topic:ai-agents", "topic", "AI agents"),
    Entity("topic:deepmind-research", "topic", "DeepMind research"),
    Entity("show:model-hour", "show", "Model Hour"),
]
ALIASES = [
    Alias("OpenAI", "company:openai", "exact"),
    Alias("open eye", "company:openai", "misheard"),
    Alias("Google", "company:google", "case_sensitive"),
    Alias("Google DeepMind", "company:google-deepmind", "case_sensitive"),
    Alias("Apple", "company:apple", "needs_context"),
    Alias("Microsoft", "company:microsoft", "case_sensitive"),
    Alias("Windows", "product:windows", "needs_context"),
    Alias("Threads", "product:threads", "needs_context", ("instagram", "posted on"), ("discussion",)),
    Alias("threads", "product:threads", "needs_context", ("posted on",)),
    Alias("Ray", "product:ray", "needs_context"),
    Alias("GDM", "company:google-deepmind", "case_sensitive", ("research",)),
    Alias("Ada Norton", "person:ada-norton", "case_sensitive"),
    Alias("AI agent", "topic:ai-agents", "exact"),
    Alias("DeepMind research", "topic:deepmind-research", "exact"),
    Alias("Model Hour", "show:model-hour", "case_sensitive"),
]
CATALOG = Catalog(
    {e.entity_id: e for e in ENTITIES}, tuple(ALIASES), {"show:model-hour": Show("show:model-hour", "Model Hour")}, "x"
)


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = LAKE_TABLES[table]
    empty = schema.create_empty()
    return pl.DataFrame(rows, schema=empty.schema) if rows else empty


class World:
    """One document, built piece by piece, and the frames that tell of it."""

    def __init__(self) -> None:
        self.text = ""
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in LAKE_TABLES}

    def turn(self, *spans: tuple[str, float | None], copy: str = "c", between: str = " ", **more: Any) -> World:
        pieces, shown = [], ""
        for number, (raw, start_s) in enumerate(spans):
            if number:
                self.text += between
                shown += " "
            start = len(self.text)
            self.text += raw
            pieces.append(
                {"char_start": start, "char_end": len(self.text), "text_start": len(shown), "start_s": start_s}
            )
            shown += tidy(raw)
        self.text += "\n"
        is_timed = spans[0][1] is not None
        self.rows["speaker_turns"].append(
            {
                "turn_id": f"t{len(self.rows['speaker_turns'])}",
                "document_id": "d",
                "copy_id": copy,
                "turn_index": len(self.rows["speaker_turns"]),
                "start_s": spans[0][1],
                "time_source": "native" if is_timed else "none",
                "clock_copy_id": copy if is_timed else None,
                "text": shown,
                "word_count": 1,
                "segment_kind": "content",
                "spans": pieces,
                "char_start": pieces[0]["char_start"],
                "char_end": pieces[-1]["char_end"],
            }
            | more
        )
        return self

    def passage(self, raw: str, field: str = "description", copy: str = "c") -> World:
        start = len(self.text)
        self.text += raw + "\n"
        self.rows["passages"].append(
            {
                "passage_id": f"p{len(self.rows['passages'])}",
                "document_id": "d",
                "copy_id": copy,
                "passage_index": len(self.rows["passages"]),
                "field": field,
                "text": tidy(raw),
                "char_start": start,
                "char_end": start + len(raw),
            }
        )
        return self

    def chapter(self, raw: str, start_s: float | None = None, copy: str = "c") -> World:
        start = len(self.text)
        self.text += raw + "\n"
        self.rows["chapters"].append(
            {
                "chapter_id": f"k{len(self.rows['chapters'])}",
                "document_id": "d",
                "copy_id": copy,
                "chapter_index": len(self.rows["chapters"]),
                "title": tidy(raw),
                "start_s": start_s,
                "char_start": start,
                "char_end": start + len(raw),
            }
        )
        return self

    def add(self, table: str, **row: Any) -> World:
        self.rows[table].append(row)
        return self

    def label(self, label: str, person_id: str | None, name: str | None, copy: str = "c") -> World:
        return self.add(
            "speaker_labels", copy_id=copy, speaker_label=label, person_id=person_id, person_name=name, rule="test"
        )

    def find(self, with_episodes: bool = True, is_shuffled: bool = False, **more: Any) -> pl.DataFrame:
        self.rows["document_texts"] = [{"document_id": "d", "text": self.text}]
        frames = {name: frame(name, rows[::-1] if is_shuffled else rows) for name, rows in self.rows.items()}
        return mentions(
            frames["speaker_turns"],
            frames["passages"],
            frames["chapters"],
            frames["segments"],
            frames["speaker_labels"],
            frames["appearance_evidence"],
            frames["copy_shows"],
            frames["copy_alignments"],
            frames["document_texts"],
            more.pop("catalog", CATALOG),
            frames["kind_spans"],
            frames["copy_episodes"] if with_episodes else None,
            frames["episode_copies"],
            **more,
        )

    def pairs(self) -> list[tuple[str, str]]:
        return [(row["surface"], row["match_rule"]) for row in self.find().iter_rows(named=True)]


def test_nothing_in_nothing_out() -> None:
    found = World().find()
    assert found.is_empty()
    assert found.columns == Mentions.column_names()


def test_a_mention_tells_where_it_stands() -> None:
    found = World().turn(("so  OpenAI&#39;s model", 3.0), ("was out. Then Google came", 7.5)).find()
    rows = found.to_dicts()
    assert [(r["surface"], r["start_s"], r["time_source"], r["clock_copy_id"]) for r in rows] == [
        ("OpenAI", 3.0, "native", "c"),
        ("Google", 7.5, "native", "c"),
    ]
    assert [(r["char_start"], r["char_end"]) for r in rows] == [(4, 10), (37, 43)]
    assert rows[0]["context"] == "so OpenAI's model was out."
    assert rows[0]["turn_id"] == "t0"
    assert rows[0]["passage_id"] is None


def test_a_name_broken_by_a_caption_time_is_one_mention() -> None:
    world = World().turn(("here is Ada", 1.0), ("Norton of Google", 4.0), between=" 0:04")
    row = world.find().to_dicts()[0]
    assert (row["surface"], row["start_s"]) == ("Ada Norton", 1.0)
    assert world.text[row["char_start"] : row["char_end"]] == "Ada 0:04Norton"


def test_the_longest_name_wins_and_entities_win_over_topics() -> None:
    assert World().turn(("the Google DeepMind research on AI agents", None)).pairs() == [
        ("Google DeepMind", "catalog_case_sensitive"),
        ("AI agent", "topic_keyphrase"),
    ]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("we bought Apple last year", "ordinary_word_mid_sentence"),
        ("Apple is red", None),
        ("well. Apple is red", None),
        ("Google, Apple and others", "ordinary_word_mid_sentence"),
        ("Google, Microsoft. Apple/Google", "ordinary_word_list"),
        ("an apple a day", None),
        ("we saw Bob Apple there", None),
        ("Apple is red. I like what Apple does", "ordinary_word_mid_sentence"),
        ("it ran on Ray-Ban glasses", None),
        ("Windows by Microsoft", "ordinary_word_maker"),
        ("Threads is growing", None),
        ("we saw Threads grow", None),
        ("Threads, from Instagram", "ordinary_word_context"),
        ("Threads from Instagram under discussion", None),
        ("- [Threads](https://www.threads.net/@ada)", "ordinary_word_link"),
        ("- [Threads](https://threads.example.com/a)", None),
        ("- [Threads](https://example.com/threads)", None),
        ("- [Threads of thought](https://threads.net)", None),
        ("- [Threads](https://", None),
        ("- [Threads](https://threads)", None),
    ],
)
def test_ordinary_words_need_evidence(text: str, rule: str | None) -> None:
    rules = [r for s, r in World().turn((text, None)).pairs() if s in ("Apple", "Ray", "Windows", "Threads")]
    assert (rule in rules) if rule else not rules


def test_an_ordinary_word_counts_where_the_episode_names_it_for_sure() -> None:
    found = World().turn(("we like Apple a lot", None)).chapter("Apple in Ten Years").pairs()
    assert ("Apple", "ordinary_word_episode") in found
    assert World().chapter("Apple in Ten Years").pairs() == []


def test_an_alias_that_needs_its_context_may_have_it_elsewhere_in_the_episode() -> None:
    assert World().turn(("the GDM team", None)).pairs() == []
    assert World().turn(("the GDM team", None)).turn(("at Google DeepMind", None)).pairs() == [
        ("GDM", "catalog_episode"),
        ("Google DeepMind", "catalog_case_sensitive"),
    ]
    assert World().turn(("the GDM team does research", None)).pairs() == [("GDM", "catalog_context")]


def test_an_ordinary_word_in_lower_case_needs_its_own_context() -> None:
    text = "a thread. Then Threads, from Instagram, and posted on threads"
    assert [surface for surface, _ in World().turn((text, None)).pairs()] == ["Threads", "threads"]
    assert [
        surface
        for surface, _ in World().turn(("Threads, from Instagram", None), ("a long row of threads", None)).pairs()
    ] == ["Threads"]


def test_misheard_names_are_found_in_any_case() -> None:
    assert World().turn(("that Open Eye model", None)).pairs() == [("Open Eye", "misheard")]


def test_people_of_the_episode_are_found_by_every_part_of_their_name() -> None:
    world = World().turn(("Thanks, Kaja. Over to Berg. Then Mina Berg left, and Kaja Storm too. bee was here", None))
    world.label("Kaja Lind", "person:x:kaja-lind", "Kaja Lind").label("Bo Berg", "person:x:bo-berg", "Bo Berg")
    world.label("bee", "person:x:bea-moe", "Bea Moe")
    assert world.pairs() == [
        ("Kaja", "episode_person_first_name"),
        ("Berg", "episode_person_surname"),
        ("bee", "episode_person_label"),
    ]
    assert set(world.find()["entity_name"]) == {"Kaja Lind", "Bo Berg", "Bea Moe"}


def test_names_known_in_one_copy_are_found_in_the_others_of_the_episode() -> None:
    world = World().turn(("hello Kaja", None)).turn(("hello Kaja", None), copy="b")
    world.label("Kaja Lind", "person:x:kaja-lind", "Kaja Lind")
    assert world.find()["copy_id"].to_list() == ["c"]
    for copy in ("c", "b"):
        world.add("copy_episodes", copy_id=copy, episode_id="e", match_rule="same_guid", match_confidence=1.0)
    assert world.find()["copy_id"].to_list() == ["b", "c"]
    assert world.find(with_episodes=False)["copy_id"].to_list() == ["c"]


def test_a_first_name_shared_by_two_means_nobody() -> None:
    world = World().turn(("hello Kaja", None))
    world.label("a", "person:x:kaja-lind", "Kaja Lind").label("b", "person:x:kaja-moe", "Kaja Moe")
    assert world.pairs() == []


def test_somebody_named_in_full_is_known_by_the_surname_after() -> None:
    assert World().turn(("I met Ada Norton. What Norton said, and what Ada did", None)).pairs() == [
        ("Ada Norton", "catalog_case_sensitive"),
        ("Norton", "mentioned_person_surname"),
        ("Ada", "mentioned_person_first_name"),
    ]


def test_who_appears_in_one_episode_is_found_by_full_name_in_the_others() -> None:
    world = World().turn(("hello Kaja", None)).turn(("then Kaja Lind came. Kaja sat", None), copy="b")
    world.label("Kaja Lind", "person:x:kaja-lind", "Kaja Lind")
    assert sorted(world.pairs()) == [
        ("Kaja", "episode_person_first_name"),
        ("Kaja", "mentioned_person_first_name"),
        ("Kaja Lind", "known_person_full"),
    ]


def test_a_capital_that_starts_a_sentence_says_nothing_where_the_word_is_ordinary() -> None:
    sure = "we like Apple a lot."
    assert World().turn((f"{sure} Apple is good", None)).pairs()[1] == ("Apple", "ordinary_word_episode")
    assert len(World().turn((f"{sure} Apple is good, as an apple is", None)).pairs()) == 1


def test_the_article_of_a_show_is_part_of_its_name_only_in_capitals() -> None:
    world = World().turn(("on the Deep Kitchen and on The Deep Kitchen", None))
    show = {"copy_id": "c", "show_id": "show:deep-kitchen", "show_name": "The Deep Kitchen"}
    world.add("copy_shows", **show, is_primary=True, rule="x", score=1.0)
    assert [surface for surface, _ in world.pairs()] == ["Deep Kitchen", "The Deep Kitchen"]


def test_the_name_of_the_show_is_found_though_the_catalogue_does_not_list_it() -> None:
    world = World().turn(("welcome to deep kitchen", None))
    world.add(
        "copy_shows",
        copy_id="c",
        show_id="show:deep-kitchen",
        show_name="Deep Kitchen",
        is_primary=True,
        rule="x",
        score=1.0,
    )
    row = world.find().to_dicts()[0]
    assert (row["entity_id"], row["entity_type"], row["match_rule"]) == ("show:deep-kitchen", "show", "episode_show")


def test_speaker_labels_of_known_people_are_mentions() -> None:
    world = World()
    world.text = "Kaja: "
    world.turn(("hello there", 5.0), speaker_label="Kaja", person_id="person:x:kaja-lind")
    world.label("Kaja", "person:x:kaja-lind", "Kaja Lind").label("Guest", None, None)
    segment = {
        "copy_id": "c",
        "segment_index": 0,
        "document_id": "d",
        "speaker_label": "Kaja",
        "label_char_start": 0,
        "label_char_end": 4,
        "start_s": 5.0,
        "text": "hello there",
        "is_speech": True,
        "is_speaker_change": True,
        "is_paragraph_start": True,
        "locator": "x",
        "char_start": 6,
        "char_end": 17,
    }
    world.add("segments", **segment)
    (row,) = world.find().to_dicts()
    assert (row["field"], row["surface"], row["text_start"], row["text_end"]) == ("speaker_label", "Kaja", 0, 4)
    assert (row["start_s"], row["time_source"], row["clock_copy_id"], row["turn_id"]) == (5.0, "native", "c", None)
    assert (row["entity_id"], row["match_rule"]) == ("person:x:kaja-lind", "speaker_label")


def test_times_of_another_copy_come_from_the_last_anchor_before_the_name() -> None:
    aligned: dict[str, Any] = {"time_source": "aligned", "clock_copy_id": "k", "start_s": 100.0}
    world = World().turn(("one two Google three OpenAI", None), **aligned)
    world.add(
        "copy_alignments",
        copy_id="c",
        char_start=15,
        char_end=20,
        other_copy_id="k",
        other_char_start=0,
        other_char_end=5,
        start_s=104.0,
        end_s=105.0,
        word_count=1,
        matched_share=1.0,
    )
    rows = world.find().to_dicts()
    assert [(r["surface"], r["start_s"], r["time_source"], r["clock_copy_id"]) for r in rows] == [
        ("Google", 100.0, "aligned", "k"),
        ("OpenAI", 104.0, "aligned", "k"),
    ]


def test_chapters_have_their_own_time_and_passages_none_but_the_kind_of_their_stretch() -> None:
    world = World().chapter("How OpenAI began", 60.0).passage("Thanks to Google for the support")
    start = world.rows["passages"][0]["char_start"]
    world.add(
        "kind_spans",
        kind_span_id="x",
        document_id="d",
        copy_id="c",
        segment_kind="sponsor",
        form="credit",
        rule="test",
        char_start=start,
        char_end=start + 20,
    )
    chapter, passage = world.find().to_dicts()
    assert (chapter["field"], chapter["start_s"], chapter["time_source"]) == ("chapter", 60.0, "native")
    assert (chapter["clock_copy_id"], chapter["segment_kind"], chapter["chapter_id"]) == ("c", "content", "k0")
    assert (passage["field"], passage["start_s"], passage["time_source"]) == ("description", None, "none")
    assert (passage["clock_copy_id"], passage["segment_kind"], passage["passage_id"]) == (None, "sponsor", "p0")


def test_a_chapter_inside_a_description_is_mentioned_once() -> None:
    world = World().passage("00:00 OpenAI")
    world.rows["chapters"] = []
    world.add(
        "chapters",
        chapter_id="k0",
        document_id="d",
        copy_id="c",
        chapter_index=0,
        title="OpenAI",
        start_s=0.0,
        char_start=6,
        char_end=12,
    )
    assert world.find()["field"].to_list() == ["chapter"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada", None),
        ("Ada Norton", ("Ada Norton", "Ada", "Norton")),
        ("Dr. Ada Norton, PhD", ("Ada Norton", "Ada", "Norton")),
        ('Ada "bee" Norton (Acme)', ("Ada Norton", "Ada", "Norton")),
        ("Kari El Amin", ("Kari El Amin", "Kari", "El Amin")),
        ("Jan van der Berg", ("Jan van der Berg", "Jan", "van der Berg")),
    ],
)
def test_parts_of_a_name(name: str, parts: tuple[str, str, str] | None) -> None:
    assert name_parts(name) == parts


def sentence_around(text: str, start: int, end: int) -> str:
    columns = (np.array([value]) for value in (start, end, 0, len(text)))
    first, last = sentences_around(Letters(text), *columns)
    return text[int(first[0]) : int(last[0])]


def test_the_context_is_the_sentence_cut_at_words() -> None:
    text = "First one. Here is Google today! Last."
    start = text.index("Google")
    assert sentence_around(text, start, start + 6) == "Here is Google today!"
    assert sentence_around("Google", 0, 6) == "Google"
    long = "word " * 200 + "Google" + " word" * 200
    cut = sentence_around(long, 1000, 1006)
    assert "Google" in cut
    assert len(cut) <= MAX_CONTEXT_CHARACTERS
    assert set(cut.split()) == {"word", "Google"}


_RAW = st.lists(
    st.sampled_from(["OpenAI", "Google", " ", "  ", "&amp;", "\u200b", "so.Yes", "Apple", "\n", "x", "é", ", "]),
    max_size=14,
).map("".join)


@given(st.lists(_RAW.filter(lambda raw: bool(tidy(raw))), min_size=1, max_size=4))
@settings(max_examples=60)
def test_every_mention_leads_back_to_its_characters(raws: list[str]) -> None:
    world = World().turn(*((raw, 1.0) for raw in raws), between=" 0:07")
    (turn,) = world.rows["speaker_turns"]
    for row in world.find().iter_rows(named=True):
        assert turn["text"][row["text_start"] : row["text_end"]] == row["surface"]
        assert tidy(world.text[row["char_start"] : row["char_end"]]) == row["surface"]
        assert row["surface"] in row["context"]
        assert row["match_rule"] in RULES


@given(_RAW, st.data())
def test_places_of_a_slice(raw: str, data: st.DataObject) -> None:
    shown = tidy(raw)
    if not shown:
        return
    start = data.draw(st.integers(0, len(shown) - 1))
    end = data.draw(st.integers(start + 1, len(shown)))
    zero, shown_end, raw_end = (np.array([value]) for value in (0, len(shown), len(raw)))
    slices = Slices(zero, shown_end, zero, raw_end, [raw])
    which, char_start, char_end = slices.locate(shown, np.array([start]), np.array([end]))
    assert which.tolist() == [0]
    # A slice that ends inside a repaired place may lack the space that its surroundings call for.
    back = tidy(raw[int(char_start[0]) : int(char_end[0])])
    assert back.replace(" ", "") == shown[start:end].replace(" ", "")


@pytest.mark.parametrize(("language", "is_english"), [("en", True), (None, True), ("es", False), ("de", False)])
def test_a_copy_in_another_language_yields_exact_names_only(language: str | None, is_english: bool) -> None:
    world = World().add("episode_copies", copy_id="c", language=language)
    world.label("Ada", "person:c:ada-crane", "Ada Crane")
    world.add("appearance_evidence", copy_id="c", person_id="person:c:ada-crane", person_name="Ada Crane")
    world.add("copy_shows", copy_id="c", show_id="show:model-hour", show_name="Model Hour")
    world.turn(("Ada Crane y OpenAI con Google en Model Hour.", None))
    world.turn(("La firma de Apple vende Windows de Microsoft, dice Ada.", None))
    world.turn(("Un AI agent, open eye, GDM research.", None))
    exact = {
        ("Ada Crane", "episode_person_full"),
        ("OpenAI", "catalog_exact"),
        ("Google", "catalog_case_sensitive"),
        ("Model Hour", "episode_show"),
        ("Microsoft", "catalog_case_sensitive"),
    }
    found = set(world.pairs())
    assert exact <= found
    # The label is a word of its own in speech: it counts in any language.
    assert {pair for pair in found - exact if not pair[1].startswith("episode_person")} == (
        {
            ("Apple", "ordinary_word_mid_sentence"),
            ("Windows", "ordinary_word_maker"),
            ("AI agent", "topic_keyphrase"),
            ("open eye", "misheard"),
            ("GDM", "catalog_context"),
        }
        if is_english
        else set()
    )


def test_the_rules_for_any_language_exist() -> None:
    assert set(RULES) > ANY_LANGUAGE


_WORDS = st.sampled_from(
    (
        *(alias.alias for alias in ALIASES),
        *("apple", "DeepMind", "Instagram", "Ada", "Norton", "Kaja", "Lind", "agents", "research", "and", ",", "."),
        *("The", "é", "“", "”", "Microsoft's"),
    )
)
_COPIES = st.lists(st.lists(_WORDS, min_size=1, max_size=15).map(" ".join), min_size=1, max_size=5)


def world_of(texts: list[str]) -> World:
    world = World()
    for number, text in enumerate(texts):
        copy = f"c{number % 3}"
        if number % 2:
            world.passage(text, copy=copy)
        else:
            world.turn((text, None), copy=copy)
        world.add("copy_episodes", copy_id=copy, episode_id=f"e{number % 2}", match_rule="x", match_confidence=1.0)
    world.rows["copy_episodes"] = list({row["copy_id"]: row for row in world.rows["copy_episodes"]}.values())
    return world.label("Kaja Lind", "person:x:kaja-lind", "Kaja Lind", copy="c0")


@given(_COPIES)
@settings(max_examples=60)
def test_rows_depend_neither_on_the_size_of_a_batch_nor_on_the_order_of_rows(texts: list[str]) -> None:
    world = world_of(texts)
    found = world.find()
    assert found.equals(world.find(batch_characters=1))
    assert found.equals(world.find(is_shuffled=True))


@given(_COPIES)
@settings(max_examples=60)
def test_no_two_mentions_of_a_text_overlap(texts: list[str]) -> None:
    found = world_of(texts).find().sort("copy_id", "char_start")
    for _, of_copy in found.group_by("copy_id", maintain_order=True):
        ends = of_copy["char_end"].to_list()
        assert all(end <= start for end, start in zip(ends, of_copy["char_start"].to_list()[1:], strict=False))


def test_lower_case_names_count_with_evidence_only() -> None:
    assert World().turn(("we use windows and ray", None)).pairs() == []
    found = World().turn(("we met Google DeepMind. so google deepmind came", None)).pairs()
    assert ("google deepmind", "lower_case_episode") in found
    assert World().turn(("so google deepmind came", None)).pairs() == []


def test_a_letter_that_stands_for_anything_does_not_follow_the_episode() -> None:
    catalog = Catalog(
        {"company:ex": Entity("company:ex", "company", "Ex Corp")},
        (Alias("Ex Corp", "company:ex", "exact"), Alias("X", "company:ex", "case_sensitive", ("posted",))),
        {},
        "x",
    )
    world = World().turn(("we saw Ex Corp do it. The top X of these things", None))
    assert [row["surface"] for row in world.find(catalog=catalog).to_dicts()] == ["Ex Corp"]


def candidates(text: str) -> dict[tuple[str, str], str]:
    letters = Letters(text)
    zero, length = np.array([0]), np.array([len(text)])
    none, yes = np.array([False]), np.array([True])
    empty = [LAKE_TABLES[name].create_empty() for name in ("speaker_labels", "appearance_evidence", "copy_shows")]
    known = knowledge(CATALOG, empty[0], empty[1], empty[2], {})
    rows = mention_candidates(Texts(letters, zero, length, zero, none, yes, none, ["c"]), known)
    return {(row["surface"], row["entity_id"]): row["outcome"] for row in rows.iter_rows(named=True)}


@given(
    st.lists(st.text("abc:", min_size=1, max_size=3), unique=True, max_size=6),
    st.lists(st.text("abc:", min_size=1, max_size=3), unique=True, max_size=6),
)
def test_shows_at_hand_stand_behind_the_people_of_all_parts(people, shows) -> None:
    labels, evidence = (LAKE_TABLES[name].create_empty() for name in ("speaker_labels", "appearance_evidence"))
    of_shows = [("c", f"show:{show}", show.upper()) for show in shows]
    copy_shows = pl.DataFrame(
        of_shows, {"copy_id": pl.String, "show_id": pl.String, "show_name": pl.String}, orient="row"
    )
    everybody = pl.DataFrame(
        [(f"person:{one}", f"Ada {one}") for one in people],
        {"person_id": pl.String, "person_name": pl.String},
        orient="row",
    )
    known = knowledge(CATALOG, labels, evidence, copy_shows, {}, everybody)
    ids = known.entity_columns["entity_id"].to_list()
    assert set(ids) == {*CATALOG.entities, *everybody["person_id"], *copy_shows["show_id"]}
    assert known.names.number == {entity_id: number for number, entity_id in enumerate(ids)}
    assert [entity.entity_id for entity in known.names.entities] == ids
    assert [TYPES[number] for number in known.names.type] == known.entity_columns["entity_type"].to_list()
    assert known.is_unlisted.tolist() == [entity_id not in CATALOG.entities for entity_id in ids]
    assert [ids[number] for number in np.argsort(known.rank)] == sorted(ids)


def test_the_audit_trail_tells_what_counts_and_why_the_rest_was_refused() -> None:
    found = candidates("Apple is red. Google DeepMind and Threads in discussion. GDM")
    assert found["Google DeepMind", "company:google-deepmind"] == "catalog_case_sensitive"
    assert found["Google", "company:google"] == "refused: part of a longer name"
    assert found["GDM", "company:google-deepmind"] == "catalog_episode"
    assert found["Apple", "company:apple"].startswith("refused: an ordinary word")
    assert found["Threads", "product:threads"].startswith("refused: a word that speaks against it")
