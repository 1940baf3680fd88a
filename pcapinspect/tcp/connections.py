"""Connections: one row an attempt (one client ISN on one 4-tuple), or a connection that began before the capture."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.columns import Bool, Columns, Int64, UInt8, UInt16, UInt32, UInt64, column

OUTCOMES = (
    "established",
    "half_open",
    "unanswered",
    "refused",
    "unreachable",
    "answered_otherwise",
    "undetermined",
    "midstream",
)
"""What became of an attempt; `Connections.outcome` holds the index."""

ESTABLISHED, HALF_OPEN, UNANSWERED, REFUSED, UNREACHABLE, ANSWERED_OTHERWISE, UNDETERMINED, MIDSTREAM = range(8)

CLOSES = ("fin", "rst_client", "rst_server", "timeout", "open")
"""How a connection ended; `Connections.close` holds the index. Only for connections that were open."""

CLOSE_FIN, CLOSE_RST_CLIENT, CLOSE_RST_SERVER, CLOSE_TIMEOUT, CLOSE_OPEN, CLOSE_NONE = range(6)
"""CLOSE_NONE: never open (unanswered, refused, ...), null in the tables."""


@dataclass(frozen=True, slots=True)
class Connections(Columns):
    """Ordered by first packet; the row number is the connection's number. Int64 columns may hold MISSING."""

    file: UInt16 = column("u2")
    first_frame: Int64 = column("i8")
    client_high: UInt64 = column("u8")
    client_low: UInt64 = column("u8")
    client_port: UInt16 = column("u2")
    server_high: UInt64 = column("u8")
    server_low: UInt64 = column("u8")
    server_port: UInt16 = column("u2")
    isn: Int64 = column("i8")
    """The client's initial sequence number; MISSING for midstream."""
    start: Int64 = column("i8")
    """Time of the first packet (the first SYN of an attempt)."""
    outcome: UInt8 = column("u1")
    syn_packets: UInt32 = column("u4")
    """SYNs of the client for this attempt; copies of a packet that the capture holds twice count once."""
    last_syn_time: Int64 = column("i8")
    synack_time: Int64 = column("i8")
    """First SYN/ACK that answers this ISN."""
    synack_frame: Int64 = column("i8")
    synack_file: Int64 = column("i8")
    handshake_rtt: Int64 = column("i8")
    """From the last SYN before it to the SYN/ACK."""
    established_time: Int64 = column("i8")
    """When the handshake completed, or the first later packet that proves it."""
    established_frame: Int64 = column("i8")
    answer_time: Int64 = column("i8")
    """First packet of the server, or ICMP error, that answers the attempt, whatever it says: SYN/ACK, RST, data."""
    answer_frame: Int64 = column("i8")
    """The frame that proves `refused` or `unreachable`, or the SYN/ACK."""
    end: Int64 = column("i8")
    """Time of the last packet."""
    last_frame: Int64 = column("i8")
    close: UInt8 = column("u1")
    close_time: Int64 = column("i8")
    """When the connection stopped being open for the server: second FIN, RST, or MISSING."""
    bytes_up: Int64 = column("i8")
    """Distinct payload bytes of the client, retransmissions not counted."""
    bytes_down: Int64 = column("i8")
    packets_up: Int64 = column("i8")
    packets_down: Int64 = column("i8")
    tcp_stream: Int64 = column("i8")
    """The number that Wireshark gives the connection."""
    synack_packets: UInt32 = column("u4")
    """SYN/ACKs of the server that answer this ISN."""
    otherwise_time: Int64 = column("i8")
    """First packet of the server that is about the attempt, and neither accepts nor refuses it: an acknowledgement of
    something else (RFC 5961, 4.2), a SYN without ACK. Set even where the attempt came in later."""
    otherwise_frame: Int64 = column("i8")
    first_up: Int64 = column("i8")
    """First packet of the client with payload."""
    first_down: Int64 = column("i8")
    """First packet of the server with payload."""
    sent_up: Int64 = column("i8")
    """Bytes that the client sent, by its sequence numbers or by what the server acknowledged; more than `bytes_up`
    where the capture has not seen them all. Where one direction alone was captured, a FIN may count as one."""
    sent_down: Int64 = column("i8")
    acked_up: Int64 = column("i8")
    """Of the client's bytes, how many the server acknowledged in a row; MISSING where it acknowledged nothing."""
    acked_down: Int64 = column("i8")
    reset_up: Int64 = column("i8")
    """First RST of the client that the server had to take."""
    reset_down: Int64 = column("i8")
    """First RST of the server that the client had to take, unless the client had closed before."""
    data_up: UInt32 = column("u4")
    """Packets with payload; capture duplicates left out."""
    data_down: UInt32 = column("u4")
    again_up: UInt32 = column("u4")
    """Of these, retransmissions."""
    again_down: UInt32 = column("u4")
    largest_up: UInt16 = column("u2")
    """Payload of the largest packet; 65,535 stands for more."""
    largest_down: UInt16 = column("u2")
    unacked_up: UInt16 = column("u2")
    """Payload of the packet that begins with the first byte that was never acknowledged; 0 without one."""
    unacked_down: UInt16 = column("u2")
    unacked_up_sent: UInt32 = column("u4")
    """How often that packet was sent."""
    unacked_down_sent: UInt32 = column("u4")
    cut_up: Bool = column("?")
    """The snaplen cut payload of the client."""
    cut_down: Bool = column("?")


@dataclass(frozen=True, slots=True)
class Syns(Columns):
    """Every SYN packet to a watched port, capture duplicates left out, in the order of the capture."""

    time: Int64 = column("i8")
    frame: Int64 = column("i8")
    file: UInt16 = column("u2")
    connection: Int64 = column("i8")
    flags: UInt16 = column("u2")
    ttl: UInt8 = column("u1")
    mss: UInt16 = column("u2")
    tsval: UInt32 = column("u4")
    """As in Packets; 0 in all rows that flows are made of."""


@dataclass(frozen=True, slots=True)
class TcpQuality:
    """What the packets themselves say about the capture. Counts are of packets unless they say otherwise."""

    duplicates: int = 0
    """Copies of a packet that the capture holds twice (SPAN, `any`): not retransmissions."""
    retransmissions: int = 0
    out_of_order: int = 0
    acked_unseen: int = 0
    """Gaps whose bytes the receiver acknowledged: the capture lost these packets, not the network."""
    gaps: int = 0
    """Holes in payload streams that were still there at the end of their connections, and bytes acknowledged after the
    last that the capture holds. A direction that was not captured at all is none."""
    gap_bytes: int = 0
    synack_not_captured: int = 0
    """Connections proven established whose SYN/ACK is not in the capture."""
    client_only: int = 0
    """Connections of which only the client's packets are there, though these prove that the server answered."""
    server_only: int = 0
    """Connections of which only the server's packets are there."""
    cut_payloads: int = 0
    """Segments whose payload the snaplen cut."""
