"""The shows that a copy belongs to, by what the document, the notes and the speech say of themselves.

A show that is only talked about is no show of the copy. Each rule has a score; the strongest show is the primary one,
and others stay where the text speaks of a crossover or of another feed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.formats.display import display
from orchestration.ids import slugify
from orchestration.schemas.copy_shows import CopyShows
from orchestration.schemas.stated_shows import StatedShows
from orchestration.transforms.person_names import NameFinder, fold, is_anonymous, sentences
from orchestration.transforms.show_names import MAX_NAME_WORDS, NAME_WORD, ShowNames, show_name_of, show_names_of
from orchestration.transforms.show_patterns import (
    CALLED_SHOW,
    CAPITALISED,
    CROSS_SIGN,
    CROSSOVER,
    DEFINITION,
    FEED_TAIL,
    GUEST_CUE,
    HOSTS_TAIL,
    NOT_OURS,
    NOT_SHOWS,
    OUR_CHANNEL,
    PHRASES,
    STRONG_WELCOME,
    WELCOME,
    may_cross,
    may_welcome,
)

INTRO_SEGMENTS = 25
INTRO_CHARS = 6000
PHRASE_SCAN_CHARS = 40_000

SCORES = {
    "stated_name": 0.98,
    "feed_phrase": 0.96,
    "welcome": 0.95,
    "notes_phrase": 0.9,
    "notes_address": 0.8,
    "definition": 0.55,
    "own_channel": 0.7,
    "host_labels": 0.6,
    "crossover": 0.5,
    "other_feed": 0.5,
    "guests_show": 0.0,
}


@dataclass(frozen=True, slots=True)
class _Found:
    """A show found in a copy. The range is in the display text of a unit, or None where the evidence lies outside."""

    show_id: str
    name: str
    rule: str
    score: float
    unit: int | None = None
    start: int = 0
    end: int = 0


class _People:
    """The catalogue's people, and what the hosts among them are called, first names included."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.finder = NameFinder(catalog)
        names = self.finder.person_names
        self.called = {
            host: {fold(names[host]).split()[0], *self.finder.aliases_of[host]}
            for show in catalog.shows.values()
            for host in show.host_ids
            if host in names
        }


_last: list[_People] = []


