"""One fuzz target over all parsers, for as long as anyone likes.

    python -m tests.fuzz --seconds 60 [--seed N] [--corpus FOLDER]...

Seeds are the files of `raw/`, the generators of `orchestration.benchmarks.parsers` and the files of each corpus. Their
bytes are changed at random and read. A failure is written to a temporary folder with the reason, and the run ends.
"""

from __future__ import annotations

import argparse
import logging
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from orchestration.benchmarks.parsers import generate
from orchestration.formats import registry
from orchestration.formats.display import tidy
from orchestration.formats.document import Copy

_PROJECT = Path(__file__).resolve().parent.parent
_MOST_SECONDS = 5.0
_MOST_SEED_BYTES = 60_000
_CUT_BYTES = 10_000
_MOST_CHANGES = 6
_TEXT_TOKENS = (
    *(
        "-->",
        "{",
        "}",
        "[",
        "]",
        '"',
        "\\",
        ",",
        ":",
        "<",
        ">",
        "</p>",
        "<p>",
        "<v Bo>",
        "<c>",
        "<!--",
        "<![CDATA[",
        "]]>",
    ),
    *("<!DOCTYPE", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&amp;", "&lt;", "&a;", "&#0;", "&#x110000;", "&gt;&gt; ", "\x00"),
    *("\ufeff", "\u2028", "\x85", "\r", "\r\n\r\n", "\n\n", "\u200b", "\u00ad", "\u0130", "\U0001f41d", "\\ud800"),
    *("\\udfff\\ud800", "999999999999999999999999", "1e999", "-1", "NaN", "Infinity", "null", "true", "0.0000001"),
    *(
        "00:00:00.000 --> 00:00:01.000",
        "99:99:99,999",
        "0:00",
        "[00:01:02]",
        "WEBVTT\n\n",
        "NOTE ",
        "STYLE\n",
        "9" * 5000,
    ),
    *("---\n", "+++\n", "title: [", "# ", "## Full Transcript", "**Source:** ", "**Ada:** ", "Ada Bee: ", "- ", ">> "),
    *("Transcript", "Timestamps", "Published on March 10, 2025", "https://a.example/b?c=d", "(laughing)", "]("),
)
_BROKEN_TOKENS = (b"\xff\xfe", b"\xfe\xff", b"\xed\xa0\x80", b"\xc3", b"\x80", b"\xf4\x90\x80\x80")
TOKENS = (*(token.encode() for token in _TEXT_TOKENS), *_BROKEN_TOKENS)
Mutation = Callable[[random.Random, bytearray, Sequence[bytes]], bytearray]


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that broke a promise."""

    raw: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run: how many inputs were read, how many held a document, how long it took, what failed."""

    executions: int
    documents: int
    seconds: float
    failure: Failure | None


def _place(chance: random.Random, raw: bytearray) -> tuple[int, int]:
    """Return a random range, short more often than long."""
    start = chance.randint(0, len(raw))
    return start, min(len(raw), start + int(2 ** chance.uniform(0, 11)))


def _flip(chance: random.Random, raw: bytearray, seeds: Sequence[bytes]) -> bytearray:
    for _ in range(chance.randint(1, 8) if raw else 0):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return raw


def _insert(chance: random.Random, raw: bytearray, seeds: Sequence[bytes]) -> bytearray:
    at = chance.randint(0, len(raw))
    raw[at:at] = chance.randbytes(chance.randint(1, 6))
    return raw


def _delete(chance: random.Random, raw: bytearray, seeds: Sequence[bytes]) -> bytearray:
    start, end = _place(chance, raw)
    del raw[start:end]
    return raw


def _duplicate(chance: random.Random, raw: bytearray, seeds: Sequence[bytes]) -> bytearray:
    start, end = _place(chance, raw)
    at = chance.randint(0, len(raw))
    raw[at:at] = raw[start:end] * chance.choice((1, 1, 2, 20))
    return raw


def _swap(chance: random.Random, raw: bytearray, seeds: Sequence[bytes]) -> bytearray:
    first, second = sorted((_place(chance, raw), _place(chance, raw)))
    if first[1] > second[0]:
        return raw
    return (
        raw[: first[0]]
        + raw[second[0] : second[1]]
        + raw[first[1] : second[0]]
        + raw[first[0] : first[1]]
        + raw[second[1] :]
    )


def _splice(chance: random.Random, raw: bytearray, seeds: Sequence[bytes]) -> bytearray:
    other = chance.choice(seeds)
    start, end = _place(chance, bytearray(other)) if chance.random() < 0.5 else (chance.randint(0, len(other)), None)
    at = chance.randint(0, len(raw))
    return raw[:at] + other[start:end] + (raw[at:] if end is not None else b"")


def _truncate(chance: random.Random, raw: bytearray, seeds: Sequence[bytes]) -> bytearray:
    at = chance.randint(0, len(raw))
    return raw[:at] if chance.random() < 0.7 else raw[at:]


def _token(chance: random.Random, raw: bytearray, seeds: Sequence[bytes]) -> bytearray:
    start, end = _place(chance, raw)
    raw[start : end if chance.random() < 0.2 else start] = chance.choice(TOKENS) * chance.choice((1, 1, 1, 1, 2, 500))
    return raw


_MUTATIONS: tuple[Mutation, ...] = (_flip, _insert, _delete, _duplicate, _swap, _splice, _truncate, _token, _token)


def mutate(chance: random.Random, raw: bytes, seeds: Sequence[bytes]) -> bytes:
    """Return `raw` after some random changes; `seeds` are what it may be spliced with."""
    changed = bytearray(raw)
    for _ in range(chance.randint(1, _MOST_CHANGES)):
        changed = chance.choice(_MUTATIONS)(chance, changed, seeds)
    return bytes(changed)


def check(raw: bytes) -> tuple[str | None, bool]:
    """Return the reason why reading `raw` breaks a promise, or None, and whether it holds a document."""
    started = time.process_time()
    try:
        read = registry.read(raw)
        reason = next((problem.reason for problem in read.problems if "this is a bug" in problem.remedy), None)
        if read.document is None and not read.problems:
            reason = "neither a document nor a problem"
        if read.document is not None and read.decoded is not None and reason is None:
            resolve = next(known.resolve for known in registry.FORMATS if read.document.format == known.FORMAT)
            for copy in read.document.copies:
                reason = reason or _broken_promise(copy, read.document.text)
                for segment in copy.segments:
                    resolve(read.decoded.text, segment.locator)
    except Exception as error:
        return f"{type(error).__name__}: {error}", False
    taken = time.process_time() - started
    if taken > _MOST_SECONDS:
        reason = f"it took {taken:.1f} s"
    return reason, read.document is not None


def _broken_promise(copy: Copy, text: str) -> str | None:
    """Return the first range of a copy that does not hold what it says, in words."""
    for segment in copy.segments:
        if tidy(text[segment.char_start : segment.char_end]) != segment.text:
            return f"a segment at {segment.char_start} is not its slice"
        label = segment.label_char_start, segment.label_char_end
        if label != (None, None) and tidy(text[slice(*label)]) != segment.speaker_label:
            return f"the label of the segment at {segment.char_start} is not its slice"
    for before, after in pairwise(copy.segments):
        if before.char_end > after.char_start:
            return f"the segment at {after.char_start} begins before the one in front of it ends"
    for passage in copy.passages:
        if tidy(text[passage.char_start : passage.char_end]) != passage.text or not passage.text:
            return f"a passage at {passage.char_start} is not its slice"
    for chapter in copy.chapters:
        if tidy(text[chapter.char_start : chapter.char_end]) != chapter.title or not chapter.title:
            return f"a chapter at {chapter.char_start} is not its slice"
    for link in copy.links:
        if text[link.char_start : link.char_end] != link.url:
            return f"a link at {link.char_start} is not its slice"
    for person in copy.people:
        if tidy(text[person.char_start : person.char_end]) != person.name:
            return f"a person at {person.char_start} is not their slice"
    return None


def seeds_of(folders: Sequence[Path]) -> list[bytes]:
    """Return the generated files and those of the folders; of a large file its head, and its head and tail."""
    seeds = [generate(known.FORMAT, 3_000).encode() for known in registry.FORMATS]
    for folder in folders:
        for path in sorted(found for found in folder.rglob("*") if found.is_file()):
            raw = path.read_bytes()
            is_small = len(raw) <= _MOST_SEED_BYTES
            seeds.extend([raw] if is_small else [raw[: 2 * _CUT_BYTES], raw[:_CUT_BYTES] + raw[-_CUT_BYTES:]])
    return seeds


def run(seconds: float, seed: int, seeds: Sequence[bytes], most_executions: float = math.inf) -> Outcome:
    """Read changed inputs for a time, in seconds, or so many, or until one fails. A seed always tries the same ones."""
    chance = random.Random(seed)
    started = time.monotonic()
    executions = documents = 0
    reason: str | None = None
    raw = b""
    while reason is None and executions < most_executions and time.monotonic() - started < seconds:
        # Each input has a seed of its own, so that a change of the checks does not change what follows.
        raw = mutate(random.Random(chance.getrandbits(64)), chance.choice(seeds), seeds)
        reason, is_document = check(raw)
        executions += 1
        documents += is_document
    failure = Failure(raw, reason) if reason is not None else None
    return Outcome(executions, documents, time.monotonic() - started, failure)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run for the time asked for; return 1 after a failure, whose input is kept in a file."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, help="the same seed tries the same inputs; drawn where none is given")
    parser.add_argument("--corpus", type=Path, action="append", default=[], help="a folder of files; may be repeated")
    options = parser.parse_args(arguments)
    for folder in options.corpus:
        if not folder.is_dir():
            parser.error(f"{folder} is no folder")
    logging.disable(logging.CRITICAL)
    seed = options.seed if options.seed is not None else random.SystemRandom().getrandbits(32)
    outcome = run(options.seconds, seed, seeds_of([_PROJECT / "raw", *options.corpus]))
    if outcome.failure:
        path = Path(tempfile.mkdtemp(prefix="fuzz-")) / "input"
        path.write_bytes(outcome.failure.raw)
        print(f"{path}\nseed {seed}\n{outcome.failure.reason}")
    print(
        f"{outcome.executions} executions, {outcome.executions / max(outcome.seconds, 1e-9):.0f} a second, "
        f"{outcome.documents} documents, {int(outcome.failure is not None)} failures (seed {seed})"
    )
    return 1 if outcome.failure else 0


if __name__ == "__main__":
    sys.exit(main())
