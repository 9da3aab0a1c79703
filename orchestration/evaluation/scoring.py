"""Compares mentions with labels, and counts.

A mention and a label match where their types are equal and their spans are (strict) or overlap (overlapping); each
label is matched once at most. Mentions of labels that are not scored (events) are neither right nor wrong.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from orchestration.evaluation.gold import SCORED_TYPES, Found, JudgedPassage, Label
from orchestration.transforms.letters import fold

_BOOTSTRAP_ROUNDS = 1000
_SEED = 20261123
_Z_95 = 1.959964
_TOKEN = re.compile(r"[^\W_]+")
# Words that tell versions of one model apart, as numbers do.
_VERSION_WORDS = frozenset(
    [
        "chat",
        "flash",
        "haiku",
        "instruct",
        "large",
        "lite",
        "max",
        "medium",
        "mini",
        "nano",
        "opus",
        "preview",
        "pro",
        "small",
        "sonnet",
        "turbo",
        "ultra",
    ]
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mention or a label: both are set where they match, one of them where it stands alone."""

    label: Label | None
    found: Found | None
    is_right_entity: bool = False

    @property
    def entity_type(self) -> str:
        """Return the type of the label, else of the mention."""
        one = self.label or self.found
        return one.entity_type if one else ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Matches, mentions and labels."""

    matched: int = 0
    found: int = 0
    labelled: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Add up."""
        return Counts(self.matched + other.matched, self.found + other.found, self.labelled + other.labelled)

    @property
    def precision(self) -> float:
        """Return the share of mentions that are right, 0 where there is none."""
        return self.matched / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Return the share of labels that were found, 0 where there is none."""
        return self.matched / self.labelled if self.labelled else 0.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        total = self.found + self.labelled
        return 2 * self.matched / total if total else 0.0


def compare(passage: JudgedPassage, is_strict: bool, names_of: Callable[[str], Iterable[str]]) -> list[Outcome]:
    """Match mentions and labels of a passage. `names_of` gives the names of an entity besides its canonical one."""
    pairs = []
    for found in passage.found:
        for label in passage.labels:
            overlap = min(found.char_end, label.char_end) - max(found.char_start, label.char_start)
            is_same_span = (found.char_start, found.char_end) == (label.char_start, label.char_end)
            if found.entity_type == label.entity_type and (is_same_span if is_strict else overlap > 0):
                pairs.append((-overlap, found.char_start, found, label))
    outcomes: list[Outcome] = []
    used: set[int] = set()
    for _, _, found, label in sorted(pairs, key=lambda pair: pair[:2]):
        if id(found) not in used and id(label) not in used:
            used.update((id(found), id(label)))
            outcomes.append(Outcome(label, found, is_same_entity(label.canonical, found, names_of)))
    unscored = [label for label in passage.labels if label.entity_type not in SCORED_TYPES]
    outcomes.extend(
        Outcome(label, None) for label in passage.labels if id(label) not in used and label.entity_type in SCORED_TYPES
    )
    outcomes.extend(
        Outcome(None, found)
        for found in passage.found
        if id(found) not in used
        and not any(u.char_start < found.char_end and found.char_start < u.char_end for u in unscored)
    )
    return outcomes


def is_same_entity(canonical: str, found: Found, names_of: Callable[[str], Iterable[str]]) -> bool:
    """Tell whether a label's canonical name means the entity of `found`; versions of a model are one entity."""
    wanted = {_plain(canonical), _family(canonical)}
    return any(
        _plain(name) in wanted or _family(name) in wanted for name in (found.entity_name, *names_of(found.entity_id))
    )


def _plain(name: str) -> str:
    words = _TOKEN.findall(fold(name))
    return "".join(words[1:] if words[:1] == ["the"] else words)


def _family(name: str) -> str:
    words = _TOKEN.findall(fold(name))
    kept = [word for word in words if word not in _VERSION_WORDS and not any(c.isdigit() for c in word)]
    return "".join(kept) or _plain(name)


def count(outcomes: Iterable[Outcome]) -> Counts:
    """Count matches, mentions and labels."""
    matched = found = labelled = 0
    for outcome in outcomes:
        matched += outcome.found is not None and outcome.label is not None
        found += outcome.found is not None
        labelled += outcome.label is not None
    return Counts(matched, found, labelled)


def interval(per_passage: Sequence[Counts], score: Callable[[Counts], float]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a score over passages (B. Efron, 1979), the same in every run."""
    if not per_passage:
        return 0.0, 0.0
    rng = random.Random(_SEED)
    values = sorted(
        score(sum(rng.choices(per_passage, k=len(per_passage)), Counts())) for _ in range(_BOOTSTRAP_ROUNDS)
    )
    return values[round(0.025 * (len(values) - 1))], values[round(0.975 * (len(values) - 1))]


def wilson_low(right: int, total: int) -> float:
    """Return the lower end of the 95 % interval of a share (E. B. Wilson, 1927)."""
    if total == 0:
        return 0.0
    share, z2 = right / total, _Z_95**2
    spread = _Z_95 * math.sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    return max(0.0, (share + z2 / (2 * total) - spread) / (1 + z2 / total))
