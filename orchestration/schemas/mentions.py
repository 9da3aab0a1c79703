"""Contract of the lake table `mentions`."""

import dataframely as dy


class Mentions(dy.Schema):
    """One occurrence of an entity, in every copy."""

    mention_id = dy.String(primary_key=True, description="Hash of copy, characters and entity.")
    document_id = dy.String(description="SHA-256 of the raw bytes, hexadecimal.")
    copy_id = dy.String(description="The copy that this belongs to.")
    turn_id = dy.String(nullable=True, description="The turn, for field `transcript`.")
    passage_id = dy.String(nullable=True, description="The passage, for fields `title` and `description`.")
    chapter_id = dy.String(nullable=True, description="The chapter, for field `chapter`.")
    field = dy.Enum(
        ["transcript", "speaker_label", "title", "description", "chapter"], description="Where the mention stands."
    )
    entity_id = dy.String(description="The canonical entity.")
    entity_type = dy.Enum(["company", "product", "person", "show", "topic"], description="Kind of the entity.")
    entity_name = dy.String(description="Canonical name.")
    surface = dy.String(description="The name as it stands in the display text.")
    alias = dy.String(description="The alias of the catalogue, or the name of the episode, that matched.")
    context = dy.String(description="The sentence around it, display form.")
    text_start = dy.Int64(description="First character in the text of its turn, passage, chapter title or label.")
    text_end = dy.Int64(description="End in that text, exclusive.")
    speaker_label = dy.String(nullable=True, description="Label of the turn.")
    speaker_person_id = dy.String(nullable=True, description="Who says it.")
    start_s = dy.Float64(
        nullable=True,
        description="Time of the smallest timed unit around it, in seconds on the clock of `clock_copy_id`.",
    )
    time_source = dy.Enum(["native", "aligned", "interpolated", "none"], description="Where the time comes from.")
    clock_copy_id = dy.String(
        nullable=True, description="The copy whose clock it is; NULL exactly where `time_source` is `none`."
    )
    segment_kind = dy.Enum(
        ["content", "sponsor", "promo", "intro", "outro", "unknown"], description="What the stretch is."
    )
    match_rule = dy.String(description="Name of the rule that linked surface and entity.")
    char_start = dy.Int64(description="First character in the document text: 0-based code point.")
    char_end = dy.Int64(description="End in the document text, exclusive.")
