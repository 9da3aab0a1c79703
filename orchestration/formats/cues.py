"""From the cues of captions to the segments of a document, whatever file the cues come from.

The document text has a line for each segment: what is spoken, without markup, and `Name: ` in front where a speaker
begins. Where a cue holds two speakers it becomes two segments; only the outer times of these are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from orchestration.formats.display import tidy
from orchestration.formats.document import Copy, ParsedDocument, Passage, Problem, Segment, Word, char_locator
from orchestration.formats.rolling import fresh_from
from orchestration.formats.speaker_prefixes import learn_names, learn_names_above, read_prefix
from orchestration.formats.speech import has_words, skip_change_mark

_MARK_INSIDE = re.compile(r"(?<=\s)(?:>|&gt;){2,3}(?=\s)")
_WORD = re.compile(r"\S+")
_FIRST_CUES = 60
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2})(?:[-_][A-Za-z0-9_-]{1,30})?\s*")


class Run(NamedTuple):
    """A stretch of a cue's text without markup inside, and its range in the raw file where that is text itself.

    opens_line: white space stands in front of it, and a speaker may begin here. Times are those of its first and last
    word. voice: who speaks, where the markup says so; empty where it says that this is not known.
    """

    text: str
    start: int = 0
    end: int = 0
    opens_line: bool = False
    start_s: float | None = None
    end_s: float | None = None
    voice: str | None = None


@dataclass(slots=True)
class Cue:
    """A caption: when it is shown, and what it says. locator: None where the ranges of its runs lead to it."""

    start_s: float | None
    end_s: float | None
    runs: list[Run] = field(default_factory=list)
    locator: str | None = None
    is_paragraph_start: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What captions say about themselves."""

    title: str | None = None
    notes: tuple[str, ...] = ()
    language: str | None = None
    duration_s: float | None = None
    truncation_reason: str | None = None


@dataclass(slots=True)
class _Utterance:
    """The part of a cue that one speaker says. name: None where the cue does not say who."""

    text: str
    runs: list[Run]
    name: str | None = None
    is_change: bool = False


def language_of(tag: str | None) -> str | None:
    """Return the ISO 639-1 code at the start of a language tag (`en-US`), or None."""
    found = _LANGUAGE.fullmatch(tag or "")
    return found[1].lower() if found else None


def build_document(
    format_name: str, raw_length: int, cues: Sequence[Cue], about: About, problems: Sequence[Problem] = ()
) -> ParsedDocument:
    """Return the document that `cues` make, without the words that rolling captions repeat. raw_length: characters."""
    parts: list[str] = []
    passages: list[Passage] = []
    at = 0
    for note in dict.fromkeys(" ".join(note.split()) for note in ((about.title or ""), *about.notes)):
        if shown := tidy(note):
            is_title = bool(about.title) and not passages and note == " ".join((about.title or "").split())
            passages.append(Passage("title" if is_title else "description", shown, at, at + len(note)))
            parts.append(note)
            at += len(note) + 1
    segments: list[Segment] = []
    for made, line in _segments(_fresh(cues), at):
        segments.append(made)
        parts.append(line)
    text = "\n".join(parts)
    if not segments:
        return ParsedDocument(format_name, text, (), tuple(problems))
    copy = Copy(
        0,
        len(text),
        char_locator(0, raw_length),
        duration_s=about.duration_s,
        language=about.language,
        truncation_reason=about.truncation_reason,
        passages=tuple(passages),
        segments=tuple(segments),
    )
    return ParsedDocument(format_name, text, (copy,), tuple(problems))


def _fresh(cues: Sequence[Cue]) -> list[Cue]:
    """Return the cues that say something, without what the cue before shows already."""
    cues = [cue for cue in cues if any(not run.text.isspace() for run in cue.runs if run.text)]
    lines = [list(_words_by_line(cue)) for cue in cues]
    timed = [_first_timed_line(cue) for cue in cues]
    counts = fresh_from([(cue.start_s, cue.end_s) for cue in cues], lines, timed)
    return [
        replace(cue, runs=_without_words(cue.runs, count)) if count else cue
        for cue, count in zip(cues, counts, strict=True)
        if count is not None
    ]


