"""Which copies tell the same episode: links between copies with their evidence, and the episodes that follow.

Belongs here: rules that link two copies, the guard that keeps a chain of links from joining different episodes, and
the episode's id. Which copy is preferred is SQL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, product
from typing import Any

import polars as pl
from rapidfuzz import fuzz

from orchestration.ids import stable_id
from orchestration.schemas.copy_episodes import CopyEpisodes
from orchestration.schemas.copy_links import CopyLinks
from orchestration.transforms.described_content import described_pairs
from orchestration.transforms.identity_keys import canonical_url, youtube_video_id
from orchestration.transforms.shared_text import (
    MAX_BLOCKING_COPIES,
    NOTES_SAMPLING,
    SHINGLE_WORDS,
    SPEECH_SAMPLING,
    Overlap,
    WordCodes,
    folded_words,
    notes_words,
    overlaps,
    spoken_codes,
)

# Measured on the seeds: true pairs share 0.66 of their speech and 0.58 or more of their descriptions. Two episodes of
# one show share up to 0.41 of their descriptions: the lines of the same sponsors.
MIN_SPEECH_CONTAINMENT = 0.2
MIN_NOTES_CONTAINMENT = 0.5
MIN_SHARED_SHINGLES = 20
MIN_SHARED_WEIGHT = 10.0
# What fills less of a text than this, and only a few places of it, is a sponsor read or the definition of a show.
SURE_CONTAINMENT = 0.5
SURE_NOTES_CONTAINMENT = 0.8
MIN_PLACES = 5
MIN_NOTES_PLACES = 7
MIN_LONG_SHARE = 300
# Transcripts of this many words that share less than this are of different conversations, whatever else they share.
MIN_WORDS_TO_CONTRADICT = 200
MAX_CONTRADICTING_CONTAINMENT = 0.03
MIN_TITLE_RATIO = 92.0
MAX_DIFFERENT_TITLE_RATIO = 50.0
# Copies of one episode differ in length by inserted advertising, not by half and five minutes.
MAX_DURATION_RATIO = 1.5
MIN_DURATION_GAP_S = 300.0
MIN_GLOBAL_GUID_CHARACTERS = 12
# Cross-posts follow within weeks, the next talk with the same guest later.
MAX_DESCRIBED_DAYS = 45

_PART = frozenset({"part", "pt", "parte", "teil", "partie"})
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

# What each key is called, and how sure it is on its own.
_KEYS = {
    "same_guid": ("guid", 1.0),
    "same_enclosure": ("enclosure", 0.95),
    "same_url": ("address", 0.95),
    "same_video_id": ("video id", 0.9),
}


@dataclass(frozen=True, slots=True)
class _Link:
    a: str
    b: str
    rule: str
    score: float
    evidence: str
    is_accepted: bool = True

    @property
    def strength(self) -> tuple[int, float, str, str]:
        return (RULES.index(self.rule), -self.score, self.a, self.b)

    def refused(self, reason: str) -> _Link:
        return replace(self, evidence=f"{self.evidence}; refused: {reason}", is_accepted=False)


def copy_links(
    copies: pl.DataFrame, segments: pl.DataFrame, passages: pl.DataFrame, chapters: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return a row for each pair of copies and rule that speaks for one episode, refused links included.

    `copies`, `segments`, `passages` and `chapters` are the lake tables. Titles of chapters are read as part of the
    description; they may be left out. The result does not depend on the order of rows.
    """
    facts = _facts(copies)
    keyed = _key_pairs(facts)
    titled = _title_pairs(facts)
    pairs = {(link.a, link.b) for link in (*keyed, *titled)}

    spoken = spoken_codes(list(facts), segments)
    said = spoken.counts()
    description = notes_words(passages, chapters)
    notes = overlaps(WordCodes.of(list(facts), [description]), pairs, NOTES_SAMPLING)
    comparable = frozenset(copy for copy, count in said.items() if count >= MIN_WORDS_TO_CONTRADICT)
    described = [
        _Link(pair.a, pair.b, "described_content", pair.score, pair.evidence)
        for pair in described_pairs(copies, segments, passages, chapters, description, spoken, comparable)
    ]
    # Pairs linked by anything else are measured too: their speech may contradict it.
    speech = overlaps(spoken, pairs | set(notes), SPEECH_SAMPLING)

    links = [_checked(link, facts, speech, said) for link in (*keyed, *titled, *described)]
    for (a, b), overlap in speech.items():
        if _is_speech_shared(overlap):
            evidence = _share_evidence(overlap, "shorter transcript")
            links.append(_Link(a, b, "shared_speech", overlap.containment, evidence))
    for (a, b), overlap in notes.items():
        if _is_description_shared(overlap):
            link = _Link(a, b, "shared_notes", overlap.containment, _share_evidence(overlap, "shorter description"))
            links.append(_checked(link, facts, speech, said))
    rows = [
        {
            "copy_id_a": link.a,
            "copy_id_b": link.b,
            "rule": link.rule,
            "score": round(min(1.0, link.score), 4),
            "evidence": link.evidence,
            "is_accepted": link.is_accepted,
        }
        for link in _guarded(links, facts, speech, comparable)
    ]
    frame = pl.DataFrame(rows, schema=CopyLinks.create_empty().schema).sort("copy_id_a", "copy_id_b", "rule")
    return CopyLinks.validate(frame, cast=True)


