"""Tables of what was measured, in Markdown. No figure in them is written by hand.

Belongs here: choosing, dividing and rounding figures. Keep out: measuring (measuring.py), pictures (plots.py).
"""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from orchestration.benchmarks.builds import NAMES
from orchestration.benchmarks.forecast import TARGETS_MB, stages, whole

Results = dict[str, Any]
PLOTS = ("throughput", "memory", "share", "time")
_TARGETS_AT = "1000"
# What takes less than this at the larger size says more of the clock than of growth.
_SHORTEST_S = 2.0
_LINEAR = 1.1
_SHOWN_QUERIES = 20
_DRY_RUN = "dry run"
# Tables of what takes hours, each of results of its name; all others but that of machines are of corpora of some size.
_OF_ITS_OWN = ("dry_run", "marts")


def tables(results: Results) -> str:
    """Return all tables, each below a heading."""
    blocks = ((f"## {title}", block(results)) for title, block in (BLOCKS | FORECASTS).values())
    return "\n\n".join(part for pair in blocks for part in pair) + "\n"


def write_page(page: Path, results: Results, out: Path) -> None:
    """Put each table between its marks in `page`, and the plots of `out` beside it. Raises ValueError without marks.

    A page that has a place for one of the forecasts is the page of forecasts; any other has to have all other tables.
    What was not measured this time (corpora, a dry run, models on a lake of many times the size) stays as it is.
    """
    text = page.read_text(encoding="utf-8")
    is_forecast = any(f"<!-- bench:{name} -->" in text for name in FORECASTS)
    for name, (_, block) in (FORECASTS if is_forecast else BLOCKS).items():
        marks = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
        found = re.search(f"{re.escape(marks[0])}\n(.*?)\n{re.escape(marks[1])}", text, re.DOTALL)
        if not found:
            raise ValueError(f"{page} has no place for a table: {marks[0]} and {marks[1]}")
        before, table = found[1], block(results)
        if name == "machine":
            table = _with_former(table, before, results)
        elif not results.get(name if name in _OF_ITS_OWN else "sizes"):
            table = before
        text = text[: found.start(1)] + table + text[found.end(1) :]
    page.write_text(text, encoding="utf-8")
    for plot in PLOTS:
        if (out / f"{plot}.png").is_file():
            (page.parent / "images").mkdir(exist_ok=True)
            shutil.copy(out / f"{plot}.png", page.parent / "images" / f"bench-{plot}.png")


def _with_former(table: str, before: str, results: Results) -> str:
    """Return the table of machines with the former rows of what was not measured this time."""
    head, rows = table.splitlines()[:2], table.splitlines()[2:]
    former = before.splitlines()[2:]
    of_dry_run = [row for row in former if row.startswith(f"| {_DRY_RUN} |")]
    if not results["sizes"]:
        rows = [row for row in former if row not in of_dry_run] + rows
    if "dry_run" not in results:
        rows += of_dry_run
    return "\n".join([*head, *rows])


def sizes_of(results: Results) -> list[tuple[str, dict[str, Any]]]:
    """Return what was measured of each size, the smallest first."""
    return sorted(results["sizes"].items(), key=lambda item: float(item[0]))


