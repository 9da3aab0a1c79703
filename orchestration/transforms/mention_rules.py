"""Which hits of the matcher count as mentions, and by which rule.

Belongs here: the evidence that an ordinary word is a name, the choice between entities that share an alias, and the
names of the rules. Keep out: finding the hits (matcher.py) and the names of an episode's people (episode_names.py).

Every accepted mention carries the name of its rule. `orchestration.evaluate` measures each rule's precision on
hand-made labels, and that is the confidence of the mention in the warehouse: rules are split where their precision is
expected to differ, and no further.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
        Rule("ordinary_word_link", "context", "Ordinary word, capitalised, that links to a site of its name."),
        Rule("ordinary_word_episode", "context", "Ordinary word, capitalised, whose entity is sure in the episode."),
        Rule("lower_case_context", "context", "Name in lower case, with its maker, product or a context word near it."),
        Rule("lower_case_episode", "context", "Name in lower case, whose entity is sure in the episode."),
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

# Who appears in an episode is known better than who is meant by a name of the catalogue.
PRECEDENCE = (
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
    "ordinary_word_link",
    "ordinary_word_mid_sentence",
    "ordinary_word_list",
    "catalog_episode",
    "ordinary_word_episode",
    "lower_case_context",
    "lower_case_episode",
    "misheard",
    "mentioned_person_first_name",
    "mentioned_person_surname",
    "topic_keyphrase",
)
