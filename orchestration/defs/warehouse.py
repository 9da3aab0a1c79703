"""The dbt models as assets, built in this process into the scratch file of the next release.

dbt is called through its Python API: starting it as a process of its own and asking it for row counts after each
model was measured to take longer than the models themselves.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from orchestration.defs.lake import lake_key
from orchestration.defs.workspace import Workspace
from orchestration.history import prepare_history, record_refusal
from orchestration.models import NodeResult, build_models, prepare_manifest
from orchestration.publish import release_key
from orchestration.releases import current_release, discard_scratch, kept_results
from orchestration.rollback import release_to_keep
from orchestration.settings import load_settings
from orchestration.workers import end_processes

_UNIQUE_ID = "dagster_dbt/unique_id"
_MAX_REPORTED = 5


class Translator(DagsterDbtTranslator):
    """Names dbt's sources after the assets that write them, so that lineage runs from raw files to marts."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """Return the spec of a model or source with our key, group and kinds."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if unique_id.startswith("source."):
            source = manifest["sources"][unique_id]
            if source["source_name"] == "lake":
                return spec.replace_attributes(key=lake_key(source["name"]))
            return spec.replace_attributes(key=dg.AssetKey([source["source_name"], source["name"]]))
        node = manifest["nodes"][unique_id]
        layer = "marts" if node["schema"] == "main" else node["schema"]
        return spec.replace_attributes(
            key=dg.AssetKey(["warehouse", node["alias"]]), group_name=layer, kinds={"dbt", "duckdb"}, owners=[]
        )


@cache
def models_definition() -> dg.AssetsDefinition:
    """Return the asset of all models. Parses the dbt project where that has not been done since it changed."""
    return dbt_assets(name="models", manifest=prepare_manifest(load_settings()), dagster_dbt_translator=Translator())(
        _build
    )


def _build(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[Any]:
    settings = workspace.settings()
    prepare_history(settings)
    discard_scratch(settings)
    current = current_release(settings)
    kept, why = release_to_keep(settings, release_key(settings, workspace.lake()))
    context.log.info(why)
    if kept:
        yield from _events(context.assets_def, kept_results(settings), is_kept=True)
        return
    done = 0

    def on_node(unique_id: str, status: str, seconds: float) -> None:
        nonlocal done
        done += 1
        if done % 25 == 0 or status in ("fail", "error"):
            context.log.info(f"{done} models and tests done, last {unique_id.split('.')[2]}: {status}")

    # Nothing more is computed in parts, and the models need the memory.
    end_processes()
    results = build_models(settings, settings.scratch_database, on_node)
    yield from _events(context.assets_def, results, is_kept=False)
    bad = [result for result in results if not result.is_good]
    if bad:
        reason = _describe(bad)
        # What no model can read, or reads wrongly, may be a file of the lake that is no more what was written.
        if damaged := workspace.lake().damaged():
            reason = f"damaged, and made anew by the next run: {', '.join(map(str, damaged))}; {reason}"
        record_refusal(settings, reason, workspace.now(), workspace.seconds_of(context))
        served = f"release {current.release_id} goes on being served" if current else "nothing was published yet"
        raise dg.Failure(f"the new release is refused, {served}. {reason}", allow_retries=False)
    context.log.info(f"all {len(results)} models and tests are good")


def _events(definition: dg.AssetsDefinition, results: list[NodeResult], is_kept: bool) -> Iterator[Any]:
    """Report models as assets and their tests as checks. What was kept is reported too: it holds as it did."""
    specs = {spec.metadata[_UNIQUE_ID]: spec for spec in definition.specs}
    checks = {spec.metadata[_UNIQUE_ID]: spec for spec in definition.check_specs if spec.metadata}
    for result in results:
        if spec := specs.get(result.unique_id):
            if result.is_good:
                metadata = {"seconds": round(result.seconds, 3), "is_kept": is_kept}
                yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)
        elif (check := checks.get(result.unique_id)) and result.status != "skipped":
            is_warning = result.status == "warn"
            yield dg.AssetCheckResult(
                passed=result.is_good and not is_warning,
                check_name=check.name,
                asset_key=check.asset_key,
                severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
                metadata={"failures": result.failure_count, "message": result.message, "is_kept": is_kept},
            )


def _describe(bad: list[NodeResult]) -> str:
    causes = [result for result in bad if result.status != "skipped"] or bad
    lines = [f"{result.unique_id}: {result.status}: {result.message}" for result in causes[:_MAX_REPORTED]]
    more = len(causes) - len(lines)
    return "; ".join(lines) + (f"; and {more} more" if more > 0 else "")
