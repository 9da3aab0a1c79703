from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.formats.display import tidy
from orchestration.ingest import ingest
from orchestration.scan import scan
from orchestration.schemas.copy_alignments import CopyAlignments
from orchestration.schemas.copy_episodes import CopyEpisodes
from orchestration.schemas.tables import INGEST_TABLES
from orchestration.transforms.alignment import MIN_MATCHED_WORDS, copy_alignments
from orchestration.transforms.identity import copy_episodes, copy_links
from orchestration.transforms.speaker_turns import clock_anchors
from orchestration.transforms.word_matching import Block, match_words

WORDS = [f"{first}{second}" for first in ("bra", "ko", "mil", "tes", "un", "vor") for second in "aeiouybcdfg"]
Tables = dict[str, list[dict[str, Any]]]


def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=INGEST_TABLES[name].create_empty().schema, strict=False)


def lake(**copies: list[tuple[str, float | None]]) -> dict[str, pl.DataFrame]:
    """Return the tables of one episode: each copy is a list of raw segments with their starts in seconds."""
    rows: Tables = {"episode_copies": [], "segments": [], "document_texts": [], "copy_episodes": []}
    for name, cues in copies.items():
        text = ""
        for index, (raw, start_s) in enumerate(cues):
            following = cues[index + 1][1] if index + 1 < len(cues) else None
            text += "§ "
            segment = {"copy_id": name, "document_id": name, "segment_index": index, "is_speech": True}
            segment |= {"text": tidy(raw), "start_s": start_s, "end_s": following if start_s is not None else None}
            rows["segments"].append(segment | {"char_start": len(text), "char_end": len(text) + len(raw)})
            text += raw + "\n"
        words = sum(len(raw.split()) for raw, _ in cues)
        rows["episode_copies"].append({"copy_id": name, "word_count": words})
        rows["document_texts"].append({"document_id": name, "text": text})
        rows["copy_episodes"].append({"copy_id": name, "episode_id": "e"})
    return {
        "copies": table("episode_copies", rows["episode_copies"]),
        "copy_episodes": pl.DataFrame(rows["copy_episodes"], schema=CopyEpisodes.create_empty().schema, strict=False),
        "segments": table("segments", rows["segments"]),
        "document_texts": table("document_texts", rows["document_texts"]),
    }


def cued(words: Sequence[str], cue_words: int = 8) -> list[tuple[str, float | None]]:
    """Return `words` as cues of `cue_words`, one word a second."""
    return [(" ".join(words[at : at + cue_words]), float(at)) for at in range(0, len(words), cue_words)]


def text_of(tables: dict[str, pl.DataFrame], copy_id: str) -> str:
    return tables["document_texts"].filter(pl.col("document_id") == copy_id)["text"].item()


def is_rising(blocks: list[Block]) -> bool:
    return all(one.a + one.length <= other.a and one.b + one.length <= other.b for one, other in pairwise(blocks))


def test_an_empty_lake_has_no_anchors():
    anchors = copy_alignments(**lake())
    assert anchors.is_empty()
    assert CopyAlignments.is_valid(anchors)


def test_without_a_timed_copy_there_are_no_anchors():
    spoken = " ".join(random.Random(1).choices(WORDS, k=60))
    assert copy_alignments(**lake(a=[(spoken, None)], b=[(spoken, None)])).is_empty()
    assert copy_alignments(**lake(a=[(spoken, 0.0)], b=[(spoken, 3.0)])).is_empty()