def stage_of(figures: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the figures of a stage. Raises StopIteration where there is none of that name."""
    return next(stage for stage in figures["build"]["stages"] if stage["stage"] == name)


def mention_speed(figures: dict[str, Any]) -> float:
    """Return MB of searched text a second and core of the step that finds mentions."""
    return float(figures["searched_mb"] / max(stage_of(figures, "mentions")["cpu_seconds"], 0.01))


def times_spacy(figures: dict[str, Any]) -> tuple[float, float] | None:
    """Return how many times as fast as spaCy the whole build is, by wall time and by time of processors."""
    if "others" not in figures:
        return None
    spacy, built = figures["others"]["spacy"], figures["build"]
    speech = figures["speech_mb"] * 1e6 / spacy["chars"]
    return speech * spacy["seconds"] / built["seconds"], speech * spacy["cpu_seconds"] / built["cpu_seconds"]


def exponents(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float]:
    """Return by which power of the size the time of each stage grew; 1 is linear. Stages that take time alone."""
    before = {stage["stage"]: stage["seconds"] for stage in small["build"]["stages"]}
    growth = math.log(large["raw_mb"] / small["raw_mb"])
    return {
        stage["stage"]: math.log(stage["seconds"] / before[stage["stage"]]) / growth
        for stage in large["build"]["stages"]
        if stage["seconds"] >= _SHORTEST_S and before.get(stage["stage"], 0) > 0
    }


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"


def _name(stage: str) -> str:
    return NAMES.get(stage, stage)


def _machines(results: Results) -> str:
    """Return what was measured where; runs on another day or of other code are told apart."""
    entries = [(f"{size} MB", figures["machine"]) for size, figures in sizes_of(results)]
    entries += [
        (what, results[name]["machine"])
        for name, what in (("sample_corpus", "sample corpus"), ("dry_run", _DRY_RUN))
        if name in results
    ]
    head = ["measured", "on", "processor", "cores", "memory GB", "system", "Python", "code"]
    keys = ("measured_on", "processor", "cores", "memory_gb", "system", "python", "code")
    return _table(head, [[what, *(about[key] for key in keys)] for what, about in entries])


def _targets(results: Results) -> str:
    rows = [[what, measured, _verdict(is_met)] for what, measured, is_met in judged(results)]
    return _table(["target, two cores", "measured", ""], rows)


def _verdict(is_met: bool | None) -> str:
    return "not measured" if is_met is None else "met" if is_met else "**missed**"


def judged(results: Results) -> Iterator[tuple[str, str, bool | None]]:
    """Yield each target, what was measured, and whether it is met; None where that was not measured."""
    figures = results["sizes"].get(_TARGETS_AT)
    smaller = [one for size, one in sizes_of(results) if float(size) < float(_TARGETS_AT)]

    def judge(
        what: str, value: float | None, unit: str, is_good: Callable[[float], bool], more: str = ""
    ) -> tuple[str, str, bool | None]:
        return (what, "", None) if value is None else (what, f"{_number(value)} {unit}{more}", is_good(value))

    def at(*path: str) -> float | None:
        value: Any = figures
        for name in path:
            value = None if value is None else value[name]
        return value

    yield judge("full build of 1 GB in under 4 minutes", at("build", "seconds"), "s", lambda v: v < 240)
    yield judge("and under 3 GB of memory", at("build", "peak_mb"), "MB", lambda v: v < 3000)
    grown = exponents(smaller[-1], figures) if figures and smaller else {}
    worst = max(grown, key=lambda name: grown[name], default="")
    most = "each stage linear (time grows by size to the power of 1.1 at most)"
    power = grown.get(worst)
    yield (
        most,
        "" if power is None else f"{power:.2f} at most: {_name(worst)}",
        None if power is None else power <= _LINEAR,
    )
    speed = mention_speed(figures) if figures else None
    bare = figures["floor"]["bare"] if figures else {"bytes": 0, "cpu_seconds": 1}
    beside = f", the bare scan {_number(bare['bytes'] / 1e6 / bare['cpu_seconds'])}"
    yield judge("mention step at 25 MB/s per core or more", speed, "MB/s", lambda v: v >= 25, beside)
    times = times_spacy(figures) if figures else None
    by_cpu = f" by wall time, {_number(times[1])} by time of processors" if times else ""
    yield judge(
        "whole pipeline at least 100 times spaCy's", times[0] if times else None, "", lambda v: v >= 100, by_cpu
    )
    yield judge("rebuild of 1 GB with nothing changed under 10 s", at("again", "seconds"), "s", lambda v: v < 10)
    yield judge("of which under 3 s are ours", at("again", "ours_seconds"), "s", lambda v: v < 3)
    sample = results.get("sample_corpus")
    warm = sample["build"]["seconds"] if sample else None
    yield judge("sample corpus, warm, under 20 s", warm, "s", lambda v: v < 20)
    yield judge("one document added to 1 GB under 20 s", at("one_added", "seconds"), "s", lambda v: v < 20)
    slowest = at("queries", "heaviest_p95_ms")
    yield judge("twenty heaviest queries on 1 GB: p95 under 150 ms", slowest, "ms", lambda v: v < 150)


def _whole(results: Results) -> str:
    head = ["raw MB", "files", "spoken MB", "seconds", "MB/s", "cores used", "peak MB", "lake MB", "release MB"]
    rows = []
    for _, one in sizes_of(results):
        built = one["build"]
        numbers = (one["speech_mb"], built["seconds"], built["mb_per_s"], built["cores"], built["peak_mb"])
        rows.append(
            [_number(one["raw_mb"]), f"{one['files']:,}"]
            + [_number(value) for value in (*numbers, one["lake_mb"], one["release_mb"])]
        )
    return _table(head, rows)


def _stages(results: Results) -> str:
    parts = []
    before: dict[str, Any] | None = None
    for size, one in sizes_of(results):
        grown = exponents(before, one) if before else {}
        parts.append(f"{size} MB:\n\n{_stage_table(one['build']['stages'], grown)}")
        before = one
    return "\n\n".join(parts)


def _stage_table(stages: Sequence[dict[str, Any]], grown: dict[str, float]) -> str:
    head = ["stage", "seconds", "share", "MB/s", "rows", "rows/s", "cores used", "peak MB"]
    keys = ("mb_per_s", "rows", "rows_per_s", "cores", "peak_mb")
    rows = [
        [_name(one["stage"]), _number(one["seconds"]), f"{one['share']:.1%}"]
        + [f"{one[key]:,}" if key == "rows" and one[key] else _number(one[key]) for key in keys]
        + ([f"{grown[one['stage']]:.2f}" if one["stage"] in grown else ""] if grown else [])
        for one in stages
    ]
    return _table(head + (["growth"] if grown else []), rows)


def _ratios(results: Results) -> str:
    head = ["raw MB", "what", "MB/s, one core", "the whole pipeline beside it, by time of processors"]
    rows = []
    for size, one in sizes_of(results):
        cpu = one["build"]["cpu_seconds"]
        for name, what in (("bare", "reading and bare scan"), ("bounded", "reading and scan between word boundaries")):
            floor = one["floor"][name]
            speed = floor["bytes"] / 1e6 / floor["cpu_seconds"]
            rows.append([size, what, _number(speed), f"{_number(cpu / floor['cpu_seconds'])} times as slow"])
        for name, other in one.get("others", {}).items():
            per_mb = other["cpu_seconds"] / other["chars"] * 1e6
            what = f"{name} {other['version']}, on {_number(other['chars'] / 1e6)} MB of speech"
            times = _number(one["speech_mb"] * per_mb / cpu)
            rows.append([size, what, f"{1 / per_mb:.3f}", f"{times} times as fast"])
    return _table(head, rows)


def _scores(results: Results) -> str:
    head = ["raw MB", "what", "true", "found", "recall", "precision"]
    rows = [
        [size, name.replace("_", " "), f"{one['true']:,}", f"{one['found']:,}", one["recall"], one["precision"]]
        for size, figures in sizes_of(results)
        for name, one in figures["scores"].items()
    ]
    return _table(head, rows)


def _again(results: Results) -> str:
    said = ("manifest", "parsing", "transforms", "dbt", "publish", "import", "Dagster itself")
    head = ["what", "seconds", "of these ours", *said, "copies computed", "of", "peak MB"]
    runs = [(f"{size} MB, nothing changed", one["again"]) for size, one in sizes_of(results)]
    runs += [(f"{size} MB, one document more", one["one_added"]) for size, one in sizes_of(results)]
    if "sample_corpus" in results:
        runs.append(("sample corpus, nothing changed", results["sample_corpus"]["again"]))
    rows = []
    for what, run in runs:
        steps = [step for step in run["steps"] if step["computed"] is not None]
        computed = [step["computed"] for step in steps]
        span = (
            f"{min(computed)} to {max(computed)} a stage" if len(set(computed)) > 1 else str(max(computed, default=0))
        )
        of = max((step["computed"] + step["kept"] for step in steps), default=0)
        seconds = [
            _number(run["seconds"]),
            _number(run["ours_seconds"]),
            *(_number(run["said"].get(name)) for name in said),
        ]
        rows.append([what, *seconds, span, f"{of:,}" if of else "", _number(run["peak_mb"])])
    return _table(head, rows)


def _queries(results: Results) -> str:
    head = ["raw MB", "queries", "p95 ms of the twenty heaviest", "of all", "slowest cold ms"]
    rows = [
        [size, found["query_count"], *(_number(found[key]) for key in ("heaviest_p95_ms", "p95_ms", "slowest_cold_ms"))]
        for size, one in sizes_of(results)
        for found in [one["queries"]]
    ]
    parts = [_table(head, rows)]
    if rows:
        size, largest = sizes_of(results)[-1]
        heaviest = largest["queries"]["heaviest"][:_SHOWN_QUERIES]
        times = [
            [one["title"].replace("|", "/"), f"{one['row_count']:,}", _number(one["median_ms"]), _number(one["p95_ms"])]
            for one in heaviest
        ]
        parts.append(f"The heaviest at {size} MB:\n\n" + _table(["query", "rows", "median ms", "p95 ms"], times))
    return "\n\n".join(parts)


def _dry(results: Results) -> str:
    dry = results.get("dry_run")
    if dry is None:
        return "Not run yet."
    built = dry["build"]
    end = f"It was {dry['stopped']}, in the last step of the table." if dry["stopped"] else "It came to its end."
    for stopped in dry.get("was_stopped", []):
        end += f" Before, it had been {stopped}, and went on with what was there."
    said = (
        f"{_number(dry['raw_mb'])} MB of raw files, {dry['files']:,} of them: {built['seconds'] / 60:.0f} minutes, "
        f"{_number(built['peak_mb'])} MB of memory at the most, {_number(dry['lake_mb'])} MB of lake. {end}"
    )
    return f"{said}\n\n{_stage_table(built['stages'], {})}"


def _marts(results: Results) -> str:
    kept = sorted(results.get("marts", {}).values(), key=lambda one: float(one["raw_mb"]))
    if not kept:
        return "Not measured yet."
    head = ["raw MB", "times", "lake MB", "DuckDB may use", "models and tests"]
    head += ["database MB", "release MB", "failed in"]
    rows = [
        [
            *(_number(one["raw_mb"]), one["times"], _number(one["lake_mb"]), one["memory_limit"], one.get("nodes", "")),
            *(_number(one.get("database_mb")), _number(one.get("release_mb")), _name(one["failed_in"])),
        ]
        for one in kept
    ]
    largest = kept[-1]
    about = largest["machine"]
    size = f"at {_number(largest['raw_mb'])} MB, on {about['measured_on']} ({about['processor']}, code {about['code']})"
    slowest = [[node["node"], _number(node["seconds"])] for node in largest.get("slowest", ())]
    parts = [_table(head, rows), f"Step by step {size}:", _stage_table(largest["stages"], {})]
    if slowest:
        parts += ["The longest of the models and tests:", _table(["model or test", "seconds"], slowest)]
    return "\n\n".join(parts)


def _growth(results: Results) -> str:
    sizes = [one for _, one in sizes_of(results)]
    if not sizes:
        return "Not measured yet."
    head = ["stage", "seconds at the largest size", "power", *(f"at {name}" for name in TARGETS_MB)]
    head += ["peak MB at the largest size", "power", *(f"at {name}" for name in TARGETS_MB)]
    rows = []
    for one in stages(sizes):
        row = [_name(one.stage)]
        for figure, show in ((one.seconds, _duration), (one.peak_mb, _number)):
            power = "" if figure is None or figure.power is None else f"{figure.power:.2f}"
            row += [_number(figure.value) if figure else "", power]
            row += [show(figure.at(size)) if figure else "" for size in TARGETS_MB.values()]
        rows.append(row)
    return _table(head, rows)


def _forecast(results: Results) -> str:
    sizes = [one for _, one in sizes_of(results)]
    if not sizes:
        return "Not measured yet."
    head = ["raw text", "", "time", "peak memory MB", "lake MB", "release MB"]
    rows = []
    for one in sizes:
        built = one["build"]
        figures = (built["peak_mb"], one["lake_mb"], one["release_mb"])
        rows.append([f"{_number(one['raw_mb'])} MB", "measured", _duration(built["seconds"]), *map(_number, figures)])
    of_stages, of_all = stages(sizes), whole(sizes)
    for name, size in TARGETS_MB.items():
        # The peak is that of the stage that takes most, which may be another one than now.
        peak = max([of_all["peak_mb"].at(size), *(one.peak_mb.at(size) for one in of_stages if one.peak_mb)])
        seconds = sum(one.seconds.at(size) for one in of_stages)
        figures = (peak, of_all["lake_mb"].at(size), of_all["release_mb"].at(size))
        rows.append([name, "predicted", _duration(seconds), *map(_number, figures)])
    return _table(head, rows)


def _duration(seconds: float) -> str:
    """Return a time as people say it."""
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{_number(seconds / length)} {unit}"
    return f"{_number(seconds)} s"


FORECASTS: dict[str, tuple[str, Callable[[Results], str]]] = {
    "forecast": ("What larger corpora would take", _forecast),
    "growth": ("How stages grow", _growth),
}
"""Tables of docs/scaling.md."""

BLOCKS: dict[str, tuple[str, Callable[[Results], str]]] = {
    "machine": ("Machine", _machines),
    "targets": ("Targets", _targets),
    "whole": ("The whole build", _whole),
    "stages": ("Stage by stage", _stages),
    "ratios": ("Beside a floor and others", _ratios),
    "scores": ("Correct at scale", _scores),
    "again": ("Building again", _again),
    "queries": ("Queries", _queries),
    "dry_run": ("Dry run", _dry),
    "marts": ("A release of a lake that is larger than memory", _marts),
}
