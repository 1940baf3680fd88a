"""Packets made by hand: a client and a server, sequence numbers counted from their ISNs, times in seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from pcapinspect.address import halves
from pcapinspect.columns import MISSING
from pcapinspect.packets.batch import ICMP_ERROR, TCP, PacketBatch, Packets
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import CLOSES, OUTCOMES, Connections
from pcapinspect.tcp.result import TcpResult
from pcapinspect.tcp.segments import Segments
from pcapinspect.tcp.tracker import ConnectionTracker

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

SECOND = 1_000_000_000

START = 1_700_000_000 * SECOND


@dataclass(frozen=True, slots=True)
class Packet:
    """One row of Packets, its defaults those of a bare ACK."""

    time: float
    flags: int
    seq: int
    ack: int = 0
    length: int = 0
    src: str = "10.0.0.1"
    src_port: int = 4000
    dst: str = "10.0.0.80"
    dst_port: int = 80
    window: int = 500
    ip_id: int = 0
    ttl: int = 64
    checksum: int = 0
    kind: int = TCP
    mss: int = 0
    tsval: int = 0
    captured: int | None = None
    frame: int = 0
    file: int = 0


@dataclass
class Wire:
    """A conversation of one client and one server. Numbers are relative: `seq` 0 is the SYN, 1 the first byte."""

    isn: int = 1000
    server_isn: int = 777_000_000
    client: str = "10.0.0.1"
    port: int = 4000
    server: str = "10.0.0.80"
    server_port: int = 80
    packets: list[Packet] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: iter(range(1, 1 << 30)))

    def up(self, time: float, flags: int, seq: int, ack: int | None = None, length: int = 0, **more: Any) -> Wire:
        """A packet of the client."""
        number = (self.isn + seq) % (1 << 32)
        acked = 0 if ack is None else (self.server_isn + ack) % (1 << 32)
        return self._add(
            Packet(time, flags, number, acked, length, self.client, self.port, self.server, self.server_port), more
        )

    def down(self, time: float, flags: int, seq: int, ack: int | None = None, length: int = 0, **more: Any) -> Wire:
        """A packet of the server."""
        number = (self.server_isn + seq) % (1 << 32)
        acked = 0 if ack is None else (self.isn + ack) % (1 << 32)
        return self._add(
            Packet(time, flags, number, acked, length, self.server, self.server_port, self.client, self.port), more
        )

    def error(self, time: float, seq: int = 0, flags: int = SYN, kind: int = 3, code: int = 1) -> Wire:
        """An ICMP error that quotes a packet of the client."""
        self.up(time, flags, seq, checksum=kind << 8 | code, window=0)
        self.packets[-1] = replace(self.packets[-1], kind=ICMP_ERROR, length=0)
        return self

    def syn(self, time: float, **more: Any) -> Wire:
        return self.up(time, SYN, 0, **more)

    def synack(self, time: float, **more: Any) -> Wire:
        return self.down(time, SYN | ACK, 0, 1, **more)

    def handshake(self, time: float = 0.0) -> Wire:
        return self.syn(time).synack(time + 0.01).up(time + 0.02, ACK, 1, 1)

    def close(self, time: float, up: int = 1, down: int = 1) -> Wire:
        """Both FINs, the client's first, at these sequence numbers."""
        self.up(time, FIN | ACK, up, down).down(time + 0.01, FIN | ACK, down, up + 1)
        return self.up(time + 0.02, ACK, up + 1, down + 1)

    def _add(self, packet: Packet, more: dict[str, Any]) -> Wire:
        self.packets.append(replace(packet, **{"ip_id": next(self._ids) % 65_536} | more))
        return self


def columns(packets: Iterable[Packet]) -> Packets:
    """Rows of Packets, with frame numbers in order where a packet has none."""
    rows = list(packets)
    values: dict[str, list[int]] = {f.name: [] for f in fields(Packets)}
    for number, row in enumerate(rows, 1):
        src, dst = halves(row.src), halves(row.dst)
        captured = row.length if row.captured is None else row.captured
        for name, value in {
            "file": row.file,
            "frame": row.frame or number,
            "time": START + round(row.time * SECOND),
            "src_high": src[0],
            "src_low": src[1],
            "dst_high": dst[0],
            "dst_low": dst[1],
            "payload_length": row.length,
            "captured_length": captured,
            "payload_start": 0,
        }.items():
            values[name].append(value)
        direct = "src_port dst_port seq ack flags window ip_id ttl checksum kind mss tsval"
        for name in direct.split():
            values[name].append(getattr(row, name))
    return Packets(**{f.name: np.array(values[f.name], f.metadata["dtype"]) for f in fields(Packets)})


