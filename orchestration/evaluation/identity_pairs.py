"""Copies made from the copies of any lake: other tellings of an episode, and episodes that only look the same.

Pure functions: lake tables in, lake tables and the pairs they hold out. What is drawn by lot is drawn from the name of
the case and the copy's id, so the same lake makes the same pairs.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from orchestration.ids import stable_id
from orchestration.schemas.tables import INGEST_TABLES
from orchestration.transforms.person_names import is_anonymous, sentences

MIN_SPOKEN_WORDS = 400
MIN_NOTES_WORDS = 60
_CUE_WORDS = 9
_WORD = re.compile(r"\w+")

# Sentences that no source holds: what a feed says around an episode that it took over, and who pays for it.
_INTRO = (
    "Hello dear listeners, before we begin a word from all of us: we liked this conversation of our friends so "
    "much that we asked whether we may put it into our own feed, and they were kind enough to agree, so lean back "
    "and enjoy it"
)
_OUTRO = (
    "That was the conversation of our friends, we hope it gave you as much to think about as it gave us, and if "
    "you want more of it you know where to find them, we are back with an episode of our own as soon as the "
    "garden allows it"
)
_SPONSOR = (
    "A short break for the people who pay our bills. Brindlewick makes the kettle that remembers how you like "
    "your tea, with a spout that never drips and a handle that stays cool, and every kettle is mended free of "
    "charge for ten years. Go to brindlewick dot example and say that we sent you, and the first tin of leaves is "
    "on the house. I have had mine since the spring and my mornings have not been the same, my neighbours ask "
    "about the whistle, and my aunt ordered three of them for her boat. Brindlewick, the kettle that knows you. "
    "And now back to what we were talking about, which is of course far more important than tea, or so they tell "
    "me"
)
_LEGAL = (
    "What is said here is the view of those who say it and of nobody else. Nothing of it is a recommendation to "
    "buy, to sell or to hold anything whatsoever, and whoever acts on it does so on their own account and risk"
)
_GUEST_LIFE = (
    "Our visitor Odalys Ferncroft wrote the Lantern Papers, ran the observatory at Quillhaven for eleven years "
    "and now advises harbours on fog, with Tobin Marsh asking the questions"
)


@dataclass(frozen=True, slots=True)
class Telling:
    """A copy as it is made over: its facts, what is said by whom, its notes and the titles of its chapters."""

    facts: Mapping[str, Any]
    speech: Sequence[tuple[str | None, str]] = ()
    notes: Sequence[str] = ()
    chapters: Sequence[str] = ()

    @property
    def copy_id(self) -> str:
        """The id of the copy."""
        return str(self.facts["copy_id"])

    @property
    def spoken_words(self) -> int:
        """Number of words that are said."""
        return sum(len(text.split()) for _, text in self.speech)

    @property
    def note_words(self) -> int:
        """Number of words of the notes."""
        return sum(len(text.split()) for text in self.notes)


@dataclass(frozen=True, slots=True)
class Case:
    """Tables with copies of known identity. same: pairs of one episode; apart: pairs that look alike and are not."""

    name: str
    tables: dict[str, pl.DataFrame]
    same: frozenset[tuple[str, str]] = frozenset()
    apart: frozenset[tuple[str, str]] = field(default_factory=frozenset)


def tellings(tables: Mapping[str, pl.DataFrame], episodes: pl.DataFrame) -> list[Telling]:
    """Return the copies of a lake, one of each of its `episodes`, in order of their ids."""
    copies = tables["episode_copies"].join(episodes.select("copy_id", "episode_id"), on="copy_id")
    longest = copies.sort("word_count", "copy_id", descending=True).unique("episode_id", keep="first")
    copies = longest.drop("episode_id")
    spoken = tables["segments"].filter("is_speech").sort("copy_id", "segment_index")
    speech = _by_copy(spoken.select("copy_id", "speaker_label", "text"))
    described = tables["passages"].filter(pl.col("field") == "description").sort("copy_id", "char_start")
    notes = _by_copy(described.select("copy_id", "text"))
    titles = _by_copy(tables["chapters"].sort("copy_id", "char_start").select("copy_id", "title"))
    return [
        Telling(
            row,
            [(label, text) for label, text in speech.get(row["copy_id"], [])],
            [text for (text,) in notes.get(row["copy_id"], [])],
            [title for (title,) in titles.get(row["copy_id"], [])],
        )
        for row in copies.sort("copy_id").iter_rows(named=True)
    ]


def cases(originals: Sequence[Telling]) -> list[Case]:
    """Return all constructed cases: each beside all originals, since a pair is never alone in a warehouse."""
    made = [_same(name, originals, change) for name, change in _CHANGES.items()]
    return [*made, *(_apart(name, originals, change) for name, change in _LOOKALIKES.items())]


def other_format(telling: Telling, rng: random.Random) -> Telling | None:
    """Return the same words as captions: cues of a few words, without speakers, capitals and signs, and no notes."""
    if telling.spoken_words < MIN_SPOKEN_WORDS:
        return None
    words = [word.lower() for _, text in telling.speech for word in _WORD.findall(text)]
    return _spoken(telling, words)


def cut(telling: Telling, rng: random.Random) -> Telling | None:
    """Return a stretch of 30 to 70 % of what is said."""
    words = _words(telling)
    if len(words) < MIN_SPOKEN_WORDS:
        return None
    length = round(len(words) * rng.uniform(0.3, 0.7))
    start = rng.randrange(len(words) - length + 1)
    return _spoken(telling, words[start : start + length])


def reintroduced(telling: Telling, rng: random.Random) -> Telling | None:
    """Return what is said with another beginning and end, and a sponsor read put in, as feeds do that take it over."""
    words = _words(telling)
    if len(words) < MIN_SPOKEN_WORDS:
        return None
    middle = rng.randrange(len(words))
    parts = (_INTRO.split(), words[:middle], _SPONSOR.split(), words[middle:], _OUTRO.split())
    return replace(_spoken(telling, [word for part in parts for word in part]), notes=[f"{_INTRO}. {_LEGAL}."])


def noisy(telling: Telling, rng: random.Random) -> Telling | None:
    """Return what another recogniser heard: every seventh word is left out, doubled or another."""
    words = _words(telling)
    if len(words) < MIN_SPOKEN_WORDS:
        return None
    heard: list[str] = []
    for word in words:
        lot = rng.random()
        if lot < 0.05:
            continue
        heard.append(rng.choice(words) if lot < 0.12 else word)
        if lot > 0.97:
            heard.append("um")
    return _spoken(telling, heard)


def described_anew(telling: Telling, rng: random.Random) -> Telling | None:
    """Return notes only: some of the sentences, in another order, with every fourth small word gone."""
    if telling.note_words < MIN_NOTES_WORDS:
        return None
    found = [text[start:end] for text in telling.notes for start, end in sentences(text)]
    rng.shuffle(found)
    kept = found[: max(2, round(len(found) * 0.6))]
    anew = [" ".join(word for word in line.split() if word[:1].isupper() or rng.random() > 0.25) for line in kept]
    return Telling(_bare(telling, "described_anew"), (), [_INTRO + ".", *anew, _LEGAL + "."])


def summarised(telling: Telling, rng: random.Random) -> Telling | None:
    """Return notes only, made from what is said: who speaks, and a few turns of phrase."""
    people = sorted(
        {label for label, _ in telling.speech if label and not is_anonymous(label) and " " in label.strip()}
    )
    words = _words(telling)
    if len(people) < 2 or len(words) < MIN_SPOKEN_WORDS:
        return None
    starts = sorted(rng.sample(range(len(words) - 12), 12))
    said = ", ".join(" ".join(words[start : start + rng.randint(4, 8)]) for start in starts)
    return Telling(_bare(telling, "summarised"), (), [f"{' and '.join(people[:3])} talk about {said}."])


_CHANGES: dict[str, Callable[[Telling, random.Random], Telling | None]] = {
    "other format": other_format,
    "cut": cut,
    "reintroduced": reintroduced,
    "noisy": noisy,
    "described anew": described_anew,
    "summarised": summarised,
}


def shared_sponsor(telling: Telling, rng: random.Random) -> Telling | None:
    """Return the copy with a sponsor read in its middle and legal text below its notes."""
    words = _words(telling)
    if len(words) < MIN_SPOKEN_WORDS:
        return None
    parts = (words[: len(words) // 2], _SPONSOR.split(), words[len(words) // 2 :])
    made = _spoken(telling, [word for part in parts for word in part])
    return replace(made, facts=telling.facts, notes=[*telling.notes, _LEGAL])


def same_guest(telling: Telling, rng: random.Random) -> Telling | None:
    """Return the copy with the same guest and host and the same lines on the guest's life, and no transcript."""
    if telling.note_words < MIN_NOTES_WORDS:
        return None
    return replace(telling, speech=(), notes=[_GUEST_LIFE + ".", *telling.notes])


