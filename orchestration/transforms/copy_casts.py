"""The people whom each copy by itself knows: read out of its texts once, for all stages that tell of people.

Belongs here: the table of them. Keep out: what copies learn of each other (copy_people.py).
"""

from __future__ import annotations

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.schemas.copy_casts import CopyCasts
from orchestration.transforms.copy_people import HOST, STANDINGS, own_readings
from orchestration.transforms.person_names import finder_of
from orchestration.transforms.show_hosts import names_of_shows


def copy_casts(
    copies: pl.DataFrame,
    segments: pl.DataFrame,
    passages: pl.DataFrame,
    copy_shows: pl.DataFrame,
    catalog: Catalog,
    stated_people: pl.DataFrame | None,
    show_names: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the table `copy_casts`: the people whom a name can mean in each copy.

    show_names: of all copies, as the function of that name returns them; without it, of those at hand.
    """
    finder = finder_of(catalog, names_of_shows(copy_shows, show_names))
    rows = [
        (reading.copy_id, standing, key, place, n.text, n.person_id, n.nickname, n.is_full, n.is_sure)
        for reading in own_readings(copies, segments, passages, copy_shows, catalog, finder, stated_people)
        for standing, people in zip((*STANDINGS, HOST), (*reading.cast.ranks, reading.presenting), strict=True)
        for place, (key, n) in enumerate(people.items())
    ]
    return CopyCasts.validate(pl.DataFrame(rows, schema=CopyCasts.create_empty().schema, orient="row"), cast=True)
