"""Contract of the lake table `unknown_names`."""

import dataframely as dy


class UnknownNames(dy.Schema):
    """A place where a name stands that no mention covers, with the text around it."""

    copy_id = dy.String(primary_key=True, description="The copy that this belongs to.")
    unit = dy.UInt32(primary_key=True, description="Position of the turn, passage or chapter among those of the copy.")
    start = dy.UInt32(primary_key=True, description="First character in that text.")
    key = dy.String(description="The name in lower case.")
    surface = dy.String(description="The name as it stands there.")
    is_mid_sentence = dy.Bool(description="Whether a sentence goes on there.")
    is_odd_word = dy.Bool(description="Whether it is a word in lower case, of a copy without capitals.")
    is_heading = dy.Bool(description="Whether the text is a title, or that of a chapter.")
    known_part_id = dy.String(nullable=True, description="Entity that a shorter mention inside it means.")
    before = dy.String(description="Up to 121 characters in front: one more than are ever shown.")
    after = dy.String(description="Up to 121 characters behind.")
    document_id = dy.String(description="SHA-256 of the raw bytes, hexadecimal.")
    char_start = dy.Int64(
        nullable=True, description="First character in the document text; NULL where a cue's time breaks the name."
    )
    char_end = dy.Int64(nullable=True, description="End in the document text, exclusive; NULL as `char_start`.")
