"""One end of an open connection: sends bytes until they are acknowledged, and takes the other end's in order.

TCP without congestion control: what a capture of short exchanges shows, losses and overtaking included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pcapinspect.clock import SECOND
from pcapinspect.simulate.record import Attempt, Message
from pcapinspect.simulate.schedule import Schedule
from pcapinspect.simulate.segment import ACK, FIN, PSH, RST, SEQUENCE, Segment

SEGMENT_SIZE = 1460
"""Payload bytes, for an Ethernet path without IP or TCP options."""

IN_FLIGHT = 4096
"""Unacknowledged bytes at most: the classic IOS window of 4128 is the smallest one modelled."""

RETRANSMISSIONS = 6
"""After so many of one segment the end gives the connection up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The habits of a TCP implementation that a capture shows."""

    options: str
    """Of its SYN and SYN/ACK: a key of `packets.OPTIONS`."""
    window: int
    ttl: int
    syn_times: tuple[float, ...]
    """Seconds after the first SYN at which SYNs (or SYN/ACKs) are sent."""
    patience: float
    """Seconds after which an attempt is given up."""
    retransmit_after: float
    """Seconds, doubled for each retransmission of data."""
    acknowledge_after: float
    """Seconds for which a pure ACK waits for data to ride on."""


IOS = Stack(
    options="ios",
    window=4128,
    ttl=255,
    # One sample of gaps of 2, 4 and 8 s, with a window of 4128, on fryguy.net (2010); `ip tcp synwait-time` is 30 s.
    syn_times=(0.0, 2.0, 6.0, 14.0),
    patience=30.0,
    retransmit_after=2.0,
    acknowledge_after=0.2,
)
IOS_IMPATIENT = Stack(
    options="ios",
    window=4128,
    ttl=255,
    # `ip tcp synwait-time 5`, which many sites set.
    syn_times=(0.0, 2.0),
    patience=5.0,
    retransmit_after=2.0,
    acknowledge_after=0.2,
)
LINUX = Stack(
    options="linux",
    window=64240,
    ttl=64,
    # tcp_syn_retries 5 with an initial timeout of 1 s, doubled each time: tcp(7).
    syn_times=(0.0, 1.0, 3.0, 7.0, 15.0, 31.0),
    patience=63.0,
    retransmit_after=0.3,
    acknowledge_after=0.04,
)
STACKS = {"ios": IOS, "ios-impatient": IOS_IMPATIENT, "linux": LINUX}


@dataclass(slots=True)
class _Piece:
    seq: int
    flags: int
    payload: bytes
    message: Message | None
    offset: int

    @property
    def end(self) -> int:
        return self.seq + len(self.payload) + (1 if self.flags & FIN else 0)


class Endpoint:
    """`on_data(bytes)` is called with new bytes in order, `on_end()` at the other's FIN, `on_closed(how)` once."""

    on_data: Callable[[bytes], None]
    on_end: Callable[[], None]
    on_closed: Callable[[str], None]

    def __init__(
        self,
        schedule: Schedule,
        send: Callable[[Segment], None],
        stack: Stack,
        attempt: Attempt,
        up: bool,
        seq: int,
        ack: int,
        identification: Callable[[], int],
    ) -> None:
        self._schedule = schedule
        self._send = send
        self._stack = stack
        self._attempt = attempt
        self._up = up
        # Counted without wrapping; the wire has them modulo 2**32.
        self._first = self._next = seq
        self._expected = ack
        self._identification = identification
        self._flight: list[_Piece] = []
        self._waiting: list[_Piece] = []
        self._early: dict[int, tuple[bytes, bool]] = {}
        self._tries = 0
        self._timer = 0
        self._owes_ack = False
        self._ended = False
        self._fin_sent = False
        self._shut = False
        self.closed: str | None = None

    @property
    def numbers(self) -> tuple[int, int]:
        """The next sequence number that it sends, and the next that it expects; not wrapped."""
        return self._next_on_wire(), self._expected

    def shut(self) -> None:
        """The other end offers a window of 0: send no data."""
        self._shut = True

    def vanish(self) -> None:
        """Power off: the connection is forgotten, and nobody told."""
        self.closed = "vanished"
        self._flight.clear()
        self._waiting.clear()

    def acknowledge(self) -> None:
        """Send a pure ACK now."""
        self._owes_ack = False
        self._put(ACK, self._next_on_wire())

    def write(self, data: bytes, message: Message | None, fin: bool = False) -> None:
        """Send bytes; `fin`: and nothing after them. A closed end sends nothing."""
        if self.closed is not None:
            return
        if message is not None:
            message.reach = self._next - self._first + len(data)
        offset = 0
        while offset < len(data) or (fin and not data and not self._fin_sent):
            payload = data[offset : offset + SEGMENT_SIZE]
            last = offset + len(payload) >= len(data)
            flags = ACK | (PSH if last and payload else 0) | (FIN if fin and last else 0)
            self._waiting.append(_Piece(self._next, flags, payload, message, offset))
            self._next += len(payload) + (1 if flags & FIN else 0)
            self._fin_sent |= bool(flags & FIN)
            offset += len(payload)
            if not payload:
                break
        self._pump()

    def abort(self) -> None:
        """Send a RST and forget the connection."""
        if self.closed is None:
            self._put(RST | ACK, self._next_on_wire())
            self._close("abort")

    def receive(self, segment: Segment) -> None:
        """Take a segment from the other end, whatever its order."""
        if self.closed is not None:
            if self.closed == "fin" and (segment.payload or segment.flags & FIN):
                self.acknowledge()  # TIME-WAIT: our last ACK was lost
            return
        if segment.flags & RST:
            self._close("reset")
            return
        if segment.flags & ACK:
            self._acknowledged(segment.ack)
        if segment.payload or segment.flags & FIN:
            self._take(segment)
        self._settle()

    def _acknowledged(self, number: int) -> None:
        before = len(self._flight)
        self._flight = [p for p in self._flight if (number - p.end) & SEQUENCE > SEQUENCE // 2]
        if len(self._flight) < before:
            self._tries = 0
            self._timer += 1
            if self._flight:
                self._arm()
            self._pump()

    def _take(self, segment: Segment) -> None:
        distance = (segment.seq - self._expected) & SEQUENCE
        if distance > SEQUENCE // 2 or self._ended:
            self.acknowledge()  # sent again: our ACK was lost or late
            return
        self._early[self._expected + distance] = (segment.payload, bool(segment.flags & FIN))
        if distance:
            self.acknowledge()
        while self._expected in self._early:
            payload, fin = self._early.pop(self._expected)
            self._expected += len(payload) + (1 if fin else 0)
            self._owes_ack = True
            if payload:
                self.on_data(payload)
            if fin:
                self._ended = True
                self.on_end()
        if self._owes_ack:
            if self._ended or self._early:
                self.acknowledge()
            else:
                self._schedule.after(round(self._stack.acknowledge_after * SECOND), self._acknowledge_late)

    def _acknowledge_late(self) -> None:
        if self._owes_ack and self.closed is None:
            self.acknowledge()

    def _settle(self) -> None:
        if self.closed is None and self._ended and self._fin_sent and not self._flight and not self._waiting:
            self._close("fin")

    def _close(self, how: str) -> None:
        self.closed = how
        self._flight.clear()
        self._waiting.clear()
        self.on_closed(how)

    def _pump(self) -> None:
        """Send what the window allows."""
        if self._shut:
            self._schedule.after(round(self._stack.retransmit_after * SECOND), self._probe)
            return
        idle = not self._flight
        flying = sum(len(p.payload) for p in self._flight)
        while self._waiting and (flying == 0 or flying + len(self._waiting[0].payload) <= IN_FLIGHT):
            piece = self._waiting.pop(0)
            flying += len(piece.payload)
            self._flight.append(piece)
            self._put_piece(piece)
        if idle and self._flight:
            self._arm()

    def _arm(self) -> None:
        self._timer += 1
        wait = self._stack.retransmit_after * 2**self._tries
        self._schedule.after(round(wait * SECOND), self._retransmit, self._timer)

    def _retransmit(self, timer: int) -> None:
        if timer != self._timer or not self._flight or self.closed is not None:
            return
        self._tries += 1
        if self._tries > RETRANSMISSIONS:
            self.abort()
            return
        self._put_piece(self._flight[0])
        self._arm()

    def _probe(self) -> None:
        """Ask whether the window is still 0: an old number, as Linux does it, so that an ACK must come back."""
        if self.closed is None and self._tries < RETRANSMISSIONS:
            self._put(ACK, self._next_on_wire() - 1)
            self._tries += 1
            self._schedule.after(round(self._stack.retransmit_after * 2**self._tries * SECOND), self._probe)

    def _next_on_wire(self) -> int:
        """The sequence number after the last byte that was sent."""
        return self._waiting[0].seq if self._waiting else self._next

    def _put_piece(self, piece: _Piece) -> None:
        self._owes_ack = False
        self._put(piece.flags, piece.seq, piece.payload, piece.message, piece.offset)

    def _put(self, flags: int, seq: int, payload: bytes = b"", message: Message | None = None, offset: int = 0) -> None:
        self._send(
            Segment(
                self._attempt,
                self._up,
                flags,
                seq & SEQUENCE,
                self._expected & SEQUENCE,
                self._stack.window,
                self._identification(),
                self._stack.ttl,
                payload=payload,
                message=message,
                offset=offset,
            )
        )
