"""Scenarios, each played once, and their packets read from the bytes by a reader of a few lines."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address

from pcapinspect.clock import parse_iso
from pcapinspect.simulate import Simulation, simulate

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10
SERVER = "10.0.0.80"

Client = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """A packet. Time: seconds from the capture's begin; `client`: address and port."""

    time: float
    up: bool
    client: Client
    flags: int
    seq: int = 0
    ack: int = 0
    window: int = 0
    payload: bytes = b""
    icmp: tuple[int, str] | None = None
    """Code of an ICMP destination unreachable, and who sent it; flags and numbers are the quoted packet's."""


@dataclass(slots=True)
class Call:
    """One attempt's packets."""

    client: Client
    isn: int
    packets: list[Seen] = field(default_factory=list)

    def of(self, up: bool, flag: int = 0) -> list[Seen]:
        """Its TCP packets in one direction with that flag."""
        return [p for p in self.packets if p.up == up and p.flags & flag == flag and p.icmp is None]

    @property
    def start(self) -> float:
        return self.packets[0].time

    @property
    def answer(self) -> float | None:
        """Time of the first SYN/ACK."""
        answers = self.of(False, SYN)
        return answers[0].time if answers else None

    @property
    def response(self) -> float | None:
        """Time of the server's first byte."""
        times = [p.time for p in self.of(False) if p.payload]
        return times[0] if times else None

    @property
    def status(self) -> int | None:
        """Of its first response."""
        first = [p.payload for p in self.of(False) if p.payload.startswith(b"HTTP/1.1 ")]
        return int(first[0][9:12]) if first else None

    @property
    def delivered(self) -> int:
        """Bytes of the client that the server acknowledged."""
        acks = [(p.ack - self.isn - 1) % 2**32 for p in self.of(False, ACK) if not p.flags & (RST | SYN)]
        return max((number for number in acks if number < 2**31), default=0)


@cache
def played(name: str, seed: int = 1) -> Simulation:
    return simulate(name, seed)


def packets(name: str, seed: int = 1) -> Iterator[Seen]:
    """The packets of a capture of IPv4 over Ethernet, without options in IP headers."""
    simulation = played(name, seed)
    begin = parse_iso(simulation.truth["capture"]["begin"])
    data, place = simulation.packets, 24
    while place < len(data):
        seconds, microseconds, length, _ = struct.unpack_from("<IIII", data, place)
        frame = data[place + 16 : place + 16 + length]
        place += 16 + length
        yield _packet((seconds * 10**9 + microseconds * 1000 - begin) / 1e9, frame[14:])


def _packet(time: float, ip: bytes) -> Seen:
    size = int.from_bytes(ip[2:4], "big")
    source, target = (str(IPv4Address(ip[start : start + 4])) for start in (12, 16))
    icmp = None
    if ip[9] == 1:
        icmp = (ip[21], source)
        ip, size = ip[28:], 0
        source, target = (str(IPv4Address(ip[start : start + 4])) for start in (12, 16))
    source_port, target_port, seq = struct.unpack_from("!HHI", ip, 20)
    up = target_port == 80
    client = (source, source_port) if up else (target, target_port)
    if icmp is not None:
        return Seen(time, False, client, 0, seq, icmp=icmp)
    ack, offset, flags, window = struct.unpack_from("!IBBH", ip, 28)
    return Seen(time, up, client, flags, seq, ack, window, ip[20 + offset // 16 * 4 : size])


@cache
def calls(name: str, seed: int = 1) -> list[Call]:
    """The attempts of a capture in order: a SYN with another ISN on the same addresses and ports is another."""
    found: list[Call] = []
    latest: dict[Client, Call] = {}
    for packet in packets(name, seed):
        call = latest.get(packet.client)
        opens = packet.up and packet.flags & SYN and not packet.flags & ACK
        if opens and (call is None or call.isn != packet.seq):
            call = latest[packet.client] = Call(packet.client, packet.seq)
            found.append(call)
        if call is not None:
            call.packets.append(packet)
    return found


def pauses(name: str, seed: int = 1) -> list[tuple[float, float]]:
    """The server's true pauses that ended in the capture, in seconds from its begin."""
    truth = played(name, seed).truth
    begin = parse_iso(truth["capture"]["begin"])
    spans = [(p["begin"], p["end"]) for p in truth["servers"][0]["pauses"] if p["end"]]
    return [((parse_iso(start) - begin) / 1e9, (parse_iso(end) - begin) / 1e9) for start, end in spans]


def most_open(name: str) -> int:
    """The most connections that were open at once, from the SYN/ACK to both FINs, a RST or the capture's end."""
    ends: dict[Client, set[bool]] = defaultdict(set)
    now: set[Client] = set()
    most = 0
    for packet in packets(name):
        if not packet.up and packet.flags & SYN:
            now.add(packet.client)
            ends[packet.client].clear()
        elif packet.flags & RST:
            now.discard(packet.client)
        elif packet.flags & FIN:
            ends[packet.client].add(packet.up)
            if len(ends[packet.client]) == 2:
                now.discard(packet.client)
        most = max(most, len(now))
    return most
