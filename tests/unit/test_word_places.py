from __future__ import annotations

import math

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from orchestration.formats.display import display
from orchestration.transforms.spoken_words import set_times, words_of
from orchestration.transforms.word_places import word_places
from orchestration.transforms.word_times import word_times

# What words are made of and cut at, and what folds to nothing: a mark of voicing that Japanese writes as a letter.
LETTERS = st.text(st.sampled_from("aZé5 '’.,-_?\n\u00a0&;ßﾞカ\u0301²𝐀"), max_size=30)


@given(st.lists(LETTERS, max_size=6))
@example(["don't — stop", "“Yes,” 'tis so."])
@example(["&amp; co&nbsp;two", "caf\u0065\u0301 ﾞ ー"])
def test_word_places_are_those_of_words_read_one_by_one(raws: list[str]) -> None:
    document, rows = "", []
    for raw in raws:
        start = len(document) + 2
        document += f"\n>{raw}"
        rows.append(("d", display(raw).text, start, start + len(raw)))
    segments = _segments(rows)

    places = word_places(segments, {"d": document})

    expected = words_of(segments, {"d": document})
    assert places.words(0, len(places)) == [token.word for token in expected]
    found = zip(places.char_start.tolist(), places.char_end.tolist(), places.segment.tolist(), strict=True)
    assert list(found) == [(token.char_start, token.char_end, token.segment) for token in expected]
    codes = dict(zip(places.words(0, len(places)), places.codes().tolist(), strict=True))
    assert [codes[token.word] for token in expected] == places.codes().tolist()
    assert len(set(codes.values())) == len(codes)


TIMES = st.none() | st.integers(0, 40).map(float)
OWN = st.none() | st.lists(st.tuples(st.sampled_from(["a", "b c", "C", "–", ""]), TIMES, TIMES), max_size=4)


@given(st.lists(st.tuples(st.sampled_from(["a b c", "a", "C, b", "", "a b c a b c"]), TIMES, TIMES, OWN), max_size=8))
@example(
    [("a b c", 1.0, 9.0, [("a", 1.0, 2.0), ("B c", 3.0, 2.5)]), ("a", 0.5, None, None), ("C, b", None, None, None)]
)
def test_times_are_those_of_words_timed_one_by_one(
    cues: list[tuple[str, float | None, float | None, list[tuple[str, float | None, float | None]] | None]],
) -> None:
    document, rows, times = "", [], []
    for text, start_s, end_s, own in cues:
        rows.append(("d", text, len(document), len(document) + len(text)))
        document += f"{text}\n"
        words = None if own is None else [dict(zip(("word", "start_s", "end_s"), word, strict=True)) for word in own]
        times.append((start_s, end_s, words))
    word = pl.Struct({"word": pl.String, "start_s": pl.Float64, "end_s": pl.Float64})
    schema = pl.Schema({"start_s": pl.Float64(), "end_s": pl.Float64(), "words": pl.List(word)})
    segments = pl.concat([_segments(rows), pl.DataFrame(times, schema=schema, orient="row")], how="horizontal")

    found = word_times(word_places(segments, {"d": document}), segments)

    expected = words_of(segments, {"d": document})
    set_times(expected, segments)
    for column, seconds in (("start_s", found.start_s), ("end_s", found.end_s)):
        known = [getattr(token, column) for token in expected]
        assert [None if math.isnan(time_s) else time_s for time_s in seconds.tolist()] == known


def _segments(rows: list[tuple[str, str, int, int]]) -> pl.DataFrame:
    schema = {"document_id": pl.String, "text": pl.String, "char_start": pl.Int64, "char_end": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")
