"""The code location loads, its lineage runs from raw files to marts, and its schedule fires."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg
import pytest

from orchestration.definitions import defs
from orchestration.defs.lake import lake_key
from orchestration.increments import CATALOG
from orchestration.pipeline import STAGES
from orchestration.schemas.tables import INGEST_TABLES, LAKE_TABLES
from tests.promises import PROMISED


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return defs()


@pytest.fixture(scope="module")
def graph(definitions):
    return definitions.resolve_asset_graph()


def test_every_promised_table_and_every_lake_table_is_an_asset(graph):
    keys = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert {f"warehouse/{table}" for table in PROMISED} <= keys
    assert {f"lake/{table}" for table in LAKE_TABLES} <= keys
    assert "warehouse/release" in keys


def test_lineage_runs_from_raw_documents_to_each_mart(graph):
    def upstream(key: dg.AssetKey) -> set[dg.AssetKey]:
        found: set[dg.AssetKey] = set()
        open_keys = [key]
        while open_keys:
            for parent in graph.get(open_keys.pop()).parent_keys - found:
                found.add(parent)
                open_keys.append(parent)
        return found

    for table in ("mentions", "guests", "company_months", "speaker_turns", "documents", "sponsorships"):
        assert dg.AssetKey("raw") in upstream(dg.AssetKey(["warehouse", table])), table
    of_mentions = upstream(dg.AssetKey(["warehouse", "mentions"]))
    assert dg.AssetKey(["lake", "speaker_turns"]) in of_mentions
    assert dg.AssetKey(["catalog", "companies"]) in of_mentions


def test_each_layer_is_a_group(graph):
    groups = {graph.get(key).group_name for key in graph.get_all_asset_keys()}
    assert {"raw", "catalog", "ingest", "transform", "staging", "intermediate", "marts", "release"} <= groups


def test_every_asset_is_described(graph):
    bare = [key.to_user_string() for key in graph.materializable_asset_keys if not graph.get(key).description]
    assert bare == []


def test_each_lake_table_has_a_blocking_contract_and_the_proof_blocks(graph):
    checks = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}
    assert {(f"lake/{table}", "contract") for table in LAKE_TABLES} <= checks
    assert ("lake/mentions", "proof") in checks
    assert sum(asset.startswith("warehouse/") for asset, _ in checks) > 50


def test_the_schedule_runs_the_one_job_every_morning(definitions):
    schedule = definitions.resolve_schedule_def("daily")
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 3, 1, 5, tzinfo=UTC))
    tick = schedule.evaluate_tick(context)
    assert tick.run_requests is not None and len(tick.run_requests) == 1
    assert schedule.job_name == "warehouse"
    assert schedule.cron_schedule == "0 5 * * *"


def test_the_console_knows_every_step(definitions):
    from orchestration.defs.jobs import STEPS

    steps = set(definitions.resolve_job_def("warehouse").graph.node_dict)
    assert steps == set(STEPS)
    assert [stage.table for stage in STAGES] == [step for step in STEPS if step in LAKE_TABLES]


def test_a_stage_waits_for_all_that_it_reads(graph):
    done = set(INGEST_TABLES)
    for stage in STAGES:
        tables = stage.reads - {CATALOG}
        assert tables <= done, stage.table
        parents = {key.to_user_string() for key in graph.get(lake_key(stage.table)).parent_keys}
        assert {f"lake/{table}" for table in tables} <= parents, stage.table
        done.add(stage.table)
