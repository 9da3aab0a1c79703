"""TTML and DFXP captions: paragraphs `<p begin= end=>` with spans and line breaks, speakers in `ttm:agent`.

Apple's transcripts are TTML whose spans are sentences and words (`unit="sentence"`, `unit="word"`): each sentence is a
segment, and the words keep their times. Times inside a timed element count from its begin, as the standard has it,
unless they are written so that this cannot be meant: the first of them is not before that begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from orchestration.formats import xml_elements
from orchestration.formats.cues import About, Cue, Run, build_document, language_of
from orchestration.formats.document import ParsedDocument
from orchestration.formats.xml_elements import Element, namespace_key, read_elements, resolve_element
from orchestration.formats.xml_head import root_tag

FORMAT = "ttml"

_HEAD_CHARS = 20_000
_NAMESPACE = re.compile(r"\sxmlns(?::[\w.-]{1,60})?\s{0,10}=\s{0,10}[\"']([^\"'<>]{1,200})[\"']")
_CLOCK = re.compile(
    r"(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-9]{1,2})(?:[.,]([0-9]{1,9})|:([0-9]{1,4})(?:\.([0-9]{1,4}))?)?"
)
_OFFSET = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)(h|ms|m|s|f|t)?")
_WIDTH = {"h": 3600.0, "m": 60.0, "s": 1.0}


@dataclass(frozen=True, slots=True)
class _Clock:
    """The rates of the document: frames, parts of a frame and ticks in a second."""

    frames: float = 30.0
    sub_frames: float = 1.0
    ticks: float = 1.0

    def seconds(self, value: str | None) -> float | None:
        """Return the seconds of a time as TTML writes it, or None where it is none."""
        value = (value or "").strip()
        if found := _CLOCK.fullmatch(value):
            hours, minutes, secs, fraction, frames, sub_frames = found.groups()
            whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(secs)
            if fraction:
                return float(f"{whole}.{fraction}")
            return whole + (int(frames or 0) + int(sub_frames or 0) / self.sub_frames) / self.frames
        if found := _OFFSET.fullmatch(value):
            number, unit = float(found[1]), found[2] or "s"
            if unit == "f":
                return number / self.frames
            if unit == "t":
                return number / self.ticks
            return number / 1000 if unit == "ms" else number * _WIDTH[unit]
        return None


@dataclass(frozen=True, slots=True)
class _Context:
    """What an element takes over from those around it."""

    path: str
    origin_s: float = 0.0
    voice: str | None = None
    start_s: float | None = None
    end_s: float | None = None


@dataclass(slots=True)
class _Reader:
    clock: _Clock
    agents: dict[str, str]
    cues: list[Cue] = field(default_factory=list)


def sniff(text: str) -> float:
    """Return how surely `text` is of this format, 0 to 1, by its root element."""
    return 0.98 if root_tag(text) == "tt" else 0.0


def parse(text: str) -> ParsedDocument:
    """Return the one copy of TTML captions. Styles, regions and animations are left out."""
    read = _read(text)
    root = read.root
    if root is None or root.name != "tt":
        return ParsedDocument(FORMAT, "", (), read.problems)
    head = root.child("head")
    about = _about(root, head)
    if any("read up to" in problem.reason for problem in read.problems):
        about = About(about.title, about.notes, about.language, None, "the XML breaks off")
    reader = _Reader(_clock_of(root), _agents(head))
    for body, path in _with_paths(root, "/tt"):
        if body.name == "body":
            _read_block(reader, body, _Context(path))
    return build_document(FORMAT, len(text), reader.cues, about, read.problems)


def resolve(text: str, locator: str) -> str:
    """Return the text content of the element that a segment is. Raises ValueError where a locator leads nowhere."""
    return resolve_element(_read(text).root, locator)


@lru_cache(maxsize=1)
def _read(text: str) -> xml_elements.Read:
    return read_elements(text, _prefixes(text[:_HEAD_CHARS]))


def _prefixes(head: str) -> dict[str, str]:
    """Return our prefixes for the namespaces in use: TTML has had several addresses."""
    prefixes = {namespace_key("http://www.w3.org/XML/1998/namespace"): "xml"}
    for uri in _NAMESPACE.findall(head):
        key = namespace_key(uri)
        if key.startswith("w3.org/"):
            part = key.partition("#")[2]
            names = {"metadata": "ttm", "parameter": "ttp"}
            if not part:
                prefixes[key] = ""
            elif part in names:
                prefixes[key] = names[part]
        elif "transcript-ttml" in key:
            prefixes[key] = "transcript"
    return prefixes


def _about(root: Element, head: Element | None) -> About:
    metadata = [part for part in (head, head.child("metadata") if head else None) if part]
    titles = [text for part in metadata if (text := part.text_of("ttm:title", "title"))]
    notes = [text for part in metadata if (text := part.text_of("ttm:desc", "desc"))]
    return About(titles[0] if titles else None, tuple(notes), language_of(root.attributes.get("xml:lang")))


def _clock_of(root: Element) -> _Clock:
    def number(name: str, otherwise: float) -> float:
        found = re.fullmatch(r"\s*([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*", root.attributes.get(f"ttp:{name}", ""))
        return float(found[1]) or otherwise if found else otherwise

    multiplier = re.fullmatch(
        r"\s*([0-9]{1,9})(?:\s+|:)([0-9]{1,9})\s*", root.attributes.get("ttp:frameRateMultiplier", "")
    )
    scale = int(multiplier[1]) / int(multiplier[2]) if multiplier and int(multiplier[1]) and int(multiplier[2]) else 1.0
    frames = number("frameRate", 30.0) * scale
    sub_frames = number("subFrameRate", 1.0)
    has_frames = "ttp:frameRate" in root.attributes
    return _Clock(frames, sub_frames, number("tickRate", frames * sub_frames if has_frames else 1.0))


def _agents(head: Element | None) -> dict[str, str]:
    """Return the names of those who speak by their identifiers."""
    agents: dict[str, str] = {}
    waiting = [head] if head else []
    while waiting:
        element = waiting.pop()
        if element.name in ("ttm:agent", "agent"):
            name = element.text_of("ttm:name", "name")
            if name and (identifier := element.attributes.get("xml:id")):
                agents.setdefault(identifier, " ".join(name.split()))
        else:
            waiting.extend(element.children())
    return agents


def _with_paths(parent: Element, path: str) -> Iterator[tuple[Element, str]]:
    counts: dict[str, int] = {}
    for child in parent.children():
        counts[child.name] = counts.get(child.name, 0) + 1
        yield child, f"{path}/{child.name}[{counts[child.name]}]"


def _voice(reader: _Reader, element: Element, inherited: str | None) -> str | None:
    names = (element.attributes.get("ttm:agent") or element.attributes.get("agent") or "").split()
    said = " & ".join(reader.agents.get(name, name) for name in names[:5])
    return said or inherited


def _times(reader: _Reader, element: Element, around: _Context) -> tuple[float | None, float | None, bool]:
    """Return begin and end of an element, and whether it states any. Written times count from `around.origin_s`."""
    begin, end = (reader.clock.seconds(element.attributes.get(name)) for name in ("begin", "end"))
    duration = reader.clock.seconds(element.attributes.get("dur"))
    if begin is None and end is None and duration is None:
        return around.start_s, around.end_s, False
    start_s = around.origin_s + (begin or 0.0)
    if end is not None:
        end_s: float | None = around.origin_s + end
    else:
        end_s = start_s + duration if duration is not None else around.end_s
    return start_s, end_s if end_s is None or end_s >= start_s else None, True


def _inside(reader: _Reader, element: Element, around: _Context) -> _Context:
    """Return what the elements inside take over."""
    start_s, end_s, is_timed = _times(reader, element, around)
    voice = _voice(reader, element, around.voice)
    if not is_timed or not start_s or element.attributes.get("begin") is None:
        return _Context(around.path, around.origin_s, voice, start_s, end_s)
    first = _first_begin(reader, element)
    is_absolute = first is not None and around.origin_s + first >= start_s
    return _Context(around.path, around.origin_s if is_absolute else start_s, voice, start_s, end_s)


def _first_begin(reader: _Reader, element: Element) -> float | None:
    """Return the first time that is written inside an element."""
    waiting = list(element.children())[::-1]
    while waiting:
        child = waiting.pop()
        begin = reader.clock.seconds(child.attributes.get("begin"))
        if begin is not None:
            return begin
        waiting.extend(list(child.children())[::-1])
    return None


def _read_block(reader: _Reader, block: Element, around: _Context) -> None:
    """Add the cues of a body, a division or a paragraph."""
    inside = _inside(reader, block, around)
    is_first = True
    for child, path in _with_paths(block, around.path):
        within = _Context(path, inside.origin_s, inside.voice, inside.start_s, inside.end_s)
        if child.name == "p":
            cues = list(_paragraph(reader, child, within))
            if cues and block.name == "div" and is_first:
                cues[0].is_paragraph_start = True
            is_first = is_first and not cues
            reader.cues.extend(cues)
        elif child.name in ("body", "div"):
            _read_block(reader, child, within)


def _paragraph(reader: _Reader, paragraph: Element, around: _Context) -> Iterator[Cue]:
    inside = _inside(reader, paragraph, around)
    sentences = _sentences(paragraph, around.path)
    if not sentences:
        yield _cue(reader, paragraph, around)
    for number, (sentence, path) in enumerate(sentences):
        within = _Context(path, inside.origin_s, inside.voice, inside.start_s, inside.end_s)
        cue = _cue(reader, sentence, within)
        cue.is_paragraph_start = number == 0
        yield cue


def _sentences(paragraph: Element, path: str) -> list[tuple[Element, str]]:
    """Return the spans that are the cues of a paragraph: Apple's sentences, or all where they alone are timed."""
    spans = [(child, below) for child, below in _with_paths(paragraph, path) if child.name == "span"]
    sentences = [part for part in spans if part[0].attributes.get("transcript:unit") == "sentence"]
    if sentences or "begin" in paragraph.attributes:
        return sentences
    text = "".join(part for part in paragraph.content if isinstance(part, str))
    return spans if not text.strip() and all("begin" in span.attributes for span, _ in spans) else []


