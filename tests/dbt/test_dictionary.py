"""Documentation and reality do not drift apart."""

from __future__ import annotations

from orchestration.dictionary import DICTIONARY, render_dictionary
from orchestration.settings import load_settings


def test_the_dictionary_says_what_the_contracts_say():
    assert DICTIONARY.read_text(encoding="utf-8") == render_dictionary(load_settings()), "run `make docs`"


def test_every_column_is_described():
    bare = [
        line
        for line in render_dictionary(load_settings()).splitlines()
        if line.startswith("| `") and line.endswith("|  |")
    ]
    assert bare == []
