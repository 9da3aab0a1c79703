"""The language of an episode: what a source calls it, and what its text shows.

Detection is py3langid's (Lui and Baldwin 2012: naive Bayes over byte n-grams). It is asked only where there is enough
text, and believed only where it is sure: to know nothing is better than to be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SAMPLE_CHARS = 3_000
_SAMPLE_PLACES = 6
LEAST_LETTERS = 120
LEAST_SURE = 0.7
_MOST_FEATURE_BYTES = 5

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
    if sum(map(str.isalpha, sample)) < LEAST_LETTERS and not _is_dense(sample):
        return None
    code, sureness = _identifier().classify(sample)
    return code if sureness >= LEAST_SURE else None


def _sample(texts: list[str]) -> str:
    joined = "\n".join(texts)
    if len(joined) < SAMPLE_CHARS:
        return " ".join(texts)
    piece, step = SAMPLE_CHARS // _SAMPLE_PLACES, (len(joined) + 1) // _SAMPLE_PLACES
    pieces = [joined[number * step : number * step + piece] for number in range(_SAMPLE_PLACES)]
    return " ".join(cut.removesuffix("\n") for cut in pieces).replace("\n", " ")


def _is_dense(sample: str) -> bool:
    """Return whether the sample is in a script that says in a character what takes others a syllable or a word."""
    return sum("\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7a3" for character in sample) >= 40


@cache
def _identifier() -> LanguageIdentifier:
    # The model takes half a second to load, which a build without new documents does not need to spend.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    class Identifier(LanguageIdentifier):  # type: ignore[misc]
        """The same scores, for the features of a text found at all places at once."""

        def _raw_score(self, text: bytes) -> npt.NDArray[np.float32]:
            features = automaton.features(text)
            if features is None or not len(features):
                return super()._raw_score(text)
            found, first, counts = np.unique(features, return_index=True, return_counts=True)
            # The library adds up in the order in which features first stand in the text.
            order = np.argsort(first)
            weights = np.log1p(counts[order].astype(np.float32))
            return weights @ self.nb_ptc[found[order]] + self.nb_pc

    identifier = Identifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in identifier.labels if len(code) == 2 and code not in _NOT_LISTENED_FOR])
    # Rows of it are picked for each text: whole, and as they are computed with.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc, np.float32)
    automaton = _Automaton(identifier.tk_nextmove, identifier.tk_row, identifier.tk_output)
    return identifier


class _Automaton:
    """The automaton that finds the features of a model in a text, which are all of few bytes."""

    def __init__(self, next_states: Any, rows: Any, outputs: Any) -> None:
        """Take the tables of the model: the states that follow those of each row, the row and the feature of each."""
        self._next_states = np.asarray(next_states)
        self._rows = np.asarray(rows, np.int64) << 8
        self._outputs = np.asarray(outputs, np.int64)

    def features(self, text: bytes) -> npt.NDArray[np.int64] | None:
        """Return the features in the order in which they end, or None where more bytes than a few decide on one.

        A state depends on the last bytes alone, so the states of all places are found side by side, each from its own
        few bytes. That no more bytes are needed shows where each state follows from the one before.
        """
        codes = np.frombuffer(text, np.uint8).astype(np.int64)
        states = np.zeros(len(codes), np.int64)
        for back in range(min(_MOST_FEATURE_BYTES, len(codes)) - 1, -1, -1):
            states[back:] = self._after(states[back:], codes[: len(codes) - back])
        before = np.concatenate((np.zeros(1, np.int64), states[:-1]))
        if not np.array_equal(self._after(before[: len(codes)], codes), states):
            return None
        features = self._outputs[states]
        return features[features >= 0]

    def _after(self, states: npt.NDArray[np.int64], codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return self._next_states[self._rows[states] + codes]
