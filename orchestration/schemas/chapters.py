"""Contract of the lake table `chapters`."""

import dataframely as dy


class Chapters(dy.Schema):
    """A chapter of a copy, as its source lists it."""

    chapter_id = dy.String(primary_key=True, description="Hash of copy and first character.")
    document_id = dy.String(description="SHA-256 of the raw bytes, hexadecimal.")
    copy_id = dy.String(description="The copy that this belongs to.")
    chapter_index = dy.Int64(description="Position in the copy, from 0.")
    title = dy.String(description="Display form of the title.")
    start_s = dy.Float64(nullable=True, description="Start in seconds on the clock of the copy.")
    end_s = dy.Float64(nullable=True, description="End in seconds: the next start, where it is known.")
    char_start = dy.Int64(description="First character in the document text: 0-based code point.")
    char_end = dy.Int64(description="End in the document text, exclusive.")
