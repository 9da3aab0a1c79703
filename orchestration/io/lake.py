"""The lake: one folder of Parquet a table, each with an enforced schema, and what each stage was last computed from."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import polars as pl

from orchestration.io.files import write_bytes, write_json
from orchestration.schemas.tables import LAKE_TABLES


class Lake:
    """Reads and writes the tables below `folder`.

    Tables are written whole, to a temporary name that is renamed. Beside each table its fingerprint (SHA-256 of the
    Parquet file) is kept with the key of the stage that wrote it, so that a stage can tell whether its inputs changed.
    """

    def __init__(self, folder: Path) -> None:
        """Open the lake in `folder`, which need not exist yet."""
        self.folder = folder

    def path(self, table: str) -> Path:
        """Return the Parquet file of `table`. Raises KeyError for a table that has no contract."""
        if table not in LAKE_TABLES:
            raise KeyError(f"{table} is no table of the lake: add its contract to orchestration/schemas/")
        return self.folder / table / "data.parquet"

    def read(self, table: str) -> pl.DataFrame:
        """Return all rows of `table`. Raises FileNotFoundError where it was never written."""
        return pl.read_parquet(self.path(table))

    def write(self, table: str, frame: pl.DataFrame, stage_key: str) -> pl.DataFrame:
        """Write `frame` as `table`, after checking it against the contract, and return it as stored.

        Rows are stored in the order of the primary key, so that equal rows make an equal file. Raises
        dataframely's SchemaError or RuleViolation, naming columns and rules, where the contract does not hold.
        """
        schema = LAKE_TABLES[table]
        checked = schema.validate(frame.select(schema.column_names()), cast=True).sort(schema.primary_key())
        buffer = io.BytesIO()
        checked.write_parquet(buffer, compression="zstd", statistics=True)
        content = buffer.getvalue()
        # Without a state the table counts as unknown: a crash between the two writes makes the next run redo the stage.
        self._state_path(table).unlink(missing_ok=True)
        write_bytes(self.path(table), content)
        fingerprint = hashlib.sha256(content).hexdigest()
        write_json(self._state_path(table), {"fingerprint": fingerprint, "stage_key": stage_key})
        return checked

    def fingerprint(self, table: str) -> str:
        """Return the fingerprint of the rows of `table`; empty where it was never written."""
        return self._state(table).get("fingerprint", "")

    def stage_key(self, table: str) -> str:
        """Return the key of the stage that wrote `table`; empty where it was never written or its file is gone."""
        return self._state(table).get("stage_key", "") if self.path(table).is_file() else ""

    def is_current(self, table: str, stage_key: str) -> bool:
        """Tell whether `table` was written by a stage with this very key and its file is still there."""
        return self.stage_key(table) == stage_key

    def row_count(self, table: str) -> int:
        """Return the number of rows of `table` without reading them."""
        return pl.scan_parquet(self.path(table)).select(pl.len()).collect().item()

    def _state_path(self, table: str) -> Path:
        return self.folder / table / "stage.json"

    def _state(self, table: str) -> dict[str, str]:
        try:
            return json.loads(self._state_path(table).read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
