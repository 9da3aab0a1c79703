"""How much of one copy's words stand in another: shingle containment over speech and over descriptions.

Weighted containment of word shingles (A. Broder, On the resemblance and containment of documents, 1997): the weight of
the shingles of the smaller copy that the larger has too, by the weight of all of the smaller. A shingle that stands
in more copies than a pair counts for less, so that what every episode says (sponsor reads, legal text, feed footers)
does not link. Pairs worth measuring come from an inverted index on longer, rarer shingles, of which a sample chosen by
their hash is looked up (the same in every copy, as in MinHash by modulus of the paper above). No step compares every
copy with every other, and what is held of shingles does not grow with the words (see `hash_ranges`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.characters import decompose
from orchestration.transforms.changed_words import ChangedWords
from orchestration.transforms.hash_ranges import Bins, Found, Groups, Hashes, Ints, in_tasks, positions
from orchestration.transforms.parts import Run, run_here
from orchestration.transforms.word_hashes import PLACES, Words, spread_all

# A shingle keeps its full weight in so many copies, then loses it in inverse proportion.
FULL_WEIGHT_COPIES = 2
# Shingles of more copies than this are not looked up to find pairs.
MAX_BLOCKING_COPIES = 50
MIN_BLOCKING_HITS = 2
# Pairs that share less of their looked-up shingles, common ones weighted down, are not measured. Six words in a row
# survive a recogniser that gets every fourth word wrong in 0.18 of all places.
MIN_BLOCKING_SHARE = 0.02
# Weights are multiples of this, so that sums of them are exact: the same in any order, and after one is taken away.
_LEAST_WEIGHT = 2.0**-30
# A share of a sum may differ in its last digits from the sum of shares.
_ROUNDING = 1e-9
# Of a shingle that stands in few of the copies to measure, each two of these are looked at; of others, each pair.
MAX_CROSSED_COPIES = 16
# Bound on the common shingles of pairs that are in memory at a time.
BATCH_PAIR_SHINGLES = 2_000_000

_FILLERS = ["uh", "um", "uhm", "er", "erm", "mm", "hmm", "ah", "mhm"]
_APOSTROPHES = re.compile(r"['’]+")
_WORD = re.compile(r"[^\W_]+")
# Sentences that feeds, hosting companies and lawyers add to the description of every episode.
BOILERPLATE = (
    r"(?i)\bsubscrib|\bnewsletter|\bfollow (?:us|me|our|the|him|her|them|\w+ on)\b|"
    r"\brat(?:e|ing) (?:us|the|this|and)\b|"
    r"\bleave (?:us )?a (?:review|rating)|\bapple podcasts?\b|\bspotify\b|\bad ?choices\b|\bprivacy\b|\bdisclosures?\b|"
    r"\binformational purposes\b|\binvestment advi[cs]e\b|\binvestors?\b.{0,80}\bfunds?\b|\bpersonal data\b|"
    r"\bsponsor|\bbrought to you\b|\bpromo code\b|\bdiscount\b|\d ?% off\b|\bsupport (?:the|this|our) \w+|\bpatreon\b|"
    r"\bget full access\b|\bother subscribers\b|\bdiscord\b|\bsimplecast\b|\bmegaphone\b|\ball rights reserved\b|"
    r"\b(?:music|edited|produced|mixed) by\b|\bopinions expressed\b|\bstay updated\b|\bfind us\b|\blisten (?:to|on)\b"
)
# Bytes of a text in ASCII: letters and digits are folded, what ends a text is 2, and 0 is all that separates words.
# A character that ASCII lacks stands behind each text; the second of its two bytes and apostrophes are left out.
_TEXT_END = "\u0080"
_FOLDED_BYTES = bytes(
    2 if byte == _TEXT_END.encode()[0] else ord(chr(byte).lower()) if chr(byte).isascii() and chr(byte).isalnum() else 0
    for byte in range(256)
)
_LEFT_OUT = b"'" + _TEXT_END.encode()[1:]
_ADDRESS = r"(?:https?://|www\.)\S+"
# Times differ between feeds in form (48:57, 00:48:57), and chapters stand between them.
SENTENCE_END = r"[.!?]+[\s\"”’)]|[\n•|]|\(?\b\d{1,3}:\d\d(?::\d\d)?\b\)?"


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two copies share.

    containment: weighted share of the smaller's shingles, 0 to 1. shared: number of shingles. weight: their weight;
    what twenty copies say weighs little, though it may be all that a short description says. places: in how many of the
    ten equal parts of the smaller there are some; a sponsor read fills one or two.
    """

    containment: float
    shared: int
    weight: float = 0.0
    places: int = PLACES


