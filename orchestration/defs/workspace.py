"""The one resource: where things are, and the catalogue, read when a step asks for them."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.load import load_catalog
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
        """Return the checked catalogue. Raises CatalogError with file, line and remedy."""
        return load_catalog(self.settings().catalog)

    def now(self) -> datetime:
        """Return the present moment, UTC."""
        return datetime.now(UTC)
