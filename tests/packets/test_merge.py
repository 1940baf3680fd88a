"""Files that follow each other, and files that overlap."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.capture import wire

MILLISECOND = 1_000_000
START = 1_700_000_000_000 * MILLISECOND


def write(path: Path, times: list[int], first: int) -> Path:
    """A capture with packets at these milliseconds, whose sequence numbers count from `first`."""
    packets = [
        wire.Stamped(wire.segment(b"x" * 50, seq=first + i), START + t * MILLISECOND) for i, t in enumerate(times)
    ]
    path.write_bytes(wire.pcap(packets))
    return path


def test_a_ring_whose_files_overlap_by_a_little_stays_in_its_order(tmp_path: Path) -> None:
    one = write(tmp_path / "1", [0, 500, 1200, 1000], 0)
    two = write(tmp_path / "2", [1100, 900, 3000], 10)
    assert [row.seq for row in wire.read([two, one]).rows] == [0, 1, 2, 3, 10, 11, 12]


def test_files_that_overlap_by_more_are_merged(tmp_path: Path) -> None:
    one = write(tmp_path / "1", [0, 1000, 2000, 3000, 4000], 0)
    two = write(tmp_path / "2", [1500, 2500, 9000], 10)
    three = write(tmp_path / "3", [20_000, 21_000], 20)
    rows = wire.read([three, two, one]).rows
    assert [row.seq for row in rows] == [0, 1, 10, 2, 11, 3, 4, 12, 20, 21]
    assert [(row.file, row.frame) for row in rows][:4] == [(0, 1), (0, 2), (1, 1), (0, 3)]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.integers(0, 20_000), min_size=1, max_size=30), min_size=2, max_size=5),
    st.sampled_from([1, 1000, 16 << 20]),
)
def test_no_row_is_lost_and_each_file_keeps_its_order(tmp_path: Path, files: list[list[int]], batch_bytes: int) -> None:
    paths = [write(tmp_path / str(i), times, 1000 * i) for i, times in enumerate(files)]
    reading = wire.read(paths, batch_bytes)
    kept = {Path(file.path).name: file.packets for file in reading.inputs}
    assert len(reading.rows) == sum(kept.values())
    for number, file in enumerate(reading.inputs):
        rows = [row for row in reading.rows if row.file == number]
        assert [row.frame for row in rows] == list(range(1, file.packets + 1))
        assert {row.payload for row in rows} == {b"x" * 50}
    if batch_bytes == 1:
        assert reading.rows == wire.read(paths).rows


def test_a_file_without_tcp_among_others(tmp_path: Path) -> None:
    one = write(tmp_path / "1", [0, 5000], 0)
    (tmp_path / "2").write_bytes(wire.pcap([wire.Stamped(wire.ethernet(bytes(28), 0x0806), START + MILLISECOND)]))
    reading = wire.read([one, tmp_path / "2"])
    assert (len(reading.rows), [file.packets for file in reading.inputs]) == (2, [2, 1])
