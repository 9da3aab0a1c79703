"""How much of one copy's words stand in another: shingle containment over speech and over descriptions.

Weighted containment of word shingles (A. Broder, On the resemblance and containment of documents, 1997): the weight of
the shingles of the smaller copy that the larger has too, by the weight of all of the smaller. A shingle that stands
in more copies than a pair counts for less, so that what every episode says (sponsor reads, legal text, feed footers)
does not link. Pairs worth measuring come from an inverted index on longer, rarer shingles; no step compares every
copy with every other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import polars as pl

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

_FILLERS = ["uh", "um", "uhm", "er", "erm", "mm", "hmm", "ah", "mhm"]
_APOSTROPHES = re.compile(r"['’]+")
_WORD = re.compile(r"[^\W_]+")
# Sentences that feeds, hosting companies and lawyers add to the description of every episode.
_BOILERPLATE = (
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
_SENTENCE_END = r"[.!?]+[\s\"”’)]|[\n•|]|\(?\b\d{1,3}:\d\d(?::\d\d)?\b\)?"


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two copies share. `containment`: weighted share of the smaller's shingles, 0 to 1; `shared`: number."""

    containment: float
    shared: int


def folded_words(text: str | None) -> list[str]:
    """Return the words of `text` in lower case, without accents and apostrophes."""
    decomposed = unicodedata.normalize("NFKD", text or "").lower()
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
    sentences = pl.col("text").str.replace_all(_ADDRESS, " ").str.replace_all(f"({_SENTENCE_END})", "${1}\n")
    return (
        pl.concat(pieces)
        .lazy()
        .sort("copy_id", "char_start", "text")
        .unique(["copy_id", "text"], keep="first", maintain_order=True)
        .select("copy_id", text=sentences.str.split("\n"))
        .explode("text")
        .drop_nulls("text")
        .filter(~pl.col("text").str.contains(_BOILERPLATE))
        .select("copy_id", word=_folded_words(pl.col("text").str.replace_all(_SENTENCE_END, " ")))
        .explode("word")
        .drop_nulls("word")
        .collect()
    )


def overlaps(words: pl.DataFrame, wanted: set[tuple[str, str]], sampling: int) -> dict[tuple[str, str], Overlap]:
    """Return what pairs of copies share: every pair found in the index of rare shingles, and every `wanted` one.

    `words` has the columns `copy_id, word` in order; `sampling` looks up one in so many shingles to find pairs.
    The keys are pairs of copy ids, the smaller first.
    """
    index = _shingles(words, BLOCKING_WORDS).filter(pl.col("shingle") % sampling == 0)
    index = index.filter(pl.len().over("shingle").is_between(2, MAX_BLOCKING_COPIES))
    found = (
        index.join(index, on="shingle", suffix="_b")
        .filter(pl.col("copy_id") < pl.col("copy_id_b"))
        .group_by("copy_id", "copy_id_b")
        .len()
        .filter(pl.col("len") >= MIN_BLOCKING_HITS)
        .select(a="copy_id", b="copy_id_b")
    )
    asked = pl.DataFrame(sorted(wanted), schema={"a": pl.String, "b": pl.String}, orient="row")
    pairs = pl.concat([found, asked]).unique()
    if pairs.is_empty():
        return {}
    shingles = _shingles(words, SHINGLE_WORDS).with_columns(
        weight=(FULL_WEIGHT_COPIES / pl.len().over("shingle")).clip(upper_bound=1.0)
    )
    totals = shingles.group_by("copy_id").agg(total=pl.col("weight").sum())
    measured = (
        pairs.join(shingles, left_on="a", right_on="copy_id")
        .join(shingles.select("copy_id", "shingle"), left_on=["b", "shingle"], right_on=["copy_id", "shingle"])
        .group_by("a", "b")
        .agg(weight=pl.col("weight").sum(), shared=pl.len())
        .join(totals.rename({"copy_id": "a", "total": "total_a"}), on="a")
        .join(totals.rename({"copy_id": "b", "total": "total_b"}), on="b")
        .select("a", "b", pl.col("weight") / pl.min_horizontal("total_a", "total_b"), "shared")
    )
    # The sum of the same numbers in another order differs in its last digits.
    return {(a, b): Overlap(round(min(1.0, weight), 4), shared) for a, b, weight, shared in measured.iter_rows()}


def _folded_words(text: pl.Expr) -> pl.Expr:
    """Return the same words as `folded_words`, for a column of texts."""
    plain = text.str.normalize("NFKD").str.to_lowercase().str.replace_all(r"[\p{M}'’]+", "")
    return plain.str.extract_all(r"[\p{L}\p{N}]+")


def _shingles(words: pl.DataFrame, size: int) -> pl.DataFrame:
    """Return the distinct runs of `size` words of each copy, hashed: `copy_id, shingle`."""
    run = pl.col("code")
    for step in range(1, size):
        run = run * 6364136223846793005 + pl.col("code").shift(-step)
    return (
        words.lazy()
        .with_columns(code=pl.col("word").hash(0))
        .select("copy_id", shingle=run, end=pl.col("copy_id").shift(1 - size))
        .filter(pl.col("copy_id") == pl.col("end"))
        # The low digits of a sum of products are poorly mixed; sampling needs them.
        .select("copy_id", shingle=pl.col("shingle").hash(0))
        .unique()
        .collect()
    )
