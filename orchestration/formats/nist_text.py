"""Recognisers' output as NIST's tools take it: CTM, a line a word, and STM, a line an utterance (Kaldi, NeMo, sclite).

    talk1 1 12.34 0.25 hello 0.98           CTM: recording, channel, begin, length, word, how sure, kind, speaker
    talk1 1 ada 12.34 15.02 <o,f0> hello    STM: recording, channel, speaker, begin, end, label, words

Each recording is a copy. Lines are those that are no comments (`;;`), counted from 0 on: a locator is one or a range of
them, `/3..9`.

Source: the formats of NIST's scoring toolkit (sctk, doc/infmts.htm); of RT-09 for the kind and speaker behind a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import median

from orchestration.formats.cue_building import Cue, TextBuilder, Unit, cues_of_utterances, cues_of_words, join, lay_out
from orchestration.formats.document import Copy, ParsedDocument, Problem, char_locator
from orchestration.formats.pace import is_written
from orchestration.formats.speech import lines
from orchestration.formats.unit_reader import Complaints, label_of

FORMAT = "nist_text"

_HEAD_CHARS = 20_000
_SAMPLE_LINES = 100
_LEAST_LINES = 5
_ALMOST_ALL = 0.9
# Words a second, while one is being said, or with the pauses of an utterance.
_SLOWEST_WORD, _FASTEST_WORD = 0.8, 15.0
_NUMBER = r"[0-9]{1,7}(?:\.[0-9]{1,9})?"
_WORD_LINE = re.compile(
    rf"[ \t]*(?P<recording>\S{{1,300}})[ \t]+(?P<channel>[0-9A-Za-z]{{1,8}})[ \t]+(?P<start>{_NUMBER})[ \t]+"
    rf"(?P<length>{_NUMBER})[ \t]+(?P<text>\S{{1,200}})"
    r"(?:[ \t]+(?:NA|-?[0-9]{1,3}(?:\.[0-9]{1,12})?(?:e-[0-9]{1,3})?)(?:[ \t]+(?P<kind>[A-Za-z-]{1,20})"
    r"(?:[ \t]+(?P<speaker>\S{1,100}))?)?)?[ \t]*"
)
_UTTERANCE_LINE = re.compile(
    r"[ \t]*(?P<recording>\S{1,300})[ \t]+(?P<channel>[0-9A-Za-z]{1,8})[ \t]+(?P<speaker>\S{1,100})[ \t]+"
    rf"(?P<start>{_NUMBER})[ \t]+(?P<end>{_NUMBER})(?:[ \t]+<[^<>\n\r]{{0,200}}>)?(?:[ \t]+(?P<text>\S.*?))?[ \t]*"
)
# Words that were not said, as the scoring tools mark them, and what is not to be scored.
_NO_WORDS = re.compile(r"<[^<>]{0,40}>|\[[^\[\]]{0,40}\]|@|ignore_time_segment_in_scoring", re.IGNORECASE)
_NOBODY = frozenset(("inter_segment_gap", "excluded_region", "unknown", "null", "<na>", "na"))
_UNREADABLE = (
    "a line that is neither a word nor an utterance of the others' form: it is left out",
    "mend the line, or write the file again",
)


@dataclass(frozen=True, slots=True)
class _Read:
    """The recordings of a file, each with its units, and those in order of their lines."""

    recordings: dict[str, list[Unit]]
    is_words: bool
    problems: tuple[Problem, ...]


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1: its first lines are of one form, and said at a human pace."""
    head = text[:_HEAD_CHARS]
    found = list(_lines(head))
    # The last may be cut.
    sample = found[:-1] if len(text) > _HEAD_CHARS else found
    matched, is_words = _form_of(head, sample)
    if len(sample) < _LEAST_LINES or len(matched) < _ALMOST_ALL * len(sample):
        return 0.0
    spans = [float(line["length"]) if is_words else float(line["end"]) - float(line["start"]) for line in matched]
    rates = [len((line["text"] or "").split()) / span for line, span in zip(matched, spans, strict=True) if span > 0]
    is_pace = bool(rates) and _SLOWEST_WORD <= median(rates) <= _FASTEST_WORD
    return 0.97 if is_pace and is_written("".join(line["text"] or "" for line in matched)) else 0.0


