from __future__ import annotations

import os
from pathlib import Path

import pytest

from pcapinspect.errors import OutputError
from pcapinspect.report.output import check, whole, write_text


def test_a_file_appears_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_text(str(path), "line\n\udc80")
    assert path.read_bytes() == b"line\n?"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")

    def fail() -> None:
        with whole(str(path)) as partial:
            partial.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_the_mode_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_text(str(tmp_path / "report.md"), "text")
    finally:
        os.umask(before)
    assert (tmp_path / "report.md").stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_text(str(tmp_path / "link"), "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_a_device_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_text(str(pipe), "text")
    assert os.read(reader, 100) == b"text"
    os.close(reader)
    assert pipe.is_fifo()


def test_what_exists_is_not_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    with pytest.raises(OutputError, match="exists already"):
        check(str(path), force=False)
    check(str(path), force=True)
    check(str(tmp_path / "new.json"), force=False)


def test_an_input_is_never_overwritten(tmp_path: Path) -> None:
    capture = tmp_path / "storm.pcap"
    capture.write_text("packets")
    with pytest.raises(OutputError, match="input"):
        check(str(tmp_path / "." / "storm.pcap"), force=True, inputs=[str(capture)])


def test_folders_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        check(str(tmp_path), force=True)
    with pytest.raises(OutputError, match="no folder"):
        check(str(tmp_path / "missing" / "report.json"), force=True)
