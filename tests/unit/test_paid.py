"""The measure of paid speech on a lake of one document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from orchestration.evaluation.paid import PaidLabelsError, main, measure
from orchestration.schemas.tables import LAKE_TABLES

TEXT = "notes by acme today. one two three four five six seven eight nine ten"
SPEECH = TEXT.index("one")


def write_lake(folder: Path, spans: list[tuple[str, str]]) -> Path:
    """Write a lake whose document has `spans`, each a kind and the words that it covers."""
    tables: dict[str, list[dict[str, Any]]] = {
        "documents": [{"document_id": "d", "paths": ["folder/talk.txt"]}],
        "document_texts": [{"document_id": "d", "text": TEXT}],
        "segments": [{"document_id": "d", "is_speech": True, "char_start": SPEECH, "char_end": len(TEXT)}],
        "kind_spans": [
            {
                "document_id": "d",
                "segment_kind": kind,
                "char_start": TEXT.index(words),
                "char_end": TEXT.index(words) + len(words),
            }
            for kind, words in spans
        ],
    }
    for name, rows in tables.items():
        (folder / name).mkdir()
        frame = pl.DataFrame(rows, schema=LAKE_TABLES[name].create_empty().schema, strict=False)
        frame.write_parquet(folder / name / "data.parquet")
    return folder


def write_labels(folder: Path, stretches: list[tuple[str, str, str]], file: str = "talk.txt") -> Path:
    rows = [
        {"kind": kind, "place": place, "char_start": TEXT.index(words), "char_end": TEXT.index(words) + len(words)}
        for kind, place, words in stretches
    ]
    path = folder / "labels.json"
    copy = {"file": file, "half": "dev", "char_start": 0, "char_end": len(TEXT), "stretches": rows}
    path.write_text(json.dumps([copy]), encoding="utf-8")
    return path


def test_stretches_and_words_are_counted_by_place_and_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    lake = write_lake(tmp_path, [("sponsor", "notes by acme"), ("promo", "three four five six"), ("intro", "eight")])
    labels = write_labels(
        tmp_path, [("sponsor", "notes", "by acme"), ("sponsor", "speech", "five six seven"), ("intro", "speech", "ten")]
    )
    found = {(f.source, f.rule, f.measure): (f.right, f.total) for f in measure(labels, lake) if f.total}
    assert found == {
        ("dev notes", "sponsor", "precision"): (1, 1),
        ("dev notes", "sponsor", "recall"): (1, 1),
        ("dev notes", "sponsor", "precision_of_words"): (2, 3),
        ("dev notes", "sponsor", "recall_of_words"): (2, 2),
        ("dev notes", "paid", "precision"): (1, 1),
        ("dev notes", "paid", "recall"): (1, 1),
        ("dev notes", "paid", "precision_of_words"): (2, 3),
        ("dev notes", "paid", "recall_of_words"): (2, 2),
        ("dev speech", "sponsor", "recall"): (0, 1),
        ("dev speech", "sponsor", "recall_of_words"): (0, 3),
        ("dev speech", "promo", "precision"): (0, 1),
        ("dev speech", "promo", "precision_of_words"): (0, 4),
        # Sponsor or promo: either is left out of what is earned.
        ("dev speech", "paid", "precision"): (1, 1),
        ("dev speech", "paid", "recall"): (1, 1),
        ("dev speech", "paid", "precision_of_words"): (2, 4),
        ("dev speech", "paid", "recall_of_words"): (2, 3),
        ("dev speech", "intro", "precision"): (0, 1),
        ("dev speech", "intro", "recall"): (0, 1),
        ("dev speech", "intro", "precision_of_words"): (0, 1),
        ("dev speech", "intro", "recall_of_words"): (0, 1),
    }
    assert main([str(labels), "--lake", str(lake)]) == 0
    assert "dev notes    paid     precision" in capsys.readouterr().out


def test_labels_that_do_not_fit_are_told(tmp_path: Path):
    lake = write_lake(tmp_path, [])
    with pytest.raises(PaidLabelsError, match=r"not in the lake: other\.txt"):
        measure(write_labels(tmp_path, [], file="other.txt"), lake)
    (tmp_path / "labels.json").write_text("no")
    with pytest.raises(PaidLabelsError, match="cannot be read as JSON"):
        measure(tmp_path / "labels.json", lake)
    with pytest.raises(PaidLabelsError, match="no documents"):
        measure(write_labels(tmp_path, []), tmp_path / "nowhere")
