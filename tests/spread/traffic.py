"""Captures of any kind in any number of files, and what one process and the stages make of them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from pcapinspect.capture.fileset import in_order
from pcapinspect.capture.frames import read_frames
from pcapinspect.capture.inputs import InputFile
from pcapinspect.following import follow_packets
from pcapinspect.packets.reader import CaptureReader
from pcapinspect.pki.followed import Followed
from pcapinspect.settings import Settings
from pcapinspect.spread.follow import follow
from tests.capture import wire
from tests.capture.wire import Stamped

START = 1_700_000_000_000_000_000
MILLISECOND = 1_000_000
SECOND = 1000 * MILLISECOND
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
SERVER = "198.51.100.80"

REQUESTS = (
    b"GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=CA HTTP/1.0\r\nHost: ca\r\n\r\n",
    b"GET /cgi-bin/pkiclient.exe?operation=GetCACaps&message=CA HTTP/1.0\r\nHost: ca\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\nGET /more HTTP/1.1\r\n\r\n",
    b"not HTTP at all",
)
RESPONSES = (
    b"HTTP/1.1 404 Not Found\r\nServer: cisco-IOS\r\n\r\n404 Not Found\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nPOSTPKIOperation\nSHA\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
)


class Here:
    """Does the tasks in this process, in any order."""

    def __init__(self, random: Random | None = None) -> None:
        self._random = random
        self.done: list[str] = []

    def do(self, work: Callable[[Any], None], tasks: Sequence[Any]) -> Iterator[int]:
        places = list(range(len(tasks)))
        if self._random:
            self._random.shuffle(places)
        for place in places:
            work(tasks[place])
            self.done.append(work.__name__)
            yield place


def connection(random: Random, begin: int) -> list[tuple[int, bytes]]:
    """The IP packets of a connection with their times, whole or not. Few 4-tuples, so that they come again."""
    client, port = f"192.0.2.{random.randrange(3)}", 40_000 + random.randrange(3)
    server_port = random.choice([80, 80, 80, 443])
    isn, server_isn = random.randrange(1 << 32), random.randrange(1 << 32)
    time, packets = begin, []

    def send(up: bool, flags: int, sent: int, received: int, payload: bytes = b"") -> None:
        nonlocal time
        time += random.choice([0, 1, 20]) * MILLISECOND
        own, other = (isn, server_isn) if up else (server_isn, isn)
        ports = (port, server_port) if up else (server_port, port)
        numbers = {"seq": (own + sent) % (1 << 32), "ack": (other + received) % (1 << 32) if flags & ACK else 0}
        data = wire.tcp(payload, source=ports[0], destination=ports[1], flags=flags, **numbers)
        ends = {"source": client, "destination": SERVER} if up else {"source": SERVER, "destination": client}
        packets.append((time, wire.ipv4(data, ident=random.randrange(1 << 16), **ends)))

    send(True, SYN, 0, 0)
    if random.random() < 0.2:
        time += 3 * SECOND
        send(True, SYN, 0, 0)
        if random.random() < 0.5:
            quoted = struct.pack(">BBHI", 3, 1, 0, 0) + packets[0][1]
            packets.append((time, wire.ipv4(quoted, 1, source="192.0.2.254", destination=client)))
        return packets
    send(False, SYN | ACK, 0, 1)
    send(True, ACK, 1, 1)
    asked, answered = random.choice(REQUESTS), random.choice(RESPONSES)
    for up, data in ((True, asked), (False, answered)):
        step = random.choice([len(data), 40])
        for at in range(0, len(data), step):
            send(up, PSH | ACK, 1 + at, 1 if up else 1 + len(asked), data[at : at + step])
    if random.random() < 0.2:
        send(True, RST | ACK, 1 + len(asked), 1 + len(answered))
    else:
        send(False, FIN | ACK, 1 + len(answered), 1 + len(asked))
        send(True, FIN | ACK, 1 + len(asked), 2 + len(answered))
        send(False, ACK, 2 + len(answered), 2 + len(asked))
    return packets


def fragments(packet: bytes, size: int) -> list[bytes]:
    """An IPv4 packet in pieces."""
    header, payload = bytearray(packet[:20]), packet[20:]
    found = []
    for at in range(0, len(payload), size):
        part = payload[at : at + size]
        more = 0x2000 if at + size < len(payload) else 0
        header[2:4], header[6:8] = (20 + len(part)).to_bytes(2), (at // 8 | more).to_bytes(2)
        found.append(bytes(header) + part)
    return found


def traffic(random: Random, in_fragments: bool) -> list[Stamped]:
    """Ethernet frames of many connections, some lost, some twice, some in fragments; the clock may step back."""
    packets: list[tuple[int, bytes]] = []
    begin = START
    for _ in range(random.randrange(1, 12)):
        packets += connection(random, begin)
        begin += random.choice([0, 5, 900, 70_000, 300_000]) * MILLISECOND
    packets.sort(key=lambda packet: packet[0])
    shift, frames = 0, []
    for time, packet in packets:
        chance = random.random()
        if chance < 0.03:
            shift -= random.choice([1, 10, 9000]) * SECOND
        if chance > 0.95:
            continue
        copies = 2 if chance > 0.9 else 1
        parts = fragments(packet, 24) if in_fragments and random.random() < 0.3 else [packet]
        frames += [Stamped(wire.ethernet(part), time + shift) for part in parts * copies]
        if chance > 0.85:
            frames.append(Stamped(wire.ethernet(bytes(28), 0x0806), time + random.choice([0, 1, -1]) * SECOND))
    return frames


def rotated(frames: list[Stamped], random: Random) -> list[list[Stamped]]:
    """The frames in files one after the other."""
    cuts = sorted(random.randrange(len(frames) + 1) for _ in range(random.randrange(6)))
    edges = [0, *cuts, len(frames)]
    return [frames[first:last] for first, last in pairwise(edges) if first < last]


def tapped(frames: list[Stamped], random: Random) -> list[list[Stamped]]:
    """The frames as two taps see them, each of which rotates its files."""
    taps: list[list[Stamped]] = [[], []]
    for frame in frames:
        taps[random.randrange(2)].append(frame)
    return [file for tap in taps if tap for file in rotated(tap, random)]


def written(files: list[list[Stamped]], folder: Path, random: Random) -> list[str]:
    """The files' paths."""
    paths = []
    for number, frames in enumerate(files):
        make = random.choice([wire.pcapng, lambda frames: wire.pcap(frames, nano=True)])
        path = folder / f"{number:03}"
        path.write_bytes(make(frames))
        paths.append(str(path))
    return paths


