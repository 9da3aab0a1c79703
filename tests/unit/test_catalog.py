"""The entity catalogue: what is shipped is sound, and every kind of error is told with file, line and remedy."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from orchestration.catalog.catalog import Alias, Catalog
from orchestration.catalog.lint import risky_aliases
from orchestration.catalog.load import (
    CATEGORIES,
    HEADERS,
    MEASURED_HEADERS,
    PRODUCT_KINDS,
    CatalogError,
    load_catalog,
)

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
SMALL = {
    "companies.csv": ["company:acme,Acme,software,acme.example", "company:bolt-works,Bolt Works,chips,"],
    "products.csv": ["product:anvil,Anvil,company:acme,tool"],
    "people.csv": ["person:ada-smith,Ada Smith,company:acme", "person:bo-li,Bo Li,"],
    "shows.csv": ["show:forge-talk,Forge Talk,person:ada-smith|person:bo-li,forge.example|@forgetalk"],
    "topics.csv": ["topic:tools,Hand tools,", "topic:forging,Forging,topic:tools"],
    "aliases.csv": ["acme,company:acme,exact,,", "Anvil,product:anvil,needs_context,hammer|forge,drop"],
    "topic_entities.csv": ["product:anvil,topic:forging"],
}


def write_catalog(folder: Path, **changes: list[str]) -> Path:
    """Write the small catalogue with the data lines of some files (`companies=[...]`) replaced."""
    for file, lines in SMALL.items():
        lines = changes.get(file.removesuffix(".csv"), lines)
        (folder / file).write_text("\n".join([",".join(HEADERS[file]), *lines, ""]), encoding="utf-8")
    return folder


def problems_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(CatalogError) as caught:
        load_catalog(folder)
    return caught.value.problems


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog(SEEDS)


def test_small_catalogue_is_read_whole(tmp_path: Path) -> None:
    catalog = load_catalog(write_catalog(tmp_path))
    assert Counter(e.entity_type for e in catalog.entities.values()) == {
        "company": 2,
        "product": 1,
        "person": 2,
        "show": 1,
        "topic": 2,
    }
    assert catalog.entities["product:anvil"].company_id == "company:acme"
    assert catalog.entities["person:bo-li"].company_id is None
    assert catalog.shows["show:forge-talk"].host_ids == ("person:ada-smith", "person:bo-li")
    assert catalog.shows["show:forge-talk"].domains == ("forge.example", "@forgetalk")


def test_canonical_names_are_aliases_of_the_default_kind_unless_a_line_says_otherwise(tmp_path: Path) -> None:
    aliases = load_catalog(write_catalog(tmp_path)).aliases
    assert set(aliases) == {
        Alias("acme", "company:acme", "exact"),
        Alias("Bolt Works", "company:bolt-works", "case_sensitive"),
        Alias("Anvil", "product:anvil", "needs_context", ("hammer", "forge"), ("drop",)),
        Alias("Ada Smith", "person:ada-smith", "case_sensitive"),
        Alias("Bo Li", "person:bo-li", "case_sensitive"),
        Alias("Forge Talk", "show:forge-talk", "case_sensitive"),
        Alias("Hand tools", "topic:tools", "exact"),
        Alias("Forging", "topic:forging", "exact"),
    }


def test_fingerprint_changes_with_any_line_and_with_nothing_else(tmp_path: Path) -> None:
    first, same, other = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    for folder in (first, same, other):
        folder.mkdir()
    before = load_catalog(write_catalog(first)).fingerprint
    assert load_catalog(write_catalog(same)).fingerprint == before
    write_catalog(other, topics=["topic:tools,Hand tools,", "topic:forging,Forging iron,topic:tools"])
    assert load_catalog(other).fingerprint != before


def test_files_that_measuring_writes_are_checked_where_they_are_there(tmp_path: Path) -> None:
    write_catalog(tmp_path)
    before = load_catalog(tmp_path).fingerprint
    figures = tmp_path / "measured_quality.csv"
    header = ",".join(MEASURED_HEADERS["measured_quality.csv"])
    figures.write_text(f"{header}\nmentions,all,all,precision,0.9,9,10,,,labels\n", encoding="utf-8")
    assert load_catalog(tmp_path).fingerprint == before
    figures.write_text(f"{header}\nmentions,all,all,precision,good,9,10,,,labels\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"measured_quality.csv line 2: value 'good' is no number"):
        load_catalog(tmp_path)
    figures.write_text("area,value\n", encoding="utf-8")
    with pytest.raises(
        CatalogError, match=r"measured_quality.csv line 1: the header is wrong \(missing columns: source"
    ):
        load_catalog(tmp_path)


def test_byte_order_mark_and_blank_lines_are_harmless(tmp_path: Path) -> None:
    write_catalog(tmp_path, people=["person:ada-smith,Ada Smith,company:acme", "", "person:bo-li,Bo Li,"])
    path = tmp_path / "people.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert "person:bo-li" in load_catalog(tmp_path).entities


# file, its data lines, line of the problem, words of the problem, words of the remedy
ERRORS = {
    "duplicate id": ("companies", ["company:acme,Acme,software,", "company:acme,Acme Inc,software,"], 3, "duplicate id",
                     "merge the two lines"),
    "empty name": ("people", ["person:ada-smith,,", "person:bo-li,Bo Li,"], 2, "is empty", "fill in the name"),
    "unknown category": ("companies", ["company:acme,Acme,smithy,"], 2, "unknown category 'smithy'", "use one of"),
    "unknown product kind": ("products", ["product:anvil,Anvil,company:acme,iron"], 2, "unknown kind 'iron'",
                             "use one of"),
    "unknown alias kind": ("aliases", ["acme,company:acme,fuzzy,,"], 2, "unknown kind 'fuzzy'", "use one of"),
    "alias of an unknown entity": ("aliases", ["Zed,company:zed,exact,,"], 2, "unknown entity 'company:zed'",
                                   "add the entity"),
    "empty alias": ("aliases", [",company:acme,exact,,"], 2, "alias is empty", "fill it in"),
    "unknown maker": ("products", ["product:anvil,Anvil,company:zed,tool"], 2, "unknown 'company:zed'",
                      "companies.csv"),
    "unknown employer": ("people", ["person:ada-smith,Ada Smith,product:anvil", "person:bo-li,Bo Li,"], 2,
                         "unknown 'product:anvil'", "companies.csv"),
    "unknown host": ("shows", ["show:forge-talk,Forge Talk,person:ada-smith|person:cy,"], 2, "unknown 'person:cy'",
                     "people.csv"),
    "unknown parent topic": ("topics", ["topic:tools,Hand tools,topic:all"], 2, "unknown 'topic:all'", "topics.csv"),
    "entity of no file": ("topic_entities", ["product:saw,topic:tools"], 2, "unknown 'product:saw'", "its own file"),
    "topic of no file": ("topic_entities", ["product:anvil,topic:all"], 2, "unknown 'topic:all'", "topics.csv"),
    "topic cycle": ("topics", ["topic:a,Alpha tools,topic:b", "topic:b,Beta tools,topic:a"], 2, "parent of itself",
                    "leave parent_topic_id empty"),
    "duplicate alias": ("aliases", ["acme,company:acme,exact,,", "ACME,company:acme,case_sensitive,,"], 3,
                        "already on line 2", "remove one"),
    "alias of two entities": ("aliases", ["Anvil,company:acme,case_sensitive,,"], 2, "means product:anvil here",
                              "context"),
    "wrong form of id": ("companies", ["company:acme,Acme,software,", "acme_2,Acme Two,software,"], 3,
                         "not of the form company:<slug>", "lower-case letters"),
    "id of another type": ("people", ["company:bo-li,Bo Li,"], 2, "not of the form person:<slug>", "person:"),
    "formula": ("companies", ["company:acme,Acme,software,", "company:sum,=SUM(A1),software,"], 3, "starts with '='",
                "formula"),
    "handle as a name": ("aliases", ["@acme,company:acme,exact,,"], 2, "starts with '@'", "formula"),
    "field count": ("companies", ["company:acme,Acme,software"], 2, "3 fields, 4 expected", "quote a field"),
    "bad quoting": ("companies", ["company:acme,Acme,software,", 'company:b,"B" B,software,'], 3, "bad CSV", "quote"),
    "capitals in context": ("aliases", ["acme,company:acme,exact,Iron,"], 2, "has capitals", "lower case"),
    "white space": ("companies", ["company:acme,Acme ,software,"], 2, "white space", "remove it"),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_error_is_told_with_file_line_and_remedy(tmp_path: Path, name: str) -> None:
    file, lines, line, problem, remedy = ERRORS[name]
    problems = problems_of(write_catalog(tmp_path, **{file: lines}))
    # An alias that two entities share is reported where the second of them stands.
    matching = [p for p in problems if problem in p]
    assert matching, problems
    told, _, advice = matching[0].partition(" -> ")
    told_file, told_line = told.split(":")[0].split(" line ")
    assert (told_file in {f"{file}.csv", "products.csv"}) and int(told_line) == line
    assert remedy in advice


def test_missing_file_and_wrong_header(tmp_path: Path) -> None:
    write_catalog(tmp_path)
    (tmp_path / "shows.csv").unlink()
    (tmp_path / "topics.csv").write_text("topic_id,title,parent_topic_id\ntopic:a,Alpha,\n", encoding="utf-8")
    (tmp_path / "products.csv").write_bytes(b"")
    message = "\n".join(problems_of(tmp_path))
    assert "shows.csv line 1: cannot be read" in message and "headed show_id,name,host_ids,domains" in message
    assert "topics.csv line 1: the header is wrong (missing columns: name)" in message
    assert "products.csv line 1: the file is empty" in message


def test_bytes_that_are_not_utf8_are_told_with_their_line(tmp_path: Path) -> None:
    write_catalog(tmp_path)
    path = tmp_path / "people.csv"
    path.write_bytes(path.read_bytes().replace(b"Bo Li", b"Bo L\xe9"))
    (problem,) = [p for p in problems_of(tmp_path) if "UTF-8" in p]
    assert problem.startswith("people.csv line 3: ") and "save the file as UTF-8" in problem


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    folder = write_catalog(
        tmp_path,
        companies=["company:acme,Acme,smithy,", "company:bolt-works,,chips,"],
        topics=["topic:tools,Hand tools,topic:none"],
        topic_entities=[],
    )
    with pytest.raises(CatalogError) as caught:
        load_catalog(folder)
    assert len(caught.value.problems) == 3
    assert all(problem in str(caught.value) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("kind", "context"), [("case_sensitive", "iron"), ("needs_context", ""), ("needs_context", "iron")]
)
def test_an_alias_may_be_shared_where_something_tells_the_entities_apart(
    tmp_path: Path, kind: str, context: str
) -> None:
    lines = ["Bolt,company:bolt-works,case_sensitive,,", f"Bolt,product:anvil,{kind},{context},"]
    catalog = load_catalog(write_catalog(tmp_path, aliases=lines))
    assert {a.entity_id for a in catalog.aliases if a.alias == "Bolt"} == {"company:bolt-works", "product:anvil"}


def test_an_ordinary_word_may_count_by_its_capital_or_by_its_context(tmp_path: Path) -> None:
    lines = ["Anvil,product:anvil,needs_context,,", "Anvil,product:anvil,case_sensitive,forge,"]
    catalog = load_catalog(write_catalog(tmp_path, aliases=lines))
    assert [a.kind for a in catalog.aliases if a.alias == "Anvil"] == ["needs_context", "case_sensitive"]


def test_lint_finds_short_and_common_aliases(tmp_path: Path) -> None:
    lines = [
        "bw,company:bolt-works,exact,,",
        "Linear,company:bolt-works,exact,,",
        "Lisbon,company:bolt-works,exact,,",
        "Scale,company:bolt-works,exact,iron,",
        "Figure,company:bolt-works,case_sensitive,,",
        "Plaid,company:bolt-works,case_sensitive,,",
        "Record,company:bolt-works,needs_context,,",
        "Boltwerks,company:bolt-works,misheard,,",
    ]
    risks = risky_aliases(load_catalog(write_catalog(tmp_path, aliases=lines)))
    assert [risk.alias.alias for risk in risks] == ["bw", "Linear", "Lisbon", "Figure"]


def test_lint_finds_an_alias_that_nothing_tells_apart_from_another() -> None:
    aliases = (
        Alias("Bolt", "company:bolt-works", "case_sensitive"),
        Alias("Bolt", "product:bolt", "case_sensitive"),
        Alias("Anvil", "product:anvil", "case_sensitive"),
        Alias("Anvil", "company:anvil", "case_sensitive", ("forge",)),
    )
    (risk,) = risky_aliases(Catalog({}, aliases, {}, ""))
    assert risk.alias.entity_id == "product:bolt" and "company:bolt-works" in risk.reason


def test_shipped_catalogue_is_of_the_promised_size(shipped: Catalog) -> None:
    counts = Counter[str](entity.entity_type for entity in shipped.entities.values())
    floor = {"company": 1500, "product": 900, "person": 1100, "show": 150, "topic": 80}
    assert {kind: counts[kind] for kind in floor if counts[kind] < floor[kind]} == {}


def test_shipped_catalogue_has_no_risky_alias(shipped: Catalog) -> None:
    assert [f"{risk.alias.alias} of {risk.alias.entity_id}: {risk.reason}" for risk in risky_aliases(shipped)] == []


def test_shipped_topics_form_two_levels_and_have_enough_keyphrases(shipped: Catalog) -> None:
    with (SEEDS / "topics.csv").open(encoding="utf-8", newline="") as file:
        parents = {row["topic_id"]: row["parent_topic_id"] for row in csv.DictReader(file)}
    assert [topic for topic, parent in parents.items() if parent and parents[parent]] == []
    phrases = Counter(alias.entity_id for alias in shipped.aliases if alias.entity_id in parents)
    assert [topic for topic, parent in parents.items() if parent and not 3 <= phrases[topic] <= 80] == []


def test_shipped_vocabularies_are_in_use(shipped: Catalog) -> None:
    for file, column, vocabulary in (
        ("companies.csv", "category", CATEGORIES),
        ("products.csv", "kind", PRODUCT_KINDS),
    ):
        with (SEEDS / file).open(encoding="utf-8", newline="") as lines:
            used = {row[column] for row in csv.DictReader(lines)}
        assert used == vocabulary


def test_shipped_domains_belong_to_one_company_or_show(shipped: Catalog) -> None:
    owners: dict[str, list[str]] = defaultdict(list)
    with (SEEDS / "companies.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["domain"]:
                owners[row["domain"]].append(row["company_id"])
    for show in shipped.shows.values():
        for domain in show.domains:
            owners[domain].append(show.show_id)
    assert {domain: ids for domain, ids in owners.items() if len(ids) > 1} == {}


@pytest.mark.parametrize(
    ("name", "entity_id"),
    [
        ("OpenAI", "company:openai"),
        ("Perplexity", "company:perplexity"),
        ("X", "company:twitter"),
        ("Cursor", "product:cursor"),
        ("YouTube", "product:youtube"),
        ("Claude Code", "product:claude-code"),
        ("swyx", "person:shawn-wang"),
        ("No Priors", "show:no-priors"),
    ],
)
def test_well_known_names_lead_to_their_entity(shipped: Catalog, name: str, entity_id: str) -> None:
    assert entity_id in {alias.entity_id for alias in shipped.aliases if alias.alias == name}


@pytest.mark.parametrize("name", ["Apple", "Meta", "Notion", "Cursor", "Together", "Ray", "Figure", "Go", "Windows"])
def test_ordinary_words_never_count_by_themselves(shipped: Catalog, name: str) -> None:
    kinds = {
        (alias.kind, bool(alias.context)) for alias in shipped.aliases if alias.alias.casefold() == name.casefold()
    }
    assert kinds and all(kind == "needs_context" or has_context for kind, has_context in kinds)


@pytest.mark.acceptance
def test_labelled_names_are_known(shared: Path, shipped: Catalog) -> None:
    known = {(alias.entity_id.split(":")[0], alias.alias.casefold()) for alias in shipped.aliases}
    known |= {(entity.entity_type, entity.name.casefold()) for entity in shipped.entities.values()}
    lines = (shared / "gold" / "mentions_dev.jsonl").read_text(encoding="utf-8").splitlines()
    labelled = {(m["entity_type"], m["canonical"].casefold()) for line in lines for m in json.loads(line)["mentions"]}
    scored = {item for item in labelled if item[0] != "event"}
    assert len(scored & known) / len(scored) >= 0.95
