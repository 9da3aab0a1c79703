"""Stretches of a copy that are not plain content: sponsor reads and credits, promos of the show, intro, outro.

Belongs here: bringing together what the rules for speech, show notes and chapters find, and what comes back word for
word in other episodes. Everything not covered is content. Rules prefer to miss a stretch than to take content for
one; what is surely no conversation but of no sure kind is `unknown`. Spans of a copy do not overlap: sponsor wins
over promo, promo over outro, outro over intro, all over unknown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from orchestration.formats.display import count_words, tidy
from orchestration.ids import stable_id
from orchestration.schemas.kind_spans import KindSpans
from orchestration.transforms.repeated_speech import repeated_runs, repeated_sentences
from orchestration.transforms.shared_text import speech_codes
from orchestration.transforms.show_talk import PROMO, SHOW_WORDS, show_talk
from orchestration.transforms.speech_sentences import Sentence, Sentences
from orchestration.transforms.spoken_literals import Literals
from orchestration.transforms.sponsor_notes import hosts
from orchestration.transforms.sponsor_reads import OPENS, READ_WORDS, Sponsor, reads, sells, spoken_hosts
from orchestration.transforms.written_kinds import Found, chaptered, noted

# Repeated speech shorter than this is a turn of phrase.
MIN_REPEATED_WORDS = 20
# Longer, it is the same conversation in two feeds.
MAX_REPEATED_WORDS = 400
MAX_GAP_WORDS = 25
# In these sentences a host says whom he speaks for.
OPENING_SENTENCES = 8
# The share of the speech at either end in which repeated speech is greeting or farewell.
EDGE_SHARE = 0.1
_SPOKEN = ("text", "start_s", "char_start", "char_end", "is_change")
# Sentences of so many copies are in memory at a time.
_BATCH_COPIES = 16
_LITERALS = Literals(READ_WORDS | SHOW_WORDS)
_PRIORITY = {"sponsor": 0, "promo": 1, "outro": 2, "intro": 3, "unknown": 4}


def kind_spans(
    copies: pl.DataFrame,
    segments: pl.DataFrame,
    passages: pl.DataFrame,
    chapters: pl.DataFrame,
    document_texts: pl.DataFrame,
    copy_shows: pl.DataFrame | None = None,
    copy_episodes: pl.DataFrame | None = None,
    *,
    repeated: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the stretches of every copy that are not content.

    Arguments and result have the columns of the lake tables of these names. Without `copy_shows` no show is known by
    name, without `copy_episodes` each copy is taken for an episode. repeated: what `repeated_runs` gives of all copies,
    by default of these.
    """
    texts = dict(document_texts.select("document_id", "text").iter_rows())
    spoken = _by_copy(_speech(segments), "segment_index", _SPOKEN)
    notes = _by_copy(passages.filter(pl.col("field") == "description"), "passage_index", ("char_start", "char_end"))
    listed = _by_copy(chapters, "chapter_index", ("title", "start_s", "end_s", "char_start", "char_end"))
    shows = _shows(copy_shows)
    if copy_episodes is None:
        copy_episodes = copies.select("copy_id", episode_id="copy_id")
    if repeated is None:
        words = speech_codes(segments)
        repeated = repeated_runs(lambda columns: [words.select(columns)], copy_episodes)
    episodes: dict[str, str] = dict(copy_episodes.select("copy_id", "episode_id").iter_rows())
    runs = {copy_id: part["runs"][0] for (copy_id,), part in repeated.partition_by("copy_id", as_dict=True).items()}
    documents: dict[str, str] = dict(copies.sort("copy_id").select("copy_id", "document_id").iter_rows())
    truncated = dict(copies.select("copy_id", "is_truncated").iter_rows())
    written = {
        copy_id: [
            *noted(_rows(notes, copy_id), texts.get(document_id, "")),
            *chaptered(_rows(listed, copy_id), spoken.get(copy_id), texts.get(document_id, "")),
        ]
        for copy_id, document_id in documents.items()
    }
    known = _sponsors(written, episodes, documents, texts)
    rows = []
    for copy_id, of_copy, again in _sentences(documents, spoken, texts, runs):
        said = _LITERALS.sentences(of_copy)
        names = shows.get(copy_id, [])
        found = written[copy_id]
        for read in reads(of_copy, said, known.get(episodes.get(copy_id, copy_id), []), names):
            span = _span(of_copy, read.first, read.last, "sponsor", "read", read.rule)
            found.append(span._replace(name=read.name))
        for talk in show_talk(of_copy, said, names, truncated[copy_id]):
            found.append(_span(of_copy, talk.first, talk.last, talk.kind, "other", talk.rule))
        found += _repeated(of_copy, again, names, truncated[copy_id])
    for copy_id, document_id in documents.items():
        for span in _apart(written[copy_id], texts.get(document_id, "")):
            rows.append(
                {
                    "kind_span_id": stable_id("kind_span", copy_id, span.kind, span.char_start),
                    "document_id": document_id,
                    "copy_id": copy_id,
                    "segment_kind": span.kind,
                    "form": span.form,
                    "sponsor_name": span.name,
                    "rule": span.rule,
                    "char_start": span.char_start,
                    "char_end": span.char_end,
                }
            )
    frame = pl.DataFrame(rows, schema=KindSpans.create_empty().schema, strict=False)
    return KindSpans.validate(frame.sort("copy_id", "char_start"), cast=True)


