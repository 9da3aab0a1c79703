"""Sponsors that show notes name: each item of a list of sponsors, and sentences that name one.

Works on display text alone; offsets are its code points. A list opens with words such as `Brought to you by:` or
`Sponsors:`, and each item names the sponsor before a dash, a colon or an address. Publishers glue items to the address
before them (`https://example.org/showAcme - Tools for all`), so a name may begin inside an address.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

_MAX_BLOCK = 6000
_MAX_ITEM = 900
# Prose of this length after the end of an item is no longer a list of sponsors.
_MAX_PROSE = 160

_SHOW = r"(?:episode|show|podcast|video|series|newsletter|conversation|interview)"
_CUE = re.compile(
    # A cue may be glued to the address before it.
    r"(?:\b|(?-i:(?<=[a-z0-9/])(?=[A-Z])))(?:brought to you (?:\w+ )?by|sponsored by"
    rf"|{_SHOW} (?:is|was) (?:\w+ )?(?:supported|presented|powered) by"
    rf"|support for (?:this|the|today[’']s) {_SHOW} comes from"
    r"|(?:our|today[’']s|this (?:week|episode)[’']s|episode|show) sponsors?(?: (?:is|are|include|today is)\b|\s*:)"
    r"|thank(?:s| you)(?: so much)? to (?:our|today[’']s|this week[’']s) (?:\w+ )?(?:sponsors?|partners?|friends at)"
    r"|sponsors?\s*:|our partners?\s*:)",
    re.IGNORECASE,
)
# What follows a list of sponsors: the next section of the notes.
_SECTION = re.compile(
    r"\b[A-Z]{3,}(?: [A-Z]{2,}){1,3}:|(?<![\d:])\(?\d{1,2}:\d\d\b"
    r"|\b(?i:chapters|time ?stamps|show ?notes|(?:social )?links|resources|references|referenced|transcript|topics"
    r"|about|credits|takeaways|mentioned|questions|contact|music|disclaimer)\s*:"
    r"|\b(?:Where to find|In this episode|Hosted by|Produced by|Production and|Music by|Follow (?:us|the|our|me|@)"
    r"|Subscribe (?:to|on)|Find (?:us|our|me)|Join (?:us|our)|Connect with|Listen on|Learn more about your ad)\b",
)
_TOKEN = r"[A-Z0-9][\w’'&+-]*(?:\.\w+)*"
_JOINER = r"(?:of|the|from|for|by|in|at|&)"
_NAME = rf"{_TOKEN}(?:\s(?:{_JOINER}\s){{0,2}}{_TOKEN}){{0,6}}(?:\s\([^()]{{1,30}}\))?"
_HEADER = re.compile(rf"(?P<name>{_NAME})(?P<end>\s[–—-]\s|—|:(?!//)\s?)")
_FIRST_NAME = re.compile(rf"[\s:•*–—-]{{0,6}}(?:(?:our (?:friends|partners) at|the folks at)\s)?(?P<name>{_NAME})")
_NEXT_NAME = re.compile(rf"(?:,? and|,|\s[|&])\s(?P<name>{_NAME})")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_HOST = re.compile(r"(?:https?://|www\.)([^/\s]+)")
_SENTENCE_END = re.compile(r"[.?!…][\"”’)]*(?=\s|$)")
_ITEM_END = re.compile(r"[•\n]|—(?=[A-Z•])")
_BORDER = re.compile(r"[.?!…•\n—]|://|www\.")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OFFER = re.compile(
    r"\b(?:promo|discount|coupon) code\b|\b[Uu]se (?:the |my |our )?(?:promo )?code\s[“\"']?[A-Z0-9]{3,}"
    r"|\b[Gg]et \d{1,2} ?% off\b"
)
# Ends of a list that look like an item: `LinkedIn: https://...`.
_CONTACTS = re.compile(
    r"x|twitter|linkedin|youtube|instagram|facebook|tiktok|threads|bluesky|mastodon|discord|web(?:site)?|email|blog"
    r"|newsletter|substack|github|podcast|spotify|hosts?|guests?|links?|sponsors?|partners",
    re.IGNORECASE,
)
# A heading that names the sponsor of the paragraphs below it: `Acme - Sponsor`, `Sponsor: Acme`.
_HEADED = re.compile(
    r"(?:our |today[’']s |episode )?sponsor(?:ed by)?(?:\s*[:|–—-]\s*|(?<=by)\s+)(?P<after>[^.?!:]{2,40})"
    r"|(?P<before>[^?!:]{2,40}?)\s*(?:[|–—-]\s*sponsor|\((?:our )?sponsor\))",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[•*–—-]\s|\(?\d{1,2}:\d\d")


class Credit(NamedTuple):
    """A stretch of show notes that credits a sponsor.

    `name` as the text has it, None where it names nobody; `is_listed`: it is an item of a list, so more may follow.
    """

    start: int
    end: int
    name: str | None
    is_listed: bool = False


def is_heading(text: str) -> bool:
    """Whether `text` is nothing but the heading of a list of sponsors."""
    found = _CUE.search(text[:80])
    return found is not None and not text[found.end() :].strip(" :•*–—-")


def headed_sponsor(text: str) -> str | None:
    """Return the sponsor that a heading of its own names, None where `text` is no such heading."""
    found = _HEADED.fullmatch(text.strip()) if len(text) < 80 else None
    return (found["after"] or found["before"]).strip(" *#") if found else None


def is_section(text: str) -> bool:
    """Whether a paragraph begins another section: a short line that is no sentence, an item of a list, a time."""
    line = text.strip()
    if _BULLET.match(line) or _SECTION.match(line):
        return True
    return len(line) <= 40 and not line.endswith((".", "!", "?", "…")) and not _ADDRESS.search(line)


def hosts(text: str) -> list[str]:
    """Return the hosts of the addresses in `text` without `www` and ending: `acme` of `https://www.acme.com/x`."""
    return [host.removeprefix("www.").rsplit(".", 1)[0].casefold() for host in _HOST.findall(text) if "." in host]


def opens_item(text: str) -> bool:
    """Whether a paragraph below the heading of a list of sponsors begins with an item of it."""
    header = _HEADER.match(text)
    return header is not None and not _SECTION.match(text) and not _CONTACTS.fullmatch(header["name"])


def credits(text: str, is_item: bool = False) -> list[Credit]:
    """Return the credits in a paragraph of show notes, in order.

    `is_item`: the paragraph belongs to a list whose heading stands before it, and is an item or several.
    """
    found: list[Credit] = []
    done = 0
    if is_item:
        found = list(_items(text, 0, len(text)))
        if found and len(text) - found[-1].start <= _MAX_ITEM:
            found[-1] = found[-1]._replace(end=len(text))
        done = found[-1].end if found else 0
    cues = list(_CUE.finditer(text))
    for cue, following in zip_longest(cues, cues[1:]):
        if cue.start() < done:
            continue
        limit = min(following.start() if following else len(text), cue.end() + _MAX_BLOCK)
        section = _SECTION.search(text, cue.end(), limit)
        limit = section.start() if section else limit
        block = list(_items(text, cue.end(), limit)) or list(_inline(text, cue.start(), cue.end(), limit))
        found += block
        done = max(cue.end(), block[-1].end if block else 0)
    starts = [credit.start for credit in found]
    done = 0
    for offer in _OFFER.finditer(text):
        start, end = sentence_around(text, offer.start())
        before = bisect_left(starts, end) - 1
        if start >= done and (before < 0 or found[before].end <= start):
            found.append(Credit(start, end, None))
            done = end
    return sorted(found)


def sentence_around(text: str, position: int) -> tuple[int, int]:
    """Return the range of the sentence that holds `position`, at most 600 characters to each side."""
    start = max(0, position - 600)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, start, position)]
    start = ends[-1] if ends else start
    while start < position and text[start].isspace():
        start += 1
    following = _SENTENCE_END.search(text, position, min(len(text), position + 600))
    return start, following.end() if following else min(len(text), position + 600)


def _items(text: str, start: int, limit: int) -> Iterator[Credit]:
    """Yield the items of a list of sponsors that begins at `start`."""
    headers: list[re.Match[str]] = []
    for header in _HEADER.finditer(text, start, limit):
        # `Acme - Tools for Teams - https://...` is one item: another needs a border after the first.
        is_new = not headers or _BORDER.search(text, headers[-1].end(), header.start())
        if is_new and _opens_item(text, start, header):
            headers.append(header)
    if not headers or text[start : headers[0].start()].strip(" :•*–—-\n"):
        return
    for header, following in zip_longest(headers, headers[1:]):
        if _CONTACTS.fullmatch(header["name"]):
            return
        next_start = _name_start(text, following) if following else limit
        begin = _name_start(text, header)
        own_end = _item_end(text, header.end(), min(next_start, begin + _MAX_ITEM))
        is_last = next_start - own_end > _MAX_PROSE or not following
        end = own_end if is_last else next_start
        yield Credit(begin, _trimmed(text, begin, end), text[begin : header.end("name")], True)
        if is_last:
            return


def _opens_item(text: str, start: int, header: re.Match[str]) -> bool:
    """Whether an item may begin at `header`: a colon after a name is common in prose, so it needs a border before."""
    before = text[max(start, header.start() - 200) : header.start()]
    run = before.rsplit(None, 1)[-1] if before.strip() and not before[-1].isspace() else ""
    if run:
        return bool(_ADDRESS.match(run)) or run[-1] in "•—*-:"
    if header["end"][0] != ":" or not before.strip():
        return True
    last = before.split()[-1]
    return last[-1] in '.?!…•—*-:"”)' or bool(_ADDRESS.match(last))


def _name_start(text: str, header: re.Match[str]) -> int:
    """Return where the name begins: where it is glued to an address, at the capital that its own address confirms."""
    begin = header.start()
    if begin == 0 or text[begin - 1].isspace():
        return begin
    first = header["name"].split()[0]
    starts = [begin, *(begin + hump.start() for hump in _HUMP.finditer(first))]
    host = _HOST.search(text, header.end(), header.end() + 400)
    if host:
        address = _letters(host[1])
        for candidate in starts:
            if _letters(text[candidate : begin + len(first)]) in address:
                return candidate
    return starts[1] if text[begin - 1] == "/" and len(starts) > 1 else begin


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def _item_end(text: str, start: int, limit: int) -> int:
    """Return where an item ends that no other follows: after the sentence of its address, else its first sentence."""
    border = _ITEM_END.search(text, start, limit)
    limit = border.start() if border else limit
    address = _ADDRESS.search(text, start, limit)
    if address is None:
        sentence = _SENTENCE_END.search(text, start, limit)
        return sentence.end() if sentence else limit
    rest = text[address.end() : limit].lstrip()
    # An address that ends its sentence is followed by a capital or by nothing.
    if not rest or not rest[0].islower():
        return address.end()
    sentence = _SENTENCE_END.search(text, address.end(), limit)
    return sentence.end() if sentence else limit


def _inline(text: str, cue_start: int, cue_end: int, limit: int) -> Iterator[Credit]:
    """Yield the sponsors that a sentence names: `This episode is brought to you by Acme and Initech.`"""
    sentence = _SENTENCE_END.search(text, cue_end, limit)
    limit = sentence.end() if sentence else min(limit, cue_end + 300)
    found = _FIRST_NAME.match(text, cue_end, limit)
    names = []
    while found:
        names.append((found.start("name"), found.end("name")))
        found = _NEXT_NAME.match(text, found.end(), limit)
    for index, (begin, end) in enumerate(names):
        start = cue_start if index == 0 else begin
        stop = names[index + 1][0] if index + 1 < len(names) else limit
        yield Credit(start, _trimmed(text, start, stop), text[begin:end])


def _trimmed(text: str, start: int, end: int) -> int:
    """Return `end` without the white space, bullets and dashes before it."""
    while end > start and (text[end - 1].isspace() or text[end - 1] in "•*|–—-"):
        end -= 1
    return end
