"""Contract of the lake table `copy_episodes`."""

import dataframely as dy


class CopyEpisodes(dy.Schema):
    """The episode that each copy tells."""

    copy_id = dy.String(primary_key=True, description="The copy.")
    episode_id = dy.String(
        description="Hash of the strongest outside key: guid, else video id, else address, else the smallest copy id."
    )
    match_rule = dy.String(
        description="The strongest rule that joined this copy to the others; `only_copy` where it stands alone."
    )
    match_confidence = dy.Float64(description="Score of that rule; 1 where the copy stands alone.")
