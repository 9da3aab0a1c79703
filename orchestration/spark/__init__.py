"""The parts of the lake worked on by Apache Spark: the same functions, of the same parts, in the tasks of a cluster.

Chosen with `PODCAST_ENGINE=spark`. A part is a batch of documents or episodes, or a range of hashes; what works on it
reads its rows from the lake, writes its file under a temporary name and renames it, so that Spark may try it again or
twice at once. Only what is recorded of a part comes back, through Arrow. Raw files and the lake have to be on storage
that all workers see under the same path, and the project and its packages installed there.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from orchestration.settings import PROJECT_ROOT
from orchestration.workers import one_thread_each

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

T = TypeVar("T")
R = TypeVar("R")

MAX_TRIES = 4
"""A task that fails so often fails the run."""

_RESULT = "number bigint, result binary"
_ARROW_RESULT = pa.schema([("number", pa.int64()), ("result", pa.binary())])


class SparkTaskError(RuntimeError):
    """A task failed on every try, or Spark could not be started."""


def each_on_spark(work: Callable[[T], R], tasks: Sequence[T], process_count: int) -> Iterator[tuple[T, R]]:
    """Yield each of `tasks` with what `work` makes of it, once all are done.

    work: a function of a module. process_count: how many tasks run side by side where Spark runs on this machine.
    Raises SparkTaskError.
    """
    session = _session(process_count)
    from pyspark.errors import PySparkException
    from pyspark.serializers import CPickleSerializer

    # What Spark itself sends functions and results in.
    serializer = CPickleSerializer()
    sent = session.sparkContext.broadcast((work, list(tasks)))

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        compute, all_tasks = sent.value
        for batch in batches:
            numbers = batch.column(0).to_pylist()
            results = [serializer.dumps(compute(all_tasks[number])) for number in numbers]
            yield pa.RecordBatch.from_arrays([pa.array(numbers), pa.array(results, pa.binary())], schema=_ARROW_RESULT)

    try:
        # A partition for each task, so that a failure repeats one of them and no other.
        rows = session.range(0, len(tasks), 1, len(tasks)).mapInArrow(run, _RESULT).collect()
    except PySparkException as error:
        raise SparkTaskError(f"Spark gave up on a part after {MAX_TRIES} tries: {_cause(error)}") from error
    finally:
        sent.destroy()
    for row in sorted(rows, key=lambda row: row.number):
        yield tasks[row.number], serializer.loads(bytes(row.result))


@cache
def _session(process_count: int) -> SparkSession:
    """Start Spark, on this machine unless `PODCAST_SPARK_MASTER` or Spark's own settings name a cluster."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SparkTaskError(
            "PODCAST_ENGINE is spark, and pyspark is not installed: run `make test-spark`, which installs it into "
            ".venv-spark, and start with the Python there, or leave PODCAST_ENGINE unset"
        ) from error
    master = os.environ.get("PODCAST_SPARK_MASTER") or f"local[{process_count},{MAX_TRIES}]"
    settings = {
        "spark.master": master,
        "spark.app.name": "podcast-warehouse",
        "spark.task.maxFailures": str(MAX_TRIES),
        # Tasks are few and long.
        "spark.sql.execution.arrow.maxRecordsPerBatch": "1",
        "spark.executorEnv.POLARS_MAX_THREADS": "1",
        "spark.ui.showConsoleProgress": "false",
    }
    if master.startswith("local"):
        settings |= {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.ui.enabled": "false",
        }
        os.environ["PYSPARK_PYTHON"] = sys.executable
        paths = [str(PROJECT_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    builder: Any = SparkSession.builder
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        with one_thread_each():
            session: SparkSession = builder.getOrCreate()
    except Exception as error:
        raise SparkTaskError(
            f"Spark could not be started at {master} ({_cause(error)}): it needs Java 17 or newer (JAVA_HOME), and a "
            "cluster that is up where PODCAST_SPARK_MASTER names one"
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


def _cause(error: Exception) -> str:
    """Return the last error that the tracebacks passed on by Spark name, else the first line of `error`."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"[\w.]+(?:Error|Exception|Violation): ", line)]
    return (named[-1:] or lines[:1] or [type(error).__name__])[0]
