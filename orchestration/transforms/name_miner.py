"""Names that recognisers may have garbled: proposals for aliases of kind `misheard`, with what speaks for each.

Belongs here: likeness, expectation and shared words. Keep out: finding unknown names (unknown_names.py), and matching,
which stays exact: a proposal counts once a person has copied its line into the catalogue.

Three things are weighed (the idea of noisy-channel correction: M. Kernighan, K. Church and W. Gale, A spelling
correction program based on a noisy channel model, 1990). How alike the two are, in letters and in sound. Whether the
episodes that have the one name the other elsewhere: in the speech, the notes or among its people. Whether the same
words stand around both. A form that stands in more places than the name itself is rather a name of its own.

Unknown names are looked up by sound, one sound apart at most. Ordinary words (`cloud`) are looked at only where they
sound exactly like a name that is mentioned, and only the words beside them can make a proposal of them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import Indel, JaroWinkler

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.words import is_common_word, place_words
from orchestration.ids import stable_id
from orchestration.io.lake import PartReader
from orchestration.schemas.alias_proposals import AliasProposals
from orchestration.transforms.entity_candidates import catalog_first_names
from orchestration.transforms.hash_ranges import Asked, Hashes, scratch
from orchestration.transforms.letters import fold
from orchestration.transforms.name_scan import MIN_SOUNDS, catalog_names, text_units, words_around
from orchestration.transforms.named_entities import MAX_PLACES, Entities, Entity
from orchestration.transforms.parts import Of, Read, Run, apart, made, run_here, summed_up
from orchestration.transforms.shown_names import (
    MAX_CONTEXTS,
    commonest_forms,
    contexts,
    csv_line,
    spread,
    with_text_around,
)
from orchestration.transforms.sound import near_keys, sound_key, sound_keys
from orchestration.transforms.unknown_names import exploded, with_episodes, word_counts

_MAX_ROWS = 2_000
_MIN_SIMILARITY = 0.62
_MIN_UNEXPECTED_SIMILARITY = 0.88
_MIN_ORDINARY_SIMILARITY = 0.8
_MIN_SCORE = 0.2
_ROUNDING = 1e-9
# A sound key of fewer sounds is shared by too many words to allow a sound apart.
_MIN_NEAR_KEY = 4
# Nobody takes names apart that differ in an ending or in being written in one word: those are forms, not mishearings.
_FORM = re.compile(r"[^a-z0-9]+|(?<=[a-z]{3})s$")
_LONG = 9
_MIN_SHARED_PLACES = 2
# Of so many buckets a few rows are read at a time: to send a task for each would take as long as reading them.
_BUCKETS_AT_ONCE = 8
_MIN_KEY = 3
_MAX_KEY_WORDS = 3
# More names than these are compared at once, fewer one by one: either has its own cost.
_MAX_ONE_BY_ONE = 8
_IS_WHOLE = pl.col("known_part_id").is_null()
_UNKNOWN_COLUMNS = [
    *("copy_id", "unit", "start", "key", "surface", "is_mid_sentence", "is_odd_word", "is_heading", "known_part_id"),
    *("before", "after", "document_id", "char_start", "char_end"),
]


class _Name:
    """A name of an entity, and what of it is compared."""

    def __init__(self, entity_id: str, text: str, sound: str) -> None:
        """Take the name and its sound key."""
        self.entity_id, self.text, self.sound = entity_id, text, sound

    @cached_property
    def words(self) -> list[str]:
        """Its words in lower case."""
        return fold(self.text).split()

    @cached_property
    def letters(self) -> str:
        """What is left where forms are not told apart."""
        return _FORM.sub("", fold(self.text))

    @cached_property
    def digits(self) -> str:
        """Its digits."""
        return _digits(self.letters)


@dataclass(frozen=True, slots=True)
class _Surface:
    """What may be garbled. is_ordinary: whether it is a word, place or first name besides. alike: names, with likeness.

    rows: its places. around, beside: of some or all of these, the telling words around and right beside.
    """

    key: str
    is_ordinary: bool
    alike: list[tuple[_Name, float]]
    rows: list[int] = field(default_factory=list)
    around: list[set[str]] = field(default_factory=list)
    beside: list[set[str]] = field(default_factory=list)


def alias_proposals(
    names: Read,
    copy_names: Read,
    turns: PartReader,
    passages: PartReader,
    chapters: PartReader,
    document_texts: PartReader,
    catalog: Catalog,
    copy_episodes: pl.DataFrame,
    copy_shows: pl.DataFrame,
    episode_copies: pl.DataFrame,
    appearance_evidence: pl.DataFrame,
    run: Run = run_here,
    folder: Path | None = None,
) -> pl.DataFrame:
    """Return proposals for misheard names, at most _MAX_ROWS, the likeliest of them.

    names, copy_names, turns and so on: read the tables `unknown_names`, `copy_names`, `speaker_turns` and so on, part
    by part. run: works on these parts. folder: for files on the way, which are deleted; all who work have to see it.
    Other frames as in the lake.
    """
    entities = Entities(copy_names, catalog, copy_episodes, copy_shows, appearance_evidence)
    by_sound = _names_by_key(catalog, entities.seen)
    keys = {key for part in names(["key"]) for key in part["key"].unique()}
    unknown = _unknown(names, by_sound, catalog)
    unknown_places = _places_of_unknown(names, unknown, copy_episodes)
    ordinary = _ordinary(copy_names, by_sound, keys, entities, run)
    with scratch(folder) as here:
        ordinary_places = _places_of_ordinary(copy_names, ordinary, entities, copy_episodes, run, here)
    kept = _best(
        _proposal(surface, name, similarity, entities[name.entity_id], episodes)
        for surfaces, episodes in (
            (unknown, unknown_places["episode_id"].to_list()),
            (ordinary, ordinary_places["episode_id"].to_list()),
        )
        for surface in surfaces.values()
        for name, similarity in surface.alike
    )
    shown_unknown = _of_rows(unknown_places, [row for row in kept if row["key"] in unknown])
    shown_ordinary = _of_rows(ordinary_places, [row for row in kept if row["key"] in ordinary])
    forms = commonest_forms(shown_unknown) | commonest_forms(shown_ordinary)
    by_key = contexts(spread(shown_unknown))
    if not shown_ordinary.is_empty():
        texts = _with_texts(spread(shown_ordinary), turns, passages, chapters, document_texts, episode_copies, run)
        by_key |= contexts(texts)
    shows: dict[str, list[str]] = defaultdict(list)
    for copy_id, show_id in copy_shows.select("copy_id", "show_id").sort("copy_id", "show_id").iter_rows():
        shows[copy_id].append(show_id)
    for row in kept:
        key = row.pop("key")
        row.pop("rows")
        words = (row["shared_words"] or "") if row["is_ordinary_word"] else ""
        of_key = by_key.get(key, [])
        seen_in = sorted({show for context in of_key for show in shows.get(context["copy_id"], ())})
        row |= {
            "proposal_id": stable_id("proposal", key, row["entity_id"]),
            "surface": forms[key],
            "entity_name": catalog.entities[row["entity_id"]].name,
            "alias_line": csv_line(forms[key], row["entity_id"], "misheard", words, ""),
            "seen_in": "|".join(seen_in) or None,
            "contexts": of_key,
        }
    schema = AliasProposals.create_empty().schema
    return AliasProposals.validate(pl.DataFrame(kept, schema=schema, strict=False), cast=True)


def _best(rows: Iterable[dict[str, Any] | None]) -> list[dict[str, Any]]:
    """Return the likeliest proposal of each surface, the likeliest of all first."""
    best: dict[str, dict[str, Any]] = {}
    for row in sorted(filter(None, rows), key=lambda row: (-row["score"], row["key"], row["entity_id"])):
        best.setdefault(row["key"], row)
    return sorted(best.values(), key=lambda row: (-row["score"], row["key"]))[:_MAX_ROWS]


def _names_by_key(catalog: Catalog, seen: Collection[str]) -> dict[str, list[_Name]]:
    """Return the names of the catalogue by sound, and by sound less one; persons by surname too where they are seen."""
    texts = sorted(catalog_names(catalog, seen))
    by_key: dict[str, list[_Name]] = defaultdict(list)
    for (entity_id, text), key in zip(texts, sound_keys([text for _, text in texts]), strict=True):
        if len(key) < MIN_SOUNDS:
            continue
        name = _Name(entity_id, text, key)
        # `=` marks the key itself, so that exact likeness can be asked for.
        by_key["=" + key].append(name)
        if len(key) >= _MIN_NEAR_KEY:
            for near in near_keys(key):
                by_key[near].append(name)
    return by_key


def _unknown(names: Read, by_sound: Mapping[str, list[_Name]], catalog: Catalog) -> dict[str, _Surface]:
    """Return the unknown names that may be garbled."""
    taken = {fold(alias.alias) for alias in catalog.aliases}
    first_names = catalog_first_names(catalog)
    keys = {key for part in names(["key", "known_part_id"]) for key in part.filter(_IS_WHOLE)["key"].unique()}
    found = {}
    for key in sorted(keys):
        if (
            {fold(key), fold(key).rpartition(".")[0]} & taken
            or len(key.split()) > _MAX_KEY_WORDS
            or len(key) < _MIN_KEY
        ):
            continue
        is_ordinary = all(is_common_word(word) or word in first_names or word in place_words() for word in key.split())
        alike = _alike(key, sound_key(key), by_sound, is_ordinary)
        if alike:
            found[key] = _Surface(key, is_ordinary, alike)
    return found


def _places_of_unknown(names: Read, surfaces: Mapping[str, _Surface], copy_episodes: pl.DataFrame) -> pl.DataFrame:
    """Return the places of these names, and give each surface its own with the words around."""
    is_wanted = pl.col("key").is_in(pl.Series(sorted(surfaces), dtype=pl.String).implode()) & _IS_WHOLE
    parts = [part.filter(is_wanted) for part in names(_UNKNOWN_COLUMNS)]
    places = with_episodes(pl.concat(parts), copy_episodes).sort("key", "is_odd_word", "copy_id", "unit", "start")
    columns = places.select("key", "before", "after").iter_rows()
    for row, (key, before, after) in enumerate(columns):
        surface = surfaces[key]
        surface.rows.append(row)
        # Of an ordinary word, what stands beside it decides which of its places count.
        if surface.is_ordinary or len(surface.rows) <= MAX_PLACES:
            around, beside = words_around(before, after)
            surface.around.append(around)
            surface.beside.append(beside)
    return places


def _ordinary(
    copy_names: Read, by_sound: Mapping[str, list[_Name]], unknown: Collection[str], entities: Entities, run: Run
) -> dict[str, _Surface]:
    """Return the ordinary words that may be garbled: they sound exactly like a name that is mentioned."""
    spoken = made(summed_up(copy_names, _spoken_words, Of(["copy_id", "spoken"]), pl.DataFrame.unique), ["word"], run)
    words = sorted(set(chain.from_iterable(part["word"] for part in spoken(["word"]))).difference(unknown))
    heard = {
        word: sound
        for word, sound in zip(words, sound_keys(words), strict=True)
        if any(entities.count(name.entity_id) for name in by_sound.get("=" + sound, ()))
    }
    found = {}
    for word in sorted(word_counts(copy_names, heard, run)):
        alike = _alike(word, heard[word], by_sound, is_ordinary=True)
        if alike:
            found[word] = _Surface(word, is_ordinary=True, alike=alike)
    return found


def _spoken_words(part: pl.DataFrame) -> pl.DataFrame:
    return exploded(part, "spoken").select("word").unique()


def _places_of_ordinary(
    copy_names: Read,
    surfaces: Mapping[str, _Surface],
    entities: Entities,
    copy_episodes: pl.DataFrame,
    run: Run,
    folder: Path,
) -> pl.DataFrame:
    """Return the places of these words beside a word that stands beside such a name, and give each surface its own."""
    pairs = {
        (word, neighbour)
        for word, surface in surfaces.items()
        for name, _ in surface.alike
        for neighbour in entities[name.entity_id].beside
    }
    # They are many, and sent to nobody with each part: who works on it reads them.
    path = folder / f"{uuid4().hex}.parquet"
    pl.DataFrame(sorted(pairs), schema={"key": pl.String, "neighbour": pl.String}, orient="row").write_parquet(path)
    parts = run(_beside, [(part, path) for part in apart(copy_names)])
    places = with_episodes(pl.concat(parts), copy_episodes).sort("key", "copy_id", "unit", "start")
    for row, (key, before, after) in enumerate(places.select("key", "before", "after").iter_rows()):
        surfaces[key].rows.append(row)
        surfaces[key].beside.append({word for word in (before, after) if word})
    return places.drop("before", "after").with_columns(is_mid_sentence=pl.lit(value=True))


def _beside(task: tuple[Read, Path]) -> pl.DataFrame:
    """Return the spoken words that stand right beside one that is wanted beside them.

    task: reads `copy_names`; a file of wanted pairs, `key, neighbour`.
    """
    read, path = task
    wanted = _wanted(path)
    found = []
    for part in read(["copy_id", "spoken"]):
        spoken = exploded(part, "spoken").rename({"word": "key"})
        is_beside = np.zeros(spoken.height, np.bool_)
        for side in ("before", "after"):
            rows, _ = wanted.among(_pair_hashes(spoken["key"], spoken[side]))
            is_beside[rows] = True
        found.append(spoken.filter(pl.Series(is_beside)))
    return pl.concat(found)


@lru_cache(maxsize=1)
def _wanted(path: Path) -> Asked:
    pairs = pl.read_parquet(path, glob=False)
    # As hashes: a join would build its table of all pairs anew for each part.
    return Asked.of([_pair_hashes(pairs["key"], pairs["neighbour"])])


def _pair_hashes(one: pl.Series, other: pl.Series) -> Hashes:
    """Return a hash of each word and the word beside it, or none."""
    return pl.select(pl.struct(one.alias("one"), other.alias("other")).hash(0)).to_series().to_numpy()


def _of_rows(places: pl.DataFrame, kept: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return the places that proposals are made of."""
    return places[[row for proposal in kept for row in proposal["rows"]]]


