"""Contract of the lake table `speaker_turns`."""

import dataframely as dy


class SpeakerTurns(dy.Schema):
    """One speaker's uninterrupted speech, in every copy."""

    turn_id = dy.String(primary_key=True, description="Hash of copy and first character.")
    document_id = dy.String(description="SHA-256 of the raw bytes, hexadecimal.")
    copy_id = dy.String(description="The copy that this belongs to.")
    turn_index = dy.Int64(description="Position in the copy, from 0.")
    speaker_label = dy.String(
        nullable=True, description="Who speaks, as the source writes it; NULL where nothing tells speakers apart."
    )
    person_id = dy.String(nullable=True, description="The person behind the label.")
    speaker_confidence = dy.Float64(nullable=True, description="Confidence that it is this person, 0 to 1.")
    speaker_source = dy.Enum(
        ["native", "aligned", "inferred", "none"],
        description="Where the speaker comes from: the copy's own label, the label of another copy, the text, nowhere.",
    )
    speaker_copy_id = dy.String(
        nullable=True, description="The copy whose label it is; NULL where `speaker_source` is `inferred` or `none`."
    )
    start_s = dy.Float64(nullable=True, description="Start in seconds on the clock of `clock_copy_id`.")
    end_s = dy.Float64(nullable=True, description="End in seconds on the same clock.")
    time_source = dy.Enum(["native", "aligned", "interpolated", "none"], description="Where the time comes from.")
    clock_copy_id = dy.String(
        nullable=True, description="The copy whose clock it is; NULL exactly where `time_source` is `none`."
    )
    text = dy.String(description="Display form: the display forms of `spans` joined by spaces.")
    word_count = dy.Int64(description="Words spoken.")
    segment_kind = dy.Enum(
        ["content", "sponsor", "promo", "intro", "outro", "unknown"], description="What the stretch is."
    )
    spans = dy.List(
        dy.Struct(
            {
                "char_start": dy.Int64(),
                "char_end": dy.Int64(),
                "text_start": dy.Int64(),
                "start_s": dy.Float64(nullable=True),
            }
        ),
        description="The slices that the turn is made of, where each begins in `text`, and its own native time.",
    )
    char_start = dy.Int64(description="First character in the document text: 0-based code point.")
    char_end = dy.Int64(description="End in the document text, exclusive.")
