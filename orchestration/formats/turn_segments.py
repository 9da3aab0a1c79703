"""From lines and labels to segments: paragraphs as people read them, cut where a time mark stands in them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from orchestration.formats.clock import parse_clock
from orchestration.formats.display import tidy
from orchestration.formats.document import Chapter, Segment, char_locator
from orchestration.formats.label_grammar import BRACKETED, Reading
from orchestration.formats.labels import CLOCK
from orchestration.formats.speech import has_words, trim
from orchestration.formats.text_lines import Line, is_contents, is_rule
from orchestration.formats.turn_labels import Turn

CHANGE = re.compile(r"(?:>|&gt;){2,3}[ \t]*")
_MARK = re.compile(BRACKETED)
_CLOCK = re.compile(CLOCK)
_LEAD_TIME = re.compile(rf"(?:{BRACKETED}|{CLOCK}(?=[ \t]|\Z))[ \t]*(?!-->)")


@dataclass(slots=True)
class Transcript:
    """The segments of a transcript, and its headings with the number of the segment that follows each."""

    segments: list[Segment] = field(default_factory=list)
    headings: list[tuple[int, Chapter]] = field(default_factory=list)


def read_transcript(text: str, reading: Reading, begin: int, stop: int) -> Transcript:
    """Return what the lines from number `begin` to `stop` of `reading` say."""
    builder = _Builder(text)
    done = begin
    for index in range(begin, stop):
        if index < done:
            continue
        line = reading.lines[index]
        if index in reading.headings:
            builder.end_block()
            found = reading.headings[index]
            title = tidy(text[found.start : found.end])
            if title and not is_contents(text, found.start, found.end):
                chapter = Chapter(title, found.start, found.end, found.start_s)
                builder.made.headings.append((len(builder.made.segments), chapter))
        elif index in reading.turns:
            builder.begin_turn(reading.turns[index], line.end)
            done = index + reading.turns[index].lines
        elif is_rule(text, line):
            builder.end_block()
        else:
            builder.add(line)
    builder.end_turn()
    return builder.made


def is_time(text: str, line: Line) -> bool:
    """Tell whether a line is a time and nothing else."""
    timed = _LEAD_TIME.match(text, line.start, line.end)
    return timed is not None and timed.end() == line.end


class _Builder:
    """A transcript as it grows, paragraph by paragraph."""

    def __init__(self, text: str) -> None:
        self.made = Transcript()
        self._text = text
        self._turn: Turn | None = None
        self._block: tuple[int, int] | None = None
        self._is_new = False
        self._start_s: float | None = None
        # A time on a line of its own belongs to what follows, a label or a paragraph.
        self._pending_s: float | None = None

    def add(self, line: Line) -> None:
        """Add a line without a label: to the paragraph, as the first of a new one, or as the time of what follows."""
        changed = CHANGE.match(self._text, line.start, line.end)
        if changed:
            self.end_turn()
            self._turn, self._is_new, self._block = None, True, (changed.end(), line.end)
            return
        timed = _LEAD_TIME.match(self._text, line.start, line.end)
        if timed and timed.end() == line.end:
            self.end_block()
            self._pending_s = parse_clock(_CLOCK.findall(timed.group())[0])
            return
        is_quoted = self._block is not None and ">" in self._text[self._block[1] : line.start]
        if line.is_after_blank or is_quoted or (timed and not self._text[line.start].isdecimal()):
            self.end_block()
        self._block = (self._block[0] if self._block else line.start, line.end)

    def begin_turn(self, turn: Turn, line_end: int) -> None:
        """Begin to read what `turn` says, up to the end of its line first."""
        self.end_turn()
        self._turn, self._is_new = turn, True
        self._start_s = self._pending_s if turn.start_s is None else turn.start_s
        self._pending_s = None
        self._block = (turn.speech_start, line_end) if turn.speech_start < line_end else None

    def end_block(self) -> None:
        """Make segments of the paragraph that ends here."""
        if self._block is not None:
            start_s = self._start_s if self._pending_s is None else self._pending_s
            made = _segments(self._text, *self._block, self._turn, self._is_new, start_s)
            self.made.segments.extend(made)
            if made:
                self._is_new, self._start_s, self._pending_s = False, None, None
        self._block = None

    def end_turn(self) -> None:
        """End the paragraph and the turn. A label of no person that nothing was said under is a sound."""
        self.end_block()
        if self._is_new and self._turn is not None and self._turn.is_pseudo:
            self.made.segments.append(_sound(self._text, self._turn))
        self._is_new, self._start_s = False, None


def _sound(text: str, turn: Turn) -> Segment:
    start, end = turn.name_start, turn.name_end
    return Segment(
        tidy(text[start:end]),
        start,
        end,
        char_locator(start, end),
        start_s=turn.start_s,
        end_s=turn.end_s,
        is_speech=False,
        is_speaker_change=True,
        is_paragraph_start=True,
    )


def _segments(text: str, start: int, end: int, turn: Turn | None, is_new: bool, start_s: float | None) -> list[Segment]:
    """Return the segments of a paragraph: it is cut where a time mark stands in it."""
    pieces: list[tuple[int, int, float | None, float | None]] = []
    at, since = start, start_s
    lead = _LEAD_TIME.match(text, start, end)
    if lead and (not turn or text[start] in "[(\\"):
        at, since = lead.end(), parse_clock(_CLOCK.findall(lead.group())[0])
    for found in _MARK.finditer(text, at, end):
        clock = parse_clock(_CLOCK.findall(found.group())[0])
        if text[at : found.start()].strip():
            pieces.append((at, found.start(), since, None))
        at, since = found.end(), clock
    pieces.append((at, end, since, None))
    is_person = turn is not None and not turn.is_pseudo
    made: list[Segment] = []
    for piece_start, piece_end, piece_s, _ in pieces:
        piece_start, piece_end = trim(text, piece_start, piece_end)
        shown = tidy(text[piece_start:piece_end])
        if not shown:
            if made and piece_s is not None:
                made[-1] = made[-1]._replace(end_s=piece_s)
            continue
        is_first = not made
        has_label = is_new and is_first and is_person and turn is not None and turn.is_verbatim
        made.append(
            Segment(
                shown,
                piece_start,
                piece_end,
                char_locator(piece_start, piece_end),
                speaker_label=tidy(turn.name) if turn and is_person else None,
                label_char_start=turn.name_start if has_label and turn else None,
                label_char_end=turn.name_end if has_label and turn else None,
                start_s=piece_s,
                is_speech=has_words(shown),
                is_speaker_change=is_new and is_first,
                is_paragraph_start=is_first,
            )
        )
    return made


def with_end_marks(segments: list[Segment]) -> list[Segment]:
    """Return the segments of a text that puts the time at the end of each turn with the times where they belong.

    Such a mark is the time when the turn ended, unless the first one is 0: then it is when the turn began.
    """
    tails = sum(segment.end_s is not None and segment.start_s is None for segment in segments if segment.is_speech)
    heads = sum(segment.start_s is not None for segment in segments)
    if tails < 2 or heads >= tails:
        return segments
    first = next(segment.end_s for segment in segments if segment.end_s is not None)
    made: list[Segment] = []
    last: float | None = 0.0
    for segment in segments:
        if segment.end_s is None:
            made.append(segment)
            continue
        if first == 0:
            made.append(segment._replace(start_s=segment.end_s, end_s=None))
        else:
            is_forward = last is not None and segment.start_s is None and last <= segment.end_s
            made.append(segment._replace(start_s=last if is_forward else segment.start_s))
            last = segment.end_s
    return made


def heading_chapters(headings: list[tuple[int, Chapter]], segments: list[Segment]) -> tuple[Chapter, ...]:
    """Return the headings as chapters; one begins with the label behind it where that bears a time."""
    chapters = []
    for number, chapter in headings:
        following = segments[number] if number < len(segments) else None
        if chapter.start_s is None and following is not None and following.is_paragraph_start:
            chapter = replace(chapter, start_s=following.start_s)
        chapters.append(chapter)
    repeated = Counter(chapter.char_start for chapter in chapters)
    return tuple(chapter for chapter in chapters if repeated[chapter.char_start] == 1)
