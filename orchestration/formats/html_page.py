"""A web page of an episode: its transcript in any label style, or its show notes.

The text is taken out block by block, with headings and bold labels kept as Markdown writes them, and then read by the
grammar of the text formats. A library that finds the main text (trafilatura was tried) drops what makes a
transcript one: names whose class says `author` or `speaker`, times, which blocks are headings. Where the transcript is
in the page, its labels tell; menus, footers and forms are left out by their elements.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from lxml import etree, html

from orchestration.formats import labelled_text, show_notes_page, timed_text
from orchestration.formats.dates import stated_date
from orchestration.formats.display import count_words
from orchestration.formats.document import Copy, Link, ParsedDocument, Passage
from orchestration.formats.front_matter import FrontMatter
from orchestration.formats.label_grammar import read_turns
from orchestration.formats.locators import resolve_text_locator, with_text_locators
from orchestration.formats.speech import passage
from orchestration.formats.stated_fields import video_id_of
from orchestration.formats.turn_labels import is_set_like_label, is_speaker, name_of_label

FORMAT = "html_page"

_OPENING = re.compile(
    r"(?:\s{0,1000}<\?xml[^<>]{0,200}\?>)?(?:\s{0,1000}<!--(?:[^-]|-(?!->)){0,2000}-->){0,9}\s{0,1000}"
    r"<(?:!doctype html|html|head|body|main|article|section|div|h[1-6]|p|ul|dl)\b",
    re.IGNORECASE,
)
_MOST_SNIFF_CHARS = 2_000_000
_MOST_CITE_CHARS = 200_000
_SKIPPED_TAGS = """
    script style noscript template nav footer aside form button select option svg iframe object canvas audio video head
    input textarea label dialog menu
"""
_SKIPPED = frozenset(_SKIPPED_TAGS.split())
_BLOCK_TAGS = """
    address article blockquote body center dd details div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 header hr
    html li main ol p pre section summary table tbody td th thead tr ul
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_NAME_CLASS = re.compile(r"\b(?:(?:speaker|person|participant)(?:[-_]?name)?|name|author)\b", re.IGNORECASE)
# Who speaks, and from which second on, where only a script of the page shows it.
_SPEAKER_DATA = ("data-speaker", "data-speaker-name", "data-name")
_START_DATA = ("data-start", "data-start-time", "data-time", "data-timestamp", "data-begin")
_SECONDS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,9})?")
_TRANSCRIPT = re.compile(r"(?:full |episode |read the )?transcript:?", re.IGNORECASE)
# Pages in which every label is one belong to `orchestration.formats.podcast_html`.
_CITE, _TIME = (re.compile(rf"<{tag}\b", re.IGNORECASE) for tag in ("cite", "time"))
_SPACE = re.compile(r"\s+")
_AUDIO = re.compile(r"\.(?:mp3|m4a|ogg|opus|wav|aac)(?:[?#]|\Z)", re.IGNORECASE)
_TYPES = frozenset(("PodcastEpisode", "RadioEpisode", "Episode"))
_EPISODE_WORD = re.compile(r"\b(?:podcast|episode|transcript|show notes)\b", re.IGNORECASE)
_MOST_LINKS = 1_000
_MOST_JSON_CHARS = 200_000


@dataclass(slots=True)
class _Page:
    """The text of a page and what its head states. `body_start`, `body_end`: the blocks; the addresses follow."""

    text: str = ""
    body_start: int = 0
    body_end: int = 0
    title: tuple[int, int] | None = None
    description: tuple[int, int] | None = None
    links: list[Link] = field(default_factory=list)
    show_name: str | None = None
    published_on: date | None = None
    url: str | None = None
    video_id: str | None = None
    audio: str | None = None
    language: str | None = None
    is_episode: bool = False


def sniff(text: str) -> float:
    """Return how surely `text` is a page of an episode, 0 to 1: labels of people who talk, or an episode's notes."""
    head = text[:_MOST_CITE_CHARS]
    if not _OPENING.match(text) or (_CITE.search(head) and _TIME.search(head)):
        return 0.0
    page = _read(text[:_MOST_SNIFF_CHARS])
    reading = read_turns(page.text, page.body_start, page.body_end)
    labelled = labelled_text.labels_sureness(page.text, reading, page.is_episode)
    if labelled:
        return 0.85
    if timed_text.has_captions(page.text[: page.body_end], page.body_start):
        return 0.8
    if page.is_episode and (labelled_text.is_prose(page.text, reading) or count_words(page.text) >= 30):
        return 0.7
    has_notes = show_notes_page.lists_chapters(page.text, page.body_start, page.body_end)
    return 0.6 if has_notes and page.links else 0.0


def parse(text: str) -> ParsedDocument:
    """Return the one copy that a page tells. Its text is that of the page, block by block; no markup makes it raise."""
    page = _read(text)
    reading = read_turns(page.text, page.body_start, page.body_end)
    matter = _matter(page)
    is_labelled = labelled_text.labels_sureness(page.text, reading, page.is_episode) > 0
    if not is_labelled and timed_text.has_captions(page.text[: page.body_end], page.body_start):
        copy = timed_text.read_copy(page.text, matter, page.body_end)
    elif is_labelled or labelled_text.is_prose(page.text, reading):
        copy = labelled_text.read_copy(page.text, matter, reading)
    else:
        copy = show_notes_page.read_copy(page.text, matter, page.body_end)
    copies = (_with_page(copy, page),) if copy.segments or copy.passages or copy.chapters else ()
    return ParsedDocument(FORMAT, page.text, copies)


