"""A guess of what an unknown name may be: company, product, person or show.

Belongs here: the words around a name and inside it that speak for a kind. Keep out: which names are looked at
(entity_candidates.py). It is a help for whoever adds a line to the catalogue, and decides nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from orchestration.catalog.words import is_common_word

Kind = Literal["company", "product", "person", "show"]


@dataclass(frozen=True, slots=True)
class Guess:
    """The kind, and what speaks for it in words; None where only the shape of the name does."""

    kind: Kind
    evidence: str | None


@dataclass(frozen=True, slots=True)
class _Cue:
    """Words right before or right after a name that speak for a kind, by `weight`."""

    kind: Kind
    weight: int
    pattern: re.Pattern[str]


def _before(kind: Kind, weight: int, words: str) -> _Cue:
    return _Cue(kind, weight, re.compile(rf"\b({words})(?: (?:the|a|an|our|my|their))? ?[\"“]?\Z", re.IGNORECASE))


def _after(kind: Kind, weight: int, words: str) -> _Cue:
    return _Cue(kind, weight, re.compile(rf"(?:['’]s)?[\"”]?,? ({words})\b", re.IGNORECASE))


_BEFORE = (
    _before("person", 2, "dr\\.?|mr\\.?|mrs\\.?|ms\\.?|prof\\.?|professor|named|colleague|friend|co-?host|guest"),
    _before("person", 2, "author|thanks|thank you|president|senator|ceo|cto|founder|interview with"),
    _before("person", 1, "by|with|hi|hey|hello|welcome"),
    _before("company", 3, "(?:ceo|cto|coo|cfo|founder|co-?founder|president|chairman|director|vp|head) (?:of|at)"),
    _before("company", 3, "(?:employees|people|folks|engineers?|team|investors?|friends) (?:at|from)|acquisition of"),
    _before("company", 2, "at|joined|joining|acquired|company|startup|agency|university|lab|works? at|working at"),
    _before("company", 2, "works? for|working for|worked (?:at|for)|companies like|backed by|raised|partnered with"),
    _before("product", 2, "using|uses?|used|built (?:with|on)|written in|runs? on|running(?: on)?|install(?:ed|ing)?"),
    _before("product", 2, "powered by|tools? like|model|library|framework|language|protocol|app|version of|based on"),
    _before("product", 2, "implemented in|deployed? (?:to|on)|migrat(?:ed|ing) to|switched to|support for"),
    _before("show", 3, "podcasts?|episodes? of|listen(?:ing|ers)? to|newsletter|show called|subscribe to|hosts? of"),
)
_AFTER = (
    _after("person", 2, "says|said|wrote|writes|asked|asks|told|thinks|mentioned|who|talks|talked|himself|herself"),
    _after("company", 2, "ceo|cto|founders?|employees|headquarters|engineers|raised|acquired|announced|team|stock"),
    _after("company", 2, "shares|hired|investors?|customers"),
    _after("product", 2, "library|framework|models?|app|api|sdk|plugins?|extension|package|protocol|language|server"),
    _after("product", 2, "client|database|tools?|benchmark|dataset|docs|files?|commands?|components?|v?\\d"),
    _after("show", 3, "podcast|newsletter|show|episodes?|listeners"),
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What the last word of a name says of it.
_LAST_WORDS: dict[Kind, frozenset[str]] = {
    "company": _words(
        """
        labs lab ventures capital partners university institute foundation college school inc llc ltd corp group
        holdings bank technologies systems robotics therapeutics media studios agency department ministry commission
        association society alliance committee council research
        """
    ),
    "show": _words("podcast pod show radio weekly fm cast newsletter daily digest hour talk talks times review"),
    "product": _words(
        """
        api sdk protocol framework engine js os studio cli editor browser bench model code cloud pro mini nano max
        ultra compiler runtime database app core
        """
    ),
}
_PRODUCT_SHAPE = re.compile(r"\d|[a-z][A-Z]|\.(?:js|io|dev)\b|_")
_PARTICLES = _words("de del da van von der di le la el")
_OWN_WORDS_WEIGHT = 6


def guess_kind(name: str, around: Iterable[tuple[str, str]], first_names: frozenset[str]) -> Guess:
    """Return what `name` may be.

    around: the text right before and right after each place of it. first_names: in lower case; a name of several words
    that begins with one is taken for a person's unless more speaks against it.
    """
    weights: Counter[Kind] = Counter()
    said: dict[Kind, Counter[str]] = {
        "company": Counter(),
        "product": Counter(),
        "person": Counter(),
        "show": Counter(),
    }
    for before, after in around:
        for cues, text, method in ((_BEFORE, before, "search"), (_AFTER, after, "match")):
            for cue in cues:
                found = getattr(cue.pattern, method)(text)
                if found:
                    weights[cue.kind] += cue.weight
                    said[cue.kind][
                        f"{found.group(1).lower()} …" if method == "search" else f"… {found.group(1).lower()}"
                    ] += 1
    _weigh_own_words(name, weights, first_names)
    # Of kinds that as much speaks for the likelier one; of those that nothing speaks for, what most unknown names are.
    order: tuple[Kind, ...] = ("product", "company", "person", "show")
    kind = max(order, key=lambda one: (weights[one], -order.index(one)))
    spoken = sorted(said[kind].items(), key=lambda item: (-item[1], item[0]))[:3]
    return Guess(kind, ", ".join(f"{words} ({count})" for words, count in spoken) or None)


def _weigh_own_words(name: str, weights: Counter[Kind], first_names: frozenset[str]) -> None:
    words = name.split()
    last = words[-1].lower().strip(".")
    for kind, lasts in _LAST_WORDS.items():
        if len(words) > 1 and last in lasts:
            weights[kind] += _OWN_WORDS_WEIGHT
    if words[0].lower() in ("university", "institute", "department", "bank"):
        weights["company"] += _OWN_WORDS_WEIGHT
    is_shaped = bool(_PRODUCT_SHAPE.search(name)) and not name.startswith(("Mc", "Mac", "De", "Di", "La", "Le"))
    if is_shaped:
        weights["product"] += 3
    is_named = words[0].lower() in first_names and not is_shaped
    if name.isupper():
        weights["person"] -= _OWN_WORDS_WEIGHT
    elif len(words) == 1:
        weights["person"] += 4 * is_named
    elif is_named and 2 <= len(words) <= 4:
        weights["person"] += _OWN_WORDS_WEIGHT
    elif 2 <= len(words) <= 3 and not is_shaped and all(_may_be_a_persons(word) for word in words):
        weights["person"] += 2


def _may_be_a_persons(word: str) -> bool:
    return word.lower() in _PARTICLES or (
        word[:1].isupper() and not word.isupper() and not is_common_word(word.lower())
    )
