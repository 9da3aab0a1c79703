"""What speaks against two copies telling one episode: refusals of a link, and the guard against chains of links.

Belongs here: all that refuses a link. What speaks for one is in `identity`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Any

from rapidfuzz import fuzz

from orchestration.transforms.shared_text import Overlap

# Speech that two copies of one episode share at the least, and so much of it that nothing else matters.
MIN_SPEECH_CONTAINMENT = 0.2
SURE_CONTAINMENT = 0.5
# A description that agrees so far is the same whatever the titles are.
SURE_NOTES_CONTAINMENT = 0.8
# Transcripts of this many words that share less than this are of different conversations, whatever else they share.
MIN_WORDS_TO_CONTRADICT = 200
MAX_CONTRADICTING_CONTAINMENT = 0.03
MAX_DIFFERENT_TITLE_RATIO = 50.0
# Copies of one episode differ in length by inserted advertising, not by half and five minutes.
MAX_DURATION_RATIO = 1.5
MIN_DURATION_GAP_S = 300.0
MIN_GLOBAL_GUID_CHARACTERS = 12
# Cross-posts follow within weeks, the next talk with the same guest later.
MAX_DESCRIBED_DAYS = 45

# From certain to likely. The order decides which links join first and which rule a copy is said to be joined by.
RULES = (
    "same_guid",
    "shared_speech",
    "same_enclosure",
    "same_url",
    "same_video_id",
    "same_title",
    "shared_notes",
    "described_content",
)

_PART = frozenset({"part", "pt", "parte", "teil", "partie"})


@dataclass(frozen=True, slots=True)
class Link:
    """A rule that speaks for two copies telling one episode; `a` is the smaller id. See the table `copy_links`."""

    a: str
    b: str
    rule: str
    score: float
    evidence: str
    is_accepted: bool = True

    @property
    def strength(self) -> tuple[int, float, str, str]:
        """What links are ordered by, from certain to likely."""
        return (RULES.index(self.rule), -self.score, self.a, self.b)

    def refused(self, reason: str) -> Link:
        """Return the link as one that does not join, with the reason in its evidence."""
        return replace(self, evidence=f"{self.evidence}; refused: {reason}", is_accepted=False)


def checked(
    link: Link, facts: dict[str, dict[str, Any]], speech: dict[tuple[str, str], Overlap], spoken: dict[str, int]
) -> Link:
    """Return `link`, refused where what the copies say and how they are called speaks against it.

    A guid is believed. An address or a video id is not proof: real collections give one to several episodes.
    """
    if link.rule == "same_guid":
        return link
    a, b = facts[link.a], facts[link.b]
    overlap = speech.get((link.a, link.b), Overlap(0.0, 0))
    words = min(spoken.get(link.a, 0), spoken.get(link.b, 0))
    refusal = ""
    if words >= MIN_WORDS_TO_CONTRADICT and overlap.containment <= MAX_CONTRADICTING_CONTAINMENT:
        refusal = "their transcripts have nothing in common"
    elif overlap.containment < MIN_SPEECH_CONTAINMENT:
        if link.rule in ("same_enclosure", "same_url", "same_video_id") and titles_differ(a, b):
            refusal = "their titles differ"
        elif link.rule == "same_title" and a["published_on"] and b["published_on"]:
            days = abs((a["published_on"] - b["published_on"]).days)
            if days > 14:
                refusal = f"published {days} days apart"
        elif link.rule == "shared_notes" and link.score < SURE_NOTES_CONTAINMENT and titles_differ(a, b):
            refusal = "their titles differ"
        elif link.rule == "described_content":
            refusal = _described_elsewhere(a, b)
    if not refusal:
        return link
    return link.refused(refusal)


def _described_elsewhere(a: dict[str, Any], b: dict[str, Any]) -> str:
    """Return why two copies with like descriptions are not one episode after all, or nothing."""
    if a["published_on"] and b["published_on"]:
        days = abs((a["published_on"] - b["published_on"]).days)
        if days > MAX_DESCRIBED_DAYS:
            return f"published {days} days apart"
    part_a, part_b = _part(a["title_words"]), _part(b["title_words"])
    if part_a and part_b and part_a != part_b:
        return f"parts {part_a} and {part_b}"
    return ""


def guarded(
    links: list[Link],
    facts: dict[str, dict[str, Any]],
    speech: dict[tuple[str, str], Overlap],
    comparable: frozenset[str],
) -> list[Link]:
    """Return `links` with those refused that would put two different episodes into one component.

    Links are tried from the strongest to the weakest, so the answer does not depend on their order. Two copies with
    a direct link by guid or by half of their speech are one episode, whatever their guids and titles are. Two
    transcripts with nothing in common are joined by such a link alone: the first half and the second half of one
    episode both share their speech with the whole.
    """
    sure = {
        (link.a, link.b)
        for link in links
        if link.is_accepted
        and (link.rule == "same_guid" or (link.rule == "shared_speech" and link.score >= SURE_CONTAINMENT))
    }

    def contradict(a: str, b: str) -> str | None:
        overlap = speech.get((a, b), Overlap(0.0, 0))
        if a in comparable and b in comparable and overlap.containment <= MAX_CONTRADICTING_CONTAINMENT:
            return f"the transcripts of {a} and {b} have nothing in common"
        return None

    leader = {copy: copy for copy in facts}
    members = {copy: [copy] for copy in facts}
    guarded = []
    for link in sorted(links, key=lambda link: link.strength):
        head_a, head_b = find(leader, link.a), find(leader, link.b)
        if link.is_accepted and head_a != head_b:
            is_sure = (link.a, link.b) in sure
            reasons = (
                reason
                for a, b in sorted((min(pair), max(pair)) for pair in product(members[head_a], members[head_b]))
                if (a, b) not in sure
                and (reason := _conflict(facts[a], facts[b]) or (None if is_sure else contradict(a, b)))
            )
            refusal = next(reasons, None)
            if refusal:
                link = link.refused(refusal)
            else:
                head = join(leader, head_a, head_b)
                other = head_b if head == head_a else head_a
                members[head] += members.pop(other)
        guarded.append(link)
    return guarded


def _conflict(a: dict[str, Any], b: dict[str, Any]) -> str | None:
    """Return why two copies cannot be one episode, in words, or None."""
    show_a, show_b = a["show"], b["show"]
    names = f"copies {a['copy_id']} and {b['copy_id']}"
    if a["guid"] and b["guid"] and guid_key(a) != guid_key(b) and (show_a == show_b or not show_a or not show_b):
        return f"{names} have different guids"
    if show_a and show_a == show_b:
        if titles_differ(a, b):
            return f"{names} are of one show and have different titles"
        lengths = sorted(row["duration_s"] for row in (a, b) if row["duration_s"])
        if (
            len(lengths) == 2
            and lengths[1] > MAX_DURATION_RATIO * lengths[0]
            and lengths[1] - lengths[0] > MIN_DURATION_GAP_S
        ):
            return f"{names} are of one show and last {lengths[0]:.0f} and {lengths[1]:.0f} s"
    return None


def titles_differ(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether both copies have a title and the two are clearly of different episodes."""
    words_a, words_b = a["title_words"], b["title_words"]
    if not words_a or not words_b:
        return False
    return numbers_differ(words_a, words_b) or (
        fuzz.token_set_ratio(" ".join(words_a), " ".join(words_b)) < MAX_DIFFERENT_TITLE_RATIO
    )


