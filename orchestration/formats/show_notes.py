"""Show notes that were run together into one line: their addresses, chapters and paragraphs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from orchestration.formats.clock import parse_clock
from orchestration.formats.display import tidy
from orchestration.formats.document import Chapter, Link, Passage
from orchestration.formats.speech import passage, trim

# --- addresses

_ADDRESS = re.compile(
    r"https?://[^\s<>\"“”‘’«»•|\\^`{}\[\]—…*]{1,2000}"
    r"|(?<![\w@./-])www\.[^\s<>\"“”‘’«»•|\\^`{}\[\]—…*]{1,2000}"
    r"|(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|io|ai|co|fm|tv|dev|app|link|ly|gg|me|edu|gov|uk|de|eu)/"
    r"[^\s<>\"“”‘’«»•|\\^`{}\[\]—…*]{1,2000}"
)
_SPACE = re.compile(r"\s")
_HOST = re.compile(r"(?:https?://)?[a-z0-9.-]{0,253}")
_NEXT_ADDRESS = re.compile(r"https?://")
# A clock time, a label or a word of the next paragraph, stuck to the end of an address.
_STUCK_CLOCK = re.compile(r"(?<=[A-Za-z])(?:[0-9]{1,2}:)?[0-9]{1,2}:[0-9]{2}$")
_STUCK_LABEL = re.compile(r"(?<=[a-z0-9/])(?:[A-Z]{1,8}|[A-Z][a-z]{1,20}(?:[A-Z][a-z]{1,20})?):$|-{3,}[A-Za-z:]{0,20}$")
_STUCK_SECTION = re.compile(
    r"(?:Timestamps?|Chapters|Transcript|Full|Brought|Subscribe|Join|Follow|Listen|Show|Get|Find|Learn|Interested|"
    r"Where|In|Produced|Recorded|Music|Links|Resources|References|Sponsors?|Thanks|This|We|The|About|Watch)$"
)
_STUCK_WORD = re.compile(r"(?<=[a-z0-9/_])[A-Z][a-z]{2,20}(?:AI|\.(?:com|ai|io))?(?:'s|’s)?$")
_GLUED = re.compile(r"[a-z]{2}[.?!:](?=[A-Z][a-z])")

# --- chapters

_CLOCK = r"[0-9]{1,2}:[0-5][0-9](?::[0-5][0-9])?"
_TIME = re.compile(
    rf"[\[(]{_CLOCK}\s?[-–—]\s?{_CLOCK}[\])]|(?P<bracketed>[\[(](?P<inner>{_CLOCK})[\])])|(?P<bare>{_CLOCK})(?![:0-9])"
)
_PART_OF_NUMBER = re.compile(r"(?:[0-9][.:-]|/)$")
_HEADER = re.compile(
    r"(?i:time\s?stamps?|chapters|chapter markers|timeline|time ?codes?|outline|show ?map|jump to)"
    r"(?:\s*[+&]\s*\w{1,12})?\s*:?\s*(?:\*{1,2}|•|-)?\s*$"
)
_LEAD = re.compile(r"\s*(?:[-–—|:.]{1,2}\s*)?")
_MOST_TITLE_CHARS = 220
_MOST_LAST_CHARS = 150

# What may come behind the last chapter, or begins a paragraph of its own.
_OPENER = re.compile(
    r"(?:With your (?:co-)?hosts?\b|Hosted by\b|(?:Produced by|PRODUCED BY|SOCIAL LINKS)\b|(?:Sponsors?|SPONSORS?):"
    r"|Brought to you by\b|Follow (?:us|our|the|me|him|her|them|@)|Links:|LINKS\b|Links mentioned|Resources\b"
    r"|(?:RESOURCES|Referenced?|References|REFERENCES|Recommended)\b|Subscribe (?:to|for|on|at)\b|SUBSCRIBE\b"
    r"|Sign up (?:for|to)\b|(?:Connect with|CONNECT)\b|Find (?:us|me|our|out)\b|Learn more\b|Get (?:full|ad|your) "
    r"|This is a public\b|(?:Transcript|TRANSCRIPT)\b|Full (?:[Vv]ideo|[Ee]pisode|[Tt]ranscript)\b|Music (?:by|from)\b"
    r"|Outtro Music\b|Credits\b|(?:Show [Nn]otes|SHOW NOTES)\b|Where to find\b|Thanks to\b|Thank you\b"
    r"|Support (?:the|this|our|us)\b|Join (?:us|our|the)\b|Listen (?:on|to|now)\b|Production\b|Please note that\b"
    r"|Stay [Uu]pdated\b|For inquiries\b|(?:Check out|CHECK OUT)\b|Watch (?:on|the|us)\b|Email (?:us|feedback)\b"
    r"|(?:Timestamps?|TIMESTAMPS|Chapters|CHAPTERS|Disclaimer|DISCLAIMER)\b|In this episode,|What you'll learn"
    r"|We (?:discuss|cover)\b)"
)
_END_OF_LIST = re.compile(
    r"-{3,}|—+(?=[A-Z-])|\s*•|\*(?=\s?[A-Z*])|https?://|www\.|(?<=[a-z]{2}[.?!])(?=[A-Z][a-z])|\s{3,}"
)

# --- paragraphs

# What hosting services put below every episode.
_FOOTER = re.compile(
    r"This is a public episode\. |Get full access to [^\n]{1,80}? at (?:https?://|www\.)"
    r"|Learn more about your ad choices\.|Hosted (?:by|on) (?:Simplecast|Acast|Ausha|Audioboom|Libsyn|Megaphone)"
    r"|See (?:\S{1,60} )?(?:omnystudio\.com|acast\.com)|Privacy Policy at https://art19|Advertising Inquiries: "
    r"|This podcast uses the following third-party|(?:See )?[Pp]rivacy (?:[Pp]olicy|[Ii]nformation) (?:at|and) "
)
_MOST_FOOTER_CHARS = 1_000
_FURNITURE = re.compile(r"(?:Full )?Transcript:?|TRANSCRIPT:?")
_SPLIT = re.compile(
    r"(?P<rule>-{3,}|—-+)|(?P<dot>[•●▪◦]\s*)|(?P<star>\*+)"
    r"|(?P<glue>(?:(?<=[a-z)\]”\"’'%0-9][.…])|(?<=[a-z][.?!…][”\"’')]))(?=[\"“‘(]?[A-Z](?:[a-z'’ ,]|$))"
    r"|(?<=[\w)][?!:])(?=[\"“‘(]?[A-Z])|(?<=\])(?=[A-Z][a-z]))"
    r"|(?P<camel>(?<![\w/@.#_-])[a-z]{3,40}(?=[A-Z][a-z]{2}))"
    rf"|(?P<dash>—(?={_OPENER.pattern}|\s?[A-Z]\w+ may be ))"
    rf"|(?P<opener>(?<=[.!?)/] )(?={_OPENER.pattern}))"
)
_OPENED = re.compile(rf"\s{{1,4}}(?={_OPENER.pattern})")
_LABELLED = re.compile(r"\s{1,4}(?=[A-Z][\w'’()&.]{0,30}(?: [A-Z(][\w'’()&.]{0,30}){0,4}:\s)")


@dataclass(frozen=True, slots=True)
class Listing:
    """The chapters that show notes list, and the ranges of the lists, with their headings and times."""

    chapters: tuple[Chapter, ...]
    ranges: tuple[tuple[int, int], ...]


NOTHING_LISTED = Listing((), ())


def footer_start(text: str, start: int, end: int) -> int:
    """Return where the lines begin that a hosting service put below text[start:end], or `end`."""
    found = _FOOTER.search(text, max(start, end - _MOST_FOOTER_CHARS), end)
    return found.start() if found else end


def read_links(text: str, start: int, end: int) -> tuple[Link, ...]:
    """Return the addresses in text[start:end], parted from the words that were glued to them."""
    is_glued: bool | None = None
    links = []
    done = start
    for found in _addresses(text, start, end):
        if is_glued is None:
            is_glued = bool(_GLUED.search(text, start, end))
        at = max(found.start(), done)
        while at < found.end():
            following = _NEXT_ADDRESS.search(text, at + 1, found.end())
            stop = _address_end(text, at, following.start() if following else found.end(), is_glued)
            if stop - at > 10 or "." in text[at:stop]:
                links.append(Link(text[at:stop], at, stop))
            done = stop
            if following is None:
                break
            at = following.start()
    return tuple(links)


def _addresses(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield all addresses in text[start:end], looked for only in words that have a sign of one."""
    done = start
    signs = {sign: text.find(sign, start, end) for sign in ("/", "www.")}
    while found := [at for at in signs.values() if at >= 0]:
        at = min(found)
        before = text[done:at]
        is_word_before = bool(before) and not before[-1].isspace()
        word_start = at - len(before.rsplit(None, 1)[-1]) if is_word_before else at
        space = _SPACE.search(text, at, end)
        done = space.start() if space else end
        yield from _ADDRESS.finditer(text, word_start, done)
        signs = {sign: text.find(sign, done, end) if 0 <= place < done else place for sign, place in signs.items()}


