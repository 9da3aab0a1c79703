"""Measures names carried onto times and times onto names, on pairs made from copies that have both.

    python -m orchestration.evaluation.alignment --lake FOLDER [--json]

Each copy with names and times becomes two (see made_pairs), the production transforms align them, and what they find is
compared with what was taken away: the start of each turn on the clock of the captions, the speaker of each word.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from orchestration.evaluation.figures import Figure, share
from orchestration.evaluation.made_pairs import MadePair, Spoken, make_pair, spoken_words
from orchestration.evaluation.report import as_records, table
from orchestration.evaluation.sources import read_tables, sources_of
from orchestration.schemas.kind_spans import KindSpans
from orchestration.schemas.speaker_labels import SpeakerLabels
from orchestration.transforms.alignment import copy_alignments
from orchestration.transforms.carried_speakers import carried_speakers
from orchestration.transforms.speaker_turns import speaker_turns
from orchestration.transforms.spoken_words import fold_word, set_times, words_of

ERROR_RATES = (0.0, 0.1, 0.2, 0.3)
AREA = "alignment"
ALL = "all"
# Copies of a source that are measured: those with most words up to the longest that is worth the time.
_MAX_COPIES = 6
_MIN_WORDS = 1000
_MAX_WORDS = 25_000
# A copy whose speakers change this often, seen from its segments, is timed by cue; else by turn.
_MIN_CUES_PER_TURN = 3.0
_ADVERT_WORDS = 300


@dataclass(slots=True)
class _Counts:
    """What was found: errors in seconds of turns with a time; turns and words by how they came out."""

    errors_s: list[float] = field(default_factory=list)
    turn_count: int = 0
    lost_turn_count: int = 0
    lost_timed_count: int = 0
    word_count: int = 0
    named_count: int = 0
    right_count: int = 0
    advert_count: int = 0
    advert_named_count: int = 0

    def add(self, other: _Counts) -> None:
        """Add what was found in another pair."""
        self.errors_s += other.errors_s
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_COUNTS = tuple(name for name in _Counts.__dataclass_fields__ if name != "errors_s")


def measure(tables: Mapping[str, pl.DataFrame], error_rates: Sequence[float] = ERROR_RATES) -> list[Figure]:
    """Return the figures of the pairs made from the copies of a lake, by source; `rule` says the share of wrong words.

    tables: those of the lake that ingest writes. `median_error_s`, `p95_error_s`: of turns' starts. `turns_timed`:
    turns that got a time, of those that the captions have. `speaker_precision`: words with the right speaker, of those
    that got one. `speaker_share`: words that got one, of those said by somebody of the named copy. `advert_open`: words
    of the advert left without a speaker. `lost_open`: turns cut out of the captions that were left without a time.
    """
    counts: dict[tuple[str, float], _Counts] = defaultdict(_Counts)
    for source, key, spoken, advert in _episodes(tables):
        for rate in error_rates:
            found = compare(make_pair(spoken, advert, rate, key))
            counts[source, rate].add(found)
            counts[ALL, rate].add(found)
    return [figure for (source, rate), found in sorted(counts.items()) for figure in _figures(source, rate, found)]


def compare(pair: MadePair) -> _Counts:
    """Align a made pair as the pipeline does, and count what is right."""
    names = "episode_copies", "copy_episodes", "segments", "document_texts"
    _, _, segments, texts = (pair.tables[name] for name in names)
    anchors = copy_alignments(*(pair.tables[name] for name in names))
    spans = carried_speakers(segments, texts, anchors, SpeakerLabels.create_empty())
    turns = speaker_turns(segments, texts, KindSpans.create_empty(), SpeakerLabels.create_empty(), anchors, spans).sort(
        "char_start"
    )
    counts = _Counts()
    named = turns.filter(pl.col("copy_id") == pair.named_id).select("char_start", "start_s")
    for char_start, start_s in named.iter_rows():
        true_s = pair.turn_starts.get(char_start)
        if true_s is None:
            counts.lost_turn_count += 1
            counts.lost_timed_count += start_s is not None
            continue
        counts.turn_count += 1
        if start_s is not None:
            counts.errors_s.append(abs(start_s - true_s))
    captions = turns.filter(pl.col("copy_id") == pair.captions_id)
    starts, speakers = captions["char_start"].to_list(), captions["speaker_label"].to_list()
    for char_start, word in pair.captions.items():
        found = speakers[bisect_right(starts, char_start) - 1]
        if word.speaker is None:
            counts.advert_count += 1
            counts.advert_named_count += found is not None
        else:
            counts.word_count += 1
        counts.named_count += found is not None
        counts.right_count += found is not None and found == word.speaker
    return counts


def _episodes(tables: Mapping[str, pl.DataFrame]) -> Iterator[tuple[str, str, list[Spoken], list[str]]]:
    """Yield of each copy with names and times its source, its id, its words, and an advert in the words of another."""
    segments = tables["segments"].filter("is_speech")
    label = pl.col("speaker_label")
    facts = (
        segments.sort("copy_id", "segment_index")
        .group_by("copy_id")
        .agg(
            timed_share=pl.col("start_s").is_not_null().mean(),
            labelled_share=label.is_not_null().mean(),
            label_count=label.n_unique(),
            cues_per_turn=pl.len() / (label != label.shift()).sum().clip(1),
        )
        .join(tables["episode_copies"].select("copy_id", "word_count"), on="copy_id")
        .filter(
            pl.col("timed_share") >= 0.5,
            pl.col("labelled_share") >= 0.9,
            pl.col("label_count") > 1,
            pl.col("word_count").is_between(_MIN_WORDS, _MAX_WORDS),
        )
        .sort("word_count", "copy_id", descending=[True, False])
    )
    texts = dict(tables["document_texts"].select("document_id", "text").iter_rows())
    parts = segments.sort("copy_id", "segment_index").partition_by("copy_id", as_dict=True)
    sources = sources_of(tables)
    taken: dict[str, int] = defaultdict(int)
    said: list[list[str]] = []
    for copy_id, cues_per_turn in facts.select("copy_id", "cues_per_turn").iter_rows():
        source = f"{sources[copy_id]}, timed by {'cue' if cues_per_turn >= _MIN_CUES_PER_TURN else 'turn'}"
        taken[source] += 1
        if taken[source] > _MAX_COPIES:
            continue
        of_copy = parts[copy_id,]
        words = words_of(of_copy, texts)
        set_times(words, of_copy)
        spoken = spoken_words(words, of_copy["speaker_label"].to_list(), texts[of_copy["document_id"][0]])
        yield source, copy_id, spoken, _advert(spoken, said)
        said.append([word.text for word in spoken[len(spoken) // 3 :]][:_ADVERT_WORDS])


def _advert(spoken: Sequence[Spoken], said: Sequence[list[str]]) -> list[str]:
    """Return words of another episode: the first of `said` that shares next to nothing with it."""
    known = set(_runs([word.text for word in spoken]))
    for advert in said:
        if sum(run in known for run in _runs(advert)) < 0.05 * len(advert):
            return advert
    return [word.text[::-1] for word in spoken[:_ADVERT_WORDS]]


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    folded = [fold_word(word).strip(".,?!") for word in words]
    return list(zip(folded, folded[1:], folded[2:], folded[3:], strict=False))


def _figures(source: str, rate: float, found: _Counts) -> Iterator[Figure]:
    rule = f"{rate:.0%} wrong words"
    errors = sorted(found.errors_s)
    if errors:
        p95 = errors[min(len(errors) - 1, int(0.95 * len(errors)))]
        yield Figure(AREA, source, rule, "median_error_s", round(statistics.median(errors), 3))
        yield Figure(AREA, source, rule, "p95_error_s", round(p95, 3))
    yield share(AREA, source, rule, "turns_timed", len(errors), found.turn_count)
    yield share(AREA, source, rule, "speaker_precision", found.right_count, found.named_count)
    yield share(AREA, source, rule, "speaker_share", found.named_count - found.advert_named_count, found.word_count)
    yield share(AREA, source, rule, "advert_open", found.advert_count - found.advert_named_count, found.advert_count)
    yield share(AREA, source, rule, "lost_open", found.lost_turn_count - found.lost_timed_count, found.lost_turn_count)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.evaluation.alignment",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--lake", type=Path, required=True, help="folder of the lake's tables")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    try:
        figures = measure(read_tables(options.lake))
    except FileNotFoundError as error:
        print(f"cannot measure: {error}", file=sys.stderr)
        return 1
    print(json.dumps(as_records(figures), indent=1) if options.json else table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
