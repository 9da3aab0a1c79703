"""Runs the models of the warehouse on tables in memory: what is measured is decided by the SQL that publishes it.

dbt's own Python API needs seconds and files; the models use nothing of dbt but `ref`, `source`, `env_var` and the
macros of this project.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import jinja2
import polars as pl
import yaml

from orchestration.schemas.tables import LAKE_TABLES


class WarehouseModels:
    """The models of `dbt_project` over the tables of a lake. A context manager: it holds a database in memory."""

    def __init__(self, dbt_project: Path, lake: Mapping[str, pl.DataFrame], catalog: Path | None = None) -> None:
        """Open the models. lake: tables by name; one that is not given is empty. catalog: folder of its CSV files."""
        self._lake = lake
        self._models = {path.stem: path for path in (dbt_project / "models").rglob("*.sql")}
        macros = sorted((dbt_project / "macros").glob("*.sql"))
        self._macros = "\n".join(path.read_text(encoding="utf-8") for path in macros)
        self._locations = _locations(dbt_project)
        environment = {"PODCAST_CATALOG": str(catalog or dbt_project / "seeds")}
        self._jinja = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
        self._jinja.globals.update(
            ref=self._ref,
            source=self._source,
            env_var=lambda name, default="": environment.get(name, default),
        )
        self._built: set[str] = set()
        self._database = duckdb.connect(":memory:")

    def __enter__(self) -> WarehouseModels:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the database."""
        self._database.close()

    def read(self, model: str) -> pl.DataFrame:
        """Return all rows of a model. Raises KeyError for a name that is no model."""
        return self._database.sql(f"select * from {self._ref(model)}").pl()

    def _ref(self, model: str) -> str:
        name = f'"model_{model}"'
        if model not in self._built:
            # Rendering asks for the models that this one reads, which makes them first.
            sql = self._render(self._models[model].read_text(encoding="utf-8"))
            self._database.execute(f"create table {name} as {sql}")
            self._built.add(model)
        return name

    def _source(self, group: str, table: str) -> str:
        if group != "lake":
            return self._render(self._locations[group]).strip().replace("{name}", table)
        name = f'"lake_{table}"'
        if name not in self._built:
            frame = self._lake[table] if table in self._lake else LAKE_TABLES[table].create_empty()
            self._database.register("frame", frame.to_arrow())
            self._database.execute(f"create table {name} as select * from frame")
            self._database.unregister("frame")
            self._built.add(name)
        return name

    def _render(self, text: str) -> str:
        return self._jinja.from_string(self._macros + "\n" + text).render().strip()


def _locations(dbt_project: Path) -> dict[str, str]:
    """Return where the tables of each group of sources are, as the project configures it."""
    locations: dict[str, str] = {}
    for path in sorted((dbt_project / "models").rglob("*.yml")):
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for source in content.get("sources", ()):
            locations[source["name"]] = source["config"]["meta"]["external_location"]
    return locations
