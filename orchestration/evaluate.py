"""Measures a lake against labels and against what its documents state, and prints the figures of all areas.

    python -m orchestration.evaluate --lake FOLDER [--gold FILE-OR-FOLDER] [--ambiguous FILE] [--episodes FILE]
                                     [--same FILE] [--paid FILE] [--topics FILE --topic-map FILE]
                                     [--json] [--differences] [--rules-csv FILE] [--write FILE]

`--gold` is a file of labelled mentions, or a folder in which the labels are found by their names.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from orchestration.catalog.load import load_catalog
from orchestration.characters import harmless
from orchestration.evaluation import mentions
from orchestration.evaluation.areas import Measured, measure_all
from orchestration.evaluation.labels import Labels, labels_of
from orchestration.evaluation.report import as_records, summary, table, write_csv

_CATALOG = Path(__file__).resolve().parent.parent / "dbt_project" / "seeds"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is measured and how it is shown."""
    parser.add_argument("--gold", type=Path, help="labelled mentions (JSON lines), or a folder of labels")
    parser.add_argument("--ambiguous", type=Path, help="labelled occurrences of ordinary words, JSON")
    parser.add_argument("--episodes", type=Path, help="labelled shows and people of episodes, JSON or JSON lines")
    parser.add_argument("--same", type=Path, help="groups of copies that tell one recording, JSON")
    parser.add_argument("--paid", type=Path, help="labelled paid speech, greetings and farewells, JSON")
    parser.add_argument("--topics", type=Path, help="labelled topics of entries, text")
    parser.add_argument("--topic-map", type=Path, help="what the labels of --topics mean, JSON")
    parser.add_argument("--rules-csv", type=Path, help="write the measured precision of each rule to this file")
    parser.add_argument("--write", type=Path, help="write the figures to this CSV, as rows of measured_quality")
    parser.add_argument("--measured-on", default="", help="with --write: what was measured, in words")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--differences", action="store_true", help="print each disagreement about shows and people")


def run(options: argparse.Namespace, lake: Path, catalog: Path, default_gold: Path | None = None) -> int:
    """Measure and print, and return the exit code: 0, or 1 with a message where nothing could be measured.

    default_gold: the labels where none are given.
    """
    given = Labels(
        ambiguous=options.ambiguous,
        episodes=options.episodes,
        same_recording=options.same,
        paid=options.paid,
        topics=options.topics,
        topic_map=options.topic_map,
    )
    try:
        gold = options.gold or default_gold
        labels = given.over(labels_of(gold)) if gold else given
        measured = measure_all(
            lake,
            load_catalog(catalog),
            labels,
            options.rules_csv,
            catalog_folder=catalog,
            on_progress=lambda line: print(line, file=sys.stderr),
        )
        if options.write:
            write_csv(measured.figures, options.measured_on, options.write)
    except (FileNotFoundError, ValueError) as error:
        print(f"cannot evaluate: {error}", file=sys.stderr)
        return 1
    print(_as_json(measured) if options.json else harmless(_as_text(measured, options.differences)))
    return 0


def _as_json(measured: Measured) -> str:
    shown = {"figures": as_records(measured.figures), "left_out": measured.left_out, "mentions": measured.mentions}
    return json.dumps(shown | {"differences": measured.differences}, indent=1)


def _as_text(measured: Measured, has_differences: bool) -> str:
    parts = [summary(measured.figures)]
    if measured.mentions:
        parts.append("Mentions in detail\n\n" + mentions.report(measured.mentions))
    others = [figure for figure in measured.figures if figure.area != "mentions"]
    parts.append("By source and rule; 95 % intervals (Wilson) in brackets\n\n" + table(others))
    if has_differences and measured.differences:
        parts.append("Disagreements\n\n" + "\n".join(measured.differences))
    if measured.left_out:
        parts.append("Not measured\n\n" + "\n".join(f"  {line}" for line in measured.left_out))
    return "\n\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--lake", type=Path, required=True, help="folder of the lake's tables")
    parser.add_argument("--catalog", type=Path, default=_CATALOG, help="folder of the catalogue's CSV files")
    add_arguments(parser)
    options = parser.parse_args(arguments)
    return run(options, options.lake, options.catalog)


if __name__ == "__main__":
    sys.exit(main())
