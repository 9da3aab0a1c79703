"""What a sentence says of people: who hosts, who is a guest, where they work.

A sentence is read in two steps. First its people are gathered into groups with what is said beside their names (`Ada
Byte, CTO of Initech, and Bob Low`), and each group is replaced by one mark. Then patterns over the marks tell roles:
`⟨group⟩ joins us`, `hosted by ⟨group⟩`. A name that no pattern reaches is a name talked about: it gives no statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestration.transforms.pattern_cues import CuedPatterns
from orchestration.transforms.person_groups import Group, Person
from orchestration.transforms.person_names import fold
from orchestration.transforms.person_patterns import (
    COMPILED,
    CREDIT,
    ELSEWHERE,
    FIND_THEM,
    FIRST_BIO,
    GROUP,
    HOST_WITH,
    OPENING_DEED,
    PRONOUN,
    ROLES,
    SHOW,
    TOGETHER,
    WEAK,
    Place,
    Role,
)

_CUED = {place: CuedPatterns([expression for _, expression in patterns]) for place, patterns in COMPILED.items()}
_CUED_ELSEWHERE = CuedPatterns([ELSEWHERE])
# Marks in front of the name in a line of a list.
_LIST_MARK_CHARS = 12
# Words that titles write small whatever they do with the others.
_SMALL_WORDS = frozenset(
    (
        *(
            "a",
            "an",
            "and",
            "as",
            "at",
            "but",
            "by",
            "de",
            "der",
            "die",
            "feat",
            "for",
            "from",
            "ft",
            "in",
            "into",
            "is",
        ),
        *("mit", "of", "on", "or", "over", "part", "the", "their", "to", "und", "via", "vs", "with", "your"),
    )
)


@dataclass(frozen=True, slots=True)
class Statement:
    """That a person has a role, by the pattern that says so. The range is that of the name in the sentence."""

    person: Person
    role: Role
    pattern: str
    start: int
    end: int


def mask(text: str, groups: list[Group], shows: tuple[str, ...] = ()) -> str:
    """Return the sentence with each group replaced by `GROUP` and each of the copy's shows by `SHOW`."""
    pieces: list[str] = []
    position = 0
    for group in groups:
        pieces.append(mask_shows(text[position : group.start], shows))
        pieces.append(GROUP)
        position = group.end
    pieces.append(mask_shows(text[position:], shows))
    return "".join(pieces)


def mask_shows(text: str, shows: tuple[str, ...]) -> str:
    """Return `text` with each of the copy's shows replaced by `SHOW`."""
    for show in shows:
        if show and show.casefold() in text.casefold():
            text = re.sub(rf"\b(?:the )?{re.escape(show)}(?: (?:podcast|pod|show)\b)?", SHOW, text, flags=re.IGNORECASE)
    return text


def statements_of(
    text: str,
    groups: list[Group],
    place: Place,
    shows: tuple[str, ...] = (),
    listed_as: Role | None = None,
    is_opening: bool = False,
) -> list[Statement]:
    """Return what a sentence says of the roles of its people.

    shows: names of the copy's shows, the primary one first. listed_as: the role of those whom a list holds to which the
    sentence belongs. is_opening: the sentence is the first one of the notes. Without groups there are no statements.
    """
    if not groups or _is_of_elsewhere(text):
        return []
    reader = _Reader(text, groups, place, shows)
    for number in _CUED[place].that_may_match(reader.masked):
        pattern, expression = COMPILED[place][number]
        for match in expression.finditer(reader.masked):
            for name, role in ROLES.items():
                if name in expression.groupindex and match.start(name) >= 0:
                    reader.add(match.start(name), role, pattern)
    if place == "notes":
        reader.read_notes(listed_as, is_opening)
    if place != "title":
        reader.read_titles()
    if place == "notes":
        reader.read_credits()
    return list(reader.found.values())


def _is_of_elsewhere(text: str) -> bool:
    return bool(_CUED_ELSEWHERE.that_may_match(text)) and bool(ELSEWHERE.search(text))


