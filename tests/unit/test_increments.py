"""Only what changed is computed, bucket by bucket, and the rows are those of a lake computed at once."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from importlib.util import find_spec
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given

from orchestration import buckets, pipeline, proof_run
from orchestration.buckets import bucket_count, bucket_expr, bucket_of
from orchestration.catalog.catalog import Catalog
from orchestration.catalog.load import load_catalog
from orchestration.increments import Done, Sent, Shared, Task, bring_up_to_date
from orchestration.ingest_run import run_ingest
from orchestration.io.lake import Lake, is_time_to_record
from orchestration.pipeline import STAGES, run_stage
from orchestration.proof_run import prove_lake, prove_lake_examples
from orchestration.schemas.tables import LAKE_TABLES
from orchestration.settings import Settings, load_settings
from orchestration.texts_with import texts_with
from orchestration.workers import Workers, each, end_processes, in_order
from tests.conftest import ROOT

NOW = datetime(2026, 3, 1, tzinfo=UTC)
INTRODUCTION = "Welcome to Salt and Solder. I'm Ottilie Marchbanks, and my guest today is {guest}. Welcome, {first}."
SYLLABLES = ("ba", "do", "fe", "gi", "ku", "la", "mo", "ne", "pi", "ru", "sa", "te", "vi", "zo")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(load_settings().catalog)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings of an empty warehouse whose lake has four documents a bucket."""
    monkeypatch.setattr(buckets, "DOCUMENTS_PER_BUCKET", 4)
    (tmp_path / "raw").mkdir()
    return replace(load_settings(), raw=tmp_path / "raw", warehouse=tmp_path / "warehouse", process_count=1)


def process_of(number: int) -> int:
    return os.getpid()


def write(settings: Settings, number: int, guest: str = "Ferdy Quillfeather", friend: str = "nobody") -> None:
    """Write a document that tells an episode of its own."""
    told = random.Random(number)
    lines = [INTRODUCTION.format(guest=guest, first=guest.split()[0])]
    lines += [" ".join("".join(told.choices(SYLLABLES, k=3)) for _ in range(12)) for _ in range(25)]
    lines += [f"Then OpenAI called, and {friend} wrote to us."]
    text = "\n".join(f"[00:{n:02}:00.000 --> 00:{n:02}:59.000]   {line}" for n, line in enumerate(lines))
    (settings.raw / f"{number}.txt").write_text(text, encoding="utf-8")


def run(settings: Settings, catalog: Catalog) -> dict[str, int]:
    """Bring the lake up to date, and return for each stage how many copies were computed; -1 where all always are."""
    lake = Lake(settings.lake)
    done = run_ingest(settings, lake, NOW, lambda line: None)
    computed = {"parsed": done[0].counts["parsed_count"]}
    for stage in STAGES:
        result = run_stage(stage, lake, catalog, settings.workers)
        computed[stage.table] = result.counts.get("computed_copy_count", -1)
    return computed


PER_EPISODE = {stage.table for stage in STAGES if stage.shared is not None}


def test_one_more_document_computes_no_other_copy(here, catalog):
    for number in range(6):
        write(here, number)
    first = run(here, catalog)
    assert {table: first[table] for table in ("parsed", *PER_EPISODE)} == dict.fromkeys(("parsed", *PER_EPISODE), 6)
    again = run(here, catalog)
    assert {again[table] for table in ("parsed", *PER_EPISODE)} == {0}
    write(here, 12)
    more = run(here, catalog)
    assert {table: more[table] for table in ("parsed", *PER_EPISODE)} == dict.fromkeys(("parsed", *PER_EPISODE), 1)
    assert Lake(here.lake).bucket_count == 2


