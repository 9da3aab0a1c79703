"""Contract of the lake table `appearance_evidence`."""

import dataframely as dy


class AppearanceEvidence(dy.Schema):
    """One reason to believe that a person appears in an episode, in a role."""

    evidence_id = dy.String(primary_key=True, description="Hash of copy, person, kind, role and first character.")
    document_id = dy.String(description="SHA-256 of the raw bytes, hexadecimal.")
    copy_id = dy.String(description="The copy that this belongs to.")
    show_id = dy.String(nullable=True, description="The show on which the role holds.")
    person_id = dy.String(description="The person.")
    person_name = dy.String(description="Name of the person.")
    role = dy.Enum(
        ["host", "co_host", "guest", "other", "unknown"], description="The role that this evidence speaks for."
    )
    kind = dy.String(
        description="stated (in front matter, a feed or a sidecar), speaker_label, show_notes, title, "
        "self_introduction, host_introduction or roster."
    )
    quote = dy.String(description="Display form of the evidence.")
    affiliation = dy.String(
        nullable=True,
        description="Organisation that the same sentence gives the person; where none is stated, the catalogue's.",
    )
    affiliation_source = dy.Enum(
        ["stated", "catalog"],
        nullable=True,
        description="Where the affiliation is from: `stated` in the quote, or `catalog`; NULL without one.",
    )
    affiliation_title = dy.String(nullable=True, description="Position that the same sentence gives the person.")
    char_start = dy.Int64(
        nullable=True,
        description="First character in the document text: 0-based code point; NULL for what a sidecar states.",
    )
    char_end = dy.Int64(
        nullable=True, description="End in the document text, exclusive; NULL for what a sidecar states."
    )
