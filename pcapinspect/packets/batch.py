"""PacketBatch: what every reader yields, and all that the layers to the right know of a packet."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.columns import Columns, Int32, Int64, UInt8, UInt16, UInt32, UInt64, column

TCP = 0
"""`kind` of a row that is a TCP segment."""

ICMP_ERROR = 1
"""`kind` of a row that is an ICMP or ICMPv6 error: addresses, ports and `seq` are those of the quoted segment."""


SYN = 2
"""The bit of `flags` (RFC 9293, 3.1)."""


@dataclass(frozen=True, slots=True)
class Packets(Columns):
    """TCP segments and ICMP errors that quote one, in the order of the capture; one row a packet."""

    file: UInt16 = column("u2")
    """Index into the inputs of the report."""
    frame: Int64 = column("i8")
    """Frame number, 1-based within its file, as Wireshark counts."""
    time: Int64 = column("i8")
    """Nanoseconds since 1970 (UTC)."""
    src_high: UInt64 = column("u8")
    src_low: UInt64 = column("u8")
    dst_high: UInt64 = column("u8")
    dst_low: UInt64 = column("u8")
    src_port: UInt16 = column("u2")
    dst_port: UInt16 = column("u2")
    seq: UInt32 = column("u4")
    ack: UInt32 = column("u4")
    flags: UInt16 = column("u2")
    """The 12 flag bits of the TCP header; FIN 1, SYN 2, RST 4, PSH 8, ACK 16."""
    window: UInt16 = column("u2")
    ip_id: UInt32 = column("u4")
    """IPv4 identification (tells a SPAN duplicate from a retransmission); 0 for IPv6."""
    ttl: UInt8 = column("u1")
    checksum: UInt16 = column("u2")
    """Of the TCP header, as captured: never verified, offload leaves it wrong. Of an ICMP error: type << 8 | code."""
    kind: UInt8 = column("u1")
    """TCP or ICMP_ERROR."""
    mss: UInt16 = column("u2")
    """Maximum segment size that a SYN offers; 0: none, or no SYN."""
    tsval: UInt32 = column("u4")
    """Timestamp that a SYN carries (RFC 7323); 0: none, or no SYN."""
    payload_length: Int32 = column("i4")
    """Bytes of TCP payload on the wire, by the IP header (by the frame where that says 0: TSO)."""
    captured_length: Int32 = column("i4")
    """Bytes of payload that are in the capture: less than `payload_length` where the snaplen cut."""
    payload_start: Int64 = column("i8")
    """Where the captured payload begins in the batch's `data`."""


@dataclass(frozen=True, slots=True)
class PacketBatch:
    """Rows and the bytes that their payloads lie in. `data` is valid only until the next batch is asked for."""

    packets: Packets
    data: UInt8
    interface: Int64 | None = None
    """Of each row, where that was asked for."""
