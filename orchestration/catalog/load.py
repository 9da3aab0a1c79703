"""Reads the seven CSV files of the entity catalogue, checks every line, and builds the `Catalog`.

Belongs here: what makes a catalogue valid. Keep out: how names are matched in text (transforms/mentions.py), and
advice on aliases that are valid but risky (lint.py).

How the canonical name of an entity counts: by its own line in aliases.csv where there is one. Without it, the name of
a company, product, person or show counts `case_sensitive` (as written, the full name), that of a topic `exact` (in any
letter case). A line is only needed for another kind: `exact` for a name that is no word in any case (openai),
`needs_context` for one that is also an ordinary word (Apple).

How context words work (transforms/mention_rules.py): one of them must stand near, or the entity be sure elsewhere in
the episode. `needs_context` without words asks for a capital in mid-sentence or the like. An ordinary word may have two
lines therefore, `needs_context` without words and `case_sensitive` with words: either is enough.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast, get_args

from orchestration.catalog.catalog import Alias, AliasKind, Catalog, Entity, EntityType, Show

HEADERS: dict[str, tuple[str, ...]] = {
    "companies.csv": ("company_id", "name", "category", "domain"),
    "products.csv": ("product_id", "name", "company_id", "kind"),
    "people.csv": ("person_id", "name", "company_id"),
    "shows.csv": ("show_id", "name", "host_ids", "domains"),
    "topics.csv": ("topic_id", "name", "parent_topic_id"),
    "aliases.csv": ("alias", "entity_id", "kind", "context", "not_context"),
    "topic_entities.csv": ("entity_id", "topic_id"),
}
# What measuring writes beside them (orchestration/evaluation/), checked where it is there: only the warehouse reads it.
MEASURED_HEADERS: dict[str, tuple[str, ...]] = {
    "mention_rules.csv": ("match_rule", "description", "precision", "precision_low", "judged", "source"),
    "measured_quality.csv": (
        "area",
        "source",
        "rule",
        "measure",
        "value",
        "right_count",
        "total_count",
        "low",
        "high",
        "measured_on",
    ),
}
WATCHLIST = "watchlist.csv"
# The watchlist lies beside the catalogue and is read like it (watchlist.py), but no part of it: what is recognised in
# text does not depend on who wants to hear of it.
_ALL_HEADERS = HEADERS | MEASURED_HEADERS | {WATCHLIST: ("watch_id", "entity_id", "condition", "channel")}
CATEGORIES = frozenset(
    [
        "ai_lab",
        "software",
        "cloud",
        "chips",
        "hardware",
        "devices",
        "robotics",
        "automotive",
        "defense",
        "fund",
        "university",
        "agency",
        "media",
        "finance",
        "health",
        "retail",
        "telecom",
        "consulting",
        "education",
        "nonprofit",
        "industrial",
        "energy",
        "other",
    ]
)
PRODUCT_KINDS = frozenset(
    [
        "model",
        "app",
        "tool",
        "library",
        "hardware",
        "platform",
        "benchmark",
        "dataset",
        "protocol",
        "service",
        "language",
        "os",
    ]
)
ALIAS_KINDS: frozenset[str] = frozenset(get_args(AliasKind))
DEFAULT_KINDS: dict[EntityType, AliasKind] = {
    "company": "case_sensitive",
    "product": "case_sensitive",
    "person": "case_sensitive",
    "show": "case_sensitive",
    "topic": "exact",
}

_ENTITY_FILES: dict[str, EntityType] = {
    "companies.csv": "company",
    "products.csv": "product",
    "people.csv": "person",
    "shows.csv": "show",
    "topics.csv": "topic",
}
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?)?")
# What a spreadsheet would run as a formula when somebody opens an export of the warehouse.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t")
_COLUMNS_WITH_HANDLES = frozenset({"domains"})


class CatalogError(ValueError):
    """The catalogue cannot be used. The message lists every problem with file, line and remedy."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Take the problems, one message each."""
        self.problems = tuple(problems)
        super().__init__("\n".join((f"The entity catalogue has {len(self.problems)} problem(s):", *self.problems)))