def _speech(segments: pl.DataFrame) -> pl.DataFrame:
    """Return the segments of speech of each copy in order, with `is_change`: somebody else may speak than before."""
    label, copy_id = pl.col("speaker_label"), pl.col("copy_id")
    is_other = label.ne_missing(label.shift(1)) | pl.col("is_speaker_change")
    speech = segments.lazy().filter("is_speech").sort("copy_id", "segment_index")
    return speech.with_columns(is_change=is_other & copy_id.eq_missing(copy_id.shift(1))).collect()


def _sentences(
    documents: Mapping[str, str],
    spoken: Mapping[str, pl.DataFrame],
    texts: Mapping[str, str],
    runs: Mapping[str, pl.Series],
) -> Iterator[tuple[str, Sentences, frozenset[int]]]:
    """Yield for each copy that speaks its sentences, and which of them others have too."""
    speaking = [copy_id for copy_id in documents if copy_id in spoken]
    for first in range(0, len(speaking), _BATCH_COPIES):
        batch = speaking[first : first + _BATCH_COPIES]
        speech = {copy_id: Sentences(spoken[copy_id], texts.get(documents[copy_id], "")) for copy_id in batch}
        again = repeated_sentences({copy_id: speech[copy_id] for copy_id in batch if copy_id in runs}, runs)
        for copy_id, of_copy in speech.items():
            if len(of_copy):
                yield copy_id, of_copy, again.get(copy_id, frozenset())


