"""What became of the mentions between two releases, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from orchestration import mention_changes as module
from orchestration.mention_changes import MENTION_CHANGES_SCHEMA, MentionChanges, mention_changes

MENTIONS = {
    "mention_id": pl.String,
    "document_id": pl.String,
    "episode_id": pl.String,
    "field": pl.String,
    "entity_id": pl.String,
    "entity_type": pl.String,
    "entity_name": pl.String,
    "surface": pl.String,
    "context": pl.String,
    "speaker_person_id": pl.String,
    "speaker_role": pl.String,
    "start_s": pl.Float64,
    "segment_kind": pl.String,
    "match_rule": pl.String,
    "confidence": pl.Float64,
    "char_start": pl.Int64,
}
RUN = {"release_id": "000001", "method_versions": json.dumps({"parse": "a"}), "catalog_version": "c"}
Documents = dict[str, list[str]]


def mention(name: str, document: str, entity: str = "acme", context: str = "We met Acme.", **other: Any) -> dict:
    return {
        "mention_id": f"{document}-{name}",
        "document_id": document,
        "episode_id": "e",
        "field": "transcript",
        "entity_id": f"company:{entity}",
        "entity_type": "company",
        "entity_name": entity.title(),
        "surface": entity.title(),
        "context": context,
        "segment_kind": "content",
        "match_rule": "alias",
        "char_start": sum(map(ord, name)),
        **other,
    }


@pytest.fixture
def compare(tmp_path):
    def compared(
        old: tuple[Documents, list[dict]], new: tuple[Documents, list[dict]], **run: Any
    ) -> MentionChanges | None:
        folder = tmp_path / "parquet"
        _write(folder, "documents", _documents(old[0]))
        _write(folder, "mentions", pl.DataFrame(old[1], schema=MENTIONS))
        _write(folder, "pipeline_runs", pl.DataFrame([RUN]))
        with duckdb.connect() as connection:
            for table, frame in (
                ("documents", _documents(new[0])),
                ("mentions", pl.DataFrame(new[1], schema=MENTIONS)),
            ):
                connection.register("frame", frame.to_arrow())
                connection.execute(f"create table {table} as from frame")
            return mention_changes(connection, "000002", {**RUN, **run}, tmp_path, "000001")

    return compared


def _documents(documents: Documents) -> pl.DataFrame:
    rows = {"document_id": list(documents), "paths": list(documents.values())}
    return pl.DataFrame(rows, schema={"document_id": pl.String, "paths": pl.List(pl.String)})


def _write(folder: Path, table: str, frame: pl.DataFrame) -> None:
    folder.mkdir(exist_ok=True)
    frame.write_parquet(folder / f"{table}.parquet")


def told(changes: MentionChanges | None) -> list[tuple]:
    assert changes is not None
    assert changes.rows.schema == pl.Schema(MENTION_CHANGES_SCHEMA)
    return changes.rows.select("change", "cause", "previous_mention_id", "mention_id", "changed_columns").rows()


A: Documents = {"a": ["a.txt"]}


def test_nothing_changed(compare):
    release = (A, [mention("x", "a"), mention("y", "a")])
    changes = compare(release, release)
    assert told(changes) == [] and changes.counts == {}


def test_new_and_removed_documents_say_so(compare):
    changes = compare((A, [mention("x", "a")]), ({"b": ["b.txt"]}, [mention("x", "b"), mention("y", "b")]))
    assert told(changes) == [
        ("appeared", "new_document", None, "b-x", None),
        ("appeared", "new_document", None, "b-y", None),
        ("vanished", "document_removed", "a-x", None, None),
    ]
    assert changes.counts == {"appeared": 2, "vanished": 1}
    assert set(changes.rows["path"]) == {"a.txt", "b.txt"}


def test_a_renamed_document_changes_nothing(compare):
    mentions = [mention("x", "a")]
    assert told(compare((A, mentions), ({"a": ["elsewhere/a.txt"]}, mentions))) == []


def test_an_edited_document_has_only_the_changes_of_the_edit(compare):
    old = [mention("p", "a", context="One."), mention("q", "a", context="Two."), mention("r", "a", context="Three.")]
    # Everything moved down; a sentence was corrected, one lost, one with another company written.
    new = [
        mention("pp", "b", context="One.", episode_id="other"),
        mention("qq", "b", context="Two, corrected."),
        mention("ss", "b", "bolt", context="Four."),
    ]
    assert told(compare((A, old), ({"b": ["a.txt"]}, new))) == [
        ("appeared", "document_changed", None, "b-ss", None),
        ("changed", "document_changed", "a-q", "b-qq", ["context"]),
        ("vanished", "document_changed", "a-r", None, None),
    ]


def test_equal_sentences_are_paired_in_order(compare):
    old = [mention("p", "a", start_s=1.0), mention("q", "a", start_s=2.0)]
    new = [mention("p", "b", start_s=1.0), mention("q", "b", start_s=2.0), mention("r", "b", start_s=3.0)]
    assert told(compare((A, old), ({"b": ["a.txt"]}, new))) == [("appeared", "document_changed", None, "b-r", None)]


@pytest.mark.parametrize(
    ("run", "other_documents", "cause"),
    [
        ({"method_versions": json.dumps({"parse": "b"})}, {}, "method_version"),
        ({"catalog_version": "d"}, {}, "catalog"),
        ({}, {"z": ["z.txt"]}, "other_files"),
        ({}, {}, "other_files"),
        ({"catalog_version": "d"}, {"z": ["z.txt"]}, "catalog+other_files"),
        (
            {"method_versions": json.dumps({"parse": "b"}), "catalog_version": "d"},
            {"z": ["z.txt"]},
            "method_version+catalog+other_files",
        ),
    ],
)
def test_in_a_document_that_stayed_the_cause_is_all_that_differs(compare, run, other_documents, cause):
    old = [mention("p", "a"), mention("q", "a", "bolt")]
    new = [mention("p", "a", speaker_role="guest", confidence=0.9), mention("s", "a", "coil")]
    assert told(compare((A, old), ({**A, **other_documents}, new), **run)) == [
        ("appeared", cause, None, "a-s", None),
        ("changed", cause, "a-p", "a-p", ["speaker_role", "confidence"]),
        ("vanished", cause, "a-q", None, None),
    ]


def test_labels_of_speakers_are_left_out(compare):
    assert told(compare((A, []), (A, [mention("x", "a", field="speaker_label")]))) == []


def test_many_alike_have_a_bounded_number_of_rows_and_are_all_counted(compare, monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 3)
    new = [mention(f"m{number}", "b") for number in range(10)]
    changes = compare((A, []), ({**A, "b": ["b.txt"]}, new))
    assert changes.rows["alike_count"].to_list() == [10, 10, 10]
    assert changes.counts == {"appeared": 10}


def test_the_same_two_releases_give_the_same_rows(compare):
    old, new = (A, [mention("p", "a")]), ({"b": ["b.txt"]}, [mention("q", "b"), mention("r", "b")])
    first, second = compare(old, new), compare(old, (new[0], new[1][::-1]))
    assert first.rows.equals(second.rows)
    assert first.rows["change_id"].n_unique() == 3


def test_changes_are_not_left_out_for_want_of_memory(compare, monkeypatch):
    def fill(*_):
        raise duckdb.OutOfMemoryException("failed to allocate data")

    monkeypatch.setattr("orchestration.mention_changes._prepare", fill)
    with pytest.raises(duckdb.OutOfMemoryException):
        compare((A, []), (A, []))


def test_a_release_that_cannot_be_compared_is_no_reason_to_fail(compare, tmp_path):
    release = (A, [mention("x", "a")])
    assert compare(release, release) is not None
    with duckdb.connect() as connection:
        assert mention_changes(connection, "000002", RUN, tmp_path / "nowhere", "000001") is None
        (tmp_path / "parquet" / "mentions.parquet").write_bytes(b"half of a file")
        assert mention_changes(connection, "000002", RUN, tmp_path, "000001") is None
