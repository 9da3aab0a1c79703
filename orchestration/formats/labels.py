"""The label grammar: who speaks, and from when, in a transcript whose lines were run together.

Styles read, also mixed in one transcript:

    Name [hh:mm:ss]: text      the label before its time
    [hh:mm:ss] Name: text      the label behind its time, with or without brackets
    Name: text                 the label alone
    nameHost(mm:ss) text       the label glued to a role and a time
    [hh:mm:ss] or (mm:ss)      a time mark inside speech

Where lines were run together, a label sticks to the sentence or the heading in front of it, and nothing in that one
place tells where the name begins. The names that the same transcript shows cleanly elsewhere do: they are learned
first, and split the others.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from orchestration.formats.clock import parse_clock
from orchestration.formats.speaker_names import (
    MOST_NAME_CHARS,
    glued_name,
    is_name,
    is_stand_in,
    last_word,
    name_words,
    never_speaks,
)
from orchestration.formats.titles import is_title

CLOCK = r"[0-9]{1,3}:[0-5][0-9](?::[0-5][0-9])?(?:[.,][0-9]{1,3})?"
_MARK = re.compile(rf"\[({CLOCK})\]|\(({CLOCK})\)|(?<![0-9:])(?<![0-9][.,-])({CLOCK})(?=\s)")
_COLON = re.compile(r":(?=\s{1,4}\S)")
_BEHIND_MARK = re.compile(r"\s?(?:[-–—]\s)?([^\[\]():\n]{1,50}):(?=\s)")
_ROLE = re.compile(r"(?:Co-?[Hh]ost|Host|Guest|Speaker|Moderator|Interviewer|Narrator|Panelist)$")
# `Transcript` as a heading, not within a sentence (`Transcript of ...`).
_MARKER = re.compile(r"(?:Transcript|TRANSCRIPT)(?!ion|ed\b|s\b|[ ]+[a-z][\w'-]*[^\w:'-]):?")
# What a label can stand behind: the end of a sentence, a bracket, a bullet, a dash; a comma only where it is glued.
_BOUNDARY = re.compile(r"[.?!…\"”)\]:*—,;]|(?:Transcript|TRANSCRIPT)(?!ion|ed\b|s\b):?")
_TITLE_OR_INITIAL = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|Sir|Jr|Sr)|(?<![^\W_])[^\W\d_])\.$")
_NOTES_FOLLOW = re.compile(r"\s*(?:https?://|www\.|@|[*•])")

# A title and a heading may stand between `Transcript` and the first label.
_MOST_CHARS_BEFORE_LABEL = 400
# `I was talking with Ada: ...` is no label, though the name is known.
_LEADS_TO_OBJECT = re.compile(
    r"(?:about|and|ask|asked|asks|at|by|called|calls|for|from|hi|hey|in|is|like|of|on|or|said|says|tell|told|tells|than"
    r"|thank|thanks|that|to|was|with),?",
    re.IGNORECASE,
)
# How speech opens behind a name that lost its colon (`really good.Ada What do you think?`).
_OPENS_SPEECH = re.compile(
    r"\s?(?:What|What's|It's|It|I|I'm|I've|There|There's|Yeah|Yes|No|So|And|But|The|This|That|That's|We|We're|You|You're"
    r"|How|Why|Okay|Right|Well|Oh|They|If|Do|Is|Are|Can|Mm-hmm|Exactly|Sure|Thanks|Thank)\b(?!:)"
)
# A digest of news has words before colons, too (`Acme: a new lamp`); people who talk say `I` and `you`, and ask.
_ADDRESSES_SOMEBODY = re.compile(
    r"\?|\b(?:i|i'm|i've|i'd|me|my|you|you're|your|yeah|yes|okay|thanks|thank|ich|du|sie|je|vous|yo|tú)\b",
    re.IGNORECASE,
)
_SENTENCE_GLUE = re.compile(r"[a-z][.?!…](?=[^\W\d_])")
_SENTENCE = re.compile(r"[a-z][.?!…]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A time mark inside speech. `is_glued` tells that it opens a paragraph: nothing but its bracket parts it."""

    start: int
    end: int
    start_s: float
    is_glued: bool


@dataclass(frozen=True, slots=True)
class Label:
    """A label with all that belongs to it (role, time, colon) in [start, end), the name in [name_start, name_end)."""

    start: int
    end: int
    name_start: int
    name_end: int
    start_s: float | None
    mark_start: int | None
    """Where the time mark stands that belongs to the label."""


