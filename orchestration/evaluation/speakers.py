"""Measures who is said to speak where the labels are hidden.

    python -m orchestration.evaluation.speakers --lake FOLDER [--lake FOLDER] [--catalog FOLDER] [--half train]

Copies whose labels mean people are taken, and their labels hidden in three ways: `marks`, only the marks of change are
kept; `some_marks`, only some of these; `anonymous`, each label is replaced by `Speaker 0`, `Speaker 1`. What the
extractors name then is compared with the labels, by turns and by words. Labels are hidden in all copies at once, and
with `without_stated` what documents and sidecars state of people is hidden too. Copies are halved by a hash of their
path: rules are made looking at the one half and measured on the other.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rapidfuzz.distance import OSA

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.load import load_catalog
from orchestration.evaluation.figures import Figure, share
from orchestration.formats.display import count_words
from orchestration.ids import stable_id
from orchestration.io.lake import Lake
from orchestration.settings import PROJECT_ROOT
from orchestration.transforms.person_names import fold, sentences
from orchestration.transforms.speaker_labels import speaker_labels
from orchestration.transforms.unnamed_speakers import unnamed_speakers

AREA = "speakers"
VARIANTS = ("marks", "some_marks", "anonymous")
HALVES = ("train", "held_out")
_KEPT_MARKS = 0.5
_MIN_RESOLVED = 0.5
_MIN_SLIP = 9

Tables = Mapping[str, pl.DataFrame]


def half_of(path: str, copy_id: str, copy_count: int) -> str:
    """Return the half that a copy is in: by its document, or by itself where a document holds many."""
    key = stable_id("half", path, copy_id if copy_count > 1 else "")
    return HALVES[int(key[:8], 16) % 2]


def measure(
    tables: Tables,
    catalog: Catalog,
    half: str | None = None,
    variants: Sequence[str] = VARIANTS,
    is_stated_hidden: bool = False,
    misses: list[dict[str, Any]] | None = None,
) -> list[Figure]:
    """Return the figures of each variant, by source and by rule.

    tables: those of a lake by name. half: one of `HALVES`, or None for all copies. misses: a list to which stretches
    that are named wrongly are added.
    """
    truth = _truth(tables, half)
    figures: list[Figure] = []
    for variant in variants:
        hidden = _hidden(tables, truth, variant)
        stated = tables["stated_people"].clear() if is_stated_hidden else tables["stated_people"]
        arguments = (
            tables["episode_copies"],
            hidden,
            tables["passages"],
            tables["copy_shows"],
            catalog,
            tables["copy_episodes"],
            stated,
        )
        counts = _Counts(truth.sources, f"{variant}_without_stated" if is_stated_hidden else variant)
        if variant == "anonymous":
            labels = {(r["copy_id"], r["speaker_label"]): r for r in speaker_labels(*arguments).iter_rows(named=True)}
            named = _named_by_label(hidden, labels)
        else:
            named = _named_by_span(hidden, unnamed_speakers(*arguments))
        counts.add_all(truth, named, misses)
        figures.extend(counts.figures())
    return figures


class _Truth:
    def __init__(self) -> None:
        self.sources: dict[str, str] = {}
        self.segments: dict[str, list[tuple[int, int, str, str | None, str | None]]] = {}
        """By copy: range, text, label and name of each segment of speech."""


def _truth(tables: Tables, half: str | None) -> _Truth:
    truth = _Truth()
    labels = {
        (copy_id, label): name
        for copy_id, label, name in tables["speaker_labels"]
        .select("copy_id", "speaker_label", "person_name")
        .iter_rows()
    }
    paths = dict(
        tables["episode_copies"]
        .join(tables["documents"].select("document_id", path=pl.col("paths").list.first()), on="document_id")
        .select("copy_id", "path")
        .iter_rows()
    )
    per_path = Counter(paths.values())
    speech = tables["segments"].filter("is_speech").sort("copy_id", "segment_index")
    for (copy_id,), own in speech.partition_by("copy_id", as_dict=True, maintain_order=True).items():
        key, path = str(copy_id), paths[str(copy_id)]
        if half is not None and half_of(path, key, per_path[path]) != half:
            continue
        rows = [
            (start, end, text, label, labels.get((key, label)))
            for start, end, text, label in own.select("char_start", "char_end", "text", "speaker_label").iter_rows()
        ]
        words = Counter[bool]()
        for *_, text, _, name in rows:
            words[name is not None] += count_words(text)
        if len({row[3] for row in rows}) > 1 and words[True] > _MIN_RESOLVED * words.total():
            truth.segments[key] = rows
            truth.sources[key] = path.split("/")[0] if "/" in path else path.split("_")[0]
    return truth


def _hidden(tables: Tables, truth: _Truth, variant: str) -> pl.DataFrame:
    """Return the segments of the copies that are measured, without their labels, cut at sentence ends as cues are."""
    segments = tables["segments"]
    rows: list[dict[str, Any]] = []
    for copy_id, own in truth.segments.items():
        draw = random.Random(copy_id)
        speakers: dict[str | None, str] = {}
        last: str | None = "\0"
        document_id = segments.filter(pl.col("copy_id") == copy_id)["document_id"][0]
        for start, end, text, label, _ in own:
            is_change = label != last
            last = label
            if variant == "some_marks":
                is_change = is_change and draw.random() < _KEPT_MARKS
            cuts = sentences(text) if len(text) == end - start else [(0, len(text))]
            for number, (cut_start, cut_end) in enumerate(cuts):
                whole = len(cuts) == 1
                rows.append(
                    {
                        "copy_id": copy_id,
                        "segment_index": len(rows),
                        "document_id": document_id,
                        "speaker_label": speakers.setdefault(label, f"Speaker {len(speakers)}")
                        if variant == "anonymous"
                        else None,
                        "text": text if whole else text[cut_start:cut_end],
                        "is_speech": True,
                        "is_speaker_change": is_change and number == 0,
                        "is_paragraph_start": False,
                        "locator": "",
                        "char_start": start if whole else start + cut_start,
                        "char_end": end if whole else start + cut_end,
                    }
                )
    return pl.DataFrame(rows, schema=segments.schema)


_Named = dict[str, dict[int, tuple[str, str]]]
"""By copy and first character of a hidden segment: the name given and the rule."""


def _named_by_label(hidden: pl.DataFrame, labels: Mapping[tuple[str, str], dict[str, Any]]) -> _Named:
    named: _Named = defaultdict(dict)
    for copy_id, start, label in hidden.select("copy_id", "char_start", "speaker_label").iter_rows():
        row = labels.get((copy_id, label))
        if row and row["person_name"]:
            named[copy_id][start] = (row["person_name"], row["rule"])
    return named


def _named_by_span(hidden: pl.DataFrame, spans: pl.DataFrame) -> _Named:
    named: _Named = defaultdict(dict)
    by_copy: dict[str, list[tuple[int, int, str, str]]] = defaultdict(list)
    for copy_id, *span in spans.select("copy_id", "char_start", "char_end", "person_name", "rule").iter_rows():
        by_copy[copy_id].append(tuple(span))
    for copy_id, start in hidden.sort("copy_id", "char_start").select("copy_id", "char_start").iter_rows():
        own = by_copy[copy_id]
        while own and own[0][1] <= start:
            own.pop(0)
        if own and own[0][0] <= start:
            named[copy_id][start] = own[0][2:]
    return named


class _Counts:
    def __init__(self, sources: Mapping[str, str], variant: str) -> None:
        self.sources = sources
        self.variant = variant
        self.words: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.turns: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def add_all(self, truth: _Truth, named: _Named, misses: list[dict[str, Any]] | None) -> None:
        for copy_id, rows in truth.segments.items():
            given = named.get(copy_id, {})
            for turn in _turns(rows):
                self._add_turn(copy_id, turn, given, misses)

    def _add_turn(
        self,
        copy_id: str,
        turn: Sequence[tuple[int, int, str, str | None, str | None]],
        given: Mapping[int, tuple[str, str]],
        misses: list[dict[str, Any]] | None,
    ) -> None:
        name = turn[0][4]
        tally: Counter[tuple[str, str]] = Counter()
        for start, end, text, *_ in turn:
            cuts = sentences(text) if len(text) == end - start else [(0, len(text))]
            for cut_start, cut_end in cuts:
                words = count_words(text[cut_start:cut_end])
                at = start if len(cuts) == 1 else start + cut_start
                tally[given.get(at, ("", ""))] += words
        # A label that means nobody is no truth for words: a name given to it can still be wrong, but none is known.
        keys = [(self.sources[copy_id], "all"), ("all", "all")]
        for key in keys:
            self.words[key]["all"] += sum(tally.values())
            self.turns[key]["all"] += 1
        (best, rule), _ = max(tally.items(), key=lambda item: (item[1], item[0]))
        for (person, by_rule), words in tally.items():
            if not person or name is None:
                continue
            verdict = "right" if is_same(person, name) else "wrong"
            for key in (*keys, ("all", by_rule)):
                self.words[key][verdict] += words
            if verdict == "wrong" and misses is not None:
                text = " ".join(row[2] for row in turn)
                misses.append(
                    {
                        "variant": self.variant,
                        "copy_id": copy_id,
                        "source": self.sources[copy_id],
                        "rule": by_rule,
                        "given": person,
                        "label": turn[0][3],
                        "text": text,
                    }
                )
        if best and name is not None:
            for key in (*keys, ("all", rule)):
                self.turns[key]["right" if is_same(best, name) else "wrong"] += 1

    def figures(self) -> Iterator[Figure]:
        for unit, counts in (("words", self.words), ("turns", self.turns)):
            for (source, rule), own in sorted(counts.items()):
                found = own["right"] + own["wrong"]
                label = f"{source}/{self.variant}"
                yield share(AREA, label, rule, f"precision_{unit}", own["right"], found)
                if rule == "all":
                    yield share(AREA, label, rule, f"named_{unit}", found, own["all"])


def is_same(given: str, label: str) -> bool:
    """Return whether two names are one person's: equal but for words between first and last, and for one letter."""
    a, b = (" ".join(name.split()[:: max(1, len(name.split()) - 1)]) for name in (fold(given), fold(label)))
    return a == b or (min(len(a), len(b)) >= _MIN_SLIP and OSA.distance(a, b, score_cutoff=1) <= 1)


