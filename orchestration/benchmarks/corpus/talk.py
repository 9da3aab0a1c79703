"""One episode's talk: introductions, turns with planted names, a sponsor's read, chapters, farewell."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

import numpy as np

from orchestration.benchmarks.corpus.world import Name, Person, Show, World, invented_person, show

_SENTENCE_WORDS = 13
_NAMED_SENTENCES = 0.19
_CATALOGUE_GUESTS = 0.3
_NO_GUEST = 0.1
_OPENINGS = "And So But Well Then Because Sometimes If When Now Maybe It That They We You There"
_LEADS = "with from at like about for by than"
_FIRST_DAY = date(2021, 1, 4)
_DAYS = 1_900


@dataclass(slots=True)
class Talk:
    """An episode. tokens: words with their punctuation, a name as one; turns: first token and speaker, in order.

    marks: where names stand, with whether that is in a sponsor's read; chapters: first token and title.
    """

    episode_id: str
    show: Show
    guest: Person | None
    title: str
    published_on: date
    number: int
    tokens: list[str] = field(default_factory=list)
    turns: list[tuple[int, Person]] = field(default_factory=list)
    marks: dict[int, tuple[Name, bool]] = field(default_factory=dict)
    chapters: list[tuple[int, str]] = field(default_factory=list)
    sponsor: Name | None = None
    guest_company: Name | None = None

    def say(self, person: Person, text: str, names: tuple[Name, ...] = (), is_sponsor: bool = False) -> None:
        """Add a turn, or go on with the speaker's. Each `@` in `text` stands for the next of `names`."""
        if not self.turns or self.turns[-1][1] is not person:
            self.turns.append((len(self.tokens), person))
        left = iter(names)
        for word in text.split():
            if "@" in word:
                name = next(left)
                self.marks[len(self.tokens)] = (name, is_sponsor)
                word = word.replace("@", name.surface)
            self.tokens.append(word)

    def starts_s(self) -> list[float]:
        """Return when each token begins, in seconds."""
        return list(accumulate((0.12 + 0.043 * len(token) for token in self.tokens), initial=1.0))


def make_talk(world: World, rng: np.random.Generator, episode_id: str, show_count: int, words: int) -> Talk:
    """Return an episode of about `words` words (their median; long and short ones differ by half)."""
    index = min(int(show_count * rng.random() ** 2), show_count - 1)
    of = show(index)
    guest: Person | None = None
    luck = rng.random()
    # Nobody labels the paragraphs of a talk that one person gives.
    if luck > _NO_GUEST or len(of.hosts) == 1:
        if luck < _NO_GUEST + _CATALOGUE_GUESTS:
            known = world.people[int(rng.integers(len(world.people)))]
            guest = Person(known.surface, known.entity_id)
        else:
            guest = invented_person(4 * int(show_count * 6 * rng.random() ** 2) + 1 + 2 * int(rng.integers(2)))
    subjects = [world.title_words[at] for at in rng.integers(0, len(world.title_words), 3)]
    title = f"{subjects[0]} {subjects[1]} and the {subjects[2]}"
    day = int(rng.integers(_DAYS))
    talk = Talk(episode_id, of, guest, title, _FIRST_DAY + timedelta(days=day), 1 + day // 7)
    talk.sponsor = world.companies[int(rng.integers(len(world.companies) // 8))] if rng.random() < 0.6 else None
    _open(talk, world, rng)
    count = max(60, int(words * rng.lognormal(0.0, 0.35)))
    _converse(talk, world, rng, count, subjects)
    host = of.hosts[0]
    if guest:
        called, names = _call(guest)
        talk.say(host, f"{called}, thank you so much for coming on the show.", names)
        talk.say(guest, "Thank you for having me.")
    talk.say(host, f"This has been {of.name}. Thank you for listening, and see you next week.")
    return talk


def _open(talk: Talk, world: World, rng: np.random.Generator) -> None:
    host, *others = talk.show.hosts
    talk.chapters.append((0, "Welcome"))
    talk.say(host, f"Welcome to {talk.show.name}, I'm {host.name}.")
    for other in others:
        talk.say(other, f"And I'm {other.name}.")
    if talk.guest:
        talk.guest_company = world.companies[int(rng.integers(len(world.companies)))]
        called, names = _call(talk.guest)
        talk.say(host, f"My guest today is {called}, an engineer at @.", (*names, talk.guest_company))
        talk.say(talk.guest, "Thanks for having me, it is great to be here.")


def _call(person: Person) -> tuple[str, tuple[Name, ...]]:
    """Return how somebody is named in a text that is said: as a name of the catalogue where it knows them."""
    return ("@", (person.named,)) if person.named else (person.name, ())


def _converse(talk: Talk, world: World, rng: np.random.Generator, count: int, subjects: list[str]) -> None:
    base: list[str] = world.words[world.word_draws[rng.integers(0, len(world.word_draws), count)]].tolist()
    lengths = np.maximum(3, rng.poisson(_SENTENCE_WORDS, count // 8)).tolist()
    sentences = len(lengths)
    names = [world.names[at] for at in world.name_draws[rng.integers(0, len(world.name_draws), 24)]]
    picks = (24 * rng.random(sentences) ** 2).astype(int).tolist()
    chances, openings, leads = (
        rng.random(sentences).tolist(),
        rng.integers(0, 17, sentences),
        rng.integers(0, 8, sentences),
    )
    turns = rng.geometric(0.28, sentences).tolist()
    people = [*talk.show.hosts, *([talk.guest] if talk.guest else [])]
    openers, lead_words = _OPENINGS.split(), _LEADS.split()
    tokens, marks = talk.tokens, talk.marks
    at, left, speaker = 0, 0, 0
    chapter_at = [count * part // 4 for part in range(4)]
    for index, length in enumerate(lengths):
        if at >= count:
            break
        if left == 0:
            speaker = (speaker + 1) % len(people)
            left = turns[index]
            if chapter_at and at >= chapter_at[0]:
                part = 4 - len(chapter_at)
                chapter_at.pop(0)
                heading = f"On {subjects[part]}" if part < 3 else "Questions from listeners"
                talk.chapters.append((len(tokens), heading))
                if part == 2 and talk.sponsor:
                    _advertise(talk, talk.sponsor)
            talk.turns.append((len(tokens), people[speaker]))
        left -= 1
        tokens.append(openers[openings[index]])
        said = base[at : at + length]
        at += length
        if chances[index] < _NAMED_SENTENCES:
            middle = len(said) // 2
            tokens += said[:middle]
            tokens.append(lead_words[leads[index]])
            name = names[picks[index]]
            marks[len(tokens)] = (name, False)
            tokens.append(name.surface)
            tokens += said[middle:]
        else:
            tokens += said
        tokens[-1] += "?" if chances[index] > 0.92 else "."
        if length > 14:
            comma = len(tokens) - 9
            if comma not in marks:
                tokens[comma] += ","


def _advertise(talk: Talk, sponsor: Name) -> None:
    host = talk.show.hosts[0]
    talk.say(
        host,
        "This episode is brought to you by @, the simple way to keep your team together. I have used it every day this "
        f"year and I would not go back. Go to their website and use the code {talk.show.name.split()[1].upper()} for "
        "twenty percent off your first three months. Thanks to @ for supporting the show. Now back to our talk.",
        (sponsor, sponsor),
        is_sponsor=True,
    )
