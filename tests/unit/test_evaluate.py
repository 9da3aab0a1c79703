from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from orchestration.catalog.load import load_catalog
from orchestration.evaluate import main
from orchestration.evaluation.figures import Figure, share
from orchestration.evaluation.gold import Found, GoldError, JudgedPassage, Label, read_lake, read_passages
from orchestration.evaluation.labels import labels_of
from orchestration.evaluation.report import as_csv, summary, table
from orchestration.evaluation.rule_precision import HEADER, rules_csv
from orchestration.evaluation.scoring import Counts, Outcome, compare, count, interval, is_same_entity, wilson_low
from orchestration.pipeline import build_lake
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import load_settings
from orchestration.transforms.mention_rules import RULES

TEXT = "Kaja likes Acme and Acme Cloud. See Model Summit."


def found(start: int, end: int, entity_type: str = "company", name: str = "Acme", rule: str = "catalog_exact") -> Found:
    return Found(start, end, entity_type, f"{entity_type}:{name.lower()}", name, rule, TEXT[start:end])


def passage(labels: list[Label], mentions: list[Found]) -> JudgedPassage:
    return JudgedPassage("P1", "a.txt", "random", TEXT, 0, tuple(labels), tuple(mentions))


def no_names(entity_id: str) -> list[str]:
    return []


def test_spans_match_strictly_or_by_overlap_and_types_must_be_equal() -> None:
    labels = [Label(0, 4, "person", "Kaja"), Label(11, 15, "company", "Acme"), Label(20, 30, "product", "Acme Cloud")]
    mentions = [found(11, 15), found(20, 24), found(20, 30, "product", "Acme Cloud")]
    outcomes = compare(passage(labels, mentions), False, no_names)
    assert count(outcomes) == Counts(matched=2, found=3, labelled=3)
    shifted = [found(11, 14)]
    assert count(compare(passage(labels[1:2], shifted), False, no_names)).matched == 1
    assert count(compare(passage(labels[1:2], shifted), True, no_names)).matched == 0


def test_a_label_is_matched_once() -> None:
    outcomes = compare(passage([Label(20, 30, "company", "Acme")], [found(20, 24), found(25, 30)]), False, no_names)
    assert count(outcomes) == Counts(matched=1, found=2, labelled=1)


def test_mentions_of_events_are_neither_right_nor_wrong() -> None:
    outcomes = compare(passage([Label(36, 48, "event", "Model Summit")], [found(36, 41)]), False, no_names)
    assert outcomes == []


@pytest.mark.parametrize(
    ("canonical", "name", "aliases", "expected"),
    [
        ("acme", "Acme", [], True),
        ("Acme Corp", "Acme", ["ACME Corp"], True),
        ("Gemma 2", "Gemma", [], True),
        ("The Hour", "Hour", [], True),
        ("Acme Code", "Acme", [], False),
        ("o1", "o3", [], False),
        ("Big Mistral Large 2", "Big Mistral", [], True),
    ],
)
def test_entities_are_compared_by_name_alias_and_family(
    canonical: str, name: str, aliases: list[str], expected: bool
) -> None:
    assert is_same_entity(canonical, found(0, 4, "product", name), lambda entity_id: aliases) is expected


def test_figures_of_counts() -> None:
    counts = Counts(matched=3, found=4, labelled=6)
    assert (counts.precision, counts.recall, counts.f1) == (0.75, 0.5, 0.6)
    assert (Counts().precision, Counts().recall, Counts().f1) == (0.0, 0.0, 0.0)


def test_intervals_hold_the_score_and_are_the_same_in_every_run() -> None:
    per_passage = [Counts(1, 2, 2), Counts(2, 2, 3), Counts(0, 1, 1)] * 5
    low, high = interval(per_passage, lambda counts: counts.f1)
    assert low < sum(per_passage, Counts()).f1 < high
    assert (low, high) == interval(per_passage, lambda counts: counts.f1)
    assert interval([], lambda counts: counts.f1) == (0.0, 0.0)


