"""Measures people and shows on documents that state them, with exactly that hidden from the extractor.

    python -m orchestration.evaluation.hidden --lake FOLDER [--catalog FOLDER] [--differences]

Front matter, feeds and sidecars state who takes part and which show it is. What they state is taken away, the stages of
the pipeline and the SQL of the warehouse are run on the rest, and what they find is compared with it.

- A list of speakers says who appears, and nothing of roles. A guest or host who is stated has a role.
- Lists leave hosts out at times. Who is not listed, and yet speaks under the full name more than once, is not judged.
- Guests are judged in the episodes that state a guest, hosts in those that state a host. Who appears is judged for
  precision only where the statement is complete: a list of speakers, or hosts and guests both.
- A rule is a kind of evidence: right where somebody for whom it speaks is stated so, whatever was decided in the end.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.load import load_catalog
from orchestration.evaluation.figures import Figure
from orchestration.evaluation.names import same_person, same_show
from orchestration.evaluation.report import table
from orchestration.evaluation.sources import read_tables, sources_of
from orchestration.evaluation.tally import ALL, Tally
from orchestration.evaluation.warehouse_sql import WarehouseModels
from orchestration.increments import CATALOG
from orchestration.pipeline import IN_PARTS, STAGES, Stage
from orchestration.settings import PROJECT_ROOT

Tables = dict[str, pl.DataFrame]
_LAST_STAGE = "appearance_evidence"
_HOST_ROLES = ("host", "co_host")


@dataclass(frozen=True, slots=True)
class StatedEpisode:
    """Who is stated as taking part in an episode, by role (`host`, `guest`, `unknown`), and where."""

    source: str
    people: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    labels: list[str] = field(default_factory=list)
    """Names under which somebody speaks more than once."""

    @property
    def everybody(self) -> list[str]:
        """All who are stated, each once."""
        names: list[str] = []
        for name in (name for role in sorted(self.people) for name in self.people[role]):
            if not any(same_person(name, one) for one in names):
                names.append(name)
        return names

    @property
    def is_complete(self) -> bool:
        """Whether somebody who is not stated does not take part."""
        return "unknown" in self.people or {"host", "guest"} <= set(self.people)


def measure(
    tables: Mapping[str, pl.DataFrame],
    catalog: Catalog,
    dbt_project: Path = PROJECT_ROOT / "dbt_project",
    on_difference: Callable[[str], None] = lambda line: None,
) -> list[Figure]:
    """Return precision and recall of guests, hosts, all who appear, and shows, by source and by rule.

    tables: those of a lake, at least the ones that ingest writes, `copy_words`, `copy_links`, `copy_episodes` and
        `copy_shows`.
    on_difference: called with a line for each disagreement.
    """
    return [
        *_people(dict(tables), catalog, dbt_project, on_difference),
        *_shows(dict(tables), catalog, on_difference),
    ]


def rerun(tables: Tables, changed: Iterable[str], catalog: Catalog, last: str = _LAST_STAGE) -> Tables:
    """Return the tables after the stages up to `last` that depend on the `changed` ones were run again."""
    after, dirty = dict(tables), set(changed)
    for stage in STAGES:
        if dirty & set(stage.inputs):
            after[stage.table] = stage.compute(*(_given(after, stage, name, catalog) for name in stage.inputs))
            dirty.add(stage.table)
        if stage.table == last:
            break
    return after


def stated_episodes(tables: Tables) -> dict[str, StatedEpisode]:
    """Return the people whom the copies of each episode state; only episodes in which somebody is stated."""
    sources, episode_of = sources_of(tables), dict(tables["copy_episodes"].select("copy_id", "episode_id").iter_rows())
    stated: dict[str, StatedEpisode] = {}
    rows = tables["stated_people"].sort("copy_id", "person_index").select("copy_id", "name", "role")
    for copy_id, name, role in rows.iter_rows():
        episode = stated.setdefault(episode_of[copy_id], StatedEpisode(sources[copy_id]))
        if not any(same_person(name, one) for one in episode.people[role]):
            episode.people[role].append(name)
    counts = tables["segments"].filter(pl.col("speaker_label").str.contains(" ")).group_by("copy_id", "speaker_label")
    for copy_id, label in counts.len().filter(pl.col("len") > 1).select("copy_id", "speaker_label").iter_rows():
        if episode_of[copy_id] in stated:
            stated[episode_of[copy_id]].labels.append(label)
    return stated


def _people(tables: Tables, catalog: Catalog, dbt_project: Path, on_difference: Callable[[str], None]) -> list[Figure]:
    truth = stated_episodes(tables)
    if not truth:
        return []
    hidden = rerun(tables | {"stated_people": tables["stated_people"].clear()}, ["stated_people"], catalog)
    with WarehouseModels(dbt_project, hidden) as models:
        names = dict(models.read("int_people").select("person_id", "name").iter_rows())
        roles = models.read("int_appearance_roles").filter(pl.col("is_primary"))
        evidence = models.read("appearance_evidence").select("episode_id", "person_id", "kind", "role").unique()
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for episode_id, person_id, role in roles.select("episode_id", "person_id", "role").iter_rows():
        found[episode_id][names[person_id]] = role
    by_kind: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for episode_id, person_id, kind, role in evidence.iter_rows():
        by_kind[episode_id, kind][names[person_id]].add(role)
    kinds = sorted({kind for _, kind in by_kind})
    titles = _titles(tables)
    tally = Tally("people_hidden")
    for episode_id, episode in sorted(truth.items()):
        told = {name: {role} for name, role in found[episode_id].items()}
        for line in _count(tally, episode, ALL, told):
            on_difference(f"{episode.source}: {titles.get(episode_id)!r}: {line}")
        for kind in kinds:
            _count(tally, episode, kind, by_kind[episode_id, kind])
    return tally.figures()


def _count(tally: Tally, episode: StatedEpisode, rule: str, found: Mapping[str, set[str]]) -> list[str]:
    """Count one episode, and return what disagrees."""
    wanted = {"guests": ("guest",), "hosts": _HOST_ROLES, "people": ("host", "co_host", "guest", "other", "unknown")}
    stated = {"guests": episode.people.get("guest"), "hosts": episode.people.get("host"), "people": episode.everybody}
    lines = []
    for group, labelled in stated.items():
        if not labelled:
            continue
        names = sorted(name for name, roles in found.items() if roles & set(wanted[group]))
        if group == "people":
            names = [n for n in names if _is_any(n, labelled) or not _is_any(n, episode.labels)]
        is_complete = group != "people" or episode.is_complete
        wrong, missing = tally.add_people(episode.source, rule, group, names, labelled, is_complete)
        if wrong or missing:
            lines.append(f"{group}: not stated {wrong}, not found {missing}")
    return lines


def _is_any(name: str, names: Sequence[str]) -> bool:
    return any(same_person(name, one) for one in names)


def _titles(tables: Tables) -> dict[str, str]:
    """Return for each episode the path of one of its documents, to find it by."""
    copies = tables["episode_copies"].join(tables["copy_episodes"], on="copy_id")
    rows = copies.join(tables["documents"].select("document_id", "path"), on="document_id").sort(
        "path", descending=True
    )
    return dict(rows.select("episode_id", "path").iter_rows())


def _shows(tables: Tables, catalog: Catalog, on_difference: Callable[[str], None]) -> list[Figure]:
    copies = tables["episode_copies"]
    # The stated name leads to the catalogue's show, which is what must be found without it.
    known = rerun(tables, ["episode_copies"], catalog, "copy_shows")["copy_shows"]
    stated = known.filter(pl.col("is_primary") & (pl.col("rule") == "stated_name"))
    if stated.is_empty():
        return []
    hidden = copies.with_columns(show_name=pl.lit(None, pl.String))
    shows = _only(tables | {"episode_copies": hidden}, "copy_shows", catalog).filter("is_primary")
    found = {row["copy_id"]: row for row in shows.iter_rows(named=True)}
    sources, tally = sources_of(tables), Tally("shows_hidden")
    rules = sorted({row["rule"] for row in found.values()})
    for copy_id, show_id, name in stated.select("copy_id", "show_id", "show_name").sort("copy_id").iter_rows():
        one = found.get(copy_id)
        is_right = bool(one and (one["show_id"] == show_id or same_show(one["show_name"], name)))
        tally.add(sources[copy_id], ALL, "shows_precision", is_right, one is not None)
        tally.add(sources[copy_id], ALL, "shows_recall", is_right, 1)
        for rule in rules:
            by_rule = one is not None and one["rule"] == rule
            tally.add(sources[copy_id], rule, "shows_precision", is_right and by_rule, by_rule)
            tally.add(sources[copy_id], rule, "shows_recall", is_right and by_rule, 1)
        if not is_right:
            on_difference(f"{sources[copy_id]}: show {one and one['show_name']!r}, stated {name!r}")
    return tally.figures()


def _only(tables: Tables, table: str, catalog: Catalog) -> pl.DataFrame:
    stage = next(stage for stage in STAGES if stage.table == table)
    return stage.compute(*(_given(tables, stage, name, catalog) for name in stage.inputs))


def _given(tables: Tables, stage: Stage, name: str, catalog: Catalog) -> object:
    """Return an input of a stage as the pipeline passes it."""
    if name == CATALOG:
        return catalog
    is_in_parts = stage.shared is None and name in IN_PARTS
    return (lambda columns: [tables[name].select(columns)]) if is_in_parts else tables[name]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures, and with `--differences` each disagreement."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.evaluation.hidden", description=__doc__)
    parser.add_argument("--lake", type=Path, required=True, help="folder of the lake's tables")
    parser.add_argument("--catalog", type=Path, default=PROJECT_ROOT / "dbt_project" / "seeds")
    parser.add_argument("--differences", action="store_true", help="print each disagreement")
    options = parser.parse_args(arguments)
    lines: list[str] = []
    figures = measure(read_tables(options.lake), load_catalog(options.catalog), on_difference=lines.append)
    print(table(figures))
    if options.differences:
        print(*lines, sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
