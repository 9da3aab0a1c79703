"""Which texts may name something: a quick look that may say yes too often, and never says no wrongly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import polars as pl

from orchestration.characters import decompose

_RUN = re.compile(r"[^\W\d_]+|\d+")
_MARKS = r"\p{M}+"


def texts_with(texts: pl.DataFrame, needles: Sequence[str]) -> pl.Series:
    """Return the `document_id` of the `texts` in which all words of one of the `needles` stand somewhere.

    Letter case and accents do not count, nor what stands between the words, such as a time in the middle of a name.
    """
    words = {needle: sorted(set(_RUN.findall(_plain(needle))), key=len, reverse=True) for needle in needles}
    folded = pl.col("text").str.normalize("NFKD").str.replace_all(_MARKS, "").str.to_lowercase()
    left = texts.select("document_id", text=folded)
    is_named = pl.lit(value=False)
    for runs in words.values():
        is_named = is_named | pl.all_horizontal(pl.col("text").str.contains(run, literal=True) for run in runs or [""])
    return left.filter(is_named)["document_id"]


def _plain(text: str) -> str:
    return "".join(letter for letter in decompose(text) if unicodedata.category(letter)[0] != "M").lower()