def test_wilson_bound() -> None:
    assert wilson_low(0, 0) == 0.0
    assert wilson_low(10, 10) == pytest.approx(0.722, abs=0.001)
    assert wilson_low(90, 100) == pytest.approx(0.826, abs=0.001)


def test_every_rule_has_a_line_and_rare_ones_take_their_groups_figures() -> None:
    label = Label(0, 4, "company", "Acme")
    outcomes = [Outcome(label, found(0, 4, rule="catalog_case_sensitive"), True)] * 40
    outcomes += [Outcome(None, found(0, 4, rule="misheard"))] * 10
    lines = [line.split(",") for line in rules_csv(outcomes).splitlines()]
    assert tuple(lines[0]) == HEADER
    rows = {line[0]: line for line in lines[1:]}
    assert set(rows) == set(RULES)
    assert rows["catalog_case_sensitive"][-4::3] == ["1.000", "judged"]
    assert rows["misheard"][-4:] == ["0.800", "0.670", "10", "judged as group catalog"]
    assert rows["topic_keyphrase"][-4:] == ["", "", "0", "not judged"]


def test_the_committed_seed_knows_every_rule_and_no_other() -> None:
    path = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "mention_rules.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        assert [row["match_rule"] for row in csv.DictReader(lines)] == list(RULES)


