"""Runs the real build, `python -m orchestration build`, and tells its stages apart.

When each step began and ended, and how many rows it made, is read from what Dagster keeps of the run; processors and
memory are those that were seen from outside between these two times. So what is measured is what people run.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from orchestration.__main__ import use_instance_of
from orchestration.benchmarks.watching import Watched, python, watch
from orchestration.settings import Settings, load_settings

START, BETWEEN = "start", "between"
FAILED = "ended by an error"
NAMES = {
    START: "start: Python, dbt's manifest, imports",
    BETWEEN: "Dagster between steps, summary, end",
    "lake__mentions_proof": "proof",
    "lake__alias_proposals_proof": "proof of examples",
    "models": "dbt models and tests",
    "warehouse__release": "publish, dashboards",
}
_TIMES = re.compile(r"^Time: (.*)$", re.MULTILINE)
# What the build itself says that libraries took, and not what it does with them.
_OF_LIBRARIES = ("import", "Dagster itself")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a run. rows: of all tables that it made. computed, kept: copies, where it tells.

    is_kept: whether it found all of its tables as they should be; None where it does not tell.
    """

    name: str
    start_s: float
    end_s: float
    rows: int | None = None
    computed: int | None = None
    kept: int | None = None
    is_kept: bool | None = None


@dataclass(frozen=True, slots=True)
class Build:
    """A run of the whole. said: the times that it prints of itself, in seconds."""

    watched: Watched
    steps: list[Step]
    said: dict[str, float] = field(default_factory=dict)

    @property
    def ours_s(self) -> float:
        """Wall time without starting Python, importing libraries, and Dagster's own work around the steps."""
        return self.said.get("all", 0.0) - sum(self.said.get(name, 0.0) for name in _OF_LIBRARIES)


def settings_of(raw: Path, warehouse: Path, processes: int) -> Settings:
    """Return the settings of a build of `raw` in `warehouse`."""
    return load_settings(environment(raw, warehouse, processes))


def environment(raw: Path, warehouse: Path, processes: int) -> dict[str, str]:
    """Return the variables that a build takes its settings from."""
    return {
        "PODCAST_RAW": str(raw),
        "PODCAST_WAREHOUSE": str(warehouse),
        "PODCAST_PROCESSES": str(processes),
        "DAGSTER_DBT_PARSE_PROJECT_ON_LOAD": "0",
        "DO_NOT_TRACK": "1",
    }


def build(
    raw: Path,
    warehouse: Path,
    processes: int,
    limit_s: float = float("inf"),
    limit_bytes: float = float("inf"),
    *,
    keeps_failure: bool = False,
) -> Build:
    """Build `raw` in `warehouse` and return how it went. Raises RuntimeError where it fails of itself.

    keeps_failure: return what was measured up to then instead, as of one that was stopped: `FAILED`.
    """
    watched = watch(
        python("-m", "orchestration", "build"),
        environment(raw, warehouse, processes),
        limit_s=limit_s,
        limit_bytes=limit_bytes,
    )
    if watched.exit_code and not watched.stopped and keeps_failure:
        watched = replace(watched, stopped=FAILED)
    elif watched.exit_code and not watched.stopped:
        raise RuntimeError(f"the build of {raw} failed; what it said stands above")
    return Build(watched, steps_of_last_run(settings_of(raw, warehouse, processes)), times_said(watched.output))


def times_said(output: str) -> dict[str, float]:
    """Return the times that a build prints of itself, in seconds by name; empty where it printed none."""
    found = _TIMES.search(output)
    parts = [part.rsplit(" ", 2) for part in found[1].split(", ")] if found else []
    return {name: float(seconds) for name, seconds, _ in parts}


def steps_of_last_run(settings: Settings) -> list[Step]:
    """Return the steps of the newest run in the order of time, also where it was cut short."""
    use_instance_of(settings)
    import dagster as dg

    rows: dict[str, int] = defaultdict(int)
    computed: dict[str, int] = {}
    kept: dict[str, int] = {}
    are_kept: dict[str, list[bool]] = defaultdict(list)
    with dg.DagsterInstance.get() as instance:
        runs = instance.get_runs(limit=1)
        if not runs:
            return []
        for entry in instance.all_logs(runs[0].run_id):
            event = entry.dagster_event
            if event is None or event.step_key is None:
                continue
            if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION:
                counts = _values(event.step_materialization_data.materialization.metadata)
                rows[event.step_key] += counts.get("dagster/row_count") or 0
                if "is_kept" in counts:
                    are_kept[event.step_key].append(bool(counts["is_kept"]))
                # The release says how many rows the models made.
                for step in ("models", event.step_key) if "row_counts" in counts else ():
                    rows[step] = sum(counts["row_counts"].values())
                if "computed_copy_count" in counts:
                    computed[event.step_key] = counts["computed_copy_count"]
                    kept[event.step_key] = counts.get("kept_copy_count", 0)
            elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
                rows[event.step_key] += _values(event.asset_check_evaluation_data.metadata).get("rows", 0)
        stats = instance.get_run_step_stats(runs[0].run_id)
    steps = [
        Step(
            one.step_key,
            one.start_time,
            one.end_time or float("inf"),
            rows[one.step_key] or None,
            computed.get(one.step_key),
            kept.get(one.step_key),
            all(are_kept[one.step_key]) if are_kept[one.step_key] else None,
        )
        for one in stats
        if one.start_time is not None
    ]
    return sorted(steps, key=lambda step: step.start_s)


def _values(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(value, "value", value) for name, value in metadata.items()}


def stage_rows(built: Build, megabytes: float) -> list[dict[str, Any]]:
    """Return the figures of each stage, and of the time before and between them. megabytes: of raw files."""
    watched = built.watched
    ends = [watched.started_s, *(min(step.end_s, watched.ended_s) for step in built.steps)]
    starts = [*(step.start_s for step in built.steps), watched.ended_s]
    first, *gaps = zip(ends, starts, strict=True)
    rows = [_row(START, watched, *first, megabytes)]
    for step, end_s in zip(built.steps, ends[1:], strict=True):
        row = _row(step.name, watched, step.start_s, end_s, megabytes, step.rows)
        rows.append(row | {"is_whole": step.end_s == end_s, "is_kept": step.is_kept})
    seconds = sum(end_s - start_s for start_s, end_s in gaps)
    cpu_s = sum(watched.cpu_between(*gap) for gap in gaps)
    peak_bytes = max((watched.peak_between(*gap) for gap in gaps), default=0)
    rows.append(stage_figures(BETWEEN, seconds, cpu_s, peak_bytes, watched.seconds, megabytes))
    return rows


def _row(
    name: str, watched: Watched, start_s: float, end_s: float, megabytes: float, rows: int | None = None
) -> dict[str, Any]:
    return stage_figures(
        name,
        end_s - start_s,
        watched.cpu_between(start_s, end_s),
        watched.peak_between(start_s, end_s),
        watched.seconds,
        megabytes,
        rows,
    )


def stage_figures(
    name: str, seconds: float, cpu_s: float, peak_bytes: float, all_s: float, megabytes: float, rows: int | None = None
) -> dict[str, Any]:
    """Return the figures of a stage. all_s: wall time of the whole build; megabytes: of raw files."""
    return {
        "stage": name,
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu_s, 3),
        "cores": round(cpu_s / seconds, 2) if seconds else None,
        "mb_per_s": round(megabytes / seconds, 2) if seconds else None,
        "rows": rows,
        "rows_per_s": round(rows / seconds) if rows and seconds else None,
        "peak_mb": round(peak_bytes / 1e6),
        "share": round(seconds / all_s, 4),
    }
