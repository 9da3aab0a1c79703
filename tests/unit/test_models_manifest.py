"""A manifest that is half a file is made anew."""

from __future__ import annotations

from dataclasses import replace

from orchestration import models
from orchestration.settings import load_settings


def test_a_manifest_cut_short_is_made_anew(tmp_path, monkeypatch):
    settings = replace(load_settings(), warehouse=tmp_path)
    path = models.manifest_path(settings)
    path.parent.mkdir(parents=True)
    written: list[int] = []

    def parse(*_: object) -> None:
        written.append(1)
        path.write_text('{"nodes": {}}')

    monkeypatch.setattr(models, "_invoke", parse)
    for _ in range(2):
        models.prepare_manifest(settings)
    assert len(written) == 1
    path.write_text('{"nod')
    models.prepare_manifest(settings)
    assert len(written) == 2 and path.read_text() == '{"nodes": {}}'
