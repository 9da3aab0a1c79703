"""What no code of the project may do, so that no input can make it run code, and no log can hold a secret."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from tests.conftest import ROOT

MODULES = sorted(path for folder in ("orchestration", "bi") for path in (ROOT / folder).rglob("*.py"))
FORBIDDEN_CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "tempfile.mktemp",
    "yaml.load",
    "yaml.unsafe_load",
    "yaml.full_load",
    "yaml.load_all",
    "np.load",
    "numpy.load",
    "pd.read_pickle",
    "shutil.unpack_archive",
    "archive.extractall",
    "archive.extract",
    "logging.basicConfig",
}
FORBIDDEN_IMPORTS = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "tarfile",
    "telnetlib",
    "xmlrpc",
    "xml.dom",
    "xml.sax",
    "xml.parsers",
}
# The one thing of it that does not parse: the class of the parser's errors.
FROM_XML = {"xml.etree.ElementTree.ParseError"}
# Modules that start a program, always of a list and without a shell.
STARTS_PROGRAMS = {"orchestration/benchmarks/watching.py", "orchestration/catalog/preview.py", "bi/superset/start.py"}
SECRETS = {"PODCAST_ALERT_WEBHOOK"}
SECRET_READERS = {"orchestration/alert_webhook.py"}
# Modules whose queries are put together of names of this project's own; values are parameters there, too.
MADE_SQL = {
    "orchestration/evaluation/warehouse_sql.py",
    "orchestration/export.py",
    "orchestration/guards.py",
    "orchestration/mention_changes.py",
}


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_no_code_is_made_of_data() -> None:
    for path in MODULES:
        calls = {ast.unparse(node.func) for node in nodes(path) if isinstance(node, ast.Call)}
        assert calls & FORBIDDEN_CALLS == set(), name_of(path)
        names = imported(path)
        bad = {name for name in names for bad in FORBIDDEN_IMPORTS if f"{name}.".startswith(f"{bad}.")}
        assert bad == set(), name_of(path)
        assert {name for name in names if name.startswith("xml.")} <= FROM_XML, name_of(path)


def test_no_program_is_started_through_a_shell() -> None:
    for path in MODULES:
        keywords = [keyword for node in nodes(path) if isinstance(node, ast.Call) for keyword in node.keywords]
        assert [keyword for keyword in keywords if keyword.arg == "shell"] == [], name_of(path)
        starts = any(name.startswith("subprocess") for name in imported(path))
        assert not starts or name_of(path) in STARTS_PROGRAMS, name_of(path)


def test_no_value_is_written_into_sql() -> None:
    for path in MODULES:
        for node in nodes(path):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in ("execute", "executemany", "sql", "query") and node.args:
                assert _is_constant(node.args[0]) or name_of(path) in MADE_SQL, f"{name_of(path)}: {ast.unparse(node)}"


def _is_constant(query: ast.expr) -> bool:
    """Tell whether a query is a constant but for names between double quotes and quoted paths."""
    if isinstance(query, ast.BinOp) or (isinstance(query, ast.Call) and ast.unparse(query.func).endswith(".format")):
        return False
    if not isinstance(query, ast.JoinedStr):
        return True
    text = "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in query.values)
    return re.fullmatch(r"(?:[^\0]|\"\0\"|'\0')*", text) is not None


def test_secrets_are_read_in_one_place_and_written_nowhere() -> None:
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        for secret in SECRETS:
            assert secret not in text or name_of(path) in SECRET_READERS, name_of(path)
    files = [path for path in ROOT.rglob("*") if path.suffix in (".yml", ".yaml", ".service", ".toml", ".cfg", ".ini")]
    for path in files:
        if not {".venv", ".venv-bench", ".venv-superset", "warehouse", ".git"} & set(path.relative_to(ROOT).parts):
            text = path.read_text(encoding="utf-8")
            assert not any(secret in text for secret in SECRETS), name_of(path)


def test_nothing_reports_to_anybody() -> None:
    instance = (ROOT / "dagster.yaml").read_text(encoding="utf-8")
    assert re.search(r"(?m)^telemetry:\n  enabled: false$", instance)
    assert "send_anonymous_usage_stats: false" in (ROOT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8")
    for unit in (ROOT / "deploy" / "systemd").glob("*.service"):
        assert "DO_NOT_TRACK=1" in unit.read_text(encoding="utf-8")
