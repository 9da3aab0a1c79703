"""What a show says of itself in speech: greeting, promotion of itself, farewell.

Greeting and farewell stand at the ends. Promotion is looked for there too: in the middle, words such as `subscribe`
are mostly what the conversation is about.
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from orchestration.transforms.letters import Bools
from orchestration.transforms.speech_sentences import Sentences

# How far from either end of the speech the show speaks of itself, in words.
EDGE_WORDS = 300
MAX_GREETING_WORDS = 400
FAREWELL_WORDS = 140
# A promo of so many words stands apart from the farewell around it.
LONG_PROMO_WORDS = 40
# A greeting goes on for so many words at most.
MAX_INTRO_WORDS = 130

# What a show says of itself: where to find it, and to praise, share and pay it.
PROMO = re.compile(
    r"\bsubscribe (?:to|on|wherever|in) (?:\w+ ){0,2}"
    r"(?:our|this|channel|show|podcast|apple|spotify|newsletter)\b"
    r"|\b(?:like and subscribe|hit (?:the )?(?:subscribe|like)|smash that|consider subscribing)"
    r"|\b(?:make sure|be sure)[\w’' ]{0,15} subscribe|\b(?:not (?:already )?|make sure you(?:[’']re| are) )subscribed\b"
    r"|\b(?:tune in|stay tuned) (?:next week|for that)\b|\breach out to us\b|\bemail us (?:your|at|with)\b"
    r"|\bleave (?:us )?a (?:\w+[ -]){0,2}(?:review|rating)|\brate and review|\breview (?:us|the show) on"
    r"|\bfollow (?:us|the show|the podcast|along|me) (?:on|at|wherever|in)"
    r"|\bdon[’']t forget to (?:follow|subscribe|like)"
    r"|\b(?:we are|we[’']re) (?:at )?@?\w+ on (?:twitter|x|instagram|mastodon|bluesky)\b"
    r"|\b(?:you can )?find (?:us|transcripts|the show|this podcast|more episodes) (?:on|at|wherever)"
    r"|\b(?:get|find|catch|listen to|join|email|write to) us (?:on|at|wherever)\b"
    r"|\bwherever you (?:listen|get your podcasts)|\ball the (?:usual )?podcast(?:ing)? platforms"
    r"|\bjoin (?:our|the) (?:discord|slack|community|mailing list|telegram)"
    r"|\bsign up (?:for|to) (?:our|the|new) (?:newsletter|podcasts?|emails?|mailing list)"
    r"|\bsubscribe to (?:the|our) newsletter"
    r"|\bget full access to\b(?:.{0,60}?(?:https?://|www\.)\S+)?"
    r"|\bget access to bonus episodes|\bget ad[- ]free\b|\binterested in sponsoring"
    r"|\blearn more about your ad choices|\bsupport (?:us|the show|this show|the podcast) (?:on|at|by|via)\b"
    r"|\b(?:share|forward|recommend) (?:this|the|our) (?:\w+ )?(?:show|episode|podcast)\b"
    r"|\bshare (?:it|this) with (?!you\b)|\btell your friends\b|\bforward this to\b|\bshare the show\b"
    r"|\b(?:want|like) to be on the show\b|\bhit us up\b|\bgive us (?:your )?feedback|\bsend us (?:a|an|your)\b"
    r"|\blet us know (?:about|on|at|in the|what you)\b|\bin the comments\b|\bleave (?:us )?(?:your |a )comment"
    r"|\bcheck (?:out )?the show notes\b",
    re.IGNORECASE,
)
# One of these stands in whatever PROMO finds.
_PROMO_WORDS = (
    *("subscri", "hit like", "hit the like", "smash that", "tune in", "stay tuned", "reach out to us", "email us "),
    *("review", "rating", "follow us", "follow the", "follow along", "follow me", "forget to ", "on twitter", "on x"),
    *("on instagram", "on mastodon", "on bluesky", "find us", "find transcripts", "find the show", "find this podcast"),
    *("find more episodes", " us on", " us at", " us wherever", "wherever you ", " platforms", "join our", "join the"),
    *("sign up ", "get full access to", "get access to bonus", "get ad", "sponsoring", "about your ad", "support us"),
    *("support the show", "support this show", "support the podcast", "share ", "forward ", "recommend "),
    *("tell your friends", "to be on the show", "hit us up", "feedback", "send us ", "let us know ", "comment"),
    "show notes",
)
_FAREWELL = re.compile(
    r"\bthank(?:s| you)(?: \w+){0,3} for (?:listening|tuning in|watching|sticking|joining us[\w, ]{0,20}listeners)"
    r"|\bthank(?:s| you)\b[^.?!]{0,40}\b(?:dear |all (?:you |our |of our )?|you |our |live )?listeners?\b"
    r"|\bthat[’']s (?:all the time we have|all (?:we have )?for (?:today|this)"
    r"|it for (?:today|this week|this episode|the show|me)|the show)"
    r"|\b(?:we(?:[’']ll| will)|i(?:[’']ll| will))? ?(?:see|catch|talk to) (?:you|y[’']all|everyone|everybody)(?: all)? "
    r"(?:again )?(?:soon\b|(?:on |in )?(?:the )?next (?:week|time|episode|one))"
    r"|\buntil next (?:time|week)|\bsigning off\b|\bsigning out\b|\b(?:bye|goodbye) for now\b"
    r"|\b(?:good)?bye,? (?:everybody|everyone|all|folks|guys|now)\b|\b(?:everybody|everyone|all|folks),? (?:good)?bye\b"
    r"|\bend of (?:our|the|this|today[’']s) (?:show|episode|podcast)\b"
    r"|\bwraps? (?:up )?(?:our|the|this|it up)\b[^.?!]{0,30}\b(?:show|episode|today|podcast|party)\b"
    r"|\bwrap (?:it )?up (?:there|here)\b|\bgood place to (?:end|stop|wrap)\b|\btake us (?:home|out)\b"
    r"|\bhope (?:that )?(?:you|everybody)[\w’' ]{0,12} (?:enjoyed|learned)\b|\b(?:will|we[’']ll) return next week\b"
    r"|\bkeep listening\b|^(?:(?:okay|alright|all right|well|so|great|and)[,. ]+)*that[’']s (?:it|all|a wrap)\b"
    r"|\bthank(?:s| you)?[^.?!]{0,15} (?:everybody|everyone|y[’']all|you all)\b"
    r"|\bwith that,? (?:thank|everybody|everyone|goodbye)",
    re.IGNORECASE,
)
# Said between people, too: a farewell only in the last words.
_PARTING = re.compile(
    r"\b(?:thank(?:s| you)[^.?!]{0,60}\bfor (?:joining|coming|being|having|talking|sitting|your time|the chat|taking)"
    r"|(?:great|fun|pleasure|honor|awesome|nice) (?:talking|chatting|having|hanging)"
    r"|this (?:has been|was) (?:so |a lot |really |super |very )?(?:of )?(?:fun|great|awesome))\b",
    re.IGNORECASE,
)
_PARTING_WORDS = 60
_HELLO = r"(?:hello|hey|hi|howdy|greetings|good (?:morning|evening|day))"
# `Welcome back to the show` is said to a guest: what is welcomed to needs a name or a number.
_GREETING = re.compile(
    r"\b(?:(?i:welcome,? (?:back )?to|(?:we(?:[’']re| are) )?back for|you(?:[’']re| are) listening to) "
    r"(?:(?i:the|this|a|my|our|another|today[’']s|\w+ \w+ of|\w+ of) )*(?:[A-Z0-9]|(?i:(?:\w+ )?(?:episode|edition))\b)"
    r"|(?i:live from) [A-Z][\w ]{0,30}, this is"
    # The host presents himself: `I'm Brida, your host`, `I'm Brida and I'm joined by`.
    r"|I[’']m [A-Z][^.?!]{1,60}(?i:\b(?:your|the) (?:host|mc)|joined (?:as|by|today)|(?:editor|host) (?:at|of)))"
)
# One of these stands in whatever greets.
_GREETING_WORDS = ("welcome", "back for", "listening to", "live from", "host", " mc", "joined ", "editor ")
# Greets everybody, and may be a guest's answer: only as the first words of the speech.
_HELLO_ALL = re.compile(
    rf"\b(?:{_HELLO}(?:[ ,]+{_HELLO})*[ ,]+(?:and )?(?:welcome|every(?:body|one)|all\b|folks|friends"
    r"|(?:to all of our |\w+ ){0,3}(?:people|listeners))"
    r"|welcome[, ]+(?:back[, ]+)?(?:every(?:body|one)|in\b|folks|friends|listeners)"
    r"|welcome,? to (?:the|our) (?:podcast|show))",
    re.IGNORECASE,
)
_HELLO_WORDS = 25
SHOW_WORDS = {"promo": _PROMO_WORDS, "greeting": _GREETING_WORDS}
_NAMES_SHOW = (
    r"(?:welcome[^.?!]{0,60}|this (?:is|has been)|listening to|(?:episode|edition) of|today[’']s"
    r"|it(?: is|[’']s)|back (?:to|on))"
    r" (?:the |another )?"
)
# In an opening by several voices each presents itself.
_ALSO_HERE = re.compile(r"^(?:and,? )?(?:also )?(?:i[’']m|my name is|with) [A-Z]", re.IGNORECASE)
_SELF = re.compile(
    r"\b(?:i[’']m|i am|this is|my name is|(?:your|the) hosts?|hosted by|my co-?hosts?|co-?host|joined|joining (?:me|us)"
    r"|with me|our (?:special )?guests?|my guests?|panel(?:ists?)?|today(?:[’']s)?|this week|each week|every week"
    r"|episode|show|podcast|we have)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\?$|\bhow(?:[’']s| are| is) (?:you|it going|everyone)|\bwhat[’']s up\b", re.IGNORECASE)


class Talk(NamedTuple):
    """A run of sentences in which the show speaks of itself: kind, first and last sentence, and the rule."""

    kind: str
    first: int
    last: int
    rule: str


def show_talk(
    sentences: Sentences, said: Mapping[str, Bools], show_names: Iterable[str], is_truncated: bool
) -> list[Talk]:
    """Return greeting, promos and farewell of one copy; they may overlap.

    said: which sentences may hold words of each group of SHOW_WORDS. show_names: what the show is called.
    is_truncated: the end of the speech is missing, so that nothing ends it.
    """
    *before, total = sentences.before.tolist()
    left = [total - count for count in before]
    named = "|".join(re.escape(name) for name in sorted(show_names, key=len, reverse=True) if len(name) > 3)
    names_show = re.compile(f"{_NAMES_SHOW}(?:{named})", re.IGNORECASE) if named else None
    outro = [] if is_truncated else list(_outro(sentences, left, min(FAREWELL_WORDS, total / 4), names_show))
    farewell = min((talk.first for talk in outro), default=len(sentences))
    # `Find us wherever you listen` in passing is part of taking leave, and does not cut the last turn into three.
    promos = [
        talk
        for talk in _promos(sentences, said["promo"], min(EDGE_WORDS, total / 4), is_truncated)
        if talk.first < farewell
        or left[talk.first] - left[talk.last] + sentences[talk.last].word_count >= LONG_PROMO_WORDS
    ]
    return [
        *_intro(sentences, said["greeting"], before, min(MAX_GREETING_WORDS, total / 4), names_show),
        *promos,
        *outro,
    ]


def _intro(
    sentences: Sentences,
    may_greet: Bools,
    before: Sequence[int],
    limit: float,
    names_show: re.Pattern[str] | None,
) -> Iterable[Talk]:
    """Yield the greeting: from the sentence that greets or names the show, while its speaker presents show and people.

    Speech before it is a teaser, cut from the conversation, and no greeting.
    """

    def greets(index: int) -> bool:
        text = sentences.text(index)
        return bool(
            (may_greet[index] and _GREETING.search(text))
            or (names_show is not None and names_show.search(text))
            or (before[index] <= min(_HELLO_WORDS, limit) and _HELLO_ALL.search(text))
        )

    index = next((i for i in range(bisect_right(before, limit)) if greets(i)), None)
    if index is None:
        return
    run = sentences[index].run
    first = last = index
    # The host's first words belong to it: `Alright. Hello, hello.`
    while first and sentences[first - 1].run == run and before[index] - before[first - 1] <= 12:
        first -= 1
    for position in range(index + 1, len(sentences)):
        following = sentences[position]
        if before[position] - before[index] > MAX_INTRO_WORDS or _ASKS.search(following.text):
            break
        if following.run != run and not (_ALSO_HERE.search(following.text) and position - last == 1):
            break
        run = following.run
        if _SELF.search(following.text) or greets(position):
            last = position
        elif position - last > 1:
            break
    yield Talk("intro", first, last, "spoken_greeting")


def _promos(sentences: Sentences, may_be_promo: Bools, edge: float, is_truncated: bool) -> Iterable[Talk]:
    """Yield the promos near the ends; those with at most one other sentence of their speaker between them are one."""
    open_talk: Talk | None = None
    before, total = sentences.before[:-1], sentences.before[-1]
    is_near = before < edge if is_truncated else (before < edge) | (total - before < edge)
    for index in np.flatnonzero(is_near & may_be_promo).tolist():
        sentence = sentences[index]
        # Whoever asks about ratings and comments talks of them.
        if sentence.text.endswith("?") or not PROMO.search(sentence.text):
            continue
        if open_talk and index - open_talk.last <= 2 and sentences[open_talk.last].run == sentence.run:
            open_talk = open_talk._replace(last=index)
            continue
        if open_talk:
            yield open_talk
        open_talk = Talk("promo", index, index, "spoken_promo")
    if open_talk:
        yield open_talk


def _outro(
    sentences: Sentences, left: Sequence[int], limit: float, names_show: re.Pattern[str] | None
) -> Iterable[Talk]:
    """Yield the farewell: from the first sentence near the end that takes leave of the listeners, to the end."""
    for index in range(bisect_left(left, -limit, key=operator.neg), len(sentences)):
        text = sentences.text(index)
        is_last = left[index] <= min(_PARTING_WORDS, limit)
        if (
            _FAREWELL.search(text)
            or (is_last and _PARTING.search(text))
            or (is_last and names_show is not None and names_show.search(text))
        ):
            yield Talk("outro", index, len(sentences) - 1, "spoken_farewell")
            return