@dataclass(slots=True)
class Row:
    """A line of a file, by column."""

    file: str
    line: int
    fields: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return the field in `column`."""
        return self.fields[column]

    def words(self, column: str) -> tuple[str, ...]:
        """Return the parts of a field that lists several, joined by `|`."""
        return tuple(part for part in self.fields[column].split("|") if part)


@dataclass(slots=True)
class Problems:
    """Collects what is wrong, so that one look at the message is enough to mend it all."""

    messages: list[str] = field(default_factory=list)

    def add(self, row: Row | tuple[str, int], what: str, remedy: str) -> None:
        """Note what is wrong in a line (a row, or file and line) and how to mend it."""
        file, line = (row.file, row.line) if isinstance(row, Row) else row
        self.messages.append(f"{file} line {line}: {what} -> {remedy}")


def load_catalog(folder: Path) -> Catalog:
    """Read the catalogue of `folder`, which holds the files named in HEADERS.

    Raises CatalogError, with every problem found, where anything is wrong. `Catalog.fingerprint` is the SHA-256 over
    names and bytes of the files.
    """
    problems = Problems()
    digest = hashlib.sha256()
    rows: dict[str, list[Row]] = {}
    for file in HEADERS:
        raw = _read_bytes(folder, file, problems)
        digest.update(f"{file}\0{len(raw)}\0".encode() + raw)
        rows[file] = list(read_rows(file, raw, problems))
    _check_measured(folder, problems)
    entities = _entities(rows, problems)
    _check_companies_and_products(rows, problems)
    _check_references(rows, entities, problems)
    _check_topic_tree(rows["topics.csv"], problems)
    shows = {
        row["show_id"]: Show(row["show_id"], row["name"], row.words("host_ids"), row.words("domains"))
        for row in rows["shows.csv"]
    }
    aliases = _aliases(rows, entities, problems)
    if problems.messages:
        raise CatalogError(problems.messages)
    entity_topics = tuple((row["entity_id"], row["topic_id"]) for row in rows["topic_entities.csv"])
    return Catalog(entities, aliases, shows, digest.hexdigest(), entity_topics)


def _read_bytes(folder: Path, file: str, problems: Problems) -> bytes:
    try:
        return (folder / file).read_bytes()
    except OSError as error:
        header = ",".join(_ALL_HEADERS[file])
        problems.add((file, 1), f"cannot be read ({error.strerror})", f"put the file into {folder}, headed {header}")
        return b""


def _check_measured(folder: Path, problems: Problems) -> None:
    for file in MEASURED_HEADERS:
        if (folder / file).exists():
            for row in read_rows(file, _read_bytes(folder, file, problems), problems):
                for column in (
                    "value",
                    "right_count",
                    "total_count",
                    "low",
                    "high",
                    "precision",
                    "precision_low",
                    "judged",
                ):
                    if not _NUMBER.fullmatch(row.fields.get(column, "")):
                        problems.add(
                            row, f"{column} {row[column]!r} is no number", "let `make evaluate` write the file"
                        )


def read_rows(file: str, raw: bytes, problems: Problems) -> Iterator[Row]:
    """Yield the lines of a CSV file, checked for what holds in every file of the catalogue's folder."""
    if not raw:
        if not any(message.startswith(f"{file} ") for message in problems.messages):
            problems.add((file, 1), "the file is empty", f"start it with the header {','.join(_ALL_HEADERS[file])}")
        return
    try:
        # Spreadsheets write a byte-order mark; it is no part of the first column's name.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.add((file, line), f"byte {error.start} is not UTF-8", "save the file as UTF-8")
        return
    header = _ALL_HEADERS[file]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for record in reader:
            first_line, line = line, reader.line_num + 1
            if first_line == 1:
                if tuple(record) != header:
                    wrong = ", ".join(column for column in header if column not in record) or "none"
                    remedy = f"make the header exactly {','.join(header)}"
                    problems.add((file, 1), f"the header is wrong (missing columns: {wrong})", remedy)
                    return
            elif record:
                row = _checked_row(file, first_line, record, problems)
                if row:
                    yield row
    except csv.Error as error:
        remedy = 'quote a field that holds a comma or quote as "...", and double the quotes inside it'
        problems.add((file, max(reader.line_num, 1)), f"bad CSV ({error})", remedy)


