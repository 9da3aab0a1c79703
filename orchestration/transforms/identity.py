"""Which copies tell the same episode: links between copies with their evidence, and the episodes that follow.

Belongs here: rules that link two copies, and the episode's id. What refuses a link is in `identity_guards`; which copy
is preferred is SQL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import polars as pl
from rapidfuzz import fuzz

from orchestration.ids import stable_id
from orchestration.schemas.copy_episodes import CopyEpisodes
from orchestration.schemas.copy_links import CopyLinks
from orchestration.transforms.changed_words import ChangedWords
from orchestration.transforms.copy_words import copy_words
from orchestration.transforms.described_content import described_pairs, rare_phrases
from orchestration.transforms.hash_ranges import in_tasks, scratch
from orchestration.transforms.identity_guards import (
    MIN_SPEECH_CONTAINMENT,
    MIN_WORDS_TO_CONTRADICT,
    RULES,
    SURE_CONTAINMENT,
    SURE_NOTES_CONTAINMENT,
    Link,
    checked,
    find,
    guarded,
    guid_key,
    join,
    numbers_differ,
)
from orchestration.transforms.identity_keys import canonical_url, youtube_video_id
from orchestration.transforms.last_time import LastTime, Memory, are_few
from orchestration.transforms.parts import Read, Run, run_here
from orchestration.transforms.shared_text import MAX_BLOCKING_COPIES, Known, Overlap, folded_words, measured
from orchestration.transforms.word_hashes import SHINGLE_WORDS, spread_all, spread_words

# Measured on the seeds: true pairs share 0.66 of their speech and 0.58 or more of their descriptions. Two episodes of
# one show share up to 0.41 of their descriptions: the lines of the same sponsors.
MIN_NOTES_CONTAINMENT = 0.5
MIN_SHARED_SHINGLES = 20
MIN_SHARED_WEIGHT = 10.0
# What fills less of a text than this, and only a few places of it, is a sponsor read or the definition of a show.
MIN_PLACES = 5
MIN_NOTES_PLACES = 7
MIN_LONG_SHARE = 300
MIN_TITLE_RATIO = 92.0

# What is compared of copies besides their words. Rows of very many copies are large as objects.
_FACTS = (
    *("copy_id", "show_name", "title", "published_on", "duration_s"),
    *("guid", "enclosure_url", "url", "video_id"),
)
# What each key is called, and how sure it is on its own.
_KEYS = {
    "same_guid": ("guid", 1.0),
    "same_enclosure": ("enclosure", 0.95),
    "same_url": ("address", 0.95),
    "same_video_id": ("video id", 0.9),
}


def copy_links(
    copies: pl.DataFrame, segments: pl.DataFrame, passages: pl.DataFrame, chapters: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return `links_of_words` of the lake tables of these names. They may be given in any order of rows."""
    words = copy_words(segments, passages, chapters)
    return links_of_words(copies, lambda columns: [words.select(columns)])


