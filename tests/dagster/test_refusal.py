"""What fails a check is never published, and is on record."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

import orchestration.__main__ as command_line
import orchestration.defs.lake as lake_assets
import orchestration.defs.warehouse as model_assets
from orchestration.catalog.load import CatalogError
from orchestration.defs.workspace import Workspace
from orchestration.models import NodeResult
from orchestration.proof import ProofResult
from orchestration.settings import load_settings
from tests.e2e.test_sample_corpus import run

FAILED_TEST = NodeResult("test.podcast_warehouse.some_test", "fail", "Got 1 result, configured to fail if != 0", 1, 0.1)


def runs(warehouse) -> pl.DataFrame:
    return pl.read_parquet(warehouse / "history" / "pipeline_runs" / "*.parquet")


def test_a_failing_model_refuses_the_release(tmp_path, monkeypatch):
    (tmp_path / "raw").mkdir()
    monkeypatch.setattr(model_assets, "build_models", lambda *arguments: [FAILED_TEST])
    result = run(tmp_path / "raw", tmp_path / "warehouse")
    assert not result.success
    assert not (tmp_path / "warehouse" / "podcasts.duckdb").exists()
    recorded = runs(tmp_path / "warehouse").row(0, named=True)
    assert (recorded["release_id"], recorded["status"]) == ("000001", "refused")
    assert "some_test" in recorded["reason"] and "Got 1 result" in recorded["reason"]


def test_a_row_that_does_not_lead_back_refuses_the_release(tmp_path, monkeypatch):
    (tmp_path / "raw").mkdir()
    monkeypatch.setattr(lake_assets, "prove_lake", lambda *_: ProofResult(1, 1, ["mentions: a wrong one"]))
    result = run(tmp_path / "raw", tmp_path / "warehouse")
    assert [check.check_name for check in result.get_asset_check_evaluations() if not check.passed] == ["proof"]
    assert not (tmp_path / "warehouse" / "podcasts.duckdb").exists()
    assert "a wrong one" in runs(tmp_path / "warehouse")["reason"].item()


def test_a_mistake_in_the_catalogue_stops_before_any_work(tmp_path, monkeypatch, capsys):
    settings = replace(load_settings(), raw=tmp_path, warehouse=tmp_path / "warehouse", dbt_project=tmp_path / "dbt")
    settings.catalog.mkdir(parents=True)
    for file in load_settings().catalog.glob("*.csv"):
        (settings.catalog / file.name).write_bytes(file.read_bytes())
    with (settings.catalog / "aliases.csv").open("a", encoding="utf-8") as aliases:
        aliases.write("Nobody,company:nobody-at-all,exact,,\n")
    monkeypatch.setattr(command_line, "load_settings", lambda: settings)
    assert command_line.main(["build"]) == 1
    said = capsys.readouterr().err
    assert "aliases.csv line" in said and "company:nobody-at-all" in said and "->" in said
    assert not settings.warehouse.exists()


def test_a_mistake_in_the_watchlist_stops_before_any_work(tmp_path, monkeypatch, capsys):
    settings = replace(load_settings(), raw=tmp_path, warehouse=tmp_path / "warehouse", dbt_project=tmp_path / "dbt")
    settings.catalog.mkdir(parents=True)
    for file in load_settings().catalog.glob("*.csv"):
        (settings.catalog / file.name).write_bytes(file.read_bytes())
    with (settings.catalog / "watchlist.csv").open("a", encoding="utf-8") as watchlist:
        watchlist.write("nobody,company:nobody-at-all,any_new_mention,table\n")
    monkeypatch.setattr(command_line, "load_settings", lambda: settings)
    assert command_line.main(["build"]) == 1
    said = capsys.readouterr().err
    assert "watchlist.csv line" in said and "company:nobody-at-all" in said and "->" in said
    assert not settings.warehouse.exists()
    monkeypatch.setattr(Workspace, "settings", lambda self: settings)
    with pytest.raises(CatalogError, match=r"watchlist\.csv line"):
        Workspace().catalog()
