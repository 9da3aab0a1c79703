"""Superset as `make superset` starts it: imported over and over, following releases, showing what SQL gives."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.settings import Settings, load_settings
from tests.conftest import ROOT
from tests.dashboards import browser as browsing
from tests.dashboards.browser import CHROMIUM, open_browser
from tests.dashboards.superset import PYTHON, Superset, open_superset

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason="Superset is not installed: run `make superset` once"),
]


@dataclass
class Published:
    """A warehouse of the sample corpus, and Superset on it."""

    settings: Settings
    superset: Superset
    home: Path

    def publish(self) -> None:
        """Build the next release."""
        environment = {
            **os.environ,
            "PODCAST_RAW": str(self.settings.raw),
            "PODCAST_WAREHOUSE": str(self.settings.warehouse),
        }
        command = [sys.executable, "-m", "orchestration", "build"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)

    def sql(self, query: str) -> Any:
        """Return the first value of a query on the release that is served."""
        with duckdb.connect(str(self.settings.database), read_only=True) as connection:
            row = connection.execute(query).fetchone()
        return row[0] if row else None


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("superset")
    shutil.copytree(ROOT / "raw", folder / "raw")
    settings = load_settings({"PODCAST_RAW": str(folder / "raw"), "PODCAST_WAREHOUSE": str(folder / "warehouse")})
    here = Published(settings, None, folder / "home")  # type: ignore[arg-type]
    here.publish()
    with open_superset(settings, here.home) as here.superset:
        yield here


def test_it_answers_what_sql_answers(published):
    for table, expression in (
        ("episodes", "count(*)"),
        ("company_months_named", "sum(content_mention_count)"),
        ("guest_appearances", "count(distinct person_id)"),
        ("sponsorships", "count(distinct sponsor_name)"),
        ("speaker_turns", "sum(word_count)"),
    ):
        real = {"company_months_named": "company_months", "guest_appearances": "appearances"}.get(table, table)
        where = " where role = 'guest'" if real == "appearances" else ""
        assert published.superset.ask(table, expression) == published.sql(f"select {expression} from {real}{where}")


def test_a_release_shows_at_once_and_no_query_fails_meanwhile(published):
    answers: list[tuple[int, str]] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            counted = published.superset.ask("episodes", "count(*) || ' ' || max(title)")
            answers.append((int(str(counted).split()[0]), str(counted)))

    before = published.sql("select count(*) from episodes")
    asking = threading.Thread(target=ask)
    asking.start()
    try:
        lines = (f"[00:{n:02}:00.000 --> 00:{n:02}:59.000]   What came later, part {n} of it." for n in range(20))
        (published.settings.raw / "later.txt").write_text("\n".join(lines), encoding="utf-8")
        published.publish()
        assert published.sql("select count(*) from episodes") == before + 1
        assert published.superset.ask("episodes", "count(*)") == before + 1
    finally:
        stop.set()
        asking.join()
    counts = [count for count, _ in answers]
    # The thread would have died of an error; the answers are of one release, then of the other.
    assert counts == sorted(counts) and set(counts) <= {before, before + 1} and before in counts


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")
def test_the_dashboard_shows_the_numbers_of_sql(published, monkeypatch):
    monkeypatch.setattr(browsing, "PATIENCE_S", 60)
    with open_browser() as browser:
        browser.go(f"{published.superset.address}/login/")
        browser.wait_for("!!document.querySelector('#username, input[name=username]')")
        browser.run(
            """(password => {
              const put = (selector, value) => {
                const field = document.querySelector(selector);
                Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, value);
                field.dispatchEvent(new Event('input', {bubbles: true}));
              };
              put('#username, input[name=username]', 'admin');
              put('#password, input[name=password]', password);
              document.querySelector('button[type=submit], input[type=submit]').click();
            })"""
            f"({json.dumps(published.superset.password)})"
        )
        browser.wait_for("!location.pathname.startsWith('/login')")
        browser.go(f"{published.superset.address}/superset/dashboard/podcasts/", 1440, 4000)
        charts = len(published.superset.ids("chart", "slice_name"))
        browser.wait_for(f"document.querySelectorAll('.dashboard-component-chart-holder').length === {charts}")
        browser.wait_for("document.querySelectorAll('.superset-legacy-chart-big-number, .header-line').length >= 6")
        browser.wait_for("!document.querySelector('.loading')")
        seen = browser.run(
            """Object.fromEntries([...document.querySelectorAll('.dashboard-component-chart-holder')]
              .map(holder => [holder.querySelector('[data-test=editable-title], .header-title')?.innerText.trim(),
                              holder.innerText.replace(/\\u00a0/g, ' ')]))"""
        )
        for title, query in {
            "Episodes": "select count(*) from episodes",
            "Shows": "select count(distinct show_id) from episodes",
            "Guests": "select count(distinct person_id) from appearances where role = 'guest'",
            "Companies": "select count(distinct company_id) from company_months",
            "Mentions": "select sum(content_mention_count) from company_months",
        }.items():
            assert re.search(rf"\n{published.sql(query):,}\n", seen[title] + "\n"), seen[title]
        assert str(published.sql("select max(release_id) from pipeline_runs")) in seen["Release shown"]
        top = "select company_id from company_months group by 1 order by sum(content_mention_count) desc, 1 limit 1"
        most = published.sql(f"select sum(content_mention_count) from company_months where company_id = ({top})")
        cells = re.split(r"[\n\t]+", seen["Companies named most in conversation"])
        assert cells[cells.index("last month") + 2] == str(most), cells
        assert not browser.run("[...document.querySelectorAll('.ant-alert-error')].map(e => e.innerText).join()")
        assert not [text for text in seen.values() if "error" in text.casefold()]
        # What counts visitors is blocked by the policy of the page; that it is, stands in the console.
        told = [line for line in browser.console if "violates the following Content Security Policy" not in line]
        assert told == []


def test_a_second_start_changes_nothing_and_ctrl_c_leaves_nothing_behind(published):
    kinds = {"chart": "slice_name", "dataset": "table_name", "dashboard": "dashboard_title"}
    before = {kind: published.superset.ids(kind, name) for kind, name in kinds.items()}
    with open_superset(published.settings, published.home, published.superset.password) as again:
        assert "Password" not in again.said
        assert {kind: again.ids(kind, name) for kind, name in kinds.items()} == before
        assert len(before["chart"]) == 16 and len(before["dashboard"]) == 1
    said = (published.home / "log.txt").read_text(encoding="utf-8")
    assert again.process.returncode == 0 and "Superset stops" in said and "Traceback" not in said
    assert oct((published.home / "secret_key").stat().st_mode & 0o777) == "0o600"
    port = published.superset.address.rpartition(":")[2]
    command = [str(PYTHON), str(ROOT / "bi" / "superset" / "start.py"), str(published.home), "--port", port]
    taken = subprocess.run(command, capture_output=True, text=True, check=False)
    assert taken.returncode == 1 and f"port {port} of 127.0.0.1 is taken" in taken.stderr
