"""What the capture itself is worth: what is missing from it, and what that forbids to conclude."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from pcapinspect.capture.inputs import CUT_EARLY, ENDED, GOES_ON, WHOLE, InputFile
from pcapinspect.clock import MINUTE, SECOND
from pcapinspect.columns import MOST, Int64
from pcapinspect.http.exchanges import HttpQuality
from pcapinspect.points.clocks import DirectionClocks
from pcapinspect.points.point import Point
from pcapinspect.tcp.connections import ESTABLISHED, MIDSTREAM, Connections, TcpQuality

MOSTLY = 0.9
"""Share of the established connections from which a capture is called one-way.

Asymmetric routing or a SPAN of one direction leaves no packet of the other; a tenth is room for a path that changed.
"""

MOST_REASONS = 3
"""Reasons why packets could not be decoded that a note names; `inputs[].unknown` of the report has all."""

OTHER_ENGINE = " `--engine tshark` reads what of it Wireshark knows."

PARTLY_READ = {
    ENDED: "Reading was ended early, by a signal: this is of what had been read, and says nothing of the rest.",
    GOES_ON: "Reading goes on: this is of what has been read so far, and says nothing of the rest.",
}

TO_SERVER, FROM_SERVER = "to_server", "from_server"


STEP_WITHIN = MINUTE
"""A step between two clocks is as long as their offset, but for the time between two packets; no clock is set by so
little more or less just then."""


class Jump(NamedTuple):
    """A step of a file's clock that traffic cannot explain. Times in nanoseconds."""

    file: int
    frame: int
    """The first packet after it."""
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class CaptureQuality:
    """Section `capture` of the report. Counts are of packets unless they say otherwise."""

    one_way: str | None = None
    """`to_server` or `from_server`: the only direction that the capture holds."""
    drops: int = 0
    """Packets that the capturing host says it dropped."""
    snaplen_cut: int = 0
    midstream: int = 0
    """Connections that began before the capture."""
    gaps: int = 0
    """Holes in payload streams."""
    duplicates: int = 0
    clock_jumps: int = 0
    jumps: tuple[Jump, ...] = ()
    """Where the first of these are."""
    notes: tuple[str, ...] = ()
    """What a reader must know before believing the rest, in sentences."""
    acked_unseen: int = 0
    """ACKs for bytes that are not in the capture."""
    synack_not_captured: int = 0
    """Connections whose SYN/ACK is missing although they were established."""
    established: int = 0
    """Connections with a SYN that were established: what `synack_not_captured` is a part of."""
    retransmissions: int = 0
    truncated: int = 0
    """Files that end in the middle of a packet."""
    reading: str = WHOLE
    """Of all inputs: WHOLE, ENDED before they were, or GOES_ON."""
    not_http: int = 0
    """Connections whose bytes are not HTTP."""
    first_time: int | None = None
    """Of all packets, nanoseconds: whatever they were, the capture was running."""
    last_time: int | None = None
    flows_only: bool = False
    """There are no packets: everything is made of flows, which have no pauses, requests or frames."""

    @property
    def lacks_packets(self) -> bool:
        """Whether the capture is known to lack packets that were there."""
        return bool(self.drops or self.acked_unseen or self.synack_not_captured)

    @property
    def share_lost(self) -> float:
        """Share of SYN/ACKs that are known to be missing: an estimate of what the capture lost, 0 to 1."""
        return self.synack_not_captured / self.established if self.established else 0.0


