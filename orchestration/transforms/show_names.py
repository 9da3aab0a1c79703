"""The names of shows: those of the catalogue, those learnt from the corpus, and how they are found in a text."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping

from rapidfuzz import fuzz

from orchestration.catalog.catalog import Catalog
from orchestration.ids import slugify
from orchestration.transforms.person_names import fold
from orchestration.transforms.show_patterns import lowered

MAX_NAME_WORDS = 8
NAME_WORD = re.compile(r"[^\W_](?:[\w'’.&+-]*[^\W_])?")
_MISHEARD_RATIO = 85
_QUOTES = "“\"'‘ "


class ShowNames:
    """The catalogue's shows by alias, by address and by host."""

    def __init__(self, catalog: Catalog) -> None:
        """Index the shows of `catalog`."""
        self.catalog = catalog
        self.by_alias: dict[str, str] = {}
        self._first_words: set[str] = set()
        self.is_plain_word: set[str] = set()
        self.of_other_things = {
            self.key(name)
            for name, entity_id in (
                *((alias.alias, alias.entity_id) for alias in catalog.aliases),
                *((entity.name, entity_id) for entity_id, entity in catalog.entities.items()),
            )
            if entity_id.startswith(("company:", "product:"))
        }
        self.names = {show.show_id: show.name for show in catalog.shows.values()}
        for show in catalog.shows.values():
            self._add(show.name, show.show_id)
        for alias in catalog.aliases:
            if alias.entity_id in catalog.shows:
                self._add(alias.alias, alias.entity_id)
                if alias.kind == "needs_context":
                    self.is_plain_word.add(self.key(alias.alias))
        # Feeds glue words to addresses (`latent.spaceJoin`), so only a small letter after it makes it another address.
        self.by_address = {
            address.lower(): (show.show_id, re.compile(rf"(?<![\w-])(?i:{re.escape(address)})(?![a-z0-9-])"))
            for show in catalog.shows.values()
            for address in show.domains
        }

    def with_learnt(self, shows: Mapping[str, str]) -> ShowNames:
        """Return these names with those of shows (id and name) that the corpus states and the catalogue lacks."""
        learnt = copy.copy(self)
        learnt.by_alias, learnt.names = self.by_alias.copy(), self.names.copy()
        learnt._first_words = self._first_words.copy()
        for show_id, name in sorted(shows.items()):
            learnt.names.setdefault(show_id, name)
            learnt._add(name, show_id)
        return learnt

    def near(self, name: str) -> str | None:
        """Return the one show whose name of two words or more is that name misheard."""
        key = self.key(name)
        if " " not in key:
            return None
        fits = {
            show for known, show in self.by_alias.items() if " " in known and fuzz.ratio(key, known) >= _MISHEARD_RATIO
        }
        return fits.pop() if len(fits) == 1 else None

    def _add(self, alias: str, show_id: str) -> None:
        key = self.key(alias)
        self.by_alias.setdefault(key, show_id)
        self._first_words.add(key.partition(" ")[0])

    def addresses_in(self, text: str) -> Iterator[tuple[str, str, re.Match[str]]]:
        """Yield each address in `text` with its show and where it first stands."""
        small = lowered(text)
        for address, (show, pattern) in self.by_address.items():
            # Looking for the letters alone is many times as fast.
            if (small is None or address in small) and (match := pattern.search(text)):
                yield address, show, match

    @staticmethod
    def key(name: str) -> str:
        """Return the form under which a show's name is compared: without article and without `podcast`."""
        words = [w.rstrip(".,:;!") for w in fold(name).replace("-", " ").split()]
        if words and words[0] == "the" and len(words) > 1:
            words = words[1:]
        if len(words) > 1 and words[-1] in ("podcast", "pod"):
            words = words[:-1]
        return " ".join(words)

    def of(self, name: str) -> str | None:
        """Return the show of that name, if the catalogue lists it."""
        return self.by_alias.get(self.key(name))

    def at(self, text: str, start: int) -> tuple[str, int, int] | None:
        """Return the longest catalogue show named at `start` of `text`: its id and range."""
        if not self._may_begin(text, start):
            return None
        words: list[re.Match[str]] = []
        for word in NAME_WORD.finditer(text, start, start + 100):
            if word.start() > (words[-1].end() + 1 if words else start + 1):
                break
            words.append(word)
        for size in range(min(len(words), MAX_NAME_WORDS), 0, -1):
            piece = text[start : words[size - 1].end()].strip(_QUOTES)
            show = self.of(re.sub(r"['’]s$", "", piece))
            if not show:
                continue
            is_capitalised = any(c.isupper() or c.isdigit() for c in piece)
            if is_capitalised or (size > 1 and " " in self.key(piece)):
                return show, words[0].start(), words[size - 1].end()
        return None

    def _may_begin(self, text: str, start: int) -> bool:
        """Tell whether the first word from `start` on may be that of a show's name; mostly it is not."""
        word = NAME_WORD.search(text, start, start + 100)
        if word is None or word.start() > start + 1:
            return False
        is_apart = word.start() == start or text[start] in _QUOTES
        if not is_apart or not (word.end() == len(text) or text[word.end()].isspace()):
            return True
        tokens = fold(word.group()).replace("-", " ").split()
        first = tokens[0].rstrip(".,:;!") if tokens else ""
        return first in ("", "the") or first in self._first_words or first.removesuffix("'s") in self._first_words


_last: list[ShowNames] = []


def show_names_of(catalog: Catalog) -> ShowNames:
    """Return the names of the shows of `catalog`; the last are kept, since most parts of a table have the same."""
    if not (_last and _last[0].catalog == catalog):
        _last[:] = [ShowNames(catalog)]
    return _last[0]


def show_name_of(name: str, names: ShowNames) -> tuple[str, str] | None:
    """Return id and name of the show that a document states as `name`, else None where it is no plausible name."""
    name = " ".join(name.split())
    parts = [name, *(re.split(r"\s*[:|–—]\s+|\s+-\s+", name)[:1])]
    for part in parts:
        if show := names.of(part):
            return show, names.names[show]
    for part in reversed(parts):
        if 0 < len(part.split()) <= MAX_NAME_WORDS and slugify(part) and any(c.isupper() or c.isdigit() for c in part):
            return f"show:{slugify(part)}", part
    return None