def frames_of(path: Path) -> list[Stamped]:
    """The frames of a capture of Ethernet."""
    frames = list(read_frames(str(path)))
    assert {frame.link for frame in frames} == {1}
    return [Stamped(frame.data, frame.time, frame.wire) for frame in frames]


def in_one(paths: Sequence[str], batch_bytes: int = 4 << 20) -> tuple[Followed, list[InputFile]]:
    """What one process finds."""
    reader = CaptureReader(paths, batch_bytes=batch_bytes)
    return follow_packets(reader, Settings()), reader.inputs


def in_stages(paths: Sequence[str], folder: Path, parts: int, random: Random) -> tuple[Followed, list[InputFile]]:
    """What the stages find."""
    return follow(in_order(paths), Settings(), Here(random), folder, parts=parts)


def same(left: tuple[Followed, list[InputFile]], right: tuple[Followed, list[InputFile]]) -> None:
    """Asserts that both found the same, in every value."""
    one, other = left[0], right[0]
    assert left[1] == right[1]
    for inputs, others in zip(left[1], right[1], strict=True):
        assert list(inputs.unknown) == list(others.unknown)
    assert one.tcp.quality == other.tcp.quality
    assert (one.http_quality, one.facts) == (other.http_quality, other.facts)
    for table, twin in (
        (one.tcp.connections, other.tcp.connections),
        (one.tcp.syns, other.tcp.syns),
        (one.exchanges, other.exchanges),
        (one.operations, other.operations),
    ):
        for f in fields(table):
            column, expected = getattr(twin, f.name), getattr(table, f.name)
            assert column.dtype == expected.dtype, f.name
            assert column.tolist() == expected.tolist(), f.name
