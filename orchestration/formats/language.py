"""The language of an episode: what a source calls it, and what its text shows.

Detection is py3langid's (Lui and Baldwin 2012: naive Bayes over byte n-grams). It is asked only where there is enough
text, and believed only where it is sure: to know nothing is better than to be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SAMPLE_CHARS = 3_000
_SAMPLE_PLACES = 6
LEAST_LETTERS = 120
LEAST_SURE = 0.7

# Artificial, dead and near-English languages, in which no podcast is expected, only cost the others probability.
_NOT_LISTENED_FOR = frozenset(("eo", "la", "sa", "vo", "nn", "an", "wa", "se", "st", "ig", "qu"))
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8}){0,5}\Z")
# The languages that recognisers and feeds call by English name or by three letters (ISO 639-2); the code stands first.
_CALLED = """
ar arabic ara|bg bulgarian bul|ca catalan cat|cs czech ces cze|da danish dan|de german deu ger|el greek ell gre
en english eng|es spanish spa castilian|et estonian est|fa persian farsi fas per|fi finnish fin|fr french fra fre
he hebrew heb|hi hindi hin|hr croatian hrv|hu hungarian hun|id indonesian ind|it italian ita|ja japanese jpn
ko korean kor|lt lithuanian lit|lv latvian lav|ms malay msa may|nl dutch nld dut flemish|no norwegian nor nob nb
pl polish pol|pt portuguese por|ro romanian ron rum|ru russian rus|sk slovak slk slo|sl slovenian slv
sr serbian srp|sv swedish swe|ta tamil tam|th thai tha|tr turkish tur|uk ukrainian ukr|ur urdu urd
vi vietnamese vie|zh chinese zho chi mandarin cmn
"""
_CODES = {
    name: group.split()[0] for group in _CALLED.strip().replace("\n", "|").split("|") for name in group.split()[1:]
}


def language_code(stated: str) -> str | None:
    """Return the ISO 639-1 code of a language as sources state it (`en-US`, `eng`, `English`), or None."""
    name = stated.strip().lower()
    if name in _CODES:
        return _CODES[name]
    tag = _TAG.match(name)
    return _CODES.get(tag[1], tag[1]) if tag else None


def detect_language(texts: Iterable[str]) -> str | None:
    """Return the ISO 639-1 code of the language that `texts`, in order, are mostly in; None where that is not sure.

    SAMPLE_CHARS of them are looked at, taken from several places, since an opening may be in another language.
    """
    sample = _sample(list(texts))
    if sum(character.isalpha() for character in sample) < LEAST_LETTERS and not _is_dense(sample):
        return None
    code, sureness = _identifier().classify(sample)
    return code if sureness >= LEAST_SURE else None


def _sample(texts: list[str]) -> str:
    ends = list(accumulate(len(text) + 1 for text in texts))
    length = ends[-1] if ends else 0
    if length <= SAMPLE_CHARS:
        return " ".join(texts)
    piece, step = SAMPLE_CHARS // _SAMPLE_PLACES, length // _SAMPLE_PLACES
    wanted = [(number * step, number * step + piece) for number in range(_SAMPLE_PLACES)]
    parts = []
    start = 0
    for text, end in zip(texts, ends, strict=True):
        while wanted and wanted[0][0] < end:
            first, last = wanted[0]
            parts.append(text[max(0, first - start) : last - start])
            if last <= end:
                wanted.pop(0)
            else:
                wanted[0] = (end, last)
                break
        start = end
    return " ".join(parts)


def _is_dense(sample: str) -> bool:
    """Return whether the sample is in a script that says in a character what takes others a syllable or a word."""
    return sum("\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7a3" for character in sample) >= 40


@cache
def _identifier() -> LanguageIdentifier:
    # The model takes half a second to load, which a build without new documents does not need to spend.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in identifier.labels if len(code) == 2 and code not in _NOT_LISTENED_FOR])
    return identifier