def test_a_new_name_is_looked_for_only_where_it_stands(here, catalog):
    for number in range(5):
        write(here, number, friend="Wendeline Oakhurst" if number == 3 else "nobody")
    run(here, catalog)
    lake = Lake(here.lake)
    named = pl.col("entity_name") == "Wendeline Oakhurst"
    assert lake.read("mentions").filter(named, field="transcript").is_empty()
    write(here, 20, guest="Wendeline Oakhurst")
    computed = run(here, catalog)
    assert (computed["parsed"], computed["mentions"]) == (1, 2)
    paths = lake.read("documents").select("document_id", "path")
    found = lake.read("mentions").filter(named).join(paths, on="document_id")["path"].unique().sort().to_list()
    assert found == ["20.txt", "3.txt"]
    (here.raw / "20.txt").unlink()
    assert run(here, catalog)["mentions"] == 1
    assert lake.read("mentions").filter(named, field="transcript").is_empty()


def test_a_new_name_is_found_in_parts_of_which_nothing_else_changed(here, catalog):
    for number in range(6):
        write(here, number, friend="Wendeline Oakhurst" if number == 3 else "nobody")
    run(here, catalog)
    lake = Lake(here.lake)
    found = pl.col("entity_name") == "Wendeline Oakhurst", pl.col("field") == "transcript"
    is_in_part_of_friend: dict[bool, int] = {}
    for number in range(20, 40):
        write(here, number, guest="Wendeline Oakhurst")
        assert run(here, catalog)["mentions"] == 2
        bucket = dict(lake.read("documents").select("path", bucket_expr(lake.bucket_count)).iter_rows())
        is_in_part_of_friend[bucket[f"{number}.txt"] == bucket["3.txt"]] = number
        assert lake.read("mentions").filter(*found)["document_id"].n_unique() == 2
        (here.raw / f"{number}.txt").unlink()
        assert run(here, catalog)["mentions"] == 1
        assert lake.read("mentions").filter(*found).is_empty()
        if len(is_in_part_of_friend) == 2:
            break
    assert len(is_in_part_of_friend) == 2


def test_a_new_name_is_found_where_a_file_writes_its_letters_as_escapes(here, catalog):
    write(here, 1)
    run(here, catalog)
    lines = ["We wrote to Zoë Öakhurst.", "She was at home, and so were all the others whom we asked."] * 20
    segments = [{"start": 6.0 * n, "end": 6.0 * n + 6, "text": line} for n, line in enumerate(lines)]
    (here.raw / "told.json").write_text(json.dumps({"segments": segments, "language": "en"}), encoding="ascii")
    page = "".join(f"<p>{line}</p>" for line in lines).replace("ë", "&euml;").replace("Ö", "&#214;")
    feed = f"<rss><channel><title>Salt</title><item><title>One</title><description>{escape(page)}</description></item>"
    (here.raw / "feed.xml").write_text(f"{feed}</channel></rss>", encoding="ascii")
    run(here, catalog)
    write(here, 20, guest="Zoë Öakhurst")
    assert run(here, catalog)["mentions"] == 3
    lake = Lake(here.lake)
    paths = lake.read("documents").select("document_id", "path")
    found = lake.read("mentions").filter(entity_name="Zoë Öakhurst").join(paths, on="document_id")
    assert set(found["path"]) == {"told.json", "feed.xml", "20.txt"}


def test_of_a_document_of_many_copies_those_that_name_somebody_are_computed(here, catalog):
    told = ["Nobody is here.", "We speak of Wendeline Oakhurst and the weather.", "Wendeline is here.", "Oakhurst too."]
    items = "".join(
        f"<item><title>Part {word}</title><guid>{word}</guid><description>{text}</description></item>"
        for word, text in zip(("one", "two", "three", "four"), told, strict=True)
    )
    feed = f'<rss version="2.0"><channel><title>Salt and Solder</title>{items}</channel></rss>'
    (here.raw / "feed.xml").write_text(feed, encoding="utf-8")
    write(here, 1)
    run(here, catalog)
    write(here, 20, guest="Wendeline Oakhurst")
    computed = run(here, catalog)
    lake = Lake(here.lake)
    assert lake.row_count("episode_copies") == 6
    assert (computed["parsed"], computed["mentions"]) == (1, 2)
    named = lake.read("mentions").filter(entity_name="Wendeline Oakhurst", field="description")
    assert named["surface"].to_list() == ["Wendeline Oakhurst"]


