"""`show ip http server all`, or its parts; and `show clock`, which tells when they were printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pcapinspect.evidence.config_rules import Rule, Said
from pcapinspect.evidence.configuration_model import Accepted, HttpStatus, Where
from pcapinspect.evidence.moments import Moment, shown_moment

_ROW = re.compile(r"^\S+:\d+\s+\S+:\d+\s+\d+\s+\d+(?P<ended>\s+\d\d:\d\d:\d\d\s+\d\d/\d\d)?$")
"""local-ipaddress:port remote-ipaddress:port in-bytes out-bytes [end-time]."""

_CLOCK = re.compile(
    r"^(?:Time source is [^,]{1,40}, )?[*.]?\d\d:\d\d:\d\d\.\d{3} \S+ (?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} \d{1,2} \d{4}$"
)
"""Of `show clock`, and of `terminal exec prompt timestamp` before every output."""

_ACCEPTED = re.compile(r"^Accepted connections total: (\d{1,18})")

_RULES: tuple[Rule, ...] = tuple(
    (re.compile(pattern), value)
    for pattern, value in (
        (r"^HTTP server status: (Enabled|Disabled)", lambda m: {"enabled": m[1] == "Enabled"}),
        (r"^HTTP server port: (\d{1,5})", lambda m: {"port": int(m[1])}),
        (
            r"^Maximum number of concurrent server connections allowed: (\d{1,6})",
            lambda m: {"max_connections": int(m[1])},
        ),
        (r"^Server idle time-out: (\d{1,6})", lambda m: {"idle": int(m[1])}),
        (r"^Server life time-out: (\d{1,6})", lambda m: {"life": int(m[1])}),
        (r"^Maximum number of requests allowed on a connection: (\d{1,6})", lambda m: {"requests": int(m[1])}),
        # the misspelling is in the output of real routers
        (r"^Max(?:i)?mum connection Hit = (\d{1,18})", lambda m: {"max_connections_hit": int(m[1]), "nginx": True}),
        (r"^(?:Nginx |OPENRESTY_PKI\b)", lambda _: {"nginx": True}),
        (r"^HTTP server current connections:", lambda _: {"connections": 0}),
        (r"^HTTP server history:", lambda _: {"history": 0}),
    )
)


@dataclass(slots=True)
class _Device:
    said: Said
    accepted: list[Accepted] = field(default_factory=list)


class HttpServers:
    """The HTTP server of each device."""

    def __init__(self, zones: Mapping[str, int]) -> None:
        self._zones = zones
        self._devices: dict[str | None, _Device] = {}
        self._clocks: dict[str | None, Moment] = {}
        self._printing: str | None = None

    def begins(self, text: str, where: Where, /) -> bool:
        if _CLOCK.match(text) and (printed := shown_moment(text, self._zones)) is not None:
            self._clocks[where.device] = printed
            self._devices.setdefault(where.device, _Device({"where": where}))
            self._printing = where.device
            return True
        said: dict[str, Any] = {}
        for pattern, value in _RULES:
            if found := pattern.match(text):
                said.update(value(found))
        total = _ACCEPTED.match(text)
        if not said and total is None:
            return False
        device = self._devices.setdefault(where.device, _Device({"where": where}))
        self._printing = where.device
        device.said.update(said)
        if total is not None:
            device.said["accepted_total"] = int(total[1])
            device.accepted.append(
                Accepted(where=where, total=int(total[1]), time=self._clocks.pop(where.device, None))
            )
        return True

    def take(self, text: str, _where: Where, /) -> bool:
        """A row of a table of connections."""
        row = _ROW.match(text)
        if row is None:
            return False
        device = self._devices[self._printing]
        counted = "connections" if row["ended"] is None else "history"
        device.said[counted] = (device.said.get(counted) or 0) + 1
        return True

    def found(self) -> tuple[HttpStatus, ...]:
        return tuple(
            HttpStatus(**device.said, accepted=tuple(device.accepted))
            for device in self._devices.values()
            if len(device.said) > 1
        )
