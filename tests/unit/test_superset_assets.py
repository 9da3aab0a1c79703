"""What Superset is given fits together, and its metrics can be summed."""

from __future__ import annotations

from datetime import date

import yaml

from bi.superset.datasets import asset_uuid, dataset, write_assets
from orchestration.models import mart_tables
from orchestration.settings import load_settings
from tests.conftest import ROOT
from tests.dashboards.releases import BAD_LINK, GOOD_LINK, HOSTILE, add, hostile_release


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
        # Markup is rendered where the query of the dataset takes it out of all that strangers wrote.
        is_cleaned = made["table_name"] == "company_quotes"
        assert params["viz_type"] != "table" or params["allow_render_html"] is is_cleaned
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


def test_quotes_hold_no_markup_but_the_link(tmp_path):
    with hostile_release(tmp_path / "podcasts.duckdb") as connection:
        add(connection, "episodes", episode_id="h", display_title=HOSTILE, published_on=date(2026, 1, 1))
        about = {"entity_type": "company", "segment_kind": "content", "field": "transcript", "entity_name": HOSTILE}
        for number, url in enumerate((BAD_LINK, GOOD_LINK, "https://example.org/watch?v=1&t=83s")):
            row = about | {"mention_id": f"h{number}", "episode_id": "h", "context": HOSTILE, "start_s": 83.5}
            add(connection, "mentions", **row, url_at_time=url)
        sql = (ROOT / "bi" / "superset" / "sql" / "company_quotes.sql").read_text(encoding="utf-8")
        rows = connection.execute(
            f"select company, speaker, episode, quote, moment from ({sql}) where episode_id = 'h' order by mention_id"
        ).fetchall()
    assert len(rows) == 3
    assert not any("<" in text for row in rows for text in row[:4] if text)
    link = '<a href="https://example.org/watch?v=1&amp;t=83s" target="_blank" rel="noopener noreferrer">00:01:23</a>'
    assert [row[4] for row in rows] == [None, None, link]
