"""A transcript inside an entry: from its labels and time marks to segments, with section headings told apart."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from orchestration.formats.display import count_words, tidy
from orchestration.formats.document import Segment, char_locator
from orchestration.formats.labels import Label, Labelling, Mark
from orchestration.formats.speech import trim
from orchestration.formats.titles import MOST_TITLE_CHARS, is_title

# Where a heading may begin: glued behind a sentence end, or behind a word in small letters.
_GLUE = re.compile(
    r"(?<=[.?!…\"”)\]])(?=[\"“‘']?[^\W_a-z])|(?<=[a-z],)(?=[A-Z])|(?<=\s[a-z][a-z])(?=[A-Z])|(?<=[a-z]{3})(?=[A-Z])"
    r"|(?<=\b(?:And|But|Yet))(?=[A-Z])|(?<=\b(?:So|Um|Uh|Oh|Or))(?=[A-Z])|(?<=\bYeah)(?=[A-Z])"
)
# What every such place has on either side of it, which is found out much faster.
_MAY_BE_GLUE = re.compile(r"[.?!…\"”)\],a-z][\"“‘']?[^\W_a-z]")
_ONE_WORD_HEADINGS = frozenset({"conclusion", "conclusions", "intro", "introduction", "introductions", "outro"})
_PARAGRAPH_GLUE = re.compile(r"[a-z]{2}[.?!…][\"”’]?(?=[\"“‘]?[A-Z](?:[a-z'’ ,]|$))")
_CUT_MARK = re.compile(r"[\[(][0-9:]{0,9}$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A section heading between utterances, with the time of what follows, where that is known."""

    start: int
    end: int
    start_s: float | None


@dataclass(frozen=True, slots=True)
class Transcript:
    """The speech of an entry, and the headings between."""

    segments: tuple[Segment, ...]
    headings: tuple[Heading, ...]


def read_transcript(text: str, labelling: Labelling, end: int, listed_titles: Collection[str]) -> Transcript:
    """Return the labelled transcript that ends at `end` of the text.

    `listed_titles` are the titles of the chapters that the show notes list: they recur as section headings.
    """
    titles = {title.casefold() for title in listed_titles} | _ONE_WORD_HEADINGS
    reader = _Reader(text, titles)
    events = labelling.events
    reader.read_opening(labelling.start, events[0] if events else None, end)
    for event, following in pairwise([*events, None]):
        if event is not None:
            reader.read(event, following, following.start if following else end)
    return Transcript(tuple(with_ends(reader.segments)), tuple(reader.headings))


def with_ends(segments: list[Segment]) -> list[Segment]:
    """Return the segments with the start of the next as their end, where the clock goes forward."""
    ended: list[Segment] = []
    for number, segment in enumerate(segments):
        following = segments[number + 1].start_s if number + 1 < len(segments) else None
        if segment.start_s is not None and following is not None and following >= segment.start_s:
            segment = segment._replace(end_s=following)
        ended.append(segment)
    return ended


class _Reader:
    """Goes through labels and marks in order and collects segments and headings."""

    def __init__(self, text: str, titles: Collection[str]) -> None:
        self.segments: list[Segment] = []
        self.headings: list[Heading] = []
        self._text = text
        self._titles = titles
        self._title_lengths = sorted(set(map(len, titles)), reverse=True)
        self._speaker: str | None = None
        self._label: Label | None = None
        self._start_s: float | None = None

    def read_opening(self, start: int, following: Label | Mark | None, end: int) -> None:
        """Read what stands in front of the first label or mark: a heading, or speech where nobody is labelled."""
        if following is None:
            self._add(start, end, is_paragraph_start=True)
            return
        start, end = trim(self._text, start, following.start)
        if 0 < end - start <= 2 * MOST_TITLE_CHARS:
            self.headings.append(Heading(start, end, following.start_s))
        else:
            self._add(start, end, is_paragraph_start=True)

    def read(self, event: Label | Mark, following: Label | Mark | None, end: int) -> None:
        """Read one label or mark and the speech behind it, which ends at `end`, where `following` stands."""
        if isinstance(event, Label):
            self._speaker = tidy(self._text[event.name_start : event.name_end])
            self._label = event
            is_paragraph_start = True
        elif self._is_heading(event, following, end):
            self.headings.append(Heading(*trim(self._text, event.end, end), event.start_s))
            return
        else:
            is_paragraph_start = event.is_glued
        # A mark right behind a label without a time gives the label's speech its time.
        self._start_s = event.start_s
        start, end = trim(self._text, event.end, end)
        if following is None:
            cut = _CUT_MARK.search(self._text, max(start, end - 12), end)
            end = cut.start() if cut else end
        elif isinstance(following, Label):
            # A heading may stand there twice, with the notes' wording and its own.
            while (heading := self._heading_start(start, end)) < end:
                self.headings.append(Heading(*trim(self._text, heading, end), following.start_s))
                end = heading
        self._add(start, end, is_paragraph_start)

    def _add(self, start: int, end: int, is_paragraph_start: bool) -> None:
        if self._speaker is not None:
            self._add_segment(start, end, is_paragraph_start)
            return
        # Where nobody is labelled, the glued ends of paragraphs are all there is to tell units by.
        for found in _PARAGRAPH_GLUE.finditer(self._text, start, end):
            self._add_segment(start, found.end(), is_paragraph_start)
            start, is_paragraph_start, self._start_s = found.end(), True, None
        self._add_segment(start, end, is_paragraph_start)

    def _add_segment(self, start: int, end: int, is_paragraph_start: bool) -> None:
        start, end = trim(self._text, start, end)
        shown = tidy(self._text[start:end])
        if not shown:
            return
        label, self._label = self._label, None
        self.segments.append(
            Segment(
                shown,
                start,
                end,
                char_locator(start, end),
                speaker_label=self._speaker,
                label_char_start=label.name_start if label else None,
                label_char_end=label.name_end if label else None,
                start_s=self._start_s,
                is_speech=count_words(shown) > 0,
                is_speaker_change=label is not None,
                is_paragraph_start=is_paragraph_start,
            )
        )

    def _is_heading(self, event: Mark, following: Label | Mark | None, end: int) -> bool:
        """Tell whether a heading stands alone between two marks of the same time."""
        if following is None or following.start_s != event.start_s or not event.is_glued:
            return False
        return is_title(self._text[event.end : end].strip())

    def _heading_start(self, start: int, end: int) -> int:
        """Return where the heading begins that is glued to the end of the speech, or `end`."""
        text = self._text
        longest = min(max(self._title_lengths, default=0), end - start - 1)
        # Only letters beyond ASCII can change the length of a text that is folded.
        is_plain = text[end - longest : end].isascii()
        for length in self._title_lengths if is_plain else range(longest, 3, -1):
            if not 3 < length <= longest:
                continue
            begin = end - length
            before = text[begin - 1]
            if not before.isspace() and text[begin].isupper() and text[begin:end].casefold() in self._titles:
                return begin
        first = max(start + 1, end - MOST_TITLE_CHARS)
        may_be_glued = _MAY_BE_GLUE.search(text, first - 1, end)
        for glue in _GLUE.finditer(text, may_be_glued.start() + 1, end) if may_be_glued else ():
            if is_title(text[glue.start() : end].strip()):
                return glue.start()
        return end
