"""Runs of capitalised words, and the names that each holds.

Belongs here: what a run is, which words are ordinary, and how a run is cut. Keep out: where runs stand (name_scan.py),
and which of their names are unknown (unknown_names.py).

What an ordinary word is, the corpus itself tells as well as a word list: `Mempool` at the start of a sentence is no
name where the same shows write `mempool`. Runs are cut at known mentions and freed from ordinary words in front.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from orchestration.catalog.words import is_common_word, place_words, word_ranks
from orchestration.transforms.letters import straighten

UPPER = "A-ZÀ-ÖØ-Þ"
_TOKEN = (
    rf"(?:[{UPPER}]\.(?= ?[{UPPER}])|(?:[OD]['’])?[{UPPER}]\w*|[a-z]{{1,3}}[A-Z]\w*)"
    r"(?:\.(?:js|io|ai|AI|NET|dev)\b)?"
)
_NUMBER = r"\d+(?:\.\d+)*[a-zA-Z]?\b"
_JOINT = r"(?: (?:(?:of|for|de|del|da|van|von|der|di|le|la|el)(?: the)? |& )|[ -])"
RUN = re.compile(rf"(?<![\w@#/]){_TOKEN}(?:{_JOINT}(?:{_TOKEN}|{_NUMBER}))*")
CONNECTORS = frozenset(("of", "for", "de", "del", "da", "van", "von", "der", "di", "le", "la", "el", "the", "&"))
_PART = re.compile(r"[^ \-]+")
# Words so common that no statistics of a small corpus should make a name of one alone.
_ALWAYS_ORDINARY_RANK = 1500
# No letter alone is a name.
MIN_ORDINARY = 2
# A share of lower-case uses from which on a word that no list knows counts as an ordinary word of these shows.
_MIN_LOWER_SHARE = 0.3
# Longer words are identifiers and hashes.
MIN_WORD = 3
MAX_WORD = 24
_MAX_TOKENS = 6


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What talk and show notes write in capitals and that is nobody's name.
NO_NAMES = _words(
    """
    ah aha ahh alright app apps ask blah btw cuz dunno eh em etc fyi gonna gotta haha hahaha hey hi hm hmm hmmm huh imo
    kinda lemme lol mhm mm mmm nah nope oh ok okay ooh oops ooo outta pls sorta thx uh uhh um umm wanna whoa wow ya yada
    yay yeah yep yes yup i'd i'll i'm i've ive im ill dont doesnt didnt isnt wasnt cant wont couldnt thats theres
    whats lets heres youre youve youll theyre weve itll ugh
    ai ml agi llm llms api apis sdk sdks ui ux ceo cto cfo coo cmo cpo vp svp evp pm pms pr hr qa it id ids url urls uri
    pdf pdfs csv gpu gpus cpu cpus tpu ram rom ssd usb lan wan vpn dns ip tcp udp http https ftp ssh tls ssl os ide ides
    cli clis gui db dbs sql orm crud mvp poc roi kpi kpis okr okrs saas paas iaas b2b b2c ipo vc vcs lp gp llc ltd inc
    corp phd phds msc bsc mba ba bs ms md dr mr mrs jr sr st tv dvd cd faq rss asap aka diy rfc rfcs prs ci etl pos
    nlp rl rlhf sft rag asr tts ocr hci vr ar xr iot nft nfts dao daos qr pin otp sso mfa kyc aml sla slas ga r&d q&a
    a/b vs mic dj tbd tba eta gdp nda ndas ppt seo cms cdn dom gif gifs jpeg png bb mb gb tb kb hz mhz ghz vm vms
    og iq eq atm dna rna gps mri diff repo repos
    """
)


class Known(NamedTuple):
    """A mention: its characters, and the entity that it means."""

    start: int
    end: int
    entity_id: str


class Cut(NamedTuple):
    """A name that a run holds: its characters there, and the entity that a shorter mention inside it means."""

    start: int
    end: int
    known_part: str | None


def is_always_ordinary(word: str) -> bool:
    """Tell whether `word`, lower-case, is an ordinary word however often it stands in either case."""
    return len(word) < MIN_ORDINARY or word in always_ordinary()


@cache
def always_ordinary() -> frozenset[str]:
    """Return the words of some length that are ordinary words however often they stand in either case."""
    ranks = word_ranks().items()
    return NO_NAMES | place_words() | {word for word, rank in ranks if rank < _ALWAYS_ORDINARY_RANK}


def is_ordinary_word(word: str, lower_count: int, capitalised_count: int) -> bool:
    """Tell whether `word`, lower-case, is an ordinary word, given how often it stands in either case."""
    if is_always_ordinary(word):
        return True
    total = lower_count + capitalised_count
    if is_common_word(word):
        return capitalised_count < 2 or lower_count > 0.5 * total
    return lower_count >= 2 and lower_count > _MIN_LOWER_SHARE * total


class Ordinary(dict[str, bool]):
    """Tells whether a word in lower case is an ordinary one; worked out once for each word."""

    def __init__(self, counts: Mapping[str, tuple[int, int]]) -> None:
        """Take, by word, how often it stands in lower case, and with a capital where no sentence starts."""
        super().__init__()
        self._counts = counts

    def __missing__(self, word: str) -> bool:
        """Work it out."""
        self[word] = found = is_ordinary_word(word, *self._counts.get(word, (0, 0)))
        return found


def is_single(surface: str) -> bool:
    """Tell whether a run is one word."""
    return " " not in surface and "-" not in surface


def without_plural(surface: str) -> str:
    """Return a run without the ending of `OP_RETURNs`, which is several of `OP_RETURN`."""
    return surface[:-1] if len(surface) > 2 and surface[-1] == "s" and surface[-2].isupper() else surface


def words_of_run(surface: str) -> list[str]:
    """Return the words, in lower case, of which it matters whether they are ordinary."""
    if is_single(surface):
        return [surface.lower(), without_plural(surface).lower()]
    return [form.lower() for form in _PART.findall(without_plural(surface))]


def names_in_run(surface: str, is_mid_sentence: bool, known: list[Known], ordinary: Mapping[str, bool]) -> list[Cut]:
    """Return the names that a run holds.

    known: the mentions that overlap it, in order, counted from its start. A run of one word has none.
    """
    whole, surface = surface, without_plural(surface)
    if not is_single(surface):
        return _names_of_several(surface, is_mid_sentence, known, ordinary)
    if ordinary[whole.lower()] or ordinary[surface.lower()]:
        return []
    return [Cut(0, len(surface), None)]


def overlapping(known: list[Known], start: int, end: int) -> list[Known]:
    """Return those of the mentions of a text, in order, that overlap [start, end)."""
    if not known:
        return []
    first = bisect_left(known, (start, 0, ""))
    if first and known[first - 1].end > start:
        first -= 1
    last = bisect_left(known, (end, 0, ""), first)
    return known[first:last]


def key_of(surface: str) -> str:
    """Return what all forms of a name share."""
    return straighten(surface).lower()


def _names_of_several(surface: str, is_mid: bool, known: list[Known], ordinary: Mapping[str, bool]) -> list[Cut]:
    words = [found.span() for found in _PART.finditer(surface)]
    forms = [surface[a:b] for a, b in words]
    first, last = 0, len(words)
    # In front of a name, ordinary words are capitalised because the sentence starts (`So Ada Byrne`), or as titles are.
    while first < last and (
        _is_filler(forms[first])
        or (ordinary[forms[first].lower()] and (not is_mid or forms[first].lower() in NO_NAMES))
    ):
        first += 1
    while last > first and (_is_filler(forms[last - 1]) or forms[last - 1].lower() in CONNECTORS):
        last -= 1
    if (
        last > first
        and forms[last - 1][0].isdigit()
        and all(ordinary[form.lower()] for form in forms[first : last - 1])
    ):
        return []
    if first == last or last - first > _MAX_TOKENS:
        return []
    low, high = words[first][0], words[last - 1][1]
    if last - first == 1 and (ordinary[forms[first].lower()] or len(forms[first]) < MIN_WORD):
        return []
    if all(form.lower() in place_words() or form.lower() in NO_NAMES for form in forms[first:last]):
        return []
    if any(surface[words[before][0] : high].lower() in place_words() for before in range(max(0, first - 1), first + 1)):
        return []
    touching = [item for item in known if item.start < high and item.end > low]
    if not touching:
        return [Cut(low, high, None)]
    covered = sum(min(high, item.end) - max(low, item.start) for item in touching)
    rest = [
        form
        for (a, b), form in zip(words[first:last], forms[first:last], strict=True)
        if not overlapping(touching, a, b)
    ]
    # What is left beside a known name must be a name itself: `Gemini Nova`, and not `Gemini Team` or two people listed.
    if (
        len(touching) != 1
        or not rest
        or covered >= high - low
        or all(ordinary[form.lower()] or form[0].isdigit() for form in rest)
    ):
        return []
    return [Cut(low, high, touching[0].entity_id)]


def _is_filler(form: str) -> bool:
    """Tell whether a word at the edge of a run is no part of a name: so common that only a longer name holds it."""
    rank = word_ranks().get(form.lower())
    return (rank is not None and rank < 120) or form.lower() in NO_NAMES or form == "&"
