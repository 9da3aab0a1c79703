"""The cast of a copy: the people whom a name, and even a bare first name, can mean in it.

They are ranked, from those who stand as labels down to those whom the notes name in passing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rapidfuzz.distance import OSA

from orchestration.transforms.person_names import Name, NameFinder, fold

_MIN_SLIP_CHARS = 9


@dataclass(slots=True)
class Cast:
    """The people that a name can mean within one copy, from sure to faint."""

    ranks: tuple[dict[str, Name], ...] = field(default_factory=lambda: ({}, {}, {}, {}))
    LABELS, STATED, HOSTS, NAMED = 0, 1, 2, 3
    change_count: int = 0
    """How often more became known: as long as it stays the same, names mean the same."""

    def add(self, rank: int, name: Name) -> None:
        """Make a person known, or the nickname of a person who is."""
        known = self.ranks[rank].get(person_key(name))
        if known is None:
            self.ranks[rank][person_key(name)] = replace(name, start=0, end=0, is_full=True)
            self.change_count += 1
        elif name.nickname and not known.nickname:
            self.ranks[rank][person_key(name)] = replace(known, nickname=name.nickname)
            self.change_count += 1

    def canonical(self, name: Name) -> Name:
        """Return the name under which the copy knows the same person: without middle initials, not misheard.

        A host's name is known best, so that a near name is taken for it; names that are only stated come after.
        """
        if name.person_id is None:
            for ranks in ((Cast.LABELS, Cast.HOSTS), (Cast.STATED,), (Cast.NAMED,)):
                people = [known for rank in ranks for known in self.ranks[rank].values()]
                near = [k for k in people if person_key(k) == person_key(name)] or [
                    k for k in people if _is_slip(name, k)
                ]
                if near:
                    is_sure = name.is_sure or near[0].is_sure or ranks != (Cast.NAMED,)
                    return replace(name, text=near[0].text, person_id=near[0].person_id, is_sure=is_sure)
        return name

    def family(self, surname: str) -> list[Name]:
        """Return the people of that surname."""
        folded = fold(surname)
        found = {key: name for people in reversed(self.ranks) for key, name in people.items()}
        return [name for key, name in sorted(found.items()) if fold(name.text).split()[-1] == folded]

    def knows(self, name: Name) -> bool:
        """Return whether the copy presents the same person, or names that person in its notes."""
        return any(person_key(name) in people for people in self.ranks)

    def names(self, name: Name) -> bool:
        """Return whether the notes name the same person."""
        return person_key(name) in self.ranks[Cast.NAMED]

    def resolve(self, word: str, finder: NameFinder) -> tuple[Name, int] | None:
        """Return the one person whom a first name, surname or nickname means here, and the rank of the knowledge."""
        folded = fold(word)
        for rank, people in enumerate(self.ranks):
            fits = {key: name for key, name in people.items() if _answers_to(name, folded, rank, finder)}
            if len(fits) == 1:
                return self.canonical(next(iter(fits.values()))), rank
            if fits:
                return None
        return None


def _is_slip(name: Name, known: Name) -> bool:
    """Return whether a name is a known one misheard or mistyped: each word sounds alike or differs by a letter."""
    a, b = fold(name.text).split(), fold(known.text).split()
    if len(a) != len(b) or a == b or min(len(name.text), len(known.text)) < _MIN_SLIP_CHARS:
        return False
    return all(
        x[0] == y[0]
        and (
            _sound(x) == _sound(y)
            or (len(x) > 3 and OSA.distance(x, y, score_cutoff=1) <= 1)
            or (a[0] == b[0] and (_swallows(x, y) or _swallows(y, x)))
        )
        for x, y in zip(a, b, strict=True)
    )


def _swallows(short: str, long: str) -> bool:
    """Return whether a word is another one of which a syllable was not heard."""
    letters = iter(long)
    return 4 <= len(short) < len(long) <= len(short) + 2 and all(letter in letters for letter in short)


@lru_cache(maxsize=65536)
def _sound(word: str) -> str:
    """Return the first letter of a folded word and its consonants: what hearing a name leaves of it."""
    kept = word[0] + re.sub(r"[aeiouhwy]", "", word[1:].replace("ph", "f").replace("ck", "k").replace("z", "s"))
    return re.sub(r"(.)\1+", r"\1", kept)


def person_key(name: Name) -> str:
    """Return what tells people of one copy apart: the catalogue's id, else first and last name."""
    if name.person_id:
        return name.person_id
    words = fold(name.text).replace("-", " ").split()
    return f"{words[0]} {words[-1]}"


def _answers_to(name: Name, folded: str, rank: int, finder: NameFinder) -> bool:
    words = fold(name.text).split()
    if folded in (words[0], words[0].split("-")[0]) or (name.nickname and fold(name.nickname) == folded):
        return True
    if name.person_id and folded in finder.aliases_of.get(name.person_id, ()):
        return True
    return rank <= Cast.STATED and len(words) > 1 and folded == words[-1]


def meaning(name: Name, cast: Cast, finder: NameFinder, is_in_title: bool = False) -> Name | None:
    """Return the name that `name` means in a copy; a single word must be somebody of the cast.

    is_in_title: what has the shape of a name in a title is one if the notes write it so too.
    """
    if name.is_full:
        words = name.text.split()
        if is_in_title and len(words) > 2 and cast.knows(short := replace(name, text=" ".join(words[:2]))):
            # `Ada Byte Builds a House`
            name = replace(short, end=name.start + len(short.text))
        known = cast.canonical(name)
        return replace(known, is_sure=True) if is_in_title and cast.names(known) else known
    found = cast.resolve(name.text, finder)
    if not found:
        return None
    return replace(found[0], start=name.start, end=name.end, is_sure=True)
