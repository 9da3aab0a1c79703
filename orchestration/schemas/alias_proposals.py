"""Contract of the lake table `alias_proposals`."""

import dataframely as dy


class AliasProposals(dy.Schema):
    """A name that recognisers may have garbled: what the text has, and the entity that may be meant."""

    proposal_id = dy.String(primary_key=True, description="Hash of surface, in lower case, and entity.")
    surface = dy.String(description="What stands in the texts, as it is written most often.")
    entity_id = dy.String(description="The entity of the catalogue that may be meant.")
    entity_name = dy.String(description="Its name.")
    heard_as = dy.String(description="The name or alias of the entity that the surface sounds like.")
    score = dy.Float64(description="How likely it is, from 0 to 1.")
    similarity = dy.Float64(description="Likeness of letters and sound, 0 to 1.")
    expectation = dy.Float64(description="Share of its episodes that name the entity elsewhere, 0 to 1.")
    shared_words = dy.String(
        nullable=True, description="Words around it that stand around mentions of the entity too, joined by a bar."
    )
    is_ordinary_word = dy.Bool(description="Whether it is a word, place or first name besides: needs context words.")
    occurrence_count = dy.Int64(description="Places where it stands, in all copies.")
    episode_count = dy.Int64(description="Episodes in which it stands.")
    expecting_episode_count = dy.Int64(description="Those of them that name the entity elsewhere.")
    alias_line = dy.String(description="The line to copy into aliases.csv, after a look at the contexts.")
    seen_in = dy.String(nullable=True, description="Shows in whose episodes it stands, joined by a bar.")
    contexts = dy.List(
        dy.Struct(
            {
                "copy_id": dy.String(),
                "document_id": dy.String(),
                "char_start": dy.Int64(),
                "char_end": dy.Int64(),
                "surface": dy.String(),
                "context": dy.String(),
            }
        ),
        description="Up to three places, of different episodes where there are any, with the sentence around each.",
    )