def _with_texts(
    places: pl.DataFrame,
    turns: PartReader,
    passages: PartReader,
    chapters: PartReader,
    document_texts: PartReader,
    episode_copies: pl.DataFrame,
    run: Run,
) -> pl.DataFrame:
    """Return as many of the places as are shown of each key, in the same order, with the text around them."""
    ranked = (
        places.drop("surface", "is_heading").with_columns(length=pl.col("key").str.len_chars()).with_row_index("rank")
    )
    found: list[pl.DataFrame] = []
    while not ranked.is_empty():
        asked = ranked.group_by("key", maintain_order=True).head(MAX_CONTEXTS).select(ranked.columns)
        copies = episode_copies.join(asked, on="copy_id", how="semi")
        of_turns, of_passages, of_chapters, texts = _rows(
            [(turns, "copy_id"), (passages, "copy_id"), (chapters, "copy_id"), (document_texts, "document_id")],
            copies,
            run,
        )
        units = text_units(of_turns, of_passages, of_chapters, copies)
        found.append(with_text_around(asked, units, of_turns, texts).filter(pl.col("char_start").is_not_null()))
        enough = pl.concat(found).group_by("key").len().filter(pl.col("len") >= MAX_CONTEXTS)
        ranked = ranked.join(asked, on="rank", how="anti").join(enough, on="key", how="anti").sort("rank")
    return pl.concat(found).sort("rank")