def test_a_line_of_the_catalogue_parses_nothing(here, catalog):
    for number in range(4):
        write(here, number)
    run(here, catalog)
    computed = run(here, replace(catalog, fingerprint="another"))
    assert (computed["parsed"], computed["copy_alignments"], computed["mentions"]) == (0, 0, 4)


def test_rows_that_come_from_other_parts_are_kept_and_made_anew_where_they_are_damaged(here, catalog):
    shutil.copytree(ROOT / "raw", here.raw, dirs_exist_ok=True)
    run(here, catalog)
    lake = Lake(here.lake)
    kept = sorted(here.lake.glob("state/*/visitors-*.parquet"))
    assert {file.parent.name for file in kept} >= {"segments", "document_texts"}
    rows = {stage.table: lake.read(stage.table) for stage in STAGES}
    for file in kept:
        file.write_bytes(file.read_bytes()[:-40])
    lake.forget(PER_EPISODE)
    run(here, catalog)
    assert all(lake.read(table).equals(before) for table, before in rows.items())
    assert [pl.read_parquet(file).height > 0 for file in kept]
    assert lake.damaged() == []
    assert not list(here.lake.glob("state/*/visitors-*.parquet"))


def test_the_proof_looks_at_documents_of_episodes_that_are_at_home_elsewhere(here, catalog):
    shutil.copytree(ROOT / "raw", here.raw, dirs_exist_ok=True)
    run(here, catalog)
    lake = Lake(here.lake)
    bucket, part = next((number, part) for number, part in lake.parts("segments").items() if part.row_count)
    count = prove_lake(lake).row_count
    wrong = lake.read_part("segments", bucket).with_columns(text=pl.col("text") + pl.lit(" indeed"))
    lake.record("segments", lake.parts("segments") | {bucket: lake.write_part("segments", bucket, wrong, part.key)})
    found = prove_lake(lake)
    assert (found.row_count, found.failure_count) == (count, part.row_count)


def test_what_was_proven_as_a_whole_is_not_looked_at_again_until_something_changes(here, catalog, monkeypatch):
    shutil.copytree(ROOT / "raw", here.raw, dirs_exist_ok=True)
    run(here, catalog)
    lake = Lake(here.lake)
    first = prove_lake(lake)
    assert first.row_count > 0 and first.failure_count == 0
    monkeypatch.setattr(proof_run.Homes, "of", lambda lake: pytest.fail("looked again"))
    assert prove_lake(lake) == first
    monkeypatch.undo()
    right = lake.read("copy_episodes")
    for episodes in (right.with_columns(copy_id=pl.lit("a") + pl.col("copy_id")), right):
        lake.write("copy_episodes", episodes, "other")
        assert (prove_lake(lake) == first) == episodes.equals(right)


def test_examples_are_proven_again_where_they_or_their_texts_changed(here, catalog, monkeypatch):
    shutil.copytree(ROOT / "raw", here.raw, dirs_exist_ok=True)
    run(here, catalog)
    lake = Lake(here.lake)
    first = prove_lake_examples(lake)
    assert first.row_count > 0 and first.failure_count == 0
    monkeypatch.setattr(proof_run, "prove_examples", lambda tables: pytest.fail("looked again"))
    assert prove_lake_examples(lake) == first
    monkeypatch.undo()
    named = lake.read("entity_candidates")
    renamed = [[row | {"surface": "Nobody Anywhere"} for row in rows] for rows in named["contexts"].to_list()]
    wrong = named.with_columns(contexts=pl.Series(renamed, dtype=named.schema["contexts"]))
    lake.write("entity_candidates", wrong, "wrong")
    again = [prove_lake_examples(lake) for _ in range(2)]
    assert again[0].failure_count > 0 and again[0] == again[1]


def test_processes_that_were_ended_are_started_again_where_they_are_wanted():
    two = Workers(2)
    before = {pid for _, pid in each(process_of, range(6), 6, two)}
    assert {pid for _, pid in each(process_of, range(6), 6, two)} <= before
    end_processes()
    end_processes()
    assert {pid for _, pid in each(process_of, range(6), 6, two)}.isdisjoint(before)


