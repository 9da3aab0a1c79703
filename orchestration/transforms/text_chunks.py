"""What stands between two spaces of a text, looked at once however often it does.

Belongs here: what such a chunk tells by itself, for name_scan.py. Keep out: what only its neighbours tell.

A corpus has twenty times as many chunks as distinct ones, and most of these are a plain word with punctuation around.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache

import numpy as np
import polars as pl

from orchestration.catalog.words import word_ranks
from orchestration.transforms.letters import Bools, Ints, fold, straighten
from orchestration.transforms.name_runs import (
    CONNECTORS,
    MIN_ORDINARY,
    RUN,
    UPPER,
    always_ordinary,
    is_always_ordinary,
    is_single,
)
from orchestration.transforms.sound import sound_keys

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
NO_RUN, ORDINARY_RUN, OTHER_RUN = 0, 1, 2
NO_WORD, EMPTY_WORD = -2, -1
"""Instead of a word: none is there, and one that stands beside everything."""

# The commonest words stand beside everything.
_EMPTY_RANK = 250
_MIN_LETTERS = 4
_AROUND_WORDS = "\"'“”‘’()[].,?!;:…"
_LOWER_WORD = re.compile(r"\b[a-zß-öø-ÿ]+(?:['’][a-z]+)?")
_CAPITALISED_WORD = re.compile(rf"[{UPPER}][^\W\d_]*")
# What a run may go on with after a space.
_JOINABLE = re.compile(rf"(?:[OD]['’])?[{UPPER}]|[a-z]{{1,3}}[A-Z]|\d")


def is_telling(word: str) -> bool:
    """Tell whether `word`, lower-case, says something of what it stands beside."""
    return len(word) > 2 and word not in _empty_words()


@cache
def _empty_words() -> frozenset[str]:
    return frozenset(word for word, rank in word_ranks().items() if rank < _EMPTY_RANK)


class Chunks:
    """The distinct chunks of texts, and where they stand.

    codes: the chunks of all texts in order. counts: how many each text has. All else is by chunk, as `codes` has them,
    with words as their place in `words`.

    length: in characters. ends_word, ends_name: whether a word, or a comma, ends there, after which a word, or a name,
    is not capitalised for its place. capitalised: the word that it starts with a capital, or -1. plain, plain_start: of
    a word with a capital and nothing but punctuation around, this word and where it starts; else -1. runs: one of
    NO_RUN, ORDINARY_RUN (of single words that are ordinary in any corpus), OTHER_RUN. is_open, is_joinable,
    is_connector, is_the: whether a run may go on after it, and with it. first, last: the words at its ends, or NO_WORD,
    or EMPTY_WORD. lower: pairs of chunk and word in lower case, in order, of the words of `is_counted`, which are not
    ordinary in any corpus, or spoken. spoken: rows of chunk, word, its start, and the words before and after it there,
    of words that sound like a name; surfaces: how each of them is written.
    """

    def __init__(self, texts: pl.Series, sounds: Collection[str]) -> None:
        """Look at the chunks of `texts`. sounds: the sound keys of names."""
        split = texts.str.split(" ")
        coded = split.explode().cast(pl.Categorical(pl.Categories.random()))
        self.counts: Ints = split.list.len().to_numpy().astype(np.int64)
        self.codes: Ints = coded.to_physical().to_numpy().astype(np.int64)
        distinct = coded.unique()
        chunks = distinct.cast(pl.String).gather(distinct.to_physical().arg_sort()).to_list()
        count = len(chunks)
        self.length: Ints = np.fromiter(map(len, chunks), np.int64, count)
        self.ends_word: Bools = np.fromiter(map(_ends_word, chunks), np.bool_, count)
        self.ends_name: Bools = np.fromiter((_ends_word(c) and c[-1] != "_" for c in chunks), np.bool_, count)
        self.capitalised: Ints = np.full(count, -1, np.int64)
        self.runs: Ints = np.full(count, NO_RUN, np.int64)
        self.is_joinable: Bools = np.zeros(count, np.bool_)
        self.is_connector: Bools = np.fromiter((chunk in CONNECTORS for chunk in chunks), np.bool_, count)
        self.is_the: Bools = np.fromiter((chunk == "the" for chunk in chunks), np.bool_, count)
        self.is_connector &= ~self.is_the
        lower, title, other = _sorted_out(chunks)
        self._ids: dict[str, int] = {}
        lower_words = self._numbers(core for _, core in lower)
        title_words = self._numbers(core.lower() for _, core in title)
        lower_chunks = np.fromiter((number for number, _ in lower), np.int64, len(lower))
        title_chunks = np.fromiter((number for number, _ in title), np.int64, len(title))
        more_lower: list[tuple[int, int]] = []
        more_words: list[tuple[int, list[tuple[int, int]]]] = []
        for number, chunk in other:
            self._look_at(number, chunk, more_lower, more_words)
        self.words = list(self._ids)
        is_always_ordinary = np.fromiter((word in always_ordinary() for word in self.words), np.bool_, len(self.words))
        is_always_ordinary |= np.fromiter(map(len, self.words), np.int64, len(self.words)) < MIN_ORDINARY
        self.runs[title_chunks] = np.where(is_always_ordinary[title_words], ORDINARY_RUN, OTHER_RUN)
        is_first = np.fromiter((chunks[number][0] == core[0] for number, core in title), np.bool_, len(title))
        self.is_joinable[title_chunks] = is_first
        self.capitalised[title_chunks[is_first]] = title_words[is_first]
        self.is_open: Bools = (self.runs != NO_RUN) | self.is_joinable | self.is_connector | self.is_the
        is_telling_word = np.fromiter(map(is_telling, self.words), np.bool_, len(self.words))
        is_spoken = self._sounding(is_telling_word, sounds)
        self.is_counted: Bools = ~is_always_ordinary | is_spoken
        pairs = np.concatenate(
            (np.stack((lower_chunks, lower_words), axis=1), np.array(more_lower, np.int64).reshape(-1, 2))
        )
        pairs = pairs[self.is_counted[pairs[:, 1]]]
        self.lower = pairs[np.argsort(pairs[:, 0], kind="stable")]
        told = np.where(is_telling_word, np.arange(len(self.words)), EMPTY_WORD)
        self.first: Ints = np.full(count, NO_WORD, np.int64)
        self.last: Ints = np.full(count, NO_WORD, np.int64)
        rows: list[tuple[int, int, int, int, int]] = []
        for numbers, words, cores in ((lower_chunks, lower_words, lower), (title_chunks, title_words, title)):
            self.first[numbers] = self.last[numbers] = told[words]
            for place in np.flatnonzero(is_spoken[words]).tolist():
                number, core = cores[place]
                rows.append((number, int(words[place]), chunks[number].index(core), NO_WORD, NO_WORD))
        rows += self._place_words(more_words, is_spoken, told)
        self.spoken = np.array(sorted(rows, key=lambda row: (row[0], row[2])), np.int64).reshape(-1, 5)
        self.plain_start: Ints = np.full(count, -1, np.int64)
        self.plain_start[title_chunks] = [chunks[number].index(core) for number, core in title]
        self.plain: list[str] = ["" for _ in chunks]
        for number, core in title:
            self.plain[number] = core
        self.surfaces = [
            chunks[chunk][start : start + len(self.words[word])] for chunk, word, start, *_ in self.spoken.tolist()
        ]

    def _numbers(self, words: Iterable[str]) -> Ints:
        ids = self._ids
        return np.array([ids.setdefault(word, len(ids)) for word in words], np.int64)

    def _look_at(
        self,
        number: int,
        chunk: str,
        lower: list[tuple[int, int]],
        words: list[tuple[int, list[tuple[int, int]]]],
    ) -> None:
        ids = self._ids
        for form in _LOWER_WORD.findall(chunk):
            form = straighten(form).removesuffix("'s")
            lower.append((number, ids.setdefault(form, len(ids))))
        if not chunk.islower():
            capitalised = _CAPITALISED_WORD.match(chunk)
            if capitalised:
                form = capitalised.group().lower()
                self.capitalised[number] = ids.setdefault(form, len(ids))
            self.is_joinable[number] = _JOINABLE.match(chunk) is not None
            runs = RUN.findall(chunk)
            if runs:
                is_ordinary = all(is_single(run) and is_always_ordinary(run.lower()) for run in runs)
                self.runs[number] = ORDINARY_RUN if is_ordinary else OTHER_RUN
        elif chunk[0].isdigit():
            self.is_joinable[number] = True
        found = [(ids.setdefault(word.group(), len(ids)), word.start()) for word in WORD.finditer(fold(chunk))]
        if found:
            words.append((number, found))

    def _sounding(self, is_telling_word: Bools, sounds: Collection[str]) -> Bools:
        """Tell of each word whether it is long enough and says enough to be taken for a name, and sounds like one."""
        is_sounding = np.zeros(len(self.words), np.bool_)
        if sounds:
            asked = [n for n in np.flatnonzero(is_telling_word).tolist() if len(self.words[n]) >= _MIN_LETTERS]
            keys = sound_keys([self.words[number] for number in asked])
            is_sounding[[number for number, key in zip(asked, keys, strict=True) if key in sounds]] = True
        return is_sounding

    def _place_words(
        self, words: list[tuple[int, list[tuple[int, int]]]], is_spoken: Bools, told: Ints
    ) -> Iterable[tuple[int, int, int, int, int]]:
        spoken, as_told = is_spoken.tolist(), told.tolist()
        for number, found in words:
            self.first[number], self.last[number] = as_told[found[0][0]], as_told[found[-1][0]]
            for place, (word, start) in enumerate(found):
                if spoken[word]:
                    before = as_told[found[place - 1][0]] if place else NO_WORD
                    after = as_told[found[place + 1][0]] if place + 1 < len(found) else NO_WORD
                    yield number, word, start, before, after


def _sorted_out(chunks: list[str]) -> tuple[list[tuple[int, str]], list[tuple[int, str]], list[tuple[int, str]]]:
    """Return chunks that are a plain word in lower case with punctuation around, those with a capital, and others.

    Of plain ones the word is given, of others the chunk.
    """
    lower: list[tuple[int, str]] = []
    title: list[tuple[int, str]] = []
    other: list[tuple[int, str]] = []
    for number, chunk in enumerate(chunks):
        core = chunk.strip(_AROUND_WORDS)
        if core.isalpha() and core.isascii():
            if core.islower():
                lower.append((number, core))
                continue
            if core.istitle():
                title.append((number, core))
                continue
        if chunk:
            other.append((number, chunk))
    return lower, title, other


def _ends_word(chunk: str) -> bool:
    return chunk != "" and (chunk[-1].isalnum() or chunk[-1] in "_,")