def copy_shows(
    copies: pl.DataFrame,
    passages: pl.DataFrame,
    segments: pl.DataFrame,
    catalog: Catalog,
    document_texts: pl.DataFrame | None = None,
    *,
    learnt: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the table `copy_shows`: the shows of each copy, with rule, score and place of the evidence.

    document_texts: with it, the place is that of the phrase; without it, that of the passage or segment. learnt: what
    `learnt_shows` gives of all copies, by default of these.
    """
    if learnt is None:
        learnt = learnt_shows(stated_shows(copies, passages, catalog))
    names = show_names_of(catalog).with_learnt(dict(learnt.select("show_id", "show_name").iter_rows()))
    people = _people_of(catalog)
    finder = people.finder
    texts = _texts_by_document(document_texts)
    passages_of = _rows_by_copy(passages, ("text", "char_start", "char_end", "field"), "passage_index")
    first = segments.filter(pl.col("segment_index") < INTRO_SEGMENTS * 4) if segments.height else segments
    segments_of = _rows_by_copy(
        first, ("text", "char_start", "char_end", "speaker_label", "is_speech"), "segment_index"
    )
    labels_of = _labels_by_copy(segments)
    units_of = {}
    for copy_id in copies["copy_id"]:
        notes = passages_of.get(copy_id, [])
        units_of[copy_id] = (len(notes), [*notes, *_intro(segments_of.get(copy_id, []))])

    def find(copy: dict) -> list[_Found]:
        notes_count, units = units_of[copy["copy_id"]]
        found = list(_stated(copy["show_name"], names))
        for number, unit in enumerate(units):
            if number < notes_count:
                found.extend(_in_notes(unit["text"][:PHRASE_SCAN_CHARS], number, names))
            else:
                found.extend(_in_speech(unit["text"], number, names, finder))
        return found

    rows: list[dict[str, object]] = []
    for copy in copies.select("copy_id", "document_id", "show_name").iter_rows(named=True):
        copy_id = copy["copy_id"]
        units = units_of[copy_id][1]
        found = find(copy)
        if any(one.rule == "crossover" for one in found):
            # Notes of a crossover explain the other show to their own readers.
            found = [replace(one, rule="other_feed") if one.rule == "definition" else one for one in found]
        found.extend(_by_labels(labels_of.get(copy_id, ()), units, people))
        for is_primary, show in _decide(found):
            start, end = _place(show, units, texts.get(copy["document_id"]))
            rows.append(
                {
                    "copy_id": copy_id,
                    "show_id": show.show_id,
                    "show_name": show.name,
                    "is_primary": is_primary,
                    "rule": show.rule,
                    "score": show.score,
                    "char_start": start,
                    "char_end": end,
                }
            )
    return CopyShows.validate(pl.DataFrame(rows, schema=CopyShows.create_empty().schema), cast=True)


def stated_shows(copies: pl.DataFrame, passages: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """Return the table `stated_shows`: shows that copies state by themselves and the catalogue does not list."""
    names = show_names_of(catalog)
    notes = _rows_by_copy(passages, ("text",), "passage_index")
    rows: dict[tuple[str, str], str] = {}
    for copy_id, show_name in copies.select("copy_id", "show_name").iter_rows():
        found = list(_stated(show_name, names))
        for unit in notes.get(copy_id, []):
            found.extend(one for one in _in_notes(unit["text"][:PHRASE_SCAN_CHARS], 0, names))
        for one in found:
            if one.rule in ("stated_name", "notes_phrase") and one.show_id not in catalog.shows:
                rows[copy_id, one.show_id] = one.name
    frame = pl.DataFrame(
        [(*key, name) for key, name in rows.items()], schema=StatedShows.create_empty().schema, orient="row"
    )
    return StatedShows.validate(frame, cast=True)


def learnt_shows(stated: pl.DataFrame) -> pl.DataFrame:
    """Return each show that any copy states by itself, which makes it known to all others: `show_id, show_name`."""
    return stated.group_by("show_id").agg(pl.col("show_name").min()).sort("show_id")


def _texts_by_document(document_texts: pl.DataFrame | None) -> dict[str, str]:
    if document_texts is None:
        return {}
    return dict(document_texts.select("document_id", "text").iter_rows())


def _rows_by_copy(frame: pl.DataFrame, columns: Iterable[str], order: str) -> dict[str, list[dict]]:
    rows: dict[str, list[dict]] = defaultdict(list)
    for row in frame.sort("copy_id", order).select("copy_id", *columns).iter_rows(named=True):
        rows[row["copy_id"]].append(row)
    return rows


def _labels_by_copy(segments: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    pairs = (
        segments.filter(pl.col("speaker_label").is_not_null())
        .select("copy_id", "speaker_label")
        .unique()
        .sort(pl.all())
    )
    labels: dict[str, list[str]] = defaultdict(list)
    for copy_id, label in pairs.iter_rows():
        labels[copy_id].append(label)
    return {copy_id: tuple(found) for copy_id, found in labels.items()}


def _intro(segments: list[dict]) -> list[dict]:
    """Return the speech that opens a copy."""
    intro: list[dict] = []
    length = 0
    for segment in segments:
        if not segment["is_speech"]:
            continue
        intro.append(segment)
        length += len(segment["text"])
        if length > INTRO_CHARS:
            break
    return intro


def _stated(show_name: str | None, names: ShowNames) -> Iterable[_Found]:
    found = show_name_of(show_name, names) if show_name else None
    if found:
        yield _Found(*found, "stated_name", SCORES["stated_name"])


def _found(names: ShowNames, show: str, rule: str, unit: int, start: int, end: int) -> _Found:
    return _Found(show, names.names[show], rule, SCORES[rule], unit, start, end)


def _in_notes(text: str, unit: int, names: ShowNames) -> Iterable[_Found]:
    is_crossed = may_cross(text)
    for start, end in sentences(text):
        sentence = text[start:end]
        is_crossover = is_crossed and bool(CROSSOVER.search(sentence))
        for phrase in PHRASES.finditer(sentence):
            yield from _by_phrase(sentence, phrase, start, unit, names, is_crossover)
        yield from _by_name(sentence, start, unit, names, is_crossover)
    for address, show, match in names.addresses_in(text):
        # A handle is named for many reasons; the address of a show in its own notes is mostly the show's.
        score = 0.6 if address.startswith("@") else SCORES["notes_address"]
        yield replace(_found(names, show, "notes_address", unit, match.start(), match.end()), score=score)


def _by_phrase(
    sentence: str, phrase: re.Match[str], shift: int, unit: int, names: ShowNames, is_crossover: bool
) -> Iterable[_Found]:
    start = phrase.end()
    at = names.at(sentence, start)
    if at is None and (article := re.match(r"(?:the |our )", sentence[start:])):
        at = names.at(sentence, start + article.end())
    if at:
        show, begin, end = at
        if phrase.lastgroup == "aired" or (
            phrase.lastgroup == "episode" and is_crossover and " from" in phrase.group()
        ):
            yield _found(names, show, "other_feed", unit, shift + begin, shift + end)
            return
        is_plain = names.key(sentence[begin:end]) in names.is_plain_word
        if phrase.lastgroup == "feed":
            if FEED_TAIL.match(sentence, end):
                yield _found(names, show, "feed_phrase", unit, shift + begin, shift + end)
            elif not is_plain:
                yield replace(_found(names, show, "notes_phrase", unit, shift + begin, shift + end), score=0.7)
        elif phrase.lastgroup == "join" and re.match(r"(?:['’]s)? (?:hosts?|co-?hosts?)\b", sentence[end:]):
            yield replace(_found(names, show, "notes_phrase", unit, shift + begin, shift + end), score=0.85)
        elif not is_plain or phrase.lastgroup == "episode":
            yield _found(names, show, "notes_phrase", unit, shift + begin, shift + end)
        return
    if phrase.lastgroup == "episode" and re.search(r"\bof\s+$", phrase.group()):
        named = _unlisted(sentence, start, names)
        if named and names.key(named[0]) not in names.of_other_things:
            name, begin, end = named
            yield _Found(f"show:{slugify(name)}", name, "notes_phrase", 0.85, unit, shift + begin, shift + end)


def _by_name(sentence: str, shift: int, unit: int, names: ShowNames, is_crossover: bool) -> Iterable[_Found]:
    """Find shows by what follows their name: `… is a podcast`, `… podcast`, `A x B crossover`."""
    seen: list[tuple[str, int, int]] = []
    position = 0
    for word in NAME_WORD.finditer(sentence):
        if word.start() < position or not (
            word.group()[0].isupper() or word.group()[0].isdigit() or any(c.isdigit() for c in word.group())
        ):
            continue
        at = names.at(sentence, word.start())
        if at:
            seen.append(at)
            position = at[2]
    for number, (show, start, end) in enumerate(seen):
        rest = sentence[end:]
        is_theirs = bool(NOT_OURS.search(sentence[:start]))
        if GUEST_CUE.search(sentence) and (is_theirs or HOSTS_TAIL.match(rest)):
            yield _found(names, show, "guests_show", unit, shift + start, shift + end)
            continue
        if OUR_CHANNEL.search(sentence[:start]):
            yield _found(names, show, "own_channel", unit, shift + start, shift + end)
        elif DEFINITION.match(rest):
            yield _found(names, show, "definition", unit, shift + start, shift + end)
        elif is_crossover and not is_theirs:
            gap = sentence[seen[number - 1][2] : start] if number else ""
            if (number and CROSS_SIGN.fullmatch(gap)) or (
                number + 1 < len(seen) and CROSS_SIGN.fullmatch(sentence[end : seen[number + 1][1]])
            ):
                yield _found(names, show, "crossover", unit, shift + start, shift + end)
        elif start == 0 and FEED_TAIL.match(rest):
            yield _found(names, show, "feed_phrase", unit, shift + start, shift + end)


def _in_speech(text: str, unit: int, names: ShowNames, finder: NameFinder) -> Iterable[_Found]:
    if not may_welcome(text):
        return
    is_crossover = bool(CROSSOVER.search(text))
    for welcome in WELCOME.finditer(text):
        at = names.at(text, welcome.end())
        is_strong = bool(STRONG_WELCOME.match(welcome.group()))
        if at:
            show, start, end = at
            is_plain = names.key(text[start:end]) in names.is_plain_word and not text[start:end][0].isupper()
            if is_strong or not is_plain:
                yield _found(names, show, "welcome", unit, start, end)
            if is_crossover and (sign := CROSS_SIGN.match(text, end)) and (other := names.at(text, sign.end())):
                yield _found(names, other[0], "crossover", unit, other[1], other[2])
        elif named := _unlisted(text, welcome.end(), names):
            name, start, end = named
            if not (is_strong or CALLED_SHOW.search(name)):
                continue
            if misheard := names.near(name):
                yield replace(_found(names, misheard, "welcome", unit, start, end), score=0.75)
            elif not (finder.person_of(name) or finder.other_of(name)):
                yield _Found(f"show:{slugify(name)}", name, "welcome", 0.8, unit, start, end)
    if is_crossover:
        for found in _by_name(text, 0, unit, names, True):
            if found.rule == "crossover":
                yield found


def _unlisted(text: str, start: int, names: ShowNames) -> tuple[str, int, int] | None:
    """Return the capitalised phrase at `start` as the name of a show that the catalogue does not list."""
    article = re.match(r"[“\"‘']?", text[start:])
    match = CAPITALISED.match(text, start + (article.end() if article else 0))
    if not match:
        the = re.match(r"the (?=[A-Z])", text[start:])
        match = CAPITALISED.match(text, start + the.end()) if the else None
    if not match:
        return None
    words = match.group().rstrip(".'’").split()
    while words and not (words[-1][0].isupper() or words[-1][0].isdigit()):
        words.pop()
    name = re.sub(r"['’]s$", "", " ".join(words)).rstrip(".")
    significant = [w for w in fold(name).split() if w not in ("the", "a", "our")]
    if not significant or len(words) > MAX_NAME_WORDS or fold(significant[0]) in NOT_SHOWS or name.isdigit():
        return None
    if len(name) < 4 or not slugify(name):
        return None
    return name, match.start(), match.start() + len(name)


def _people_of(catalog: Catalog) -> _People:
    """Return the people of `catalog`; the last are kept, since most parts of the table have the same."""
    if not (_last and _last[0].catalog == catalog):
        _last[:] = [_People(catalog)]
    return _last[0]


def _by_labels(labels: Iterable[str], units: list[dict], people: _People) -> Iterable[_Found]:
    """Find shows by the known hosts who speak: two of them, or one of a show that the copy names.

    One alone may be a guest elsewhere. A copy that names none of the shows of such a host tells nothing.
    """
    spoken = {fold(label) for label in labels if not is_anonymous(label)}
    known = {person for label in labels if (person := people.finder.person_of(label))}
    for show in people.catalog.shows.values() if spoken or known else ():
        hosts = 0
        is_sure = False
        for host in show.host_ids:
            if host in known:
                hosts, is_sure = hosts + 1, True
            else:
                hosts += not spoken.isdisjoint(people.called.get(host, ()))
        if hosts > 1 or is_sure:
            name = show.name.removeprefix("The ")
            mentions = sum(unit["text"].count(name) for unit in units)
            if hosts > 1 or mentions:
                score = SCORES["host_labels"] + 0.02 * min(mentions, 5) + (0.1 if hosts > 1 else 0.0)
                yield _Found(show.show_id, show.name, "host_labels", score)


def _decide(found: list[_Found]) -> list[tuple[bool, _Found]]:
    """Return the shows of a copy, the primary one first; each with its strongest evidence.

    A show whose recording the notes pass on, or whose makers they call friends, is the primary one of no other's copy.
    """
    passed_on = {f.show_id for f in found if f.rule == "other_feed"}
    crossed = passed_on | {f.show_id for f in found if f.rule == "crossover"}
    # The notes link to what their guests host.
    of_guests = {f.show_id for f in found if f.rule == "guests_show"}
    weak = ("notes_address", "definition", "guests_show")
    best: dict[str, _Found] = {}
    for one in found:
        if one.show_id in of_guests and one.rule in weak:
            continue
        known = best.get(one.show_id)
        if known is None or one.score > known.score:
            best[one.show_id] = one

    def rank(one: _Found) -> tuple:
        is_passed_on = one.show_id in passed_on and one.rule not in ("stated_name", "feed_phrase")
        return (is_passed_on, -one.score, one.unit if one.unit is not None else -1, one.start, one.show_id)

    ranked = sorted(best.values(), key=rank)
    if not ranked:
        return []
    sure_rules = ("welcome", "stated_name", "feed_phrase", "notes_phrase")
    seconds = [f for f in ranked[1:] if f.show_id in crossed or (f.rule in sure_rules and f.score >= 0.85)]
    return [(True, ranked[0]), *((False, second) for second in seconds)]


def _place(show: _Found, units: list[dict], text: str | None) -> tuple[int | None, int | None]:
    if show.unit is None:
        return None, None
    unit = units[show.unit]
    if text is None or show.end <= show.start:
        return unit["char_start"], unit["char_end"]
    start, end = display(text[unit["char_start"] : unit["char_end"]]).raw_span(show.start, show.end)
    return unit["char_start"] + start, unit["char_start"] + end
