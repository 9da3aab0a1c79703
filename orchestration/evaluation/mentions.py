"""Measures mentions against labelled passages: precision, recall and F1, by type, file, stratum and rule."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestration.catalog.catalog import Catalog
from orchestration.evaluation.figures import Figure, share
from orchestration.evaluation.gold import SCORED_TYPES, GoldError, JudgedPassage, LakeTexts, read_passages
from orchestration.evaluation.rule_precision import judged_firings, write_rules_csv
from orchestration.evaluation.scoring import Counts, Outcome, compare, count, interval, wilson_low

# An ordinary word that is a name names one of these; as part of a person's name it is none.
_NAMED_BY_WORDS = ("company", "product", "show")


def measure(
    gold: Path, lake: LakeTexts, catalog: Catalog, ambiguous: Path | None, rules: Path | None
) -> dict[str, Any]:
    """Return all figures of the labels in `gold`, with what could not be judged as `problems`.

    ambiguous: labelled occurrences of ordinary words. rules: where to write the measured precision of each rule.
    Raises GoldError where labels cannot be read or do not fit the lake.
    """
    names: dict[str, list[str]] = defaultdict(list)
    for alias in catalog.aliases:
        names[alias.entity_id].append(alias.alias)
    passages, problems = read_passages(gold, lake)
    figures = evaluate(passages, lambda entity_id: names.get(entity_id, [])) | {"problems": problems}
    if ambiguous:
        figures["ambiguous"] = evaluate_ambiguous(ambiguous, lake)
    if rules:
        outcomes = [o for p in passages for o in compare(p, False, lambda entity_id: names.get(entity_id, []))]
        write_rules_csv(outcomes, rules)
    return figures


def as_figures(mentions: Mapping[str, Any], sources: Mapping[str, str] | None = None) -> list[Figure]:
    """Return what `measure` returned as figures: typed, overlapping spans of all passages, by source and by rule.

    `strict_` measures ask for the same span. sources: the source of each file; without it each file is its own.
    """
    area, scores = "mentions", mentions["scores"]["all"]["overlapping"]
    figures = []
    for entity_type in ("all", *SCORED_TYPES):
        row = scores[entity_type]
        prefix = "" if entity_type == "all" else f"{entity_type}_"
        figures.append(share(area, "all", "all", f"{prefix}precision", row["matched"], row["found"]))
        figures.append(share(area, "all", "all", f"{prefix}recall", row["matched"], row["labelled"]))
        figures.append(_f1(f"{prefix}f1", row))
    strict = mentions["scores"]["all"]["strict"]["all"]
    figures.append(share(area, "all", "all", "strict_precision", strict["matched"], strict["found"]))
    figures.append(share(area, "all", "all", "strict_recall", strict["matched"], strict["labelled"]))
    figures.append(_f1("strict_f1", strict))
    entity = mentions["right_entity"]
    figures.append(share(area, "all", "all", "right_entity", entity["right"], entity["matched"]))
    if ambiguous := mentions.get("ambiguous"):
        figures.append(share(area, "all", "all", "ordinary_words", ambiguous["right"], ambiguous["judged"]))
    for rule, row in mentions["rules"].items():
        figures.append(share(area, "all", rule, "precision", row["right"], row["judged"]))
    by_source: dict[str, Counts] = defaultdict(Counts)
    for file, row in mentions["files"].items():
        by_source[(sources or {}).get(file, file)] += Counts(row["matched"], row["found"], row["labelled"])
    for source, counts in sorted(by_source.items()):
        figures.append(share(area, source, "all", "precision", counts.matched, counts.found))
        figures.append(share(area, source, "all", "recall", counts.matched, counts.labelled))
    return figures


def _f1(measure: str, row: Mapping[str, Any]) -> Figure:
    return Figure("mentions", "all", "all", measure, row["f1"], bounds=row["f1_interval"])


def evaluate(passages: Sequence[JudgedPassage], names_of: Callable[[str], Iterable[str]]) -> dict[str, Any]:
    """Return all figures on `passages`; `names_of` gives the names of an entity by its id."""
    overlapping = [compare(passage, is_strict=False, names_of=names_of) for passage in passages]
    strict = [compare(passage, is_strict=True, names_of=names_of) for passage in passages]
    strata = sorted({passage.stratum for passage in passages})
    scores = {
        stratum: {
            kind: _by_type([o for o, p in zip(outcomes, passages, strict=True) if stratum in ("all", p.stratum)])
            for kind, outcomes in (("overlapping", overlapping), ("strict", strict))
        }
        for stratum in dict.fromkeys(("all", *strata))
    }
    every = [outcome for outcomes in overlapping for outcome in outcomes]
    right, judged = judged_firings(every)
    matched = [outcome for outcome in every if outcome.label and outcome.found]
    by_file: dict[str, list[Outcome]] = defaultdict(list)
    for outcomes, passage in zip(overlapping, passages, strict=True):
        by_file[passage.file].extend(outcomes)
    return {
        "passages": len(passages),
        "scores": scores,
        "right_entity": {"right": sum(o.is_right_entity for o in matched), "matched": len(matched)},
        "files": {file: _figures(count(outcomes)) for file, outcomes in sorted(by_file.items())},
        "rules": {
            rule: {
                "precision": right[rule] / judged[rule],
                "precision_low": wilson_low(right[rule], judged[rule]),
                "right": right[rule],
                "judged": judged[rule],
            }
            for rule in sorted(judged)
        },
    }


def _by_type(outcomes: Sequence[Sequence[Outcome]]) -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = {}
    for entity_type in (*SCORED_TYPES, "all"):
        per_passage = [count(o for o in of_one if entity_type in ("all", o.entity_type)) for of_one in outcomes]
        table[entity_type] = _figures(sum(per_passage, Counts())) | {
            "precision_interval": interval(per_passage, lambda counts: counts.precision),
            "recall_interval": interval(per_passage, lambda counts: counts.recall),
            "f1_interval": interval(per_passage, lambda counts: counts.f1),
        }
    return table


def _figures(counts: Counts) -> dict[str, Any]:
    return {
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "matched": counts.matched,
        "found": counts.found,
        "labelled": counts.labelled,
    }


def evaluate_ambiguous(path: Path, lake: LakeTexts) -> dict[str, Any]:
    """Return how often the lake is right on whether an ordinary word is a name, by word and in all.

    `path` lists occurrences: `term`, `file`, `start`, `end`, `entity`. Raises GoldError where it cannot be used.
    """
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GoldError(f"{path} cannot be read as JSON: {error}") from error
    terms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    wrong: list[dict[str, Any]] = []
    for item in items:
        if item["file"] not in lake.documents:
            raise GoldError(f"not in the lake: {item['file']}")
        found = [m for document_id in lake.documents[item["file"]] for m in lake.mentions.get(document_id, [])]
        is_named = any(
            m.char_start < item["end"] and item["start"] < m.char_end and m.entity_type in _NAMED_BY_WORDS
            for m in found
        )
        terms[item["term"]][0] += is_named == item["entity"]
        terms[item["term"]][1] += 1
        if is_named != item["entity"]:
            wrong.append({key: item[key] for key in ("term", "file", "start", "entity")})
    return {
        "right": sum(right for right, _ in terms.values()),
        "judged": len(items),
        "terms": {term: {"right": right, "judged": judged} for term, (right, judged) in sorted(terms.items())},
        "wrong": wrong,
    }


def report(figures: dict[str, Any]) -> str:
    """Return the figures as a table to read."""
    lines: list[str] = []
    for stratum, kinds in figures["scores"].items():
        for kind, table in kinds.items():
            lines.append(f"\n{stratum} passages, {kind} spans, typed; 95 % intervals over passages in brackets")
            lines.append(f"  {'':8} {'precision':22} {'recall':22} {'F1':22} {'found':>6} {'labelled':>8}")
            for entity_type, row in table.items():
                cells = "".join(
                    f" {row[name]:.3f} [{row[f'{name}_interval'][0]:.3f}-{row[f'{name}_interval'][1]:.3f}]   "
                    for name in ("precision", "recall", "f1")
                )
                lines.append(f"  {entity_type:8}{cells}{row['found']:>6} {row['labelled']:>8}")
    entity = figures["right_entity"]
    right_share = entity["right"] / entity["matched"] if entity["matched"] else 0.0
    lines.append(f"\nright entity among the matched: {right_share:.3f} ({entity['right']} of {entity['matched']})")
    lines.append("\nby file (overlapping)")
    lines.extend(
        f"  {file:32} P {row['precision']:.3f}  R {row['recall']:.3f}  F1 {row['f1']:.3f}  ({row['labelled']} labelled)"
        for file, row in figures["files"].items()
    )
    lines.append("\nby rule: share of firings with the right type and entity, its 95 % lower bound, firings judged")
    lines.extend(
        f"  {rule:30} {row['precision']:.3f}  {row['precision_low']:.3f}  {row['judged']:>5}"
        for rule, row in figures["rules"].items()
    )
    if "ambiguous" in figures:
        ambiguous = figures["ambiguous"]
        lines.append(f"\nordinary words told right: {ambiguous['right']} of {ambiguous['judged']}")
        lines.append(
            "  " + ", ".join(f"{term} {row['right']}/{row['judged']}" for term, row in ambiguous["terms"].items())
        )
    lines.extend(f"not judged: {problem}" for problem in figures["problems"])
    return "\n".join(lines).lstrip("\n")
