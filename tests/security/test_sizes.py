"""Long lines of each kind of character, in front of them the head of each format: reading ends, and memory suffices."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from orchestration.characters import decompose
from orchestration.formats import registry, xml_elements
from orchestration.formats.xml_elements import read_elements

# Far more than any of them takes, and far less than what grows with the square of the length would.
GENEROUS_S = 300
HEADS = {
    "webvtt": "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n",
    "subrip": "1\n00:00:01,000 --> 00:00:02,000\n",
    "rss": '<?xml version="1.0"?><rss version="2.0"><channel><title>a</title><item><title>b</title><description>',
    "ttml": '<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2s">',
    "html": "<!DOCTYPE html><html><head><title>T</title></head><body><p>",
    "labels": "Ada Bee: hello there everyone\nBo Cee: hi and welcome\nAda Bee: ",
    "yaml": "---\ntitle: T\nauthor: ",
    "toml": '+++\ntitle = "',
    "markdown": "---\ntitle: T\n---\n\n**Ada Bee:** hello\n\n**Bo Cee:** hi\n\n",
    "whisper": "[00:00:01.000 --> 00:00:02.000]  ",
    "json": '{"segments":[{"start":1,"end":2,"text":"',
    "nothing": "",
}
FILLERS = (
    *("<", "&", ">", "<a ", "</", "<!--", "<![CDATA[", "&#", " ", "\t", "\r", ".", "a", "A", "Ab ", "1", "1:", "00:"),
    *("[", "(", "{", '"', "'", "\\", "-", "–", "*", "_", "#", "|", "@", "http://", "é", "\u0300\u0327", "\u200b", "م"),
    *("\u2028", "=", ":", "A.", "- ", "```\n", "\n\n", "<p>", "<i><b>", "--> ", "\x1b["),
)


@contextmanager
def within(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.slow
@pytest.mark.parametrize("head", HEADS)
def test_long_text_of_any_character_is_read_to_its_end(head: str) -> None:
    for filler in FILLERS:
        with within(GENEROUS_S):
            registry.read((HEADS[head] + filler * (1_000_000 // len(filler))).encode())


@pytest.mark.slow
@pytest.mark.parametrize("filler", ["<", " ", "a", "\\", "\u0300\u0327"], ids=ascii)
@pytest.mark.parametrize("head", HEADS)
def test_a_line_of_twenty_million_characters_is_read_to_its_end(head: str, filler: str) -> None:
    with within(GENEROUS_S):
        registry.read((HEADS[head] + filler * (20_000_000 // len(filler))).encode())


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["<", "<a/>", "<p/>", "[],", "00:01.000 --> 00:02.000\\na\\n\\n"])
def test_a_file_of_the_greatest_size_takes_bounded_memory(unit: str) -> None:
    code = f"""
import resource
from orchestration.formats import registry
head = {{"<a/>": '<rss version="2.0"><channel><title>a</title>', "<p/>": '<tt xmlns="http://www.w3.org/ns/ttml"><body>',
    "[],": '{{"segments":['}}.get("{unit}", "WEBVTT\\n\\n" if "-->" in "{unit}" else "")
registry.read((head + "{unit}" * (100_000_000 // len("{unit}"))).encode())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=1800, check=True)
    assert int(done.stdout) * 1024 < 6_000_000_000


def test_marks_are_taken_apart_in_pieces() -> None:
    marks = "a" + "\u0300\u0327" * 500_000
    with within(GENEROUS_S):
        assert len(decompose(marks)) == len(marks)
    assert decompose("é" * 2000) == "e\u0301" * 2000


def test_elements_and_problems_of_a_file_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_elements, "MOST_ELEMENTS", 100)
    found = read_elements("<rss>" + "<a/>" * 200 + "</rss>", {})
    assert found.root is not None and len(list(found.root.children())) == 99
    assert [problem.reason for problem in found.problems] == ["more than 100 elements: read up to there"]
    monkeypatch.setattr(xml_elements, "MOST_ELEMENTS", 100_000)
    items = '<rss version="2.0"><channel><title>a</title>' + "<item/>" * 3000 + "</channel></rss>"
    problems = registry.read(items.encode()).problems
    assert len(problems) < 100
