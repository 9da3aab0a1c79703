"""Finding and normalising the names of people and organisations in a display text; no judgement on what they do there.

Names of the catalogue are found as they are written. Other names are found by shape: two to four capitalised words
that are neither ordinary words nor known to be something else. A single capitalised word is reported too, marked as not
full: it means a person only where the same copy says who it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from orchestration.catalog.catalog import Catalog
from orchestration.characters import decompose
from orchestration.transforms.given_names import GIVEN_NAMES
from orchestration.transforms.name_words import ALSO_SURNAMES, HONORIFICS, HOUSES, NOT_NAMES, PARTICLES

MAX_NAME_WORDS = 5
_MEMO_SIZE = 20_000
_MAX_KNOWN_WORDS = 200_000
# Shorter names run together are ordinary words: `Ann Low`.
_MIN_HANDLE_CHARS = 9

_WORD = re.compile(r"[^\W_](?:\w|['’.&-](?=\w))*")
_URL = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|ai|org|net|io|fm|tv|co|dev|me|gg|ly)/\S*")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}")
# Feeds glue the first word of the next line to a name: `Ada NortonLinkedIn`.
_GLUED = re.compile(
    r"(?<=[a-z])(?:LinkedIn|Twitter|Website|Substack|GitHub|Full|Time[Ss]tamps|Transcript|Chapters|YouTube)$"
)
_CAMEL_PREFIX = re.compile(r"(?:Mc|Mac|De|Di|Du|La|Le|Van|Von|Fitz|El|Al|O['’]|D['’]|L['’])(?=[A-Z])")
_OPEN_QUOTES = (' "', " “", " ‘", " '", " (")
_CLOSE_QUOTES = ('" ', "” ", "’ ", "' ", ") ")
_STOP = r"[.?!…][\"”’)\]]*\s+(?=[\"“‘(*•@#\[—-]*\s*[^\W_])"
_SENTENCE_STOP = re.compile(_STOP)
_BOUNDARY = re.compile(
    rf"{_STOP}"
    r"|\s*(?=[•·▪►])|\s*(?=\*\s)|\s+-{2,}\s*"
    r"|(?<![\d:(\[])\s*[—–-]?\s*(?=[(\[]?\d{1,2}:\d\d(?::\d\d)?\b)"
)
# Without any of these a text has no boundaries but the stops of its sentences, which are found much faster.
_MARKS = ("•", "·", "▪", "►", "*", "--")
_TIME = re.compile(r"\d:\d\d")
# What stands in front of a thing or a house, not of a person: `the Quiet Law`, `CEO of Quiet Law`, `at Quiet Law`.
_NO_PERSON_AFTER = re.compile(
    r"\b(?:the|an?|this|that|every|another|at|inside|building|founding|founded|launching|launched|starting|"
    r"(?:founders?|[A-Z]{3}|head|president|partners?|directors?|creators?|members?|chair(?:man|woman)?) of) $",
    re.IGNORECASE,
)
_ABBREVIATED = re.compile(
    r"(?:\b(?:Dr|Prof|Mr|Mrs|Ms|St|Jr|Sr|vs|feat|ft|No|Inc|Corp|Ltd|Co|etc|e\.g|i\.e|approx)|\b[A-Z]|\b[A-Z]\.[A-Z])$"
)

# Labels that stand for no particular person.
_ANONYMOUS = re.compile(
    r"^(?:unknown|unidentified|anonymous|male|female|another|first|second|third|main|guest|host|co-?host|speakers?|spk|"
    r"voice[ -]?over|voice|narrator|announcer|interviewer|interviewee|moderator|audience|caller|participant|panelist|"
    r"everyone|all|both|group|crowd|multiple|various|ad|ads|advert|advertisement|sponsor|break|music|clip|intro|outro|"
    r"recording|trailer|jingle|computer|robot|ai|bot|q|a|question|answer|producer|operator|m|f|man|woman)"
    r"(?:[ _#-]+(?:member|speaker|voices?|guest|host|person|man|woman|male|female|clip|\d+|[a-z])(?![a-z0-9])|"
    r"\d+(?!\d))*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as found. The range is in the text that was searched and holds the name alone."""

    text: str
    start: int
    end: int
    person_id: str | None = None
    """The catalogue's person, where the name means one."""
    nickname: str | None = None
    is_full: bool = True
    """False for a single word that the catalogue does not list."""
    is_sure: bool = False
    """Whether it is known for a person's: by the catalogue, by its given name, or by what the copy says elsewhere."""


