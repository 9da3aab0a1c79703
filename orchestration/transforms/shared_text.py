"""How much of one copy's words stand in another: shingle containment over speech and over descriptions.

Weighted containment of word shingles (A. Broder, On the resemblance and containment of documents, 1997): the weight of
the shingles of the smaller copy that the larger has too, by the weight of all of the smaller. A shingle that stands
in more copies than a pair counts for less, so that what every episode says (sponsor reads, legal text, feed footers)
does not link. Pairs worth measuring come from an inverted index on longer, rarer shingles, of which a sample chosen by
their hash is looked up (the same in every copy, as in MinHash by modulus of the paper above). No step compares every
copy with every other, and words are held as hashes, so that memory grows by 12 bytes a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

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
# Bounds on what is in memory at a time: words of a batch of copies, and shingles of a batch of pairs.
BATCH_SEGMENTS = 100_000
BATCH_WORDS = 2_000_000
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
    """The words of many copies as hashes. `codes`: `copy` (position in `copy_ids`), `code`, in order of the words."""

    copy_ids: list[str]
    codes: pl.DataFrame

    @classmethod
    def of(cls, copy_ids: list[str], batches: Iterable[pl.DataFrame]) -> WordCodes:
        """Hash the frames `copy_id, word` of `batches`; no copy stands in two of them, each is in order."""
        number = pl.DataFrame({"copy_id": copy_ids}, schema={"copy_id": pl.String}).with_row_index("copy")
        empty = pl.DataFrame(schema={"copy": pl.UInt32, "code": pl.UInt64})
        coded = [
            batch.select("copy_id", code=pl.col("word").hash(0))
            .join(number, on="copy_id", maintain_order="left")
            .select("copy", "code")
            for batch in batches
        ]
        return cls(copy_ids, pl.concat([empty, *coded]).sort("copy", maintain_order=True))

    def counts(self) -> dict[str, int]:
        """Return how many words each copy has; copies without any are left out."""
        return {self.copy_ids[copy]: count for copy, count in self.codes.group_by("copy").len().iter_rows()}

    def batches(self, of: Callable[[pl.DataFrame], pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """Yield `of` each batch of whole copies, so that what is made of the words is never there for all at once."""
        lengths = self.codes.group_by("copy", maintain_order=True).len()["len"]
        start = size = 0
        for length in [*lengths, None]:
            if size and (length is None or size + length > BATCH_WORDS):
                yield of(self.codes.slice(start, size))
                start, size = start + size, 0
            size += length or 0


def spoken_codes(copy_ids: list[str], segments: pl.DataFrame) -> WordCodes:
    """Return the words spoken in each copy, a batch of copies at a time."""
    return WordCodes.of(copy_ids, (speech_words(batch) for batch in _segment_batches(segments)))


def _segment_batches(segments: pl.DataFrame) -> Iterator[pl.DataFrame]:
    spoken = segments.lazy().filter("is_speech").select("copy_id", "segment_index", "is_speech", "text").collect()
    sizes = spoken.group_by("copy_id").len().sort("copy_id")
    number = (sizes["len"].cum_sum() - sizes["len"]) // BATCH_SEGMENTS
    batch_of = sizes.select("copy_id", batch=number)
    for _, batch in sorted(batch_of.partition_by("batch", as_dict=True).items()):
        yield spoken.join(batch, on="copy_id", how="semi")


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


def overlaps(words: WordCodes, wanted: set[tuple[str, str]], sampling: int) -> dict[tuple[str, str], Overlap]:
    """Return what pairs of copies share: every pair found in the index of rare shingles, and every `wanted` one.

    `sampling` looks up one in so many shingles to find pairs. The keys are pairs of copy ids, the smaller first.
    """
    number = {copy: index for index, copy in enumerate(words.copy_ids)}
    asked = [(number[a], number[b]) for a, b in sorted(wanted) if a in number and b in number]
    pairs = pl.concat(
        [_found_pairs(words, sampling), pl.DataFrame(asked, schema={"a": pl.UInt32, "b": pl.UInt32}, orient="row")]
    ).unique()
    if pairs.is_empty() or words.codes.is_empty():
        return {}
    measured = pl.concat(_measured(pairs, *_weighted_shingles(words, pairs)))
    # The sum of the same numbers in another order differs in its last digits.
    return {
        (min(words.copy_ids[a], words.copy_ids[b]), max(words.copy_ids[a], words.copy_ids[b])): Overlap(
            round(min(1.0, weight / total), 4), shared, round(weight, 2), places
        )
        for a, b, weight, total, shared, places in measured.iter_rows()
    }


def _found_pairs(words: WordCodes, sampling: int) -> pl.DataFrame:
    """Return the pairs `a, b` of copies that share enough of the looked-up long shingles to be worth measuring."""
    sampled = words.batches(
        lambda batch: _shingles(batch, BLOCKING_WORDS).filter(pl.col("shingle") % sampling == 0).drop("place")
    )
    empty = pl.DataFrame(schema={"copy": pl.UInt32, "shingle": pl.UInt64})
    index = pl.concat([empty, *sampled]).with_columns(copies=pl.len().over("shingle"))
    index = index.with_columns(weight=_weight())
    totals = index.group_by("copy").agg(total=pl.col("weight").sum())
    index = index.filter(pl.col("copies").is_between(2, MAX_BLOCKING_COPIES)).drop("copies")
    return (
        index.lazy()
        .join(index.lazy().drop("weight"), on="shingle", suffix="_b")
        .filter(pl.col("copy") < pl.col("copy_b"))
        .group_by("copy", "copy_b")
        .agg(pl.len(), pl.col("weight").sum())
        .filter(pl.col("len") >= MIN_BLOCKING_HITS)
        .join(totals.lazy(), on="copy")
        .join(totals.lazy(), left_on="copy_b", right_on="copy", suffix="_b")
        .filter(pl.col("weight") >= MIN_BLOCKING_SHARE * pl.min_horizontal("total", "total_b"))
        .select(a="copy", b="copy_b")
        .collect()
    )


def _weighted_shingles(words: WordCodes, pairs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the shingles of all copies in `pairs` with their weights, and the total weight of each copy."""
    asked = pl.concat([pairs["a"], pairs["b"]]).unique().implode()
    of_pairs = pl.concat(
        words.batches(lambda batch: _shingles(batch.filter(pl.col("copy").is_in(asked)), SHINGLE_WORDS))
    )
    vocabulary = of_pairs.select("shingle").unique()
    seen = pl.concat(
        words.batches(
            lambda batch: (
                _shingles(batch, SHINGLE_WORDS)
                .join(vocabulary, on="shingle", how="semi")
                .group_by("shingle")
                .agg(copies=pl.len())
            )
        )
    )
    copies = seen.group_by("shingle").agg(pl.col("copies").sum())
    shingles = of_pairs.join(copies, on="shingle").with_columns(weight=_weight()).drop("copies")
    return shingles, shingles.group_by("copy").agg(total=pl.col("weight").sum(), size=pl.len())


