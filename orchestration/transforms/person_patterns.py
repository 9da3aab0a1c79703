"""The patterns that tell roles, over sentences whose people are replaced by one mark each (see person_statements.py).

Belongs here: every phrase by which notes, titles and opening speech present hosts and guests. Keep out: what follows
from a match.
"""

from __future__ import annotations

import re
from typing import Literal

Role = Literal["host", "co_host", "guest", "other", "unknown"]
Place = Literal["title", "notes", "speech"]

GROUP = "\ue000"
SHOW = "\ue001"

_G = GROUP
_GAP = rf"[^{_G}.;:!?]{{0,50}}?"
# Words between a verb and the people it brings. Each ends in a space, so that a run of them reads in one way only.
_KIND_WORDS = (
    r"(?:\b(?:our|my|the|an?|two|three|four|both|also|special|esteemed|good|dear|old|great|amazing|wonderful|very|"
    r"friends?|colleagues?|fellow|AI|guests?|returning|legendary|only|one|and|podcasters?|experts?|today|again|by|"
    r"with|of|show|pod|Dr|Prof|Professor|regular|panelists?|first|next|second|third|author|"
    r"Mr|Ms|Mrs|longtime|brilliant|incredible|fantastic)"
    r"[:,.]? ){0,7}"
)
_WITH = rf"{_KIND_WORDS}(?P<guest>{_G})(?!['’]s\b)"
_HOSTS = rf"{_KIND_WORDS}(?P<host>{_G})"
_US = rf"(?:us|me|our hosts?|{SHOW}|th(?:e|is) (?:show|podcast|pod|program|episode|conversation)|\w+ on {SHOW})"
_TALK = (
    r"(?:sits? down|sat down|sitting down|speaks?|spoke|speaking|talks?|talked|talking|chats?|chatted|chatting|"
    r"interviews?|interviewed|interviewing|catch(?:es)? up|caught up|catching up|in conversation)"
)
TALK_DE = (
    r"(?:reden|rede|redet|sprechen|spreche|spricht|sprach|unterhalten uns|unterhalte mich|"
    r"diskutieren|diskutiert|plaudern)"
)
_WE = r"\b(?:we|I|we're|I'm|we’re|I’m|we are|I am)\b"
_HAVE = r"(?:have|having|welcome|host|hosting|welcoming|speak(?:ing)? with|talk(?:ing)? (?:to|with))"
_GLAD = (
    r"\b(?:excited|honou?red|thrilled|fortunate|happy|lucky|pleased|delighted|glad|proud|privileged|pleasure|honou?r)\b"
)
_EPISODE = r"(?:show|podcast|pod|program|episode|conversation|interview)"
_TODAY = rf"(?:in|on) (?:today[’']s|this week[’']s|this|the latest) (?:\w+ )?{_EPISODE}(?: of {SHOW})?"
_VISITS = (
    r"(?:stops? by|drops? by|swings? by|comes? by|stopped by|dropped by|hops? on|calls? in|pays us a visit|visits us)"
)
_THANKS = r"\b(?:thank(?:s| you)|shout-?out|props|kudos)(?: so much| again| a lot| very much)? to "
_COMING = (
    r"(?:joining|coming (?:on|by|back|in)|coming|being (?:on|our|my|a|with)|stopping by|sitting down|taking the time)"
)
# How someone just named is greeted, in the same sentence or the next.
GREETING = (
    rf"(?:welcome\b(?! to (?:another|a|our|episode)\b)|thank(?:s| you) (?:so much |very much |again )?for {_COMING}|"
    r"(?:it[’']s )?(?:so |really |very )?(?:great|good|nice|lovely|glad|happy|wonderful|a pleasure) to "
    r"(?:have|see|meet) you)"
)

GREETED_NEXT = re.compile(
    rf"(?:so |and |well |hey |hi |hello )?(?:\w{{2,20}},? )?(?:{GREETING}|how are you(?: doing)?\b)", re.IGNORECASE
)
# A greeting by the first name, which the caller compares: `Hello, Ada.`, `Ada, how are you?`
_HELLO = (
    r"(?:hello|hi|hey|good (?:morning|afternoon|evening)|what[’']s up|how are you(?: doing)?(?: today)?|"
    r"how[’']s it going|how do you do|welcome)"
)
GREETED_BY_NAME = re.compile(
    rf"(?:\w+,? ){{0,2}}{_HELLO},? (?P<after>[^\W\d_]{{2,20}})\b|(?P<before>[^\W\d_]{{2,20}}), {_HELLO}\b|"
    r"say (?:hello|hi),? (?P<told>[^\W\d_]{2,20})\b",
    re.IGNORECASE,
)

