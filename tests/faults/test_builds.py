"""Whole builds as processes of their own, under faults of disk, files and processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.conftest import FAULTS, ROOT

pytestmark = pytest.mark.slow
MOUNT = shutil.which("mount")
MEGABYTE = 1_000_000


@dataclass
class Place:
    """A warehouse with one release, its raw folder, and a reader that has held a connection since then."""

    raw: Path
    warehouse: Path
    project: Path = ROOT
    reader: duckdb.DuckDBPyConnection = field(init=False)

    def __post_init__(self) -> None:
        """Open the reader."""
        self.reader = self.connect()

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Return a connection as a new reader opens it."""
        return duckdb.connect(str((self.warehouse / "podcasts.duckdb").resolve()), read_only=True)

    def command(self) -> subprocess.Popen[str]:
        """Start a build."""
        environment = {
            **os.environ,
            "PODCAST_RAW": str(self.raw),
            "PODCAST_WAREHOUSE": str(self.warehouse),
            "PODCAST_MAX_FALL": "1",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "orchestration", "build"],
            cwd=self.project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def build(self) -> tuple[int, str]:
        """Build, and return the exit code and what was said."""
        done = self.command()
        _, said = done.communicate(timeout=500)
        return done.returncode, said

    def change(self, name: str) -> None:
        """Put a new document into the raw folder."""
        lines = (f"[00:{n:02}:00.000 --> 00:{n:02}:59.000]   The words of {name}, part {n}." for n in range(20))
        (self.raw / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")

    def served(self) -> str:
        """Return the number of the served release, read by a new reader row by row, and by the old one. It is whole."""
        for connection in (self.reader, self.connect()):
            tables = [row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()]
            assert len(tables) > 40
            for table in tables:
                connection.execute(f'select * from "{table}"').fetchall()
        return (self.warehouse / "current").readlink().name

    def paths(self) -> list[str]:
        """Return the raw paths that the served release knows, each as often as it stands there."""
        with self.connect() as connection:
            rows = connection.execute("select unnest(paths) from documents order by 1").fetchall()
        return [row[0] for row in rows]

    def is_healed(self) -> bool:
        """Whether the served release has each raw file once, and no attempt stands twice in the history."""
        runs = pl.read_parquet(self.warehouse / "history" / "pipeline_runs" / "[0-9]*.parquet")["release_id"]
        files = sorted(path.relative_to(self.raw).as_posix() for path in self.raw.rglob("*") if path.is_file())
        return self.paths() == files and runs.n_unique() == runs.len()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a raw folder of two documents and the warehouse built from them."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "raw").mkdir()
    for file in sorted((ROOT / "raw" / "captions").glob("*.txt"))[:2]:
        shutil.copy(file, folder / "raw")
    environment = {**os.environ, "PODCAST_RAW": str(folder / "raw"), "PODCAST_WAREHOUSE": str(folder / "warehouse")}
    command = [sys.executable, "-m", "orchestration", "build"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return folder


@pytest.fixture
def place(built: Path, tmp_path: Path) -> Iterator[Place]:
    """Return a copy of it."""
    shutil.copytree(built, tmp_path / "here", symlinks=True)
    here = Place(tmp_path / "here" / "raw", tmp_path / "here" / "warehouse")
    yield here
    here.reader.close()


@pytest.fixture
def small_disk(built: Path, tmp_path: Path) -> Iterator[tuple[Place, Callable[[str], None]]]:
    """Return a copy whose warehouse is a file system of its own, and what mounts it again with other options."""
    target = tmp_path / "warehouse"
    target.mkdir()
    if (
        MOUNT is None
        or subprocess.run([MOUNT, "-t", "tmpfs", "-o", "size=400m", "tmpfs", target], check=False).returncode
    ):
        pytest.skip("a file system cannot be mounted here: run as root")

    def mount_again(how: str) -> None:
        subprocess.run([str(MOUNT), "-o", f"remount,{how}", target], check=True)

    shutil.copytree(built / "warehouse", target, symlinks=True, dirs_exist_ok=True)
    shutil.copytree(built / "raw", tmp_path / "raw")
    here = Place(tmp_path / "raw", target)
    try:
        yield here, mount_again
    finally:
        here.reader.close()
        subprocess.run(["umount", "--lazy", str(target)], check=True)


@pytest.mark.parametrize("free_mb", [0.05, 1, 4, 12, 20])
def test_full_disk(small_disk, free_mb, tell):
    here, _ = small_disk
    here.change("new")
    status = os.statvfs(here.warehouse)
    ballast = here.warehouse / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, int(status.f_bavail * status.f_frsize - free_mb * MEGABYTE))
    code, said = here.build()
    saw = here.served()
    if code:
        assert saw == "000001"
        assert "no space left" in said.lower() or "disk" in said.lower() or "could not write" in said.lower(), said
    ballast.unlink()
    assert here.build()[0] == 0 and here.is_healed() and here.served() > "000001"
    tell(
        FAULTS,
        f"disk full, {free_mb} MB left",
        f"release {saw}, whole; the run {'failed' if code else 'fitted'}",
        "healed",
    )


def test_folder_that_cannot_be_written(small_disk, tell):
    here, mount = small_disk
    here.change("new")
    mount("ro")
    code, said = here.build()
    assert code and "read-only" in said.lower() and "Traceback" not in said, said
    saw = here.served()
    mount("rw")
    assert here.build()[0] == 0 and here.is_healed()
    tell(FAULTS, "warehouse folder read-only", f"release {saw}, whole", "healed")


def test_two_builds_at_once(place, tell):
    place.change("new")
    both = [place.command(), place.command()]
    ended = [(process.communicate(timeout=500)[1], process.returncode) for process in both]
    assert [code for _, code in ended] == [0, 0], ended
    assert any("waiting: process" in said for said, _ in ended)
    assert place.served() == "000002" and place.is_healed()
    tell(
        FAULTS,
        "two builds at once",
        "release 000001, then 000002, whole",
        "one waited for the other and found all done",
    )


@pytest.mark.parametrize("step", ["ingest", "mentions", "models", "warehouse__release"])
def test_killed_in_a_step(place, step, tell):
    place.change("new")
    process = place.command()
    shown = step.removeprefix("warehouse__")
    assert process.stderr
    for line in process.stderr:
        if f"] {shown} " in line:
            break
    if step == "models":
        time.sleep(3)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    saw = place.served()
    code, _ = place.build()
    assert code == 0 and place.is_healed() and place.served() > "000001"
    tell(FAULTS, f"killed in {shown}", f"release {saw}, whole", "healed")


@pytest.fixture
def broken_project(place, tmp_path) -> Place:
    """Return the place with a copy of the project, to break something in."""
    project = tmp_path / "project"
    files = subprocess.run(
        ["git", "ls-files", "-z", "orchestration", "dbt_project", "dagster.yaml", "pyproject.toml", "feeds.yml"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, files):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, project / name)
    place.project = project
    return place


@pytest.mark.parametrize(
    ("what", "broken"), [("a model", "select no_such_column from"), ("a test", "select 1 as failed from")]
)
def test_a_model_or_a_test_that_fails(broken_project, what, broken, tell):
    here = broken_project
    folder = here.project / "dbt_project"
    file = folder / "tests" / "singular" / "assert_roles_agree.sql"
    if what == "a model":
        file = folder / "models" / "marts" / "press_tours.sql"
    before = file.read_text(encoding="utf-8")
    rows = "{{ ref('episodes') }}"
    file.write_text(f"{broken} {rows}\n", encoding="utf-8")
    here.change("new")
    code, said = here.build()
    assert code and "is refused" in said and file.stem in said, said
    assert here.served() == "000001"
    file.write_text(before, encoding="utf-8")
    assert here.build()[0] == 0 and here.is_healed()
    tell(FAULTS, f"{what} fails", "release 000001, whole", "refused and on record; healed once mended")


def _seen(place: Place) -> str:
    """Return what a new reader meets."""
    try:
        with place.connect() as place.reader:
            return f"release {place.served()}, whole"
    except (duckdb.Error, OSError) as error:
        return f"an error: {type(error).__name__}"


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("what", ["database cut short", "link gone", "release folder gone", "release.json cut short"])
def test_what_is_published_is_damaged(place, what, tell):
    folder = (place.warehouse / "current").resolve()
    place.reader.close()
    if what == "database cut short":
        _cut(folder / "podcasts.duckdb")
    elif what == "release.json cut short":
        _cut(folder / "release.json")
    elif what == "link gone":
        (place.warehouse / "current").unlink()
    else:
        shutil.rmtree(folder)
    saw = _seen(place)
    assert saw.startswith("release 000001" if what == "release.json cut short" else "an error")
    code, said = place.build()
    assert code == 0, said
    place.reader = place.connect()
    assert place.is_healed()
    tell(FAULTS, f"published: {what}", saw, f"release {place.served()} is made of the lake, whole")
