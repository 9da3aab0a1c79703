"""Counts of what is right, by source and rule, and the figures they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from orchestration.evaluation.figures import Figure, share
from orchestration.evaluation.names import people_in_common, same_person

ALL = "all"


class Tally:
    """Right and total of each measure of one area, by source and rule, and over all sources."""

    def __init__(self, area: str) -> None:
        """Start with nothing counted."""
        self.area = area
        self._counts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])

    def add(self, source: str, rule: str, measure: str, right: int, total: int) -> None:
        """Count `right` of `total` for the source and for all sources together."""
        for key in ((source, rule, measure), (ALL, rule, measure)):
            self._counts[key][0] += right
            self._counts[key][1] += total

    def add_people(
        self,
        source: str,
        rule: str,
        group: str,
        found: Sequence[str],
        labelled: Sequence[str],
        is_complete: bool = True,
    ) -> tuple[list[str], list[str]]:
        """Count precision (where labels are complete) and recall of people; return who is wrong and who is missing."""
        right = people_in_common(found, labelled)
        if is_complete:
            self.add(source, rule, f"{group}_precision", right, len(found))
        self.add(source, rule, f"{group}_recall", right, len(labelled))
        wrong = [name for name in found if not any(same_person(name, one) for one in labelled)]
        missing = [one for one in labelled if not any(same_person(name, one) for name in found)]
        return wrong if is_complete else [], missing

    def figures(self) -> list[Figure]:
        """Return a figure for each measure; that a rule finds nothing in a source is no figure.

        With one source only, its figures are not repeated for all sources.
        """
        sources = {source for source, _, _ in self._counts} - {ALL}
        return [
            share(self.area, source, rule, measure, right, total)
            for (source, rule, measure), (right, total) in sorted(self._counts.items(), key=_order)
            if total
            and (right or rule == ALL or measure.endswith("precision"))
            and not (source == ALL and len(sources) == 1)
        ]


def _order(item: tuple[tuple[str, str, str], list[int]]) -> tuple[bool, str, bool, str, str]:
    (source, rule, measure), _ = item
    return (source != ALL, source, rule != ALL, rule, measure)
