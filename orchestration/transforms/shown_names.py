"""The places of an unknown name as a person wants to see them: as written, with what stands around, in the document.

Belongs here: showing. Keep out: which names are shown (entity_candidates.py, name_miner.py).
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import Any

import polars as pl

from orchestration.formats.display import display
from orchestration.transforms.unknown_names import Place, UnknownNames

# So many characters on each side of a name are read to guess what it is.
AROUND = 50
# And so many of its places, spread over its episodes.
_MAX_READ = 12
_MAX_CONTEXTS = 3
_CONTEXT_CHARACTERS = 120
_SENTENCE_ENDS = (". ", "? ", "! ", "… ")


class NameReader:
    """Shows the places of names."""

    def __init__(
        self, found: UnknownNames, episodes: dict[str, str], turns: pl.DataFrame, document_texts: pl.DataFrame
    ) -> None:
        """Take the scan, the episode of each copy, and the tables that lead back to the documents."""
        self._texts = found.texts
        columns = ("copy_id", "document_id", "field", "unit_id", "char_start", "char_end")
        self._units = found.units.select(columns).rows()
        self._episodes = episodes
        # Few of them are ever shown: they stay in their columns until then.
        self._spans, self._document_texts = turns["spans"], document_texts["text"]
        self._turns = {turn_id: row for row, turn_id in enumerate(turns["turn_id"])}
        self._documents = {document_id: row for row, document_id in enumerate(document_texts["document_id"])}

    def surface(self, place: Place) -> str:
        """Return the name as it stands there."""
        return self._texts[place.unit][place.start : place.end]

    def episode(self, place: Place) -> str:
        """Return the episode that the place is in; a copy without one is its own."""
        copy_id = self._units[place.unit][0]
        return self._episodes.get(copy_id, copy_id)

    def commonest_form(self, places: Sequence[Place]) -> str:
        """Return the form that is written most often."""
        forms = Counter(map(self.surface, places))
        return min(forms, key=lambda form: (-forms[form], form))

    def around(self, places: Sequence[Place]) -> list[tuple[str, str]]:
        """Return the text right before and right after some of the places."""
        return [
            (text[max(0, place.start - AROUND) : place.start], text[place.end : place.end + AROUND])
            for place in self._spread(places)[:_MAX_READ]
            for text in (self._texts[place.unit],)
        ]

    def contexts(self, places: Sequence[Place]) -> list[dict[str, Any]]:
        """Return up to _MAX_CONTEXTS places as rows that lead back to the documents."""
        shown: list[dict[str, Any]] = []
        for place in self._spread(places):
            located = self._locate(place)
            if located is None:
                continue
            copy_id, document_id, *_ = self._units[place.unit]
            shown.append(
                {
                    "copy_id": copy_id,
                    "document_id": document_id,
                    "char_start": located[0],
                    "char_end": located[1],
                    "surface": self.surface(place),
                    "context": _sentence_around(self._texts[place.unit], place.start, place.end),
                }
            )
            if len(shown) == _MAX_CONTEXTS:
                break
        return shown

    def _locate(self, place: Place) -> tuple[int, int] | None:
        """Return the characters of the document that the place shows.

        None where a name is broken by the time of a cue, or where the spans do not make up the text.
        """
        _, document_id, _, unit_id, char_start, char_end = self._units[place.unit]
        turn = self._turns.get(unit_id)
        whole = [{"char_start": char_start, "char_end": char_end, "text_start": 0}]
        spans: list[dict[str, Any]] = whole if turn is None else self._spans[turn].to_list()
        starts = [span["text_start"] for span in spans]
        number = bisect_right(starts, place.start) - 1
        if number < 0 or number != bisect_right(starts, place.end - 1) - 1:
            return None
        span, offset = spans[number], starts[number]
        raw = self._document_texts[self._documents[document_id]][span["char_start"] : span["char_end"]]
        first, last = place.start - offset, place.end - offset
        if not self._texts[place.unit].startswith(raw, offset):
            shown = display(raw)
            if last > len(shown.text):
                return None
            first, last = shown.raw_span(first, last)
        return span["char_start"] + first, span["char_start"] + last

    def _spread(self, places: Sequence[Place]) -> list[Place]:
        """Return the places in turns over the episodes, sentences before headings."""
        seen: Counter[str] = Counter()
        ranked = []
        for place in sorted(places, key=lambda one: (not one.is_mid_sentence, one.unit, one.start)):
            is_heading = self._units[place.unit][2] in ("title", "chapter")
            episode = self.episode(place)
            seen[episode] += 1
            ranked.append(((seen[episode], is_heading, place.unit, place.start), place))
        return [place for _, place in sorted(ranked, key=lambda item: item[0])]


def csv_line(*fields: str) -> str:
    """Return the fields as one line of a CSV file, without its end."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()


def _sentence_around(text: str, start: int, end: int) -> str:
    low, high = max(0, start - _CONTEXT_CHARACTERS), min(len(text), end + _CONTEXT_CHARACTERS)
    begins = [found + len(mark) for mark in _SENTENCE_ENDS if (found := text.rfind(mark, low, start)) >= 0]
    ends = [found + 1 for mark in _SENTENCE_ENDS if (found := text.find(mark, end, high)) >= 0]
    if begins:
        low = max(begins)
    elif low:
        low = text.find(" ", low, start) + 1 or start
    if ends:
        high = min(ends)
    elif high < len(text):
        high = max(text.rfind(" ", end, high), end)
    return text[low:high].strip()
