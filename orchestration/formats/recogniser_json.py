"""Recognisers' JSON: Whisper and its kin, Deepgram, AssemblyAI, Rev, Google, Amazon, Azure, Speechmatics, Kaldi, lists.

The dialects are described in `recogniser_dialects`; `unit_reader` reads them all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from orchestration.formats.cue_building import TextBuilder, join, lay_out
from orchestration.formats.display import tidy
from orchestration.formats.document import ParsedDocument
from orchestration.formats.front_matter import interpret, kind_of
from orchestration.formats.front_matter_tree import Tree
from orchestration.formats.json_records import found_dialect, refined, tree_of, with_names
from orchestration.formats.json_text import broken, get, load, path, string, strings_at
from orchestration.formats.recogniser_dialects import DIALECTS, PODCASTING, Dialect, time_key
from orchestration.formats.unit_reader import read_cues, recognise, seconds

FORMAT = "recogniser_json"

_LANGUAGE_KEYS = tuple(
    path(key)
    for key in (
        "language",
        "language_code",
        "result.language",
        "results.language_code",
        "results.channels.0.detected_language",
        "metadata.transcription_config.language",
        "metadata.language",
        "job.lang",
        "recognizedPhrases.0.locale",
        "phrases.0.locale",
        "results.0.languageCode",
    )
)
_DURATION_KEYS = tuple(
    time_key(key)
    for key in (
        "metadata.duration",
        "metadata.audio_duration",
        "audio_duration",
        "durationMilliseconds@ms",
        "durationInTicks@ticks",
        "duration",
        "job.duration",
    )
)
_TITLE_KEYS = tuple(path(key) for key in ("title", "data.getPodcastEpisode.name"))
# What an object states of the episode beside its transcript. Summaries and topics are the recogniser's own.
_STATED = frozenset(("show", "stated", "recorded", "url", "guid", "season", "number", "host", "guest"))
_SOUND = ("audio", "media", "source")
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z0-9_-]{1,20})?")
# What a transcript that was cut off still begins with.
_HINT = re.compile(
    r"\"(?:segments|utterances|monologues|recognizedPhrases|transcription|results|words)\"\s{0,100}:\s{0,100}[\[{]"
)
_HEAD_CHARS = 50_000


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1: JSON in a dialect, or what was so before it broke."""
    loaded = load(text)
    if loaded.error is None:
        if recognise(loaded.value, DIALECTS):
            return 0.95
        return 0.9 if not recognise(loaded.value, (PODCASTING,)) and found_dialect(loaded.value) else 0.0
    is_json = re.match(r"\s{0,1000}(?:\{\s{0,1000}\"|\[\s{0,1000}\{)", text) is not None
    return 0.6 if is_json and _HINT.search(text, 0, _HEAD_CHARS) else 0.0


def parse(text: str) -> ParsedDocument:
    """Return the one copy of a recogniser's transcript: a segment an utterance, or a cue built from words."""
    return parse_dialects(FORMAT, text, DIALECTS, has_others=True)


def resolve(text: str, locator: str) -> str:
    """Return the source string of a segment, or those of its units joined as the segment has them.

    Raises ValueError for a locator that leads nowhere.
    """
    return join(strings_at(text, locator))


def parse_dialects(
    format_name: str, text: str, dialects: Sequence[Dialect], *, has_others: bool = False
) -> ParsedDocument:
    """Return the one copy of a JSON transcript in the first of `dialects` that it is of.

    has_others: read what is of none of them by what is in its records, too.
    """
    loaded = load(text)
    if loaded.error:
        return ParsedDocument(format_name, "", (), (broken(loaded.error),))
    found = recognise(loaded.value, dialects) or (found_dialect(loaded.value) if has_others else None)
    if found is None:
        return ParsedDocument(format_name, "", ())
    dialect, source = found
    cues, problems = read_cues(loaded.value, dialect, refined(loaded.value, source) if has_others else source)
    cues = with_names(loaded.value, cues)
    builder = TextBuilder()
    tree = _stated(loaded.value, builder)
    segments, document_text = lay_out(cues, builder)
    if not segments:
        return ParsedDocument(format_name, document_text, (), problems)
    latest_s = max((cue.start_s for cue in cues if cue.start_s is not None), default=0.0)
    copy = replace(
        interpret(document_text, tree, 0).copy(0, len(document_text), ""),
        duration_s=_duration_s(loaded.value, latest_s),
        language=_language(loaded.value),
        segments=segments,
    )
    return ParsedDocument(format_name, document_text, (copy,), problems)


def _stated(value: Any, builder: TextBuilder) -> dict[str, Tree]:
    """Return what the object states of the episode under keys of front matter; its strings go to the text."""
    title = next((shown for key in _TITLE_KEYS if tidy(shown := string(get(value, key)) or "")), None)
    # A `name` may be that of a job, and `audio_url` where the sound was handed in.
    stated = {
        key: inner
        for key, inner in (value.items() if isinstance(value, dict) else ())
        if kind_of(key) in _STATED and not key.startswith(_SOUND)
    }
    return tree_of(stated | ({"title": title} if title else {}), builder)


def _language(value: Any) -> str | None:
    for key in _LANGUAGE_KEYS:
        found = _LANGUAGE.fullmatch(string(get(value, key)) or "")
        if found:
            return found[1].lower()
    return None


def _duration_s(value: Any, latest_s: float) -> float | None:
    """Return the stated length of the sound, unless it ends before the transcript does."""
    for key in _DURATION_KEYS:
        try:
            found = seconds(get(value, key.path), key.per_second)
        except (ValueError, TypeError, OverflowError):
            continue
        if found is not None and found >= latest_s:
            return found
    return None
