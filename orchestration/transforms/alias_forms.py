"""The forms in which the aliases of the catalogue are looked for, beyond the lines that somebody wrote.

Belongs here: variants that follow from an alias by rule. Keep out: judging what is found (episode_reader.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from orchestration.catalog.catalog import Alias, Catalog
from orchestration.catalog.words import is_common_word

_VERSION = re.compile(r"(?<=[A-Za-z]{2})[ -]?(?=\d)")
_SEPARATORS = ("", " ", "-")
_MIN_LOWER_CASE = 5
_ARTICLES = ("the ", "a ", "an ")
_ANY_CASE = ("exact", "misheard")
_MADE_OF_WORDS = re.compile(r"(?:[A-Z][a-z]{2,19}){2,4}")
_WORD_IN_NAME = re.compile(r"[A-Z][a-z]+")


def alias_forms(catalog: Catalog) -> tuple[list[Alias], list[bool]]:
    """Return the aliases to look for, and of each whether it is a lower-case form.

    Versions of products are written in each way (`GPT 4`, `GPT4`, `GPT-4`). A plural and an article are left to the
    name without them, so that they stay outside the surface. Names of companies and products that count as written are
    looked for in lower case too, as recognisers write them; such a form needs evidence, and is marked here. Names with
    capitals inside are looked for as words of their own as well (`Log Rocket`).
    """
    written = {(alias.entity_id, alias.alias) for alias in catalog.aliases}
    sure = {(a.entity_id, a.alias): a for a in catalog.aliases if a.kind != "needs_context" and not a.context}
    kept = [alias for alias in catalog.aliases if not _is_longer_form(alias, sure, catalog)]
    versions = [
        form
        for alias in kept
        if catalog.entities[alias.entity_id].entity_type == "product"
        for form in _versions(alias)
        if (form.entity_id, form.alias) not in written
    ]
    # One form may follow from several aliases: it is looked for once, so that no entity owns it twice.
    versions = list({(form.entity_id, form.alias, form.kind): form for form in versions}.values())
    capital = [*kept, *versions]
    lower = list(_lower_case(capital, catalog, written))
    forms = [*capital, *_in_words(kept, catalog)]
    return [*forms, *lower], [False] * len(forms) + [True] * len(lower)


def _in_words(aliases: Iterable[Alias], catalog: Catalog) -> Iterator[Alias]:
    """Yield names with capitals inside as the words they are made of: `LogRocket` as `Log Rocket`."""
    taken = {alias.alias.lower() for alias in catalog.aliases}
    for alias in aliases:
        is_name = catalog.entities[alias.entity_id].entity_type in ("company", "product")
        if not is_name or alias.kind not in ("exact", "case_sensitive") or not _MADE_OF_WORDS.fullmatch(alias.alias):
            continue
        words = _WORD_IN_NAME.findall(alias.alias)
        form = " ".join(words)
        if form.lower() not in taken:
            taken.add(form.lower())
            are_plain = all(is_common_word(word.lower()) for word in words)
            yield replace(alias, alias=form, kind="needs_context" if are_plain else "case_sensitive")


def _is_longer_form(alias: Alias, sure: dict[tuple[str, str], Alias], catalog: Catalog) -> bool:
    """Tell whether `alias` is only the plural of another alias of its entity, or that with an article.

    The name of an entity itself is never that (`Apple Podcasts`), and topics have no surface to be exact about.
    """
    entity = catalog.entities[alias.entity_id]
    if alias.alias == entity.name or entity.entity_type not in ("company", "product", "show"):
        return False
    shorter = [alias.alias[4:]] if alias.alias.startswith(("the ", "The ")) else []
    if alias.alias.endswith("s") and len(alias.alias) > 3:
        shorter.append(alias.alias[:-1])
    others = (sure.get((alias.entity_id, text)) for text in shorter)
    # A name in any letter case is replaced by such a one only, or its lower-case form would be lost.
    return any(other is not None and (alias.kind not in _ANY_CASE or other.kind in _ANY_CASE) for other in others)


def _versions(alias: Alias) -> Iterator[Alias]:
    """Yield the other ways to write the version in `alias`: its number glued, after a space, after a hyphen."""
    if alias.kind in ("exact", "case_sensitive") and _VERSION.search(alias.alias):
        for separator in _SEPARATORS:
            form = _VERSION.sub(separator, alias.alias)
            if form != alias.alias:
                yield replace(alias, alias=form)


def _lower_case(aliases: Iterable[Alias], catalog: Catalog, written: set[tuple[str, str]]) -> Iterator[Alias]:
    taken = set(written)
    in_any_case = {(alias.entity_id, alias.alias.lower()) for alias in aliases if alias.kind in _ANY_CASE}
    for alias in aliases:
        form = alias.alias.lower()
        key = (alias.entity_id, form)
        is_name = catalog.entities[alias.entity_id].entity_type in ("company", "product")
        if alias.kind in _ANY_CASE or not is_name or key in taken or key in in_any_case or not _is_distinct(form):
            continue
        taken.add(key)
        yield replace(alias, alias=form, kind="needs_context")


def _is_distinct(form: str) -> bool:
    """Tell whether a lower-case form can be told from plain words at all: two words, or a long one that is none."""
    if "." in form or form.startswith(_ARTICLES):
        return False
    return " " in form or (len(form) >= _MIN_LOWER_CASE and not is_common_word(form))


def is_plain_phrase(form: str) -> bool:
    """Tell whether a lower-case form holds common words: `deep research`, `dev tools`."""
    return any(is_common_word(word) for word in re.findall(r"\w+", form))
