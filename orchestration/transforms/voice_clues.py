"""What the words of a conversation say of who is speaking: self-introductions, people spoken to, people spoken of.

A clue is a statement on one unit of speech: that it is, or is not, a certain person's. What the clues add up to is
decided elsewhere.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from orchestration.transforms.name_words import NOT_NAMES
from orchestration.transforms.person_names import Name, NameFinder, fold

_CONTEXT = 70
_MIN_MISHEARD = 4
# A question near the end of a turn may have a sentence or two after it.
_TAIL_CHARS = 160
_OPENING_SHARE = 0.2
_OPENING_CHARS = 1_500

# A word begins with a letter, and goes on to the last letter or digit of a run that may have marks inside.
_CAPITAL = re.compile(r"[^a-z\W\d_][\w'’.-]*")
_JOINTS = "'’.-"
_CAPITAL_AHEAD = re.compile(r" (?:[A-Z]\. )?([A-Z][^\W\d_]+(?:['’-][^\W\d_]+)*)")
_SELF = re.compile(
    r"(?:^|[^\w'’])(?:I['’]?m|I am|my name is|my name['’]s|name['’]s)(?: your)?(?: (?:co-?)?hosts?,?)? $",
    re.IGNORECASE,
)
_PRESENTS = re.compile(
    r"(?:^|[.!?,] )(?:(?:hey|hi|hello|and|so|everyone|everybody|guys|yeah|yes),? )*(?:this is|it['’]s)"
    r"(?: your)?(?: (?:co-?)?hosts?,?)? $",
    re.IGNORECASE,
)
_HERE = re.compile(r"^ here\b[.,!]?(?! (?:is|was|has|will|can)\b)")
_NOT_SELF_AFTER = re.compile(
    r"^(?:['’]s\b|,? (?:who|he|she|they|joins|joining|says|said|has|is|was|and (?:he|she|they))\b)"
)
_QUOTED = re.compile(
    r"\b(?:like|say|says|said|saying|called|be|being|think|thought|goes)[:,]? [\"“'‘]?\w*[^.!?]{0,12}$"
)
_SPOKEN_OF = re.compile(
    r"\b(?:to|from|by|about|for|of|like|as|than|what|when|where|while|why|because|that|if|know|knows|"
    r"see|saw|met|meet|love|told|asked|tell|ask|at|on|in|the|a|my|our|your|his|her|their|is|was|are|were) $",
    re.IGNORECASE,
)
_SENTENCE_START = re.compile(
    r"(?:^|[.!?…] )[\"“]?(?:(?:so|and|but|yeah|yes|yep|no|okay|ok|well|all right|alright|right|now|hey|hi|hello|oh|um|"
    r"uh|thanks|thank you|thank you so much|thank you very much|great|cool|awesome|absolutely|exactly|sure|nice|please|"
    r"good (?:morning|evening|afternoon|question|point)|welcome|welcome back|over to you|how about you|what about you|"
    r"how are you|sorry|you know|i mean|for me),? )*$",
    re.IGNORECASE,
)
_ADDRESSED_AFTER = re.compile(r"^(?:,|[.!?…]|$| -)")
_ANSWERS_BACK = re.compile(
    r"^(?:(?:so|and|but|yeah|yes|yep|no|okay|ok|well|oh|um|uh|hi|hey|hello|right|exactly|cool|great|awesome|absolutely|"
    r"all right|alright|nice),? )*(?:thanks|thank you|thank you so much|thank you very much|thanks so much|"
    r"thanks a lot|exactly|I agree(?: with)?|agreed|good (?:point|question)|great (?:point|question)|"
    r"to add to what|like|as),? (?:for (?:having me|that|the \w+(?: \w+)?),? )?$",
    re.IGNORECASE,
)
_WELCOME_TO = re.compile(r"\bwelcome(?: back)?(?: \w+){0,2}? to\b", re.IGNORECASE)
_WELCOMES = re.compile(
    r"\bwelcome(?: back)?(?: to [^.!?]{1,40})?,? $|"
    r"^,? (?:thank you|thanks|welcome|great|it['’]s (?:great|so good|good))"
    r"(?: so much| very much| a lot)?(?: (?:for|to))? ?(?:have|having|joining|coming|being|back|to (?:the|our|this))",
    re.IGNORECASE,
)


class Clue(NamedTuple):
    """A reason to believe that a unit is, or for kinds beginning with `not_` is not, the speech of a person."""

    unit: int
    person: int
    kind: str


class SpeechUnit(NamedTuple):
    """A piece of speech in which nobody else begins to speak, as far as the source tells.

    is_marked: the source says that another speaker begins here. voice: who it is, where the source tells voices apart
    without naming them.
    """

    text: str
    char_start: int
    char_end: int
    is_marked: bool
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who may be speaking. weight: how likely it is that they take part, 0 to 1."""

    name: Name
    is_host: bool
    weight: float


