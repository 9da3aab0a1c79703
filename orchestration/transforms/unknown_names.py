"""The names in the texts that no mention covers: which runs of capitalised words hold one, and what stands around.

Belongs here: what takes the words of all copies to decide, for `entity_candidates` and `name_miner`. Keep out: what a
copy tells by itself (name_scan.py), which of the names deserve a line of the catalogue, and what they may be.

Places are decided for all copies at once, on runs that are alike together; then the text around is read only in the
copies whose places changed.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from typing import Any

import polars as pl

from orchestration.schemas.unknown_names import UnknownNames
from orchestration.transforms.name_runs import Ordinary, key_of, names_in_run, words_of_run
from orchestration.transforms.name_scan import read_known, text_units
from orchestration.transforms.parts import Of, Read, Run, folded, made, run_here, summed_up
from orchestration.transforms.shown_names import with_text_around

_KIND = ("surface", "is_mid_sentence", "known")
_CUT = {
    "surface": pl.String,
    "is_mid_sentence": pl.Boolean,
    "known": pl.String,
    "low": pl.UInt32,
    "length": pl.UInt32,
    "key": pl.String,
    "is_mid": pl.Boolean,
    "is_odd_word": pl.Boolean,
    "known_part_id": pl.String,
}
_WORD = {"word": pl.String, "lower": pl.UInt32, "capitalised": pl.UInt32}
_PLACE = {
    "copy_id": pl.String,
    "unit": pl.UInt32,
    "start": pl.UInt32,
    "length": pl.UInt32,
    "key": pl.String,
    "is_mid_sentence": pl.Boolean,
    "is_odd_word": pl.Boolean,
    "known_part_id": pl.String,
}


def unknown_places(read: Read, run: Run = run_here) -> pl.DataFrame:
    """Return where unknown names stand: `copy_id, unit, start, length, key` and what is told of each by its run.

    read: reads `copy_names`. run: works on its parts.
    """
    empty = pl.DataFrame(schema=dict.fromkeys(_KIND, pl.String)).cast({"is_mid_sentence": pl.Boolean})
    kinds = made(summed_up(read, _kinds, Of(["copy_id", "runs"]), pl.DataFrame.unique), list(_KIND), run)
    cuts = _cuts(folded(chain([empty], kinds(list(_KIND))), pl.DataFrame.unique), read, run)
    places = (_places(part, cuts) for part in read(["copy_id", "runs"]))
    return pl.concat([pl.DataFrame(schema=_PLACE), *places])


def unknown_names(
    turns: pl.DataFrame,
    passages: pl.DataFrame,
    chapters: pl.DataFrame,
    document_texts: pl.DataFrame,
    episode_copies: pl.DataFrame,
    places: pl.DataFrame,
) -> pl.DataFrame:
    """Return the table `unknown_names`. places: as `unknown_places` gives them. Others as in the lake."""
    units = text_units(turns, passages, chapters, episode_copies)
    found = with_text_around(places, units, turns, document_texts)
    return UnknownNames.validate(found.select(UnknownNames.column_names()), cast=True)


def word_counts(read: Read, words: Collection[str], run: Run = run_here) -> dict[str, tuple[int, int]]:
    """Return how often each of `words` stands in lower case, and with a capital where no sentence starts.

    read: reads `copy_names`. run: works on its parts.
    """
    wanted = pl.Series(sorted(words), dtype=pl.String)
    sums = made(summed_up(read, _words, Of(["copy_id", "words"]), _summed_words), list(_WORD), run)
    of_parts = (part.filter(pl.col("word").is_in(wanted.implode())) for part in sums(list(_WORD)))
    summed = folded(chain([pl.DataFrame(schema=_WORD)], of_parts), _summed_words)
    return {word: (lower, capitalised) for word, lower, capitalised in summed.select(*_WORD).iter_rows()}


def with_episodes(places: pl.DataFrame, copy_episodes: pl.DataFrame) -> pl.DataFrame:
    """Return rows of copies with `episode_id`; a copy without an episode is its own."""
    return places.join(copy_episodes.select("copy_id", "episode_id"), on="copy_id", how="left").with_columns(
        episode_id=pl.coalesce("episode_id", "copy_id")
    )


def exploded(part: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the structures of a list of `copy_names` as rows."""
    return part.select("copy_id", column).filter(pl.col(column).list.len() > 0).explode(column).unnest(column)


def _kinds(part: pl.DataFrame) -> pl.DataFrame:
    return exploded(part, "runs").select(_KIND).unique()


def _words(part: pl.DataFrame) -> pl.DataFrame:
    return _summed_words(exploded(part, "words"))


def _summed_words(words: pl.DataFrame) -> pl.DataFrame:
    return words.group_by("word").agg(pl.col("lower", "capitalised").sum())


def _places(part: pl.DataFrame, cuts: pl.DataFrame) -> pl.DataFrame:
    found = exploded(part, "runs").join(cuts, on=_KIND)
    return found.with_columns(pl.col("start") + pl.col("low"), is_mid_sentence="is_mid").select(*_PLACE)


def _cuts(kinds: pl.DataFrame, read: Read, run: Run) -> pl.DataFrame:
    """Return the names that each kind of run holds, by their place in it."""
    runs = list(kinds.select(_KIND).iter_rows())
    ordinary = Ordinary(word_counts(read, {word for surface, *_ in runs for word in words_of_run(surface)}, run))
    rows: list[tuple[Any, ...]] = []
    for surface, is_mid, known in runs:
        if surface.islower():
            rows.append((surface, is_mid, known, 0, len(surface), surface, False, True, None))
            continue
        for start, end, known_part in names_in_run(surface, is_mid, read_known(known), ordinary):
            key = key_of(surface[start:end])
            rows.append((surface, is_mid, known, start, end - start, key, is_mid or start > 0, False, known_part))
    return pl.DataFrame(rows, schema=_CUT, orient="row")
