"""Sponsor reads in speech: where a show's voice sells something of another.

Three ways lead to a read: words that open one (`brought to you by`, `a word from our sponsors`), an offer with an
address or a code, and the name of a sponsor that the show notes credit, spoken near an address or an offer. Each is
only a seed: how far the read goes is told by its register: addresses, calls to action, offers, praise of what is
sold, and the brand's name coming back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from orchestration.transforms.letters import ALNUM, Bools, Ints, Letters
from orchestration.transforms.show_talk import PROMO
from orchestration.transforms.speech_sentences import Sentence, Sentences

# A read without words that lead back to the show is taken to last this long at most: reads are sold by the minute.
MAX_READ_WORDS = 220
MAX_READ_S = 120.0
# Sentences of a read that do not sell: so many in a row end it.
MAX_SILENT = 2
# How far a name is looked for around the address or offer that makes it a read.
_REACH = 7

_SHOW = r"(?:episode|show|podcast|video|program(?:me)?|series|newscast|stream|interview|conversation|segment|portion)"
_TOKEN = r"[A-Z0-9][\w’'&+-]*(?:\.\w+)*"
_NAME = re.compile(
    rf"\s?(?:our (?:good )?(?:friends|partners|pals|sponsors?) (?:over )?(?:at|from)|our sponsors?"
    rf"|the (?:folks|team) at"
    rf"|:)?\s?(?P<name>{_TOKEN}(?:\s(?:(?:of|the|for)\s)?{_TOKEN}){{0,4}})"
)
_PAID = r"(?:brought to you(?: today)?|sponsored(?: and hosted)?|supported|made possible|presented) (?:in part )?by"
# Words with which a read opens. `sponsored by` alone is none: guests tell of sponsored events. `brought to you by` is
# hardly said of anything else.
OPENS = re.compile(
    rf"\b(?:(?:this|today[’']s|the|our|my) (?:\w+ )?{_SHOW}(?: of (?:\w+ ){{1,5}})?(?: ?is|[’']s| ?was| are)"
    rf" (?:also |proudly |kindly |hosted and |generously )?{_PAID}"
    rf"|(?:we|we[’']re|we are|i[’']m|i am) (?:also |proudly |both )?(?:hosted and )?{_PAID}"
    r"|(?:is|are|was|were|[’']s) (?:also |proudly |kindly )?brought to you "
    r"(?:today |this week |in part )?by(?= (?-i:[A-Z]))"
    r"|today[’']s (?:\w+ ){1,3}(?:is|are|was) (?:sponsored|supported) by"
    r"|support (?:for (?:\w+[’']?s? ){1,6}|(?:and|also) )?(?:comes from|is provided by)"
    r"|(?:a |the )?(?:quick |short |brief )?(?:word|message|break|thank you|thanks|shout ?outs?)"
    r" (?:from|for|to|to thank|to hear from) (?:all )?(?:(?:of )?our|today[’']s|this week[’']s|this episode[’']s|the) "
    r"(?:\w+ )?(?:sponsors?|partners? at)"
    r"|(?:today[’']s|this week[’']s|this episode[’']s|this month[’']s|our) (?:\w+ )?sponsors?"
    r"(?: (?:today|this week|for (?:today|this)[\w ]{0,20}))?(?: is| are|,| [A-Z])"
    r"|thank(?:s| you)(?: so much| again| very much)? to (?:our|today[’']s|this week[’']s) "
    r"(?:\w+ )?(?:sponsors?|friends at)"
    r"|(?:want|like|love|have|going|gotta) to (?:\w+ )?(?:thank|mention|tell you about)"
    r" (?:our|today[’']s|this week[’']s)"
    r" (?:\w+ )?(?:sponsors?|friends at)"
    r"|thank(?:ing)? (?:our|today[’']s|this week[’']s|this episode[’']s) (?:\w+ )?(?:sponsors?|friends at)"
    rf"|sponsors? (?:of|for) (?:today[’']s|this|the|our) (?:\w+ )?{_SHOW}"
    r"|(?:sponsor|ad|commercial) break|be right back (?:after|with)"
    r"|(?:hear|message|messages|words?|discussion about|talk about) (?:from )?our sponsors?"
    r"|thank(?:s| you) for (?:being our sponsor|sponsoring (?:us|the|this|our)))\b",
    re.IGNORECASE,
)
# `Hive Talk is supported by Acme` opens one too where the show is known by name; of others, libraries are said to be
# supported by their makers, so that an address or an offer must follow.
_NAMED_SHOW = rf"(?: podcast| show)? (?:is|are|[’']s) (?:also |proudly |kindly |made )*{_PAID}"
_MAY_OPEN = re.compile(
    r"\b(?:is|are) (?:also |proudly |kindly )?(?:sponsored|supported|powered|presented) by(?= (?-i:[A-Z]))",
    re.IGNORECASE,
)
ENDS = re.compile(
    r"\b(?:(?:now |and )?back to (?:the|our|my|today[’']s) "
    r"(?:show|episode|conversation|interview|podcast|discussion|program)"
    r"|(?:now,? )?let[’']s get (?:right )?back|(?:now,? )?let[’']s (?:get|dive|jump) (?:right |back )?in(?:to)?\b"
    r"|and now,? (?:back|on) to|on with the show|with that,? let[’']s)",
    re.IGNORECASE,
)
# The show goes on: such a sentence is no part of a read.
_GOES_ON = re.compile(
    r"\b(?:on (?:the|today[’']s) show|joined by|(?:my|our) (?:special )?guests?|welcome (?:to|back)|how are you"
    r"|(?:today|this week),? we(?:[’']re| are| have|[’']ll| will)|let[’']s (?:start|talk)|from your daily)\b",
    re.IGNORECASE,
)
_TOP_LEVEL = r"(?:com|ai|io|dev|org|co|net|app|fm|gg|so|sh|xyz|tech|me|tv|us|uk|de|ly|to|cloud|page)"
_ADDRESS = re.compile(
    rf"\b(?P<host>[\w-]{{2,40}}(?:\.[\w-]{{2,30}})?) ?(?:\.|\bdot) ?{_TOP_LEVEL}\b"
    r"(?P<path> ?(?:/|(?:forward )?slash )(?P<page>[\w-]+))?",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"\b(?:promo|discount|coupon|offer) codes?\b|\buse (?:the |our |my )?code\b|\d ?(?:%|percent) off\b"
    r"|\bfree (?:trial|month|credits?|shipping|account|for (?:the first|\d))|\b(?:months?|weeks?|days?) (?:for )?free\b"
    r"|\bmoney[- ]back\b|\boff your (?:first|next|order|purchase)|\bspecial (?:offer|link|deal)\b|\bfor our listeners\b"
    r"|\bplans? start(?:s|ing)? at\b|\bat no cost\b",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"\b(?:go(?:ing)? to|visit(?:ing)?|head (?:on )?(?:over )?to|check (?:it|them|that) out|check out|sign(?:ing)? up"
    r"|get started|learn(?:ing)? more|find out more|try (?:it|them)|book a (?:demo|call)|download (?:it|the app)"
    r"|the link (?:in|below)|show notes|tell (?:th)?em (?:\w+ ){1,3}sent you|today at)\b",
    re.IGNORECASE,
)
_PITCH = re.compile(
    r"\b(?:trusted by|used by|teams? (?:like|at|of|can|use|that)|companies like|customers|platform|all[- ]in[- ]one"
    r"|built (?:for|by)|designed (?:to|for)|helps? (?:you|teams|companies|developers|people|businesses)"
    r"|(?:makes?|made|making) (?:it )?(?:easy|easier|simple)|powerful|seamless(?:ly)?|enterprise|industry[- ]leading"
    r"|your (?:own )?(?:team|business|company|data|customers|apps?|website|code|podcast|stack|infrastructure|bitcoin)"
    r"|lets you|allows? you to|without (?:having|the hassle)|whether you[’']?re|support team|customer support"
    r"|(?:the )?(?:creators?|makers?) of|their (?:product|platform|team|service|tool)s?|sponsor(?:s|ing|ed)?"
    r"|free learning|fully managed|compliance|one[- ]stop)\b",
    re.IGNORECASE,
)
_YOU = re.compile(r"\byou(?:r|[’']re|[’']ll|[’']ve)?\b", re.IGNORECASE)
# One of these stands in whatever the expressions above find.
_OPENING_WORDS = (
    *("sponsor", "supported", "comes from", "is provided by", "brought to you", "made possible", "presented"),
    *("powered by", "partner at", "partners at", "friends at", "ad break", "commercial break", "right back"),
)
_OFFER_WORDS = (
    *(" code", "% off", "percent off", "off your", "free trial", "free month", "free credit", "free shipping"),
    *("free account", "free for", "month free", "months free", "week free", "weeks free", "day free", "days free"),
    *("for free", "money back", "money-back", "special offer", "special link", "special deal", "for our listeners"),
    *("plan start", "plans start", "at no cost"),
)
READ_WORDS = {"opening": _OPENING_WORDS, "offer": _OFFER_WORDS, "address": (" dot",)}
_ADDRESS_MARK = re.compile(r"\.\w| dot ?", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_STARTERS = frozenset(
    [
        "I",
        "We",
        "You",
        "They",
        "It",
        "This",
        "That",
        "The",
        "And",
        "But",
        "So",
        "Are",
        "Is",
        "Do",
        "Go",
        "Today",
        "Now",
        "Our",
        "My",
    ]
)


class Sponsor(NamedTuple):
    """A sponsor that show notes credit: its name, and the hosts of its addresses without their ending."""

    name: str
    hosts: tuple[str, ...] = ()


class Read(NamedTuple):
    """A sponsor read: its first and last sentence, the rule that found it, and whom it names, where it does."""

    first: int
    last: int
    rule: str
    name: str | None


def reads(
    sentences: Sentences, said: Mapping[str, Bools], known: Sequence[Sponsor], show_names: Collection[str] = ()
) -> list[Read]:
    """Return the reads among the sentences of one copy, in order and apart.

    said: which sentences may hold words of each group of READ_WORDS. known: sponsors of its notes. show_names: what its
    show is called.
    """
    named = "|".join(re.escape(name) for name in sorted(show_names, key=len, reverse=True) if len(name) > 3)
    pages = {name.casefold().replace(" ", "") for name in show_names if len(name) > 3}
    opens_of_show = re.compile(f"\\b(?:{named}){_NAMED_SHOW}", re.IGNORECASE) if named else None
    found: list[Read] = []
    covered = -1
    may_be_address = said["address"] | _with_dots(sentences)
    is_named = _naming(sentences, known)
    may_be_read = said["opening"] | said["offer"] | may_be_address | is_named
    for index in np.flatnonzero(may_be_read).tolist():
        if index <= covered:
            continue
        read = (
            (_opened(sentences, index, opens_of_show) if said["opening"][index] else None)
            or (_named(sentences, index, known) if is_named[index] else None)
            or (
                _offered(sentences, index, covered, pages, bool(said["offer"][index]))
                if said["offer"][index] or may_be_address[index]
                else None
            )
        )
        if read is not None:
            found.append(read)
            covered = read.last
    return found


def sells(text: str) -> float:
    """Return how much a sentence sounds like selling: 0 for plain talk, 2 and more for what hardly is anything else."""
    address = _ADDRESS.search(text)
    return (
        (2.0 if address else 0.0)
        + (2.0 if _OFFER.search(text) else 0.0)
        + (1.0 if _CALL.search(text) else 0.0)
        + (1.0 if _PITCH.search(text) else 0.0)
        + (0.5 if _YOU.search(text) else 0.0)
    )


def spoken_hosts(text: str) -> list[str]:
    """Return the hosts of the addresses that are said in `text`, folded and without ending: `acme`."""
    return [found["host"].casefold() for found in _ADDRESS.finditer(text)]


def _with_dots(sentences: Sentences) -> Bools:
    """Tell which sentences hold a dot within a word, as addresses have one."""
    dots = sentences.letters.places_of(".")
    beyond = chr(Letters.BEYOND_PLANE)
    inner = dots[sentences.letters.are(dots + 1, ALNUM) | sentences.letters.are_in(dots + 1, f"_{beyond}")]
    return _holding(sentences, inner)


def _naming(sentences: Sentences, known: Sequence[Sponsor]) -> Bools:
    """Tell which sentences may name a sponsor."""
    text = sentences.letters.text
    places = []
    for sponsor in known:
        at = text.find(sponsor.name)
        while at >= 0:
            places.append(at)
            at = text.find(sponsor.name, at + 1)
    return _holding(sentences, np.array(places, np.int64))


def _holding(sentences: Sentences, places: Ints) -> Bools:
    holds = np.zeros(len(sentences), np.bool_)
    holds[sentences.at(places)] = True
    return holds


def _opened(sentences: Sequence[Sentence], index: int, opens_of_show: re.Pattern[str] | None) -> Read | None:
    opening = sentences[index]
    cue = OPENS.search(opening.text)
    of_show = opens_of_show.search(opening.text) if opens_of_show else None
    if of_show and (cue is None or of_show.start() < cue.start()):
        cue = of_show
    is_sure = cue is not None
    cue = cue or _MAY_OPEN.search(opening.text)
    if cue is None or opening.text.rstrip().endswith("?"):
        return None
    named = _NAME.match(opening.text, cue.end())
    name = named["name"] if named and named["name"] not in _STARTERS else None
    brands = {word.casefold() for word in _brand_words(opening.text[cue.end() :])} | _name_words(name)
    last = _last(sentences, index, brands)
    told = [sentence.text for sentence in sentences[index : last + 1]]
    if not is_sure and not any(_OFFER.search(text) or (_ADDRESS.search(text) and _CALL.search(text)) for text in told):
        return None
    return Read(index, last, "spoken_read", name)


def _named(sentences: Sequence[Sentence], index: int, known: Sequence[Sponsor]) -> Read | None:
    """Return the read that opens with the name of a known sponsor: it is one where an address or an offer follows."""
    text = sentences[index].text
    for sponsor in known:
        if not _has_word(text, sponsor.name):
            continue
        near = [s for s in sentences[index : index + _REACH] if s.run == sentences[index].run]
        if any(_OFFER.search(s.text) or _leads_to(s.text, sponsor) for s in near):
            brands = _name_words(sponsor.name)
            return Read(index, _last(sentences, index, brands), "noted_read", sponsor.name)
    return None


def _offered(
    sentences: Sequence[Sentence], index: int, covered: int, pages: set[str], may_be_offer: bool
) -> Read | None:
    """Return the read that ends with an offer and an address, back to where its brand is first named.

    An address that is said twice (`go to acme.com/hive, that's acme.com/hive`) is as good as an offer, and so is one
    with a page for the show.
    """
    text = sentences[index].text
    has_offer = may_be_offer and _OFFER.search(text) is not None
    if not has_offer and not (_ADDRESS_MARK.search(text) and _ADDRESS.search(text)):
        return None
    run = sentences[index].run
    near = [s.text for s in sentences[max(0, index - 2) : index + 3] if s.run == run]
    addresses = [found for other in near for found in _ADDRESS.finditer(other)]
    if has_offer:
        address = addresses[0] if addresses else None
    else:
        own = _ADDRESS.search(text)
        said = [found["host"].casefold() for found in addresses if found["path"]]
        is_made_for_it = own is not None and (own["page"] or "").casefold() in pages
        is_told_twice = own is not None and own["path"] and said.count(own["host"].casefold()) > 1
        address = own if is_made_for_it or is_told_twice else None
    if address is None or not any(_CALL.search(other) for other in near):
        return None
    brands = _name_words(address["host"])
    first, words = index, 0
    for position in range(index - 1, covered, -1):
        sentence = sentences[position]
        words += sentence.word_count
        if sentence.run != run or words > MAX_READ_WORDS or _GOES_ON.search(sentence.text):
            break
        if _has_brand(sentence.text, brands):
            first = position
        elif index - position > _REACH:
            break
    # Somebody who names a price in passing does not come back to the name.
    if first == index:
        return None
    return Read(first, _last(sentences, index, brands), "spoken_offer", None)


def _last(sentences: Sequence[Sentence], first: int, brands: set[str]) -> int:
    """Return the last sentence of the read that `first` opens."""
    opening = sentences[first]
    last, silent, words = first, 0, opening.word_count
    for position in range(first + 1, len(sentences)):
        sentence = sentences[position]
        words += sentence.word_count
        is_branded = _has_brand(sentence.text, brands)
        is_late = (
            opening.start_s is not None
            and sentence.start_s is not None
            and sentence.start_s - opening.start_s > MAX_READ_S
        )
        if words > MAX_READ_WORDS or is_late:
            break
        is_own = sentence.run == opening.run or (not brands and sentence.run == opening.run + 1)
        if is_own and ENDS.search(sentence.text):
            return position
        if any(border.search(sentence.text) for border in (_GOES_ON, OPENS, PROMO)):
            break
        # Hosts talk a read over with each other; then only the brand's name carries it on. After an announcement that
        # names nobody (`a word from our sponsors`), the next voice may read.
        sold = 2.0 * is_branded + (sells(sentence.text) if is_own else 0.0)
        if sold >= 1.0:
            last, silent = position, 0
            continue
        silent += 1
        if silent > MAX_SILENT:
            break
    return last


def _brand_words(text: str) -> list[str]:
    """Return the capitalised words of an opening after its cue: the brand and what it makes."""
    return [word for word in re.findall(rf"\b{_TOKEN}", text[:200]) if word not in _STARTERS and len(word) > 2][:6]


def _name_words(name: str | None) -> set[str]:
    return {word.casefold() for word in _WORD.findall(name or "") if len(word) > 2}


def _has_brand(text: str, brands: set[str]) -> bool:
    return bool(brands) and not brands.isdisjoint(word.casefold() for word in _WORD.findall(text))


def _has_word(text: str, name: str) -> bool:
    """Whether `name` stands in `text` as it is written, on word borders."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if (at == 0 or not text[at - 1].isalnum()) and (end == len(text) or not text[end].isalnum()):
            return True
        at = text.find(name, at + 1)
    return False


def _leads_to(text: str, sponsor: Sponsor) -> bool:
    """Whether the sentence sends the listener to an address of the sponsor, with a path as campaigns have one."""
    for address in _ADDRESS.finditer(text):
        host = address["host"].casefold()
        if (host in sponsor.hosts or host in _name_words(sponsor.name)) and (address["path"] or _CALL.search(text)):
            return True
    return False
