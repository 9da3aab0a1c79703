"""A manifest that is half a file is made anew, and what was parsed serves all warehouse folders of the project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestration import models
from orchestration.settings import Settings, load_settings


@pytest.fixture
def parsed(monkeypatch) -> list[bytes | None]:
    """Put in place of dbt's parsing what writes its files, and return what each of these found of an earlier one."""
    found: list[bytes | None] = []

    def parse(settings: Settings, *_: object) -> None:
        target = settings.dbt_target
        target.mkdir(parents=True, exist_ok=True)
        before = target / "partial_parse.msgpack"
        found.append(before.read_bytes() if before.exists() else None)
        before.write_bytes(f"parse {len(found)}".encode())
        models.manifest_path(settings).write_text('{"nodes": {}}')

    monkeypatch.setattr(models, "_invoke", parse)
    return found


def settings_of(folder: Path, warehouse: str) -> Settings:
    return replace(load_settings(), dbt_project=folder / "project", warehouse=folder / warehouse)


def test_a_manifest_cut_short_is_made_anew(tmp_path, parsed):
    settings = settings_of(tmp_path, "warehouse")
    path = models.manifest_path(settings)
    for _ in range(2):
        models.prepare_manifest(settings)
    assert len(parsed) == 1
    path.write_text('{"nod')
    models.prepare_manifest(settings)
    assert path.read_text() == '{"nodes": {}}'


def test_an_empty_warehouse_folder_starts_from_what_was_parsed_for_another(tmp_path, parsed):
    for warehouse in ("one", "other"):
        assert models.prepare_manifest(settings_of(tmp_path, warehouse)).is_file()
    assert parsed == [None]
    # A project that changed is parsed from where it was, and serves the others again.
    (tmp_path / "project" / "models").mkdir()
    (tmp_path / "project" / "models" / "more.sql").write_text("select 1 as one")
    for warehouse in ("one", "other", "third"):
        models.prepare_manifest(settings_of(tmp_path, warehouse))
    assert parsed == [None, b"parse 1"]


def test_half_a_manifest_beside_the_project_is_not_taken_over(tmp_path, parsed):
    models.prepare_manifest(settings_of(tmp_path, "one"))
    (tmp_path / "project" / "target" / "manifest.json").write_text('{"nod')
    path = models.prepare_manifest(settings_of(tmp_path, "other"))
    assert parsed == [None, b"parse 1"] and path.read_text() == '{"nodes": {}}'


def test_a_project_that_cannot_be_written_to_is_parsed_all_the_same(tmp_path, parsed):
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "target").write_text("no folder")
    for warehouse in ("one", "other"):
        assert models.prepare_manifest(settings_of(tmp_path, warehouse)).is_file()
    assert parsed == [None, None]


def test_the_project_is_parsed_once_for_all_folders_and_reads_those_of_the_settings(tmp_path, monkeypatch):
    settings = replace(load_settings(), warehouse=tmp_path / "it's {one} [x]")
    told: list[str] = []
    invoke = models._invoke

    def first_parse_only(settings, command, environment, on_event=None, manifest=None):
        if command[0] == "parse":
            return invoke(settings, command, environment)
        told.extend(source.meta["external_location"] for source in manifest.sources.values())
        return None

    monkeypatch.setattr(models, "_invoke", first_parse_only)
    models.prepare_manifest(settings)
    state = settings.dbt_target / "partial_parse.msgpack"
    assert str(tmp_path).encode() not in state.read_bytes()
    models._invoke_at(settings, ["build"], settings.scratch_database)
    folder = f"{tmp_path}/it''s {{{{one}}}} [[]x]/"
    assert any(f"'{folder}lake/{{name}}/*.parquet'" in one for one in told)
    assert any(f"'{folder}history/{{name}}/*.parquet'" in one for one in told)
    assert not any("<" in one for one in told)