@dataclass(frozen=True)
class Tracked:
    """What the tracker made of some packets."""

    result: TcpResult
    segments: Segments
    retired: list[int]

    @property
    def connections(self) -> Connections:
        return self.result.connections

    @property
    def outcomes(self) -> list[str]:
        return [OUTCOMES[k] for k in self.connections.outcome]

    @property
    def closes(self) -> list[str | None]:
        return [(*CLOSES, None)[k] for k in self.connections.close]

    def value(self, column: str, row: int = 0) -> int | None:
        """A value of Connections; None where it is missing."""
        value = int(getattr(self.connections, column)[row])
        return None if value == MISSING else value

    def seconds(self, column: str, row: int = 0) -> float | None:
        """A time of Connections, in seconds since START."""
        value = self.value(column, row)
        return None if value is None else round((value - START) / SECOND, 6)

    def stream(self, direction: int, row: int = 0) -> list[tuple[int, int, int]]:
        """(offset, length, end mark) of the segments of one direction."""
        mine = (self.segments.connection == row) & (self.segments.direction == direction)
        picked = self.segments.take(mine)
        return list(zip(picked.offset.tolist(), picked.length.tolist(), picked.end.tolist(), strict=True))


def feed(packets: Iterable[Packet], *, batch: int | None = None, settings: Settings | None = None) -> Tracked:
    """Runs the tracker over the packets, whole or in batches of `batch` packets."""
    table = columns(packets)
    tracker = ConnectionTracker(settings or Settings())
    size = max(len(table) if batch is None else batch, 1)
    parts, retired = [], []
    for first in range(0, len(table), size):
        rows = table.take(slice(first, first + size))
        parts.append(tracker.feed(PacketBatch(rows, np.empty(0, np.uint8))))
        retired += tracker.take_retired().tolist()
    return Tracked(tracker.finish(), Segments.concatenate(parts), retired)


def noise(packets: list[Packet]) -> list[Packet]:
    """The packets with others between them, of other connections and times that do not go beyond theirs."""
    mixed = []
    for number, packet in enumerate(packets):
        other = Wire(client="10.9.9.9", port=20_000 + number, server="10.9.9.80").syn(packet.time).packets
        unwatched = Wire(client="10.9.9.8", port=20_000 + number, server_port=9).handshake(packet.time).packets[:1]
        mixed += [replace(p, frame=10_000 + number) for p in other + unwatched]
        mixed.append(replace(packet, frame=packet.frame or number + 1))
    return mixed


def track(wire: Wire | list[Packet]) -> Tracked:
    """The tracker's result; whole, packet by packet, and with other packets between must be the same."""
    packets = wire.packets if isinstance(wire, Wire) else wire
    whole = feed(packets)
    same(whole, feed(packets, batch=1))
    same(whole, feed(noise(packets)), own=True)
    return whole


def same(left: Tracked, right: Tracked, *, own: bool = False) -> None:
    """Asserts that both say the same; `own`: of connections without those of `noise`, whose numbers differ."""
    if own:
        noisy = right.connections.server_low == halves("10.9.9.80")[1]
        rows = np.flatnonzero(~noisy)
        renumber = np.full(len(noisy), -1)
        renumber[rows] = np.arange(len(rows))
        picked = right.segments.take(~noisy[right.segments.connection])
        right = Tracked(
            replace(right.result, connections=right.connections.take(rows)),
            replace(picked, connection=renumber[picked.connection]),
            [],
        )
    else:
        assert left.result.quality == right.result.quality
        for f in fields(left.result.syns):
            assert getattr(left.result.syns, f.name).tolist() == getattr(right.result.syns, f.name).tolist(), f.name
    for table, other in ((left.connections, right.connections), (left.segments, right.segments)):
        for f in fields(table):
            if own and f.name in ("tcp_stream",):
                continue
            assert getattr(table, f.name).tolist() == getattr(other, f.name).tolist(), f.name
