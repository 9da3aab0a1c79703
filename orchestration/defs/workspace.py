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
    """Settings come from the environment of the process that runs the step (`orchestration.settings`)."""

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

    def now(self) -> datetime:
        """Return the present moment, UTC."""
        return datetime.now(UTC)
