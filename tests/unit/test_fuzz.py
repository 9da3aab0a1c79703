"""The fuzz target of all parsers: a short run, and that it tells what is wrong."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from orchestration.benchmarks import parsers
from orchestration.formats import registry, whisper_text
from orchestration.formats.document import Copy, ParsedDocument, Segment
from tests import fuzz

RAW = Path(__file__).resolve().parent.parent.parent / "raw"


@pytest.mark.parametrize("known", registry.FORMATS, ids=lambda known: known.FORMAT)
def test_every_format_reads_what_its_generator_writes(known: registry.Format) -> None:
    assert parsers.checked(known, parsers.generate(known.FORMAT, 5_000)) > 0
    assert fuzz.check(parsers.generate(known.FORMAT, 5_000).encode()) == (None, True)


def test_no_changed_file_breaks_a_promise() -> None:
    # Bounded by their number, so that the same inputs are tried wherever the test runs.
    outcome = fuzz.run(math.inf, 1, fuzz.seeds_of([RAW]), most_executions=500)
    assert (outcome.failure, outcome.executions) == (None, 500)


def test_a_raising_parser_is_found_and_its_input_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(text: str) -> float:
        raise KeyError("nothing here")

    monkeypatch.setattr(whisper_text, "sniff", fail)
    assert fuzz.main(["--seconds", "5", "--seed", "3"]) == 1
    path, seed, reason, summary = capsys.readouterr().out.splitlines()
    assert Path(path).is_file()
    assert seed == "seed 3"
    assert "KeyError" in reason
    assert "1 failures" in summary


def test_a_wrong_range_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(text: str) -> ParsedDocument:
        segment = Segment("Hello", 0, 3, "char=0,3")
        return ParsedDocument("whisper_text", text, (Copy(0, len(text), "", segments=(segment,)),))

    monkeypatch.setattr(whisper_text, "parse", wrong)
    reason, _ = fuzz.check(b"[00:00.000 --> 00:02.000]   Hello there.\n")
    assert reason is not None
    assert "not its slice" in reason


def test_the_same_seed_tries_the_same_inputs() -> None:
    seeds = [b"one two three", b"four five six"]
    first, second = (fuzz.mutate(fuzz.random.Random(7), seeds[0], seeds) for _ in range(2))
    assert first == second


def test_a_name_whose_quotes_are_broken_is_its_slice() -> None:
    raw = b"---\ntitle: Bees\npodcast: The Hum\nguests:\n  - 'Bo Wax'\n  - 'Ada van \n---\n\nWe talk about bees.\n"
    assert fuzz.check(raw) == (None, True)
