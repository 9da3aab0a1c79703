"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

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
