"""What is served, who is at work, and what a run would do and why. Nothing is written, and no lock is needed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from orchestration.history import catalog_version, read_runs
from orchestration.ingest_run import file_hashes, found_files
from orchestration.io.lake import Lake
from orchestration.models import models_version
from orchestration.parse_versions import format_versions
from orchestration.pipeline import method_versions
from orchestration.publish import release_key
from orchestration.releases import current_release
from orchestration.run_lock import lock_holder
from orchestration.settings import Settings
from orchestration.sidecars import sidecar_paths

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Step:
    """A thing that a run would do. what: in words. examples: the first few names, of `count`."""

    what: str
    why: str
    count: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """What is served (None: nothing yet), who holds the warehouse folder, the last refusal since, and what is to do."""

    served_release_id: str | None
    served_built_at: str | None
    working: str | None
    refused_release_id: str | None
    refused_at: str | None
    refusal: str | None
    steps: tuple[Step, ...]

    def as_json(self) -> str:
        """Return all of it as JSON."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)


def read_status(settings: Settings) -> Status:
    """Look at raw folder, lake, models and releases. Raises FileNotFoundError where there is no raw folder."""
    served = current_release(settings)
    lake = Lake(settings.lake)
    attempts = read_runs(settings)
    last = attempts.row(-1, named=True) if attempts.height else None
    is_refused = last is not None and last["status"] == "refused"
    steps = [*_of_files(settings, lake), *_of_methods(settings, last)]
    if served is None:
        steps.append(Step("publish the first release", "nothing is published yet"))
    elif steps or served.key != release_key(settings, lake):
        why = "what it is made of would change" if steps else "lake, models or pages changed since the served release"
        steps.append(Step("publish a release, unless nothing comes out differently", why))
    return Status(
        served.release_id if served else None,
        served.built_at if served else None,
        lock_holder(settings.warehouse / ".lock"),
        last["release_id"] if last and is_refused else None,
        last["built_at"].isoformat(timespec="seconds") if last and is_refused else None,
        last["reason"] if last and is_refused else None,
        tuple(steps),
    )


def _of_files(settings: Settings, lake: Lake) -> list[Step]:
    """Return what is to be read, read again or dropped, by comparing the raw folder with the lake."""
    files = found_files(settings, file_hashes(settings))
    beside = sidecar_paths(file.path for file in files)
    here = {file.path: file.document_id for file in files if file.document_id and file.path not in beside}
    documents = pl.DataFrame(schema={"document_id": pl.String, "paths": pl.List(pl.String)})
    if lake.fingerprint("documents"):
        documents = lake.read("documents", ["document_id", "paths", "format", "method_version"])
    known = set(documents["document_id"])
    before = {
        path: document for document, paths in documents.select("document_id", "paths").iter_rows() for path in paths
    }
    new = sorted(path for path, document in here.items() if document not in known and path not in before)
    changed = sorted(path for path, document in here.items() if path in before and before[path] != document)
    moved = sorted(path for path, document in here.items() if document in known and path not in before)
    gone = sorted(before.keys() - here.keys())
    steps = [
        _step("read new files", "they are not in the lake", new),
        _step("read changed files", "their content is another", changed),
        _step("note other names of known contents", "files were renamed or copied", moved),
        _step("drop files", "they are no longer in the raw folder", gone),
    ]
    if "format" in documents.columns:
        versions = pl.DataFrame(list(format_versions().items()), schema=["format", "now"], orient="row")
        stale = documents.join(versions, on="format").filter(pl.col("method_version") != pl.col("now"))
        for (name,), part in sorted(stale.partition_by("format", as_dict=True).items()):
            paths = sorted(path for paths in part["paths"] for path in paths if path in here)
            steps.append(_step(f"read {name} again", "the code that reads this format changed", paths))
    return [step for step in steps if step]


def _step(what: str, why: str, names: list[str]) -> Step | None:
    return Step(what, why, len(names), tuple(names[:_SHOWN])) if names else None


def _of_methods(settings: Settings, last: dict[str, Any] | None) -> list[Step]:
    """Return what is to be computed again by other code, catalogue or models than at the last attempt."""
    if last is None:
        return []
    before: dict[str, str] = json.loads(last["method_versions"])
    now = {**method_versions(), "models": models_version(settings)}
    steps = []
    stages = sorted(
        name for name, version in now.items() if before.get(name) != version and name not in ("parse", "models")
    )
    if stages:
        steps.append(Step("compute stages again", "their code changed", len(stages), tuple(stages[:_SHOWN])))
    if before.get("models") != now["models"]:
        steps.append(Step("build the models again", "the dbt project changed"))
    if last["catalog_version"] != catalog_version(settings):
        steps.append(Step("match again", "the catalogue changed"))
    return steps


def render(status: Status, now: datetime) -> str:
    """Return the status as a person reads it on a console."""
    lines = []
    if status.served_release_id and status.served_built_at:
        age = now - datetime.fromisoformat(status.served_built_at).astimezone(UTC)
        hours, minutes = divmod(int(age.total_seconds()) // 60, 60)
        lines.append(
            f"Served    release {status.served_release_id} of {status.served_built_at}, {hours} h {minutes} min old"
        )
    else:
        lines.append("Served    nothing yet")
    lines.append(f"At work   {status.working or 'nobody'}")
    if status.refusal:
        lines.append(f"Refused   attempt {status.refused_release_id} of {status.refused_at}: {status.refusal}")
    if not status.steps:
        lines.append("To do     nothing: a run would find all of it done")
        return "\n".join(lines)
    lines.append("A run would")
    for step in status.steps:
        count = f" ({step.count:,})" if step.count else ""
        lines.append(f"  {step.what}{count}: {step.why}")
        lines += [f"    {name}" for name in step.examples]
        if step.count > len(step.examples):
            lines.append(f"    and {step.count - len(step.examples):,} more")
    lines.append("Next      make warehouse, or wait for the sensor where the daemon runs (`make dev`)")
    return "\n".join(lines)