def _checked_row(file: str, line: int, record: list[str], problems: Problems) -> Row | None:
    header = _ALL_HEADERS[file]
    if len(record) != len(header):
        remedy = f"write {len(header)} fields ({','.join(header)}) and quote a field that holds a comma"
        problems.add((file, line), f"{len(record)} fields, {len(header)} expected", remedy)
        return None
    row = Row(file, line, dict(zip(header, record, strict=True)))
    for column, value in row.fields.items():
        if value != value.strip() or "\n" in value or "\r" in value:
            problems.add(row, f"{column} has white space at an end, or a line break", "remove it")
        if value.startswith(_FORMULA_STARTS) and column not in _COLUMNS_WITH_HANDLES:
            remedy = "start it with a letter or digit: a spreadsheet would run it as a formula"
            problems.add(row, f"{column} {value!r} starts with {value[0]!r}", remedy)
    for column in ("context", "not_context", "domains", "domain"):
        if row.fields.get(column, "") != row.fields.get(column, "").lower():
            problems.add(row, f"{column} {row[column]!r} has capitals", "write it in lower case")
    return row


def _entities(rows: dict[str, list[Row]], problems: Problems) -> dict[str, Entity]:
    entities: dict[str, Entity] = {}
    first_lines: dict[str, int] = {}
    for file, entity_type in _ENTITY_FILES.items():
        for row in rows[file]:
            entity_id = row[f"{entity_type}_id"]
            prefix, _, slug = entity_id.partition(":")
            if prefix != entity_type or not _SLUG.fullmatch(slug):
                remedy = f"write {entity_type}: and lower-case letters, digits and single hyphens"
                problems.add(row, f"id {entity_id!r} is not of the form {entity_type}:<slug>", remedy)
            if not row["name"]:
                problems.add(row, f"the name of {entity_id!r} is empty", "fill in the name or remove the line")
            if entity_id in entities:
                what = f"duplicate id {entity_id}, first on line {first_lines[entity_id]}"
                problems.add(row, what, "merge the two lines, or give this one an id of its own")
                continue
            first_lines[entity_id] = row.line
            company_id = row.fields.get("company_id") if entity_type in ("product", "person") else None
            entities[entity_id] = Entity(entity_id, entity_type, row["name"], company_id or None)
    return entities


def _check_companies_and_products(rows: dict[str, list[Row]], problems: Problems) -> None:
    for row in rows["companies.csv"]:
        if row["category"] not in CATEGORIES:
            problems.add(row, f"unknown category {row['category']!r}", f"use one of {' '.join(sorted(CATEGORIES))}")
    for row in rows["products.csv"]:
        if row["kind"] not in PRODUCT_KINDS:
            problems.add(row, f"unknown kind {row['kind']!r}", f"use one of {' '.join(sorted(PRODUCT_KINDS))}")


def _check_references(rows: dict[str, list[Row]], entities: dict[str, Entity], problems: Problems) -> None:
    def check(row: Row, column: str, entity_type: EntityType, file: str) -> None:
        for entity_id in row.words(column):
            if entity_id not in entities or entities[entity_id].entity_type != entity_type:
                problems.add(row, f"{column} names the unknown {entity_id!r}", f"add it to {file} or correct the id")

    for row in (*rows["products.csv"], *rows["people.csv"]):
        check(row, "company_id", "company", "companies.csv")
    for row in rows["shows.csv"]:
        check(row, "host_ids", "person", "people.csv")
    for row in rows["topics.csv"]:
        check(row, "parent_topic_id", "topic", "topics.csv")
    for row in rows["topic_entities.csv"]:
        check(row, "topic_id", "topic", "topics.csv")
        if row["entity_id"] not in entities or entities[row["entity_id"]].entity_type == "topic":
            what = f"entity_id names the unknown {row['entity_id']!r}, or a topic"
            problems.add(row, what, "add the entity to its own file or correct the id")


