"""Contract of the lake table `copy_shows`."""

import dataframely as dy


class CopyShows(dy.Schema):
    """The shows that a copy belongs to; a crossover has two."""

    copy_id = dy.String(primary_key=True, description="The copy.")
    show_id = dy.String(primary_key=True, description="The catalogue's id, or `show:` and the slug of the name.")
    show_name = dy.String(description="Name of the show.")
    is_primary = dy.Bool(description="The show in whose feed this copy appeared. One for each copy.")
    rule = dy.String(description="Name of the rule that found it.")
    score = dy.Float64(description="Strength of the evidence, 0 to 1.")
    char_start = dy.Int64(
        nullable=True,
        description="First character of the evidence in the document text; NULL where it lies outside the copy.",
    )
    char_end = dy.Int64(nullable=True, description="End of the evidence, exclusive.")
