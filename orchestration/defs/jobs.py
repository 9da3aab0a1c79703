"""The job that builds everything, and how a run reads on a console."""

from __future__ import annotations

import logging
import sys

import dagster as dg

from orchestration.characters import harmless
from orchestration.defs.executor import executor
from orchestration.defs.feeds import FEEDS, is_any_feed_listed
from orchestration.pipeline import STAGES
from orchestration.proof import EXAMPLE_TABLES

# Without a feed to follow the job does not even have the step that fetches.
_FOLLOWS_FEEDS = is_any_feed_listed()
STEPS = (
    *(("feeds",) if _FOLLOWS_FEEDS else ()),
    "ingest",
    *(stage.table for stage in STAGES),
    "lake__mentions_proof",
    f"lake__{EXAMPLE_TABLES[-1]}_proof",
    "models",
    "warehouse__release",
)


class _ConsoleFormatter(logging.Formatter):
    """One line a message: time, position of the step in the run, step, what it says."""

    def format(self, record: logging.LogRecord) -> str:
        meta = getattr(record, "dagster_meta", {})
        step = meta.get("step_key") or ""
        place = f"[{STEPS.index(step) + 1:2}/{len(STEPS)}]" if step in STEPS else " " * 7
        name = step.removeprefix("lake__mentions_").removeprefix("warehouse__")
        message = harmless(meta.get("orig_message") or record.getMessage())
        return f"{self.formatTime(record, '%H:%M:%S')} {place} {name:20} {message}"


def _is_ours(record: logging.LogRecord) -> bool:
    """Leave out what the engine says, which is hundreds of lines; its errors come with the run's result."""
    meta = getattr(record, "dagster_meta", {})
    return meta.get("dagster_event") is None and record.levelno < logging.ERROR


@dg.logger(None, "Short lines on standard error: which step is at work and how far it is.")
def console(context: dg.InitLoggerContext) -> logging.Logger:
    """Return the logger of a run on a console."""
    logger = logging.Logger("podcast_warehouse", level=logging.INFO)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_ConsoleFormatter())
    handler.addFilter(_is_ours)
    logger.addHandler(handler)
    return logger


warehouse_job = dg.define_asset_job(
    "warehouse",
    selection=dg.AssetSelection.all() if _FOLLOWS_FEEDS else dg.AssetSelection.all() - dg.AssetSelection.assets(FEEDS),
    description="From raw files to a published release: everything, recomputing only what changed.",
    executor_def=executor(),
)
