"""Sidecars: small YAML files beside transcripts that state what a transcript cannot say about its episode.

| file | speaks of |
|---|---|
| `talk.vtt.yml` | `talk.vtt` |
| `episode.yml` | the files of its own folder, which tell one episode |
| `show.yml` | everything in its folder and below |
| `talk.vtt.source.yml` | `talk.vtt`, which was fetched: where it came from |

Each fact is taken from the first of them, in this order, that states it (of several `show.yml` from the nearest), and
goes before what the document itself says.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

import yaml

from orchestration.characters import storable
from orchestration.containers import SEPARATOR
from orchestration.formats.decoding import UndecodableError, decode
from orchestration.formats.display import tidy
from orchestration.formats.document import Problem
from orchestration.formats.language import language_code

MAX_BYTES = 65_536
_MAX_PEOPLE = 100
_MAX_CHARS = 1_000
_MAX_NAME_CHARS = 200
_MAX_DEPTH = 20

_EPISODE, _SHOW, _SOURCE = "episode.yml", "show.yml", ".source.yml"
_SHOW_KEYS = ("show", "hosts", "language")
_KEYS = ("show", "title", "date", "hosts", "guests", "url", "language", "guid")
_CORRECT = "write `key: value`, a line each"
_WEB = re.compile(r"https?://[^\s<>\"]+\Z", re.IGNORECASE)
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ][\d:.,+Zz -]{1,40})?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Facts:
    """What sidecars state; None where nothing is stated. An empty tuple states that there is nobody."""

    show: str | None = None
    title: str | None = None
    date: date | None = None
    hosts: tuple[str, ...] | None = None
    guests: tuple[str, ...] | None = None
    url: str | None = None
    language: str | None = None
    guid: str | None = None

    @property
    def names(self) -> list[str]:
        """The keys that are stated."""
        return [fact.name for fact in fields(self) if getattr(self, fact.name) is not None]

    @property
    def names_of_episode(self) -> list[str]:
        """The keys that are stated and hold for one episode only."""
        return [name for name in self.names if name not in _SHOW_KEYS]

    def over(self, others: Facts) -> Facts:
        """Return these facts, filled up from `others`."""
        return Facts(**{key: getattr(self if key in self.names else others, key) for key in _KEYS})

    def of_show(self) -> Facts:
        """Return only the facts that hold for every episode of a document of several."""
        return Facts(**{key: getattr(self, key) for key in _SHOW_KEYS})


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A sidecar as read: its facts, and the problems of those that could not be taken."""

    path: str
    sha256: str
    facts: Facts
    problems: tuple[Problem, ...]

    @property
    def is_source(self) -> bool:
        """Whether it was written by the one who fetched the file."""
        return _standard(self.path).endswith(_SOURCE)


@dataclass(frozen=True, slots=True)
class Applied:
    """What all sidecars of one document state together. `sidecars`: the strongest first."""

    facts: Facts
    sidecars: tuple[Sidecar, ...]

    @property
    def fingerprint(self) -> str | None:
        """A hash of paths and contents of the sidecars, None where there are none."""
        if not self.sidecars:
            return None
        told = "\0".join(f"{sidecar.path}\0{sidecar.sha256}" for sidecar in self.sidecars)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def sidecar_paths(paths: Iterable[str]) -> set[str]:
    """Return those of `paths` that are sidecars: by their name, or because the file they are named after exists."""
    known = set(paths)
    containers = {path.rsplit(SEPARATOR, 1)[0] for path in known if SEPARATOR in path}
    return {
        path
        for path in known
        if (name := _standard(path)).rsplit("/", 1)[-1] in (_EPISODE, _SHOW)
        or (name.endswith(_SOURCE) and not name.endswith("/" + _SOURCE))
        or (name.endswith(".yml") and (name[:-4] in known or name[:-4] in containers))
    }


def _standard(path: str) -> str:
    """Return the path with the one of both spellings of the extension that everything here goes by."""
    return path[:-5] + ".yml" if path.endswith(".yaml") else path


