"""The proof finds every way in which a row can part from its source."""

from __future__ import annotations

from typing import Any

import polars as pl

from orchestration.proof import PROVEN_TABLES, prove
from orchestration.schemas.tables import LAKE_TABLES

TEXT = "Ada: Chris\n0:19Hay &amp; co.  Yes.No\n"


def tables(**rows: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    """Return the proven tables with the columns that the proof reads; `rows` are completed with the document."""
    frames = {}
    for table in PROVEN_TABLES:
        given = [{"document_id": "d"} | row for row in rows.get(table, [])]
        frames[table] = pl.DataFrame(given, schema=LAKE_TABLES[table].create_empty().schema, strict=False)
    frames["document_texts"] = pl.DataFrame([{"document_id": "d", "text": TEXT}])
    return frames


def turn(text: str, *spans: tuple[int, int]) -> dict[str, Any]:
    return {
        "turn_id": "t",
        "text": text,
        "char_start": spans[0][0],
        "char_end": spans[-1][1],
        "spans": [{"char_start": a, "char_end": b, "text_start": 0, "start_s": None} for a, b in spans],
    }


GOOD_TURN = turn("Chris Hay & co. Yes. No", (5, 10), (15, 36))


def mention(surface: str, text_start: int, char_start: int, char_end: int) -> dict[str, Any]:
    return {
        "turn_id": "t",
        "field": "transcript",
        "surface": surface,
        "text_start": text_start,
        "text_end": text_start + len(surface),
        "char_start": char_start,
        "char_end": char_end,
    }


def failures(**rows: list[dict[str, Any]]) -> int:
    return prove(tables(**rows)).failure_count


def test_tidied_text_is_proven():
    result = prove(tables(speaker_turns=[GOOD_TURN], segments=[{"text": "Chris", "char_start": 5, "char_end": 10}]))
    assert (result.row_count, result.failure_count) == (2, 0)


def test_a_changed_letter_a_wrong_range_and_an_unknown_document_fail():
    assert failures(segments=[{"text": "Chriz", "char_start": 5, "char_end": 10}]) == 1
    assert failures(segments=[{"text": "Chris", "char_start": 6, "char_end": 11}]) == 1
    assert failures(segments=[{"text": "Chris", "char_start": 5, "char_end": 1000}]) == 1
    assert failures(segments=[{"document_id": "x", "text": "Chris", "char_start": 5, "char_end": 10}]) == 1
    assert failures(segments=[{"text": "x", "char_start": 5, "char_end": 5}]) == 1


def test_a_cue_without_words_is_nothing_at_its_place():
    assert failures(segments=[{"text": "", "char_start": 5, "char_end": 5}]) == 0


def test_a_turn_must_be_its_spans_in_order():
    assert failures(speaker_turns=[turn("Chris", (5, 10), (15, 36))]) == 1
    assert failures(speaker_turns=[GOOD_TURN | {"char_start": 4}]) == 1
    assert failures(speaker_turns=[turn("Hay & co. Yes. No Chris", (15, 36), (5, 10))]) == 1


def test_a_mention_may_be_broken_by_a_time_but_must_stand_in_its_turn():
    assert failures(speaker_turns=[GOOD_TURN], mentions=[mention("Chris Hay", 0, 5, 18)]) == 0
    assert failures(speaker_turns=[GOOD_TURN], mentions=[mention("Chris Hay", 1, 5, 18)]) == 1
    assert failures(speaker_turns=[GOOD_TURN], mentions=[mention("Chris Hay", 0, 5, 17)]) == 1
    assert failures(mentions=[mention("Chris Hay", 0, 5, 18)]) == 1


def test_what_a_sidecar_states_has_no_characters_and_nothing_else_is_without():
    stated = {"copy_id": "c", "person_index": 0, "name": "Ada", "role": "host", "source": "sidecar"}
    evidence = {"copy_id": "c", "kind": "stated", "quote": "Ada", "role": "host"}
    assert failures(stated_people=[stated], appearance_evidence=[evidence]) == 0
    assert failures(appearance_evidence=[evidence]) == 1
    assert failures(stated_people=[stated], appearance_evidence=[evidence | {"quote": "Bob"}]) == 1
    assert failures(stated_people=[stated], appearance_evidence=[evidence | {"role": "guest"}]) == 1
    assert failures(stated_people=[stated], appearance_evidence=[evidence | {"kind": "roster"}]) == 1
    assert failures(stated_people=[stated], appearance_evidence=[evidence | {"char_start": 0}]) == 1
    assert failures(stated_people=[stated | {"char_start": 0, "char_end": 3}]) == 1
    assert failures(stated_people=[stated | {"source": "feed"}]) == 1
    assert failures(stated_people=[stated | {"source": "feed", "char_start": 0, "char_end": 3}]) == 0


def test_failures_say_where():
    (failure,) = prove(tables(links=[{"url": "x", "char_start": 5, "char_end": 10}])).failures
    assert failure.startswith("links: document d characters 5-10")
