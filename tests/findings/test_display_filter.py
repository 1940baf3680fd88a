"""The filter is tried on the program that it is for."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from pcapinspect.columns import MISSING
from pcapinspect.findings.display_filter import MOST_CITED, cite, filter_of, keys, keys_of

FRAMES = 500


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FRAMES empty Ethernet frames."""
    path = tmp_path_factory.mktemp("filter") / "frames.pcap"
    record = struct.pack("<IIII", 1, 0, 14, 14) + bytes(12) + b"\x88\xb5"
    path.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + record * FRAMES)
    return path


def selected(capture: Path, display_filter: str) -> list[int]:
    tshark = shutil.which("tshark")
    assert tshark is not None, "tshark is needed for this test"
    command = [tshark, "-n", "-r", str(capture), "-Y", display_filter, "-T", "fields", "-e", "frame.number"]
    return [int(line) for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()]


def test_one_frame() -> None:
    assert filter_of([7]) == "frame.number == 7"


def test_runs_become_ranges() -> None:
    assert filter_of([1, 3, 4, 9, 10, 11, 20]) == "frame.number in {1, 3..4, 9..11, 20}"


@pytest.mark.parametrize(
    "numbers",
    [
        [1],
        [FRAMES],
        [1, FRAMES],
        [5, 6],
        list(range(100, 301)),
        sorted(random.Random(1).sample(range(1, FRAMES + 1), MOST_CITED)),
        list(range(1, FRAMES + 1, 2))[:MOST_CITED],
    ],
)
def test_tshark_selects_exactly_these_frames(capture: Path, numbers: list[int]) -> None:
    assert selected(capture, filter_of(numbers)) == numbers


def test_frames_are_cited_once_and_in_order() -> None:
    citation = cite(keys_of([(0, 9), (0, 3)]), keys_of([(0, 9)]))
    assert citation.frames == ((0, 3), (0, 9))
    assert citation.total == 2
    assert citation.figures == {}


def test_the_first_frames_stand_for_many() -> None:
    citation = cite(keys_of((0, number) for number in range(1000, 0, -1)))
    assert citation.frames == tuple((0, number) for number in range(1, MOST_CITED + 1))
    assert citation.figures == {"frames_in_all": 1000, "frames_cited": MOST_CITED}
    assert citation.display_filter == f"frame.number in {{1..{MOST_CITED}}}"


def test_the_filter_is_for_the_first_file() -> None:
    citation = cite(keys_of([(1, 5), (0, 8), (0, 2), (1, 6)]))
    assert citation.frames == ((0, 2), (0, 8), (1, 5), (1, 6))
    assert citation.display_filter == "frame.number in {2, 8}"


def test_nothing_to_cite() -> None:
    assert cite(keys_of([])).display_filter is None


def test_frames_that_are_not_known_are_left_out() -> None:
    files, frames = np.array([0, MISSING, 65_535, 0]), np.array([7, 8, 9, MISSING])
    assert cite(keys(files, frames)).frames == ((0, 7), (65_535, 9))