_NOTES: tuple[tuple[str, str], ...] = (
    ("hosted_by", rf"\b(?:co-?)?(?:hosted|moderated|guest-hosted|moderiert) (?:by|von) {_HOSTS}"),
    (
        "with_hosts",
        rf"(?:\b(?:with|your|our|meet (?:the|your)|by|join|podcast) (?:your |our )?|^\W{{0,4}})(?:co-?)?"
        rf"(?:hosts?|moderators?|"
        rf"moderation):? (?P<host>{_G})",
    ),
    ("host_self", rf"^[^{_G}]{{0,30}}(?P<self_host>{_G}) here\b"),
    ("thanks_for_hosting", rf"{_THANKS}{_HOSTS}[^{_G}.;:!?]{{0,60}}? for (?:guest )?(?:co-?)?hosting"),
    ("thanks_for_coming", rf"{_THANKS}{_WITH}{_GAP} for {_COMING}"),
    ("teams_up", rf"(?P<host>{_G}){_GAP}\bteams? up with {_WITH}"),
    ("talks_with", rf"(?P<host>{_G}){_GAP}\b{_TALK}\b(?:{_GAP}\b(?:with|to))? {_KIND_WORDS}(?P<guest>{_G})"),
    ("to_talk_with", rf"\bto {_TALK} (?:with|to) {_WITH}"),
    ("moderates", rf"(?P<host>{_G}){_GAP}\bmoderates? {_GAP}\b(?:between|with) {_WITH}"),
    (
        "welcomes",
        rf"(?P<host>{_G}){_GAP}\b(?:welcomes?|hosts?|is joined by|are joined by|interviews?|chats? up|grills?)\b"
        rf"(?: {_GAP} with)? {_WITH}",
    ),
    (
        "joins_people",
        rf"(?P<guest>{_G}){_GAP}\b(?:joins?|is joining|are joining) (?:{SHOW} |the )?(?:hosts? )?(?P<host>{_G})",
    ),
    ("joins", rf"(?P<guest>{_G}){_GAP}\b(?:joins?|joined|is joining|are joining|to join|joining) {_US}"),
    ("joining_us", rf"\bjoining (?:us|me)\b{_GAP}(?:is|are|we have)?:? {_WITH}"),
    ("joined_by", rf"\bjoined\b{_GAP}\b(?:by|with) {_WITH}"),
    (
        "returns",
        rf"(?P<guest>{_G}){_GAP}\b(?:returns?|(?:comes?|is|are) back|comes on|appears?)\b(?: again)? ?(?:to|"
        rf"on|with|for)? {_US}",
    ),
    ("visits", rf"(?P<guest>{_G}){_GAP}\b(?:{_VISITS}\b|(?:is|are) (?:here|with us|on {_US})\b)"),
    ("features", rf"\b(?:features?|featuring|feat\.?|ft\.?):? {_WITH}"),
    (
        "guest_is",
        rf"\b(?:guests?|panelists?|interviewees?|speakers?)"
        rf"(?: bio| appearances? by| today| this week| this episode| for today|"
        rf" on (?:the|"
        rf"this) (?:show|episode))?(?: is| are| was| were)?[\s:,—–-]+{_WITH}",
    ),
    (
        "is_guest",
        rf"(?P<guest>{_G}){_GAP}\b(?:is|are|as) (?:our|my|the|today's|this week's|today’s|this week’s|a)?\s?"
        rf"(?:\w+ )?guests?\b(?! (?:host|on|at)\b)",
    ),
    (
        "we_talk",
        rf"{_WE}(?: also| then| just| finally| recently| first| \w+ly)? {_TALK}(?: \w+)? (?:with|to) {_WITH}",
    ),
    (
        "we_welcome",
        rf"{_WE} {_GAP}\b(?:welcome|welcomed|host|bring on|bring back|brought on|brought in|invited?|"
        rf"interviewed|(?<!the )interview) {_WITH}",
    ),
    (
        "we_learn_from",
        rf"\b(?:we|I) (?:wanted|want|get|got|had|needed) to (?:get|hear|learn|find out|know){_GAP} from {_WITH}",
    ),
    ("kick_off_with", rf"\bwe (?:kick|kicked|start|started) (?:things )?off with {_WITH}"),
    (
        "conversation_with",
        rf"(?<!\bthe )\b(?:conversation|interview|discussion|chat|episode|dialogue|fireside|deep dive|Q&A|session|"
        rf"debate|panel|roundtable|AMA) with "
        rf"{_WITH}",
    ),
    ("conversation_with", rf"\b(?:debate|conversation|discussion) between {_WITH}"),
    ("glad_to_have", rf"{_GLAD}{_GAP}\b{_HAVE} {_WITH}"),
    ("takes_us", rf"(?P<guest>{_G}){_GAP}\b(?:takes|walks|walk|take|tells|guides|teaches|shows|gives) (?:us|me)\b"),
    (
        "today_tells",
        rf"\b{_TODAY},? {_WITH},? (?:talks|talk|shares|share|explains|explain|tells|discusses|breaks|walks|describes|"
        rf"reflects|reveals|takes|gives|returns|speaks|recounts|lays out|makes the case|unpacks|dives)\b",
    ),
    ("today_on", rf"\b(?:{_TODAY}|on (?:the|our) {_EPISODE}(?: today| this week)?|on {SHOW}(?: today)?): {_WITH}"),
    ("meet", rf"\bmeet {_WITH}\s*(?:$|[.,!—–-])"),
    ("greeted", rf"^(?P<guest>{_G}),? {GREETING}"),
    ("presented_by", rf"\bpresented by {_HOSTS}"),
    ("show_with", rf"{SHOW} with (?P<host>{_G})\s*[.!|—–-]?\s*$"),
    ("talks_with_de", rf"(?P<host>{_G}){_GAP}\b{TALK_DE}\b{_GAP}\bmit {_WITH}"),
    ("talks_with_de", rf"\b{TALK_DE}\b (?P<host>{_G}){_GAP}\bmit {_WITH}"),
    ("talks_de", rf"\b{TALK_DE}\b{_GAP}\bmit {_WITH}"),
    ("talks_de", rf"\b(?:im (?:gespr[aä]ch|interview)|interview|gespr[aä]ch|talk|folge) mit {_WITH}"),
    (
        "welcomes_de",
        rf"\b(?:begr[uü][sß]+e?n?t?|empfangen|empf[aä]ngt|haben|habe)\b{_GAP}{_WITH}{_GAP}\b(?:zu gast|"
        rf"eingeladen|im studio|bei uns)\b",
    ),
    ("joins_de", rf"(?P<guest>{_G}){_GAP}\b(?:erz[aä]hlt|erkl[aä]rt|berichtet|verr[aä]t|zeigt) (?:uns|mir|im)\b"),
    (
        "guest_de",
        rf"\b(?:zu gast(?: ist| sind| bei uns| heute)*|(?:mein|unser|heutiger|"
        rf"unsere) (?:heutiger? )?g[aä]ste?(?: ist| sind| heute)?|g[aä]ste?)[\s:,]+(?P<guest>{_G})",
    ),
    ("guest_de", rf"(?P<guest>{_G}) (?:ist|sind) {_GAP}(?:zu gast|unser gast|mein gast|unsere g[aä]ste)\b"),
    ("guest_fr", rf"\b(?:invitée?s?|reçoit|recevons)\b(?: est| sont)?[\s:,]+{_WITH}"),
    ("guest_es", rf"\b(?:invitad[oa]s?|entrevistamos a|conversamos con|hablamos con|charlamos con)\b[\s:,]+{_WITH}"),
)
# What stands before the name at the head of a title: `#12 `, `Ep. 12 - `, `[Replay] `.
_HEAD = rf"^(?:[^{_G}]{{0,14}}?\d{{1,4}}\W{{0,4}}\s?|[\w ]{{2,18}}:\s|[\[(][^{_G}\])]{{1,20}}[\])]\s?)?"
_TITLE: tuple[tuple[str, str], ...] = (
    (
        "title_with",
        rf"(?:\bwith|\bw/|\bfeat\.?|\bft\.?|\bfeaturing|\bguests?:?|\bmit|\bavec|\bcon|\binterviewing|"
        rf"\binterview:?|[×]) ?{_WITH}\s*(?:$|[|(\[,:;.!—–-]|on\b|from\b|of\b|at\b|about\b|and\b)",
    ),
    ("title_tail", rf"\s(?:[|·•/]|[—–-]+)\s*(?P<guest>{_G})\s*(?:$|[(\[|—–]|[#]?\d)"),
    ("title_colon", rf":\s(?P<guest>{_G})\s*(?:$|\()"),
    ("title_cross", rf"[×]\s*(?P<guest>{_G})\s"),
    ("title_head", rf"{_HEAD}(?P<guest>{_G})\s*(?:$|[:|(•·—–-])"),
    (
        "title_says",
        rf"{_HEAD}(?P<guest>{_G}) (?:on|explains|talks|discusses|returns|is back|speaks|shares|interview|live)\b",
    ),
)
_SPEECH: tuple[tuple[str, str], ...] = (
    (
        "co_host",
        rf"\b(?:my|our|a) (?:{_GAP} )?(?:co-?|other |fellow )hosts?\b,? (?:today,? |as (?:always|usual),? |is |are |"
        rf"here,? |with me,? |and that is |and that's )*(?P<cohost>{_G})",
    ),
    (
        "host_self",
        rf"\b(?:I'm|I’m|I am|this is|I['’]ll be|I will be)? ?(?:your|my|the) (?:co-)?(?:host|MC|emcee|moderator)"
        rf"(?: today| this week| for \w+ \w+| as always)?,? (?P<self_host>{_G})",
    ),
    ("host_self", rf"\bmyself,? (?P<self_host>{_G})"),
    ("self_here", rf"(?:^|\b(?:hey|hi|hello|everyone|everybody|folks|all)[,!]? )(?P<self>{_G}) here\b"),
    ("self", rf"\b(?:I'm|I’m|I am|my name is|my name's|my name’s) (?P<self>{_G})(?!['’]s)"),
    ("self_is", rf"(?:(?:^|[\s,])this is|(?:^|\s)it['’]s) (?P<self>{_G})(?!['’]s)"),
    (
        "show_with",
        rf"\b(?:this is|welcome(?: back)? to|listening to|it['’]s) {SHOW}(?: podcast)?,? (?:hosted by|with) "
        rf"(?:me,? |your hosts?,? )?(?P<host>{_G})",
    ),
    ("hosted_by", rf"\bhosted by {_HOSTS}"),
    ("joined_by", rf"\bjoined\b{_GAP}\b(?:by|with) {_WITH}"),
    ("joining_us", rf"\bjoining (?:us|me)\b{_GAP}(?:is|are|we have)?:? {_WITH}"),
    (
        "joins",
        rf"(?P<guest>{_G}){_GAP}\b(?:joins?|is joining|are joining|is here with|are here with|is with|to join|joining) "
        rf"(?:us|me|{SHOW}|the (?:show|pod|podcast))\b",
    ),
    (
        "guest_is",
        rf"\b(?:our|my|today's|today’s|a|first|special|next|other) (?:\w+ )?guests?(?: today| this week| for today| is|"
        rf" are)*[\s:,]+(?:we have |is |are )?{_WITH}",
    ),
    (
        "in_studio",
        rf"\b(?:in (?:the|our) studio|remote recording|here|back|today|live)\b(?:,? (?:I guess|in \w+|"
        rf"today),?)? with {_WITH}",
    ),
    ("with_us", rf"\bwith us\b{_GAP},? {_WITH}"),
    ("with_us", rf"\b(?:across from|opposite|beside|next to) (?:me|us)\b{_GAP} (?:is|are|sits?) {_WITH}"),
    ("with_us", rf"\bwith (?:me|us)(?: \w+){{0,3}}? (?:is|are|I have|we have),? {_WITH}"),
    (
        "with_us",
        rf"\b(?:we have|we['’]ve got|we got|I have|I['’]ve got)\b(?: with us| with me| here| today| on)* {_WITH}"
        r"(?=\s*(?:$|[.!?…—–-]|,? (?:here|with (?:me|us)|joining|back|on (?:the|today)|today|welcome|hello|hi|"
        r"as (?:our|my|a)|from|to (?:talk|discuss|explain))\b))",
    ),
    ("glad_to_have", rf"{_GLAD}{_GAP}\b(?:{_HAVE}|here with|with)\b{_GAP}{_WITH}"),
    (
        "please_welcome",
        rf"\b(?:please|let['’]s|let us|we['’]re|I['’]d like to|want to)\b{_GAP}\bwelcom(?:e|ing)(?: back)?,? {_WITH}",
    ),
    ("welcome", rf"\b[Ww]elcome(?: back| in| aboard)?(?: to {SHOW})?,? {_WITH}"),
    ("welcome", rf"(?P<guest>{_G}),? {_GAP}\bwelcome (?:back|to (?:the (?:show|pod|podcast)|{SHOW}))"),
    ("greeted", rf"(?:^|^and |[,;] )(?P<guest>{_G}),? (?:{GREETING}|say (?:hello|hi)\b|{_HELLO}\b)"),
    ("introduce", rf"\b(?:introduce|introducing|bring in|brought on)\b{_GAP},? {_WITH}"),
    (
        "first_we_have",
        rf"\b(?:first|next|second|third|finally)(?: up| off| of all)?,? (?:is|we have|we['’]ve got) {_WITH}",
    ),
    (
        "guest_is",
        rf"\b(?:our|my|other) (?:\w+ ){{0,2}}(?:guest|panelist)s?\b{_GAP}\b(?:is|are|includes?) {_WITH}",
    ),
    (
        "is_here",
        rf"(?P<guest>{_G})(?:(?:['’]s| is| are|,? who is|,? who['’]s) (?:also |back )*|,? also )(?:here|in the house|"
        rf"with (?:us|me)|on the (?:show|pod|podcast|panel))\b",
    ),
    (
        "will_talk",
        rf"\b(?:we|I)(?: are|['’]re| am|['’]m|['’]ll| will)(?: going to| gonna)? {_TALK} (?:with|to) {_WITH}",
    ),
    ("will_talk", rf"\bin (?:it|this episode|this one),? (?:we|I) {_TALK} (?:with|to) {_WITH}"),
    (
        "conversation_with",
        rf"\b(?:this is|here is|here['’]s|following is|today['’]s|enjoy|now to) (?:a |my |our |this |the )*"
        rf"(?:conversation|interview|discussion|chat|talk) with {_WITH}",
    ),
    ("we_talk", rf"\b(?:today|tonight)\b{_GAP}\b{_TALK} (?:with|to) {_WITH}"),
    ("we_talk", rf"\b(?:we['’]re|I['’]m|we are|I am) (?:\w+ )?{_TALK}(?: here| today| now)* (?:with|to) {_WITH}"),
    ("last_not_least", rf"\blast but not least,?(?: is| we have| joining us is)?,? {_WITH}"),
)
COMPILED: dict[Place, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "notes": tuple((name, re.compile(p, re.IGNORECASE)) for name, p in _NOTES),
    "title": tuple((name, re.compile(p, re.IGNORECASE)) for name, p in _TITLE),
    "speech": tuple((name, re.compile(p, re.IGNORECASE)) for name, p in _SPEECH),
}
# Patterns that bring other things than people as well: the name must be known for a person's, or a position must stand
# beside it.
WEAK = frozenset(
    (
        "title_tail",
        "title_colon",
        "title_cross",
        "title_head",
        "title_says",
        "title_with",
        "features",
        "with_us",
        "welcome",
        "introduce",
        "first_we_have",
        "in_studio",
        "conversation_with",
        "takes_us",
        "self_is",
        "last_not_least",
        "glad_to_have",
        "we_learn_from",
        "today_tells",
        "guest_fr",
        "guest_es",
        "visits",
        "is_here",
        "will_talk",
        "kick_off_with",
        "show_with",
        "list_item",
        "opening_deed",
        "today_on",
        "meet",
        "presented_by",
    )
)
ROLES: dict[str, Role] = {
    "host": "host",
    "cohost": "co_host",
    "guest": "guest",
    "self": "unknown",
    "self_host": "host",
}
HOST_WITH = re.compile(rf"{_G}[^{_G}.;:!?]{{0,80}}? with {_WITH}")
# Sentences about other episodes or other people's shows.
ELSEWHERE = re.compile(
    r"\b(?:previous|past|former|top|prior|upcoming|recent|earlier|notable|future) (?:\w+ )?guests?\b|"
    r"\bother (?:\w+ )?guests\b|"
    r"\bguests (?:have )?included?\b|"
    r"\b(?:have|had|[’']ve) (?:also |previously |already |recently |both )*(?:chatted|spoken|talked|"
    r"interviewed|hosted|featured|sat down)\b|"
    r"\b(?:previous|past|earlier|last|other|our first|recent) (?:\w+ )?(?:conversation|interview|episode|"
    r"chat|discussion) with\b|"
    r"\bnext (?:week|month|year|time|episode)\b|"
    r"\b(?:last (?:week|month|year|time)|previously(?! (?:at|with|of|from|in)\b))\b|"
    r"^\W{0,4}(?:listen to|watch|check out|see|read|related)\b[^.]{0,40}\b(?:episodes?|interviews?|conversations?) ",
    re.IGNORECASE,
)
PRONOUN = re.compile(
    rf"\b(?:he|she|they)(?:'s|’s|'re|’re)? (?:joins?|joined|sits? down|comes? on|return|returns|(?:is|"
    rf"are) (?:my|our)) (?:{_US}|with|to|guests?)|"
    rf"\b{TALK_DE}\b[^.;]{{0,40}}?\bmit (?:ihm|ihr|ihnen)\b|"
    r"\b(?:I|we) (?:sat down|sit down|spoke|speak|talk|talked|chat|chatted) (?:with|to) (?:him|her|them)\b",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"^[\s*•:·|-]{0,6}(?:on )?(?:LinkedIn|X|Twitter|Substack|Website|Personal site|GitHub|Bluesky)\b\s*(?::|$|\()"
)
FIND_THEM = re.compile(rf"\b(?:where (?:to|you can)|how to) (?:find|follow|reach|connect with) {_WITH}", re.IGNORECASE)
FIRST_BIO = re.compile(
    rf"^(?:Dr\.? |Prof(?:essor|\.)? )?{_G} (?:is|are|war|ist) (?:an?|the|one of|currently|\d|co-?founder|CEO)\b"
)
# `Ada Byte talks about her work`, as notes begin; two people who discuss something are both there, whoever hosts.
OPENING_DEED = re.compile(
    rf"^(?:[\w'’.-]{{1,20}} ){{0,4}}(?P<guest>{_G}) (?:(?:talks|speaks|chats|opens up) about|talks to us|returns|"
    r"is back|"
    r"breaks down|walks through|(?:shares|tells|explains|describes|discusses|reflects on|recounts|makes) "
    r"(?:his|her|their)\b)"
)
TOGETHER = re.compile(
    rf"^(?:\W{{0,3}}(?:in|on) [^{_G}.;:!?]{{2,60}}?,? )?(?:hosts )?(?P<guest>{_G}) (?:talk|chat|discuss|debate|dive|"
    r"dig|unpack|break down|explore|look|are back|continue|answer|explain|review|recap|cover|react|kick off|"
    r"sit down)\b",
    re.IGNORECASE,
)
# A line of notes that heads a list of people, and a line that can be of such a list.
LIST_HEAD = re.compile(
    r"^[\W_]{0,6}(?:(?P<guest>(?:(?:our|special|today[’']s|featured|the|about (?:the|our|today[’']s)) )?"
    r"(?:guests?|panelists?|speakers|interviewees?|g[aä]ste?|invité[es]*|invitad[oa]s?))|"
    r"(?P<host>(?:(?:your|our|the|about the) )?(?:co-?)?hosts?|moderators?|moderation|panel|moderiert von))"
    r"[\W_]{0,6}$",
    re.IGNORECASE,
)
LIST_ITEM = re.compile(r"^[^\w@]{0,6}(?:Dr\.? |Prof(?:essor|\.)? )?[@A-ZÀ-Þ]")
