"""The catalogue as its files are now, read once by a process for as long as they stay the same."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from orchestration.catalog.catalog import Catalog
from orchestration.catalog.load import load_catalog
from orchestration.catalog.watchlist import load_watchlist


def checked_catalog(folder: Path) -> Catalog:
    """Return the catalogue in `folder`. Raises CatalogError where it or the watchlist beside it has a mistake."""
    files = sorted(folder.glob("*.csv"))
    return _load(folder, tuple((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files))


@lru_cache(maxsize=1)
def _load(folder: Path, stamps: tuple[tuple[str, int, int], ...]) -> Catalog:
    """Read the files. stamps: name, size and time of each as it is now."""
    catalog = load_catalog(folder)
    # Read at the release, which comes last; a mistake in it stops the run before any work.
    load_watchlist(folder, catalog)
    return catalog
