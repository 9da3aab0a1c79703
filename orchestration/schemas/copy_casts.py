"""Contract of the lake table `copy_casts`."""

import dataframely as dy


class CopyCasts(dy.Schema):
    """A person whom a name can mean in a copy, as the copy by itself and the catalogue's hosts of its shows tell."""

    copy_id = dy.String(primary_key=True, description="The copy that knows the person.")
    standing = dy.Enum(
        ["label", "stated", "show_host", "named", "host"],
        primary_key=True,
        description="How: as a label, stated as taking part, as the catalogue's host of its show, named in passing; "
        "`host` is a row of its own for whom the copy itself calls its host.",
    )
    person_key = dy.String(primary_key=True, description="The catalogue's person, else folded first and last name.")
    place = dy.Int64(description="Place among those of the same standing, by which the copy tells of them, from 0.")
    person_name = dy.String(description="Name, display form.")
    person_id = dy.String(nullable=True, description="The catalogue's person; NULL where it lists nobody of the name.")
    nickname = dy.String(nullable=True, description="Nickname given with the name; NULL where there is none.")
    is_full = dy.Bool(description="False for a single word that the catalogue does not list.")
    is_sure = dy.Bool(description="Whether it is known for a person's name by the catalogue or its given name.")
