"""Which hits of the matcher count as mentions, and by which rule.

Belongs here: the evidence that an ordinary word is a name, the choice between entities that share an alias, and the
names of the rules. Keep out: finding the hits (matcher.py) and the names of an episode's people (episode_names.py).

Every accepted mention carries the name of its rule. `orchestration.evaluate` measures each rule's precision on
hand-made labels, and that is the confidence of the mention in the warehouse: rules are split where their precision is
expected to differ, and no further.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from orchestration.catalog.catalog import Alias, Entity
from orchestration.transforms.matcher import fold

Group = Literal["catalog", "context", "episode", "label", "topic"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason to count a hit. Rules of one `group` stand in for each other where too few were judged."""

    name: str
    group: Group
    description: str


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("catalog_exact", "catalog", "Alias of the catalogue that is no word in any letter case."),
        Rule("catalog_case_sensitive", "catalog", "Alias of the catalogue, written in its letter case."),
        Rule("catalog_context", "catalog", "Alias of the catalogue that needs a word of its context near it."),
        Rule("catalog_episode", "catalog", "Alias that needs its context, whose entity is sure in the episode."),
        Rule("misheard", "catalog", "Form in which recognisers garble the name."),
        Rule("ordinary_word_mid_sentence", "context", "Ordinary word, capitalised where no sentence starts."),
        Rule("ordinary_word_context", "context", "Ordinary word, capitalised, with a context word near it."),
        Rule("ordinary_word_maker", "context", "Ordinary word, capitalised, with its maker or product near it."),
        Rule("ordinary_word_list", "context", "Ordinary word, capitalised, listed next to a sure name of its type."),
        Rule("ordinary_word_episode", "context", "Ordinary word, capitalised, whose entity is sure in the episode."),
        Rule("episode_person_full", "episode", "Full name of somebody who appears in the episode."),
        Rule("episode_person_label", "episode", "Speaker label of somebody who appears in the episode."),
        Rule("episode_person_first_name", "episode", "First name of somebody who appears in the episode."),
        Rule("episode_person_surname", "episode", "Surname of somebody who appears in the episode."),
        Rule("known_person_full", "episode", "Full name of somebody who appears in another episode."),
        Rule("mentioned_person_first_name", "episode", "First name of somebody named in full in the episode."),
        Rule("mentioned_person_surname", "episode", "Surname of somebody named in full in the episode."),
        Rule("episode_show", "episode", "Name of the show that the copy belongs to."),
        Rule("speaker_label", "label", "Speaker label whose person is known."),
        Rule("topic_keyphrase", "topic", "Keyphrase of a topic."),
    )
}

# The rules that look at nothing but the name itself. All others read English around it, or take English spelling and
# English words for granted, and are left out where a copy is known to be in another language.
ANY_LANGUAGE = frozenset(
    (
        "catalog_exact",
        "catalog_case_sensitive",
        "episode_person_full",
        "episode_person_label",
        "known_person_full",
        "episode_show",
        "speaker_label",
    )
)

# A context word counts within so many words, and so many characters, of the name.
CONTEXT_WORDS = 8
_CONTEXT_CHARACTERS = 90
# A heading is told from a sentence by the share of its longer words that are capitalised.
_HEADING_WORDS = 4
_HEADING_SHARE = 0.8
_MIN_HEADING_WORD = 4

