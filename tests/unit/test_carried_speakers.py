from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.evaluation.alignment import compare
from orchestration.evaluation.made_pairs import Spoken, make_pair
from orchestration.schemas.kind_spans import KindSpans
from orchestration.schemas.speaker_labels import SpeakerLabels
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.transforms.alignment import copy_alignments
from orchestration.transforms.carried_speakers import carried_speakers
from orchestration.transforms.copy_differences import MIN_WORDS, copy_differences
from orchestration.transforms.speaker_turns import speaker_turns
from orchestration.transforms.word_matching import match_words, similar_words

WORDS = [f"w{number}" for number in range(400)]
Frames = dict[str, pl.DataFrame]


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=LAKE_TABLES[table].create_empty().schema, strict=False)


def lake(captions: list[str], named: list[tuple[str | None, str]]) -> Frames:
    """Return an episode of two copies: `captions`, a cue every 3 s, and `named`, a paragraph a turn."""
    rows: list[dict[str, Any]] = []
    texts = {}
    cues: list[dict[str, Any]] = [
        {"text": cue, "start_s": 3.0 * at, "end_s": 3.0 * at + 3} for at, cue in enumerate(captions)
    ]
    for copy_id, units in (
        ("captions", cues),
        ("named", [{"text": said, "speaker_label": label} for label, said in named]),
    ):
        text = ""
        for index, unit in enumerate(units):
            flags = {"is_speech": True, "is_speaker_change": False, "is_paragraph_start": False}
            place = {"char_start": len(text), "char_end": len(text) + len(str(unit["text"]))}
            key = {"copy_id": copy_id, "document_id": copy_id, "segment_index": index}
            rows.append(key | unit | flags | place)
            text += f"{unit['text']}\n"
        texts[copy_id] = text
    return {
        "episode_copies": frame("episode_copies", [{"copy_id": one} for one in texts]),
        "copy_episodes": frame("copy_episodes", [{"copy_id": one, "episode_id": "e"} for one in texts]),
        "segments": frame("segments", rows),
        "document_texts": frame("document_texts", [{"document_id": k, "text": v} for k, v in texts.items()]),
    }


def anchors_of(tables: Frames) -> pl.DataFrame:
    names = "episode_copies", "copy_episodes", "segments", "document_texts"
    return copy_alignments(*(tables[name] for name in names))


def spans_of(tables: Frames) -> list[tuple[str, str]]:
    """Return what is carried onto the captions: label and words."""
    labels = SpeakerLabels.create_empty()
    spans = carried_speakers(tables["segments"], tables["document_texts"], anchors_of(tables), labels)
    text = tables["document_texts"].filter(document_id="captions")["text"].item()
    columns = spans.select("speaker_label", "char_start", "char_end")
    return [(label, " ".join(text[start:end].split())) for label, start, end in columns.iter_rows()]


def cues(words: list[str], size: int = 8) -> list[str]:
    return [" ".join(words[at : at + size]) for at in range(0, len(words), size)]


def test_a_cue_is_split_where_the_other_copy_changes_speaker():
    tables = lake(cues(WORDS[:60]), [("Ada Lo", " ".join(WORDS[:29])), ("Bo Ek", " ".join(WORDS[29:60]))])
    assert spans_of(tables) == [("Ada Lo", " ".join(WORDS[:29])), ("Bo Ek", " ".join(WORDS[29:60]))]


def test_turns_of_captions_end_where_the_carried_speaker_changes():
    tables = lake(cues(WORDS[:60]), [("Ada Lo", " ".join(WORDS[:29])), ("Bo Ek", " ".join(WORDS[29:60]))])
    label = {"copy_id": "named", "speaker_label": "Bo Ek", "person_id": "person:bo", "person_name": "Bo Ek"}
    labels = frame("speaker_labels", [label | {"confidence": 0.9, "rule": "r"}])
    anchors = anchors_of(tables)
    spans = carried_speakers(tables["segments"], tables["document_texts"], anchors, labels)
    turns = speaker_turns(
        tables["segments"], tables["document_texts"], KindSpans.create_empty(), labels, anchors, spans
    ).sort("copy_id", "turn_index")
    columns = "speaker_label", "person_id", "speaker_confidence", "speaker_source", "speaker_copy_id", "word_count"
    assert turns.select(columns).rows() == [
        ("Ada Lo", None, None, "aligned", "named", 29),
        ("Bo Ek", "person:bo", 0.9, "aligned", "named", 31),
        ("Ada Lo", None, None, "native", "named", 29),
        ("Bo Ek", "person:bo", 0.9, "native", "named", 31),
    ]
    assert turns["time_source"].to_list() == ["native", "interpolated", "aligned", "aligned"]
    assert turns["start_s"].to_list()[1] == pytest.approx(turns["start_s"].to_list()[3], abs=0.2)


def test_an_inserted_stretch_has_no_speaker_and_is_a_difference():
    advert = [f"buy{number}" for number in range(80)]
    tables = lake(cues(WORDS[:40] + advert + WORDS[40:80]), [("Ada Lo", " ".join(WORDS[:80]))])
    assert spans_of(tables) == [("Ada Lo", " ".join(WORDS[:40])), ("Ada Lo", " ".join(WORDS[40:80]))]
    (row,) = copy_differences(anchors_of(tables), tables["segments"], tables["document_texts"]).to_dicts()
    assert (row["copy_id"], row["other_copy_id"], row["word_count"]) == ("captions", "named", 80)
    assert row["text"] == " ".join(advert)
    assert (row["start_s"], row["end_s"]) == (15.0, 45.0)


