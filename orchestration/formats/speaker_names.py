"""The form of speakers' names: what can be a label, and what stands before colons but never speaks."""

from __future__ import annotations

import re
from functools import lru_cache

MOST_NAME_CHARS = 50
NUMBERED = re.compile(r"(?i:speaker|spk|sprecher|guest|host|voice)[ _-]?[0-9]{1,3}|(?i:speaker)[ _][A-Z]|S[0-9]{1,2}")
"""How recognisers number those who speak."""

_MOST_WORDS = 5
_WORD = re.compile(r"[^\W\d_][\w'’.&/-]*")
_ABBREVIATION = re.compile(r"(?:[^\W\d_]\.){1,3}|(?:Dr|Mr|Mrs|Ms|Prof|St|Sr|Jr|Rev|Gen|Sen|Gov|Capt)\.")
_HANDLE = re.compile(r"[a-z][a-z0-9_-]{2,29}")
_PARTICLE = re.compile(r"al|bin|da|de|del|den|der|di|du|el|la|le|ten|van|von|y", re.IGNORECASE)
# Words before a colon that show notes and speech are full of, and that never speak.
_NO_SPEAKER = re.compile(
    r"""
    about|address|again|agenda|ai|also|and|answer|apple|article|audio|background|blog|bluesky|bonus|books?|but|caveat
    |chapters?|concept|conclusion|contact|copyright|credits|date|day|description|disclaimer|discord|download|duration
    |e-?mail|edit|editor|ending|enjoy|episodes?|etc|events?|examples?|facebook|faq|finally|first|follow|fourth|from
    |full|github|here|highlights|hint|homepage|how|idea|image|instagram|intro|introduction|issue|join|key|last|later
    |lesson|like|links?|linkedin|listen|location|look|mastodon|meaning|media|medium|movie|music|namely|newsletter
    |next|no|notes?|now|number|ok|okay|one|outline|outro|overview|papers?|part|password|patreon|phone|photo|place
    |plus|podcast|point|post|preview|problem|produced|production|products?|project|quote|re|read|reason|recommended
    |recorded|reddit|references?|referenced|related|remember|resources?|results?|right|rss|save|season|second|see
    |shop|show|shownotes|site|slack|slides?|so|solution|song|sources?|spotify|step|store|subscribe|subtitle|substack
    |summary|support|takeaways?|team|telegram|that|then|there|thesis|third|this|threads?|three|tiktok|time|timeline
    |timestamps?|tips?|title|to|today|tools?|topics?|transcript|translation|twitch|twitter|two|upcoming|update|url
    |version|via|videos?|view|visit|warning|watch|web|website|week|well|what|when|where|which|who|why|wikipedia|x|yes
    |youtube
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NO_SPEAKER_AT_END = re.compile(
    r"sponsors?|chapters?|timestamps?|links?|resources|references|podcasts?|takeaways|newsletter|website|channel"
    r"|edition|part",
    re.IGNORECASE,
)
# Who speaks without being named in the notes.
_STAND_IN = re.compile(
    r"announcer|audience|caller|co-?host|guest|host|interviewee|interviewer|moderator|narrator|speaker|unidentified"
    r"|unknown|voiceover",
    re.IGNORECASE,
)

# Keys of records and levels of logs, which recur as speakers do.
_KEY_WORDS = """
    ad address author break category cc city comment company cons country critical debug email error fatal fax field
    from gender hint id info jingle language level license licence location mobile name notice occupation organization
    password phone price promo pros q reason remedy result state status street subject summary tag tel telephone to
    trace type usage user username value version warn warning zip
"""
_KEYS = frozenset(_KEY_WORDS.split())

# Where a word ends that a name is glued to; `McKay` and `LeCun` are one word.
_CAMEL = re.compile(r"(?<=[a-z0-9,;])(?=[A-Z])")
_INNER_CAPITAL = re.compile(r"(?:^|-)(?:Mc|Mac|De|Di|Du|La|Le|Van|Fitz)$")
_MOST_GLUED_WORDS = 4


@lru_cache(maxsize=4096)
def is_name(text: str) -> bool:
    """Tell whether `text` has the form of a speaker's name: 1-5 capitalised words, or one handle in small letters."""
    if not 0 < len(text) <= MOST_NAME_CHARS or never_speaks(text):
        return False
    words = text.split()
    if not 0 < len(words) <= _MOST_WORDS or any(_NO_SPEAKER_AT_END.fullmatch(word) for word in (words[0], words[-1])):
        return False
    if len(words) == 1 and _HANDLE.fullmatch(text):
        return True
    return all(_may_be_in_name(word, position, len(words)) for position, word in enumerate(words))


def _may_be_in_name(word: str, position: int, count: int) -> bool:
    if position and word.isdecimal() and len(word) <= 2:
        return True
    if not _WORD.fullmatch(word) or (word.endswith(".") and not _ABBREVIATION.fullmatch(word)):
        return False
    return word[0].isupper() or (0 < position < count - 1 and _PARTICLE.fullmatch(word) is not None)


def never_speaks(text: str) -> bool:
    """Tell whether `text` is a word that stands before colons without being anybody's name (`LinkedIn`, `Note`)."""
    return _NO_SPEAKER.fullmatch(text) is not None


def is_key(text: str) -> bool:
    """Tell whether `text` is a key of records or a level of logs, which stand before colons as speakers do."""
    return text.casefold() in _KEYS


def is_stand_in(text: str) -> bool:
    """Tell whether `text` begins with a role that is a label by itself (`Voiceover`, `Speaker 2`)."""
    return bool(text) and _STAND_IN.fullmatch(text.split()[0]) is not None


def name_words(text: str) -> set[str]:
    """Return the words of `text` that names could be made of."""
    return set(_WORD.findall(text))


def glued_name(text: str, floor: int, end: int) -> int | None:
    """Return where the capitalised words before `end` begin that are glued to a word (`the lampAda Byrne`)."""
    start = end
    for word in reversed(text[max(floor, end - MOST_NAME_CHARS) : end].split(" ")[-_MOST_GLUED_WORDS:]):
        for glue in reversed(list(_CAMEL.finditer(word))):
            if not _INNER_CAPITAL.search(word[: glue.start()]):
                start -= len(word) - glue.start()
                return start if is_name(text[start:end]) else None
        start -= len(word) + 1
        if not word or not word[0].isupper():
            return None
    return None


def last_word(text: str, floor: int, end: int) -> int | None:
    """Return where the last capitalised word before `end` begins."""
    found = re.search(r"[^\W\d_][\w'’-]*$", text[max(floor, end - MOST_NAME_CHARS) : end])
    if found is None or not found.group()[0].isupper() or not is_name(found.group()):
        return None
    return end - len(found.group())
