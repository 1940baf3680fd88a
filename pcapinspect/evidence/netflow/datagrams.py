"""UDP datagrams of a capture that may hold exported flows, through scapy."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from struct import error as StructError
from typing import IO, Any

from pcapinspect.errors import EvidenceError

SFLOW5 = b"\x00\x00\x00\x05"
"""sFlow begins with a 32-bit version; NetFlow v5 with a 16-bit one and its record count."""

SFLOW_HEADER = 28
"""Bytes of an sFlow header with an IPv4 agent (sFlow version 5, section 4)."""

V5_MOST_RECORDS = 30
"""Records in a v5 datagram: more do not fit into 1,500 bytes."""


def exports(path: str) -> Iterator[tuple[str, bytes]]:
    """(exporter address, payload) of each datagram that looks like NetFlow or IPFIX, in order.

    Raises EvidenceError where the file is no capture, and for sFlow, which samples packets and knows no flows.
    """
    from scapy.error import Scapy_Exception
    from scapy.layers.inet import IP, UDP
    from scapy.layers.inet6 import IPv6
    from scapy.layers.l2 import CookedLinux, Ether
    from scapy.utils import PcapReader

    assert CookedLinux is not None  # binds link types
    assert Ether is not None
    with _open(path) as stream:
        try:
            reader = PcapReader(stream)  # type: ignore[arg-type]
        except (Scapy_Exception, OSError, EOFError) as error:
            raise EvidenceError(f"{path}: {str(error) or 'cannot be read'}") from None
        sflow = others = 0
        for packet in _packets(reader):
            below = packet.getlayer(IP) or packet.getlayer(IPv6)
            if UDP not in packet or below is None:
                continue
            payload = bytes(packet[UDP].payload)
            if is_export(payload):
                others += 1
                yield str(below.src), payload
            elif payload.startswith(SFLOW5) and len(payload) >= SFLOW_HEADER:
                sflow += 1
        if sflow and not others:
            raise EvidenceError(f"{path}: sFlow, which samples packets and keeps no flows; NetFlow or IPFIX is needed")


PROBED = 200
"""Packets in which a capture of exports shows itself: exporters send templates and records all the time."""

_AFTER_UDP = (42, 46, 62, 44, 28)
"""Where a UDP payload begins: after Ethernet and IPv4, also with a VLAN tag, IPv6; after Linux cooked, raw IPv4."""


def holds_exports(path: str) -> bool:
    """Whether most of the first packets of a capture are NetFlow or IPFIX. False for what is no capture."""
    from scapy.error import Scapy_Exception
    from scapy.utils import RawPcapReader

    found = seen = 0
    with _open(path) as stream:
        try:
            for data, _ in islice(RawPcapReader(stream), PROBED):  # type: ignore[arg-type]
                seen += 1
                found += any(is_export(data[at:]) for at in _AFTER_UDP)
        except (Scapy_Exception, OSError, EOFError, StructError):
            pass  # whoever reads it says what is wrong with it
    return found > seen // 2


def _open(path: str) -> IO[bytes]:
    """The file, or what it unpacks to. Raises EvidenceError."""
    try:
        with Path(path).open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
        return gzip.open(path) if zipped else Path(path).open("rb")  # type: ignore[return-value]
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror}") from None


def is_export(payload: bytes) -> bool:
    """Whether a datagram begins like NetFlow v5 or v9, or is an IPFIX message of just its length."""
    if len(payload) < 16 or payload[0] != 0:
        return False
    first = int.from_bytes(payload[2:4])
    if payload[1] == 5:
        return 0 < first <= V5_MOST_RECORDS and len(payload) >= 24 + 48
    if payload[1] == 9:
        return len(payload) >= 24 and int.from_bytes(payload[20:22]) not in range(2, 256)
    return payload[1] == 10 and first <= len(payload) and first >= 20


def _packets(reader: Any) -> Iterator[Any]:
    """scapy ends with an exception of struct's where a capture is cut in the middle of a header."""
    while True:
        try:
            packet = reader.read_packet()
        except (EOFError, StructError):
            return
        yield packet
