"""What copies take from others: whom other copies of their show call its hosts, and what all shows are called.

`regular_hosts` and `show_names` are small frames made of all copies, which the stages that read people share (see
increments.py).
"""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from orchestration.transforms.copy_people import HOST
from orchestration.transforms.person_names import fold

NAME_COLUMNS = ("person_name", "person_id", "nickname", "is_full", "is_sure")


def regular_hosts(copies: pl.DataFrame, copy_shows: pl.DataFrame, copy_casts: pl.DataFrame) -> pl.DataFrame:
    """Return for each copy the people whom any copy of its primary show calls hosts; the last copy's words count.

    Arguments are whole lake tables: `copy_id, document_id, copy_index` of `episode_copies`; `copy_id, show_id,
    is_primary` of `copy_shows`; all of `copy_casts` but `place`. Columns: `copy_id, person_key` and those of a name.
    """
    primary = (
        copy_shows.sort("copy_id", "is_primary", "show_id", descending=[False, True, False])
        .unique("copy_id", keep="first", maintain_order=True)
        .select("copy_id", "show_id")
    )
    of_shows = (
        copies.sort("document_id", "copy_index")
        .select("copy_id")
        .with_row_index("place")
        .join(copy_casts.filter(pl.col("standing") == HOST).drop("standing"), on="copy_id")
        .join(primary, on="copy_id")
        .sort("place", "person_key")
        .unique(["show_id", "person_key"], keep="last", maintain_order=True)
        .drop("copy_id", "place")
    )
    return (
        primary.join(of_shows, on="show_id")
        .select("copy_id", "person_key", *NAME_COLUMNS)
        .sort("copy_id", "person_key")
    )


def show_names(copy_shows: pl.DataFrame) -> pl.DataFrame:
    """Return the names of all shows: `show_id, show_name`, one row for each two words of it that follow each other.

    copy_shows: `show_id, show_name` of the whole lake table. needle: the two words, without which the name has no part
    in what a text says of people.
    """
    names = copy_shows.group_by("show_id").agg(pl.col("show_name").max()).sort("show_id")
    rows = [
        (show_id, name, f"{one} {other}")
        for show_id, name in names.iter_rows()
        for one, other in pairwise(fold(name).split())
    ]
    schema = {"show_id": pl.String, "show_name": pl.String, "needle": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").unique().sort("show_id", "needle")


def names_of_shows(copy_shows: pl.DataFrame, shared: pl.DataFrame | None) -> dict[str, str]:
    """Return the name of each show that `shared` has, or, without it, of those of the copies at hand."""
    known = show_names(copy_shows) if shared is None else shared
    return dict(known.select("show_id", "show_name").unique().sort("show_id").iter_rows())
