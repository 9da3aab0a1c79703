"""Names that the catalogue lacks, ranked, each with a line that can be copied into it.

Belongs here: which unknown names are worth a person's look. Keep out: finding them (unknown_names.py), what they may
be (kind_guess.py), and what recognisers garble (name_miner.py).

A name scores by how sure it is to be one (how often it is capitalised where no sentence starts, against how often the
same words stand in lower case) times how much a line for it would give: its places and its episodes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import polars as pl
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.words import is_common_word
from orchestration.ids import slugify, stable_id
from orchestration.schemas.entity_candidates import EntityCandidates
from orchestration.transforms.kind_guess import Kind, guess_kind
from orchestration.transforms.letters import fold
from orchestration.transforms.shown_names import NameReader, csv_line
from orchestration.transforms.unknown_names import Place, UnknownNames, find_unknown_names, text_units

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
_FILES: dict[Kind, tuple[str, str]] = {
    "company": ("companies.csv", "other,"),
    "product": ("products.csv", ",tool"),
    "person": ("people.csv", ""),
    "show": ("shows.csv", ","),
}


def entity_candidates(
    turns: pl.DataFrame,
    passages: pl.DataFrame,
    chapters: pl.DataFrame,
    mentions: pl.DataFrame,
    document_texts: pl.DataFrame,
    catalog: Catalog,
    copy_episodes: pl.DataFrame,
    copy_shows: pl.DataFrame,
    episode_copies: pl.DataFrame,
) -> pl.DataFrame:
    """Return the unknown names of all texts, at most _MAX_ROWS, the best of them. Frames as in the lake."""
    found = find_unknown_names(text_units(turns, passages, chapters, episode_copies), mentions)
    episodes = dict(copy_episodes.select("copy_id", "episode_id").iter_rows())
    shows = dict(copy_shows.group_by("copy_id").agg(pl.col("show_id").sort()).iter_rows())
    copies = found.units["copy_id"].to_list()
    lower = _lower_case_phrases(found)
    first_names = catalog_first_names(catalog)
    names = _catalog_names(catalog)
    rows: list[dict[str, Any]] = []
    for key in sorted(found.names):
        places = found.names[key]
        sureness = _sureness(key, places, found, lower[key], first_names)
        if sureness < _MIN_SURENESS:
            continue
        of_episodes = {episodes.get(copies[place.unit], copies[place.unit]) for place in places}
        of_shows = {show for place in places for show in shows.get(copies[place.unit], ())}
        weight = math.log2(1 + len(places)) * (1 + math.log2(len(of_episodes)))
        rows.append(
            {
                "key": key,
                "score": round(sureness * weight, 3),
                "occurrence_count": len(places),
                "episode_count": len(of_episodes),
                "show_count": len(of_shows),
                "lower_case_count": lower[key],
            }
        )
    rows.sort(key=lambda row: (-row["score"], row["key"]))
    reader = NameReader(found, episodes, turns, document_texts)
    lines = _Lines(catalog)
    for row in rows[:_MAX_ROWS]:
        key = row.pop("key")
        places = found.names[key]
        name = reader.commonest_form(places)
        guess = guess_kind(name, reader.around(places), first_names)
        known = Counter(place.known_part for place in places if place.known_part)
        row |= {
            "candidate_id": stable_id("candidate", key),
            "name": name,
            "kind_guess": guess.kind,
            "kind_evidence": guess.evidence,
            "catalog_id": names.get(key),
            "known_part_id": min(known, key=lambda one: (-known[one], one)) if known else None,
            "contexts": reader.contexts(places),
        }
        row |= lines.of(guess.kind, name, is_ordinary=found.lower[key] > 0 or is_common_word(key))
    schema = EntityCandidates.create_empty().schema
    return EntityCandidates.validate(pl.DataFrame(rows[:_MAX_ROWS], schema=schema, strict=False), cast=True)


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


def _lower_case_phrases(found: UnknownNames) -> Counter[str]:
    """Return how often the words of each name stand in lower case."""
    counts: Counter[str] = Counter({key: found.lower[key] for key in found.names if " " not in key})
    phrases = [key for key in sorted(found.names) if " " in key]
    if phrases:
        automaton = AhoCorasick(phrases, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA)
        for text in found.texts:
            for number, start, end in automaton.find_matches_as_indexes(text):
                if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                    counts[phrases[number]] += 1
    return counts


def _sureness(
    key: str, places: Sequence[Place], found: UnknownNames, lower_count: int, first_names: frozenset[str]
) -> float:
    """Return how sure `key` is a name, from 0 to 1."""
    words = key.split()
    count = len(places)
    mid_count = sum(place.is_mid_sentence for place in places)
    if len(words) == 1 and "-" not in key:
        is_listed = is_common_word(key)
        place = places[0]
        surface = found.texts[place.unit][place.start : place.end]
        if surface.islower():
            return 0.4
        share = mid_count / (mid_count + lower_count) if mid_count else 0.3 * count / (count + lower_count)
        if not surface[1:].islower():
            share = max(share, 0.8 * count / (count + lower_count))
        is_acronym = surface.isupper() and len(surface) <= _MAX_ACRONYM
        sureness = share * (0.7 if is_listed else 1.0) * (_ACRONYM if is_acronym else 1.0)
        sureness *= _FIRST_NAME if key in first_names else 1.0
    elif all(found.is_ordinary(word) or not word[0].isalpha() for word in words):
        sureness = _ORDINARY_WORDS * mid_count / (count + lower_count)
    else:
        sureness = count / (count + lower_count)
        if len(words) > 3:
            sureness *= 0.7
        if any(place.known_part for place in places):
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
