"""When two written names are taken for one person's, one organisation's or one show's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from orchestration.catalog.catalog import Catalog
from orchestration.ids import slugify
from orchestration.transforms.show_names import ShowNames

_LEGAL = {"inc", "llc", "ltd", "corp", "corporation", "the", "co"}


def same_person(a: str, b: str) -> bool:
    """Return whether two written names are one person's: equal, or equal but for middle names."""
    first, second = slugify(a).split("-"), slugify(b).split("-")
    return first == second or (len(first) > 1 < len(second) and (first[0], first[-1]) == (second[0], second[-1]))


def same_organisation(found: str | None, labelled: str | None) -> bool:
    """Return whether two written names are one organisation's, legal forms and spaces aside."""

    def key(name: str) -> str:
        return "".join(word for word in slugify(name).split("-") if word not in _LEGAL)

    return bool(found and labelled and key(found) == key(labelled))


def same_show(a: str, b: str) -> bool:
    """Return whether two written names are one show's: equal but for case, article and `Podcast`."""
    return ShowNames.key(a) == ShowNames.key(b)


def people_in_common(found: Iterable[str], labelled: Sequence[str]) -> int:
    """Return how many of the found names are of labelled people, each person counted once."""
    rest = list(labelled)
    count = 0
    for name in found:
        fit = next((one for one in rest if same_person(one, name)), None)
        if fit is not None:
            rest.remove(fit)
            count += 1
    return count


class Aliases:
    """The names by which the catalogue knows what is neither person nor topic."""

    def __init__(self, catalog: Catalog | None) -> None:
        """Index the aliases of `catalog`; without one, only equal names are the same."""
        self._entities: dict[str, set[str]] = defaultdict(set)
        for alias in catalog.aliases if catalog else ():
            if not alias.entity_id.startswith(("person:", "topic:")):
                self._entities[slugify(alias.alias)].add(alias.entity_id)

    def are_same(self, a: str, b: str) -> bool:
        """Return whether two names are equal or name one entity."""
        first, second = slugify(a), slugify(b)
        return first == second or bool(self._entities.get(first, set()) & self._entities.get(second, set()))
