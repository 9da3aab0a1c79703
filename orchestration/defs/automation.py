"""What starts runs by itself, and who is told when one fails.

Belongs here: sensors and schedules, as thin as assets. Keep out: when to act (raw_watch.py), what is told
(failure_message.py). All of it is on as soon as a daemon runs; each can be switched off in the UI.
"""

from __future__ import annotations

import re
import time

import dagster as dg

from orchestration.defs.feeds import FEEDS, is_any_feed_listed
from orchestration.defs.jobs import warehouse_job
from orchestration.failure_message import FAILURE_VARIABLE, Problem, tell_failure
from orchestration.raw_watch import Cursor, decide, state_of
from orchestration.settings import load_settings

# Two looks fit into a minute, with the time that the daemon takes to begin a run.
LOOK_INTERVAL_S = 20
# In front of what an error says stands the name of its class.
_CLASS_NAME = re.compile(r"^orchestration(?:\.\w+)*: ")
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

daily = dg.ScheduleDefinition(
    name="daily",
    job=warehouse_job,
    cron_schedule="0 5 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Refresh the warehouse every morning, whether or not a change was noticed.",
)

feeds_job = dg.define_asset_job(
    "poll_feeds",
    selection=dg.AssetSelection.assets(FEEDS),
    description="Fetch what the feeds name into the raw folder. The sensor `raw_changes` then builds what is new.",
    executor_def=dg.in_process_executor,
)

hourly_feeds = dg.ScheduleDefinition(
    name="hourly_feeds",
    job=feeds_job,
    cron_schedule="17 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Ask the feeds of `feeds.yml` for something new.",
)


@dg.sensor(
    job=warehouse_job,
    name="raw_changes",
    minimum_interval_seconds=LOOK_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Builds the warehouse after a raw file or a line of the catalogue was added, changed or removed.",
)
def raw_changes(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Ask for one run once the folders rest, and for none while one is queued or at work."""
    settings = load_settings()
    unfinished = dg.RunsFilter(job_name=warehouse_job.name, statuses=_UNFINISHED)
    decision = decide(
        Cursor.read(context.cursor),
        state_of([settings.raw, settings.catalog]),
        time.time(),
        is_busy=bool(context.instance.get_run_ids(unfinished, limit=1)),
    )
    context.update_cursor(decision.cursor.write())
    if decision.run_key is None:
        return dg.SkipReason(decision.why)
    return dg.SensorResult([dg.RunRequest(run_key=decision.run_key, tags={"why": decision.why})])


@dg.run_failure_sensor(
    name="failures",
    monitored_jobs=[warehouse_job, feeds_job] if is_any_feed_listed() else [warehouse_job],
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=f"Tells the webhook of {FAILURE_VARIABLE} what broke, what is served, and what to do next.",
)
def failures(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
    """Send one message a failed run. What becomes of it changes nothing for the run."""
    problems = [problem_of(event.dagster_event) for event in _failed_steps(context)]
    wrong = tell_failure(load_settings(), context.dagster_run.run_id, [problem for problem in problems if problem])
    if wrong:
        context.log.warning(f"nobody was told of the failed run {context.dagster_run.run_id}: {wrong}")
        return dg.SkipReason(wrong)
    return None


def _failed_steps(context: dg.RunFailureSensorContext) -> list[dg.EventLogEntry]:
    kinds = {dg.DagsterEventType.STEP_FAILURE}
    return list(context.instance.all_logs(context.dagster_run.run_id, of_type=kinds))


def problem_of(event: dg.DagsterEvent | None) -> Problem | None:
    """Return what a failed step says of itself, in its own words rather than as a trace."""
    if event is None or not event.is_step_failure:
        return None
    failure = event.step_failure_data
    said = failure.user_failure_data.description if failure.user_failure_data else None
    cause = failure.error.cause or failure.error if failure.error else None
    words = str(said or (cause and cause.message) or "no reason given").strip()
    return Problem(event.step_key or "the run", _CLASS_NAME.sub("", words))
