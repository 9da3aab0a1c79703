"""Publishing as an asset: what people open."""

import os
from datetime import timedelta
from functools import partial

import dagster as dg

from orchestration.alert_webhook import WEBHOOK_VARIABLE, deliver
from orchestration.catalog.watchlist import load_watchlist
from orchestration.defs.warehouse import models_definition
from orchestration.defs.workspace import Workspace
from orchestration.history import record_refusal
from orchestration.models import mart_tables
from orchestration.publish import publish, release_key
from orchestration.releases import ReleaseRefusedError, current_release
from orchestration.rollback import release_to_keep


def release_definition() -> dg.AssetsDefinition:
    """Return the asset of the published release."""

    @dg.asset(
        name="release",
        key_prefix="warehouse",
        deps=[key for key in models_definition().keys if not key.path[-1].startswith(("stg_", "int_"))],
        group_name="release",
        kinds={"duckdb", "parquet"},
        description="`warehouse/podcasts.duckdb`: checked, then published in one step by flipping a link.",
        # Each run says that what is served is up to date, whether it published or found nothing to do.
        freshness_policy=dg.FreshnessPolicy.time_window(
            fail_window=timedelta(hours=49), warn_window=timedelta(hours=25)
        ),
    )
    def release(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult:
        settings = workspace.settings()
        key = release_key(settings, workspace.lake())
        kept, why = release_to_keep(settings, key)
        if kept:
            context.log.info(f"release {kept.release_id} goes on being served")
            published = kept
        else:
            # Here and not above: the charts take a second to import, and only a new release draws any.
            from orchestration.dashboards.site import DashboardsError, write_dashboards

            watches = load_watchlist(settings.catalog, workspace.catalog())
            draw = partial(write_dashboards, newest_episodes=settings.dashboard_episodes)
            try:
                published = publish(
                    settings,
                    key,
                    workspace.now(),
                    mart_tables(settings),
                    draw,
                    watches,
                    is_fall_accepted=workspace.accept_fall,
                    duration_s=workspace.seconds_of(context),
                )
            except (ReleaseRefusedError, DashboardsError) as error:
                record_refusal(settings, str(error), workspace.now(), workspace.seconds_of(context))
                served = current_release(settings)
                what = f"release {served.release_id} goes on being served" if served else "nothing was published yet"
                raise dg.Failure(f"the new release is refused, {what}: {error}", allow_retries=False) from error
            context.log.info(f"release {published.release_id} published")
        # What is published stays so, whatever becomes of the message; what could not be sent waits for the next run.
        delivery = deliver(settings, os.environ.get(WEBHOOK_VARIABLE), workspace.now())
        if delivery.sent_count:
            context.log.info(f"{delivery.sent_count} alerts sent")
        if delivery.problem:
            context.log.warning(f"{delivery.waiting_count} alerts wait for the next run: {delivery.problem}")
        return dg.MaterializeResult(
            metadata={
                "release_id": published.release_id,
                "is_kept": kept is not None,
                "why": why,
                "database": dg.MetadataValue.path(settings.database),
                "alerts_sent": delivery.sent_count,
                "alerts_waiting": delivery.waiting_count,
                "row_counts": dg.MetadataValue.json(published.row_counts),
            }
        )

    return release
