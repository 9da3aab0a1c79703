"""What one copy tells of names: its runs of capitalised words, its words by letter case, its mentions and their words.

Belongs here: what depends on one copy alone, so that it is found once for a copy and not in all texts again whenever a
document is added. Keep out: whatever takes other copies to decide, such as what an ordinary word is (unknown_names.py).

Texts are read chunk by chunk (text_chunks.py). Only where a chunk may hold more than ordinary words is the text itself
looked at.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.words import is_common_word, place_words
from orchestration.schemas.copy_names import CopyNames
from orchestration.transforms.letters import Bools, Ints, fold, ragged
from orchestration.transforms.name_runs import (
    MAX_WORD,
    MIN_WORD,
    NO_NAMES,
    RUN,
    Known,
    is_always_ordinary,
    is_single,
    names_in_run,
    overlapping,
    without_plural,
    words_of_run,
)
from orchestration.transforms.sound import sound_keys
from orchestration.transforms.text_chunks import NO_RUN, NO_WORD, OTHER_RUN, WORD, Chunks, is_telling

UNIT_COLUMNS = ["copy_id", "document_id", "field", "unit_id", "text", "char_start", "char_end"]
HEADINGS = ("title", "chapter")
# Names are heard wrongly that have so many letters and sounds.
MIN_LETTERS = 4
MIN_SOUNDS = 2
AROUND = 40
NEIGHBOURS = 3

_CAPITAL = "[A-Z]"
# A word that goes on after an apostrophe (`Don't`), an address, an identifier.
_NO_END = re.compile(r"['’](?!s\b)\w|[@_\w]|\.[a-z]")
_ODD_WORD = re.compile(r"(?<![\w@#/.'’-])[a-z][a-z0-9]{3,}(?![\w@/'’-])")
_MIN_ODD_COUNT = 3
# A copy of some length counts as one without capitals below so many of them a character.
_MIN_COPY = 2000
_MAX_CAPITALS = 0.002
_MAX_ADDRESS = 200

Names = dict[int, list[Known]]
# Surface, whether a sentence goes on there, and the mentions inside.
_Kind = tuple[str, bool, str]


def copy_names(
    turns: pl.DataFrame,
    passages: pl.DataFrame,
    chapters: pl.DataFrame,
    mentions: pl.DataFrame,
    catalog: Catalog,
    episode_copies: pl.DataFrame,
) -> pl.DataFrame:
    """Return the table `copy_names`: a row for each copy that has any of these. Frames as in the lake."""
    units = text_units(turns, passages, chapters, episode_copies)
    texts = units["text"].to_list()
    chunks = Chunks(units["text"], catalog_sounds(catalog))
    places = _Places(units["copy_id"], chunks)
    placed = _placed_mentions(units, mentions)
    columns = {
        "words": _words(chunks, places),
        "runs": _runs(units, texts, chunks, places, placed),
        "known": _known(units, texts, placed),
        "spoken": _spoken(units, texts, chunks, places, placed, catalog),
        "entities": mentions.filter(pl.col("entity_type") != "topic")
        .select("copy_id", entities="entity_id")
        .unique()
        .sort("copy_id", "entities"),
    }
    schema = CopyNames.create_empty().schema
    lists = {
        name: frame.select("copy_id", pl.col(name).cast(schema[name].inner))  # type: ignore[attr-defined]
        .group_by("copy_id", maintain_order=True)
        .agg(name)
        for name, frame in columns.items()
    }
    found = pl.concat([frame.select("copy_id") for frame in lists.values()]).unique().sort("copy_id")
    for frame in lists.values():
        found = found.join(frame, on="copy_id", how="left", maintain_order="left")
    filled = (pl.col(name).fill_null(pl.lit([], schema[name])) for name in lists)
    return CopyNames.validate(found.with_columns(*filled), cast=True)


def text_units(
    turns: pl.DataFrame, passages: pl.DataFrame, chapters: pl.DataFrame, episode_copies: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return the texts of all copies that may be English: UNIT_COLUMNS, and `unit`, the position in the copy."""
    units = pl.concat(
        [
            turns.select(pl.col("turn_id").alias("unit_id"), pl.lit("transcript").alias("field"), pl.all()).select(
                UNIT_COLUMNS
            ),
            passages.with_columns(pl.col("passage_id").alias("unit_id"), pl.col("field").cast(pl.String)).select(
                UNIT_COLUMNS
            ),
            chapters.with_columns(
                pl.col("chapter_id").alias("unit_id"), pl.lit("chapter").alias("field"), pl.col("title").alias("text")
            ).select(UNIT_COLUMNS),
        ]
    )
    if episode_copies is not None:
        # German writes every noun with a capital: English case statistics say nothing there.
        foreign = episode_copies.filter(pl.col("language") != "en").select("copy_id")
        units = units.join(foreign, on="copy_id", how="anti")
    return units.sort("copy_id", "char_start", "field", "unit_id").with_columns(
        unit=pl.int_range(pl.len(), dtype=pl.UInt32).over("copy_id")
    )


