"""The units of systemd are valid, hardened, and leave the machine alone."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
HARDENED = (
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ReadWritePaths=/var/lib/podcast-warehouse",
    "PrivateTmp=yes",
    "CapabilityBoundingSet=",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "SystemCallFilter=@system-service",
)


def settings(unit: Path) -> list[str]:
    return [line for line in unit.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_hardened_and_holds_no_secret(unit: Path) -> None:
    found = settings(unit)
    assert set(HARDENED) <= set(found)
    assert any(line.startswith("MemoryMax=") for line in found)
    assert "WEBHOOK" not in unit.read_text(encoding="utf-8")


def test_both_are_there_and_the_ui_listens_on_this_machine_alone() -> None:
    webserver, daemon = (next(unit for unit in UNITS if name in unit.stem) for name in ("webserver", "daemon"))
    assert "--host 127.0.0.1" in webserver.read_text(encoding="utf-8")
    assert "secrets" not in "".join(settings(webserver)) and "secrets" in "".join(settings(daemon))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_takes_a_unit_and_finds_it_hardened(unit: Path, tmp_path: Path) -> None:
    # The programs are where the service is installed, which is not here.
    copy = tmp_path / unit.name
    copy.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8")))
    checked = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    offline = ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15", str(copy)]
    rated = subprocess.run(offline, capture_output=True, text=True)
    assert rated.returncode == 0, rated.stdout[-2000:]