def resolve(text: str, locator: str) -> str:
    """Return the text of a segment in the page, as its blocks read: `text=12,50` counts code points of that text.

    Raises ValueError for a locator that leads nowhere.
    """
    return resolve_text_locator(_read(text).text, locator)


def _with_page(copy: Copy, page: _Page) -> Copy:
    return replace(with_text_locators(copy), links=tuple(page.links), enclosure_url=page.audio)


def _matter(page: _Page) -> FrontMatter:
    """Return what the head of the page states, in the form that the text formats take."""
    passages: list[Passage] = []
    for span, is_title in ((page.title, True), (page.description, False)):
        if span and (made := passage(page.text, *span, is_title=is_title)):
            passages.append(made)
    return FrontMatter(
        page.body_start,
        show_name=page.show_name,
        published_on=page.published_on,
        date_source="stated" if page.published_on else "none",
        url=page.url,
        video_id=page.video_id,
        language=page.language,
        passages=tuple(passages),
    )


# --- from markup to text


@lru_cache(maxsize=1)
def _read(text: str) -> _Page:
    page = _Page()
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return page
    _read_head(root, page)
    lines = _Lines()
    links: dict[str, None] = {}
    _walk(root, lines, links, page)
    lines.end_block()
    body = "\n".join(lines.done).strip("\n")
    page.text, spans = "", []
    for stated in (page_title := _clean(_meta_title(root)), _clean(_meta(root, "og:description", "description"))):
        spans.append((len(page.text), len(page.text) + len(stated)) if stated else None)
        page.text += f"{stated}\n\n" if stated else ""
    page.title, page.description = spans
    page.is_episode = page.is_episode or bool(page.audio) or _EPISODE_WORD.search(page_title) is not None
    page.body_start = len(page.text)
    page.text += body
    page.body_end = len(page.text)
    for url in list(links)[:_MOST_LINKS]:
        page.text += "\n"
        page.links.append(Link(url, len(page.text), len(page.text) + len(url)))
        page.text += url
    return page


def _clean(text: str | None) -> str:
    return _SPACE.sub(" ", text or "").strip()


class _Lines:
    """The lines of a page as they grow: words of one block are one line, blocks are parted by an empty one."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self._line: list[str] = []
        self._prefix = ""
        # Whether line ends of the source are those of the page.
        self.is_preformatted = False

    def add(self, words: str | None) -> None:
        if not words:
            return
        first, *others = words.split("\n") if self.is_preformatted else [words]
        self._line.append(first)
        for line in others:
            self.end_line()
            if not line.strip() and self.done and self.done[-1]:
                self.done.append("")
            self._line.append(line)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in the line so far."""
        return not any(words.strip() for words in self._line)

    def end_line(self) -> None:
        line = _clean("".join(self._line))
        self._line = []
        if line:
            # A line of the page must not look like a heading unless it is one.
            self.done.append(self._prefix + (line if self._prefix or not line.startswith("#") else f"\\{line}"))

    def end_block(self, prefix: str = "") -> None:
        self.end_line()
        self._prefix = prefix
        if self.done and self.done[-1]:
            self.done.append("")


def _walk(root: Any, lines: _Lines, links: dict[str, None], page: _Page) -> None:
    """Walk the elements in order, without recursion: pages nest as deep as they like."""
    stack: list[tuple[Any, bool, str]] = [(root, False, "")]
    while stack:
        element, is_closing, after = stack.pop()
        if is_closing:
            lines.add(after)
            if element.tag in _BLOCKS:
                lines.end_block()
            lines.is_preformatted = lines.is_preformatted and element.tag != "pre"
            page.is_episode = page.is_episode or (element.tag in _HEADINGS and _is_transcript(element))
            lines.add(element.tail)
            continue
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _SKIPPED or not tag or _is_hidden(element):
            _note_media(element, tag, page)
            if element is not root:
                lines.add(element.tail)
            continue
        if tag in _BLOCKS:
            lines.end_block("#" * _HEADINGS[tag] + " " if tag in _HEADINGS else "")
            lines.is_preformatted = lines.is_preformatted or tag == "pre"
            lines.add(_stated_label(element))
        elif tag == "br":
            lines.end_line()
        if tag == "a" and str(element.get("href", "")).strip().startswith(("http://", "https://")):
            url = _SPACE.sub("", element.get("href"))[:2_000]
            links.setdefault(url)
            page.audio = page.audio or (url if _AUDIO.search(url) else None)
        before, after = _marks(element, tag, opens_line=lines.is_empty)
        lines.add(before)
        lines.add(element.text)
        stack.append((element, True, after))
        stack.extend((child, False, "") for child in reversed(element))


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or element.get("aria-hidden") == "true"


