"""The measured precision of each rule, as the seed file that gives mentions their confidence.

A firing is right where it matches a label of its type and means the label's entity. A rule that was judged too seldom
takes the figures of its group: rules that rest on the same kind of evidence.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from orchestration.catalog.load import MEASURED_HEADERS
from orchestration.evaluation.scoring import Outcome, wilson_low
from orchestration.transforms.mention_rules import RULES

MIN_JUDGED = 30
HEADER = MEASURED_HEADERS["mention_rules.csv"]


def judged_firings(outcomes: Iterable[Outcome]) -> tuple[Counter[str], Counter[str]]:
    """Return by rule how many of its firings were right, and how many were judged."""
    right: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    for outcome in outcomes:
        if outcome.found is not None:
            judged[outcome.found.rule] += 1
            right[outcome.found.rule] += outcome.is_right_entity
    return right, judged


def rules_csv(outcomes: Iterable[Outcome]) -> str:
    """Return the seed file: a line for every rule there is. `judged` counts the rule's own firings."""
    right, judged = judged_firings(outcomes)
    groups: dict[str, tuple[int, int]] = {}
    for rule in RULES.values():
        group_right, group_judged = groups.get(rule.group, (0, 0))
        groups[rule.group] = (group_right + right[rule.name], group_judged + judged[rule.name])
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADER)
    for rule in RULES.values():
        own = (right[rule.name], judged[rule.name])
        of_group = groups[rule.group]
        used, source = (own, "judged") if own[1] >= MIN_JUDGED else (of_group, f"judged as group {rule.group}")
        if used[1] == 0:
            writer.writerow((rule.name, rule.description, "", "", own[1], "not judged"))
            continue
        precision = (f"{used[0] / used[1]:.3f}", f"{wilson_low(*used):.3f}")
        writer.writerow((rule.name, rule.description, *precision, own[1], source))
    return buffer.getvalue()


def write_rules_csv(outcomes: Iterable[Outcome], path: Path) -> None:
    """Write the seed file to `path`."""
    path.write_text(rules_csv(outcomes), encoding="utf-8")
