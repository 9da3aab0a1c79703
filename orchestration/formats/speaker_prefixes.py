"""Names in front of what is said in a caption: `Ada Bee: Hello`, `[SPEAKER_00]: Hello`, `[SPEAKER_00] Hello`, or above.

A single `Word:` may be anything. A name is one if it returns in front of other captions, if it opens the captions in
which another one returns, or if it is written in a manner that only recognisers have. A line by itself is a name only
where most captions have such a line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from orchestration.formats.display import SOUND
from orchestration.formats.document import Segment
from orchestration.formats.speaker_names import NUMBERED, is_name
from orchestration.formats.speech import segment

_PREFIX = re.compile(
    r"(?:\[([^\[\]:]{1,60})\]|([^\[\]:]{1,60}?))[ \t]?:(?=\s|\Z)[ \t]*|[\[(]([^\[\]():]{1,60})[\])][ \t]+"
)
_MOST_PREFIX_CHARS = 70
_MOST_CHARS_READ = 200
_SENTENCE_END = re.compile(r"[.?!…][\"'”’)\]]?\s*\Z")
_LEAST_OCCURRENCES = 3


def learn_names(cues: Sequence[Sequence[str]]) -> frozenset[str]:
    """Return the names that stand in front of speech. cues: what stands where a speaker may begin."""
    counts: Counter[str] = Counter()
    sure: set[str] = set()
    opening: str | None = None
    for number, lines in enumerate(cues):
        for line in lines:
            found = _prefix(line)
            name = _name(found) if found else None
            if found is None or name is None:
                continue
            counts[name] += 1
            if found[1] or NUMBERED.fullmatch(name):
                sure.add(name)
            if number == 0:
                opening = name
    names = {name for name, count in counts.items() if count >= 2 and _may_repeat(name, count)} | sure
    if opening and names:
        names.add(opening)
    if not sure and opening not in names and sum(counts[name] for name in names) < _LEAST_OCCURRENCES:
        return frozenset()
    return frozenset(names)


def learn_names_above(first_lines: Sequence[str], cue_count: int) -> frozenset[str]:
    """Return the full names, or numbered ones, that stand on a line above what is said, as meetings are exported.

    first_lines: of the cues that have more than one line, of `cue_count` in all.
    """
    counts = Counter(line for line in first_lines if (" " in line and is_name(line)) or NUMBERED.fullmatch(line))
    names = {name for name, count in counts.items() if count >= 2}
    told = sum(counts[name] for name in names)
    return frozenset(names) if told >= max(_LEAST_OCCURRENCES, cue_count / 2) else frozenset()


def read_prefix(text: str, names: frozenset[str]) -> tuple[str, int] | None:
    """Return the name in front of `text`, and where the speech begins, or None where none of `names` stands there."""
    found = _prefix(text)
    name = _name(found) if found else None
    return (name, found.end()) if found and name in names and name is not None else None


def labelled_segments(text: str, cues: Sequence[tuple[int, int, float | None, float | None]]) -> Iterator[Segment]:
    """Yield the segments of cues, `start, end, start_s, end_s`, with who speaks where names stand in front of words."""
    names = learn_names([[text[start : min(end, start + _MOST_CHARS_READ)]] for start, end, _, _ in cues])
    label: str | None = None
    for start, end, start_s, end_s in cues:
        found = read_prefix(text[start : min(end, start + _MOST_CHARS_READ)], names) if names else None
        if found is None:
            made = segment(text, start, end, start_s, end_s)
            # A mark says that somebody else speaks, but not who.
            label = None if made.is_speaker_change else label
            yield made._replace(speaker_label=label) if label else made
            continue
        name, length = found
        is_change, label = name != label, name
        made = segment(text, start + length, end, start_s, end_s)
        place = text.find(name, start, start + length)
        yield made._replace(
            speaker_label=name,
            label_char_start=place if place >= 0 else None,
            label_char_end=place + len(name) if place >= 0 else None,
            is_speaker_change=is_change,
        )


def _prefix(text: str) -> re.Match[str] | None:
    return _PREFIX.match(text) if text[:1] in ("[", "(") or text.find(":", 0, _MOST_PREFIX_CHARS) >= 0 else None


def _name(found: re.Match[str]) -> str | None:
    name = " ".join((found[1] or found[2] or found[3]).split())
    # In brackets alone stand sounds, too; a bell may also be a family.
    is_sound = SOUND.fullmatch(f"[{name}]") is not None and not name.endswith("Bell")
    if found[3] and (" " not in name or is_sound):
        return name if NUMBERED.fullmatch(name) else None
    return name if NUMBERED.fullmatch(name) or is_name(name) else None


def _may_repeat(name: str, count: int) -> bool:
    """Tell whether a name that returns is one: a plain word in small letters must return often."""
    return not name.isalpha() or not name.islower() or count >= 2 * _LEAST_OCCURRENCES
