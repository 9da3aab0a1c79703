"""How well the topics of copies agree with labelled topics, which have a vocabulary of their own.

Labels: one line an entry, `line: label; label; ...`, where `line` is the entry's line in its document (from 0), or the
first characters of the name of a document that is one entry. The mapping, a JSON object, leads from each label to the
topics of the catalogue that mean it: {"label": ["topic:..."]}.

A topic is right where a label of the entry means it. A topic below one that is meant counts too, as it says the same
more exactly; a topic above does not: the taxonomy's upper level are sections (`Artificial intelligence`), right of
almost anything.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import polars as pl

from orchestration.evaluation.episodes import lines_of
from orchestration.evaluation.figures import Figure, share
from orchestration.evaluation.gold import GoldError
from orchestration.settings import load_settings

MAX_TOPICS = 4


class TopicLabelsError(GoldError):
    """The labels or the mapping cannot be read. The message says what to do."""


def measure(labels: Path, mapping: Path, lake: Path, catalog: Path) -> list[Figure]:
    """Return top-1 accuracy, and precision and recall of the four highest topics. Raises TopicLabelsError."""
    gold = _labels(labels)
    try:
        meaning: dict[str, list[str]] = json.loads(mapping.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TopicLabelsError(f"{mapping} cannot be read as JSON: {error}") from error
    unknown = sorted({label for wanted in gold.values() for label in wanted} - set(meaning))
    if unknown:
        raise TopicLabelsError(f"{mapping} does not map {', '.join(unknown)}: add the topics that mean it")
    topics = pl.read_csv(catalog / "topics.csv").select("topic_id", "parent_topic_id")
    parents = {topic: parent for topic, parent in topics.iter_rows() if parent}
    copies = _copies(gold, lake)
    scores = pl.read_parquet(lake / "copy_topics" / "*.parquet").sort(
        ["copy_id", "score", "topic_id"], descending=[False, True, False]
    )
    ranked = {
        str(copy_id): part["topic_id"].to_list()
        for (copy_id,), part in scores.partition_by("copy_id", as_dict=True).items()
    }
    wanted = {entry: [_meant(meaning[label], parents) for label in gold[entry]] for entry in copies}
    return _figures(wanted, {entry: ranked.get(copy_id, []) for entry, copy_id in copies.items()})


def f1(figures: Sequence[Figure]) -> float | None:
    """Return the F1 of precision and recall of the four highest topics."""
    values = {figure.measure: figure.value for figure in figures}
    precision, recall = values.get("precision_at_4"), values.get("recall_at_4")
    return 2 * precision * recall / (precision + recall) if precision and recall else None


def _labels(path: Path) -> dict[str, list[str]]:
    gold: dict[str, list[str]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise TopicLabelsError(f"{path} cannot be read: {error}") from error
    for line in lines:
        entry, colon, labels = line.partition(":")
        if colon:
            gold[entry.strip()] = [label.strip() for label in labels.split(";") if label.strip()]
    if not gold:
        raise TopicLabelsError(f"{path} holds no line of the form `12: label; label`")
    return gold


def _copies(gold: Mapping[str, Sequence[str]], lake: Path) -> dict[str, str]:
    """Return the copy of each labelled entry that is in the lake."""
    copies = pl.read_parquet(lake / "episode_copies" / "*.parquet")
    texts = pl.read_parquet(lake / "document_texts" / "*.parquet")
    documents = pl.read_parquet(lake / "documents" / "*.parquet").select("document_id", "paths")
    # `004` is a document, `4` a line.
    lines = {int(entry): entry for entry in gold if not entry.startswith("0") or entry == "0"}
    found = {lines[line]: copy_id for line, copy_id in lines_of(copies, texts, lines).items()}
    for entry in set(gold) - set(lines.values()):
        for document_id, paths in documents.iter_rows():
            if any(PurePosixPath(path).name.startswith(entry) for path in paths):
                of_document = copies.filter(pl.col("document_id") == document_id)["copy_id"]
                found |= {entry: of_document[0]} if len(of_document) == 1 else {}
    return found


def _meant(topics: Sequence[str], parents: Mapping[str, str]) -> set[str]:
    return {*topics, *(child for child, parent in parents.items() if parent in topics)}


def _figures(wanted: Mapping[str, Sequence[set[str]]], ranked: Mapping[str, Sequence[str]]) -> list[Figure]:
    first = right = given = found = labelled = 0
    for entry, labels in wanted.items():
        top = ranked[entry][:MAX_TOPICS]
        hits = [any(topic in label for label in labels) for topic in top]
        first += bool(hits) and hits[0]
        right += sum(hits)
        given += len(top)
        found += sum(bool(label.intersection(top)) for label in labels)
        labelled += len(labels)
    return [
        share("topics", "all", "all", "top_1", first, len(wanted)),
        share("topics", "all", "all", "precision_at_4", right, given),
        share("topics", "all", "all", "recall_at_4", found, labelled),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of the command line's labels, mapping and lake."""
    settings = load_settings()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path, help="labelled topics")
    parser.add_argument("mapping", type=Path, help="JSON from a label to the topics that mean it")
    parser.add_argument("--lake", type=Path, default=settings.lake, help="folder of the lake")
    parser.add_argument("--catalog", type=Path, default=settings.catalog, help="folder of the catalogue")
    parsed = parser.parse_args(arguments)
    figures = measure(parsed.labels, parsed.mapping, parsed.lake, parsed.catalog)
    for figure in figures:
        value = "-" if figure.value is None else f"{figure.value:.2f}"
        print(f"{figure.measure:16} {value:>5}  {figure.right}/{figure.total}")
    print(f"f1_at_4          {f1(figures) or 0:>5.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
