"""Names that the catalogue lacks or hears wrongly: what is found, what is ranked, and that every example proves."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.catalog.catalog import Alias, Catalog, Entity
from orchestration.catalog.load import HEADERS
from orchestration.catalog.preview import changed_names, preview, render
from orchestration.catalog.words import is_common_word, place_words, word_ranks
from orchestration.io.lake import Lake
from orchestration.pipeline import build_lake
from orchestration.proof import EXAMPLE_TABLES, prove_examples
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import load_settings
from orchestration.transforms.entity_candidates import entity_candidates
from orchestration.transforms.kind_guess import guess_kind
from orchestration.transforms.name_miner import alias_proposals
from orchestration.transforms.name_runs import RUN, is_always_ordinary
from orchestration.transforms.name_scan import copy_names, sides, text_units
from orchestration.transforms.parts import Read
from orchestration.transforms.phrases import lower_case_phrases
from orchestration.transforms.sound import near_keys, sound_key, sound_keys
from orchestration.transforms.unknown_names import exploded, unknown_names, unknown_places

PAGE = """**Ada Byrne:** Welcome. We talk about Hammerline today. It is a good day for it, and I was at it all week.

**Bo Castle:** Yesterday the team at Vostok Forge said that Hammerline runs on HeatDB. I asked Renata Quill about it.

**Ada Byrne:** Hello again, everybody in Lisbon. So Vostok Forge sells iron. However, the people at Vostok Forge wrote \
HeatDB in a week.

**Bo Castle:** We are using HeatDB every day. In January we went to Lisbon. Some say that Hammerlyne is better. \
However, hammers are hammers.

**Ada Byrne:** We spoke of OP_COOLs and of Renata Quill again, and of an OP_COOL that broke. It was all of it at \
https://example.com/Big-Anvil for everybody to read.

**Bo Castle:** I had read it. Hammerline it is, and we are going to hear more of it in the next one.
"""


def catalog(*aliases: Alias) -> Catalog:
    hammer = Entity("product:hammerline", "product", "Hammerline")
    ada = Entity("person:ada-byrne", "person", "Ada Byrne")
    names = (
        Alias("Hammerline", "product:hammerline", "exact"),
        Alias("Ada Byrne", "person:ada-byrne", "case_sensitive"),
    )
    return Catalog({e.entity_id: e for e in (hammer, ada)}, (*names, *aliases), {}, f"test{len(aliases)}")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("names")
    (folder / "raw").mkdir()
    (folder / "raw" / "page.md").write_text(PAGE, encoding="utf-8")
    options = load_settings({"PODCAST_RAW": str(folder / "raw"), "PODCAST_WAREHOUSE": str(folder / "warehouse")})
    return build_lake(options, catalog(), datetime(2026, 1, 1, tzinfo=UTC), lambda _: None)


def inputs(lake: Lake, *tables: str) -> list[Any]:
    return [catalog() if table == "catalog" else lake.read(table) for table in tables]


def rows(lake: Lake, table: str) -> dict[str, dict[str, Any]]:
    name = "name" if table == "entity_candidates" else "surface"
    return {row[name]: row for row in lake.read(table).to_dicts()}


def test_names_without_a_mention_are_candidates_and_ordinary_words_and_places_are_not(lake):
    found = rows(lake, "entity_candidates")
    assert {"Vostok Forge", "HeatDB", "Renata Quill", "OP_COOL"} <= set(found)
    assert not {"Hammerline", "Ada Byrne", "However", "Yesterday", "Lisbon", "January", "So", "Big-Anvil"} & set(found)
    assert found["Vostok Forge"]["occurrence_count"] == 3 and found["HeatDB"]["episode_count"] == 1
    assert "So Vostok Forge" not in found


def test_a_candidate_guesses_its_kind_and_brings_its_line(lake):
    found = rows(lake, "entity_candidates")
    assert found["Vostok Forge"]["kind_guess"] == "company"
    assert "at" in found["Vostok Forge"]["kind_evidence"]
    assert found["HeatDB"]["kind_guess"] == "product"
    for row in found.values():
        (fields,) = csv.reader(io.StringIO(row["catalog_line"]))
        assert len(fields) == len(HEADERS[row["catalog_file"]])
        assert fields[0].startswith(f"{row['kind_guess']}:") and fields[1] == row["name"]


def test_a_garbled_name_is_proposed_for_the_entity_that_the_episode_names(lake):
    row = rows(lake, "alias_proposals")["Hammerlyne"]
    assert row["entity_id"] == "product:hammerline" and row["expectation"] == 1
    assert row["alias_line"] == "Hammerlyne,product:hammerline,misheard,,"


def test_every_example_leads_back_to_the_document(lake):
    tables = {table: lake.read(table) for table in ("document_texts", *EXAMPLE_TABLES)}
    result = prove_examples(tables)
    assert result.row_count > 5 and result.failure_count == 0
    contexts = pl.col("contexts").list.eval(pl.element().struct.with_fields(pl.field("char_end") + 1))
    broken = tables | {"entity_candidates": tables["entity_candidates"].with_columns(contexts)}
    assert prove_examples(broken).failure_count > 0


def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    empty = LAKE_TABLES[name].create_empty()
    frame = pl.DataFrame(rows, schema={column: empty.schema[column] for column in rows[0]} if rows else empty.schema)
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in empty.schema.items() if name not in frame.columns]
    return frame.with_columns(*missing).select(empty.columns)


def parts(frame: pl.DataFrame) -> Read:
    """Return what reads a frame as the lake's reader does."""
    return lambda columns: [frame.select(columns)]


