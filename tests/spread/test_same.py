"""The stages find what one process finds, in every value, however the capture is split and the work divided."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcapinspect.tcp import sweeps
from tests.spread.traffic import frames_of, in_one, in_stages, rotated, same, tapped, traffic, written

CAPTURES = Path(__file__).resolve().parents[2] / "captures"

PARTS = st.sampled_from([1, 2, 3, 7])


@pytest.fixture(autouse=True, scope="module")
def _small_blocks() -> None:
    """Sweeps as often as in captures of millions of packets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeps, "BLOCK_BITS", 4)
        yield


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), PARTS, st.sampled_from([512, 4096, 4 << 20]))
def test_any_ring(random: Random, parts: int, batch_bytes: int) -> None:
    with TemporaryDirectory() as folder:
        paths = written(rotated(traffic(random, False), random), Path(folder), random)
        same(in_one(paths, batch_bytes), in_stages(paths, Path(folder, "stages"), parts, random))


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), PARTS)
def test_any_ring_with_fragments(random: Random, parts: int) -> None:
    """Where the clock makes files overlap, the size of batches says whose fragments one process joins first."""
    with TemporaryDirectory() as folder:
        paths = written(rotated(traffic(random, True), random), Path(folder), random)
        same(in_one(paths), in_stages(paths, Path(folder, "stages"), parts, random))


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), PARTS, st.booleans())
def test_any_two_taps(random: Random, parts: int, in_fragments: bool) -> None:
    with TemporaryDirectory() as folder:
        paths = written(tapped(traffic(random, in_fragments), random), Path(folder), random)
        same(in_one(paths), in_stages(paths, Path(folder, "stages"), parts, random))


@pytest.mark.parametrize("split", [rotated, tapped])
@pytest.mark.parametrize("name", ["storm", "healthy", "down", "lab-overflow", "lab-throttle"])
def test_samples(tmp_path: Path, name: str, split: object) -> None:
    random = Random(name)
    paths = written(split(frames_of(CAPTURES / f"{name}.pcap"), random), tmp_path, random)  # type: ignore[operator]
    same(in_one(paths), in_stages(paths, tmp_path / "stages", 5, random))


@pytest.mark.parametrize(
    "name",
    [
        "lab/tcp-odd.pcap",
        "lab/fail-mix.pcap",
        "lab/lossy5pct-at-server.pcap",
        "lab/mix-any-sll2.pcap",
        "lab/mix.pcapng",
        "derived/clock-step-back-1h.pcap",
        "derived/duplicated-span.pcap",
        "derived/sequence-wrap.pcap",
    ],
)
def test_captures_of_others(shared_captures: Path, tmp_path: Path, name: str) -> None:
    paths = [str(shared_captures / name)]
    same(in_one(paths), in_stages(paths, tmp_path, 3, Random(3)))


def test_the_traffic_of_these_tests_has_what_is_difficult(tmp_path: Path) -> None:
    """Fragments that are joined, errors, copies, steps of the clock, other ports between."""
    fragmented = duplicates = jumps = unreachable = skipped = 0
    for seed in range(30):
        random = Random(seed)
        paths = written(tapped(traffic(random, seed % 2 == 0), random), tmp_path, random)
        followed, inputs = in_one(paths)
        fragmented += sum(file.fragments for file in inputs)
        jumps += sum(file.clock_jumps for file in inputs)
        duplicates += followed.tcp.quality.duplicates
        streams = followed.tcp.connections.tcp_stream
        skipped += len(streams) > 0 and int(streams.max()) >= len(streams)
        unreachable += int((followed.tcp.connections.outcome == 4).sum())
    assert min(fragmented, duplicates, jumps, unreachable, skipped) > 3
