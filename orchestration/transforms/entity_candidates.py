"""Names that the catalogue lacks, ranked, each with a line that can be copied into it.

Belongs here: which unknown names are worth a person's look. Keep out: finding them (unknown_names.py), what they may
be (kind_guess.py), and what recognisers garble (name_miner.py).

A name scores by how sure it is to be one (how often it is capitalised where no sentence starts, against how often the
same words stand in lower case) times how much a line for it would give: its places and its episodes.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.words import is_common_word
from orchestration.ids import slugify, stable_id
from orchestration.schemas.entity_candidates import EntityCandidates
from orchestration.transforms.kind_guess import Kind, guess_kind
from orchestration.transforms.letters import fold
from orchestration.transforms.name_runs import Ordinary
from orchestration.transforms.parts import Read, Run, run_here
from orchestration.transforms.phrases import lower_case_phrases
from orchestration.transforms.shown_names import (
    AROUND,
    MAX_CONTEXTS,
    MAX_READ,
    commonest_forms,
    contexts,
    csv_line,
    spread,
)
from orchestration.transforms.unknown_names import with_episodes, word_counts

_MAX_ROWS = 10_000
_MIN_SURENESS = 0.2
# A name of ordinary words throughout (`Speedy Trial`) is more often a heading than a name.
_ORDINARY_WORDS = 0.5
# A first name alone gives no line of the catalogue by itself.
_FIRST_NAME = 0.4
# Most short words in capitals are terms of a trade.
_ACRONYM = 0.5
_MAX_ACRONYM = 5
_SEEN_ONCE = 0.5
_PLACE = [
    *("copy_id", "unit", "start", "key", "surface", "is_mid_sentence", "is_odd_word", "is_heading", "known_part_id"),
    "char_start",
]
_FILES: dict[Kind, tuple[str, str]] = {
    "company": ("companies.csv", "other,"),
    "product": ("products.csv", ",tool"),
    "person": ("people.csv", ""),
    "show": ("shows.csv", ","),
}


def entity_candidates(
    names: Read,
    copy_names: Read,
    turns: Read,
    passages: Read,
    chapters: Read,
    catalog: Catalog,
    copy_episodes: pl.DataFrame,
    copy_shows: pl.DataFrame,
    episode_copies: pl.DataFrame,
    run: Run = run_here,
) -> pl.DataFrame:
    """Return the unknown names of all texts, at most _MAX_ROWS, the best of them.

    names, copy_names, turns, passages, chapters: read the tables `unknown_names`, `copy_names`, `speaker_turns` and so
    on, part by part. run: works on these parts. Other frames as in the lake.
    """
    places = with_episodes(pl.concat(names(_PLACE)), copy_episodes)
    found = _summed_up(places, copy_shows)
    keys = found["key"].to_list()
    counts = word_counts(copy_names, {word for key in keys for word in key.split()}, run)
    lower = Counter({key: counts[key][0] for key in keys if " " not in key and key in counts})
    phrases = [key for key in keys if " " in key]
    lower.update(lower_case_phrases(phrases, (turns, passages, chapters), episode_copies, run))
    first_names = catalog_first_names(catalog)
    ordinary = Ordinary(counts)
    rows: list[dict[str, Any]] = []
    for name in found.iter_rows(named=True):
        key, count = name["key"], name["occurrence_count"]
        sureness = _sureness(name, lower[key], ordinary, first_names)
        if sureness < _MIN_SURENESS:
            continue
        weight = math.log2(1 + count) * (1 + math.log2(name["episode_count"]))
        rows.append(
            {
                "key": key,
                "score": round(sureness * weight, 3),
                "occurrence_count": count,
                "episode_count": name["episode_count"],
                "show_count": name["show_count"],
                "lower_case_count": lower[key],
            }
        )
    rows.sort(key=lambda row: (-row["score"], row["key"]))
    del rows[_MAX_ROWS:]
    of_shown = places.filter(pl.col("key").is_in(pl.Series([row["key"] for row in rows], dtype=pl.String).implode()))
    forms = commonest_forms(of_shown)
    known_parts = _known_parts(of_shown)
    around, shown = _read_around(names, of_shown)
    by_name = _catalog_names(catalog)
    lines = _Lines(catalog)
    for row in rows:
        key = row.pop("key")
        form = forms[key]
        guess = guess_kind(form, around[key], first_names)
        row |= {
            "candidate_id": stable_id("candidate", key),
            "name": form,
            "kind_guess": guess.kind,
            "kind_evidence": guess.evidence,
            "catalog_id": by_name.get(key),
            "known_part_id": known_parts.get(key),
            "contexts": shown.get(key, []),
        }
        is_ordinary = (" " not in key and lower[key] > 0) or is_common_word(key)
        row |= lines.of(guess.kind, form, is_ordinary=is_ordinary)
    schema = EntityCandidates.create_empty().schema
    return EntityCandidates.validate(pl.DataFrame(rows, schema=schema, strict=False), cast=True)


def _summed_up(places: pl.DataFrame, copy_shows: pl.DataFrame) -> pl.DataFrame:
    """Return how often and where each name stands, and how it is written at its first place."""
    of_shows = (
        places.select("key", "copy_id")
        .unique()
        .join(copy_shows.select("copy_id", "show_id"), on="copy_id")
        .group_by("key")
        .agg(show_count=pl.col("show_id").n_unique())
    )
    return (
        places.sort("is_odd_word", "copy_id", "unit", "start")
        .group_by("key")
        .agg(
            pl.col("surface").first(),
            occurrence_count=pl.len(),
            mid_count=pl.col("is_mid_sentence").sum(),
            has_known_part=pl.col("known_part_id").is_not_null().any(),
            episode_count=pl.col("episode_id").n_unique(),
        )
        .join(of_shows, on="key", how="left")
        .with_columns(pl.col("show_count").fill_null(0))
        .sort("key")
    )


def _known_parts(places: pl.DataFrame) -> dict[str, str]:
    """Return, by name, the entity that is known inside it most often."""
    counted = places.filter(pl.col("known_part_id").is_not_null()).group_by("key", "known_part_id").agg(times=pl.len())
    best = counted.sort("key", "times", "known_part_id", descending=[False, True, False]).unique(
        "key", keep="first", maintain_order=True
    )
    return dict(best.select("key", "known_part_id").iter_rows())


def _read_around(
    names: Read, places: pl.DataFrame
) -> tuple[dict[str, list[tuple[str, str]]], dict[str, list[dict[str, Any]]]]:
    """Return, by name, the text before and after some of its places, and some as contexts."""
    ranked = (
        spread(places)
        .with_row_index("rank")
        .with_columns(is_located=pl.col("char_start").is_not_null())
        .with_columns(turn=pl.int_range(pl.len()).over("key"), located=pl.col("is_located").cum_sum().over("key"))
    )
    is_read = pl.col("turn") < MAX_READ
    is_shown = pl.col("is_located") & (pl.col("located") <= MAX_CONTEXTS)
    wanted = ranked.filter(is_read | is_shown).select("copy_id", "unit", "start", "rank", is_read=is_read)
    texts = [
        part.join(wanted, on=["copy_id", "unit", "start"])
        for part in names(
            ["copy_id", "unit", "start", "key", "before", "surface", "after", "document_id", "char_start", "char_end"]
        )
    ]
    found = pl.concat(texts).sort("rank")
    around: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, before, after in found.filter("is_read").select("key", "before", "after").iter_rows():
        around[key].append((before[-AROUND:], after[:AROUND]))
    return around, contexts(found)


def catalog_first_names(catalog: Catalog) -> frozenset[str]:
    """Return the first names of the people of the catalogue, in lower case, ordinary words left out."""
    people = (entity.name.split() for entity in catalog.entities.values() if entity.entity_type == "person")
    return frozenset(words[0].lower() for words in people if len(words) > 1 and len(words[0]) > 2)


def _catalog_names(catalog: Catalog) -> dict[str, str]:
    """Return the entity that each alias means, by the alias in lower case; of several the smallest id."""
    names: dict[str, str] = {}
    for alias in sorted(catalog.aliases, key=lambda one: one.entity_id, reverse=True):
        if not alias.entity_id.startswith("topic:"):
            names[fold(alias.alias)] = alias.entity_id
    return names


def _sureness(
    name: Mapping[str, Any], lower_count: int, ordinary: Mapping[str, bool], first_names: frozenset[str]
) -> float:
    """Return how sure a name is to be one, from 0 to 1. name: as `_summed_up` gives it."""
    key, count, mid_count, surface = name["key"], name["occurrence_count"], name["mid_count"], name["surface"]
    words = key.split()
    if len(words) == 1 and "-" not in key:
        is_listed = is_common_word(key)
        if surface.islower():
            return 0.4
        share = mid_count / (mid_count + lower_count) if mid_count else 0.3 * count / (count + lower_count)
        if not surface[1:].islower():
            share = max(share, 0.8 * count / (count + lower_count))
        is_acronym = surface.isupper() and len(surface) <= _MAX_ACRONYM
        sureness = share * (0.7 if is_listed else 1.0) * (_ACRONYM if is_acronym else 1.0)
        sureness *= _FIRST_NAME if key in first_names else 1.0
    elif all(ordinary[word] or not word[0].isalpha() for word in words):
        sureness = _ORDINARY_WORDS * mid_count / (count + lower_count)
    else:
        sureness = count / (count + lower_count)
        if len(words) > 3:
            sureness *= 0.7
        if name["has_known_part"]:
            sureness *= 0.7
    return sureness * (_SEEN_ONCE if count == 1 else 1.0)


class _Lines:
    """Writes the lines to copy into the catalogue."""

    def __init__(self, catalog: Catalog) -> None:
        self._ids = set(catalog.entities)

    def of(self, kind: Kind, name: str, is_ordinary: bool) -> dict[str, str | None]:
        """Return the file, its line, and where the name is an ordinary word the line for aliases.csv."""
        file, rest = _FILES[kind]
        base = entity_id = f"{kind}:{slugify(name) or stable_id(name)}"
        number = 2
        while entity_id in self._ids:
            entity_id = f"{base}-{number}"
            number += 1
        alias_line = csv_line(name, entity_id, "needs_context", "", "") if is_ordinary else None
        return {
            "catalog_file": file,
            "catalog_line": csv_line(entity_id, name, *rest.split(",")),
            "alias_line": alias_line,
        }