def folded_words(text: str | None) -> list[str]:
    """Return the words of `text` in lower case, without accents and apostrophes."""
    decomposed = decompose(text or "").lower()
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _WORD.findall(_APOSTROPHES.sub("", plain))


def notes_words(passages: pl.DataFrame, chapters: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the folded words that describe each copy, in order, boilerplate sentences left out: `copy_id, word`.

    Titles of chapters count as description: feeds repeat them where they rewrite the prose.
    """
    pieces = [passages.filter(pl.col("field") == "description").select("copy_id", "char_start", "text")]
    if chapters is not None:
        pieces.append(chapters.select("copy_id", "char_start", text="title"))
    sentences = pl.col("text").str.replace_all(_ADDRESS, " ").str.replace_all(f"({SENTENCE_END})", "${1}\n")
    return (
        pl.concat(pieces)
        .lazy()
        .sort("copy_id", "char_start", "text")
        .unique(["copy_id", "text"], keep="first", maintain_order=True)
        .select("copy_id", text=sentences.str.split("\n"))
        .explode("text")
        .drop_nulls("text")
        .filter(~pl.col("text").str.contains(BOILERPLATE))
        .select("copy_id", word=_folded_words(pl.col("text").str.replace_all(SENTENCE_END, " ")))
        .explode("word")
        .drop_nulls("word")
        .collect()
    )


def speech_codes(segments: pl.DataFrame) -> pl.DataFrame:
    """Return the hashes of the folded words spoken in each copy, in order, hesitations left out: `copy_id, speech`."""
    spoken = segments.lazy().filter("is_speech").sort("copy_id", "segment_index").select("copy_id", "text").collect()
    hashes, counts = word_codes(spoken["text"])
    copy = spoken.select(pl.col("copy_id").rle_id()).to_series().to_numpy()
    words = pl.DataFrame({"copy": np.repeat(copy, counts), "code": hashes})
    ids = spoken.select(pl.col("copy_id").rle().struct.field("value")).with_row_index("copy")
    of_copies = words.group_by("copy", maintain_order=True).agg(speech="code")
    return of_copies.join(ids, on="copy", maintain_order="left").select("speech", copy_id="value")


def word_codes(texts: pl.Series) -> tuple[Hashes, Ints]:
    """Return the hashes of the folded words of all texts, hesitations left out, and how many words each text has."""
    texts = texts.fill_null("")
    is_ascii = (texts.str.len_bytes() == texts.str.len_chars()).to_numpy()
    counts = np.zeros(texts.len(), np.int64)
    hashes, counts[is_ascii] = _ascii_codes(texts.filter(is_ascii))
    if not is_ascii.all():
        lists = texts.filter(~is_ascii).to_frame("text").select(_folded_words(pl.col("text"))).to_series()
        counts[~is_ascii] = lists.list.len().to_numpy()
        others = lists.filter(lists.list.len() > 0).explode().hash(0).to_numpy()
        text = np.arange(texts.len())
        of_text = np.concatenate([np.repeat(text[some], counts[some]) for some in (is_ascii, ~is_ascii)])
        hashes = np.concatenate([hashes, others])[np.argsort(of_text, kind="stable")]
    is_word = ~pl.Series(hashes).is_in(pl.Series(_FILLERS).hash(0).implode()).to_numpy()
    ends = np.concatenate([[0], is_word.cumsum()])[counts.cumsum()]
    return hashes[is_word], np.diff(ends, prepend=0)


def _ascii_codes(texts: pl.Series) -> tuple[Hashes, Ints]:
    """Return what `word_codes` does, hesitations included, of texts in ASCII: the same words at a fifth of the cost."""
    if not texts.len():
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    joined = f"{texts.str.join(_TEXT_END).item()}{_TEXT_END}".encode()
    letters = np.frombuffer(joined.translate(_FOLDED_BYTES, _LEFT_OUT), np.uint8)
    is_letter = np.concatenate([[False], letters > 2, [False]])
    starts, ends = np.flatnonzero(is_letter[1:] != is_letter[:-1]).reshape(-1, 2).T
    counts = np.diff(np.searchsorted(starts, np.flatnonzero(letters == 2)), prepend=0)
    offsets = np.concatenate([[0], (ends - starts).cumsum()])
    data = letters.tobytes().translate(None, b"\0\2")
    words = pa.LargeStringArray.from_buffers(starts.size, pa.py_buffer(offsets), pa.py_buffer(data))
    return pl.Series(words, dtype=pl.String).hash(0).to_numpy(), counts


@dataclass(frozen=True, slots=True)
class Known:
    """What was measured the last time, and what takes it to the present.

    pairs: `a, b`, numbers of copies that are the same as then, the smaller first, with what they shared: `weight,
    count, places_a, places_b`. totals: `copy, weight`, of all shingles of each such copy. is_changed, now, before: as
    of `ChangedWords`.
    """

    pairs: pl.DataFrame
    totals: pl.DataFrame
    is_changed: NDArray[np.bool_]
    now: Found
    before: Found

    @classmethod
    def of(cls, column: str, frames: Mapping[str, pl.DataFrame], changed: ChangedWords) -> Known:
        """Take what `Measured.frames` returned for `column` the last time."""
        pairs = changed.numbered(frames[f"{column}_pairs"], "a", "b")
        totals = changed.numbered(frames[f"{column}_totals"], "copy")
        return cls(pairs, totals, changed.is_changed, changed.now[column], changed.before[column])


@dataclass(frozen=True, slots=True)
class Measured:
    """What pairs of copies share, an array of all pairs each, and the weight of all shingles of each copy.

    pairs: keys, in order, of two numbers of copies each.
    """

    copy_ids: list[str]
    pairs: Ints
    shared: _Shared
    totals: NDArray[np.float64]

    def overlaps(self) -> dict[tuple[str, str], Overlap]:
        """Return what the pairs share that share anything, by the ids of the copies, the smaller first."""
        ids, shared = self.copy_ids, self.shared
        a, b = _copies(self.pairs)
        smaller = np.minimum(self.totals[a], self.totals[b])
        is_a = self.totals[a] <= self.totals[b]
        return {
            (min(ids[a[pair]], ids[b[pair]]), max(ids[a[pair]], ids[b[pair]])): Overlap(
                round(min(1.0, float(shared.weight[pair] / smaller[pair])), 4),
                int(shared.count[pair]),
                round(float(shared.weight[pair]), 2),
                int((shared.places_a if is_a[pair] else shared.places_b)[pair]).bit_count(),
            )
            for pair in np.flatnonzero(shared.count)
        }

    def frames(self, column: str) -> dict[str, pl.DataFrame]:
        """Return what is measured as `Known` takes it the next time, with the ids of copies."""
        ids = pl.Series(self.copy_ids, dtype=pl.String)
        a, b = (ids.gather(copies) for copies in _copies(self.pairs))
        shared = {name: getattr(self.shared, name) for name in _SHARED}
        return {
            f"{column}_pairs": pl.DataFrame({"a": a, "b": b} | shared),
            f"{column}_totals": pl.DataFrame({"copy": ids, "weight": self.totals}),
        }


def measured(
    words: Words, column: str, wanted: set[tuple[str, str]], run: Run, folder: Path, known: Known | None = None
) -> Measured:
    """Return what pairs of copies share: every pair found in the index of rare shingles, and every `wanted` one.

    column: `speech` or `notes`. run: works on ranges of hashes. folder: for files on the way. known: what it follows
    from with less work. The files of shingles that are looked up are deleted.
    """
    ids = words.copy_ids
    number = {copy: index for index, copy in enumerate(ids) if copy in words.lengths[column]}
    asked = [sorted((number[a], number[b])) for a, b in sorted(wanted) if a in number and b in number]
    pairs = np.unique(
        np.concatenate([_found_pairs(words, column, run, folder), _keys(*np.array(asked, np.int64).reshape(-1, 2).T)])
    )
    if known is not None and (followed := _followed(pairs, known)):
        shared, totals = followed
        return Measured(ids, pairs, shared, totals[: len(ids)])
    places = spread_all(column, ids, words.read, run, folder)
    shared, totals = _measured(in_tasks(places.files, places.layout), places.layout.copy_count, pairs, run)
    places.delete()
    return Measured(ids, pairs, shared, totals)


def _followed(pairs: Ints, known: Known) -> tuple[_Shared, NDArray[np.float64]] | None:
    """Return what `_measured` does, as it follows from what is known; None where that is not enough.

    Of two copies that are the same as before, only the weight of what they share is another: by what the shingles of
    changed copies weigh now, less what these weighed then.
    """
    copy_count = known.is_changed.size
    before = known.pairs.with_columns(pair=_keys(*(known.pairs[side].to_numpy() for side in ("a", "b")))).sort("pair")
    at, is_known = positions(pairs, before["pair"].to_numpy())
    is_changed = np.logical_or.reduce([known.is_changed[copies] for copies in _copies(pairs)])
    if not (is_known | is_changed).all():
        return None
    shared, totals = _measured([known.now], copy_count, pairs, run_here)
    then, totals_then = _measured([known.before], known.before.layout.copy_count, pairs[is_known], run_here)
    of_pairs = before[at]
    shared.weight[is_known] += of_pairs["weight"].to_numpy() - then.weight
    for name in ("count", "places_a", "places_b"):
        getattr(shared, name)[is_known] = of_pairs[name].to_numpy()
    same = known.totals["copy"].to_numpy()
    totals[same] += known.totals["weight"].to_numpy() - totals_then[same]
    return shared, totals


def _keys(a: Ints, b: Ints) -> Ints:
    """Return pairs of two numbers of copies as one number each."""
    return (a << 32) | b


def _copies(keys: Ints) -> tuple[Ints, Ints]:
    return keys >> 32, keys & 0xFFFFFFFF


def _found_pairs(words: Words, column: str, run: Run, folder: Path) -> Ints:
    """Return the keys of the pairs of copies that share enough of the looked-up shingles to be worth measuring."""
    sampled = words.sampled[column]
    bins = in_tasks(sampled.files, sampled.layout)
    done = run(_pairs_of_bins, [(some, folder / f"hits-{number:05}.parquet") for number, some in enumerate(bins)])
    sampled.delete()
    totals = np.sum([totals for totals, _, _ in done], axis=0)
    likely = pl.DataFrame({"pair": np.unique(np.concatenate([pairs for _, pairs, _ in done]))})
    hits = pl.concat([pl.read_parquet(path, glob=False).join(likely, on="pair", how="semi") for _, _, path in done])
    hits = hits.group_by("pair").agg(pl.col("len", "weight").sum()).filter(pl.col("len") >= MIN_BLOCKING_HITS)
    pairs = hits["pair"].to_numpy()
    return pairs[_is_worth(pairs, hits["weight"].to_numpy(), totals)]


def _is_worth(pairs: Ints, weight: NDArray[np.float64], totals: NDArray[np.float64]) -> NDArray[np.bool_]:
    a, b = _copies(pairs)
    is_worth: NDArray[np.bool_] = weight >= MIN_BLOCKING_SHARE * np.minimum(totals[a], totals[b]) - _ROUNDING
    return is_worth


def _pairs_of_bins(task: tuple[Bins, Path]) -> tuple[NDArray[np.float64], Ints, Path]:
    """Return of some bins the weight that each copy looks up, the pairs that may be worth measuring, and all hits.

    A pair that shares enough of everything shares enough in some of the bins that are worked on apart. Hits are many,
    and kept in a file, `pair, len, weight`.
    """
    bins, path = task
    totals = np.zeros(bins.layout.copy_count)
    found = [pl.DataFrame(schema={"pair": pl.Int64, "len": pl.UInt32, "weight": pl.Float64})]
    for _, packed in bins.each():
        copy = bins.layout.copy_of(packed)
        groups = Groups.of(bins.layout.hash_of(packed))
        totals += _total_weights(copy, groups, totals.size)
        one, other, sizes = groups.between(2, MAX_BLOCKING_COPIES).pairs()
        hits = pl.DataFrame({"pair": _keys(copy[one], copy[other]), "weight": _weight(sizes)})
        found.append(hits.group_by("pair").agg(pl.len(), pl.col("weight").sum()))
    hits_of_all = pl.concat(found).group_by("pair").agg(pl.col("len", "weight").sum())
    hits_of_all.write_parquet(path)
    pairs = hits_of_all["pair"].to_numpy()
    return totals, pairs[_is_worth(pairs, hits_of_all["weight"].to_numpy(), totals)], path


_SHARED = ("weight", "count", "places_a", "places_b")


@dataclass(slots=True)
class _Shared:
    """What pairs share, an array of all pairs each. places: sets of bits, of the ten parts of either copy."""

    weight: NDArray[np.float64]
    count: Ints
    places_a: NDArray[np.uint16]
    places_b: NDArray[np.uint16]

    @classmethod
    def nothing(cls, pair_count: int) -> _Shared:
        """Return that nothing is shared so far."""
        places = np.zeros(pair_count, np.uint16), np.zeros(pair_count, np.uint16)
        return cls(np.zeros(pair_count), np.zeros(pair_count, np.int64), *places)

    def add(self, pair: Ints, weight: NDArray[np.float64], place_a: Ints, place_b: Ints) -> None:
        """Add a shared shingle for each of the positions `pair`."""
        np.add.at(self.weight, pair, weight)
        np.add.at(self.count, pair, 1)
        one = np.uint16(1)
        np.bitwise_or.at(self.places_a, pair, one << place_a.astype(np.uint16))
        np.bitwise_or.at(self.places_b, pair, one << place_b.astype(np.uint16))


def _measured(
    tasks: Sequence[Bins | Found], copy_count: int, pairs: Ints, run: Run
) -> tuple[_Shared, NDArray[np.float64]]:
    """Return what the `pairs` share, and the total weight of each copy."""
    done = run(_measured_in_bins, [(bins, pairs) for bins in tasks])
    all_of, totals = _Shared.nothing(pairs.size), np.zeros(copy_count)
    for (at, shared), weights in done:
        totals += weights
        all_of.weight[at] += shared.weight
        all_of.count[at] += shared.count
        all_of.places_a[at] |= shared.places_a
        all_of.places_b[at] |= shared.places_b
    return all_of, totals


def _measured_in_bins(task: tuple[Bins | Found, Ints]) -> tuple[tuple[Ints, _Shared], NDArray[np.float64]]:
    """Return what `_measured` does of some bins, of those pairs alone that share anything there."""
    bins, pairs = task
    layout = bins.layout
    shared, totals = _Shared.nothing(pairs.size), np.zeros(layout.copy_count)
    is_asked = np.zeros(layout.copy_count, np.bool_)
    for copies in _copies(pairs):
        is_asked[copies] = True
    of_copies = _PairsOfCopies(pairs)
    for _, packed in bins.each():
        groups = Groups.of(layout.hash_of(packed))
        totals += _total_weights(layout.copy_of(packed), groups, totals.size)
        # Most stand in one copy.
        several = groups.between(2, packed.size)
        weight = np.repeat(_weight(several.sizes), several.sizes)
        packed = packed[several.rows()]
        wanted = is_asked[layout.copy_of(packed)]
        packed, weight = packed[wanted], weight[wanted]
        copy, place = layout.copy_of(packed), layout.extra_of(packed)
        groups = Groups.of(layout.hash_of(packed))
        one, other, _ = groups.between(2, MAX_CROSSED_COPIES).pairs()
        pair, is_there = positions(_keys(copy[one], copy[other]), pairs)
        one, other = one[is_there], other[is_there]
        shared.add(pair, weight[one], place[one], place[other])
        _add_common(shared, of_copies, groups.between(MAX_CROSSED_COPIES + 1, packed.size), copy, place, weight)
    at = np.flatnonzero(shared.count)
    return (at, _Shared(shared.weight[at], shared.count[at], shared.places_a[at], shared.places_b[at])), totals


def _add_common(
    shared: _Shared, pairs: _PairsOfCopies, groups: Groups, copy: Ints, place: Ints, weight: NDArray[np.float64]
) -> None:
    """Add the shingles of `groups`, in so many copies that pairs of these are looked up, not made of them."""
    rows = groups.rows()
    shingle = np.repeat(np.arange(groups.sizes.size), groups.sizes)
    # In order of the copies, and for each of the shingles.
    order = np.argsort(copy[rows], kind="stable")
    rows, held = rows[order], (copy[rows[order]] << 32) | shingle[order]
    sizes = np.bincount(copy[rows])
    starts = np.cumsum(sizes) - sizes
    for batch_a, batch_b, batch in pairs.in_batches(sizes):
        # Those of the copy that has fewer are looked up in the other.
        is_fewer = sizes[batch_a] <= sizes[batch_b]
        fewer, more = np.where(is_fewer, batch_a, batch_b), np.where(is_fewer, batch_b, batch_a)
        of_pair = Groups(starts[fewer], sizes[fewer])
        mine = of_pair.rows()
        pair = np.repeat(np.arange(batch.size), of_pair.sizes)
        theirs, is_there = positions((more[pair] << 32) | (held[mine] & 0xFFFFFFFF), held)
        mine, pair = rows[mine[is_there]], pair[is_there]
        one, other = (np.where(is_fewer[pair], *both) for both in ((mine, rows[theirs]), (rows[theirs], mine)))
        shared.add(batch[pair], weight[one], place[one], place[other])


class _PairsOfCopies:
    """Pairs, found by the first of their copies: to look at all of them in every bin would take longest of all."""

    def __init__(self, pairs: Ints) -> None:
        """Take pairs in order."""
        self._a, self._b = _copies(pairs)

    def in_batches(self, sizes: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
        """Yield the copies a and b and the positions of pairs that both have any of the `sizes`, some at a time."""
        there = np.flatnonzero(sizes)
        first, stop = np.searchsorted(self._a, there), np.searchsorted(self._a, there, side="right")
        at = Groups(first, stop - first).rows()
        at = at[self._b[at] < sizes.size]
        at = at[sizes[self._b[at]] > 0]
        a, b = self._a[at], self._b[at]
        batch = np.minimum(sizes[a], sizes[b]).cumsum() // BATCH_PAIR_SHINGLES
        for some in np.split(np.arange(at.size), np.flatnonzero(np.diff(batch)) + 1):
            if some.size:
                yield a[some], b[some], at[some]


def _total_weights(copy: Ints, groups: Groups, copy_count: int) -> NDArray[np.float64]:
    """Return the weight of all shingles of each copy. copy: of each member of `groups`, in their order."""
    common = groups.between(FULL_WEIGHT_COPIES + 1, copy.size)
    lost = np.repeat(1.0 - _weight(common.sizes), common.sizes)
    counts = np.bincount(copy, minlength=copy_count).astype(np.float64)
    return counts - np.bincount(copy[common.rows()], lost, copy_count)


def _weight(copies: Ints) -> NDArray[np.float64]:
    """Return the weight of what stands in so many copies."""
    weight: NDArray[np.float64] = np.minimum(FULL_WEIGHT_COPIES / copies, 1.0)
    return np.floor(weight / _LEAST_WEIGHT) * _LEAST_WEIGHT


def _folded_words(text: pl.Expr) -> pl.Expr:
    """Return the same words as `folded_words`, for a column of texts."""
    plain = text.str.normalize("NFKD").str.to_lowercase().str.replace_all(r"[\p{M}'’]+", "")
    return plain.str.extract_all(r"[\p{L}\p{N}]+")
