"""Precision and recall of shows, hosts, guests and guests' organisations, as they are published, against labels.

    python -m orchestration.evaluation.episodes --gold FILE --lake FOLDER [--catalog FOLDER] [--differences]

The labels are either lines of JSON, one for each entry of a page (`line` of the entry, from 0; `show`, `hosts`,
`guests` with `name` and `org`), or a JSON object with `episodes` (`show`, `hosts`, `guests` with `name` and
`organisation`,
`documents` with `path`, `copy_index` and `show`). What is judged are the tables that the SQL of the warehouse makes of
the lake: the show of the copy, the role that this show gives each person, the first affiliation of each guest.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.load import load_catalog
from orchestration.evaluation.figures import Figure
from orchestration.evaluation.gold import GoldError
from orchestration.evaluation.names import Aliases, same_organisation, same_person
from orchestration.evaluation.report import table
from orchestration.evaluation.sources import read_tables, sources_of
from orchestration.evaluation.tally import ALL, Tally
from orchestration.evaluation.warehouse_sql import WarehouseModels
from orchestration.settings import PROJECT_ROOT

_ROLES = {"hosts": ("host", "co_host"), "guests": ("guest",)}


@dataclass(frozen=True, slots=True)
class LabelledEntry:
    """What is labelled of one copy: its show, and who is host or guest on that show.

    copy_id: None where the lake has no such copy, so that nothing of it is found. guests: name and organisation.
    """

    place: str
    copy_id: str | None
    show: str | None
    hosts: tuple[str, ...]
    guests: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What the warehouse says of the copies that are judged."""

    episode_and_show: dict[str, tuple[str, str | None, str | None, str | None]]
    """Of each copy its episode, the id and name of its show, and the rule that found the show."""
    primary_show: dict[str, tuple[str, str]]
    """Of each episode, the id and name of its primary show."""
    roles: dict[tuple[str, str | None], dict[str, str]]
    """Of each episode and show, the role by person; show None: the role on the primary show."""
    evidence: dict[tuple[str, str], dict[str, set[tuple[str, str | None]]]]
    """Of each episode and kind of evidence, by person: the roles, each with the show on which it holds."""
    names: dict[str, str]
    affiliations: dict[str, list[str]]


def measure(
    gold: Path,
    tables: Mapping[str, pl.DataFrame],
    catalog: Catalog | None = None,
    dbt_project: Path = PROJECT_ROOT / "dbt_project",
    on_difference: Callable[[str], None] = lambda line: None,
) -> list[Figure]:
    """Return the figures of the labels in `gold`, by source and by rule: of a show its own, else the kind of evidence.

    tables: those of a lake. catalog: with it, a show or an organisation may be labelled by any of its names.
    on_difference: called with a line for each disagreement. Raises GoldError where the labels cannot be read.
    """
    entries = read_entries(gold, tables)
    return compare(entries, published(tables, dbt_project), sources_of(tables), Aliases(catalog), on_difference)


def published(tables: Mapping[str, pl.DataFrame], dbt_project: Path) -> Published:
    """Run the SQL of the warehouse on the tables of a lake."""
    with WarehouseModels(dbt_project, tables) as models:
        copies, shows = models.read("int_copies"), models.read("stg_copy_shows").filter("is_primary")
        appearances, on_shows = models.read("appearances"), models.read("appearance_roles")
        people, guests = models.read("int_people"), models.read("guests")
        evidence = models.read("appearance_evidence")
        primary = models.read("int_episode_shows").filter("is_primary").join(models.read("int_shows"), on="show_id")
    columns = ("episode_id", "show_id", "show_name", "rule")
    joined = copies.drop("show_name").join(shows.select("copy_id", "show_name", "rule"), on="copy_id", how="left")
    roles: dict[tuple[str, str | None], dict[str, str]] = defaultdict(dict)
    keys = appearances.select("appearance_id", "episode_id", "person_id", "role")
    for episode_id, person_id, role in keys.select("episode_id", "person_id", "role").iter_rows():
        roles[episode_id, None][person_id] = role
    by_show = on_shows.select("appearance_id", "show_id", "role").join(keys.drop("role"), on="appearance_id")
    for episode_id, show_id, person_id, role in by_show.select(
        "episode_id", "show_id", "person_id", "role"
    ).iter_rows():
        roles[episode_id, show_id][person_id] = role
    reasons: dict[tuple[str, str], dict[str, set[tuple[str, str | None]]]] = defaultdict(lambda: defaultdict(set))
    for row in evidence.select("episode_id", "kind", "person_id", "role", "show_id").iter_rows():
        reasons[row[0], row[1]][row[2]].add((row[3], row[4]))
    return Published(
        {row[0]: row[1:] for row in joined.select("copy_id", *columns).iter_rows()},
        {row[0]: (row[1], row[2]) for row in primary.select("episode_id", "show_id", "name").iter_rows()},
        roles,
        reasons,
        dict(people.select("person_id", "name").iter_rows()),
        dict(guests.select("person_id", "affiliations").iter_rows()),
    )


