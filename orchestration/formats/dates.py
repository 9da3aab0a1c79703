"""Dates that a document states about its own publication. Explicit phrases only: nothing is inferred."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

DateKind = Literal["stated", "recorded"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"(?:19|20)[0-9]{2}"
_DAY = r"[0-3]?[0-9]"
_DATE = (
    rf"(?:(?P<iso_year>{_YEAR})[-/](?P<iso_month>[01]?[0-9])[-/](?P<iso_day>{_DAY})"
    rf"|(?P<name_month>{_MONTH})\.?\ {{1,3}}(?P<name_day>{_DAY})(?:st|nd|rd|th)?,?\ {{1,3}}(?P<name_year>{_YEAR})"
    rf"|(?P<day>{_DAY})(?:st|nd|rd|th)?\.?\ {{1,3}}(?:of\ )?(?P<month>{_MONTH})[.,]?\ {{1,3}}(?P<year>{_YEAR})"
    rf"|(?P<first>{_DAY})/(?P<second>{_DAY})/(?P<slash_year>{_YEAR}))(?![0-9])"
)
# A product, too, is released on a day. The phrase is about the episode where it stands as a heading or sentence of its
# own, which shows in its capital letter, or where the sentence says so.
_LEAD = (
    r"(?:(?<![A-Z])(?=[A-Z])|(?<![^\n\r])[*_ #>-]{0,8}(?=[a-z ]{4,20}[*_\"']{0,3}:)"
    r"|\b(?:episode|podcast|interview|conversation|show)\ (?:was\ )?(?:originally\ |first\ )?)"
)
_PHRASE = re.compile(
    rf"{_LEAD}(?:(?P<stated>(?i:(?:originally\ )?(?:published|aired|released)|(?:publication|release|air)\ date))"
    r"|(?P<recorded>(?i:recorded|recording\ date|date\ recorded)))"
    r"[*_\"'\ \t]{0,6}:?[*_\"'\s]{0,6}(?i:on\b:?\ {0,3})?"
    r"(?i:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[.,]{0,2}\ {1,3}(?:the\ )?)?"
    rf"(?i:{_DATE})",
)


def stated_date(text: str) -> tuple[date, DateKind, int, int] | None:
    """Return the date that `text` states for the episode, with its kind and the half-open range of the whole phrase.

    Read are `Published`, `Aired` or `Released` (kind `stated`) and `Recorded` (kind `recorded`) in front of
    `2025-03-10`, `March 10, 2025`, `10 March 2025` or `03/10/2025`. The first of kind `stated` wins over any that is
    `recorded`. Numbers with slashes are month first where that is a date, else day first. Dates that do not exist are
    passed over.
    """
    recorded: tuple[date, DateKind, int, int] | None = None
    for found in _PHRASE.finditer(text):
        day = _date_of(found)
        if day is None:
            continue
        if found["stated"]:
            return day, "stated", found.start("stated"), found.end()
        recorded = recorded or (day, "recorded", found.start("recorded"), found.end())
    return recorded


def _date_of(found: re.Match[str]) -> date | None:
    if found["iso_year"]:
        return _existing(found["iso_year"], int(found["iso_month"]), found["iso_day"])
    if found["name_year"]:
        return _existing(found["name_year"], _month(found["name_month"]), found["name_day"])
    if found["year"]:
        return _existing(found["year"], _month(found["month"]), found["day"])
    year, first, second = found["slash_year"], int(found["first"]), int(found["second"])
    return _existing(year, first, second) or _existing(year, second, first)


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _existing(year: str, month: int, day: str | int) -> date | None:
    try:
        return date(int(year), month, int(day))
    except ValueError:
        return None
