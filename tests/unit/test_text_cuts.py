from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from orchestration.transforms.letters import Letters
from orchestration.transforms.text_cuts import TextCuts

TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("aé…\uffff😀 "), max_size=60)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8))
def test_cuts_are_the_slices_of_the_text(text: str, places: list[tuple[int, int]]) -> None:
    pairs = [tuple(sorted((min(one, len(text)), min(other, len(text))))) for one, other in places]
    start, end = np.array(pairs, np.int64).reshape(-1, 2).T
    assert TextCuts(Letters(text)).cut(start, end).to_list() == [text[one:other] for one, other in pairs]


def test_cuts_outlive_what_they_were_made_of() -> None:
    made = pl.concat([TextCuts(Letters(f"the house {number} by the sea")).cut(*AT) for number in range(3)])
    assert made.sort(descending=True).to_list() == [f"house {number} by the sea" for number in (2, 1, 0)]


AT = np.array([4]), np.array([22])
