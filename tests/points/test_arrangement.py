"""Many captures at once: how much of them is looked at, and kept, does not grow with the number of their pairs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from pcapinspect.packets.batch import Packets
from pcapinspect.points.arrangement import Network, arrange
from pcapinspect.points.sample import MOST_ROWS, SMALLEST, Handshakes, Sample, Sampling, Unit
from pcapinspect.settings import Settings

SECOND = 1_000_000_000
FILES = 120


@dataclass(slots=True)
class Watched(Sample):
    """A sample that counts how often it is looked at."""

    looks: list[int] = field(default_factory=lambda: [0])

    @property
    def handshakes(self) -> Handshakes:
        self.looks[0] += 1
        return Sample.handshakes.fget(self)  # type: ignore[attr-defined,no-any-return]


def sample(file: int, begin: int, server: int = 1) -> Watched:
    """Ten handshakes of its own with a server, one a second."""
    time = (np.repeat(np.arange(10), 2) + begin) * SECOND
    number = np.repeat(np.arange(10) + 1000 * file, 2).astype(np.uint64)
    answer = np.arange(20) % 2 == 1
    whole = Watched(Unit(file, 0), first=int(time[0]), last=int(time[-1]))
    whole.add(
        Handshakes(
            key=number,
            behind=number << np.uint64(32),
            server=np.full(20, server, np.uint64),
            answer=answer,
            ip_id=number.astype(np.uint32),
            ttl=np.full(20, 64, np.uint8),
            time=time + answer,
        )
    )
    return whole


def arranged(samples: list[Watched], name: str) -> list[Network]:
    return arrange(samples, lambda unit: name.format(unit.file))


def test_captures_that_overlap_are_not_compared_each_with_each() -> None:
    samples = [sample(file, 0) for file in range(FILES)]
    networks = arranged(samples, "site{}.pcap")
    assert [network.server_side for network in networks] == [(Unit(file, 0),) for file in range(FILES)]
    assert sum(each.looks[0] for each in samples) <= 10 * FILES


def test_captures_of_a_family_go_on_with_one_another() -> None:
    samples = [sample(file, 20 * (file // 2)) for file in range(FILES)]
    first, second = arranged(samples, "site{}.pcap")
    assert len(first.server_side) == len(second.server_side) == FILES // 2


@pytest.mark.parametrize("name", ["site{}.pcap", "a{}b{}.pcap"])
def test_captures_of_different_servers_or_times_are_one_network(name: str) -> None:
    apart_in_time = [sample(file, 20 * file) for file in range(FILES)]
    assert len(arranged(apart_in_time, "site{}.pcap")) == 1
    other_servers = [sample(file, 0, server=file) for file in range(FILES)]
    assert len(arranged(other_servers, "site{}.pcap")) == 1


@pytest.mark.parametrize("files", [2, 1000, 1 << 16])
def test_samples_of_many_files_are_small_ones(files: int) -> None:
    sampling = Sampling(Settings(), files)
    packets = 40_000
    rng = np.random.default_rng(7)
    syns = Packets.empty().take(np.empty(0, np.int64))
    columns = {name: np.zeros(packets, getattr(syns, name).dtype) for name in Packets.__dataclass_fields__}
    columns |= {
        "flags": np.full(packets, 2, columns["flags"].dtype),
        "dst_port": np.full(packets, 80, columns["dst_port"].dtype),
        "seq": rng.integers(0, 1 << 32, packets).astype(columns["seq"].dtype),
    }
    sampling._take(Unit(0, 0), Packets(**columns))
    rows = sampling.samples[Unit(0, 0)].rows
    assert SMALLEST // 4 < rows <= max(SMALLEST, min(MOST_ROWS // files, 1 << 13))


def test_files_of_one_ring_with_the_same_handshakes_at_other_times_are_one_point() -> None:
    """A capture that was copied with its clock shifted: a file's neighbours in its ring lie at no other point."""
    samples = [sample(0, 3600 * file) for file in range(3)]
    for file, each in enumerate(samples):
        each.unit = Unit(file, 0)
    (network,) = arranged(samples, "ring.{}.pcap")
    assert network.server_side == tuple(Unit(file, 0) for file in range(3))
    assert network.client_side == ()