def test_words_get_the_time_of_their_place_in_the_cue():
    # Words of five letters and a space: half of a cue of four words is said in half of its time.
    words = [f"w{number:04d}" for number in range(40)]
    tables = lake(clock=cued(words, 4), text=[(" ".join(words), None)])
    anchors = copy_alignments(**tables)
    assert CopyAlignments.is_valid(anchors)
    assert anchors["start_s"].to_list() == [float(at) for at in range(0, 40, 4)]
    assert anchors["word_count"].to_list() == [4] * 10
    assert anchors["matched_share"].unique().to_list() == [1.0]
    for row in anchors.iter_rows(named=True):
        here = text_of(tables, "text")[row["char_start"] : row["char_end"]]
        assert here == text_of(tables, "clock")[row["other_char_start"] : row["other_char_end"]]
    tables = lake(clock=cued(words, 4), text=[(" ".join(["lead", *words[2:]]), None)])
    first = copy_alignments(**tables).row(0, named=True)
    assert first["word_count"] == 2
    assert first["start_s"] == pytest.approx(4 * 12 / 23)


def test_case_accents_apostrophes_and_markup_do_not_matter():
    words = [f"w{number}" for number in range(30)]
    tables = lake(
        clock=[("it's a café & " + " ".join(words), 5.0), ("end", 40.0)],
        text=[("It’s a Cafe &amp;\n " + ", ".join(words).title(), None)],
    )
    anchors = copy_alignments(**tables)
    row = anchors.row(0, named=True)
    assert row["word_count"] == 33
    assert row["start_s"] == 5.0
    assert text_of(tables, "text")[row["char_start"] : row["char_end"]].startswith("It’s a Cafe")


def test_an_anchor_ends_where_a_segment_does_on_either_side():
    words = [f"w{number}" for number in range(32)]
    text: list[tuple[str, float | None]] = [(" ".join(words[:10]), None), (" ".join(words[10:]), None)]
    anchors = copy_alignments(**lake(clock=cued(words, 8), text=text))
    assert anchors["word_count"].to_list() == [8, 2, 6, 8, 8]
    assert anchors.select("copy_id", "char_start").is_unique().all()


def test_words_with_times_of_their_own_keep_them():
    words = [f"w{number}" for number in range(34)]
    tables = lake(clock=cued(words, 34), text=[(" ".join(["x", *words[6:]]), None)])
    own = [{"word": f" {word},", "start_s": 100.0 + n, "end_s": 100.5 + n} for n, word in enumerate(words)]
    segments = tables["segments"].with_row_index("row")
    dtype = tables["segments"].schema["words"]
    own_words = pl.Series("words", [own, None], dtype=dtype)
    tables["segments"] = segments.drop("row").with_columns(own_words)
    (row,) = copy_alignments(**tables).rows(named=True)
    assert (row["start_s"], row["end_s"]) == (106.0, 133.5)


def test_the_finer_of_two_clocks_is_taken():
    words = [f"w{number}" for number in range(48)]
    anchors = copy_alignments(**lake(coarse=cued(words, 24), fine=cued(words, 6), text=[(" ".join(words), None)]))
    assert sorted(anchors["other_copy_id"].unique()) == ["coarse", "fine"]
    assert clock_anchors(anchors)["other_copy_id"].unique().to_list() == ["fine"]
    assert anchors["copy_id"].unique().to_list() == ["text"]


def test_a_copy_of_other_words_gets_no_anchors():
    clock = [f"w{number}" for number in range(80)]
    text = [f"x{number}" for number in range(80)]
    text[30:33] = clock[30:33]
    assert copy_alignments(**lake(clock=cued(clock), text=[(" ".join(text), None)])).is_empty()


def test_an_inserted_stretch_stays_open():
    rng = random.Random(3)
    said = rng.choices(WORDS, k=400)
    advert = rng.choices(WORDS, k=150)
    clock = said[:200] + advert + said[200:]
    blocks = match_words(said, clock)
    wrong = sum(block.length for block in blocks if block.b - block.a not in (0, len(advert)) and 200 <= block.b < 350)
    assert wrong <= 6
    assert sum(block.length for block in blocks) >= 395


@given(st.lists(st.sampled_from(WORDS[:5]), min_size=0, max_size=60))
def test_a_copy_matches_itself_word_by_word(words):
    expected = [Block(0, 0, len(words))] if len(words) >= 5 else []
    assert match_words(words, words) == expected