def computed(tables: dict[str, pl.DataFrame], lake: Lake) -> dict[str, pl.DataFrame]:
    """Return the tables that are about names, made of others, and of each other."""
    made: dict[str, Any] = dict(tables)
    whole = ("copy_episodes", "copy_shows", "episode_copies", "appearance_evidence")
    texts = ("speaker_turns", "passages", "chapters", "document_texts")
    made["copy_names"] = copy_names(*[*of(made, *texts[:3], "mentions"), catalog(), made["episode_copies"]])
    places = unknown_places(parts(made["copy_names"]))
    made["unknown_names"] = unknown_names(*[*of(made, *texts, "episode_copies"), places])
    read: list[Any] = [parts(made["unknown_names"]), parts(made["copy_names"])]
    of_texts = [parts(made[name]) for name in texts[:3]]
    made["entity_candidates"] = entity_candidates(*[*read, *of_texts, catalog(), *of(made, *whole[:3])])
    readers = [lake.reader(name) for name in texts]
    made["alias_proposals"] = alias_proposals(*[*read, *readers, catalog(), *of(made, *whole)])
    return {name: made[name] for name in ("copy_names", "unknown_names", "entity_candidates", "alias_proposals")}


def of(tables: dict[str, Any], *names: str) -> list[Any]:
    return [tables[name] for name in names]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_nothing(lake, seed):
    shuffled = {name: lake.read(name).sample(fraction=1, shuffle=True, seed=seed) for name in LAKE_TABLES}
    for name, found in computed(shuffled, lake).items():
        assert found.sort(LAKE_TABLES[name].primary_key()).equals(lake.read(name)), name


def test_empty_tables_give_empty_tables(lake):
    empty = {name: lake.read(name).clear() for name in LAKE_TABLES}
    for name, found in computed(empty, lake).items():
        assert found.is_empty(), name


