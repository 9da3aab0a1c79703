"""The lake keeps its contracts, and knows what its tables were made from."""

from __future__ import annotations

import dataframely as dy
import polars as pl
import pytest

from orchestration.io.lake import Lake
from orchestration.transforms import parts
from orchestration.transforms.parts import Of, Together, folded, made, run_here, summed_up

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


MADE: list[int] = []


def longest(part: pl.DataFrame) -> pl.DataFrame:
    MADE.append(part.height)
    return part.select(pl.col("text").str.len_chars().max().alias("length"))


@pytest.fixture
def in_parts(tmp_path):
    """Return a lake whose texts stand in two parts, and a function that writes the second anew."""
    MADE.clear()
    lake = Lake(tmp_path)

    def write(text: str) -> None:
        parts = [ROWS, pl.DataFrame({"document_id": ["c"], "text": [text]})]
        written = {
            bucket: lake.write_part("document_texts", bucket, lake.checked("document_texts", rows), "key")
            for bucket, rows in enumerate(parts)
        }
        lake.record("document_texts", written, "key")

    write("three")
    return lake, write


def sums(lake: Lake) -> list[int]:
    read = summed_up(lake.reader("document_texts"), longest, Of(["document_id", "text"]))
    return [part.item() for part in made(read, ["length"], run_here)(["length"])]


def test_what_is_made_of_a_part_is_kept_until_the_part_changes(in_parts):
    lake, write = in_parts
    assert (sums(lake), MADE) == ([3, 5], [2, 1])
    assert (sums(lake), MADE) == ([3, 5], [2, 1])
    write("fourteen")
    assert (sums(lake), MADE) == ([3, 8], [2, 1, 1])


@pytest.mark.parametrize("content", [b"", b"no Parquet", None])
def test_what_was_made_of_a_part_and_is_damaged_or_gone_is_made_again(in_parts, content):
    lake, _ = in_parts
    sums(lake)
    for file in (lake.folder / "state" / "document_texts").iterdir():
        file.unlink()
        if content is not None:
            file.write_bytes(content)
    assert (sums(lake), MADE) == ([3, 5], [2, 1, 2, 1])


def test_what_was_made_is_not_trusted_once_something_went_wrong(in_parts):
    lake, _ = in_parts
    sums(lake)
    assert lake.damaged() == []
    assert (sums(lake), MADE) == ([3, 5], [2, 1, 2, 1])


def test_sums_are_those_of_a_table_or_of_frames_at_hand(in_parts):
    lake, _ = in_parts
    reader = lake.reader("document_texts")
    for read in (reader, Together((reader,)), lambda columns: [part.select(columns) for part in reader(columns)]):
        lengths = summed_up(read, longest, Of(["document_id", "text"]))
        assert [part.item() for part in made(lengths, ["length"], run_here)(["length"])] == [3, 5]


def longest_of_all(lengths: pl.DataFrame) -> pl.DataFrame:
    """Return the greatest of some lengths."""
    return lengths.max()


def folded_sums(lake: Lake) -> list[int]:
    read = summed_up(lake.reader("document_texts"), longest, Of(["document_id", "text"]), longest_of_all)
    return [part.item() for part in made(read, ["length"], run_here)(["length"])]


def test_sums_of_several_parts_are_kept_as_one(in_parts):
    lake, write = in_parts
    assert (folded_sums(lake), MADE) == ([5], [2, 1])
    assert (folded_sums(lake), MADE) == ([5], [2, 1])
    write("fourteen")
    assert (folded_sums(lake), MADE) == ([8], [2, 1, 1])
    for file in (lake.folder / "state" / "document_texts").glob("sums-together-*"):
        file.write_bytes(b"no Parquet")
    assert (folded_sums(lake), MADE) == ([8], [2, 1, 1])
    assert lake.damaged() == []
    assert (folded_sums(lake), MADE) == ([8], [2, 1, 1, 2, 1])


def test_sums_are_folded_for_so_many_buckets_each_whichever_are_there(tmp_path):
    lake = Lake(tmp_path)
    texts = {0: "a", 15: "bb", 16: "ccc", 40: "dddd", 47: "eeeee"}
    parts = {}
    for bucket, text in texts.items():
        rows = lake.checked("document_texts", pl.DataFrame({"document_id": [text], "text": [text]}))
        parts[bucket] = lake.write_part("document_texts", bucket, rows, "key")
    lake.record("document_texts", parts, "key")
    assert folded_sums(lake) == [2, 3, 5]
    lake.record("document_texts", {bucket: parts[bucket] for bucket in (0, 16, 47)}, "key")
    assert folded_sums(lake) == [1, 3, 5]


def longer_than(part: pl.DataFrame, beside: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Return the texts of a part and of the one beside it that are as long as is given."""
    MADE.append(part.height)
    texts = pl.concat([part.select("text"), beside.select("text")])
    return texts.filter(pl.col("text").str.len_chars() >= given.item())


@pytest.mark.parametrize("is_kept", [True, False])
def test_sums_of_two_tables_and_a_frame_follow_each_of_them(in_parts, is_kept):
    lake, write = in_parts

    def asked(least: int) -> list[list[str]]:
        reader = lake.reader("document_texts")
        other = reader if is_kept else lambda columns: [part.select(columns) for part in reader(columns)]
        of = Of(["text"], other, ("text",), pl.DataFrame({"least": [least]}))
        return [part["text"].to_list() for part in summed_up(other, longer_than, of)(["text"])]

    assert asked(4) == asked(4) == [[], ["three", "three"]]
    assert asked(3) == [["one", "two", "one", "two"], ["three", "three"]]
    assert len(MADE) == (4 if is_kept else 6)
    write("fourteen")
    assert asked(3) == [["one", "two", "one", "two"], ["fourteen", "fourteen"]]
    assert len(MADE) == (5 if is_kept else 8)


def test_what_is_folded_as_it_is_read_is_what_all_of_it_makes(monkeypatch):
    frames = [pl.DataFrame({"word": [f"w{n % 7}", f"w{n % 3}"], "count": [n, 1]}) for n in range(50)]

    def summed(rows: pl.DataFrame) -> pl.DataFrame:
        held.append(rows.height)
        return rows.group_by("word").agg(pl.col("count").sum())

    whole = pl.concat(frames).group_by("word").agg(pl.col("count").sum()).sort("word")
    for rows_held, most in ((1_000_000, 100), (10, 40)):
        held: list[int] = []
        monkeypatch.setattr(parts, "_ROWS_HELD", rows_held)
        assert folded(iter(frames), summed).sort("word").equals(whole)
        assert max(held) <= most