def links_of_words(
    copies: pl.DataFrame, read: Read, run: Run = run_here, folder: Path | None = None, memory: Memory | None = None
) -> pl.DataFrame:
    """Return a row for each pair of copies and rule that speaks for one episode, refused links included.

    `copies` is the lake table. `read` yields columns of what `copy_words` returns, in parts of whole copies, several
    times. `run` works on the parts and on ranges of hashes. folder: for files on the way, which are deleted; all who
    work have to see it. memory: of the last time, where only the words of a few copies changed since. The result
    depends neither on the order of rows nor on how they are parted, nor on what is remembered.
    """
    facts = _facts(copies)
    keyed = _key_pairs(facts)
    titled = _title_pairs(facts)
    pairs = {(link.a, link.b) for link in (*keyed, *titled)}

    copy_ids = list(facts)
    last = memory.recall() if memory is not None else None
    if last is not None and not are_few(len(last.changed), len(copy_ids)):
        last = None
    with scratch(folder) as here:
        words = spread_words(copy_ids, read, run, here)
        said = words.lengths["speech"]
        changed = ChangedWords.of(("notes", "speech", "phrases"), copy_ids, read, last, run, here) if last else None
        known = {column: Known.of(column, last.frames, changed) for column in words.lengths} if last and changed else {}
        of_notes = measured(words, "notes", pairs, run, here, known.get("notes"))
        notes = of_notes.overlaps()
        # Pairs linked by anything else are measured too: their speech may contradict it.
        of_speech = measured(words, "speech", pairs | set(notes), run, here, known.get("speech"))
        speech = of_speech.overlaps()
        rare = _rare(copy_ids, read, run, here, last, changed)
    comparable = frozenset(copy for copy, count in said.items() if count >= MIN_WORDS_TO_CONTRADICT)
    described = [
        Link(pair.a, pair.b, "described_content", pair.score, pair.evidence)
        for pair in described_pairs(copies, read, copy_ids, rare, comparable)
    ]
    if memory is not None:
        ids = pl.Series(copy_ids, dtype=pl.String)
        kept = {"rare": rare.with_columns(copy=ids.gather(rare["copy"]))}
        memory.keep(of_notes.frames("notes") | of_speech.frames("speech") | kept)

    links = [checked(link, facts, speech, said) for link in (*keyed, *titled, *described)]
    for (a, b), overlap in speech.items():
        if _is_speech_shared(overlap):
            evidence = _share_evidence(overlap, "shorter transcript")
            links.append(Link(a, b, "shared_speech", overlap.containment, evidence))
    for (a, b), overlap in notes.items():
        if _is_description_shared(overlap):
            link = Link(a, b, "shared_notes", overlap.containment, _share_evidence(overlap, "shorter description"))
            links.append(checked(link, facts, speech, said))
    rows = [
        {
            "copy_id_a": link.a,
            "copy_id_b": link.b,
            "rule": link.rule,
            "score": round(min(1.0, link.score), 4),
            "evidence": link.evidence,
            "is_accepted": link.is_accepted,
        }
        for link in guarded(links, facts, speech, comparable)
    ]
    frame = pl.DataFrame(rows, schema=CopyLinks.create_empty().schema).sort("copy_id_a", "copy_id_b", "rule")
    return CopyLinks.validate(frame, cast=True)


def _rare(
    copy_ids: list[str], read: Read, run: Run, folder: Path, last: LastTime | None, changed: ChangedWords | None
) -> pl.DataFrame:
    """Return `rare_phrases` of all copies: only those of changed copies are others than the last time."""
    if last is None or changed is None:
        phrases = spread_all("phrases", copy_ids, read, run, folder)
        rare = rare_phrases(in_tasks(phrases.files, phrases.layout), run)
        phrases.delete()
        return rare
    found = changed.now["phrases"]
    asked = pl.DataFrame({"key": found.asked.hashes})
    others = changed.numbered(last.frames["rare"], "copy").join(asked, on="key", how="anti")
    of_changed = rare_phrases([found], run_here)
    return pl.concat([others.cast(of_changed.schema), of_changed])


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
        join(leader, a, b)
        rank = ((RULES.index(row["rule"]) if row["rule"] in RULES else len(RULES)), -row["score"])
        for copy in (a, b):
            if copy not in strongest or rank < strongest[copy][0]:
                strongest[copy] = (rank, row["rule"], row["score"])
    members: dict[str, list[str]] = defaultdict(list)
    for copy in facts:
        members[find(leader, copy)].append(copy)
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
    guids = sorted({f"guid:{guid_key(row)}" for row in rows if row["guid"]})
    videos = sorted({f"video:{row['video_id']}" for row in rows if row["video_id"]})
    addresses = sorted({f"url:{address}" for row in rows if (address := canonical_url(row["url"]))})
    return guids + videos + addresses


def _key_pairs(facts: dict[str, dict[str, Any]]) -> list[Link]:
    """Return a link for each two copies with the same guid, enclosure, address or video id, not yet checked."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for copy, row in facts.items():
        if row["guid"] and row["guid"].strip():
            groups["same_guid", guid_key(row)].append(copy)
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
        links += [Link(a, b, rule, score, f"both have the {kind} {key}") for a, b in pairs]
    return links


def _title_pairs(facts: dict[str, dict[str, Any]]) -> list[Link]:
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
        if ratio >= MIN_TITLE_RATIO and not numbers_differ(words_of[a], words_of[b]):
            evidence = f"same show, titles agree to {ratio:.0f} %"
            links.append(Link(a, b, "same_title", ratio / 100, evidence))
    return links


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
    """Return `_FACTS` of `copies` by copy id, in its order, with the folded show (`show`) and `title_words`."""
    return {
        row["copy_id"]: row
        | {"show": " ".join(folded_words(row["show_name"])), "title_words": folded_words(row["title"])}
        for row in copies.select(_FACTS).sort("copy_id").iter_rows(named=True)
    }
