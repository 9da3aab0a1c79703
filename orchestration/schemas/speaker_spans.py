"""Contract of the lake table `speaker_spans`."""

import dataframely as dy


class SpeakerSpans(dy.Schema):
    """A stretch of a copy whose speaker is known from elsewhere than a label there. They never overlap."""

    copy_id = dy.String(primary_key=True, description="The copy whose text this is.")
    char_start = dy.Int64(primary_key=True, description="First character in the document text: 0-based code point.")
    char_end = dy.Int64(description="End in the document text, exclusive.")
    speaker_label = dy.String(
        nullable=True, description="The label in the other copy; NULL for what is inferred from the text."
    )
    person_id = dy.String(nullable=True, description="The person; NULL where the label stays unresolved.")
    person_name = dy.String(nullable=True, description="Name of the person.")
    confidence = dy.Float64(
        description="0 to 1. For `aligned` the share of words matched around here, times that of the label's person."
    )
    rule = dy.String(description="`aligned`, or the name of the rule that inferred it.")
    label_copy_id = dy.String(nullable=True, description="The copy whose label it is; NULL for what is inferred.")