@dataclass(frozen=True, slots=True)
class Labelling:
    """Labels and marks in order, from `start` of the text on; `notes_end`: where the heading `Transcript` begins."""

    notes_end: int
    start: int
    events: tuple[Label | Mark, ...]


@dataclass(frozen=True, slots=True)
class _Site:
    """A place where a label may end. `style`: see the module; `floor`: where what stands before it ends."""

    style: str
    start: int
    end: int
    name_end: int
    floor: int
    start_s: float | None
    name_start: int | None = None


def read_labels(text: str, start: int, end: int) -> Labelling | None:
    """Return the labels and time marks of the transcript in text[start:end], or None where there is no transcript.

    What stands behind a heading `Transcript` and reads as speech is one even where nobody is labelled.
    """
    sites, marks = _sites(text, start, end)
    markers = [found.span() for found in _MARKER.finditer(text, start, end)]
    marked = _marker_of(sites, [stop for _, stop in markers])
    area = start if marked is None else marked
    sites = [replace(site, floor=max(site.floor, area)) for site in sites if site.start >= area]
    grammar = _Grammar(text, sites, marked, name_words(text[start:area]))
    labels = list(grammar.labels(end)) if grammar.inventory else []
    if not labels:
        return _unlabelled(text, markers, marks, end)
    first = labels[0].start
    notes_end, begin = max((span for span in markers if span[1] <= first), default=(first, first))
    if first - begin > _MOST_CHARS_BEFORE_LABEL:
        notes_end = begin = first
    used = {label.mark_start for label in labels}
    events: list[Label | Mark] = [*labels]
    events += (mark for mark in marks if mark.start >= begin and mark.start not in used)
    return Labelling(notes_end, begin, tuple(sorted(events, key=lambda event: event.start)))


def _unlabelled(text: str, markers: list[tuple[int, int]], marks: list[Mark], end: int) -> Labelling | None:
    """Return the transcript behind the last heading `Transcript` if what stands there is prose, and long."""
    for notes_end, begin in markers[-1:]:
        sample = text[begin : min(end, begin + 20_000)]
        sentences = len(_SENTENCE.findall(sample))
        if end - begin >= 1_500 and sentences * 300 >= len(sample) and sample.count("://") * 2_000 <= len(sample):
            return Labelling(notes_end, begin, tuple(mark for mark in marks if mark.start >= begin))
    return None


def _sites(text: str, start: int, end: int) -> tuple[list[_Site], list[Mark]]:
    """Return all places where a label may end, and all time marks, in order."""
    sites: list[_Site] = []
    marks: list[Mark] = []
    taken: set[int] = set()
    floor = start
    for found in _MARK.finditer(text, start, end):
        at, behind = found.span()
        seconds = parse_clock(found[1] or found[2] or found[3])
        if not found[3]:
            marks.append(Mark(at, behind, seconds, at == start or not text[at - 1].isspace()))
        name_end = at - 1 if text[at - 1 : at] == " " else at
        if text[behind : behind + 1] == ":" and name_end > floor:
            sites.append(_Site("A", at, behind + 1, name_end, floor, seconds))
            taken.add(behind)
            floor = behind + 1
            continue
        following = _BEHIND_MARK.match(text, behind, end)
        if following is not None:
            name = following[1].strip()
            name_start = following.start(1) + following[1].index(name) if name else following.start(1)
            if is_name(name) and not _MARKER.search(name) and not _NOTES_FOLLOW.match(text, following.end(), end):
                colon = following.end()
                sites.append(_Site("B", at, colon, name_start + len(name), floor, seconds, name_start))
                taken.add(colon - 1)
        if found[2] and at > floor and text[at - 1].isalnum():
            sites.append(_Site("D", at, behind, at, floor, seconds))
        if not found[3]:
            floor = behind
    ends = [mark.end for mark in marks]
    floor = start
    for found in _COLON.finditer(text, start, end):
        at = found.start()
        if at not in taken and at > floor and not _NOTES_FOLLOW.match(text, at + 1, end):
            last = bisect_right(ends, at) - 1
            site_floor = max(floor, ends[last]) if last >= 0 else floor
            if site_floor < at:
                sites.append(_Site("C", at, at + 1, at, site_floor, None))
        floor = at + 1
    sites.sort(key=lambda site: site.start)
    return sites, marks


def _marker_of(sites: list[_Site], begins: list[int]) -> int | None:
    """Return the first heading `Transcript` with something like a label close behind it."""
    starts = [site.name_end for site in sites]
    for begin in begins:
        position = bisect_right(starts, begin)
        if position < len(starts) and starts[position] - begin <= _MOST_CHARS_BEFORE_LABEL:
            return begin
    return None


