"""Precision and recall of which copies tell the same episode, by rule and over all pairs.

    python -m orchestration.evaluation.identity --lake FOLDER [--gold FILE] [--constructed] [--differences]

The labels are a JSON object: `seed`, the name of a document, and `groups`, lists of lines of it (from 0) on which
entries of the same recording begin. With `--constructed`, pairs are made from the copies of the lake: see
`identity_pairs`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import polars as pl

from orchestration.evaluation.figures import Figure, share
from orchestration.evaluation.gold import GoldError
from orchestration.evaluation.identity_pairs import Case, cases, parts, tellings
from orchestration.evaluation.report import table
from orchestration.evaluation.sources import read_tables, sources_of_files
from orchestration.transforms.identity import copy_episodes, copy_links
from orchestration.transforms.identity_guards import RULES

AREA = "identity"
ALL = "all"
_INPUTS = ("episode_copies", "segments", "passages", "chapters")

Pair = tuple[str, str]
Tables = Mapping[str, pl.DataFrame]


def measure(
    tables: Tables,
    gold: Path | None = None,
    is_constructed: bool = False,
    on_difference: Callable[[str], None] = lambda line: None,
) -> list[Figure]:
    """Return the figures of the labels in `gold` and of the pairs constructed from the copies of a lake.

    tables: those of the lake, by name. on_difference: called with a line for each pair that is wrong or missing.
    Raises GoldError where the labels cannot be read.
    """
    figures = []
    if gold:
        figures += _on_labels(tables, gold, on_difference)
    if is_constructed:
        # Copies of one episode are left out but for one. Where the rules missed such a pair, it counts as wrong.
        links = copy_links(*(tables[name] for name in _INPUTS))
        originals = tellings(tables, copy_episodes(tables["episode_copies"], links))
        for case in (*cases(originals), parts(originals)):
            figures += on_case(case, on_difference)
    return figures


def on_case(case: Case, on_difference: Callable[[str], None] = lambda line: None) -> list[Figure]:
    """Return the figures of a constructed case: recall and precision, and the share of look-alikes kept apart."""
    links, found = _linked({name: case.tables[name] for name in _INPUTS})
    figures = []
    source = f"constructed: {case.name}"
    if case.same:
        figures += _figures(source, links, found, set(case.same), lambda pair: True)
    if case.apart:
        joined = found & case.apart
        right = len(case.apart) - len(joined)
        figures.append(share(AREA, source, ALL, "kept_apart", right, len(case.apart)))
        figures.append(Figure(AREA, source, ALL, "wrong_pairs", float(len(found))))
    for pair in sorted((found - case.same) | (case.same - found)):
        on_difference(f"{source}: {'wrong' if pair in found else 'missed'} {pair[0]} {pair[1]}")
    return figures


def _on_labels(tables: Tables, gold: Path, on_difference: Callable[[str], None]) -> list[Figure]:
    name, groups = read_groups(gold)
    lines = _lines(tables, name)
    place = {copy: line for line, copy in lines.items()}
    same: set[Pair] = set()
    for group in groups:
        # A labelled line without a copy is missed: it stands for itself.
        same |= {_pair(lines.get(a, f"line {a}"), lines.get(b, f"line {b}")) for a, b in combinations(group, 2)}
    links, found = _linked(tables)
    judged = {pair for pair in found if pair[0] in place and pair[1] in place}
    for pair in sorted(judged ^ same):
        shown = " and ".join(str(place.get(copy, copy)) for copy in pair)
        on_difference(f"{name}: {'wrong' if pair in judged else 'missed'} lines {shown}")
    source = sources_of_files(tables).get(name, name)
    return _figures(source, links, judged, same, lambda pair: pair[0] in place and pair[1] in place)


def _figures(
    source: str, links: pl.DataFrame, found: set[Pair], same: set[Pair], is_judged: Callable[[Pair], bool]
) -> list[Figure]:
    figures = [
        share(AREA, source, ALL, "precision", len(found & same), len(found)),
        share(AREA, source, ALL, "recall", len(found & same), len(same)),
    ]
    for rule in RULES:
        of_rule = links.filter(pl.col("is_accepted") & (pl.col("rule") == rule))
        pairs = {pair for pair in of_rule.select("copy_id_a", "copy_id_b").iter_rows() if is_judged(pair)}
        if pairs:
            right = len(pairs & same)
            figures.append(share(AREA, source, rule, "precision", right, len(pairs)))
            figures.append(share(AREA, source, rule, "recall", right, len(same)))
    return figures


def _linked(tables: Tables) -> tuple[pl.DataFrame, set[Pair]]:
    """Return the links between the copies of a lake, and all pairs of copies that they put into one episode."""
    links = copy_links(*(tables[name] for name in _INPUTS))
    found: set[Pair] = set()
    for _, group in copy_episodes(tables["episode_copies"], links).group_by("episode_id"):
        found |= set(combinations(sorted(group["copy_id"]), 2))
    return links, found


def read_groups(path: Path) -> tuple[str, list[list[int]]]:
    """Return the document and the groups of lines that a file of labels holds. Raises GoldError."""
    try:
        labels = json.loads(path.read_text(encoding="utf-8"))
        return str(labels["seed"]), [[int(line) for line in group] for group in labels["groups"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GoldError(f"{path}: not a file of groups of lines: {error}") from error


def _lines(tables: Tables, name: str) -> dict[int, str]:
    """Return the copy that begins on each line of the document of that name."""
    documents = tables["documents"].filter(pl.col("path").str.split("/").list.last() == name)
    texts = tables["document_texts"].join(documents.select("document_id"), on="document_id", how="semi")
    found: dict[int, str] = {}
    for document_id, text in texts.select("document_id", "text").iter_rows():
        copies = tables["episode_copies"].filter(pl.col("document_id") == document_id).sort("char_start")
        line = position = 0
        for copy_id, start in copies.select("copy_id", "char_start").iter_rows():
            line += text.count("\n", position, start)
            position = start
            found[line] = copy_id
    return found


def _pair(a: str, b: str) -> Pair:
    return (a, b) if a < b else (b, a)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures, and with `--differences` each pair that is wrong or missing."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.evaluation.identity", description=__doc__)
    parser.add_argument("--lake", type=Path, required=True, help="folder of the lake's tables")
    parser.add_argument("--gold", type=Path, help="labelled groups, JSON")
    parser.add_argument("--constructed", action="store_true", help="measure pairs made from the copies of the lake")
    parser.add_argument("--differences", action="store_true", help="print each pair that is wrong or missing")
    options = parser.parse_args(arguments)
    lines: list[str] = []
    print(table(measure(read_tables(options.lake), options.gold, options.constructed, lines.append)))
    if options.differences:
        print(*lines, sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
