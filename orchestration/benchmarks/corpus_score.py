"""Compares the lake of a generated corpus with the corpus' truth: copies of an episode, mentions, hosts and guests.

python -m orchestration.benchmarks.corpus_score CORPUS LAKE
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from orchestration.io.lake import Lake

# Of these the names stand at other places in the document text than in the file, which writes them escaped.
_PLACES_MOVED = ("rss_feed", "podcast_json", "recogniser_json", "webvtt", "subrip")
_TYPES = ("company", "product", "person")

Score = dict[str, float | int]


def score(corpus: Path, lake: Lake) -> dict[str, Score]:
    """Return what there is in truth, what was found, and recall and precision of each kind of finding.

    corpus: folder with `truth`. Copies are compared by pairs of one episode, of all copies and of those with speech;
    mentions of companies, products and people of the catalogue by their place where the file has it as it is, and by
    their number in each file over all formats, without speaker labels, of which the truth says nothing; hosts and
    guests by the name that the evidence gives, for each episode.
    """
    truth = {name: pl.read_parquet(corpus / "truth" / name) for name in ("copies", "episodes", "mentions")}
    files = lake.read("documents", ["document_id", "paths"]).explode("paths", empty_as_null=False)
    copies = (
        lake.read("episode_copies", ["copy_id", "document_id", "copy_index"])
        .join(files.rename({"paths": "file"}), on="document_id")
        .join(truth["copies"], on=["file", "copy_index"])
        .join(lake.read("copy_episodes", ["copy_id", "episode_id"]).rename({"episode_id": "found"}), on="copy_id")
    )
    return {
        "copies": _score(truth["copies"].height, lake.row_count("episode_copies"), copies.height),
        "identity": _identity(copies),
        "identity_of_speech": _identity(copies.filter("has_transcript")),
        **_mentions(truth["mentions"], truth["copies"], copies, lake),
        **{role: _people(truth["episodes"], copies, lake, role) for role in ("host", "guest")},
    }


def _score(true_count: int, found_count: int, hit_count: int, right_count: int | None = None) -> Score:
    """hit_count: of what is true. right_count: of what was found, where the two can differ."""
    right = hit_count if right_count is None else right_count
    return {
        "true": true_count,
        "found": found_count,
        "recall": round(hit_count / true_count, 4) if true_count else 1.0,
        "precision": round(right / found_count, 4) if found_count else 1.0,
    }


def _identity(copies: pl.DataFrame) -> Score:
    true, found = _pairs(copies, "episode_id"), _pairs(copies, "found")
    return _score(true.height, found.height, true.join(found, on=true.columns).height)


def _pairs(copies: pl.DataFrame, episode: str) -> pl.DataFrame:
    one = copies.select("copy_id", episode)
    pairs = one.join(one, on=episode, suffix="_b").filter(pl.col("copy_id") < pl.col("copy_id_b"))
    return pairs.select("copy_id", "copy_id_b")


def _mentions(planted: pl.DataFrame, told: pl.DataFrame, copies: pl.DataFrame, lake: Lake) -> dict[str, Score]:
    known = planted["entity_id"].unique().implode()
    found = (
        lake.read("mentions", ["copy_id", "field", "entity_id", "entity_type", "char_start", "char_end"])
        .filter(pl.col("field").cast(pl.String) != "speaker_label")
        .filter(pl.col("entity_type").cast(pl.String).is_in(_TYPES), pl.col("entity_id").is_in(known))
        .join(copies.select("copy_id", "file"), on="copy_id")
    )
    unmoved = told.filter(~pl.col("format").is_in(_PLACES_MOVED)).select("file").unique()
    true_here = planted.join(unmoved, on="file", how="semi").with_row_index("planted")
    found_here = (
        found.join(unmoved, on="file", how="semi")
        .select("file", "entity_id", start="char_start", end="char_end")
        .unique(["file", "entity_id", "start"])
    )
    touching = true_here.join(found_here, on=["file", "entity_id"]).filter(
        (pl.col("start") < pl.col("char_end")) & (pl.col("end") > pl.col("char_start"))
    )
    of_file = ["file", "entity_id"]
    numbers = (
        planted.group_by(of_file)
        .len("true")
        .join(found.group_by(of_file).len("found"), on=of_file, how="full", coalesce=True)
    )
    numbers = numbers.fill_null(0).with_columns(hit=pl.min_horizontal("true", "found"))
    return {
        "mentions_at_their_place": _score(
            true_here.height,
            found_here.height,
            touching["planted"].n_unique(),
            touching.select("file", "entity_id", "start").n_unique(),
        ),
        "mentions_by_number": _score(*(int(numbers[name].sum()) for name in ("true", "found", "hit"))),
    }


def _people(episodes: pl.DataFrame, copies: pl.DataFrame, lake: Lake, role: str) -> Score:
    names = (
        episodes.select("episode_id", person_name=f"{role}s").explode("person_name", empty_as_null=True).drop_nulls()
    )
    found = (
        lake.read("appearance_evidence", ["copy_id", "role", "person_name"])
        .filter(pl.col("role").cast(pl.String).replace("co_host", "host") == role)
        .join(copies.select("copy_id", "episode_id"), on="copy_id")
        .select("episode_id", "person_name")
        .unique()
    )
    return _score(names.height, found.height, names.join(found, on=names.columns).height)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the scores as JSON, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.benchmarks.corpus_score", description=__doc__)
    parser.add_argument("corpus", type=Path, help="folder that the corpus was written to")
    parser.add_argument("lake", type=Path, help="folder of the lake that was made of it")
    options = parser.parse_args(arguments)
    print(json.dumps(score(options.corpus, Lake(options.lake)), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