def copy_episodes(copies: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Return the episode of each copy: the connected components of `copies` under the accepted `links`.

    The episode's id is the hash of its strongest outside key (smallest guid, else video id, else canonical address)
    that no other episode has, else of its smallest copy id. It does not depend on the order of rows.
    """
    facts = _facts(copies)
    leader = {copy: copy for copy in facts}
    strongest: dict[str, tuple[tuple[int, float], str, float]] = {}
    for row in links.filter(pl.col("is_accepted")).iter_rows(named=True):
        a, b = row["copy_id_a"], row["copy_id_b"]
        if a not in facts or b not in facts:
            continue
        _join(leader, a, b)
        rank = ((RULES.index(row["rule"]) if row["rule"] in RULES else len(RULES)), -row["score"])
        for copy in (a, b):
            if copy not in strongest or rank < strongest[copy][0]:
                strongest[copy] = (rank, row["rule"], row["score"])
    members: dict[str, list[str]] = defaultdict(list)
    for copy in facts:
        members[_find(leader, copy)].append(copy)
    keys = {head: _outside_keys(facts[copy] for copy in group) for head, group in members.items()}
    owners: dict[str, int] = defaultdict(int)
    for found in keys.values():
        for key in found:
            owners[key] += 1
    rows = []
    for head, group in members.items():
        key = next((key for key in keys[head] if owners[key] == 1), f"copy:{min(group)}")
        for copy in group:
            _, rule, score = strongest.get(copy, (None, "only_copy", 1.0))
            rows.append(
                {
                    "copy_id": copy,
                    "episode_id": stable_id("episode", key),
                    "match_rule": rule,
                    "match_confidence": score,
                }
            )
    frame = pl.DataFrame(rows, schema=CopyEpisodes.create_empty().schema).sort("copy_id")
    return CopyEpisodes.validate(frame, cast=True)


def _outside_keys(group: Iterable[dict[str, Any]]) -> list[str]:
    """Return the outside keys of a group of copies, strongest first, each with its kind in front."""
    rows = list(group)
    guids = sorted({f"guid:{_guid_key(row)}" for row in rows if row["guid"]})
    videos = sorted({f"video:{row['video_id']}" for row in rows if row["video_id"]})
    addresses = sorted({f"url:{address}" for row in rows if (address := canonical_url(row["url"]))})
    return guids + videos + addresses


def _guid_key(row: dict[str, Any]) -> str:
    """Return a guid as a key: one too short to be unique in the world holds within its show only."""
    guid = row["guid"].strip()
    if len(guid) >= MIN_GLOBAL_GUID_CHARACTERS:
        return guid
    return f"{row['show']}/{guid}"


def _key_pairs(facts: dict[str, dict[str, Any]]) -> list[_Link]:
    """Return a link for each two copies with the same guid, enclosure, address or video id, not yet checked."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for copy, row in facts.items():
        if row["guid"] and row["guid"].strip():
            groups["same_guid", _guid_key(row)].append(copy)
        video = row["video_id"] or youtube_video_id(row["url"])
        if video:
            groups["same_video_id", video].append(copy)
        address = canonical_url(row["url"])
        if address and not video:
            groups["same_url", address].append(copy)
        sound = canonical_url(row["enclosure_url"])
        if sound:
            groups["same_enclosure", sound].append(copy)
    links = []
    for (rule, key), group in groups.items():
        # A key of very many copies is the address of a feed or a show, not of an episode. A chain of neighbours still
        # joins what is one episode.
        pairs = combinations(sorted(group), 2) if len(group) <= MAX_BLOCKING_COPIES else pairwise(sorted(group))
        kind, score = _KEYS[rule]
        links += [_Link(a, b, rule, score, f"both have the {kind} {key}") for a, b in pairs]
    return links


def _title_pairs(facts: dict[str, dict[str, Any]]) -> list[_Link]:
    """Return a link for each two copies of one show whose titles agree but for a few characters."""
    words_of = {copy: row["title_words"] for copy, row in facts.items() if row["show"] and len(row["title_words"]) >= 3}
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    for copy, words in words_of.items():
        for word in set(words):
            holders[facts[copy]["show"], word].append(copy)
    pairs = set()
    for copy, words in words_of.items():
        show = facts[copy]["show"]
        # Titles that nearly agree share at least one of their three rarest words.
        for word in sorted(set(words), key=lambda word: (len(holders[show, word]), word))[:3]:
            if len(holders[show, word]) <= MAX_BLOCKING_COPIES:
                pairs |= {(min(copy, other), max(copy, other)) for other in holders[show, word] if other != copy}
    links = []
    for a, b in sorted(pairs):
        ratio = fuzz.ratio(" ".join(words_of[a]), " ".join(words_of[b]))
        if ratio >= MIN_TITLE_RATIO and not _numbers_differ(words_of[a], words_of[b]):
            evidence = f"same show, titles agree to {ratio:.0f} %"
            links.append(_Link(a, b, "same_title", ratio / 100, evidence))
    return links


def _checked(
    link: _Link, facts: dict[str, dict[str, Any]], speech: dict[tuple[str, str], Overlap], spoken: dict[str, int]
) -> _Link:
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
        if link.rule in ("same_enclosure", "same_url", "same_video_id") and _titles_differ(a, b):
            refusal = "their titles differ"
        elif link.rule == "same_title" and a["published_on"] and b["published_on"]:
            days = abs((a["published_on"] - b["published_on"]).days)
            if days > 14:
                refusal = f"published {days} days apart"
        elif link.rule == "shared_notes" and link.score < SURE_NOTES_CONTAINMENT and _titles_differ(a, b):
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


def _guarded(
    links: list[_Link],
    facts: dict[str, dict[str, Any]],
    speech: dict[tuple[str, str], Overlap],
    comparable: frozenset[str],
) -> list[_Link]:
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
        head_a, head_b = _find(leader, link.a), _find(leader, link.b)
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
                head = _join(leader, head_a, head_b)
                other = head_b if head == head_a else head_a
                members[head] += members.pop(other)
        guarded.append(link)
    return guarded


def _conflict(a: dict[str, Any], b: dict[str, Any]) -> str | None:
    """Return why two copies cannot be one episode, in words, or None."""
    show_a, show_b = a["show"], b["show"]
    names = f"copies {a['copy_id']} and {b['copy_id']}"
    if a["guid"] and b["guid"] and _guid_key(a) != _guid_key(b) and (show_a == show_b or not show_a or not show_b):
        return f"{names} have different guids"
    if show_a and show_a == show_b:
        if _titles_differ(a, b):
            return f"{names} are of one show and have different titles"
        lengths = sorted(row["duration_s"] for row in (a, b) if row["duration_s"])
        if (
            len(lengths) == 2
            and lengths[1] > MAX_DURATION_RATIO * lengths[0]
            and lengths[1] - lengths[0] > MIN_DURATION_GAP_S
        ):
            return f"{names} are of one show and last {lengths[0]:.0f} and {lengths[1]:.0f} s"
    return None


def _titles_differ(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether both copies have a title and the two are clearly of different episodes."""
    words_a, words_b = a["title_words"], b["title_words"]
    if not words_a or not words_b:
        return False
    return _numbers_differ(words_a, words_b) or (
        fuzz.token_set_ratio(" ".join(words_a), " ".join(words_b)) < MAX_DIFFERENT_TITLE_RATIO
    )


def _numbers_differ(words_a: list[str], words_b: list[str]) -> bool:
    """Whether both titles say which part they are and differ, or neither's numbers are among the other's."""
    part_a, part_b = _part(words_a), _part(words_b)
    if part_a and part_b and part_a != part_b:
        return True
    numbers_a, numbers_b = ({word for word in words if word.isdigit()} for words in (words_a, words_b))
    return bool(numbers_a and numbers_b) and not (numbers_a <= numbers_b or numbers_b <= numbers_a)


def _part(words: list[str]) -> str | None:
    """Return the number behind the word `part`, since `part 1 of 2` holds the number of the other part too."""
    return next((number for word, number in pairwise(words) if word in _PART and number.isdigit()), None)


def _is_speech_shared(overlap: Overlap) -> bool:
    """Whether what is said overlaps, and not only a passage that somebody put into both."""
    is_spread = overlap.containment >= SURE_CONTAINMENT or overlap.places >= MIN_PLACES
    return (
        overlap.containment >= MIN_SPEECH_CONTAINMENT
        and overlap.shared >= MIN_SHARED_SHINGLES
        and overlap.weight >= MIN_SHARED_WEIGHT
        and (is_spread or overlap.shared >= MIN_LONG_SHARE)
    )


def _is_description_shared(overlap: Overlap) -> bool:
    """Whether the descriptions are one, and not only the lines of a sponsor or on the show."""
    return (
        overlap.containment >= MIN_NOTES_CONTAINMENT
        and overlap.shared >= MIN_SHARED_SHINGLES
        and overlap.weight >= MIN_SHARED_WEIGHT
        and (overlap.containment >= SURE_NOTES_CONTAINMENT or overlap.places >= MIN_NOTES_PLACES)
    )


def _share_evidence(overlap: Overlap, what: str) -> str:
    return (
        f"{100 * overlap.containment:.0f} % of the runs of {SHINGLE_WORDS} words of the {what} stand in the other too "
        f"({overlap.shared} runs, common ones weighted down)"
    )


def _facts(copies: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the rows of `copies` by copy id, in its order, with the folded show (`show`) and `title_words`."""
    return {
        row["copy_id"]: row
        | {"show": " ".join(folded_words(row["show_name"])), "title_words": folded_words(row["title"])}
        for row in copies.sort("copy_id").iter_rows(named=True)
    }


def _find(leader: dict[str, str], copy: str) -> str:
    """Return the leader of the component of `copy`, shortening the way to it."""
    while leader[copy] != copy:
        leader[copy] = leader[leader[copy]]
        copy = leader[copy]
    return copy


def _join(leader: dict[str, str], a: str, b: str) -> str:
    """Join the components of `a` and `b` and return their leader: the smallest id of both."""
    head, other = sorted((_find(leader, a), _find(leader, b)))
    leader[other] = head
    return head
