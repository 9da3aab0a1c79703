"""A publisher's page with an edited transcript: an introduction, then paragraphs, a new speaker's as `Name: ...`.

What is speech and what is page? Speech begins at the first label of somebody who speaks again later. It ends with the
file, or, where the last speakers sign off, with the paragraph in which they do: what then follows without a label is
the foot of the page.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from orchestration.formats.dates import stated_date
from orchestration.formats.display import tidy
from orchestration.formats.document import Chapter, Copy, Link, ParsedDocument, Passage, Segment, char_locator
from orchestration.formats.locators import resolve_char_locator
from orchestration.formats.speaker_names import is_key, is_name
from orchestration.formats.speech import has_words, lines, passage, trim
from orchestration.formats.stated_fields import Field, addresses, read_fields, stated_fields, video_id_of
from orchestration.formats.titles import is_title_line

FORMAT = "publisher_page"

_HEAD_CHARS = 200_000
_LEAST_BLOCKS = 3
_MOST_CREDIT_CHARS = 60
_LABEL = re.compile(
    r"(?:\*\*)?([^\W\d_][^:*()\[\]{}<>\"“”?!,;\n\r]{1,49}?)[ \t]{0,2}(?:\([^()\n\r]{1,40}\)[ \t]{0,2})?"
    r"(?::\*\*|\*\*:|:(?=\s|\Z))"
)
# What ends a name: most paragraphs have no colon, or a sentence in front of it.
_NAME_STOP = re.compile(r"[:*()\[\]{}<>\"“”?!,;\n\r]")
_SENTENCE_END = re.compile(r"[.?!…—–-][\"'”’)\]]{0,2}\Z")
_HEADING = re.compile(r"#{1,6}[ \t]{1,4}(?=\S)")
_FAREWELL = re.compile(
    r"\b(?:thanks?|thank you)(?:,? (?:you|so much|very much|again|all|everyone|everybody|as always)){0,3} for "
    r"(?:listening|joining|watching|tuning|being|having|coming)\b"
    r"|\bsee (?:you|ya)(?: all| guys| everyone)? (?:next|again|soon|then|later|tomorrow|there)\b"
    r"|\b(?:until|till) (?:next|then)\b|\bthat['’]s (?:all|it)\b.{0,30}\bfor (?:today|now|this)\b"
    r"|\bgood(?:-?bye|[ -]?night)\b|\bbye\b|\btake care\b|\bsigning off\b|\bcatch you (?:next|later|soon)\b"
    r"|\btalk to you (?:next|soon|later)\b|\bhave a (?:great|good|nice|wonderful) (?:day|week|weekend|one|evening)\b"
    r"|\b(?:this has been|you(?:['’]ve| have) been listening to)\b"
    r"|\bauf wiederh[öo]ren\b|\btsch[üu]ss\b|\bbis (?:zum )?nächste"
    r"|\bà (?:la prochaine|bientôt)\b|\bhasta (?:la|el) pr[óo]xim",
    re.IGNORECASE,
)
# Thanks among the last words end a conversation, too, though more may be said after them: in the first person.
_THANKS = re.compile(r"\b(?:thanks|thank you|danke|vielen dank|merci|gracias)\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Ii]ch|[Ww]ir|[Jj]e|[Nn]ous|[Yy]o|[Nn]osotros)\b")
_LAST_BLOCKS = 4
_FOOT = re.compile(
    r"(?:related(?: (?:articles?|posts?|episodes?|content|stories|links))?|recommended(?: for you)?"
    r"|you (?:may|might) also like|read (?:more|next)"
    r"|more (?:from|episodes|like this)\b.{0,40}|share(?: this)?(?: (?:episode|article|post))?"
    r"|subscribe(?: now)?|newsletter|resources|comments|about the authors?|latest episodes?|explore more|footer"
    r"|(?:©|copyright\b).{0,100}):?\Z",
    re.IGNORECASE,
)
_TRANSCRIPT = re.compile(r"(?:#{1,6}[ \t]{1,4})?(?:(?:full|episode|edited|podcast)[ \t])?transcript:?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Label:
    """A label in front of a paragraph; `speech_start` is where what is said begins."""

    name: str
    start: int
    end: int
    speech_start: int


Range = tuple[int, int]


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1: speakers whose labels return, and who speak in sentences."""
    # Mark-up has formats of its own.
    if text.lstrip()[:1] == "<":
        return 0.0
    paragraphs, labels = _speakers(text, min(len(text), _HEAD_CHARS))
    if len(labels) < _LEAST_BLOCKS or len({label.name for label in labels.values()}) < 2:
        return 0.0
    spoken = [text[label.speech_start : paragraphs[index][1]] for index, label in labels.items()]
    sentences = sum(_SENTENCE_END.search(said[-4:]) is not None for said in spoken)
    word_count = sum(len(said.split()) for said in spoken)
    rest = len(paragraphs) - min(labels)
    if sentences < 0.6 * len(spoken) or word_count < 3 * len(spoken) or len(labels) < 0.1 * rest:
        return 0.0
    return 0.85 if len(labels) > _LEAST_BLOCKS else 0.7