def _rows(tables: Sequence[tuple[PartReader, str]], copies: pl.DataFrame, run: Run) -> list[pl.DataFrame]:
    """Return the rows of each table that belong to `copies`, by the column that is named beside it."""
    tasks = [
        (number, some, column, copies[column].unique().to_list())
        for number, (table, column) in enumerate(tables)
        for some in table.split(_BUCKETS_AT_ONCE)
    ]
    found: list[list[pl.DataFrame]] = [[] for _ in tables]
    for (number, *_), rows in zip(tasks, run(_rows_of_parts, tasks), strict=True):
        found[number].append(rows)
    return [pl.concat(rows) for rows in found]


def _rows_of_parts(task: tuple[int, PartReader, str, list[str]]) -> pl.DataFrame:
    _, some, column, values = task
    return some.rows(column, values)


def _alike(key: str, sound: str, names: Mapping[str, list[_Name]], is_ordinary: bool) -> list[tuple[_Name, float]]:
    """Return the names that `key` may be a mishearing of, with their likeness; an ordinary word has to be liker.

    sound: its sound key.
    """
    if len(sound) < MIN_SOUNDS or sum(map(str.isalpha, key)) < 3:
        return []
    tried = list(names.get("=" + sound, ()))
    if len(sound) >= _MIN_NEAR_KEY:
        for near in sorted(near_keys(sound)):
            tried.extend(names.get(near, ()))
    found: dict[_Name, float] = {}
    folded = fold(key)
    letters = _FORM.sub("", folded)
    words, digits = folded.split(), _digits(letters)
    least = _MIN_ORDINARY_SIMILARITY if is_ordinary else _MIN_SIMILARITY
    others = list(dict.fromkeys(tried))
    likenesses = _likenesses(letters, [name.letters for name in others])
    # What is added below may lift the likeness so much, that of several words too.
    bound = (least - 0.1 if len(words) == 1 else 2 * (least - 0.1) - 1) - _ROUNDING
    for name, likeness in zip(others, likenesses, strict=True):
        if likeness < bound:
            continue
        other = name.letters
        if other == letters or name.digits != digits:
            continue
        if len(words) == len(name.words) > 1:
            # Names of several words are as alike as the words that differ most: `Ada Cohen` is not `Ada Covey`.
            pairs = zip(words, name.words, strict=True)
            likeness = (likeness + min(_likenesses(word, [one])[0] for word, one in pairs)) / 2
        likeness += 0.1 * (sound == name.sound) - 0.1 * (letters.startswith(other) or other.startswith(letters))
        if likeness >= least:
            found[name] = min(1.0, likeness)
    return sorted(found.items(), key=lambda item: (-item[1], item[0].entity_id, item[0].text))[:5]


