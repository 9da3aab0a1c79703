"""Pairs of copies made from one with names and times: a named transcript without times, captions without names.

What is known of each word of the captions (who says it, when) is kept beside them as the truth. Chance is seeded with
the copy's id, so that the same lake always gives the same pairs.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from orchestration.formats.display import tidy
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.transforms.spoken_words import Token

_FILLERS = ("um,", "uh,", "like,", "you know,")
_FILLER_RATE = 0.04
_CUE_WORDS = (6, 14)
# A cue ends before a pause.
_PAUSE_S = 2.0
_WORD_S = 0.4
_CUT_WORDS = 250
# Of wrong words, how many are other words, left out, put in.
_SUBSTITUTED, _DELETED = 0.6, 0.2


class Spoken(NamedTuple):
    """A word as it is said: who says it (None: nobody of the named copy), when, and its place among the words said.

    at: None for what the captions alone have.
    """

    text: str
    speaker: str | None
    start_s: float
    at: int | None


@dataclass(frozen=True, slots=True)
class MadePair:
    """The tables of both copies, and the truth.

    captions: what each word of the captions is, by its first character. turn_starts: when the first word of each turn
    of the named copy is said on the clock of the captions, by its first character; None where they do not have it.
    """

    tables: dict[str, pl.DataFrame]
    named_id: str
    captions_id: str
    captions: dict[int, Spoken]
    turn_starts: dict[int, float | None]


def spoken_words(words: Sequence[Token], labels: Sequence[str | None], text: str) -> list[Spoken]:
    """Return the words of a copy that has names and times as they are said. labels: by segment. text: of its document.

    Words of segments without a time share that of the segment before, evenly. Names get other names.
    """
    names: dict[str, str] = {}
    spoken: list[Spoken] = []
    name, time_s = None, 0.0
    _spread_times(words)
    for word in words:
        label = labels[word.segment]
        if label is not None:
            name = names.setdefault(
                label, f"Voice{'abcdefghijklmnopqrstuvwxyz'[len(names) % 26]} Doe{len(names) // 26}"
            )
        time_s = max(time_s, word.start_s or 0.0)
        shown = tidy(text[word.char_start : word.char_end])
        if name is not None and shown:
            spoken.append(Spoken(shown, name, time_s, len(spoken)))
    return spoken


def _spread_times(words: Sequence[Token]) -> None:
    """Give words without times their even share of the time from the last timed segment to the next."""
    at = 0
    while at < len(words):
        if words[at].start_s is not None or not at:
            at += 1
            continue
        start = at - 1
        while start and words[start - 1].segment == words[at - 1].segment:
            start -= 1
        end = at
        while end < len(words) and words[end].start_s is None:
            end += 1
        first_s = words[start].start_s or 0.0
        last_s = words[end].start_s if end < len(words) else None
        step_s = (last_s - first_s) / (end - start) if last_s is not None else _WORD_S
        for index in range(start, end):
            words[index].start_s = first_s + step_s * (index - start)
        at = end


def make_pair(spoken: Sequence[Spoken], advert: Sequence[str], error_rate: float, key: str) -> MadePair:
    """Return a pair made of `spoken`.

    The captions have fillers, wrong words (error_rate: the share), and `advert` put in, which shifts the clock by two
    minutes; each copy lacks a piece that the other has, the captions with its time. Their cues end anywhere.
    """
    rng = random.Random(f"{key} {error_rate}")
    count = len(spoken)
    cut = min(_CUT_WORDS, count // 20)
    # The piece that the captions lack, the advert, the piece that the named copy lacks, each in a third of its own.
    lacking, put_in, left_out = (rng.randrange(count * part // 12, count * (part + 2) // 12) for part in (1, 5, 9))
    vocabulary = [word.text for word in spoken]
    lost_s = spoken[lacking + cut].start_s - spoken[lacking].start_s

    def on_clock(word: Spoken) -> float:
        shift_s = (120.0 if (word.at or 0) >= put_in else 0.0) - (lost_s if (word.at or 0) >= lacking + cut else 0.0)
        return word.start_s + shift_s

    captions: list[Spoken] = []
    for index, word in enumerate(spoken):
        if index == put_in:
            each_s = 120.0 / max(1, len(advert))
            begin_s = on_clock(word) - 120.0
            captions += [Spoken(said, None, begin_s + at * each_s, None) for at, said in enumerate(advert)]
        if lacking <= index < lacking + cut:
            continue
        now = word._replace(start_s=on_clock(word))
        if rng.random() < _FILLER_RATE:
            captions += [now._replace(text=filler, at=None) for filler in rng.choice(_FILLERS).split()]
        captions += _heard(now, vocabulary, error_rate, rng)
    named = [word for word in spoken if not left_out <= word.at < left_out + cut]  # type: ignore[operator]
    tables, captions_at, turns = _tables(key, named, captions, rng)
    starts = {word.at: on_clock(word) for word in spoken if word.at is not None}
    lost = range(lacking, lacking + cut)
    return MadePair(
        tables,
        f"{key} named",
        f"{key} captions",
        captions_at,
        {char: None if at in lost else starts[at] for char, at in turns.items()},
    )


def _heard(word: Spoken, vocabulary: Sequence[str], error_rate: float, rng: random.Random) -> list[Spoken]:
    """Return what a recogniser that errs makes of a word."""
    if rng.random() >= error_rate:
        return [word]
    kind = rng.random()
    if kind < _SUBSTITUTED:
        # Half of the wrong words sound alike, half are any other word of the episode.
        garbled = word.text[: max(1, len(word.text) // 2)] + rng.choice("aeiou") + rng.choice("nrst")
        return [word._replace(text=garbled if rng.random() < 0.5 else rng.choice(vocabulary))]
    if kind < _SUBSTITUTED + _DELETED:
        return []
    return [word, word._replace(text=rng.choice(vocabulary), at=None)]


def _tables(
    key: str, named: Sequence[Spoken], captions: Sequence[Spoken], rng: random.Random
) -> tuple[dict[str, pl.DataFrame], dict[int, Spoken], dict[int, int]]:
    """Return the tables of both copies, the captions' words and the place of each turn's first word, by character."""
    rows: list[dict[str, Any]] = []
    turns: dict[int, int] = {}
    text, start = "", 0
    for end in range(1, len(named) + 1):
        if end < len(named) and named[end].speaker == named[start].speaker:
            continue
        said = " ".join(word.text for word in named[start:end])
        turns[len(text)] = named[start].at or 0
        rows.append(_segment(f"{key} named", len(rows), text, said) | {"speaker_label": named[start].speaker})
        text += said + "\n"
        start = end
    captions_at: dict[int, Spoken] = {}
    caption_text, start = "", 0
    while start < len(captions):
        end = start + 1
        size = rng.randint(*_CUE_WORDS)
        while end < min(len(captions), start + size) and captions[end].start_s - captions[end - 1].start_s < _PAUSE_S:
            end += 1
        cue = captions[start:end]
        after = captions[start + len(cue)].start_s if start + len(cue) < len(captions) else cue[-1].start_s + 1
        row = _segment(f"{key} captions", start, caption_text, " ".join(word.text for word in cue))
        rows.append(
            row | {"start_s": cue[0].start_s, "end_s": max(cue[0].start_s, min(after, cue[-1].start_s + _PAUSE_S))}
        )
        for word in cue:
            captions_at[len(caption_text)] = word
            caption_text += word.text + " "
        start += len(cue)
    ids = (f"{key} named", text), (f"{key} captions", caption_text)
    return (
        {
            "segments": _frame("segments", rows),
            "document_texts": _frame("document_texts", [{"document_id": one, "text": said} for one, said in ids]),
            "episode_copies": _frame("episode_copies", [{"copy_id": one} for one, _ in ids]),
            "copy_episodes": _frame("copy_episodes", [{"copy_id": one, "episode_id": key} for one, _ in ids]),
        },
        captions_at,
        turns,
    )


def _segment(copy_id: str, index: int, text: str, said: str) -> dict[str, Any]:
    place = {"char_start": len(text), "char_end": len(text) + len(said)}
    flags = {"is_speech": True, "is_speaker_change": False, "is_paragraph_start": False}
    return {"copy_id": copy_id, "document_id": copy_id, "segment_index": index, "text": said} | place | flags


def _frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=LAKE_TABLES[table].create_empty().schema, strict=False)
