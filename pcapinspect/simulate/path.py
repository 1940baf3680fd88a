"""The path between clients and servers, with the capture point on it: delay, loss, duplication, reordering.

    client --(far leg)-- capture point --(near leg)-- server

Which side of the capture point loses a packet decides what the capture can show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from pcapinspect.clock import SECOND
from pcapinspect.simulate.record import (
    LOST_SYN_AFTER,
    LOST_SYN_BEFORE,
    LOST_SYNACK_AFTER,
    LOST_SYNACK_BEFORE,
)
from pcapinspect.simulate.schedule import Schedule
from pcapinspect.simulate.segment import RST, SYN, Segment

MICROSECOND = 1_000
MILLISECOND = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSettings:
    """Probabilities are per packet and leg; delays in seconds, one way."""

    server_delay: float = 0.0004
    """From the capture point to the server; the clients' own distance is drawn per client."""
    jitter: float = 0.0002
    loss_up_before: float = 0.0
    """Lost between the client and the capture point: the capture never sees it."""
    loss_up_after: float = 0.0
    """Lost between the capture point and the server: the capture shows a packet that never arrived."""
    loss_down_before: float = 0.0
    """Lost between the server and the capture point."""
    loss_down_after: float = 0.0
    """Lost between the capture point and the client."""
    duplicated: float = 0.0
    """Sent twice by the network, before the capture point."""
    reordered: float = 0.0
    """Held back by up to 5 ms, so that later packets overtake it."""
    denied: tuple[str, ...] = ()
    """Clients whose packets an access list between the capture point and the server drops in silence: addresses, or
    beginnings of addresses that end with a dot."""
    denied_from: float | None = None
    """When that access list comes into force, from the capture's begin; None: before it."""
    prohibited: tuple[str, ...] = ()
    """Clients whose SYNs a router behind the capture point rejects with ICMP (administratively prohibited)."""
    gateway: str = "10.0.0.1"
    """Who sends those ICMP errors."""
    largest: int | None = None
    """Payload bytes above which a segment towards the server vanishes, and no ICMP error tells: an MTU black hole."""
    hole: str = "near"
    """The leg with that hole: `far`, before the capture point, or `near`, after it."""
    resets_dropped: bool = False
    """Whether a firewall between the capture point and the server drops RSTs of clients."""


_LOST = {
    (True, "far"): LOST_SYN_BEFORE,
    (True, "near"): LOST_SYN_AFTER,
    (False, "near"): LOST_SYNACK_BEFORE,
    (False, "far"): LOST_SYNACK_AFTER,
}

Receiver = Callable[[Segment], None]


class Path:
    """Carries segments past the capture point."""

    def __init__(self, schedule: Schedule, settings: PathSettings, see: Receiver, rng: Random, begin: int) -> None:
        self._schedule = schedule
        self._denied_from = begin + round((settings.denied_from or 0) * SECOND) if settings.denied_from else 0
        self._settings = settings
        self._see = see
        self._rng = rng
        self._clients: dict[tuple[str, int], Receiver] = {}
        self._servers: dict[tuple[str, int], Receiver] = {}
        self._latest: dict[tuple[str, str, bool], int] = {}
        """The last arrival of each client, leg and direction."""
        self._near = round(settings.server_delay * SECOND)
        self._jitter = round(settings.jitter * SECOND)

    def attach_client(self, ip: str, port: int, receive: Receiver) -> None:
        """Segments to this address and port go to `receive` from now on."""
        self._clients[ip, port] = receive

    def detach_client(self, ip: str, port: int) -> None:
        """Nobody is there any more."""
        self._clients.pop((ip, port), None)

    def attach_server(self, ip: str, port: int, receive: Receiver) -> None:
        """The same for a server. Where nobody is attached, packets vanish."""
        self._servers[ip, port] = receive

    def send(self, segment: Segment) -> None:
        """Let a client or server put a segment on the wire now."""
        settings = self._settings
        if segment.up:
            self._leg(segment, "far", segment.attempt.distance, settings.loss_up_before, self._at_capture_up, True)
        else:
            self._leg(segment, "near", self._near, settings.loss_down_before, self._at_capture_down, True)

    def _at_capture_up(self, segment: Segment) -> None:
        self._see(segment)
        settings = self._settings
        client = segment.attempt.client_ip
        if client in settings.prohibited:
            segment.attempt.silence("prohibited")
            self._prohibit(segment)
        elif self._denies(client):
            if segment.flags & SYN:
                segment.attempt.silence("blocked_client")
        elif not (settings.resets_dropped and segment.flags & RST):
            self._leg(segment, "near", self._near, settings.loss_up_after, self._at_server)

    def _denies(self, client: str) -> bool:
        denied = self._settings.denied
        listed = client in denied or client.startswith(tuple(start for start in denied if start.endswith(".")))
        return listed and self._schedule.now >= self._denied_from

    def _at_capture_down(self, segment: Segment) -> None:
        self._see(segment)
        self._leg(segment, "far", segment.attempt.distance, self._settings.loss_down_after, self._at_client)

    def _at_server(self, segment: Segment) -> None:
        receive = self._servers.get((segment.attempt.server_ip, segment.attempt.server_port))
        if receive:
            receive(segment)
        elif segment.flags & SYN:
            segment.attempt.silence("no_host")

    def _at_client(self, segment: Segment) -> None:
        receive = self._clients.get((segment.attempt.client_ip, segment.attempt.client_port))
        if receive:
            receive(segment)

    def _leg(
        self, segment: Segment, leg: str, delay: int, loss: float, arrive: Receiver, first_leg: bool = False
    ) -> None:
        """Carry over one leg: order is kept for each client and direction, but for packets held back."""
        rng = self._rng
        largest = self._settings.largest
        if largest is not None and segment.up and leg == self._settings.hole and len(segment.payload) > largest:
            segment.attempt.unserved = "path_mtu"
            return
        if loss and rng.random() < loss:
            if segment.flags & SYN:
                segment.attempt.silence(_LOST[segment.up, leg])
            return
        time = self._schedule.now + delay + int(rng.random() * self._jitter)
        if self._settings.reordered and rng.random() < self._settings.reordered:
            time += int(rng.random() * 5 * MILLISECOND)
        else:
            way = (segment.attempt.client_ip, leg, segment.up)
            time = max(time, self._latest.get(way, 0) + MICROSECOND)
            self._latest[way] = time
        self._schedule.at(time, arrive, segment)
        if first_leg and self._settings.duplicated and rng.random() < self._settings.duplicated:
            self._schedule.at(time + int((10 + rng.random() * 300) * MICROSECOND), arrive, segment)

    def _prohibit(self, segment: Segment) -> None:
        """Answer a client's packet from behind the capture point with an ICMP error."""
        error = Segment(
            segment.attempt,
            False,
            0,
            0,
            0,
            0,
            segment.identification,
            254,
            quoted=segment,
            reporter=self._settings.gateway,
        )
        self._schedule.after(self._near, self._at_capture_down, error)
