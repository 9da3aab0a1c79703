"""Contract of the lake table `copy_hosts`."""

import dataframely as dy


class CopyHosts(dy.Schema):
    """A person whom a copy itself calls its host, in its notes, its speech or its stated fields."""

    copy_id = dy.String(primary_key=True, description="The copy that calls the person so.")
    person_key = dy.String(primary_key=True, description="The catalogue's person, else folded first and last name.")
    person_name = dy.String(description="Name, display form.")
    person_id = dy.String(nullable=True, description="The catalogue's person; NULL where it lists nobody of the name.")
    nickname = dy.String(nullable=True, description="Nickname given with the name; NULL where there is none.")
    is_full = dy.Bool(description="False for a single word that the catalogue does not list.")
    is_sure = dy.Bool(description="Whether it is known for a person's name by the catalogue or its given name.")
