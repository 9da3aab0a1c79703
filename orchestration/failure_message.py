"""Telling the operator that a run failed: what broke, what is still served, and what to do next."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.alert_webhook import escaped
from orchestration.releases import current_release
from orchestration.settings import Settings
from orchestration.webhook import post

FAILURE_VARIABLE = "PODCAST_FAILURE_WEBHOOK"
_MAX_CHARACTERS = 1_500


@dataclass(frozen=True, slots=True)
class Problem:
    """What failed in a run: a step or check, and what it said."""

    where: str
    said: str


def failure_message(settings: Settings, run_id: str, problems: Sequence[Problem]) -> dict[str, Any]:
    """Return the JSON that is sent: `text`, as chat programs want it, and its parts."""
    try:
        served = current_release(settings)
    except (OSError, ValueError):
        served = None
    state = (
        f"Release {served.release_id} of {served.built_at} goes on being served."
        if served
        else "Nothing is served: no release was published yet."
    )
    found = problems or [Problem("the run", "it ended without saying why: see the log of the daemon")]
    lines = [f"{problem.where}: {problem.said}"[:_MAX_CHARACTERS] for problem in found]
    next_step = (
        f"Open run {run_id} in the Dagster UI, or run `make status` on the machine; "
        "docs/operations.md says what each message means."
    )
    return {
        "text": "\n".join(
            ["A run of the podcast warehouse failed.", *(escaped(line) for line in lines), state, next_step]
        ),
        "run_id": run_id,
        "problems": [{"where": problem.where, "said": problem.said[:_MAX_CHARACTERS]} for problem in found],
        "served_release_id": served.release_id if served else None,
    }


def tell_failure(
    settings: Settings, run_id: str, problems: Sequence[Problem], environment: Mapping[str, str] = os.environ
) -> str | None:
    """Send the message to the webhook that the operator names, if any; return what went wrong, never raise.

    The address comes from the environment alone and is not repeated in what is returned.
    """
    url = environment.get(FAILURE_VARIABLE)
    return post(FAILURE_VARIABLE, url, failure_message(settings, run_id, problems)) if url else None
