"""A server watched by NetFlow: who dials it and how often. When a dial was answered, no flow says."""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from pcapinspect.capture.inputs import InputFile
from pcapinspect.errors import UsageError
from pcapinspect.evidence.netflow.datagrams import is_export
from pcapinspect.evidence.netflow.export import ExportDecoder, Templates
from pcapinspect.evidence.netflow.judgement import judge_flows
from pcapinspect.evidence.netflow.model import FlowEvidence, FlowFile
from pcapinspect.findings.analysis import Analysis
from pcapinspect.pipeline import Evidence, of_flows
from pcapinspect.settings import Settings
from pcapinspect.watch.episodes import Episodes
from pcapinspect.watch.reading import readings_of
from pcapinspect.watch.watcher import Moment

LARGEST = 65_535
"""Bytes of a UDP datagram."""

MOST_DATAGRAMS = 40_000
"""That are held: some 60 MB, and over a million records."""

CANNOT_SHOW = (
    "Flows tell of a connection when it is over, and never of a pause: what is seen here is who dials, and how often."
)


class Datagram(NamedTuple):
    """One export, as it came."""

    arrived: int
    exporter: str
    payload: bytes


class Listener:
    """A UDP socket, asked like every other source."""

    ended = False

    def __init__(self, address: str) -> None:
        """`address`: PORT or HOST:PORT. Raises UsageError, and OSError where it is taken."""
        host, _, port = address.rpartition(":")
        if not port.isdigit() or not 0 < int(port) < 1 << 16:
            raise UsageError(f"--netflow: {address!r} is not PORT or HOST:PORT")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host.strip("[]"), int(port)))
        except OSError:
            self._socket.close()
            raise

    def next(self, seconds: float) -> list[Datagram] | None:
        """All that came within this time. None: nothing did."""
        end = time.monotonic() + seconds
        came: list[Datagram] = []
        while (left := end - time.monotonic()) > 0 and len(came) < MOST_DATAGRAMS:
            self._socket.settimeout(left)
            try:
                payload, source = self._socket.recvfrom(LARGEST)
            except TimeoutError:
                break
            if is_export(payload):
                came.append(Datagram(time.time_ns(), source[0], payload))
        return came or None

    def stop(self) -> None:
        """Listen no more."""
        self._socket.close()


class FlowWatcher:
    """Takes exports as they come; what it says is said of the flows of the horizon."""

    held = None
    """No packets."""

    def __init__(self, settings: Settings, horizon: int, begin: int = 0) -> None:
        """As Watcher."""
        self.settings = settings
        self._horizon = horizon
        self._held: deque[Datagram] = deque(maxlen=MOST_DATAGRAMS)
        self._templates: Templates = {}
        self._episodes = Episodes(begin)

    @property
    def empty(self) -> bool:
        """Whether nothing is held."""
        return not self._held

    def take(self, came: list[Datagram]) -> Iterator[Moment]:
        """Takes in what came."""
        self._held.extend(came)
        while self._held[0].arrived < self._held[-1].arrived - self._horizon:
            self._held.popleft()
        yield self.moment()

    def moment(self) -> Moment:
        """What is to be seen at the time of the last flow: those that are not over yet were not exported."""
        if self.empty:
            return Moment(time.time_ns(), (), ())
        analysis = self.analysis()
        if not len(analysis.connections):
            return Moment(time.time_ns(), (), ())
        now = int(analysis.connections.end.max())
        readings = readings_of(analysis, now)
        return Moment(now, readings, tuple(event for reading in readings for event in self._episodes.of(reading)))

    def analysis(self) -> Analysis:
        """The analysis of all flows that are held."""
        file = FlowFile("udp")
        decoder = ExportDecoder(file, self.settings.ports, self._templates)
        for datagram in self._held:
            decoder.feed(datagram.exporter, datagram.payload)
        flows = decoder.finish()
        evidence = FlowEvidence(flows.take(flows.start.argsort(kind="stable")), (file,))
        source = InputFile("udp", format=file.format, packets=file.datagrams)
        return of_flows(judge_flows(evidence, self.settings), [source], self.settings, Evidence())