@given(st.lists(st.sampled_from(WORDS[:6]), max_size=200), st.lists(st.sampled_from(WORDS[:6]), max_size=200))
def test_matches_rise_on_both_sides_and_are_the_same_words(a, b):
    blocks = match_words(a, b)
    assert is_rising(blocks)
    for block in blocks:
        assert block.length > 0
        assert a[block.a : block.a + block.length] == b[block.b : block.b + block.length]


@given(st.integers(0, 2**32), st.floats(0, 0.3), st.floats(0, 0.3), st.booleans())
def test_words_that_survive_cuts_and_insertions_are_matched_with_themselves(seed, cut, put, is_large):
    rng = random.Random(seed)
    original = [f"w{number}" for number in range(3000 if is_large else 200)]
    edited, expected = [], {}
    for number, word in enumerate(original):
        if rng.random() < put:
            edited.append(f"new{rng.randrange(50)}")
        if rng.random() >= cut:
            expected[len(edited)] = number
            edited.append(word)
    blocks = match_words(edited, original)
    assert is_rising(blocks)
    found = {block.a + step: block.b + step for block in blocks for step in range(block.length)}
    assert found.items() <= expected.items()


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_anchors_never_go_back(seed):
    rng = random.Random(seed)
    said = rng.choices(WORDS, k=300)
    text = [word for word in said if rng.random() < 0.85]
    starts = [float(at + rng.choice([-30, 0, 0, 0, 30])) for at in range(0, 300, 6)]
    clock: list[tuple[str, float | None]] = [
        (" ".join(said[index * 6 : index * 6 + 6]), start) for index, start in enumerate(starts)
    ]
    anchors = copy_alignments(**lake(clock=clock, text=[(" ".join(text), None)]))
    for column in ("char_start", "char_end", "other_char_start", "other_char_end", "start_s"):
        assert anchors[column].is_sorted(), column
    assert (anchors["start_s"] <= anchors["end_s"]).all()
    assert (anchors["char_end"].shift(1).fill_null(0) <= anchors["char_start"]).all()
    assert anchors.height == 0 or anchors["word_count"].sum() >= MIN_MATCHED_WORDS


def test_noise_and_an_inserted_advert_keep_times_right():
    rng = random.Random(11)
    vocabulary = [f"v{number}" for number in range(900)]
    weights = [1 / (rank + 3) for rank in range(900)]
    said = rng.choices(vocabulary, weights, k=6000)
    advert = rng.choices(vocabulary, weights, k=300)
    heard = [rng.choice(vocabulary) if rng.random() < 0.2 else word for word in said]
    clock = heard[:2500] + advert + heard[2500:]
    blocks = match_words(said, clock)
    matched = [(block.a + step, block.b + step) for block in blocks for step in range(block.length)]
    errors = [abs(j - (i if i < 2500 else i + 300)) for i, j in matched]
    assert sum(error == 0 for error in errors) / len(errors) >= 0.99
    assert len(matched) / len(said) >= 0.7


@pytest.mark.acceptance
def test_the_edited_transcript_gets_the_times_of_the_captions(shared):

    raw = shared / "seeds"
    files = [file for file in scan(raw, 1 << 30) if file.path[:3] in ("000", "001")]
    frames = ingest(raw, files, None, datetime(2025, 1, 1, tzinfo=UTC)).frames
    copies, segments = frames["episode_copies"], frames["segments"]
    links = copy_links(copies, segments, frames["passages"], frames["chapters"])
    anchors = copy_alignments(copies, copy_episodes(copies, links), segments, frames["document_texts"])
    assert anchors["copy_id"].n_unique() == 1
    assert anchors["matched_share"][0] >= 0.94
    assert anchors["start_s"].is_sorted()
    assert anchors["start_s"][0] < 5
    assert anchors["end_s"][-1] > 2990
