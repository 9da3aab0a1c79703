"""Guard rails: a release that lost much of what the one before had is refused, unless somebody said that it may."""

from __future__ import annotations

import duckdb

from orchestration.releases import Release, ReleaseRefusedError

KEY_TABLES = ("episodes", "speaker_turns", "mentions", "episode_copies", "guests")
# Below this many rows (episodes, for coverage) a fall says nothing: two episodes that become one are half of them.
MIN_ROWS = 20
MAX_COVERAGE_FALL = 0.10
_COVERAGE = {"transcript": "has_transcript", "speakers": "has_speakers", "times": "has_timestamps"}


def coverage_of(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Return the shares of episodes with a transcript, speakers and times; empty where there are no episodes."""
    columns = {row[0] for row in connection.execute("select column_name from (describe episodes)").fetchall()}
    asked = {name: column for name, column in _COVERAGE.items() if column in columns}
    if not asked:
        return {}
    shares = connection.execute(f"select {', '.join(f'avg({column}::int)' for column in asked.values())} from episodes")
    row = shares.fetchone() or ()
    return {name: share for name, share in zip(asked, row, strict=True) if share is not None}


def check_falls(served: Release, row_counts: dict[str, int], coverage: dict[str, float], max_fall: float) -> None:
    """Compare a new release with the one that is served.

    max_fall: share of the rows of a key table that may go. Raises ReleaseRefusedError, naming all that fell.
    """
    falls = []
    for table in KEY_TABLES:
        had, has = served.row_counts.get(table, 0), row_counts.get(table, 0)
        if had >= MIN_ROWS and has < had * (1 - max_fall):
            falls.append(f"{table} fell from {had:,} to {has:,} rows (-{1 - has / had:.0%})")
    if served.row_counts.get("episodes", 0) >= MIN_ROWS:
        for name, before in served.coverage.items():
            after = coverage.get(name, 0.0)
            if before - after > MAX_COVERAGE_FALL + 1e-9:
                falls.append(f"episodes with {name} fell from {before:.0%} to {after:.0%}")
    if falls:
        raise ReleaseRefusedError(
            f"{'; '.join(falls)}. More than {max_fall:.0%} of the rows of a key table (PODCAST_MAX_FALL), or more than "
            f"{MAX_COVERAGE_FALL:.0%} of the episodes, are not given up unasked. If this is right, let it through: "
            "`make warehouse ACCEPT_FALL=1`, `python -m orchestration build --accept-fall`, or in the Dagster UI "
            "`accept_fall: true` in the configuration of the resource `workspace`"
        )
