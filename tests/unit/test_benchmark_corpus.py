"""The generated corpora: same bytes for the same plan, of the size asked for, readable, and their truth holds."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest

from orchestration.benchmarks.corpus.__main__ import main, size_in_bytes
from orchestration.benchmarks.corpus.generate import Plan, generate
from orchestration.benchmarks.corpus.layouts import LAYOUTS
from orchestration.formats import registry

_SIZE = 600_000


def _plan(out: Path, seed: int = 3) -> Plan:
    return Plan(out, _SIZE, seed, words=400)


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("corpus")
    written = generate(_plan(out), processes=1)
    assert written == sum(path.stat().st_size for path in (out / "raw").rglob("*") if path.is_file())
    assert _SIZE <= written < 1.1 * _SIZE
    return out


def test_same_plan_same_bytes_other_seed_others(corpus: Path, tmp_path: Path) -> None:
    generate(_plan(tmp_path / "again"), processes=1)
    generate(_plan(tmp_path / "other", seed=4), processes=1)
    assert _digest(tmp_path / "again" / "raw") == _digest(corpus / "raw")
    assert _digest(tmp_path / "other" / "raw") != _digest(corpus / "raw")


def test_blocks_are_the_same_in_processes(tmp_path: Path) -> None:
    plans = [Plan(tmp_path / name, 4_100_000, 5) for name in ("one", "two")]
    assert generate(plans[0], processes=1) == generate(plans[1], processes=2)
    assert _digest(tmp_path / "one" / "raw") == _digest(tmp_path / "two" / "raw")


def test_every_file_is_read_as_the_format_it_was_written_in(corpus: Path) -> None:
    copies = pl.read_parquet(corpus / "truth" / "copies")
    written = {str(path.relative_to(corpus / "raw")) for path in (corpus / "raw").rglob("*") if path.is_file()}
    assert set(copies["file"]) == written
    assert set(copies["format"]) == {*LAYOUTS, "rss_feed"}
    for (file,), told in copies.group_by("file"):
        read = registry.read((corpus / "raw" / str(file)).read_bytes())
        assert read.document is not None, file
        assert not read.problems, file
        assert registry.format_of((corpus / "raw" / str(file)).read_bytes()) == told["format"][0]
        assert len(read.document.copies) == told.height, file


def test_planted_names_stand_where_the_truth_says(corpus: Path) -> None:
    mentions = pl.read_parquet(corpus / "truth" / "mentions")
    assert set(mentions["field"]) == {"transcript", "sponsor", "description"}
    for (file,), planted in mentions.group_by("file"):
        text = (corpus / "raw" / str(file)).read_text(encoding="utf-8")
        for surface, start, end in planted.select("surface", "char_start", "char_end").iter_rows():
            assert text[start:end] == surface


def test_a_guest_whom_the_catalogue_knows_is_planted_wherever_the_talk_names_them(corpus: Path) -> None:
    episodes = pl.read_parquet(corpus / "truth" / "episodes").explode("guests", empty_as_null=False)
    people = pl.read_parquet(corpus / "truth" / "mentions").filter(pl.col("entity_type") == "person")
    named = episodes.join(people, left_on=["episode_id", "guests"], right_on=["episode_id", "surface"])
    assert named.height
    for file, guest in named.select("file", "guests").unique().iter_rows():
        planted = people.filter(pl.col("file") == file, pl.col("surface") == guest)["char_start"]
        text = (corpus / "raw" / file).read_text(encoding="utf-8")
        for sentence in (f"My guest today is {guest}", f"sits down with {guest}", f"sit down with {guest}"):
            at = text.find(sentence)
            assert at < 0 or at + len(sentence) - len(guest) in planted, sentence


def test_a_known_share_of_episodes_has_several_transcripts(corpus: Path) -> None:
    copies = pl.read_parquet(corpus / "truth" / "copies").filter("has_transcript")
    counts = copies.group_by("episode_id").len()["len"].to_list()
    assert set(counts) <= {1, 2, 3}
    assert 0.15 < sum(count > 1 for count in counts) / len(counts) < 0.45
    episodes = pl.read_parquet(corpus / "truth" / "episodes")
    assert set(copies["episode_id"]) == set(episodes["episode_id"])
    assert set(episodes["hosts"].list.len()) == {1, 2}


@pytest.mark.parametrize(("text", "size"), [("10MB", 10_000_000), ("1.5 gb", 1_500_000_000), ("300000", 300_000)])
def test_sizes(text: str, size: int) -> None:
    assert size_in_bytes(text) == size


def test_no_size() -> None:
    with pytest.raises(ValueError, match="no size"):
        size_in_bytes("much")


def test_a_folder_in_use_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("text")
    assert main(["--size", "1MB", "--out", str(tmp_path)]) == 1
    assert "not empty" in capsys.readouterr().err
