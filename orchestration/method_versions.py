"""Versions of the methods, made of their code: a change recomputes what it could have changed, and nothing else.

A method is a module and all modules of the project that it imports, as far as that leads, found by reading the
imports. Nobody has to remember to raise a number, and a change of the topics does not align texts anew.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from orchestration.settings import PROJECT_ROOT

Import = tuple[str, str]
"""The module that imports, and the one that is imported."""

_PACKAGE = "orchestration"
# Fields of the nodes of a syntax tree that hold statements, or parts of a statement that hold some.
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def version_of(*modules: str, cut: frozenset[Import] = frozenset()) -> str:
    """Return a short hash of the code of `modules` and of all that they import, where that is not among `cut`."""
    digest = hashlib.sha256()
    for name in sorted(closure(modules, cut)):
        digest.update(f"{name}\0{_digest(name)}\0".encode())
    return digest.hexdigest()[:12]


def closure(modules: tuple[str, ...], cut: frozenset[Import] = frozenset()) -> set[str]:
    """Return the modules of the project that `modules` consist of: themselves and what they import, transitively.

    cut: imports that are not followed.
    """
    found: set[str] = set()
    ahead = list(modules)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += [other for other in _imports(name) if (name, other) not in cut]
    return found


def cuts(importer: str, imported: Iterable[str]) -> frozenset[Import]:
    """Return the imports of the modules `imported` by the module `importer`, to be cut."""
    return frozenset((importer, name) for name in imported)


@cache
def _imports(module: str) -> frozenset[str]:
    """Return the modules of the project that `module` imports anywhere, inside functions too."""
    names: set[str] = set()
    code = _file(module).read_bytes()
    # Reading the code of all modules took a tenth of a run that finds nothing new, so it is read where it can matter,
    # and no further than to the statements, which is where imports stand.
    for node in _statements(ast.parse(code)) if _PACKAGE.encode() in code else ():
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # What is imported from a package may be a module of it or a name.
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(name for name in names if name.split(".")[0] == _PACKAGE and _file(name).is_file())


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all statements in `node`, at any depth."""
    for field in _BLOCKS:
        for inner in getattr(node, field, ()):
            yield inner
            yield from _statements(inner)


@cache
def _digest(module: str) -> str:
    """Return the hash of a module, and of the word lists beside it where it reads files of its own folder."""
    file = _file(module)
    code = file.read_bytes()
    digest = hashlib.sha256(code)
    if b"__file__" in code or b"importlib.resources" in code:
        for data in sorted(file.parent.iterdir()):
            if data.is_file() and data.suffix not in (".py", ".pyc"):
                digest.update(f"\0{data.name}\0".encode() + data.read_bytes())
    return digest.hexdigest()


def _file(module: str) -> Path:
    path = PROJECT_ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
