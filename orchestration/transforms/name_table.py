"""What every name that is looked for may mean: the aliases of the catalogue as columns, by pattern of the matcher.

Belongs here: the way from a pattern to aliases and entities. Keep out: which of them is meant (episode_reader.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy

import numpy as np

from orchestration.catalog.catalog import Alias, Entity
from orchestration.catalog.words import word_ranks
from orchestration.transforms.alias_forms import is_plain_phrase
from orchestration.transforms.context_words import ContextWords
from orchestration.transforms.episode_names import name_parts
from orchestration.transforms.letters import Bools, Ints, ragged
from orchestration.transforms.matcher import Matcher, Name

TYPES = ("company", "product", "person", "show", "topic")
COMPANY, PRODUCT, PERSON, SHOW, TOPIC = range(len(TYPES))
KINDS = ("exact", "case_sensitive", "needs_context", "misheard")
EXACT, CASE_SENSITIVE, NEEDS_CONTEXT, MISHEARD = range(len(KINDS))
# Which part of a person's name an alias is.
NO_PART, FIRST_NAME, SURNAME = range(3)
_ANY_CASE = ("exact", "misheard")
_VARIABLES = ("N", "X", "Y", "Z")


class NameTable:
    """Entities and aliases by number, and the matcher that finds them."""

    def __init__(
        self,
        entities: Iterable[Entity],
        aliases: Sequence[Alias],
        is_lower_case: Sequence[bool],
        more_names: Iterable[Name],
    ) -> None:
        """Index `aliases`, whose entities must all be among `entities`.

        is_lower_case: of each alias, whether it is the lower-case form of one that is not written so. more_names: are
        found without an alias.
        """
        self.entities: list[Entity] = []
        self.number: dict[str, int] = {}
        self.type: Ints = np.empty(0, np.int64)
        self._products: list[Entity] = []
        self._add_entities(list(entities))
        self.aliases = aliases
        self.entity = np.array([self.number[alias.entity_id] for alias in aliases], np.int64)
        self.kind = np.array([KINDS.index(alias.kind) for alias in aliases], np.int64)
        self.has_context = np.array([bool(alias.context) for alias in aliases], np.bool_)
        self.has_any_context = np.array([bool(alias.context or alias.not_context) for alias in aliases], np.bool_)
        self.has_capital = np.array([any(c.isupper() or c.isdigit() for c in a.alias) for a in aliases], np.bool_)
        self.is_lower_case = np.array(is_lower_case, np.bool_)
        # The episode as a whole is evidence for a name, but not for plain words in lower case, nor for a letter that
        # stands for anything (`the top X`).
        self.may_follow_episode = self.has_capital & np.array([a.alias not in _VARIABLES for a in aliases], np.bool_)
        self.may_follow_episode |= np.array(
            [is_lower and not is_plain_phrase(a.alias) for is_lower, a in zip(is_lower_case, aliases, strict=True)],
            np.bool_,
        )
        self.is_full_name = np.array([" " in alias.alias for alias in aliases], np.bool_)
        self.part = np.array([self._part(alias) for alias in aliases], np.int64)
        self.alias_texts = np.array([alias.alias for alias in aliases], dtype=object)
        self.context = ContextWords(aliases)
        names = [Name(a.alias, a.kind in _ANY_CASE, self._takes_plural(a)) for a in aliases]
        self.matcher = Matcher((*names, *more_names))
        pattern = np.array([self.matcher.pattern(name.text, name.is_any_case) for name in names], np.int64)
        self._order = np.argsort(pattern, kind="stable")
        self._pattern = pattern[self._order]

    def extended(self, entities: Iterable[Entity], more_names: Iterable[Name]) -> NameTable:
        """Return a table with more entities, which have no alias, and more names to find. The numbers stay."""
        made = copy(self)
        made._add_entities(list(entities))
        made.matcher = self.matcher.extended(more_names)
        return made

    def _add_entities(self, entities: Sequence[Entity]) -> None:
        # Each part of the lake adds a few to all people of the corpus, who are not gone through again.
        numbers = enumerate(entities, len(self.entities))
        self.number = self.number | {entity.entity_id: number for number, entity in numbers}
        self.entities = [*self.entities, *entities]
        self.type = np.append(self.type, np.array([TYPES.index(entity.entity_type) for entity in entities], np.int64))
        self._products = [*self._products, *(entity for entity in entities if entity.entity_type == "product")]
        self._makers = self._maker_keys()

    def _part(self, alias: Alias) -> int:
        if self.type[self.number[alias.entity_id]] != PERSON or " " in alias.alias:
            return NO_PART
        parts = name_parts(self.entities[self.number[alias.entity_id]].name)
        if parts is None:
            return NO_PART
        return FIRST_NAME if alias.alias == parts[1] else SURNAME if alias.alias == parts[2] else NO_PART

    def _takes_plural(self, alias: Alias) -> bool:
        entity_type = self.type[self.number[alias.entity_id]]
        # In any letter case `canvas` is no plural of Canva.
        is_other_word = alias.kind in _ANY_CASE and f"{alias.alias.lower()}s" in word_ranks()
        if is_other_word and entity_type != TOPIC:
            return False
        return alias.kind != "needs_context" and entity_type not in (PERSON, SHOW)

    def _maker_keys(self) -> Ints:
        pairs = [
            (self.number[entity.entity_id], self.number[entity.company_id])
            for entity in self._products
            if entity.company_id and entity.company_id in self.number
        ]
        both = pairs + [(maker, product) for product, maker in pairs]
        return np.unique(np.array([one * len(self.entities) + other for one, other in both], np.int64))

    def are_maker_and_product(self, one: Ints, other: Ints) -> Bools:
        """Tell for each pair of entities whether one makes the other."""
        return np.isin(one * len(self.entities) + other, self._makers)

    def aliases_of(self, pattern: Ints) -> tuple[Ints, Ints]:
        """Return the pairs of place in `pattern` and alias that is written like it, in the order of the catalogue."""
        first = np.searchsorted(self._pattern, pattern)
        owner, at = ragged(first, np.searchsorted(self._pattern, pattern, "right") - first)
        return owner, self._order[at]
