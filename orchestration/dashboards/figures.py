"""Numbers, dates and times as people read them."""

from __future__ import annotations

from datetime import date, datetime

DASH = "–"
NO_DATE = "no\u00a0date"


def whole(value: float | None) -> str:
    """Return a whole number with its thousands apart."""
    return DASH if value is None else f"{round(value):,}"


def counted(value: float | None, one: str, many: str | None = None) -> str:
    """Return a number with its noun: `1 show`, `2 shows`."""
    return f"{whole(value)} {one if value is not None and round(value) == 1 else many or one + 's'}"


def share(value: float | None) -> str:
    """Return a share from 0 to 1 as a percentage; one that is neither nothing nor all never looks like it.

    Its blanks keep a line together.
    """
    if value is None:
        return DASH
    if 0 < value < 0.01:
        return "<\u00a01\u00a0%"
    if 0.99 < value < 1:
        return ">\u00a099\u00a0%"
    return f"{value * 100:.0f}\u00a0%"


def times(value: float | None) -> str:
    """Return a ratio: `2.5×`."""
    return DASH if value is None else f"{value:.1f}×"


def decimal(value: float | None) -> str:
    """Return a number with two places."""
    return DASH if value is None else f"{value:,.2f}"


def clock(seconds: float | None) -> str:
    """Return seconds as a player shows them: `1:02:03`."""
    if seconds is None:
        return DASH
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def minutes(seconds: float | None) -> str:
    """Return seconds as minutes: `12 min`, `0.5 min`."""
    if seconds is None:
        return DASH
    value = seconds / 60
    return f"{value:,.0f} min" if value >= 10 else f"{value:.1f} min"


def day(value: date | datetime | None) -> str:
    """Return a date: `23 Nov 2026`."""
    return NO_DATE if value is None else f"{value.day} {value:%b %Y}"


def month(value: date | None) -> str:
    """Return the month of a date: `Nov 2026`."""
    return NO_DATE if value is None else f"{value:%b %Y}"


def short(text: str | None, limit: int = 240) -> str:
    """Return text that fits a cell, cut at a word."""
    if not text or len(text) <= limit:
        return text or ""
    return text[:limit].rsplit(" ", 1)[0] + " …"