@pytest.mark.acceptance
def test_mentions_of_the_seeds_are_as_good_as_published(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = replace(load_settings(), raw=shared / "seeds", warehouse=tmp_path)
    lake = build_lake(settings, load_catalog(settings.catalog), datetime(2026, 1, 1, tzinfo=UTC), lambda line: None)
    gold = shared / "gold" / "mentions_dev.jsonl"
    words = shared / "gold" / "ambiguous_dev.json"
    assert main(["--gold", str(gold), "--lake", str(lake.folder), "--ambiguous", str(words), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["mentions"]
    assert figures["passages"] == 52
    scores = figures["scores"]["all"]["overlapping"]
    assert scores["all"]["f1"] >= 0.85
    assert all(scores[entity_type]["precision"] >= 0.9 for entity_type in ("company", "product", "person", "show"))
    assert figures["right_entity"]["right"] >= 0.95 * figures["right_entity"]["matched"]
    assert figures["ambiguous"]["right"] >= 0.85 * figures["ambiguous"]["judged"]


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=LAKE_TABLES[table].create_empty().schema)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    folder = tmp_path / "lake"
    document = {"document_id": "d", "paths": ["x/a.txt"], "path": "x/a.txt", "bytes": 1, "has_byte_order_mark": False}
    mention = {
        "document_id": "d",
        "copy_id": "c",
        "field": "description",
        "entity_id": "company:acme",
        "entity_type": "company",
        "entity_name": "Acme",
        "surface": "Acme",
        "alias": "Acme",
        "context": TEXT,
        "time_source": "none",
        "segment_kind": "content",
        "match_rule": "catalog_exact",
    }
    places = [("m1", 11, 15), ("m2", 20, 24)]
    tables: dict[str, list[dict[str, Any]]] = {
        "documents": [document | {"status": "parsed", "ingested_at": datetime(2026, 1, 1, tzinfo=UTC)}],
        "document_texts": [{"document_id": "d", "text": TEXT}],
        "mentions": [
            mention | {"mention_id": key, "text_start": s, "text_end": e, "char_start": s, "char_end": e}
            for key, s, e in places
        ],
    }
    for name in LAKE_TABLES:
        rows = tables.get(name, [])
        (folder / name).mkdir(parents=True)
        frame(name, rows).write_parquet(folder / name / "data.parquet")
    return folder


def gold_row(**changed: Any) -> dict[str, Any]:
    mention = {"start": 11, "end": 15, "surface": "Acme", "canonical": "Acme", "entity_type": "company"}
    row = {"id": "P1", "seed_file": "a.txt", "char_start": 0, "char_end": len(TEXT), "stratum": "random", "text": TEXT}
    return row | {"mentions": [mention]} | changed


def write_gold(path: Path, *rows: dict[str, Any]) -> Path:
    gold = path / "gold.jsonl"
    gold.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return gold


def test_the_command_prints_figures(lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = write_gold(tmp_path, gold_row())
    words = tmp_path / "words.json"
    occurrence = {"term": "Acme", "file": "a.txt", "start": 11, "end": 15, "entity": True}
    words.write_text(json.dumps([occurrence, occurrence | {"start": 20, "end": 24, "entity": False}]), encoding="utf-8")
    arguments = ["--gold", str(gold), "--lake", str(lake), "--ambiguous", str(words)]
    assert main([*arguments, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert "shows and people by labels: no labels given" in shown["left_out"]
    precision = {"area": "mentions", "source": "all", "rule": "all", "measure": "precision", "right": 1, "total": 2}
    assert precision.items() <= next(one for one in shown["figures"] if one["measure"] == "precision").items()
    figures = shown["mentions"]
    company = figures["scores"]["all"]["overlapping"]["company"]
    assert (company["precision"], company["recall"], company["found"]) == (0.5, 1.0, 2)
    assert (figures["ambiguous"]["right"], figures["ambiguous"]["judged"]) == (1, 2)
    rules = tmp_path / "mention_rules.csv"
    assert main([*arguments, "--rules-csv", str(rules)]) == 0
    out = capsys.readouterr().out
    assert "random passages, strict spans" in out
    assert "ordinary words told right: 1 of 2" in out
    assert rules.read_text(encoding="utf-8").startswith(",".join(HEADER))


def test_labels_are_found_by_name_in_a_folder(lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "labels"
    folder.mkdir()
    assert main(["--gold", str(folder), "--lake", str(lake)]) == 1
    assert "holds no labels" in capsys.readouterr().err
    gold = write_gold(folder, gold_row()).rename(folder / "my_mentions_1.jsonl")
    (folder / "ambiguous.json").write_text("[]", encoding="utf-8")
    found = labels_of(folder)
    assert (found.mentions, found.ambiguous, found.episodes) == (gold, folder / "ambiguous.json", None)
    assert found.missing == [
        f"{kind} ({variable}=<file>)"
        for kind, variable in [
            ("episodes", "EPISODES"),
            ("same_recording", "SAME"),
            ("paid", "PAID"),
            ("topics", "TOPICS"),
            ("topic_map", "TOPIC_MAP"),
        ]
    ]
    written = tmp_path / "figures.csv"
    arguments = ["--gold", str(folder), "--lake", str(lake), "--write", str(written), "--measured-on", "one passage"]
    assert main(arguments) == 0
    assert "Not measured" in capsys.readouterr().out
    with written.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if (row["rule"], row["measure"]) == ("all", "precision")]
    assert (rows[0]["value"], rows[0]["right_count"], rows[0]["measured_on"]) == ("0.5000", "1", "one passage")
    # Measured on something else, the figures stand beside these; measured again, they take their place.
    assert main([*arguments[:-1], "two passages"]) == 0
    assert main([*arguments[:-1], "two passages"]) == 0
    with written.open(encoding="utf-8", newline="") as lines:
        of_both = [row["measured_on"] for row in csv.DictReader(lines)]
    assert of_both == sorted(of_both) and set(of_both) == {"one passage", "two passages"}
    assert of_both.count("one passage") == of_both.count("two passages")
    capsys.readouterr()
    written.write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(arguments) == 1
    assert "is no file of figures" in capsys.readouterr().err
    assert written.read_text(encoding="utf-8") == "a,b\n1,2\n"
    gold.with_name("your_mentions_2.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(GoldError, match="more than one"):
        labels_of(folder)


def test_paid_speech_and_topics_are_measured_where_labelled(
    lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = {"file": "a.txt", "half": "one", "char_start": 0, "char_end": len(TEXT)}
    stretch = {"kind": "sponsor", "place": "notes", "char_start": 0, "char_end": 10}
    paid, topics, meaning = (tmp_path / name for name in ("paid.json", "topics.txt", "meaning.json"))
    paid.write_text(json.dumps([copy | {"stretches": [stretch]}, copy | {"file": "b.txt"}]), encoding="utf-8")
    topics.write_text("1: agents\n", encoding="utf-8")
    arguments = ["--lake", str(lake), "--json", "--paid", str(paid), "--topics", str(topics)]
    assert main(arguments) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {"source": "one notes", "rule": "sponsor", "measure": "recall", "right": 0, "total": 1}.items() <= next(
        figure for figure in shown["figures"] if figure["area"] == "paid" and figure["measure"] == "recall"
        and figure["source"] == "one notes" and figure["rule"] == "sponsor"
    ).items()  # fmt: skip
    assert "paid speech in 1 of 2 labelled copies: not in the lake: b.txt" in shown["left_out"]
    assert "topics: labels, but not what they mean (TOPIC_MAP=<file>)" in shown["left_out"]
    meaning.write_text("no", encoding="utf-8")
    assert main([*arguments, "--topic-map", str(meaning)]) == 1
    assert "cannot be read as JSON" in capsys.readouterr().err
    meaning.write_text('{"agents": ["topic:ai-agents"]}', encoding="utf-8")
    assert main([*arguments, "--topic-map", str(meaning)]) == 0
    assert not any(line.startswith("topics: labels") for line in json.loads(capsys.readouterr().out)["left_out"])


def test_the_committed_figures_are_whole_and_name_no_machine() -> None:
    path = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "measured_quality.csv"
    text = path.read_text(encoding="utf-8")
    # What measuring writes is what was committed: sorted, once each, in its format.
    assert as_csv([], "nothing", text) == text
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["measured_on"] for row in rows} == {"labelled documents", "samples"}
    assert len(
        {tuple(row[key] for key in ("area", "source", "rule", "measure", "measured_on")) for row in rows}
    ) == len(rows)
    assert not any(row["source"].startswith(("/", "~")) for row in rows)


def test_the_summary_has_a_line_for_each_measure_and_area() -> None:
    figures = [
        share("people", "a", "all", "recall", 1, 2),
        share("alignment", "all", "0.1", "precision", 3, 4),
        share("alignment", "b", "0.1", "precision", 3, 4),
        Figure("speed", "b", "all", "median_s", 0.5),
    ]
    lines = [line.split() for line in summary(figures).splitlines()[2:]]
    assert [line[0] for line in lines] == ["people,", "alignment,", "speed,"]
    assert lines[0][-3:] == ["1", "of", "2"]
    assert summary([]) == "Nothing was measured"
    assert "nothing counted" in table([share("people", "a", "all", "recall", 0, 0)])


def test_intervals_hold_the_share_and_stay_within_bounds() -> None:
    for right in range(8):
        low, high = share("people", "a", "all", "recall", right, 7).interval or (1.0, 0.0)
        assert 0 <= low <= right / 7 <= high <= 1
    assert share("people", "a", "all", "recall", 0, 0).interval is None


def test_a_file_that_is_not_in_the_lake_is_an_error_in_words(
    lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = write_gold(tmp_path, gold_row(seed_file="b.txt"))
    assert main(["--gold", str(gold), "--lake", str(lake)]) == 1
    assert "not in the lake: b.txt" in capsys.readouterr().err
    assert main(["--gold", str(gold), "--lake", str(tmp_path / "nowhere")]) == 1
    assert "build the lake first" in capsys.readouterr().err
    assert main(["--gold", str(tmp_path / "none"), "--lake", str(lake)]) == 1


def test_passages_whose_text_stands_elsewhere_are_not_judged(lake: Path, tmp_path: Path) -> None:
    read = read_lake(lake)
    other = gold_row(id="P2", text="x" * len(TEXT))
    passages, problems = read_passages(write_gold(tmp_path, gold_row(), other), read)
    assert [p.passage_id for p in passages] == ["P1"]
    assert len(problems) == 1
    with pytest.raises(GoldError, match="no passage"):
        read_passages(write_gold(tmp_path, other), read)