def _cue(reader: _Reader, element: Element, around: _Context) -> Cue:
    start_s, end_s, _ = _times(reader, element, around)
    runs: list[Run] = []
    _add_runs(reader, element, _inside(reader, element, around), runs, is_span=False)
    return Cue(start_s, end_s, runs, around.path)


def _add_runs(reader: _Reader, element: Element, inside: _Context, runs: list[Run], is_span: bool) -> None:
    """Add the text of an element to `runs`. A span that is timed gives its times to its words."""
    is_word = element.attributes.get("transcript:unit") == "word"
    is_line = not runs or is_word
    is_timed = is_span and "begin" in element.attributes
    pieces = [part for part in element.content if isinstance(part, str) and part]
    for part in element.content:
        if isinstance(part, str):
            piece = re.sub(r"[\t\n\r ]+", " ", part)
            if piece and not (is_line and piece.isspace()):
                first, last = part is pieces[0], part is pieces[-1]
                runs.append(
                    Run(
                        piece,
                        opens_line=is_line,
                        start_s=inside.start_s if is_timed and first else None,
                        end_s=inside.end_s if is_timed and last else None,
                        voice=inside.voice or "",
                    )
                )
                is_line = False
        elif part.name == "br":
            runs.append(Run("", opens_line=True, voice=inside.voice or ""))
            is_line = False
        elif part.name == "span":
            within = _inside(reader, part, inside)
            if is_line and runs and runs[-1].text:
                runs.append(Run("", opens_line=True, voice=inside.voice or ""))
            _add_runs(reader, part, within, runs, is_span=True)
            is_line = is_line and not runs
