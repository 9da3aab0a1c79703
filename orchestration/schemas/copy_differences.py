"""Contract of the lake table `copy_differences`."""

import dataframely as dy


class CopyDifferences(dy.Schema):
    """Stretches of speech that only one of two aligned copies has: what an edit removed, or a copy added."""

    difference_id = dy.String(primary_key=True, description="Hash of both copies and the first character.")
    document_id = dy.String(description="SHA-256 of the raw bytes, hexadecimal.")
    copy_id = dy.String(description="The copy that has it.")
    other_copy_id = dy.String(description="The copy that does not.")
    kind = dy.Enum(["only_here"], description="`only_here`: the other has no words there, or at most half as many.")
    start_s = dy.Float64(nullable=True, description="Start in seconds on the clock of `copy_id`; NULL without one.")
    end_s = dy.Float64(nullable=True, description="End on the same clock.")
    word_count = dy.Int64(description="Number of words.")
    other_word_count = dy.Int64(description="Number of words that the other copy has between the same anchors.")
    text = dy.String(description="Display form: the display forms of `spans` joined by spaces.")
    spans = dy.List(
        dy.Struct({"char_start": dy.Int64(), "char_end": dy.Int64()}),
        description="The slices of speech that it is made of.",
    )
    char_start = dy.Int64(description="First character in the document text: 0-based code point.")
    char_end = dy.Int64(description="End in the document text, exclusive.")
    other_char_start = dy.Int64(
        nullable=True, description="Where the stretch would stand in the other copy's document text."
    )
