"""What a person reads at the end of a run."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.settings import PROJECT_ROOT, Settings

_MAX_REJECTS = 12
_COUNTS = (
    ("episodes", "select count(*) from episodes"),
    ("copies of them", "select count(*) from episode_copies"),
    ("speaker turns", "select count(*) from speaker_turns"),
    ("mentions", "select count(*) from mentions where field <> 'speaker_label'"),
    ("guests", "select count(*) from guests"),
    ("companies mentioned", "select count(*) from companies where mention_count > 0"),
)
_QUERIES = (
    "select name, mention_count, episode_count from companies order by mention_count desc limit 10",
    "select name, episode_count, show_count, affiliations from guests order by episode_count desc, name limit 10",
)


@dataclass(frozen=True, slots=True)
class Timing:
    """Where the wall time went. Seconds."""

    name: str
    seconds: float


def summarise(settings: Settings, timings: list[Timing]) -> str:
    """Return the summary of what is published: counts, rejects, times, where it is, and what to try."""
    with duckdb.connect(str(settings.database.resolve()), read_only=True) as connection:
        counts = [(name, _number(connection, query)) for name, query in _COUNTS]
        rejects = connection.execute(
            "select path, locator, reason, remedy from rejects order by path, locator"
        ).fetchall()
        release_id = connection.execute("select max(release_id) from pipeline_runs").fetchone()
    database = shown_path(settings.database)
    lines = ["", f"Release {release_id[0] if release_id else '?'}", ""]
    lines += [f"  {count:>9,}  {name}" for name, count in counts]
    lines += ["", *_reject_lines(rejects)]
    if counts[0][1] == 0:
        raw = shown_path(settings.raw)
        lines += ["", f"There is nothing to see yet: put transcripts into {raw} and run `make warehouse` again."]
    lines += ["", "Time: " + ", ".join(f"{timing.name} {timing.seconds:.1f} s" for timing in timings)]
    lines += ["", f"The warehouse is {database} (open it read-only). Try:", ""]
    elsewhere = settings.warehouse != PROJECT_ROOT / "warehouse"
    command = f"PODCAST_WAREHOUSE={shlex.quote(str(settings.warehouse))} " if elsewhere else ""
    command += ".venv/bin/python -m orchestration query"
    lines += [f'  {command} "{query}"' for query in _QUERIES]
    return "\n".join(lines)


def shown_path(path: Path) -> str:
    """Return `path` relative to the current folder where it lies below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return row[0] if row else 0


def _reject_lines(rejects: list[tuple[str, str, str, str]]) -> list[str]:
    if not rejects:
        return ["Nothing was rejected."]
    lines = [f"{len(rejects)} rejected, in full in the table `rejects`:"]
    for path, locator, reason, remedy in rejects[:_MAX_REJECTS]:
        place = "" if locator in ("file", "path") else f" ({locator})"
        lines.append(f"  {path}{place}: {reason}. Remedy: {remedy}.")
    if len(rejects) > _MAX_REJECTS:
        lines.append(f"  ... and {len(rejects) - _MAX_REJECTS} more")
    return lines