def numbers_differ(words_a: list[str], words_b: list[str]) -> bool:
    """Whether both titles say which part they are and differ, or neither's numbers are among the other's."""
    part_a, part_b = _part(words_a), _part(words_b)
    if part_a and part_b and part_a != part_b:
        return True
    numbers_a, numbers_b = ({word for word in words if word.isdigit()} for words in (words_a, words_b))
    return bool(numbers_a and numbers_b) and not (numbers_a <= numbers_b or numbers_b <= numbers_a)


def _part(words: list[str]) -> str | None:
    """Return the number behind the word `part`, since `part 1 of 2` holds the number of the other part too."""
    return next((number for word, number in pairwise(words) if word in _PART and number.isdigit()), None)


def guid_key(row: dict[str, Any]) -> str:
    """Return a guid as a key: one too short to be unique in the world holds within its show only."""
    guid = row["guid"].strip()
    if len(guid) >= MIN_GLOBAL_GUID_CHARACTERS:
        return guid
    return f"{row['show']}/{guid}"


def find(leader: dict[str, str], copy: str) -> str:
    """Return the leader of the component of `copy`, shortening the way to it."""
    while leader[copy] != copy:
        leader[copy] = leader[leader[copy]]
        copy = leader[copy]
    return copy


def join(leader: dict[str, str], a: str, b: str) -> str:
    """Join the components of `a` and `b` and return their leader: the smallest id of both."""
    head, other = sorted((find(leader, a), find(leader, b)))
    leader[other] = head
    return head
