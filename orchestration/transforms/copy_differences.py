"""What only one of two aligned copies has: what an edit removed, or a copy added."""

from __future__ import annotations

import polars as pl

from orchestration.schemas.copy_differences import CopyDifferences


def copy_differences(
    copy_alignments: pl.DataFrame, segments: pl.DataFrame, document_texts: pl.DataFrame
) -> pl.DataFrame:
    """Return the stretches of speech between the anchors of two copies that only one of them has."""
    return CopyDifferences.create_empty()
