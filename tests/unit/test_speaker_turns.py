"""Turns: where they end, what they are made of, and where their times come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from orchestration.formats.display import tidy
from orchestration.schemas.copy_alignments import CopyAlignments
from orchestration.schemas.kind_spans import KindSpans
from orchestration.schemas.segments import Segments
from orchestration.schemas.speaker_labels import SpeakerLabels
from orchestration.schemas.speaker_spans import SpeakerSpans
from orchestration.transforms.speaker_turns import speaker_turns


def build(
    units: list[dict[str, Any]], kinds: Sequence[tuple[str, str, str]] = (), **tables: pl.DataFrame
) -> pl.DataFrame:
    """Return the turns of one copy. A unit is a segment: `text` is the raw text, `before` what stands in front of it.

    kinds: (kind, first words, last words) of stretches of the text.
    """
    text, rows = "", []
    for index, unit in enumerate(units):
        text += unit.get("before", "\n")
        rows.append(
            {
                "copy_id": "c",
                "segment_index": index,
                "document_id": "d",
                "speaker_label": unit.get("label"),
                "start_s": unit.get("start_s"),
                "end_s": unit.get("end_s"),
                "text": tidy(unit["text"]),
                "is_speech": unit.get("is_speech", True),
                "is_speaker_change": unit.get("is_speaker_change", False),
                "is_paragraph_start": unit.get("is_paragraph_start", False),
                "locator": "",
                "char_start": len(text),
                "char_end": len(text) + len(unit["text"]),
            }
        )
        text += unit["text"]
    spans = [
        {
            "kind_span_id": first,
            "document_id": "d",
            "copy_id": "c",
            "segment_kind": kind,
            "form": "read",
            "rule": "test",
            "char_start": text.index(first),
            "char_end": text.index(last) + len(last),
        }
        for kind, first, last in kinds
    ]
    return speaker_turns(
        pl.DataFrame(rows, schema=Segments.create_empty().schema),
        pl.DataFrame([{"document_id": "d", "text": text}]),
        pl.DataFrame(spans, schema=KindSpans.create_empty().schema),
        tables.get("labels", SpeakerLabels.create_empty()),
        tables.get("alignments", CopyAlignments.create_empty()),
        tables.get("spans", SpeakerSpans.create_empty()),
    ).sort("turn_index")


def test_neighbouring_segments_of_one_speaker_are_one_turn():
    turns = build(
        [
            {"label": "Ada", "text": "Hello."},
            {"label": "Ada", "text": "Still  me.", "before": "\nAda: "},
            {"label": "Bo", "text": "Hi."},
            {"label": "Ada", "text": "Bye."},
        ]
    )
    assert turns["speaker_label"].to_list() == ["Ada", "Bo", "Ada"]
    assert turns["text"].to_list() == ["Hello. Still me.", "Hi.", "Bye."]
    assert turns["word_count"].to_list() == [3, 1, 1]


def test_marks_end_turns_where_nobody_is_named():
    turns = build([{"text": "One."}, {"text": "two"}, {"text": "Three.", "is_speaker_change": True}])
    assert turns["text"].to_list() == ["One. two", "Three."]
    assert turns["speaker_label"].to_list() == [None, None]


def test_without_marks_a_turn_ends_at_the_first_sentence_end_after_a_minute():
    cues = [{"text": f"cue {i}{'.' if i % 4 == 3 else ''}", "start_s": i * 10.0} for i in range(16)]
    starts = build(cues)["start_s"].to_list()
    assert starts == [0.0, 80.0]


def test_text_without_sentence_ends_is_cut_at_twice_the_length():
    cues = [{"text": "word " * 10, "start_s": None} for _ in range(61)]
    assert build(cues)["word_count"].to_list() == [300, 300, 10]


def test_paragraphs_end_turns_where_nothing_else_does():
    turns = build([{"text": "One."}, {"text": "Two.", "is_paragraph_start": True}])
    assert turns["text"].to_list() == ["One.", "Two."]


def test_sounds_are_no_speech():
    turns = build([{"text": "So."}, {"text": "(laughs)", "is_speech": False}, {"text": "Yes."}])
    assert turns["text"].to_list() == ["So. Yes."]


def test_a_kind_splits_a_segment():
    turns = build(
        [{"label": "Ada", "text": "Before. Buy tea. After."}, {"label": "Ada", "text": "More."}],
        kinds=[("sponsor", "Buy", "tea.")],
    )
    assert turns["text"].to_list() == ["Before.", "Buy tea.", "After. More."]
    assert turns["segment_kind"].to_list() == ["content", "sponsor", "content"]


def test_an_outro_is_a_kind_of_whole_turns():
    turns = build(
        [
            {"label": "Ada", "text": "A last word."},
            {"label": "Ada", "text": "Bye all."},
            {"label": "Bo", "text": "Bye."},
        ],
        kinds=[("outro", "Bye all", "Bye.")],
    )
    assert turns["text"].to_list() == ["A last word. Bye all.", "Bye."]
    assert turns["segment_kind"].to_list() == ["content", "outro"]


def test_native_times_run_to_the_next_turn():
    turns = build(
        [
            {"label": "Ada", "text": "One.", "start_s": 1.0},
            {"label": "Bo", "text": "Two.", "start_s": 4.0, "end_s": 6.0},
        ]
    )
    assert turns.select("start_s", "end_s", "time_source", "clock_copy_id").rows() == [
        (1.0, 4.0, "native", "c"),
        (4.0, 6.0, "native", "c"),
    ]


def test_a_turn_between_two_times_is_interpolated():
    turns = build(
        [
            {"label": "Ada", "text": "aaaa", "start_s": 0.0},
            {"label": "Bo", "text": "bbbb"},
            {"label": "Ada", "text": "cccc", "start_s": 10.0},
        ]
    )
    assert turns["time_source"].to_list() == ["native", "interpolated", "native"]
    assert turns["start_s"].to_list() == [0.0, 5.0, 10.0]


def test_no_time_means_no_clock():
    turns = build([{"label": "Ada", "text": "One."}])
    assert turns.select("start_s", "time_source", "clock_copy_id").rows() == [(None, "none", None)]


def test_times_come_from_the_aligned_copy():
    anchor = {
        "copy_id": "c",
        "other_copy_id": "other",
        "other_char_start": 0,
        "other_char_end": 1,
        "word_count": 1,
        "matched_share": 1.0,
    }
    alignments = pl.DataFrame(
        [
            anchor | {"char_start": 1, "char_end": 5, "start_s": 3.0, "end_s": 4.0},
            anchor | {"char_start": 11, "char_end": 15, "start_s": 8.0, "end_s": 9.0},
        ],
        schema=CopyAlignments.create_empty().schema,
    )
    turns = build(
        [{"label": "Ada", "text": "aaaa"}, {"label": "Bo", "text": "bbbb"}, {"label": "Ada", "text": "cccc"}],
        alignments=alignments,
    )
    assert turns["time_source"].to_list() == ["aligned", "interpolated", "aligned"]
    assert turns["clock_copy_id"].to_list() == ["other"] * 3
    assert turns["start_s"].to_list()[0::2] == [3.0, 8.0]
    assert 4.0 < turns["start_s"][1] < 8.0


def test_labels_bring_their_person():
    labels = pl.DataFrame(
        [
            {
                "copy_id": "c",
                "speaker_label": "Ada",
                "person_id": "person:ada",
                "person_name": "Ada L",
                "confidence": 0.9,
                "rule": "r",
            }
        ],
        schema=SpeakerLabels.create_empty().schema,
    )
    turns = build([{"label": "Ada", "text": "One."}, {"label": "Bo", "text": "Two."}], labels=labels)
    assert turns["person_id"].to_list() == ["person:ada", None]


def test_nothing_gives_nothing():
    assert build([]).is_empty()


words = st.text(alphabet=st.sampled_from("ab \n.A"), min_size=1, max_size=12).filter(lambda t: t.strip() == t)


@given(st.lists(st.fixed_dictionaries({"label": st.sampled_from(["Ada", "Bo"]), "text": words}), max_size=12))
def test_every_span_shows_its_part_of_the_text(units):
    text = "".join("\n" + unit["text"] for unit in units)
    for turn in build(units).iter_rows(named=True):
        parts = [tidy(text[span["char_start"] : span["char_end"]]) for span in turn["spans"]]
        assert " ".join(parts) == turn["text"]
        assert all(turn["text"][s["text_start"] :].startswith(p) for s, p in zip(turn["spans"], parts, strict=True))
        assert (turn["char_start"], turn["char_end"]) == (turn["spans"][0]["char_start"], turn["spans"][-1]["char_end"])