def _name_end(text: str, site: _Site) -> int:
    """Return where the name of the site ends: in front of the role that is glued to it."""
    if site.style != "D":
        return site.name_end
    role = _ROLE.search(text, max(site.floor, site.name_end - 12), site.name_end)
    return role.start() if role and role.start() > site.floor else site.name_end


def _clean_name(text: str, site: _Site) -> tuple[int, bool] | None:
    """Return where the name begins that stands alone behind a sentence end, and whether it is glued to that end."""
    end = _name_end(text, site)
    lowest = max(site.floor, end - MOST_NAME_CHARS - 10)
    boundaries = list(_BOUNDARY.finditer(text, lowest, end))
    for boundary in reversed(boundaries):
        after = text[boundary.end() : end]
        is_glued = not after[:1].isspace()
        if boundary.group() == "." and not is_glued and _TITLE_OR_INITIAL.search(text[lowest : boundary.end()]):
            continue
        if not after.strip() or (boundary.group() in ",;" and not is_glued):
            return None
        return (end - len(after.lstrip()), is_glued) if is_name(after.strip()) else None
    whole = text[lowest:end]
    if lowest == site.floor and is_name(whole.strip()):
        return end - len(whole.lstrip()), True
    return None


class _Grammar:
    """What is known about one transcript: the names that speak in it, and how to find them where they are glued."""

    def __init__(self, text: str, sites: list[_Site], marked: int | None, known_words: set[str]) -> None:
        self._text = text
        self._sites = sites
        self._marked = marked
        self._known_words = known_words
        self._clean = {site.name_end: _clean_name(text, site) for site in sites if site.style != "B"}
        self._is_timed = sum(site.style in "AB" for site in sites) > sum(site.style == "C" for site in sites)
        self.inventory = self._learn()
        self._lengths = sorted({len(name) for name in self.inventory}, reverse=True)

    def _learn(self) -> frozenset[str]:
        """Return the names that speak in this transcript, as far as they stand cleanly; none if it is no transcript."""
        text = self._text
        counts: dict[str, Counter[str]] = {style: Counter() for style in "ABCD"}
        said: dict[str, list[bool]] = {style: [] for style in "ABCD"}
        with_role: set[str] = set()
        for number, site in enumerate(self._sites):
            name_end = _name_end(text, site)
            found = (site.name_start, True) if site.name_start is not None else self._clean[site.name_end]
            if found is None and site.style == "A" and (glued := glued_name(text, site.floor, name_end)) is not None:
                found = (glued, True)
            if found is None:
                continue
            if site.style == "C" and self._marked is None and not found[1] and text[found[0]].islower():
                continue
            name = text[found[0] : name_end]
            following = self._sites[number + 1].start if number + 1 < len(self._sites) else len(text)
            counts[site.style][name] += 1
            reads = _reads_as_dialogue if site.style == "C" else _reads_as_speech
            said[site.style].append(reads(text, site.end, following))
            if site.style == "D" and name_end < site.name_end:
                with_role.add(name)
        names: set[str] = set()
        before_times = sum(site.style == "A" for site in self._sites)
        if before_times >= 3 or (before_times and self._marked is not None):
            names |= set(counts["A"])
        repeated = _repeated(counts["B"], 2)
        if sum(repeated.values()) >= 4 and (self._marked is not None or _share(said["B"]) >= 0.25):
            names |= set(repeated)
        if len(with_role) >= 2:
            names |= with_role
        # A bare `Name:` is a label if it alternates with others, or if better labels are there already.
        repeated = _repeated(counts["C"], 3 if names else 2)
        total = sum(repeated.values())
        is_marked = self._marked is not None and total >= 3
        is_dialogue = total >= 10 and len(repeated) >= 2 and total >= 0.6 * sum(counts["C"].values())
        if names or is_marked or (is_dialogue and _share(said["C"]) >= 0.4):
            names |= set(repeated)
        return frozenset(_without_compounds(names, sum(counts.values(), Counter())))

    def labels(self, end: int) -> Iterator[Label]:
        """Yield the labels up to `end` of the text, in order."""
        done = -1
        for number, site in enumerate(self._sites):
            name_end = _name_end(self._text, site)
            following = self._sites[number + 1].name_end if number + 1 < len(self._sites) else site.end
            name_start = self._name_start(site, name_end, following)
            if name_start is None or name_start < done:
                continue
            if not self._is_timed and done >= 0:
                yield from self._bare_labels(done, name_start)
            done = site.end
            mark_start = None if site.style == "C" else site.start
            yield Label(min(site.start, name_start), site.end, name_start, name_end, site.start_s, mark_start)
        if not self._is_timed and done >= 0:
            yield from self._bare_labels(done, end)

    def _name_start(self, site: _Site, end: int, following: int) -> int | None:
        """Return where the name that ends at `end` begins, or None if no label stands here."""
        text = self._text
        if site.style == "B":
            return site.name_start if text[site.name_start : end] in self.inventory else None
        clean = self._clean[site.name_end]
        if clean and text[clean[0] : end] in self.inventory:
            return clean[0]
        known = next((n for n in self._lengths if end - n >= site.floor and text[end - n : end] in self.inventory), 0)
        if known:
            start = end - known
            if clean and clean[0] < start and not _is_stuck(text[clean[0] : start]):
                return clean[0]
            return start if _may_stand_here(text[site.floor : start][-40:], text[start:end], site.style) else None
        if site.style == "C":
            is_label = clean and self._is_one_off(clean, end, text[site.end : following])
            return clean[0] if clean and is_label else None
        if site.style == "D" and end == site.name_end:
            return None
        if clean:
            return clean[0]
        glued = glued_name(text, site.floor, end)
        return last_word(text, site.floor, end) if glued is None else glued

    def _is_one_off(self, clean: tuple[int, bool], end: int, following: str) -> bool:
        """Tell whether a name that stands but once before a colon is a speaker's.

        It is if it is a role, or the first label of all, or a name that the notes know. Where labels carry times, a
        lone name before a colon belongs to a heading (`Central Park: A Walk`).
        """
        start, is_glued = clean
        name = self._text[start:end]
        if not is_glued or name[0].islower():
            return False
        if is_stand_in(name):
            return True
        words = name.split()
        is_known = len(words) >= 2 and not never_speaks(words[0]) and self._known_words.issuperset(words)
        may_be = not self._is_timed and (start == self._marked or is_known)
        return may_be and not is_title(f"{name}: {following.strip()}")

    def _bare_labels(self, start: int, end: int) -> Iterator[Label]:
        """Yield known names that lost their colon: glued to a sentence end, the opening of a sentence behind them."""
        for found in _SENTENCE_GLUE.finditer(self._text, start, end):
            at = found.end()
            for length in self._lengths:
                opening = _OPENS_SPEECH.match(self._text, at + length, end)
                if opening and self._text[at : at + length] in self.inventory:
                    yield Label(at, at + length, at, at + length, None, None)
                    break


