"""The whole way on the real documents: the facts that must hold in the published warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.test_sample_corpus import rows, run

pytestmark = pytest.mark.acceptance


@pytest.fixture(scope="module")
def seeds(shared, tmp_path_factory) -> Path:
    """Build the seeds once."""
    warehouse = tmp_path_factory.mktemp("seeds") / "warehouse"
    result = run(shared / "seeds", warehouse)
    assert result.success
    assert [check for check in result.get_asset_check_evaluations() if not check.passed] == []
    return warehouse


def test_all_five_documents_are_used_and_nothing_is_rejected(seeds):
    assert rows(seeds, "select count(*), count(distinct format) from documents where status = 'parsed'") == [(5, 5)]
    assert rows(seeds, "select count(*) from rejects") == [(0,)]


def test_the_directory_page_holds_fifty_entries_of_which_seventeen_are_cut(seeds):
    of_page = "from episode_copies where format = 'directory_page'"
    assert rows(seeds, f"select count(*), count(*) filter (where is_truncated) {of_page}") == [(50, 17)]
    assert rows(seeds, f"select count(*) {of_page} and is_truncated and truncation_reason is null") == [(0,)]
    assert rows(seeds, f"select count(*) {of_page} and has_speakers") == [(18,)]


def test_the_captions_and_the_publishers_page_are_one_episode(seeds):
    joined = rows(
        seeds,
        """
        select e.copy_count, c.format, e.turn_count, e.has_speakers, e.has_timestamps, e.duration_s
        from episodes e
        join episode_copies c on c.copy_id = e.preferred_copy_id
        where e.episode_id = (select episode_id from episode_copies where format = 'caption_page')
        """,
    )
    assert joined == [(2, "publisher_page", 76, True, True, 2998.0)]


def test_its_turns_carry_the_times_of_the_captions(seeds):
    turns = rows(
        seeds,
        """
        select t.time_source, t.start_s, clock.format
        from speaker_turns t
        join episode_copies c using (copy_id)
        left join episode_copies clock on clock.copy_id = t.clock_copy_id
        where c.format = 'publisher_page'
        order by t.turn_index
        """,
    )
    starts = [start for _, start, _ in turns]
    assert starts == sorted(starts) and starts[0] < 2 and starts[-1] > 2900
    assert {clock for _, _, clock in turns} == {"caption_page"}
    assert sum(source == "aligned" for source, _, _ in turns) >= 70


def test_who_speaks_how_often_is_known(seeds):
    spoken = rows(
        seeds,
        """
        select p.name, a.role, a.turn_count
        from appearances a
        join people p using (person_id)
        where a.episode_id = (select episode_id from episode_copies where format = 'caption_page')
        order by p.name
        """,
    )
    # 77 blocks make 76 turns: one speaker has two blocks in a row.
    assert [(name, role) for name, role, _ in spoken] == [
        ("Chris Hay", "guest"),
        ("Kaoutar El Maghraoui", "guest"),
        ("Tim Hwang", "host"),
        ("Vyoma Gajjar", "guest"),
    ]
    assert sum(turns for _, _, turns in spoken) == 76


def test_nothing_the_seeds_hold_is_empty(seeds):
    tables = [name for (name,) in rows(seeds, "select table_name from duckdb_tables() order by 1")]
    empty = {table for table in tables if rows(seeds, f'select count(*) from "{table}"') == [(0,)]}
    # Nobody watches anything here, and of the guests' episodes none but one is dated.
    assert empty == {"rejects", "id_changes", "alerts", "mention_changes", "press_tours"}


def test_a_second_run_changes_nothing(seeds, shared):
    before = (seeds / "current").readlink()
    assert run(shared / "seeds", seeds).success
    assert (seeds / "current").readlink() == before
