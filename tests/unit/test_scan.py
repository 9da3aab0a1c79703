"""Looking for files trusts none of them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from orchestration.file_hashes import RawFile
from orchestration.scan import ContentReader, scan

LIMIT = 1000


def look(raw: Path) -> dict[str, RawFile]:
    return {file.path: file for file in scan(raw, LIMIT)}


def reason(file: RawFile) -> str:
    assert file.problem is not None
    return file.problem.reason


def test_files_come_with_hash_and_size(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.txt").write_text("same")
    (tmp_path / "a.txt").write_text("same")
    files = look(tmp_path)
    assert set(files) == {"a.txt", "b/two.txt"}
    assert files["a.txt"].document_id == files["b/two.txt"].document_id
    assert files["a.txt"].size_bytes == 4


def test_hidden_files_and_folders_are_left_out(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x").write_text("x")
    (tmp_path / ".DS_Store").write_text("x")
    assert look(tmp_path) == {}


def test_links_out_of_the_raw_folder_are_refused_and_links_inside_it_followed(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    (tmp_path / "secret").write_text("s")
    (raw / "real.txt").write_text("r")
    (raw / "inside").symlink_to("real.txt")
    (raw / "outside").symlink_to(tmp_path / "secret")
    (raw / "up").symlink_to("../secret")
    (raw / "folder").symlink_to(tmp_path)
    (raw / "broken").symlink_to("nowhere")
    files = look(raw)
    assert files["inside"].document_id == files["real.txt"].document_id
    assert "leads out" in reason(files["outside"]) and files["outside"].document_id is None
    assert "leads out" in reason(files["up"])
    assert "leads out" in reason(files["folder"])
    assert "cannot be read" in reason(files["broken"])


def test_a_link_to_a_folder_inside_is_not_followed(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("x")
    (tmp_path / "loop").symlink_to("a")
    files = look(tmp_path)
    assert set(files) == {"a/x.txt", "loop"}
    assert "link to a folder" in reason(files["loop"])


def test_a_pipe_is_refused_without_being_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "no regular file" in reason(look(tmp_path)["pipe"])


def test_a_large_file_is_refused_but_known_by_its_hash(tmp_path):
    (tmp_path / "large").write_bytes(b"x" * (LIMIT + 1))
    file = look(tmp_path)["large"]
    assert "larger than the limit" in reason(file)
    assert file.document_id is not None
    assert file.problem is not None and "PODCAST_MAX_FILE_MB" in file.problem.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused(tmp_path):
    (tmp_path / "closed").write_text("x")
    (tmp_path / "closed").chmod(0)
    assert "cannot be read" in reason(look(tmp_path)["closed"])


def test_an_error_while_reading_is_a_problem_of_that_file_alone(tmp_path, monkeypatch):
    (tmp_path / "bad").write_text("x")
    (tmp_path / "good").write_text("y")
    whole = os.open

    def refuse(path: str, *arguments):
        if str(path).endswith("bad"):
            raise PermissionError(13, "Permission denied")
        return whole(path, *arguments)

    monkeypatch.setattr(os, "open", refuse)
    files = look(tmp_path)
    assert reason(files["bad"]) == "cannot be read: Permission denied"
    assert files["good"].problem is None


def test_folders_may_be_nested_as_deeply_as_the_disk_allows(tmp_path):
    at = os.open(tmp_path, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("a", dir_fd=at)
        deeper = os.open("a", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = deeper
    os.close(at)
    (tmp_path / "good.txt").write_text("x")
    try:
        files = look(tmp_path)
    finally:
        # What removes temporary folders calls itself for each level.
        subprocess.run(["rm", "-rf", tmp_path / "a"], check=True)
    assert files.pop("good.txt").problem is None
    assert [reason(file) for file in files.values()] == ["the folder cannot be read: File name too long"]


def test_a_raw_folder_that_is_not_there_is_no_empty_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        look(tmp_path / "missing")


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    (found,) = look(tmp_path).values()
    (tmp_path / "a.txt").unlink()
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(OSError, match="no regular file any more"):
        ContentReader(tmp_path).read(found)


def test_names_that_could_harm_a_terminal_are_made_harmless(tmp_path):
    (tmp_path / "a\x1b[31m.txt").write_text("x")
    os.write(os.open(os.fsencode(tmp_path) + b"/\xff.txt", os.O_CREAT | os.O_WRONLY), b"y")
    assert all(path.isprintable() for path in look(tmp_path))
