"""The files of labels that measuring can use, given one by one or found by their names in a folder."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

from orchestration.evaluation.gold import GoldError

# What each file is for, and by which names it is found in a folder of labels.
PATTERNS = {
    "mentions": ("*mentions*.jsonl",),
    "ambiguous": ("*ambiguous*.json",),
    "episodes": ("*episodes*.jsonl", "*episodes*.json"),
    "same_recording": ("*same_recording*.json",),
    "paid": ("*paid*.json",),
    "topics": ("*topics*.txt",),
    "topic_map": ("*topic_map*.json",),
}
VARIABLES = {
    "mentions": "GOLD",
    "ambiguous": "AMBIGUOUS",
    "episodes": "EPISODES",
    "same_recording": "SAME",
    "paid": "PAID",
    "topics": "TOPICS",
    "topic_map": "TOPIC_MAP",
}


@dataclass(frozen=True, slots=True)
class Labels:
    """Files of labels; None where there is none.

    mentions: passages with their mentions. ambiguous: ordinary words that are also names. episodes: entries with show
    and people. same_recording: groups of copies that tell one recording. paid: stretches of paid speech, greetings and
    farewells. topics: topics of entries in a vocabulary of their own. topic_map: what that vocabulary means in ours.
    """

    mentions: Path | None = None
    ambiguous: Path | None = None
    episodes: Path | None = None
    same_recording: Path | None = None
    paid: Path | None = None
    topics: Path | None = None
    topic_map: Path | None = None

    def over(self, others: Labels) -> Labels:
        """Return these files, filled up from `others`."""
        given = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name)}
        return replace(others, **given)

    @property
    def missing(self) -> list[str]:
        """What is not given, each with the variable that gives it."""
        return [f"{one.name} ({VARIABLES[one.name]}=<file>)" for one in fields(self) if not getattr(self, one.name)]


def labels_of(gold: Path) -> Labels:
    """Return the labels that `gold` is or holds: a file of labelled mentions, or a folder of labels with known names.

    Raises GoldError where there is nothing, or where two files of a folder could be meant.
    """
    if gold.is_file():
        return Labels(mentions=gold)
    if not gold.is_dir():
        raise GoldError(f"{gold} is neither a file of labels nor a folder of them")
    found: dict[str, Path] = {}
    for kind, patterns in PATTERNS.items():
        for pattern in patterns:
            files = sorted(gold.glob(pattern))
            if len(files) > 1:
                names = ", ".join(file.name for file in files)
                raise GoldError(f"{gold} has more than one {pattern}: {names}; say which by {VARIABLES[kind]}=<file>")
            if files:
                found[kind] = files[0]
                break
    if not found:
        raise GoldError(f"{gold} holds no labels: expected names such as mentions.jsonl, episodes.jsonl")
    return Labels(**found)
