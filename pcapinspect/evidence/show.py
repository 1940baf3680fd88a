"""The forms of IOS show output: `show crypto pki server|timers|certificates|trustpoints status`, `show ip http server`.

Spaces vary between releases and between captures of one release, so every rule works on stripped lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pcapinspect.clock import parse_iso
from pcapinspect.evidence.configuration_model import (
    HttpStatus,
    ServerStatus,
    ShownCertificate,
    Timer,
    TrustpointStatus,
    Where,
)
from pcapinspect.evidence.moments import shown_moment
from pcapinspect.pki.timers import DAY

Said = dict[str, Any]

_SERVER = re.compile(r"^Certificate Server (?P<name>\S{1,63}):$")
_TRUSTPOINT = re.compile(r"^Trustpoint (?P<name>\S{1,63}):$")
_CERTIFICATE = re.compile(
    r"^(?P<kind>(?:(?:Router|General|Self-Signed|RA|CA|Signature|Encryption|Subject|Rollover) )*Certificate)"
    r"(?P<rollover> \(Rollover\))?$"
)
_GROUP = re.compile(r"^(?P<group>(?:PKI|Expiry Alert|CRL|Trustpool|CS) Timers)$")
_TIMER = re.compile(
    r"^\|\s*(?:(?P<days>\d{1,6})d)?(?:(?:(?P<hours>\d{1,6}):)?(?P<minutes>\d{1,6}):)?(?P<seconds>\d{1,9}(?:\.\d{1,9})?)(?![\w.])\s*"
    r"(?:\((?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z)\))?\s*(?P<name>\S.*)?$"
)
_TIMER_NAMES = (
    "SESSION CLEANUP",
    "CONNECT RETRY",
    "CS CRL UPDATE",
    "CS SHADOW CERT GENERATION",
    "CS CERT EXPIRE",
    "CRL UPDATE",
    "CRL EXPIRE",
    "CRL auto-download retry timer",
    "ER EXPIRE",
    "RENEW",
    "SHADOW",
    "POLL",
    "TRUSTPOOL",
)
_ROW = re.compile(r"^\S+:\d+\s+\S+:\d+\s+\d+\s+\d+(?P<ended>\s+\d\d:\d\d:\d\d\s+\d\d/\d\d)?$")
"""local-ipaddress:port remote-ipaddress:port in-bytes out-bytes [end-time]."""

_SECTIONS = ("Issuer", "Subject", "CRL Distribution Points", "Validity Date", "Associated Trustpoints", "Storage")
"""Labels in a certificate's block that end the lines of a name before them."""

_LEADER = re.compile(r"^(?P<what>[A-Z][A-Za-z ()]{1,60}?)\s*\.{3,}\s*(?P<value>.{1,80})$")

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Said]]

_HTTP: tuple[Rule, ...] = tuple(
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
        (r"^Accepted connections total: (\d{1,18})", lambda m: {"accepted_total": int(m[1])}),
        # the misspelling is in the output of real routers
        (r"^Max(?:i)?mum connection Hit = (\d{1,18})", lambda m: {"max_connections_hit": int(m[1]), "nginx": True}),
        (r"^(?:Nginx |OPENRESTY_PKI\b)", lambda _: {"nginx": True}),
        (r"^HTTP server current connections:", lambda _: {"connections": 0}),
        (r"^HTTP server history:", lambda _: {"history": 0}),
    )
)


