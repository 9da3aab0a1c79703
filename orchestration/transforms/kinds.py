"""Stretches of a copy that are not plain content: sponsor reads and credits, promos of the show, intro, outro.

Belongs here: where such a stretch begins and ends. Everything not covered is content. Rules prefer to miss a stretch
than to take content for one. Spans of a copy do not overlap: sponsor wins over promo, promo over outro, outro over
intro.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import polars as pl

from orchestration.formats.display import Display, count_words, display, tidy
from orchestration.ids import stable_id
from orchestration.schemas.kind_spans import KindSpans
from orchestration.transforms.sponsor_notes import credits, is_heading, opens_item, sentence_around

# A read without words that lead back to the show is taken to last this long at most.
MAX_READ_WORDS = 150
MAX_READ_S = 90.0
# Chapters longer than this are not a sponsor's, whatever their title.
MAX_SPONSOR_CHAPTER_S = 360.0
# How far from either end of the speech the show speaks of itself, in words.
EDGE_WORDS = 250
GREETING_WORDS = 60
FAREWELL_WORDS = 100
# Sentences longer than this come from a recogniser without punctuation: they are cut at segments.
_MAX_SENTENCE_WORDS = 60

_PRIORITY = {"sponsor": 0, "promo": 1, "outro": 2, "intro": 3}
_SHOW = r"(?:episode|show|podcast|video|program(?:me)?|series)"
_TOKEN = r"[A-Z0-9][\w’'&+-]*(?:\.\w+)*"
_SPONSOR_NAME = re.compile(
    rf"\s?(?:our (?:good )?(?:friends|partners|pals) (?:over )?at|the (?:folks|team) at|:)?\s?"
    rf"(?P<name>{_TOKEN}(?:\s(?:(?:of|the|for)\s)?{_TOKEN}){{0,4}})"
)
# Words with which a sponsor read opens. `sponsored by` alone is no read: guests tell of sponsored events. `brought to
# you by` is hardly said of anything else.
_READ_OPENS = re.compile(
    rf"\b(?:(?:this|today[’']s|the) {_SHOW}(?: of (?:\w+ ){{1,5}})?(?: ?is|[’']s| ?was) (?:also |proudly |kindly )?"
    r"(?:brought to you(?: today)?|sponsored|supported|made possible|presented) by"
    r"|(?:is|are|was|were|[’']s) (?:also |proudly |kindly )?brought to you "
    r"(?:today |this week |in part )?by(?= (?-i:[A-Z]))"
    r"|today[’']s (?:\w+ ){1,3}(?:is|are|was) (?:sponsored|supported) by"
    r"|support for (?:\w+[’']?s? ){1,6}(?:comes from|is provided by)"
    r"|(?:a |the )?(?:quick |short |brief )?(?:word|message|break) (?:from|for|to thank) "
    r"(?:our|today[’']s|this week[’']s|this episode[’']s) (?:\w+ )?(?:sponsors?|partners?)"
    r"|(?:today[’']s|this week[’']s|this episode[’']s|our) (?:\w+ )?sponsors?"
    r"(?: (?:today|this week|for (?:today|this)[\w ]{0,20}))?(?: is| are|,)"
    r"|thank(?:s| you)(?: so much| again)? to (?:our|today[’']s|this week[’']s) (?:\w+ )?(?:sponsors?|friends at)"
    r"|(?:want|like|going|love) to thank (?:our|today[’']s|this week[’']s) (?:\w+ )?(?:sponsors?|friends at))",
    re.IGNORECASE,
)
_READ_ENDS = re.compile(
    r"\b(?:(?:now |and )?back to (?:the|our|my|today[’']s) "
    r"(?:show|episode|conversation|interview|podcast|discussion|program)"
    r"|(?:now,? )?let[’']s get (?:right )?back|(?:now,? )?let[’']s (?:get|dive|jump) (?:right |back )?in(?:to)?\b"
    r"|and now,? (?:back|on) to|on with the show|with that,? let[’']s)",
    re.IGNORECASE,
)
# What sentences of a read are made of, beside the sponsor's name.
_READ_GOES_ON = re.compile(
    r"\b\w+(?: ?\.| dot )(?:com|ai|io|dev|org|co|net|app|fm)\b|\b(?:forward )?slash \w+"
    r"|\b(?:promo|discount|offer) code\b|\buse (?:the |our |my )?code\b|\d ?(?:%|percent) off\b|\bfree trial\b"
    r"|\bsign(?:ing)? up (?:for|at|today)\b"
    r"|\bgo to \w+|\bvisit \w+|\blearn more\b|\bget started\b|\btheir (?:product|platform|team|service|tool)s?\b"
    r"|\bcheck (?:them|it) out\b|\bshow notes\b|\bour listeners\b|\bsponsor",
    re.IGNORECASE,
)
_SPONSOR_CHAPTER = re.compile(
    r"(?:(?:our |today[’']s )?sponsors?|sponsored(?: by)?|advert(?:s|isement)?s?|ads?|ad ?break|sponsor ?break"
    r"|a word from (?:our|today[’']s) sponsors?|break|mid-?roll|pre-?roll)"
    r"(?:\s*[:|–—-]\s*(?P<names>.+))?",
    re.IGNORECASE,
)
_NAME_BORDER = re.compile(r"\s*[|,]\s*|\s+(?:and|&)\s+")
# What a show says of itself: where to find it, and to praise and pay it.
_PROMO = re.compile(
    r"\bsubscribe (?:to|on|wherever|in) (?:\w+ ){0,2}"
    r"(?:our|this|channel|show|podcast|apple|spotify|newsletter)\b"
    r"|\b(?:like and subscribe|hit (?:the )?(?:subscribe|like)|smash that)"
    r"|\bleave (?:us )?a (?:\w+[ -]){0,2}(?:review|rating)|\brate and review|\breview (?:us|the show) on"
    r"|\bfollow (?:us|the show|the podcast|along) (?:on|at|wherever|in)"
    r"|\bfind (?:us|transcripts|the show) (?:on|at|wherever)"
    r"|\b(?:get|find|catch|listen to) us on\b|\bwherever you (?:listen|get your podcasts)"
    r"|\bjoin (?:our|the) (?:discord|slack|community)"
    r"|\bsign up (?:for|to) (?:our|the|new) (?:newsletter|podcasts?|emails?|mailing list)|\bsubscribe to the newsletter"
    r"|\bget full access to\b(?:.{0,60}?(?:https?://|www\.)\S+)?"
    r"|\bget access to bonus episodes|\bget ad[- ]free\b|\binterested in sponsoring"
    r"|\blearn more about your ad choices|\bsupport (?:us|the show|this show|the podcast) (?:on|at|by|via)\b",
    re.IGNORECASE,
)
_FAREWELL = re.compile(
    r"\bthank(?:s| you)(?: \w+){0,2} for (?:listening|tuning in|watching|joining us[\w, ]{0,20}listeners)"
    r"|\bthat[’']s (?:all the time we have|all (?:we have )?for today|it for (?:today|this week|this episode|the show))"
    r"|\b(?:we[’']ll |i[’']ll |we will |i will )?see you (?:all )?(?:in the )?(?:next (?:week|time|episode|one))"
    r"|\buntil next (?:time|week)",
    re.IGNORECASE,
)
# The show's name follows: `welcome back to the show` is said to a guest.
_GREETING = re.compile(
    r"\b(?i:welcome (?:back )?to|you(?:[’']re| are) listening to) (?i:(?:the|another \w+ of) )?[A-Z0-9]"
)
_SELF = re.compile(r"\b(?:i[’']m|i am|this is|my name is|hosted by|your hosts?|my co-?hosts?)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.?!…][\"”’)]*(?=\s)|\n")


class _Found(NamedTuple):
    """A stretch that a rule found, in code points of the document text."""

    kind: str
    char_start: int
    char_end: int
    form: str
    rule: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of the speech: its text, its characters, when it begins and which run of one speaker it is in."""

    text: str
    char_start: int
    char_end: int
    start_s: float | None
    run: int
    word_count: int


