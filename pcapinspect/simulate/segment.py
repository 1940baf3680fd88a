"""What travels: a TCP segment, or an ICMP error that quotes one."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.simulate.record import Attempt, Message

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
"""RFC 9293, 3.1."""

SEQUENCE = 0xFFFFFFFF
"""Sequence numbers are counted modulo 2**32."""


@dataclass(slots=True)
class Segment:
    """A segment of one attempt's connection. `up`: from the client to the server."""

    attempt: Attempt
    up: bool
    flags: int
    seq: int
    ack: int
    window: int
    identification: int
    """Of the IP header: a retransmission has a new one, a copy of a packet has not."""
    ttl: int
    options: str = ""
    """Which TCP options a SYN or SYN/ACK carries: a key of `packets.OPTIONS`."""
    payload: bytes = b""
    message: Message | None = None
    offset: int = 0
    """Of the payload in its message."""
    quoted: Segment | None = None
    """Set: this is an ICMP error about that segment, and the TCP fields mean nothing."""
    reporter: str | None = None
    """Address of the router that sent the ICMP error."""
    icmp_code: int = 13
    """Of destination unreachable: administratively prohibited (RFC 1812, 5.2.7.1), unless said otherwise."""
    challenge: bool = False
    """Whether this is a challenge ACK (RFC 5961): the answer to a SYN on the ports of another connection."""
    captured: int | None = None
    """Its time in the capture; None: not there (yet). A second sighting is a copy."""