@dataclass(frozen=True, slots=True)
class _Listed:
    """A catalogue that is known by its fingerprint."""

    fingerprint: str
    catalog: Catalog = field(compare=False)


def catalog_sounds(catalog: Catalog) -> frozenset[str]:
    """Return the sound keys of all names of the catalogue, and of each word of the names of people."""
    return _sounds(_Listed(catalog.fingerprint, catalog))


@lru_cache(maxsize=1)
def _sounds(listed: _Listed) -> frozenset[str]:
    names = catalog_names(listed.catalog, listed.catalog.entities)
    return frozenset(key for key in sound_keys([text for _, text in names]) if len(key) >= MIN_SOUNDS)


def catalog_names(catalog: Catalog, seen: Collection[str]) -> set[tuple[str, str]]:
    """Return the names that may be heard wrongly, with their entities; of people the words too where they are seen."""
    texts: set[tuple[str, str]] = set()
    for alias in catalog.aliases:
        if alias.kind != "misheard" and not alias.entity_id.startswith("topic:"):
            texts.add((alias.entity_id, alias.alias))
    for entity in catalog.entities.values():
        if entity.entity_type == "person" and entity.entity_id in seen:
            texts.update((entity.entity_id, word) for word in entity.name.split())
    return {
        (entity_id, text)
        for entity_id, text in texts
        if len(text) >= MIN_LETTERS and (text.isalpha() or sum(map(str.isalpha, text)) >= MIN_LETTERS)
    }


def words_around(before: str, after: str) -> tuple[set[str], set[str]]:
    """Return the telling words within NEIGHBOURS of a place, and those right beside it, in lower case.

    before, after: the text on each side, at least AROUND characters where it has so many.
    """
    left = WORD.findall(fold(before[-AROUND:]))[-NEIGHBOURS:]
    right = WORD.findall(fold(after[:AROUND]))[:NEIGHBOURS]
    telling = set(filter(is_telling, (*left, *right)))
    return telling, telling.intersection((*left[-1:], *right[:1]))


def sides(before: str, after: str) -> tuple[str | None, str | None]:
    """Return the words right before and right after a place, where they are telling. Arguments as of `words_around`."""
    left = WORD.findall(fold(before[-AROUND:]))[-1:]
    right = WORD.search(fold(after[:AROUND]))
    return (
        left[0] if left and is_telling(left[0]) else None,
        right.group() if right and is_telling(right.group()) else None,
    )


