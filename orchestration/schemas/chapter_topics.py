"""Contract of the lake table `chapter_topics`."""

import dataframely as dy


class ChapterTopics(dy.Schema):
    """How much a chapter is about a topic, by its title and by the speech inside its times."""

    chapter_id = dy.String(primary_key=True, description="The chapter.")
    topic_id = dy.String(primary_key=True, description="The topic of the catalogue.")
    copy_id = dy.String(description="The copy that the chapter belongs to.")
    score = dy.Float64(min=0, description="ln(1 + weight of title and turns) times distinctiveness; higher is more.")
    mention_count = dy.Int64(min=0, description="Keyphrases of the topic in the title and in the speech.")
    is_primary = dy.Bool(description="Whether it is one of the up to two main topics of the chapter.")