def assess(
    inputs: Sequence[InputFile],
    tcp: TcpQuality,
    http: HttpQuality,
    connections: Connections,
    clocks: DirectionClocks | None = None,
    points: Sequence[Point] = (),
) -> CaptureQuality:
    """The quality of the capture, from its files, packets and connections.

    `clocks`: of the two directions; `points`: what the files are to each other.
    """
    first = [file.first_time for file in inputs if file.first_time is not None]
    last = [file.last_time for file in inputs if file.last_time is not None]
    jumps = [Jump(number, *jump) for number, file in enumerate(inputs) for jump in file.jumps]
    number = sum(file.clock_jumps for file in inputs)
    if clocks is not None and clocks.measured:
        # Packets of the two directions alternate, so that each seems to jump, and to end or begin elsewhere.
        jumps, told = [jump for jump in jumps if not _is_between(jump, clocks)], len(jumps)
        number -= told - len(jumps)
        if number <= len(jumps) and abs(int(clocks.offsets[0])) > SECOND:
            first, last = [int(connections.start.min())], [int(connections.end.max())]
    quality = CaptureQuality(
        one_way=one_way(connections),
        drops=min(sum(file.interface_drops for file in inputs), MOST),
        snaplen_cut=sum(file.snaplen_cut for file in inputs),
        midstream=int(np.count_nonzero(connections.outcome == MIDSTREAM)),
        gaps=tcp.gaps,
        duplicates=tcp.duplicates,
        clock_jumps=number,
        jumps=tuple(jumps),
        acked_unseen=tcp.acked_unseen,
        synack_not_captured=tcp.synack_not_captured,
        established=int(np.count_nonzero(connections.outcome == ESTABLISHED)),
        retransmissions=tcp.retransmissions,
        truncated=sum(file.truncated for file in inputs),
        reading=next((file.reading for file in inputs if file.reading != WHOLE), WHOLE),
        not_http=http.not_http,
        first_time=min(first, default=None),
        last_time=max(last, default=None),
    )
    unknown: Counter[str] = Counter()
    for file in inputs:
        unknown.update(file.unknown)
    other_engine = "" if any(file.format == "tshark" for file in inputs) else OTHER_ENGINE
    return _with_notes(quality, http, unknown, points, other_engine)


def _is_between(jump: Jump, clocks: DirectionClocks) -> bool:
    """Whether a step of the clock is one from packets of one direction to those of the other."""
    offset = int(clocks.at(np.array([min(jump.before, jump.after)]))[0])
    return abs(abs(jump.after - jump.before) - abs(offset)) < STEP_WITHIN


def one_way(connections: Connections, rows: Int64 | None = None) -> str | None:
    """The only direction that these connections were captured in, or None.

    An attempt without answer proves nothing; a connection that went on although one side is never heard does.
    Packets of a server to which no client ever sends one do, too. `rows`: of the connections asked about; None: all.
    """
    chosen = slice(None) if rows is None else rows
    up, down = connections.packets_up[chosen] > 0, connections.packets_down[chosen] > 0
    went_on = connections.outcome[chosen] == ESTABLISHED
    if not up.any() and down.any():
        return FROM_SERVER
    if went_on.any() and np.count_nonzero(went_on & ~down) >= MOSTLY * np.count_nonzero(went_on):
        return TO_SERVER
    return None


def _with_notes(
    quality: CaptureQuality, http: HttpQuality, unknown: Counter[str], points: Sequence[Point], other_engine: str
) -> CaptureQuality:
    notes = [point.sentence for point in points if point.kind != "one"]
    if quality.reading != WHOLE:
        notes.append(PARTLY_READ[quality.reading])
    cut_early = unknown.pop(CUT_EARLY, 0)
    if cut_early:
        notes.append(f"{cut_early:,} packets are cut before the end of their TCP header: what they were is not known.")
    if unknown:
        reasons = ", ".join(f"{reason} ({count:,})" for reason, count in unknown.most_common(MOST_REASONS))
        notes.append(f"{unknown.total():,} packets could not be decoded: {reasons}.{other_engine}")
    if quality.snaplen_cut:
        notes.append(f"{quality.snaplen_cut:,} packets are cut by the snaplen: what they carried is not known whole.")
    if quality.one_way == TO_SERVER:
        notes.append("Only packets towards the servers were captured: no SYN/ACK can be seen, answered or not.")
    if quality.one_way == FROM_SERVER:
        notes.append("Only packets from the servers were captured: attempts without answer cannot be seen.")
    if quality.drops:
        notes.append(f"The capturing host dropped {quality.drops:,} packets.")
    if quality.truncated:
        notes.append("A file ends in the middle of a packet: what came after is not judged.")
    if quality.synack_not_captured and quality.one_way is None:
        notes.append(
            f"{quality.synack_not_captured:,} of {quality.established:,} established connections have no SYN/ACK "
            "in the capture: the capture lost packets, not the server."
        )
    if quality.acked_unseen and quality.one_way is None:
        notes.append(f"{quality.acked_unseen:,} ACKs are for bytes that the capture does not hold.")
    if quality.duplicates:
        notes.append(f"{quality.duplicates:,} packets are in the capture twice; copies were left out.")
    if quality.clock_jumps:
        notes.append(f"The capture's clock jumped {quality.clock_jumps:,} times: durations across a jump are wrong.")
    if quality.midstream:
        notes.append(f"{quality.midstream:,} connections began before the capture.")
    if http.messages_cut:
        notes.append(f"{http.messages_cut:,} HTTP messages are cut or have holes.")
    return replace(quality, notes=tuple(notes))