def parse(text: str) -> ParsedDocument:
    """Return the one copy that a publisher's page is: a segment a paragraph, labelled where a speaker begins."""
    paragraphs, labels = _speakers(text, len(text))
    first = min(labels, default=len(paragraphs))
    stop = _stop(text, paragraphs, labels) if labels else first
    header_end = paragraphs[first][0] if labels else len(text)

    fields = list(stated_fields(text, 0, header_end))
    stated = read_fields(text, fields)
    dated = stated_date(text[:header_end]) if stated.published_on is None else None
    passages = tuple(_passages(text, paragraphs[:first], fields))
    segments, chapters = _transcript(text, paragraphs, labels, first, stop)
    if not segments and not passages:
        return ParsedDocument(FORMAT, text, ())
    url = text[slice(*stated.url)] if stated.url else None
    copy = Copy(
        0,
        len(text),
        char_locator(0, len(text)),
        show_name=stated.show_name,
        url=url,
        video_id=video_id_of(url) if url else None,
        published_on=dated[0] if dated else stated.published_on,
        date_source=dated[1] if dated else stated.date_source,
        duration_s=stated.duration_s,
        passages=passages,
        chapters=tuple(chapters),
        links=tuple(Link(text[start:end], start, end) for start, end in addresses(text, 0, header_end)),
        segments=tuple(segments),
    )
    return ParsedDocument(FORMAT, text, (copy,))


def resolve(text: str, locator: str) -> str:
    """Return the exact source text of a segment. Raises ValueError for a locator that leads nowhere."""
    return resolve_char_locator(text, locator)


@lru_cache(maxsize=1)
def _speakers(text: str, end: int) -> tuple[list[Range], dict[int, _Label]]:
    """Return the paragraphs of text[:end], and the labels by the index of their paragraph. The last is remembered.

    A name is a label where it recurs. One that stands only once is taken amid the others, where it is a full name or
    where the page calls everybody by one word.
    """
    paragraphs = list(lines(text, 0, end))
    candidates = {index: label for index, place in enumerate(paragraphs) if (label := _label(text, *place))}
    counts = Counter(label.name for label in candidates.values())
    recurring = [index for index, label in candidates.items() if counts[label.name] > 1]
    if not recurring:
        return paragraphs, {}
    is_one_word = all(" " not in candidates[index].name for index in recurring)
    accepted: dict[int, _Label] = {}
    for index, label in candidates.items():
        end = paragraphs[index][1]
        is_sentence = _SENTENCE_END.search(text, max(label.speech_start, end - 4), end)
        # Credits at the head of the page look like speech: `Host: Name`. Nobody speaks before the first sentence.
        if not accepted and not is_sentence and 0 < end - label.speech_start <= _MOST_CREDIT_CHARS:
            continue
        if counts[label.name] == 1:
            is_amid = recurring[0] - 1 <= index <= recurring[-1] + 1
            if not (is_amid and is_sentence and (is_one_word or " " in label.name)):
                continue
        accepted[index] = label
    return paragraphs, accepted


def _label(text: str, start: int, end: int) -> _Label | None:
    stop = _NAME_STOP.search(text, start + 2 if text.startswith("**", start) else start, min(end, start + 120))
    if stop is None or stop.group() not in ":*(":
        return None
    found = _LABEL.match(text, start, min(end, start + 120))
    if found is None:
        return None
    name = found[1].rstrip()
    # Some write their names small. Bold type tells that it is a label all the same.
    cased = name.title() if text.startswith("**", start) else name
    if len(name) < 2 or not cased[0].isupper() or not is_name(cased) or is_key(name):
        return None
    return _Label(name, found.start(1), found.start(1) + len(name), min(found.end(), end))