def parse(text: str) -> ParsedDocument:
    """Return a copy for each recording: a segment an utterance, or a cue built from words that have their times."""
    read = _read(text)
    builder = TextBuilder()
    copies: list[Copy] = []
    for name, units in read.recordings.items():
        start, _ = builder.add(name)
        segments, _ = lay_out(_cues(units, read.is_words), builder)
        if segments:
            places = f"/{min(unit.index for unit in units)}..{max(unit.index for unit in units)}"
            copies.append(Copy(start, builder.length, places, segments=segments))
    return ParsedDocument(FORMAT, builder.text, tuple(copies), read.problems)


def resolve(text: str, locator: str) -> str:
    """Return what the lines of a locator say, joined as its segment has them.

    Raises ValueError for a locator that leads nowhere.
    """
    found = re.fullmatch(r"/([0-9]{1,9})(?:\.\.([0-9]{1,9}))?", locator)
    read = _read(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, -1)
    said = [
        unit.text
        for units in read.recordings.values()
        for unit in units
        if first <= unit.index <= last and unit.text.strip()
    ]
    if not said:
        raise ValueError(f"leads nowhere in this file: {locator[:80]!r}; expected lines such as `/3` or `/3..9`")
    return join(said)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    for start, end in lines(text):
        if not text.startswith(";;", start) and text[start:end].strip("\ufeff \t"):
            yield start, end


@lru_cache(maxsize=1)
def _read(text: str) -> _Read:
    found = list(_lines(text))
    _, is_words = _form_of(text, found[:_SAMPLE_LINES])
    form = _WORD_LINE if is_words else _UTTERANCE_LINE
    complaints = Complaints()
    recordings: dict[str, list[Unit]] = {}
    for index, (start, end) in enumerate(found):
        line = form.fullmatch(text, start, end)
        if line is None:
            complaints.add(char_locator(start, end), *_UNREADABLE)
            continue
        words = _NO_WORDS.sub("", line["text"] or "").strip()
        start_s = float(line["start"])
        end_s = round(start_s + float(line["length"]), 6) if is_words else float(line["end"])
        nobody = (line["speaker"] or "").lower() in _NOBODY
        recordings.setdefault(line["recording"].lstrip("\ufeff"), []).append(
            Unit(
                words,
                "",
                index,
                "",
                start_s,
                end_s if end_s >= start_s else None,
                None if nobody else label_of(line["speaker"]),
                line["channel"],
            )
        )
    return _Read(recordings, is_words, complaints.problems())


def _form_of(text: str, found: Sequence[tuple[int, int]]) -> tuple[list[re.Match[str]], bool]:
    """Return the lines that are of the form that more are of, and whether that is a line a word."""
    # A line of a word is one of an utterance, too, where the word is a number.
    words, utterances = (
        [line for place in found if (line := form.fullmatch(text, *place))] for form in (_WORD_LINE, _UTTERANCE_LINE)
    )
    return (words, True) if len(words) >= len(utterances) else (utterances, False)


def _cues(units: list[Unit], is_words: bool) -> Iterable[Cue]:
    """Return the cues of a recording in the order of their times. Where it has several channels, each is a voice."""
    channels = list(dict.fromkeys(unit.channel for unit in units))
    cues: list[Cue] = []
    for channel in channels:
        of_channel = [unit for unit in units if unit.channel == channel]
        if len(channels) > 1:
            of_channel = [replace(unit, speaker=unit.speaker or f"Channel {channel}") for unit in of_channel]
        spoken = [unit for unit in of_channel if unit.text] if not is_words else of_channel
        cues += cues_of_words(spoken) if is_words else cues_of_utterances(spoken)
    return sorted(cues, key=lambda cue: cue.start_s or 0.0)