@lru_cache(maxsize=65536)
def sound_key(word: str) -> str:
    """Return how a word sounds, roughly: consonants by sound, of the vowels only that one leads."""
    folded = fold(word).replace("ph", "f").replace("ck", "k").replace("x", "ks").replace("sh", "s")
    sounds = []
    for place, letter in enumerate(folded):
        sound = {"c": "k", "q": "k", "z": "s", "g": "j", "w": "v"}.get(letter, letter)
        if letter in "aeiouyh":
            if place == 0 and letter != "h":
                sounds.append("a")
        elif letter.isalpha() and (not sounds or sounds[-1] != sound):
            sounds.append(sound)
    return "".join(sounds)


def _is_inside_word(text: str, start: int) -> bool:
    """Tell whether the letter at `start` is not the first one of its word: `iPhone`; it is in `2Pac` and in `-Ada`."""
    at = start - 1
    while at >= 0 and (text[at].isalnum() or text[at] in "_'’.-"):
        if text[at].isalnum() and not text[at].isdecimal():
            return True
        at -= 1
    return False


def _stem(token: str) -> str:
    return token.removesuffix("'s").removesuffix("’s")


def is_misheard(word: str, name: str) -> bool:
    """Return whether a recogniser can have written `word` for the first name or nickname `name`."""
    if min(len(word), len(name)) < _MIN_MISHEARD or fold(word).replace("'", "") in NOT_NAMES:
        return False
    return sound_key(word) == sound_key(name) and OSA.distance(fold(word), fold(name), score_cutoff=2) <= 2


