"""Precision and recall of shows, hosts, guests and guests' organisations against a file of labelled episode entries.

    python -m orchestration.evaluation.episodes --gold FILE --lake FOLDER [--catalog FOLDER] [--differences]

A line of the file is a JSON object: `line` (the entry's line in its document, from 0), `show`, `hosts`, `guests` with
`name` and `org`. The tables are read at `<lake>/<table>/*.parquet`.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.load import load_catalog
from orchestration.ids import slugify

# How much a kind of evidence says about a role. What a sentence states outweighs what follows from speaking at all.
KIND_WEIGHTS = {
    "show_notes": 3.0,
    "host_introduction": 2.0,
    "title": 2.0,
    "self_introduction": 2.0,
    "roster": 2.5,
    "speaker_label": 1.0,
}
_LEGAL = {"inc", "llc", "ltd", "corp", "corporation", "the", "co"}


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one measure."""

    true_positives: int
    found: int
    labelled: int

    @property
    def precision(self) -> float | None:
        """Share of what was found that is right; None where nothing was found."""
        return self.true_positives / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """Share of what is labelled that was found; None where nothing is labelled."""
        return self.true_positives / self.labelled if self.labelled else None

    def __str__(self) -> str:
        """Return the score as a person reads it."""

        def share(value: float | None) -> str:
            return "  –  " if value is None else f"{value:5.3f}"

        counts = f"{self.true_positives} of {self.found} found, {self.labelled} labelled"
        return f"P {share(self.precision)}  R {share(self.recall)}  ({counts})"


def roles_of(evidence: pl.DataFrame, primary_show: str | None) -> dict[str, str]:
    """Return the role of each person of one copy: the one with the most weight of evidence on the copy's primary show.

    Evidence for another show of a crossover is left out unless the person has no other. `unknown` decides nothing.
    """
    weights: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    names: dict[str, str] = {}
    for row in evidence.iter_rows(named=True):
        names[row["person_id"]] = row["person_name"]
        role = "host" if row["role"] == "co_host" else row["role"]
        is_own = row["show_id"] is None or row["show_id"] == primary_show
        if role in ("host", "guest", "other"):
            weights[row["person_id"]][role] += KIND_WEIGHTS.get(row["kind"], 1.0) * (1.0 if is_own else 0.3)
    return {
        names[person]: max(sorted(of_person), key=lambda role: of_person[role]) for person, of_person in weights.items()
    }


def same_person(a: str, b: str) -> bool:
    """Return whether two written names are one person's: equal, or equal but for middle names."""
    first, second = slugify(a).split("-"), slugify(b).split("-")
    return first == second or (len(first) > 1 < len(second) and (first[0], first[-1]) == (second[0], second[-1]))


def same_organisation(found: str | None, labelled: str | None) -> bool:
    """Return whether two written names are one organisation's, legal forms and spaces aside."""

    def key(name: str) -> str:
        return "".join(word for word in slugify(name).split("-") if word not in _LEGAL)

    return bool(found and labelled and key(found) == key(labelled))


def _matches(found: Iterable[str], labelled: Sequence[str]) -> int:
    rest = list(labelled)
    count = 0
    for name in found:
        fit = next((one for one in rest if same_person(one, name)), None)
        if fit is not None:
            rest.remove(fit)
            count += 1
    return count


def affiliations_of(evidence: pl.DataFrame) -> dict[str, list[str]]:
    """Return the organisations that the evidence of one copy gives each person, the best supported first.

    A sentence that also tells the role counts double: what a person once did stands elsewhere.
    """
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name, organisation, role in evidence.select("person_name", "affiliation", "role").iter_rows():
        if organisation:
            counts[name][organisation] += 1 if role == "unknown" else 2
    return {name: sorted(of_name, key=lambda org: -of_name[org]) for name, of_name in counts.items()}


