"""Which code reads a document: a version for each format, so that a better parser reads only its own format again."""

from __future__ import annotations

from functools import cache

from orchestration.formats import registry
from orchestration.ids import stable_id
from orchestration.method_versions import cuts, version_of
from orchestration.schemas.tables import INGEST_TABLES, TRANSFORM_TABLES

_COMMON = "orchestration.ingest"


@cache
def format_versions() -> dict[str, str]:
    """Return the version of each format: a hash of its own modules and of what reads every document."""
    formats = {known.FORMAT: known.__name__ for known in registry.FORMATS}
    # The registry imports all formats, the list of tables all contracts: neither makes one depend on another.
    cut = cuts(registry.__name__, formats.values()) | cuts(
        "orchestration.schemas.tables",
        {schema.__module__ for schema in TRANSFORM_TABLES.values()}
        - {schema.__module__ for schema in INGEST_TABLES.values()},
    )
    return {name: version_of(_COMMON, module, cut=cut) for name, module in formats.items()}


@cache
def parse_version() -> str:
    """Return the version of reading as a whole, which says that each document would be recognised as before."""
    return stable_id("parse", *sorted(format_versions().items()))[:12]