def same_guest_spoken(telling: Telling, rng: random.Random) -> Telling | None:
    """Return the copy with the same guest and host in its notes and at its turns."""
    if telling.spoken_words < MIN_SPOKEN_WORDS:
        return None
    people = ("Odalys Ferncroft", "Tobin Marsh")
    speech = [(people[index % 2], text) for index, (_, text) in enumerate(telling.speech)]
    # One of two has its transcript, so that speech alone cannot tell them apart.
    has_speech = telling.note_words < MIN_NOTES_WORDS or rng.random() < 0.5
    return replace(telling, speech=speech if has_speech else (), notes=[_GUEST_LIFE + ".", *telling.notes])


_LOOKALIKES: dict[str, Callable[[Telling, random.Random], Telling | None]] = {
    "shared sponsor": shared_sponsor,
    "same guest, notes": same_guest,
    "same guest, speech": same_guest_spoken,
}


def parts(originals: Sequence[Telling]) -> Case:
    """Return each long enough original as two parts of one show, with one title but for the number, and one text."""
    made, apart = [], set()
    for telling in originals:
        words = _words(telling)
        if len(words) < 2 * MIN_SPOKEN_WORDS:
            continue
        pair = []
        for number, half in enumerate((words[: len(words) // 2], words[len(words) // 2 :]), 1):
            title = f"{telling.facts['title'] or telling.copy_id} (part {number})"
            part = _spoken(telling, half, f"part {number}")
            facts = {**part.facts, "title": title, "show_name": telling.facts["show_name"] or "The show"}
            pair.append(replace(part, facts=facts, notes=telling.notes))
        made += pair
        apart.add(_pair(pair[0].copy_id, pair[1].copy_id))
    return Case("two parts", tables_of(made), frozenset(), frozenset(apart))


def tables_of(made: Sequence[Telling]) -> dict[str, pl.DataFrame]:
    """Return the lake tables that hold the copies: `episode_copies`, `segments`, `passages`, `chapters`."""
    rows: dict[str, list[dict[str, Any]]] = {"episode_copies": [], "segments": [], "passages": [], "chapters": []}
    for telling in made:
        key = {"copy_id": telling.copy_id, "document_id": telling.facts["document_id"]}
        rows["episode_copies"].append(dict(telling.facts))
        rows["segments"] += [
            key | {"segment_index": index, "speaker_label": label, "text": text, "is_speech": True}
            for index, (label, text) in enumerate(telling.speech)
        ]
        texts = [("title", telling.facts["title"]), *(("description", text) for text in telling.notes)]
        rows["passages"] += [
            key | {"passage_index": index, "field": kind, "text": text, "char_start": index}
            for index, (kind, text) in enumerate(texts)
            if text
        ]
        rows["chapters"] += [
            key | {"chapter_index": index, "title": title, "char_start": index}
            for index, title in enumerate(telling.chapters)
        ]
    return {
        name: pl.DataFrame(found, schema=INGEST_TABLES[name].create_empty().schema, strict=False)
        for name, found in rows.items()
    }


def _same(name: str, originals: Sequence[Telling], change: Callable[..., Telling | None]) -> Case:
    made, same = [], set()
    for telling in originals:
        copy = change(telling, random.Random(f"{name} {telling.copy_id}"))
        if copy:
            made.append(copy)
            same.add(_pair(telling.copy_id, copy.copy_id))
    return Case(name, tables_of([*originals, *made]), frozenset(same))


def _apart(name: str, originals: Sequence[Telling], change: Callable[..., Telling | None]) -> Case:
    """Neighbours two by two are made to look alike; in the order of the documents' ids they are of any two shows."""
    made = {t.copy_id: copy for t in originals if (copy := change(t, random.Random(f"{name} {t.copy_id}")))}
    changed = sorted(made)
    apart = {_pair(a, b) for a, b in zip(changed[::2], changed[1::2], strict=False)}
    return Case(name, tables_of([made.get(t.copy_id, t) for t in originals]), frozenset(), frozenset(apart))


def _spoken(telling: Telling, words: Sequence[str], name: str = "speech") -> Telling:
    cues = [" ".join(words[start : start + _CUE_WORDS]) for start in range(0, len(words), _CUE_WORDS)]
    return Telling(_bare(telling, name), [(None, cue) for cue in cues])


def _bare(telling: Telling, name: str) -> dict[str, Any]:
    """Return the facts of a copy that nothing but its text joins to `telling`."""
    kept = {key: telling.facts[key] for key in ("document_id", "copy_index", "format", "language")}
    return dict.fromkeys(telling.facts) | kept | {"copy_id": stable_id("made", name, telling.copy_id)}


def _words(telling: Telling) -> list[str]:
    return [word for _, text in telling.speech for word in text.split()]


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _by_copy(frame: pl.DataFrame) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for copy, *values in frame.iter_rows():
        found.setdefault(copy, []).append(tuple(values))
    return found
