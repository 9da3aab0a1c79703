"""Contract of the lake table `copy_alignments`."""

import dataframely as dy


class CopyAlignments(dy.Schema):
    """Anchors between two copies of an episode: the same words in a copy without times and in one with times."""

    copy_id = dy.String(primary_key=True, description="The copy whose text gets times.")
    char_start = dy.Int64(primary_key=True, description="First character of the anchored words in its document text.")
    char_end = dy.Int64(description="End of the anchored words, exclusive.")
    clock_copy_id = dy.String(description="The copy whose clock it is.")
    clock_char_start = dy.Int64(description="First character of the same words in the timed document text.")
    clock_char_end = dy.Int64(description="End of the same words in the timed document text, exclusive.")
    start_s = dy.Float64(description="Time of the first anchored word.")
    end_s = dy.Float64(description="Time of the end of the last anchored word.")
    word_count = dy.Int64(description="Number of words in the anchored run.")
    matched_share = dy.Float64(description="Share of the words of the copy that are anchored, 0 to 1.")