class _Reader:
    """Gathers the statements of one sentence, one a person: the first pattern that reaches a person decides."""

    def __init__(self, text: str, groups: list[Group], place: Place, shows: tuple[str, ...]) -> None:
        self.text, self.groups, self.place, self.shows = text, groups, place, shows
        self.masked = mask(text, groups, shows)
        self.found: dict[tuple[int, int], Statement] = {}

    def add(self, at: int, role: Role, pattern: str) -> None:
        """Give the people of the mark at `at` a role, unless their title says that they host."""
        index = self.masked.count(GROUP, 0, at)
        group = self.groups[index]
        # In running text, one name of several that is surely a person's speaks for those beside it.
        is_credible = self.place != "title" and any(p.name.is_sure or p.title or p.organisation for p in group.people)
        is_credible = is_credible or (pattern in ("title_with", "title_says") and _has_telling_capitals(self.text))
        for position, person in enumerate(group.people):
            if pattern in WEAK and not is_credible and not person.name.is_sure:
                continue
            by_title = _role_by_title(person, self.shows)
            known = self.found.get((index, position))
            chosen: Role = by_title if by_title and self.place != "title" else role
            if known is None or (
                known.role == "guest"
                and chosen == "host"
                and pattern in ("hosted_by", "joins_people", "thanks_for_hosting")
            ):
                shown = "self" if pattern in ("self_is", "self_here", "host_self") else pattern
                self.found[index, position] = Statement(person, chosen, shown, person.name.start, person.name.end)

    def read_notes(self, listed_as: Role | None, is_opening: bool) -> None:
        """Read what only show notes say: lists of people, where to find a guest, how an episode begins."""
        # `host Ada Byte reads a change with Bob Low`
        for match in HOST_WITH.finditer(self.masked):
            host = self.groups[self.masked.count(GROUP, 0, match.start())]
            if any(_role_by_title(person, self.shows) for person in host.people):
                self.add(match.start("guest"), "guest", "host_with")
        for match in FIND_THEM.finditer(self.masked):
            self.add(match.start("guest"), "guest", "find_them")
        if listed_as and self.groups[0].start <= _LIST_MARK_CHARS:
            self.add(self.masked.index(GROUP), listed_as, "list_item")
        if is_opening and (deed := OPENING_DEED.search(self.masked)):
            self.add(deed.start("guest"), "guest", "opening_deed")
        if is_opening and (together := TOGETHER.search(self.masked)):
            group = self.groups[self.masked.count(GROUP, 0, together.start("guest"))]
            if len(group.people) > 1:
                self.add(together.start("guest"), "unknown", "together")

    def read_titles(self) -> None:
        """Read the hosts whom no pattern reaches, by the title beside their names."""
        for index, group in enumerate(self.groups):
            for position, person in enumerate(group.people):
                # `hosts Ada Byte and Bob Low`: the word in front is for all of them.
                is_shared = position and not person.title and (group.people[0].title or "").endswith("hosts")
                role = _role_by_title(group.people[0] if is_shared else person, self.shows)
                if role and (index, position) not in self.found:
                    self.found[index, position] = Statement(
                        person, role, "title_in_front", person.name.start, person.name.end
                    )

    def read_credits(self) -> None:
        """Read whose addresses the notes give: no evidence by itself, since notes link to many people."""
        for index, group in enumerate(self.groups):
            for position, person in enumerate(group.people):
                rest = self.text[person.name.end :]
                if (index, position) not in self.found and (
                    CREDIT.match(rest)
                    or (re.match(r"\s*on (?:X|Twitter|LinkedIn)\b", rest) and re.search(r"\bfollow\b", self.text, re.I))
                ):
                    self.found[index, position] = Statement(
                        person, "unknown", "credit", person.name.start, person.name.end
                    )


def _has_telling_capitals(title: str) -> bool:
    """Return whether a title writes ordinary words small: `Tea with Ada Byte at noon`, not `Tea With Cast Iron`."""
    return any(word.isalpha() and word.islower() and word not in _SMALL_WORDS for word in title.split())


def is_opening_bio(text: str, groups: list[Group]) -> bool:
    """Return whether a sentence presents a person as the first sentence of show notes does: `Ada Byte is a …`."""
    return len(groups) > 0 and groups[0].start <= 11 and bool(FIRST_BIO.match(mask(text, groups)))


def refers_back(text: str, shows: tuple[str, ...] = ()) -> bool:
    """Return whether a sentence makes a guest of whoever was named last: `They join us to …`, `… reden mit ihm`."""
    return bool(PRONOUN.search(mask_shows(text, shows))) and not _is_of_elsewhere(text)


def _role_by_title(person: Person, shows: tuple[str, ...]) -> Role | None:
    title = fold(person.title or "")
    if not re.search(r"\b(?:co-?)?hosts?\b|\beditors?\b", title):
        return None
    if person.organisation:
        own = fold(person.organisation).removeprefix("the ")
        if not shows or own not in (fold(shows[0]).removeprefix("the "), "show", "podcast"):
            return None
    elif "host" not in title:
        return None
    return "co_host" if re.search(r"\bco-?hosts?\b", title) else "host"
