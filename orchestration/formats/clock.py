"""Clock times as podcasts write them, in seconds."""

from __future__ import annotations

import re
from functools import lru_cache

_CLOCK = re.compile(r"(?:([0-9]{1,3}):(?=[0-5][0-9]:))?([0-9]{1,3}):([0-5][0-9])(?:[.,]([0-9]{1,9}))?")


@lru_cache(maxsize=1024)
def parse_clock(text: str) -> float:
    """Return the seconds of a clock time: `m:ss`, `h:mm:ss`, each with a fraction or without (`00:01:02.500`).

    Minutes may exceed 59 only where no hours stand before them (`75:30`). Raises ValueError for anything else.
    """
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(f"not a clock time: {text[:40]!r}; expected m:ss, h:mm:ss or h:mm:ss.mmm")
    hours, minutes, seconds, fraction = found.groups()
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    # One division keeps `0.1` the float that a reader expects: adding 1/10 to a large whole number would not.
    return float(f"{whole}.{fraction}") if fraction else float(whole)
