"""A sample of the handshakes that a file or an interface holds, which finds the same handshakes in every one of them.

Whether a handshake is in the sample depends on the client's initial number alone, so two captures of it both have it
or both have not, whatever a NAT between them rewrites. Memory is bounded: a sample that grows too large keeps every
second of its handshakes, and so on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from pcapinspect.address import halves
from pcapinspect.columns import Bool, Columns, Int64, UInt8, UInt32, UInt64, column
from pcapinspect.packets.batch import TCP, PacketBatch, Packets
from pcapinspect.settings import Settings
from pcapinspect.tcp.streams import ACK, RST, SYN

LARGEST = 1 << 13
"""Rows of a sample. Shares of it are known to a percent, delays far better."""

MOST_ROWS = 1 << 21
"""Rows of all samples together: 80 MB, and as much again while they are compared. 256 files have whole samples."""

SMALLEST = 1 << 8
"""Rows of a sample, however many files there are: shares of it are known to some percent."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_ONE = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Handshakes(Columns):
    """SYNs and SYN/ACKs of watched connections, in the order of the file."""

    key: UInt64 = column("u8")
    """The same for all packets of an attempt, wherever it is captured."""
    behind: UInt64 = column("u8")
    """The same, without the addresses and ports that a NAT rewrites."""
    server: UInt64 = column("u8")
    """A number of the server's address and port."""
    answer: Bool = column("?")
    """SYN/ACK."""
    ip_id: UInt32 = column("u4")
    ttl: UInt8 = column("u1")
    time: Int64 = column("i8")


class Unit(NamedTuple):
    """Whatever may be a capture point of its own: an interface of a file."""

    file: int
    interface: int


@dataclass(slots=True)
class Sample:
    """Of one unit. Times in nanoseconds."""

    unit: Unit
    largest: int = LARGEST
    """Rows that it may have."""
    level: int = 0
    """Of 2**level handshakes one is in the sample."""
    first: int | None = None
    last: int | None = None
    """The earliest and the latest of all packets to watched ports, sampled or not."""
    parts: list[Handshakes] = field(default_factory=list)
    rows: int = 0

    @property
    def handshakes(self) -> Handshakes:
        """All of them."""
        whole = Handshakes.concatenate(self.parts)
        self.parts = [whole]
        return whole

    def at(self, level: int) -> Handshakes:
        """Those that a sample of this level, which is not below its own, has."""
        whole = self.handshakes
        return whole.take(whole.behind & _mask(level) == 0)

    def add(self, found: Handshakes) -> None:
        """More of them."""
        found = found.take(found.behind & _mask(self.level) == 0)
        self.parts.append(found)
        self.rows += len(found)
        while self.rows > self.largest and self.level < MOST_LEVELS:
            self.level += 1
            self.parts = [self.at(self.level)]
            self.rows = len(self.parts[0])


MOST_LEVELS = 32
"""Beyond it one attempt is repeated again and again, and thinning does not help."""


class Sampling:
    """Samples of all units of some files, batch by batch."""

    def __init__(self, settings: Settings, units: int) -> None:
        """`units`: how many there are, at most."""
        self._largest = max(SMALLEST, min(LARGEST, MOST_ROWS // max(1, units)))
        self._ports = np.zeros(1 << 16, np.bool_)
        self._ports[list(settings.ports)] = True
        self._servers = np.array([halves(text) for text in settings.servers], np.uint64).reshape(-1, 2)
        self.samples: dict[Unit, Sample] = {}

    def take(self, file: int, batch: PacketBatch) -> None:
        """One batch, whose rows have their interfaces."""
        interfaces = batch.interface
        assert interfaces is not None
        packets = batch.packets
        watched = (packets.kind == TCP) & (self._ports[packets.dst_port] | self._ports[packets.src_port])
        for interface in np.unique(interfaces[watched]).tolist():
            self._take(Unit(file, interface), packets.take(watched & (interfaces == interface)))

    def _take(self, unit: Unit, packets: Packets) -> None:
        sample = self.samples.setdefault(unit, Sample(unit, self._largest))
        begin, end = int(packets.time.min()), int(packets.time.max())
        sample.first = begin if sample.first is None else min(sample.first, begin)
        sample.last = end if sample.last is None else max(sample.last, end)
        opening = packets.take(packets.flags & (SYN | RST) == SYN)
        if len(opening) and sample.rows <= 2 * self._largest:
            sample.add(self._handshakes(opening))

    def _handshakes(self, packets: Packets) -> Handshakes:
        answer = packets.flags & ACK != 0
        server_port = np.where(answer, packets.src_port, packets.dst_port)
        server = (
            np.where(answer, packets.src_high, packets.dst_high),
            np.where(answer, packets.src_low, packets.dst_low),
        )
        client = (
            np.where(answer, packets.dst_high, packets.src_high),
            np.where(answer, packets.dst_low, packets.src_low),
        )
        client_port = np.where(answer, packets.dst_port, packets.src_port)
        number = np.where(answer, packets.ack - np.uint32(1), packets.seq)
        named = _mixed(*server, server_port)
        found = Handshakes(
            key=_mixed(named, *client, client_port, number),
            behind=_mixed(number),
            server=named,
            answer=answer,
            ip_id=packets.ip_id,
            ttl=packets.ttl,
            time=packets.time,
        )
        wanted = self._ports[server_port]
        if len(self._servers):
            asked = [(server[0] == high) & (server[1] == low) for high, low in self._servers]
            wanted = wanted & np.logical_or.reduce(asked)
        return found.take(wanted)


def _mask(level: int) -> np.uint64:
    return np.uint64(((1 << level) - 1) << (64 - MOST_LEVELS))


def _mixed(*columns: np.ndarray[tuple[int], np.dtype[np.unsignedinteger]]) -> UInt64:
    state = np.zeros(len(columns[0]), np.uint64)
    for values in columns:
        state = (state ^ values.astype(np.uint64)) * _MULTIPLIER
        state ^= state >> _SHIFT
    state *= _MULTIPLIER | _ONE
    mixed: UInt64 = state ^ state >> np.uint64(32)
    return mixed