class _Word(NamedTuple):
    """What a word is wherever it stands: its text without what is glued to it, and what part of a name it can be.

    is_part: a name can hold it. fits: it has the shape of a name. begins_alias: an alias may begin with it. tells: it
    is one of the words without any of which a text has no names.
    """

    text: str
    folded: str
    is_possessive: bool
    is_address: bool
    is_alias: bool
    is_part: bool
    fits: bool
    begins_alias: bool
    tells: bool


class _Token(NamedTuple):
    text: str
    start: int
    end: int
    is_possessive: bool
    is_address: bool
    word: _Word


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return `text` without case, accents and typographic variants, for comparing names."""
    plain = decompose(text.casefold().replace("’", "'"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def is_anonymous(label: str) -> bool:
    """Return whether a speaker label stands for no particular person: `Speaker 1`, `SPEAKER_00`, `Voiceover`."""
    return not any(c.isalpha() for c in label) or bool(_ANONYMOUS.match(label.strip(" []()*:")[:80]))


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the ranges of the sentences of a display text; bullets and time marks begin one too."""
    found: list[tuple[int, int]] = []
    start = 0
    is_marked = any(mark in text for mark in _MARKS) or (":" in text and _TIME.search(text))
    for boundary in (_BOUNDARY if is_marked else _SENTENCE_STOP).finditer(text):
        is_stop = boundary.group()[:1] in ".?!…" and boundary.group()[:1] != ""
        if (
            is_stop
            and boundary.group()[0] == "."
            and _ABBREVIATED.search(text, max(start, boundary.start() - 8), boundary.start())
        ):
            continue
        end = boundary.start() + (len(boundary.group().rstrip()) if is_stop else 0)
        if end > start:
            found.append((start, end))
        start = boundary.end()
    if start < len(text):
        found.append((start, len(text)))
    return found


def hide_addresses(text: str) -> str:
    """Return `text` with web and mail addresses blanked, every other character in its place."""
    for pattern, sign in ((_URL, "/"), (_URL, "www."), (_MAIL, "@")):
        if sign in text:
            text = pattern.sub(lambda found: " " * len(found.group()), text)
    return text


def _is_ordinary(word: str) -> bool:
    return fold(word).replace("'", "") in NOT_NAMES


def _has_name_shape(word: str) -> bool:
    """Return whether a word has the shape of a part of a person's name: `Ada`, `McKay`, `O'Neil`, `Hill-Smith`."""
    if not word or not word[0].isupper() or any(c.isdigit() or c in ".&_" for c in word):
        return False
    parts = re.split(r"[-'’]", _CAMEL_PREFIX.sub("", word))
    return not any(c.isupper() for part in parts for c in part[1:])


def _most_telling(words: list[str]) -> str:
    """Return a word of an alias without which the alias is not there, and which few sentences have."""
    return next((word for word in words if word not in NOT_NAMES and word not in PARTICLES), words[0])


