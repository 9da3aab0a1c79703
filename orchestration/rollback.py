"""Going back to an earlier release by hand, and staying there until something changes."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from orchestration.history import append_run, next_release_id, prepare_history, read_runs, run_row
from orchestration.releases import (
    Release,
    ReleaseRefusedError,
    check_release,
    current_release,
    read_release,
    serve,
)
from orchestration.settings import Settings


class RollbackError(Exception):
    """The rollback is not possible; what was served goes on being served."""


def roll_back(settings: Settings, target: str | None, now: datetime) -> tuple[Release, Release]:
    """Serve an earlier release again and return what was served until now, and what is served instead.

    target: number of the release; None for the one that was served before the present one was published.
    Every row of the target is read before. Raises RollbackError, with nothing changed, where it cannot be served.
    """
    prepare_history(settings)
    served = current_release(settings)
    if served is None:
        raise RollbackError("nothing is published that could be rolled back")
    kept = _kept(settings)
    wanted = target.zfill(6) if target else _before(settings, served.release_id, kept)
    if wanted == served.release_id:
        raise RollbackError(f"release {wanted} is being served already")
    release = read_release(settings.releases / wanted) if wanted in kept else None
    if wanted is None or release is None:
        what = f"release {wanted}" if wanted else f"no release before {served.release_id}"
        raise RollbackError(f"{what} is {'not ' if wanted else ''}kept; these are: {', '.join(kept)}")
    try:
        check_release(settings, settings.releases / wanted, release.row_counts, is_every_row_read=True)
    except ReleaseRefusedError as error:
        raise RollbackError(
            f"release {wanted} is damaged, {served.release_id} goes on being served: {error}"
        ) from error
    reason = f"by hand, from release {served.release_id} to {wanted}"
    row = run_row(
        settings, next_release_id(settings), now, "rolled_back", reason, release, row_counts=release.row_counts
    )
    append_run(settings, row)
    serve(settings, wanted)
    return served, release


def release_to_keep(settings: Settings, key: str) -> tuple[Release | None, str]:
    """Return the release that goes on being served where a build of `key` would bring nothing new, and why.

    That is the served release where it was built from the same, and also where a later one was that was taken back by
    hand: building it again would undo the rollback. Returns None where there is something new to build.
    """
    served = current_release(settings)
    if served is None:
        return None, "nothing is published yet"
    if served.key == key:
        try:
            # It was searched before it was published, which takes longer than all else of a run without a change.
            check_release(settings, settings.releases / served.release_id, served.row_counts, is_searched=False)
        except ReleaseRefusedError as error:
            return None, f"release {served.release_id} is damaged and made again: {error}"
        return served, f"unchanged: release {served.release_id} has all of it"
    later = read_runs(settings).filter(
        pl.col("status") == "published", pl.col("release_id") > served.release_id, pl.col("release_key") == key
    )
    if later.is_empty():
        return None, f"something changed since release {served.release_id}"
    taken_back = later["release_id"].to_list()[-1]
    return served, (
        f"release {taken_back} was taken back by hand and nothing has changed since: {served.release_id} goes on being "
        f"served. The next change publishes again; `make rollback TO={taken_back}` serves {taken_back} again"
    )


def _kept(settings: Settings) -> list[str]:
    """Return the releases that were once served and are still there; a crash may have left others."""
    published = read_runs(settings).filter(status="published")["release_id"].to_list()
    return [release_id for release_id in published if (settings.releases / release_id).is_dir()]


def _before(settings: Settings, release_id: str, kept: list[str]) -> str | None:
    """Return what was served when `release_id` was published, or the newest release before that which is still kept."""
    earlier = read_runs(settings).filter(
        pl.col("status").is_in(["published", "rolled_back"]), pl.col("release_id") < release_id
    )
    last = earlier.select(pl.coalesce("served_release_id", "release_id")).to_series().to_list()[-1:]
    return max((name for name in kept if last and name <= last[0]), default=None)