_WORD = re.compile(r"[^\W_]+(?:['.-][^\W_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.?!…:;\n|•*>])[\s\"'“‘(\[*-]*\Z")
_WORD_BEFORE = re.compile(r"([^\W_][\w'’]*)( |-)\Z")
_WORD_AFTER = re.compile(r"( |-)([^\W_][\w'’]*)")
_LIST_JOINT = re.compile(
    r"\s*(?:,\s*(?:and|or|like|but|und)?|/|&|\band\b|\bor\b|\bversus\b|\bvs\b\.?)\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A hit that counts, as a mention of `entity_id`."""

    start: int
    end: int
    entity_id: str
    alias: str
    rule: str


class TextEvidence:
    """What the text of one unit says about a name at a place of it.

    text: display form. is_heading: whether its capitals mean nothing (a title, a chapter).
    """

    def __init__(self, text: str, is_heading: bool) -> None:
        """Take the unit's text."""
        self._text = text
        self._is_heading = is_heading

    def is_mid_sentence_name(self, start: int, end: int) -> bool:
        """Tell whether the capital at `start` can only be that of a name which is all of [start, end)."""
        text = self._text
        if self._is_heading or not text[start].isupper():
            return False
        if _SENTENCE_START.search(text, max(0, start - 12), start):
            return False
        return not self.is_part_of_longer_name(start, end) and not self.is_in_title_case(start, end)

    def is_part_of_longer_name(self, start: int, end: int) -> bool:
        """Tell whether a capitalised word is joined to the name: `Jack Ray`, `Ray-Ban`."""
        text = self._text
        after = _WORD_AFTER.match(text, end)
        if after and after.group(1) == "-" and after.group(2)[0].isupper():
            return True
        if self._is_heading:
            return False
        before = _WORD_BEFORE.search(text, max(0, start - 40), start)
        return bool(
            before
            and before.group(1)[0].isupper()
            and len(before.group(1)) > 1
            and not before.group(1).startswith(("I'", "I’"))
            and not _SENTENCE_START.search(text, max(0, before.start() - 12), before.start())
        )

    def is_in_title_case(self, start: int, end: int) -> bool:
        """Tell whether the words around [start, end) are capitalised as in a heading."""
        if self._is_heading:
            return True
        text = self._text
        before = _WORD.findall(text, max(0, start - 60), start)[-_HEADING_WORDS:]
        after = _WORD.findall(text, end, end + 60)[:_HEADING_WORDS]
        words = [word for word in (*before, *after) if len(word) >= _MIN_HEADING_WORD]
        return len(words) >= 3 and sum(word[0].isupper() for word in words) >= _HEADING_SHARE * len(words)

    def has_near(self, start: int, end: int, words: Sequence[str]) -> bool:
        """Tell whether one of `words` (lower-case, phrases too) stands within CONTEXT_WORDS of [start, end)."""
        if not words:
            return False
        folded = fold(self._text[max(0, start - _CONTEXT_CHARACTERS) : end + _CONTEXT_CHARACTERS])
        at = min(start, _CONTEXT_CHARACTERS)
        before = _WORD.findall(folded, 0, at)[-CONTEXT_WORDS:]
        after = _WORD.findall(folded, at + end - start)[:CONTEXT_WORDS]
        near = f" {' '.join(before)} | {' '.join(after)} "
        return any(f" {word} " in near or f" {word}s " in near for word in words)


def listed_beside(text: str, start: int, end: int, names: Sequence[tuple[int, int]]) -> bool:
    """Tell whether one of the ranges `names` is joined to [start, end) of `text` as in a list: `Ray and Apple`."""
    for other_start, other_end in names:
        gap = (end, other_start) if other_start >= end else (other_end, start)
        if 0 < gap[1] - gap[0] <= 12 and _LIST_JOINT.fullmatch(text, *gap):
            return True
    return False


def verdict_of_context(alias: Alias, evidence: TextEvidence, start: int, end: int) -> bool | None:
    """Tell whether the context words of `alias` speak for it (True), against it (False), or say nothing (None)."""
    if evidence.has_near(start, end, alias.not_context):
        return False
    return True if evidence.has_near(start, end, alias.context) else None


def sure_rule(alias: Alias, entity: Entity, verdict: bool | None) -> str | None:
    """Return the rule by which an alias counts without any further look, or None. `verdict`: of its context words."""
    if alias.kind == "needs_context" or verdict is False or (alias.context and not verdict):
        return None
    if entity.entity_type == "topic":
        return "topic_keyphrase"
    if verdict:
        return "catalog_context"
    return {"exact": "catalog_exact", "misheard": "misheard"}.get(alias.kind, "catalog_case_sensitive")


def resolve_overlaps(accepted: list[Accepted], type_of: Callable[[str], str]) -> list[Accepted]:
    """Return the mentions that stay where several overlap: the longest, and any entity before a topic.

    Of equally long ones the rule that comes first in this module stays, then the smaller entity id.
    """
    order = {name: number for number, name in enumerate(_PRECEDENCE)}
    ranked = sorted(
        accepted,
        key=lambda a: (type_of(a.entity_id) == "topic", a.start - a.end, order[a.rule], a.entity_id, a.start),
    )
    taken: dict[int, Accepted] = {}
    kept: list[Accepted] = []
    for mention in ranked:
        if any(position in taken for position in range(mention.start, mention.end)):
            continue
        taken.update(dict.fromkeys(range(mention.start, mention.end), mention))
        kept.append(mention)
    return sorted(kept, key=lambda a: a.start)


# Who appears in an episode is known better than who is meant by a name of the catalogue.
_PRECEDENCE = (
    "speaker_label",
    "episode_show",
    "episode_person_full",
    "episode_person_label",
    "episode_person_first_name",
    "episode_person_surname",
    "catalog_context",
    "catalog_exact",
    "catalog_case_sensitive",
    "known_person_full",
    "ordinary_word_context",
    "ordinary_word_maker",
    "ordinary_word_mid_sentence",
    "ordinary_word_list",
    "catalog_episode",
    "ordinary_word_episode",
    "misheard",
    "mentioned_person_first_name",
    "mentioned_person_surname",
    "topic_keyphrase",
)
