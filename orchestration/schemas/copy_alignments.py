"""Contract of the lake table `copy_alignments`."""

import dataframely as dy


class CopyAlignments(dy.Schema):
    """Anchors between two copies of an episode that complete each other: the same words in both. Each pair stands once.

    Where one copy lacks times, it is `copy_id`, and the other is the one whose clock it gets.
    """

    copy_id = dy.String(primary_key=True, description="A copy: the one without times, where only one has them.")
    other_copy_id = dy.String(primary_key=True, description="The copy that completes it.")
    char_start = dy.Int64(primary_key=True, description="First character of the anchored words in its document text.")
    char_end = dy.Int64(description="End of the anchored words, exclusive.")
    other_char_start = dy.Int64(description="First character of the same words in the other copy's document text.")
    other_char_end = dy.Int64(description="End of the same words in the other copy's document text, exclusive.")
    start_s = dy.Float64(
        nullable=True, description="Time of the first anchored word on the other copy's clock; NULL where it has none."
    )
    end_s = dy.Float64(nullable=True, description="Time of the end of the last anchored word on the same clock.")
    word_count = dy.Int64(description="Number of words in the anchored run.")
    matched_share = dy.Float64(description="Share of the words of `copy_id` that this pair anchors, 0 to 1.")
