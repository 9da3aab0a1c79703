"""Reads `watchlist.csv`: the entities and topics that somebody wants to hear of, when, and how."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.load import WATCHLIST, CatalogError, Problems, Row, read_rows

ConditionKind = Literal["any_new_mention", "first_on_show", "momentum_above"]
CHANNELS = ("table", "webhook")

_WATCH_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_MOMENTUM = re.compile(r"momentum_above:(\d{1,6}(?:\.\d{1,6})?)")


@dataclass(frozen=True, slots=True)
class Watch:
    """A line of the watchlist.

    condition: as written. kind: what it asks for. threshold: the ratio of `momentum_above`.
    channel: `table`, or `webhook` for an alert that is also sent.
    """

    watch_id: str
    entity_id: str
    condition: str
    kind: ConditionKind
    threshold: float | None
    channel: str


def load_watchlist(folder: Path, catalog: Catalog) -> tuple[Watch, ...]:
    """Read the watchlist in `folder`; without the file nothing is watched.

    Raises CatalogError, with file, line and remedy of every problem, where anything is wrong.
    """
    problems = Problems()
    try:
        raw = (folder / WATCHLIST).read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise CatalogError([f"{WATCHLIST} line 1: cannot be read ({error.strerror}) -> make it readable"]) from error
    watches: dict[str, Watch] = {}
    first_lines: dict[str, int] = {}
    for row in read_rows(WATCHLIST, raw, problems):
        watch = _watch(row, catalog, problems)
        if watch and watch.watch_id in watches:
            what = f"duplicate watch_id {watch.watch_id}, first on line {first_lines[watch.watch_id]}"
            problems.add(row, what, "give this line an id of its own")
        elif watch:
            watches[watch.watch_id] = watch
            first_lines[watch.watch_id] = row.line
    if problems.messages:
        raise CatalogError(problems.messages)
    return tuple(watches.values())


def _watch(row: Row, catalog: Catalog, problems: Problems) -> Watch | None:
    before = len(problems.messages)
    if not _WATCH_ID.fullmatch(row["watch_id"]):
        remedy = "write lower-case letters and digits, joined by single hyphens or underscores"
        problems.add(row, f"watch_id {row['watch_id']!r} is not of the right form", remedy)
    if row["entity_id"] not in catalog.entities:
        remedy = "use the id of a company, product, person, show or topic of the catalogue, such as topic:ai-agents"
        problems.add(row, f"entity_id names the unknown {row['entity_id']!r}", remedy)
    condition = row["condition"]
    momentum = _MOMENTUM.fullmatch(condition)
    threshold = float(momentum[1]) if momentum else None
    if condition not in ("any_new_mention", "first_on_show") and (threshold is None or math.isclose(threshold, 0)):
        remedy = "use any_new_mention, first_on_show, or momentum_above: and a number above 0, such as momentum_above:2"
        problems.add(row, f"unknown condition {condition!r}", remedy)
    if row["channel"] not in CHANNELS:
        problems.add(row, f"unknown channel {row['channel']!r}", f"use one of {' '.join(CHANNELS)}")
    if len(problems.messages) > before:
        return None
    kind = cast(ConditionKind, condition.partition(":")[0])
    return Watch(row["watch_id"], row["entity_id"], condition, kind, threshold, row["channel"])
