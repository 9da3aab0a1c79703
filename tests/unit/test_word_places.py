from __future__ import annotations

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from orchestration.formats.display import display
from orchestration.transforms.spoken_words import words_of
from orchestration.transforms.word_places import word_places

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
    schema = {"document_id": pl.String, "text": pl.String, "char_start": pl.Int64, "char_end": pl.Int64}
    segments = pl.DataFrame(rows, schema=schema, orient="row")

    places = word_places(segments, {"d": document})

    expected = words_of(segments, {"d": document})
    assert places.words(0, len(places)) == [token.word for token in expected]
    found = zip(places.char_start.tolist(), places.char_end.tolist(), places.segment.tolist(), strict=True)
    assert list(found) == [(token.char_start, token.char_end, token.segment) for token in expected]
