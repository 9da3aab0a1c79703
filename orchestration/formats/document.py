"""What a parser returns, whatever the raw format.

All `char_start`/`char_end` are 0-based, half-open code points into `ParsedDocument.text`. Every `text` is the display
form of its slice (`orchestration.formats.display`); the slice itself is never altered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

Field = Literal["title", "description"]


class Word(NamedTuple):
    """A word with its own time, where the source has them. Seconds."""

    word: str
    start_s: float | None
    end_s: float | None


class Segment(NamedTuple):
    """A unit of the transcript as a person would read it: a cue, a paragraph, an utterance.

    Where a time mark stands inside speech, a new segment begins, so that a segment is the smallest timed unit.
    The range covers the speech alone: neither the speaker's label nor the time mark in front of it. There are very many
    of them, and a tuple is made in a fifth of the time of another class that cannot be changed.
    """

    text: str
    char_start: int
    char_end: int
    locator: str
    speaker_label: str | None = None
    label_char_start: int | None = None
    label_char_end: int | None = None
    start_s: float | None = None
    end_s: float | None = None
    words: tuple[Word, ...] | None = None
    is_speech: bool = True
    """False for a sound in brackets, such as laughter or music."""
    is_speaker_change: bool = False
    """True where a mark (`- `, `>>`) or a label of its own opens this segment, even if the label repeats."""
    is_paragraph_start: bool = False
    """True where the source begins a new paragraph or section here."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Text of a copy that is not speech: its title, or a paragraph of its description (show notes)."""

    field: Field
    text: str
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter as the source lists it, in order. The range covers the chapter's title alone."""

    title: str
    char_start: int
    char_end: int
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An address found in the copy. The range covers the address alone."""

    url: str
    char_start: int
    char_end: int
    rel: Literal["transcript", "chapters", "enclosure", "person"] | None = None
    """What a feed says the address leads to; None for an address that merely stands in the text."""


@dataclass(frozen=True, slots=True)
class StatedPerson:
    """A person whom the document itself names as taking part, outside running text. The range covers the name alone."""

    name: str
    role: Literal["host", "guest", "unknown"]
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class Copy:
    """One telling of an episode in one document. The range covers all of it."""

    char_start: int
    char_end: int
    locator: str
    show_name: str | None = None
    """The show as the document itself names it outside running text (a heading, a channel), else None."""
    url: str | None = None
    video_id: str | None = None
    guid: str | None = None
    published_on: date | None = None
    date_source: Literal["stated", "recorded", "none"] = "none"
    """`stated`: the publication date; `recorded`: only a recording date is stated; `none`: no date at all."""
    duration_s: float | None = None
    language: str | None = None
    """ISO 639-1, only where it is stated or beyond doubt."""
    truncation_reason: str | None = None
    """In words; None means that the copy is whole as far as can be told."""
    passages: tuple[Passage, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    links: tuple[Link, ...] = ()
    segments: tuple[Segment, ...] = ()
    people: tuple[StatedPerson, ...] = ()
    """Those whom front matter or a feed states, in order; a name may stand in several roles."""
    tags: tuple[str, ...] = ()
    """Tags, categories or keywords as front matter or a feed states them."""
    season: int | None = None
    episode_number: float | None = None
    """The number within the season or show as stated. Feeds may count with a fraction (`315.5`)."""
    enclosure_url: str | None = None
    """The address of the sound or video file itself, where a feed states it."""
    show_guid: str | None = None
    """The guid of the show (`podcast:guid`), stated or derived from the address of the feed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of a document that could not be used, and what a person can do about it."""

    locator: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """All that a parser found in one document. `text` is the one text that every offset refers to."""

    format: str
    text: str
    copies: tuple[Copy, ...]
    problems: tuple[Problem, ...] = field(default=())


def char_locator(char_start: int, char_end: int) -> str:
    """Return the locator of a slice of a text document, as RFC 5147 writes it: `char=12,50`."""
    return f"char={char_start},{char_end}"
