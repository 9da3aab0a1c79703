"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
