"""Contract of the lake table `documents`."""

import dataframely as dy


class Documents(dy.Schema):
    """Distinct raw content: one row for each SHA-256 found below `raw/`."""

    document_id = dy.String(primary_key=True, description="SHA-256 of the raw bytes, hexadecimal.")
    paths = dy.List(dy.String(), description="Every path of this content below the raw folder, sorted.")
    path = dy.String(description="The first of `paths`.")
    format = dy.String(
        nullable=True, description="Name of the format that the content was recognised as; NULL where it was not."
    )
    bytes = dy.Int64(description="Size of the raw file in bytes.")
    encoding = dy.String(
        nullable=True, description="Character encoding that the bytes were read with; NULL where they are no text."
    )
    has_byte_order_mark = dy.Bool(
        description="Whether a byte-order mark stood in front of the text (it is not part of it)."
    )
    status = dy.Enum(["parsed", "rejected"], description="`parsed`, or `rejected` where nothing of it could be used.")
    sidecars = dy.List(dy.String(), description="Paths of the sidecars that state facts of it, the strongest first.")
    sidecar_fingerprint = dy.String(
        nullable=True, description="Hash of the paths and contents of `sidecars`; NULL where there are none."
    )
    method_version = dy.String(
        nullable=True,
        description="Hash of the code that read it: that of its format, or all where there was none; NULL where it was "
        "not read.",
    )
    ingested_at = dy.Datetime(time_zone="UTC", description="When this content was first read, UTC.")
