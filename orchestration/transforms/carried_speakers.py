"""Names onto times: the speakers of a labelled copy carried over the anchors onto a copy without labels."""

from __future__ import annotations

import polars as pl

from orchestration.schemas.speaker_spans import SpeakerSpans


def carried_speakers(
    segments: pl.DataFrame, document_texts: pl.DataFrame, copy_alignments: pl.DataFrame, speaker_labels: pl.DataFrame
) -> pl.DataFrame:
    """Return the stretches of copies without labels that an aligned copy names, as rows of `speaker_spans`."""
    return SpeakerSpans.create_empty()
