"""What may be wrong with the cues of a file, in words."""

from __future__ import annotations

from collections.abc import Iterable

from orchestration.formats.document import Problem, char_locator
from orchestration.formats.speech import trim
from orchestration.formats.timed_lines import Timed


def scan_problems(text: str, cues: Iterable[Timed], stray: Iterable[tuple[int, int]]) -> tuple[Problem, ...]:
    """Return the problems of the cues in `text`: times that cannot be read, and `stray` text, which has no time."""
    problems = []
    broken = [timed.broken_at for timed in cues if timed.broken_at is not None]
    if broken:
        first = broken[0]
        problems.append(
            Problem(
                char_locator(first, min(len(text), first + 40)),
                f"{len(broken):,} cues have a time that cannot be read: their text is used without it",
                "correct the times, or fetch the file again",
            )
        )
    outside = [found for start, end in stray if (found := trim(text, start, end)) and found[0] < found[1]]
    if outside:
        problems.append(
            Problem(
                char_locator(*outside[0]),
                f"text behind the last cue or a comment, which has no time ({len(outside):,} places): it is not used",
                "delete it, or give it a time as the other cues have",
            )
        )
    return tuple(problems)
