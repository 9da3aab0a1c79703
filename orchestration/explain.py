"""Explains a mention, or all names of a copy: surface, alias, entity, the rule, and the candidates that were refused.

    python -m orchestration.explain ID [--lake FOLDER] [--refused]

ID is a `mention_id` or a `copy_id` of the lake. The episode is read again by the code that found its mentions, with the
catalogue as it is now.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from orchestration.catalog.load import load_catalog
from orchestration.characters import harmless
from orchestration.settings import PROJECT_ROOT
from orchestration.transforms.episode_people import knowledge
from orchestration.transforms.mention_candidates import mention_candidates
from orchestration.transforms.mentions import Tables, episodes_of, texts_of, units_of

_CATALOG = PROJECT_ROOT / "dbt_project" / "seeds"
_LAKE = PROJECT_ROOT / "warehouse" / "lake"


def candidates_of(lake: Path, catalog_folder: Path, copy_id: str) -> pl.DataFrame:
    """Return the candidates in all texts of a copy, with `unit_id` and `field` of each text."""

    def read(table: str) -> pl.DataFrame:
        return pl.read_parquet(lake / table / "data.parquet")

    copy_episodes = read("copy_episodes")
    frames = (read(table) for table in ("speaker_turns", "passages", "chapters", "copy_alignments"))
    tables = Tables(next(frames), next(frames), next(frames), next(frames), None, {})
    people = (read(table) for table in ("speaker_labels", "appearance_evidence", "copy_shows"))
    known = knowledge(
        load_catalog(catalog_folder), next(people), next(people), next(people), episodes_of(copy_episodes)
    )
    units = units_of(tables, copy_episodes, read("episode_copies"))
    # What counts in a copy may hang on the other copies of its episode.
    of_episode = units.filter((pl.col("copy_id") == copy_id).any().over("episode_id"))
    found = mention_candidates(texts_of(of_episode, tables), known)
    where = of_episode.select("copy_id", "unit_id", "field").with_columns(pl.int_range(pl.len()).alias("unit"))
    return found.join(where, on="unit", how="left", maintain_order="left").filter(pl.col("copy_id") == copy_id)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line for each candidate, and return 0, or 1 where the lake does not know the id."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.explain", description=__doc__)
    parser.add_argument("id", help="a mention_id or copy_id")
    parser.add_argument("--lake", type=Path, default=_LAKE, help="folder of the lake")
    parser.add_argument("--catalog", type=Path, default=_CATALOG, help="folder of the catalogue's CSV files")
    parser.add_argument("--refused", action="store_true", help="only what was refused")
    options = parser.parse_args(arguments)
    mentions = pl.read_parquet(options.lake / "mentions" / "data.parquet")
    mention = next(mentions.filter(pl.col("mention_id") == options.id).iter_rows(named=True), None)
    copy_id = mention["copy_id"] if mention else options.id
    found = candidates_of(options.lake, options.catalog, copy_id)
    if found.is_empty() and mention is None:
        print(f"the lake knows no mention or copy {options.id}", file=sys.stderr)
        return 1
    if mention:
        rule = f"{mention['entity_id']} by {mention['match_rule']}"
        print(harmless(f"{mention['surface']!r} as {mention['alias']!r} is {rule}"))
        unit_id = mention["turn_id"] or mention["passage_id"] or mention["chapter_id"]
        overlaps = (pl.col("text_start") < mention["text_end"]) & (pl.col("text_end") > mention["text_start"])
        found = found.filter((pl.col("unit_id") == unit_id) & overlaps)
    if options.refused:
        found = found.filter(pl.col("outcome").str.starts_with("refused"))
    for row in found.iter_rows(named=True):
        place = f"{row['field']} {row['unit_id']} {row['text_start']}"
        print(harmless(f"{place}: {row['surface']!r} as {row['alias']!r}, {row['entity_id']}: {row['outcome']}"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
