"""Names that the catalogue lacks or hears wrongly: what is found, what is ranked, and that every example proves."""

from __future__ import annotations

import csv
import io
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
from orchestration.settings import load_settings
from orchestration.transforms.entity_candidates import entity_candidates
from orchestration.transforms.kind_guess import guess_kind
from orchestration.transforms.name_miner import alias_proposals
from orchestration.transforms.sound import near_keys, sound_key
from orchestration.transforms.unknown_names import find_unknown_names, text_units

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


CANDIDATE_INPUTS = (
    "speaker_turns",
    "passages",
    "chapters",
    "mentions",
    "document_texts",
    "catalog",
    "copy_episodes",
    "copy_shows",
    "episode_copies",
)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_nothing(lake, seed):
    shuffled: list[Any] = [
        table.sample(fraction=1, shuffle=True, seed=seed) if isinstance(table, pl.DataFrame) else table
        for table in inputs(lake, *CANDIDATE_INPUTS, "appearance_evidence")
    ]
    stored = lake.read("entity_candidates").sort("candidate_id")
    assert entity_candidates(*shuffled[:-1]).sort("candidate_id").equals(stored)
    assert alias_proposals(*shuffled).sort("proposal_id").equals(lake.read("alias_proposals").sort("proposal_id"))


def test_empty_tables_give_empty_tables(lake):
    empty: list[Any] = [t.clear() if isinstance(t, pl.DataFrame) else t for t in inputs(lake, *CANDIDATE_INPUTS)]
    assert entity_candidates(*empty).is_empty()
    with_people: list[Any] = [*empty, lake.read("appearance_evidence").clear()]
    assert alias_proposals(*with_people).is_empty()


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="AaZz Ée'’.-&/_5\n", max_size=80))
def test_places_lie_in_their_text_and_hold_their_name(text):
    units = pl.DataFrame(
        [{"copy_id": "c", "document_id": "d", "field": "title", "unit_id": "u", "text": text, "char_start": 0}],
    ).with_columns(pl.lit(len(text)).alias("char_end"))
    mentions = pl.DataFrame(
        schema={
            "copy_id": pl.String,
            "field": pl.String,
            "turn_id": pl.String,
            "passage_id": pl.String,
            "chapter_id": pl.String,
            "text_start": pl.Int64,
            "text_end": pl.Int64,
            "entity_id": pl.String,
            "entity_type": pl.String,
        }
    )
    found = find_unknown_names(units, mentions)
    for key, places in found.names.items():
        for place in places:
            assert 0 <= place.start < place.end <= len(text)
            assert text[place.start : place.end].replace("’", "'").lower() == key


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
