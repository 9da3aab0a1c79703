"""Sending alerts to the webhook that the operator names: each until the webhook took it, then never again.

What is sent are quotes from the transcripts, so the address is the operator's own setting and not part of the project.
It may hold a secret: it is never written anywhere.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from orchestration.alerts import ALERTS_SCHEMA, Schema, read_history
from orchestration.characters import harmless
from orchestration.ids import stable_id
from orchestration.io.files import write_bytes
from orchestration.settings import Settings
from orchestration.webhook import post

WEBHOOK_VARIABLE = "PODCAST_ALERT_WEBHOOK"
ALERTS_A_MESSAGE = 50
_NOT_IN_ADDRESS = re.compile(r"[\s<>|`()\[\]\\\x00-\x1f\x7f-\x9f]")

_DELIVERIES_SCHEMA: Schema = {"alert_id": pl.String, "delivered_at": pl.Datetime("us", "UTC")}


@dataclass(frozen=True, slots=True)
class Delivery:
    """How many alerts the webhook took, how many still wait, and why, in words."""

    sent_count: int
    waiting_count: int
    problem: str | None


def deliver(settings: Settings, url: str | None, now: datetime) -> Delivery:
    """Send what waits for the webhook at `url`, oldest first. A failure is returned, never raised."""
    try:
        waiting = _waiting(settings)
    except (OSError, pl.exceptions.PolarsError) as error:
        return Delivery(0, 0, f"the history of alerts cannot be read ({type(error).__name__})")
    if not waiting:
        return Delivery(0, 0, None)
    if not url:
        return Delivery(0, len(waiting), f"{WEBHOOK_VARIABLE} is not set")
    sent = 0
    for start in range(0, len(waiting), ALERTS_A_MESSAGE):
        batch = waiting[start : start + ALERTS_A_MESSAGE]
        problem = post(WEBHOOK_VARIABLE, url, message(batch))
        if problem is None:
            try:
                _remember(settings, [alert["alert_id"] for alert in batch], now)
            except OSError as error:
                problem = f"what was sent could not be recorded ({type(error).__name__})"
        if problem:
            return Delivery(sent, len(waiting) - sent, problem)
        sent += len(batch)
    return Delivery(sent, 0, None)


def message(alerts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the JSON that is sent: `text`, as chat programs want it, and the rows of the table `alerts`."""
    count = f"{len(alerts)} alert{'' if len(alerts) == 1 else 's'} of the podcast warehouse"
    lines = [
        escaped(f"{alert['entity_name']} ({alert['condition']}), {alert['episode_title']}: “{alert['quote']}”")
        + (f" {_NOT_IN_ADDRESS.sub('', alert['url_at_time'])}" if alert["url_at_time"] else "")
        for alert in alerts
    ]
    rows = [alert | {"created_at": alert["created_at"].isoformat()} for alert in alerts]
    return {"text": "\n".join((count, *lines)), "alerts": rows}


def escaped(text: str) -> str:
    """Return what a stranger may have written as text that a chat program shows and does not act on."""
    # Chat programs read <...> as a link or as a call to everybody, others `@everyone` and `[shown](hidden)`; the quote
    # is what a stranger said. A space of no width keeps both from working, and the text from looking different.
    text = harmless(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("@", "@\u200b").replace("](", "]\u200b(")


def _waiting(settings: Settings) -> list[dict[str, Any]]:
    delivered = read_history(settings.history / "alert_deliveries", _DELIVERIES_SCHEMA)
    alerts = read_history(settings.history / "alerts", ALERTS_SCHEMA)
    return alerts.filter(channel="webhook").join(delivered, on="alert_id", how="anti", maintain_order="left").to_dicts()


def _remember(settings: Settings, alert_ids: list[str], now: datetime) -> None:
    frame = pl.DataFrame({"alert_id": alert_ids, "delivered_at": [now] * len(alert_ids)}, schema=_DELIVERIES_SCHEMA)
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    name = f"{stable_id('delivery', *alert_ids)}.parquet"
    write_bytes(settings.history / "alert_deliveries" / name, buffer.getvalue())
