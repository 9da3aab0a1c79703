"""How much of one copy's words stand in another: shingle containment over speech and over descriptions.

Weighted containment of word shingles (A. Broder, On the resemblance and containment of documents, 1997): the weight of
the shingles of the smaller copy that the larger has too, by the weight of all of the smaller. A shingle that stands
in more copies than a pair counts for less, so that what every episode says (sponsor reads, legal text, feed footers)
does not link. Pairs worth measuring come from an inverted index on longer, rarer shingles, of which a sample chosen by
their hash is looked up (the same in every copy, as in MinHash by modulus of the paper above). No step compares every
copy with every other. Words are hashes that are read part by part, and what is made of them is held for one range of
hashes at a time: the more words, the more ranges, so that
what is held of shingles does not grow with them. The texts that the stage is given are whole tables, and do grow.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from orchestration.characters import decompose

# Four words survive the editing of a transcript (fillers cut, phrases rewritten) often enough and are shared by
# unrelated conversations rarely: measured on the seeds, 0.66 for two tellings of one conversation, 0.01 at most for
# two conversations. Six words are almost never shared by chance, so they find the pairs worth measuring.
SHINGLE_WORDS = 4
BLOCKING_WORDS = 6
# A shingle keeps its full weight in so many copies, then loses it in inverse proportion.
FULL_WEIGHT_COPIES = 2
# Shingles of more copies than this are not looked up to find pairs.
MAX_BLOCKING_COPIES = 50
# One in so many blocking shingles of speech is looked up. Descriptions are short: all of theirs are.
SPEECH_SAMPLING = 4
NOTES_SAMPLING = 1
MIN_BLOCKING_HITS = 2
# Pairs that share less of their looked-up shingles, common ones weighted down, are not measured. Six words in a row
# survive a recogniser that gets every fourth word wrong in 0.18 of all places.
MIN_BLOCKING_SHARE = 0.02
# Bounds on what is in memory at a time: shingles of a range of hashes, and shingles of a batch of pairs.
RANGE_SHINGLES = 12_000_000
BATCH_PAIR_SHINGLES = 5_000_000
PLACES = 10

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
_ADDRESS = r"(?:https?://|www\.)\S+"
# Times differ between feeds in form (48:57, 00:48:57), and chapters stand between them.
SENTENCE_END = r"[.!?]+[\s\"”’)]|[\n•|]|\(?\b\d{1,3}:\d\d(?::\d\d)?\b\)?"


Read = Callable[[list[str]], Iterable[pl.DataFrame]]
"""Reads columns of the parts of the table `copy_words`, whole copies each, anew at every call."""

Run = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
"""Returns what a function of a module makes of each task, in their order; wherever it lets them be worked on."""


def run_here(work: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
    """Work on the tasks one after the other."""
    return [work(task) for task in tasks]


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


@dataclass(frozen=True, slots=True)
class WordCodes:
    """The words of many copies as hashes.

    lengths: how many words each copy of `copy_ids` has. column: `speech` or `notes`, of the table `copy_words`, whose
    parts `read` reads.
    """

    copy_ids: list[str]
    lengths: dict[str, int]
    column: str
    read: Read

    @classmethod
    def of(cls, copy_ids: list[str], column: str, read: Read) -> WordCodes:
        """Count the words of the parts that `read` reads. Copies without any words have no length."""
        lengths: dict[str, int] = {}
        for part in read(["copy_id", column]):
            lengths.update(part.select("copy_id", pl.col(column).list.len()).filter(pl.col(column) > 0).iter_rows())
        return cls(copy_ids, lengths, column, read)

    def word_count(self, copies: Iterable[int]) -> int:
        """Return how many words the copies at these positions of `copy_ids` have together."""
        return sum(self.lengths.get(self.copy_ids[copy], 0) for copy in copies)

    def parts(self) -> Iterator[pl.DataFrame]:
        """Yield the words of whole copies: `copy` (position in `copy_ids`), `code`, in order of the words."""
        number = pl.DataFrame({"copy_id": self.copy_ids}, schema={"copy_id": pl.String}).with_row_index("copy")
        # Words of descriptions are few, and kept as they are, to be shown.
        code = pl.col(self.column).list.eval(pl.element().hash(0)) if self.column == "notes" else pl.col(self.column)
        for part in self.read(["copy_id", self.column]):
            words = part.join(number, on="copy_id", maintain_order="left").select("copy", code=code)
            yield words.filter(pl.col("code").list.len() > 0).explode("code")


def folded_words(text: str | None) -> list[str]:
    """Return the words of `text` in lower case, without accents and apostrophes."""
    decomposed = decompose(text or "").lower()
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _WORD.findall(_APOSTROPHES.sub("", plain))


def speech_words(segments: pl.DataFrame) -> pl.DataFrame:
    """Return the folded words spoken in each copy, in order, hesitations left out: `copy_id, word`."""
    return (
        segments.lazy()
        .filter("is_speech")
        .sort("copy_id", "segment_index")
        .select("copy_id", word=_folded_words(pl.col("text")))
        .explode("word")
        .drop_nulls("word")
        .filter(~pl.col("word").is_in(_FILLERS))
        .collect()
    )


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


def folded_word_codes(text: pl.Expr) -> pl.Expr:
    """Return the hashes of the folded words of each text as a list, hesitations left out, as `codes` of speech."""
    return _folded_words(text).list.eval(pl.element().filter(~pl.element().is_in(_FILLERS)).hash(0))


def codes(words: pl.DataFrame) -> pl.DataFrame:
    """Return the hashes of `copy_id, word`, a row for each copy: `copy_id, codes`."""
    return words.group_by("copy_id", maintain_order=True).agg(codes=pl.col("word").hash(0))


def overlaps(words: WordCodes, wanted: set[tuple[str, str]], sampling: int, run: Run) -> dict[tuple[str, str], Overlap]:
    """Return what pairs of copies share: every pair found in the index of rare shingles, and every `wanted` one.

    `sampling` looks up one in so many shingles to find pairs. `run` works on the ranges of hashes. The keys are pairs
    of copy ids, the smaller first.
    """
    number = {copy: index for index, copy in enumerate(words.copy_ids)}
    asked = [sorted((number[a], number[b])) for a, b in sorted(wanted) if a in number and b in number]
    pairs = pl.concat(
        [_found_pairs(words, sampling, run), pl.DataFrame(asked, schema={"a": pl.UInt32, "b": pl.UInt32}, orient="row")]
    ).unique()
    if pairs.is_empty() or not words.lengths:
        return {}
    shared, totals = _measured(words, pairs, run)
    is_a = (pl.col("total") < pl.col("total_b")) | (pl.col("total") == pl.col("total_b"))
    measured = (
        shared.join(totals, left_on="a", right_on="copy")
        .join(totals, left_on="b", right_on="copy", suffix="_b")
        .select(
            "a",
            "b",
            "weight",
            pl.min_horizontal("total", "total_b"),
            "shared",
            pl.when(is_a).then("places_a").otherwise("places_b").bitwise_count_ones(),
        )
    )
    # The sum of the same numbers in another order differs in its last digits.
    return {
        (min(words.copy_ids[a], words.copy_ids[b]), max(words.copy_ids[a], words.copy_ids[b])): Overlap(
            round(min(1.0, weight / total), 4), count, round(weight, 2), places
        )
        for a, b, weight, total, count, places in measured.iter_rows()
    }


@dataclass(frozen=True, slots=True)
class _Range:
    """One of `count` ranges of hashes, few enough of the shingles for memory, and what to do in it.

    sampling: how many shingles there are for each one looked up. pairs: `a, b`, those to measure.
    """

    words: WordCodes
    number: int
    count: int
    sampling: int = 1
    pairs: pl.DataFrame | None = None

    @property
    def has(self) -> pl.Expr:
        """Whether a shingle is in the range. The low digits choose the sample."""
        return pl.col("shingle") // 2**32 % self.count == self.number


def _range_count(shingle_count: int) -> int:
    return max(1, -(-shingle_count // RANGE_SHINGLES))


def _found_pairs(words: WordCodes, sampling: int, run: Run) -> pl.DataFrame:
    """Return the pairs `a, b` of copies that share enough of the looked-up long shingles to be worth measuring."""
    count = _range_count(sum(words.lengths.values()) // sampling)
    done = run(_pairs_of_range, [_Range(words, number, count, sampling) for number in range(count)])
    totals = pl.concat([totals for totals, _ in done]).group_by("copy").agg(pl.col("total").sum())
    hits = pl.concat([hits for _, hits in done]).group_by("a", "b").agg(pl.col("len", "weight").sum())
    return (
        hits.filter(pl.col("len") >= MIN_BLOCKING_HITS)
        .join(totals, left_on="a", right_on="copy")
        .join(totals, left_on="b", right_on="copy", suffix="_b")
        # The sum of the same numbers in another order differs in its last digits.
        .filter(pl.col("weight") >= MIN_BLOCKING_SHARE * pl.min_horizontal("total", "total_b") - 1e-9)
        .select("a", "b")
    )


def _pairs_of_range(task: _Range) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return of a range the weight that each copy looks up, `copy, total`, and of pairs `a, b, len, weight` shared."""
    wanted = (pl.col("shingle") % task.sampling == 0) & task.has
    empty = pl.DataFrame(schema={"copy": pl.UInt32, "shingle": pl.UInt64})
    index = pl.concat([empty, *(_distinct(_shingles(part, BLOCKING_WORDS, wanted)) for part in task.words.parts())])
    copies = index.group_by("shingle").agg(copies=pl.len()).filter(pl.col("copies") > 1)
    sizes = index.group_by("copy").agg(total=pl.len().cast(pl.Float64))
    index = index.join(copies, on="shingle").with_columns(weight=_weight())
    less = index.group_by("copy").agg(total=pl.col("weight").sum() - pl.len())
    totals = pl.concat([sizes, less]).group_by("copy").agg(pl.col("total").sum())
    index = index.filter(pl.col("copies") <= MAX_BLOCKING_COPIES).drop("copies")
    hits = (
        index.lazy()
        .join(index.lazy().drop("weight"), on="shingle", suffix="_b")
        .filter(pl.col("copy") < pl.col("copy_b"))
        .group_by(a="copy", b="copy_b")
        .agg(pl.len(), pl.col("weight").sum())
        .collect()
    )
    return totals, hits


