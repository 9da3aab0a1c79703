"""The people who may be speaking in a copy, how likely each takes part, and what the speech tells of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from orchestration.transforms.cast import Cast
from orchestration.transforms.copy_people import CopyPeople
from orchestration.transforms.name_words import NOT_NAMES
from orchestration.transforms.person_names import Name, fold
from orchestration.transforms.voice_clues import Clue, ClueReader, Participant

_MAX_PEOPLE = 12
_ASKS_SOMEBODY = re.compile(
    r"(?:^|[.!?] )(?:(?:so|and|yeah|okay|well),? )?([A-Z][a-z]{2,}), (?:what|how|do|did|can|could|would|will|are|have|"
    r"you|why|where|when|tell|any|go ahead|thank|welcome)\b",
    re.IGNORECASE,
)


def participants(reading: CopyPeople, reader: ClueReader) -> tuple[list[Participant], list[Clue]]:
    """Return the people who may be speaking in a copy, and the clues on them.

    Somebody takes part who says so, whom others speak to or who is presented. A host of the show may be absent.
    """
    cast = reading.cast
    known: dict[str, tuple[Name, int]] = {}
    for rank in (Cast.LABELS, Cast.STATED, Cast.HOSTS, Cast.NAMED):
        for key, name in cast.ranks[rank].items():
            known.setdefault(key, (name, rank))
    hosts = set(cast.ranks[Cast.HOSTS]) | set(reading.presenting)
    names = [name for name, _ in known.values()]
    clues = reader.clues(names)
    by_person: dict[int, Counter[str]] = defaultdict(Counter)
    for clue in clues:
        by_person[clue.person][clue.kind] += 1
    welcomes = reader.welcome_units(reading.show_names)
    people: list[Participant] = []
    numbers: dict[int, int] = {}
    for number, (key, (name, rank)) in enumerate(known.items()):
        said = by_person[number]
        addressed = said["asked"] + said["welcomed"] + said["spoken_to"]
        weight = {Cast.LABELS: 0.8, Cast.STATED: 0.7, Cast.HOSTS: 0.25, Cast.NAMED: 0.0}[rank]
        if said["self_introduction"]:
            weight = 1.0
        elif addressed >= (1 if rank != Cast.NAMED else 2):
            weight = 0.9
        elif said and rank == Cast.HOSTS:
            weight = 0.6
        if key in hosts and len(hosts) == 1 and welcomes:
            weight = max(weight, 0.8)
        if weight:
            numbers[number] = len(people)
            people.append(Participant(name, key in hosts, weight))
    if len(people) > _MAX_PEOPLE:
        return [], []
    kept = [Clue(c.unit, numbers[c.person], c.kind) for c in clues if c.person in numbers]
    for unit in welcomes:
        kept.extend(Clue(unit, i, "welcomes_listeners") for i, person in enumerate(people) if person.is_host)
    return people, kept


def weight_of_others(people: Sequence[Participant], reader: ClueReader) -> float:
    """Return how readily somebody speaks who is not known: more so where strangers are spoken to."""
    words = {word for person in people for word in fold(person.name.text).split()}
    strangers = {
        name
        for name in map(fold, _ASKS_SOMEBODY.findall(reader.text))
        if name not in words and name not in NOT_NAMES and name.capitalize() in reader.tokens
    }
    sure = sum(person.weight >= 0.6 for person in people)
    return (0.05 if sure >= 2 else 0.5) + 0.3 * len(strangers)