def _is_transcript(heading: Any) -> bool:
    return _TRANSCRIPT.fullmatch(_clean("".join(heading.itertext())[:200])) is not None


def _stated_label(element: Any) -> str:
    """Return the label that attributes of a block state, as Markdown writes it, or nothing."""
    start = next((found for name in _START_DATA if _SECONDS.fullmatch(found := element.get(name) or "")), None)
    name = next((found for key in _SPEAKER_DATA if is_speaker(found := _clean(element.get(key)), is_cased=False)), None)
    if name is None:
        return ""
    seconds = round(float(start or 0), 3)
    time = f"[{seconds // 3600:02.0f}:{seconds // 60 % 60:02.0f}:{seconds % 60:06.3f}] " if start else ""
    return f"{time}**{name}:** "


def _leads_words(element: Any) -> bool:
    """Tell whether words follow an element in its line, and neither a colon nor a time."""
    after = _clean(element.tail)
    following = element.getnext()
    if not after and following is not None and following.tag not in _BLOCKS and following.tag != "br":
        after = _clean("".join(following.itertext())[:200])
    return after[:1].isalpha() or (after[:1] != "" and after[0] in "\"“‘'")


def _marks(element: Any, tag: str, opens_line: bool) -> tuple[str, str]:
    """Return what stands around an element in the text: stars around what is set like a name, spaces around times.

    A name whose class says so, in front of words in the same line, gets the colon that the page shows by its design.
    """
    is_name = tag == "cite" or _NAME_CLASS.search(element.get("class") or "") is not None
    if tag in ("b", "strong", "dt") or is_name:
        words = _clean("".join(element.itertext())[:200])
        if is_set_like_label(words, is_cased=not is_name):
            has_child_mark = any(child.tag in ("b", "strong") for child in element)
            is_bare = name_of_label(words) == words and not has_child_mark
            if is_name and opens_line and is_bare and _leads_words(element):
                return " **", ":** "
            return (" ", " ") if has_child_mark else (" **", "** ")
    return (" ", " ") if tag in ("time", "span", "td", "th") else ("", "")


def _note_media(element: Any, tag: str, page: _Page) -> None:
    for item in element.iter("iframe", "audio", "source") if tag in ("iframe", "audio", "video") else ():
        source = str(item.get("src") or "")
        page.video_id = page.video_id or video_id_of(source)
        if item.tag != "iframe" and source.startswith("http") and tag == "audio":
            page.audio = page.audio or _SPACE.sub("", source)


def _read_head(root: Any, page: _Page) -> None:
    """Take what the head states: the address, the language, and the episode as schema.org describes it."""
    canonical = next((link.get("href") for link in root.iter("link") if link.get("rel") == "canonical"), None)
    url = _clean(canonical or _meta(root, "og:url"))
    page.url = url if url.startswith(("http://", "https://")) else None
    page.show_name = _clean(_meta(root, "og:site_name"))[:200] or None
    page.published_on = _day(_meta(root, "article:published_time", "datePublished"))
    language = re.match(r"[A-Za-z]{2}(?![A-Za-z])", root.get("lang") or "")
    page.language = language.group().lower() if language else None
    audio = _meta(root, "og:audio", "og:audio:secure_url", "twitter:player:stream")
    page.audio = _clean(audio) if audio and _AUDIO.search(audio) else None
    for found in _episodes(root):
        page.is_episode = True
        series = found.get("partOfSeries")
        name = series.get("name") if isinstance(series, dict) else None
        page.show_name = _clean(name)[:200] if isinstance(name, str) and name.strip() else page.show_name
        published = found.get("datePublished")
        page.published_on = _day(published if isinstance(published, str) else None) or page.published_on


def _episodes(root: Any) -> Iterator[dict[str, Any]]:
    for script in root.iter("script"):
        content = script.text or ""
        if script.get("type") != "application/ld+json" or len(content) > _MOST_JSON_CHARS:
            continue
        try:
            loaded = json.loads(content)
        except (ValueError, RecursionError):
            continue
        items = loaded if isinstance(loaded, list) else [loaded]
        graph = [item.get("@graph") for item in items if isinstance(item, dict)]
        items = [*items, *(node for nodes in graph if isinstance(nodes, list) for node in nodes)]
        for item in items:
            kind = item.get("@type") if isinstance(item, dict) else None
            if _TYPES & set(kind if isinstance(kind, list) and all(isinstance(k, str) for k in kind) else [str(kind)]):
                yield item


def _meta(root: Any, *names: str) -> str | None:
    values: dict[str, str] = {}
    for item in root.iter("meta"):
        name = item.get("property") or item.get("name") or item.get("itemprop")
        if name in names and item.get("content"):
            values.setdefault(name, str(item.get("content")))
    return next((values[name] for name in names if name in values), None)


def _meta_title(root: Any) -> str | None:
    title = next((item.text for item in root.iter("title")), None)
    return _meta(root, "og:title") or title


def _day(value: str | None) -> date | None:
    found = stated_date(f"Published: {value.strip()[:40]}") if value else None
    return found[0] if found and found[2] == 0 else None