def _measured(words: WordCodes, pairs: pl.DataFrame, run: Run) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what the `pairs` share, where they share anything, and the total weight of each copy in them.

    The first is `a, b, weight, shared, places_a, places_b`: places are sets of bits, of the ten parts of either copy.
    """
    worded = [index for index, copy in enumerate(words.copy_ids) if copy in words.lengths]
    pairs = pairs.filter(pl.col("a").is_in(worded) & pl.col("b").is_in(worded))
    count = _range_count(words.word_count(pl.concat([pairs["a"], pairs["b"]]).unique()))
    done = run(_measured_in_range, [_Range(words, number, count, pairs=pairs) for number in range(count)])
    totals = pl.concat([totals for _, totals in done]).group_by("copy").agg(pl.col("total").sum())
    sums = pl.col("weight", "shared").sum(), pl.col("places_a", "places_b").bitwise_or()
    return pl.concat([shared for shared, _ in done]).group_by("a", "b").agg(*sums), totals


def _measured_in_range(task: _Range) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what `_measured` does, of the shingles of one range."""
    words, pairs = task.words, task.pairs
    assert pairs is not None
    asked = pl.concat([pairs["a"], pairs["b"]]).unique()
    of_pairs = pl.col("copy").is_in(asked.implode())
    # The first place of a shingle counts.
    shingles = pl.concat(
        [
            _with_places(_shingles(part, SHINGLE_WORDS, task.has), part)
            for part in (part.filter(of_pairs) for part in words.parts())
        ]
    )
    vocabulary = shingles.select("shingle").unique()
    counted = [shingles.group_by("shingle").agg(copies=pl.len())]
    if asked.len() < len(words.lengths):
        counted += [
            _distinct(
                _shingles(part.filter(~of_pairs), SHINGLE_WORDS, task.has).join(vocabulary, on="shingle", how="semi")
            )
            .group_by("shingle")
            .agg(copies=pl.len())
            for part in words.parts()
        ]
    copies = pl.concat(counted).group_by("shingle").agg(pl.col("copies").sum())
    shingles = shingles.join(copies, on="shingle").with_columns(weight=_weight()).drop("copies")
    sizes = shingles.group_by("copy").agg(total=pl.col("weight").sum(), size=pl.len())
    none = pl.DataFrame(
        schema=dict.fromkeys(("a", "b"), pl.UInt32)
        | {"weight": pl.Float64, "shared": pl.UInt32}
        | dict.fromkeys(("places_a", "places_b"), pl.UInt16)
    )
    found = pl.concat([none, *_shared(pairs.join(sizes, left_on="a", right_on="copy"), shingles)])
    sums = pl.col("weight", "shared").sum(), pl.col("places_a", "places_b").bitwise_or()
    return found.group_by("a", "b").agg(*sums), sizes.drop("size")


