"""Mojibake: UTF-8 that somebody once read as Windows-1252 and saved again, so that `é` became `Ã©`.

It is found and told, not repaired: what is shown must be the characters of the document, one for one.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

from orchestration.formats.document import Problem

# A lead byte of UTF-8 and its continuation bytes, each as Windows-1252 (or Latin-1) shows it.
_CONTINUATION = "[\\x80-\\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_GARBLED = re.compile(
    f"[\\xc2-\\xf4](?:(?<=[\\xc2-\\xdf]){_CONTINUATION}|(?<=[\\xe0-\\xef]){_CONTINUATION}{{2}}"
    f"|(?<=[\\xf0-\\xf4]){_CONTINUATION}{{3}})"
)
_MOST_LOOKED_AT = 2_000
_EXAMPLES = 3
_CONTEXT = 12


def find_mojibake(text: str, char_start: int, char_end: int) -> Problem | None:
    """Return the problem that text[char_start:char_end] holds garbled characters, or None.

    What looks garbled counts only where ftfy, which weighs what real text looks like, would repair it in its context.
    """
    first = None
    examples: Counter[tuple[str, str]] = Counter()
    for found in islice(_GARBLED.finditer(text, char_start, char_end), _MOST_LOOKED_AT):
        repaired = _repaired(text, found.start(), found.end())
        if repaired is not None:
            first = found.start() if first is None else first
            examples[found.group(), repaired] += 1
    if first is None:
        return None
    least = " or more" if examples.total() >= _MOST_LOOKED_AT else ""
    shown = ", ".join(f"`{garbled}` for `{meant}`" for (garbled, meant), _ in examples.most_common(_EXAMPLES))
    return Problem(
        f"char={first}",
        f"{examples.total():,} garbled characters{least}, UTF-8 once read as Windows-1252: {shown}",
        "get the file from its source again; it is used as it is, and names with such characters are not found",
    )


def _repaired(text: str, start: int, end: int) -> str | None:
    from ftfy import fix_encoding

    try:
        meant = text[start:end].encode("sloppy-windows-1252").decode()
    except UnicodeError:
        return None
    around = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    garbled = around[0] + text[start:end] + around[1]
    return meant if fix_encoding(garbled) != garbled and not meant.isspace() else None
