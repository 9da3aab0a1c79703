"""What sidecars state, of which documents, and what is wrong with them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.feed_sources import Source, write_source
from orchestration.sidecars import MAX_BYTES, Facts, Sidecars, read_sidecar, sidecar_paths

ALL = b"""# what the file does not say
show: Night Build
title: 1984, and after
date: 2025-01-31
hosts: [Ada Byte, Bob Low]
guests: Cara Quill
url: https://night.example/1984
language: en-GB
guid: 12345
"""


def facts(text: str | bytes, path: str = "a/episode.yml") -> Facts:
    sidecar = read_sidecar(path, text.encode() if isinstance(text, str) else text)
    assert sidecar.problems == ()
    return sidecar.facts


def problem(text: str | bytes, path: str = "a/episode.yml") -> tuple[str, str]:
    sidecar = read_sidecar(path, text.encode() if isinstance(text, str) else text)
    (found,) = sidecar.problems
    assert found.remedy
    return found.locator, found.reason


def test_every_fact_is_read_as_it_is_written():
    assert facts(ALL) == Facts(
        show="Night Build",
        title="1984, and after",
        date=date(2025, 1, 31),
        hosts=("Ada Byte", "Bob Low"),
        guests=("Cara Quill",),
        url="https://night.example/1984",
        language="en",
        guid="12345",
    )
    assert facts("title: No\nguid: 0x1F\nshow: 2001-02-03\n") == Facts(show="2001-02-03", title="No", guid="0x1F")
    assert facts("date: 2025-01-31T10:00:00Z\nlanguage: German") == Facts(date=date(2025, 1, 31), language="de")


def test_nothing_states_nothing():
    assert facts("") == facts("# nothing\n") == facts("title:\nhosts: ~\n") == Facts()
    assert facts("guests: []").guests == ()


@pytest.mark.parametrize(
    ("text", "locator", "reason"),
    [
        ("show: A\nhost: Ada\n", "line=2", "unknown key 'host'"),
        ("show: A\n\ndate: 31 January\n", "line=3", "is no date"),
        ("date: 2025-02-31\n", "line=1", "is no date"),
        ("url: night.example", "line=1", "no web address"),
        ("url: javascript:alert(1)", "line=1", "no web address"),
        ("language: Klingonish", "line=1", "no language"),
        ("hosts: Ada Byte, Bob Low", "line=1", "comma"),
        ("hosts: [[Ada]]", "line=1", "no text"),
        ("title: {a: b}", "line=1", "no text"),
        ("title: A\ntitle: B", "line=2", "twice"),
        ("? [a]\n: b", "line=1", "unknown key"),
        ("- a\n- b", "file", "key: value"),
        ("title: [", "line=1", "not valid YAML"),
        ("title: 'a\nshow: b\n", "line=3", "not valid YAML"),
        ("a: &a [*b]", "line=1", "undefined alias"),
        ("[" * 5000, "file", "nested"),
        ("title: \x00", "file", "not"),
        ("x" * (MAX_BYTES + 1), "file", "bytes"),
        (b"\x89PNG\r\n\x1a\n", "file", "image"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text, locator, reason):
    where, why = problem(text)
    assert reason in why
    assert where == locator


def test_one_bad_fact_does_not_cost_the_others():
    sidecar = read_sidecar("episode.yml", b"title: Good\ndate: soon\nguests: [Ada Byte]\n")
    assert sidecar.facts == Facts(title="Good", guests=("Ada Byte",))
    assert [found.locator for found in sidecar.problems] == ["line=2"]


def test_a_show_states_nothing_of_one_episode():
    where, why = problem("show: A\ntitle: B\nlanguage: en", "a/show.yml")
    assert where == "line=2" and "of one episode" in why


def test_many_aliases_do_not_explode():
    levels = "\n".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]" for n in range(1, 60))
    assert read_sidecar("episode.yml", f"k0: &k0 x\n{levels}\n".encode()).facts == Facts()


def test_names_tell_what_is_a_sidecar():
    paths = [
        "a/show.yml",
        "b/episode.yaml",
        "t.vtt",
        "t.vtt.yml",
        "u.vtt.yml",
        "t.vtt.source.yml",
        "z.zip!/x",
        "z.zip.yml",
    ]
    assert sidecar_paths(paths) == set(paths) - {"t.vtt", "u.vtt.yml", "z.zip!/x"}


def test_the_nearest_statement_counts():
    stated = Sidecars(
        {
            "show.yml": b"show: All\nlanguage: de\nhosts: [Ada Byte]",
            "a/show.yml": b"show: A",
            "a/b/episode.yml": b"title: Both\nguid: e",
            "a/b/t.vtt.yml": b"title: Only this",
            "a/b/t.vtt.source.yml": b"title: From the feed\nguid: g\nurl: https://x.example/\nfetched: today",
        }
    )
    assert stated.problems == []
    applied = stated.of("a/b/t.vtt")
    assert applied.facts == Facts("A", "Only this", None, ("Ada Byte",), None, "https://x.example/", "de", "e")
    assert [sidecar.path for sidecar in applied.sidecars] == [
        "a/b/t.vtt.yml",
        "a/b/episode.yml",
        "a/show.yml",
        "show.yml",
        "a/b/t.vtt.source.yml",
    ]
    assert stated.of("a/b/u.vtt").facts.title == "Both"
    assert stated.of("a/c/u.vtt").facts == Facts("A", hosts=("Ada Byte",), language="de")
    assert list(stated.unused()) == []


def test_members_of_archives_are_spoken_of_from_inside_and_beside():
    stated = Sidecars(
        {"a.zip!/show.yml": b"show: Inside", "show.yml": b"show: Out\nlanguage: fr", "t.vtt.gz.yml": b"title: Packed"}
    )
    assert stated.of("a.zip!/x/t.vtt").facts == Facts(show="Inside", language="fr")
    assert stated.of("t.vtt.gz!/t.vtt").facts == Facts(show="Out", title="Packed", language="fr")


def test_a_sidecar_of_nothing_and_a_second_spelling_are_told():
    stated = Sidecars({"a/episode.yml": b"title: A", "a/episode.yaml": b"title: B", "b/show.yml": b"show: B"})
    assert stated.of("a/t.vtt").facts.title == "A"
    assert [(path, found.reason) for path, found in stated.problems] == [
        ("a/episode.yaml", "not used: episode.yml stands beside it")
    ]
    assert [path for path, _ in stated.unused()] == ["b/show.yml"]


def test_the_fingerprint_follows_content():
    def fingerprint(**contents: bytes) -> str | None:
        return Sidecars({name.replace("_", "."): text for name, text in contents.items()}).of("t.vtt").fingerprint

    assert fingerprint() is None
    assert fingerprint(show_yml=b"show: A") == fingerprint(show_yml=b"show: A")
    assert fingerprint(show_yml=b"show: A") != fingerprint(show_yml=b"show: B")


def test_what_is_written_of_a_fetched_file_is_read():
    written = write_source(
        Source("A", "T", date(2025, 1, 2), "g", "https://a.example/", "en-us", ("Ada, the Byte",), (), {"etag": "x"})
    )
    assert facts(written, "t.vtt.source.yml") == Facts(
        "A", "T", date(2025, 1, 2), ("Ada, the Byte",), None, "https://a.example/", "en", "g"
    )


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_bytes_are_facts_or_problems(raw: bytes) -> None:
    for path in ("show.yml", "episode.yml", "t.vtt.source.yml"):
        sidecar = read_sidecar(path, raw)
        assert all(found.reason and found.remedy for found in sidecar.problems)
