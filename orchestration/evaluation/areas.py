"""All that can be measured of a lake, area by area, and why something was not."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.evaluation import alignment, episodes, hidden, identity, mentions, paid, speakers, topics
from orchestration.evaluation.figures import Figure
from orchestration.evaluation.gold import read_lake
from orchestration.evaluation.labels import Labels
from orchestration.evaluation.sources import read_tables, sources_of_files
from orchestration.settings import PROJECT_ROOT

Tables = dict[str, pl.DataFrame]


@dataclass(slots=True)
class Measured:
    """The figures of all areas.

    mentions: the mentions in full, with strata and strict spans; None without labels. left_out: what was not measured,
    and why. differences: a line for each disagreement about shows and people.
    """

    figures: list[Figure] = field(default_factory=list)
    mentions: dict[str, Any] | None = None
    left_out: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)


def measure_all(
    lake: Path,
    catalog: Catalog,
    labels: Labels,
    rules: Path | None = None,
    dbt_project: Path = PROJECT_ROOT / "dbt_project",
    catalog_folder: Path = PROJECT_ROOT / "dbt_project" / "seeds",
    on_progress: Callable[[str], None] = lambda line: None,
) -> Measured:
    """Measure everything for which there are labels, or documents that state the truth themselves.

    rules: where to write the measured precision of each rule of mentions. catalog_folder: where the taxonomy is. Raises
    GoldError or FileNotFoundError where labels or lake cannot be read.
    """
    tables = read_tables(lake)
    measured = Measured()
    tell = measured.differences.append
    runs: list[tuple[str, Callable[[], list[Figure]] | None]] = [
        ("mentions", partial(_mentions, measured, tables, lake, catalog, labels, rules) if labels.mentions else None),
        (
            "shows and people by labels",
            partial(episodes.measure, labels.episodes, tables, catalog, dbt_project, tell) if labels.episodes else None,
        ),
        ("shows and people by what documents state", partial(hidden.measure, tables, catalog, dbt_project, tell)),
        (
            "identity by labels",
            partial(identity.measure, tables, labels.same_recording, on_difference=tell)
            if labels.same_recording
            else None,
        ),
        ("identity by constructed pairs", partial(identity.measure, tables, None, True, tell)),
        ("alignment by pairs made of one copy", partial(alignment.measure, tables)),
        ("speakers by hidden speaker labels", partial(speakers.measure, tables, catalog)),
        ("paid speech", partial(paid.measure, labels.paid, lake, measured.left_out.append) if labels.paid else None),
        (
            "topics",
            partial(topics.measure, labels.topics, labels.topic_map, lake, catalog_folder)
            if labels.topics and labels.topic_map
            else None,
        ),
    ]
    for area, measure in runs:
        if measure is None:
            lacks_map = area == "topics" and labels.topics is not None
            lacking = "labels, but not what they mean (TOPIC_MAP=<file>)" if lacks_map else "no labels given"
            measured.left_out.append(f"{area}: {lacking}")
            continue
        started = time.perf_counter()
        figures = measure()
        on_progress(f"measured {area} in {time.perf_counter() - started:.1f} s")
        if not figures:
            measured.left_out.append(f"{area}: the documents have nothing to measure it on")
        measured.figures.extend(figures)
    return measured


def _mentions(
    measured: Measured, tables: Tables, lake: Path, catalog: Catalog, labels: Labels, rules: Path | None
) -> list[Figure]:
    if labels.mentions is None:
        return []
    measured.mentions = mentions.measure(labels.mentions, read_lake(lake), catalog, labels.ambiguous, rules)
    if labels.ambiguous is None:
        measured.left_out.append("ordinary words that are also names: no labels given")
    return mentions.as_figures(measured.mentions, sources_of_files(tables))
