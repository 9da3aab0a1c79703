"""Contract of the lake table `links`."""

import dataframely as dy


class Links(dy.Schema):
    """An address found in a copy."""

    link_id = dy.String(primary_key=True, description="Hash of copy and first character.")
    document_id = dy.String(description="SHA-256 of the raw bytes, hexadecimal.")
    copy_id = dy.String(description="The copy that this belongs to.")
    link_index = dy.Int64(description="Position in the copy, from 0.")
    url = dy.String(description="The address.")
    rel = dy.Enum(
        ["transcript", "chapters", "enclosure", "person"],
        nullable=True,
        description="What a feed says the address leads to; NULL for an address that merely stands in the text.",
    )
    char_start = dy.Int64(description="First character in the document text: 0-based code point.")
    char_end = dy.Int64(description="End in the document text, exclusive.")
