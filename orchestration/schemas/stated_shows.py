"""Contract of the lake table `stated_shows`."""

import dataframely as dy


class StatedShows(dy.Schema):
    """A show that the catalogue does not list and that a copy states by itself; all others know its name by it."""

    copy_id = dy.String(primary_key=True, description="The copy that states the show.")
    show_id = dy.String(primary_key=True, description="The show.")
    show_name = dy.String(description="Its name, as stated there.")
