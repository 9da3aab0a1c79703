"""The tables of a lake as measuring reads them, and what each copy's figures are reported under."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import polars as pl

from orchestration.schemas.tables import LAKE_TABLES


def read_tables(lake: Path) -> dict[str, pl.DataFrame]:
    """Return the tables of the lake in `lake` that are there. Raises FileNotFoundError where it holds none."""
    tables = {
        table: pl.read_parquet(lake / table / "*.parquet")
        for table in LAKE_TABLES
        if any((lake / table).glob("*.parquet"))
    }
    if not tables:
        raise FileNotFoundError(f"no table of the lake in {lake}: build the lake first")
    return tables


def sources_of(tables: Mapping[str, pl.DataFrame]) -> dict[str, str]:
    """Return the source of each copy: the first folder of its path, where it has one, and its format."""
    rows = tables["episode_copies"].join(tables["documents"].select("document_id", "path"), on="document_id")
    return {
        copy_id: _source(path, name) for copy_id, path, name in rows.select("copy_id", "path", "format").iter_rows()
    }


def sources_of_files(tables: Mapping[str, pl.DataFrame]) -> dict[str, str]:
    """Return the source of each file that holds copies, by the name of the file without its folder."""
    formats = tables["episode_copies"].select("document_id", "format").unique("document_id", keep="first")
    rows = tables["documents"].select("document_id", "paths").join(formats, on="document_id").explode("paths")
    return {PurePosixPath(path).name: _source(path, name) for path, name in rows.select("paths", "format").iter_rows()}


def _source(path: str, name: str) -> str:
    return f"{path.split('/')[0]}/{name}" if "/" in path else name
