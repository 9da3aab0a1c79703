"""Contract of the lake table `stated_people`."""

import dataframely as dy


class StatedPeople(dy.Schema):
    """A person whom a document or a sidecar states as taking part, outside running text."""

    copy_id = dy.String(primary_key=True, description="The copy that this belongs to.")
    person_index = dy.Int64(primary_key=True, description="Position among the people stated of the copy, from 0.")
    document_id = dy.String(description="SHA-256 of the raw bytes, hexadecimal.")
    name = dy.String(description="Name as stated, display form.")
    role = dy.Enum(["host", "guest", "unknown"], description="Role as stated.")
    source = dy.Enum(["front_matter", "feed", "sidecar"], description="Where it is stated.")
    char_start = dy.Int64(
        nullable=True, description="First character of the name in the document text; NULL exactly for sidecars."
    )
    char_end = dy.Int64(nullable=True, description="End in the document text, exclusive; NULL exactly for sidecars.")
