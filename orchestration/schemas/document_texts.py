"""Contract of the lake table `document_texts`."""

import dataframely as dy


class DocumentTexts(dy.Schema):
    """The one text of each document that every `char_*` refers to."""

    document_id = dy.String(primary_key=True, description="SHA-256 of the raw bytes, hexadecimal.")
    text = dy.String(description="Decoded text, line ends untouched, byte-order mark removed.")
