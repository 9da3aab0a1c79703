"""Tests of `orchestration.formats.registry`: the one way in."""

from __future__ import annotations

import json

import pytest

from orchestration.formats import plain_transcript, registry, whisper_text
from orchestration.formats.document import ParsedDocument
from tests.conftest import ROOT

WHISPER = "[00:00.000 --> 00:02.000]   Hello there.\n[00:02.000 --> 00:03.500]   - Hi.\n"

ARTICLE = """The Long Way to a Short Program

Nobody expected the compiler to win. It had been slow for years, and the people who used it had learned to wait.

Then, in the spring, a small group began to measure. They found three things: the parser, the linker, and lunch.

"We were surprised," one of them said. "Lunch was the fastest of the three." The others agreed, but not at once.
"""
README = """# quietdiff

A tool that reads a change. **Source:** https://example.org/quietdiff

## Install

- Get Python 3.11
- Run `pip install quietdiff`
- Enjoy

## Usage

    quietdiff --help

Note: the tool needs a terminal.
Note: it is slow.
License: MIT

## Transcript of a session

At 10:15 the build starts, at 10:20 it ends, and at 10:45 we go home.
"""
PYTHON = '''"""A module."""
from __future__ import annotations

def main() -> None:
    # - a comment
    names: list[str] = ["a", "b"]
    for name in names:
        print(f"{name}: 10:15")

class Thing:
    - 1
    value: int = 3
'''
LOG = "\n".join(f"2025-03-10 12:00:{second:02d} INFO worker: job {second} took 0:{second:02d}" for second in range(40))
RECORDS = "\n\n".join(f"Name: Ada Bee\nPhone: 555 01{n}\nCity: Larkfield\nNote: Calls back." for n in range(10))
CHANGELOG = "Version 1.2\n\n" + "\n".join(f"- Fix the bug that was number {n}." for n in range(30))
POEM = "The sea is a page,\n- the wind is a pen,\nand what they have written\n- is washed off again.\nThat is all.\n"
LIST = "Shopping for the week\n" + "\n".join(f"- {thing}" for thing in ("milk", "rye bread", "tea") * 6)
CSV = "id,start,text\n" + "\n".join(f'{n},0:{n:02d},"Hello, said the {n}th."' for n in range(40))
HTML = "<!doctype html><html><body>" + "<p>Ada: Hello there.</p>\n<p>Bo: Hi.</p>\n" * 10 + "</body></html>"
YAML = "episodes:\n" + "\n".join(f"  - title: Part {n}\n    start: 0:{n:02d}" for n in range(20))
DIALOGUE_FREE_PROSE = "\n".join("The harbour was quiet that morning and the boats lay still." for _ in range(30))