def _measured(pairs: pl.DataFrame, shingles: pl.DataFrame, totals: pl.DataFrame) -> list[pl.DataFrame]:
    """Return `a, b, weight, total, shared, places` of the `pairs` that share anything; `a` is the smaller."""
    sized = (
        pairs.join(totals, left_on="a", right_on="copy")
        .join(totals, left_on="b", right_on="copy", suffix="_b")
        .with_columns(is_a=(pl.col("total") < pl.col("total_b")) | (pl.col("total") == pl.col("total_b")))
        .select(
            a=pl.when("is_a").then("a").otherwise("b"),
            b=pl.when("is_a").then("b").otherwise("a"),
            total=pl.min_horizontal("total", "total_b"),
            size=pl.when("is_a").then("size").otherwise("size_b"),
        )
        .sort("a", "b")
    )
    empty = pl.DataFrame(
        schema=dict.fromkeys(("a", "b"), pl.UInt32)
        | dict.fromkeys(("weight", "total"), pl.Float64)
        | dict.fromkeys(("shared", "places"), pl.UInt32)
    )
    measured = [empty]
    number = sized["size"].cum_sum() // BATCH_PAIR_SHINGLES
    for batch in sized.with_columns(batch=number).partition_by("batch"):
        others = shingles.join(batch.select(copy="b").unique(), on="copy", how="semi").select("copy", "shingle")
        measured.append(
            batch.join(shingles, left_on="a", right_on="copy")
            .join(others, left_on=["b", "shingle"], right_on=["copy", "shingle"])
            .group_by("a", "b")
            .agg(
                pl.col("weight").sum(),
                pl.col("total").first(),
                shared=pl.len().cast(pl.UInt32),
                places=pl.col("place").n_unique().cast(pl.UInt32),
            )
        )
    return measured


def _weight() -> pl.Expr:
    """Return the weight of what stands in `copies` copies."""
    return (FULL_WEIGHT_COPIES / pl.col("copies")).clip(upper_bound=1.0)


def _folded_words(text: pl.Expr) -> pl.Expr:
    """Return the same words as `folded_words`, for a column of texts."""
    plain = text.str.normalize("NFKD").str.to_lowercase().str.replace_all(r"[\p{M}'’]+", "")
    return plain.str.extract_all(r"[\p{L}\p{N}]+")


def _shingles(words: pl.DataFrame, size: int) -> pl.DataFrame:
    """Return the distinct runs of `size` words of each copy, hashed: `copy, shingle`, and the first `place` of it."""
    run = pl.col("code")
    for step in range(1, size):
        run = run * 6364136223846793005 + pl.col("code").shift(-step)
    place = (pl.int_range(pl.len()).over("copy") * PLACES // pl.len().over("copy")).cast(pl.UInt8)
    return (
        words.lazy()
        .select("copy", shingle=run, end=pl.col("copy").shift(1 - size), place=place)
        .filter(pl.col("copy") == pl.col("end"))
        # The low digits of a sum of products are poorly mixed; sampling needs them.
        .select("copy", shingle=pl.col("shingle").hash(0), place="place")
        .group_by("copy", "shingle")
        .agg(pl.col("place").min())
        .collect()
    )
