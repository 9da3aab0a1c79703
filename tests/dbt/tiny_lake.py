"""A tiny lake written by hand: every column that a test does not care about gets a plain value of its type.

The people, shows and companies are invented.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.catalog.load import HEADERS, MEASURED_HEADERS
from orchestration.history import HISTORY_TABLES
from orchestration.schemas.tables import LAKE_TABLES

CATALOG_FILES = HEADERS | MEASURED_HEADERS
Rows = dict[str, list[dict[str, Any]]]

CATALOG: dict[str, list[str]] = {
    "companies.csv": [
        "company:acme,Acme,software,acme.example",
        "company:borealis,Borealis,ai_lab,",
        "company:unmentioned,Unmentioned,other,",
    ],
    "products.csv": ["product:gadget,Gadget,company:acme,tool"],
    "people.csv": ["person:ada-host,Ada Host,company:acme", "person:bo-host,Bo Host,"],
    "shows.csv": [
        "show:alpha,Alpha Hour,person:ada-host,alpha.example",
        "show:beta,Beta Cast,person:bo-host|person:ada-host,",
    ],
    "topics.csv": ["topic:machines,Machines,", "topic:robots,Robots,topic:machines"],
    "aliases.csv": [
        "Acme,company:acme,needs_context,,",
        "Acme Inc,company:acme,exact,,",
        "ACM,company:acme,case_sensitive,,",
        "Akme,company:acme,misheard,,",
    ],
    "measured_quality.csv": [
        "mentions,all,all,precision,0.9000,9,10,0.5958,0.9821,labels",
        "alignment,webvtt,0.0,median_error_s,0.1300,,,,,samples",
    ],
    "mention_rules.csv": ["case_sensitive,As written,0.95,0.9,200,hand-made labels", "exact,In any case,,,,"],
}

GUEST = "person:alpha-hour:gil-guest"
_TURN_TEXTS = {
    "a_page": [
        "Welcome to the show, Gil.",
        "Acme built it, and Borealis did not.",
        "This episode is brought to you by Acme.",
    ],
    "a_captions": ["welcome to the show gil acme built it"],
    "b": ["We talk about robots at Acme today.", "Gladly."],
    "d": ["Nobody says who speaks here."],
}


def _copies() -> list[dict[str, Any]]:
    return [
        {
            "copy_id": "a_captions",
            "document_id": "doc1",
            "video_id": "vid1",
            "url": "https://www.youtube.com/watch?v=vid1",
            "title": "Captions of A",
            "duration_s": 60.0,
            "has_transcript": True,
            "has_timestamps": True,
            "word_count": 9,
        },
        {
            "copy_id": "a_page",
            "document_id": "doc2",
            "url": "https://alpha.example/a",
            "description": "Ada Host talks with Gil Guest of ACM.",
            "published_on": date(2025, 1, 31),
            "date_source": "stated",
            "has_transcript": True,
            "has_speakers": True,
            "word_count": 19,
        },
        {
            "copy_id": "b",
            "document_id": "doc3",
            "title": "A crossover",
            "published_on": date(2025, 2, 3),
            "date_source": "stated",
            "has_transcript": True,
            "has_speakers": True,
            "word_count": 8,
        },
        {"copy_id": "c", "document_id": "doc3", "copy_index": 1, "title": "Notes about Borealis"},
        {
            "copy_id": "d",
            "document_id": "doc4",
            "has_transcript": True,
            "word_count": 5,
            "is_truncated": True,
            "truncation_reason": "cut at 64 KiB",
        },
    ]


def _turns() -> list[dict[str, Any]]:
    def turn(copy: str, index: int, **values: Any) -> dict[str, Any]:
        text = _TURN_TEXTS[copy][index]
        start = 100 * index
        return {
            "turn_id": f"{copy}_{index}",
            "copy_id": copy,
            "turn_index": index,
            "text": text,
            "word_count": len(text.split()),
            "segment_kind": "content",
            "time_source": "none",
            "speaker_source": "native" if "speaker_label" in values else "none",
            "speaker_copy_id": copy if "speaker_label" in values else None,
            "char_start": start,
            "char_end": start + len(text),
            "spans": [{"char_start": start, "char_end": start + len(text), "text_start": 0, "start_s": None}],
            **values,
        }

    aligned = {"time_source": "aligned", "clock_copy_id": "a_captions"}
    ada = {"speaker_label": "Ada", "person_id": "person:ada-host", "speaker_confidence": 1.0}
    gil = {"speaker_label": "Gil Guest", "person_id": GUEST, "speaker_confidence": 0.9}
    bo = {"speaker_label": "Bo Host", "person_id": "person:bo-host", "speaker_confidence": 1.0}
    return [
        turn(
            "a_captions",
            0,
            **gil,
            speaker_source="aligned",
            speaker_copy_id="a_page",
            time_source="native",
            clock_copy_id="a_captions",
            start_s=0.0,
            end_s=30.0,
        ),
        turn("a_page", 0, **aligned, **ada, start_s=0.0, end_s=4.0),
        turn("a_page", 1, **aligned, **gil, start_s=4.0, end_s=12.5),
        turn("a_page", 2, **aligned, **ada, start_s=12.5, end_s=20.0, segment_kind="sponsor"),
        turn("b", 0, **ada),
        turn("b", 1, **bo),
        turn("d", 0),
    ]


def _segments() -> list[dict[str, Any]]:
    """Return one segment of speech for each turn, and a sound, which is in none."""
    segments = [
        {
            "copy_id": turn["copy_id"],
            "segment_index": turn["turn_index"],
            "text": turn["text"],
            "is_speech": True,
            "char_start": turn["char_start"],
            "char_end": turn["char_end"],
        }
        for turn in _turns()
    ]
    sound = {"copy_id": "b", "segment_index": 2, "text": "[music]", "char_start": 200, "char_end": 207}
    return [*segments, sound]


def _mentions() -> list[dict[str, Any]]:
    def mention(number: int, copy: str, entity: str, name: str, **values: Any) -> dict[str, Any]:
        return {
            "mention_id": f"m{number}",
            "copy_id": copy,
            "entity_id": entity,
            "entity_type": entity.split(":")[0],
            "entity_name": name,
            "surface": name,
            "field": "transcript",
            "segment_kind": "content",
            "time_source": "none",
            "match_rule": "case_sensitive",
            **values,
        }

    def said(number: int, copy: str, index: int, entity: str, name: str, **values: Any) -> dict[str, Any]:
        start = _TURN_TEXTS[copy][index].index(name)
        place = {"turn_id": f"{copy}_{index}", "text_start": start, "text_end": start + len(name)}
        chars = {"char_start": 100 * index + start, "char_end": 100 * index + start + len(name)}
        return mention(number, copy, entity, name, **place, **chars, **values)

    clock = {"time_source": "aligned", "clock_copy_id": "a_captions"}
    return [
        said(1, "a_page", 1, "company:acme", "Acme", **clock, start_s=4.2, speaker_person_id=GUEST),
        said(2, "a_page", 1, "company:borealis", "Borealis", **clock, start_s=6.0, speaker_person_id=GUEST),
        said(3, "a_page", 2, "company:acme", "Acme", **clock, start_s=18.0, segment_kind="sponsor"),
        said(
            4, "a_captions", 0, "person:ada-host", "gil", time_source="native", clock_copy_id="a_captions", start_s=2.0
        ),
        mention(5, "a_page", GUEST, "Gil Guest", field="speaker_label", speaker_person_id=GUEST, char_start=90),
        said(6, "b", 0, "company:acme", "Acme", match_rule="unmeasured"),
        said(7, "b", 0, "topic:robots", "robots", match_rule="exact"),
        mention(8, "c", "company:borealis", "Borealis", field="title", passage_id="p_c"),
    ]


TINY: Rows = {
    "documents": [
        {"document_id": f"doc{n}", "paths": [f"raw{n}.txt"], "path": f"raw{n}.txt", "status": "parsed"}
        for n in range(1, 5)
    ],
    "document_texts": [{"document_id": f"doc{n}"} for n in range(1, 5)],
    "segments": _segments(),
    "stated_people": [
        {"copy_id": "a_page", "person_index": 0, "name": "Gil Guest"},
        {"copy_id": "a_page", "person_index": 1, "name": "gigi"},
    ],
    "speaker_spans": [{"copy_id": "a_captions", "char_start": 0, "char_end": 38}],
    "rejects": [{"reject_id": "r", "path": "bad.bin", "locator": "file"}],
    "episode_copies": _copies(),
    "copy_episodes": [
        {"copy_id": copy, "episode_id": copy.split("_")[0], "match_rule": "only_copy"}
        for copy in ("a_captions", "a_page", "b", "c", "d")
    ],
    "copy_links": [{"copy_id_a": "a_captions", "copy_id_b": "a_page", "rule": "shared_speech", "is_accepted": True}],
    "copy_alignments": [
        {
            "copy_id": "a_page",
            "other_copy_id": "a_captions",
            "char_start": 0,
            "char_end": 24,
            "other_char_start": 0,
            "other_char_end": 23,
            "start_s": 0.0,
            "end_s": 4.0,
            "word_count": 5,
            "matched_share": 0.5,
        }
    ],
    "copy_differences": [
        {
            "difference_id": f"diff{number}",
            "copy_id": "a_page",
            "other_copy_id": "a_captions",
            "kind": "only_here",
            "text": _TURN_TEXTS["a_page"][number],
            "char_start": 100 * number,
            "char_end": 100 * number + len(_TURN_TEXTS["a_page"][number]),
        }
        for number in (1, 2)
    ],
    "copy_shows": [
        {"copy_id": "a_page", "show_id": "show:alpha", "show_name": "Alpha Hour", "is_primary": True},
        {"copy_id": "b", "show_id": "show:alpha", "show_name": "Alpha Hour", "is_primary": True},
        {"copy_id": "b", "show_id": "show:beta", "show_name": "Beta Cast", "is_primary": False},
        {"copy_id": "c", "show_id": "show:found-here", "show_name": "Found Here", "is_primary": True},
    ],
    "passages": [{"passage_id": "p_c", "copy_id": "c", "field": "title"}],
    "chapters": [
        {"chapter_id": "ch", "copy_id": "a_captions", "document_id": "doc1", "title": "Intro", "start_s": 3.5}
    ],
    "links": [{"link_id": "l", "copy_id": "a_page", "url": "https://acme.example"}],
    "copy_words": [{"copy_id": "a_page", "speech": [1, 2]}],
    "stated_shows": [{"copy_id": "a_page", "show_id": "show:kettle", "show_name": "Kettle"}],
    "copy_casts": [
        {"copy_id": "a_page", "standing": "host", "person_key": "person:ada-host", "person_name": "Ada Host"}
    ],
    "speaker_labels": [
        {"copy_id": "a_page", "speaker_label": "Gil Guest", "person_id": GUEST, "person_name": "Gil Guest"},
        {"copy_id": "a_page", "speaker_label": "Ada", "person_id": "person:ada-host", "person_name": "Ada Host"},
        {"copy_id": "b", "speaker_label": "Ada", "person_id": "person:ada-host", "person_name": "Ada Host"},
        {"copy_id": "b", "speaker_label": "Bo Host", "person_id": "person:bo-host", "person_name": "Bo Host"},
    ],
    "appearance_evidence": [
        {
            "evidence_id": f"e{number}",
            "copy_id": copy,
            "show_id": "show:alpha",
            "person_id": person,
            "person_name": name,
            "role": role,
            "kind": kind,
            "affiliation": affiliation,
            "quote": name,
            # What a sidecar states has no characters in the document.
            "char_start": None if kind == "stated" else number,
            "char_end": None if kind == "stated" else number + 1,
        }
        for number, (copy, person, name, role, kind, affiliation) in enumerate(
            [
                ("a_page", "person:ada-host", "Ada Host", "unknown", "speaker_label", None),
                ("a_page", GUEST, "Gil Guest", "guest", "show_notes", "ACM"),
                ("a_captions", GUEST, "Gil Guest", "guest", "host_introduction", None),
                ("a_page", GUEST, "Gil Guest", "guest", "stated", None),
                ("b", "person:ada-host", "Ada Host", "host", "speaker_label", None),
                ("b", "person:bo-host", "Bo Host", "unknown", "speaker_label", None),
            ]
        )
    ],
    "kind_spans": [
        {
            "kind_span_id": "k",
            "copy_id": "a_page",
            "document_id": "doc2",
            "segment_kind": "sponsor",
            "form": "read",
            "sponsor_name": "Acme Inc",
            "char_start": 200,
            "char_end": 230,
        },
        {"kind_span_id": "intro", "copy_id": "b", "segment_kind": "intro", "char_start": 0, "char_end": 9},
    ],
    "speaker_turns": _turns(),
    "mentions": _mentions(),
    "copy_topics": [
        {"copy_id": "b", "topic_id": "topic:robots", "score": 1.5, "mention_count": 1, "is_primary": True},
        {"copy_id": "a_captions", "topic_id": "topic:machines", "mention_count": 1},
    ],
    "chapter_topics": [{"chapter_id": "ch", "copy_id": "a_captions", "topic_id": "topic:machines", "mention_count": 1}],
    "turn_topics": [
        {"turn_id": "b_0", "copy_id": "b", "topic_id": "topic:robots", "mention_count": 1},
        {"turn_id": "a_captions_0", "copy_id": "a_captions", "topic_id": "topic:machines", "mention_count": 1},
    ],
    "copy_names": [{"copy_id": "a_page", "entities": ["company:borealis"]}],
    "unknown_names": [{"copy_id": "a_page", "unit": 0, "start": 4, "key": "cobalt", "surface": "Cobalt"}],
    "entity_candidates": [{"candidate_id": "candidate", "name": "Cobalt"}],
    "alias_proposals": [{"proposal_id": "proposal", "surface": "Borealice", "entity_id": "company:borealis"}],
}


def write_warehouse_inputs(folder: Path, rows: Rows, catalog: dict[str, list[str]]) -> None:
    """Write `lake/`, `history/` and `catalog/` below `folder`; tables and files without rows are written empty."""
    documents = {copy["copy_id"]: copy["document_id"] for copy in rows.get("episode_copies", [])}
    for table in LAKE_TABLES:
        filled = [{"document_id": documents.get(row.get("copy_id", "")), **row} for row in rows.get(table, [])]
        path = folder / "lake" / table / "data.parquet"
        path.parent.mkdir(parents=True)
        _frame(table, filled).write_parquet(path)
    for table, columns in HISTORY_TABLES.items():
        history = folder / "history" / table / "empty.parquet"
        history.parent.mkdir(parents=True)
        schema: dict[str, Any] = dict(columns)
        pl.DataFrame(schema=schema).write_parquet(history)
    (folder / "catalog").mkdir()
    for file, header in CATALOG_FILES.items():
        lines = [",".join(header), *catalog.get(file, [])]
        (folder / "catalog" / file).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = LAKE_TABLES[table]
    dtypes: dict[str, Any] = dict(schema.create_empty().schema)
    columns = schema.columns()
    plain = {name: None if columns[name].nullable else _plain_value(dtype) for name, dtype in dtypes.items()}
    complete = [plain | {name: value for name, value in row.items() if name in dtypes} for row in rows]
    return schema.validate(pl.DataFrame(complete, schema=dtypes), cast=True)


def _plain_value(dtype: pl.DataType) -> Any:
    if isinstance(dtype, pl.Enum):
        return dtype.categories[-1]
    if isinstance(dtype, pl.Datetime):
        return datetime(2025, 1, 1, tzinfo=UTC)
    if isinstance(dtype, pl.List):
        return []
    return {pl.Int64: 0, pl.Float64: 1.0, pl.Boolean: False}.get(type(dtype), "x")
