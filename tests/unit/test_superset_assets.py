"""What Superset is given fits together, and its metrics can be summed."""

from __future__ import annotations

import yaml

from bi.superset.datasets import asset_uuid, dataset, write_assets
from orchestration.models import mart_tables
from orchestration.settings import load_settings


def _mart(**types: str) -> dict:
    columns = {name: {"data_type": kind, "description": f"About {name}."} for name, kind in types.items()}
    return {"description": "One row per thing.\n", "columns": columns}


def test_a_dataset_says_what_its_columns_mean():
    made = dataset("things", _mart(name="varchar", seen_on="date", mention_count="bigint"))
    assert [(c["column_name"], c["description"], c["is_dttm"]) for c in made["columns"]] == [
        ("name", "About name.", False),
        ("seen_on", "About seen_on.", True),
        ("mention_count", "About mention_count.", False),
    ]
    assert made["main_dttm_col"] == "seen_on"


def test_a_denominator_that_rows_repeat_has_no_sum():
    mart = _mart(mention_count="bigint", eligible_episode_count="bigint", all_mention_count="bigint")
    assert [m["metric_name"] for m in dataset("company_months", mart)["metrics"]] == ["count", "sum_mention_count"]
    assert "sum_eligible_episode_count" in [m["metric_name"] for m in dataset("show_months", mart)["metrics"]]


def test_charts_and_dashboard_refer_to_what_is_there(tmp_path):
    settings = load_settings()
    folder = tmp_path / "assets"
    write_assets(settings, folder)
    loaded = {
        kind: [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((folder / kind).rglob("*.yaml"))]
        for kind in ("databases", "datasets", "charts", "dashboards")
    }
    assert [d["uuid"] for d in loaded["databases"]] == [asset_uuid("database")]
    assert loaded["databases"][0]["extra"]["engine_params"]["connect_args"] == {"read_only": True}
    datasets = {d["uuid"]: d for d in loaded["datasets"]}
    assert set(mart_tables(settings)) <= {d["table_name"] for d in datasets.values()}
    for chart in loaded["charts"]:
        made, params = datasets[chart["dataset_uuid"]], chart["params"]
        assert params["viz_type"] != "table" or params["allow_render_html"] is False
        columns = {c["column_name"] for c in made["columns"]}
        asked = [*params.get("all_columns", []), *params.get("groupby", []), params.get("x_axis")]
        assert {column for column in asked if column} <= columns
        metrics = {m for m in [*params.get("metrics", []), params.get("metric")] if isinstance(m, str)}
        assert metrics <= {m["metric_name"] for m in made["metrics"]}
    (dashboard,) = loaded["dashboards"]
    shown = {
        part["meta"]["uuid"]
        for part in dashboard["position"].values()
        if isinstance(part, dict) and part.get("type") == "CHART"
    }
    assert shown == {chart["uuid"] for chart in loaded["charts"]}