class NameFinder:
    """Finds names of people and of organisations, with the help of a catalogue."""

    def __init__(self, catalog: Catalog, shows: Mapping[str, str] | None = None) -> None:
        """Index the names of `catalog`, and of `shows` (id and name) that it does not list."""
        people: dict[str, set[str]] = defaultdict(set)
        others: dict[str, str] = {}
        for alias in catalog.aliases:
            entity = catalog.entities.get(alias.entity_id)
            if entity is None:
                continue
            folded = fold(alias.alias)
            if entity.entity_type == "person":
                people[folded].add(entity.entity_id)
            elif entity.entity_type != "topic" and (folded not in others or entity.entity_type == "company"):
                others[folded] = entity.entity_id
        self._colleagues: dict[tuple[str, str | None], list[str]] = defaultdict(list)
        for entity in catalog.entities.values():
            if entity.entity_type == "person":
                people[fold(entity.name)].add(entity.entity_id)
                words = fold(entity.name).replace("-", " ").split()
                if len(words) > 1:
                    if len("".join(words)) >= _MIN_HANDLE_CHARS:
                        people["".join(words)].add(entity.entity_id)
                    self._colleagues[words[0], entity.company_id or ""].append(entity.entity_id)
            elif entity.entity_type != "topic":
                others.setdefault(fold(entity.name), entity.entity_id)
        for show_id, name in (shows or {}).items():
            words = fold(name).split()
            for start in range(len(words) - 1):
                for end in range(start + 2, len(words) + 1):
                    others.setdefault(" ".join(words[start:end]), show_id)
        self.person_names = {key: e.name for key, e in catalog.entities.items() if e.entity_type == "person"}
        self.other_names = {key: e.name for key, e in catalog.entities.items() if e.entity_type != "person"}
        self.employers = {
            key: catalog.entities[e.company_id].name
            for key, e in catalog.entities.items()
            if e.entity_type == "person" and e.company_id in catalog.entities
        }
        """Name of the organisation of each person of whom the catalogue knows one."""
        self._memo: dict[str, tuple[Name, ...]] = {}
        self._others = others
        self._first_names = {fold(name).split()[0] for name in self.person_names.values() if " " in name}
        self.by_alias: dict[str, tuple[str, ...]] = {}
        """Folded aliases that mean a person anywhere. First names are none: they depend on the copy."""
        self.aliases_of: dict[str, set[str]] = defaultdict(set)
        """All folded aliases of a person, first names included."""
        for folded, ids in people.items():
            for person in ids:
                self.aliases_of[person].add(folded)
            is_first_name = " " not in folded and any(
                folded == fold(self.person_names[p]).split()[0] and " " in self.person_names[p] for p in ids
            )
            if not is_first_name:
                self.by_alias[folded] = tuple(sorted(ids))
        self._alias_starts = {alias.split()[0] for alias in self.by_alias if alias}
        self._telling = {_most_telling(alias.split()) for alias in self.by_alias if alias}
        self._words: dict[str, _Word] = {}
        self._dull: set[str] = set()
        """Words that no name in a text can be without: neither of an alias nor of the shape of a name."""

    def person_of(self, name: str) -> str | None:
        """Return the one catalogue person that `name` means wherever it stands, else None."""
        ids = self.by_alias.get(fold(name), ())
        return ids[0] if len(ids) == 1 else None

    def other_of(self, name: str) -> str | None:
        """Return the catalogue's organisation, product or show of that name, else None."""
        return self._others.get(fold(name))

    def colleague_of(self, first_name: str, organisation: str) -> Name | None:
        """Return the one catalogue person of that first name who works there: `Ada from Initech`."""
        ids = self._colleagues.get((fold(first_name), self.other_of(organisation)), ())
        return Name(self.person_names[ids[0]], 0, 0, ids[0], is_sure=True) if len(ids) == 1 else None

    def has_given_name(self, name: str) -> bool:
        """Return whether the first word of `name` is known as a given name."""
        first = fold(name).replace("-", " ").split()[0]
        return first in GIVEN_NAMES or first in self._first_names

    def is_plausible(self, name: str, is_label: bool = False) -> bool:
        """Return whether `name` can be the full name of a person whom the catalogue does not list.

        is_label: the name stands as a speaker's label, where an ordinary word such as `Day` may be a surname.
        """
        words = [w for w in name.split() if fold(w) not in PARTICLES]
        if not 2 <= len(words) <= 4 or self.other_of(name):
            return False
        ordinary = sum(_is_ordinary(w) for w in words)
        if fold(words[0]) in self._first_names and fold(words[-1]) in ALSO_SURNAMES:
            ordinary -= 1
        if not all(_has_name_shape(w.rstrip(".")) for w in words) or ordinary > (len(words) // 2 if is_label else 0):
            return False
        if len(words[0]) + len(words[-1]) < 4 or len(words[-1].rstrip(".")) < 2:
            return False
        if is_label:
            return not _is_ordinary(words[0])
        # Many surnames are also houses (`Jim Nielsen`), and some houses begin with a given name.
        if self.other_of(words[-1]) and not self.has_given_name(name):
            return False
        return not self.other_of(words[0]) or fold(words[0]) in self._first_names

    def find(self, text: str) -> tuple[Name, ...]:
        """Return the names in `text`, in order and without overlap. Sentences are asked for several times: memoised."""
        known = self._memo.get(text)
        if known is None:
            if len(self._memo) >= _MEMO_SIZE:
                self._memo.clear()
            known = self._memo[text] = tuple(self._find(text))
        return known

    def _find(self, text: str) -> list[Name]:
        found: list[Name] = []
        text = hide_addresses(text)
        if self._is_dull(text):
            return found
        run: list[_Token] = []
        words = self._words
        for match in _WORD.finditer(text):
            word = words.get(match.group()) or self._word(match.group())
            if not run and not word.is_part:
                continue
            token = self._token(text, match.start(), word)
            if run and not self._is_adjacent(text, run[-1], token):
                found.extend(self._names_in(text, run))
                run = []
            if (word.is_part or (run and text[token.start - 1] in "\"“‘'(")) and not token.is_address:
                run.append(token)
                continue
            found.extend(self._names_in(text, run))
            run = []
        found.extend(self._names_in(text, run))
        return found

    def _is_dull(self, text: str) -> bool:
        """Tell whether no word of a text can be of a name, which most sentences are told by at once."""
        words = _WORD.findall(text)
        if self._dull.issuperset(words):
            return True
        if len(self._dull) > _MAX_KNOWN_WORDS:
            self._dull.clear()
        for word in words:
            if (self._words.get(word) or self._word(word)).tells:
                return False
            self._dull.add(word)
        return True

    def _word(self, written: str) -> _Word:
        word = self._words.get(written)
        if word is None:
            if len(self._words) >= _MAX_KNOWN_WORDS:
                self._words.clear()
            is_possessive = written[-2:].lower() in ("'s", "’s")
            text = written[:-2] if is_possessive else written
            glued = _GLUED.search(text)
            text = text[: glued.start()] if glued else text
            folded = fold(text)
            is_alias = folded in self.by_alias
            is_address = "." in text.rstrip(".") and len(text) > 4
            is_part = text[:1].isupper() or folded in PARTICLES or is_alias
            fits = len(text) > 1 and _has_name_shape(text) and not _is_ordinary(text)
            # A letter that stands for several words says nothing of where an alias begins.
            is_odd = not folded or " " in folded
            begins_alias = is_odd or folded in self._alias_starts
            tells = is_odd or fits or folded in self._telling
            word = _Word(text, folded, is_possessive, is_address, is_alias, is_part, fits, begins_alias, tells)
            self._words[written] = word
        return word

    def organisation(self, text: str) -> tuple[str, int, int] | None:
        """Return the organisation that `text` begins with and its range: a catalogue name, else by capitals."""
        shift = len(text)
        text = re.sub(r"^(?:the |a |an |our |my |his |her |their )(?=[^\W_])", "", text)
        shift -= len(text)
        words = list(self._tokens(text[:120]))
        if not words or words[0].start > 1:
            return None
        contiguous = 1
        while (
            contiguous < min(len(words), 7)
            and not words[contiguous - 1].is_possessive
            and text[words[contiguous - 1].end : words[contiguous].start] in (" ", " & ", ". ")
        ):
            contiguous += 1
        known = 0
        for size in range(contiguous, 0, -1):
            piece = text[words[0].start : words[size - 1].end]
            is_marked = size > 1 or not (piece.isalpha() and piece.islower())
            if is_marked and self.other_of(piece):
                known = size
                break
        size = 1 if words[0].text[0].isupper() else 0
        while 0 < size < contiguous and (
            words[size].text[0].isupper()
            or words[size].text[0].isdigit()
            or (fold(words[size].text) in ("of", "for") and size + 1 < contiguous and words[size + 1].text[0].isupper())
        ):
            size += 1
        # A catalogue name is cut out of a longer run (`Initech Reactor 5`), unless the run names a part of the house.
        if known and not (size > known and fold(words[size - 1].text) in HOUSES):
            size = known
        piece = text[words[0].start : words[size - 1].end] if size else ""
        if not piece or self.person_of(piece) or (not known and size == 1 and fold(piece) in NOT_NAMES):
            return None
        return piece, shift + words[0].start, shift + words[size - 1].end

    def _tokens(self, text: str) -> Iterable[_Token]:
        for match in _WORD.finditer(text):
            word = self._word(match.group())
            if word.text:
                yield self._token(text, match.start(), word)

    @staticmethod
    def _token(text: str, start: int, word: _Word) -> _Token:
        is_address = word.is_address or (not word.is_alias and text[max(0, start - 1) : start] in ("@", "/", "#"))
        return _Token(word.text, start, start + len(word.text), word.is_possessive, is_address, word)

    @staticmethod
    def _is_adjacent(text: str, before: _Token, token: _Token) -> bool:
        gap = text[before.end : token.start]
        if before.is_possessive or before.is_address:
            return False
        return gap == " " or (gap == ". " and len(before.text) <= 4) or gap in _OPEN_QUOTES or gap in _CLOSE_QUOTES

    def _names_in(self, text: str, run: list[_Token]) -> list[Name]:
        """Return the names in a run of adjacent words."""
        found: list[Name] = []
        position = 0
        while position < len(run):
            name, used = self._name_at(text, run, position)
            if name:
                found.append(name)
            position += used
        return found

    def _name_at(self, text: str, run: list[_Token], position: int) -> tuple[Name | None, int]:
        longest = min(MAX_NAME_WORDS, len(run) - position) if run[position].word.begins_alias else 0
        for size in range(longest, 0, -1):
            words = run[position : position + size]
            person = self.person_of(" ".join(w.text for w in words))
            if size == 1 and person and _NO_PERSON_AFTER.search(text, max(0, words[0].start - 16), words[0].start):
                # `a Turing machine`
                break
            if person and (
                size > 1 or words[0].text[0].isupper() or not words[0].text.isalpha() or len(words[0].text) > 2
            ):
                return self._listed(person, words), size
        first = run[position]
        if first.word.folded in HONORIFICS or not first.word.fits:
            return None, 1
        words, nickname, size = [first], None, 1
        while position + size < len(run) and len(words) < 4:
            token = run[position + size]
            gap = text[run[position + size - 1].end : token.start]
            after = position + size + 1
            if gap in _OPEN_QUOTES:
                if nickname or after >= len(run) or text[token.end : run[after].start] not in _CLOSE_QUOTES:
                    break
                nickname = token.text
                size += 1
                continue
            is_particle = token.word.folded in PARTICLES and after < len(run)
            is_surname = token.word.folded in ALSO_SURNAMES and first.word.folded in self._first_names
            is_initial = len(token.text) == 1 and token.text.isupper() and token.text != "I" and after < len(run)
            if gap == ". " and len(run[position + size - 1].text) != 1 and run[position + size - 1].text != "St":
                break
            if is_surname and token.text[0].isupper() and len(words) == 1:
                words.append(token)
                size += 1
                break
            if not (token.word.fits or is_particle or is_initial):
                break
            if token.word.begins_alias and any(
                self.person_of(" ".join(w.text for w in run[position + size : position + size + n])) for n in (2, 3)
            ):
                break
            words.append(token)
            size += 1
        while len(words) > 1 and not (words[-1].word.fits or words[-1].word.folded in ALSO_SURNAMES):
            words.pop()
            size -= 1
        name = " ".join(w.text + ("." if len(w.text) == 1 else "") for w in words)
        person = self.person_of(name)
        end = words[-1].end
        if person is None and len(words) > 2:
            person = self.person_of(f"{words[0].text} {words[-1].text}")
        person = person or (self.person_of(nickname) if nickname else None)
        if person:
            return Name(self.person_names[person], first.start, end, person, nickname, is_sure=True), size
        if _NO_PERSON_AFTER.search(text, max(0, first.start - 16), first.start):
            return None, size
        if self.is_plausible(name):
            return Name(name, first.start, end, None, nickname, is_sure=self.has_given_name(name)), size
        if len(words) == 1 and not (self.other_of(name) and name.isupper()):
            return Name(name, first.start, end, None, nickname, is_full=False), size
        return None, size

    def _listed(self, person: str, words: list[_Token]) -> Name:
        return Name(self.person_names[person], words[0].start, words[-1].end, person, is_sure=True)


_last_finder: list[tuple[Catalog, dict[str, str], NameFinder]] = []


def finder_of(catalog: Catalog, shows: Mapping[str, str]) -> NameFinder:
    """Return the finder of a catalogue and shows; the last one is kept, since most parts of a table have the same."""
    if not (_last_finder and _last_finder[0][0] == catalog and _last_finder[0][1] == shows):
        _last_finder[:] = [(catalog, dict(shows), NameFinder(catalog, shows))]
    return _last_finder[0][2]
