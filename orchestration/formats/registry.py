"""All raw formats, and the one way in: bytes to a parsed document, or to problems that a person can act on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Protocol, cast

from orchestration.formats import (
    caption_page,
    directory_page,
    episode_records,
    html_page,
    json_feed,
    labelled_text,
    nist_text,
    office_document,
    plain_transcript,
    podcast_chapters,
    podcast_html,
    podcast_json,
    publisher_page,
    recogniser_json,
    rich_text,
    rss_feed,
    show_notes_page,
    sub_station,
    subrip,
    table_transcript,
    timed_text,
    ttml,
    webvtt,
    whisper_text,
    youtube_captions,
)
from orchestration.formats.decoding import Decoded, UndecodableError, decode
from orchestration.formats.document import ParsedDocument, Problem


class Format(Protocol):
    """What a module of this package must offer to be a format."""

    __name__: str
    FORMAT: str

    def sniff(self, text: str) -> float:
        """Return how surely `text` is of this format, 0 to 1, by its content alone and in linear time."""

    def parse(self, text: str) -> ParsedDocument:
        """Return what `text` holds. Bad content never raises: it is told as a problem."""

    def resolve(self, text: str, locator: str) -> str:
        """Return the exact source text of a segment; raises ValueError for a locator that leads nowhere."""


# A new format is one module and one line here. Where two are equally sure, the earlier one wins.
FORMATS = cast(
    tuple[Format, ...],
    (
        caption_page,
        publisher_page,
        directory_page,
        whisper_text,
        plain_transcript,
        rss_feed,
        webvtt,
        subrip,
        sub_station,
        ttml,
        youtube_captions,
        labelled_text,
        table_transcript,
        timed_text,
        show_notes_page,
        html_page,
        office_document,
        rich_text,
        podcast_json,
        podcast_chapters,
        podcast_html,
        json_feed,
        recogniser_json,
        nist_text,
        episode_records,
    ),
)
# Formats that describe episodes and hold no transcript by their nature.
_DESCRIPTIONS = frozenset((rss_feed.FORMAT, json_feed.FORMAT, show_notes_page.FORMAT, podcast_chapters.FORMAT))
_LEAST_SURE = 0.5
SUREST = {
    directory_page.FORMAT: 0.97,
    episode_records.FORMAT: 0.97,
    table_transcript.FORMAT: 0.96,
    caption_page.FORMAT: 0.95,
    labelled_text.FORMAT: 0.95,
    publisher_page.FORMAT: 0.85,
    timed_text.FORMAT: 0.75,
    show_notes_page.FORMAT: 0.65,
    plain_transcript.FORMAT: 0.6,
}
"""How sure those can be that look at every line: they are asked last, and only where no other is surer already."""


def _surest(known: Format) -> float:
    return SUREST.get(known.FORMAT, float("inf"))


# With the place of each, which is higher for the earlier ones.
_ASKED = sorted(((-index, known) for index, known in enumerate(FORMATS)), key=lambda placed: -_surest(placed[1]))

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Read:
    """What became of a file: its text unless it is binary, its content where the format is known, and all problems."""

    decoded: Decoded | None
    document: ParsedDocument | None
    problems: tuple[Problem, ...]


def recognise(text: str) -> Format | None:
    """Return the format that `text` is most surely of, by its content, or None where none is sure enough."""
    best = (0.0, 0)
    for place, known in _ASKED:
        if (_surest(known), place) > best:
            best = max(best, (known.sniff(text), place))
    sureness, place = best
    return FORMATS[-place] if sureness >= _LEAST_SURE else None


def format_of(raw: bytes) -> str | None:
    """Return the name of the format that `read` would find, without reading, or None where it would find none."""
    try:
        text = decode(raw).text
        known = recognise(text) if text.strip() else None
    except Exception:
        # `read` tells what is wrong.
        return None
    return known.FORMAT if known else None


def read(raw: bytes) -> Read:
    """Return what the bytes of a file hold. Never raises on any content: what cannot be used becomes a problem."""
    if not raw:
        return Read(None, None, (Problem("file", "the file is empty", "delete it, or fetch it again"),))
    try:
        decoded = decode(raw)
    except UndecodableError as error:
        return Read(None, None, (Problem("file", error.reason, error.remedy),))
    try:
        document, problem = _parse(decoded.text)
    except Exception as error:
        # A bug of ours must not cost the other files; the trace goes to the log, the file into the rejects.
        _log.exception("a format failed on a document")
        document, problem = None, _bug("a format", error)
    problems = decoded.problems + (document.problems if document else ()) + ((problem,) if problem else ())
    return Read(decoded, document, problems)


def _parse(text: str) -> tuple[ParsedDocument | None, Problem | None]:
    if not text.strip():
        return None, Problem("file", "the file holds white space only", "delete it, or fetch it again")
    known = recognise(text)
    if known is None:
        return None, Problem(
            "file",
            f"the format is not known: it is none of the {len(FORMATS)} that are read",
            "check that it is a podcast document; docs/formats.md lists what is read",
        )
    try:
        document = known.parse(text)
    except Exception as error:
        _log.exception("%s failed on a document", known.FORMAT)
        return None, _bug(known.FORMAT, error)
    if not document.copies:
        return document, Problem(
            "file", f"recognised as {known.FORMAT}, but no episode was found in it", "check that the file is complete"
        )
    if known.FORMAT not in _DESCRIPTIONS and not any(
        segment.is_speech for copy in document.copies for segment in copy.segments
    ):
        return document, Problem(
            "file",
            f"recognised as {known.FORMAT}, but it holds no transcript: only what describes the episode is used",
            "check that the file is complete; nothing is to be done where no transcript was published",
        )
    return document, None


def _bug(format_name: str, error: Exception) -> Problem:
    return Problem(
        "file",
        f"{format_name} failed on it with {type(error).__name__}: {str(error)[:200]}",
        "this is a bug: report it with the file",
    )
