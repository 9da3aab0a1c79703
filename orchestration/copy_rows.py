"""From a copy as a parser returns it, and what sidecars state of it, to rows of the lake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from orchestration.formats.display import count_words
from orchestration.formats.document import Copy
from orchestration.formats.language import detect_language, language_code
from orchestration.formats.stated_fields import video_id_of
from orchestration.ids import copy_id, stable_id
from orchestration.sidecars import Facts

Rows = dict[str, list[dict[str, Any]]]


def add_copy(
    document_id: str, copy_index: int, format_name: str, copy: Copy, facts: Facts, has_mojibake: bool, rows: Rows
) -> None:
    """Add the rows of a copy to the tables of `rows`.

    facts: what sidecars state of it; it goes before what the copy says. copy_index: its position in its document.
    """
    key = {"document_id": document_id, "copy_id": copy_id(document_id, copy_index)}
    by_field: dict[str, list[str]] = defaultdict(list)
    for index, passage in enumerate(copy.passages):
        by_field[passage.field].append(passage.text)
        rows["passages"].append(
            key
            | _span(passage)
            | {
                "passage_id": stable_id("passage", key["copy_id"], passage.char_start),
                "passage_index": index,
                "field": passage.field,
                "text": passage.text,
            }
        )
    for index, chapter in enumerate(copy.chapters):
        rows["chapters"].append(
            key
            | _span(chapter)
            | {
                "chapter_id": stable_id("chapter", key["copy_id"], chapter.char_start),
                "chapter_index": index,
                "title": chapter.title,
                "start_s": chapter.start_s,
                "end_s": chapter.end_s,
            }
        )
    for index, link in enumerate(copy.links):
        rows["links"].append(
            key
            | _span(link)
            | {
                "link_id": stable_id("link", key["copy_id"], link.char_start),
                "link_index": index,
                "url": link.url,
                "rel": link.rel,
            }
        )
    word_count = 0
    for index, segment in enumerate(copy.segments):
        word_count += count_words(segment.text) if segment.is_speech else 0
        rows["segments"].append(
            key
            | _span(segment)
            | {
                "segment_index": index,
                "speaker_label": segment.speaker_label,
                "label_char_start": segment.label_char_start,
                "label_char_end": segment.label_char_end,
                "start_s": segment.start_s,
                "end_s": segment.end_s,
                "text": segment.text,
                "words": None
                if segment.words is None
                else [{"word": w.word, "start_s": w.start_s, "end_s": w.end_s} for w in segment.words],
                "is_speech": segment.is_speech,
                "is_speaker_change": segment.is_speaker_change,
                "is_paragraph_start": segment.is_paragraph_start,
                "locator": segment.locator,
            }
        )
    speech = [segment for segment in copy.segments if segment.is_speech]
    for index, person in enumerate(_people(copy, facts, format_name)):
        rows["stated_people"].append(key | person | {"person_index": index})
    language, language_source = _language(copy, facts)
    rows["episode_copies"].append(
        key
        | _span(copy)
        | {
            "copy_index": copy_index,
            "format": format_name,
            "locator": copy.locator,
            "show_name": facts.show or copy.show_name,
            "title": facts.title or " ".join(by_field["title"]) or None,
            "description": "\n\n".join(by_field["description"]) or None,
            "url": facts.url or copy.url,
            "video_id": video_id_of(facts.url or "") or copy.video_id,
            "guid": facts.guid or copy.guid,
            "published_on": facts.date or copy.published_on,
            "date_source": "stated" if facts.date else copy.date_source,
            "duration_s": copy.duration_s,
            "season": copy.season,
            "episode_number": copy.episode_number,
            "enclosure_url": copy.enclosure_url,
            "show_guid": copy.show_guid,
            "tags": list(copy.tags),
            "language": language,
            "language_source": language_source,
            "stated_fields": facts.names,
            "has_mojibake": has_mojibake,
            "is_truncated": copy.truncation_reason is not None,
            "truncation_reason": copy.truncation_reason,
            "has_transcript": bool(speech),
            "has_speakers": any(segment.speaker_label is not None for segment in speech),
            "has_timestamps": any(segment.start_s is not None for segment in speech),
            "segment_count": len(copy.segments),
            "word_count": word_count,
        }
    )


def _people(copy: Copy, facts: Facts, format_name: str) -> Iterator[dict[str, Any]]:
    """Yield those whom sidecars state, then those whom the document states, unless it disagrees about their role."""
    named = set()
    for role, names in (("host", facts.hosts), ("guest", facts.guests)):
        for name in names or ():
            named.add(name.casefold())
            yield {"name": name, "role": role, "source": "sidecar", "char_start": None, "char_end": None}
    # Its module is not imported for the name: what every format needs must not change with one of them.
    source = "feed" if format_name == "rss_feed" else "front_matter"
    for person in copy.people:
        if person.name.casefold() not in named:
            yield _span(person) | {"name": person.name, "role": person.role, "source": source}


def _language(copy: Copy, facts: Facts) -> tuple[str | None, str]:
    stated = facts.language or (language_code(copy.language) if copy.language else None)
    if stated:
        return stated, "stated"
    # What is said decides; what is written about it may be in another language.
    spoken = [segment.text for segment in copy.segments if segment.is_speech]
    found = detect_language(spoken or [passage.text for passage in copy.passages])
    return found, "detected" if found else "none"


def _span(found: Any) -> dict[str, int]:
    return {"char_start": found.char_start, "char_end": found.char_end}
