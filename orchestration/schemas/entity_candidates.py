"""Contract of the lake table `entity_candidates`."""

import dataframely as dy


class EntityCandidates(dy.Schema):
    """A name in the texts that no mention covers, with what a person needs to add it to the catalogue."""

    candidate_id = dy.String(primary_key=True, description="Hash of the name in lower case.")
    name = dy.String(description="The name as it is written most often.")
    score = dy.Float64(description="How much a line in the catalogue would pay; comparable within a build.")
    kind_guess = dy.Enum(["company", "product", "person", "show"], description="What the name may be.")
    kind_evidence = dy.String(
        nullable=True, description="The words around it that speak for the guess; NULL where only its shape does."
    )
    occurrence_count = dy.Int64(description="Places where it stands, in all copies.")
    episode_count = dy.Int64(description="Episodes in which it stands.")
    show_count = dy.Int64(description="Shows in whose episodes it stands.")
    lower_case_count = dy.Int64(description="How often the same words stand in lower case.")
    catalog_id = dy.String(
        nullable=True,
        description="Entity of the catalogue that has this name, but that nothing showed to be meant here.",
    )
    known_part_id = dy.String(
        nullable=True, description="Entity that a shorter name inside it means: `Gemini` in `Gemini Nano`."
    )
    catalog_file = dy.String(description="The file of the catalogue that `catalog_line` is for.")
    catalog_line = dy.String(description="The line to copy, to be read over: id, name, and the columns of its kind.")
    alias_line = dy.String(
        nullable=True, description="Line for aliases.csv where the name is an ordinary word; NULL where none is needed."
    )
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
