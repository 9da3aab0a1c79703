"""The one resource: where things are, and the catalogue, read when a step asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Self

import dagster as dg

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.checked import checked_catalog
from orchestration.io.lake import Lake
from orchestration.run_lock import is_held_by_parent, run_lock
from orchestration.settings import Settings, load_settings
from orchestration.workers import end_with_parent


class Workspace(dg.ConfigurableResource):
    """Settings come from the environment of the process that runs the step (`orchestration.settings`).

    accept_fall: publish this time even where much of what the served release has is gone.
    """

    accept_fall: bool = False

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:
        """Hold the warehouse folder from the first step of a run to its last, unless the process of the run does."""
        what = f"run {context.run.run_id}" if context.run else "a run"
        if is_held_by_parent(self.settings()):
            # With the process of the run, the lock falls: no step of it may go on then.
            end_with_parent()
            yield self
            return
        with run_lock(self.settings(), what, self.now(), context.log.info if context.log else print):
            yield self

    def settings(self) -> Settings:
        """Return paths and options."""
        return load_settings()

    def lake(self) -> Lake:
        """Return the lake."""
        return Lake(self.settings().lake)

    def catalog(self) -> Catalog:
        """Return the catalogue, checked as is the watchlist. Raises CatalogError with file, line and remedy."""
        return checked_catalog(self.settings().catalog)

    def seconds_of(self, context: dg.AssetExecutionContext) -> float | None:
        """Return how long the run of `context` has been at work, where the instance knows."""
        record = context.instance.get_run_record_by_id(context.run.run_id)
        return self.now().timestamp() - record.start_time if record and record.start_time else None

    def now(self) -> datetime:
        """Return the present moment, UTC."""
        return datetime.now(UTC)
