"""Contract of the lake table `passages`."""

import dataframely as dy


class Passages(dy.Schema):
    """Text of a copy that is not speech: its title or a paragraph of its description."""

    passage_id = dy.String(primary_key=True, description="Hash of copy and first character.")
    document_id = dy.String(description="SHA-256 of the raw bytes, hexadecimal.")
    copy_id = dy.String(description="The copy that this belongs to.")
    passage_index = dy.Int64(description="Position in the copy, from 0.")
    field = dy.Enum(["title", "description"], description="What the text is.")
    text = dy.String(description="Display form.")
    char_start = dy.Int64(description="First character in the document text: 0-based code point.")
    char_end = dy.Int64(description="End in the document text, exclusive.")
