"""The phrases by which notes and speech name the show that they belong to."""

from __future__ import annotations

import re

WELCOME = re.compile(
    r"\b(?:welcome(?: back)?(?:,? (?:everyone|everybody|folks|all|friends|listeners|again))?,? to|"
    r"you(?:'re|’re| are) (?:listening to|watching)|thanks for (?:tuning in(?:to)?|listening) to|this is|"
    r"bienvenid[oa]s?(?: de (?:vuelta|nuevo))? (?:a|al)|bienvenue (?:dans|sur|à)|"
    r"willkommen (?:zurück )?(?:bei|zu|zum|zur)|"
    r"(?:on )?today(?:'s|’s)?(?: on)?|(?:another|this|new) (?:special )?(?:\w+ )?episode of)\s+"
    r"(?:(?:another|this|a|the|our|first|new|special|crossover|very|\d+\w*|back) ){0,5}"
    r"(?:(?:episode|edition|installment)(?: (?:number )?\d+)? of )?",
    re.IGNORECASE,
)
# Ways to welcome that name the show even where the catalogue does not know it.
STRONG_WELCOME = re.compile(
    r"^(?:welcome|you|thanks|another|this episode|new episode|bienven|willkommen)", re.IGNORECASE
)
# `This is the Night Build Podcast`: a name that says what it is needs no stronger words.
CALLED_SHOW = re.compile(r"[^\W\d_][\w'’]* (?:Podcast|Show)$")
# `The second channel for Night Build`, where `we` speak: only its makers speak so.
OUR_CHANNEL = re.compile(
    r"\b(?:we|us|our)\b[^.!?]{0,80}\b(?:channel|feed|discord|newsletter|community|meetup) (?:for|of|at) $",
    re.IGNORECASE,
)
PHRASES = re.compile(
    r"\b(?:(?P<feed>(?:listen|subscribe|follow|tune in|tuned in)(?: to)?(?: the podcast version of)?|"
    r"(?:find|get)(?: ad[- ]free)?)|"
    r"(?P<episode>(?:this|in|today's|today’s|latest|special|new|\w+ing|bonus)(?: \w+)? (?:episode|edition|"
    r"installment|crossover|conversation)(?: (?:no\.? ?)?#?\d+)?(?: of| on| from| at|:)|episode (?:#?\d+ )?of)|"
    r"(?P<join>joins?|returns? to|join us on|back on|back to|comes? on|appears? on|tune in to today(?:'s|"
    r"’s)|today(?:'s|’s))|(?P<aired>(?:originally |first |previously )?(?:aired|appeared|published|"
    r"released|recorded) (?:on|by|for|in)|"
    r"(?:crossover|cross-?post|re-?post|feed drop)(?: \w+){0,3}? from|friends (?:over )?(?:at|from)))\s+",
    re.IGNORECASE,
)
FEED_TAIL = re.compile(
    r"\W{0,2}\s*(?:(?:podcast|pod|show)\W{0,2}\s*)?(?:on |in |wherever |at )(?:\w+ )?(?:spotify|apple|"
    r"youtube|you |your |google|overcast|amazon|iheart)",
    re.IGNORECASE,
)
CROSSOVER = re.compile(
    r"\b(?:cross-?over|collab(?:oration)?|simulcast|joint episode|cross-?post|feed drop)\b", re.IGNORECASE
)
CROSS_SIGN = re.compile(r"\s+(?:x|×|X|\+|&|and)\s+(?:the )?")
DEFINITION = re.compile(
    r"^[\w ,'’–—-]{0,60}? is (?:a|an|the|your|our)(?: [\w-]+){0,4} (?:podcast|show|newsletter|"
    r"publication)\b|^ helps you\b",
    re.IGNORECASE,
)
PODCAST_TAIL = re.compile(r"^\s+(?:podcast|pod)\b", re.IGNORECASE)
NOT_OURS = re.compile(
    r"\b(?:hosts?|co-?hosts?|creator|founder|editor|author|organizer|member|team|of|by|his|her|"
    r"their)\s+(?:of|at|for|behind)?\s*(?:the )?$",
    re.IGNORECASE,
)
GUEST_CUE = re.compile(r"\b(?:joins? (?:us|me)|joined (?:\w+ ){0,4}by|guests?)\b", re.IGNORECASE)
HOSTS_TAIL = re.compile(r"^(?:['’]s)? (?:co-?)?hosts?\b", re.IGNORECASE)
CAPITALISED = re.compile(
    r"(?:[A-Z0-9]|[a-z](?=[A-Z0-9]))[\w'’&.-]*(?: (?:[A-Z0-9][\w'’&-]*|of|the|and|in|on|to|with|for|&|a)){0,7}"
)
# Words that follow a welcome and begin no name of a show.
NOT_SHOWS = frozenset(
    (
        "show",
        "podcast",
        "pod",
        "program",
        "programme",
        "episode",
        "series",
        "event",
        "channel",
        "webinar",
        "conference",
        "meetup",
        "panel",
        "session",
        "world",
        "future",
        "san",
        "london",
        "paris",
        "berlin",
        "new",
        "york",
        "city",
        "studio",
        "club",
        "stage",
        "day",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    )
)

# Each stands in all that `WELCOME` or `CROSSOVER` finds, and letters are looked for many times as fast as patterns.
_CROSSOVER_CUES = ("cross", "collab", "simulcast", "joint episode", "feed drop")
_WELCOME_CUES = (
    *("welcome", "listening to", "watching", "thanks for", "this is", "bienven", "willkommen", "today", "episode of"),
    *_CROSSOVER_CUES,
)
# What a pattern that ignores case takes for letters of ASCII.
_LIKE_ASCII = re.compile("[İıſ\u212a]")


def lowered(text: str) -> str | None:
    """Return `text` in small letters; None where a pattern without case finds letters of ASCII that are not in it."""
    return text.lower() if text.isascii() or not _LIKE_ASCII.search(text) else None


def may_welcome(text: str) -> bool:
    """Tell whether speech may welcome to a show or speak of a crossover; most does not."""
    return (small := lowered(text)) is None or any(cue in small for cue in _WELCOME_CUES)


def may_cross(text: str) -> bool:
    """Tell whether a text may speak of a crossover."""
    return (small := lowered(text)) is None or any(cue in small for cue in _CROSSOVER_CUES)
