"""Reading locators: the way from a segment back to its exact source text in a text document."""

from __future__ import annotations

import re
from dataclasses import replace

from orchestration.formats.document import Copy

_CHAR_LOCATOR = re.compile(r"char=([0-9]{1,15}),([0-9]{1,15})")
_TEXT_LOCATOR = re.compile(r"text=([0-9]{1,15}),([0-9]{1,15})")


def resolve_char_locator(text: str, locator: str) -> str:
    """Return the slice of `text` that `locator` names, as RFC 5147 writes it: `char=12,50`, code points, end exclusive.

    Raises ValueError where the locator is of another form or leads outside the text.
    """
    found = _CHAR_LOCATOR.fullmatch(locator)
    if found is None:
        raise ValueError(f"not a character locator: {locator[:80]!r}; expected `char=START,END`, such as `char=12,50`")
    start, end = int(found[1]), int(found[2])
    if not start <= end <= len(text):
        raise ValueError(f"{locator} leads outside the document, which has {len(text)} characters")
    return text[start:end]


def with_text_locators(copy: Copy) -> Copy:
    """Return a copy whose locators are places in what the blocks of its document read: `text=12,50`, code points."""
    segments = tuple(one._replace(locator=f"text={one.char_start},{one.char_end}") for one in copy.segments)
    return replace(copy, locator=f"text={copy.char_start},{copy.char_end}", segments=segments)


def resolve_text_locator(text: str, locator: str) -> str:
    """Return the slice that a locator of `with_text_locators` names. text: what the blocks of the document read.

    Raises ValueError where the locator is of another form or leads outside that text.
    """
    found = _TEXT_LOCATOR.fullmatch(locator)
    if found is None or not int(found[1]) <= int(found[2]) <= len(text):
        raise ValueError(
            f"leads nowhere in this document: {locator[:80]!r}; expected `text=START,END`, such as `text=12,50`"
        )
    return text[int(found[1]) : int(found[2])]
