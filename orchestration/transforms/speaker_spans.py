"""Who speaks where no label stands: carried over from another copy, else inferred from the text."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict

import polars as pl

from orchestration.catalog.catalog import Catalog
from orchestration.schemas.speaker_spans import SpeakerSpans
from orchestration.transforms.carried_speakers import carried_speakers
from orchestration.transforms.unnamed_speakers import unnamed_speakers


def speaker_spans(
    segments: pl.DataFrame,
    document_texts: pl.DataFrame,
    copy_alignments: pl.DataFrame,
    speaker_labels: pl.DataFrame,
    copies: pl.DataFrame,
    passages: pl.DataFrame,
    copy_shows: pl.DataFrame,
    catalog: Catalog,
    copy_episodes: pl.DataFrame,
    stated_people: pl.DataFrame,
    copy_casts: pl.DataFrame | None = None,
    show_names: pl.DataFrame | None = None,
    regulars: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the table `speaker_spans`. Where both speak, what is carried from a label goes before what is inferred.

    copy_casts: whom copies know by themselves; without it, their texts are read.
    show_names, regulars: what all copies share (show_hosts.py); without them, what those at hand do.
    """
    carried = carried_speakers(segments, document_texts, copy_alignments, speaker_labels)
    inferred = unnamed_speakers(
        copies, segments, passages, copy_shows, catalog, copy_episodes, stated_people, copy_casts, show_names, regulars
    )
    return SpeakerSpans.validate(pl.concat([carried, _beside(inferred, carried)]), cast=True)


def _beside(inferred: pl.DataFrame, carried: pl.DataFrame) -> pl.DataFrame:
    """Return the inferred stretches that no carried one touches."""
    taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
    ranges = carried.sort("copy_id", "char_start").select("copy_id", "char_start", "char_end")
    for copy_id, start, end in ranges.iter_rows():
        taken[copy_id].append((start, end))
    keep = []
    for copy_id, start, end in inferred.select("copy_id", "char_start", "char_end").iter_rows():
        own = taken[copy_id]
        after = bisect_left(own, (end,))
        keep.append(not after or own[after - 1][1] <= start)
    return inferred.filter(pl.Series(keep, dtype=pl.Boolean))