class _Places:
    """Where the chunks of all units stand, one after the other.

    copies: the ids of the copies. copy, unit: of each chunk. at: its first character, were the units joined by spaces.
    base: the first character of each unit there.
    """

    def __init__(self, copy_ids: pl.Series, chunks: Chunks) -> None:
        self.copies = copy_ids.unique(maintain_order=True)
        copy = copy_ids.rle_id().to_numpy().astype(np.int64)
        self.unit: Ints = np.repeat(np.arange(len(chunks.counts)), chunks.counts)
        self.copy: Ints = copy[self.unit]
        lengths = chunks.length[chunks.codes] + 1
        self.at: Ints = np.cumsum(lengths) - lengths
        self.base: Ints = self.at[np.cumsum(chunks.counts) - chunks.counts]
        # Whether a chunk is followed by another of its unit.
        self.goes_on: Bools = np.append(self.unit[1:] == self.unit[:-1], np.zeros(min(1, len(self.unit)), np.bool_))


def _structures(copy_ids: pl.Series, name: str, columns: dict[str, pl.Series]) -> pl.DataFrame:
    return pl.DataFrame({"copy_id": copy_ids} | columns).select("copy_id", pl.struct(*columns).alias(name))


def _of_units(units: pl.DataFrame, name: str, rows: pl.Series, columns: dict[str, pl.Series]) -> pl.DataFrame:
    """Return structures with the position of the unit of each, which is a row of `units`, in the order of these."""
    frame = pl.DataFrame({"row": rows} | columns)
    frame = frame.sort("row", "start") if "start" in columns else frame
    return _structures(
        units["copy_id"].gather(frame["row"]),
        name,
        {"unit": units["unit"].gather(frame["row"])} | {column: frame[column] for column in columns},
    )


def _all_of(of_chunk: Ints, chunks: Chunks) -> tuple[Ints, Ints]:
    """Return where rows about chunks stand in the texts: the place in `codes`, and the row.

    of_chunk: the chunk of each row, in order.
    """
    counts = np.bincount(of_chunk, minlength=len(chunks.length))
    held = np.flatnonzero((counts > 0)[chunks.codes])
    code = chunks.codes[held]
    owner, row = ragged((np.cumsum(counts) - counts)[code], counts[code])
    return held[owner], row


