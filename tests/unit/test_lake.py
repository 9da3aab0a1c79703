"""The lake keeps its contracts, and knows what its tables were made from."""

from __future__ import annotations

import dataframely as dy
import polars as pl
import pytest

from orchestration.io.lake import Lake

ROWS = pl.DataFrame({"document_id": ["b", "a"], "text": ["two", "one"]})


def test_rows_come_back_in_the_order_of_their_key(tmp_path):
    lake = Lake(tmp_path)
    lake.write("document_texts", ROWS, "key")
    assert lake.read("document_texts").rows() == [("a", "one"), ("b", "two")]
    assert lake.row_count("document_texts") == 2


def test_equal_rows_have_an_equal_fingerprint_whatever_their_order(tmp_path):
    lake = Lake(tmp_path)
    lake.write("document_texts", ROWS, "key")
    first = lake.fingerprint("document_texts")
    lake.write("document_texts", ROWS.reverse(), "other")
    assert lake.fingerprint("document_texts") == first != ""
    lake.write("document_texts", ROWS.head(1), "other")
    assert lake.fingerprint("document_texts") != first


def test_a_broken_contract_leaves_the_old_table(tmp_path):
    lake = Lake(tmp_path)
    lake.write("document_texts", ROWS, "key")
    with pytest.raises(dy.exc.ValidationError):
        lake.write("document_texts", pl.DataFrame({"document_id": ["a", "a"], "text": ["x", "y"]}), "key")
    assert lake.row_count("document_texts") == 2


def test_a_table_is_current_only_for_its_own_key_and_while_its_file_is_there(tmp_path):
    lake = Lake(tmp_path)
    assert not lake.is_current("document_texts", "key")
    lake.write("document_texts", ROWS, "key")
    assert lake.is_current("document_texts", "key")
    assert not lake.is_current("document_texts", "other")
    lake.path("document_texts").unlink()
    assert not lake.is_current("document_texts", "key")


def test_a_damaged_state_means_unknown(tmp_path):
    lake = Lake(tmp_path)
    lake.write("document_texts", ROWS, "key")
    (tmp_path / "document_texts" / "stage.json").write_text("{")
    assert not lake.is_current("document_texts", "key")
    assert lake.fingerprint("document_texts") == ""


def test_a_folder_may_be_named_as_patterns_are(tmp_path):
    lake = Lake(tmp_path / "a[x]*?{1}")
    lake.write("document_texts", ROWS, "key")
    assert lake.read("document_texts").rows() == [("a", "one"), ("b", "two")]
    assert lake.head("document_texts", 1).rows() == [("a", "one")]
    assert lake.read_rows("document_texts", 0, "document_id", ["b"]).rows() == [("b", "two")]


def test_a_table_without_contract_is_an_error(tmp_path):
    with pytest.raises(KeyError, match="orchestration/schemas"):
        Lake(tmp_path).path("nonsense")
