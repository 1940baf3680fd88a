"""What tshark reads from a simulated capture: the witness that the truth is compared with."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

FIELDS = [
    *("ip.src", "ipv6.src", "ip.dst", "ipv6.dst"),
    *("tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.flags", "tcp.len"),
    *("icmp.type", "icmpv6.type", "http.request.uri", "http.response.code"),
]

Key = tuple[str, int, str, int]
"""Client address and port, server address, client ISN."""


@dataclass
class Packets:
    """What tshark says of one attempt's packets."""

    syns: int = 0
    synacks: int = 0
    resets: int = 0
    errors: int = 0
    proofs: int = 0
    others: int = 0

    @property
    def outcome(self) -> str:
        """The design's word, for a capture that holds everything and an attempt that was over at its end."""
        if self.proofs:
            return "established"
        if self.resets and not self.synacks:
            return "refused"
        if self.errors:
            return "unreachable"
        if self.synacks:
            return "half_open"
        return "answered_otherwise" if self.others else "unanswered"


@dataclass
class Dissection:
    attempts: dict[Key, Packets] = field(default_factory=lambda: defaultdict(Packets))
    requests: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    frames: int = 0

    def requests_by_operation(self) -> list[str]:
        return [parse_qs(urlsplit(uri).query)["operation"][0] for uri in self.requests]


def _tshark(capture: Path, *arguments: str) -> list[str]:
    """Lines of tshark's output."""
    command = ["tshark", "-n", "-r", str(capture), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout.splitlines()


def _complaints(capture: Path) -> list[str]:
    """Frames that tshark finds malformed, or with a wrong IP, TCP or ICMP checksum."""
    checks = [f"-o{name}:TRUE" for name in ("ip.check_checksum", "tcp.check_checksum")]
    bad = "_ws.malformed or ip.checksum.status==0 or tcp.checksum.status==0 or icmp.checksum.status==0"
    return _tshark(capture, *checks, "-Y", bad)


def _dissect(capture: Path, server_port: int = 80) -> Dissection:
    """Counts per attempt, by the ISN that every packet of an attempt follows."""
    found = Dissection()
    latest: dict[tuple[str, int, str], int] = {}
    arguments = [part for name in FIELDS for part in ("-e", name)]
    for line in _tshark(capture, "-o", "tcp.reassemble_out_of_order:TRUE", "-T", "fields", *arguments):
        row = dict(zip(FIELDS, line.split("\t"), strict=True))
        found.frames += 1
        quoted = bool(row["icmp.type"] or row["icmpv6.type"])
        # In an ICMP error the last address of each field is that of the quoted packet.
        source = (row["ip.src"] or row["ipv6.src"]).split(",")[-1]
        target = (row["ip.dst"] or row["ipv6.dst"]).split(",")[-1]
        ports = int(row["tcp.srcport"]), int(row["tcp.dstport"])
        up = ports[1] == server_port
        client = (source, ports[0], target) if up else (target, ports[1], source)
        flags = int(row["tcp.flags"] or "0", 16)
        if up and flags & 0x02 and not quoted:
            latest[client] = int(row["tcp.seq_raw"])
        packets = found.attempts[*client, latest.get(client, -1)]
        if quoted:
            packets.errors += 1
        elif flags & 0x02:
            packets.syns += up
            packets.synacks += not up
        elif flags & 0x04:
            packets.resets += not up
        elif up or int(row["tcp.len"]) or flags & 0x01:
            packets.proofs += 1
        else:
            packets.others += 1
        found.requests += [uri for uri in row["http.request.uri"].split(",") if uri]
        found.statuses += [int(code) for code in row["http.response.code"].split(",") if code]
    return found


@pytest.fixture(scope="session")
def dissect() -> Callable[[Path], Dissection]:
    return _dissect


@pytest.fixture(scope="session")
def complaints() -> Callable[[Path], list[str]]:
    return _complaints