FOREIGN = {
    "readme": README,
    "article": ARTICLE,
    "python": PYTHON,
    "log": LOG,
    "records": RECORDS,
    "changelog": CHANGELOG,
    "poem": POEM,
    "list": LIST,
    "csv": CSV,
    "html": HTML,
    "yaml": YAML,
    "prose": DIALOGUE_FREE_PROSE,
    "json": json.dumps({"rows": [{"id": n, "value": "Hello."} for n in range(30)]}, indent=1),
    "words": "hello " * 1000,
    "one line": "x" * 10_000,
    "digits": "10:15 " * 2000,
    "dashes": "- \n" * 100,
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_transcript_is_no_known_format(name: str) -> None:
    assert registry.recognise(FOREIGN[name]) is None
    read = registry.read(FOREIGN[name].encode())
    assert read.decoded is not None
    assert read.document is None
    (problem,) = read.problems
    assert problem.locator == "file"
    assert "format is not known" in problem.reason
    assert "docs/formats.md" in problem.remedy


def texts_of_all_formats() -> list[str]:
    files = [file for file in sorted((ROOT / "raw").rglob("*")) if file.suffix in (".md", ".txt", ".vtt", ".json")]
    return [*FOREIGN.values(), WHISPER, *(file.read_text(encoding="utf-8") for file in files)]


def test_the_surest_format_is_found_though_not_all_are_asked() -> None:
    for text in texts_of_all_formats():
        sureness = [known.sniff(text) for known in registry.FORMATS]
        best = max(sureness)
        assert registry.recognise(text) is (registry.FORMATS[sureness.index(best)] if best >= 0.5 else None)
        assert all(
            found <= registry.SUREST.get(known.FORMAT, 1.0)
            for found, known in zip(sureness, registry.FORMATS, strict=True)
        )


def test_a_sure_text_is_not_shown_to_those_that_look_at_every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(plain_transcript, "sniff", lambda text: asked.append(text) or 0.0)  # type: ignore[func-returns-value]
    assert registry.recognise(WHISPER) is whisper_text  # type: ignore[comparison-overlap]
    assert registry.recognise(FOREIGN["prose"]) is None
    assert asked == [FOREIGN["prose"]]


def test_a_known_file_is_read_whatever_its_line_ends_and_encoding() -> None:
    for text in (WHISPER, WHISPER.replace("\n", "\r\n"), WHISPER.replace("\n", "\r"), "\ufeff" + WHISPER):
        read = registry.read(text.encode())
        assert read.problems == ()
        assert read.document is not None
        assert [segment.text for segment in read.document.copies[0].segments] == ["Hello there.", "Hi."]
        assert read.document.format == "whisper_text"


@pytest.mark.parametrize(("raw", "reason"), [(b"", "empty"), (b" \r\n\t", "white space"), (b"%PDF-1.4", "PDF")])
def test_a_file_without_text_is_a_problem(raw: bytes, reason: str) -> None:
    read = registry.read(raw)
    assert read.document is None
    assert [reason in problem.reason for problem in read.problems] == [True]
    assert read.problems[0].remedy


def test_a_file_in_another_encoding_is_used_and_told() -> None:
    read = registry.read(WHISPER.replace("Hello", "Caf\u00e9").encode("cp1252"))
    assert read.document is not None
    assert read.document.copies[0].segments[0].text == "Café there."
    assert [problem.locator for problem in read.problems] == ["byte=31"]


def test_a_bug_in_a_parser_costs_no_other_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> ParsedDocument:
        raise KeyError("nothing here")

    monkeypatch.setattr(whisper_text, "parse", fail)
    read = registry.read(WHISPER.encode())
    assert read.document is None
    (problem,) = read.problems
    assert "whisper_text" in problem.reason
    assert "KeyError" in problem.reason


def test_a_bug_in_a_sniffer_costs_no_other_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> float:
        raise RuntimeError("oh")

    monkeypatch.setattr(whisper_text, "sniff", fail)
    assert "RuntimeError" in registry.read(WHISPER.encode()).problems[0].reason


def test_a_document_without_speech_is_told() -> None:
    read = registry.read(b"[00:00.000 --> 00:02.000]   (upbeat music)\n")
    assert read.document is not None
    assert ["no transcript" in problem.reason for problem in read.problems] == [True]


def test_a_document_without_episodes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whisper_text, "parse", lambda text: ParsedDocument("whisper_text", text, ()))
    assert "no episode" in registry.read(WHISPER.encode()).problems[0].reason


def test_every_format_has_a_name_of_its_own() -> None:
    names = [known.FORMAT for known in registry.FORMATS]
    assert len(set(names)) == len(names)
    assert set(names) >= {"caption_page", "publisher_page", "directory_page", "whisper_text", "plain_transcript"}


@pytest.mark.acceptance
@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("000", "caption_page"),
        ("001", "publisher_page"),
        ("002", "directory_page"),
        ("003", "whisper_text"),
        ("004", "plain_transcript"),
    ],
)
def test_every_seed_is_recognised_and_no_other_format_claims_it(shared, seed_text, prefix: str, name: str) -> None:
    text = seed_text(prefix)
    assert [known.FORMAT for known in registry.FORMATS if known.sniff(text) >= 0.5] == [name]