class Reader:
    """Takes the lines of one file. `zones` gives the offsets of zone names, in seconds."""

    def __init__(self, zones: Mapping[str, int]) -> None:
        self._zones = zones
        self._servers: list[Said] = []
        self._timers: list[Timer] = []
        self._certificates: list[Said] = []
        self._trustpoints: list[Said] = []
        self._http: dict[str | None, Said] = {}
        self._block: tuple[Callable[[str, Said], bool], Said] | None = None
        self._group: str | None = None
        self._in_subject = False

    def take(self, line: str, where: Where) -> bool:
        """True where the line means something here."""
        text = line.strip()
        if self._heading(text, where) or self._take_timer(text, where) or self._take_http(text, where):
            return True
        if self._block is None:
            return False
        take, said = self._block
        return take(text, said)

    def server_statuses(self) -> tuple[ServerStatus, ...]:
        return tuple(ServerStatus(**said) for said in self._servers)

    def timers(self) -> tuple[Timer, ...]:
        return tuple(self._timers)

    def certificates(self) -> tuple[ShownCertificate, ...]:
        return tuple(ShownCertificate(**said) for said in self._certificates)

    def trustpoint_statuses(self) -> tuple[TrustpointStatus, ...]:
        return tuple(TrustpointStatus(**said) for said in self._trustpoints)

    def http_statuses(self) -> tuple[HttpStatus, ...]:
        return tuple(HttpStatus(**said) for said in self._http.values())

    def _heading(self, text: str, where: Where) -> bool:
        """Lines that begin a block."""
        take: Callable[[str, Said], bool]
        said: Said
        if found := _SERVER.match(text):
            said, take = {"name": found["name"], "where": where}, self._take_server
            self._servers.append(said)
        elif found := _TRUSTPOINT.match(text):
            said, take = {"name": found["name"], "where": where}, self._take_trustpoint
            self._trustpoints.append(said)
        elif found := _CERTIFICATE.match(text):
            rollover = found["rollover"] is not None or "Rollover" in found["kind"]
            said, take = {"kind": found["kind"], "rollover": rollover, "where": where}, self._take_certificate
            self._certificates.append(said)
        elif found := _GROUP.match(text):
            self._group, self._block = found["group"], None
            return True
        else:
            return False
        self._group, self._in_subject = None, False
        self._block = take, said
        return True

    def _take_server(self, text: str, said: Said) -> bool:
        label, colon, value = text.partition(":")
        value = value.strip()[:255]
        if overlap := re.match(r"^Auto-Rollover configured, overlap period (.+)$", text):
            said["overlap"] = _period(overlap[1])
        elif text == "Server configured in RA mode":
            said["ra"] = True
        elif not colon:
            return False
        elif label in ("Status", "State", "Issuer name", "Granting mode is"):
            name = {"Issuer name": "issuer_name", "Granting mode is": "granting"}.get(label, label.lower())
            said[name] = value
        elif label == "CA certificate expiration timer":
            said["ca_expiry"] = shown_moment(value, self._zones)
        elif label == "Autorollover timer":
            said["rollover_timer"] = shown_moment(value, self._zones)
        else:
            return False
        return True

    def _take_trustpoint(self, text: str, said: Said) -> bool:
        leader = _LEADER.match(text)
        if leader is not None:
            field = {
                "Keys generated": "keys_generated",
                "Issuing CA authenticated": "ca_authenticated",
                "Certificate request(s)": "requests",
            }.get(leader["what"])
            if field is not None:
                said[field] = leader["value"].strip()
            return field is not None
        if text.startswith("Last enrollment status:"):
            said["last_enrollment"] = text.partition(":")[2].strip()[:80]
        elif text == "Issuing CA certificate configured:":
            said["issuing_ca_configured"] = True
        elif re.match(r"^Router .*certificate configured:$", text):
            said["router_certificate_configured"] = True
        else:
            return False
        return True

    def _take_certificate(self, text: str, said: Said) -> bool:
        label, _, value = (part.strip() for part in text.partition(":"))
        if label in _SECTIONS:
            self._in_subject = label == "Subject"
        if label in ("start date", "end   date", "end date", "renew date"):
            said[label.split()[0]] = shown_moment(value, self._zones)
        elif label == "Status":
            said["status"] = value[:80]
        elif label.startswith("Certificate Serial Number"):
            said["serial"] = value.upper()[:80]
        elif label == "Associated Trustpoints":
            said["trustpoints"] = tuple(value.split()[:16])
        elif self._in_subject and "=" in text:
            said["subject"] = ", ".join(filter(None, (said.get("subject"), text)))[:1024]
        else:
            return False
        return True

    def _take_timer(self, text: str, where: Where) -> bool:
        """A row; the first of a group has no name, it repeats the group's next."""
        found = _TIMER.match(text) if self._group else None
        if found is None:
            return False
        if found["name"] is not None and self._group is not None:
            name, subject = _timer_name(found["name"].strip()[:120])
            remaining = (
                int(found["days"] or 0) * DAY
                + int(found["hours"] or 0) * 3600
                + int(found["minutes"] or 0) * 60
                + float(found["seconds"])
            )
            try:
                time = parse_iso(found["time"]) if found["time"] else None
            except ValueError:
                time = None
            self._timers.append(
                Timer(group=self._group, name=name, subject=subject, remaining=remaining, time=time, where=where)
            )
        return True

    def _take_http(self, text: str, where: Where) -> bool:
        said: Said = {}
        for pattern, value in _HTTP:
            if found := pattern.match(text):
                said.update(value(found))
        row = _ROW.match(text) if not said and where.device in self._http else None
        if not said and row is None:
            return False
        status = self._http.setdefault(where.device, {"where": where})
        status.update(said)
        if row is not None:
            counted = "connections" if row["ended"] is None else "history"
            status[counted] = (status.get(counted) or 0) + 1
        return True


def _period(text: str) -> int | None:
    """`30 days`, also with hours and minutes."""
    units = {"day": DAY, "hour": 3600, "minute": 60}
    parts = re.findall(r"\b(\d{1,5})\s+(day|hour|minute)", text)
    return sum(int(number) * units[unit] for number, unit in parts) if parts else None


def _timer_name(text: str) -> tuple[str, str | None]:
    for name in _TIMER_NAMES:
        if text == name or text.startswith(name + " "):
            return name, text[len(name) :].strip() or None
    name, bracket, subject = text.partition("(")
    return (name, subject.rstrip(")")) if bracket else (text, None)