def _words(chunks: Chunks, places: _Places) -> pl.DataFrame:
    """Return how often words stand in lower case, and with a capital where no sentence starts."""
    codes = chunks.codes
    held, pair = _all_of(chunks.lower[:, 0], chunks)
    lower = places.copy[held], chunks.lower[pair, 1]
    after = np.flatnonzero(places.goes_on) + 1
    after = after[chunks.ends_word[codes[after - 1]] & (chunks.capitalised[codes[after]] >= 0)]
    after = after[chunks.is_counted[chunks.capitalised[codes[after]]]]
    capitalised = places.copy[after], chunks.capitalised[codes[after]]
    # In the order of copies and words, whatever others are scanned with them.
    words = pl.Series(chunks.words, dtype=pl.String)
    order = words.arg_sort()
    rank = np.empty(len(words), np.int64)
    rank[order.to_numpy()] = np.arange(len(words))
    width = max(1, len(words))
    kinds = [(copy * width + rank[word]) * 2 + kind for kind, (copy, word) in enumerate((lower, capitalised))]
    found, times = np.unique(np.concatenate(kinds), return_counts=True)
    pairs, first = np.unique(found // 2, return_index=True)
    columns = {"word": words.gather(order).gather(pairs % width)}
    for kind, name in enumerate(("lower", "capitalised")):
        of_kind = np.where(found % 2 == kind, times, 0)
        columns[name] = pl.Series(np.add.reduceat(of_kind, first) if len(first) else first, dtype=pl.UInt32)
    return _structures(places.copies.gather(pairs // width), "words", columns)


def _runs(units: pl.DataFrame, texts: list[str], chunks: Chunks, places: _Places, placed: pl.DataFrame) -> pl.DataFrame:
    """Return the runs that may hold an unknown name, and the odd words of copies without capitals."""
    stretches, known = _Stretches(chunks, places), _by_row(placed)
    rows, starts, kinds = _plain_runs(chunks, places, stretches, placed)
    ordinary: dict[str, bool] = _AlwaysOrdinary()
    useless: dict[_Kind, bool] = {}
    for row, low, high in stretches.of_more():
        text, of_row = texts[row], known.get(row, [])
        for run in RUN.finditer(text, low, high):
            surface = run.group()
            single = is_single(surface)
            if single and ordinary[surface.lower()]:
                continue
            start, end = run.span()
            if without_plural(surface) is not surface:
                end -= 1
            elif _NO_END.match(text, end):
                continue
            before = text[start - 1] if start else " "
            if before in ".-=" and (text[start - 2 : start - 1].isalnum() or _is_in_address(text, start)):
                continue
            inside = overlapping(of_row, start, end)
            if single and (inside or not MIN_WORD <= end - start <= MAX_WORD):
                continue
            mentioned = " ".join(f"{one.start - start}:{one.end - start}:{one.entity_id}" for one in inside)
            kind = (surface, _is_mid_sentence(text, start), mentioned)
            if kind not in useless:
                useless[kind] = _is_useless(*kind, ordinary)
            if not useless[kind]:
                rows.append(row)
                starts.append(start)
                kinds.append(kind)
    for row, start, word in _odd_words(units, texts, known):
        rows.append(row)
        starts.append(start)
        kinds.append((word, False, ""))
    columns = {
        "start": pl.Series(starts, dtype=pl.UInt32),
        "surface": pl.Series([surface for surface, *_ in kinds], dtype=pl.String),
        "is_mid_sentence": pl.Series([is_mid for _, is_mid, _ in kinds], dtype=pl.Boolean),
        "known": pl.Series([mentioned for *_, mentioned in kinds], dtype=pl.String),
    }
    return _of_units(units, "runs", pl.Series(rows, dtype=pl.UInt32), columns)


def _plain_runs(
    chunks: Chunks, places: _Places, stretches: _Stretches, placed: pl.DataFrame
) -> tuple[list[int], list[int], list[_Kind]]:
    """Return the runs that are a chunk by itself with punctuation around at most: units, starts, and what they are."""
    token = stretches.plain
    code = chunks.codes[token]
    start, length = chunks.plain_start[code], np.fromiter(map(len, chunks.plain), np.int64, len(chunks.plain))[code]
    row, at = places.unit[token], places.at[token] + start
    is_wanted = (length >= MIN_WORD) & (length <= MAX_WORD) & ~_are_covered(at, at + length, places, placed)
    has_before = np.append(False, places.goes_on)[token]
    is_mid = has_before & (start == 0) & chunks.ends_name[chunks.codes[np.maximum(token - 1, 0)]]
    low = (at - places.base[row])[is_wanted].tolist()
    kinds = [
        (chunks.plain[number], mid, "")
        for number, mid in zip(code[is_wanted].tolist(), is_mid[is_wanted].tolist(), strict=True)
    ]
    return row[is_wanted].tolist(), low, kinds


def read_known(mentioned: str) -> list[Known]:
    """Return the mentions that overlap a run, as its column `known` has them."""
    parts = (one.split(":", 2) for one in mentioned.split(" ") if one)
    return [Known(int(start), int(end), entity_id) for start, end, entity_id in parts]


class _AlwaysOrdinary(dict[str, bool]):
    def __missing__(self, word: str) -> bool:
        self[word] = found = is_always_ordinary(word)
        return found


def _is_useless(surface: str, is_mid: bool, mentioned: str, ordinary: dict[str, bool]) -> bool:
    """Tell whether a run is of words that are ordinary in any corpus, and holds no name."""
    return all(ordinary[word] for word in words_of_run(surface)) and not names_in_run(
        surface, is_mid, read_known(mentioned), ordinary
    )


class _Stretches:
    """Stretches that hold all runs but those of one word that is ordinary in any corpus.

    plain: the chunks that are one of them by itself, a word with punctuation around at most.
    """

    def __init__(self, chunks: Chunks, places: _Places) -> None:
        """Find the stretches: chunks with which a run may begin, and all that it may go on with."""
        codes = chunks.codes
        now, then = codes[:-1], codes[1:]
        joins = chunks.is_joinable[then] | chunks.is_connector[then] | (chunks.is_the[then] & chunks.is_connector[now])
        goes_on = places.goes_on[:-1] & chunks.is_open[now] & joins
        first = np.flatnonzero(np.append(np.ones(min(1, len(codes)), np.bool_), ~goes_on))
        kind = np.maximum.reduceat(chunks.runs[codes], first) if len(first) else first
        length = np.diff(np.append(first, len(codes)))
        # What is only connected to an ordinary word (`So of course`) makes no run of several.
        may_join = (chunks.runs[codes] != NO_RUN) | chunks.is_joinable[codes]
        part_count = np.add.reduceat(may_join.astype(np.int64), first) if len(first) else first
        is_plain = (kind == OTHER_RUN) & (length == 1) & (chunks.plain_start[codes[first]] >= 0)
        is_more = ((kind == OTHER_RUN) | ((kind != NO_RUN) & (part_count > 1))) & ~is_plain
        self.plain: Ints = first[is_plain]
        first, last = first[is_more], (first + length)[is_more] - 1
        self._unit = places.unit[first]
        base = places.base[self._unit]
        self._start = places.at[first] - base
        self._end = places.at[last] + chunks.length[codes[last]] - base

    def of_more(self) -> Iterable[tuple[int, int, int]]:
        """Yield the unit, start and end of the other stretches."""
        return zip(self._unit.tolist(), self._start.tolist(), self._end.tolist(), strict=True)


def _is_in_address(text: str, start: int) -> bool:
    return "/" in text[max(0, start - _MAX_ADDRESS) : start].rpartition(" ")[2]


def _is_mid_sentence(text: str, start: int) -> bool:
    return start > 1 and text[start - 1] == " " and (text[start - 2].isalnum() or text[start - 2] == ",")


def _odd_words(units: pl.DataFrame, texts: list[str], known: Names) -> Iterable[tuple[int, int, str]]:
    """Yield the words that no list knows and that are said again, of copies whose recogniser knows no capitals."""
    sizes = (
        units.with_row_index("row")
        .group_by("copy_id")
        .agg(
            "row", size=pl.col("text").str.len_chars().sum(), capitals=pl.col("text").str.count_matches(_CAPITAL).sum()
        )
        .filter((pl.col("size") >= _MIN_COPY) & (pl.col("capitals") <= _MAX_CAPITALS * pl.col("size")))
    )
    for rows in sizes["row"].to_list():
        found = [(row, match) for row in rows for match in _ODD_WORD.finditer(texts[row])]
        counts = Counter(match.group() for _, match in found)
        odd = {
            word
            for word, count in counts.items()
            if count >= _MIN_ODD_COUNT
            and word not in NO_NAMES
            and word not in place_words()
            and not is_common_word(word)
        }
        for row, match in found:
            if match.group() in odd and not overlapping(known.get(row, []), *match.span()):
                yield row, match.start(), match.group()


def _placed_mentions(units: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Return the mentions, by row of `units`, in order. Topics are no names."""
    unit_id = pl.coalesce("turn_id", "passage_id", "chapter_id").alias("unit_id")
    return (
        mentions.filter((pl.col("entity_type") != "topic") & (pl.col("field") != "speaker_label"))
        .select("copy_id", unit_id, "text_start", "text_end", "entity_id")
        .join(units.with_row_index("row").select("row", "copy_id", "unit_id"), on=["copy_id", "unit_id"])
        .select("row", "text_start", "text_end", "entity_id")
        .sort("row", "text_start", "text_end", "entity_id")
    )


def _by_row(placed: pl.DataFrame) -> Names:
    known: Names = defaultdict(list)
    for row, start, end, entity_id in placed.iter_rows():
        known[row].append(Known(start, end, entity_id))
    return known


def _known(units: pl.DataFrame, texts: list[str], placed: pl.DataFrame) -> pl.DataFrame:
    """Return the mentions with the words around them."""
    around: list[str] = []
    beside: list[str] = []
    for row, start, end in placed.select("row", "text_start", "text_end").iter_rows():
        text = texts[row]
        words = words_around(text[max(0, start - AROUND) : start], text[end : end + AROUND])
        around.append(" ".join(sorted(words[0])))
        beside.append(" ".join(sorted(words[1])))
    columns = {
        "entity_id": placed["entity_id"],
        "neighbours": pl.Series(around, dtype=pl.String),
        "beside": pl.Series(beside, dtype=pl.String),
    }
    return _of_units(units, "known", placed["row"], columns)


def _spoken(
    units: pl.DataFrame, texts: list[str], chunks: Chunks, places: _Places, placed: pl.DataFrame, catalog: Catalog
) -> pl.DataFrame:
    """Return where ordinary words that sound like a name stand beside a telling word."""
    taken = {fold(alias.alias) for alias in catalog.aliases}
    is_free = np.array([word not in taken for word in chunks.words], np.bool_)
    is_kept = is_free[chunks.spoken[:, 1]]
    spoken = chunks.spoken[is_kept]
    token, pair = _all_of(spoken[:, 0], chunks)
    code = chunks.codes[token]
    _, word, start, before, after = spoken[pair].T
    length = np.fromiter(map(len, chunks.words), np.int64, len(chunks.words))[word]
    row, at = places.unit[token], places.at[token] + start
    # What the chunk does not tell is told by the one before it and the one after, if these are near enough.
    has_before, has_after = np.append(False, places.goes_on)[token], places.goes_on[token]
    previous = chunks.codes[np.maximum(token - 1, 0)]
    following = chunks.codes[np.minimum(token + 1, len(chunks.codes) - 1)]
    before = np.where((before == NO_WORD) & has_before, chunks.last[previous], before)
    after = np.where((after == NO_WORD) & has_after, chunks.first[following], after)
    left = start + np.where(has_before, chunks.length[previous] + 1, 0)
    right = chunks.length[code] - start - length + np.where(has_after, chunks.length[following] + 1, 0)
    is_unsure = (left > AROUND) | (right > AROUND)
    is_unsure |= ((before == NO_WORD) & has_before) | ((after == NO_WORD) & has_after)
    ids = {known_word: number for number, known_word in enumerate(chunks.words)}
    low = at - places.base[row]
    for number in np.flatnonzero(is_unsure).tolist():
        text, first, last = texts[row[number]], int(low[number]), int(low[number] + length[number])
        words = sides(text[max(0, first - AROUND) : first], text[last : last + AROUND])
        before[number], after[number] = (ids.setdefault(side, len(ids)) if side else NO_WORD for side in words)
    is_wanted = ((before >= 0) | (after >= 0)) & ~_are_covered(at, at + length, places, placed)
    # The last two stand for no word.
    names = pl.Series([*ids, None, None], dtype=pl.String)
    surfaces = pl.Series(chunks.surfaces, dtype=pl.String).filter(pl.Series(is_kept))
    columns = {
        "start": pl.Series(low[is_wanted], dtype=pl.UInt32),
        "word": names.gather(word[is_wanted]),
        "surface": surfaces.gather(pair[is_wanted]),
        "is_heading": units["field"].is_in(HEADINGS).gather(row[is_wanted]),
        "before": names.gather(before[is_wanted] % len(names)),
        "after": names.gather(after[is_wanted] % len(names)),
    }
    return _of_units(units, "spoken", pl.Series(row[is_wanted], dtype=pl.UInt32), columns)


def _are_covered(start: Ints, end: Ints, places: _Places, placed: pl.DataFrame) -> Bools:
    """Tell of each stretch whether a mention overlaps it."""
    base = places.base[placed["row"].to_numpy()]
    starts = base + placed["text_start"].to_numpy()
    ends = np.append(0, np.maximum.accumulate(base + placed["text_end"].to_numpy()))
    return ends[np.searchsorted(starts, end)] > start