def test_reworded_speech_of_one_speaker_is_bridged_and_no_difference():
    other = [f"x{number}" for number in range(30)]
    again = [f"y{number}" for number in range(30)]
    said = WORDS[:40] + again + WORDS[40:80]
    tables = lake(cues(WORDS[:40] + other + WORDS[40:80]), [("Ada Lo", " ".join(said))])
    assert [label for label, _ in spans_of(tables)] == ["Ada Lo"]
    assert copy_differences(anchors_of(tables), tables["segments"], tables["document_texts"]).is_empty()


def test_misheard_words_at_a_change_go_to_the_speaker_of_what_they_resemble():
    captions = [*WORDS[:39], "wonderfull", "absolutly", *WORDS[41:80]]
    first, second = [*WORDS[:39], "wonderful"], ["absolutely", *WORDS[41:80]]
    tables = lake(cues(captions), [("Ada Lo", " ".join(first)), ("Bo Ek", " ".join(second))])
    assert [said.split()[-1] for _, said in spans_of(tables)] == ["wonderfull", "w79"]


def test_words_without_a_twin_at_a_change_are_split_at_the_end_of_a_sentence_only():
    first, second = ("Ada Lo", " ".join(WORDS[:40])), ("Bo Ek", " ".join(WORDS[40:80]))
    cut = lake([" ".join([*WORDS[:40], "really.", "so", *WORDS[40:80]])], [first, second])
    assert [said.split()[-1] for _, said in spans_of(cut)] == ["really.", "w79"]
    assert [said.split()[0] for _, said in spans_of(cut)] == ["w0", "so"]
    unclear = lake([" ".join([*WORDS[:40], "really", "so", *WORDS[40:80]])], [first, second])
    assert [said.split()[0] for _, said in spans_of(unclear)] == ["w0", "w40"]
    assert [said.split()[-1] for _, said in spans_of(unclear)] == ["w39", "w79"]


def test_small_differences_are_left_out():
    added = [f"x{number}" for number in range(MIN_WORDS - 1)]
    tables = lake(cues(WORDS[:40] + added + WORDS[40:80]), [("Ada Lo", " ".join(WORDS[:80]))])
    assert copy_differences(anchors_of(tables), tables["segments"], tables["document_texts"]).is_empty()


def test_what_was_cut_out_of_the_captions_gets_no_time():
    turns = [("Ada Lo", WORDS[:40]), ("Bo Ek", WORDS[40:160]), ("Cy Om", WORDS[160:280]), ("Ada Lo", WORDS[280:330])]
    tables = lake(cues(WORDS[:40] + WORDS[280:330]), [(label, " ".join(said)) for label, said in turns])
    labels = SpeakerLabels.create_empty()
    result = speaker_turns(
        tables["segments"],
        tables["document_texts"],
        KindSpans.create_empty(),
        labels,
        anchors_of(tables),
        frame("speaker_spans", []),
    )
    named = result.filter(copy_id="named").sort("turn_index")
    assert named["start_s"].is_null().to_list() == [False, False, True, False]
    assert named["time_source"].to_list()[2] == "none"


def test_the_order_of_rows_does_not_matter():
    tables = lake(cues(WORDS[:60]), [("Ada Lo", " ".join(WORDS[:29])), ("Bo Ek", " ".join(WORDS[29:60]))])
    mixed = {name: rows.reverse() for name, rows in tables.items()}
    assert anchors_of(tables).equals(anchors_of(mixed))
    assert spans_of(tables) == spans_of(mixed)


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.1, 0.3]))
def test_names_and_times_survive_noise_adverts_and_cuts(seed, error_rate):
    rng = random.Random(seed)
    words = [f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in ("l", "m", "nt", "rs", "st", "x")]
    spoken: list[Spoken] = []
    for number in range(60):
        name = f"Voice{'abc'[number % 3]} Doe"
        for _ in range(rng.randint(5, 40)):
            spoken.append(Spoken(rng.choice(words), name, 0.4 * len(spoken), len(spoken)))
    counts = compare(make_pair(spoken, rng.choices([f"buy{word}" for word in words], k=300), error_rate, str(seed)))
    assert counts.right_count >= 0.97 * counts.named_count
    assert counts.named_count >= 0.8 * counts.word_count
    assert counts.advert_named_count <= 0.1 * counts.advert_count
    errors = sorted(counts.errors_s)
    assert errors[len(errors) // 2] <= 0.5


sides = st.lists(st.sampled_from(WORDS[:6]), max_size=50)


@given(sides, sides)
def test_both_ways_match_as_many_words(a, b):
    one = sum(block.length for block in match_words(a, b))
    other = sum(block.length for block in match_words(b, a))
    assert abs(one - other) <= max(6, 0.2 * max(len(a), len(b)))


@given(sides, sides)
def test_similar_words_rise_on_both_sides(a, b):
    pairs = similar_words(a[:12], b[:12])
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(pairs))
    assert similar_words(a[:12], a[:12]) == [(at, at) for at in range(len(a[:12]))]
