"""What a sentence says of people: who hosts, who is a guest, where they work.

A sentence is read in two steps. First its people are gathered into groups with what is said beside their names (`Ada
Byte, CTO of Initech, and Bob Low`), and each group is replaced by one mark. Then patterns over the marks tell roles:
`⟨group⟩ joins us`, `hosted by ⟨group⟩`. A name that no pattern reaches is a name talked about: it gives no statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from orchestration.transforms.person_groups import Group, Person
from orchestration.transforms.person_names import fold

Role = Literal["host", "co_host", "guest", "other", "unknown"]
Place = Literal["title", "notes", "speech"]

GROUP = "\ue000"
SHOW = "\ue001"


@dataclass(frozen=True, slots=True)
class Statement:
    """That a person has a role, by the pattern that says so. The range is that of the name in the sentence."""

    person: Person
    role: Role
    pattern: str
    start: int
    end: int


_G = GROUP
_GAP = rf"[^{_G}.;:!?]{{0,50}}?"
# Words between a verb and the people it brings. Each ends in a space, so that a run of them reads in one way only.
_KIND_WORDS = (
    r"(?:\b(?:our|my|the|an?|two|three|four|both|also|special|esteemed|good|dear|old|great|amazing|wonderful|very|"
    r"friends?|colleagues?|fellow|AI|guests?|returning|legendary|only|one|and|podcasters?|experts?|today|again|by|"
    r"with|of|show|pod|Dr|Prof|Professor)[:,.]? ){0,7}"
)
_WITH = rf"{_KIND_WORDS}(?P<guest>{_G})"
_US = rf"(?:us|me|our hosts?|{SHOW}|th(?:e|is) (?:show|podcast|pod|program|episode|conversation)|\w+ on {SHOW})"
_TALK = (
    r"(?:sits? down|sat down|sitting down|speaks?|spoke|speaking|talks?|talked|talking|chats?|chatted|chatting|"
    r"interviews?|interviewed|interviewing|catch(?:es)? up|caught up|catching up|in conversation)"
)
_TALK_DE = (
    r"(?:reden|rede|redet|sprechen|spreche|spricht|sprach|unterhalten uns|unterhalte mich|"
    r"diskutieren|diskutiert|plaudern)"
)

_NOTES: tuple[tuple[str, str], ...] = (
    ("hosted_by", rf"\bhosted by {_KIND_WORDS}(?P<host>{_G})"),
    ("with_hosts", rf"\b(?:with|your|our|meet (?:the|your)) (?:your |our )?(?:co-?)?hosts?:? (?P<host>{_G})"),
    ("teams_up", rf"(?P<host>{_G}){_GAP}\bteams? up with {_WITH}"),
    ("talks_with", rf"(?P<host>{_G}){_GAP}\b{_TALK}\b(?:{_GAP}\b(?:with|to))? {_KIND_WORDS}(?P<guest>{_G})"),
    ("to_talk_with", rf"\bto {_TALK} (?:with|to) {_WITH}"),
    ("welcomes", rf"(?P<host>{_G}){_GAP}\b(?:welcomes?|hosts?|is joined by|are joined by|interviews?) {_WITH}"),
    (
        "joins_people",
        rf"(?P<guest>{_G}){_GAP}\b(?:joins?|is joining|are joining) (?:{SHOW} |the )?(?:hosts? )?(?P<host>{_G})",
    ),
    ("joins", rf"(?P<guest>{_G}){_GAP}\b(?:joins?|is joining|are joining|to join|joining) {_US}"),
    ("joining_us", rf"\bjoining (?:us|me)\b{_GAP}(?:is|are|we have)?:? {_WITH}"),
    ("joined_by", rf"\bjoined (?:{_GAP}\b)?by {_WITH}"),
    (
        "returns",
        rf"(?P<guest>{_G}){_GAP}\b(?:returns?|(?:comes?|is|are) back|comes on|appears?)\b(?: again)? ?(?:to|"
        rf"on|with|for)? {_US}",
    ),
    ("features", rf"\b(?:features?|featuring|feat\.?|ft\.?) {_WITH}"),
    (
        "guest_is",
        rf"\bguests?(?: today| this week| for today| on (?:the|this) (?:show|episode))?(?: is| are| was|"
        rf" were)?[\s:,—–-]+{_WITH}",
    ),
    (
        "is_guest",
        rf"(?P<guest>{_G}){_GAP}\b(?:is|are|as) (?:our|my|the|today's|this week's|today’s)?\s?(?:\w+ )?guests?\b",
    ),
    (
        "we_talk",
        rf"\b(?:we|I|we're|I'm|we’re|I’m)\b(?: also| then| just| finally| recently| first|"
        rf" \w+ly)? {_TALK}(?: \w+)? (?:with|to) {_WITH}",
    ),
    (
        "we_welcome",
        rf"\b(?:we|I|we're|I'm|we’re|I’m)\b {_GAP}\b(?:welcome|welcomed|host|bring on|bring back|"
        rf"interviewed|interview) {_WITH}",
    ),
    (
        "conversation_with",
        rf"\b(?:conversation|interview|discussion|chat|episode|dialogue|fireside|deep dive|Q&A|session) with {_WITH}",
    ),
    (
        "glad_to_have",
        rf"\b(?:excited|honou?red|thrilled|fortunate|happy|lucky|pleased|delighted|glad|proud|privileged|"
        rf"pleasure)\b{_GAP}\b(?:have|having|welcome|host|hosting|welcoming|speak(?:ing)? with|"
        rf"talk(?:ing)? (?:to|with)) {_WITH}",
    ),
    ("takes_us", rf"(?P<guest>{_G}){_GAP}\b(?:takes|walks|walk|take|tells|guides|teaches|shows|gives) (?:us|me)\b"),
    ("talks_de", rf"\b{_TALK_DE}\b{_GAP}\bmit {_WITH}"),
    (
        "guest_de",
        rf"\b(?:zu gast(?: ist| sind| bei uns)?|(?:mein|unser|heutiger|"
        rf"unsere) (?:heutiger )?g[aä]ste?(?: ist| sind| heute)?)[\s:,]+(?P<guest>{_G})",
    ),
    ("guest_de", rf"(?P<guest>{_G}) (?:ist|sind) {_GAP}zu gast\b"),
)
_TITLE: tuple[tuple[str, str], ...] = (
    (
        "title_with",
        rf"(?:\bwith|\bw/|\bfeat\.?|\bft\.?|\bfeaturing|\bguests?:?|\bmit) {_WITH}\s*(?:$|[|(\[,:—–-]|on\b|"
        rf"from\b|of\b)",
    ),
    ("title_tail", rf"\s[|—–-]\s*(?P<guest>{_G})\s*(?:$|\()"),
    (
        "title_head",
        rf"^(?:[#\w.]{{0,8}}\d{{1,4}}\W{{0,4}}\s)?(?P<guest>{_G})\s*(?:$|[:|—–-]|on\b|explains|talks|"
        rf"discusses|returns)",
    ),
)
_SPEECH: tuple[tuple[str, str], ...] = (
    ("co_host", rf"\b(?:my|our) {_GAP}co-?hosts?,? (?:today,? |as (?:always|usual),? )?(?P<cohost>{_G})"),
    ("host_self", rf"\b(?:I'm|I’m|I am|this is) your (?:co-)?host,? (?P<self_host>{_G})"),
    ("self", rf"\b(?:I'm|I’m|I am|my name is|my name's|(?:^|[\s,])this is|(?:^|\s)it's) (?P<self>{_G})(?!['’]s)"),
    ("joined_by", rf"\bjoined (?:{_GAP}\b)?by {_WITH}"),
    ("joining_us", rf"\bjoining (?:us|me)\b{_GAP}(?:is|are|we have)?:? {_WITH}"),
    (
        "joins",
        rf"(?P<guest>{_G}){_GAP}\b(?:joins?|is joining|are joining|is here with|to join|joining) (?:us|me|"
        rf"{SHOW}|the (?:show|pod|podcast))\b",
    ),
    (
        "guest_is",
        rf"\b(?:our|my|today's|today’s|a|first|special|next) (?:\w+ )?guests?(?: today| this week| is|"
        rf" are)*[\s:,]+(?:we have |is |are )?{_WITH}",
    ),
    (
        "in_studio",
        rf"\b(?:in (?:the|our) studio|remote recording|here|back|today|live)\b(?:,? (?:I guess|in \w+|"
        rf"today),?)? with {_WITH}",
    ),
    ("with_us", rf"\bwith us\b{_GAP},? {_WITH}"),
    ("with_us", rf"\bwith (?:me|us)(?: \w+){{0,3}}? (?:is|are) {_WITH}"),
    ("with_us", rf"\b(?:we have|we've got|we got|I have|I've got)\b(?: with us| here| today| on)* {_WITH}"),
    (
        "glad_to_have",
        rf"\b(?:excited|honou?red|thrilled|fortunate|happy|lucky|pleased|delighted|glad|proud|privileged|"
        rf"pleasure)\b{_GAP}\b(?:have|having|welcome|host|hosting|welcoming|speak(?:ing)? with|"
        rf"talk(?:ing)? (?:to|with)|here with|with)\b{_GAP}{_WITH}",
    ),
    ("welcome", rf"\b[Ww]elcome(?: back| in| aboard)?(?: to {SHOW})?,? {_WITH}"),
    ("welcome", rf"(?P<guest>{_G}),? {_GAP}\bwelcome (?:back|to (?:the (?:show|pod|podcast)|{SHOW}))"),
    ("we_talk", rf"\b(?:today|tonight)\b{_GAP}\b{_TALK} (?:with|to) {_WITH}"),
    ("last_not_least", rf"\blast but not least,?(?: is| we have| joining us is)?,? {_WITH}"),
)
_COMPILED: dict[Place, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "notes": tuple((name, re.compile(p, re.IGNORECASE)) for name, p in _NOTES),
    "title": tuple((name, re.compile(p, re.IGNORECASE)) for name, p in _TITLE),
    "speech": tuple((name, re.compile(p, re.IGNORECASE)) for name, p in _SPEECH),
}
_ROLES: dict[str, Role] = {
    "host": "host",
    "cohost": "co_host",
    "guest": "guest",
    "self": "unknown",
    "self_host": "host",
}
_HOST_WITH = re.compile(rf"{_G}[^{_G}.;:!?]{{0,80}}? with {_WITH}")
# Sentences about other episodes or other people's shows.
_ELSEWHERE = re.compile(
    r"\b(?:previous|past|former|top|prior|upcoming|recent|earlier|notable|other|future) (?:\w+ )?guests?\b|"
    r"\bguests (?:have )?included?\b|"
    r"\b(?:have|had|[’']ve) (?:also |previously |already |recently |both )*(?:chatted|spoken|talked|"
    r"interviewed|hosted|featured|sat down)\b|"
    r"\b(?:previous|past|earlier|last|other|our first|recent) (?:\w+ )?(?:conversation|interview|episode|"
    r"chat|discussion) with\b|"
    r"\b(?:last (?:week|month|year|time)|previously)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    rf"\b(?:he|she|they)(?:'s|’s|'re|’re)? (?:joins?|joined|sits? down|comes? on|return|returns|(?:is|"
    rf"are) (?:my|our)) (?:{_US}|with|to|guests?)|"
    rf"\b{_TALK_DE}\b[^.;]{{0,40}}?\bmit (?:ihm|ihr|ihnen)\b|"
    r"\b(?:I|we) (?:sat down|sit down|spoke|speak|talk|talked|chat|chatted) (?:with|to) (?:him|her|them)\b",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"^[\s*•:·|-]{0,6}(?:on )?(?:LinkedIn|X|Twitter|Substack|Website|Personal site|GitHub|Bluesky)\b\s*(?::|$|\()"
)
_FIRST_BIO = re.compile(
    rf"^(?:Dr\.? |Prof(?:essor|\.)? )?{_G} (?:is|are|war|ist) (?:an?|the|one of|currently|\d|co-?founder|CEO)\b"
)


def mask(text: str, groups: list[Group], shows: tuple[str, ...] = ()) -> str:
    """Return the sentence with each group replaced by `GROUP` and each of the copy's shows by `SHOW`."""
    pieces: list[str] = []
    position = 0
    for group in groups:
        pieces.append(mask_shows(text[position : group.start], shows))
        pieces.append(GROUP)
        position = group.end
    pieces.append(mask_shows(text[position:], shows))
    return "".join(pieces)