def _repeated(counts: Counter[str], least: int) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count >= least}


def _without_compounds(names: set[str], counts: Counter[str]) -> Iterator[str]:
    """Yield the names but those that are words stuck to a name that is heard more often (`LikeAda`, `So Ada`)."""
    lengths = {len(name) for name in names}
    for name in names:
        tails = [name[-length:] for length in lengths if length < len(name) and name[-length:] in names]
        if not any(_is_compound(name[: -len(tail)], counts[name], counts[tail]) for tail in tails):
            yield name


def _is_compound(before: str, count: int, tail_count: int) -> bool:
    """Tell whether a name is `before` stuck to another name, by how often the two are heard."""
    return _is_stuck(before) and (tail_count > count or (tail_count == count and len(before.split()) == 1))


def _is_stuck(before: str) -> bool:
    """Tell whether `before` is no part of the name behind it: glued to it, an opening of speech, or two words."""
    words = before.split()
    return not before[-1].isspace() or len(words) >= 2 or never_speaks(words[0])


def _reads_as_speech(text: str, start: int, end: int) -> bool:
    return end - start > 250 or bool(re.search(r"[.?!…]", text[max(start, end - 120) : end]))


def _reads_as_dialogue(text: str, start: int, end: int) -> bool:
    return _ADDRESSES_SOMEBODY.search(text, start, min(end, start + 2_000)) is not None


def _share(flags: list[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0


def _may_stand_here(before: str, name: str, style: str) -> bool:
    """Tell whether a known name behind `before` is a label and no part of a word or sentence."""
    if not before:
        return True
    if name[0].islower() and before[-1].isalpha():
        # `swyx` glued to a word is told by its length; `al` would be found in `goal`.
        return len(name) >= 4
    if style != "C" or not before[-1].isspace():
        return True
    words = before.split()
    return bool(words) and not _LEADS_TO_OBJECT.fullmatch(words[-1])
