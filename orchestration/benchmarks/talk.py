"""Made-up catalogues of any size and talk about them, as the tables that mentions are made of.

Belongs here: inputs for benchmarks. All names and sentences are invented; shares of kinds, the density of names and the
length of turns are those of real transcripts.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

import polars as pl

from orchestration.catalog.catalog import Alias, AliasKind, Catalog, Entity, EntityType
from orchestration.schemas.tables import LAKE_TABLES

_SEED = 29
# One name in so many characters of speech.
_CHARACTERS_PER_NAME = 150
_EPISODE_CHARACTERS = 60_000
_SENTENCES_PER_TURN = 6
_ENTITIES_PER_EPISODE = 60
_SYLLABLES = tuple(
    re.findall(r"\w+", "ka lo mi ren ta vo su del fi gra hu jin or pel qua ri sho tem ul wen xa yor zim bel co dra")
)
_ORDINARY = tuple(
    re.findall(r"\w+", "amber basin cedar delta ember flint grove harbor inlet jolly kernel lantern meadow orbit")
)
_TALK = re.findall(
    r"\S+",
    "so I think the bees were in the small garden and then we saw how it works with a jar of wax that nobody "
    "wanted because when you look at these things from far away they seem to be one of many but you know it is "
    "not like that at all there was a weather station near our old house which could tell what rain would do "
    "by itself over some weeks and people would come to ask about it or just to talk for an hour about lamps "
    "hives compilers and the price of honey it's hard to say who does this work now since most of them don't "
    "have time we've been through that before",
)
_CONTEXT = ("company", "startup", "model", "tool", "release", "founder", "research", "library", "framework", "raised")


@dataclass(frozen=True, slots=True)
class Talk:
    """The catalogue, and the tables by name."""

    catalog: Catalog
    tables: dict[str, pl.DataFrame]
    character_count: int


def catalogue(name_count: int, seed: int = _SEED) -> Catalog:
    """Return a catalogue of about `name_count` names."""
    chance = random.Random(seed)
    entities: dict[str, Entity] = {}
    aliases: list[Alias] = []
    seen: set[str] = set()
    types: tuple[EntityType, ...] = ("company", "product", "person", "show", "topic")
    while len(aliases) < name_count:
        entity_type = chance.choices(types, (35, 30, 25, 5, 5))[0]
        words = [
            _word(chance) for _ in range(2 if entity_type == "person" else chance.choices((1, 2, 3), (55, 35, 10))[0])
        ]
        kind: AliasKind = "case_sensitive" if entity_type == "person" else "exact"
        if entity_type in ("company", "product"):
            kind = chance.choices(("exact", "case_sensitive", "needs_context"), (55, 30, 15))[0]
        if kind == "needs_context":
            words = [chance.choice(_ORDINARY).capitalize(), *words[1:]]
        name = " ".join(words)
        if name in seen:
            continue
        seen.add(name)
        number = len(entities)
        entity_id = f"{entity_type}:{number}"
        before = (f"company:{other}" for other in range(number - 1, max(0, number - 4), -1))
        maker = next((other for other in before if other in entities), None)
        entities[entity_id] = Entity(entity_id, entity_type, name, maker if entity_type == "product" else None)
        context = tuple(chance.sample(_CONTEXT, 3)) if chance.random() < 0.11 else ()
        aliases.append(Alias(name, entity_id, kind, context))
    return Catalog(entities, tuple(aliases), {}, f"{name_count}")


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))).capitalize()


def talk(catalog: Catalog, characters: int, seed: int = _SEED) -> Talk:
    """Return episodes of about `characters` characters of speech in all, in which names of `catalog` are named."""
    chance = random.Random(seed)
    people = [e for e in catalog.entities.values() if e.entity_type == "person"]
    names = [alias.alias for alias in catalog.aliases]
    sentences = [_sentence(chance) for _ in range(5_000)]
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in ("speaker_turns", "segments", "speaker_labels")}
    texts: list[dict[str, object]] = []
    made = 0
    while made < characters:
        copy = f"copy{len(texts):06d}"
        cast = chance.sample(people, 3)
        cast_names = [name for person in cast for name in person.name.split()]
        spoken = [*cast_names, *chance.choices(names, k=_ENTITIES_PER_EPISODE)]
        rows["speaker_labels"] += [
            {"copy_id": copy, "speaker_label": p.name, "person_id": p.entity_id, "person_name": p.name, "rule": "name"}
            for p in cast
        ]
        raw: list[str] = []
        at = index = 0
        while at < min(_EPISODE_CHARACTERS, characters - made):
            turn, segment, at = _turn(chance, sentences, spoken, chance.choice(cast).name, at, raw)
            for row in (turn, segment):
                row |= {"copy_id": copy, "document_id": copy}
            rows["speaker_turns"].append(turn | {"turn_id": f"{copy}-{index}", "turn_index": index})
            rows["segments"].append(segment | {"segment_index": index})
            index += 1
        texts.append({"document_id": copy, "text": "".join(raw)})
        made += at
    tables = {name: _frame(name, rows.get(name, [])) for name in LAKE_TABLES}
    tables["document_texts"] = _frame("document_texts", texts)
    return Talk(catalog, tables, made)


def _sentence(chance: random.Random) -> tuple[str, str]:
    """Return what stands before and after the name in a sentence."""
    length = _CHARACTERS_PER_NAME + chance.randint(-60, 60)
    words: list[str] = []
    while sum(map(len, words)) + len(words) < length:
        words.append(chance.choice(_TALK))
    words[0] = words[0].capitalize()
    cut = chance.randint(1, len(words) - 1)
    if chance.random() < 0.1:
        words[-1] = "it’s “so”"
    return " ".join(words[:cut]), " ".join(words[cut:])


def _turn(
    chance: random.Random, sentences: list[tuple[str, str]], spoken: list[str], label: str, at: int, raw: list[str]
) -> tuple[dict[str, object], dict[str, object], int]:
    """Return a turn, its segment and where it ends; what the document says is added to `raw`."""
    head = f"{label}: "
    pieces = []
    start = at + len(head)
    shown = 0
    spans: list[dict[str, object]] = []
    for before, after in chance.choices(sentences, k=_SENTENCES_PER_TURN):
        piece = f"{before} {chance.choice(spoken)} {after}."
        begin = start + shown
        spans.append({"char_start": begin, "char_end": begin + len(piece), "text_start": shown, "start_s": begin / 15})
        pieces.append(piece)
        shown += len(piece) + 1
    text = " ".join(pieces)
    raw += [head, text, "\n"]
    end = start + len(text)
    both: dict[str, object] = {"speaker_label": label, "text": text, "char_start": start, "char_end": end}
    turn = both | {
        "start_s": start / 15,
        "time_source": "native",
        "clock_copy_id": None,
        "word_count": 1,
        "segment_kind": "content",
        "spans": spans,
    }
    segment = both | {
        "label_char_start": at,
        "label_char_end": at + len(label),
        "start_s": start / 15,
        "is_speech": True,
        "is_speaker_change": True,
        "is_paragraph_start": True,
        "locator": "",
    }
    return turn, segment, end + 1


def _frame(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    empty = LAKE_TABLES[table].create_empty()
    return pl.DataFrame(rows, schema=empty.schema) if rows else empty
