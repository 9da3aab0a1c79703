"""Which texts may name something: a quick look that may say yes too often, and never says no wrongly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import unescape

import polars as pl

from orchestration.characters import decompose

_RUN = re.compile(r"[^\W\d_]+|\d+")
_MARKS = r"\p{M}+"
# Letters as JSON and as HTML and XML may write them; halves of a pair of surrogates are none.
_JSON_ESCAPE = r"\\u([0-9abcefABCEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2})"
_ENTITY = r"&#?\w+;"
_JSON = re.compile(_JSON_ESCAPE)


def texts_with(texts: pl.DataFrame, needles: Sequence[str], key: str = "document_id") -> pl.Series:
    """Return the `key` of the `texts` in which all words of one of the `needles` stand somewhere.

    Letter case and accents do not count, nor what stands between the words, such as a time in the middle of a name.
    Letters may be written as escapes, as they are in files.
    """
    is_escaped = pl.col("text").str.contains(f"{_JSON_ESCAPE}|{_ENTITY}")
    as_they_are, escaped = texts.filter(~is_escaped), texts.filter(is_escaped)
    texts = pl.concat([as_they_are, escaped.with_columns(pl.col("text").map_elements(_unescaped, pl.String))])
    words = {needle: sorted(set(_RUN.findall(_plain(needle))), key=len, reverse=True) for needle in needles}
    is_named = pl.lit(value=False)
    for runs in words.values():
        is_named = is_named | pl.all_horizontal(pl.col("text").str.contains(run, literal=True) for run in runs or [""])
    is_ascii = pl.col("text").str.len_bytes() == pl.col("text").str.len_chars()
    unmarked = pl.col("text").str.normalize("NFKD").str.replace_all(_MARKS, "")
    # Taking letters apart is nine tenths of the work, and ASCII has none with a mark.
    plain, other = texts.filter(is_ascii), texts.filter(~is_ascii).with_columns(unmarked)
    lower = pl.concat([part.select(key, pl.col("text").str.to_lowercase()) for part in (plain, other)])
    return lower.filter(is_named)[key].sort()


def _unescaped(text: str) -> str:
    # A feed holds HTML whose own escapes are escaped.
    return unescape(unescape(_JSON.sub(lambda found: chr(int(found[1], 16)), text)))


def _plain(text: str) -> str:
    return "".join(letter for letter in decompose(text) if unicodedata.category(letter)[0] != "M").lower()