class ClueReader:
    """Reads the clues of one copy."""

    def __init__(self, units: Sequence[SpeechUnit], finder: NameFinder) -> None:
        """Join the text of the units, so that a phrase may run over several."""
        self.units = units
        self.starts: list[int] = []
        self.turn_starts: list[int] = []
        self.turn_of: list[int] = []
        length = 0
        pieces = []
        last: str | None = None
        for number, unit in enumerate(units):
            self.starts.append(length)
            if not number or unit.is_marked or unit.voice != last:
                self.turn_starts.append(number)
            self.turn_of.append(len(self.turn_starts) - 1)
            last = unit.voice
            pieces.append(unit.text)
            length += len(unit.text) + 1
        self.text = " ".join(pieces)
        self.finder = finder
        self.tokens: dict[str, list[int]] = {}
        """Where each word stands that does not begin with a small letter of ASCII."""
        for match in _CAPITAL.finditer(self.text):
            if not _is_inside_word(self.text, match.start()):
                self.tokens.setdefault(match.group().rstrip(_JOINTS), []).append(match.start())

    def places(self, people: Sequence[Name]) -> list[tuple[int, int, int]]:
        """Return where people are called by name: range in the joined text, and number of the person."""
        called: dict[str, list[int]] = {}
        for number, name in enumerate(people):
            for word in self._words_of(name):
                called.setdefault(word, []).append(number)
        sounds: dict[str, list[str]] = {}
        for word in called:
            sounds.setdefault(sound_key(word), []).append(word)
        found: list[tuple[int, int, int]] = []
        tokens = self.tokens
        for word in called:
            if word in self.finder.by_alias and "a" <= word[0] <= "z":
                tokens = tokens | self._in_lower_case(word)
        for token, places in tokens.items():
            stem = _stem(token)
            folded = fold(stem)
            fits = called.get(folded, [])
            if not stem[:1].isupper() and not (fits and folded in self.finder.by_alias):
                continue
            if not fits:
                alike = sounds.get(sound_key(stem), ())
                fits = sorted({n for word in alike if is_misheard(stem, word) for n in called[word]})
            if not fits:
                continue
            for start in places:
                end = start + len(stem)
                ahead = _CAPITAL_AHEAD.match(self.text, end)
                kept = fits
                if ahead and fold(ahead.group(1)).replace("'", "") not in NOT_NAMES:
                    kept = [n for n in fits if _is_surname_of(ahead.group(1), people[n])]
                    end = ahead.end()
                if len(kept) == 1:
                    found.append((start, end, kept[0]))
        return sorted(found)

    def _in_lower_case(self, word: str) -> dict[str, list[int]]:
        """Return where the words stand that begin with a small letter and fold to `word`."""
        tokens: dict[str, list[int]] = {}
        # The next letter may bear an accent.
        second = f"[{re.escape(word[1] + word[1].upper())}\x80-\U0010ffff]" if len(word) > 1 else ""
        for match in re.finditer(rf"{word[0]}{second}[\w'’.-]*", self.text):
            token = match.group().rstrip(_JOINTS)
            if fold(_stem(token)) == word and not _is_inside_word(self.text, match.start()):
                tokens.setdefault(token, []).append(match.start())
        return tokens

    def _words_of(self, name: Name) -> set[str]:
        words = {fold(name.text).split()[0]}
        if name.nickname:
            words.add(fold(name.nickname))
        if name.person_id:
            first = {fold(name.text).split()[0], fold(name.text).split()[-1]}
            words |= {alias for alias in self.finder.aliases_of.get(name.person_id, ()) if " " not in alias} - first
            words.add(fold(name.text).split()[0])
        return words

    def clues(self, people: Sequence[Name]) -> list[Clue]:
        """Return the clues on `people`, in the order of the text."""
        found: list[Clue] = []
        for start, end, person in self.places(people):
            unit = bisect_right(self.starts, start) - 1
            turn = self.turn_of[unit]
            turn_start = self.starts[self.turn_starts[turn]]
            is_last = turn + 1 == len(self.turn_starts)
            turn_end = len(self.text) if is_last else self.starts[self.turn_starts[turn + 1]] - 1
            before = self.text[max(turn_start, start - _CONTEXT) : start]
            after = self.text[end : min(turn_end, end + _CONTEXT)]
            is_opening = start < max(_OPENING_CHARS, _OPENING_SHARE * len(self.text))
            kind = _kind(before, after, start - turn_start, is_opening)
            if kind == "self_introduction":
                found.append(Clue(unit, person, kind))
                continue
            found.append(Clue(unit, person, "not_speaking_to" if kind == "vocative" else "not_speaking_of"))
            if start - turn_start < _CONTEXT and _ANSWERS_BACK.search(before) and turn_end - end < 30:
                if not is_last:
                    found.append(Clue(self.turn_starts[turn + 1], person, "thanked"))
                continue
            if kind != "vocative" or is_last:
                continue
            following = self.turn_starts[turn + 1]
            rest = self.text[end:turn_end]
            if turn_end - end <= _TAIL_CHARS:
                asks = "?" in rest[-_TAIL_CHARS:]
                welcomes = _WELCOMES.search(before) or _WELCOMES.search(after)
                found.append(Clue(following, person, "welcomed" if welcomes else "asked" if asks else "spoken_to"))
        return found

    def welcome_units(self, show_names: Sequence[str]) -> list[int]:
        """Return the units in which somebody welcomes the listeners to the show, in the opening."""
        opening = self.text[: max(_OPENING_CHARS, 0)]
        found = []
        names = [name.casefold() for name in show_names if name]
        for match in _WELCOME_TO.finditer(opening):
            rest = opening[match.end() : match.end() + 60].casefold()
            if any(name in rest for name in names) or re.match(r" (?:the|this|our|another|a) ", rest):
                found.append(bisect_right(self.starts, match.start()) - 1)
        return found


def _is_surname_of(word: str, name: Name) -> bool:
    last = fold(name.text).split()[-1]
    return fold(word) == last or is_misheard(word, last)


def _kind(before: str, after: str, from_turn_start: int, is_opening: bool) -> str | None:
    """Return `self_introduction` or `vocative`, as the words around a name say, else None."""
    if not _NOT_SELF_AFTER.match(after):
        says = _SELF.search(before)
        if says and not _QUOTED.search(before[: says.start() + 1]):
            return "self_introduction"
        if is_opening and _PRESENTS.search(before) and from_turn_start < _CONTEXT:
            return "self_introduction"
        if from_turn_start < _CONTEXT and _SENTENCE_START.search(before) and _HERE.match(after):
            return "self_introduction"
    if after[:2] in ("'s", "’s"):
        return None
    if _ADDRESSED_AFTER.match(after) and (
        _SENTENCE_START.search(before) or (before.endswith(", ") and not re.search(r"[A-Z]\w+, $", before))
    ):
        return "vocative"
    if (
        before
        and re.search(r"[?.!]$|^,", after[:1] or ".")
        and not before.endswith(", ")
        and not _SPOKEN_OF.search(before)
    ):
        # `what do you think Ada?`
        return "vocative" if after[:1] == "?" else None
    return None
