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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from rapidfuzz.distance import Indel, JaroWinkler

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.words import is_common_word, place_words, word_ranks
from orchestration.ids import stable_id
from orchestration.schemas.alias_proposals import AliasProposals
from orchestration.transforms.entity_candidates import catalog_first_names
from orchestration.transforms.letters import fold
from orchestration.transforms.shown_names import NameReader, csv_line
from orchestration.transforms.sound import near_keys, sound_key
from orchestration.transforms.unknown_names import Place, UnknownNames, find_unknown_names, text_units

_MAX_ROWS = 2_000
_MIN_LETTERS = 4
_MIN_SIMILARITY = 0.62
_MIN_UNEXPECTED_SIMILARITY = 0.88
_MIN_ORDINARY_SIMILARITY = 0.8
_MIN_SCORE = 0.2
# A sound key of fewer sounds is shared by too many words to allow a sound apart.
_MIN_NEAR_KEY = 4
# Nobody takes names apart that differ in an ending or in being written in one word: those are forms, not mishearings.
_FORM = re.compile(r"[^a-z0-9]+|(?<=[a-z]{3})s$")
_LONG = 9
_NEIGHBOURS = 3
_AROUND = 40
_MAX_PLACES = 40
# The commonest words stand beside everything.
_EMPTY_RANK = 250
_MIN_SHARED_PLACES = 2
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass(frozen=True, slots=True)
class _Name:
    entity_id: str
    text: str


@dataclass(slots=True)
class _Entity:
    """What the texts show of an entity."""

    episodes: set[str] = field(default_factory=set)
    count: int = 0
    neighbours: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)


def alias_proposals(
    turns: pl.DataFrame,
    passages: pl.DataFrame,
    chapters: pl.DataFrame,
    mentions: pl.DataFrame,
    document_texts: pl.DataFrame,
    catalog: Catalog,
    copy_episodes: pl.DataFrame,
    copy_shows: pl.DataFrame,
    episode_copies: pl.DataFrame,
    appearance_evidence: pl.DataFrame,
) -> pl.DataFrame:
    """Return proposals for misheard names, at most _MAX_ROWS, the likeliest of them. Frames as in the lake."""
    found = find_unknown_names(text_units(turns, passages, chapters, episode_copies), mentions)
    episodes = dict(copy_episodes.select("copy_id", "episode_id").iter_rows())
    reader = NameReader(found, episodes, turns, document_texts)
    entities = _entities(found, reader, mentions, copy_shows, appearance_evidence, episodes)
    shows: dict[str, list[str]] = defaultdict(list)
    for copy_id, show_id in copy_shows.select("copy_id", "show_id").sort("copy_id", "show_id").iter_rows():
        shows[copy_id].append(show_id)
    names = _names_by_key(catalog, {entity for entity, seen in entities.items() if seen.count or seen.episodes})
    taken = {fold(alias.alias) for alias in catalog.aliases}
    first_names = catalog_first_names(catalog)
    rows: list[dict[str, Any]] = []
    for key, places, is_ordinary in _surfaces(found, names, entities, taken, first_names):
        alike = _alike(key, names)
        if is_ordinary:
            alike = [(name, similarity) for name, similarity in alike if similarity >= _MIN_ORDINARY_SIMILARITY]
        beside = [_beside(found, place) for place in places] if is_ordinary and alike else []
        for name, similarity in alike:
            row = _proposal(key, places, is_ordinary, name, similarity, entities, found, reader, beside)
            if row:
                rows.append(row)
    best: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (-row["score"], row["key"], row["entity_id"])):
        best.setdefault(row["key"], row)
    kept = sorted(best.values(), key=lambda row: (-row["score"], row["key"]))[:_MAX_ROWS]
    for row in kept:
        key, places = row.pop("key"), row.pop("places")
        surface = reader.commonest_form(places)
        words = (row["shared_words"] or "") if row["is_ordinary_word"] else ""
        contexts = reader.contexts(places)
        seen_in = sorted({show for context in contexts for show in shows.get(context["copy_id"], ())})
        row |= {
            "proposal_id": stable_id("proposal", key, row["entity_id"]),
            "surface": surface,
            "entity_name": catalog.entities[row["entity_id"]].name,
            "alias_line": csv_line(surface, row["entity_id"], "misheard", words, ""),
            "seen_in": "|".join(seen_in) or None,
            "contexts": contexts,
        }
    schema = AliasProposals.create_empty().schema
    return AliasProposals.validate(pl.DataFrame(kept, schema=schema, strict=False), cast=True)


