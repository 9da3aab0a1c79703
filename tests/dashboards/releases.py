"""Small releases for the pages to be drawn from: the tables as their contracts have them, and rows of our own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from tests.conftest import ROOT

# What a title may try: to end an element, an attribute, a data block or a comment, to run, to mislead the eye.
HOSTILE = '</script><script>window.stolen=1</script><img src=x onerror="window.stolen=1">\'"&<!--\u2028\u202e\x00'
BAD_LINK = "javascript:window.stolen=1"
GOOD_LINK = "https://example.org/watch?v=1&t=2s#\"'><script>"


def empty_release(path: Path) -> duckdb.DuckDBPyConnection:
    """Write a release without any rows but that of its own run."""
    connection = duckdb.connect(str(path))
    for file in sorted((ROOT / "dbt_project" / "models" / "marts").glob("*.yml")):
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", ()):
            columns = ", ".join(f'"{column["name"]}" {column["data_type"]}' for column in model["columns"])
            connection.execute(f'create table "{model["name"]}" ({columns})')
    add(
        connection,
        "pipeline_runs",
        release_id="000007",
        built_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        status="published",
        code_version="abc",
    )
    return connection


def add(connection: duckdb.DuckDBPyConnection, table: str, **row: Any) -> None:
    """Insert a row; columns that are not given stay NULL."""
    names, holes = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(f'insert into "{table}" ({names}) values ({holes})', list(row.values()))


def hostile_release(path: Path, episode_count: int = 8) -> duckdb.DuckDBPyConnection:
    """Write a release in which every name, title, sentence and address is hostile."""
    connection = empty_release(path)
    add(connection, "shows", show_id="show:a", name=f"Show {HOSTILE}", hosts=[HOSTILE])
    add(connection, "people", person_id="person:p", name=f"Person {HOSTILE}")
    add(
        connection,
        "guests",
        person_id="person:p",
        name=f"Person {HOSTILE}",
        episode_count=1,
        show_count=1,
        speaking_s=60.0,
        affiliations=[HOSTILE],
    )
    for company in ("c", "d"):
        add(
            connection,
            "companies",
            company_id=f"company:{company}",
            name=f"Firm {company} {HOSTILE}",
            category=HOSTILE,
            mention_count=episode_count,
            content_mention_count=episode_count,
            episode_count=episode_count,
            show_count=1,
        )
    add(connection, "topics", topic_id="topic:t", name=f"Topic {HOSTILE}", mention_count=1, episode_count=1)
    for number in range(episode_count):
        _add_episode(connection, number)
    day = date(2026, 1, 1)
    add(
        connection,
        "show_months",
        month=day,
        show_id="show:a",
        episode_count=episode_count,
        eligible_episode_count=episode_count,
        eligible_transcript_count=episode_count,
        speaker_episode_count=1,
        timestamp_episode_count=0,
        eligible_word_count=9,
    )
    month = {"month": day, "show_id": "show:a", "content_mention_count": 3}
    add(connection, "company_months", company_id="company:c", **month)
    add(connection, "topic_months", topic_id="topic:t", **month)
    windows = {
        "episode_count": 3,
        "eligible_episode_count": 4,
        "previous_episode_count": 1,
        "previous_eligible_episode_count": 4,
        "momentum": 2.3,
    }
    for kind in ("company", "topic"):
        add(connection, "entity_momentum", entity_id=f"{kind}:c", entity_type=kind, name=f"Mover {HOSTILE}", **windows)
    place = {"source": "all", "rule": "all", "measured_on": f"documents {HOSTILE}", "low": 0.8, "high": 0.99}
    for area, measure, right in (
        ("mentions", "precision", 9),
        ("mentions", "recall", 8),
        ("people", "hosts_recall", 7),
    ):
        add(
            connection,
            "measured_quality",
            area=area,
            measure=measure,
            value=right / 10,
            right_count=right,
            total_count=10,
            **place,
        )
    add(connection, "rejects", reject_id="r", path=HOSTILE, reason=HOSTILE, remedy=HOSTILE)
    return connection


def _add_episode(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    episode_id = f"e{number}"
    add(
        connection,
        "episodes",
        episode_id=episode_id,
        show_id="show:a",
        display_title=f"Episode {number} {HOSTILE}",
        published_on=date(2026, 1, number + 1),
        duration_s=120.0,
        url=BAD_LINK if number % 2 else GOOD_LINK,
        copy_count=1,
        has_text=True,
        has_transcript=True,
        has_speakers=True,
        has_timestamps=True,
        is_truncated=False,
        turn_count=1,
        word_count=9,
        named_word_count=9,
    )
    place = {"start_s": 1.0, "url_at_time": BAD_LINK if number % 2 else GOOD_LINK}
    add(
        connection,
        "speaker_turns",
        turn_id=f"t{number}",
        episode_id=episode_id,
        turn_index=0,
        person_id="person:p",
        role="guest",
        end_s=9.0,
        text=HOSTILE,
        segment_kind="content",
        **place,
    )
    for company in ("c", "d"):
        add(
            connection,
            "mentions",
            mention_id=f"m{number}{company}",
            episode_id=episode_id,
            turn_id=f"t{number}",
            field="transcript",
            entity_id=f"company:{company}",
            entity_type="company",
            entity_name=f"Firm {company} {HOSTILE}",
            context=HOSTILE,
            speaker_person_id="person:p",
            speaker_role="guest",
            segment_kind="sponsor" if number % 2 else "content",
            **place,
        )
    add(
        connection,
        "chapters",
        chapter_id=f"c{number}",
        episode_id=episode_id,
        is_preferred_copy=True,
        chapter_index=0,
        title=HOSTILE,
        **place,
    )
    appearance = {"appearance_id": f"a{number}", "episode_id": episode_id, "person_id": "person:p", "role": "guest"}
    add(connection, "appearances", word_count=9, speaking_s=8.0, talk_share=1.0, evidence_count=1, **appearance)
    add(connection, "appearance_roles", appearance_id=f"a{number}", show_id="show:a", role="guest")
    add(connection, "appearance_evidence", evidence_id=f"v{number}", kind="title", quote=HOSTILE, **appearance)
    add(
        connection,
        "sponsorships",
        sponsorship_id=f"s{number}",
        episode_id=episode_id,
        is_preferred_copy=True,
        sponsor_name=HOSTILE,
        kind="read",
        end_s=5.0,
        **place,
    )
    add(
        connection,
        "episode_topics",
        episode_id=episode_id,
        topic_id="topic:t",
        score=1.0,
        mention_count=1,
        is_primary=True,
    )
