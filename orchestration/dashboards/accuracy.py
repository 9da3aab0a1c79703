"""How right the extraction is, as it was measured: precision beside recall for each area, and every figure."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from orchestration.dashboards.figures import DASH, counted, decimal, share, whole
from orchestration.dashboards.html import Html, element, escape, join, link
from orchestration.dashboards.page import section, tile
from orchestration.dashboards.source import rows
from orchestration.dashboards.table import Column, Row, filtered, table

FIGURES = """
select area, source, rule, measure, coalesce(right_count / total_count, value) as value, right_count, total_count,
    low, high, measured_on
from measured_quality
order by area, measured_on, rule <> 'all', source, rule, measure
"""
# An area is told by its outcome, the rule `all`; one that has no such by each of its rules.
PAIRS = """
select area, measured_on, source, rule,
    trim(regexp_replace(measure, '(precision|recall)', ''), '_') as subject,
    max(measure) filter (where contains(measure, 'precision')) as precision,
    max(measure) filter (where contains(measure, 'recall')) as recall
from measured_quality
where contains(measure, 'precision') or contains(measure, 'recall')
group by area, measured_on, source, rule, subject
qualify (rule = 'all') = bool_or(rule = 'all') over (partition by area)
order by area not in ('mentions', 'people', 'shows'), area, measured_on, source <> 'all', source,
    subject <> '', subject, rule
"""
HEADLINES = (
    ("mentions", "recall", "recall of mentions"),
    ("people", "guests_precision", "precision of guests"),
    ("people", "guests_recall", "recall of guests"),
    ("people", "hosts_precision", "precision of hosts"),
    ("people", "hosts_recall", "recall of hosts"),
)
NONE = (
    "This release carries no figures: `measured_quality` is empty. `make evaluate` measures labels or documents of "
    "your own and writes them."
)


class Measured:
    """The figures of a release, each with its place in the page."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read them."""
        self.figures = rows(connection, FIGURES)
        self.pairs = rows(connection, PAIRS)
        self._places = {_key(row): f"figure-{number}" for number, row in enumerate(self.figures, 1)}
        self._by_key = {_key(row): row for row in self.figures}

    def tiles(self) -> list[Html]:
        """Return the figures that readers ask for first; those that were measured."""
        found = []
        for area, measure, label in HEADLINES:
            outcomes = [
                row for row in self.figures if (row["area"], row["measure"], row["rule"]) == (area, measure, "all")
            ]
            # The figure over all documents, else the one with the most cases.
            best = max(outcomes, key=lambda row: (row["source"] == "all", row["total_count"] or 0), default=None)
            if best:
                note = f"{_counts(best)}, {_interval(best)}, {best['measured_on']}"
                found.append(tile(link(share(best["value"]), f"#{self._places[_key(best)]}"), label, note))
        return found

    def section(self) -> Html:
        """Return precision and recall by area, and all figures below."""
        return section(
            "measured",
            "How right each area is",
            table(
                "areas",
                "Precision and recall by area, with the counts and the 95 % interval",
                [
                    Column("Area", lambda row: _words(row["area"])),
                    Column("What", lambda row: _words(row["subject"]) or "all"),
                    Column("Rule", lambda row: _words(row["rule"])),
                    Column("Precision", lambda row: self._cell(row, "precision"), self._value("precision"), True),
                    Column("Recall", lambda row: self._cell(row, "recall"), self._value("recall"), True),
                    Column("Measured on", lambda row: _corpus(row)),
                ],
                self.pairs,
                empty=NONE,
                query=PAIRS,
            ),
            table(
                "figures",
                f"{counted(len(self.figures), 'figure')}, all that were measured" if self.figures else "Every figure.",
                [
                    Column("Area", lambda row: _words(row["area"])),
                    Column("Measure", lambda row: _words(row["measure"])),
                    Column("Rule", lambda row: _words(row["rule"])),
                    Column("Value", _value_of, lambda row: row["value"], True),
                    Column("Counts", _counts, lambda row: row["right_count"], True),
                    Column("95 % interval", _interval, lambda row: row["low"], True),
                    Column("Measured on", _corpus),
                ],
                self.figures,
                empty="There is none.",
                query=FIGURES,
                row_name=lambda row: self._places[_key(row)],
            ),
        )

    def to_rule(self, row: Row, text: object) -> Html:
        """Return `text` as a link to the figure of a rule of mentions, or as it is where none was measured of it."""
        rule = row["match_rule"]
        if not any((figure["area"], figure["rule"]) == ("mentions", rule) for figure in self.figures):
            return escape(text)
        return filtered("figures", text, "=mentions", f"={_words(rule)}")

    def _find(self, row: Row, measure: str) -> Row | None:
        return self._by_key.get(_key({**row, "measure": row[measure]}))

    def _value(self, measure: str) -> Callable[[Row], float | None]:
        return lambda row: found["value"] if (found := self._find(row, measure)) else None

    def _cell(self, row: Row, measure: str) -> Html:
        found = self._find(row, measure)
        if found is None:
            return element("span", "not measured")
        return join(
            link(share(found["value"]), f"#{self._places[_key(found)]}"),
            element("small", f"{_counts(found)}, {_interval(found)}"),
        )


def _key(row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in ("area", "source", "rule", "measure", "measured_on"))


def _words(name: str) -> str:
    return name.replace("_", " ")


def _corpus(row: Row) -> str:
    source = "all documents" if row["source"] == "all" else row["source"]
    return f"{row['measured_on']}: {_words(source)}"


def _value_of(row: Row) -> str:
    if row["measure"].endswith("_s"):
        return f"{decimal(row['value'])} s"
    return whole(row["value"]) if row["measure"] == "wrong_pairs" else share(row["value"])


def _counts(row: Row) -> str:
    return DASH if row["total_count"] is None else f"{whole(row['right_count'])} of {whole(row['total_count'])}"


def _interval(row: Row) -> str:
    return DASH if row["low"] is None else f"{share(row['low'])} to {share(row['high'])}"
