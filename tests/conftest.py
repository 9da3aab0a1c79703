"""What all tests share."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from orchestration.characters import harmless

ROOT = Path(__file__).resolve().parent.parent
# The tables that tests add rows to, printed after all of them: their headings.
FAULTS = "fault | what a reader saw | what the next run did"
INPUTS = "hostile inputs | tried | rejected with a reason | read without harm"
WHILE_PUBLISHING = "reader, while releases were published | queries | errors | mixed answers | releases seen | last"
CHANGES = "change | tables compared | beside a build from scratch"
Tell = Callable[..., None]

# A machine that is busy with other things fails no test.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def warehouse_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what tests build, dbt's manifest among it, away from the warehouse of the checkout and from each other."""
    folder = tmp_path_factory.mktemp("warehouse")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PODCAST_WAREHOUSE", str(folder))
        patch.delenv("PODCAST_RAW", raising=False)
        yield folder


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Return a function that adds a row to a table: its heading, then the cells."""
    return lambda heading, *cells: record_property(heading, " | ".join(map(str, cells)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables of what tests that passed have told, whichever process ran them."""
    rows: dict[str, list[str]] = defaultdict(list)
    for report in terminalreporter.getreports("passed"):
        for heading, row in report.user_properties:
            rows[heading].append(row)
    for heading in filter(rows.__contains__, (FAULTS, INPUTS, WHILE_PUBLISHING, CHANGES)):
        terminalreporter.section(heading.partition(" | ")[0])
        columns = heading.count("|") + 1
        for line in (heading, " | ".join(["---"] * columns), *sorted(rows[heading])):
            terminalreporter.write_line(f"| {harmless(line)} |")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real documents, or skip where it is absent: `PODCAST_SHARED`, by default `../shared`."""
    folder = Path(os.environ.get("PODCAST_SHARED", ROOT.parent / "shared"))
    if not (folder / "seeds").is_dir():
        pytest.skip(f"no shared documents at {folder}: set PODCAST_SHARED")
    return folder


@pytest.fixture(scope="session")
def seed_text(shared: Path):
    """Return a function that reads the one seed whose name starts with a prefix, decoded, line ends untouched."""

    def read(prefix: str) -> str:
        (path,) = (shared / "seeds").glob(f"{prefix}*")
        return path.read_bytes().decode("utf-8")

    return read
