"""Writing a corpus and its truth: in blocks that are made apart from each other, so that memory stays bounded."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from orchestration.benchmarks.corpus.layouts import (
    FEED_FOOT,
    LAYOUTS,
    MISHEARD,
    Page,
    Planted,
    directory_entry,
    feed_head,
    feed_item,
)
from orchestration.benchmarks.corpus.talk import Talk, make_talk
from orchestration.benchmarks.corpus.world import World, world
from orchestration.ids import slugify

MEDIAN_WORDS = 9_000
_BLOCK_BYTES = 4_000_000
_MISHEARD_WORDS = 0.03
_TWO_COPIES, _THREE_COPIES, _IN_FEED = 0.25, 0.05, 0.3
# A directory stores this many bytes of an entry; all text is ASCII.
_MOST_ENTRY_CHARS = 65_535
_ENTRIES_A_PAGE = 20
_LISTED = 8
_MENTIONS: dict[str, pl.DataType | type[pl.DataType]] = {
    "file": pl.String,
    "episode_id": pl.String,
    "entity_id": pl.String,
    "entity_type": pl.String,
    "surface": pl.String,
    "field": pl.String,
    "char_start": pl.Int64,
    "char_end": pl.Int64,
}
_COPIES: dict[str, pl.DataType | type[pl.DataType]] = {
    "file": pl.String,
    "copy_index": pl.Int64,
    "format": pl.String,
    "episode_id": pl.String,
    "has_transcript": pl.Boolean,
}
_EPISODES: dict[str, pl.DataType | type[pl.DataType]] = {
    "episode_id": pl.String,
    "show_name": pl.String,
    "hosts": pl.List(pl.String),
    "guests": pl.List(pl.String),
    "title": pl.String,
    "published_on": pl.Date,
    "word_count": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written: bytes of raw files below `out`/raw, truth below `out`/truth."""

    out: Path
    size_bytes: int
    seed: int = 1
    words: int = MEDIAN_WORDS

    @property
    def block_count(self) -> int:
        """How many blocks the corpus is made of."""
        return max(1, -(-self.size_bytes // _BLOCK_BYTES))

    @property
    def show_count(self) -> int:
        """How many shows there are: some fifty episodes a show, three at least."""
        return min(1_300, max(3, self.size_bytes // (self.words * 6 * 50)))


@dataclass(slots=True)
class _Block:
    plan: Plan
    number: int
    byte_count: int = 0
    mentions: list[tuple[Any, ...]] = field(default_factory=list)
    copies: list[tuple[Any, ...]] = field(default_factory=list)
    episodes: list[tuple[Any, ...]] = field(default_factory=list)
    entries: list[Talk] = field(default_factory=list)
    others: list[Talk] = field(default_factory=list)
    feeds: dict[str, list[Talk]] = field(default_factory=dict)

    def write(self, file: str, text: str) -> None:
        path = self.plan.out / "raw" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("ascii"))
        self.byte_count += len(text)

    def note(self, file: str, talk: Talk, planted: list[Planted], offset: int = 0) -> None:
        self.mentions += [
            (file, talk.episode_id, name.entity_id, name.entity_type, name.surface, where, start + offset, end + offset)
            for start, end, name, where in planted
        ]


def generate(plan: Plan, processes: int = 2) -> int:
    """Write the corpus and its truth, and return the number of bytes below raw. Same plan, same bytes."""
    numbers = range(plan.block_count)
    if processes == 1 or plan.block_count == 1:
        return sum(map(partial(write_block, plan), numbers))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(partial(write_block, plan), numbers, chunksize=1))


def write_block(plan: Plan, number: int) -> int:
    """Write one block of the corpus, and return its number of bytes."""
    known, rng = world(), np.random.default_rng([plan.seed, number])
    block = _Block(plan, number)
    budget, waiting, made = plan.size_bytes / plan.block_count, 0, 0
    while not made or block.byte_count + waiting < budget:
        talk = make_talk(known, rng, f"ep{number:05d}x{made:04d}", plan.show_count, plan.words)
        made += 1
        waiting += _tell(block, talk, known, rng)
        if len(block.entries) == _ENTRIES_A_PAGE:
            _write_directory(block)
            waiting = 0
    _write_directory(block)
    for name, talks in block.feeds.items():
        _write_feed(block, name, talks)
    _write_truth(block)
    return block.byte_count


def _tell(block: _Block, talk: Talk, known: World, rng: np.random.Generator) -> int:
    """Write the copies of an episode; returns about how many bytes wait for the directory's page."""
    luck = rng.random()
    count = 3 if luck < _THREE_COPIES else 2 if luck < _THREE_COPIES + _TWO_COPIES else 1
    shares = np.array([share for _, share, _ in LAYOUTS.values()])
    names = list(LAYOUTS)
    chosen = rng.choice(len(names), count, replace=False, p=shares / shares.sum())
    waiting = 0
    for number in chosen.tolist():
        name = names[number]
        told = _misheard(talk, known, rng) if name in MISHEARD else talk
        if name == "directory_page":
            block.entries.append(told)
            waiting += min(_MOST_ENTRY_CHARS, 6 * len(told.tokens))
            continue
        write, _, ending = LAYOUTS[name]
        file = f"{name}/{slugify(talk.show.name)}/{talk.published_on}-{talk.episode_id}.{ending}"
        page = Page()
        write(told, page)
        text, planted = page.written()
        block.write(file, text)
        block.note(file, talk, planted)
        block.copies.append((file, 0, name, talk.episode_id, True))
    if not waiting and len(block.others) < _LISTED:
        block.others.append(talk)
    if rng.random() < _IN_FEED:
        block.feeds.setdefault(talk.show.name, []).append(talk)
    hosts = [person.name for person in talk.show.hosts]
    guests = [talk.guest.name] if talk.guest else []
    about = (talk.episode_id, talk.show.name, hosts, guests, talk.title, talk.published_on, len(talk.tokens))
    block.episodes.append(about)
    return waiting


def _misheard(talk: Talk, known: World, rng: np.random.Generator) -> Talk:
    """Return the talk with some words, and no names, replaced by others."""
    tokens = list(talk.tokens)
    count = int(len(tokens) * _MISHEARD_WORDS)
    draws = known.word_draws[rng.integers(0, len(known.word_draws), count)]
    for at, word in zip(rng.integers(0, len(tokens), count).tolist(), known.words[draws].tolist(), strict=True):
        if tokens[at].isalpha() and tokens[at].islower() and at not in talk.marks:
            tokens[at] = word
    return replace(talk, tokens=tokens)


def _write_directory(block: _Block) -> None:
    if len(block.entries) + len(block.others) < 2:
        return
    file = f"directory_page/page-{block.number:05d}-{len(block.copies):04d}.txt"
    texts = []
    at = 0
    # Of most episodes a directory has the notes alone.
    listed = [(talk, True) for talk in block.entries] + [(talk, False) for talk in block.others]
    for index, (talk, has_transcript) in enumerate(listed):
        page = Page()
        directory_entry(talk, page, has_transcript)
        text, planted = page.written()
        heading, _, entry = text.rstrip("\n").partition("\n")
        end = len(heading) + 1 + min(len(entry), _MOST_ENTRY_CHARS)
        texts.append(text[:end] + "\n")
        block.note(file, talk, [one for one in planted if one[1] <= end], at)
        block.copies.append((file, index, "directory_page", talk.episode_id, has_transcript))
        at += end + 1
    block.write(file, "".join(texts))
    block.entries, block.others = [], []


def _write_feed(block: _Block, name: str, talks: list[Talk]) -> None:
    file = f"rss_feed/{slugify(name)}-{block.number:05d}.xml"
    texts = [feed_head(talks[0])]
    at = len(texts[0])
    for index, talk in enumerate(talks):
        page = Page()
        feed_item(talk, page)
        text, planted = page.written()
        block.note(file, talk, planted, at)
        block.copies.append((file, index, "rss_feed", talk.episode_id, False))
        texts.append(text)
        at += len(text)
    block.write(file, "".join([*texts, FEED_FOOT]))


def _write_truth(block: _Block) -> None:
    for name, rows, schema in (
        ("mentions", block.mentions, _MENTIONS),
        ("copies", block.copies, _COPIES),
        ("episodes", block.episodes, _EPISODES),
    ):
        folder = block.plan.out / "truth" / name
        folder.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(rows, schema=schema, orient="row").write_parquet(folder / f"{block.number:05d}.parquet")
