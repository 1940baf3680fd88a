"""Packets and capture files made by hand, byte by byte, and what CaptureReader makes of them."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from pcapinspect.address import text_of
from pcapinspect.capture.inputs import InputFile
from pcapinspect.packets.reader import CaptureReader

CLIENT, SERVER = "192.0.2.7", "198.51.100.80"
CLIENT6, SERVER6 = "2001:db8::7", "2001:db8::80"
SYN, ACK, PUSH_ACK = 0x02, 0x10, 0x18

Order = Literal["<", ">"]


def tcp(
    payload: bytes = b"",
    *,
    source: int = 40_000,
    destination: int = 80,
    seq: int = 1000,
    ack: int = 2000,
    flags: int = PUSH_ACK,
    options: bytes = b"",
) -> bytes:
    """A TCP segment; window 4128 and checksum 0xBEEF."""
    words = 5 + len(options) // 4
    header = struct.pack(">HHIIHHHH", source, destination, seq, ack, words << 12 | flags, 4128, 0xBEEF, 0)
    return header + options + payload


def udp(payload: bytes, destination: int, source: int = 50_000) -> bytes:
    return struct.pack(">HHHH", source, destination, 8 + len(payload), 0) + payload


def ipv4(
    payload: bytes,
    protocol: int = 6,
    *,
    source: str = CLIENT,
    destination: str = SERVER,
    ident: int = 77,
    place: int = 0,
    options: bytes = b"",
    total: int | None = None,
) -> bytes:
    """An IPv4 packet; `place` is the field of flags and offset, `total` overrides the total length."""
    header = 20 + len(options)
    length = header + len(payload) if total is None else total
    addresses = ip_address(source).packed + ip_address(destination).packed
    first = 0x40 | header // 4
    return struct.pack(">BBHHHBBH", first, 0, length, ident, place, 63, protocol, 0) + addresses + options + payload


def ipv6(payload: bytes, following: int = 6, *, source: str = CLIENT6, destination: str = SERVER6) -> bytes:
    addresses = ip_address(source).packed + ip_address(destination).packed
    return struct.pack(">IHBB", 6 << 28, len(payload), following, 61) + addresses + payload


def ethernet(payload: bytes, kind: int = 0x0800) -> bytes:
    return bytes.fromhex("020000000001020000000002") + kind.to_bytes(2) + payload


def segment(payload: bytes = b"GET / HTTP/1.0\r\n\r\n", **fields: int) -> bytes:
    """TCP in IPv4 in Ethernet."""
    return ethernet(ipv4(tcp(payload, **fields)))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Stamped:
    """A packet with its time in nanoseconds, and its length on the wire where that differs."""

    data: bytes
    time: int = 1_700_000_000_000_000_000
    wire: int | None = None


def stamped(packets: Iterable[bytes | Stamped]) -> list[Stamped]:
    """Packets a millisecond apart, but for those that have a time."""
    start = 1_700_000_000_000_000_000
    return [p if isinstance(p, Stamped) else Stamped(p, start + i * 1_000_000) for i, p in enumerate(packets)]


def pcap(
    packets: Iterable[bytes | Stamped],
    link: int = 1,
    *,
    order: Order = "<",
    nano: bool = False,
    version: tuple[int, int] = (2, 4),
    snaplen: int = 262_144,
) -> bytes:
    """A pcap file."""
    magic, unit = (0xA1B23C4D, 1) if nano else (0xA1B2C3D4, 1000)
    parts = [struct.pack(order + "IHHiIII", magic, *version, 0, 0, snaplen, link)]
    for p in stamped(packets):
        seconds, rest = divmod(p.time, 1_000_000_000)
        wire = len(p.data) if p.wire is None else p.wire
        parts.append(struct.pack(order + "IIII", seconds, rest // unit, len(p.data), wire) + p.data)
    return b"".join(parts)


def block(kind: int, body: bytes, order: Order = "<") -> bytes:
    """A pcapng block."""
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def option(code: int, value: bytes, order: Order = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


END_OF_OPTIONS = bytes(4)


def section(order: Order = "<", options: bytes = b"") -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + options, order)


def interface(link: int = 1, order: Order = "<", options: bytes = b"", snaplen: int = 0) -> bytes:
    return block(1, struct.pack(order + "HHI", link, 0, snaplen) + options, order)


def enhanced(
    data: bytes, units: int, *, number: int = 0, order: Order = "<", options: bytes = b"", wire: int | None = None
) -> bytes:
    """An enhanced packet block; `units` is the time in units of the interface."""
    fixed = struct.pack(
        order + "IIIII", number, units >> 32, units & 0xFFFFFFFF, len(data), len(data) if wire is None else wire
    )
    return block(6, fixed + data + bytes(-len(data) % 4) + options, order)


def pcapng(packets: Iterable[bytes | Stamped], link: int = 1, *, order: Order = "<") -> bytes:
    """A pcapng file of one section and interface, with times in nanoseconds."""
    resolution = option(9, b"\x09", order) + END_OF_OPTIONS
    blocks = [section(order), interface(link, order, resolution)]
    blocks += [enhanced(p.data, p.time, order=order, wire=p.wire) for p in stamped(packets)]
    return b"".join(blocks)


@dataclass(frozen=True)
class Row:
    """A row of Packets, its addresses as text and its payload cut out of the batch."""

    file: int
    frame: int
    time: int
    source: str
    destination: str
    ports: tuple[int, int]
    seq: int
    ack: int
    flags: int
    window: int
    checksum: int
    ip_id: int
    ttl: int
    kind: int
    length: int
    payload: bytes


@dataclass(frozen=True)
class Reading:
    """All rows of a reading, and its inputs."""

    rows: list[Row] = field(default_factory=list)
    inputs: list[InputFile] = field(default_factory=list)

    @property
    def file(self) -> InputFile:
        (only,) = self.inputs
        return only


def read(paths: Sequence[str | Path], batch_bytes: int = 16 << 20) -> Reading:
    """Everything that CaptureReader yields, row by row."""
    reader = CaptureReader([str(path) for path in paths], batch_bytes=batch_bytes)
    rows = []
    for batch in reader:
        p = batch.packets
        for i in range(len(p)):
            start, captured = int(p.payload_start[i]), int(p.captured_length[i])
            assert 0 <= start <= start + captured <= batch.data.size
            assert captured <= p.payload_length[i]
            rows.append(
                Row(
                    int(p.file[i]),
                    int(p.frame[i]),
                    int(p.time[i]),
                    text_of(int(p.src_high[i]), int(p.src_low[i])),
                    text_of(int(p.dst_high[i]), int(p.dst_low[i])),
                    (int(p.src_port[i]), int(p.dst_port[i])),
                    int(p.seq[i]),
                    int(p.ack[i]),
                    int(p.flags[i]),
                    int(p.window[i]),
                    int(p.checksum[i]),
                    int(p.ip_id[i]),
                    int(p.ttl[i]),
                    int(p.kind[i]),
                    int(p.payload_length[i]),
                    batch.data[start : start + captured].tobytes(),
                )
            )
    return Reading(rows, reader.inputs)


def read_bytes(folder: Path, data: bytes, batch_bytes: int = 16 << 20) -> Reading:
    """What becomes of a file with these bytes."""
    path = folder / "capture"
    path.write_bytes(data)
    return read([path], batch_bytes)