def _shared(pairs: pl.DataFrame, shingles: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield what the pairs `a, b, size` share of `shingles`: `a, b, weight, shared, places_a, places_b`."""
    pairs = pairs.sort("a", "b")
    bit = pl.lit(1, pl.UInt16) * pl.lit(2, pl.UInt16).pow(pl.col("place"))
    marked = shingles.with_columns(bit=bit.cast(pl.UInt16)).drop("place")
    for batch in pairs.with_columns(batch=pairs["size"].cum_sum() // BATCH_PAIR_SHINGLES).partition_by("batch"):
        others = marked.join(batch.select(copy="b").unique(), on="copy", how="semi").select("copy", "shingle", "bit")
        yield (
            batch.join(marked, left_on="a", right_on="copy")
            .join(others, left_on=["b", "shingle"], right_on=["copy", "shingle"], suffix="_b")
            .group_by("a", "b")
            .agg(
                pl.col("weight").sum(),
                shared=pl.len().cast(pl.UInt32),
                places_a=pl.col("bit").bitwise_or(),
                places_b=pl.col("bit_b").bitwise_or(),
            )
        )


def _weight() -> pl.Expr:
    """Return the weight of what stands in `copies` copies."""
    return (FULL_WEIGHT_COPIES / pl.col("copies")).clip(upper_bound=1.0)


def _folded_words(text: pl.Expr) -> pl.Expr:
    """Return the same words as `folded_words`, for a column of texts."""
    plain = text.str.normalize("NFKD").str.to_lowercase().str.replace_all(r"[\p{M}'’]+", "")
    return plain.str.extract_all(r"[\p{L}\p{N}]+")


def _shingles(words: pl.DataFrame, size: int, wanted: pl.Expr) -> pl.DataFrame:
    """Return the runs of `size` words of each copy, hashed, those that are `wanted`: `copy, shingle, at`, the row."""
    run = pl.col("code")
    for step in range(1, size):
        run = run * 6364136223846793005 + pl.col("code").shift(-step)
    return (
        words.lazy()
        # The low digits of a sum of products are poorly mixed; sampling needs them.
        .select(
            "copy", shingle=run.hash(0), end=pl.col("copy").shift(1 - size), at=pl.int_range(pl.len(), dtype=pl.UInt32)
        )
        .filter((pl.col("copy") == pl.col("end")) & wanted)
        .drop("end")
        .collect()
    )


def _distinct(shingles: pl.DataFrame) -> pl.DataFrame:
    return shingles.select("copy", "shingle").unique()


def _with_places(shingles: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct shingles of each copy with the first `place` of each: `copy, shingle, place`."""
    copies = words.lazy().with_row_index("at").group_by("copy").agg(start=pl.col("at").min(), length=pl.len()).collect()
    first = shingles.group_by("copy", "shingle").agg(pl.col("at").min())
    place = ((pl.col("at") - pl.col("start")).cast(pl.Int64) * PLACES // pl.col("length")).cast(pl.UInt8)
    return first.join(copies, on="copy").select("copy", "shingle", place=place)