def _stop(text: str, paragraphs: list[Range], labels: dict[int, _Label]) -> int:
    """Return the index of the first paragraph after the last block that is no speech any more."""
    last = max(labels)
    stop = len(paragraphs)
    for index in range(last + 1, len(paragraphs)):
        start, end = paragraphs[index]
        if end - start <= 120 and _FOOT.match(_HEADING.sub("", text[start:end])):
            stop = index
            break
    closing = sorted(labels)[-_LAST_BLOCKS:][0]
    farewells = [index for index in range(closing, stop) if _FAREWELL.search(text, *paragraphs[index])]
    if farewells:
        return max(farewells[-1], last) + 1
    if any(_THANKS.search(text, *paragraphs[index]) for index in range(closing, last + 1)):
        return next((i for i in range(last + 1, stop) if not _FIRST_PERSON.search(text, *paragraphs[i])), stop)
    return stop


def _passages(text: str, paragraphs: list[Range], fields: list[Field]) -> Iterator[Passage]:
    """Yield title and description. Fields, headings and other short ends of the page are none of them."""
    title_field = next((field for field in fields if field.kind == "title"), None)
    has_title = title_field is not None
    if title_field:
        title = passage(text, title_field.value_start, title_field.value_end, is_title=True)
        if title:
            yield title
    starts = [field.start for field in fields]
    for index, (start, end) in enumerate(paragraphs):
        field = bisect_right(starts, start + 4) - 1
        if field >= 0 and end - 4 <= fields[field].end:
            continue
        heading = _HEADING.match(text, start, end)
        if not has_title and _is_title(text, start, end, is_first=index == 0):
            has_title = True
            title = passage(text, heading.end() if heading else start, end, is_title=True)
            if title:
                yield title
            continue
        if heading or _is_fragment(text[start:end]):
            continue
        found = passage(text, start, end)
        if found:
            yield found


def _is_title(text: str, start: int, end: int, is_first: bool) -> bool:
    """Tell whether a line is the title: a first-level heading, or a short first line that is no full sentence."""
    if text.startswith("# ", start):
        return True
    return is_first and not _TRANSCRIPT.match(text, start, end) and is_title_line(text[start:end])


def _is_fragment(line: str) -> bool:
    stated = stated_date(line[:200])
    if stated and stated[3] - stated[2] >= 0.8 * len(line):
        return True
    if line.endswith(":") or _TRANSCRIPT.match(line):
        return True
    return not line.startswith(("-", "•", "*")) and not _SENTENCE_END.search(line[-4:]) and len(line.split(None, 5)) < 5


def _transcript(
    text: str, paragraphs: list[Range], labels: dict[int, _Label], first: int, stop: int
) -> tuple[list[Segment], list[Chapter]]:
    segments: list[Segment] = []
    chapters: list[Chapter] = []
    label: _Label | None = None
    is_new = False
    for index in range(first, stop):
        start, end = paragraphs[index]
        if index in labels:
            label, is_new = labels[index], True
            start, end = trim(text, label.speech_start, end)
        elif title := _section_title(text, paragraphs, labels, index):
            chapters.append(title)
            continue
        shown = tidy(text[start:end])
        # A label may have a line of its own: its speech follows in the next paragraph.
        if not shown or label is None:
            continue
        segments.append(
            Segment(
                shown,
                start,
                end,
                char_locator(start, end),
                speaker_label=tidy(label.name),
                label_char_start=label.start if is_new else None,
                label_char_end=label.end if is_new else None,
                is_speech=has_words(shown),
                is_speaker_change=is_new,
                is_paragraph_start=True,
            )
        )
        is_new = False
    return segments, chapters


def _section_title(text: str, paragraphs: list[Range], labels: dict[int, _Label], index: int) -> Chapter | None:
    """Return the heading of a section: marked as one, or a short line without an end in front of a label."""
    start, end = paragraphs[index]
    heading = _HEADING.match(text, start, end)
    is_bare = (
        index + 1 in labels
        and end - start <= 80
        and text[start].isupper()
        and (text[end - 1].isalnum() or text[end - 1] in '”"’)')
        and len(text[start:end].split()) <= 10
    )
    if not heading and not is_bare:
        return None
    found = passage(text, heading.end() if heading else start, end)
    return Chapter(found.text, found.char_start, found.char_end) if found else None
