"""What the model keeps of each attempt and message: what truly happened, and what the capture holds of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pcapinspect.simulate.segment import Segment


LOST_SYN_BEFORE, LOST_SYN_AFTER = "lost_syn_before_capture", "lost_syn_after_capture"
LOST_SYNACK_BEFORE, LOST_SYNACK_AFTER = "lost_synack_before_capture", "lost_synack_after_capture"
VISIBLE_LOSSES = (LOST_SYN_AFTER, LOST_SYNACK_BEFORE, LOST_SYNACK_AFTER)
"""A capture shows these: a SYN without its answer, or an answer given again."""


@dataclass(slots=True)
class Sight:
    """What of an attempt is in the capture. Times in nanoseconds, stamped by the capture's clock."""

    first_time: int | None = None
    first_frame: int | None = None
    last_time: int | None = None
    syns: list[int] = field(default_factory=list)
    """Times of the SYN packets; copies of a packet are left out."""
    synack: int | None = None
    """First SYN/ACK."""
    proof: int | None = None
    """First packet that only a completed handshake explains: the client's ACK, or the server's data or FIN, say."""
    refusal: int | None = None
    """First RST of the server."""
    icmp: int | None = None
    """First ICMP error that quotes a SYN."""
    otherwise: int | None = None
    """First packet of the server that neither accepts nor refuses: a challenge ACK (RFC 5961)."""
    reset: int | None = None
    """First RST of the server after its SYN/ACK."""
    acknowledged: int = 0
    """Most bytes of the client that a packet of the server acknowledged."""
    server_isn: int | None = None
    taken: int = 0
    """Most bytes of the server that a packet of the client acknowledged."""
    missed: int = 0
    """Packets of this attempt that passed the capture point but are not in the capture."""
    answers_missed: int = 0
    """Packets of the server, or ICMP errors, that passed the capture point but are not in the capture."""


@dataclass(slots=True)
class Attempt:
    """One client ISN on one 4-tuple, as the model lived it."""

    number: int
    router: str
    client_ip: str
    client_port: int
    server_ip: str
    server_port: int
    isn: int
    distance: int
    """Nanoseconds from the client to the capture point, one way."""
    started: int
    syns_sent: int = 0
    answered: int | None = None
    """When the server first sent a SYN/ACK."""
    completed: int | None = None
    """When the client received it, and so held the connection for open."""
    failed: int | None = None
    """When the client was refused, or gave up."""
    patience_ends: int = 0
    """Until when the client waits for an answer."""
    silenced: dict[str, int] = field(default_factory=dict)
    """SYN packets that brought no answer, by what swallowed them: a cause of the design, or a place of the path where
    the SYN or its SYN/ACK was lost (LOST_*), or `no_host`: nobody has the address."""
    unserved: str | None = None
    """Why an accepted connection was not served: a cause of the design."""
    exchanges: list[Exchange] = field(default_factory=list)
    sight: Sight = field(default_factory=Sight)

    def silence(self, reason: str) -> None:
        """Count a SYN that brings no answer."""
        self.silenced[reason] = self.silenced.get(reason, 0) + 1


@dataclass(slots=True)
class Message:
    """A request or a response on its way, and how much of it the capture holds."""

    size: int
    needed: int
    """Bytes from the front that tell the operation, or the status."""
    sent: int
    reach: int = 0
    """Bytes of its direction's stream up to its end."""
    first_time: int | None = None
    pieces: dict[int, int] = field(default_factory=dict)
    """Captured bytes by the offset at which they start in the message."""

    def captured(self) -> int:
        """Distinct bytes in the capture; pieces never overlap, for segments are sent again as they were."""
        return sum(self.pieces.values())

    def readable(self) -> bool:
        """Whether the front that tells the operation or the status is in the capture without a hole."""
        reach = 0
        for offset in sorted(self.pieces):
            if offset > reach:
                break
            reach = max(reach, offset + self.pieces[offset])
        return reach >= min(self.needed, self.size)


@dataclass(slots=True)
class Exchange:
    """A request, and its response if there was one."""

    attempt: Attempt
    index: int
    operation: str
    ca_identifier: str | None
    transaction_id: str | None
    keep_alive: bool
    request: Message
    response: Message | None = None
    status: int | None = None


CLOSED = ("silent", "refusing", "icmp")
"""Reactions that accept nobody."""

FORMS = {
    "silent": "silence",
    "refusing": "reset",
    "icmp": "icmp",
    "wait": "waiting",
    "drop": "waiting",
    "shut": "waiting",
    "hang": "waiting",
    "abort": "reset",
}
"""Reactions of a server that serves nobody, and the form (in the design's words) that its pause has in a capture.

`silent`: no answer. `refusing`: a RST. `icmp`: an ICMP error. `wait`: accepted, and read when the pause is over.
`drop`: accepted, and nothing after that. `shut`: accepted with a window of 0, and nothing after that. `hang`: accepted,
the request acknowledged, and never answered. `abort`: accepted, and reset at once."""


@dataclass(slots=True)
class Silence:
    """An interval in which the server served nobody who asked: a pause."""

    cause: str
    begin: int
    end: int | None = None
    reaction: str = "silent"
    """A key of FORMS."""
    shut_since: int | None = None
    """Since when the queue in front of a server that lets wait is full, and SYNs are dropped."""
    part: bool = False
    """Others were served meanwhile: by workers that were not free for new connections, or by another real server."""
    swallowed: list[Segment] = field(default_factory=list)
    """Every SYN packet that it met and that was not accepted."""
    kept: list[Attempt] = field(default_factory=list)
    """Attempts that were accepted, and that it kept from being served."""

    @property
    def closed(self) -> bool:
        """Whether it accepts nobody."""
        return self.reaction in CLOSED or self.shut_since is not None


@dataclass(slots=True)
class Record:
    """Everything that the model remembers."""

    attempts: list[Attempt] = field(default_factory=list)
    silences: dict[tuple[str, int], list[Silence]] = field(default_factory=dict)
    accepts: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    """When each server sent the first SYN/ACK of an attempt."""
