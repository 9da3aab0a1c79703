"""Assets of the lake: one multi-asset that reads raw files, and one asset for each table computed from others.

Belongs here: reading, calling one pure function, writing, reporting. Keep out: anything that knows text.
"""

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
import dataframely as dy

from orchestration.defs.feeds import FEEDS
from orchestration.defs.metadata import PREVIEW_ROWS, column_schema, table_metadata
from orchestration.defs.workspace import Workspace
from orchestration.history import record_refusal
from orchestration.increments import CATALOG
from orchestration.ingest_run import StageResult, run_ingest
from orchestration.io.lake import Lake
from orchestration.pipeline import STAGES, Stage, run_stage
from orchestration.proof import EXAMPLE_TABLES, PROVEN_TABLES, ProofResult
from orchestration.proof_run import prove_lake, prove_lake_examples
from orchestration.schemas.tables import INGEST_TABLES, LAKE_TABLES

RAW = dg.AssetKey("raw")
CATALOG_FILES = ("companies", "products", "people", "shows", "topics", "aliases")
CONTRACT = "contract"

catalog_files = [
    dg.AssetSpec(
        [CATALOG, name],
        group_name=CATALOG,
        kinds={"csv"},
        description=f"`dbt_project/seeds/{name}.csv`, kept by hand and checked at the start of every run.",
    )
    for name in CATALOG_FILES
]
# What the pipeline reads and does not make.
external_files = [
    dg.AssetSpec(RAW, deps=[FEEDS], group_name="raw", kinds={"file"}, description="Podcast documents of any shape."),
    *catalog_files,
    dg.AssetSpec(
        [CATALOG, "mention_rules"],
        group_name=CATALOG,
        kinds={"csv"},
        description="`dbt_project/seeds/mention_rules.csv`: measured precision of each rule, written by evaluation.",
    ),
    dg.AssetSpec(
        [CATALOG, "measured_quality"],
        group_name=CATALOG,
        kinds={"csv"},
        description="`dbt_project/seeds/measured_quality.csv`: measured precision and recall, written by evaluation.",
    ),
    dg.AssetSpec(
        ["history", "pipeline_runs"],
        group_name="release",
        kinds={"parquet"},
        description="Release attempts so far, appended to by publishing.",
    ),
]


def lake_key(table: str) -> dg.AssetKey:
    """Return the asset key of a lake table."""
    return dg.AssetKey(["lake", table])


def _spec(table: str, group: str, deps: list[dg.AssetKey]) -> dg.AssetSpec:
    schema = LAKE_TABLES[table]
    return dg.AssetSpec(
        lake_key(table),
        deps=deps,
        group_name=group,
        kinds={"python", "polars", "parquet"},
        description=schema.__doc__,
        metadata={"dagster/column_schema": column_schema(schema)},
    )


def _contract(table: str) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        CONTRACT, asset=lake_key(table), blocking=True, description="Columns, types, keys and nullability hold."
    )


def _report(result: StageResult, lake: Lake, seconds: float) -> Iterator[Any]:
    key = lake_key(result.table)
    yield dg.MaterializeResult(
        asset_key=key,
        metadata=table_metadata(result.row_count, lake.head(result.table, PREVIEW_ROWS), seconds, result.is_kept)
        | dict(result.counts),
        data_version=dg.DataVersion(lake.fingerprint(result.table)),
    )
    yield dg.AssetCheckResult(passed=True, check_name=CONTRACT, asset_key=key)


class IngestConfig(dg.Config):
    """source: a folder directly below the raw folder; only files below it are looked at, all else stays as it is."""

    source: str | None = None


@dg.multi_asset(
    name="ingest",
    specs=[_spec(table, "ingest", [RAW, FEEDS]) for table in INGEST_TABLES],
    check_specs=[_contract(table) for table in INGEST_TABLES],
)
def ingest(context: dg.AssetExecutionContext, config: IngestConfig, workspace: Workspace) -> Iterator[Any]:
    """Read the raw files into the first tables of the lake."""
    lake = workspace.lake()
    # A catalogue that cannot be used stops the run before any work is done.
    workspace.catalog()
    started = time.perf_counter()
    try:
        results = run_ingest(workspace.settings(), lake, workspace.now(), context.log.info, config.source)
    except ValueError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    for result in results:
        yield from _report(result, lake, time.perf_counter() - started)


def _stage_asset(stage: Stage) -> dg.AssetsDefinition:
    deps = [lake_key(name) for name in sorted(stage.reads) if name != CATALOG]
    if CATALOG in stage.reads:
        deps += [spec.key for spec in catalog_files]

    @dg.multi_asset(
        name=stage.table, specs=[_spec(stage.table, "transform", deps)], check_specs=[_contract(stage.table)]
    )
    def compute(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[Any]:
        lake = workspace.lake()
        started = time.perf_counter()
        try:
            result = run_stage(stage, lake, workspace.catalog(), workspace.settings().workers, context.log.info)
        except dy.exc.ValidationError as error:
            yield dg.AssetCheckResult(
                passed=False, check_name=CONTRACT, asset_key=lake_key(stage.table), metadata={"broken": str(error)}
            )
            raise dg.Failure(f"{stage.table} breaks its contract: {error}", allow_retries=False) from error
        seconds = time.perf_counter() - started
        how = "unchanged" if result.is_kept else f"{seconds:.1f} s"
        context.log.info(f"{result.row_count:,} rows, {how}")
        yield from _report(result, lake, seconds)

    return compute


stage_assets = [_stage_asset(stage) for stage in STAGES]


@dg.asset_check(
    name="proof",
    asset=lake_key("mentions"),
    additional_deps=[lake_key(table) for table in PROVEN_TABLES if table != "mentions"],
    blocking=True,
    description="Every row of text leads back to exact characters of a raw document.",
)
def proof(context: dg.AssetCheckExecutionContext, workspace: Workspace) -> dg.AssetCheckResult:
    """Compare every row with the raw text it comes from."""
    result = prove_lake(workspace.lake(), workspace.settings().workers, context.log.info)
    return _checked(context, workspace, result)


@dg.asset_check(
    name="proof",
    asset=lake_key(EXAMPLE_TABLES[-1]),
    additional_deps=[lake_key(table) for table in ("document_texts", *EXAMPLE_TABLES[:-1])],
    blocking=True,
    description="Every example of an unknown name leads back to exact characters of a raw document.",
)
def example_proof(context: dg.AssetCheckExecutionContext, workspace: Workspace) -> dg.AssetCheckResult:
    """Compare every example with the raw text it comes from."""
    result = prove_lake_examples(workspace.lake())
    return _checked(context, workspace, result)


def _checked(context: dg.AssetCheckExecutionContext, workspace: Workspace, result: ProofResult) -> dg.AssetCheckResult:
    context.log.info(f"{result.row_count:,} rows led back to the raw text, {result.failure_count:,} failed")
    if result.failures:
        reason = f"{result.failure_count} rows do not lead back to the raw text, the first: {result.failures[0]}"
        record_refusal(workspace.settings(), reason, workspace.now())
    return dg.AssetCheckResult(
        passed=result.failure_count == 0,
        metadata={
            "rows": result.row_count,
            "failed": result.failure_count,
            "first_failures": dg.MetadataValue.json(result.failures),
        },
    )
