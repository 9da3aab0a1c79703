"""What the target of a link says about its text: the host that bears a name is the site of that thing.

Belongs here: reading Markdown links around names. Keep out: what follows from them (episode_reader.py).
"""

from __future__ import annotations

import re

import numpy as np

from orchestration.transforms.letters import Bools, Ints, Letters

# A Markdown link, from the end of its text to the end of its host.
_TARGET = re.compile(r"\]\(https?://(?:www\.)?([\w-]+(?:\.[\w-]+){1,3})")
_MAX_TARGET = 100
_NO_LETTER = re.compile(r"[^a-z0-9]")


def are_linked_to_their_sites(letters: Letters, start: Ints, end: Ints) -> Bools:
    """Tell for each [start, end) whether it is all the text of a link to a host of that name: `[Bun](https://bun.sh)`."""
    result = letters.are_in(start - 1, "[")
    for number in np.flatnonzero(result):
        result[number] = _is_linked(letters.text, int(start[number]), int(end[number]))
    return result


def _is_linked(text: str, start: int, end: int) -> bool:
    target = _TARGET.match(text[end : end + _MAX_TARGET])
    if target is None:
        return False
    site = target.group(1).lower().split(".")[-2].replace("-", "")
    return _NO_LETTER.sub("", text[start:end].lower()) == site
