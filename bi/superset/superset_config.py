"""Settings of Superset: everything it keeps is in its home folder, and nothing is told to anybody."""

from __future__ import annotations

import os
from pathlib import Path

_HOME = Path(os.environ["SUPERSET_HOME"])
SECRET_KEY = (_HOME / "secret_key").read_text(encoding="ascii").strip()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_HOME / 'superset.db'}"
# Results are asked anew each time, so that a dashboard never mixes two releases.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
WTF_CSRF_ENABLED = True
# Titles and names came from strangers: nothing of them is shown as HTML.
HTML_SANITIZATION = True
