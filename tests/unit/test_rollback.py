"""Going back by hand, staying there, and what is refused for having lost too much."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

import orchestration.__main__ as command_line
from orchestration.guards import check_falls
from orchestration.history import prepare_history, read_runs, record_refusal
from orchestration.publish import publish
from orchestration.releases import Release, ReleaseRefusedError, current_release
from orchestration.rollback import RollbackError, release_to_keep, roll_back
from orchestration.settings import Settings, load_settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLES = ["episodes", "pipeline_runs"]


@pytest.fixture
def settings(tmp_path) -> Settings:
    return replace(load_settings({}), warehouse=tmp_path / "warehouse")


def release(settings: Settings, key: str, episodes: int = 1, transcripts: int = 0, *, accepted: bool = False) -> None:
    """Publish a release made of `key`."""
    prepare_history(settings)
    database = settings.scratch_database
    database.parent.mkdir(parents=True, exist_ok=True)
    files = str(settings.history / "pipeline_runs" / "*.parquet")
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "create table episodes as select $key as title, date '2026-02-03' as published_on, "
            "number < $transcripts as has_transcript from range($episodes) as numbers (number)",
            {"key": key, "episodes": episodes, "transcripts": transcripts},
        )
        connection.execute(
            "create table pipeline_runs as from read_parquet($files, union_by_name = true)", {"files": files}
        )
    publish(settings, key, NOW, TABLES, is_fall_accepted=accepted)


def title(settings: Settings) -> str:
    with duckdb.connect(str(settings.database.resolve()), read_only=True) as connection:
        row = connection.execute("select any_value(title) from episodes").fetchone()
    return row[0] if row else ""


def attempts(settings: Settings) -> list[tuple]:
    return read_runs(settings).select("release_id", "status", "served_release_id").rows()


def test_a_rollback_serves_the_release_before_and_is_on_record(settings):
    for key in ("one", "two"):
        release(settings, key)
    before, now = roll_back(settings, None, NOW)
    assert (before.release_id, now.release_id, title(settings)) == ("000002", "000001", "one")
    assert attempts(settings) == [
        ("000001", "published", "000001"),
        ("000002", "published", "000002"),
        ("000003", "rolled_back", "000001"),
    ]
    release(settings, "three")
    with duckdb.connect(str(settings.database.resolve()), read_only=True) as connection:
        (told,) = connection.execute("select reason from pipeline_runs where status = 'rolled_back'").fetchall()
    assert told == ("by hand, from release 000002 to 000001",)


def test_what_was_taken_back_is_not_built_again_until_something_changes(settings):
    for key in ("one", "two"):
        release(settings, key)
    assert release_to_keep(settings, "two")[0] == current_release(settings)
    roll_back(settings, None, NOW)
    kept, why = release_to_keep(settings, "two")
    assert kept and kept.release_id == "000001"
    assert "000002 was taken back by hand" in why and "make rollback TO=000002" in why
    assert release_to_keep(settings, "three")[0] is None
    release(settings, "three")
    # Once something else was published, the same state of the files is as good as any.
    assert release_to_keep(settings, "two")[0] is None


def test_a_rollback_goes_forward_again_too(settings):
    for key in ("one", "two"):
        release(settings, key)
    roll_back(settings, None, NOW)
    roll_back(settings, "2", NOW)
    assert title(settings) == "two"
    assert release_to_keep(settings, "two")[1].startswith("unchanged")


def test_going_back_twice_goes_back_further_and_never_to_what_was_taken_back(settings):
    for key in ("one", "two", "bad"):
        release(settings, key)
    roll_back(settings, None, NOW)
    release(settings, "worse")
    assert roll_back(settings, None, NOW)[1].release_id == "000002"
    assert roll_back(settings, None, NOW)[1].release_id == "000001"
    with pytest.raises(RollbackError, match="no release before 000001 is kept; these are: 000001, 000002, "):
        roll_back(settings, None, NOW)


def test_a_release_that_is_not_there_or_damaged_is_not_served(settings):
    with pytest.raises(RollbackError, match="nothing is published"):
        roll_back(settings, None, NOW)
    for key in ("one", "two", "three"):
        release(settings, key, episodes=5000)
    with pytest.raises(RollbackError, match="000009 is not kept"):
        roll_back(settings, "9", NOW)
    with pytest.raises(RollbackError, match="000003 is being served already"):
        roll_back(settings, "000003", NOW)
    _spoil(settings.releases / "000001" / "podcasts.duckdb")
    pl.DataFrame({"title": ["half"]}).write_parquet(settings.releases / "000002" / "parquet" / "episodes.parquet")
    for target, problem in (("1", "cannot be read"), ("2", "has 1 rows, not 5000")):
        with pytest.raises(RollbackError, match=f"damaged, 000003 .* {problem}"):
            roll_back(settings, target, NOW)
    assert title(settings) == "three" and len(attempts(settings)) == 3


def test_what_a_crash_left_before_it_was_served_is_no_release(settings):
    release(settings, "one")
    left = settings.releases / "000002"
    left.mkdir()
    (left / "release.json").write_bytes((settings.releases / "000001" / "release.json").read_bytes())
    with pytest.raises(RollbackError, match="000002 is not kept"):
        roll_back(settings, "2", NOW)
    release(settings, "three")
    assert sorted(path.name for path in settings.releases.iterdir()) == ["000001", "000003"]


def test_the_release_that_was_served_last_stays_however_old_it_is(settings):
    settings = replace(settings, releases_kept=2)
    for key in ("one", "two"):
        release(settings, key)
    roll_back(settings, "1", NOW)
    release(settings, "three")
    assert sorted(path.name for path in settings.releases.iterdir()) == ["000001", "000002", "000004"]


def test_a_damaged_release_is_made_again_though_nothing_changed(settings):
    release(settings, "one")
    (settings.releases / "000001" / "podcasts.duckdb").write_bytes(b"no database")
    kept, why = release_to_keep(settings, "one")
    assert kept is None and "000001 is damaged and made again" in why


def test_each_attempt_has_a_number_of_its_own_whatever_died(settings):
    release(settings, "one")
    record_refusal(settings, "a test failed", NOW)
    # Killed after the flip, before the history was written; then a check refuses before the history is mended.
    release(settings, "two")
    (settings.history / "pipeline_runs" / "000003.parquet").unlink()
    record_refusal(settings, "another failed", NOW)
    release(settings, "three")
    assert [row[:2] for row in attempts(settings)] == [
        ("000001", "published"),
        ("000002", "refused"),
        ("000003", "published"),
        ("000004", "refused"),
        ("000005", "published"),
    ]


def test_history_from_before_a_column_came_is_still_read(settings):
    release(settings, "one")
    file = settings.history / "pipeline_runs" / "000001.parquet"
    pl.read_parquet(file).drop("served_release_id", "release_key", "duration_s").write_parquet(file)
    (settings.history / "pipeline_runs" / "empty.parquet").unlink()
    release(settings, "two")
    with duckdb.connect(str(settings.database.resolve()), read_only=True) as connection:
        rows = connection.execute("select release_id, served_release_id from pipeline_runs order by 1").fetchall()
    assert rows == [("000001", None), ("000002", "000002")]
    assert roll_back(settings, None, NOW)[1].release_id == "000001"


def test_a_release_that_lost_much_is_refused_unless_that_is_accepted(settings):
    release(settings, "one", episodes=100, transcripts=90)
    with pytest.raises(ReleaseRefusedError, match=r"episodes fell from 100 to 79 rows \(-21%\).*ACCEPT_FALL=1"):
        release(settings, "two", episodes=79, transcripts=79)
    record_refusal(settings, "it lost too much", NOW)
    assert title(settings) == "one" and attempts(settings)[-1] == ("000002", "refused", "000001")
    release(settings, "two", episodes=79, transcripts=79, accepted=True)
    assert title(settings) == "two"


def test_a_fall_of_coverage_is_refused(settings):
    release(settings, "one", episodes=100, transcripts=90)
    with pytest.raises(ReleaseRefusedError, match="episodes with transcript fell from 90% to 79%"):
        release(settings, "two", episodes=100, transcripts=79)


@pytest.mark.parametrize(
    ("before", "after", "is_refused"),
    [(20, 16, False), (20, 15, True), (19, 1, False), (2, 1, False), (0, 0, False), (100, 200, False)],
)
def test_small_falls_and_small_warehouses_pass(before, after, is_refused):
    served = Release("000001", "", "", {"episodes": before}, {"transcript": 1.0})
    share = {"transcript": 0.9} if before >= 20 else {}
    if is_refused:
        with pytest.raises(ReleaseRefusedError):
            check_falls(served, {"episodes": after}, share, 0.2)
    else:
        check_falls(served, {"episodes": after}, share, 0.2)


def test_the_command_says_what_is_served_now(settings, monkeypatch, capsys):
    for key in ("one", "two"):
        release(settings, key)
    monkeypatch.setattr(command_line, "load_settings", lambda: settings)
    assert command_line.main(["rollback"]) == 0
    assert capsys.readouterr().out.startswith("Release 000001 of 2026-03-01T12:00:00+00:00 is served again")
    assert command_line.main(["rollback", "7"]) == 1
    assert "000007 is not kept" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        {"PODCAST_RELEASES_KEPT": "1"},
        {"PODCAST_MAX_FALL": "20"},
        {"PODCAST_MAX_FALL": "20 %"},
        {"PODCAST_WAREHOUSE": "/home/what?"},
    ],
)
def test_settings_that_cannot_be_used_say_what_can(wrong):
    with pytest.raises(ValueError, match="such as"):
        load_settings(wrong)


def _spoil(path: Path) -> None:
    """Overwrite what lies behind the first blocks, where the rows are."""
    content = bytearray(path.read_bytes())
    for place in range(12288, len(content), 512):
        content[place] ^= 0xFF
    path.write_bytes(content)
