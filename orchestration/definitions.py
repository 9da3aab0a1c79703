"""The code location: every asset, check, job and schedule."""

import dagster as dg

from orchestration.defs.automation import daily, failures, feeds_job, hourly_feeds, raw_changes
from orchestration.defs.executor import executor
from orchestration.defs.feeds import feeds, is_any_feed_listed
from orchestration.defs.jobs import console, warehouse_job
from orchestration.defs.lake import example_proof, external_files, ingest, proof, stage_assets
from orchestration.defs.release import release_definition
from orchestration.defs.warehouse import models_definition
from orchestration.defs.workspace import Workspace


@dg.definitions
def defs() -> dg.Definitions:
    """Return all definitions. Loading them parses the dbt project where it has changed."""
    is_polling = is_any_feed_listed()
    return dg.Definitions(
        assets=[feeds, *external_files, ingest, *stage_assets, models_definition(), release_definition()],
        asset_checks=[proof, example_proof],
        jobs=[warehouse_job, *([feeds_job] if is_polling else [])],
        schedules=[daily, *([hourly_feeds] if is_polling else [])],
        sensors=[raw_changes, failures],
        resources={"workspace": Workspace()},
        loggers={"console": console},
        executor=executor(),
    )
