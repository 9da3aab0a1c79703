"""Writes the connection and the datasets of Superset from the contracts of the published tables.

Run by `make superset` with the project's own Python: `python -m bi.superset.datasets <folder>`. The charts and the
dashboard in `assets/` are copied beside them, so that the folder holds all that `start.py` imports.
"""

from __future__ import annotations

import json
import shutil
import sys
import uuid
from pathlib import Path
from typing import Any

import yaml

from orchestration.models import prepare_manifest
from orchestration.settings import Settings, load_settings

_NAMESPACE = uuid.UUID("5f0c9d1e-6a57-4b0e-9d5b-0c3f1f1f8a11")
_ASSETS = Path(__file__).parent / "assets"
_SQL = Path(__file__).parent / "sql"
# A sum over rows that repeat a denominator would count it many times, so these have no metric.
_REPEATED = ("eligible_", "previous_", "all_", "show_", "speaker_", "total_", "guest_", "prior_", "corpus_")
# Tables know things by their ids; people read names, and choose the show in one filter for all charts. Each of these
# has a query of its own in `sql/`, which adds the columns named in `_ADDED` to those of a table.
_NAMED = {
    "episodes_named": "episodes",
    "company_months_named": "company_months",
    "topic_months_named": "topic_months",
    "show_months_named": "show_months",
    "sponsor_months_named": "sponsor_months",
    "guest_appearances": "appearances",
    "company_quotes": "mentions",
}
_ADDED = {
    "company": "Name of the company.",
    "topic": "Name of the topic.",
    "person": "Name of the guest.",
    "show_name": "Name of the show; NULL where it is not known.",
    "published_on": "When the episode was published; NULL where nothing states it.",
    "speaker": "Name of the speaker; NULL where it is not known.",
    "episode": "Title of the episode.",
    "quote": "The sentence around the mention.",
    "moment": "A link that opens the episode at that second.",
}


def asset_uuid(name: str) -> str:
    """Return the id of an asset, the same on every machine."""
    return str(uuid.uuid5(_NAMESPACE, name))


def write_assets(settings: Settings, folder: Path) -> None:
    """Write the connection, the datasets, the charts and the dashboard into an empty folder of Superset's layout."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(_ASSETS, folder)
    _write(folder / "metadata.yaml", {"version": "1.0.0", "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"})
    database = {
        "database_name": "Podcast warehouse",
        "sqlalchemy_uri": f"duckdb:///{settings.database}",
        "expose_in_sqllab": True,
        "extra": {"engine_params": {"connect_args": {"read_only": True}}},
        "uuid": asset_uuid("database"),
        "version": "1.0.0",
    }
    _write(folder / "databases" / "podcasts.yaml", database)
    nodes = json.loads(prepare_manifest(settings).read_text(encoding="utf-8"))["nodes"].values()
    marts = {n["alias"]: n for n in nodes if n["resource_type"] == "model" and n["schema"] == "main"}
    for name, mart in marts.items():
        _write(folder / "datasets" / "podcasts" / f"{name}.yaml", dataset(name, mart))
    for name, mart_name in _NAMED.items():
        sql = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
        _write(folder / "datasets" / "podcasts" / f"{name}.yaml", dataset(name, marts[mart_name], sql))


def dataset(name: str, mart: dict[str, Any], sql: str | None = None) -> dict[str, Any]:
    """Return a dataset of a published table: columns as the contract describes them, metrics that may be summed."""
    columns = [
        {
            "column_name": column,
            "verbose_name": column.replace("_", " "),
            "type": about["data_type"].upper(),
            "description": about["description"],
            "is_dttm": about["data_type"] in ("date", "timestamp", "timestamp with time zone"),
            "groupby": True,
            "filterable": True,
        }
        for column, about in mart["columns"].items()
    ]
    if sql:
        columns += [
            {
                "column_name": column,
                "verbose_name": column.replace("_", " "),
                "type": "DATE" if column == "published_on" else "VARCHAR",
                "description": said,
                "is_dttm": column == "published_on",
                "groupby": True,
                "filterable": True,
            }
            for column, said in _ADDED.items()
            if f" as {column}" in sql or (f"m.{column}," in sql and column not in mart["columns"])
        ]
    metrics = [{"metric_name": "count", "expression": "count(*)", "description": "Rows."}]
    metrics += [
        {"metric_name": f"sum_{column}", "expression": f"sum({column})", "description": about["description"]}
        for column, about in mart["columns"].items()
        if column.endswith("_count") and (name.startswith("show_months") or not column.startswith(_REPEATED))
    ]
    return {
        "table_name": name,
        "schema": "main",
        "sql": sql,
        "description": mart["description"].strip(),
        "main_dttm_col": next((c["column_name"] for c in columns if c.get("is_dttm")), None),
        "columns": columns,
        "metrics": metrics,
        "uuid": asset_uuid(f"dataset {name}"),
        "database_uuid": asset_uuid("database"),
        "version": "1.0.0",
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")


if __name__ == "__main__":
    write_assets(load_settings(), Path(sys.argv[1]))
