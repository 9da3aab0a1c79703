"""Times as transcripts write them, and the marks that may stand around them: pieces for patterns of whole lines."""

from __future__ import annotations

import re

from orchestration.formats.clock import parse_clock
from orchestration.formats.labels import CLOCK

STAMP = rf"(?:{CLOCK}|(?:[0-9]{{1,2}}h ?)?(?:[0-9]{{1,3}}m ?)?[0-9]{{1,6}}(?:\.[0-9]{{1,3}})?s)(?!\w|:[0-9])"
"""A clock, or `12.5s`, `1m 2s`, `1h 2m 3s`."""

TIMES = rf"{STAMP}(?:[ ]?(?:-->|->|→|–|—|-|~|to|,|/)[ ]?{STAMP})?"
"""A time, or two."""

OPEN, CLOSE = r"[*_`\[(\\]{0,5}", r"[*_`\])\\:：.,]{0,7}"
"""Brackets, emphasis and code, as Markdown may escape them; behind it punctuation, too."""

ADDRESS = r"(?:\([^()\s]{1,300}\))?"
"""The address of a time that is a link: `[0:04](https://...)`."""

_UNITS = re.compile(r"(?:([0-9]+)h ?)?(?:([0-9]+)m ?)?([0-9]+(?:\.[0-9]+)?)s?")


def stamp_s(stamp: str) -> float:
    """Return the seconds of a `STAMP`, or of a number of seconds. Raises ValueError for anything else."""
    units = _UNITS.fullmatch(stamp)
    if units is None:
        return parse_clock(stamp)
    hours, minutes, seconds = units.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)
