"""The root element of an XML document, from its first characters."""

from __future__ import annotations

import re

_HEAD_CHARS = 20_000
_SKIPPED = re.compile(r"\s+|<\?[^>]{0,2000}>|<!DOCTYPE[^>\[]{0,2000}>")
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]{0,60}:)?([A-Za-z_][\w.-]{0,60})(?=[\s/>])")


def root_start(text: str) -> int:
    """Return where the root element begins: behind declarations and comments, within the first 20,000 characters."""
    at = 1 if text.startswith("\ufeff") else 0
    while True:
        if text.startswith("<!--", at):
            end = text.find("-->", at, _HEAD_CHARS)
            if end < 0:
                return at
            at = end + 3
            continue
        found = _SKIPPED.match(text, at, _HEAD_CHARS)
        if found is None:
            return at
        at = found.end()


def root_tag(text: str) -> str | None:
    """Return the name of the root element without its prefix, or None where `text` is no XML."""
    found = _ROOT.match(text, root_start(text))
    return found[1] if found else None
