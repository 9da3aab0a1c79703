"""What copies, chapters and turns are about, scored from the mentions of topics and of entities that tell of one.

Belongs here: how much of a text touches a topic (coverage) and how few other episodes do (distinctiveness). Keep out:
which words mean a topic (the catalogue), where they stand (transforms/mentions.py), and which copy of an episode
counts (dbt). Sponsor reads, promos and speaker labels tell nothing of what a conversation is about.

Score = coverage x distinctiveness. Coverage: the share of the stretches of speech (runs of 250 words) that touch the
topic, plus the share of the title, paragraphs and chapters that do; a passing word so counts once, wherever it is
repeated. Distinctiveness: 1 + ln((1 + episodes) / (1 + episodes with the topic)), the smoothed inverse document
frequency (K. Sparck Jones, 1972).
"""

from __future__ import annotations

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.schemas.chapter_topics import ChapterTopics
from orchestration.schemas.copy_topics import CopyTopics
from orchestration.schemas.turn_topics import TurnTopics
from orchestration.transforms.parts import Of, Read, summed_up

STRETCH_WORDS = 250
# More words of a topic in one stretch than these tell no more of it.
MAX_IN_STRETCH = 2.0
# The title says more than a paragraph.
TITLE_WEIGHT = 3.0
# Added to the number of stretches and of paragraphs, so that two words in a short text are not its only topic.
SPEECH_PRIOR = 8.0
NOTES_PRIOR = 4.0
# Paragraphs shorter than this are headings and names: they are no stretch of their own to cover.
MIN_PARAGRAPH_CHARS = 40

MAX_PRIMARY = 4
# A primary topic has at least this share of the highest score, and more than one place that tells of it.
MIN_PRIMARY_SHARE = 0.3
MIN_PRIMARY_WEIGHT = 2.0
MAX_CHAPTER_PRIMARY = 2
# A turn is clearly about a topic that has two mentions in it, and half as much again as any other.
MIN_TURN_WEIGHT = 2.0
MIN_TURN_LEAD = 1.5

_PAID = ["sponsor", "promo"]
_MENTION_COLUMNS = [
    *("copy_id", "turn_id", "passage_id", "chapter_id", "field", "text_start", "start_s", "clock_copy_id"),
    *("segment_kind", "entity_type", "entity_id"),
]
_TURN_COLUMNS = ("copy_id", "turn_id", "turn_index", "segment_kind", "word_count", "text")
_PLACED_COLUMNS = [
    *("copy_id", "topic_id", "mention_count", "entity_mention_count", "spoken_weight", "written_weight"),
]
_PLACEABLE_COLUMNS = ["copy_id", "turn_id", "chapter_id", "topic_id", "field", "start_s", "is_keyphrase"]
_TOLD_TURN_COLUMNS = ["copy_id", "turn_id", "topic_id", "weight", "mention_count"]


def copy_topics(
    mentions: Read,
    speaker_turns: Read,
    passages: Read,
    chapters: Read,
    copy_episodes: pl.DataFrame,
    catalog: Catalog,
) -> pl.DataFrame:
    """Return the topics of every copy with their scores.

    mentions, speaker_turns, passages, chapters: read the lake tables of these names part by part; a part of the first
    has the copies of the part of the second. Other frames and the result as in the lake.
    """
    of_placed = Of(_MENTION_COLUMNS, speaker_turns, _TURN_COLUMNS, _told(catalog))
    placed = pl.concat(summed_up(mentions, _placed, of_placed)(_PLACED_COLUMNS)).lazy()
    spoken = summed_up(speaker_turns, _spoken, Of(["copy_id", "segment_kind", "word_count"]))
    stretches = pl.concat(spoken(["copy_id", "stretch_count"])).lazy()
    paragraphs = summed_up(passages, _paragraphs, Of(["copy_id", "text"]))
    written = pl.concat([*paragraphs(["copy_id"]), *chapters(["copy_id"])]).lazy()
    written = written.group_by("copy_id").agg(paragraph_count=pl.len())
    scored = (
        placed.join(stretches, on="copy_id", how="left")
        .join(written, on="copy_id", how="left")
        .join(_distinctiveness(placed, copy_episodes), on="topic_id", how="left")
        .with_columns(
            weight=pl.col("spoken_weight") + pl.col("written_weight"),
            coverage=pl.col("spoken_weight") / (pl.col("stretch_count").fill_null(0) + SPEECH_PRIOR)
            + pl.col("written_weight") / (pl.col("paragraph_count").fill_null(0) + NOTES_PRIOR),
        )
        .with_columns(score=(pl.col("coverage") * pl.col("distinctiveness")).round(6))
    )
    return CopyTopics.validate(
        _with_primary(scored, "copy_id", MAX_PRIMARY)
        .select(pl.col("coverage", "distinctiveness").round(6), pl.exclude("coverage", "distinctiveness"))
        .select(CopyTopics.column_names())
        .sort("copy_id", "topic_id")
        .collect(),
        cast=True,
    )


