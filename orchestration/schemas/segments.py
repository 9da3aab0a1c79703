"""Contract of the lake table `segments`."""

import dataframely as dy


class Segments(dy.Schema):
    """The transcript's units as a person would read them: a cue, a paragraph, an utterance."""

    copy_id = dy.String(primary_key=True, description="The copy that this belongs to.")
    segment_index = dy.Int64(primary_key=True, description="Position in the copy, from 0.")
    document_id = dy.String(description="SHA-256 of the raw bytes, hexadecimal.")
    speaker_label = dy.String(nullable=True, description="Who speaks, as the source writes it.")
    label_char_start = dy.Int64(
        nullable=True, description="First character of the label, where one stands at this segment."
    )
    label_char_end = dy.Int64(nullable=True, description="End of the label, exclusive.")
    start_s = dy.Float64(nullable=True, description="Start in seconds on the clock of the copy.")
    end_s = dy.Float64(nullable=True, description="End in seconds: stated, else the next start.")
    text = dy.String(description="Display form of the slice.")
    words = dy.List(
        dy.Struct({"word": dy.String(), "start_s": dy.Float64(nullable=True), "end_s": dy.Float64(nullable=True)}),
        nullable=True,
        description="Words with times of their own, where the source has them.",
    )
    is_speech = dy.Bool(description="False for a sound in brackets.")
    is_speaker_change = dy.Bool(description="A mark or a label of its own opens this segment.")
    is_paragraph_start = dy.Bool(description="The source begins a paragraph here.")
    locator = dy.String(description="Where in the raw file; `resolve()` of the format leads back to the text.")
    char_start = dy.Int64(description="First character in the document text: 0-based code point.")
    char_end = dy.Int64(description="End in the document text, exclusive.")
