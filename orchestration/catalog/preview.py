"""What an edit of the catalogue would change, before it is merged.

    python -m orchestration.catalog.preview --lake warehouse/lake [--catalog edited] [--current dbt_project/seeds]

Compares the mentions of a lake under the current catalogue with those under an edited one: which appeared, which
vanished, which mean another entity now, each with its sentence. By default the edited catalogue is the one in the
working tree and the current one that of the last commit, so that one edits the files, looks, and commits what looks
right. The lint's advice on the new aliases stands below.

Belongs here: the comparison. Keep out: finding mentions (transforms/mentions.py), which is run as it is, on the
episodes alone that a changed alias could touch.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from ahocorasick_rs import AhoCorasick, Implementation

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.lint import Risk, risky_aliases
from orchestration.catalog.load import HEADERS, CatalogError, load_catalog
from orchestration.characters import harmless
from orchestration.increments import CATALOG
from orchestration.io.lake import Lake
from orchestration.pipeline import STAGES
from orchestration.settings import PROJECT_ROOT
from orchestration.transforms.letters import fold

_PLACE = ["document_id", "copy_id", "char_start", "char_end"]
_SHOWN = [*_PLACE, "surface", "entity_id", "match_rule", "context"]
# Tables of the mention stage that name no copy are passed whole.
_COPY = "copy_id"


@dataclass(frozen=True, slots=True)
class Change:
    """The mentions that differ, with the columns of _SHOWN; `relinked` has `entity_id_before` as well.

    risks: the lint's advice on aliases that the current catalogue does not have.
    """

    appeared: pl.DataFrame
    vanished: pl.DataFrame
    relinked: pl.DataFrame
    risks: list[Risk]
    copy_count: int


def changed_names(current: Catalog, edited: Catalog) -> set[str]:
    """Return, folded, the names whose lines differ: aliases, and the names of entities that came, went or changed."""
    aliases = set(current.aliases) ^ set(edited.aliases)
    entities = {
        entity
        for one, other in ((current, edited), (edited, current))
        for entity_id, entity in one.entities.items()
        if other.entities.get(entity_id) != entity
    }
    touched = {entity.entity_id for entity in entities}
    names = {fold(alias.alias) for alias in aliases} | {fold(entity.name) for entity in entities}
    return names | {
        fold(alias.alias) for catalog in (current, edited) for alias in catalog.aliases if alias.entity_id in touched
    }


def preview(lake: Lake, current: Catalog, edited: Catalog) -> Change:
    """Return what `edited` would change in the mentions of `lake`. Nothing is written."""
    stage = next(stage for stage in STAGES if stage.table == "mentions")
    tables = {name: lake.read(name) for name in stage.inputs if name != CATALOG}
    copies = _affected_copies(tables, changed_names(current, edited))
    narrowed = {
        name: frame.filter(pl.col(_COPY).is_in(copies)) if _COPY in frame.columns else frame
        for name, frame in tables.items()
    }
    before, after = (
        stage.compute(*(catalog if name == CATALOG else narrowed[name] for name in stage.inputs)).select(_SHOWN)
        for catalog in (current, edited)
    )
    both = before.join(after, on=_PLACE, suffix="_after")
    relinked = both.filter(pl.col("entity_id") != pl.col("entity_id_after")).select(
        *_PLACE,
        "surface",
        pl.col("entity_id").alias("entity_id_before"),
        pl.col("entity_id_after").alias("entity_id"),
        pl.col("match_rule_after").alias("match_rule"),
        "context",
    )
    known = set(current.aliases)
    return Change(
        appeared=after.join(before, on=_PLACE, how="anti").sort(_PLACE),
        vanished=before.join(after, on=_PLACE, how="anti").sort(_PLACE),
        relinked=relinked.sort([*_PLACE, "entity_id"]),
        risks=[risk for risk in risky_aliases(edited) if risk.alias not in known],
        copy_count=len(copies),
    )


def _affected_copies(tables: dict[str, pl.DataFrame], names: set[str]) -> list[str]:
    """Return the copies of all episodes in one of whose texts a changed name stands, in any letter case."""
    names.discard("")
    if not names:
        return []
    automaton = AhoCorasick(sorted(names), implementation=Implementation.ContiguousNFA)
    texts = pl.concat(
        [
            tables["speaker_turns"].select(_COPY, "text"),
            tables["passages"].select(_COPY, "text"),
            tables["chapters"].select(_COPY, pl.col("title").alias("text")),
        ]
    )
    touched = {copy_id for copy_id, text in texts.iter_rows() if automaton.find_matches_as_indexes(fold(text))}
    # An ordinary word counts by what its episode names elsewhere: an episode is read whole.
    of = tables["copy_episodes"]
    episodes = of.filter(pl.col(_COPY).is_in(list(touched)))["episode_id"].unique().to_list()
    return sorted(touched | set(of.filter(pl.col("episode_id").is_in(episodes))[_COPY]))


def render(change: Change, limit: int) -> str:
    """Return the change as text, at most `limit` mentions of each sort."""
    lines = [f"{change.copy_count} copies hold a name that was edited"]
    for title, frame in (
        ("appear", change.appeared),
        ("vanish", change.vanished),
        ("mean another entity", change.relinked),
    ):
        lines += ["", f"{frame.height} mentions {title}"]
        counts = frame.group_by("surface", "entity_id").len().sort("len", "surface", descending=[True, False])
        lines += [
            f"  {count:5} {surface} = {entity_id}" for surface, entity_id, count in counts.head(limit).iter_rows()
        ]
        for row in frame.head(limit).iter_rows(named=True):
            before = f"{row['entity_id_before']} -> " if "entity_id_before" in row else ""
            place = f"{row['document_id'][:12]}:{row['char_start']}-{row['char_end']}"
            lines.append(f"  {place} {row['surface']} = {before}{row['entity_id']} ({row['match_rule']})")
            lines.append(f"      {row['context']}")
    lines += ["", f"{len(change.risks)} new aliases are risky"]
    lines += [f"  {risk.alias.alias} of {risk.alias.entity_id}: {risk.reason}" for risk in change.risks]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return 1 where a catalogue cannot be used or a new alias is risky, else 0."""
    seeds = PROJECT_ROOT / "dbt_project" / "seeds"
    parser = argparse.ArgumentParser(prog="python -m orchestration.catalog.preview", description=__doc__)
    parser.add_argument("--lake", type=Path, required=True, help="a built lake: warehouse/lake")
    parser.add_argument("--catalog", type=Path, default=seeds, help="folder of the edited catalogue (%(default)s)")
    parser.add_argument("--current", type=Path, help="folder of the catalogue as it is (the last commit's)")
    parser.add_argument("--limit", type=int, default=20, help="how many mentions of each sort to show (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        edited = load_catalog(options.catalog)
        current = load_catalog(options.current) if options.current else _committed(seeds)
    except (CatalogError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    change = preview(Lake(options.lake), current, edited)
    print(harmless(render(change, options.limit)))
    return 1 if change.risks else 0


def _committed(seeds: Path) -> Catalog:
    """Return the catalogue of the last commit. Raises OSError where git has none."""
    with tempfile.TemporaryDirectory() as folder:
        for file in HEADERS:
            found = subprocess.run(["git", "show", f"HEAD:./{file}"], cwd=seeds, capture_output=True, check=False)
            if found.returncode:
                raise OSError(f"git has no {file}: name the current catalogue with --current ({found.stderr.decode()})")
            Path(folder, file).write_bytes(found.stdout)
        return load_catalog(Path(folder))


if __name__ == "__main__":
    sys.exit(main())