def _placed(mentions: pl.DataFrame, speaker_turns: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Return of some copies how much of each tells of each topic. told: as `_told` returns it."""
    turns = _placed_turns(speaker_turns)
    is_spoken = pl.col("field") == "transcript"
    return (
        _evidence(mentions, told)
        .join(turns.select("turn_id", "words_before", "word_count", "length"), on="turn_id", how="left")
        .with_columns(
            stretch=pl.when(is_spoken).then(
                (
                    (pl.col("words_before") + pl.col("text_start") / pl.col("length") * pl.col("word_count"))
                    / STRETCH_WORDS
                ).floor()
            ),
            paragraph_id=pl.coalesce("passage_id", "chapter_id"),
        )
        .group_by("copy_id", "topic_id", "field", "stretch", "paragraph_id")
        .agg(
            weight=pl.len().cast(pl.Float64).clip(upper_bound=MAX_IN_STRETCH),
            mention_count=pl.col("is_keyphrase").sum(),
            entity_mention_count=(~pl.col("is_keyphrase")).sum(),
        )
        .with_columns(weight=pl.when(pl.col("field") == "title").then(TITLE_WEIGHT).otherwise("weight"))
        .group_by("copy_id", "topic_id")
        .agg(
            pl.col("mention_count", "entity_mention_count").sum(),
            spoken_weight=pl.col("weight").filter(is_spoken).sum(),
            written_weight=pl.col("weight").filter(~is_spoken).sum(),
        )
        .collect()
    )


def _spoken(speaker_turns: pl.DataFrame) -> pl.DataFrame:
    """Return how many stretches of speech each of some copies has."""
    heard = speaker_turns.filter(~pl.col("segment_kind").is_in(_PAID))
    return heard.group_by("copy_id").agg(stretch_count=(pl.col("word_count").sum() / STRETCH_WORDS).ceil())


def _paragraphs(passages: pl.DataFrame) -> pl.DataFrame:
    """Return the copy of each passage that is long enough to be a paragraph."""
    return passages.filter(pl.col("text").str.len_chars() >= MIN_PARAGRAPH_CHARS).select("copy_id")


def chapter_topics(mentions: Read, chapters: Read, copy_episodes: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """Return the topics of every chapter: of its title, and of the speech between its start and its end.

    mentions, chapters: read the lake tables of these names part by part. Speech counts where it has times on the clock
    of the chapter's copy.
    """
    timed = pl.concat(chapters(["copy_id", "chapter_id", "chapter_index", "start_s", "end_s"]))
    timed = timed.filter(pl.col("start_s").is_not_null()).sort("copy_id", "start_s", "chapter_index")
    of = Of(_MENTION_COLUMNS, given=_told(catalog))
    told = pl.concat(_of_chapters(part, timed) for part in summed_up(mentions, _placeable, of)(_PLACEABLE_COLUMNS))
    topics = pl.concat(summed_up(mentions, _topics, of)(["copy_id", "topic_id"])).lazy()
    scored = (
        told.lazy()
        .join(_distinctiveness(topics, copy_episodes), on="topic_id", how="left")
        .with_columns(score=((1 + pl.col("weight")).log() * pl.col("distinctiveness")).round(6))
    )
    return ChapterTopics.validate(
        _with_primary(scored, "chapter_id", MAX_CHAPTER_PRIMARY)
        .select(ChapterTopics.column_names())
        .sort("chapter_id", "topic_id")
        .collect(),
        cast=True,
    )


def _placeable(mentions: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Return what tells of topics in the titles of chapters, and in speech that has a time on the clock of its copy."""
    is_timed = pl.col("start_s").is_not_null() & (pl.col("clock_copy_id") == pl.col("copy_id"))
    return (
        _evidence(mentions, told)
        .filter((pl.col("field") == "chapter") | ((pl.col("field") == "transcript") & is_timed))
        .select(_PLACEABLE_COLUMNS)
        .sort("copy_id", "start_s", maintain_order=True)
        .collect()
    )


def _of_chapters(placeable: pl.DataFrame, timed: pl.DataFrame) -> pl.DataFrame:
    """Return of some copies how much of each chapter tells of each topic. timed: chapters, in order of time."""
    evidence = placeable.lazy()
    spoken = (
        evidence.filter(pl.col("field") == "transcript")
        .drop("chapter_id")
        .join_asof(
            timed.lazy().select("copy_id", "chapter_id", chapter_start_s="start_s", chapter_end_s="end_s"),
            left_on="start_s",
            right_on="chapter_start_s",
            by="copy_id",
            check_sortedness=False,
        )
        .filter(
            pl.col("chapter_id").is_not_null() & (pl.col("start_s") < pl.col("chapter_end_s").fill_null(float("inf")))
        )
        .group_by("copy_id", "chapter_id", "topic_id", "turn_id")
        .agg(
            weight=pl.len().cast(pl.Float64).clip(upper_bound=MAX_IN_STRETCH),
            mention_count=pl.col("is_keyphrase").sum(),
        )
    )
    titled = (
        evidence.filter(pl.col("field") == "chapter")
        .group_by("copy_id", "chapter_id", "topic_id")
        .agg(weight=pl.lit(TITLE_WEIGHT), mention_count=pl.col("is_keyphrase").sum())
    )
    columns = ["copy_id", "chapter_id", "topic_id", "weight", "mention_count"]
    return (
        pl.concat([spoken.select(columns), titled.select(columns)])
        .group_by("copy_id", "chapter_id", "topic_id")
        .agg(pl.col("weight", "mention_count").sum())
        .collect()
    )


def turn_topics(mentions: Read, copy_episodes: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """Return the one topic of each turn that is clearly about one; most turns have none.

    mentions: reads the lake table part by part.
    """
    of = Of(_MENTION_COLUMNS, given=_told(catalog))
    topics = pl.concat(summed_up(mentions, _topics, of)(["copy_id", "topic_id"])).lazy()
    turns = pl.concat(summed_up(mentions, _turns, of)(_TOLD_TURN_COLUMNS)).lazy()
    scored = (
        turns.join(_distinctiveness(topics, copy_episodes), on="topic_id", how="left")
        .with_columns(score=((1 + pl.col("weight")).log() * pl.col("distinctiveness")).round(6))
        .sort(["turn_id", "score", "topic_id"], descending=[False, True, False])
        .with_columns(
            rank=pl.int_range(pl.len()).over("turn_id"),
            second_score=pl.col("score").shift(-1).over("turn_id").fill_null(0.0),
        )
        .filter(
            (pl.col("rank") == 0)
            & (pl.col("weight") >= MIN_TURN_WEIGHT)
            & (pl.col("score") >= MIN_TURN_LEAD * pl.col("second_score"))
        )
        .select(TurnTopics.column_names())
        .sort("turn_id")
    )
    return TurnTopics.validate(scored.collect(), cast=True)


def _topics(mentions: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Return the topics that each of some copies tells of."""
    return _evidence(mentions, told).select("copy_id", "topic_id").unique().collect()


def _turns(mentions: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Return how much tells of each topic, of the turns of some copies that are clear enough about one of them."""
    return (
        _evidence(mentions, told)
        .filter(pl.col("field") == "transcript")
        .group_by("copy_id", "turn_id", "topic_id")
        .agg(weight=pl.len().cast(pl.Float64), mention_count=pl.col("is_keyphrase").sum())
        .filter(pl.col("weight").max().over("turn_id") >= MIN_TURN_WEIGHT)
        .collect()
    )


def _told(catalog: Catalog) -> pl.DataFrame:
    """Return which entities tell of which topics: `entity_id, topic_id`."""
    schema = {"entity_id": pl.String, "topic_id": pl.String}
    return pl.DataFrame(sorted(catalog.entity_topics), schema=schema, orient="row")


def _evidence(mentions: pl.DataFrame, told: pl.DataFrame) -> pl.LazyFrame:
    """Return the mentions that tell of a topic, one row for each topic: keyphrases, and entities that tell of one."""
    columns = [
        "copy_id", "turn_id", "passage_id", "chapter_id", "field", "text_start", "start_s", "clock_copy_id", "topic_id",
        "is_keyphrase",
    ]  # fmt: skip
    heard = mentions.lazy().filter((pl.col("field") != "speaker_label") & ~pl.col("segment_kind").is_in(_PAID))
    is_topic = pl.col("entity_type") == "topic"
    keyphrases = heard.filter(is_topic).with_columns(topic_id="entity_id", is_keyphrase=pl.lit(value=True))
    entities = heard.filter(~is_topic).join(told.lazy(), on="entity_id").with_columns(is_keyphrase=pl.lit(value=False))
    return pl.concat([keyphrases.select(columns), entities.select(columns)])


def _placed_turns(speaker_turns: pl.DataFrame) -> pl.LazyFrame:
    """Return the turns of conversation with the number of words before each, and the length of its text."""
    return (
        speaker_turns.lazy()
        .filter(~pl.col("segment_kind").is_in(_PAID))
        .sort("copy_id", "turn_index")
        .select(
            "copy_id",
            "turn_id",
            "word_count",
            words_before=pl.col("word_count").cum_sum().over("copy_id") - pl.col("word_count"),
            length=pl.col("text").str.len_chars().clip(lower_bound=1),
        )
    )


def _distinctiveness(topics: pl.LazyFrame, copy_episodes: pl.DataFrame) -> pl.LazyFrame:
    episodes = copy_episodes.lazy().select("copy_id", "episode_id")
    episode_count = copy_episodes["episode_id"].n_unique()
    return (
        topics.select("copy_id", "topic_id")
        .unique()
        .join(episodes, on="copy_id")
        .group_by("topic_id")
        .agg(topic_episode_count=pl.col("episode_id").n_unique())
        .select("topic_id", distinctiveness=1 + ((1 + episode_count) / (1 + pl.col("topic_episode_count"))).log())
    )


def _with_primary(scored: pl.LazyFrame, key: str, limit: int) -> pl.LazyFrame:
    """Mark the highest scores of each `key` as primary; equal scores go by id, so that equal inputs give equal rows."""
    is_able = pl.col("weight") >= MIN_PRIMARY_WEIGHT
    return (
        scored.sort([key, "score", "topic_id"], descending=[False, True, False])
        .with_columns(able_rank=is_able.cast(pl.Int32).cum_sum().over(key), best=pl.col("score").max().over(key))
        .with_columns(
            is_primary=is_able
            & (pl.col("able_rank") <= limit)
            & (pl.col("score") >= MIN_PRIMARY_SHARE * pl.col("best"))
        )
    )