def kind_spans(
    copies: pl.DataFrame,
    segments: pl.DataFrame,
    passages: pl.DataFrame,
    chapters: pl.DataFrame,
    document_texts: pl.DataFrame,
) -> pl.DataFrame:
    """Return the stretches of every copy that are not content.

    Arguments and result have the columns of the lake tables of these names.
    """
    texts = dict(document_texts.select("document_id", "text").iter_rows())
    speech = _by_copy(segments.filter("is_speech"), "segment_index")
    notes = _by_copy(passages.filter(pl.col("field") == "description"), "passage_index")
    listed = _by_copy(chapters, "chapter_index")
    rows = []
    columns = copies.sort("copy_id").select("copy_id", "document_id", "is_truncated")
    for copy_id, document_id, is_truncated in columns.iter_rows():
        text = texts.get(document_id, "")
        spoken = speech.get(copy_id, [])
        sentences = list(_sentences(spoken, text))
        found = [
            *_reads(sentences),
            *_joined(_edges(sentences, is_truncated), text),
            *_noted(notes.get(copy_id, []), text),
            *_chaptered(listed.get(copy_id, []), spoken, text),
        ]
        for span in _apart(found, text):
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


def _by_copy(frame: pl.DataFrame, order: str) -> dict[str, list[dict[str, Any]]]:
    parts = frame.sort("copy_id", order).partition_by("copy_id", as_dict=True, maintain_order=True)
    return {str(copy_id): part.rows(named=True) for (copy_id,), part in parts.items()}