def test_processes_and_buckets_change_no_row(here, catalog, monkeypatch):
    shutil.copytree(ROOT / "raw", here.raw, dirs_exist_ok=True)
    run(replace(here, process_count=2), catalog)
    many = Lake(here.lake)
    assert many.bucket_count == 4
    monkeypatch.setattr(buckets, "DOCUMENTS_PER_BUCKET", 128)
    at_once = replace(here, warehouse=here.warehouse.with_name("at once"))
    run(at_once, catalog)
    one = Lake(at_once.lake)
    assert one.bucket_count == 1
    for stage in STAGES:
        assert (
            many.read(stage.table)
            .sort(pl.all().exclude(pl.List))
            .equals(one.read(stage.table).sort(pl.all().exclude(pl.List)))
        ), stage.table
    assert prove_lake(many, Workers(2)) == prove_lake(one)
    assert prove_lake(many).failure_count == 0 and prove_lake(many).row_count > 1_000


def test_the_number_of_buckets_follows_that_of_documents(here, catalog):
    for number in range(3):
        write(here, number)
    run(here, catalog)
    lake = Lake(here.lake)
    assert lake.bucket_count == 1
    for number in range(3, 9):
        write(here, number)
    assert run(here, catalog)["parsed"] == 6
    assert lake.bucket_count == 4 and lake.row_count("documents") == 9
    for number in range(2, 9):
        (here.raw / f"{number}.txt").unlink()
    assert run(here, catalog)["parsed"] == 0
    assert lake.bucket_count == 1 and lake.read("mentions")["copy_id"].n_unique() == 2


def test_a_lake_loses_all_its_documents_bucket_by_bucket(here, catalog):
    for number in range(8):
        write(here, number)
    run(here, catalog)
    lake = Lake(here.lake)
    paths = lake.read("documents", ["document_id", "path"]).with_columns(bucket=bucket_expr(2)).sort("bucket", "path")
    in_bucket = dict(paths.group_by("bucket").agg("path").iter_rows())
    assert min(map(len, in_bucket.values())) > 1
    # A bucket that has lost its last document has a part without rows, and from the next change on none.
    for gone in (in_bucket[0], in_bucket[1][:1], in_bucket[1][1:]):
        for path in gone:
            (here.raw / path).unlink()
        run(here, catalog)
    assert (lake.bucket_count, list(lake.parts("documents"))) == (2, [1])
    assert {lake.row_count(table) for table in LAKE_TABLES} == {0}
    assert prove_lake(lake).row_count == 0
    write(here, 7)
    assert run(here, catalog)["speaker_turns"] == 1


@given(st.integers(0, 10**6), st.integers(0, 14))
def test_buckets_are_a_power_of_two_and_stay_within_a_factor(documents, power):
    count = bucket_count(documents, 2**power)
    assert count & (count - 1) == 0
    fitting = bucket_count(documents, 0)
    assert count in (fitting, 2 * fitting)
    assert bucket_count(documents, count) == count


@given(st.binary(min_size=32, max_size=32), st.sampled_from([1, 2, 64]))
def test_a_document_is_in_one_bucket_however_it_is_asked(digest, count):
    frame = pl.DataFrame({"document_id": [digest.hex()]})
    assert frame.select(bucket_expr(count)).item() == bucket_of(digest.hex(), count) < count


TEXTS = pl.DataFrame({"document_id": ["a", "b"], "text": ["It was Zoë 0:12 O'Hara-Smith.", "zoe is not here"]})


@pytest.mark.parametrize(
    ("needle", "found"),
    [("Zoe O'Hara", ["a"]), ("ZOË", ["a", "b"]), ("Hara Zoe", ["a"]), ("Zoe Ohara", []), ("", ["a", "b"])],
)
def test_a_name_is_found_whatever_its_accents_and_what_stands_between(needle, found):
    assert texts_with(TEXTS, [needle]).to_list() == found


def test_without_names_no_text_is_found():
    assert texts_with(TEXTS, []).to_list() == []


def double(number: int) -> int:
    """Return twice the number. Raises ValueError for a negative one."""
    if number < 0:
        raise ValueError("negative")
    return 2 * number


