"""XML as plain elements. Hostile XML costs a problem, never the process: no entities, nothing external, no depth."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from orchestration.formats.document import Problem

MOST_DEPTH = 64
# An element takes some 400 bytes: a file of nothing but `<a/>` would take a hundred times its size.
MOST_ELEMENTS = 1_000_000
_NAME = r"[^\s/\[\]]{1,300}"
_STEP = re.compile(rf"/({_NAME})(?:\[([0-9]{{1,9}})\])?")
_LOCATOR = re.compile(rf"(?:/{_NAME}(?:\[[0-9]{{1,9}}\])?){{1,{MOST_DEPTH}}}")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_AMPERSAND = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)(?:([A-Za-z][A-Za-z0-9]{1,31});)?"
)
_USED_PREFIX = re.compile(r"</?([A-Za-z][\w-]{0,30}):[A-Za-z]")
_ROOT = re.compile(r"<[A-Za-z][\w:.-]{0,60}(?=[\s/>])")


@dataclass(slots=True)
class Element:
    """An element: its name with the prefix of its namespace, its attributes, and text and elements in order."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    content: list[str | Element] = field(default_factory=list)

    def children(self, *names: str) -> Iterator[Element]:
        """Yield the child elements of these names, in order; all of them where no name is given."""
        for part in self.content:
            if isinstance(part, Element) and (not names or part.name in names):
                yield part

    def child(self, *names: str) -> Element | None:
        """Return the first child element of these names, or None."""
        return next(self.children(*names), None)

    def text(self) -> str:
        """Return all text inside, that of the elements inside included."""
        if len(self.content) == 1 and isinstance(self.content[0], str):
            return self.content[0]
        return "".join(part if isinstance(part, str) else part.text() for part in self.content)

    def text_of(self, *names: str) -> str:
        """Return the trimmed text of the first child of the first of these names that has any, or an empty string."""
        for name in names:
            for found in self.children(name):
                if text := found.text().strip():
                    return text
        return ""


@dataclass(frozen=True, slots=True)
class Read:
    """The root element, None where there is none, and what was wrong. What stands behind an error is missing."""

    root: Element | None
    problems: tuple[Problem, ...] = ()


class _TooManyError(Exception):
    """More elements than MOST_ELEMENTS."""


class _Builder:
    """Gets the events of the parser. An element deeper than MOST_DEPTH is none: its text goes to the one around it."""

    def __init__(self, prefixes: dict[str, str]) -> None:
        self.prefixes = prefixes
        self.names: dict[str, str] = {}
        self.root: Element | None = None
        self.open: list[Element] = []
        self.depth = 0
        self.count = 0
        self.is_too_deep = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.is_too_deep = True
            return
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise _TooManyError
        element = Element(self._named(name), {self._named(key): value for key, value in attributes.items()})
        if self.open:
            self.open[-1].content.append(element)
        elif self.root is None:
            self.root = element
        self.open.append(element)

    def end(self, name: str) -> None:
        if self.depth <= MOST_DEPTH:
            self.open.pop()
        self.depth -= 1

    def data(self, text: str) -> None:
        if self.open:
            self.open[-1].content.append(text)

    def close(self) -> None:
        """Needed by the parser."""

    def _named(self, name: str) -> str:
        if not name.startswith("{"):
            return name
        known = self.names.get(name)
        if known is None:
            uri, local = name[1:].split("}", 1)
            prefix = self.prefixes.get(namespace_key(uri))
            known = name if prefix is None else f"{prefix}:{local}" if prefix else local
            self.names[name] = known
        return known


def namespace_key(uri: str) -> str:
    """Return the address of a namespace without what writers get wrong: scheme, `www.`, case, a closing slash."""
    return re.sub(r"^https?://(?:www\.)?", "", uri.strip().lower()).rstrip("/")