def evaluate(
    gold: Sequence[dict[str, Any]],
    lines: dict[int, str],
    copy_shows: pl.DataFrame,
    evidence: pl.DataFrame,
    catalog: Catalog | None = None,
) -> tuple[dict[str, Score], list[str]]:
    """Return a score for each measure and a line for each disagreement.

    lines: the copy of each labelled line. An entry without a copy counts as not found.
    catalog: with it, a show or an organisation may be labelled by any of its names.
    """
    entity_of = _entities_by_name(catalog)

    def same_name(a: str, b: str) -> bool:
        return slugify(a) == slugify(b) or bool(entity_of.get(slugify(a), set()) & entity_of.get(slugify(b), set()))

    counts: dict[str, list[int]] = {name: [0, 0, 0] for name in ("shows", "hosts", "guests", "organisations")}
    differences: list[str] = []

    def count(measure: str, right: int, found: int, labelled: int) -> None:
        for position, value in enumerate((right, found, labelled)):
            counts[measure][position] += value

    for entry in gold:
        copy_id = lines.get(entry["line"], "")
        shows = (
            copy_shows.filter((pl.col("copy_id") == copy_id) & pl.col("is_primary"))
            .select("show_id", "show_name")
            .rows()
        )
        show_id, show = shows[0] if shows else (None, None)
        of_copy = evidence.filter(pl.col("copy_id") == copy_id)
        roles = roles_of(of_copy, show_id)
        organisations = affiliations_of(of_copy)
        is_right = bool(show and entry["show"] and same_name(show, entry["show"]))
        count("shows", is_right, show is not None, entry["show"] is not None)
        if (show or entry["show"]) and not is_right:
            differences.append(f"line {entry['line']}: show {show!r}, labelled {entry['show']!r}")
        guests = [guest["name"] for guest in entry["guests"]]
        for measure, role, labelled in (("hosts", "host", entry["hosts"]), ("guests", "guest", guests)):
            found = [name for name, of_name in roles.items() if of_name == role]
            right = _matches(found, labelled)
            count(measure, right, len(found), len(labelled))
            extra = [name for name in found if not any(same_person(name, one) for one in labelled)]
            missing = [one for one in labelled if not any(same_person(name, one) for name in found)]
            if extra or missing:
                differences.append(f"line {entry['line']}: {measure} not labelled {extra}, not found {missing}")
        for guest in entry["guests"]:
            if not guest["org"]:
                continue
            named = next((orgs for name, orgs in organisations.items() if same_person(name, guest["name"])), [])
            right = bool(named) and (same_organisation(named[0], guest["org"]) or same_name(named[0], guest["org"]))
            count("organisations", right, bool(named), 1)
            if not right:
                differences.append(f"line {entry['line']}: {guest['name']} at {named}, labelled {guest['org']!r}")
    return {name: Score(*values) for name, values in counts.items()}, differences


def _entities_by_name(catalog: Catalog | None) -> dict[str, set[str]]:
    entities: dict[str, set[str]] = defaultdict(set)
    for alias in catalog.aliases if catalog else ():
        if not alias.entity_id.startswith(("person:", "topic:")):
            entities[slugify(alias.alias)].add(alias.entity_id)
    return entities


def read_table(lake: Path, table: str) -> pl.DataFrame:
    """Return a table of the lake. Raises FileNotFoundError where it has no file."""
    files = sorted((lake / table).glob("*.parquet"))
    if not files:
        raise FileNotFoundError(f"no Parquet file of {table} in {lake}")
    return pl.read_parquet(files)


def lines_of(copies: pl.DataFrame, texts: pl.DataFrame, lines: Iterable[int]) -> dict[int, str]:
    """Return the copy that begins on each of `lines`, in the document that holds the most of them."""
    best: dict[int, str] = {}
    wanted = set(lines)
    for document_id, text in texts.select("document_id", "text").iter_rows():
        of_document: dict[int, str] = {}
        line = position = 0
        starts = copies.filter(pl.col("document_id") == document_id).sort("char_start").select("copy_id", "char_start")
        for copy_id, start in starts.iter_rows():
            line += text.count("\n", position, start)
            position = start
            if line in wanted:
                of_document[line] = copy_id
        if len(of_document) > len(best):
            best = of_document
    return best


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the scores, and with `--differences` each disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, required=True, help="labelled entries, one JSON object a line")
    parser.add_argument("--lake", type=Path, required=True, help="folder of the lake's tables")
    parser.add_argument("--catalog", type=Path, default=Path("dbt_project/seeds"), help="folder of the catalogue")
    parser.add_argument("--differences", action="store_true", help="print each disagreement")
    options = parser.parse_args(arguments)
    gold = [json.loads(line) for line in options.gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    copies, texts, shows, evidence = (
        read_table(options.lake, table)
        for table in ("episode_copies", "document_texts", "copy_shows", "appearance_evidence")
    )
    lines = lines_of(copies, texts, [entry["line"] for entry in gold])
    scores, differences = evaluate(gold, lines, shows, evidence, load_catalog(options.catalog))
    print(f"{len(lines)} of {len(gold)} labelled entries are in the lake")
    for measure, score in scores.items():
        print(f"{measure:14} {score}")
    if options.differences:
        print(*differences, sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
