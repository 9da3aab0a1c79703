"""The one resource: where things are, and the catalogue, read when a step asks for them."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.load import load_catalog
from orchestration.catalog.watchlist import load_watchlist
from orchestration.io.lake import Lake
from orchestration.settings import Settings, load_settings


class Workspace(dg.ConfigurableResource):
    """Settings come from the environment of the process that runs the step (`orchestration.settings`).

    accept_fall: publish this time even where much of what the served release has is gone.
    """

    accept_fall: bool = False

    def settings(self) -> Settings:
        """Return paths and options."""
        return load_settings()

    def lake(self) -> Lake:
        """Return the lake."""
        return Lake(self.settings().lake)

    def catalog(self) -> Catalog:
        """Return the catalogue, checked as is the watchlist. Raises CatalogError with file, line and remedy."""
        folder = self.settings().catalog
        catalog = load_catalog(folder)
        # Read at the release, which comes last; a mistake in it stops the run before any work.
        load_watchlist(folder, catalog)
        return catalog

    def seconds_of(self, context: dg.AssetExecutionContext) -> float | None:
        """Return how long the run of `context` has been at work, where the instance knows."""
        record = context.instance.get_run_record_by_id(context.run.run_id)
        return self.now().timestamp() - record.start_time if record and record.start_time else None

    def now(self) -> datetime:
        """Return the present moment, UTC."""
        return datetime.now(UTC)
