"""Every hostile input goes the whole way into the lake: it is rejected with a reason, or does no harm."""

from __future__ import annotations

import re
import socket
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from orchestration.catalog.load import load_catalog
from orchestration.characters import harmless
from orchestration.defs.metadata import preview
from orchestration.io.lake import Lake
from orchestration.pipeline import build_lake
from orchestration.proof import PROVEN_TABLES, prove
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import load_settings
from tests.conftest import INPUTS, Tell
from tests.security.hostile import SECRET, cases

NOW = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
_LIVE = re.compile(r"<[a-z!/]|\]\(|!\[|javascript:[^)]*\)\Z", re.IGNORECASE)


class Run:
    """The lake that was built of all cases, and what happened meanwhile."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.outside = folder / "outside" / "secret.vtt"
        self.outside.parent.mkdir()
        self.outside.write_text(f"WEBVTT\n\n00:00.000 --> 00:02.000\n{SECRET}\n")
        self.cases = cases(self.outside)
        raw = folder / "raw"
        for number, case in enumerate(self.cases):
            (raw / f"{number:03}").mkdir(parents=True)
            case.make(raw / f"{number:03}")
        # A path of the operator's with all that SQL, dbt and Python's formats could stumble over.
        self.warehouse = folder / 'it\'s {{ 7 * 7 }} {name} "wh"'
        self.asked: list[object] = []
        monkeypatch.setattr(socket.socket, "connect", lambda _, address: self._refuse(address))
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: self._refuse(host))
        monkeypatch.chdir(folder)
        self.warehouse.mkdir()
        before = {path for path in folder.rglob("*") if self.warehouse not in path.parents}
        self.settings = load_settings({"PODCAST_RAW": str(raw), "PODCAST_WAREHOUSE": str(self.warehouse)})
        self.said: list[str] = []
        self.lake: Lake = build_lake(self.settings, load_catalog(self.settings.catalog), NOW, self.said.append)
        self.new = {path for path in folder.rglob("*") if self.warehouse not in path.parents} - before
        self.rejects = self.lake.read("rejects")
        self.documents = self.lake.read("documents")

    def _refuse(self, address: object) -> None:
        self.asked.append(address)
        raise OSError("there is no network here")

    def outcome(self, number: int) -> str:
        """Return what became of a case, in words."""
        place = f"{number:03}/"
        reasons = [row["reason"] for row in self.rejects.iter_rows(named=True) if row["path"].startswith(place)]
        read = self.documents.filter(pl.col("path").str.starts_with(place) & (pl.col("status") == "parsed")).height
        told = f"rejected: {reasons[0]}" if reasons else ""
        return f"read, {told}" if read and told else told or ("read" if read else "no document")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    with pytest.MonkeyPatch.context() as patch:
        return Run(tmp_path_factory.mktemp("hostile"), patch)


def test_each_is_rejected_with_a_reason_or_does_no_harm(run: Run, tell: Tell) -> None:
    found = [(case, run.outcome(number)) for number, case in enumerate(run.cases)]
    for kind, tried in Counter(case.kind for case, _ in found).items():
        rejected = sum("rejected" in outcome for case, outcome in found if case.kind == kind)
        tell(INPUTS, kind, tried, rejected, tried - rejected)
    assert [case.name for case, outcome in found if case.is_rejected and "rejected" not in outcome] == []
    bugs = run.rejects.filter(pl.col("remedy").str.contains("this is a bug"))
    assert bugs.select("path", "reason").rows() == []


def test_nothing_ran_nothing_was_asked_for_and_nothing_written_elsewhere(run: Run) -> None:
    assert run.asked == []
    assert run.new == set()


def test_nothing_from_outside_got_in(run: Run) -> None:
    for name in LAKE_TABLES:
        assert SECRET not in str(run.lake.read(name).to_dicts()), name
        assert "root:x:0:0" not in str(run.lake.read(name).to_dicts()), name


def test_all_that_was_read_leads_back_to_the_raw_text(run: Run) -> None:
    assert prove({name: run.lake.read(name) for name in PROVEN_TABLES}).failures == []


def test_no_path_and_no_line_of_the_log_commands_a_terminal(run: Run) -> None:
    assert all(path.isprintable() for path in (*run.documents["path"], *run.rejects["path"]))
    assert all(line == harmless(line) for line in run.said)


def test_the_ui_shows_text_and_no_markup(run: Run) -> None:
    for name in LAKE_TABLES:
        shown = preview(run.lake.read(name))
        assert _LIVE.search(shown) is None and shown == harmless(shown), name
