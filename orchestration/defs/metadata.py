"""What an asset shows in the UI: row counts, columns and a preview that is safe to render."""

from __future__ import annotations

import html
from typing import Any

import dagster as dg
import dataframely as dy
import polars as pl

from orchestration.characters import harmless

PREVIEW_ROWS = 5
_PREVIEW_COLUMNS = 8
_PREVIEW_CHARACTERS = 60


def column_schema(schema: type[dy.Schema]) -> dg.TableSchema:
    """Return the columns of a lake table with their types and descriptions, as the UI shows them."""
    dtypes = schema.create_empty().schema
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=str(dtypes[name]),
                description=column.description,
                constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=False),
            )
            for name, column in schema.columns().items()
        ]
    )


def preview(frame: pl.DataFrame) -> str:
    """Return the first rows and columns of `frame` as a Markdown table. Text of raw documents is never trusted."""
    shown = frame.head(PREVIEW_ROWS).select(frame.columns[:_PREVIEW_COLUMNS])
    lines = [_line(shown.columns), _line(["---"] * shown.width, is_escaped=True)]
    lines += [_line([str(value) if value is not None else "" for value in row]) for row in shown.iter_rows()]
    return "\n".join(lines)


def _line(cells: list[str], is_escaped: bool = False) -> str:
    return "| " + " | ".join(cell if is_escaped else _escape(cell) for cell in cells) + " |"


def _escape(cell: str) -> str:
    short = " ".join(cell[:_PREVIEW_CHARACTERS].split())
    text = html.escape(harmless(short))
    for character in "\\`*_[]|#!":
        text = text.replace(character, f"&#{ord(character)};")
    return text


def table_metadata(row_count: int, first_rows: pl.DataFrame, seconds: float, is_kept: bool) -> dict[str, Any]:
    """Return the metadata of a lake table that was written or kept."""
    return {
        "dagster/row_count": row_count,
        "seconds": round(seconds, 3),
        "is_kept": is_kept,
        "preview": dg.MetadataValue.md(preview(first_rows)),
    }
