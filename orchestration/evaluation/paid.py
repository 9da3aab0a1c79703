"""How well paid speech, promos, greetings and farewells are told from conversation: `kind_spans` against labels.

Labels: a JSON list with one object for each judged copy: `file` (name), `half` (any word, figures are told apart by
it), `char_start`, `char_end` (where the copy stands in the document text) and `stretches`, each with `kind`
(`sponsor`, `promo`, `intro`, `outro`), `place` (`speech` or `notes`), `char_start` and `char_end`.

A stretch that was found is right where at least half of its words are labelled with its kind, and a labelled one is
found where at least half of its words are. The figures by word count every word once. The kind `paid` is sponsor and
promo together: the two that counts of earned mentions leave out.
"""

from __future__ import annotations

import argparse
import json
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from orchestration.evaluation.figures import Figure, share
from orchestration.evaluation.gold import GoldError

KINDS = {"sponsor": ("sponsor",), "promo": ("promo",), "intro": ("intro",), "outro": ("outro",)}
PAID = {"paid": ("sponsor", "promo")}
PLACES = ("speech", "notes")
_WORD = re.compile(r"\w+")


class PaidLabelsError(GoldError):
    """The labels cannot be read, or do not fit the lake. The message says what to do."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A labelled or found stretch as the positions of its words in the copy."""

    kind: str
    place: str
    words: frozenset[int]


@dataclass(slots=True)
class _Count:
    right: int = 0
    total: int = 0

    def add(self, right: int, total: int = 1) -> None:
        self.right += right
        self.total += total


def measure(labels: Path, lake: Path, on_missing: Callable[[str], None] = lambda line: None) -> list[Figure]:
    """Return precision and recall by half, place and kind.

    on_missing: called with a line where labelled copies are not in the lake and so not judged. Raises PaidLabelsError
    where the labels cannot be read, or none of their copies is in the lake.
    """
    try:
        judged: list[dict[str, Any]] = json.loads(labels.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PaidLabelsError(f"{labels} cannot be read as JSON: {error}") from error
    documents = {
        PurePosixPath(path).name: document_id
        for document_id, paths in _read(lake, "documents").select("document_id", "paths").iter_rows()
        for path in paths
    }
    missing = sorted({copy["file"] for copy in judged} - set(documents))
    named = f"not in the lake: {', '.join(missing[:5])}{' …' if len(missing) > 5 else ''}"
    judged, labelled_count = [copy for copy in judged if copy["file"] in documents], len(judged)
    if missing and not judged:
        raise PaidLabelsError(f"{named}; build it from the folder that holds them")
    if missing:
        on_missing(f"paid speech in {labelled_count - len(judged)} of {labelled_count} labelled copies: {named}")
    wanted = {documents[copy["file"]] for copy in judged}
    texts = dict(
        _read(lake, "document_texts")
        .filter(pl.col("document_id").is_in(wanted))
        .select("document_id", "text")
        .iter_rows()
    )
    columns = ["char_start", "char_end", "segment_kind"]
    spans = _by_document(_read(lake, "kind_spans"), wanted, columns)
    speech = _by_document(_read(lake, "segments").filter("is_speech"), wanted, ["char_start", "char_end"])
    counts: dict[tuple[str, str, str], _Count] = defaultdict(_Count)
    for copy in judged:
        document_id = documents[copy["file"]]
        start, end = copy["char_start"], copy["char_end"]
        starts = [word.start() for word in _WORD.finditer(texts[document_id], start, end)]
        labelled = [
            _Stretch(row["kind"], row["place"], _words(starts, row["char_start"], row["char_end"]))
            for row in copy["stretches"]
        ]
        spoken = [(begin, stop) for begin, stop in speech[document_id] if start <= begin < end]
        found = [
            _Stretch(kind, _place(spoken, begin, stop), _words(starts, begin, stop))
            for begin, stop, kind in spans[document_id]
            if start <= begin < end
        ]
        _compare(copy["half"], labelled, found, counts)
    return [share("paid", source, kind, what, c.right, c.total) for (source, kind, what), c in sorted(counts.items())]


def _read(lake: Path, table: str) -> pl.DataFrame:
    if not any((lake / table).glob("*.parquet")):
        raise PaidLabelsError(f"no {table} in {lake}: build the lake first, or give its folder as --lake")
    return pl.read_parquet(lake / table / "*.parquet")


def _by_document(frame: pl.DataFrame, wanted: set[str], columns: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    chosen = frame.filter(pl.col("document_id").is_in(wanted)).unique(["document_id", *columns])
    for document_id, *rest in chosen.select("document_id", *columns).sort("document_id", *columns).iter_rows():
        rows[document_id].append(tuple(rest))
    return rows


def _words(starts: Sequence[int], begin: int, end: int) -> frozenset[int]:
    return frozenset(range(bisect_left(starts, begin), bisect_left(starts, end)))


def _place(spoken: Sequence[tuple[int, int]], begin: int, end: int) -> str:
    after = bisect_left(spoken, (end, 0))
    return "speech" if after and spoken[after - 1][1] > begin else "notes"


def _compare(
    half: str,
    labelled: Iterable[_Stretch],
    found: Iterable[_Stretch],
    counts: dict[tuple[str, str, str], _Count],
) -> None:
    labelled, found = list(labelled), list(found)
    for place in PLACES:
        for name, kinds in (KINDS | PAID).items():
            right = [stretch.words for stretch in labelled if stretch.place == place and stretch.kind in kinds]
            said = [stretch.words for stretch in found if stretch.place == place and stretch.kind in kinds]
            true_words, said_words = frozenset().union(*right), frozenset().union(*said)
            common = len(true_words & said_words)
            key = f"{half} {place}", name
            counts[*key, "recall"].add(sum(2 * len(words & said_words) >= len(words) for words in right), len(right))
            counts[*key, "precision"].add(sum(2 * len(words & true_words) >= len(words) for words in said), len(said))
            counts[*key, "recall_of_words"].add(common, len(true_words))
            counts[*key, "precision_of_words"].add(common, len(said_words))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of the command line's labels and lake."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path, help="labelled stretches")
    parser.add_argument("--lake", type=Path, required=True, help="folder of the lake that holds the files")
    parsed = parser.parse_args(arguments)
    for figure in measure(parsed.labels, parsed.lake):
        value = "-" if figure.value is None else f"{figure.value:.2f}"
        print(f"{figure.source:12} {figure.rule:8} {figure.measure:20} {value:>5}  {figure.right}/{figure.total}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
