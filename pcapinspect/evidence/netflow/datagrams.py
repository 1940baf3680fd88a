"""UDP datagrams of a capture that hold exported flows. Plain frames are read here, all others by scapy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pcapinspect.capture.frames import Frame, read_frames
from pcapinspect.errors import CaptureError, EvidenceError
from pcapinspect.evidence.netflow.plain import LAYERED, PLAIN, Datagram

SFLOW5 = b"\x00\x00\x00\x05"
"""sFlow begins with a 32-bit version; NetFlow v5 with a 16-bit one and its record count."""

SFLOW_HEADER = 28
"""Bytes of an sFlow header with an IPv4 agent (sFlow version 5, section 4)."""

V5_MOST_RECORDS = 30
"""Records in a v5 datagram: more do not fit into 1,500 bytes."""

PROBED = 200
"""Packets in which a capture of exports shows itself: exporters send templates and records all the time."""


def exports(path: str) -> Iterator[tuple[str, bytes]]:
    """(exporter address, payload) of each datagram that looks like NetFlow or IPFIX, in order.

    Raises EvidenceError where the file is no capture, and for sFlow, which samples packets and knows no flows.
    """
    sflow = others = 0
    try:
        for source, payload in _datagrams(read_frames(path)):
            if is_export(payload):
                others += 1
                yield source, payload
            elif payload.startswith(SFLOW5) and len(payload) >= SFLOW_HEADER:
                sflow += 1
    except CaptureError as error:
        raise EvidenceError(str(error)) from None
    if sflow and not others:
        raise EvidenceError(f"{path}: sFlow, which samples packets and keeps no flows; NetFlow or IPFIX is needed")


def holds_exports(path: str) -> bool:
    """Whether most of the first packets of a capture are NetFlow or IPFIX. Raises CaptureError."""
    first = list(read_frames(path, np.arange(1, PROBED + 1)))
    found = sum(is_export(payload) for _, payload in _datagrams(iter(first)))
    return found > len(first) // 2


def is_export(payload: bytes) -> bool:
    """Whether a datagram begins like NetFlow v5 or v9, or is an IPFIX message of just its length."""
    if len(payload) < 16 or payload[0] != 0:
        return False
    first = int.from_bytes(payload[2:4])
    if payload[1] == 5:
        return 0 < first <= V5_MOST_RECORDS and len(payload) >= 24 + 48
    if payload[1] == 9:
        return len(payload) >= 24 and int.from_bytes(payload[20:22]) not in range(2, 256)
    return payload[1] == 10 and 20 <= first <= len(payload)


def _datagrams(frames: Iterator[Frame]) -> Iterator[tuple[str, bytes]]:
    """Source address and payload of UDP datagrams; of fragments, the first alone."""
    for frame in frames:
        link = PLAIN.get(frame.link)
        found = link(frame.data) if link else LAYERED
        if found is LAYERED:
            found = by_scapy(frame)
        if found is not None:
            yield found


def by_scapy(frame: Frame) -> Datagram | None:
    """The outermost UDP datagram in a frame of any link type that scapy knows, past tags, tunnels and options."""
    from scapy.config import conf
    from scapy.layers import inet6, l2  # noqa: F401 - they bind link types to layers
    from scapy.layers.inet import IP, UDP
    from scapy.layers.inet6 import IPv6

    layer: Any = conf.l2types.num2layer.get(frame.link)
    try:
        packet = layer(frame.data) if layer else None
        if packet is None or UDP not in packet:
            return None
        below = packet.getlayer(IP) or packet.getlayer(IPv6)
        udp = packet[UDP]
        # Behind the datagram a short Ethernet frame is padded.
        return None if below is None else (str(below.src), bytes(udp.payload)[: max((udp.len or 0) - 8, 0)])
    except Exception:
        # scapy's layers let out whatever damaged bytes lead to (IndexError, struct.error, ...): this is no datagram.
        return None
