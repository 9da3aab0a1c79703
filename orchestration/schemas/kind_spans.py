"""Contract of the lake table `kind_spans`."""

import dataframely as dy


class KindSpans(dy.Schema):
    """Stretches of a copy that are not plain content: sponsor reads and credits, promos, intro, outro."""

    kind_span_id = dy.String(primary_key=True, description="Hash of copy, kind and first character.")
    document_id = dy.String(description="SHA-256 of the raw bytes, hexadecimal.")
    copy_id = dy.String(description="The copy that this belongs to.")
    segment_kind = dy.Enum(
        ["sponsor", "promo", "intro", "outro", "unknown"],
        description="What the stretch is; `unknown`: no conversation, but of no sure kind.",
    )
    form = dy.Enum(
        ["read", "credit", "other"],
        description="`read`: spoken; `credit`: in the show notes; `other` for what is no sponsor.",
    )
    sponsor_name = dy.String(nullable=True, description="The sponsor as the text names it.")
    rule = dy.String(description="Name of the rule that found it.")
    char_start = dy.Int64(description="First character in the document text: 0-based code point.")
    char_end = dy.Int64(description="End in the document text, exclusive.")
