"""Contract of the lake table `rejects`."""

import dataframely as dy


class Rejects(dy.Schema):
    """A file, or a part of a file, that could not be used."""

    reject_id = dy.String(primary_key=True, description="Hash of path, locator and reason.")
    document_id = dy.String(
        nullable=True, description="The document; NULL where the bytes could not be read, and for sidecars."
    )
    path = dy.String(description="Path below the raw folder.")
    locator = dy.String(description="Where in the file; `file` for all of it.")
    reason = dy.String(description="Why it could not be used, in words.")
    remedy = dy.String(description="What a person can do about it.")