def _address_end(text: str, start: int, end: int, is_glued: bool) -> int:
    """Return where the address that starts at `start` plausibly ends; at most `end`."""
    host = _HOST.match(text, start, end)
    assert host is not None
    after = text[host.end() : host.end() + 1] if host.end() < end else ""
    if after.isupper() and re.search(r"\.[a-z]{2,}$", text[max(start, host.end() - 20) : host.end()]):
        return host.end()
    previous = -1
    while previous != end:
        previous = end
        while end > start and text[end - 1] in ".,;!?'":
            end -= 1
        if text[end - 1] == ")" and text.count("(", start, end) < text.count(")", start, end):
            end -= 1
        tail_start = max(host.end(), end - 40)
        follows = text[end : end + 2]
        for stuck in (_STUCK_CLOCK, _STUCK_LABEL):
            found = stuck.search(text, tail_start, end)
            if found:
                end = found.start()
        found = _STUCK_WORD.search(text, tail_start, end)
        if found and found.start() > host.end() and _is_stuck(found, follows, is_glued):
            end = found.start()
    return end


def _is_stuck(word: re.Match[str], follows: str, is_glued: bool) -> bool:
    """Tell whether the capitalised word at the end of an address opens the next paragraph instead."""
    if not follows:
        return False
    if not follows[0].isspace():
        return follows[0] in ":(" or (follows[0].isdecimal() and bool(_STUCK_SECTION.search(word.group())))
    if follows[1:2].islower():
        return True
    return is_glued and follows[1:2] not in "*•"