def _by_copy(frame: pl.DataFrame, order: str, columns: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Return the `columns` of the rows of each copy, in this order."""
    parts = frame.lazy().select("copy_id", order, *columns).sort("copy_id", order).collect()
    return {copy_id: part for (copy_id,), part in parts.partition_by("copy_id", as_dict=True).items()}


def _rows(parts: Mapping[str, pl.DataFrame], copy_id: str) -> list[dict[str, Any]]:
    return parts[copy_id].rows(named=True) if copy_id in parts else []


def _shows(copy_shows: pl.DataFrame | None) -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    if copy_shows is not None:
        for copy_id, name in copy_shows.sort("copy_id", "show_id").select("copy_id", "show_name").iter_rows():
            names[copy_id].append(name)
    return names


def _sponsors(
    written: Mapping[str, Sequence[Found]],
    episodes: Mapping[str, str],
    documents: Mapping[str, str],
    texts: Mapping[str, str],
) -> dict[str, list[Sponsor]]:
    """Return the sponsors that the notes and chapters of all copies of an episode name, by episode."""
    named: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for copy_id, found in written.items():
        for span in found:
            if span.kind == "sponsor" and span.name:
                text = texts.get(documents[copy_id], "")[span.char_start : span.char_end]
                named[episodes.get(copy_id, copy_id)][span.name] |= set(hosts(text))
    return {
        episode: [Sponsor(name, tuple(sorted(found))) for name, found in sorted(sponsors.items())]
        for episode, sponsors in named.items()
    }


def _span(of_copy: Sequence[Sentence], first: int, last: int, kind: str, form: str, rule: str) -> Found:
    return Found(kind, of_copy[first].char_start, of_copy[last].char_end, form, rule)


def _repeated(
    of_copy: Sentences, repeated: frozenset[int], show_names: Iterable[str], is_truncated: bool
) -> Iterator[Found]:
    """Yield the stretches that other episodes have too, by what they say and where they stand."""
    if not repeated:
        return
    starts = of_copy.before.tolist()
    # What sells under the show's own name, written as one word in its address, is the show's.
    names = {name.casefold().replace(" ", "") for name in show_names}
    opening = " ".join(s.text for s in of_copy[:OPENING_SENTENCES] if not OPENS.search(s.text))
    opening = opening.casefold().replace(" ", "")
    for first, last in _stretches(of_copy, repeated):
        if not MIN_REPEATED_WORDS <= starts[last + 1] - starts[first] <= MAX_REPEATED_WORDS:
            continue
        text = " ".join(s.text for s in of_copy[first : last + 1])
        sold = [score for s in of_copy[first : last + 1] if (score := sells(s.text)) >= 1]
        is_own = PROMO.search(text) or any(host in opening or host in names for host in spoken_hosts(text))
        if OPENS.search(text) or (not is_own and len(sold) >= 2 and sum(sold) >= 5):
            yield _span(of_copy, first, last, "sponsor", "read", "repeated_read")
        elif is_own and (PROMO.search(text) or sum(sold) >= 3):
            yield _span(of_copy, first, last, "promo", "other", "repeated_promo")
        elif starts[first] < EDGE_SHARE * starts[-1]:
            yield _span(of_copy, first, last, "intro", "other", "repeated_intro")
        elif not is_truncated and starts[last + 1] > (1 - EDGE_SHARE) * starts[-1]:
            yield _span(of_copy, first, last, "outro", "other", "repeated_outro")
        else:
            yield _span(of_copy, first, last, "unknown", "other", "repeated_speech")


def _stretches(of_copy: Sequence[Sentence], repeated: Iterable[int]) -> list[tuple[int, int]]:
    """Return first and last of runs of repeated sentences. One short sentence, with a date or a name, may differ."""
    runs: list[tuple[int, int]] = []
    for index in sorted(repeated):
        if runs:
            first, last = runs[-1]
            if index - last == 1 or (index - last == 2 and of_copy[last + 1].word_count <= MAX_GAP_WORDS):
                runs[-1] = first, index
                continue
        runs.append((index, index))
    return runs


def _apart(found: Sequence[Found], document: str) -> list[Found]:
    """Return `found` without overlap: what a stronger or earlier stretch covers is cut from the others."""
    kept: list[Found] = []
    starts: list[int] = []
    for span in sorted(found, key=lambda span: (_PRIORITY[span.kind], span.char_start, -span.char_end, span.rule)):
        pieces = []
        free = span.char_start
        for other in kept[max(0, bisect_right(starts, free) - 1) : bisect_left(starts, span.char_end)]:
            if other.char_end > free:
                pieces.append((free, other.char_start))
                free = other.char_end
        pieces.append((free, span.char_end))
        for start, end in pieces:
            while start < end and document[start].isspace():
                start += 1
            while start < end and document[end - 1].isspace():
                end -= 1
            if start < end and count_words(tidy(document[start:end])):
                at = bisect_right(starts, start)
                starts.insert(at, start)
                kept.insert(at, span._replace(char_start=start, char_end=end))
    return kept
