"""A full or protected disk is told in words, whoever meets it."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

import orchestration.__main__ as command_line
from orchestration.disk_problem import disk_problem

HERE = Path("/some/warehouse")


def chained(error: Exception) -> Exception:
    try:
        try:
            raise error
        except type(error) as inner:
            raise RuntimeError("something else") from inner
    except RuntimeError as outer:
        return outer


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "make room"),
        (sqlite3.OperationalError("database or disk is full"), "make room"),
        (OSError(errno.EROFS, "Read-only file system"), "cannot be written"),
        (sqlite3.OperationalError("unable to open database file"), "cannot be written"),
    ],
)
def test_it_is_found_behind_other_errors(error, words):
    for one in (error, chained(error)):
        said = disk_problem(one, HERE)
        assert said and str(HERE) in said and words in said


def test_other_errors_are_none_of_its_business():
    assert disk_problem(None, HERE) is None
    assert disk_problem(chained(ValueError("no")), HERE) is None
    assert disk_problem(FileNotFoundError(errno.ENOENT, "gone"), HERE) is None


def test_a_command_ends_in_words(monkeypatch, capsys):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(command_line, "read_status", full)
    assert command_line.main(["status"]) == 1
    assert "make room" in capsys.readouterr().err
    monkeypatch.setattr(command_line, "read_status", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        command_line.main(["status"])
