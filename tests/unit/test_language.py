"""Languages as stated and as detected; and garbled characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.formats.display import tidy
from orchestration.formats.language import SAMPLE_CHARS, detect_language, language_code
from orchestration.formats.mojibake import find_mojibake

TEXTS = {
    "en": "Welcome back to the show. Today we talk about the harbour, the boats, and why nobody mends a net any more.",
    "de": "Willkommen zurück. Heute sprechen wir über den Hafen, die Boote und warum niemand mehr ein Netz flickt.",
    "es": "Bienvenidos otra vez. Hoy hablamos del puerto, de los barcos y de por qué nadie remienda ya una red.",
    "fr": "Bonjour à tous. Aujourd'hui nous parlons du port, des bateaux et de ceux qui ne réparent plus les filets.",
    "ru": "Добрый день. Сегодня мы говорим о гавани, о лодках и о том, почему никто больше не чинит сети.",
    "ja": "こんにちは。今日は港と船について話します。なぜ誰も網を直さないのでしょうか。ゲストと一緒に考えます。",
}


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("pt_BR", "pt"),
        ("English", "en"),
        ("deu", "de"),
        (" FR ", "fr"),
        ("zh-Hant-TW", "zh"),
    ],
)
def test_stated_languages_become_codes(stated, code):
    assert language_code(stated) == code


@pytest.mark.parametrize("stated", ["", "Klingonish", "e", "en US", "12", "en-" + "x" * 99])
def test_what_is_no_language_is_none(stated):
    assert language_code(stated) is None


@pytest.mark.parametrize("code", TEXTS)
def test_languages_are_detected(code):
    assert detect_language([TEXTS[code]] * 3) == code


def test_too_little_is_not_guessed_at():
    assert detect_language([]) is None
    assert detect_language(["Okay. Yeah."]) is None
    assert detect_language(["12:30 " * 500]) is None


def test_an_opening_in_another_language_does_not_decide():
    assert detect_language([TEXTS["es"], *[TEXTS["en"]] * 60]) == "en"


def test_a_long_text_costs_no_more_than_its_sample():
    detect_language([TEXTS["en"]] * 3)
    many = [TEXTS["en"]] * 100_000
    assert detect_language(many) == "en"
    assert detect_language([" ".join(many)]) == "en"
    assert SAMPLE_CHARS < 10_000


@given(st.lists(st.text(max_size=200), max_size=20))
def test_any_text_has_a_language_or_none(texts: list[str]) -> None:
    code = detect_language(texts)
    assert code is None or language_code(code) == code


def garble(text: str) -> str:
    from ftfy import bad_codecs

    bad_codecs.ok()
    return text.encode().decode("sloppy-windows-1252")


def test_garbled_characters_are_found_and_counted():
    text = garble("It’s Zoë’s café — “naïve”. ") + "Plain words."
    found = find_mojibake(text, 0, len(text))
    assert found is not None
    assert found.locator == f"char={text.index('â€™')}"
    assert found.reason.startswith("8 garbled characters") and "`â€™` for `’`" in found.reason
    assert tidy(text).count("â€™") == 2, "shown as it is"


def test_only_the_range_asked_for_counts():
    text = garble("é") + "plain words"
    assert find_mojibake(text, 2, len(text)) is None


@pytest.mark.parametrize(
    "text", ["It’s Zoë’s café — “naïve”.", "SÃO PAULO, NÃO É?", "Straße, Ängste, Ã, â", "Привет 一二三 🎙", "½ ± §5"]
)
def test_right_characters_are_left_alone(text):
    assert find_mojibake(text, 0, len(text)) is None
