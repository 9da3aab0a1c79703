from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from orchestration.formats.display import count_words, display, tidy
from orchestration.transforms import show_talk, sponsor_reads
from orchestration.transforms.letters import Letters
from orchestration.transforms.speech_sentences import Sentences
from orchestration.transforms.spoken_literals import Literals
from orchestration.transforms.word_counts import word_counts

LITERALS = Literals(sponsor_reads.READ_WORDS | show_talk.SHOW_WORDS)
PIECES = st.text(st.sampled_from("aZé5 '’.-()[]?!…”\"&;\nß𝐀😀"), max_size=25)


def sentences_of(raws: list[str], changes: list[bool] | None = None) -> tuple[str, Sentences]:
    document, rows = "", []
    for raw, is_change in zip(raws, changes or [False] * len(raws), strict=True):
        start = len(document) + 2
        document += f"\n>{raw}"
        rows.append((display(raw).text, float(start), start, start + len(raw), is_change))
    schema = {"text": pl.String, "start_s": pl.Float64, "char_start": pl.Int64, "char_end": pl.Int64}
    segments = pl.DataFrame(rows, schema | {"is_change": pl.Boolean}, orient="row")
    return document, Sentences(segments, document)


@given(st.lists(PIECES, min_size=1, max_size=5))
@example(["(laughs) it's so-so", "𝐀 😀 b", "a''b [music]"])
def test_words_of_many_stretches_are_counted_as_those_of_each(pieces: list[str]) -> None:
    shown = [tidy(piece) for piece in pieces]
    ends = [sum(len(one) + 1 for one in shown[: number + 1]) - 1 for number in range(len(shown))]
    starts = [end - len(one) for end, one in zip(ends, shown, strict=True)]

    counts = word_counts(Letters(" ".join(shown)), *(pl.Series(column).to_numpy() for column in (starts, ends)))

    assert counts.tolist() == [count_words(one) for one in shown]


@given(st.lists(st.tuples(PIECES, st.booleans()), min_size=1, max_size=6))
@example([("He said &quot;no.&quot; Then", False), ("she left.\nAll", False), ("did.", True), ("", False)])
def test_sentences_hold_all_that_is_said_and_stand_where_they_are_said(said: list[tuple[str, bool]]) -> None:
    document, sentences = sentences_of(
        [raw for raw, _ in said], [number > 0 and new for number, (_, new) in enumerate(said)]
    )

    spoken = " ".join(display(raw).text for raw, _ in said).split()
    assert " ".join(sentence.text for sentence in sentences).split() == spoken
    assert sum(sentence.word_count for sentence in sentences) == sum(count_words(one.text) for one in sentences)
    for sentence in sentences:
        assert not re.search(r"[.?!…][\"”’)]*\s", sentence.text)
        heard = "".join(display(raw).text for raw in document[sentence.char_start : sentence.char_end].split("\n>"))
        assert heard.replace(" ", "") == sentence.text.replace(" ", "")


def test_speech_without_marks_is_cut_at_segments_and_at_changes() -> None:
    cue = " ".join(["word"] * 40)
    document, sentences = sentences_of([cue, cue, "short"], [False, False, True])
    assert [sentence.text for sentence in sentences] == [cue, cue, "short"]
    assert [sentence.run for sentence in sentences] == [0, 0, 1]
    assert [document[one.char_start : one.char_end] for one in sentences] == [cue, cue, "short"]


EXPRESSIONS = {
    "opening": [sponsor_reads.OPENS, sponsor_reads._MAY_OPEN, re.compile(f"Hive{sponsor_reads._NAMED_SHOW}", re.I)],
    "offer": [sponsor_reads._OFFER],
    "promo": [show_talk.PROMO],
    "greeting": [show_talk._GREETING],
}


@pytest.mark.parametrize(("group", "expression"), [(g, one) for g, several in EXPRESSIONS.items() for one in several])
@settings(max_examples=40)
@given(data=st.data())
def test_what_an_expression_finds_holds_a_word_that_is_looked_for_first(
    group: str, expression: re.Pattern[str], data: st.DataObject
) -> None:
    text = tidy(data.draw(st.from_regex(expression)))
    assume(expression.search(text))
    _, sentences = sentences_of([text])
    assume(any(expression.search(sentence.text) for sentence in sentences))
    holds = LITERALS.sentences(sentences)[group]
    assert all(holds[number] for number, one in enumerate(sentences) if expression.search(one.text))