def _words_by_line(cue: Cue) -> Iterator[list[str]]:
    words: list[str] = []
    line = ""
    for run in cue.runs:
        if run.opens_line and line:
            words = line.split()
            if words:
                yield words
            line = ""
        line += run.text
    if words := line.split():
        yield words


def _first_timed_line(cue: Cue) -> int | None:
    """Return the number of the first line with words of their own times: it is new, whatever it says."""
    number = -1
    is_blank = True
    for run in cue.runs:
        if run.opens_line:
            is_blank = True
        if is_blank and not run.text.isspace() and run.text:
            number += 1
            is_blank = False
        if run.start_s is not None:
            return max(number, 0)
    return None


def _without_words(runs: list[Run], count: int) -> list[Run]:
    """Return the runs behind the first `count` words. A word may be made of several runs."""
    done = 0
    in_word = False
    for index, run in enumerate(runs):
        if run.opens_line:
            in_word = False
        for word in _WORD.finditer(run.text):
            done += not (in_word and word.start() == 0)
            if done > count:
                return [_cut(run, word.start()), *runs[index + 1 :]]
        if run.text:
            in_word = not run.text[-1].isspace() and bool(run.text.strip())
    return []


def _cut(run: Run, count: int) -> Run:
    """Return the run without its first `count` characters."""
    if not count:
        return run
    start = run.start + count if run.end else 0
    return run._replace(text=run.text[count:], start=start)


def _segments(cues: list[Cue], at: int) -> Iterator[tuple[Segment, str]]:
    """Yield each segment and its line of the document text, which begins at `at`."""
    has_voices = any(run.voice for cue in cues for run in cue.runs)
    names = frozenset() if has_voices else learn_names([list(_line_starts(cue)) for cue in cues])
    above = frozenset() if has_voices or names else _names_above(cues)
    label: str | None = None
    is_label_due = is_change = False
    for cue in cues:
        utterances = list(_utterances(cue, names, above))
        spoken = [tidy(utterance.text) for utterance in utterances]
        shown = [number for number, text in enumerate(spoken) if text]
        for number, utterance in enumerate(utterances):
            name = utterance.name if utterance.name or has_voices else None
            if name is not None and (not has_voices or name != (label or "")):
                label, is_label_due, is_change = name or None, True, True
            elif utterance.is_change:
                is_change = True
                # A mark says that somebody else speaks, but not who.
                label, is_label_due = (label, is_label_due) if has_voices else (None, False)
            if not spoken[number]:
                continue
            before = f"{label}: " if is_label_due and label else ""
            start = at + len(before)
            yield (
                Segment(
                    spoken[number],
                    start,
                    start + len(utterance.text),
                    cue.locator or char_locator(*_raw_range(utterance.runs)),
                    speaker_label=tidy(label) if label else None,
                    label_char_start=at if before else None,
                    label_char_end=start - 2 if before else None,
                    start_s=cue.start_s if number == shown[0] else utterance.runs[0].start_s,
                    end_s=cue.end_s if number == shown[-1] else None,
                    words=_timed_words(utterance.runs),
                    is_speech=has_words(spoken[number]),
                    is_speaker_change=is_change,
                    is_paragraph_start=cue.is_paragraph_start and number == shown[0],
                ),
                before + utterance.text,
            )
            at = start + len(utterance.text) + 1
            is_label_due = is_change = False


def _lines(cue: Cue) -> Iterator[list[Run]]:
    """Yield the runs of each line. A mark `>>` inside a line begins another."""
    line: list[Run] = []
    for run in cue.runs:
        done = 0
        may_hold_marks = ">" in run.text or "&" in run.text
        for mark in _MARK_INSIDE.finditer(run.text) if may_hold_marks else ():
            start, end = (run.start + done, run.start + mark.start()) if run.end else (0, 0)
            piece = run._replace(text=run.text[done : mark.start()], start=start, end=end)
            if done:
                piece = piece._replace(opens_line=True, start_s=None)
            yield [*line, piece] if not (piece.opens_line and line) else line
            if piece.opens_line and line:
                yield [piece]
            line = []
            done = mark.start()
        rest = run
        if done:
            is_timed = not run.text[:done].strip()
            rest = _cut(run, done)._replace(opens_line=True, start_s=run.start_s if is_timed else None)
        if rest.opens_line and line:
            yield line
            line = []
        line.append(rest)
    if line:
        yield line


