"""Who speaks where no label stands: carried over from another copy, else inferred from the text."""

from __future__ import annotations

import polars as pl

from orchestration.transforms.carried_speakers import carried_speakers


def speaker_spans(
    segments: pl.DataFrame,
    document_texts: pl.DataFrame,
    copy_alignments: pl.DataFrame,
    speaker_labels: pl.DataFrame,
) -> pl.DataFrame:
    """Return the table `speaker_spans`. Where both speak, what is carried from a label goes before what is inferred."""
    return carried_speakers(segments, document_texts, copy_alignments, speaker_labels)
