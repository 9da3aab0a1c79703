"""A change of code recomputes what is made with it, and nothing else."""

from __future__ import annotations

import ast

import pytest

from orchestration import method_versions
from orchestration.formats import registry
from orchestration.ingest import ingest
from orchestration.method_versions import closure, cuts, version_of
from orchestration.parse_versions import format_versions
from orchestration.pipeline import STAGES
from tests.conftest import ROOT


@pytest.fixture
def code(tmp_path, monkeypatch):
    """Return a function that writes the modules of a project, and returns the version of its module `top`."""
    monkeypatch.setattr(method_versions, "PROJECT_ROOT", tmp_path)
    (tmp_path / "orchestration").mkdir()

    def version(**modules: str) -> str:
        for name, text in {"top": "", "__init__": "", **modules}.items():
            (tmp_path / "orchestration" / f"{name}.py").write_text(text)
        method_versions._imports.cache_clear()
        method_versions._digest.cache_clear()
        return version_of("orchestration.top")

    yield version
    method_versions._imports.cache_clear()
    method_versions._digest.cache_clear()


@pytest.mark.parametrize(
    "imported",
    [
        "import orchestration.below",
        "from orchestration.below import f",
        "from orchestration import below",
        "def g():\n    from orchestration.below import f",
        "from orchestration.between import f",
    ],
)
def test_a_version_changes_with_what_is_imported_however_that_is_written(code, imported):
    between = "from orchestration.below import f"
    first = code(top=imported, below="f = 1", between=between)
    assert code(top=imported, below="f = 1", between=between, other="x = 1") == first
    assert code(top=imported, below="f = 2", between=between) != first


def test_modules_that_import_each_other_have_versions(code):
    first = code(top="import orchestration.below", below="import orchestration.top")
    assert code(top="import orchestration.below", below="import orchestration.top\n") != first


def test_word_lists_belong_to_the_module_that_reads_them(code, tmp_path):
    (tmp_path / "orchestration" / "words.txt").write_text("one")
    reading, other = code(top="import orchestration.words", words="f = __file__"), code()
    (tmp_path / "orchestration" / "words.txt").write_text("two")
    assert code(top="import orchestration.words", words="f = __file__") != reading
    assert code() == other


def test_an_import_that_is_cut_is_not_followed():
    registry_name = registry.__name__
    formats = [known.__name__ for known in registry.FORMATS]
    assert set(formats) <= closure((ingest.__module__,))
    assert not set(formats) & closure((ingest.__module__,), cuts(registry_name, formats))


def test_a_format_has_a_version_of_its_own(monkeypatch):
    before = format_versions()
    real = method_versions._digest
    monkeypatch.setattr(
        method_versions, "_digest", lambda name: "changed" if name == "orchestration.formats.webvtt" else real(name)
    )
    after = format_versions.__wrapped__()
    # An episode in a record may have its transcript as WebVTT.
    assert {name for name in before if before[name] != after[name]} == {"webvtt", "episode_records"}
    monkeypatch.setattr(
        method_versions, "_digest", lambda name: "changed" if name == "orchestration.sidecars" else real(name)
    )
    after = format_versions.__wrapped__()
    assert all(before[name] != after[name] for name in before)


def test_topics_do_not_align_texts_anew():
    made_with = {stage.table: closure((stage.compute.__module__,)) for stage in STAGES}
    assert {table for table, modules in made_with.items() if "orchestration.transforms.topics" in modules} == {
        "copy_topics",
        "chapter_topics",
        "turn_topics",
    }


def test_nothing_is_imported_in_ways_that_reading_the_imports_does_not_see():
    for package in ("formats", "transforms", "catalog", "schemas"):
        for path in sorted((ROOT / "orchestration" / package).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_bytes())):
                assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path.name}: a relative import"
                names = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
                assert "importlib" not in names, f"{path.name}: importlib"
                assert not (isinstance(node, ast.Name) and node.id == "__import__"), f"{path.name}: __import__"
