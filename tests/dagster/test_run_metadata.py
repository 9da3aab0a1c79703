"""What a run tells of itself proves that it did no more than what changed asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from orchestration import buckets
from orchestration.defs.lake import ingest, stage_assets
from orchestration.defs.workspace import Workspace
from orchestration.io.lake import Lake
from orchestration.pipeline import STAGES
from orchestration.schemas.tables import INGEST_TABLES
from orchestration.settings import load_settings
from tests.unit.test_increments import write

BY_EPISODE = [stage.table for stage in STAGES if stage.shared is not None]
DOCUMENTS = 12


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, dict[str, Any]]]]:
    """Return by kind of run what it tells of each table of the lake: the first one, one without a change, and so on."""
    folder = tmp_path_factory.mktemp("told")
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        for name, value in {"RAW": folder / "raw", "WAREHOUSE": folder / "warehouse", "PROCESSES": 1}.items():
            patch.setenv(f"PODCAST_{name}", str(value))
        patch.setattr(buckets, "DOCUMENTS_PER_BUCKET", 4)
        settings = load_settings()
        settings.raw.mkdir()

        def run() -> dict[str, dict[str, Any]]:
            done = dg.materialize([ingest, *stage_assets], instance=instance, resources={"workspace": Workspace()})
            return _told(done)

        told: dict[str, dict[str, dict[str, Any]]] = {}
        for number in range(DOCUMENTS):
            write(settings, number)
        told["first"] = run()
        assert Lake(settings.lake).bucket_count > 2
        told["unchanged"] = run()
        write(settings, DOCUMENTS)
        told["one more"] = run()
        (settings.raw / "0.txt").unlink()
        told["one less"] = run()
        yield told


def _told(done: dg.ExecuteInProcessResult) -> dict[str, dict[str, Any]]:
    """Return the metadata of each table, in plain values."""
    told = {}
    for event in done.get_asset_materialization_events():
        metadata = event.materialization.metadata
        told[event.materialization.asset_key.path[-1]] = {name: value.value for name, value in metadata.items()}
    return told


def counts(told: dict[str, dict[str, Any]], name: str) -> dict[str, int]:
    return {table: told[table][name] for table in BY_EPISODE}


def test_every_table_of_the_lake_tells_what_was_done(runs):
    for told in runs.values():
        assert set(told) == {*INGEST_TABLES, *(stage.table for stage in STAGES)}


def test_the_first_run_reads_and_computes_all(runs):
    assert runs["first"]["documents"]["parsed_count"] == DOCUMENTS
    assert set(counts(runs["first"], "computed_copy_count").values()) == {DOCUMENTS}


def test_without_a_change_nothing_is_read_or_computed(runs):
    told = runs["unchanged"]
    documents = told["documents"]
    assert (documents["parsed_count"], documents["kept_count"], documents["dropped_count"]) == (0, DOCUMENTS, 0)
    assert set(counts(told, "computed_copy_count").values()) == {0}
    assert all(table["is_kept"] for table in told.values())


def test_one_more_document_is_the_only_one_that_is_read_and_computed(runs):
    told = runs["one more"]
    documents = told["documents"]
    assert (documents["parsed_count"], documents["kept_count"], documents["dropped_count"]) == (1, DOCUMENTS, 0)
    assert counts(told, "computed_copy_count") == dict.fromkeys(BY_EPISODE, 1)
    assert counts(told, "kept_copy_count") == dict.fromkeys(BY_EPISODE, DOCUMENTS)


def test_one_document_less_computes_no_other(runs):
    told = runs["one less"]
    documents = told["documents"]
    assert (documents["parsed_count"], documents["kept_count"], documents["dropped_count"]) == (0, DOCUMENTS, 1)
    assert counts(told, "computed_copy_count") == dict.fromkeys(BY_EPISODE, 0)
