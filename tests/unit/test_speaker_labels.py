"""Labels of diarization: who is behind `Speaker 0`."""

from __future__ import annotations

import polars as pl
import pytest

from orchestration.schemas.copy_alignments import CopyAlignments
from orchestration.schemas.copy_shows import CopyShows
from orchestration.schemas.episode_copies import EpisodeCopies
from orchestration.schemas.passages import Passages
from orchestration.schemas.segments import Segments
from orchestration.transforms.diarized_labels import is_diarized
from orchestration.transforms.speaker_labels import speaker_labels
from tests.unit.test_unnamed_speakers import catalog

Line = tuple[str, str]


def labels_of(
    *copies: list[Line], alignments: pl.DataFrame | None = None
) -> dict[tuple[str, str], tuple[str | None, str, list[str] | None]]:
    rows, heads, shows = [], [], []
    for number, lines in enumerate(copies):
        key, at, last = "ab"[number], 0, None
        heads.append({"copy_id": key, "document_id": key, "copy_index": 0})
        shows.append({"copy_id": key, "show_id": "show:two-lamps", "show_name": "Two Lamps", "is_primary": True})
        for index, (label, text) in enumerate(lines):
            rows.append(
                {
                    "copy_id": key,
                    "segment_index": index,
                    "document_id": key,
                    "speaker_label": label,
                    "text": text,
                    "is_speech": True,
                    "is_speaker_change": label != last,
                    "is_paragraph_start": False,
                    "locator": "",
                    "char_start": at,
                    "char_end": at + len(text),
                }
            )
            at, last = at + len(text) + 1, label
    frame = speaker_labels(
        pl.DataFrame(heads, schema=EpisodeCopies.create_empty().schema),
        pl.DataFrame(rows, schema=Segments.create_empty().schema),
        Passages.create_empty(),
        pl.DataFrame([show | {"rule": "r", "score": 1.0} for show in shows], schema=CopyShows.create_empty().schema),
        catalog(),
        copy_alignments=alignments,
    )
    columns = frame.select("copy_id", "speaker_label", "person_name", "rule", "candidates")
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in columns.iter_rows()}


@pytest.mark.parametrize("label", ["Speaker 0", "SPEAKER_01", "spk_1", "A", "S12", "3", "Host"])
def test_labels_that_tell_voices_apart(label: str) -> None:
    assert is_diarized(label)


@pytest.mark.parametrize("label", ["Unknown", "Ada", "Jingle", "NVK", "Audience", ""])
def test_labels_that_are_names_or_many_voices(label: str) -> None:
    assert not is_diarized(label)


def test_introductions_name_voices() -> None:
    found = labels_of(
        [
            ("Speaker 0", "Welcome to Two Lamps. I'm Ada Byte."),
            ("Speaker 1", "And my name is Bob Lowe."),
            ("Speaker 0", "How was your week, Bob?"),
            ("Speaker 1", "It was long, Ada."),
        ]
    )
    assert found["a", "Speaker 0"][0] == "Ada Byte"
    assert found["a", "Speaker 1"][0] == "Bob Lowe"


def test_a_voice_that_nothing_names_stays_open_with_candidates() -> None:
    found = labels_of([("Speaker 0", "Welcome to Two Lamps."), ("Speaker 1", "It is raining here.")])
    assert found["a", "Speaker 1"][:2] == (None, "unresolved")
    assert set(found["a", "Speaker 0"][2] or []) <= {"person:ada-byte", "person:bob-lowe"}


def test_a_person_who_has_a_label_is_behind_no_other() -> None:
    found = labels_of([("Ada Byte", "What do you say?"), ("B", "Ada, what do you say?"), ("C", "Nothing at all.")])
    assert found["a", "Ada Byte"][0] == "Ada Byte"
    assert found["a", "B"][0] != "Ada Byte" and found["a", "C"][0] != "Ada Byte"


def test_aligned_copies_name_voices() -> None:
    ada, bob = "we walked up the hill and looked at the lamps " * 5, "it was dark and nobody had a match with them " * 5
    named, diarized = [("Ada Byte", ada), ("Bob Lowe", bob)], [("A", ada), ("B", bob)]
    anchor = {"copy_id": "a", "other_copy_id": "b", "char_start": 0, "char_end": len(ada) + len(bob) + 1}
    anchor |= {"other_char_start": 0, "other_char_end": len(ada) + len(bob) + 1, "word_count": 95}
    anchors = pl.DataFrame([anchor | {"matched_share": 1.0}], schema=CopyAlignments.create_empty().schema)
    found = labels_of(named, diarized, alignments=anchors)
    assert found["b", "A"][:2] == ("Ada Byte", "aligned")
    assert found["b", "B"][:2] == ("Bob Lowe", "aligned")
