"""Topics of copies, chapters and turns from hand-written mentions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.catalog.catalog import Catalog
from orchestration.evaluation.topics import TopicLabelsError, f1, measure
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.transforms.parts import Read
from orchestration.transforms.topics import chapter_topics, copy_topics, turn_topics

CATALOG = Catalog({}, (), {}, "x", (("company:acme", "topic:hammers"),))


def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=LAKE_TABLES[name].create_empty().schema, strict=False)


def said(copy_id: str, topic: str, turn: int = 0, at: int = 0, **more: Any) -> dict[str, Any]:
    """Return a mention of a topic in a turn of a copy."""
    place = {"turn_id": f"{copy_id}{turn}"} if more.get("field", "transcript") == "transcript" else {}
    return {
        "copy_id": copy_id,
        "field": "transcript",
        "entity_id": f"topic:{topic}",
        "entity_type": "topic",
        "text_start": at,
        "segment_kind": "content",
        "clock_copy_id": copy_id,
        **place,
        **more,
    }


def turns(copy_id: str, count: int, word_count: int = 250) -> list[dict[str, Any]]:
    return [
        {
            "copy_id": copy_id,
            "turn_id": f"{copy_id}{index}",
            "turn_index": index,
            "word_count": word_count,
            "text": "w " * word_count,
            "segment_kind": "content",
        }
        for index in range(count)
    ]


def parts(frame: pl.DataFrame, count: int = 1) -> Read:
    """Return what reads a frame as the lake's reader does, as so many parts by copy."""
    part = (pl.col("copy_id") == "a").cast(pl.Int64) % count
    return lambda columns: [frame.filter(part == number).select(columns) for number in range(count)]


def topics(
    mentions: list[dict[str, Any]],
    turn_rows: list[dict[str, Any]],
    part_count: int = 1,
    **more: list[dict[str, Any]],
) -> pl.DataFrame:
    copy_ids = sorted({row["copy_id"] for row in (*mentions, *turn_rows)})
    return copy_topics(
        parts(table("mentions", mentions), part_count),
        parts(table("speaker_turns", turn_rows), part_count),
        parts(table("passages", more.get("passages", []))),
        parts(table("chapters", more.get("chapters", []))),
        table("copy_episodes", [{"copy_id": copy_id, "episode_id": copy_id} for copy_id in copy_ids]),
        CATALOG,
    )


def scores(frame: pl.DataFrame, copy_id: str) -> dict[str, float]:
    return dict(frame.filter(pl.col("copy_id") == copy_id).select("topic_id", "score").iter_rows())


def test_nothing_gives_nothing():
    assert topics([], []).is_empty()
    empty = parts(table("mentions", []))
    episodes = table("copy_episodes", [])
    assert chapter_topics(empty, parts(table("chapters", [])), episodes, CATALOG).is_empty()
    assert turn_topics(empty, episodes, CATALOG).is_empty()


def test_a_topic_that_runs_through_the_talk_beats_one_that_is_said_as_often_in_one_place():
    wide = [said("c", "bees", turn) for turn in range(6)]
    narrow = [said("c", "mites", 2, at) for at in range(6)]
    found = scores(topics(wide + narrow, turns("c", 6)), "c")
    assert found["topic:bees"] > 2 * found["topic:mites"]


def test_long_turns_have_several_stretches():
    spread = [said("c", "bees", 0, at) for at in (0, 700, 1400)]
    close = [said("c", "mites", 0, at) for at in (0, 4, 8)]
    found = scores(topics(spread + close, turns("c", 1, word_count=1000)), "c")
    assert found["topic:bees"] > found["topic:mites"]


def test_a_topic_of_few_episodes_beats_one_of_all():
    common = [said(copy_id, "bees") for copy_id in "abcd"]
    found = scores(topics([*common, said("a", "mites")], [row for i in "abcd" for row in turns(i, 2)]), "a")
    assert found["topic:mites"] > found["topic:bees"]


def test_paid_speech_and_labels_tell_nothing():
    mentions = [
        said("c", "bees", segment_kind="sponsor"),
        said("c", "mites", segment_kind="promo"),
        said("c", "hives", field="speaker_label"),
    ]
    assert topics(mentions, turns("c", 2)).is_empty()


def test_an_entity_tells_of_its_topic_and_counts_apart():
    mentions = [said("c", "hammers", 0), said("c", "x", 1, entity_id="company:acme", entity_type="company")]
    (row,) = topics(mentions, turns("c", 2)).rows(named=True)
    assert (row["topic_id"], row["mention_count"], row["entity_mention_count"]) == ("topic:hammers", 1, 1)


def test_one_passing_word_is_no_primary_topic_and_a_title_is():
    mentions = [said("c", "bees", field="title", passage_id="p"), said("c", "mites", 1)]
    frame = topics(mentions, turns("c", 20))
    assert dict(frame.select("topic_id", "is_primary").iter_rows()) == {"topic:bees": True, "topic:mites": False}


