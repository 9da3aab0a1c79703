"""The audit trail of mentions: every name of the catalogue that was found in some texts, and why it counts or does not.

Belongs here: telling what the rules decided. Keep out: deciding it (episode_reader.py).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.transforms.episode_people import Knowledge
from orchestration.transforms.episode_reader import Reading, Texts, read_episodes
from orchestration.transforms.mention_rules import PRECEDENCE
from orchestration.transforms.name_table import NEEDS_CONTEXT, TOPIC

SCHEMA = {
    "unit": pl.Int64,
    "text_start": pl.Int64,
    "text_end": pl.Int64,
    "surface": pl.String,
    "alias": pl.String,
    "entity_id": pl.String,
    "outcome": pl.String,
}


def mention_candidates(texts: Texts, known: Knowledge) -> pl.DataFrame:
    """Return a row for each hit and each alias it may stand for: surface, alias, entity, and the outcome.

    The outcome is the rule by which it counts, or the reason for which it was refused. unit: the number of the text.
    """
    reading = Reading(texts, known)
    names, hits = known.names, reading.hits
    hit, alias = names.aliases_of(hits.pattern)
    verdict = reading.verdicts(hit, alias)
    stays = read_episodes(texts, known)
    start, end, entity = hits.start[hit], hits.end[hit], names.entity[alias]
    stay_keys = zip(stays.start.tolist(), stays.end.tolist(), stays.entity.tolist(), strict=True)
    rule_of = dict(zip(stay_keys, (PRECEDENCE[rule] for rule in stays.rule), strict=True))
    # The mention that stays and covers the first character of the candidate, if any does.
    before = np.searchsorted(stays.start, end, "left") - 1
    is_covered = (before >= 0) & (len(stays.start) > 0)
    is_covered[is_covered] &= stays.end[before[is_covered]] > start[is_covered]
    longer = np.zeros(len(hit), np.bool_)
    longer[is_covered] = (stays.end - stays.start)[before[is_covered]] > (end - start)[is_covered]
    reasons = np.select(
        [
            longer,
            is_covered,
            verdict < 0,
            ~reading.is_english[hit],
            names.has_context[alias] & (verdict == 0),
            (names.kind[alias] == NEEDS_CONTEXT) & (names.type[entity] != TOPIC),
        ],
        [
            "refused: part of a longer name",
            "refused: another entity of this name counts",
            "refused: a word that speaks against it is near",
            "refused: the rule is for English only",
            "refused: no word of its context is near, and the episode does not name it elsewhere",
            "refused: an ordinary word, and nothing shows that it is a name",
        ],
        "refused: part of another name",
    )
    keys = zip(start.tolist(), end.tolist(), entity.tolist(), strict=True)
    outcomes = [rule_of.get(key, reason) for key, reason in zip(keys, reasons.tolist(), strict=True)]
    unit = np.searchsorted(texts.low, start, "right") - 1
    text = texts.letters.text
    return pl.DataFrame(
        {
            "unit": unit,
            "text_start": start - texts.low[unit],
            "text_end": end - texts.low[unit],
            "surface": [text[s:e] for s, e in zip(start.tolist(), end.tolist(), strict=True)],
            "alias": names.alias_texts[alias].tolist(),
            "entity_id": known.entity_columns["entity_id"].gather(entity),
            "outcome": outcomes,
        },
        schema=SCHEMA,
    )
