"""Files of the stages: bytes come back as they were, and a file is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcapinspect.spread.folder import stages_in
from pcapinspect.spread.store import Writer, binary, facts_of, read, stretches, whole, write


@settings(deadline=None)
@given(
    st.binary(max_size=50), st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=10), st.integers(0, 3)
)
def test_stretches_of_bytes(data: bytes, places: list[tuple[int, int]], skipped: int) -> None:
    places = [(min(first, len(data)), min(size, len(data) - min(first, len(data)))) for first, size in places]
    start = np.array([first for first, _ in places], np.int64)
    size = np.array([size for _, size in places], np.int32)
    column = binary(np.frombuffer(data, np.uint8), start, size)
    assert column.to_pylist() == [data[first : first + size] for first, size in places]
    content, begins = stretches(column.slice(skipped))
    found = [content[at : at + size].tobytes() for at, size in zip(begins, size[skipped:], strict=True)]
    assert found == column.to_pylist()[skipped:]


def test_columns_and_facts(tmp_path: Path) -> None:
    write(tmp_path / "file", {"a": np.arange(3), "b": np.array([1.5, 2, 3])}, {"known": [1, None]})
    columns = read(tmp_path / "file")
    assert [columns["a"].tolist(), columns["b"].tolist()] == [[0, 1, 2], [1.5, 2, 3]]
    assert list(read(tmp_path / "file", ["b"])) == ["b"]
    assert facts_of(tmp_path / "file") == {"known": [1, None]}


def test_a_file_of_nothing(tmp_path: Path) -> None:
    Writer(tmp_path / "file").close("facts")
    assert (read(tmp_path / "file"), facts_of(tmp_path / "file")) == ({}, "facts")


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "folder" / "file"
    interrupted = whole(target)
    interrupted.__enter__().write_text("half")
    assert not target.exists()
    assert not interrupted.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert list(target.parent.iterdir()) == []
    with whole(target) as one, whole(target) as other:
        one.write_text("twice")
        other.write_text("twice")
    assert [path.read_text() for path in target.parent.iterdir()] == ["twice"]


def test_what_dead_workers_left_is_removed(tmp_path: Path) -> None:
    with stages_in(str(tmp_path / "kept")) as folder:
        writer = Writer(folder / f".a.parquet.{'0a' * 16}.partial")
        writer.add(pa.table({"a": [1]}))
        (folder / "b.parquet").write_text("whole")
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["b.parquet"]


@pytest.mark.parametrize("where", ["", "packets", "connections/0123", "mine", "packets/mine"])
def test_of_hidden_files_only_ours_go(tmp_path: Path, where: str) -> None:
    folder = tmp_path / where
    dead = whole(folder / "b.parquet")
    ours = dead.__enter__()
    ours.touch()
    users = {".notes.partial", ".a.parquet.partial", f"a.parquet.{'0a' * 16}.partial", f".a.txt.{'0a' * 16}.partial"}
    for name in users:
        (folder / name).touch()
    with stages_in(str(tmp_path)):
        pass
    left = {path.name for path in folder.iterdir() if path.is_file()}
    assert left == (users | {ours.name} if "mine" in where else users)


def test_a_folder_of_no_name_goes() -> None:
    with stages_in(None) as folder:
        assert folder.is_dir()
    assert not folder.exists()
