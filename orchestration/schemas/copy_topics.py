"""Contract of the lake table `copy_topics`."""

import dataframely as dy


class CopyTopics(dy.Schema):
    """How much a copy is about a topic."""

    copy_id = dy.String(primary_key=True, description="The copy.")
    topic_id = dy.String(primary_key=True, description="The topic of the catalogue.")
    score = dy.Float64(min=0, description="Coverage times distinctiveness; higher is more.")
    coverage = dy.Float64(
        min=0,
        description="Share of the stretches of speech that touch the topic, plus the share of the title, paragraphs "
        "and chapters that do.",
    )
    distinctiveness = dy.Float64(description="1 + ln((1 + episodes) / (1 + episodes with the topic)).")
    mention_count = dy.Int64(min=0, description="Keyphrases of the topic outside sponsor reads and promos.")
    entity_mention_count = dy.Int64(min=0, description="Mentions of entities that tell of the topic.")
    is_primary = dy.Bool(description="Whether it is one of the up to four main topics of the copy.")