def texts(*written: str) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return turns, passages, chapters and mentions of a copy that has these titles and nothing else."""
    passages = table(
        "passages",
        [
            {
                "copy_id": "c", "document_id": "d", "passage_id": f"p{at}", "field": "title", "text": text,
                "char_start": at, "char_end": at + len(text),
            }
            for at, text in enumerate(written)
        ],
    )  # fmt: skip
    return table("speaker_turns", []), passages, table("chapters", []), table("mentions", [])


PIECES = st.sampled_from(
    [
        *("Ada Byrne", "byrne", "So", "the", "of", "Kettle", "kettle's", "OP_COOLs", "J. Quill", "Coca-Cola", "iPhone"),
        *("“Vostok", "Forge”,", "Gemini 2", "Node.js", "https://a.example/Big-Anvil", "it’s", "Don't", "&", "É", "Örn"),
        *("-", "", ".", "a_B", "And", "I", "Hammerlyne", "hammerlyne", "R&D", "5", "=Xerxes", "rock'n'roll", "x" * 50),
    ]
)
TEXTS = st.lists(PIECES, max_size=14).flatmap(
    lambda words: st.lists(
        st.sampled_from([" ", " ", " ", "  ", "\n", "."]), min_size=len(words), max_size=len(words)
    ).map(lambda gaps: "".join(word + gap for word, gap in zip(words, gaps, strict=True)))
)


@settings(max_examples=150)
@given(st.one_of(TEXTS, st.text(alphabet="AaZz Ée'’.-&/_5\n,", max_size=80)))
def test_what_is_read_chunk_by_chunk_is_what_the_whole_text_holds(text):
    scanned = copy_names(*texts(text), catalog(), table("episode_copies", []))
    parts_of = {name: exploded(scanned, name).to_dicts() for name in ("runs", "words", "spoken")}
    found = {(run["start"], run["surface"]): run["is_mid_sentence"] for run in parts_of["runs"]}
    # Those of the runs of the whole text that nothing around them spoils and that may hold a name in some corpus.
    is_ended = re.compile(r"['’](?!s\b)\w|[@_\w]|\.[a-z]")
    for match in RUN.finditer(text):
        is_spoilt = is_ended.match(text, match.end()) or text[match.start() - 1 : match.start()] in tuple(".-=")
        if match.group() in ("Ada Byrne", "Vostok", "Kettle", "Hammerlyne") and not is_spoilt:
            before = text[max(0, match.start() - 2) : match.start()]
            is_mid = len(before) == 2 and before[1] == " " and (before[0].isalnum() or before[0] == ",")
            assert found[match.start(), match.group()] == is_mid
    for start, surface in found:
        assert text[start : start + len(surface)] == surface
        assert surface.islower() or RUN.match(text, start) is not None
    lower = Counter(
        word.replace("’", "'").removesuffix("'s") for word in re.findall(r"\b[a-zß-öø-ÿ]+(?:['’][a-z]+)?", text)
    )
    capitalised = Counter(word.lower() for word in re.findall(r"(?<=[\w,] )[A-ZÀ-ÖØ-Þ][^\W\d_]*", text))
    counted = {row["word"]: (row["lower"], row["capitalised"]) for row in parts_of["words"]}
    for word in lower.keys() | capitalised.keys():
        if word in counted or not is_always_ordinary(word):
            assert counted[word] == (lower[word], capitalised[word])
    assert counted.keys() <= lower.keys() | capitalised.keys()
    for row in parts_of["spoken"]:
        start, end = row["start"], row["start"] + len(row["word"])
        assert text[start:end] == row["surface"]
        assert (row["before"], row["after"]) == sides(text[:start], text[end:])


@settings(max_examples=60)
@given(st.one_of(TEXTS, st.text(alphabet="AaZz Ée'’.-&/_5\n", max_size=80)))
def test_places_lie_in_their_text_and_hold_their_name(text):
    tables = texts(text)
    scanned = copy_names(*tables, catalog(), table("episode_copies", []))
    places = unknown_places(parts(scanned))
    documents = table("document_texts", [{"document_id": "d", "text": text}])
    names = unknown_names(*tables[:3], documents, table("episode_copies", []), places)
    for row in names.to_dicts():
        end = row["start"] + len(row["surface"])
        assert text[row["start"] : end] == row["surface"]
        assert row["surface"].replace("’", "'").lower() == row["key"]
        assert text[: row["start"]].endswith(row["before"]) and text[end:].startswith(row["after"])
        assert (row["char_start"], row["char_end"]) == (row["start"], end)


def test_the_row_of_a_copy_is_the_same_whatever_is_scanned_with_it():
    _, passages, *_ = texts(
        "Zeta Vostok and Ada Byrne said hammerlyne forge, a kettle.", "Alpha of Kettle. So kettles."
    )
    others = passages.with_columns(pl.lit("b").alias("copy_id"), pl.lit("Kettle and zeta, Quill forge.").alias("text"))
    alone, together = (
        copy_names(
            table("speaker_turns", []), frame, table("chapters", []), table("mentions", []), catalog(),
            table("episode_copies", []),
        )
        for frame in (passages, pl.concat([others, passages]))
    )  # fmt: skip
    assert together.filter(pl.col("copy_id") == "c").equals(alone) and together.height == 2


def test_what_other_copies_say_decides_what_a_run_holds():
    def found(*written: str) -> set[str]:
        scanned = copy_names(*texts(*written), catalog(), table("episode_copies", []))
        return set(unknown_places(parts(scanned))["key"])

    assert "mempool" in found("Mempool is big.")
    assert "mempool" not in found("Mempool is big.", "a mempool, this mempool")


def test_of_phrases_that_overlap_the_first_and_longest_counts_and_no_part_of_a_word():
    _, passages, *_ = texts("open source tools, opensource, an open source", "reopen source", "Open Source")
    phrases = ["open source", "open source tools", "source tools"]
    empty = parts(table("speaker_turns", [])), parts(passages), parts(table("chapters", []))
    counted = lower_case_phrases(phrases, empty, table("episode_copies", []))
    assert dict(counted) == {"open source tools": 1, "open source": 1}


def test_copies_in_other_languages_are_left_out(lake):
    turns, passages, chapters = inputs(lake, "speaker_turns", "passages", "chapters")
    copies = lake.read("episode_copies").with_columns(pl.lit("de").alias("language"))
    assert text_units(turns, passages, chapters, copies).is_empty()
    assert not text_units(turns, passages, chapters).is_empty()


@pytest.mark.parametrize(
    ("one", "other"),
    [("Klein", "Cline"), ("Devon", "Devin"), ("Alad", "Elad"), ("MADX", "MatX"), ("No Priers", "No Priors")],
)
def test_names_that_recognisers_confuse_sound_alike(one, other):
    assert sound_key(one) == sound_key(other)


@given(st.text(max_size=30))
def test_sound_keys_are_stable_and_a_sound_apart_is_found(text):
    key = sound_key(text)
    assert key == sound_key(text.upper().lower()) or not text.isascii()
    assert all(key in near_keys(key[:n] + "x" + key[n:]) for n in range(len(key)))


@given(st.lists(st.text(alphabet="aeghkmnptwxczys'1é İ", max_size=12), max_size=6))
def test_sound_keys_of_many_are_those_of_each(names):
    assert sound_keys(names) == [sound_key(name) for name in names]


@pytest.mark.parametrize(
    ("name", "around", "kind"),
    [
        ("Vostok", [("the ceo of ", " said")], "company"),
        ("Vostok Labs", [("", "")], "company"),
        ("Kettle", [("built with ", " in a week")], "product"),
        ("HeatDB", [("", "")], "product"),
        ("Renata Quill", [("", "")], "person"),
        ("Cold Iron", [("on the ", " podcast"), ("an episode of ", ".")], "show"),
    ],
)
def test_the_kind_follows_the_words_around_and_inside(name, around, kind):
    assert guess_kind(name, around, frozenset({"renata"})).kind == kind


def test_word_lists_tell_ordinary_words():
    assert is_common_word("however") and is_common_word("hammers") and is_common_word("tokens'")
    assert not is_common_word("kubernetes") and not is_common_word("hammer", max_rank=100)
    assert {"lisbon", "january", "german"} <= place_words()
    assert word_ranks()["the"] == 0 and len(word_ranks()) > 29_000


def test_preview_tells_what_a_new_alias_would_change_and_writes_nothing(lake: Lake, tmp_path: Path):
    before = lake.fingerprint("mentions")
    added = Alias("Hammerlyne", "product:hammerline", "misheard")
    assert "hammerlyne" in changed_names(catalog(), catalog(added))
    change = preview(lake, catalog(), catalog(added))
    assert change.appeared["surface"].to_list() == ["Hammerlyne"]
    assert change.vanished.is_empty() and change.relinked.is_empty() and change.risks == []
    assert preview(lake, catalog(added), catalog()).vanished["surface"].to_list() == ["Hammerlyne"]
    assert "1 mentions appear" in render(change, 5) and lake.fingerprint("mentions") == before
    risky = preview(lake, catalog(), catalog(Alias("Better", "product:hammerline", "exact")))
    assert [risk.alias.alias for risk in risky.risks] == ["Better"]


def test_preview_without_a_change_looks_at_nothing(lake: Lake):
    change = preview(lake, catalog(), catalog())
    assert change.copy_count == 0 and change.appeared.is_empty()