def read_elements(text: str, prefixes: dict[str, str]) -> Read:
    """Return the elements of an XML document. Never raises on any text.

    prefixes: by `namespace_key`, the prefix that names of a namespace get; "" for none. Names of other namespaces are
    `{address}name`. What is not well-formed is mended where the meaning is beyond doubt (control characters, `&`
    alone, HTML's named characters, prefixes that nobody declared), else read up to the error; either is a problem.
    """
    builder, error = _run(text, prefixes)
    problems = []
    if isinstance(error, ParseError):
        again, second = _run(_mended(text, prefixes), prefixes)
        line, column = error.position
        where = f"line={line}"
        if second is None:
            problems.append(
                Problem(where, f"not well-formed XML ({_said(error)}): mended", "tell whoever makes the file")
            )
            builder = again
        else:
            if isinstance(second, ParseError) and second.position > error.position:
                builder, (line, column), error = again, second.position, second
            reason = f"not well-formed XML at line {line}, column {column} ({_said(error)}): read up to there"
            problems.append(Problem(f"line={line}", reason, "fetch the file again, or tell whoever makes it"))
    elif isinstance(error, _TooManyError):
        reason = f"more than {MOST_ELEMENTS:,} elements: read up to there"
        problems.append(Problem("file", reason, "split the file"))
    elif error is not None:
        reason = f"XML that is not safe to read ({type(error).__name__}): read up to there"
        problems.append(Problem("file", reason, "remove the declarations of entities from the file"))
    if builder.is_too_deep:
        reason = f"elements more than {MOST_DEPTH} deep are read as text of the one around them"
        problems.append(Problem("file", reason, "check that it is what you think it is"))
    return Read(builder.root, tuple(problems))


def resolve_element(root: Element | None, locator: str) -> str:
    """Return the text content of the element at a path such as `/rss/channel/item[2]/title`.

    Positions count from 1 among the elements of one name; without one the first is meant. Raises ValueError for a path
    of another form or one that leads nowhere.
    """
    if not _LOCATOR.fullmatch(locator):
        raise ValueError(f"not an element path: {locator[:80]!r}; expected such as `/rss/channel/item[2]`")
    at = Element("", {}, [root] if root else [])
    for name, position in _STEP.findall(locator):
        same = list(at.children(name))
        index = int(position or 1) - 1
        if not 0 <= index < len(same):
            raise ValueError(f"{locator[:80]} leads nowhere: there is no {name}[{index + 1}]")
        at = same[index]
    return at.text()


def _run(text: str, prefixes: dict[str, str]) -> tuple[_Builder, Exception | None]:
    builder = _Builder(prefixes)
    parser = DefusedXMLParser(target=builder, forbid_entities=True, forbid_external=True)
    try:
        # White space in front of the declaration is an error to the parser and harmless to everybody else.
        parser.feed(text.encode("utf-8", "replace").decode().lstrip("\ufeff \t\r\n"))
        parser.close()
    except (ParseError, DefusedXmlException, _TooManyError) as error:
        return builder, error
    return builder, None


def _said(error: ParseError) -> str:
    return str(error).split(":", 1)[0][:80]


def _mended(text: str, prefixes: dict[str, str]) -> str:
    text = _NOT_XML.sub("", text).lstrip()
    text = _AMPERSAND.sub(_mended_reference, text)
    used = dict.fromkeys(_USED_PREFIX.findall(text))
    missing = [prefix for prefix in used if f"xmlns:{prefix}=" not in text and prefix != "xml"]
    root = _ROOT.search(text)
    if missing and root:
        addresses = {prefix: uri for uri, prefix in prefixes.items()}
        declared = "".join(f' xmlns:{prefix}="{addresses.get(prefix, prefix)}"' for prefix in missing[:50])
        text = text[: root.end()] + declared + text[root.end() :]
    return text


def _mended_reference(found: re.Match[str]) -> str:
    if found[1]:
        character = html.unescape(found.group())
        if character != found.group() and character not in "<&>":
            return character
    return "&amp;" + found.group()[1:]
