"""Sending a message to an address of the operator's, which may hold a secret: it is never written anywhere."""

from __future__ import annotations

import logging
from typing import Any

TIMEOUT_S = 10.0


def post(variable: str, url: str, content: dict[str, Any]) -> str | None:
    """Send `content` as JSON and return what went wrong, without the address; None where it arrived.

    variable: the name of the setting that the address comes from.
    """
    # Most runs send nothing and start faster without it.
    import httpx

    # It writes each address that it asks into the log, and this one is a secret.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        if httpx.URL(url).scheme not in ("http", "https"):
            return f"{variable} is no http or https address"
        # A redirect would carry the content to an address that nobody named.
        with (
            httpx.Client(timeout=TIMEOUT_S, follow_redirects=False) as client,
            client.stream("POST", url, json=content) as response,
        ):
            return None if response.is_success else f"the webhook answered {response.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, TypeError) as error:
        return f"the webhook cannot be reached ({type(error).__name__})"
