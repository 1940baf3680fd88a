"""Files that are written while they are read: growing, rotated, deleted, and used again."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pcapinspect.errors import EngineError
from pcapinspect.watch import sources
from pcapinspect.watch.sources import Arrivals

STORM = Path("captures/storm.pcap").read_bytes()
PACKETS = 8_183


def record_borders() -> list[int]:
    borders, at = [], 24
    while at < len(STORM):
        at += 16 + int.from_bytes(STORM[at + 8 : at + 12], "little")
        borders.append(at)
    return borders


BORDERS = record_borders()


def collect(arrivals: Arrivals, enough: Callable[[int], bool]) -> int:
    """Frames that came, until there are enough."""
    seen = 0
    for _ in range(600):
        part = arrivals.next(0.05)
        seen += 0 if part is None else len(part.packets)
        if enough(seen) or arrivals.ended:
            break
    arrivals.stop()
    return seen


def test_a_file_that_grows_is_followed(tmp_path):
    target = tmp_path / "ring_00001.pcap"

    def write() -> None:
        with target.open("wb", buffering=0) as file:
            for first, last in zip([0, *BORDERS[999::1000]], [*BORDERS[999::1000], len(STORM)], strict=False):
                file.write(STORM[first:last])
                time.sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    seen = collect(Arrivals(sources.folder(tmp_path, (80,), 0, print)), lambda count: count >= PACKETS)
    writer.join()
    assert seen == PACKETS


def test_a_ring_is_read_file_by_file_and_deleted_ones_are_no_error(tmp_path):
    borders = [0, *BORDERS[2_000:8_000:2_000], len(STORM)]

    def write() -> None:
        for number, (first, last) in enumerate(itertools.pairwise(borders)):
            head = b"" if number == 0 else STORM[:24]
            (tmp_path / f"ring_{number:05}.pcap").write_bytes(head + STORM[first:last])
            time.sleep(0.3)
            if number > 1:
                (tmp_path / f"ring_{number - 2:05}.pcap").unlink()

    writer = threading.Thread(target=write)
    writer.start()
    seen = collect(Arrivals(sources.folder(tmp_path, (80,), 0, print)), lambda count: count >= PACKETS)
    writer.join()
    assert seen == PACKETS


def test_a_name_that_is_used_again_is_a_new_file(tmp_path):
    target = tmp_path / "ring.pcap"
    target.write_bytes(STORM[: BORDERS[4_999]])
    arrivals = Arrivals(sources.folder(tmp_path, (80,), 0, print))
    seen = 0
    while seen < 5_000:
        part = arrivals.next(1)
        seen += 0 if part is None else len(part.packets)
    with target.open("r+b", buffering=0) as file:
        file.truncate(0)
        file.write(STORM[:24] + STORM[BORDERS[4_999] : BORDERS[5_999]])
    assert seen + collect(arrivals, lambda count: count >= 1_000) == 6_000


def test_what_is_no_capture_is_passed_over_with_a_remark(tmp_path):
    (tmp_path / "a.txt").write_text("notes of the engineer\n" * 40)
    (tmp_path / "b.pcap").write_bytes(STORM[: BORDERS[99]])
    remarks: list[str] = []
    seen = collect(Arrivals(sources.folder(tmp_path, (80,), 0, remarks.append)), lambda count: count >= 100)
    assert seen == 100
    assert len(remarks) == 1
    assert "a.txt" in remarks[0]


def test_what_was_written_long_ago_is_left_out(tmp_path):
    old, new = tmp_path / "a.pcap", tmp_path / "b.pcap"
    old.write_bytes(STORM)
    new.write_bytes(STORM[: BORDERS[99]])
    os.utime(old, (1_000, 1_000))
    seen = collect(Arrivals(sources.folder(tmp_path, (80,), time.time() - 120, print)), lambda count: count >= 100)
    assert seen == 100


def test_without_a_capture_program_it_says_so(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EngineError, match="dumpcap"):
        sources.interface("lo", (80,))


def test_an_interface_that_is_none_is_one_clear_line():
    arrivals = Arrivals(sources.interface("no-such-interface", (80,)))
    with pytest.raises(EngineError, match="no-such-interface"):
        collect(arrivals, lambda count: False)
