"""A change in the raw folder asks for one run, once the folder rests."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from orchestration.raw_watch import Cursor, decide, state_of


def write(path: Path, text: str = "x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", ["b.txt", "deep/er/b.txt", "odd\udcff.txt", "new\nline.txt"])
def test_a_file_that_comes_and_goes_is_seen(tmp_path, name):
    write(tmp_path / "a.txt")
    before = state_of([tmp_path])
    write(tmp_path / name)
    with_it = state_of([tmp_path])
    assert with_it != before
    (tmp_path / name).unlink()
    assert state_of([tmp_path]) == before


def test_another_content_of_the_same_size_and_time_is_seen(tmp_path):
    write(tmp_path / "a.txt", "one")
    status = (tmp_path / "a.txt").stat()
    before = state_of([tmp_path])
    write(tmp_path / "a.txt", "two")
    os.utime(tmp_path / "a.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert state_of([tmp_path]) != before


def test_hidden_files_and_what_cannot_be_read_change_nothing(tmp_path):
    write(tmp_path / "a.txt")
    before = state_of([tmp_path, tmp_path / "not there"])
    write(tmp_path / ".a.txt.part")
    write(tmp_path / ".git" / "b.txt")
    assert state_of([tmp_path, tmp_path / "not there"]) == before


def test_no_file_is_opened(tmp_path, monkeypatch):
    write(tmp_path / "a.txt")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    monkeypatch.setattr("builtins.open", None)
    monkeypatch.setattr("os.open", None)
    assert state_of([tmp_path])


def looks(*states: str, busy: frozenset[int] = frozenset(), step_s: float = 20, start: Cursor | None = None) -> list:
    """Return what is decided at each look, and the last cursor."""
    cursor, keys = start or Cursor("a", "a"), []
    for number, state in enumerate(states):
        decision = decide(cursor, state, 1_000 + number * step_s, is_busy=number in busy)
        cursor = Cursor.read(decision.cursor.write())
        keys.append(decision.run_key)
    return [*keys, cursor]


def test_nothing_changed_asks_for_nothing():
    assert looks("a", "a") == [None, None, Cursor("a", "a")]


def test_a_change_is_acted_on_at_the_next_look_that_finds_it_resting():
    first, second, third, _ = looks("b", "b", "b")
    assert (first, third) == (None, None) and second


def test_a_burst_is_one_run():
    *keys, _ = looks("b", "c", "d", "e", "e", "e")
    assert [bool(key) for key in keys] == [False, False, False, False, True, False]


def test_what_never_rests_is_served_all_the_same():
    *keys, _ = looks(*(str(number) for number in range(32)))
    assert [number for number, key in enumerate(keys) if key] == [15, 31]


def test_no_run_is_asked_for_while_one_is_at_work_and_none_is_forgotten():
    *keys, cursor = looks("b", "b", "b", "b", busy=frozenset({0, 1, 2}))
    assert [bool(key) for key in keys] == [False, False, False, True]
    assert cursor.requested == "b"


def test_a_state_that_was_there_before_is_another_run():
    *keys, _ = looks("b", "b", "a", "a", "b", "b")
    asked = [key for key in keys if key]
    assert len(asked) == len(set(asked)) == 3


def test_what_changes_and_changes_back_asks_for_nothing():
    assert looks("b", "a", "a")[:3] == [None, None, None]


@pytest.mark.parametrize("text", [None, "", "no json", "[]", '{"other": 1}'])
def test_without_a_usable_cursor_a_run_follows(text):
    *keys, _ = looks("a", "a", start=Cursor.read(text))
    assert [bool(key) for key in keys] == [False, True]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30))
def test_the_last_state_is_always_built_in_the_end(steps):
    cursor = Cursor("a", "a")
    for number, (state, is_busy) in enumerate([*steps, *[("c", False)] * 2]):
        decision = decide(cursor, state, number * 20.0, is_busy=is_busy)
        assert not (decision.run_key and is_busy)
        cursor = decision.cursor
    assert cursor.requested == "c"
