"""Copies that describe the same conversation in other words: shared rare phrases, people and chapters.

Feeds that carry one conversation (a crossover, a cross-post, a re-post with a new introduction) write descriptions of
their own, so runs of words do not agree. What they still share is many separate rare phrases, in the description or in
what is said, and the people who take part or the topics of the chapters. One without the other is not enough: two shows
that invite the same guest share the phrases, two episodes of one show share the people.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from orchestration.transforms.function_words import FUNCTION_WORDS
from orchestration.transforms.hash_ranges import HASH_BITS, Bins, Found, Groups, positions
from orchestration.transforms.name_words import HONORIFICS, HOUSES, NOT_NAMES, PARTICLES
from orchestration.transforms.parts import Read, Run
from orchestration.transforms.person_names import fold
from orchestration.transforms.shared_text import BOILERPLATE, SENTENCE_END, folded_words

# Measured on the seeds: descriptions of one conversation score 0.44 or more in one direction, those of different ones
# 0.42 at most, but 0.65 where two shows talk with one guest on one subject: hence people or chapters are asked for too.
MIN_PHRASE_SCORE = 0.4
MIN_PHRASES = 3
# So many phrases need no people and no chapters. Two shows on one subject with one guest reached 0.78.
SURE_PHRASE_SCORE = 1.0
SURE_PHRASES = 8
# Phrases of more copies than this are not looked up.
MAX_PHRASE_COPIES = 10
# A shorter description says too little to be measured by its length.
MIN_DESCRIBED_PHRASES = 25
MIN_PEOPLE = 2
MIN_SHARE_OF_PEOPLE = 0.5
# People who stand together in more copies than this are the team of a show, not the company of one episode.
MAX_COMPANY_COPIES = 5
MIN_CHAPTERS = 3
MIN_SHARE_OF_CHAPTERS = 0.2
MAX_CHAPTER_COPIES = 5
MIN_CHAPTER_WORDS = 3
_WORDS_AT_ONCE = 100_000


_NAME_WORD = r"(?:(?:Mc|Mac|De|Di|La|Le|O['’]|D['’]|El-|Al-))?[A-ZÀ-ÖØ-Þ][^\W\d_A-Z]+(?:-[A-ZÀ-ÖØ-Þ][^\W\d_A-Z]+)?\b"
_NAME = re.compile(rf"\b{_NAME_WORD}(?: (?:[A-Z]\. )?(?:(?:{'|'.join(sorted(PARTICLES))}) ){{0,2}}{_NAME_WORD}){{1,2}}")
_BOILER = re.compile(BOILERPLATE)
_SENTENCE = re.compile(SENTENCE_END)


@dataclass(frozen=True, slots=True)
class DescribedPair:
    """Two copies whose descriptions tell the same, with the score of the phrases and what was found in words."""

    a: str
    b: str
    score: float
    evidence: str


@dataclass(slots=True)
class _Overlap:
    score: float
    runs: list[list[str]] = field(default_factory=list)


def described_pairs(
    copies: pl.DataFrame,
    read: Read,
    copy_ids: list[str],
    rare: pl.DataFrame,
    comparable: frozenset[str],
) -> list[DescribedPair]:
    """Return the pairs of copies that describe one conversation, in order of their ids, the smaller id first.

    rare: as `rare_phrases` returns it, of copies as they are numbered in `copy_ids`. Two copies in `comparable` have
    both enough of a transcript: what is said decides on them, and they are left out.
    """
    found = _phrase_overlaps(read, copy_ids, rare, comparable)
    if not found:
        return []
    involved = {copy for pair in found for copy in pair}
    people = _People(copies, read, involved)
    topics = _Topics(read, involved)
    best: dict[tuple[str, str], DescribedPair] = {}
    for (a, b), overlap in sorted(found.items()):
        reason = people.shared(a, b, overlap.runs) or topics.shared(a, b)
        if not reason and overlap.score >= SURE_PHRASE_SCORE and len(overlap.runs) >= SURE_PHRASES:
            reason = "too many for two conversations"
        if not reason:
            continue
        shown = ", ".join(f"'{max(run, key=len)}'" for run in overlap.runs[:4])
        evidence = f"{len(overlap.runs)} separate rare phrases of one description are in the other copy ({shown}); "
        pair = DescribedPair(min(a, b), max(a, b), round(min(1.0, overlap.score), 4), evidence + reason)
        key = (pair.a, pair.b)
        if key not in best or (pair.score, pair.evidence) > (best[key].score, best[key].evidence):
            best[key] = pair
    return [best[key] for key in sorted(best)]


def _phrases(words: pl.LazyFrame) -> pl.LazyFrame:
    """Return the pairs of neighbouring content words of `copy, code, word`: `copy, phrase, text`, and the `place`."""
    stop = pl.Series(sorted(FUNCTION_WORDS)).hash(0).implode()
    return (
        words.filter(~pl.col("code").is_in(stop))
        .select(
            "copy",
            phrase=(pl.col("code") * 6364136223846793005 + pl.col("code").shift(-1)).hash(0),
            text=pl.col("word") + " " + pl.col("word").shift(-1),
            end=pl.col("copy").shift(-1),
            place=pl.int_range(pl.len()).over("copy"),
        )
        .filter(pl.col("copy") == pl.col("end"))
        .drop("end")
    )


def _noted(read: Read, copy_ids: list[str]) -> Iterator[pl.DataFrame]:
    """Yield the words of descriptions, copy by copy: `copy` (position in `copy_ids`) and `word`, in order."""
    number = pl.DataFrame({"copy_id": copy_ids}, schema={"copy_id": pl.String}).with_row_index("copy")
    held: list[pl.DataFrame] = []
    for part in read(["copy_id", "notes"]):
        words = part.join(number, on="copy_id", maintain_order="left").select("copy", word="notes")
        held.append(words.filter(pl.col("word").list.len() > 0).explode("word"))
        # Most parts have few words, and what is done with them takes as long for many.
        if sum(words.height for words in held) >= _WORDS_AT_ONCE:
            yield pl.concat(held).filter(pl.col("word").str.len_chars() > 1)
            held = []
    if held:
        yield pl.concat(held).filter(pl.col("word").str.len_chars() > 1)


def rare_phrases(phrases: Sequence[Bins | Found], run: Run) -> pl.DataFrame:
    """Return the phrases of descriptions that stand in two copies and more, but not too many: `key, copy, copies`.

    phrases: all or some, each in all copies that have it. run: works on them.
    """
    return pl.concat(run(_rare, phrases))


def _rare(task: Bins | Found) -> pl.DataFrame:
    found = [pl.DataFrame(schema={"key": pl.UInt64, "copy": pl.UInt32, "copies": pl.UInt32})]
    for number, packed in task.each():
        groups = Groups.of(task.layout.hash_of(packed)).between(2, MAX_PHRASE_COPIES)
        if groups.starts.size:
            rows = groups.rows()
            is_noted = (
                np.minimum.reduceat(task.layout.extra_of(packed[rows]), groups.sizes.cumsum() - groups.sizes) == 0
            )
            groups = Groups(groups.starts[is_noted], groups.sizes[is_noted])
            kept = packed[groups.rows()]
            keys, copy = task.whole_hash(kept, number), task.layout.copy_of(kept).astype(np.uint32)
            copies = np.repeat(groups.sizes, groups.sizes).astype(np.uint32)
            found.append(pl.DataFrame({"key": keys, "copy": copy, "copies": copies}))
    return pl.concat(found)


def _phrase_overlaps(
    read: Read, copy_ids: list[str], seen: pl.DataFrame, comparable: frozenset[str]
) -> dict[tuple[str, str], _Overlap]:
    """Return for (a, b) the runs of rare phrases of the description of a that b has too, where they are many."""
    counts = seen.select("key", "copies").unique("key").sort("key")
    rare_parts, size_parts = [], []
    for words in _noted(read, copy_ids):
        notes = _phrases(words.lazy().with_columns(code=pl.col("word").hash(0))).collect()
        size_parts.append(notes.group_by("copy").agg(size=pl.len()))
        keyed = notes.with_columns(key=pl.col("phrase") // 2 ** (64 - HASH_BITS))
        # A join would go through all counts for each part.
        at, is_rare = positions(keyed["key"].to_numpy(), counts["key"].to_numpy())
        rare_parts.append(keyed.filter(is_rare).with_columns(counts["copies"].gather(at)))
    if not rare_parts:
        return {}
    # Phrases are read in the order of the copies, whichever part these stand in.
    rare = pl.concat(rare_parts).with_columns(weight=(2 / pl.col("copies")).clip(upper_bound=1.0)).sort("copy", "place")
    sizes = pl.concat(size_parts)
    with_transcript = pl.Series(
        [index for index, copy in enumerate(copy_ids) if copy in comparable], dtype=pl.UInt32
    ).implode()
    hits = (
        rare.lazy()
        .join(seen.lazy().select("key", "copy"), on="key", suffix="_b")
        .filter(
            (pl.col("copy") != pl.col("copy_b"))
            & ~(pl.col("copy").is_in(with_transcript) & pl.col("copy_b").is_in(with_transcript))
        )
        .filter(pl.col("phrase").n_unique().over("copy", "copy_b") >= MIN_PHRASES)
        .sort("copy", "copy_b", "place")
        .with_columns(run=(pl.col("place").diff() != 1).fill_null(True).cum_sum().over("copy", "copy_b"))
        # A run is one phrase however long: the same sentence in two descriptions is one thing they share.
        .group_by("copy", "copy_b", "run", maintain_order=True)
        .agg(
            weight=pl.col("weight").max(),
            best=pl.col("phrase").sort_by(-pl.col("weight"), "phrase").first(),
            texts=pl.col("text"),
        )
        .unique(["copy", "copy_b", "best"], keep="first", maintain_order=True)
        .group_by("copy", "copy_b", maintain_order=True)
        .agg(pl.col("weight").sum(), runs=pl.col("texts").sort_by("weight", descending=True, maintain_order=True))
        .join(sizes.lazy(), on="copy")
        .with_columns(score=pl.col("weight") / pl.col("size").clip(lower_bound=MIN_DESCRIBED_PHRASES).sqrt())
        .filter((pl.col("score") >= MIN_PHRASE_SCORE) & (pl.col("runs").list.len() >= MIN_PHRASES))
        .select("copy", "copy_b", "score", "runs")
        .collect()
    )
    return {(copy_ids[a], copy_ids[b]): _Overlap(score, runs) for a, b, score, runs in hits.iter_rows()}


class _People:
    """The people named in descriptions and at turns of speech, and in how many copies they stand together."""

    def __init__(self, copies: pl.DataFrame, read: Read, involved: set[str]) -> None:
        # As the first copy of all writes it.
        self._shown: dict[str, tuple[str, str]] = {}
        # Of each copy the people in its notes, each with the sentences that name them.
        self._described: dict[str, dict[str, set[str]]] = defaultdict(dict)
        self._speaking: dict[str, set[str]] = defaultdict(set)
        self._holders: dict[str, set[str]] = defaultdict(set)
        shows = {fold(name) for name in copies["show_name"].unique().drop_nulls()}
        wanted = pl.Series(sorted(involved), dtype=pl.String).implode()
        for part in read(["copy_id", "names", "voices"]):
            of_pairs = part.filter(pl.col("copy_id").is_in(wanted))
            for copy, names, voices in of_pairs.iter_rows():
                self._speaking[copy].update(voices)
                for name in names:
                    if name["key"] not in shows:
                        self._described[copy][name["key"]] = set(name["sentences"])
        known = {name for names in self._described.values() for name in names}
        for part in read(["copy_id", "names", "voices"]):
            for copy, names, voices in part.iter_rows():
                for name in names:
                    if name["key"] in known:
                        self._holders[name["key"]].add(copy)
                        self._shown[name["key"]] = min(
                            self._shown.get(name["key"], (copy, name["name"])), (copy, name["name"])
                        )
                for name in voices:
                    if name in known:
                        self._holders[name].add(copy)

    def shared(self, a: str, b: str, runs: list[list[str]]) -> str:
        """Return in words which people both have, or nothing where they are too few or stand together too often.

        A sentence that both descriptions hold (who a guest is, who else was on the show) names nobody anew, and of
        several names in one shared run of words one counts. A name at turns of speech always counts.
        """
        matched: set[str] = set()
        quoted: set[str] = set()
        for name, where in sorted(self._described[a].items()):
            first, _, _ = name.partition(" ")
            if name in self._speaking[b] or first in self._speaking[b]:
                matched.add(name)
            elif name in self._described[b]:
                words = " ".join(folded_words(name))
                places = {" ".join(run) for run in runs if words in run}
                if not places & quoted and not where & self._described[b][name]:
                    matched.add(name)
                quoted |= places
        fewer = min(len(self._described[a]), len(self._described[b].keys() | self._speaking[b]))
        if len(matched) < MIN_PEOPLE or len(matched) < MIN_SHARE_OF_PEOPLE * fewer:
            return ""
        together = set.intersection(*(self._holders[name] for name in matched))
        if len(together) > MAX_COMPANY_COPIES:
            return ""
        return "both have " + ", ".join(sorted(self._shown[name][1] for name in matched))


class _Topics:
    """The titles of chapters that say what is talked about, by copy."""

    def __init__(self, read: Read, involved: set[str]) -> None:
        self._titles: dict[str, dict[str, str]] = defaultdict(dict)
        holders: Counter[str] = Counter()
        for part in read(["copy_id", "chapters"]):
            for copy, chapters in part.iter_rows():
                holders.update(chapter["words"] for chapter in chapters)
                if copy in involved:
                    self._titles[copy] = {chapter["words"]: chapter["title"] for chapter in chapters}
        self._common = {words for words, found in holders.items() if found > MAX_CHAPTER_COPIES}

    def shared(self, a: str, b: str) -> str:
        """Return in words which chapters both have, or nothing where they are too few."""
        few, many = sorted((self._titles[a].keys(), self._titles[b].keys()), key=len)
        matched = [words for words in few if words not in self._common and words in many]
        if len(matched) < max(MIN_CHAPTERS, MIN_SHARE_OF_CHAPTERS * len(few)):
            return ""
        titles = sorted(self._titles[a][words] for words in matched)
        return f"both have {len(matched)} chapters of the same title, such as '{titles[0]}'"


def topic_words(title: str) -> str:
    """Return the content words of the title of a chapter in one order, or nothing where they are too few."""
    words = set(folded_words(title)) - FUNCTION_WORDS
    return " ".join(sorted(words)) if len(words) >= MIN_CHAPTER_WORDS else ""


def written_names(text: str) -> list[tuple[str, list[str]]]:
    """Return what looks like a person's full name in the sentences of `text` that are not boilerplate, with these."""
    names = []
    for sentence in _SENTENCE.split(text):
        if not sentence or _BOILER.search(sentence):
            continue
        for found in _NAME.finditer(sentence):
            words = [word.removesuffix("'s").removesuffix("’s") for word in found.group().split()]
            while words and fold(words[0]) in HONORIFICS | NOT_NAMES:
                words.pop(0)
            ordinary = {fold(word) for word in words} - PARTICLES
            if len(words) >= 2 and not ordinary & (NOT_NAMES | HOUSES):
                names.append((" ".join(words), folded_words(sentence)))
    return names