def _joined(runs: Sequence[Run]) -> str:
    if len(runs) == 1:
        return runs[0].text
    return "".join(f" {run.text}" if run.opens_line and number else run.text for number, run in enumerate(runs))


def _line_starts(cue: Cue) -> Iterator[str]:
    """Yield what stands where a speaker may begin: at the start of the cue, and behind marks at the start of a line."""
    for number, line in enumerate(_lines(cue)):
        text = _joined(line).lstrip()[:200]
        said = skip_change_mark(text, 0, len(text))
        if said or number == 0:
            yield text[said:]


def _names_above(cues: Sequence[Cue]) -> frozenset[str]:
    # Most files have none, as their first cues show.
    is_likely = len(cues) <= _FIRST_CUES or learn_names_above(_first_lines(cues[:_FIRST_CUES]), _FIRST_CUES)
    return learn_names_above(_first_lines(cues), len(cues)) if is_likely else frozenset()


def _first_lines(cues: Sequence[Cue]) -> list[str]:
    """Return the first line of each cue that has another one."""
    found = []
    for cue in cues:
        first, *others = map(_joined, _lines(cue))
        if any(not line.isspace() for line in others if line):
            found.append(first.strip())
    return found


def _utterances(cue: Cue, names: frozenset[str], above: frozenset[str]) -> Iterator[_Utterance]:
    """Yield what each speaker says in a cue; the text is without marks and names in front, and tidy of white space."""
    current: list[Run] = []
    name: str | None = None
    is_change = is_marked = False
    for number, line in enumerate(_lines(cue)):
        text = _joined(line)
        lead = len(text) - len(text.lstrip())
        said = skip_change_mark(text, lead, len(text))
        has_mark = said > lead and (number == 0 or is_marked or text[lead] != "-" or text[lead + 1] == " ")
        said = said if has_mark else lead
        prefix = read_prefix(text[said : said + 200], names) if names else None
        if number == 0 and above and text.strip() in above:
            prefix = text.strip(), len(text)
        is_marked = is_marked or has_mark
        if has_mark or prefix:
            if number:
                yield _utterance(current, name, is_change)
            name, is_change = (prefix[0] if prefix else None), True
            current = _without_chars(line, said + (prefix[1] if prefix else 0))
            continue
        for run in line:
            if run.voice is not None and run.voice != name:
                if current:
                    yield _utterance(current, name, is_change)
                    current, is_change = [], False
                name = run.voice
            current.append(run)
    yield _utterance(current, name, is_change)


def _utterance(runs: list[Run], name: str | None, is_change: bool) -> _Utterance:
    return _Utterance(" ".join(_joined(runs).split()), runs, name, is_change)


def _without_chars(runs: list[Run], count: int) -> list[Run]:
    """Return the runs behind the first `count` characters of their joined text."""
    for number, run in enumerate(runs):
        count -= 1 if run.opens_line and number else 0
        if count < len(run.text):
            return [_cut(run, max(count, 0)), *runs[number + 1 :]]
        count -= len(run.text)
    return []


def _raw_range(runs: Sequence[Run]) -> tuple[int, int]:
    """Return the range in the raw file from the first visible character of the runs to the last."""
    visible = [run for run in runs if run.text and not run.text.isspace()]
    first, last = visible[0], visible[-1]
    start = first.start + len(first.text) - len(first.text.lstrip())
    return start, last.end - (len(last.text) - len(last.text.rstrip()))


def _timed_words(runs: Sequence[Run]) -> tuple[Word, ...] | None:
    """Return the words with the times that stand at some of them, or None where none stands."""
    if all(run.start_s is None for run in runs):
        return None
    words: list[Word] = []
    in_word = False
    for run in runs:
        pieces = [shown for piece in run.text.split() if (shown := tidy(piece))]
        for number, piece in enumerate(pieces):
            start_s = run.start_s if number == 0 else None
            end_s = run.end_s if number == len(pieces) - 1 else None
            is_rest = number == 0 and in_word and not run.opens_line and not run.text[0].isspace()
            if is_rest and run.start_s is None and words:
                words[-1] = Word(words[-1].word + piece, words[-1].start_s, end_s)
            else:
                words.append(Word(piece, start_s, end_s))
        if run.text:
            in_word = not run.text[-1].isspace()
    return tuple(words)