def test_chapters_have_the_topics_of_their_titles_and_of_the_speech_in_their_times():
    chapters = table(
        "chapters",
        [
            {"chapter_id": "one", "copy_id": "c", "chapter_index": 0, "start_s": 0.0, "end_s": 60.0},
            {"chapter_id": "two", "copy_id": "c", "chapter_index": 1, "start_s": 60.0, "end_s": 90.0},
        ],
    )
    mentions = table(
        "mentions",
        [
            said("c", "bees", 0, start_s=0.0),
            said("c", "bees", 1, start_s=59.9),
            said("c", "mites", 2, start_s=60.0),
            said("c", "mites", 3, start_s=95.0),
            said("c", "bees", 4, start_s=70.0, clock_copy_id="other"),
            said("c", "hives", field="chapter", chapter_id="two"),
        ],
    )
    episodes = table("copy_episodes", [{"copy_id": "c", "episode_id": "e"}])
    frame = chapter_topics(parts(mentions), parts(chapters), episodes, CATALOG)
    assert frame.select("chapter_id", "topic_id", "mention_count", "is_primary").rows() == [
        ("one", "topic:bees", 2, True),
        ("two", "topic:hives", 1, True),
        ("two", "topic:mites", 1, False),
    ]


def test_a_turn_has_a_topic_where_it_is_clear():
    mentions = [
        *(said("c", "bees", 0, at) for at in range(4)),
        said("c", "mites", 0, 9),
        *(said("c", topic, 1, at) for topic in ("bees", "mites") for at in range(3)),
        said("c", "mites", 2),
    ]
    frame = turn_topics(
        parts(table("mentions", mentions)), table("copy_episodes", [{"copy_id": "c", "episode_id": "e"}]), CATALOG
    )
    assert frame.select("turn_id", "topic_id", "mention_count").rows() == [("c0", "topic:bees", 4)]


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"), st.sampled_from(["bees", "mites", "hives"]), st.integers(0, 3), st.integers(0, 499)
        ),
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_scores_do_not_depend_on_the_order_of_rows_and_one_in_four_topics_at_most_are_primary(drawn, random):
    mentions = [said(copy_id, topic, turn, at) for copy_id, topic, turn, at in drawn]
    turn_rows = [row for copy_id in "ab" for row in turns(copy_id, 4)]
    frame = topics(mentions, turn_rows)
    shuffled = list(mentions)
    random.shuffle(shuffled)
    assert frame.equals(topics(shuffled, list(reversed(turn_rows)), part_count=2))
    assert frame["mention_count"].sum() == len(mentions)
    assert (frame["score"] > 0).all()
    assert (frame.group_by("copy_id").agg(pl.col("is_primary").sum())["is_primary"] <= 4).all()


def test_topics_are_measured_against_labels_in_their_own_words(tmp_path: Path):
    text = "head\nfirst entry\nsecond entry\n"
    lake: dict[str, list[dict[str, Any]]] = {
        "document_texts": [{"document_id": "d", "text": text}],
        "documents": [{"document_id": "d", "paths": ["page.txt"]}],
        "episode_copies": [
            {"copy_id": "a", "document_id": "d", "char_start": 5},
            {"copy_id": "b", "document_id": "d", "char_start": 17},
        ],
        "copy_topics": [
            {"copy_id": "a", "topic_id": "topic:old-hammers", "score": 2.0},
            {"copy_id": "a", "topic_id": "topic:bees", "score": 1.0},
            {"copy_id": "b", "topic_id": "topic:tools", "score": 1.0},
        ],
    }
    for name, rows in lake.items():
        (tmp_path / name).mkdir()
        table(name, rows).write_parquet(tmp_path / name / "data.parquet")
    (tmp_path / "topics.csv").write_text(
        "topic_id,name,parent_topic_id\ntopic:tools,Tools,\ntopic:hammers,Hammers,topic:tools\n"
        "topic:old-hammers,Old hammers,topic:hammers\ntopic:bees,Bees,\n"
    )
    labels, mapping = tmp_path / "labels.txt", tmp_path / "map.json"
    labels.write_text("1: hitting things; insects\n2: hitting things\n")
    mapping.write_text(json.dumps({"hitting things": ["topic:hammers"], "insects": ["topic:bees"]}))
    figures = measure(labels, mapping, tmp_path, tmp_path)
    # The narrower topic says the same more exactly, the section above says less.
    assert {figure.measure: (figure.right, figure.total) for figure in figures} == {
        "top_1": (1, 2),
        "precision_at_4": (2, 3),
        "recall_at_4": (2, 3),
    }
    assert f1(figures) == pytest.approx(2 / 3)
    mapping.write_text("{}")
    with pytest.raises(TopicLabelsError, match="does not map hitting things, insects"):
        measure(labels, mapping, tmp_path, tmp_path)