def mask_shows(text: str, shows: tuple[str, ...]) -> str:
    """Return `text` with each of the copy's shows replaced by `SHOW`."""
    for show in shows:
        if show and show.casefold() in text.casefold():
            text = re.sub(rf"\b(?:the )?{re.escape(show)}(?: (?:podcast|pod|show)\b)?", SHOW, text, flags=re.IGNORECASE)
    return text


def statements_of(text: str, groups: list[Group], place: Place, shows: tuple[str, ...] = ()) -> list[Statement]:
    """Return what a sentence says of the roles of its people.

    shows: names of the copy's shows, the primary one first. Without groups there are no statements.
    """
    if not groups or _ELSEWHERE.search(text):
        return []
    masked = mask(text, groups, shows)
    found: dict[tuple[int, int], Statement] = {}

    def add(at: int, role: Role, pattern: str) -> None:
        index = masked.count(GROUP, 0, at)
        for position, person in enumerate(groups[index].people):
            by_title = _role_by_title(person, shows)
            known = found.get((index, position))
            chosen: Role = by_title if by_title and place != "title" else role
            if known is None or (
                known.role == "guest" and chosen == "host" and pattern in ("hosted_by", "joins_people")
            ):
                found[index, position] = Statement(person, chosen, pattern, person.name.start, person.name.end)

    for pattern, expression in _COMPILED[place]:
        for match in expression.finditer(masked):
            for role_name, role in _ROLES.items():
                if role_name in expression.groupindex and match.start(role_name) >= 0:
                    add(match.start(role_name), role, pattern if not role_name.startswith("self") else "self")
    if place == "notes":
        # `host Ada Byte reads a change with Bob Low`
        for match in _HOST_WITH.finditer(masked):
            host = groups[masked.count(GROUP, 0, match.start())]
            if any(_role_by_title(person, shows) for person in host.people):
                add(match.start("guest"), "guest", "host_with")
    for index, group in enumerate(groups):
        for position, person in enumerate(group.people):
            role_by_title = _role_by_title(person, shows)
            if role_by_title and (index, position) not in found and place != "title":
                found[index, position] = Statement(
                    person, role_by_title, "title_in_front", person.name.start, person.name.end
                )
    if place == "notes":
        for index, group in enumerate(groups):
            for position, person in enumerate(group.people):
                rest = text[person.name.end :]
                if (index, position) not in found and (
                    _CREDIT.match(rest)
                    or (re.match(r"\s*on (?:X|Twitter|LinkedIn)\b", rest) and re.search(r"\bfollow\b", text, re.I))
                ):
                    found[index, position] = Statement(person, "unknown", "credit", person.name.start, person.name.end)
    return list(found.values())


def is_opening_bio(text: str, groups: list[Group]) -> bool:
    """Return whether a sentence presents a person as the first sentence of show notes does: `Ada Byte is a …`."""
    return len(groups) > 0 and groups[0].start <= 11 and bool(_FIRST_BIO.match(mask(text, groups)))


def refers_back(text: str, shows: tuple[str, ...] = ()) -> bool:
    """Return whether a sentence makes a guest of whoever was named last: `They join us to …`, `… reden mit ihm`."""
    return bool(_PRONOUN.search(mask_shows(text, shows))) and not _ELSEWHERE.search(text)


def _role_by_title(person: Person, shows: tuple[str, ...]) -> Role | None:
    title = fold(person.title or "")
    if not re.search(r"\b(?:co-?)?hosts?\b|\beditors?\b", title):
        return None
    if person.organisation:
        own = fold(person.organisation).removeprefix("the ")
        if not shows or own not in (fold(shows[0]).removeprefix("the "), "show", "podcast"):
            return None
    elif "host" not in title:
        return None
    return "co_host" if re.search(r"\bco-?hosts?\b", title) else "host"