# --- reading


def read_chapters(text: str, start: int, end: int) -> Listing:
    """Return the chapters that the show notes in text[start:end] list with their times."""
    chapters: list[Chapter] = []
    ranges: list[tuple[int, int]] = []
    for header, items in _chapter_lists(text, start, end):
        titled = [item for item in _chapters(text, items, end) if item.title]
        chapters += titled
        ranges.append((header, max(items[-1].end, titled[-1].char_end if titled else 0)))
    return Listing(tuple(chapters), tuple(ranges))


def read_passages(
    text: str, start: int, end: int, links: tuple[Link, ...], listing: Listing = NOTHING_LISTED
) -> tuple[Passage, ...]:
    """Return the paragraphs and bullets of text[start:end], without what `listing` holds; `links` stay whole."""
    passages: list[Passage] = []
    at = start
    for begin, stop in [*listing.ranges, (end, end)]:
        passages += _passages(text, at, min(begin, end), links)
        at = max(at, stop)
    return tuple(passages)


@dataclass(frozen=True, slots=True)
class _Time:
    start: int
    end: int
    start_s: float
    shorter_s: float | None
    """The time if its first digit belongs to the title in front (`Top 5` + `1:02:03`)."""
    style: str


def _times(text: str, start: int, end: int) -> Iterator[_Time]:
    for found in _TIME.finditer(text, start, end):
        clock = found["inner"] or found["bare"]
        if clock is None or (
            found["bare"] and _PART_OF_NUMBER.search(text, max(start, found.start() - 2), found.start())
        ):
            continue
        shorter = clock[1:] if found["bare"] and clock[0] not in "0:" and clock[1] != ":" else None
        yield _Time(
            *found.span(),
            parse_clock(clock),
            parse_clock(shorter) if shorter else None,
            text[found.start()] if found["inner"] else "",
        )


def _chapter_lists(text: str, start: int, end: int) -> Iterator[tuple[int, list[_Time]]]:
    """Yield each list of chapters: where it begins, its heading with it, and its times."""
    run: list[_Time] = []
    header = start
    done = start
    for time in [*_times(text, start, end), None]:
        begin = _header_start(text, max(start, time.start - 60, done), time.start) if time else None
        if run and (time is None or begin is not None or not _continues(text, run[-1], time)):
            stop = time.start if time else end
            if _is_list(text, run, header < run[0].start, stop):
                yield header, run
                done = run[-1].end
            run = []
        if time is not None:
            if not run:
                header = time.start if begin is None else begin
            run.append(_disambiguated(run[-1] if run else None, time))


def _disambiguated(before: _Time | None, time: _Time) -> _Time:
    """Return `time` without its first digit where only that keeps the clock going on plausibly."""
    if time.shorter_s is None or before is None:
        return time
    if before.start_s <= time.start_s < before.start_s + 7_200 or not before.start_s <= time.shorter_s:
        return time
    return _Time(time.start + 1, time.end, time.shorter_s, None, time.style)


def _header_start(text: str, start: int, end: int) -> int | None:
    found = _HEADER.search(text, start, end)
    return found.start() if found else None


