"""The capture point: which packets it holds, when, and how much of them; and what of each attempt can be seen there."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pcapinspect.clock import SECOND
from pcapinspect.simulate.packets import Framer, capture_file
from pcapinspect.simulate.path import MICROSECOND
from pcapinspect.simulate.record import Message
from pcapinspect.simulate.schedule import Schedule
from pcapinspect.simulate.segment import ACK, FIN, RST, SEQUENCE, SYN, Segment

WHOLE_PACKETS = 262144
"""tcpdump's default snaplen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TapSettings:
    """How the capture is taken."""

    one_way: str | None = None
    """`up`: only packets towards the server; `down`: only packets from it."""
    loss: float = 0.0
    """Probability that the capture misses a packet that was on the wire."""
    span_copies: bool = False
    """Every packet twice, 2 to 40 microseconds apart, as on a SPAN port that mirrors both directions."""
    only: tuple[str, ...] = ()
    """How the addresses begin of the clients whose packets pass here; (): all. A capture at a branch sees its own."""
    snaplen: int = WHOLE_PACKETS
    vlan: int | None = None
    clock_step: tuple[float, float] | None = None
    """Seconds after the capture's begin at which its clock is set, and by how much: back where that is negative."""


class Tap:
    """Records what passes between `begin` and `end` (nanoseconds), stamped in whole microseconds."""

    def __init__(self, schedule: Schedule, settings: TapSettings, rng: Random, begin: int, end: int) -> None:
        self._schedule = schedule
        self.settings = settings
        self._rng = rng
        self.begin = begin
        self.end = end
        self._framer = Framer(settings.vlan)
        self._link_and_tcp = (14 if settings.vlan is None else 18) + 20
        """Bytes of the headers of a segment with payload, but for IP's."""
        self.packets: list[tuple[int, bytes, int]] = []
        self.missed = 0
        self.copies = 0

    def see(self, segment: Segment) -> None:
        """A segment passes."""
        settings = self.settings
        if not self.begin <= self._schedule.now < self.end:
            return
        if settings.only and not segment.attempt.client_ip.startswith(settings.only):
            return
        other_way = settings.one_way is not None and segment.up != (settings.one_way == "up")
        if other_way or (settings.loss and self._rng.random() < settings.loss):
            self.missed += 1
            segment.attempt.sight.missed += 1
            segment.attempt.sight.answers_missed += not segment.up
            return
        frame = self._framer.frame(segment)
        time = self._keep(frame)
        if segment.captured is not None:
            self.copies += 1
        else:
            segment.captured = time
            self._look(segment, time)
        if settings.span_copies:
            copy_at = self._schedule.now + (2 + self._rng.randrange(39)) * MICROSECOND
            self._schedule.at(copy_at, self._copy, frame)

    def stamp(self, time: int) -> int:
        """What the capture's clock shows at a time."""
        if self.settings.clock_step is None:
            return time
        after, step = (round(seconds * SECOND) for seconds in self.settings.clock_step)
        return time if time < self.begin + after else time + step

    def _copy(self, frame: bytes) -> None:
        if self._schedule.now < self.end:
            self._keep(frame)
            self.copies += 1

    def _keep(self, frame: bytes) -> int:
        time = self.stamp(self._schedule.now) // MICROSECOND * MICROSECOND
        self.packets.append((time, frame[: self.settings.snaplen], len(frame)))
        return time

    def _look(self, segment: Segment, time: int) -> None:
        """Note what this packet tells of its attempt."""
        sight = segment.attempt.sight
        if sight.first_time is None:
            sight.first_time, sight.first_frame = time, len(self.packets)
        sight.last_time = time
        flags = segment.flags
        if segment.quoted is not None:
            if segment.quoted.flags & SYN and sight.icmp is None:
                sight.icmp = time
        elif flags & SYN:
            if segment.up:
                sight.syns.append(time)
            elif sight.synack is None:
                sight.synack, sight.server_isn = time, segment.seq
        elif flags & RST:
            if not segment.up and sight.refusal is None:
                sight.refusal = time
            if not segment.up and sight.synack is not None and sight.reset is None:
                sight.reset = time
        elif segment.challenge:
            sight.otherwise = sight.otherwise or time
        elif sight.proof is None and _proves_open(segment):
            sight.proof = time
        if not segment.up and flags & ACK and not segment.challenge and segment.quoted is None:
            bytes_up = (segment.ack - segment.attempt.isn - 1) & SEQUENCE
            sight.acknowledged = max(sight.acknowledged, bytes_up if bytes_up < SEQUENCE // 2 else 0)
        elif segment.up and flags & ACK and sight.server_isn is not None:
            bytes_down = (segment.ack - sight.server_isn - 1) & SEQUENCE
            sight.taken = max(sight.taken, bytes_down if bytes_down < SEQUENCE // 2 else 0)
        if segment.message is not None:
            self._read(segment.message, segment, time)

    def _read(self, message: Message, segment: Segment, time: int) -> None:
        head = self._link_and_tcp + (20 if ":" not in segment.attempt.client_ip else 40)
        visible = min(len(segment.payload), max(0, self.settings.snaplen - head))
        if segment.offset == 0 and message.first_time is None:
            message.first_time = time
        message.pieces[segment.offset] = max(visible, message.pieces.get(segment.offset, 0))

    def file(self) -> bytes:
        """The capture as a pcap file."""
        return capture_file(self.packets, self.settings.snaplen)


def _proves_open(segment: Segment) -> bool:
    """Whether only a completed handshake explains a segment that is no SYN, RST or ICMP error."""
    if segment.up:
        return bool(segment.flags & ACK)
    acknowledges_more = segment.ack != (segment.attempt.isn + 1) & SEQUENCE
    return bool(segment.payload) or bool(segment.flags & FIN) or acknowledges_more
