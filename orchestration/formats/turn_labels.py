"""A label in front of what somebody says, as every grammar of lines tells it, and who can bear one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from orchestration.formats.speaker_names import is_key, is_name
from orchestration.formats.stated_fields import is_field_name

Style = Literal["bold", "timed", "plain", "heading", "shaped"]

# Who asks and who answers, where an interview is printed so.
QUESTION, ANSWER = "Q", "A"
# Who is no person: what is heard between the talk, and voices that read.
_PSEUDO = re.compile(
    r"(?:(?:ad|commercial|sponsor|music|mid-?roll|short)[ -])?break"
    r"|(?:(?:theme|intro|outro) )?(?:music|song|jingle|stinger)|theme|intro|outro|ads?|advert|advertisement|commercial"
    r"|promo|trailer|teaser|(?:(?:audio|video|movie|film|news) )?clip|extract|excerpt|sponsors?"
    r"|sponsor (?:message|read|spot)|sound effects?|sfx|recording"
    r"|(?:(?:ad|promo|commercial) )?(?:narrator|announcer|voice-?over)|(?:\w{1,20} )?voice|all|both|everyone|crosstalk",
    re.IGNORECASE,
)
_BEHIND_NAME = re.compile(r"\s*[\[(]?[0-9:.]*[\])]?:?\Z")
_MOST_SET_CHARS = 80


@dataclass(frozen=True, slots=True)
class Turn:
    """A label and where its speech begins. Half-open character ranges.

    name: who speaks, in full where only initials stand here. `name_start` is None where the name stands elsewhere.
    """

    name: str
    name_start: int
    name_end: int
    is_verbatim: bool
    style: Style
    start_s: float | None
    end_s: float | None
    speech_start: int
    lines: int = 1
    """How many lines the label takes."""
    note: str | None = None
    is_marked: bool = False
    is_bracketed: bool = False

    @property
    def is_pseudo(self) -> bool:
        """Tell whether the label names no person but what is heard: a break, a jingle, the reader of an ad."""
        return self.is_bracketed or is_pseudo_speaker(self.name)


def is_pseudo_speaker(name: str) -> bool:
    """Tell whether a label is that of a break, a jingle or an unnamed reader rather than of a person."""
    return _PSEUDO.fullmatch(name.strip()) is not None


@lru_cache(maxsize=4096)
def is_speaker(name: str, is_cased: bool = True) -> bool:
    """Tell whether `name` can be a label. Without `is_cased`, names written in small letters count as well."""
    cased = name if is_cased else name.title()
    if not cased or not (cased[0].isupper() or is_pseudo_speaker(name)):
        return False
    if is_pseudo_speaker(name):
        return True
    return is_name(cased) and (name == QUESTION or not is_key(name)) and not is_field_name(name)


def is_set_like_label(words: str, is_cased: bool = True) -> bool:
    """Tell whether words that a design sets apart (in bold, say) can be a label: a name, a time or a colon behind it.

    is_cased: as in `is_speaker`.
    """
    return len(words) < _MOST_SET_CHARS and is_speaker(name_of_label(words), is_cased)


def name_of_label(words: str) -> str:
    """Return what stands in front of the time and the colon of a label."""
    return _BEHIND_NAME.sub("", words)