def compare(
    entries: Sequence[LabelledEntry],
    found: Published,
    sources: Mapping[str, str],
    aliases: Aliases,
    on_difference: Callable[[str], None] = lambda line: None,
) -> list[Figure]:
    """Return the figures of labelled entries against what the warehouse says of them."""
    people, shows = Tally("people"), Tally("shows")
    kinds = sorted({kind for _, kind in found.evidence})
    for entry in entries:
        source = sources.get(entry.copy_id or "", "not in the lake")
        episode, show_id, show, rule = found.episode_and_show.get(entry.copy_id or "", ("", None, None, None))
        if show is None:
            # What the copy itself does not tell, the others of its episode may.
            show_id, show = found.primary_show.get(episode, (None, None))
        is_right = bool(show and entry.show and aliases.are_same(show, entry.show))
        for of_rule in (ALL, rule) if rule else (ALL,):
            shows.add(source, of_rule, "shows_precision", is_right, show is not None)
            shows.add(source, of_rule, "shows_recall", is_right, entry.show is not None)
        if (show or entry.show) and not is_right:
            on_difference(f"{entry.place}: show {show!r}, labelled {entry.show!r}")
        roles = found.roles.get((episode, show_id)) or found.roles.get((episode, None), {})
        labelled = {"hosts": entry.hosts, "guests": [name for name, _ in entry.guests]}
        for group, wanted in _ROLES.items():
            named = sorted(found.names[person] for person, role in roles.items() if role in wanted)
            wrong, missing = people.add_people(source, ALL, group, named, labelled[group])
            if wrong or missing:
                on_difference(f"{entry.place}: {group} not labelled {wrong}, not found {missing}")
            for kind in kinds:
                told = found.evidence.get((episode, kind), {})
                named = sorted(
                    found.names[p] for p, of_person in told.items() if _speaks_for(of_person, wanted, show_id)
                )
                people.add_people(source, kind, group, named, labelled[group])
        for name, organisation in entry.guests:
            if organisation:
                person = next((p for p in roles if same_person(found.names[p], name)), None)
                at = found.affiliations.get(person or "", [])
                # The list is ordered by support: who takes one takes the first, and only that one is judged.
                is_right = any(
                    same_organisation(one, organisation) or aliases.are_same(one, organisation) for one in at[:1]
                )
                people.add(source, ALL, "organisations_precision", is_right, bool(at))
                people.add(source, ALL, "organisations_recall", is_right, 1)
                if not is_right:
                    on_difference(f"{entry.place}: {name} at {at}, labelled {organisation!r}")
    return [*shows.figures(), *people.figures()]


def _speaks_for(reasons: Iterable[tuple[str, str | None]], wanted: Sequence[str], show_id: str | None) -> bool:
    return any(role in wanted and (show is None or show_id is None or show == show_id) for role, show in reasons)


def read_entries(gold: Path, tables: Mapping[str, pl.DataFrame]) -> list[LabelledEntry]:
    """Return the labelled entries with their copies in the lake. Raises GoldError where they cannot be read."""
    try:
        text = gold.read_text(encoding="utf-8")
        if gold.suffix != ".json":
            return _entries_by_line([json.loads(line) for line in text.splitlines() if line.strip()], tables)
        return list(_entries_by_path(json.loads(text)["episodes"], tables))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GoldError(f"{gold} cannot be read as labels of episodes: {error!r}") from error


def _entries_by_line(rows: list[dict[str, Any]], tables: Mapping[str, pl.DataFrame]) -> list[LabelledEntry]:
    lines = lines_of(tables["episode_copies"], tables["document_texts"], [row["line"] for row in rows])
    return [
        LabelledEntry(
            f"line {row['line']}",
            lines.get(row["line"]),
            row["show"],
            tuple(row["hosts"]),
            tuple((guest["name"], guest.get("org")) for guest in row["guests"]),
        )
        for row in rows
    ]


def _entries_by_path(rows: list[dict[str, Any]], tables: Mapping[str, pl.DataFrame]) -> Iterable[LabelledEntry]:
    """Yield an entry for each telling in the feed of the episode's own show, on which the labelled roles hold."""
    paths = tables["documents"].select("document_id", pl.col("paths")).explode("paths")
    copies = tables["episode_copies"].select("copy_id", "document_id", "copy_index").join(paths, on="document_id")
    places = {(path, index): copy for copy, _, index, path in copies.iter_rows()}
    for row in rows:
        for document in row["documents"]:
            if document["show"] == row["show"]:
                path = document["path"].removeprefix("raw/")
                yield LabelledEntry(
                    f"{path} #{document['copy_index']}",
                    places.get((path, document["copy_index"])),
                    row["show"],
                    tuple(row["hosts"]),
                    tuple((guest["name"], guest.get("organisation")) for guest in row["guests"]),
                )


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
    """Print the figures, and with `--differences` each disagreement."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.evaluation.episodes", description=__doc__)
    parser.add_argument("--gold", type=Path, required=True, help="labelled entries, JSON")
    parser.add_argument("--lake", type=Path, required=True, help="folder of the lake's tables")
    parser.add_argument("--catalog", type=Path, default=PROJECT_ROOT / "dbt_project" / "seeds")
    parser.add_argument("--differences", action="store_true", help="print each disagreement")
    options = parser.parse_args(arguments)
    lines: list[str] = []
    catalog = load_catalog(options.catalog)
    print(table(measure(options.gold, read_tables(options.lake), catalog, on_difference=lines.append)))
    if options.differences:
        print(*lines, sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
