"""Show output: each line goes to the command whose output it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pcapinspect.evidence.configuration_model import Where
from pcapinspect.evidence.show.certificates import Certificates
from pcapinspect.evidence.show.http import HttpServers
from pcapinspect.evidence.show.servers import Counters, Crls, Requests, Servers
from pcapinspect.evidence.show.tcp import TcpConnections
from pcapinspect.evidence.show.timers import Timers
from pcapinspect.evidence.show.trustpoints import Trustpoints


class Output(Protocol):
    """The output of one command."""

    def begins(self, text: str, where: Where, /) -> bool:
        """Whether a block of it begins with this line; the lines behind it are offered to `take`."""

    def take(self, text: str, where: Where, /) -> bool:
        """True where the line means something in the open block."""


class Reader:
    """Takes the lines of one file. `zones` gives the offsets of zone names, in seconds."""

    def __init__(self, zones: Mapping[str, int]) -> None:
        self.servers, self.requests = Servers(zones), Requests()
        self.certificates, self.trustpoints = Certificates(zones), Trustpoints()
        self.timers, self.http, self.tcp = Timers(), HttpServers(zones), TcpConnections()
        self.crls, self.counters = Crls(zones), Counters()
        self._all: tuple[Output, ...] = (
            self.servers,
            self.requests,
            self.trustpoints,
            self.certificates,
            self.timers,
            self.tcp,
            self.crls,
            self.counters,
            self.http,
        )
        self._open: Output | None = None

    def take(self, line: str, where: Where) -> bool:
        """True where the line means something here."""
        text = line.strip()
        for output in self._all:
            if output.begins(text, where):
                self._open = output
                return True
        return self._open is not None and self._open.take(text, where)

    def end(self) -> None:
        """A command was typed: the output before it is over."""
        self._open = None