def test_work_is_spread_over_processes_and_errors_come_back():
    assert sorted(each(double, range(20), 20, Workers(2))) == [(number, 2 * number) for number in range(20)]
    assert list(each(double, [3], 1, Workers(2))) == [(3, 6)]
    with pytest.raises(ValueError, match="negative"):
        list(each(double, [1, -1, 2, 3], 4, Workers(2)))
    assert sorted(each(double, range(3), 3, Workers(2))) == [(0, 0), (1, 2), (2, 4)]
    assert in_order(double, range(5, -1, -1), Workers(2)) == [10, 8, 6, 4, 2, 0]


@pytest.mark.skipif(find_spec("pyspark") is not None, reason="pyspark is installed")
def test_spark_that_is_not_installed_is_told_with_the_remedy():
    with pytest.raises(RuntimeError, match=r"pyspark is not installed: run `make test-spark`"):
        list(each(double, [1], 1, Workers(is_spark=True)))


def test_the_engine_is_local_or_spark():
    assert load_settings({}).workers.is_spark is False
    assert load_settings({"PODCAST_ENGINE": "spark", "PODCAST_PROCESSES": "3"}).workers == Workers(3, is_spark=True)
    with pytest.raises(ValueError, match="set it to local or spark"):
        load_settings({"PODCAST_ENGINE": "flink"})


def test_processes_end_with_the_one_that_started_them(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, time\n"
        "from orchestration.workers import Workers, each\n"
        "if __name__ == '__main__':\n"
        "    for _ in each(time.sleep, [0.01, 0.01, 60, 60], 4, Workers(2)):\n"
        "        print('at work', flush=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True)
    assert parent.stdout and parent.stdout.readline() == "at work\n"
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    assert len(children) >= 2
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    end = time.monotonic() + 20
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def test_what_is_shared_names_tables_that_come_before():
    seen: set[str] = set()
    for stage in STAGES:
        for shared in (stage.shared or {}).values():
            assert isinstance(shared, Shared)
            assert shared.tables.keys() - {"episode_copies"} <= seen, stage.table
        seen.add(stage.table)


def test_the_catalogue_goes_once_to_each_process_however_many_tasks(catalog):
    sent = Sent(catalog)
    one, other = (ForkingPickler.loads(ForkingPickler.dumps((number, sent)))[1] for number in range(2))
    assert one is other and one.catalog == catalog and one.catalog is not catalog
    changed = Sent(replace(catalog, fingerprint="another"))
    assert ForkingPickler.loads(ForkingPickler.dumps(changed)).catalog.fingerprint == "another"


def test_records_do_not_grow_with_the_square_of_the_parts():
    for wanted in (1, 2, 15, 16, 17, 1000):
        recorded = [done for done in range(1, wanted + 1) if is_time_to_record(done, wanted)]
        assert 1 <= len(recorded) <= 16 and wanted - recorded[-1] < -(-wanted // 16), wanted


def test_a_run_killed_between_records_goes_on_behind_the_last(here, catalog, monkeypatch):
    for number in range(24):
        write(here, number)
    lake = Lake(here.lake)
    run_ingest(here, lake, NOW, lambda line: None)
    stage = STAGES[0]
    done: list[int] = []

    def dies_after_the_third(task: Task) -> Done:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(task.bucket)
        return bring_up_to_date(task)

    monkeypatch.setattr(pipeline, "bring_up_to_date", dies_after_the_third)
    monkeypatch.setattr(pipeline, "is_time_to_record", lambda number, wanted: number == 2)
    with pytest.raises(KeyboardInterrupt):
        run_stage(stage, lake, catalog)
    assert set(lake.parts(stage.table)) == set(done[:2]) and not lake.stage_key(stage.table)
    monkeypatch.undo()
    before = {bucket: lake.path(stage.table, bucket).stat().st_mtime_ns for bucket in done}
    run_stage(stage, lake, catalog)
    after = {bucket: lake.path(stage.table, bucket).stat().st_mtime_ns for bucket in done}
    assert [bucket for bucket in done if after[bucket] != before[bucket]] == done[2:]
    assert lake.row_count(stage.table) == 24