def _turns(
    rows: Sequence[tuple[int, int, str, str | None, str | None]],
) -> Iterator[list[tuple[int, int, str, str | None, str | None]]]:
    turn: list[tuple[int, int, str, str | None, str | None]] = []
    for row in rows:
        if turn and row[3] != turn[-1][3]:
            yield turn
            turn = []
        turn.append(row)
    if turn:
        yield turn


def main() -> None:
    """Print the figures of the copies of one or more lakes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lake", type=Path, action="append", required=True)
    parser.add_argument("--catalog", type=Path, default=PROJECT_ROOT / "dbt_project" / "seeds")
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--differences", type=int, default=0, help="how many wrong stretches to print")
    options = parser.parse_args()
    catalog = load_catalog(options.catalog)
    names = ("episode_copies", "documents", "segments", "passages", "copy_shows", "copy_episodes", "stated_people")
    for folder in options.lake:
        lake = Lake(folder)
        tables = {name: lake.read(name) for name in (*names, "speaker_labels")}
        misses: list[dict[str, Any]] = []
        for is_hidden in (False, True):
            for figure in measure(tables, catalog, options.half, VARIANTS, is_hidden, misses):
                if figure.total:
                    print(
                        f"{figure.source:50} {figure.rule:22} {figure.measure:16} {figure.value:.3f} "
                        f"({figure.right} of {figure.total})"
                    )
        for miss in misses[: options.differences]:
            print(miss)


if __name__ == "__main__":
    main()
