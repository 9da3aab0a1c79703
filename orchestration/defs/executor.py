"""How the steps of a run are executed: all in the run's process, or each in one of its own.

Belongs here: the choice, and holding the warehouse folder over all steps. Keep out: work on parts of a table side by
side (workers.py), which is what makes a run faster.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from orchestration.run_lock import run_lock
from orchestration.settings import load_settings

EXECUTOR_VARIABLE = "PODCAST_EXECUTOR"
STEPS_VARIABLE = "PODCAST_MAX_STEPS"


class _Holding(dg.Executor):
    """Executes as `inner` does, and holds the warehouse folder meanwhile: its steps find it held for them."""

    def __init__(self, inner: dg.Executor) -> None:
        self._inner = inner

    @property
    def retries(self) -> Any:
        """As of the executor within."""
        return self._inner.retries

    @property
    def step_dependency_config(self) -> Any:
        """As of the executor within."""
        return self._inner.step_dependency_config

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[dg.DagsterEvent]:
        """Hold the folder from the first step to the last."""
        what = f"run {plan_context.run_id}"
        with run_lock(load_settings(), what, datetime.now(UTC), plan_context.log.info):
            yield from self._inner.execute(plan_context, execution_plan)


def _multiprocess(context: dg.InitExecutorContext) -> dg.Executor:
    create = dg.multiprocess_executor.executor_creation_fn
    assert create is not None
    return _Holding(create(context))


_MULTIPROCESS = dg.ExecutorDefinition(
    name="multiprocess",
    config_schema=dg.multiprocess_executor.config_schema,  # type: ignore[arg-type]
    requirements=dg.multiple_process_executor_requirements(),
    executor_creation_fn=_multiprocess,
    description="Each step in a process of its own, several side by side.",
)


def executor(environment: Mapping[str, str] = os.environ) -> dg.ExecutorDefinition:
    """Return the executor of runs that the UI or the daemon starts: `PODCAST_EXECUTOR`, by default `in_process`.

    With `multiprocess`, `PODCAST_MAX_STEPS` steps are at work side by side, 2 by default. Raises ValueError where a
    value cannot be used.
    """
    chosen = environment.get(EXECUTOR_VARIABLE) or "in_process"
    if chosen not in ("in_process", "multiprocess"):
        raise ValueError(f"{EXECUTOR_VARIABLE} is {chosen!r}: set it to in_process or multiprocess")
    steps = environment.get(STEPS_VARIABLE) or "2"
    if not steps.isdigit() or int(steps) < 1:
        raise ValueError(f"{STEPS_VARIABLE} is {steps!r}: set it to a whole number from 1 on, such as 2")
    if chosen == "in_process":
        return dg.in_process_executor
    # Spawned, never forked: neither by a server that has the code loaded, since Polars has threads by then.
    return _MULTIPROCESS.configured({"max_concurrent": int(steps), "start_method": {"spawn": {}}}, name="multiprocess")