def _entities(
    found: UnknownNames,
    reader: NameReader,
    mentions: pl.DataFrame,
    copy_shows: pl.DataFrame,
    appearance_evidence: pl.DataFrame,
    episodes: dict[str, str],
) -> dict[str, _Entity]:
    """Return, by entity, the episodes that name it or that it belongs to, and the words around its mentions."""
    entities: dict[str, _Entity] = defaultdict(_Entity)
    for unit, known in sorted(found.known.items()):
        text = found.texts[unit]
        for start, end, entity_id in known:
            entity = entities[entity_id]
            entity.count += 1
            entity.episodes.add(reader.episode(Place(unit, start, end, is_mid_sentence=False)))
            if entity.count <= _MAX_PLACES:
                words, beside = _words_around(text, start, end)
                entity.neighbours.update(words)
                entity.beside.update(beside)
    for frame, column in ((copy_shows, "show_id"), (appearance_evidence, "person_id"), (mentions, "entity_id")):
        for copy_id, entity_id in frame.select("copy_id", column).unique().drop_nulls().iter_rows():
            entities[entity_id].episodes.add(episodes.get(copy_id, copy_id))
    return entities


def _words_around(text: str, start: int, end: int) -> tuple[set[str], set[str]]:
    """Return the telling words within _NEIGHBOURS of [start, end), and those right beside it, in lower case."""
    before = _WORD.findall(fold(text[max(0, start - _AROUND) : start]))[-_NEIGHBOURS:]
    after = _WORD.findall(fold(text[end : end + _AROUND]))[:_NEIGHBOURS]
    return _telling((*before, *after)), _telling((*before[-1:], *after[:1]))


def _telling(words: Iterable[str]) -> set[str]:
    ranks = word_ranks()
    return {word for word in words if len(word) > 2 and ranks.get(word, _EMPTY_RANK) >= _EMPTY_RANK}


def _names_by_key(catalog: Catalog, seen: set[str]) -> dict[str, list[_Name]]:
    """Return the names of the catalogue by sound, and by sound less one; persons by surname too where they are seen."""
    texts: set[tuple[str, str]] = set()
    for alias in catalog.aliases:
        if alias.kind != "misheard" and not alias.entity_id.startswith("topic:"):
            texts.add((alias.entity_id, alias.alias))
    for entity in catalog.entities.values():
        if entity.entity_type == "person" and entity.entity_id in seen:
            texts.update((entity.entity_id, word) for word in entity.name.split())
    by_key: dict[str, list[_Name]] = defaultdict(list)
    for entity_id, text in sorted(texts):
        key = sound_key(text)
        if sum(map(str.isalpha, text)) < _MIN_LETTERS or len(key) < 2:
            continue
        # `=` marks the key itself, so that exact likeness can be asked for.
        by_key["=" + key].append(_Name(entity_id, text))
        if len(key) >= _MIN_NEAR_KEY:
            for near in near_keys(key):
                by_key[near].append(_Name(entity_id, text))
    return by_key


def _surfaces(
    found: UnknownNames,
    names: dict[str, list[_Name]],
    entities: dict[str, _Entity],
    taken: set[str],
    first_names: frozenset[str],
) -> Iterable[tuple[str, Sequence[Place], bool]]:
    """Yield what may be garbled: key, places, and whether it is an ordinary word or first name besides."""
    for key in sorted(found.names):
        places = [place for place in found.names[key] if place.known_part is None]
        if places and not {fold(key), fold(key).rpartition(".")[0]} & taken and len(key.split()) <= 3 and len(key) >= 3:
            is_ordinary = all(
                is_common_word(word) or word in first_names or word in place_words() for word in key.split()
            )
            yield key, places, is_ordinary
    wanted = {
        word
        for word in found.lower.keys() | found.capitalised.keys()
        if len(word) >= _MIN_LETTERS
        and word not in found.names
        and word not in taken
        and word_ranks().get(word, _EMPTY_RANK) >= _EMPTY_RANK
        and any(entities[name.entity_id].count for name in names.get("=" + sound_key(word), ()))
    }
    if not wanted:
        return
    spoken: dict[str, list[Place]] = defaultdict(list)
    for unit, text in enumerate(found.texts):
        folded = fold(text)
        if wanted.isdisjoint(_WORD.findall(folded)):
            continue
        known = found.known.get(unit, [])
        for match in _WORD.finditer(folded):
            if match.group() in wanted and not any(a < match.end() and b > match.start() for a, b, _ in known):
                spoken[match.group()].append(Place(unit, *match.span(), is_mid_sentence=True))
    for word in sorted(spoken):
        yield word, spoken[word], True