def _check_topic_tree(topics: list[Row], problems: Problems) -> None:
    parents = {row["topic_id"]: row["parent_topic_id"] for row in topics}
    for row in topics:
        seen = {row["topic_id"]}
        above = row["parent_topic_id"]
        while above and above not in seen:
            seen.add(above)
            above = parents.get(above, "")
        if above == row["topic_id"]:
            remedy = "leave parent_topic_id empty for the topic at the top"
            problems.add(row, f"{row['topic_id']} is a parent of itself", remedy)


def _aliases(rows: dict[str, list[Row]], entities: dict[str, Entity], problems: Problems) -> tuple[Alias, ...]:
    found: list[tuple[Alias, Row]] = []
    of_entity: dict[str, list[tuple[Alias, Row]]] = defaultdict(list)
    for row in rows["aliases.csv"]:
        if not row["alias"]:
            problems.add(row, "the alias is empty", "fill it in or remove the line")
            continue
        if row["kind"] not in ALIAS_KINDS:
            problems.add(row, f"unknown kind {row['kind']!r}", f"use one of {' '.join(sorted(ALIAS_KINDS))}")
            continue
        if row["entity_id"] not in entities:
            remedy = "add the entity to its own file or correct the id"
            problems.add(row, f"alias {row['alias']!r} of the unknown entity {row['entity_id']!r}", remedy)
            continue
        kind = cast(AliasKind, row["kind"])
        alias = Alias(row["alias"], row["entity_id"], kind, row.words("context"), row.words("not_context"))
        for other, other_row in of_entity[alias.entity_id]:
            if _overlap(alias, other) and not _complement(alias, other):
                what = f"alias {alias.alias!r} of {alias.entity_id} is already on line {other_row.line}"
                problems.add(row, what, "remove one of the two (`exact` and `misheard` cover every letter case)")
                break
        else:
            of_entity[alias.entity_id].append((alias, row))
            found.append((alias, row))
    for file, entity_type in _ENTITY_FILES.items():
        for row in rows[file]:
            name, entity_id = row["name"], row[f"{entity_type}_id"]
            canonical = Alias(name, entity_id, DEFAULT_KINDS[entity_type])
            if name and not any(_overlap(canonical, alias) for alias, _ in of_entity[entity_id]):
                found.append((canonical, row))
    _check_ambiguity(found, problems)
    return tuple(alias for alias, _ in found)


def _overlap(a: Alias, b: Alias) -> bool:
    """Tell whether some text could be matched by both."""
    if a.alias == b.alias:
        return True
    any_case = a.kind in ("exact", "misheard") or b.kind in ("exact", "misheard")
    return any_case and a.alias.casefold() == b.alias.casefold()


def _complement(a: Alias, b: Alias) -> bool:
    """Tell whether two lines for one alias of one entity say different things: a capital, or words near it."""
    without, with_words = sorted((a, b), key=lambda alias: bool(alias.context))
    return without.kind == "needs_context" != with_words.kind and not without.context and bool(with_words.context)


def _conditions(alias: Alias) -> tuple[bool, tuple[str, ...], tuple[str, ...]]:
    """Return what an alias asks of the text around it before it counts."""
    return alias.kind == "needs_context", alias.context, alias.not_context


def _check_ambiguity(found: list[tuple[Alias, Row]], problems: Problems) -> None:
    """Report aliases that two entities share, unless context words tell which is meant.

    One of them may go without: it is the one meant where the context speaks for none of the others.
    """
    by_fold: dict[str, list[tuple[Alias, Row]]] = defaultdict(list)
    for alias, row in found:
        for other, other_row in by_fold[alias.alias.casefold()]:
            if other.entity_id == alias.entity_id or not _overlap(alias, other):
                continue
            if _conditions(alias) == _conditions(other):
                what = (
                    f"{alias.alias!r} means {alias.entity_id} here and {other.entity_id} "
                    f"in {other_row.file} line {other_row.line}"
                )
                remedy = "give one of them context or not_context words in aliases.csv, or remove the alias"
                problems.add(row, what, remedy)
        by_fold[alias.alias.casefold()].append((alias, row))