def _continues(text: str, last: _Time, time: _Time) -> bool:
    between = text[last.end : time.start]
    if not between.strip() or len(between) > _MOST_TITLE_CHARS or (last.style != time.style):
        return False
    return "://" not in between and not (last.start_s > 0 == time.start_s)


def _is_list(text: str, run: list[_Time], has_header: bool, stop: int) -> bool:
    """Tell whether a run of times is a list of chapters and not prose or references."""
    if len(run) < (2 if has_header else 3):
        return False
    forward = sum(a.start_s <= b.start_s for a, b in pairwise(run))
    if forward < 0.6 * (len(run) - 1):
        return False
    ends = [time.start for time in run[1:]] + [min(stop, run[-1].end + _MOST_LAST_CHARS)]
    titles = [text[_LEAD.match(text, a.end).end() : b] for a, b in zip(run, ends, strict=True)]  # type: ignore[union-attr]
    opens = sum(bool(title) and not title[0].islower() for title in titles)
    prose = sum(bool(re.search(r"[a-z]{2}[.!] [A-Z]", title)) for title in titles[:-1])
    return opens >= 0.7 * len(titles) and prose <= 0.3 * len(titles)


def _chapters(text: str, items: list[_Time], end: int) -> Iterator[Chapter]:
    for number, item in enumerate(items):
        following = items[number + 1] if number + 1 < len(items) else None
        begin = _LEAD.match(text, item.end, end).end()  # type: ignore[union-attr]
        stop = following.start if following else _last_title_end(text, begin, end)
        begin, stop = _title_range(text, begin, max(begin, stop))
        end_s = following.start_s if following and following.start_s >= item.start_s else None
        yield Chapter(tidy(text[begin:stop]), begin, stop, item.start_s, end_s)


def _title_range(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end].rstrip(" \t\n*•|,;—–-([\u00a0")
    return trim(text, start, start + len(piece))


def _last_title_end(text: str, start: int, end: int) -> int:
    """Return where the last chapter's title ends: at the first thing that cannot belong to it."""
    limit = min(end, start + _MOST_LAST_CHARS)
    stops = [found.start() for pattern in (_END_OF_LIST, _OPENER) if (found := pattern.search(text, start + 1, limit))]
    stop = min(stops, default=limit)
    if stop == limit < end:
        sentence = re.compile(r"[.?!](?=\s)").search(text, start, limit)
        stop = sentence.end() if sentence else max(text.rfind(" ", start, limit), start)
    return stop


def _passages(text: str, start: int, end: int, links: tuple[Link, ...]) -> Iterator[Passage]:
    """Yield the paragraphs and bullets of text[start:end]."""
    for begin, stop in _paragraphs(text, start, end, links):
        begin, stop = trim(text, begin, stop)
        found = passage(text, begin, stop)
        if found is not None and re.search(r"\w", found.text) and not _FURNITURE.fullmatch(found.text):
            yield found


def _paragraphs(text: str, start: int, end: int, links: tuple[Link, ...]) -> Iterator[tuple[int, int]]:
    at = start
    footer = footer_start(text, start, end)
    for stop, resume in _cuts(text, start, footer, links):
        if stop > at:
            yield at, stop
        at = max(at, resume)
    if at < footer:
        yield at, footer
    if footer < end:
        yield footer, end


def _cuts(text: str, start: int, end: int, links: tuple[Link, ...]) -> Iterator[tuple[int, int]]:
    """Yield (where a paragraph ends, where the next begins), in order."""
    starts = [link.char_start for link in links]
    cuts: list[tuple[int, int]] = []
    opened = -1_000
    for found in _SPLIT.finditer(text, start, end):
        at, behind = found.span()
        number = bisect_right(starts, at) - 1
        if number >= 0 and at < links[number].char_end:
            continue
        if found["star"]:
            is_opener = behind < end and not text[behind].isspace()
            if is_opener and (at == start or not text[at - 1].isalnum()):
                opened = at
            elif not is_opener and at - opened < 200:
                opened = -1_000
            elif not is_opener:
                cuts.append((at, behind))
        elif found["camel"]:
            cuts.append((behind, behind))
        else:
            cuts.append((at, behind))
    first = bisect_right(starts, start - 1)
    for link in links[first:]:
        if link.char_end >= end:
            break
        following = text[link.char_end]
        labelled = _LABELLED.match(text, link.char_end, end) or _OPENED.match(text, link.char_end, end)
        if following.isupper() or labelled:
            cuts.append((link.char_end, labelled.end() if labelled else link.char_end))
    yield from sorted(cuts)
