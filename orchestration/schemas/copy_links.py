"""Contract of the lake table `copy_links`."""

import dataframely as dy


class CopyLinks(dy.Schema):
    """Two copies that tell the same episode, and by which rule."""

    copy_id_a = dy.String(primary_key=True, description="The smaller copy id.")
    copy_id_b = dy.String(primary_key=True, description="The larger copy id.")
    rule = dy.String(primary_key=True, description="Name of the rule that linked them.")
    score = dy.Float64(description="Strength of the evidence, 0 to 1, comparable within a rule.")
    evidence = dy.String(description="What was found, in words a person can check.")
    is_accepted = dy.Bool(
        description="Whether the link joins the two into one episode; a refused link says why in `evidence`."
    )
