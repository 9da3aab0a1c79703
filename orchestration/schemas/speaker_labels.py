"""Contract of the lake table `speaker_labels`."""

import dataframely as dy


class SpeakerLabels(dy.Schema):
    """The person behind each speaker label of a copy."""

    copy_id = dy.String(primary_key=True, description="The copy.")
    speaker_label = dy.String(primary_key=True, description="The label as the source writes it.")
    person_id = dy.String(nullable=True, description="The person; NULL where the label stays unresolved.")
    person_name = dy.String(nullable=True, description="Name of the person.")
    confidence = dy.Float64(nullable=True, description="0 to 1; NULL where unresolved.")
    rule = dy.String(description="Name of the rule that decided.")
    candidates = dy.List(
        dy.String(), nullable=True, description="People whom an unresolved label may mean; NULL where none are known."
    )
