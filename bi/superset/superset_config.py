"""Settings of Superset: everything it keeps is in its home folder, and nothing is told to anybody."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy.engine.url import URL
from sqlalchemy.pool import NullPool
from superset.config import TALISMAN_CONFIG

_HOME = Path(os.environ["SUPERSET_HOME"])
SECRET_KEY = (_HOME / "secret_key").read_text(encoding="ascii").strip()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_HOME / 'superset.db'}"
# Results are asked anew each time, so that a dashboard never mixes two releases.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
WTF_CSRF_ENABLED = True
# Titles and names came from strangers: nothing of them is shown as HTML.
HTML_SANITIZATION = True
# Pages count their visitors with a picture from elsewhere, whatever the server is told: nothing may be asked of others.
_POLICY = {
    name: sources if isinstance(sources, str) else [source for source in sources if "." not in source]
    for name, sources in TALISMAN_CONFIG["content_security_policy"].items()
}
TALISMAN_CONFIG = TALISMAN_CONFIG | {"content_security_policy": _POLICY}


def DB_CONNECTION_MUTATOR(uri: URL, params: dict[str, Any], *_: object) -> tuple[URL, dict[str, Any]]:
    """Open a connection for each query: a pooled one would stay on the release that was served when it was opened."""
    return uri, params | {"poolclass": NullPool}