def _alike(key: str, names: dict[str, list[_Name]]) -> list[tuple[_Name, float]]:
    """Return the names that `key` may be a mishearing of, with their likeness."""
    sound = sound_key(key)
    if len(sound) < 2 or sum(map(str.isalpha, key)) < 3:
        return []
    tried = list(names.get("=" + sound, ()))
    if len(sound) >= _MIN_NEAR_KEY:
        for near in sorted(near_keys(sound)):
            tried.extend(names.get(near, ()))
    found: dict[_Name, float] = {}
    letters = _FORM.sub("", fold(key))
    for name in tried:
        other = _FORM.sub("", fold(name.text))
        if name in found or other == letters or _digits(other) != _digits(letters):
            continue
        likeness = _likeness(letters, other)
        words, other_words = fold(key).split(), fold(name.text).split()
        if len(words) == len(other_words) > 1:
            # Names of several words are as alike as the words that differ most: `Ada Cohen` is not `Ada Covey`.
            pairs = zip(words, other_words, strict=True)
            likeness = (likeness + min(_likeness(word, other_word) for word, other_word in pairs)) / 2
        likeness += 0.1 * (sound == sound_key(name.text)) - 0.1 * (
            letters.startswith(other) or other.startswith(letters)
        )
        if likeness >= _MIN_SIMILARITY:
            found[name] = min(1.0, likeness)
    return sorted(found.items(), key=lambda item: (-item[1], item[0].entity_id, item[0].text))[:5]


def _likeness(one: str, other: str) -> float:
    return (Indel.normalized_similarity(one, other) + JaroWinkler.similarity(one, other)) / 2


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _proposal(
    key: str,
    places: Sequence[Place],
    is_ordinary: bool,
    name: _Name,
    similarity: float,
    entities: dict[str, _Entity],
    found: UnknownNames,
    reader: NameReader,
    beside_places: Sequence[set[str]],
) -> dict[str, Any] | None:
    """Weigh one surface against one name, and return the row, or None where too little speaks for it.

    beside_places: of an ordinary word, the telling words right beside each of its places.
    """
    entity = entities[name.entity_id]
    if is_ordinary:
        # Of an ordinary word, the places count that have a neighbour of the entity right beside them.
        known = entity.beside.keys()
        places = [place for place, words in zip(places, beside_places, strict=True) if not known.isdisjoint(words)]
        if len(places) < _MIN_SHARED_PLACES:
            return None
    of_episodes = {reader.episode(place) for place in places}
    expecting = of_episodes & entity.episodes
    shared: Counter[str] = Counter()
    for place in places[:_MAX_PLACES]:
        words, beside = _words_around(found.texts[place.unit], place.start, place.end)
        shared.update((beside if is_ordinary else words) & (entity.beside if is_ordinary else entity.neighbours).keys())
    expectation = len(expecting) / len(of_episodes)
    sharing = min(1.0, sum(shared.values()) / (2 * min(len(places), _MAX_PLACES)))
    # A form that is commoner than the name is a name of its own.
    rarity = (entity.count + 1) / (entity.count + 1 + len(places))
    # Short forms are alike by chance, long ones (`Graham Newbig`) hardly without any other sign.
    length = len(_FORM.sub("", fold(key)))
    surprise = 0.3 if length < _LONG else 0.55
    weight = surprise + (0.75 - surprise) * expectation + 0.25 * sharing
    score = similarity**2 * weight * min(1.0, length / _LONG) ** 0.5 * min(1.0, 2 * rarity)
    if is_ordinary:
        score *= sharing
    if score < _MIN_SCORE or (not expecting and similarity < _MIN_UNEXPECTED_SIMILARITY):
        return None
    words_shown = sorted(shared, key=lambda word: (-shared[word], word))[:8]
    return {
        "key": key,
        "places": places,
        "entity_id": name.entity_id,
        "heard_as": name.text,
        "score": round(score, 3),
        "similarity": round(similarity, 3),
        "expectation": round(expectation, 3),
        "shared_words": "|".join(words_shown) or None,
        "is_ordinary_word": is_ordinary,
        "occurrence_count": len(places),
        "episode_count": len(of_episodes),
        "expecting_episode_count": len(expecting),
    }


def _beside(found: UnknownNames, place: Place) -> set[str]:
    """Return the telling words right beside a place, as `_words_around` does."""
    text = found.texts[place.unit]
    before = _WORD.findall(fold(text[max(0, place.start - _AROUND) : place.start]))[-1:]
    after = _WORD.search(fold(text[place.end : place.end + _AROUND]))
    return _telling((*before, after.group()) if after else before)