def _likenesses(one: str, others: Sequence[str]) -> list[float]:
    """Return how alike `one` is to each of `others`, from 0 to 1."""
    if len(others) <= _MAX_ONE_BY_ONE:
        pairs = ((Indel.normalized_similarity(one, other), JaroWinkler.similarity(one, other)) for other in others)
        return [(of_letters + of_order) / 2 for of_letters, of_order in pairs]
    of_letters, of_order = (
        process.cdist([one], others, scorer=scorer, dtype=np.float64)[0]
        for scorer in (Indel.normalized_similarity, JaroWinkler.similarity)
    )
    return ((of_letters + of_order) / 2).tolist()


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _proposal(
    surface: _Surface, name: _Name, similarity: float, entity: Entity, episodes: Sequence[str]
) -> dict[str, Any] | None:
    """Weigh a surface against a name, and return the row, or None where too little speaks for it.

    episodes: that of each place, by its row.
    """
    key, rows = surface.key, surface.rows
    words_beside: Sequence[set[str]] = surface.around
    known = entity.neighbours
    if surface.is_ordinary:
        # Of an ordinary word, the places count that have a neighbour of the entity right beside them.
        known = entity.beside
        counting = [place for place, words in enumerate(surface.beside) if not known.isdisjoint(words)]
        if len(counting) < _MIN_SHARED_PLACES:
            return None
        rows, words_beside = [rows[place] for place in counting], [surface.beside[place] for place in counting]
    of_episodes = {episodes[row] for row in rows}
    expecting = of_episodes & entity.episodes
    shared: Counter[str] = Counter()
    for words in words_beside[:MAX_PLACES]:
        shared.update(words & known)
    expectation = len(expecting) / len(of_episodes)
    sharing = min(1.0, sum(shared.values()) / (2 * min(len(rows), MAX_PLACES)))
    # A form that is commoner than the name is a name of its own.
    rarity = (entity.count + 1) / (entity.count + 1 + len(rows))
    # Short forms are alike by chance, long ones (`Graham Newbig`) hardly without any other sign.
    length = len(_FORM.sub("", fold(key)))
    surprise = 0.3 if length < _LONG else 0.55
    weight = surprise + (0.75 - surprise) * expectation + 0.25 * sharing
    score = similarity**2 * weight * min(1.0, length / _LONG) ** 0.5 * min(1.0, 2 * rarity)
    if surface.is_ordinary:
        score *= sharing
    if score < _MIN_SCORE or (not expecting and similarity < _MIN_UNEXPECTED_SIMILARITY):
        return None
    words_shown = sorted(shared, key=lambda word: (-shared[word], word))[:8]
    return {
        "key": key,
        "rows": rows,
        "entity_id": name.entity_id,
        "heard_as": name.text,
        "score": round(score, 3),
        "similarity": round(similarity, 3),
        "expectation": round(expectation, 3),
        "shared_words": "|".join(words_shown) or None,
        "is_ordinary_word": surface.is_ordinary,
        "occurrence_count": len(rows),
        "episode_count": len(of_episodes),
        "expecting_episode_count": len(expecting),
    }
