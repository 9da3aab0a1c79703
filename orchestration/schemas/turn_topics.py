"""Contract of the lake table `turn_topics`."""

import dataframely as dy


class TurnTopics(dy.Schema):
    """The one topic of a turn that is clearly about one."""

    turn_id = dy.String(primary_key=True, description="The turn.")
    topic_id = dy.String(description="The topic of the catalogue.")
    copy_id = dy.String(description="The copy that the turn belongs to.")
    score = dy.Float64(min=0, description="ln(1 + mentions that tell of it) times distinctiveness; higher is more.")
    mention_count = dy.Int64(min=0, description="Keyphrases of the topic in the turn.")
