"""A run holds the warehouse folder, so that another one, or a build by hand, waits."""

from __future__ import annotations

import dagster as dg
import pytest

from orchestration.defs.workspace import Workspace
from orchestration.run_lock import lock_holder
from orchestration.settings import load_settings


def test_the_folder_is_held_from_the_first_step_to_the_last(tmp_path, monkeypatch):
    monkeypatch.setenv("PODCAST_WAREHOUSE", str(tmp_path))
    path = load_settings().warehouse / ".lock"
    seen: list[str | None] = []

    @dg.asset
    def first(workspace: Workspace) -> None:
        seen.append(lock_holder(path))

    @dg.asset(deps=[first])
    def second(workspace: Workspace) -> None:
        seen.append(lock_holder(path))

    result = dg.materialize([first, second], resources={"workspace": Workspace()})
    assert [held and result.run_id in held for held in seen] == [True, True]
    assert seen[0] == seen[1] and lock_holder(path) is None


def test_a_run_that_fails_lets_go_of_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PODCAST_WAREHOUSE", str(tmp_path))

    @dg.asset
    def broken(workspace: Workspace) -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        dg.materialize([broken], resources={"workspace": Workspace()})
    assert lock_holder(load_settings().warehouse / ".lock") is None