class Sidecars:
    """All sidecars below the raw folder, and which of them speak of a document."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        """Read the sidecars; `contents` are their bytes by path."""
        self.problems: list[tuple[str, Problem]] = []
        """What is wrong with them: path of the sidecar, and the problem."""
        self._by_path: dict[str, Sidecar] = {}
        self._used: set[str] = set()
        for path in sorted(contents, reverse=True):
            sidecar = read_sidecar(path, contents[path])
            self.problems += [(path, problem) for problem in sidecar.problems]
            first = self._by_path.setdefault(_standard(path), sidecar)
            if first is not sidecar:
                reason = f"not used: {first.path.rsplit('/', 1)[-1]} stands beside it"
                self.problems.append((path, Problem("file", reason, "put what both say into one of them")))

    def of(self, path: str) -> Applied:
        """Return what is stated of the document at `path`."""
        found = [self._by_path[name] for name in _candidates(path) if name in self._by_path]
        self._used |= {_standard(sidecar.path) for sidecar in found}
        facts = Facts()
        for sidecar in found:
            facts = facts.over(sidecar.facts)
        return Applied(facts, tuple(found))

    def unused(self) -> Iterator[tuple[str, Problem]]:
        """Yield a problem for each sidecar that `of` has found no document for so far."""
        for name, sidecar in sorted(self._by_path.items()):
            if name not in self._used:
                remedy = "put it beside the files it speaks of, or name it after one: `talk.vtt.yml` for `talk.vtt`"
                yield sidecar.path, Problem("file", "there is no document that it speaks of", remedy)


def _candidates(path: str) -> Iterator[str]:
    """Yield the paths of the sidecars that could speak of a document, the strongest first."""
    # A member of an archive is also spoken of by what stands beside the archive.
    files = [path]
    while SEPARATOR in files[-1]:
        files.append(files[-1].rsplit(SEPARATOR, 1)[0])
    folders = [path.rsplit("/", 1)[0] if "/" in path else ""]
    while folders[-1]:
        folders.append(folders[-1].rpartition("/")[0])
    yield from (f"{file}.yml" for file in files)
    yield _inside(folders[0], _EPISODE)
    if len(files) > 1:
        yield _inside(files[-1].rpartition("/")[0], _EPISODE)
    yield from (_inside(folder, _SHOW) for folder in folders)
    yield from (file + _SOURCE for file in files)


def _inside(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def read_sidecar(path: str, raw: bytes) -> Sidecar:
    """Return what a sidecar states. Never raises: what cannot be used is a problem with its line."""
    reader = _Reader(_standard(path))
    facts = reader.read(raw)
    return Sidecar(path, hashlib.sha256(raw).hexdigest(), facts, tuple(reader.problems))


@dataclass(slots=True)
class _Reader:
    """Reads one sidecar."""

    name: str
    problems: list[Problem] = field(default_factory=list)

    def _tell(self, locator: str, reason: str, remedy: str) -> None:
        self.problems.append(Problem(locator, reason, remedy))

    def read(self, raw: bytes) -> Facts:
        if len(raw) > MAX_BYTES:
            self._tell("file", f"{len(raw):,} bytes: no sidecar needs more than {MAX_BYTES:,}", "shorten it")
            return Facts()
        try:
            root = _compose(decode(raw).text)
        except UndecodableError as error:
            self._tell("file", error.reason, error.remedy)
            return Facts()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = f"line={mark.line + 1}" if mark else "file"
            self._tell(where, f"not valid YAML: {error.problem or error.context}", _CORRECT)
            return Facts()
        except (yaml.YAMLError, RecursionError) as error:
            reason = f"not valid YAML: {' '.join(str(error).split())[:200]}"
            self._tell("file", reason, _CORRECT)
            return Facts()
        if root is None or _is_null(root):
            return Facts()
        if not isinstance(root, yaml.MappingNode):
            self._tell("file", "no list of `key: value`", f"{_CORRECT}, with the keys {_listed(_KEYS)}")
            return Facts()
        return self._facts(root)

    def _facts(self, root: yaml.MappingNode) -> Facts:
        found: dict[str, Any] = {}
        is_source = self.name.endswith(_SOURCE)
        is_show = self.name.rsplit("/", 1)[-1] == _SHOW
        seen = set()
        for key_node, value in root.value:
            where = f"line={key_node.start_mark.line + 1}"
            key = key_node.value.strip().lower() if isinstance(key_node, yaml.ScalarNode) else ""
            if key not in _KEYS:
                # Whoever fetches a file records more about it than about the episode.
                if not is_source:
                    self._tell(where, f"unknown key {key[:40]!r}", f"the keys are {_listed(_KEYS)}")
            elif is_show and key not in _SHOW_KEYS:
                reason = f"{key!r} is of one episode, but {_SHOW} speaks of all below its folder"
                self._tell(where, reason, f"move it to the {_EPISODE} of the episode")
            elif key in seen:
                self._tell(where, f"{key!r} stands there twice; the first counts", "delete one of the two")
            elif not _is_null(value):
                seen.add(key)
                try:
                    found[key] = _READERS[key](value)
                except _BadValueError as error:
                    self._tell(f"line={value.start_mark.line + 1}", f"{key!r} {error}", error.remedy)
        return Facts(**found)


class _BadValueError(ValueError):
    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


def _compose(text: str) -> yaml.Node | None:
    """Return the nodes of a YAML text: with their lines, and as written rather than as dates, numbers or booleans."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise yaml.YAMLError(f"nested deeper than {_MAX_DEPTH} levels")
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(keys)


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _BadValueError("is no text", "write one line of text")
    value = tidy(storable(node.value))
    if not value or len(value) > _MAX_CHARS:
        raise _BadValueError(f"is empty or longer than {_MAX_CHARS:,} characters", "write one line of text")
    return value


def _people(node: yaml.Node) -> tuple[str, ...]:
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    if len(nodes) > _MAX_PEOPLE:
        raise _BadValueError(f"has more than {_MAX_PEOPLE} names", "name those who are heard")
    names = tuple(dict.fromkeys(_text(item) for item in nodes))
    if isinstance(node, yaml.ScalarNode) and "," in names[0]:
        raise _BadValueError("holds a comma", "write a list of names: `[Ada Bee, Bo Cee]`")
    if any(len(name) > _MAX_NAME_CHARS for name in names):
        raise _BadValueError(f"holds a name of more than {_MAX_NAME_CHARS} characters", "write the name alone")
    return names


def _date(node: yaml.Node) -> date:
    found = _DATE.match(_text(node))
    try:
        if found:
            return date.fromisoformat(found[1])
    except ValueError:
        pass
    raise _BadValueError("is no date", "write it as 2025-01-31")


def _url(node: yaml.Node) -> str:
    value = _text(node)
    if not _WEB.match(value):
        raise _BadValueError("is no web address", "write the whole of it, from https:// on")
    return value


def _language(node: yaml.Node) -> str:
    code = language_code(_text(node))
    if code is None:
        raise _BadValueError("is no language", "write its code: `en`, `de`, `pt-BR`")
    return code


_READERS: dict[str, Callable[[yaml.Node], Any]] = {
    "show": _text,
    "title": _text,
    "date": _date,
    "hosts": _people,
    "guests": _people,
    "url": _url,
    "language": _language,
    "guid": _text,
}