def _sentences(spoken: Sequence[dict[str, Any]], document: str) -> Iterator[_Sentence]:
    """Yield the sentences of the speech. A sentence may run over segments of one speaker, not over a change."""
    run = 0
    batch: list[dict[str, Any]] = []
    for segment in spoken:
        label_changes = batch and segment["speaker_label"] != batch[-1]["speaker_label"]
        if batch and (label_changes or segment["is_speaker_change"]):
            yield from _sentences_of_run(batch, document, run)
            batch = []
            run += 1
        batch.append(segment)
    if batch:
        yield from _sentences_of_run(batch, document, run)


def _sentences_of_run(batch: Sequence[dict[str, Any]], document: str, run: int) -> Iterator[_Sentence]:
    shown: list[Display] = [display(document[segment["char_start"] : segment["char_end"]]) for segment in batch]
    starts: list[int] = []
    length = 0
    for piece in shown:
        starts.append(length)
        length += len(piece.text) + 1
    text = " ".join(piece.text for piece in shown)
    borders = [0, *(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]
    cuts: list[int] = []
    for border, following in pairwise(borders):
        cuts.append(border)
        if text.count(" ", border, following) > _MAX_SENTENCE_WORDS:
            cuts += starts[bisect_right(starts, border) : bisect_right(starts, following - 1)]
    for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        sentence = text[start:end]
        begin = start + len(sentence) - len(sentence.lstrip())
        stop = begin + len(sentence.strip())
        if begin >= stop:
            continue
        first, last = bisect_right(starts, begin) - 1, bisect_right(starts, stop - 1) - 1
        char_start = batch[first]["char_start"] + shown[first].raw_offset(begin - starts[first])
        local = stop - starts[last]
        char_end = batch[last]["char_start"] + shown[last].raw_span(local - 1, local)[1]
        yield _Sentence(
            text[begin:stop], char_start, char_end, batch[first]["start_s"], run, count_words(text[begin:stop])
        )


def _reads(sentences: Sequence[_Sentence]) -> Iterator[_Found]:
    """Yield the sponsor reads: from the sentence that opens one to the words that lead back, or the last that sells."""
    index = 0
    while index < len(sentences):
        opening = sentences[index]
        cue = _READ_OPENS.search(opening.text)
        if cue is None:
            index += 1
            continue
        named = _SPONSOR_NAME.match(opening.text, cue.end())
        name = named["name"] if named else None
        last = index
        words = opening.word_count
        for position in range(index + 1, len(sentences)):
            sentence = sentences[position]
            words += sentence.word_count
            is_late = (
                opening.start_s is not None
                and sentence.start_s is not None
                and sentence.start_s - opening.start_s > MAX_READ_S
            )
            if sentence.run != opening.run or words > MAX_READ_WORDS or is_late or _PROMO.search(sentence.text):
                break
            if _READ_ENDS.search(sentence.text):
                last = position
                break
            if _READ_GOES_ON.search(sentence.text) or (name and name.casefold() in sentence.text.casefold()):
                last = position
        yield _Found("sponsor", opening.char_start, sentences[last].char_end, "read", "spoken_read", name)
        index = last + 1


def _edges(sentences: Sequence[_Sentence], is_truncated: bool) -> Iterator[_Found]:
    """Yield what the show says of itself near the start and the end: greeting, promos, farewell."""
    total = sum(sentence.word_count for sentence in sentences)
    before = 0
    for index, sentence in enumerate(sentences):
        left = total - before - sentence.word_count
        is_early = before < min(EDGE_WORDS, total / 4)
        is_last = not is_truncated and left < min(EDGE_WORDS, total / 4)
        before += sentence.word_count
        if is_last and left <= FAREWELL_WORDS and _FAREWELL.search(sentence.text):
            yield _Found("outro", sentence.char_start, sentences[-1].char_end, "other", "spoken_farewell")
            return
        if (is_early or is_last) and _PROMO.search(sentence.text):
            yield _Found("promo", sentence.char_start, sentence.char_end, "other", "spoken_promo")
        elif is_early and sentence.run == 0 and before <= GREETING_WORDS and _is_greeting(sentences, index):
            yield _Found("intro", sentence.char_start, sentence.char_end, "other", "spoken_greeting")


def _joined(found: Iterable[_Found], document: str) -> Iterator[_Found]:
    """Yield `found` with neighbours of one kind joined where only white space lies between."""
    last: _Found | None = None
    for span in found:
        is_next = last is not None and last.kind == span.kind
        if last is not None and is_next and not document[last.char_end : span.char_start].strip():
            last = last._replace(char_end=span.char_end)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def _is_greeting(sentences: Sequence[_Sentence], index: int) -> bool:
    """Whether the show is named in this opening sentence, or the speaker introduces himself right after that."""
    if _GREETING.search(sentences[index].text):
        return True
    return any(_GREETING.search(sentence.text) for sentence in sentences[max(0, index - 2) : index]) and bool(
        _SELF.search(sentences[index].text)
    )


def _noted(notes: Sequence[dict[str, Any]], document: str) -> list[_Found]:
    """Return the sponsors that show notes credit, and the sentences in which the show promotes itself."""
    shown = [display(document[passage["char_start"] : passage["char_end"]]) for passage in notes]
    found: list[_Found] = []
    is_list = False
    for index, passage in enumerate(notes):
        start, text = passage["char_start"], shown[index].text
        is_item = is_list and opens_item(text)
        if is_list and not is_item and index + 1 < len(notes) and opens_item(shown[index + 1].text) and found:
            # A paragraph between two items goes on with the first of them.
            found[-1] = found[-1]._replace(char_end=passage["char_end"])
            continue
        of_passage = credits(text, is_item)
        for credit in of_passage:
            begin, end = shown[index].raw_span(credit.start, credit.end)
            found.append(_Found("sponsor", start + begin, start + end, "credit", "notes_credit", credit.name))
        # Items of a list may be paragraphs of their own, below a heading.
        is_list = is_heading(text) or bool(of_passage and of_passage[-1].is_listed)
        for promo in _PROMO.finditer(text):
            sentence_start, sentence_end = sentence_around(text, promo.start())
            begin, end = shown[index].raw_span(sentence_start, max(sentence_end, promo.end()))
            found.append(_Found("promo", start + begin, start + end, "other", "notes_promo"))
            is_list = False
    return found


def _chaptered(chapters: Sequence[dict[str, Any]], spoken: Sequence[dict[str, Any]], document: str) -> Iterator[_Found]:
    """Yield the titles of chapters that name sponsors, and the timed speech inside such chapters."""
    for chapter in chapters:
        match = _SPONSOR_CHAPTER.fullmatch(chapter["title"].strip())
        if match is None:
            continue
        names = [name for name in _NAME_BORDER.split(match["names"] or "") if name]
        name = names[0] if len(names) == 1 else None
        credited = [*_named_parts(chapter, names, document)] if len(names) > 1 else []
        whole = _Found("sponsor", chapter["char_start"], chapter["char_end"], "credit", "sponsor_chapter", name)
        yield from credited or [whole]
        start_s, end_s = chapter["start_s"], chapter["end_s"]
        if start_s is None or end_s is None or end_s - start_s > MAX_SPONSOR_CHAPTER_S:
            continue
        inside = [s for s in spoken if s["start_s"] is not None and start_s <= s["start_s"] < end_s]
        if inside:
            begin, end = inside[0]["char_start"], inside[-1]["char_end"]
            yield _Found("sponsor", begin, end, "read", "sponsor_chapter", name)


def _named_parts(chapter: dict[str, Any], names: Sequence[str], document: str) -> Iterator[_Found]:
    """Yield a part of the title of a chapter for each of the sponsors that it names."""
    start = chapter["char_start"]
    for index, name in enumerate(names):
        begin = document.find(name, start, chapter["char_end"])
        if begin < 0:
            continue
        start, begin = begin + len(name), start if index == 0 else begin
        yield _Found("sponsor", begin, start, "credit", "sponsor_chapter", name)


def _apart(found: Sequence[_Found], document: str) -> list[_Found]:
    """Return `found` without overlap: what a stronger or earlier stretch covers is cut from the others."""
    kept: list[_Found] = []
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
